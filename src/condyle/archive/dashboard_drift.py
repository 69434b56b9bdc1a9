"""What drift is looked for in: the outputs of a bundle's latest runs, in two periods."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from condyle.archive.tables import Analysis, FindingRow, StudyRow

Span = tuple[dt.datetime, dt.datetime]


@dataclass(frozen=True)
class RunEnd:
    """How a run ended.

    Attributes:
        id: Of the run.
        patient: Whose study it is of.
        study: The study.
        end: ``"done"``, or the state with its reason, as ``"refused: wrong-anatomy"``.
    """

    id: str
    patient: int
    study: int
    end: str


@dataclass(frozen=True)
class Given:
    """What a finished run gave for one finding; ``answer`` is ``"abstained"``, ``"none"`` or it."""

    run: str
    name: str
    answer: str


def bundles_that_ran(session: Session, span: Span, *, silent: bool) -> list[tuple[str, str]]:
    """Gives the bundles, with their versions, of which a run ended in a time.

    Args:
        session: A transaction.
        span: Start and end.
        silent: Whether silent runs count also.
    """
    query = (
        select(Analysis.bundle, Analysis.version)
        .where(Analysis.finished_at >= span[0], Analysis.finished_at < span[1])
        .where(*([] if silent else [Analysis.hidden.is_(False)]))
        .distinct()
        .order_by(Analysis.bundle, Analysis.version)
    )
    return [(row[0], row[1]) for row in session.execute(query)]


def latest_runs(
    session: Session, of: tuple[str, str], span: Span, *, silent: bool, most: int
) -> list[RunEnd]:
    """Gives how the latest runs of a bundle ended that were not stopped by somebody.

    Args:
        session: A transaction.
        of: The bundle and its version.
        span: Start and end of the time.
        silent: Whether silent runs count also.
        most: No more than so many.
    """
    code = Analysis.reason["code"].as_string()
    query = (
        select(Analysis.id, StudyRow.patient_id, StudyRow.id, Analysis.state, code)
        .join(StudyRow, StudyRow.id == Analysis.study_id)
        .where(Analysis.finished_at >= span[0], Analysis.finished_at < span[1])
        .where(Analysis.bundle == of[0], Analysis.version == of[1])
        .where(Analysis.state.in_(("done", "refused", "failed")))
        .where(*([] if silent else [Analysis.hidden.is_(False)]))
        .order_by(Analysis.finished_at.desc(), Analysis.id)
        .limit(most)
    )
    return [
        RunEnd(run, patient, study, f"{state}: {why}" if why else state)
        for run, patient, study, state, why in session.execute(query)
    ]


def answers_of(session: Session, runs: Sequence[str]) -> list[Given]:
    """Gives what runs gave for each finding."""
    query = select(
        FindingRow.analysis_id, FindingRow.name, FindingRow.abstained, FindingRow.value
    ).where(FindingRow.analysis_id.in_(runs))
    return [
        Given(run, name, "abstained" if abstained else "none" if value is None else str(value))
        for run, name, abstained, value in session.execute(query)
    ]
