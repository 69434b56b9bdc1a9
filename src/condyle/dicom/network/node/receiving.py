"""Where received objects go: what a node asks of whoever keeps them."""

from __future__ import annotations

import struct
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

IMPLEMENTATION = "2.25.288163071247713964216023126829473817713"
"""Implementation class UID. It is in the file meta group of what is stored, so it never changes:
an object that is sent again must give the same bytes, whichever version receives it."""


@dataclass(frozen=True)
class Received:
    """An object that came whole.

    Attributes:
        uid: SOP Instance UID.
        study_uid: Study Instance UID.
        calling: AE title of who sent it.
        called: AE title that it was sent to.
    """

    uid: str
    study_uid: str
    calling: str
    called: str


class Taking(Protocol):
    """An object on its way in: a file of DICOM PS3.10, piece by piece."""

    def write(self, part: bytes | memoryview) -> None:
        """Adds bytes, which may be changed afterwards; raises ``Unavailable``."""

    def content(self) -> AbstractContextManager[bytes | memoryview]:
        """Opens all that was written, to be read."""

    def keep(self, of: Received) -> None:
        """Keeps it: durable when it returns; raises ``Unavailable``."""

    def abandon(self) -> None:
        """Leaves nothing of it; does nothing once it is kept."""


class Shelf(Protocol):
    """Takes objects, of many associations at a time."""

    def begin(self) -> Taking:
        """Opens an object; raises ``Unavailable`` where there is no room."""


def file_meta(class_uid: str, uid: str, syntax: str) -> bytes:
    """Gives what stands before a data set in a file (DICOM PS3.10 7.1).

    It holds nothing of the sender or the time, so that the same object gives the same file.

    Args:
        class_uid: SOP Class UID.
        uid: SOP Instance UID.
        syntax: Transfer syntax of the data set.
    """
    elements = (
        struct.pack("<HH2sHI", 2, 1, b"OB", 0, 2)
        + b"\x00\x01"
        + _uid(0x0002, class_uid)
        + _uid(0x0003, uid)
        + _uid(0x0010, syntax)
        + _uid(0x0012, IMPLEMENTATION)
    )
    length = struct.pack("<HH2sHI", 2, 0, b"UL", 4, len(elements))
    return bytes(128) + b"DICM" + length + elements


def _uid(element: int, uid: str) -> bytes:
    value = uid.encode("ascii")
    value += b"\0" * (len(value) % 2)
    return struct.pack("<HH2sH", 2, element, b"UI", len(value)) + value
