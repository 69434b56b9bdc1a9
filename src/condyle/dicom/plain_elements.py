"""Cutting the header of an ordinary file into its elements, as bytes and without decoding one."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass

from pydicom.uid import (
    AllTransferSyntaxes,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
    MediaStorageDirectoryStorage,
)

_SYNTAXES = {str(one) for one in AllTransferSyntaxes} - {
    str(ExplicitVRBigEndian),
    str(DeflatedExplicitVRLittleEndian),
}
_UNDEFINED = 0xFFFFFFFF
_MOST_DEPTH = 16
_SHORT = frozenset(
    b"AE AS AT CS DA DS DT FD FL IS LO LT PN SH SL SS ST TM UI UL US".split(),
)
_LONG = frozenset(b"OB OD OF OL OV OW SQ SV UC UN UR UT UV".split())
_PIXEL_TAGS = (0x7FE00008, 0x7FE00009, 0x7FE00010)
_META_CLASS, _META_SYNTAX = 0x00020002, 0x00020010
_FIRST_GROUP = 0x0008
_HEAD = struct.Struct("<HH2sHI").unpack_from  # beyond a short element's head reads its value
_HEAD_BYTES = 12
_LENGTH = struct.Struct("<I").unpack_from


@dataclass(frozen=True)
class PlainElements:
    """The elements before the pixels.

    Attributes:
        syntax: Transfer Syntax UID.
        implicit: Whether the elements state no VR.
        at: For each tag, in order, the bytes of its element with tag, VR and length.
        pixels_at: Where the value of the pixel data begins in the file.
        pixels_length: Bytes of that value, ``None`` where it is encapsulated.
    """

    syntax: str
    implicit: bool
    at: Mapping[int, bytes]
    pixels_at: int
    pixels_length: int | None

    def value(self, tag: int) -> bytes | None:
        """Gives the value of an element whose head has eight bytes; ``None`` where it is absent."""
        element = self.at.get(tag)
        return None if element is None else element[8:]


class _NotPlain(Exception):
    """The file has something that only a full reading understands."""


def plain_elements(head: bytes) -> PlainElements | None:
    """Cuts a header, if it is one about which nothing has to be guessed.

    It is not plain where it is deflated, big endian, of an unknown syntax or no image; where its
    elements are out of order or of no VR that the standard has; or where it is longer than the
    bytes that are given.

    Args:
        head: The beginning of a file.
    """
    try:
        meta, start = _meta(head)
        syntax = _uid(meta.get(_META_SYNTAX, b""))
        if _uid(meta.get(_META_CLASS, b"")) == MediaStorageDirectoryStorage:
            return None
        if syntax not in _SYNTAXES:
            return None
        return _data_set(head, start, syntax)
    except (_NotPlain, struct.error, ValueError):
        return None


def _meta(head: bytes) -> tuple[dict[int, bytes], int]:
    """Gives the elements of the file meta group, and where the data set begins."""
    if head[128:132] != b"DICM":
        raise _NotPlain
    found: dict[int, bytes] = {}
    at = 132
    while head[at : at + 2] == b"\x02\x00":
        tag, begin, length = _explicit(head, at)
        found[tag] = head[at : begin + length]
        at = begin + length
    return found, at


def _uid(element: bytes) -> str:
    return element[8:].rstrip(b"\0").decode("ascii")


def _data_set(head: bytes, at: int, syntax: str) -> PlainElements:
    implicit = syntax == ImplicitVRLittleEndian
    read = _implicit if implicit else _explicit
    found: dict[int, bytes] = {}
    last = _FIRST_GROUP << 16
    size = len(head)
    while True:
        tag, begin, length = read(head, at)
        if tag in _PIXEL_TAGS:
            stated = None if length == _UNDEFINED else length
            return PlainElements(syntax, implicit, found, begin, stated)
        if tag <= last or tag > _PIXEL_TAGS[-1]:
            raise _NotPlain
        end = begin + length
        if length == _UNDEFINED:
            if not implicit and head[at + 4 : at + 6] != b"SQ":
                raise _NotPlain
            end = _end_of_items(head, begin, implicit, 0)
        if end > size:
            raise _NotPlain
        found[tag] = head[at:end]
        last, at = tag, end


def _explicit(head: bytes, at: int) -> tuple[int, int, int]:
    """Gives an element's tag, where its value begins, and its length."""
    group, element, vr, short, long = _HEAD(head, at)
    if vr in _SHORT:
        return group << 16 | element, at + 8, short
    if vr in _LONG:
        return group << 16 | element, at + _HEAD_BYTES, long
    raise _NotPlain


def _implicit(head: bytes, at: int) -> tuple[int, int, int]:
    group, element, looks, _, _ = _HEAD(head, at)
    if looks.isalpha():  # it may have a VR against its word
        raise _NotPlain
    return group << 16 | element, at + 8, _LENGTH(head, at + 4)[0]


def _end_of_items(head: bytes, at: int, implicit: bool, depth: int) -> int:
    """Gives where a sequence of undefined length is over."""
    if depth > _MOST_DEPTH:
        raise _NotPlain
    while True:
        group, element, _, _, _ = _HEAD(head, at)
        (length,) = _LENGTH(head, at + 4)
        at += 8
        if (group, element) == (0xFFFE, 0xE0DD):
            return at
        if (group, element) != (0xFFFE, 0xE000):
            raise _NotPlain
        at = at + length if length != _UNDEFINED else _end_of_item(head, at, implicit, depth)


def _end_of_item(head: bytes, at: int, implicit: bool, depth: int) -> int:
    read = _implicit if implicit else _explicit
    while True:
        if head[at : at + 4] == b"\xfe\xff\x0d\xe0":
            return at + 8
        tag, begin, length = read(head, at)
        if tag >> 16 == 0xFFFE:
            raise _NotPlain
        if length != _UNDEFINED:
            at = begin + length
        elif implicit or head[at + 4 : at + 6] == b"SQ":
            at = _end_of_items(head, begin, implicit, depth + 1)
        else:
            raise _NotPlain
