"""What annotators drew and what was adjudicated: rows are added, and the last edition counts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, undefer

from condyle.archive.annotation import get_list, require_open
from condyle.archive.annotation_tables import Adjudication, AnnotationCase, AnnotationWork
from condyle.errors import Conflict

FINISHED = ("done", "unjudged")
"""States in which a case is not the annotator's to do any more."""


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """What somebody saves of a case.

    Attributes:
        user_id: Who.
        at: When.
        edition: The edition that they had before them; 0 for none.
        state: As ``AnnotationWork.state``.
        marks: As ``AnnotationWork.marks``.
        reason: Why it cannot be judged; of an adjudication, what is noted of it.
        spent_s: Time on the screen until now; not of an adjudication.
        taken_from: Whose drawing an adjudication was made from.
    """

    user_id: int
    at: dt.datetime
    edition: int
    state: str
    marks: Sequence[Mapping[str, Any]]
    reason: str = ""
    spent_s: int = 0
    taken_from: int | None = None


def save_work(session: Session, case: AnnotationCase, drawn: Drawn) -> AnnotationWork:
    """Keeps what an annotator drew on a case, as a further edition.

    Raises:
        Conflict: The list was closed, or another window saved the case meanwhile.
    """
    require_open(get_list(session, case.list_id))
    before = latest_work(session, case.id, drawn.user_id)
    _check_edition(0 if before is None else before.edition, drawn.edition)
    row = AnnotationWork(
        case_id=case.id,
        user_id=drawn.user_id,
        edition=drawn.edition + 1,
        state=drawn.state,
        reason=drawn.reason,
        marks=[dict(mark) for mark in drawn.marks],
        spent_s=max(drawn.spent_s, 0 if before is None else before.spent_s),
        at=drawn.at,
    )
    session.add(row)
    session.flush()
    return row


def adjudicate(session: Session, case: AnnotationCase, drawn: Drawn) -> Adjudication:
    """Keeps what somebody decided of a case, as a further edition.

    Raises:
        Conflict: Nobody has finished the case, or somebody decided it meanwhile.
    """
    if not any(work.state in FINISHED for work in works_of_case(session, case.id)):
        raise Conflict(
            "The case was not adjudicated.",
            found="a case that no annotator has finished",
            needed="at least one annotator who is done with it",
            mend="come back when somebody is.",
        )
    before = latest_adjudication(session, case.id)
    _check_edition(0 if before is None else before.edition, drawn.edition)
    row = Adjudication(
        case_id=case.id,
        user_id=drawn.user_id,
        edition=drawn.edition + 1,
        taken_from=drawn.taken_from,
        state=drawn.state,
        note=drawn.reason,
        marks=[dict(mark) for mark in drawn.marks],
        at=drawn.at,
    )
    session.add(row)
    session.flush()
    return row


def latest_work(session: Session, case_id: int, user_id: int) -> AnnotationWork | None:
    """Gives what somebody saved last of a case, with its marks."""
    query = select(AnnotationWork).options(undefer(AnnotationWork.marks))
    query = query.where(AnnotationWork.case_id == case_id, AnnotationWork.user_id == user_id)
    return session.scalar(query.order_by(AnnotationWork.edition.desc()).limit(1))


def works_of_case(session: Session, case_id: int) -> list[AnnotationWork]:
    """Gives what each annotator saved last of a case, with marks, by annotator."""
    return works_of(session, [case_id], bulky=True)


def works_of(
    session: Session, cases: Sequence[int], *, user_id: int | None = None, bulky: bool = False
) -> list[AnnotationWork]:
    """Gives what each annotator saved last of each of some cases.

    Args:
        session: A transaction.
        cases: Their numbers.
        user_id: Only what this annotator saved.
        bulky: With the marks, which else wait until they are asked for.
    """
    last = select(
        AnnotationWork.case_id,
        AnnotationWork.user_id,
        func.max(AnnotationWork.edition).label("edition"),
    ).group_by(AnnotationWork.case_id, AnnotationWork.user_id)
    if user_id is not None:
        last = last.where(AnnotationWork.user_id == user_id)
    latest = last.subquery()
    query = select(AnnotationWork).join(
        latest,
        (AnnotationWork.case_id == latest.c.case_id)
        & (AnnotationWork.user_id == latest.c.user_id)
        & (AnnotationWork.edition == latest.c.edition),
    )
    if bulky:
        query = query.options(undefer(AnnotationWork.marks))
    return _in_pieces(session, query, cases)


def latest_adjudication(session: Session, case_id: int) -> Adjudication | None:
    """Gives what was decided last of a case, with its marks."""
    return next(iter(adjudications_of(session, case_id)), None)


def adjudications_of(session: Session, case_id: int) -> list[Adjudication]:
    """Gives everything that was decided of a case, the last first, with marks."""
    query = select(Adjudication).options(undefer(Adjudication.marks))
    query = query.where(Adjudication.case_id == case_id)
    return list(session.scalars(query.order_by(Adjudication.edition.desc())))


def adjudicated(session: Session, list_id: int) -> set[int]:
    """Gives the cases of a list of which something was decided."""
    query = select(Adjudication.case_id).join(
        AnnotationCase, AnnotationCase.id == Adjudication.case_id
    )
    return set(session.scalars(query.where(AnnotationCase.list_id == list_id).distinct()))


_AT_ONCE = 500
"""Numbers in one query; SQLite and PostgreSQL both bound them."""


def _in_pieces(session: Session, query: Select[Any], cases: Sequence[int]) -> list[AnnotationWork]:
    found: list[AnnotationWork] = []
    for start in range(0, len(cases), _AT_ONCE):
        some = query.where(AnnotationWork.case_id.in_(cases[start : start + _AT_ONCE]))
        found += session.scalars(some.order_by(AnnotationWork.case_id, AnnotationWork.user_id))
    return found


def _check_edition(now: int, seen: int) -> None:
    if now != seen:
        raise Conflict(
            "What was drawn was not kept.",
            found=f"edition {now} of the case, which was saved elsewhere meanwhile",
            needed=f"edition {seen}, which this was drawn on",
            mend="load the case again, and draw on what is there now.",
        )
