"""Whole instances of a study or series as one answer of several parts, read as files are."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from condyle.archive.archive import Archive
from condyle.archive.tables import InstanceRow, SeriesRow, StudyRow
from condyle.service.dicomweb.accept import DICOM, Range, ranges_of
from condyle.service.dicomweb.sending import FilePart
from condyle.service.dicomweb.stored import Place


@dataclass(frozen=True)
class StoredFile:
    """An instance's file: its object, its bytes and the transfer syntax that they are in."""

    object: str
    size: int
    syntax: str


@dataclass(frozen=True)
class Body:
    """A body of several parts.

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

    def parts(self, archive: Archive) -> list[FilePart]:
        """Gives its files, each behind its head; what follows them is ``tail``."""
        place = archive.objects.place
        return [
            FilePart((b"\r\n" if at else b"") + self._head(one), place(one.object), one.size)
            for at, one in enumerate(self.files)
        ]

    @property
    def tail(self) -> bytes:
        """What follows the last file."""
        return f"\r\n--{self.boundary}--\r\n".encode()

    def _head(self, one: StoredFile) -> bytes:
        return (
            f"--{self.boundary}\r\nContent-Type: {DICOM}; transfer-syntax={one.syntax}\r\n\r\n"
        ).encode()


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
