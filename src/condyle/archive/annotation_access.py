"""Which studies and series somebody sees who annotates: those of their cases, and no other."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session

from condyle.archive.absence import absent
from condyle.archive.annotation_tables import AnnotationCase, AnnotationList, AnnotationPerson
from condyle.archive.tables import SeriesRow, StudyRow


def assigned_case(session: Session, case_id: int, user_id: int) -> AnnotationCase:
    """Gives a case that somebody draws on.

    Raises:
        NotThere: There is no such case, or it is not theirs: nobody learns which.
    """
    row: AnnotationCase | None = session.scalar(_assigned(select(AnnotationCase), user_id, case_id))
    if row is None:
        raise absent("case", case_id)
    return row


def assigned_lists(session: Session, user_id: int) -> list[AnnotationList]:
    """Gives the lists that somebody draws on, the latest first; those that were closed are out."""
    query = (
        select(AnnotationList)
        .join(AnnotationPerson, AnnotationPerson.list_id == AnnotationList.id)
        .where(*_theirs(user_id))
    )
    return list(session.scalars(query.order_by(AnnotationList.id.desc())))


def shown_study(user_id: int) -> ColumnElement[bool]:
    """Gives what a study must meet so that somebody who annotates sees that it is there."""
    return StudyRow.id.in_(_assigned(select(AnnotationCase.study_id), user_id))


def shown_series(user_id: int) -> ColumnElement[bool]:
    """Gives what a series must meet so that somebody who annotates sees it."""
    whole = _assigned(select(AnnotationCase.study_id), user_id)
    single = _assigned(select(AnnotationCase.series_uid), user_id)
    return or_(
        SeriesRow.study_id.in_(whole.where(AnnotationCase.series_uid.is_(None))),
        SeriesRow.uid.in_(single.where(AnnotationCase.series_uid.is_not(None))),
    )


def check_shown(session: Session, user_id: int, *, study_uid: str, series_uid: str) -> None:
    """Checks that somebody who annotates may see a series, or a whole study.

    Args:
        session: A transaction.
        user_id: Who annotates.
        study_uid: The study.
        series_uid: The series; ``""`` for the whole study.

    Raises:
        NotThere: It is none of their cases, in the words for one that is not there.
    """
    if series_uid:
        query = select(SeriesRow.id).join(StudyRow, StudyRow.id == SeriesRow.study_id)
        query = query.where(SeriesRow.uid == series_uid, shown_series(user_id))
    else:
        whole = _assigned(select(AnnotationCase.study_id), user_id)
        query = select(StudyRow.id)
        query = query.where(StudyRow.id.in_(whole.where(AnnotationCase.series_uid.is_(None))))
    if session.execute(query.where(StudyRow.uid == study_uid).limit(1)).first() is None:
        raise absent("series" if series_uid else "study", series_uid or study_uid)


def _assigned(query: Select[Any], user_id: int, case_id: int | None = None) -> Select[Any]:
    query = query.select_from(AnnotationCase)
    query = query.join(AnnotationList, AnnotationList.id == AnnotationCase.list_id)
    query = query.join(AnnotationPerson, AnnotationPerson.list_id == AnnotationList.id)
    query = query.where(*_theirs(user_id))
    return query if case_id is None else query.where(AnnotationCase.id == case_id)


def _theirs(user_id: int) -> tuple[ColumnElement[bool], ...]:
    return (
        AnnotationPerson.user_id == user_id,
        AnnotationPerson.removed_at.is_(None),
        AnnotationList.closed_at.is_(None),
    )
