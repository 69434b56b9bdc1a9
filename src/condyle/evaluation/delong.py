"""DeLong's variance of ROC areas in O(n log n), for independent rows.

References:
    DeLong, DeLong and Clarke-Pearson, Biometrics 1988, doi 10.2307/2531595;
    Sun and Xu, IEEE Signal Processing Letters 2014, doi 10.1109/LSP.2014.2337313;
    Obuchowski, Biometrics 1997, doi 10.2307/2533958 (clustered by patient).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, logit, ndtr, ndtri
from scipy.stats import rankdata, t

from condyle.domain.estimate import Estimate
from condyle.errors import InputError
from condyle.evaluation.coverage import coverage_note
from condyle.evaluation.inputs import FloatArray, as_binary, as_scores, same_length


@dataclass(frozen=True, eq=False)
class RocAreas:
    """Areas of several scores on the same rows.

    Attributes:
        areas: (score,).
        covariance: (score, score) of the areas.
        n: Rows.
        clusters: Patients, equal to the rows where they are independent.
    """

    areas: FloatArray
    covariance: FloatArray
    n: int
    clusters: int


def roc_areas(
    reference: ArrayLike,
    scores: Sequence[ArrayLike],
    *,
    patients: Sequence[str] | NDArray[np.generic] | None = None,
) -> RocAreas:
    """Gives ROC areas and their covariance.

    Args:
        reference: 0 or 1 a row.
        scores: One score a row, for each model; ties count one half.
        patients: Patient of each row; then Obuchowski's clustered covariance.

    Raises:
        InputError: Fewer than two rows of a class, a NaN score, or other lengths.
    """
    truth = as_binary(reference)
    table = np.stack([as_scores(column) for column in scores])
    same_length(reference=truth, scores=table[0])
    positives, negatives = int(truth.sum()), int((~truth).sum())
    if min(positives, negatives) < 2:
        raise InputError(
            "DeLong's variance cannot be found.",
            found=f"{positives} positives and {negatives} negatives",
            needed="at least two of each",
            mend="give more cases, or the area without an interval.",
        )
    for_positive, for_negative = _components(truth, table)
    areas = for_positive.mean(axis=1)
    if patients is None:
        spread = np.cov(for_positive) / positives + np.cov(for_negative) / negatives
        return RocAreas(areas, np.atleast_2d(spread), len(truth), len(truth))
    same_length(reference=truth, patients=patients)
    covariance, clusters = _clustered(truth, for_positive, for_negative, np.asarray(patients))
    return RocAreas(areas, covariance, len(truth), clusters)


def roc_auc_delong(
    reference: ArrayLike,
    scores: ArrayLike,
    *,
    patients: Sequence[str] | NDArray[np.generic] | None = None,
    scale: Literal["plain", "logit"] = "plain",
    level: float = 0.95,
    unit: str = "patient",
) -> Estimate:
    """Gives the ROC area with DeLong's interval.

    ``"plain"`` is DeLong's own with a normal quantile, clipped to 0 and 1; ``"logit"``
    takes the logit of the area and a t quantile with patients less one freedom, which
    covers better with few of them.
    """
    found = roc_areas(reference, [scores], patients=patients)
    area, error = float(found.areas[0]), float(np.sqrt(max(found.covariance[0, 0], 0.0)))
    half = float(ndtri(0.5 + level / 2.0)) * error
    after = "" if patients is None else f", by patient ({found.clusters} patients)"
    if scale == "logit" and 0.0 < area < 1.0:
        reach = float(t.ppf(0.5 + level / 2.0, found.clusters - 1)) * error / (area * (1.0 - area))
        low, high = float(expit(logit(area) - reach)), float(expit(logit(area) + reach))
        method = f"logit DeLong{after}" + _note("logit DeLong", found, level)
        return Estimate(area, low, high, found.n, method, unit, level)
    method = f"DeLong{after}" + _note("DeLong", found, level)
    if error == 0.0:
        method += "; no spread, so the interval is too narrow"
    return Estimate(
        area, max(0.0, area - half), min(1.0, area + half), found.n, method, unit, level
    )


@dataclass(frozen=True)
class AreaDifference:
    """First minus second ROC area.

    Attributes:
        value: The difference.
        low: Lower limit.
        high: Upper limit.
        p_value: Two-sided. Where the difference has no spread it is 1 for equal areas
            and NaN, with the limits, for others.
    """

    value: float
    low: float
    high: float
    p_value: float


def difference_of_areas(found: RocAreas, *, level: float = 0.95) -> AreaDifference:
    """Compares the first two areas of the same rows by DeLong's test."""
    gap = float(found.areas[0] - found.areas[1])
    contrast = np.array([1.0, -1.0])
    error = float(np.sqrt(max(contrast @ found.covariance[:2, :2] @ contrast, 0.0)))
    if error == 0.0:
        nan = float("nan")
        return (
            AreaDifference(gap, 0.0, 0.0, 1.0) if gap == 0.0 else AreaDifference(gap, nan, nan, nan)
        )
    half = float(ndtri(0.5 + level / 2.0)) * error
    return AreaDifference(gap, gap - half, gap + half, float(2.0 * ndtr(-abs(gap) / error)))


def difference_of_independent_areas(
    first: RocAreas, second: RocAreas, *, level: float = 0.95
) -> AreaDifference:
    """Compares the first area of each of two groups of different patients.

    The t distribution has Satterthwaite's degrees of freedom, from the rows of each.

    References:
        Robin et al., BMC Bioinformatics 2011, doi 10.1186/1471-2105-12-77 (pROC).
    """
    gap = float(first.areas[0] - second.areas[0])
    spread = [max(float(part.covariance[0, 0]), 0.0) for part in (first, second)]
    if sum(spread) == 0.0:
        nan = float("nan")
        return AreaDifference(gap, nan, nan, nan)
    below = sum(v**2 / (part.clusters - 1) for v, part in zip(spread, (first, second), strict=True))
    freedom = sum(spread) ** 2 / below
    error = float(np.sqrt(sum(spread)))
    half = float(t.ppf(0.5 + level / 2.0, freedom)) * error
    p_value = float(2.0 * t.sf(abs(gap) / error, freedom))
    return AreaDifference(gap, gap - half, gap + half, p_value)


def _note(interval: str, found: RocAreas, level: float) -> str:
    if level != 0.95:
        return ""
    return coverage_note(interval, patients=found.clusters, rows=found.n, figure="ROC area")


def _components(truth: NDArray[np.bool_], table: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Share of negatives below each positive, and of positives above each negative."""
    among_all = rankdata(table, axis=1)
    positives, negatives = int(truth.sum()), int((~truth).sum())
    among_positive = rankdata(table[:, truth], axis=1)
    among_negative = rankdata(table[:, ~truth], axis=1)
    above = (among_all[:, truth] - among_positive) / negatives
    below = 1.0 - (among_all[:, ~truth] - among_negative) / positives
    return above, below


def _clustered(
    truth: NDArray[np.bool_],
    for_positive: FloatArray,
    for_negative: FloatArray,
    patients: NDArray[np.generic],
) -> tuple[FloatArray, int]:
    _, owner = np.unique(patients, return_inverse=True)
    clusters = int(owner.max()) + 1
    if clusters < 2:
        raise InputError(
            "DeLong's variance by patient cannot be found.",
            found="one patient",
            needed="at least two",
            mend="give more patients.",
        )
    areas = for_positive.mean(axis=1, keepdims=True)
    scale = clusters / (clusters - 1.0)
    sums = []
    for rows, part in ((truth, for_positive), (~truth, for_negative)):
        with_class = len(np.unique(owner[rows]))
        spread = np.stack(
            [np.bincount(owner[rows], weights=row, minlength=clusters) for row in part - areas]
        )
        inner = with_class / (with_class - 1.0) if with_class > 1 else 1.0
        sums.append((spread, inner, int(rows.sum())))
    (above, inner_p, count_p), (below, inner_n, count_n) = sums
    both = scale * (above @ below.T + below @ above.T) / (count_p * count_n)
    spread_p = inner_p * (above @ above.T) / count_p**2
    spread_n = inner_n * (below @ below.T) / count_n**2
    return spread_p + spread_n + both, clusters
