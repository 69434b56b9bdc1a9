"""The charts of a finding: ROC, precision-recall, calibration, decision curve and the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from condyle.domain.estimate import Estimate
from condyle.domain.evaluation_charts import Chart, ConfusionChart, Curve, LineChart, Mark
from condyle.domain.evaluation_report import ThresholdFigures
from condyle.evaluation.abstention import worst_scores
from condyle.evaluation.bands import roc_band
from condyle.evaluation.binary import roc_auc
from condyle.evaluation.bootstrap import Resampling
from condyle.evaluation.calibration import reliability
from condyle.evaluation.classification import average_precision, net_benefit, net_benefit_of_all
from condyle.evaluation.inputs import BoolArray, FloatArray
from condyle.evaluation.operating import operating_curve
from condyle.evaluation.proportions import proportion
from condyle.evaluation.selective import selective_risk
from condyle.reporting.evaluation.words import estimate_words

if TYPE_CHECKING:
    from condyle.workflows.evaluation.finding import FindingRows

MARKED = (0.3, 0.5, 0.7)
DECISION_GRID = tuple(float(t) for t in np.linspace(0.05, 0.95, 19))
MOST_POINTS = 400
BAND_REPLICATES = 500
"""Enough for a band or a bar to look at; every printed figure has its plan's own number."""


def finding_charts(
    name: str, found: FindingRows, thresholds: Sequence[ThresholdFigures], plan: Resampling
) -> tuple[tuple[str, Chart], ...]:
    """Gives the charts of a finding; those that need both classes only where both are there.

    Args:
        name: Of the task.
        found: Its rows.
        thresholds: Its operating points, of which 0.3, 0.5 and 0.7 are marked.
        plan: Whose rows they are.
    """
    made: list[tuple[str, Chart]] = [("confusion", _confusion(name, found))]
    plan = replace(plan, replicates=min(plan.replicates, BAND_REPLICATES))
    kept = ~found.unscored
    truth, scores = found.truth[kept], found.scores[kept]
    if truth.any() and not truth.all():
        called = found.called[kept]
        part = plan.of(kept)
        made += [
            ("roc", _roc(name, found, plan)),
            ("precision-recall", _precision_recall(name, truth, scores, called, plan=part)),
            ("calibration", calibration_chart(f"{name}: calibration", truth, scores, part)),
            ("decision", _decision(name, truth, scores, part)),
            ("thresholds", _sweep(name, truth, scores, thresholds)),
        ]
    answered = kept & ~found.undecided
    if answered.any():
        right = (found.called == found.truth)[answered]
        sure = np.where(found.called, found.scores, 1.0 - found.scores)[answered]
        made.append(("selective-risk", risk_chart(name, right, sure)))
    return tuple(made)


def risk_chart(name: str, right: BoolArray, confidence: FloatArray) -> LineChart:
    """Gives the selective-risk curve of answers and how sure they were."""
    curve = selective_risk(right, confidence)
    x, y = thinned(curve.coverage, curve.risk)
    overall = float((~right).mean())
    guide = Curve("in random order", (0.0, 1.0), (overall, overall), role="guide")
    return LineChart(
        "selective-risk",
        f"{name}: errors among the surest",
        (Curve("surest first", x, y), guide),
        note=f"{overall:.0%} wrong of all answered",
    )


def thinned(*columns: FloatArray) -> tuple[tuple[float, ...], ...]:
    """Leaves so many points of a curve as can be seen, the first and the last among them."""
    count = len(columns[0])
    at = np.unique(np.linspace(0, count - 1, min(count, MOST_POINTS)).round().astype(int))
    return tuple(tuple(float(value) for value in column[at]) for column in columns)


def _confusion(name: str, found: FindingRows) -> ConfusionChart:
    answered, declined = ~found.undecided, found.undecided
    counts = tuple(
        tuple(
            int(((found.truth == truth) & (found.called == called) & answered).sum())
            for called in (False, True)
        )
        for truth in (False, True)
    )
    lost = tuple(int((declined & (found.truth == truth)).sum()) for truth in (False, True))
    return ConfusionChart(
        f"{name}: confusion matrix",
        ("absent", "present"),
        counts,
        lost if declined.any() else (),
    )


def _roc(name: str, found: FindingRows, plan: Resampling) -> LineChart:
    kept = ~found.unscored
    truth, scores, part = found.truth[kept], found.scores[kept], plan.of(kept)
    band = roc_band(truth, scores, part)
    curve = operating_curve(truth, scores)
    rates, caught = thinned(1.0 - curve.specificity, curve.sensitivity)
    low = np.interp(rates, band.rates, band.low)
    high = np.interp(rates, band.rates, band.high)
    below, above = (tuple(float(v) for v in side) for side in (low, high))
    some_declined = bool(found.unscored.any())
    curves = [Curve("answered" if some_declined else "", rates, caught, below, above)]
    if some_declined:
        ranked = worst_scores(found.truth, found.scores, found.unscored)
        whole = operating_curve(found.truth, ranked)
        x, y = thinned(1.0 - whole.specificity, whole.sensitivity)
        curves.append(Curve("all, declined counted as wrong", x, y, role="other"))
    marks = _decision_mark(truth, found.called[kept], found.undecided[kept])
    note = f"area {estimate_words(roc_auc(truth, scores, part))}"
    return LineChart("roc", f"{name}: ROC", tuple(curves), marks, note)


def _decision_mark(truth: BoolArray, called: BoolArray, undecided: BoolArray) -> tuple[Mark, ...]:
    if undecided.any():
        return ()
    return (Mark(float(called[~truth].mean()), float(called[truth].mean()), label="decision"),)


def _precision_recall(
    name: str, truth: BoolArray, scores: FloatArray, called: BoolArray, *, plan: Resampling
) -> LineChart:
    curve = operating_curve(truth, scores)
    recall, precision = thinned(curve.sensitivity[1:], curve.ppv[1:])
    share = float(truth.mean())
    guide = Curve(f"prevalence {share:.2f}", (0.0, 1.0), (share, share), role="guide")
    marks: tuple[Mark, ...] = ()
    if called.any():
        marks = (Mark(float(called[truth].mean()), float(truth[called].mean()), label="decision"),)
    note = f"average precision {estimate_words(average_precision(truth, scores, plan))}"
    curves = (Curve("", recall, precision), guide)
    return LineChart("precision-recall", f"{name}: precision and recall", curves, marks, note)


def calibration_chart(
    title: str, truth: BoolArray, scores: FloatArray, plan: Resampling, *, bins: int = 10
) -> LineChart:
    """Gives stated against observed shares with intervals by patient, and the rows a bin."""
    found = reliability(truth, scores, bins=bins)
    position = np.searchsorted(found.edges[1:-1], scores, side="right")
    marks = []
    for number in range(bins):
        if found.counts[number]:
            share = proportion(truth, position == number, plan)
            stated_share = float(found.stated[number])
            marks.append(Mark(stated_share, share.value, share.low, share.high))
    line = Curve("", tuple(m.x for m in marks), tuple(m.y for m in marks))
    counts = (
        tuple(float(edge) for edge in found.edges),
        tuple(int(count) for count in found.counts),
    )
    return LineChart("calibration", title, (line,), tuple(marks), counts=counts)


def _decision(name: str, truth: BoolArray, scores: FloatArray, plan: Resampling) -> LineChart:
    found = [net_benefit(truth, scores, plan, threshold=t) for t in DECISION_GRID]
    prevalence = float(truth.mean())
    everyone = tuple(net_benefit_of_all(prevalence, t) for t in DECISION_GRID)
    curves = (
        Curve(
            "with the model",
            DECISION_GRID,
            tuple(e.value for e in found),
            tuple(e.low for e in found),
            tuple(e.high for e in found),
        ),
        Curve("act on everyone", DECISION_GRID, everyone, role="other"),
        Curve("act on no one", DECISION_GRID, (0.0,) * len(DECISION_GRID), role="guide"),
    )
    return LineChart("decision", f"{name}: decision curve", curves)


def _sweep(
    name: str, truth: BoolArray, scores: FloatArray, thresholds: Sequence[ThresholdFigures]
) -> LineChart:
    curve = operating_curve(truth, scores)
    lines, marks = [], []
    for figure in ("sensitivity", "specificity", "ppv"):
        x, y = thinned(curve.thresholds[1:], getattr(curve, figure)[1:])
        lines.append(Curve("PPV" if figure == "ppv" else figure, x, y))
        for point in thresholds:
            if point.threshold in MARKED:
                e: Estimate = getattr(point, figure)
                name_of_line = lines[-1].name
                marks.append(Mark(point.threshold, e.value, e.low, e.high, series=name_of_line))
    return LineChart("thresholds", f"{name}: threshold sweep", tuple(lines), tuple(marks))
