"""Looking through a data set without decoding it: who it is, and whether its lengths hold.

A reader of headers takes some milliseconds an object, which a sender would wait for. This walks
from element to element, keeps a few values and proves that every length ends within the data.
"""

from __future__ import annotations

import re
import struct
import zlib
from dataclasses import dataclass

from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
)

MOST_ELEMENTS = 1_000_000
MOST_DEPTH = 64
"""Sequences within one another; no object of the standard comes near it."""
MOST_INFLATED = 1 << 30

_HEAD_OF_DEFLATED = 1 << 22
_UNDEFINED = 0xFFFFFFFF
_LONG = frozenset(
    (b"OB", b"OW", b"OF", b"OD", b"OL", b"OV", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV")
)
_CLASS, _INSTANCE, _STUDY, _SERIES = 0x00080016, 0x00080018, 0x0020000D, 0x0020000E
_SAMPLES, _PHOTOMETRIC, _FRAMES = 0x00280002, 0x00280004, 0x00280008
_ROWS, _COLUMNS, _BITS = 0x00280010, 0x00280011, 0x00280100
_PIXELS = (0x7FE00008, 0x7FE00009, 0x7FE00010)
_WANTED = frozenset(
    (_CLASS, _INSTANCE, _STUDY, _SERIES, _SAMPLES, _FRAMES, _ROWS, _COLUMNS, _BITS, _PHOTOMETRIC)
)
_UID = re.compile(r"[0-9]+(\.[0-9]+)*")


class NotUnderstood(Exception):
    """A data set that cannot be kept; ``args[0]`` says why without any of its values."""


@dataclass(frozen=True)
class Skimmed:
    """What a data set says of itself."""

    class_uid: str
    uid: str
    study_uid: str
    series_uid: str


@dataclass(frozen=True)
class _Walked:
    values: dict[int, bytes]
    pixels: int | None
    """Bytes of the pixel data, -1 where they are encapsulated, ``None`` where there are none."""


def is_uid(text: str) -> bool:
    """Tells whether a text is a UID (DICOM PS3.5 9.1); it could be a name or a path."""
    return len(text) <= 64 and bool(_UID.fullmatch(text))


def skim(content: bytes | memoryview, start: int, syntax: str) -> Skimmed:
    """Looks through a data set.

    Args:
        content: Holds it.
        start: Where it begins in the content.
        syntax: Its transfer syntax.

    Raises:
        NotUnderstood: A length lies, it ends early, or one of its UIDs is none.
    """
    if syntax == DeflatedExplicitVRLittleEndian:
        content, start, whole = _inflated(content, start), 0, False
    else:
        whole = True
    order = ">" if syntax == ExplicitVRBigEndian else "<"
    implicit = syntax == ImplicitVRLittleEndian or not _has_vr(content, start)
    walked = _Walk(content, order, whole=whole).walk(start, implicit)
    if whole:
        _check_pixels(walked, order, encapsulated=UID(syntax).is_encapsulated)
    uids = [
        walked.values.get(tag, b"").decode("ascii", "replace").strip(" \0")
        for tag in (_CLASS, _INSTANCE, _STUDY, _SERIES)
    ]
    if not all(map(is_uid, uids)):
        raise NotUnderstood("a UID is missing or is none")
    return Skimmed(*uids)


def _has_vr(content: bytes | memoryview, start: int) -> bool:
    """Tells whether elements have their VR, which some senders leave out against their word."""
    vr = bytes(content[start + 4 : start + 6])
    return vr.isalpha() and vr.isupper()


class _Walk:
    def __init__(self, content: bytes | memoryview, order: str, *, whole: bool) -> None:
        self._content = content
        self._whole = whole
        self._tag = struct.Struct(order + "HH").unpack_from
        self._long = struct.Struct(order + "I").unpack_from
        self._short = struct.Struct(order + "H").unpack_from

    def walk(self, at: int, implicit: bool) -> _Walked:
        """Goes through the elements, into those of undefined length only."""
        try:
            return self._walk(at, implicit)
        except struct.error:
            raise NotUnderstood("the data set ends early") from None

    def _walk(self, at: int, implicit: bool) -> _Walked:
        content, end = self._content, len(self._content)
        tag_at, long_at, short_at = self._tag, self._long, self._short
        values: dict[int, bytes] = {}
        pixels: int | None = None
        within: list[bool] = []  # encodings of what the open sequences and items lie in
        left = MOST_ELEMENTS
        while at < end:
            left -= 1
            if left < 0:
                raise NotUnderstood("more elements than any object has")
            group, element = tag_at(content, at)
            if group == 0xFFFE:
                (length,) = long_at(content, at + 4)
                at += 8
                if not within:
                    raise NotUnderstood("an item outside of a sequence")
                if element != 0xE000:
                    implicit = within.pop()
                    continue
                vr = b""
            elif implicit:
                (length,) = long_at(content, at + 4)
                vr, at = b"", at + 8
            else:
                vr = bytes(content[at + 4 : at + 6])
                if vr in _LONG:
                    (length,) = long_at(content, at + 8)
                    at += 12
                else:
                    (length,) = short_at(content, at + 6)
                    at += 8
            top = not within and group < 0x7FE1
            tag = group << 16 | element
            if top and tag in _PIXELS:
                pixels = -1 if length == _UNDEFINED else length
            if length == _UNDEFINED:
                if len(within) >= 2 * MOST_DEPTH:
                    raise NotUnderstood("sequences nested deeper than in any object")
                within.append(implicit)
                implicit = implicit or vr == b"UN"  # as implicit little endian (PS3.5 6.2.2)
                continue
            if at + length > end and self._whole:
                raise NotUnderstood("an element is longer than what came")
            if top and tag in _WANTED:
                values[tag] = bytes(content[at : at + min(length, 1024)])
            at += length
        if within and self._whole:
            raise NotUnderstood("the data set ends early")
        return _Walked(values, pixels)


def _check_pixels(walked: _Walked, order: str, *, encapsulated: bool) -> None:
    """Refuses an image without its pixels, or with fewer than it states."""
    if not walked.values.get(_ROWS):
        return
    if walked.pixels is None:
        raise NotUnderstood("an image without pixel data")
    if (walked.pixels < 0) != encapsulated:
        raise NotUnderstood("pixel data that are not as the transfer syntax says")
    if encapsulated:
        return
    rows, columns, bits = (_number(walked, tag, order) for tag in (_ROWS, _COLUMNS, _BITS))
    samples = _number(walked, _SAMPLES, order) or 1
    stated = walked.values.get(_FRAMES, b"").decode("ascii", "replace").strip(" \0")
    frames = int(stated) if stated.isascii() and stated.isdigit() else 1
    expected = rows * columns * samples * bits * frames // 8
    if walked.values.get(_PHOTOMETRIC, b"").strip(b" \0") == b"YBR_FULL_422":
        expected = expected * 2 // 3
    if walked.pixels < expected:
        raise NotUnderstood("fewer pixels than its header states")


def _number(walked: _Walked, tag: int, order: str) -> int:
    value = walked.values.get(tag, b"")[:2]
    return int.from_bytes(value, "big" if order == ">" else "little")


def _inflated(content: bytes | memoryview, start: int) -> bytes:
    """Gives the beginning of a deflated data set, and unpacks all of it without keeping it."""
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    kept, total = bytearray(), 0
    rest: bytes | memoryview = content[start:]
    try:
        while rest and not unpacker.eof:
            part = unpacker.decompress(rest, 1 << 20)
            rest = unpacker.unconsumed_tail
            total += len(part)
            if total > MOST_INFLATED:
                raise NotUnderstood("a deflated data set that unpacks to more than 1 GiB")
            kept += part[: max(0, _HEAD_OF_DEFLATED - len(kept))]
    except zlib.error:
        raise NotUnderstood("a deflated data set that is broken") from None
    if not unpacker.eof:
        raise NotUnderstood("the data set ends early")
    return bytes(kept)
