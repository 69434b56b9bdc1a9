"""How learners read cases: begun once, timed while the page is shown, answered once.

The clock is the server's. A page says that it is shown, again and again; each time counts what
passed since the last, so that a page that was closed without a word counts no longer than it
takes for the next word to be missed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from condyle.archive.absence import absent
from condyle.archive.clinical_tables import ClinicalReport, Correction
from condyle.archive.studies import get_study
from condyle.archive.tables import AuditEntry
from condyle.archive.teaching import get_case, get_collection, items_in, reference_of
from condyle.archive.teaching_questions import Item, check_answers, unfit
from condyle.archive.teaching_tables import TeachingAttempt, TeachingCase
from condyle.errors import Conflict

LONGEST_SILENCE_MS = 45_000
"""What counts at most between two words of a page, which gives one each 15 seconds."""


def begin(session: Session, case_id: int, *, by: int, at: dt.datetime) -> TeachingAttempt:
    """Begins a learner's reading of a case, or gives the one that they began.

    Raises:
        NotThere: There is no such case that learners may begin.
    """
    case = get_case(session, case_id)
    there = attempts(session, user_id=by, case_ids=[case_id])
    if there:
        return there[0]
    if case.withdrawn or not get_collection(session, case.collection_id).published:
        raise absent("teaching case", case_id)
    row = TeachingAttempt(
        case_id=case_id,
        user_id=by,
        started_at=at,
        seen_before=has_seen(session, case.study_id, by),
        shown_at=at,
        draft={},
    )
    session.add(row)
    session.flush()
    return row


def own_attempt(session: Session, attempt_id: int, user_id: int) -> TeachingAttempt:
    """Gives a learner's own attempt.

    Raises:
        NotThere: There is none with that number, or it is another's, which is not told.
    """
    row = session.get(TeachingAttempt, attempt_id)
    if row is None or row.user_id != user_id:
        raise absent("attempt of yours", attempt_id)
    return row


def look(
    session: Session,
    row: TeachingAttempt,
    *,
    shown: bool,
    draft: Mapping[str, Any] | None,
    at: dt.datetime,
) -> None:
    """Counts how long the page was shown until now, and keeps the answers so far.

    Of an attempt that was answered nothing changes: what comes late is let go.

    Args:
        session: A writer's transaction.
        row: The attempt.
        shown: Whether the page is shown from now on.
        draft: The answers so far; ``None`` leaves those that are kept.
        at: Now.

    Raises:
        UsageError: An answer is to nothing that is asked, or does not fit.
    """
    if row.submitted_at is not None:
        return
    _count(row, at)
    row.shown_at = at if shown else None
    if draft is not None:
        check_answers(_items(session, row), draft)
        row.draft = dict(draft)


def submit(
    session: Session, row: TeachingAttempt, answers: Mapping[str, Any], *, at: dt.datetime
) -> None:
    """Keeps a learner's answers, which are never changed then.

    Args:
        session: A writer's transaction.
        row: The attempt.
        answers: Item to value, ``None`` where the learner cannot tell; each item once.
        at: Now.

    Raises:
        Conflict: They were given already.
        UsageError: An item has no answer, or one that does not fit.
    """
    if row.submitted_at is not None:
        raise Conflict(
            "The answers were not kept.",
            found="a case that you have answered already",
            needed="a case that you have not answered",
            mend="look at its result; what was answered stays as it is.",
        )
    items = _items(session, row)
    check_answers(items, answers)
    missing = [item.key for item in items if item.key not in answers]
    if missing:
        raise unfit(f"{len(missing)} without an answer", "each answered: " + ", ".join(missing))
    _count(row, at)
    reference = reference_of(session, row.case_id)
    row.shown_at = None
    row.answers = row.draft = dict(answers)
    row.reference_id = None if reference is None else reference.id
    row.submitted_at = at
    session.flush()


def attempts(
    session: Session,
    *,
    user_id: int | None = None,
    case_ids: Collection[int] | None = None,
    submitted: bool = False,
) -> list[TeachingAttempt]:
    """Gives attempts in the order in which they were begun.

    Args:
        session: A transaction.
        user_id: Only this learner's.
        case_ids: Only of these cases.
        submitted: Only those that were answered, in the order in which they were.
    """
    query = select(TeachingAttempt)
    if user_id is not None:
        query = query.where(TeachingAttempt.user_id == user_id)
    if case_ids is not None:
        query = query.where(TeachingAttempt.case_id.in_(case_ids))
    if submitted:
        query = query.where(TeachingAttempt.submitted_at.is_not(None))
        return list(
            session.scalars(query.order_by(TeachingAttempt.submitted_at, TeachingAttempt.id))
        )
    return list(session.scalars(query.order_by(TeachingAttempt.id)))


def has_seen(session: Session, study_id: int, user_id: int) -> bool:
    """Says whether somebody opened a study, spoke of it, or read it as another case."""
    viewed = select(AuditEntry.id).where(
        AuditEntry.patient_id == get_study(session, study_id).patient_id,
        AuditEntry.user_id == user_id,
        AuditEntry.action == "study.viewed",
        AuditEntry.subject_id == str(study_id),
    )
    spoke = select(Correction.id).where(
        Correction.study_id == study_id, Correction.user_id == user_id
    )
    wrote = select(ClinicalReport.id).where(
        ClinicalReport.study_id == study_id,
        or_(ClinicalReport.created_by == user_id, ClinicalReport.signed_by == user_id),
    )
    read = (
        select(TeachingAttempt.id)
        .join(TeachingCase, TeachingCase.id == TeachingAttempt.case_id)
        .where(TeachingCase.study_id == study_id, TeachingAttempt.user_id == user_id)
    )
    return any(session.scalar(query.limit(1)) is not None for query in (viewed, spoke, wrote, read))


def _items(session: Session, row: TeachingAttempt) -> list[Item]:
    return items_in(get_collection(session, get_case(session, row.case_id).collection_id))


def _count(row: TeachingAttempt, at: dt.datetime) -> None:
    if row.shown_at is None:
        return
    passed = int((at - row.shown_at).total_seconds() * 1000)
    row.looked_ms += min(max(passed, 0), LONGEST_SILENCE_MS)
