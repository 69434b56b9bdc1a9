"""From a predictions table to everything that an evaluation says of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from condyle.bundle import Manifest
from condyle.domain.evaluation_charts import Chart, ForestChart, ForestRow
from condyle.domain.evaluation_report import (
    EvaluationReport,
    Example,
    TaskKind,
    TaskReport,
)
from condyle.domain.progress import Progress, ProgressCallback, ignore_progress
from condyle.errors import InputError
from condyle.evaluation.cohort import patients_learned_from
from condyle.evaluation.participant_flow import Screening
from condyle.evaluation.predictions import Predictions
from condyle.reporting.evaluation.words import counted_word
from condyle.workflows.evaluation.detection import detection_report
from condyle.workflows.evaluation.finding import finding_report
from condyle.workflows.evaluation.grade import grade_report
from condyle.workflows.evaluation.number import number_report
from condyle.workflows.evaluation.overlap import case_chart, figure_name, overlap_report
from condyle.workflows.evaluation.rows import Draw, TaskRows, task_rows

IN_SAMPLE_REASON = (
    "every patient is one that the bundle was trained on, so that a figure would say nothing "
    "of others"
)

REPORTS: dict[TaskKind, Callable[[TaskRows, Draw], TaskReport]] = {
    "finding": finding_report,
    "grade": grade_report,
    "overlap": overlap_report,
    "number": number_report,
    "detection": detection_report,
}
"""How each kind of task is reported."""

NOTES = (
    "Rows of one patient are not independent: whole patients are drawn again for every interval.",
    "Intervals are 95 %; that of each figure is named with it in metrics.csv.",
    "A p value of an interaction asks whether groups differ more than random groups of the "
    "same sizes would. Several are looked at, so that one in twenty is under 0.05 by chance.",
)


@dataclass(frozen=True)
class About:
    """What an evaluation says of itself before its first figure.

    Attributes:
        title: Heading.
        facts: (label, value) pairs of what made the table.
        banners: What must be seen before anything else.
    """

    title: str
    facts: tuple[tuple[str, str], ...] = ()
    banners: tuple[str, ...] = ()


@dataclass(frozen=True)
class MadeBy:
    """What made a predictions table.

    Attributes:
        manifest: Of the bundle.
        screening: The cases of the archive, with those that were not read.
    """

    manifest: Manifest | None = None
    screening: Screening | None = None


def evaluation_report(
    table: Predictions,
    *,
    about: About,
    examples: Sequence[Example] = (),
    draw: Draw | None = None,
    progress: ProgressCallback = ignore_progress,
) -> EvaluationReport:
    """Evaluates every task of a predictions table, patients that were learned from left out.

    Args:
        table: The predictions.
        about: What it says of itself.
        examples: Cases with their pictures.
        draw: How figures are drawn.
        progress: Told of the stage ``"figures"``, a task at a time.

    Raises:
        InputError: No row has a reference, or a cell does not fit its task's kind.
    """
    plan = draw or Draw()
    seen = patients_learned_from(table)
    kept = [task.without(seen) for task in _rows_of_tasks(table)]
    counted = [task for task in kept if len(task.table)]
    reports = []
    for done, task in enumerate(counted, start=1):
        reports.append(_with_warning(REPORTS[task.kind](task, plan)))
        progress(Progress("figures", done, len(counted), task.name))
    patients = len({str(p) for task in counted for p in task.table.patient})
    return EvaluationReport(
        title=about.title,
        facts=about.facts,
        patients=patients,
        in_sample=len(seen),
        tasks=tuple(reports),
        charts=_overview(counted, reports),
        reason="" if reports else IN_SAMPLE_REASON,
        banners=about.banners,
        warnings=_warnings(len(seen)),
        notes=NOTES,
        examples=tuple(examples),
    )


def _rows_of_tasks(table: Predictions) -> list[TaskRows]:
    found = [rows for task in table.tasks if (rows := task_rows(table, task)) is not None]
    if not found:
        raise InputError(
            "There is nothing to evaluate.",
            found=f"{len(table)} rows, none with a reference",
            needed="at least one row with a reference",
            mend="fill the column 'reference' where it is known.",
        )
    return found


def _overview(
    tasks: Sequence[TaskRows], reports: Sequence[TaskReport]
) -> tuple[tuple[str, Chart], ...]:
    made: list[tuple[str, Chart]] = []
    areas = [
        ForestRow("", report.name, score.estimate, counted_word(score.estimate.n, report.unit))
        for report in reports
        for score in report.scores
        if score.name == "auc" and score.headline and not np.isnan(score.estimate.value)
    ]
    if len(areas) > 1:
        made.append(("auc", ForestChart("ROC area of each finding", "auc", tuple(areas), 0.5)))
    by_figure: dict[str, list[int]] = {}
    for at, task in enumerate(tasks):
        if task.kind == "overlap":
            by_figure.setdefault(figure_name(task.name), []).append(at)
    for members in by_figure.values():
        made.append(case_chart([tasks[at] for at in members], [reports[at] for at in members]))
    return tuple(made)


def _warnings(in_sample: int) -> tuple[str, ...]:
    if not in_sample:
        return ()
    return (
        f"{in_sample} patients are left out of every figure, because the model learned from them.",
    )


def _with_warning(report: TaskReport) -> TaskReport:
    """Adds what the interval of a headline figure says against itself, once each."""
    said: dict[str, list[str]] = {}
    for score in report.scores:
        _, _, remark = score.estimate.method.partition("; ")
        if score.headline and remark:
            said.setdefault(remark, []).append(score.name)
    remarks = [f"Interval of {', '.join(names)}: {remark}." for remark, names in said.items()]
    return replace(report, warnings=(*report.warnings, *remarks))
