"""Runs of bundles on studies, from the queue to their findings.

Each change of state looks at the state that is, in one transaction with the change, so calling
it again is harmless, and what came too late changes nothing. The rows are the outbox of the
jobs: what is queued here will run, whatever process dies in between.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from condyle.archive.absence import absent
from condyle.archive.silent_tables import OwnCall
from condyle.archive.studies import as_row, get_study, touch
from condyle.archive.tables import Analysis, FindingRow, StudyRow
from condyle.domain.messages import Message
from condyle.errors import Conflict

UNDER_WAY = ("queued", "running", "cancelling")
"""States of an analysis that is not at its end."""

_OF_THE_CLINIC = frozenset(
    {
        "bundle-disabled",
        "bundle-not-usable",
        "no-way-to-read",
        "pinned-version-gone",
        "required-bundle-disabled",
        "required-bundle-missing",
    }
)
"""Reasons of refusals that speak of what is installed and enabled, and not of the study."""


@dataclass(frozen=True)
class BundleRun:
    """A bundle that shall run on a study.

    Attributes:
        name: The bundle that gives the findings.
        version: Of it.
        sha256: Its hash.
        hidden: Whether it runs in silent mode.
    """

    name: str
    version: str
    sha256: str
    hidden: bool = False


@dataclass(frozen=True, kw_only=True)
class NewFinding:
    """A finding of a finished analysis; ``document`` is its entry of ``report.json``.

    Attributes:
        positive: Whether it counts on the worklist: neither abstained nor normal.
    """

    key: str
    name: str
    positive: bool
    document: Mapping[str, Any] = field(repr=False)
    level: str | None = None
    index_from_caudal: int | None = None
    abstained: bool = False


@dataclass(frozen=True, kw_only=True)
class Result:
    """What an analysis gave.

    Attributes:
        report: The stored ``report.json``.
        files: Its other stored files, by their names.
        findings: What was found.
        software_version: Of Condyle.
    """

    report: str
    files: Mapping[str, str]
    findings: Sequence[NewFinding]
    software_version: str


@dataclass(frozen=True)
class Standing:
    """What follows for a study from its runs."""

    state: str
    reason: dict[str, Any] | None
    finding_count: int


def queue_analysis(
    session: Session, study_id: int, run: BundleRun, *, at: dt.datetime, key: str | None = None
) -> Analysis:
    """Puts a run of a bundle in the queue.

    Args:
        session: A writer's transaction.
        study_id: The study.
        run: The bundle.
        at: The time.
        key: Its identifier; one that is there already is given as it is. A new one by default.

    Raises:
        NotThere: There is no such study.
    """
    study = get_study(session, study_id)
    there = session.get(Analysis, key) if key is not None else None
    if there is not None:
        return there
    row = Analysis(
        id=key or uuid.uuid4().hex,
        study_id=study.id,
        bundle=run.name,
        version=run.version,
        sha256=run.sha256,
        state="queued",
        hidden=run.hidden,
        queued_at=at,
    )
    session.add(row)
    settle(session, study)
    return row


def start(session: Session, analysis_id: str, *, at: dt.datetime) -> bool:
    """Says that a run begins, or goes on after its process died.

    Returns:
        Whether it shall run; False where it was cancelled or is at its end.
    """
    row = get_analysis(session, analysis_id)
    if row.state == "queued":
        row.state, row.started_at = "running", at
        _changed(session, row)
    return row.state == "running"


def progress(session: Session, analysis_id: str, *, stage: str, done: int, total: int) -> bool:
    """Says how far a run is.

    Returns:
        Whether it shall go on; False where it was cancelled.
    """
    row = get_analysis(session, analysis_id)
    if row.state == "running":
        row.progress = {"stage": stage, "done": done, "total": total}
        _changed(session, row)
    return row.state == "running"


def finish(session: Session, analysis_id: str, result: Result, *, at: dt.datetime) -> str:
    """Keeps what a run gave, with its findings, in one transaction.

    Returns:
        The state that it is in now: ``"done"``, or ``"cancelled"`` where that came first.
    """
    row = get_analysis(session, analysis_id)
    if row.state in ("queued", "running"):
        row.report, row.files = result.report, dict(result.files)
        row.software_version = result.software_version
        for new in result.findings:
            session.add(_finding(row, new))
        _end(session, row, "done", at)
    elif row.state == "cancelling":
        _end(session, row, "cancelled", at)
    return row.state


def refuse(session: Session, analysis_id: str, reason: Message, *, at: dt.datetime) -> str:
    """Says that the bundle declines the study, and why; gives the state that it is in now."""
    return _end_with_reason(session, analysis_id, ("refused", reason), at)


def fail(session: Session, analysis_id: str, reason: Message, *, at: dt.datetime) -> str:
    """Says that the run broke, and why; gives the state that it is in now."""
    return _end_with_reason(session, analysis_id, ("failed", reason), at)


def cancel(session: Session, analysis_id: str, *, at: dt.datetime) -> str:
    """Asks a run to stop: a queued one is cancelled at once, a running one when it notices.

    Raises:
        Conflict: It is at its end already.
    """
    row = get_analysis(session, analysis_id)
    if row.state == "queued":
        _end(session, row, "cancelled", at)
    elif row.state == "running":
        row.state = "cancelling"
        _changed(session, row)
    elif row.state not in ("cancelling", "cancelled"):
        raise Conflict(
            "The analysis cannot be cancelled.",
            found=f"an analysis that is {row.state}",
            needed="one that is queued or running",
            mend="nothing needs to be done; it does not run any more.",
        )
    return row.state


def cancelled(session: Session, analysis_id: str, *, at: dt.datetime) -> str:
    """Says that a run has stopped as it was asked to; gives the state that it is in now."""
    row = get_analysis(session, analysis_id)
    if row.state in UNDER_WAY:
        _end(session, row, "cancelled", at)
    return row.state


def reveal(session: Session, analysis_id: str) -> None:
    """Shows a run of silent mode, once the reader has made their own call."""
    row = get_analysis(session, analysis_id)
    if row.hidden:
        row.hidden = False
        _changed(session, row)


def get_analysis(session: Session, analysis_id: str) -> Analysis:
    """Gives a run.

    Raises:
        NotThere: There is none of that identifier.
    """
    row = session.get(Analysis, analysis_id)
    if row is None:
        raise absent("analysis", analysis_id)
    return row


def analyses_of(session: Session, study_id: int) -> list[Analysis]:
    """Gives the runs on a study, in the order in which they were queued."""
    query = select(Analysis).where(Analysis.study_id == study_id)
    return list(session.scalars(query.order_by(Analysis.queued_at, Analysis.id)))


def shown_runs(session: Session, study_id: int) -> list[Analysis]:
    """Gives of each bundle its latest run on a study, and no run of silent mode.

    A run that somebody stopped says nothing of the study: it hides no run before it. Nor does
    one that is under way yet, that broke, or that the clinic's bundles did not allow: what the
    bundle found before stands first, until a run ends with a result. A bundle that declines the
    study has said something of it, which takes the place of what it found before.
    """
    latest: dict[str, Analysis] = {}
    before: dict[str, Analysis] = {}
    for run in analyses_of(session, study_id):
        if run.state == "cancelled" and run.bundle in latest:
            continue
        earlier = latest.get(run.bundle)
        if earlier is not None and _has_result(earlier):
            before[run.bundle] = earlier
        latest[run.bundle] = run
    shown = []
    for bundle, run in latest.items():
        earlier = before.get(bundle)
        stands = not _has_result(run) and not run.hidden
        if stands and earlier is not None and earlier.state == "done":
            shown.append(earlier)
        shown.append(run)
    return [run for run in shown if not run.hidden]


def _has_result(run: Analysis) -> bool:
    """Says whether a run has told something of its study, be it that its bundle declines it."""
    if run.state == "refused":
        return (run.reason or {}).get("code") not in _OF_THE_CLINIC
    return run.state == "done"


def analyses_in(session: Session, *states: str, limit: int = 1000) -> list[Analysis]:
    """Gives the runs in any of some states, over all studies: the more urgent study first."""
    query = (
        select(Analysis)
        .join(StudyRow, StudyRow.id == Analysis.study_id)
        .where(Analysis.state.in_(states))
        .order_by(StudyRow.priority_rank, Analysis.queued_at, Analysis.id)
        .limit(limit)
    )
    return list(session.scalars(query))


def running_on(session: Session, study_ids: Iterable[int]) -> dict[int, Analysis]:
    """Gives of each study the run that is under way and seen, if any: the one that is furthest."""
    wanted = list(study_ids)
    if not wanted:
        return {}
    query = select(Analysis).where(
        Analysis.study_id.in_(wanted),
        Analysis.state.in_(UNDER_WAY),
        Analysis.hidden.is_(False),
    )
    rows = sorted(session.scalars(query), key=lambda row: (row.state != "queued", row.queued_at))
    return {row.study_id: row for row in rows}


def findings_of(session: Session, analysis_ids: Iterable[str]) -> list[FindingRow]:
    """Gives the findings of runs, in the order of their reports."""
    query = select(FindingRow).where(FindingRow.analysis_id.in_(list(analysis_ids)))
    return list(session.scalars(query.order_by(FindingRow.id)))


def settle(session: Session, study: StudyRow) -> None:
    """Makes the study's state, reason and count of findings follow from its runs."""
    session.flush()
    runs = analyses_of(session, study.id)
    follows = standing(study, runs, positive_counts(session, [run.id for run in runs]))
    study.state, study.reason = follows.state, follows.reason
    study.finding_count = follows.finding_count
    touch(session, study)


def standing(study: StudyRow, runs: Sequence[Analysis], positive: Mapping[str, int]) -> Standing:
    """Gives what follows for a study from its runs, in the order in which they were queued.

    A signed study stays signed, and one that no run was queued for keeps its state. Runs of
    silent mode count for nothing: a study that only they have read was read by nobody yet, and
    must not look as if it had been. Of each bundle the last run that read or declined the study
    counts, as ``shown_runs`` shows it.

    Args:
        study: The study.
        runs: All of its runs.
        positive: How many findings each of them has that count.
    """
    runs = [run for run in runs if not run.hidden]
    said = {run.bundle: run for run in runs if _has_result(run)}
    finished = [run for run in said.values() if run.state == "done"]
    count = sum(positive.get(run.id, 0) for run in finished)
    if study.state == "signed" or not runs:
        return Standing(study.state, study.reason, count)
    if any(run.state in UNDER_WAY for run in runs):
        return Standing("analysing", None, count)
    if finished:
        return Standing("read", None, count)
    # That a bundle declines the study says more than that none runs, and this than that one broke.
    others = [run for state in ("refused", "failed") for run in runs if run.state == state]
    declined = [*said.values(), *others]
    if declined:
        return Standing("refused", declined[0].reason, count)
    return Standing("received", None, count)


def positive_counts(session: Session, analysis_ids: Sequence[str]) -> dict[str, int]:
    """Gives how many findings of each run count on the worklist."""
    query = (
        select(FindingRow.analysis_id, func.count())
        .where(FindingRow.analysis_id.in_(analysis_ids), FindingRow.positive)
        .group_by(FindingRow.analysis_id)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def _end_with_reason(
    session: Session, analysis_id: str, end: tuple[str, Message], at: dt.datetime
) -> str:
    row = get_analysis(session, analysis_id)
    if row.state in ("queued", "running"):
        row.reason = as_row(end[1])
        _end(session, row, end[0], at)
    elif row.state == "cancelling":
        _end(session, row, "cancelled", at)
    return row.state


def _end(session: Session, row: Analysis, state: str, at: dt.datetime) -> None:
    row.state, row.finished_at, row.progress = state, at, None
    _changed(session, row)


def _changed(session: Session, row: Analysis) -> None:
    if row.hidden and not _is_called(session, row):
        # The study's revision goes to every reader: it would tell when a silent run ended.
        session.flush()
        return
    settle(session, get_study(session, row.study_id))


def _is_called(session: Session, row: Analysis) -> bool:
    """Says whether a reader waits for the run's result, having made their own call."""
    called = select(OwnCall.id).where(
        OwnCall.study_id == row.study_id, OwnCall.bundle == row.bundle
    )
    return session.scalar(called.limit(1)) is not None


def _finding(row: Analysis, new: NewFinding) -> FindingRow:
    value = new.document.get("value")
    return FindingRow(
        analysis_id=row.id,
        study_id=row.study_id,
        key=new.key,
        name=new.name,
        level=new.level,
        index_from_caudal=new.index_from_caudal,
        abstained=new.abstained,
        positive=new.positive,
        value=None if value is None else int(value),
        document=dict(new.document),
    )
