"""Whether a teaching case is read unaided: what a learner looked at besides its page.

A case's page gives images and questions. Whoever opens the study's own page, or the patient's
records, before they have answered has had help. That is written into the audit log, once an
attempt, and read from there: a log that shows any change is where such a mark belongs.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from condyle.archive import audit
from condyle.archive.tables import AuditEntry, StudyRow
from condyle.archive.teaching_tables import TeachingAttempt, TeachingCase

AIDED = "teaching.aided"
"""What the audit log calls it."""

_SUBJECT = "teaching-attempt"


def mark_aided(
    session: Session, patient_id: int, *, user_id: int, user_name: str, at: dt.datetime
) -> None:
    """Marks what somebody has begun and not answered of a patient, whose records they open now.

    Args:
        session: A writer's transaction.
        patient_id: Whose records are opened.
        user_id: Who opens them.
        user_name: Their log-in name.
        at: Now.
    """
    begun = under_way(session, patient_id, user_id)
    known = aided(session, begun)
    for attempt in begun:
        if attempt.id in known:
            continue
        act = audit.Act(
            at=at,
            user_id=user_id,
            user_name=user_name,
            action=AIDED,
            subject=_SUBJECT,
            subject_id=str(attempt.id),
            details={"case": attempt.case_id},
        )
        audit.append(session, act.of_patient(patient_id))


def under_way(session: Session, patient_id: int, user_id: int) -> list[TeachingAttempt]:
    """Gives the attempts of somebody at a patient's studies that they have not answered."""
    query = _at(user_id).where(
        StudyRow.patient_id == patient_id, TeachingAttempt.submitted_at.is_(None)
    )
    return list(session.scalars(query.order_by(TeachingAttempt.id)))


def aided(session: Session, attempts: Collection[TeachingAttempt]) -> set[int]:
    """Gives those of some attempts, by number, before whose answer help was had."""
    cases = {one.case_id for one in attempts}
    patients = (
        select(StudyRow.patient_id)
        .join(TeachingCase, TeachingCase.study_id == StudyRow.id)
        .where(TeachingCase.id.in_(cases))
    )
    query = select(AuditEntry.subject_id).where(
        AuditEntry.patient_id.in_(patients),
        AuditEntry.action == AIDED,
        AuditEntry.subject == _SUBJECT,
    )
    marked = set(session.scalars(query)) if cases else set()
    return {one.id for one in attempts if str(one.id) in marked}


def nameless(session: Session, study_uid: str, user_id: int, *, page: bool) -> bool:
    """Says whether somebody gets a study's images without its patient's name.

    So they do while they read it as a case. A page gets them so after the answer, too: it has
    no use for the name, which stands beside the images where somebody may see it.

    Args:
        session: A transaction.
        study_uid: The study.
        user_id: Who asks.
        page: Whether a browser's page asks, and not a program.
    """
    if not page:
        query = select(StudyRow.id).where(StudyRow.uid == study_uid, is_under_way(user_id))
        return session.scalar(query.limit(1)) is not None
    return session.scalar(_at(user_id).where(StudyRow.uid == study_uid).limit(1)) is not None


def studies_under_way(session: Session, user_id: int) -> frozenset[int]:
    """Gives the studies that somebody has begun as cases and not answered."""
    return frozenset(session.scalars(_begun(user_id)))


def is_under_way(user_id: int) -> ColumnElement[bool]:
    """Gives the condition that somebody has begun a study as a case and not answered it."""
    return StudyRow.id.in_(_begun(user_id))


def _begun(user_id: int) -> Select[int]:
    return (
        select(TeachingCase.study_id)
        .join(TeachingAttempt, TeachingAttempt.case_id == TeachingCase.id)
        .where(TeachingAttempt.user_id == user_id, TeachingAttempt.submitted_at.is_(None))
    )


def _at(user_id: int) -> Select[TeachingAttempt]:
    return (
        select(TeachingAttempt)
        .join(TeachingCase, TeachingCase.id == TeachingAttempt.case_id)
        .join(StudyRow, StudyRow.id == TeachingCase.study_id)
        .where(TeachingAttempt.user_id == user_id)
    )
