"""Finding a stored instance by its UIDs, with one look at the database."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session

from condyle.archive.absence import absent
from condyle.archive.archive import Archive
from condyle.archive.tables import InstanceRow, Patient, SeriesRow, StudyRow
from condyle.archive.teaching_aid import is_under_way
from condyle.dicom.frame_bytes import StoredFrames, needs_bits
from condyle.dicom.json_header import inflated_header, value_of
from condyle.dicom.web_attributes import without_identity

_AT_ONCE = 100


@dataclass(frozen=True)
class Place:
    """UIDs of a study, and of what in it is meant; an empty one means all.

    ``told`` is what an instance must meet for who asks, as ``told_to`` gives it.
    """

    study: str
    series: str = ""
    instance: str = ""
    told: ColumnElement[bool] = field(default_factory=true, repr=False, compare=False)

    def conditions(self) -> list[ColumnElement[bool]]:
        """Gives what a row of a study, a series and an instance must meet."""
        return [*self.above(), self.told]

    def above(self) -> list[ColumnElement[bool]]:
        """Gives what a row must meet but for what is told to whom."""
        found = [StudyRow.uid == self.study]
        found += [SeriesRow.uid == self.series] if self.series else []
        return found + ([InstanceRow.uid == self.instance] if self.instance else [])


@dataclass(frozen=True)
class Located:
    """Where an instance lies, and whose it is.

    Attributes:
        study_id: Row of its study.
        patient_id: Row of its patient.
        object: Its stored bytes.
        size: Their count.
        syntax: Their Transfer Syntax UID.
        frames_at: Where its frames lie in them.
        learnt: Whether who asks reads its study as a teaching case, which has no name.
    """

    study_id: int
    patient_id: int
    object: str
    size: int
    syntax: str
    frames_at: Sequence[Any]
    learnt: bool


def locate(session: Session, place: Place, user_id: int) -> Located:
    """Finds one instance, for somebody.

    Raises:
        NotThere: There is none with these UIDs.
    """
    row = session.execute(
        select(
            StudyRow.id,
            StudyRow.patient_id,
            InstanceRow.object,
            InstanceRow.size,
            InstanceRow.transfer_syntax,
            InstanceRow.frames_at,
            is_under_way(user_id),
        )
        .join(SeriesRow, SeriesRow.id == InstanceRow.series_id)
        .join(StudyRow, StudyRow.id == InstanceRow.study_id)
        .where(*place.conditions())
    ).first()
    if row is None:
        raise absent("instance", place.instance)
    return Located(*row)


def stored_frames(archive: Archive, place: Place, located: Located) -> StoredFrames:
    """Gives where the frames of an instance are read from."""
    bits = 16
    if needs_bits(located.syntax):
        bits = int(_value(archive, place, "BitsAllocated") or bits)
    frames = [one if isinstance(one[0], list) else [one] for one in located.frames_at]
    return StoredFrames(archive.objects.path(located.object), located.syntax, frames, bits)


def patient_of(session: Session, place: Place) -> tuple[int, int, str]:
    """Gives the rows of a study and its patient, and the patient's pseudonym.

    Raises:
        NotThere: There is no such study, or it has no such series or instance.
    """
    query = (
        select(StudyRow.id, StudyRow.patient_id, Patient.pseudonym)
        .join(Patient, Patient.id == StudyRow.patient_id)
        .join(SeriesRow, SeriesRow.study_id == StudyRow.id)
        .join(InstanceRow, InstanceRow.series_id == SeriesRow.id)
        .where(*place.conditions())
        .limit(1)
    )
    row = session.execute(query).first()
    if row is None:
        kind = "instance" if place.instance else "series" if place.series else "study"
        raise absent(kind, place.instance or place.series or place.study)
    return row[0], row[1], row[2]


def headers(archive: Archive, place: Place, pseudonym: str | None) -> Iterator[bytes]:
    """Gives the JSON text of an array of headers, a piece at a time, in their order.

    Args:
        archive: Where they are.
        place: Whose headers.
        pseudonym: Stands in place of the patient, ``None`` where the reader may know them.
    """
    first = True
    with archive.database.read() as session:
        ids = list(session.scalars(_ordered(select(InstanceRow.id), place)))
    yield b"["
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        with archive.database.read() as session:
            query = select(InstanceRow.id, InstanceRow.header).where(InstanceRow.id.in_(some))
            found = {row[0]: row[1] for row in session.execute(query)}
        texts = [_text(found[one], pseudonym) for one in some if one in found]
        yield (b"" if first else b",") + b",".join(texts)
        first = False
    yield b"]"


def _ordered(query: Any, place: Place) -> Any:
    return (
        query.join(SeriesRow, SeriesRow.id == InstanceRow.series_id)
        .join(StudyRow, StudyRow.id == InstanceRow.study_id)
        .where(*place.conditions())
        .order_by(SeriesRow.number, SeriesRow.id, InstanceRow.number, InstanceRow.id)
    )


def _text(header: bytes, pseudonym: str | None) -> bytes:
    text = inflated_header(header)
    if pseudonym is None:
        return text
    document = without_identity(json.loads(text), pseudonym)
    return json.dumps(document, separators=(",", ":"), allow_nan=False).encode()


def shows_identity(archive: Archive, place: Place) -> bool:
    """Tells whether an instance says that its pixels show who the patient is."""
    return str(_value(archive, place, "BurnedInAnnotation")).upper() == "YES"


def _value(archive: Archive, place: Place, keyword: str) -> Any:
    with archive.database.read() as session:
        query = select(InstanceRow.header).where(InstanceRow.uid == place.instance)
        return value_of(session.scalars(query).one(), keyword)
