"""Silent mode: a reader's own call comes first, and then they are shown what the bundle found.

What a silent run found is shown to nobody. A reader who has kept their own call on a study is
shown it beside that call, they alone, so that every reader's call is unaided; an administrator
may have it shown to all with the first call instead, and the run is then one like any other.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session, aliased

from condyle.archive.absence import absent
from condyle.archive.analyses import analyses_of, reveal
from condyle.archive.bundle_settings import bundle_use
from condyle.archive.correction_guards import check_worth, unfit
from condyle.archive.silent_tables import OwnCall
from condyle.archive.studies import get_study
from condyle.archive.tables import Analysis, StudyRow
from condyle.domain.anatomy import LEVELS
from condyle.errors import Conflict

_ASKED = ("queued", "running", "done", "refused")
"""States of a silent run for which a reader is asked: whichever it is, they are not told."""


@dataclass(frozen=True)
class NewOwnCall:
    """What a reader calls of a study by themselves.

    Attributes:
        analysis: The silent run.
        calls: Each {name, level, value}, of findings that the bundle looks for.
        user_id: Whose.
        at: When.
    """

    analysis: str
    calls: Sequence[Mapping[str, Any]] = field(repr=False)
    user_id: int
    at: dt.datetime


def own_calls_of(session: Session, study_id: int) -> list[OwnCall]:
    """Gives every reader's own calls on a study, in order."""
    query = select(OwnCall).where(OwnCall.study_id == study_id)
    return list(session.scalars(query.order_by(OwnCall.id)))


def runs_for_reader(
    session: Session, study_id: int, user_id: int
) -> list[tuple[Analysis, OwnCall | None]]:
    """Gives the runs that a reader is asked to call, or has called, with their own call.

    Of each bundle it is the latest run. Nothing of what it found, not even whether it has
    ended, may be told of a run without the reader's call.
    """
    latest = {run.bundle: run for run in analyses_of(session, study_id)}
    mine = {one.bundle: one for one in own_calls_of(session, study_id) if one.user_id == user_id}
    return [
        (run, mine.get(run.bundle))
        for run in latest.values()
        if run.bundle in mine or (run.hidden and run.state in _ASKED)
    ]


def is_unaided(user_id: int) -> ColumnElement[bool]:
    """Gives the condition that a reader is asked for a call on a study that they have not made.

    It holds where ``runs_for_reader`` gives a run without a call.
    """
    later = aliased(Analysis)
    since = or_(
        later.queued_at > Analysis.queued_at,
        and_(later.queued_at == Analysis.queued_at, later.id > Analysis.id),
    )
    replaced = exists().where(
        later.study_id == Analysis.study_id, later.bundle == Analysis.bundle, since
    )
    called = exists().where(
        OwnCall.study_id == Analysis.study_id,
        OwnCall.bundle == Analysis.bundle,
        OwnCall.user_id == user_id,
    )
    asked = select(Analysis.study_id).where(
        Analysis.hidden.is_(True), Analysis.state.in_(_ASKED), ~replaced, ~called
    )
    return StudyRow.id.in_(asked)


def make_own_call(
    session: Session, study_id: int, new: NewOwnCall, *, names: Sequence[str]
) -> OwnCall:
    """Keeps a reader's own call; where the bundle is so set, the run is shown to all from now on.

    Args:
        session: A writer's transaction.
        study_id: The study.
        new: What is called; no calls at all say that they read it and call nothing.
        names: Findings that the bundle looks for.

    Raises:
        NotThere: The study has no such run, or it is not silent.
        Conflict: The reader has made their call already, and seen the run's result since.
        UsageError: A call is of a finding that the bundle does not look for, stands twice, or
            its value does not fit it.
    """
    get_study(session, study_id)
    runs = runs_for_reader(session, study_id, new.user_id)
    known = next((both for both in runs if both[0].id == new.analysis), None)
    if known is None:
        raise absent("analysis", new.analysis)
    run, before = known
    if before is not None:
        raise Conflict(
            "The call was not kept.",
            found="a call of the same reader on the same study and bundle",
            needed="one call, made before the bundle's result was seen",
            mend="correct the findings of the study instead; an unaided call stays as it was.",
        )
    _check(new.calls, names)
    row = OwnCall(
        study_id=study_id,
        analysis_id=run.id,
        bundle=run.bundle,
        calls=[dict(call) for call in new.calls],
        user_id=new.user_id,
        at=new.at,
    )
    session.add(row)
    session.flush()
    if bundle_use(session, run.bundle).shown_to_all:
        reveal(session, run.id)
    return row


def _check(calls: Sequence[Mapping[str, Any]], names: Sequence[str]) -> None:
    places = [(call["name"], call["level"]) for call in calls]
    if len(set(places)) < len(places):
        raise unfit("two calls of one finding at one level", "one call of each")
    for call in calls:
        if call["name"] not in names:
            raise unfit("a finding that the bundle does not look for", "one of those it does")
        if call["level"] is not None and call["level"] not in LEVELS:
            raise unfit("a level that is in no table", "one of: " + ", ".join(LEVELS))
        check_worth(call["name"], call["value"])
