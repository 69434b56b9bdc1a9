"""Which rows name which stored objects."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from condyle.archive.clinical_tables import Addendum, ClinicalReport, Observation
from condyle.archive.network_tables import Outgoing
from condyle.archive.tables import Analysis, ConflictRow, InstanceRow, Upload, UploadFile

_AT_ONCE = 2_000
_CLINICAL: tuple[tuple[str, tuple[InstrumentedAttribute[Any], ...]], ...] = (
    ("form of observation", (Observation.id, Observation.form_object)),
    ("content of report", (ClinicalReport.id, ClinicalReport.content)),
    ("PDF of report", (ClinicalReport.id, ClinicalReport.pdf)),
    ("page of report", (ClinicalReport.id, ClinicalReport.html)),
    ("content of addendum", (Addendum.id, Addendum.content)),
)


@dataclass(frozen=True)
class Reference:
    """A row that names an object.

    Attributes:
        place: Table and number of the row.
        sha256: The object.
        size: Bytes that the row says it has; ``None`` where it says nothing.
    """

    place: str
    sha256: str
    size: int | None


def references(session: Session) -> Iterator[Reference]:
    """Gives every place where a row names an object, an object perhaps several times.

    What was sent in an upload that was abandoned is named no longer.
    """
    yield from _of(session, "instance", (InstanceRow.id, InstanceRow.object, InstanceRow.size))
    yield from _of(session, "original of instance", (InstanceRow.id, InstanceRow.derived_from))
    yield from _of(session, "conflict", (ConflictRow.id, ConflictRow.object, ConflictRow.size))
    yield from _of_uploads(session)
    yield from _of(session, "outgoing object", (Outgoing.id, Outgoing.object))
    yield from _of(session, "report of analysis", (Analysis.id, Analysis.report))
    for place, columns in _CLINICAL:
        yield from _of(session, place, columns)
    query = select(Analysis).where(Analysis.files.is_not(None))
    for run in session.scalars(query.execution_options(yield_per=_AT_ONCE)):
        for name, sha256 in (run.files or {}).items():
            yield Reference(f"file {name} of analysis {run.id}", str(sha256), None)


def named_objects(session: Session) -> set[str]:
    """Gives the names of all objects that rows name."""
    return {reference.sha256 for reference in references(session)}


def _of(
    session: Session, place: str, columns: tuple[InstrumentedAttribute[Any], ...]
) -> Iterator[Reference]:
    query = select(*columns).where(columns[1].is_not(None))
    for row in session.execute(query.execution_options(yield_per=_AT_ONCE)):
        yield Reference(f"{place} {row[0]}", row[1], row[2] if len(row) > 2 else None)


def _of_uploads(session: Session) -> Iterator[Reference]:
    query = (
        select(UploadFile.id, UploadFile.object, UploadFile.size)
        .join(Upload, Upload.id == UploadFile.upload_id)
        .where(UploadFile.object.is_not(None), Upload.state != "abandoned")
    )
    for row in session.execute(query.execution_options(yield_per=_AT_ONCE)):
        yield Reference(f"uploaded file {row[0]}", str(row[1]), row[2])
