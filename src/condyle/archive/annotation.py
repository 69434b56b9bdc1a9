"""Lists of cases that several people draw on, blind to each other."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from condyle.archive.absence import absent
from condyle.archive.annotation_tables import AnnotationCase, AnnotationList, AnnotationPerson
from condyle.archive.tables import StudyRow, User
from condyle.errors import Conflict, InputError


@dataclass(frozen=True)
class NewCase:
    """A study to be drawn on, or one series of it."""

    study_id: int
    series_uid: str | None = None


@dataclass(frozen=True, kw_only=True)
class NewList:
    """A list to be made.

    Attributes:
        name: As people see it.
        labels: What is to be drawn, as ``AnnotationList.labels``.
        cases: In the order in which they are numbered.
        annotators: Who draws.
        seed: Of the annotators' orders.
        user_id: Who makes it.
        at: When.
    """

    name: str
    labels: Sequence[Mapping[str, Any]]
    cases: Sequence[NewCase]
    annotators: Sequence[int]
    seed: int
    user_id: int
    at: dt.datetime


def make_list(session: Session, new: NewList) -> AnnotationList:
    """Makes a list with its cases and annotators.

    Raises:
        InputError: It has no case, or two that are the same.
    """
    if not new.cases or len(set(new.cases)) < len(new.cases):
        raise InputError(
            "The list was not made.",
            found="a case twice" if new.cases else "no case",
            needed="at least one case, each once",
            mend="choose the studies anew.",
        )
    row = AnnotationList(
        name=new.name,
        labels=[dict(label) for label in new.labels],
        seed=new.seed,
        created_by=new.user_id,
        created_at=new.at,
    )
    session.add(row)
    session.flush()
    for position, case in enumerate(new.cases, 1):
        session.add(
            AnnotationCase(
                list_id=row.id,
                study_id=case.study_id,
                series_uid=case.series_uid,
                position=position,
            )
        )
    session.flush()
    assign(session, row.id, new.annotators, at=new.at)
    return row


def get_list(session: Session, list_id: int) -> AnnotationList:
    """Gives a list.

    Raises:
        NotThere: There is none with that number.
    """
    row = session.get(AnnotationList, list_id)
    if row is None:
        raise absent("annotation list", list_id)
    return row


def all_lists(session: Session) -> list[AnnotationList]:
    """Gives every list, the latest first."""
    return list(session.scalars(select(AnnotationList).order_by(AnnotationList.id.desc())))


def get_case(session: Session, case_id: int) -> AnnotationCase:
    """Gives a case.

    Raises:
        NotThere: There is none with that number.
    """
    row = session.get(AnnotationCase, case_id)
    if row is None:
        raise absent("case", case_id)
    return row


def cases_of(session: Session, list_id: int) -> list[AnnotationCase]:
    """Gives the cases of a list, by their position."""
    query = select(AnnotationCase).where(AnnotationCase.list_id == list_id)
    return list(session.scalars(query.order_by(AnnotationCase.position)))


def annotators_of(session: Session, list_id: int, *, former: bool = False) -> list[User]:
    """Gives who draws on a list, by their names.

    Args:
        session: A transaction.
        list_id: The list.
        former: Also those who were taken off it.
    """
    query = select(User).join(AnnotationPerson, AnnotationPerson.user_id == User.id)
    query = query.where(AnnotationPerson.list_id == list_id)
    if not former:
        query = query.where(AnnotationPerson.removed_at.is_(None))
    return list(session.scalars(query.order_by(User.name)))


def assign(session: Session, list_id: int, users: Sequence[int], *, at: dt.datetime) -> None:
    """Says who draws on a list; what somebody drew stays when they are taken off it.

    Raises:
        InputError: One of them is not there.
    """
    wanted = set(users)
    known = set(session.scalars(select(User.id).where(User.id.in_(wanted))))
    if known != wanted:
        raise InputError(
            "The annotators were not set.",
            found="somebody who has no account",
            needed="people who may annotate",
            mend="load the page again and choose from those it names.",
        )
    query = select(AnnotationPerson).where(AnnotationPerson.list_id == list_id)
    before = {row.user_id: row for row in session.scalars(query)}
    for user_id in sorted(wanted - set(before)):
        session.add(AnnotationPerson(list_id=list_id, user_id=user_id, added_at=at))
    for user_id, row in before.items():
        if user_id in wanted:
            row.removed_at = None
        elif row.removed_at is None:
            row.removed_at = at
    session.flush()


def close_list(session: Session, list_id: int, *, closed: bool, at: dt.datetime) -> AnnotationList:
    """Ends drawing on a list, or lets it go on."""
    row = get_list(session, list_id)
    if closed and row.closed_at is None:
        row.closed_at = at
    elif not closed:
        row.closed_at = None
    session.flush()
    return row


def require_open(row: AnnotationList) -> None:
    """Refuses to go on with a list that was closed.

    Raises:
        Conflict: It was.
    """
    if row.closed_at is not None:
        raise Conflict(
            "What was drawn was not kept.",
            found="a list that was closed",
            needed="a list that is open",
            mend="ask whoever leads the list to open it again.",
        )


def order_for(cases: Sequence[AnnotationCase], *, seed: int, user_id: int) -> list[AnnotationCase]:
    """Gives the cases of a list in the order of one annotator.

    Each annotator has another order, so that tiredness falls on other cases; it stays the same
    from day to day, and when cases are added.
    """

    def place(case: AnnotationCase) -> bytes:
        return hashlib.sha256(f"{seed}:{user_id}:{case.id}".encode()).digest()

    return sorted(cases, key=place)


def annotators(session: Session, roles: Sequence[str]) -> list[User]:
    """Gives who could be asked to draw: whoever has one of these roles, by their names."""
    query = select(User).where(User.role.in_(roles), User.disabled.is_(False))
    return list(session.scalars(query.order_by(User.name)))


def studies_of_cases(session: Session, cases: Sequence[AnnotationCase]) -> dict[int, StudyRow]:
    """Gives the studies of cases by their number."""
    wanted = {case.study_id for case in cases}
    rows = session.scalars(select(StudyRow).where(StudyRow.id.in_(wanted)))
    return {row.id: row for row in rows}
