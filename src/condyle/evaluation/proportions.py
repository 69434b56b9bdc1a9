"""Proportions of rows, with the patients that they come from."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from condyle.domain.estimate import Estimate
from condyle.evaluation.bootstrap import (
    OfSums,
    Resampling,
    WeightedStatistic,
    estimate_by_patient,
    from_limits,
    without_interval,
)
from condyle.evaluation.inputs import BoolArray, FloatArray, as_binary, same_length
from condyle.evaluation.intervals import wilson
from condyle.evaluation.jackknife import Scale


def proportion(hits: ArrayLike, counted: ArrayLike, resampling: Resampling) -> Estimate:
    """Gives the share of the counted rows that are hits.

    Args:
        hits: 0 or 1 a row.
        counted: 0 or 1 a row; the denominator.
        resampling: Whose rows they are.

    Returns:
        The estimate over the counted rows; ``n`` is their number, and the patients of
        its interval are those who have such a row. Where all rows, or none, are hits,
        the bootstrap knows no spread: the limit is then Clopper-Pearson's with the
        number of patients as n, and the method says so.

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
    if resampling.prefers_analytic:
        return wilson_by_patient(hit[base].astype(np.float64), kept)
    statistic = weighted_mean(hit[base].astype(np.float64))
    return estimate_by_patient(statistic, kept, figure="proportion")


def weighted_proportion(hits: BoolArray, counted: BoolArray) -> WeightedStatistic:
    """Gives the share of hits among the counted rows as a statistic of weights."""
    terms = np.stack([hits & counted, counted]).astype(np.float64)
    return OfSums(terms, lambda sums: sums[0] / sums[1])


def weighted_mean(values: FloatArray) -> WeightedStatistic:
    """Gives the mean as a statistic of weights."""
    terms = np.stack([values, np.ones_like(values)])
    return OfSums(terms, lambda sums: sums[0] / sums[1])


def mean_by_patient(
    values: ArrayLike, resampling: Resampling, *, scale: Scale = "plain"
) -> Estimate:
    """Gives the mean of the rows with its interval by patient.

    Args:
        values: One a row.
        resampling: Whose rows they are.
        scale: Where the values live: ``"share"`` from 0 to 1, as Dice, ``"ratio"`` from 0
            up, as a distance, or ``"plain"``. It keeps the analytic interval there, and
            makes it asymmetric as skewed values want it.
    """
    numbers = np.asarray(values, dtype=np.float64)
    same_length(values=numbers, patients=resampling.patients)
    if scale == "plain" and resampling.prefers_analytic:
        return t_by_patient(numbers, resampling)
    own = None if scale == "plain" else scale
    return estimate_by_patient(weighted_mean(numbers), resampling, scale=own, figure="mean")


def error_by_patient(values: FloatArray, resampling: Resampling) -> tuple[float, int]:
    """Gives the standard error of a mean of rows clustered by patient, and the patients.

    The error is NaN with one patient.

    References:
        Liang and Zeger, Biometrika 1986, doi 10.1093/biomet/73.1.13.
    """
    sums = np.bincount(resampling.owner, weights=values - values.mean())
    count = len(sums)
    if count < 2:
        return float("nan"), count
    return float(np.sqrt(count / (count - 1) * (sums**2).sum()) / len(values)), count


def t_by_patient(values: FloatArray, resampling: Resampling) -> Estimate:
    """Gives a mean with the t interval of its clustered error, patients less one freedom."""
    error, count = error_by_patient(values, resampling)
    mean = float(values.mean())
    if count < 2 or np.isnan(mean):
        return without_interval(mean, resampling, count)
    reach = float(stats.t.ppf(0.5 + resampling.level / 2.0, count - 1)) * error
    limits = mean - reach, mean + reach
    found = from_limits(mean, limits, resampling, name="t", figure="mean")
    alike = error <= 1e-12 * max(1.0, abs(mean))
    return replace(found, method=f"{found.method}; all rows alike") if alike else found


def wilson_by_patient(hits: FloatArray, resampling: Resampling) -> Estimate:
    """Gives a proportion with Wilson's interval at the effective number of rows.

    The rows count as many as independent ones with the same error would, no more than
    there are, and less by the square of normal over t quantile for few patients.

    References:
        Korn and Graubard, Survey Methodology 1998, 24:193-201 (effective sample size).
    """
    error, count = error_by_patient(hits, resampling)
    share, rows = float(hits.mean()), len(hits)
    if count < 2:
        return without_interval(share, resampling, count)
    middle = 0.5 + resampling.level / 2.0
    size = float(rows)
    if error > 0.0:
        size = min(share * (1.0 - share) / error**2, size)
    size *= float((stats.norm.ppf(middle) / stats.t.ppf(middle, count - 1)) ** 2)
    limits = wilson(share * size, size, resampling.level)
    return from_limits(share, limits, resampling, name="Wilson at effective n", figure="proportion")


def _all_alike(hit: bool, total: int, resampling: Resampling) -> Estimate:
    patients = resampling.patient_count
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
