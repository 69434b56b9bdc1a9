"""Binary classification: ROC area, and decisions at a threshold.

A decision is positive where the score is at or above the threshold.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from condyle.domain.estimate import Estimate
from condyle.evaluation.bootstrap import Resampling, WeightedStatistic, estimate_by_patient
from condyle.evaluation.inputs import BoolArray, FloatArray, as_binary, as_scores, same_length
from condyle.evaluation.proportions import proportion


@dataclass(frozen=True)
class Confusion:
    """Counts of decisions against the reference."""

    true_positive: int
    false_positive: int
    true_negative: int
    false_negative: int

    @property
    def total(self) -> int:
        """Number of rows counted."""
        return self.true_positive + self.false_positive + self.true_negative + self.false_negative


def confusion(reference: ArrayLike, decisions: ArrayLike) -> Confusion:
    """Counts decisions (0 or 1) against the reference (0 or 1).

    Raises:
        InputError: A label is not 0 or 1, or the lengths differ.
    """
    truth, called = _pair(reference, decisions)
    return Confusion(
        true_positive=int((truth & called).sum()),
        false_positive=int((~truth & called).sum()),
        true_negative=int((~truth & ~called).sum()),
        false_negative=int((truth & ~called).sum()),
    )


def confusion_at(reference: ArrayLike, scores: ArrayLike, threshold: float) -> Confusion:
    """Counts the decisions that a threshold makes; positive at or above it."""
    return confusion(reference, as_scores(scores) >= threshold)


def accuracy(reference: ArrayLike, decisions: ArrayLike, resampling: Resampling) -> Estimate:
    """Gives the share of right decisions."""
    truth, called = _pair(reference, decisions)
    return proportion(truth == called, np.ones(len(truth), dtype=bool), resampling)


def sensitivity(reference: ArrayLike, decisions: ArrayLike, resampling: Resampling) -> Estimate:
    """Gives the share of positives that are called positive."""
    truth, called = _pair(reference, decisions)
    return proportion(called, truth, resampling)


def specificity(reference: ArrayLike, decisions: ArrayLike, resampling: Resampling) -> Estimate:
    """Gives the share of negatives that are called negative."""
    truth, called = _pair(reference, decisions)
    return proportion(~called, ~truth, resampling)


def ppv(reference: ArrayLike, decisions: ArrayLike, resampling: Resampling) -> Estimate:
    """Gives the share of positive calls that are right, at the data's own prevalence."""
    truth, called = _pair(reference, decisions)
    return proportion(truth, called, resampling)


def npv(reference: ArrayLike, decisions: ArrayLike, resampling: Resampling) -> Estimate:
    """Gives the share of negative calls that are right, at the data's own prevalence."""
    truth, called = _pair(reference, decisions)
    return proportion(~truth, ~called, resampling)


def roc_auc(reference: ArrayLike, scores: ArrayLike, resampling: Resampling) -> Estimate:
    """Gives the area under the ROC curve; ties count one half.

    Returns:
        The estimate; its value is NaN where only one class is there.

    Raises:
        InputError: A label is not 0 or 1, a score is NaN, or the lengths differ.

    References:
        Hanley and McNeil, Radiology 1982, doi 10.1148/radiology.143.1.7063747.
    """
    truth, numbers = as_binary(reference), as_scores(scores)
    same_length(reference=truth, scores=numbers, patients=resampling.patients)
    return estimate_by_patient(weighted_auc(truth, numbers), resampling)


def area_under_roc(reference: ArrayLike, scores: ArrayLike) -> float:
    """Gives the area under the ROC curve without an interval; NaN with one class."""
    truth, numbers = as_binary(reference), as_scores(scores)
    rows = same_length(reference=truth, scores=numbers)
    return float(weighted_auc(truth, numbers)(np.ones((rows, 1)))[0])


def weighted_auc(reference: BoolArray, scores: FloatArray) -> WeightedStatistic:
    """Gives the area under the ROC curve as a statistic of weights, sorted once.

    Per group of tied scores, positives beat the negatives below and share those
    of their own group.
    """
    order = np.argsort(scores, kind="stable")
    ranked = scores[order]
    starts = np.flatnonzero(np.concatenate(([True], ranked[1:] != ranked[:-1])))
    positive = reference[order].astype(np.float64)[:, None]

    def area(weights: FloatArray) -> FloatArray:
        sorted_weights = weights[order]
        won = np.add.reduceat(sorted_weights * positive, starts, axis=0)
        lost = np.add.reduceat(sorted_weights, starts, axis=0) - won
        below = np.cumsum(lost, axis=0) - 0.5 * lost
        pairs = won.sum(axis=0) * lost.sum(axis=0)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(np.einsum("ij,ij->j", won, below) / pairs)

    return area


def _pair(reference: ArrayLike, decisions: ArrayLike) -> tuple[BoolArray, BoolArray]:
    truth, called = as_binary(reference), as_binary(decisions, "decisions")
    same_length(reference=truth, decisions=called)
    return truth, called
