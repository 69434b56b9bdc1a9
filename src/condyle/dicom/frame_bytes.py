"""The bytes of one frame as a viewer takes them: as stored, or in explicit little endian."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from condyle.dicom.frame_places import Place
from condyle.dicom.header import MOST_INFLATED_BYTES
from condyle.errors import BadImage

_CHUNK = 1 << 20
_MOST_META = 100
_TURNED = (ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian, ImplicitVRLittleEndian)


def served_syntax(stored: str) -> str:
    """Gives the transfer syntax in which frames that are stored in one are served.

    Those of uncompressed images are the same bytes but for their order (PS3.5 A.1 to A.3);
    compressed frames are served as they are.

    Args:
        stored: Transfer Syntax UID of the file.
    """
    return str(ExplicitVRLittleEndian) if UID(stored) in _TURNED else stored


def needs_bits(stored: str) -> bool:
    """Tells whether frames in a transfer syntax are turned word by word (big endian)."""
    return stored == ExplicitVRBigEndian


@dataclass(frozen=True)
class StoredFrames:
    """Where the frames of one stored instance lie.

    Attributes:
        path: The stored file.
        syntax: Its Transfer Syntax UID.
        frames_at: The parts of each frame, as ``InstanceFacts`` gives them.
        bits: Bits Allocated; only big endian needs it.
    """

    path: Path
    syntax: str
    frames_at: Sequence[Sequence[Place]]
    bits: int = 16


def frame_bytes(stored: StoredFrames, index: int) -> bytes:
    """Gives the bytes of one frame in its ``served_syntax``.

    Args:
        stored: The instance.
        index: Frame from 0.

    Raises:
        LookupError: There is no such frame.
        BadImage: The stored file holds less than it did.
        OSError: It cannot be read.
    """
    if not 0 <= index < len(stored.frames_at):
        raise LookupError("no such frame")
    parts = stored.frames_at[index]
    with stored.path.open("rb", buffering=0) as file:
        if stored.syntax == DeflatedExplicitVRLittleEndian:
            found = b"".join(_inflated(file, place) for place in parts)
        elif needs_bits(stored.syntax):
            found = _turned(file, stored, parts[0])
        else:
            found = b"".join(_read(file, place) for place in parts)
    if len(found) != sum(length for _, length in parts):
        raise _short()
    return found


def inflated_parts(file: BinaryIO) -> Iterator[bytes]:
    """Inflates the rest of a file a piece at a time.

    Args:
        file: At the start of the deflated data set (PS3.5 A.5).

    Raises:
        BadImage: It ends early, or unpacks to more than any image does.
    """
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    total, rest = 0, b""
    while not unpacker.eof:
        chunk = rest or file.read(_CHUNK)
        part = unpacker.decompress(chunk, _CHUNK)
        rest = unpacker.unconsumed_tail
        # Without input it may still hold output, so that both must be empty to be the end.
        if not chunk and not part:
            raise _short()
        total += len(part)
        if total > MOST_INFLATED_BYTES:
            raise BadImage(
                "The image was not read.",
                found="a deflated file that unpacks to more than 1 GiB",
                needed="an ordinary image",
                mend="export the image again, uncompressed.",
            )
        yield part


def _read(file: BinaryIO, place: Place) -> bytes:
    file.seek(place[0])
    return file.read(place[1])


def _inflated(file: BinaryIO, place: Place) -> bytes:
    """Gives a part of what the data set inflates to, keeping no more than that."""
    start, end = place[0], place[0] + place[1]
    file.seek(data_set_at(file))
    at, kept = 0, bytearray()
    for part in inflated_parts(file):
        kept += part[max(start - at, 0) : max(end - at, 0)]
        at += len(part)
        if at >= end:
            break
    return bytes(kept)


def is_same_data_set(one: Path, other: Path) -> bool:
    """Tells whether two files hold the same bytes after their file meta groups.

    Args:
        one: A DICOM file.
        other: Another one.
    """
    with one.open("rb") as first, other.open("rb") as second:
        try:
            for file in (first, second):
                file.seek(data_set_at(file))
        except BadImage:
            return False
        while True:
            parts = first.read(_CHUNK), second.read(_CHUNK)
            if parts[0] != parts[1]:
                return False
            if not parts[0]:
                return True


def data_set_at(file: BinaryIO) -> int:
    """Gives where the data set begins, after the elements of group 2 (PS3.10 7.1).

    Their length is not taken from (0002,0000), which some files lack.

    Raises:
        BadImage: The file has none.
    """
    place = 132
    for _ in range(_MOST_META):
        file.seek(place)
        head = file.read(12)
        if len(head) < 12:
            break
        if head[:2] != b"\x02\x00":
            return place
        if head[4:6] in (b"OB", b"OW", b"SQ", b"UN", b"UT"):
            place += 12 + int.from_bytes(head[8:12], "little")
        else:
            place += 8 + int.from_bytes(head[6:8], "little")
    raise _short()


def _turned(file: BinaryIO, stored: StoredFrames, place: Place) -> bytes:
    """Reads a big endian frame and turns its words; bytes in words (VR OW) are pairs."""
    start, length = place
    if stored.bits > 8:
        words = np.frombuffer(_read(file, place), dtype=np.uint8)
        size = stored.bits // 8
        if len(words) % size:
            raise _short()
        return words.reshape(-1, size)[:, ::-1].tobytes()
    first = stored.frames_at[0][0][0]
    if _read(file, (first - 8, 2)) != b"OW":
        return _read(file, place)
    odd = (start - first) % 2
    pairs = _read(file, (start - odd, odd + length + (odd + length) % 2))
    pairs += bytes(len(pairs) % 2)
    turned = np.frombuffer(pairs, dtype=np.uint8).reshape(-1, 2)[:, ::-1].tobytes()
    return turned[odd : odd + length]


def _short() -> BadImage:
    return BadImage(
        "The frame was not read.",
        found="a stored file that ends early",
        needed="the file as it was stored",
        mend="check the archive, and put the file back from a backup.",
    )
