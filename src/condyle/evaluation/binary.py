"""Binary classification: ROC area, and decisions at a threshold.

A decision is positive where the score is at or above the threshold.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from condyle.domain.estimate import Estimate
from condyle.evaluation.bootstrap import (
    Draws,
    Resampling,
    WeightedStatistic,
    estimate_by_patient,
)
from condyle.evaluation.delong import roc_auc_delong
from condyle.evaluation.inputs import BoolArray, FloatArray, as_binary, as_scores, same_length
from condyle.evaluation.proportions import proportion

MOST_PAIRS = 16_384
"""Pairs of a positive and a negative up to which each is counted, which is then faster."""


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
    if resampling.prefers_analytic and _delong_applies(truth, resampling):
        return roc_auc_delong(
            truth,
            numbers,
            patients=np.asarray(resampling.patients),
            scale="logit",
            level=resampling.level,
            unit=resampling.unit,
        )
    return estimate_by_patient(
        weighted_auc(truth, numbers), resampling, scale="share", figure="ROC area"
    )


def area_under_roc(reference: ArrayLike, scores: ArrayLike) -> float:
    """Gives the area under the ROC curve without an interval; NaN with one class."""
    truth, numbers = as_binary(reference), as_scores(scores)
    rows = same_length(reference=truth, scores=numbers)
    return float(weighted_auc(truth, numbers)(np.ones((rows, 1)))[0])


def weighted_auc(reference: BoolArray, scores: FloatArray) -> WeightedStatistic:
    """Gives the area under the ROC curve as a statistic of weights, sorted once."""
    negatives = np.flatnonzero(~reference)
    negatives = negatives[np.argsort(scores[negatives], kind="stable")]
    positives = np.flatnonzero(reference)
    # In rising order, so that a replicate is read from memory in one direction.
    positives = positives[np.argsort(scores[positives], kind="stable")]
    sorted_scores = scores[negatives]
    return _RocArea(
        positives=positives,
        negatives=negatives,
        below=np.searchsorted(sorted_scores, scores[positives], side="left"),
        up_to=np.searchsorted(sorted_scores, scores[positives], side="right"),
    )


@dataclass(frozen=True, eq=False)
class _RocArea:
    """The area as the mean share of negatives below each positive, ties counting half.

    Attributes:
        positives: Rows that are positive, by rising score.
        negatives: Rows that are negative, by rising score.
        below: Negatives with a lower score than each positive.
        up_to: Negatives with a lower score or the same.
    """

    positives: NDArray[np.intp]
    negatives: NDArray[np.intp]
    below: NDArray[np.intp]
    up_to: NDArray[np.intp]

    def __call__(self, weights: FloatArray) -> FloatArray:
        """Gives the area of (row, replicate) weights."""
        columns = np.ascontiguousarray(weights.T)
        return self._areas(columns, self.positives, self.negatives)

    def of_draws(self, owner: NDArray[np.intp]) -> Callable[[Draws], FloatArray]:
        """Reads the weight of a row from its patient, with no array of all rows."""
        positives, negatives = owner[self.positives], owner[self.negatives]
        return lambda draws: self._areas(draws, positives, negatives)

    def _areas(
        self, columns: FloatArray, positives: NDArray[np.intp], negatives: NDArray[np.intp]
    ) -> FloatArray:
        if len(positives) * len(negatives) <= MOST_PAIRS:
            return self._of_pairs(columns[:, positives], columns[:, negatives])
        tied = bool((self.below != self.up_to).any())
        upto = np.zeros(len(negatives) + 1)
        areas = np.full(len(columns), np.nan)
        for replicate, weight in enumerate(columns):
            np.cumsum(weight[negatives], out=upto[1:])
            of_positive = weight[positives]
            pairs = of_positive.sum() * upto[-1]
            if pairs > 0.0:
                beaten = of_positive @ upto[self.below]
                if tied:
                    beaten = (beaten + of_positive @ upto[self.up_to]) / 2.0
                areas[replicate] = beaten / pairs
        return areas

    def _of_pairs(self, of_positive: FloatArray, of_negative: FloatArray) -> FloatArray:
        rank = np.arange(of_negative.shape[1])
        lower = (rank < self.below[:, None]).astype(np.float64)
        won = (lower + (rank < self.up_to[:, None])) / 2.0
        beaten = ((of_positive @ won) * of_negative).sum(axis=1)
        pairs = of_positive.sum(axis=1) * of_negative.sum(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(pairs > 0.0, beaten / pairs, np.nan)


def _delong_applies(truth: BoolArray, resampling: Resampling) -> bool:
    of_class = min(int(truth.sum()), int((~truth).sum()))
    return of_class >= 2 and resampling.patient_count >= 2


def _pair(reference: ArrayLike, decisions: ArrayLike) -> tuple[BoolArray, BoolArray]:
    truth, called = as_binary(reference), as_binary(decisions, "decisions")
    same_length(reference=truth, decisions=called)
    return truth, called
