"""Figures from the table of decisions, and from probabilities, each with its interval."""

from __future__ import annotations

from collections.abc import Callable

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
    as_binary,
    as_probabilities,
    as_scores,
    same_length,
)
from condyle.evaluation.jackknife import Scale

CountsFormula = Callable[[FloatArray, FloatArray, FloatArray, FloatArray], FloatArray]
"""From true positives, false positives, true negatives and false negatives."""


def balanced_accuracy(
    reference: ArrayLike, decisions: ArrayLike, resampling: Resampling
) -> Estimate:
    """Gives the mean of sensitivity and specificity."""
    return of_counts(
        lambda tp, fp, tn, fn: (tp / (tp + fn) + tn / (tn + fp)) / 2.0,
        reference,
        decisions,
        resampling=resampling,
    )


def f1(reference: ArrayLike, decisions: ArrayLike, resampling: Resampling) -> Estimate:
    """Gives the harmonic mean of PPV and sensitivity; NaN without any positive."""
    return of_counts(
        lambda tp, fp, tn, fn: 2.0 * tp / (2.0 * tp + fp + fn),
        reference,
        decisions,
        resampling=resampling,
        figure="F1",
    )


def matthews(reference: ArrayLike, decisions: ArrayLike, resampling: Resampling) -> Estimate:
    """Gives the correlation of decisions and reference; NaN where one is constant.

    References:
        Matthews, Biochimica et Biophysica Acta 1975, doi 10.1016/0005-2795(75)90109-9.
    """
    return of_counts(
        lambda tp, fp, tn, fn: (
            (tp * tn - fp * fn) / np.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn))
        ),
        reference,
        decisions,
        resampling=resampling,
        scale="coefficient",
    )


def positive_likelihood_ratio(
    reference: ArrayLike, decisions: ArrayLike, resampling: Resampling
) -> Estimate:
    """Gives sensitivity over 1 - specificity; NaN where no negative is called."""
    return of_counts(
        lambda tp, fp, tn, fn: _finite((tp / (tp + fn)) / (fp / (tn + fp))),
        reference,
        decisions,
        resampling=resampling,
        scale="ratio",
    )


def negative_likelihood_ratio(
    reference: ArrayLike, decisions: ArrayLike, resampling: Resampling
) -> Estimate:
    """Gives 1 - sensitivity over specificity; NaN where every negative is called."""
    return of_counts(
        lambda tp, fp, tn, fn: _finite((fn / (tp + fn)) / (tn / (tn + fp))),
        reference,
        decisions,
        resampling=resampling,
        scale="ratio",
    )


def ppv_at_prevalence(
    reference: ArrayLike, decisions: ArrayLike, resampling: Resampling, *, prevalence: float
) -> Estimate:
    """Gives the PPV that sensitivity and specificity mean at another prevalence (Bayes).

    Raises:
        InputError: The prevalence is not within 0 and 1.
    """
    _check_share("prevalence", prevalence)

    def formula(tp: FloatArray, fp: FloatArray, tn: FloatArray, fn: FloatArray) -> FloatArray:
        caught = tp / (tp + fn) * prevalence
        return np.asarray(caught / (caught + fp / (tn + fp) * (1.0 - prevalence)))

    return of_counts(formula, reference, decisions, resampling=resampling)


def npv_at_prevalence(
    reference: ArrayLike, decisions: ArrayLike, resampling: Resampling, *, prevalence: float
) -> Estimate:
    """Gives the NPV that sensitivity and specificity mean at another prevalence (Bayes).

    Raises:
        InputError: The prevalence is not within 0 and 1.
    """
    _check_share("prevalence", prevalence)

    def formula(tp: FloatArray, fp: FloatArray, tn: FloatArray, fn: FloatArray) -> FloatArray:
        spared = tn / (tn + fp) * (1.0 - prevalence)
        return np.asarray(spared / (spared + fn / (tp + fn) * prevalence))

    return of_counts(formula, reference, decisions, resampling=resampling)


def net_benefit(
    reference: ArrayLike, probabilities: ArrayLike, resampling: Resampling, *, threshold: float
) -> Estimate:
    """Gives the net benefit of acting at a threshold: TP / n - FP / n x odds of the threshold.

    Raises:
        InputError: The threshold is not within 0 and 1.

    References:
        Vickers and Elkin, Medical Decision Making 2006, doi 10.1177/0272989X06295361.
    """
    _check_share("threshold", threshold)
    odds = threshold / (1.0 - threshold)
    return of_counts(
        lambda tp, fp, tn, fn: (tp - fp * odds) / (tp + fp + tn + fn),
        reference,
        as_probabilities(probabilities) >= threshold,
        resampling=resampling,
        scale="plain",
    )


def net_benefit_of_all(prevalence: float, threshold: float) -> float:
    """Gives the net benefit of acting on everybody, the decision curve's other line."""
    _check_share("threshold", threshold)
    return prevalence - (1.0 - prevalence) * threshold / (1.0 - threshold)


def average_precision(reference: ArrayLike, scores: ArrayLike, resampling: Resampling) -> Estimate:
    """Gives the area under the precision-recall curve as a step function.

    References:
        The sum over thresholds of precision times the rise in recall, as scikit-learn has it;
        Davis and Goadrich, ICML 2006, doi 10.1145/1143844.1143874, on why not to interpolate.
    """
    truth, numbers = as_binary(reference), as_scores(scores)
    same_length(reference=truth, scores=numbers, patients=resampling.patients)
    return estimate_by_patient(
        weighted_average_precision(truth, numbers),
        resampling,
        scale="share",
        figure="average precision",
    )


def weighted_average_precision(reference: BoolArray, scores: FloatArray) -> WeightedStatistic:
    """Gives average precision as a statistic of weights, sorted once."""
    order = np.argsort(-scores, kind="stable")
    ranked = scores[order]
    starts = np.flatnonzero(np.concatenate(([True], ranked[1:] != ranked[:-1])))
    positive = reference[order].astype(np.float64)[:, None]

    def area(weights: FloatArray) -> FloatArray:
        drawn = weights[order]
        won = np.add.reduceat(drawn * positive, starts, axis=0)
        called = np.cumsum(np.add.reduceat(drawn, starts, axis=0), axis=0)
        right = np.cumsum(won, axis=0)
        with np.errstate(invalid="ignore", divide="ignore"):
            precision = np.where(called > 0, right / called, 0.0)
            return np.asarray((precision * won).sum(axis=0) / right[-1])

    return area


def of_counts(
    formula: CountsFormula,
    reference: ArrayLike,
    decisions: ArrayLike,
    *,
    resampling: Resampling,
    scale: Scale = "share",
    figure: str = "",
) -> Estimate:
    """Gives any formula of the four counts with its interval by patient.

    Args:
        formula: Of the counts.
        reference: 0 or 1 a row.
        decisions: 0 or 1 a row.
        resampling: Whose rows they are.
        scale: Where the figure lives.
        figure: Its name in the table of simulated coverage, if it is there.
    """
    truth, called = as_binary(reference), as_binary(decisions, "decisions")
    same_length(reference=truth, decisions=called, patients=resampling.patients)
    cells = np.stack([truth & called, ~truth & called, ~truth & ~called, truth & ~called])
    statistic = OfSums(cells.astype(np.float64), lambda sums: formula(*sums))
    return estimate_by_patient(statistic, resampling, scale=scale, figure=figure)


def _finite(values: FloatArray) -> FloatArray:
    return np.where(np.isfinite(values), values, np.nan)


def _check_share(name: str, value: float) -> None:
    if not 0.0 < value < 1.0:
        raise InputError(
            f"A {name} cannot be used.",
            found=f"{value:g}",
            needed="a number within 0 and 1",
            mend="give 0.2, for example.",
        )
