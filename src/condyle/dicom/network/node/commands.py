"""Command sets of C-ECHO and C-STORE (DICOM PS3.7 9.3), in implicit little endian as they are."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from condyle.dicom.network.node.stream import PeerWrong

STORE, ECHO = 0x0001, 0x0030
ANSWER = 0x8000

SUCCESS = 0x0000
NO_SUCH_INSTANCE = 0x0117
"""Invalid SOP Instance: the UID is none (DICOM PS3.7 C.5.6)."""
CLASS_NOT_SUPPORTED = 0x0122
UNKNOWN_OPERATION = 0x0211
NO_ROOM = 0xA700
"""Refused: out of resources (DICOM PS3.4 B.2.3)."""
NOT_OF_CLASS = 0xA900
"""Error: the data set does not match the SOP class, or the command."""
NOT_UNDERSTOOD = 0xC000

MOST_COMMAND = 1 << 14
_NO_DATA = 0x0101
_ELEMENT = struct.Struct("<HHI")


@dataclass(frozen=True)
class Command:
    """A request.

    Attributes:
        field: What is asked for, such as ``STORE``.
        message: Message ID.
        class_uid: Affected SOP Class UID, may be empty.
        uid: Affected SOP Instance UID, may be empty.
        has_data: Whether a data set follows.
    """

    field: int
    message: int
    class_uid: str
    uid: str
    has_data: bool


def read_command(content: bytes | bytearray) -> Command:
    """Reads a command set.

    Raises:
        PeerWrong: It is none.
    """
    values: dict[int, bytes] = {}
    at = 0
    while at < len(content):
        if at + 8 > len(content):
            raise PeerWrong("a command that ends early")
        group, element, length = _ELEMENT.unpack_from(content, at)
        if group != 0 or at + 8 + length > len(content):
            raise PeerWrong("a command with a wrong element")
        values[element] = bytes(content[at + 8 : at + 8 + length])
        at += 8 + length
    return Command(
        field=_number(values, 0x0100),
        message=_number(values, 0x0110),
        class_uid=_text(values, 0x0002),
        uid=_text(values, 0x1000),
        has_data=_number(values, 0x0800) != _NO_DATA,
    )


def answer(command: Command, status: int, comment: str = "") -> bytes:
    """Gives the command set that answers a request.

    Args:
        command: The request.
        status: How it ended.
        comment: Why, in at most 64 characters; it names no patient.
    """
    parts = [
        _element(0x0002, _padded(command.class_uid, b"\0")) if command.class_uid else b"",
        _element(0x0100, struct.pack("<H", command.field | ANSWER)),
        _element(0x0120, struct.pack("<H", command.message)),
        _element(0x0800, struct.pack("<H", _NO_DATA)),
        _element(0x0900, struct.pack("<H", status)),
        _element(0x0902, _padded(comment[:64], b" ")) if comment else b"",
        _element(0x1000, _padded(command.uid, b"\0")) if command.uid else b"",
    ]
    body = b"".join(parts)
    return _element(0x0000, struct.pack("<I", len(body))) + body


def _element(element: int, value: bytes) -> bytes:
    return _ELEMENT.pack(0, element, len(value)) + value


def _padded(text: str, by: bytes) -> bytes:
    value = text.encode("ascii", "replace")
    return value + by * (len(value) % 2)


def _number(values: dict[int, bytes], element: int) -> int:
    value = values.get(element, b"")
    if len(value) != 2:
        raise PeerWrong("a command without one of its numbers")
    return int.from_bytes(value, "little")


def _text(values: dict[int, bytes], element: int) -> str:
    return values.get(element, b"").decode("ascii", "replace").strip(" \0")
