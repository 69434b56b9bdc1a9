"""The ROC curve with a band: sensitivity at each false-positive rate, by patient."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from condyle.evaluation.bootstrap import Resampling, patient_weights
from condyle.evaluation.inputs import BoolArray, FloatArray, as_binary, as_scores, same_length

RATES = tuple(float(rate) for rate in np.linspace(0.0, 1.0, 101))


@dataclass(frozen=True, eq=False)
class RocBand:
    """Sensitivity at false-positive rates, with pointwise limits.

    Attributes:
        rates: 1 - specificity, rising from 0 to 1.
        sensitivity: Of the data, between two thresholds on the line that joins them.
        low: Lower limit at each rate; NaN with fewer than two patients.
        high: Upper limit.
        level: Confidence level of each point, not of the whole band.
    """

    rates: FloatArray
    sensitivity: FloatArray
    low: FloatArray
    high: FloatArray
    level: float


def roc_band(
    reference: ArrayLike,
    scores: ArrayLike,
    resampling: Resampling,
    *,
    rates: tuple[float, ...] = RATES,
) -> RocBand:
    """Gives the ROC curve with its pointwise percentile band, whole patients drawn.

    Replicates in which a class is absent are left out. The limits are widened, if need
    be, to hold the curve.

    Args:
        reference: 0 or 1 a row.
        scores: One a row.
        resampling: Whose rows they are.
        rates: Where the band is found.

    Raises:
        InputError: A label is not 0 or 1, a score is NaN, or the lengths differ.

    References:
        Fawcett, Pattern Recognition Letters 2006, doi 10.1016/j.patrec.2005.10.010
        (vertical averaging).
    """
    truth, numbers = as_binary(reference), as_scores(scores)
    same_length(reference=truth, scores=numbers, patients=resampling.patients)
    grid = np.asarray(rates, dtype=np.float64)
    order = np.argsort(-numbers, kind="stable")
    ranked, hits = numbers[order], truth[order]
    ends = np.flatnonzero(np.concatenate((ranked[1:] != ranked[:-1], [True])))
    own = _at_rates(np.ones(len(truth)), (hits, ends), grid)
    drawn = []
    if resampling.patient_count > 1:
        for weights in patient_weights(resampling):
            drawn += [_at_rates(column[order], (hits, ends), grid) for column in weights.T]
    kept = np.array([line for line in drawn if not np.isnan(line[0])])
    if not len(kept) or np.isnan(own[0]):
        nothing = np.full(len(grid), np.nan)
        return RocBand(grid, own, nothing, nothing, resampling.level)
    tail = (1.0 - resampling.level) / 2.0
    low, high = np.quantile(kept, (tail, 1.0 - tail), axis=0)
    return RocBand(grid, own, np.minimum(low, own), np.maximum(high, own), resampling.level)


def _at_rates(
    weights: FloatArray,
    ranked: tuple[BoolArray, np.ndarray[tuple[int], np.dtype[np.intp]]],
    grid: FloatArray,
) -> FloatArray:
    """Sensitivity at each rate, of weights from the highest score down."""
    hits, ends = ranked
    won = np.cumsum(weights * hits)[ends]
    called = np.cumsum(weights)[ends]
    false = called - won
    if won[-1] <= 0.0 or false[-1] <= 0.0:
        return np.full(len(grid), np.nan)
    rate = np.concatenate(([0.0], false / false[-1]))
    caught = np.concatenate(([0.0], won / won[-1]))
    return np.interp(grid, rate, caught)
