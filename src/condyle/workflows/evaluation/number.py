"""What an evaluation says of a number, such as a count, an age or a distance."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from condyle.domain.estimate import Estimate
from condyle.domain.evaluation_charts import BlandAltmanChart, Chart
from condyle.domain.evaluation_report import Score, TaskReport
from condyle.evaluation.abstention import coverage
from condyle.evaluation.bootstrap import Resampling
from condyle.evaluation.inputs import BoolArray, FloatArray
from condyle.evaluation.proportions import mean_by_patient, proportion
from condyle.evaluation.regression import (
    BlandAltman,
    bland_altman,
    concordance,
    mean_absolute_difference,
    root_mean_squared_error,
)
from condyle.workflows.evaluation.rows import Draw, TaskRows
from condyle.workflows.evaluation.subgroups import GroupStatistic, subgroup_chart, subgroups

LEAST_ROWS = 3


def number_report(rows: TaskRows, draw: Draw) -> TaskReport:
    """Gives errors, limits of agreement and subgroups of a number.

    Args:
        rows: Of the task.
        draw: How figures are drawn.
    """
    plan = draw.plan(rows.table, rows.unit)
    kept = ~rows.declined
    truth, given = rows.table.reference[kept], rows.table.prediction[kept]
    part = plan.of(kept)
    limits = bland_altman(given, truth, part) if kept.sum() >= LEAST_ROWS else None
    scores = _scores(rows, plan, limits)
    groups = subgroups(
        rows, plan, "mean-absolute-difference", _error(rows), permutations=draw.permutations
    )
    charts: tuple[tuple[str, Chart], ...] = ()
    if limits is not None:
        charts = (("bland-altman", _chart(rows.name, truth, given, limits)),)
    return replace(
        rows.report(scores),
        subgroups=groups,
        charts=(*charts, *subgroup_chart(rows.name, groups, scores)),
        notes=("Differences are the answer minus the reference, in the table's own unit.",),
    )


def is_count(rows: TaskRows) -> bool:
    """Tells whether reference and answers are whole numbers, so that they can be the same."""
    values = np.concatenate([rows.table.reference, rows.table.prediction[~rows.declined]])
    return bool((values == np.round(values)).all())


def exactly_right(rows: TaskRows) -> BoolArray:
    """Tells of each row whether the number given is the reference's; declined ones are not."""
    return np.asarray((rows.table.prediction == rows.table.reference) & ~rows.declined)


def _scores(rows: TaskRows, plan: Resampling, limits: BlandAltman | None) -> tuple[Score, ...]:
    kept = ~rows.declined
    truth, given, part = rows.table.reference[kept], rows.table.prediction[kept], plan.of(kept)
    made = [Score("coverage", coverage(rows.declined, plan))]
    if is_count(rows):
        everything = np.ones(len(kept), dtype=bool)
        same = proportion(exactly_right(rows), everything, plan)
        made.insert(0, Score("same-number", same, headline=True))
    if kept.any():
        error = mean_absolute_difference(truth, given, part)
        made.insert(0, Score("mean-absolute-difference", error, "answered", headline=True))
        rmse = root_mean_squared_error(truth, given, part)
        made.append(Score("root-mean-squared-error", rmse, "answered"))
        made.append(Score("concordance", concordance(truth, given, part), "answered"))
    if limits is not None:
        made += [
            Score("bias", limits.bias, "answered"),
            Score("lower-limit-of-agreement", limits.lower_limit, "answered"),
            Score("upper-limit-of-agreement", limits.upper_limit, "answered"),
        ]
    return tuple(made)


def _chart(
    name: str, truth: FloatArray, given: FloatArray, limits: BlandAltman
) -> BlandAltmanChart:
    return BlandAltmanChart(
        title=f"{name}: difference against mean",
        unit="",
        means=tuple(float(v) for v in (truth + given) / 2.0),
        differences=tuple(float(v) for v in given - truth),
        bias=limits.bias,
        lower_limit=limits.lower_limit,
        upper_limit=limits.upper_limit,
    )


def absolute_differences(rows: TaskRows) -> FloatArray:
    """Gives how far each answer is from the reference, whichever way; NaN without an answer."""
    return np.abs(rows.table.prediction - rows.table.reference)


def _error(rows: TaskRows) -> GroupStatistic:
    gaps = absolute_differences(rows)

    def mean(chosen: BoolArray, plan: Resampling) -> Estimate:
        given = ~rows.declined[chosen]
        if not given.any():
            nan = float("nan")
            return Estimate(nan, nan, nan, 0, "undefined: no answer", plan.unit, plan.level)
        return mean_by_patient(gaps[chosen][given], plan.of(given), scale="ratio")

    return mean
