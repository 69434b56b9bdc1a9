"""Proportions of rows, with the patients that they come from."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from condyle.domain.estimate import Estimate
from condyle.evaluation.bootstrap import (
    OfSums,
    Resampling,
    WeightedStatistic,
    estimate_by_patient,
)
from condyle.evaluation.inputs import BoolArray, FloatArray, as_binary, same_length


def proportion(hits: ArrayLike, counted: ArrayLike, resampling: Resampling) -> Estimate:
    """Gives the share of the counted rows that are hits.

    Args:
        hits: 0 or 1 a row.
        counted: 0 or 1 a row; the denominator.
        resampling: Whose rows they are.

    Returns:
        The estimate over the counted rows; ``n`` is their number. Where all of them,
        or none, are hits, the bootstrap knows no spread: the limit is then
        Clopper-Pearson's with the number of patients as n, and the method says so.

    References:
        Clopper and Pearson, Biometrika 1934, doi 10.1093/biomet/26.4.404.
    """
    hit, base = as_binary(hits, "hits"), as_binary(counted, "counted")
    same_length(hits=hit, counted=base, patients=resampling.patients)
    kept = resampling.of(base)
    total = int(base.sum())
    if total == 0:
        return Estimate(
            value=float("nan"),
            low=float("nan"),
            high=float("nan"),
            n=0,
            method="undefined: no row to count",
            unit=resampling.unit,
            level=resampling.level,
        )
    found = int((hit & base).sum())
    if found in (0, total):
        return _all_alike(found > 0, total, kept)
    value = estimate_by_patient(weighted_proportion(hit, base), resampling)
    return Estimate(
        value=value.value,
        low=value.low,
        high=value.high,
        n=total,
        method=value.method,
        unit=value.unit,
        level=value.level,
    )


def weighted_proportion(hits: BoolArray, counted: BoolArray) -> WeightedStatistic:
    """Gives the share of hits among the counted rows as a statistic of weights."""
    terms = np.stack([hits & counted, counted]).astype(np.float64)
    return OfSums(terms, lambda sums: sums[0] / sums[1])


def weighted_mean(values: FloatArray) -> WeightedStatistic:
    """Gives the mean as a statistic of weights."""
    terms = np.stack([values, np.ones_like(values)])
    return OfSums(terms, lambda sums: sums[0] / sums[1])


def mean_by_patient(values: ArrayLike, resampling: Resampling) -> Estimate:
    """Gives the mean of the rows with its interval by patient."""
    numbers = np.asarray(values, dtype=np.float64)
    same_length(values=numbers, patients=resampling.patients)
    return estimate_by_patient(weighted_mean(numbers), resampling)


def _all_alike(hit: bool, total: int, resampling: Resampling) -> Estimate:
    patients = len(np.unique(np.asarray(resampling.patients)))
    bound = ((1.0 - resampling.level) / 2.0) ** (1.0 / patients)
    return Estimate(
        value=1.0 if hit else 0.0,
        low=bound if hit else 0.0,
        high=1.0 if hit else 1.0 - bound,
        n=total,
        method=f"Clopper-Pearson on {patients} patients (all rows alike)",
        unit=resampling.unit,
        level=resampling.level,
    )
