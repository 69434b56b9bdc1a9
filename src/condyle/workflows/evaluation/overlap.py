"""What an evaluation says of overlap, such as Dice, one value a case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from condyle.domain.estimate import Estimate
from condyle.domain.evaluation_charts import CaseChart, Chart
from condyle.domain.evaluation_report import Score, TaskReport
from condyle.evaluation.abstention import coverage
from condyle.evaluation.bootstrap import Resampling
from condyle.evaluation.cases import summarise_cases
from condyle.evaluation.inputs import BoolArray, FloatArray
from condyle.evaluation.proportions import mean_by_patient
from condyle.reporting.evaluation.words import figure_word
from condyle.workflows.evaluation.rows import Draw, TaskRows
from condyle.workflows.evaluation.subgroups import GroupStatistic, subgroup_chart, subgroups


def overlap_values(rows: TaskRows) -> FloatArray:
    """Gives one value a row: 0 where declined, NaN where both masks were empty."""
    return np.where(rows.declined, 0.0, rows.table.prediction)


def figure_name(task: str) -> str:
    """Gives ``"dice"`` of ``"dice-vertebra"``."""
    return task.split("-", 1)[0]


def overlap_report(rows: TaskRows, draw: Draw) -> TaskReport:
    """Gives mean overlap over patients and over cases, its spread and its subgroups.

    Args:
        rows: Of the task.
        draw: How figures are drawn.
    """
    values, plan = overlap_values(rows), draw.plan(rows.table, rows.unit)
    spread = summarise_cases(values, plan)
    scores = _scores(rows, values, plan)
    groups = subgroups(
        rows, plan, figure_name(rows.name), _subgroup_mean(values), permutations=draw.permutations
    )
    empty = int(np.isnan(values).sum())
    notes = ["The headline figure is the mean over patients of the mean over their cases."]
    if empty:
        notes.append(f"Both masks are empty in {empty} cases, which are counted apart.")
    if rows.declined.any():
        notes.append("What was declined counts as an overlap of 0.")
    return replace(
        rows.report(scores),
        spread=spread,
        subgroups=groups,
        charts=subgroup_chart(rows.name, groups, scores),
        notes=tuple(notes),
    )


def case_chart(tasks: Sequence[TaskRows], reports: Sequence[TaskReport]) -> tuple[str, Chart]:
    """Gives the chart of one value a case, all tasks of one figure side by side.

    Args:
        tasks: Rows of the overlap tasks of one figure, such as Dice.
        reports: Of each.
    """
    figure = figure_name(tasks[0].name)
    groups = tuple(
        (rows.name.split("-", 1)[1], tuple(float(v) for v in overlap_values(rows)))
        for rows in tasks
    )
    means = tuple(report.spread.mean for report in reports if report.spread is not None)
    title = f"{figure_word(figure)} of each case"
    return f"{figure}-cases", CaseChart(title, figure, groups, means)


def _scores(rows: TaskRows, values: FloatArray, plan: Resampling) -> tuple[Score, ...]:
    name = figure_name(rows.name)
    made = [
        Score(name, mean_over_patients(values, plan), headline=True),
        Score("coverage", coverage(rows.declined, plan)),
    ]
    defined = ~np.isnan(values)
    if defined.any():
        mean = mean_by_patient(values[defined], plan.of(defined), scale="share")
        made.insert(1, Score(f"{name}-over-cases", mean))
    kept = defined & ~rows.declined
    if rows.declined.any() and kept.any():
        mean = mean_over_patients(values[kept], plan.of(kept))
        made.append(Score(name, mean, "answered"))
    return tuple(made)


def mean_over_patients(values: FloatArray, plan: Resampling) -> Estimate:
    """Gives the mean over patients of the mean over their rows, NaN rows left out.

    Args:
        values: One a row.
        plan: Whose rows they are.
    """
    defined = ~np.isnan(values)
    nan = float("nan")
    if not defined.any():
        return Estimate(nan, nan, nan, 0, "undefined in every case", "patient", plan.level)
    names, owner = np.unique(np.asarray(plan.patients)[defined], return_inverse=True)
    means = np.bincount(owner, weights=values[defined]) / np.bincount(owner)
    of_patients = replace(plan, patients=names, unit="patient", strata=None)
    return mean_by_patient(means, of_patients, scale="share")


def _subgroup_mean(values: FloatArray) -> GroupStatistic:
    def mean(rows: BoolArray, plan: Resampling) -> Estimate:
        return mean_over_patients(values[rows], plan)

    return mean
