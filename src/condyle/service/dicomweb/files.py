"""Whole instances of a study or series as one answer of several parts, read as files are."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from condyle.archive.archive import Archive
from condyle.archive.tables import InstanceRow, SeriesRow, StudyRow
from condyle.service.dicomweb.accept import DICOM, Range, ranges_of
from condyle.service.dicomweb.stored import Place

# So large that a turn of the event loop for each does not count: smaller ones were slower.
_CHUNK = 1 << 21

Piece = bytes | memoryview


@dataclass(frozen=True)
class StoredFile:
    """An instance's file: its object, its bytes and the transfer syntax that they are in."""

    object: str
    size: int
    syntax: str


@dataclass(frozen=True)
class Body:
    """A body of several parts whose length is known before it begins.

    Attributes:
        files: In their order.
        boundary: Between them; random, so that no file holds it.
    """

    files: Sequence[StoredFile]
    boundary: str

    @property
    def media(self) -> str:
        """Its ``Content-Type``."""
        return f'multipart/related; type="{DICOM}"; boundary={self.boundary}'

    @property
    def length(self) -> int:
        """Its bytes."""
        heads = sum(len(self._head(one)) + one.size + 2 for one in self.files)
        return heads + len(self._tail)

    @property
    def _tail(self) -> bytes:
        return f"--{self.boundary}--\r\n".encode()

    def _head(self, one: StoredFile) -> bytes:
        return (
            f"--{self.boundary}\r\nContent-Type: {DICOM}; transfer-syntax={one.syntax}\r\n\r\n"
        ).encode()

    def pieces(self, archive: Archive) -> Iterator[Piece]:
        """Gives its bytes in few large pieces: each costs a turn of the event loop.

        A piece is written into until it is full, then given on, and a new one begun.
        """
        piece = bytearray(_CHUNK)
        at = 0
        for one in self.files:
            head = self._head(one)
            left = one.size
            with archive.objects.open(one.object) as stream:
                number = stream.fileno()
                if at + len(head) + 2 > _CHUNK:
                    yield memoryview(piece)[:at]
                    piece, at = bytearray(_CHUNK), 0
                piece[at : at + len(head)] = head
                at += len(head)
                while left:
                    if at >= _CHUNK - 2:
                        yield memoryview(piece)[:at]
                        piece, at = bytearray(_CHUNK), 0
                    room = min(left, _CHUNK - 2 - at)
                    got = os.readv(number, [memoryview(piece)[at : at + room]])
                    if not got:
                        return  # the object is shorter than its row says: the answer breaks off
                    at, left = at + got, left - got
            piece[at : at + 2] = b"\r\n"
            at += 2
        yield bytes(memoryview(piece)[:at]) + self._tail


def body_of(files: Sequence[StoredFile]) -> Body:
    """Gives the body of some files."""
    return Body(files, secrets.token_hex(16))


def stored_files(session: Session, place: Place) -> list[StoredFile]:
    """Gives the files of a study or series, in the order of their numbers."""
    query = (
        select(InstanceRow.object, InstanceRow.size, InstanceRow.transfer_syntax)
        .join(SeriesRow, SeriesRow.id == InstanceRow.series_id)
        .join(StudyRow, StudyRow.id == InstanceRow.study_id)
        .where(*place.conditions())
        .order_by(SeriesRow.number, SeriesRow.id, InstanceRow.number, InstanceRow.id)
    )
    return [StoredFile(*row) for row in session.execute(query)]


def accepted(files: Sequence[StoredFile], accept: str) -> list[StoredFile]:
    """Gives those of the files that a client takes as they are; nothing is turned into another.

    Args:
        files: What is there.
        accept: The ``Accept`` header. Without a transfer syntax it takes any.
    """
    ranges = [one for one in ranges_of(accept) if _is_of_dicom(one)]
    return [file for file in files if any(one.syntax in ("*", file.syntax) for one in ranges)]


def _is_of_dicom(one: Range) -> bool:
    if one.media == "multipart/related":
        return one.parameters.get("type", DICOM).lower() in (DICOM, "application/*", "*/*")
    return one.media in ("*/*", "multipart/*")
