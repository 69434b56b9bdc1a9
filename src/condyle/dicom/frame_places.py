"""Where each frame of an instance lies in its file, so that it is served without decoding."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

from pydicom.dataset import Dataset

from condyle.dicom.values import number, text
from condyle.errors import BadImage

Place = tuple[int, int]
"""(offset, length) in bytes of a part of a file."""

MOST_FRAMES = 100_000
"""Frames of one instance; a header that states more is taken for an attack."""

_PIXEL_TAGS = ((0x7FE0, 0x0010), (0x7FE0, 0x0008), (0x7FE0, 0x0009))
_PIXEL_VRS = {b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"UN"}
_ITEM, _DELIMITER = b"\xfe\xff\x00\xe0", b"\xfe\xff\xdd\xe0"
_UNDEFINED = 0xFFFFFFFF
_MOST_FRAGMENTS = 4 * MOST_FRAMES
_END_OF_IMAGE = b"\xff\xd9"


@dataclass(frozen=True)
class PixelBytes:
    """The pixel data element of a file.

    Attributes:
        stream: The file.
        size: Its bytes.
        start: Where the element's value begins.
        length: Bytes of the value, ``None`` where it is encapsulated.
    """

    stream: BinaryIO
    size: int
    start: int
    length: int | None


def find_pixels(stream: BinaryIO, size: int, *, little_endian: bool) -> PixelBytes | None:
    """Reads the head of the pixel data element at a stream's place, ``None`` where it is none.

    Args:
        stream: Where reading of the header stopped.
        size: Bytes of the file.
        little_endian: Byte order of the data set.
    """
    order = "<" if little_endian else ">"
    head = stream.read(12)
    if len(head) < 12 or struct.unpack_from(f"{order}HH", head) not in _PIXEL_TAGS:
        return None
    # Where no VR is stated, its place is the length's, which is even and so none of these.
    explicit = head[4:6] in _PIXEL_VRS
    (length,) = struct.unpack_from(f"{order}I", head, 8 if explicit else 4)
    start = stream.tell() - (0 if explicit else 4)
    return PixelBytes(stream, size, start, None if length == _UNDEFINED else length)


def frame_places(header: Dataset, pixels: PixelBytes) -> list[list[Place]]:
    """Gives for each frame the parts of the file that hold it, several where it is fragmented.

    Frames whose bits do not fill whole bytes have no place of their own, and none is given.

    Args:
        header: The data set, without its pixels.
        pixels: Where they are.

    Raises:
        BadImage: The file holds less than its header states.
    """
    frames = int(number([header], "NumberOfFrames") or 1)
    if not 1 <= frames <= MOST_FRAMES:
        raise _unusable(f"{frames} frames", f"1 to {MOST_FRAMES} frames")
    if pixels.length is None:
        return _encapsulated(frames, pixels, header)
    return _native(frames, pixels, header)


def _native(frames: int, pixels: PixelBytes, header: Dataset) -> list[list[Place]]:
    rows, columns, bits = (
        int(number([header], name) or 0) for name in ("Rows", "Columns", "BitsAllocated")
    )
    size_bits = rows * columns * bits * int(number([header], "SamplesPerPixel") or 1)
    if text([header], "PhotometricInterpretation") in ("YBR_FULL_422", "YBR_PARTIAL_422"):
        size_bits = size_bits * 2 // 3
    if size_bits <= 0:
        raise _unusable("an image without a size", "rows, columns and bits")
    whole = -(-frames * size_bits // 8)
    if min(pixels.length or 0, pixels.size - pixels.start) < whole:
        raise _unusable("fewer pixels than its header states", "a whole DICOM file")
    if frames > 1 and size_bits % 8:
        return []
    size = -(-size_bits // 8)
    return [[(pixels.start + index * size, size)] for index in range(frames)]


def _encapsulated(frames: int, pixels: PixelBytes, header: Dataset) -> list[list[Place]]:
    """Gives the fragments of each frame (PS3.5 A.4)."""
    offsets, fragments = _walk(pixels)
    if not fragments or len(fragments) < frames:
        raise _unusable("fewer compressed frames than its header states", "a whole DICOM file")
    if frames == 1:
        return [fragments]
    if len(fragments) == frames:
        return [[one] for one in fragments]
    grouped = _by_offset(offsets, fragments) or _by_end(pixels, fragments)
    if len(grouped) != frames:
        raise _unusable(
            "compressed pixels of which nothing tells where a frame begins",
            "an offset table, or a fragment a frame",
        )
    return grouped


def _walk(pixels: PixelBytes) -> tuple[tuple[int, ...], list[Place]]:
    """Reads the heads of all items: the basic offset table, then the fragments."""
    stream, table, fragments = pixels.stream, None, list[Place]()
    stream.seek(pixels.start)
    while True:
        head = stream.read(8)
        if head[:4] == _DELIMITER or not head:
            return table or (), [one for one in fragments if one[1]]
        if len(head) < 8 or head[:4] != _ITEM or len(fragments) > _MOST_FRAGMENTS:
            raise _unusable("compressed pixels that end early", "a whole DICOM file")
        (length,) = struct.unpack("<I", head[4:])
        place = stream.tell()
        if place + length > pixels.size:
            raise _unusable("compressed pixels that end early", "a whole DICOM file")
        if table is None:
            if length > 4 * MOST_FRAMES:
                raise _unusable("an offset table that is too long", "a whole DICOM file")
            table = struct.unpack(f"<{length // 4}I", stream.read(length)[: length // 4 * 4])
        else:
            fragments.append((place, length))
        stream.seek(place + length)


def _by_offset(offsets: Sequence[int], fragments: Sequence[Place]) -> list[list[Place]]:
    """Groups fragments by the basic offset table, nothing where it does not fit them."""
    first = fragments[0][0] - 8
    starts = {first + offset for offset in offsets}
    if first not in starts or not starts <= {place - 8 for place, _ in fragments}:
        return []
    grouped: list[list[Place]] = []
    for fragment in fragments:
        if fragment[0] - 8 in starts:
            grouped.append([])
        grouped[-1].append(fragment)
    return grouped


def _by_end(pixels: PixelBytes, fragments: Sequence[Place]) -> list[list[Place]]:
    """Groups fragments by the marker that ends a JPEG image of any kind."""
    grouped: list[list[Place]] = [[]]
    for place, length in fragments:
        if grouped[-1] and _ends(pixels.stream, grouped[-1][-1]):
            grouped.append([])
        grouped[-1].append((place, length))
    return grouped


def _ends(stream: BinaryIO, fragment: Place) -> bool:
    place, length = fragment
    tail = min(length, 4)
    stream.seek(place + length - tail)
    return _END_OF_IMAGE in stream.read(tail)


def _unusable(found: str, needed: str) -> BadImage:
    return BadImage(
        "The image was not read.",
        found=found,
        needed=needed,
        mend="export the image again from the scanner or archive.",
    )
