"""Whether probabilities mean what they say: Brier score, calibration error, reliability."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from condyle.domain.estimate import Estimate
from condyle.errors import InputError
from condyle.evaluation.bootstrap import (
    OfSums,
    Resampling,
    WeightedStatistic,
    estimate_by_patient,
)
from condyle.evaluation.inputs import (
    BoolArray,
    FloatArray,
    IntArray,
    as_binary,
    as_probabilities,
    same_length,
)
from condyle.evaluation.proportions import mean_by_patient


@dataclass(frozen=True)
class Reliability:
    """Stated against observed share, a bin of probability each; empty bins are NaN.

    Attributes:
        edges: Bin limits from 0 to 1; a value on a limit belongs to the bin above.
        stated: Mean probability in each bin.
        observed: Share that is true in each bin.
        counts: Rows in each bin.
    """

    edges: FloatArray
    stated: FloatArray
    observed: FloatArray
    counts: IntArray


def brier(reference: ArrayLike, probabilities: ArrayLike, resampling: Resampling) -> Estimate:
    """Gives the mean squared difference of probability and outcome; 0 is best.

    References:
        Brier, Monthly Weather Review 1950, 78:1-3.
    """
    truth, stated = _pair(reference, probabilities)
    return mean_by_patient((stated - truth) ** 2, resampling, scale="share")


def brier_of_classes(
    reference: ArrayLike, probabilities: ArrayLike, resampling: Resampling
) -> Estimate:
    """Gives the multi-class Brier score: squared differences summed over the classes, 0 to 2.

    Args:
        reference: Position of the true class of each row, from 0.
        probabilities: (row, class).
        resampling: Whose rows they are.
    """
    truth, stated = class_pair(reference, probabilities)
    outcome = np.eye(stated.shape[1])[truth]
    score = ((stated - outcome) ** 2).sum(axis=1)
    return mean_by_patient(score, resampling, scale="ratio")


def calibration_error(
    reference: ArrayLike, probabilities: ArrayLike, resampling: Resampling, *, bins: int = 10
) -> Estimate:
    """Gives the expected calibration error of a binary probability, in equal-width bins.

    It is the mean distance of stated and observed share, weighted by the rows a bin.

    References:
        Naeini, Cooper and Hauskrecht, AAAI 2015.
    """
    truth, stated = _pair(reference, probabilities)
    same_length(reference=truth, patients=resampling.patients)
    statistic = weighted_calibration_error(truth, stated, bins)
    return estimate_by_patient(statistic, resampling, scale="share")


def confidence_error(
    reference: ArrayLike, probabilities: ArrayLike, resampling: Resampling, *, bins: int = 15
) -> Estimate:
    """Gives the expected calibration error of the most probable class.

    Args:
        reference: Position of the true class of each row, from 0.
        probabilities: (row, class).
        resampling: Whose rows they are.
        bins: Number of equal-width bins of confidence.

    References:
        Guo et al., ICML 2017, arXiv 1706.04599.
    """
    truth, stated = class_pair(reference, probabilities)
    same_length(reference=truth, patients=resampling.patients)
    right = stated.argmax(axis=1) == truth
    statistic = weighted_calibration_error(right, stated.max(axis=1), bins)
    return estimate_by_patient(statistic, resampling, scale="share")


def reliability(reference: ArrayLike, probabilities: ArrayLike, *, bins: int = 10) -> Reliability:
    """Gives stated against observed share in equal-width bins."""
    truth, stated = _pair(reference, probabilities)
    position = _bin_of(stated, bins)
    counts = np.bincount(position, minlength=bins)
    with np.errstate(invalid="ignore"):
        return Reliability(
            edges=np.linspace(0.0, 1.0, bins + 1),
            stated=np.bincount(position, weights=stated, minlength=bins) / counts,
            observed=np.bincount(position, weights=truth, minlength=bins) / counts,
            counts=counts,
        )


def weighted_calibration_error(
    reference: BoolArray, probabilities: FloatArray, bins: int
) -> WeightedStatistic:
    """Gives the expected calibration error as a statistic of weights."""
    position = _bin_of(probabilities, bins)
    terms = np.zeros((bins + 1, len(position)))
    terms[position, np.arange(len(position))] = probabilities - reference
    terms[bins] = 1.0
    return OfSums(terms, lambda sums: np.abs(sums[:bins]).sum(axis=0) / sums[bins])


def class_pair(reference: ArrayLike, probabilities: ArrayLike) -> tuple[IntArray, FloatArray]:
    """Gives class positions and (row, class) probabilities, checked.

    Raises:
        InputError: A class is not a column, a probability is outside 0 to 1, or a row
            does not sum to 1 within 0.001.
    """
    stated = as_probabilities(probabilities)
    truth = np.asarray(reference)
    same_length(reference=truth, probabilities=stated)
    if stated.ndim != 2:
        raise InputError(
            "Class probabilities cannot be evaluated.",
            found=f"an array of {stated.ndim} axes",
            needed="(row, class)",
            mend="give one column a class.",
        )
    wrong = np.flatnonzero(np.abs(stated.sum(axis=1) - 1.0) > 1e-3)
    if len(wrong):
        raise InputError(
            "Class probabilities cannot be evaluated.",
            found=f"a sum of {stated[wrong[0]].sum():g} in row {int(wrong[0])}",
            needed="a sum of 1 in each row",
            mend="give the softmax of the logits.",
        )
    if not np.isin(truth, np.arange(stated.shape[1])).all():
        raise InputError(
            "Class probabilities cannot be evaluated.",
            found="a reference outside the columns",
            needed=f"classes from 0 to {stated.shape[1] - 1}",
            mend="code the reference as the position of its column.",
        )
    return truth.astype(np.int64), stated


def _bin_of(probabilities: FloatArray, bins: int) -> IntArray:
    inner = np.linspace(0.0, 1.0, bins + 1)[1:-1]
    return np.asarray(np.searchsorted(inner, probabilities, side="right"), dtype=np.int64)


def _pair(reference: ArrayLike, probabilities: ArrayLike) -> tuple[BoolArray, FloatArray]:
    truth, stated = as_binary(reference), as_probabilities(probabilities)
    same_length(reference=truth, probabilities=stated)
    return truth, stated
