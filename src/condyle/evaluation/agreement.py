"""Agreement of several raters: Fleiss, Gwet and Krippendorff, with intervals by patient.

Cohen's kappa of two raters is ``condyle.evaluation.ordinal.weighted_kappa``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from condyle.domain.estimate import Estimate
from condyle.errors import InputError, UnknownName
from condyle.evaluation.bootstrap import Resampling, estimate_by_patient
from condyle.evaluation.inputs import FloatArray, as_grades, same_length
from condyle.evaluation.ordinal import KappaWeights, disagreement

Scale = Literal["nominal", "ordinal", "interval", "ratio"]


def fleiss_kappa(
    ratings: ArrayLike,
    resampling: Resampling,
    *,
    categories: Sequence[int],
    weights: KappaWeights = "none",
) -> Estimate:
    """Gives Fleiss' kappa, generalised to gaps and to weights.

    Args:
        ratings: (item, rater), NaN where a rater did not rate.
        resampling: One row an item.
        categories: The scale in order.
        weights: Credit for near misses: ``"none"``, ``"linear"`` or ``"quadratic"``.

    References:
        Fleiss, Psychological Bulletin 1971, doi 10.1037/h0031619.
    """
    counts = _counts(ratings, resampling, categories)
    credit = _credit(len(categories), weights)
    return _chance_corrected(counts, credit, resampling, gwet=False)


def gwet(
    ratings: ArrayLike,
    resampling: Resampling,
    *,
    categories: Sequence[int],
    weights: KappaWeights = "none",
) -> Estimate:
    """Gives Gwet's AC1 without weights and AC2 with them; see ``fleiss_kappa``.

    It does not collapse where nearly all ratings fall into one category.

    References:
        Gwet 2008, doi 10.1348/000711006X126600.
    """
    counts = _counts(ratings, resampling, categories)
    credit = _credit(len(categories), weights)
    return _chance_corrected(counts, credit, resampling, gwet=True)


def krippendorff_alpha(
    ratings: ArrayLike,
    resampling: Resampling,
    *,
    categories: Sequence[int],
    scale: Scale = "nominal",
) -> Estimate:
    """Gives Krippendorff's alpha; items with fewer than two ratings do not count.

    Args:
        ratings: (item, rater), NaN where a rater did not rate.
        resampling: One row an item.
        categories: The values that ratings take, in order.
        scale: What a distance between two values means.

    Returns:
        The estimate; NaN where all ratings are the same value.

    References:
        Krippendorff 2011, Computing Krippendorff's alpha-reliability.
    """
    if scale not in get_args(Scale):
        raise UnknownName("scale of measurement", scale, get_args(Scale))
    counts = _counts(ratings, resampling, categories)
    size = len(categories)
    pairs = counts[:, :, None] * (counts[:, None, :] - np.eye(size))
    rated = counts.sum(axis=1)
    share = np.where(rated >= 2, 1.0 / np.maximum(rated - 1.0, 1.0), 0.0)
    cells = (pairs * share[:, None, None]).reshape(len(counts), -1).T
    values = np.asarray(categories, dtype=np.float64)

    def alpha(weights: FloatArray) -> FloatArray:
        seen = (cells @ weights).reshape(size, size, -1)
        margin = seen.sum(axis=1)
        distance = _distances(values, margin, scale)
        expected = np.einsum("cb,kb,ckb->b", margin, margin, distance)
        with np.errstate(invalid="ignore", divide="ignore"):
            observed = (seen * distance).sum(axis=(0, 1)) * (margin.sum(axis=0) - 1.0)
            return np.where(expected > 0, 1.0 - observed / expected, np.nan)

    return estimate_by_patient(alpha, resampling, scale="coefficient", figure="kappa")


def _chance_corrected(
    counts: FloatArray, credit: FloatArray, resampling: Resampling, *, gwet: bool
) -> Estimate:
    rated = counts.sum(axis=1)
    several, some = (rated >= 2).astype(np.float64), (rated >= 1).astype(np.float64)
    agreed = (counts * (counts @ credit.T - 1.0)).sum(axis=1)
    agreed = several * agreed / np.maximum(rated * (rated - 1.0), 1.0)
    shares = (counts / np.maximum(rated, 1.0)[:, None]).T
    size = len(credit)

    def coefficient(weights: FloatArray) -> FloatArray:
        with np.errstate(invalid="ignore", divide="ignore"):
            seen = agreed @ weights / (several @ weights)
            prevalence = shares @ weights / (some @ weights)
            if gwet:
                spread = (prevalence * (1.0 - prevalence)).sum(axis=0)
                chance = credit.sum() / (size * (size - 1.0)) * spread
            else:
                chance = np.einsum("kl,kb,lb->b", credit, prevalence, prevalence)
            return np.where(chance < 1.0 - 1e-12, (seen - chance) / (1.0 - chance), np.nan)

    return estimate_by_patient(coefficient, resampling, scale="coefficient", figure="kappa")


def _counts(ratings: ArrayLike, resampling: Resampling, categories: Sequence[int]) -> FloatArray:
    table = np.asarray(ratings, dtype=np.float64)
    if table.ndim != 2 or table.shape[1] < 2 or len(categories) < 2:
        raise InputError(
            "Agreement of raters cannot be found.",
            found=f"ratings of shape {table.shape} in {len(categories)} categories",
            needed="(item, rater), at least two raters and two categories",
            mend="give one column a rater, NaN where one did not rate.",
        )
    same_length(ratings=table, patients=resampling.patients)
    counts = np.zeros((len(table), len(categories)))
    for rater in range(table.shape[1]):
        rated = np.flatnonzero(~np.isnan(table[:, rater]))
        position = as_grades(table[rated, rater], categories, f"rater {rater}")
        counts[rated, position] += 1.0
    if not (counts.sum(axis=1) >= 2).any():
        raise InputError(
            "Agreement of raters cannot be found.",
            found="no item with two ratings",
            needed="at least one",
            mend="check how the ratings of the raters were joined.",
        )
    return counts


def _credit(size: int, weights: KappaWeights) -> FloatArray:
    cost = disagreement(size, weights)
    return np.asarray(1.0 - cost / cost.max())


def _distances(values: FloatArray, margin: FloatArray, scale: Scale) -> FloatArray:
    """Squared distance of each pair of values, (value, value, replicate)."""
    gap = np.subtract.outer(values, values)[:, :, None]
    if scale == "nominal":
        return np.asarray((gap != 0).astype(np.float64) + 0.0 * margin[None])
    if scale == "interval":
        return np.asarray(gap**2 + 0.0 * margin[None])
    if scale == "ratio":
        total = np.add.outer(values, values)[:, :, None]
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(np.where(total != 0, (gap / total) ** 2, 0.0) + 0.0 * margin[None])
    up_to = np.cumsum(margin, axis=0) - margin / 2.0
    return np.asarray((up_to[:, None, :] - up_to[None, :, :]) ** 2)
