"""A share of rows that are clustered by patient, from sums that a database can form."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy import stats

from condyle.domain.estimate import Estimate
from condyle.evaluation.intervals import wilson


@dataclass(frozen=True)
class ClusterSums:
    """Sums over patients, of whom each has ``n`` rows and ``h`` hits among them.

    Attributes:
        patients: How many.
        rows: Sum of n.
        hits: Sum of h.
        rows_rows: Sum of n * n.
        hits_rows: Sum of h * n.
        hits_hits: Sum of h * h.
    """

    patients: int
    rows: int
    hits: int
    rows_rows: int
    hits_rows: int
    hits_hits: int


def share_of_sums(sums: ClusterSums, *, unit: str, level: float = 0.95) -> Estimate:
    """Gives the share of hits with Wilson's interval at the effective number of rows.

    It is that of ``proportions.wilson_by_patient`` over the same rows; where all rows or none
    are hits, the limit is Clopper-Pearson's with the number of patients as n.

    Args:
        sums: Of the patients who have a row.
        unit: What a row is.
        level: Of the interval.

    References:
        Korn and Graubard, Survey Methodology 1998, 24:193-201 (effective sample size);
        Liang and Zeger, Biometrika 1986, doi 10.1093/biomet/73.1.13 (clustered error).
    """
    if sums.rows == 0:
        nothing = math.nan
        method = "undefined: no row to count"
        return Estimate(nothing, nothing, nothing, 0, method, unit=unit, level=level)
    share, count = sums.hits / sums.rows, sums.patients
    if sums.hits in (0, sums.rows):
        bound = ((1.0 - level) / 2.0) ** (1.0 / count)
        limits = (bound, 1.0) if sums.hits else (0.0, 1.0 - bound)
        method = f"Clopper-Pearson on {count} patients (all rows alike)"
    elif count < 2:
        limits, method = (math.nan, math.nan), "no interval from one patient"
    else:
        limits = wilson(*_effective(sums, share, level), level)
        method = f"Wilson at effective n, by patient ({count} patients)"
    low, high = limits
    return Estimate(share, low, high, sums.rows, method, unit=unit, level=level)


def _effective(sums: ClusterSums, share: float, level: float) -> tuple[float, float]:
    """Gives hits and rows as independent ones with the same error would have them."""
    count = sums.patients
    spread = sums.hits_hits - 2.0 * share * sums.hits_rows + share**2 * sums.rows_rows
    error = math.sqrt(max(0.0, spread) * count / (count - 1)) / sums.rows
    size = float(sums.rows)
    if error > 0.0:
        size = min(share * (1.0 - share) / error**2, size)
    middle = 0.5 + level / 2.0
    size *= float((stats.norm.ppf(middle) / stats.t.ppf(middle, count - 1)) ** 2)
    return share * size, size
