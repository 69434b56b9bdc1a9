"""Reading studies, and changing what a person may change of one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, undefer

from condyle.archive.absence import absent
from condyle.archive.database import next_revision
from condyle.archive.tables import InstanceRow, Patient, SeriesRow, StudyRow
from condyle.domain.messages import Message

ROUTINE = 2
"""Rank of a study that nobody wants sooner; 0 is stat, 1 urgent."""


@dataclass(frozen=True)
class Change:
    """A study that changed, and the revision that it has now."""

    study_id: int
    revision: int


def get_study(session: Session, study_id: int) -> StudyRow:
    """Gives a study.

    Raises:
        NotThere: There is none with that number.
    """
    row = session.get(StudyRow, study_id)
    if row is None:
        raise absent("study", study_id)
    return row


def find_study(session: Session, uid: str) -> StudyRow:
    """Gives a study by its Study Instance UID.

    Raises:
        NotThere: There is none with that UID.
    """
    row = session.scalar(select(StudyRow).where(StudyRow.uid == uid))
    if row is None:
        raise absent("study", uid)
    return row


def get_patient(session: Session, patient_id: int) -> Patient:
    """Gives a patient.

    Raises:
        NotThere: There is none with that number.
    """
    row = session.get(Patient, patient_id)
    if row is None:
        raise absent("patient", patient_id)
    return row


def patients_of(session: Session, studies: Sequence[StudyRow]) -> dict[int, Patient]:
    """Gives the patients of studies by their number, in one query."""
    wanted = {study.patient_id for study in studies}
    rows = session.scalars(select(Patient).where(Patient.id.in_(wanted)))
    return {row.id: row for row in rows}


def series_of(session: Session, study_id: int) -> list[SeriesRow]:
    """Gives the series of a study, by number and then by arrival."""
    query = select(SeriesRow).where(SeriesRow.study_id == study_id)
    rows = list(session.scalars(query.order_by(SeriesRow.id)))
    return sorted(rows, key=lambda row: (row.number is None, row.number or 0, row.id))


def instances_of(
    session: Session, study_id: int, *, series_id: int | None = None, bulky: bool = False
) -> list[InstanceRow]:
    """Gives the instances of a study, or of one of its series, by number.

    Args:
        session: A transaction.
        study_id: The study.
        series_id: Only of this series.
        bulky: With their headers and places of frames, which else wait until they are asked for.
    """
    query = select(InstanceRow).where(InstanceRow.study_id == study_id)
    if series_id is not None:
        query = query.where(InstanceRow.series_id == series_id)
    if bulky:
        query = query.options(undefer(InstanceRow.header), undefer(InstanceRow.frames_at))
    rows = list(session.scalars(query.order_by(InstanceRow.id)))
    return sorted(rows, key=lambda row: (row.number is None, row.number or 0, row.id))


def studies_of_patient(
    session: Session, patient_id: int, *, most: int | None = None
) -> list[StudyRow]:
    """Gives a patient's studies, the latest first.

    Args:
        session: A transaction.
        patient_id: The patient.
        most: No more than so many, the latest; all of them where ``None``.
    """
    query = select(StudyRow).where(StudyRow.patient_id == patient_id)
    if most is not None:
        latest = (StudyRow.study_date.desc().nulls_last(), StudyRow.id.desc())
        query = query.order_by(*latest).limit(most)
    return sorted(session.scalars(query), key=_moment, reverse=True)


def count_studies(session: Session, patient_id: int) -> int:
    """Gives how many studies a patient has."""
    query = select(func.count()).where(StudyRow.patient_id == patient_id)
    return session.scalar(query) or 0


def priors(session: Session, study: StudyRow) -> list[StudyRow]:
    """Gives the patient's earlier studies of the same anatomy, the latest first.

    Where the anatomy of either is not known, it may be the same.
    """
    return [
        row
        for row in studies_of_patient(session, study.patient_id)
        if _moment(row) < _moment(study)
        and (row.anatomy == study.anatomy or row.anatomy is None or study.anatomy is None)
    ]


def touch(session: Session, study: StudyRow) -> int:
    """Gives the study a new revision, which a change of anything of it needs."""
    study.revision = next_revision(session)
    session.flush()
    return study.revision


def change_priority(session: Session, study_id: int, rank: int) -> StudyRow:
    """Changes how soon a study is wanted: 0 stat, 1 urgent, 2 routine.

    Raises:
        NotThere: There is no such study.
    """
    study = get_study(session, study_id)
    if study.priority_rank != rank:
        study.priority_rank = rank
        touch(session, study)
    return study


def refuse_study(session: Session, study_id: int, reason: Message) -> None:
    """Says of a study that no bundle can read it, and why; one that was read stays read."""
    study = get_study(session, study_id)
    if study.state in ("received", "analysing"):
        study.state = "refused"
        study.reason = as_row(reason)
        touch(session, study)


def changes_since(session: Session, revision: int, limit: int = 500) -> list[Change]:
    """Gives the studies that changed after a revision, in order; each with its last one."""
    query = (
        select(StudyRow.id, StudyRow.revision)
        .where(StudyRow.revision > revision)
        .order_by(StudyRow.revision)
        .limit(limit)
    )
    return [Change(study_id, at) for study_id, at in session.execute(query)]


def last_revision(session: Session) -> int:
    """Gives the revision of the latest change, 0 where nothing was stored."""
    return next_revision(session) - 1


def as_row(message: Message) -> dict[str, object]:
    """Gives a message as a column holds it."""
    return {"code": message.code, "params": dict(message.params), "subject": message.subject}


def as_message(column: dict[str, object] | None) -> Message | None:
    """Gives the message that a column holds."""
    if column is None:
        return None
    params = column["params"]
    return Message(
        str(column["code"]),
        dict(params) if isinstance(params, dict) else {},
        str(column["subject"]),
    )


def _moment(study: StudyRow) -> tuple[str, str, int]:
    date = study.study_date.isoformat() if study.study_date else ""
    time = study.study_time.isoformat() if study.study_time else ""
    return (date, time, study.id)
