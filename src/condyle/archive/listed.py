"""Studies of a page with their patients, asked for at once.

SQLite's driver lets go of the interpreter's lock at each row that it takes a step to. Where
several threads answer calls on several cores, taking the lock again costs many times what the
row does; so there a query gives all of its rows as one text, in one step.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, bindparam, func, select
from sqlalchemy.orm import Session

from condyle.archive.tables import Patient, StudyRow


class ListedStudy(NamedTuple):
    """What the worklist shows of a study; fields as those of ``StudyRow``."""

    id: int
    uid: str
    patient_id: int
    patient_sort: str
    accession: str
    description: str
    study_date: dt.date | None
    date_sort: dt.date
    anatomy: str | None
    modalities: str
    source: str
    simulated: bool
    priority_rank: int
    state: str
    reason: Mapping[str, Any] | None
    received_at: dt.datetime
    revision: int
    series_count: int
    instance_count: int
    finding_count: int


class ListedPatient(NamedTuple):
    """What the worklist shows of a patient; fields as those of ``Patient``."""

    id: int
    identifier: str
    name: str
    birth_date: dt.date | None
    sex: str | None
    pseudonym: str


_STUDY = tuple(StudyRow.__table__.c[name] for name in ListedStudy._fields)
_PATIENT = tuple(Patient.__table__.c[name] for name in ListedPatient._fields)
_COLUMNS = (*_STUDY, *_PATIENT)


def _page(*columns: ColumnElement[Any]) -> Select[Any]:
    joined = StudyRow.__table__.join(
        Patient.__table__, Patient.__table__.c.id == StudyRow.__table__.c.patient_id
    )
    wanted = StudyRow.__table__.c.id.in_(bindparam("ids", expanding=True))
    return select(*columns).select_from(joined).where(wanted)


# Made once: each anew costs as much as its query.
_ROWS = _page(*_COLUMNS)
_AS_ONE = _page(func.json_group_array(func.json_array(*_COLUMNS)))


def listed(
    session: Session, ids: Sequence[int]
) -> tuple[list[ListedStudy], dict[int, ListedPatient]]:
    """Gives studies, in the order of their numbers as given, and their patients by number.

    Args:
        session: A reader's transaction.
        ids: Numbers of studies that are there.
    """
    if not ids:
        return [], {}
    rows = _rows(session, ids)
    width = len(_STUDY)
    found = {row[0]: ListedStudy(*row[:width]) for row in rows}
    patients = {row[width]: ListedPatient(*row[width:]) for row in rows}
    return [found[study_id] for study_id in ids], patients


def whole_numbers(session: Session, query: Select[Any]) -> list[Sequence[int]]:
    """Gives the rows of a query whose columns are whole numbers, in its order.

    Args:
        session: A reader's transaction.
        query: It says how many rows at most, without which SQLite may forget their order.
    """
    if not _is_sqlite(session):
        return list(session.execute(query).all())
    rows = query.subquery()
    text = session.scalar(select(func.json_group_array(func.json_array(*rows.c))))
    given: list[Sequence[int]] = json.loads(text or "[]")
    return given


def _rows(session: Session, ids: Sequence[int]) -> list[Sequence[Any]]:
    if not _is_sqlite(session):
        return list(session.execute(_ROWS, {"ids": ids}).all())
    text = session.scalar(_AS_ONE, {"ids": ids})
    readers = _readers(session)
    return [
        [value if read is None else read(value) for read, value in zip(readers, row, strict=True)]
        for row in json.loads(text or "[]")
    ]


def _readers(session: Session) -> list[Any]:
    """Gives of each column what makes a value of what SQLite holds; ``None`` where it is one."""
    dialect = session.get_bind().dialect
    return [
        column.type.dialect_impl(dialect).result_processor(dialect, None) for column in _COLUMNS
    ]


def _is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"
