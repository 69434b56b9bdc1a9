"""What an evaluation says of a finding: present or absent, with a probability or without."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from condyle.domain.estimate import Estimate
from condyle.domain.evaluation_report import Score, TaskReport, ThresholdFigures
from condyle.evaluation.abstention import coverage, worst_scores, wrong_decisions
from condyle.evaluation.binary import (
    accuracy,
    area_under_roc,
    npv,
    ppv,
    roc_auc,
    sensitivity,
    specificity,
)
from condyle.evaluation.bootstrap import Resampling
from condyle.evaluation.calibration import brier, calibration_error
from condyle.evaluation.classification import (
    average_precision,
    balanced_accuracy,
    f1,
    matthews,
    negative_likelihood_ratio,
    positive_likelihood_ratio,
)
from condyle.evaluation.inputs import BoolArray, FloatArray
from condyle.evaluation.multiclass import log_loss
from condyle.evaluation.operating import operating_points
from condyle.reporting.evaluation.words import counted_word
from condyle.workflows.evaluation.finding_charts import finding_charts
from condyle.workflows.evaluation.rows import Draw, TaskRows
from condyle.workflows.evaluation.subgroups import subgroup_chart, subgroups

THRESHOLDS = (0.1, 0.3, 0.5, 0.7, 0.9)
FEW_OF_A_CLASS = 10

DECISION_FIGURES: dict[str, Callable[[ArrayLike, ArrayLike, Resampling], Estimate]] = {
    "sensitivity": sensitivity,
    "specificity": specificity,
    "ppv": ppv,
    "npv": npv,
    "accuracy": accuracy,
    "balanced-accuracy": balanced_accuracy,
    "f1": f1,
    "matthews": matthews,
    "positive-likelihood-ratio": positive_likelihood_ratio,
    "negative-likelihood-ratio": negative_likelihood_ratio,
}
"""Figures of decisions by name, as a table lists them."""


@dataclass(frozen=True, eq=False)
class FindingRows:
    """A finding's rows as the figures take them.

    Attributes:
        truth: True where the finding is there.
        scores: Probability; NaN where none was given.
        called: True where it is called; False where no decision was given.
        unscored: Rows without a score that counts.
        undecided: Rows without a decision that counts.
    """

    truth: BoolArray
    scores: FloatArray
    called: BoolArray
    unscored: BoolArray
    undecided: BoolArray

    @property
    def right(self) -> BoolArray:
        """Tells of each row whether it was decided as the reference has it."""
        return np.asarray((self.called == self.truth) & ~self.undecided)


def finding_rows(rows: TaskRows) -> FindingRows:
    """Gives the arrays of a finding; where no decision is stated at all, 0.5 decides."""
    decisions, scores = rows.table.prediction, rows.probability
    if decides_at_half(rows):
        decisions = np.where(np.isnan(scores), np.nan, scores >= 0.5)
    return FindingRows(
        truth=np.asarray(rows.table.reference == 1.0),
        scores=scores,
        called=np.asarray(decisions == 1.0),
        unscored=np.asarray(rows.declined | np.isnan(scores)),
        undecided=np.asarray(rows.declined | np.isnan(decisions)),
    )


def decides_at_half(rows: TaskRows) -> bool:
    """Tells whether the table states no decision, so that 0.5 must decide."""
    return bool(np.isnan(rows.table.prediction).all()) and rows.classes == 1


def finding_report(rows: TaskRows, draw: Draw) -> TaskReport:
    """Gives the figures, charts and subgroups of a finding.

    Args:
        rows: Of the task.
        draw: How figures are drawn.
    """
    found, plan = finding_rows(rows), draw.plan(rows.table, rows.unit)
    thresholds, scores = _thresholds(found, plan), _scores(found, rows, plan)
    groups = subgroups(rows, plan, *_subgroup_figure(found), permutations=draw.permutations)
    charts = finding_charts(rows.name, found, thresholds, plan)
    return replace(
        rows.report(scores),
        thresholds=thresholds,
        subgroups=groups,
        charts=(*charts, *subgroup_chart(rows.name, groups, scores)),
        warnings=_warnings(found, rows.unit),
        notes=_notes(rows),
    )


def _scores(found: FindingRows, rows: TaskRows, plan: Resampling) -> tuple[Score, ...]:
    scored = not found.unscored.all()
    made = [Score("coverage", coverage(rows.declined, plan))]
    if scored:
        ranked = worst_scores(found.truth, found.scores, found.unscored)
        made.insert(0, Score("auc", roc_auc(found.truth, ranked, plan), headline=True))
        made.append(Score("average-precision", average_precision(found.truth, ranked, plan)))
    called = wrong_decisions(found.truth, found.called, found.undecided)
    main = ("sensitivity", "specificity")
    for name, figure in DECISION_FIGURES.items():
        made.append(Score(name, figure(found.truth, called, plan), headline=name in main))
    if found.undecided.any() and not found.undecided.all():
        kept = ~found.undecided
        truth, called, part = found.truth[kept], found.called[kept], plan.of(kept)
        for name, figure in DECISION_FIGURES.items():
            made.append(Score(name, figure(truth, called, part), "answered"))
    if scored:
        made += _probability_scores(found, plan)
    return tuple(sorted(made, key=lambda score: not score.headline))


def _probability_scores(found: FindingRows, plan: Resampling) -> list[Score]:
    kept = ~found.unscored
    truth, stated, part = found.truth[kept], found.scores[kept], plan.of(kept)
    made = []
    if found.unscored.any():
        made.append(Score("auc", roc_auc(truth, stated, part), "answered"))
        area = average_precision(truth, stated, part)
        made.append(Score("average-precision", area, "answered"))
    classes = np.stack([1.0 - stated, stated], axis=1)
    return [
        *made,
        Score("brier", brier(truth, stated, part), "answered"),
        Score("log-loss", log_loss(truth.astype(int), classes, part), "answered"),
        Score("calibration-error", calibration_error(truth, stated, part), "answered"),
    ]


def _thresholds(found: FindingRows, plan: Resampling) -> tuple[ThresholdFigures, ...]:
    kept = ~found.unscored
    if not kept.any():
        return ()
    points = operating_points(found.truth[kept], found.scores[kept], THRESHOLDS, plan.of(kept))
    return tuple(
        ThresholdFigures(p.threshold, p.sensitivity, p.specificity, p.ppv, p.npv) for p in points
    )


def _subgroup_figure(
    found: FindingRows,
) -> tuple[str, Callable[[BoolArray, Resampling], Estimate]]:
    called = wrong_decisions(found.truth, found.called, found.undecided)
    if found.unscored.all():
        return "accuracy", lambda rows, plan: accuracy(found.truth[rows], called[rows], plan)
    ranked = worst_scores(found.truth, found.scores, found.unscored)

    def area(rows: BoolArray, plan: Resampling) -> Estimate:
        if plan.replicates > 1:
            return roc_auc(found.truth[rows], ranked[rows], plan)
        value = area_under_roc(found.truth[rows], ranked[rows])
        return Estimate(value, value, value, int(rows.sum()), "value only")

    return "auc", area


def _warnings(found: FindingRows, unit: str) -> tuple[str, ...]:
    positives = int(found.truth.sum())
    negatives = len(found.truth) - positives
    made = []
    for count, word in ((positives, "positive"), (negatives, "negative")):
        if count == 0:
            made.append(f"No row is {word} by the reference: what needs both classes is undefined.")
        elif count < FEW_OF_A_CLASS:
            few = f"{counted_word(count, unit)} {word}"
            made.append(f"Only {few} by the reference: the figures rest on them.")
    return tuple(made)


def _notes(rows: TaskRows) -> tuple[str, ...]:
    notes = []
    if decides_at_half(rows):
        notes.append("The table states no decision; a probability of 0.5 or more was taken as one.")
    if rows.declined.any():
        notes.append(
            "What was declined counts as the wrong decision, and in the ROC area as ranked as "
            "wrongly as can be; figures marked 'answered' leave it out."
        )
    return tuple(notes)
