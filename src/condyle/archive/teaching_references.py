"""What a teaching case is judged by: a reader's findings, a signed report's, or a surgeon's.

Only what a person said counts. A model's finding that no reader has spoken of is no reference,
for the model would then be judged by itself.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from condyle.archive.analyses import shown_runs
from condyle.archive.clinical_tables import ClinicalReport
from condyle.archive.observations import standing_observations
from condyle.archive.read_findings import StandingFinding, findings_as_they_stand
from condyle.archive.reports import is_stale
from condyle.archive.studies import get_study
from condyle.archive.teaching_questions import (
    REFERENCE_FORM,
    Item,
    form_answers,
    item_key,
    unfit,
)
from condyle.archive.teaching_tables import TeachingReference

Kind = Literal["form", "report", "findings"]
Answer = dict[str, Any]
"""{value, places}: what is said of an item, and where in the images it was drawn."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """Something that a case may be judged by.

    Attributes:
        kind: What it is.
        source_id: The report or observation; ``None`` for findings.
        answers: Item to what is said of it; only items that are asked.
        readers: Users whose word it is.
        model_seen: Whether they had what a model found before them, where that is known.
        said_at: When they gave it, the latest of it.
    """

    kind: Kind
    source_id: int | None
    answers: Mapping[str, Answer] = field(repr=False)
    readers: tuple[int, ...]
    model_seen: bool | None
    said_at: dt.datetime


def sources_of(session: Session, study_id: int, items: Sequence[Item]) -> list[Source]:
    """Gives what a study may be judged by, that which answers most items first.

    Args:
        session: A transaction.
        study_id: The study.
        items: What is asked; a source that answers none of them is not given.
    """
    asked = {item.key for item in items}
    found = [
        *_forms(session, study_id, asked),
        *_reports(session, study_id, asked),
        *_findings(session, study_id, asked),
    ]
    # Of those that answer as many, an operation says more than images, a signature than none.
    return sorted((one for one in found if one.answers), key=lambda one: -len(one.answers))


def take_reference(
    session: Session, case_id: int, source: Source, *, by: int, at: dt.datetime
) -> TeachingReference:
    """Keeps what a case is judged by from now on, as it is now."""
    row = TeachingReference(
        case_id=case_id,
        kind=source.kind,
        source_id=source.source_id,
        answers=dict(source.answers),
        readers=list(source.readers),
        model_seen=source.model_seen,
        said_at=source.said_at,
        set_by=by,
        set_at=at,
    )
    session.add(row)
    session.flush()
    return row


def source_named(
    session: Session, study_id: int, items: Sequence[Item], name: tuple[str, int | None]
) -> Source:
    """Gives one of the things that a study may be judged by.

    Raises:
        UsageError: There is none such that answers anything that is asked.
    """
    for source in sources_of(session, study_id, items):
        if (source.kind, source.source_id) == name:
            return source
    raise unfit(
        "no such reference that answers what is asked",
        "a reader's findings, a signed report or a surgeon's form of this study",
    )


def references_of(session: Session, case_ids: Collection[int]) -> dict[int, TeachingReference]:
    """Gives of each case the reference that counts: the latest."""
    query = select(TeachingReference).where(TeachingReference.case_id.in_(case_ids))
    return {row.case_id: row for row in session.scalars(query.order_by(TeachingReference.id))}


def _findings(session: Session, study_id: int, asked: Collection[str]) -> Iterator[Source]:
    spoken = [
        (one.at, one.user_id, one)
        for one in findings_as_they_stand(session, study_id).findings
        if one.value_said and one.at is not None and one.user_id is not None
    ]
    answers: dict[str, Answer] = {}
    last: dict[str, tuple[dt.datetime, int]] = {}
    for at, user_id, one in sorted(spoken, key=lambda each: each[0]):
        key = item_key(one.name, one.level)
        value = _value(one)
        if key in asked and value is not None:
            answers[key] = {"value": value, "places": [dict(place) for place in one.drawn]}
            last[key] = (at, user_id)
    if answers:
        yield Source(
            kind="findings",
            source_id=None,
            answers=answers,
            readers=tuple(sorted({user for _, user in last.values()})),
            model_seen=_model_ran(session, study_id),
            said_at=max(at for at, _ in last.values()),
        )


def _value(one: StandingFinding) -> int | bool | None:
    """Gives what a reader says: a rejected call says the opposite, a rejected grade nothing."""
    if isinstance(one.value, bool):
        return one.value != (one.state == "rejected")
    return None if one.state == "rejected" else one.value


def _reports(session: Session, study_id: int, asked: Collection[str]) -> Iterator[Source]:
    """Gives signed reports whose findings stand as they were signed."""
    query = select(ClinicalReport).where(
        ClinicalReport.study_id == study_id, ClinicalReport.signed_at.is_not(None)
    )
    for report in session.scalars(query.order_by(ClinicalReport.id.desc())):
        if report.signed_by is None or report.signed_at is None or is_stale(session, report):
            continue
        for source in _findings(session, study_id, asked):
            readers = (report.signed_by, *source.readers)
            yield Source(
                kind="report",
                source_id=report.id,
                answers=source.answers,
                readers=tuple(dict.fromkeys(readers)),
                model_seen=source.model_seen,
                said_at=report.signed_at,
            )


def _forms(session: Session, study_id: int, asked: Collection[str]) -> Iterator[Source]:
    """Gives what surgeons saw, of forms that name this study: of another time they may not fit."""
    for row in standing_observations(session, get_study(session, study_id).patient_id):
        if row.study_id != study_id or row.form != REFERENCE_FORM:
            continue
        said = form_answers(row.values).items()
        seen = row.values.get("saw-model")
        yield Source(
            kind="form",
            source_id=row.id,
            answers={k: {"value": value, "places": []} for k, value in said if k in asked},
            readers=(row.user_id,),
            model_seen=seen if isinstance(seen, bool) else None,
            said_at=row.at,
        )


def _model_ran(session: Session, study_id: int) -> bool:
    return any(run.state == "done" for run in shown_runs(session, study_id))
