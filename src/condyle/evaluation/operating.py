"""What each threshold would have done: the operating curve, sorted once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from condyle.domain.estimate import Estimate
from condyle.evaluation.binary import npv, ppv, sensitivity, specificity
from condyle.evaluation.bootstrap import Resampling
from condyle.evaluation.inputs import FloatArray, IntArray, as_binary, as_scores, same_length


@dataclass(frozen=True)
class OperatingCurve:
    """Counts at every threshold that changes a decision, from the highest down.

    Attributes:
        thresholds: The first is infinite (nothing is called), then each distinct score.
        true_positive: Positives at or above the threshold.
        false_positive: Negatives at or above the threshold.
        positives: Positives in all.
        negatives: Negatives in all.
    """

    thresholds: FloatArray
    true_positive: IntArray
    false_positive: IntArray
    positives: int
    negatives: int

    @property
    def sensitivity(self) -> FloatArray:
        """Share of positives called, NaN where there are none."""
        return _share(self.true_positive, np.full_like(self.true_positive, self.positives))

    @property
    def specificity(self) -> FloatArray:
        """Share of negatives not called, NaN where there are none."""
        spared = self.negatives - self.false_positive
        return _share(spared, np.full_like(spared, self.negatives))

    @property
    def ppv(self) -> FloatArray:
        """Share of calls that are right, NaN where nothing is called."""
        return _share(self.true_positive, self.true_positive + self.false_positive)

    @property
    def npv(self) -> FloatArray:
        """Share of spared rows that are negative, NaN where all are called."""
        spared = self.negatives - self.false_positive
        return _share(spared, spared + self.positives - self.true_positive)

    @property
    def f1(self) -> FloatArray:
        """Harmonic mean of PPV and sensitivity, NaN where there is no positive at all."""
        return _share(
            2 * self.true_positive, self.true_positive + self.false_positive + self.positives
        )


@dataclass(frozen=True)
class ThresholdPoint:
    """How a threshold did, each figure with its interval."""

    threshold: float
    sensitivity: Estimate
    specificity: Estimate
    ppv: Estimate
    npv: Estimate


def operating_curve(reference: ArrayLike, scores: ArrayLike) -> OperatingCurve:
    """Gives the counts at every distinct score in O(n log n).

    Raises:
        InputError: A label is not 0 or 1, a score is NaN, or the lengths differ.
    """
    truth, numbers = as_binary(reference), as_scores(scores)
    same_length(reference=truth, scores=numbers)
    order = np.argsort(-numbers, kind="stable")
    ranked, hits = numbers[order], truth[order].astype(np.int64)
    ends = np.flatnonzero(np.concatenate((ranked[1:] != ranked[:-1], [True])))
    won = np.cumsum(hits)[ends]
    return OperatingCurve(
        thresholds=np.concatenate(([np.inf], ranked[ends])),
        true_positive=np.concatenate(([0], won)),
        false_positive=np.concatenate(([0], ends + 1 - won)),
        positives=int(truth.sum()),
        negatives=int((~truth).sum()),
    )


def operating_points(
    reference: ArrayLike,
    scores: ArrayLike,
    thresholds: Sequence[float],
    resampling: Resampling,
) -> tuple[ThresholdPoint, ...]:
    """Gives sensitivity, specificity, PPV and NPV with intervals at each threshold."""
    numbers = as_scores(scores)
    points = []
    for threshold in thresholds:
        called = numbers >= threshold
        points.append(
            ThresholdPoint(
                threshold=float(threshold),
                sensitivity=sensitivity(reference, called, resampling),
                specificity=specificity(reference, called, resampling),
                ppv=ppv(reference, called, resampling),
                npv=npv(reference, called, resampling),
            )
        )
    return tuple(points)


def _share(top: IntArray, bottom: IntArray) -> FloatArray:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(top / bottom, dtype=np.float64)
