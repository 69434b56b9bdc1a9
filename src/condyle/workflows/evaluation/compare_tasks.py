"""One task of two models on the same rows: each figure of either, and what differs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from condyle.domain.comparison_report import ComparedFigure, TaskComparison
from condyle.domain.estimate import Estimate
from condyle.domain.evaluation_charts import CaseChart, Chart, Curve, LineChart
from condyle.domain.evaluation_report import TaskKind
from condyle.evaluation.abstention import worst_scores
from condyle.evaluation.binary import accuracy, roc_auc
from condyle.evaluation.bootstrap import Resampling
from condyle.evaluation.comparison import (
    Comparison,
    compare,
    compare_accuracy,
    compare_means,
    compare_roc_auc,
    non_inferiority,
)
from condyle.evaluation.inputs import BoolArray, FloatArray
from condyle.evaluation.jackknife import Scale
from condyle.evaluation.operating import operating_curve
from condyle.evaluation.ordinal import weighted_kappa
from condyle.evaluation.proportions import mean_by_patient
from condyle.workflows.evaluation.compare_rows import PairedRows
from condyle.workflows.evaluation.finding import finding_rows
from condyle.workflows.evaluation.finding_charts import thinned
from condyle.workflows.evaluation.grade import grade_rows
from condyle.workflows.evaluation.number import absolute_differences, exactly_right, is_count
from condyle.workflows.evaluation.overlap import figure_name, overlap_values
from condyle.workflows.evaluation.rows import Draw

LEAST_OF_A_CLASS = 2
BOOTSTRAP_TEST = "patient bootstrap, two-sided"


@dataclass(frozen=True)
class Compared:
    """A figure of A and of B with their comparison.

    Attributes:
        name: Of the figure.
        n: Rows compared.
        a: Figure of A.
        b: Figure of B.
        found: A against B, positive where A is better.
    """

    name: str
    n: int
    a: Estimate
    b: Estimate
    found: Comparison


def compare_task(pair: PairedRows, draw: Draw, *, margin: float | None) -> TaskComparison:
    """Compares two models on the rows of one task that both have.

    Args:
        pair: The rows.
        draw: How figures are drawn.
        margin: The greatest acceptable loss, positive, or ``None``.
    """
    rows = pair.a
    plan = draw.plan(rows.table, rows.unit)
    found = COMPARISONS[rows.kind](pair, plan)
    figures = tuple(
        _figure(compared, headline=position == 0, margin=margin)
        for position, compared in enumerate(found)
    )
    return TaskComparison(
        name=rows.name,
        kind=rows.kind,
        unit=rows.unit,
        patients=rows.patients,
        figures=figures,
        charts=_charts(pair) if figures else (),
        warnings=_warnings(pair, figures),
    )


def _figure(compared: Compared, *, headline: bool, margin: float | None) -> ComparedFigure:
    found = compared.found
    p_value, test = found.p_value, found.test
    if test == "none":
        p_value, test = min(1.0, 2.0 * found.probability_false), BOOTSTRAP_TEST
    kept = None
    if margin is not None and headline:
        kept = non_inferiority(found.difference, margin).shown
    return ComparedFigure(
        name=compared.name,
        n=compared.n,
        a=compared.a,
        b=compared.b,
        advantage=found.difference,
        p_value=p_value,
        adjusted_p=float("nan"),
        test=test,
        probability_false=found.probability_false,
        probability_method=found.probability_method,
        verdict=found.verdict,
        headline=headline,
        not_inferior=kept,
    )


def _finding(pair: PairedRows, plan: Resampling) -> list[Compared]:
    a, b = finding_rows(pair.a), finding_rows(pair.b)
    truth = a.truth
    made = []
    enough = min(int(truth.sum()), int((~truth).sum())) >= LEAST_OF_A_CLASS
    if enough and not a.unscored.all() and not b.unscored.all():
        scores = [worst_scores(truth, found.scores, found.unscored) for found in (a, b)]
        compared = compare_roc_auc(truth, (scores[0], scores[1]), plan)
        areas = [roc_auc(truth, of_model, plan) for of_model in scores]
        made.append(Compared("auc", len(truth), areas[0], areas[1], compared))
    everything = np.ones(len(truth), dtype=bool)
    for name, rows in (("accuracy", everything), ("sensitivity", truth), ("specificity", ~truth)):
        if rows.any():
            made.append(_shares(name, (a.right[rows], b.right[rows]), plan.of(rows)))
    return made


def _grade(pair: PairedRows, plan: Resampling) -> list[Compared]:
    a, b = grade_rows(pair.a), grade_rows(pair.b)
    everything = np.ones(len(a.truth), dtype=bool)
    kappas = [weighted_kappa(a.truth, f.counted, plan, grades=a.scale) for f in (a, b)]
    compared = compare(a.kappa(everything), b.kappa(everything), plan)
    return [
        Compared("quadratic-kappa", len(a.truth), kappas[0], kappas[1], compared),
        _shares("exact", (a.right, b.right), plan),
    ]


def _overlap(pair: PairedRows, plan: Resampling) -> list[Compared]:
    a, b = overlap_values(pair.a), overlap_values(pair.b)
    kept = ~np.isnan(a) & ~np.isnan(b)
    if not kept.any():
        return []
    return [_means(figure_name(pair.a.name), (a[kept], b[kept]), plan.of(kept), error=False)]


def _number(pair: PairedRows, plan: Resampling) -> list[Compared]:
    gaps = [absolute_differences(rows) for rows in (pair.a, pair.b)]
    kept = ~pair.a.declined & ~pair.b.declined
    made = []
    if kept.any():
        values = (gaps[0][kept], gaps[1][kept])
        made.append(_means("mean-absolute-difference", values, plan.of(kept), error=True))
    if is_count(pair.a) and is_count(pair.b):
        made.append(_shares("same-number", (exactly_right(pair.a), exactly_right(pair.b)), plan))
    return made


def _nothing(pair: PairedRows, plan: Resampling) -> list[Compared]:
    return []


COMPARISONS: dict[TaskKind, Callable[[PairedRows, Resampling], list[Compared]]] = {
    "finding": _finding,
    "grade": _grade,
    "overlap": _overlap,
    "number": _number,
    "detection": _nothing,
}
"""How each kind of task is compared, the headline figure first."""


def _shares(name: str, right: tuple[BoolArray, BoolArray], plan: Resampling) -> Compared:
    found = compare_accuracy(right[0], right[1], plan)
    everything = np.ones(len(right[0]), dtype=bool)
    shares = [accuracy(everything, of_model, plan) for of_model in right]
    return Compared(name, len(everything), shares[0], shares[1], found)


def _means(
    name: str, values: tuple[FloatArray, FloatArray], plan: Resampling, *, error: bool
) -> Compared:
    """Compares mean shares, of which more is better, or mean errors, of which less is."""
    sign = -1.0 if error else 1.0
    found = compare_means(sign * values[0], sign * values[1], plan)
    scale: Scale = "ratio" if error else "share"
    means = [mean_by_patient(of_model, plan, scale=scale) for of_model in values]
    return Compared(name, len(values[0]), means[0], means[1], found)


def _charts(pair: PairedRows) -> tuple[tuple[str, Chart], ...]:
    if pair.a.kind == "overlap":
        return (_case_chart(pair),)
    if pair.a.kind != "finding":
        return ()
    a, b = finding_rows(pair.a), finding_rows(pair.b)
    if not a.truth.any() or a.truth.all() or a.unscored.all() or b.unscored.all():
        return ()
    curves = []
    for name, found in (("A", a), ("B", b)):
        curve = operating_curve(a.truth, worst_scores(a.truth, found.scores, found.unscored))
        x, y = thinned(1.0 - curve.specificity, curve.sensitivity)
        curves.append(Curve(name, x, y))
    return (("roc", LineChart("roc", f"{pair.a.name}: ROC", tuple(curves))),)


def _case_chart(pair: PairedRows) -> tuple[str, Chart]:
    plan = Draw(replicates=500).plan(pair.a.table, pair.a.unit)
    groups, means = [], []
    for name, rows in (("A", pair.a), ("B", pair.b)):
        values = overlap_values(rows)
        kept = ~np.isnan(values)
        groups.append((name, tuple(float(v) for v in values)))
        means.append(mean_by_patient(values[kept], plan.of(kept), scale="share"))
    title = f"{pair.a.name}: each case"
    return "cases", CaseChart(title, figure_name(pair.a.name), tuple(groups), tuple(means))


def _warnings(pair: PairedRows, figures: tuple[ComparedFigure, ...]) -> tuple[str, ...]:
    made = []
    for count, which in ((pair.only_a, "A"), (pair.only_b, "B")):
        if count:
            made.append(f"{count} rows that only {which} has are left out.")
    if pair.a.kind == "detection":
        made.append("Detections are not compared: boxes of two models have no rows in common.")
    elif not figures:
        made.append("No row has what a comparison needs.")
    return tuple(made)
