"""Ordinal grades: exact, within one, and weighted kappa."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from condyle.domain.estimate import Estimate
from condyle.evaluation.bootstrap import (
    OfSums,
    Resampling,
    WeightedStatistic,
    estimate_by_patient,
)
from condyle.evaluation.inputs import FloatArray, IntArray, as_grades, same_length
from condyle.evaluation.proportions import proportion

KappaWeights = Literal["none", "linear", "quadratic"]


def exact_agreement(
    reference: ArrayLike, predicted: ArrayLike, resampling: Resampling, *, grades: Sequence[int]
) -> Estimate:
    """Gives the share of rows with the same grade."""
    return _within(reference, predicted, resampling, grades=grades, steps=0)


def within_one(
    reference: ArrayLike, predicted: ArrayLike, resampling: Resampling, *, grades: Sequence[int]
) -> Estimate:
    """Gives the share of rows at most one step of the scale apart."""
    return _within(reference, predicted, resampling, grades=grades, steps=1)


def weighted_kappa(
    reference: ArrayLike,
    predicted: ArrayLike,
    resampling: Resampling,
    *,
    grades: Sequence[int],
    weights: KappaWeights = "quadratic",
) -> Estimate:
    """Gives Cohen's kappa over the whole scale, weighted by the distance of the grades.

    Args:
        reference: Grade of each row.
        predicted: Grade of each row.
        resampling: Whose rows they are.
        grades: The scale in order, whether or not every grade occurs.
        weights: ``"none"``, ``"linear"`` or ``"quadratic"`` in steps of the scale.

    Returns:
        The estimate; NaN where both give one and the same grade throughout.

    References:
        Cohen, Psychological Bulletin 1968, doi 10.1037/h0026256.
    """
    truth, given = as_grades(reference, grades), as_grades(predicted, grades, "predicted")
    same_length(reference=truth, predicted=given, patients=resampling.patients)
    statistic = kappa_of_weights(truth, given, size=len(grades), weights=weights)
    return estimate_by_patient(statistic, resampling, scale="coefficient", figure="kappa")


def grade_table(reference: ArrayLike, predicted: ArrayLike, *, grades: Sequence[int]) -> IntArray:
    """Counts (reference grade, predicted grade) in the order of ``grades``."""
    truth, given = as_grades(reference, grades), as_grades(predicted, grades, "predicted")
    same_length(reference=truth, predicted=given)
    size = len(grades)
    return np.bincount(truth * size + given, minlength=size * size).reshape(size, size)


def kappa_of_weights(
    reference: IntArray, predicted: IntArray, *, size: int, weights: KappaWeights
) -> WeightedStatistic:
    """Gives kappa as a statistic of weights, for positions 0 to ``size - 1``."""
    cell = reference * size + predicted
    onehot = np.zeros((size * size, len(cell)))
    onehot[cell, np.arange(len(cell))] = 1.0
    distance = disagreement(size, weights)

    def kappa(cells: FloatArray) -> FloatArray:
        table = cells.reshape(size, size, -1)
        total = table.sum(axis=(0, 1))
        rows, columns = table.sum(axis=1), table.sum(axis=0)
        seen = np.einsum("ij,ijb->b", distance, table)
        by_chance = np.einsum("ij,ib,jb->b", distance, rows, columns)
        return np.asarray(1.0 - seen * total / by_chance)

    return OfSums(onehot, kappa)


def disagreement(size: int, weights: KappaWeights) -> FloatArray:
    """Gives the (size, size) cost of each pair of grades, 0 on the diagonal."""
    steps = np.abs(np.subtract.outer(np.arange(size), np.arange(size))).astype(np.float64)
    if weights == "none":
        return (steps > 0).astype(np.float64)
    return steps if weights == "linear" else steps**2


def _within(
    reference: ArrayLike,
    predicted: ArrayLike,
    resampling: Resampling,
    *,
    grades: Sequence[int],
    steps: int,
) -> Estimate:
    truth, given = as_grades(reference, grades), as_grades(predicted, grades, "predicted")
    same_length(reference=truth, predicted=given, patients=resampling.patients)
    close = np.abs(truth - given) <= steps
    return proportion(close, np.ones(len(truth), dtype=bool), resampling)
