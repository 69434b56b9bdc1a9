"""More than two classes: macro and micro figures, log loss, ranked probability score."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from condyle.domain.estimate import Estimate
from condyle.evaluation.binary import weighted_auc
from condyle.evaluation.bootstrap import OfSums, Resampling, estimate_by_patient
from condyle.evaluation.calibration import class_pair
from condyle.evaluation.inputs import FloatArray, as_grades, same_length
from condyle.evaluation.proportions import mean_by_patient

SMALLEST = 1e-15


def log_loss(reference: ArrayLike, probabilities: ArrayLike, resampling: Resampling) -> Estimate:
    """Gives the mean of minus the log of the true class's probability, clipped at 1e-15.

    Args:
        reference: Position of the true class of each row, from 0.
        probabilities: (row, class).
        resampling: Whose rows they are.
    """
    truth, stated = class_pair(reference, probabilities)
    given = stated[np.arange(len(truth)), truth]
    return mean_by_patient(-np.log(np.clip(given, SMALLEST, 1.0)), resampling, scale="ratio")


def ranked_probability_score(
    reference: ArrayLike, probabilities: ArrayLike, resampling: Resampling
) -> Estimate:
    """Gives the mean squared distance of cumulative probability and outcome, 0 to 1.

    Classes are ordered; the sum is divided by the number of classes less one.

    References:
        Epstein, Journal of Applied Meteorology 1969, 8:985-987; Murphy 1971.
    """
    truth, stated = class_pair(reference, probabilities)
    outcome = np.arange(stated.shape[1]) >= truth[:, None]
    gap = np.cumsum(stated, axis=1) - outcome
    score = (gap**2).sum(axis=1) / (stated.shape[1] - 1)
    return mean_by_patient(score, resampling, scale="share")


def macro_sensitivity(
    reference: ArrayLike, predicted: ArrayLike, resampling: Resampling, *, classes: Sequence[int]
) -> Estimate:
    """Gives the mean sensitivity over the classes that occur in the reference."""
    return _macro(reference, predicted, resampling, classes=classes, figure=_sensitivity)


def macro_ppv(
    reference: ArrayLike, predicted: ArrayLike, resampling: Resampling, *, classes: Sequence[int]
) -> Estimate:
    """Gives the mean PPV over the classes that occur in the prediction."""
    return _macro(reference, predicted, resampling, classes=classes, figure=_ppv)


def matthews_of_classes(
    reference: ArrayLike, predicted: ArrayLike, resampling: Resampling, *, classes: Sequence[int]
) -> Estimate:
    """Gives the correlation of two classifications; NaN where one of them is constant.

    References:
        Gorodkin, Computational Biology and Chemistry 2004,
        doi 10.1016/j.compbiolchem.2004.09.006.
    """
    cells, size = _cells(reference, predicted, resampling, classes)

    def correlation(sums: FloatArray) -> FloatArray:
        table = sums.reshape(size, size, -1)
        total, right = table.sum(axis=(0, 1)), np.einsum("iib->b", table)
        rows, columns = table.sum(axis=1), table.sum(axis=0)
        shared = right * total - (rows * columns).sum(axis=0)
        spreads = (total**2 - (rows**2).sum(axis=0)) * (total**2 - (columns**2).sum(axis=0))
        return np.asarray(shared / np.sqrt(spreads))

    return estimate_by_patient(OfSums(cells, correlation), resampling, scale="coefficient")


def macro_f1(
    reference: ArrayLike, predicted: ArrayLike, resampling: Resampling, *, classes: Sequence[int]
) -> Estimate:
    """Gives the mean F1 over the classes that occur in reference or prediction."""
    return _macro(reference, predicted, resampling, classes=classes, figure=_f1)


def macro_roc_auc(
    reference: ArrayLike, probabilities: ArrayLike, resampling: Resampling
) -> Estimate:
    """Gives the mean ROC area of each class against the rest; NaN where one is absent.

    Raises:
        InputError: A class is not a column, or a probability cannot be.
    """
    truth, stated = class_pair(reference, probabilities)
    same_length(reference=truth, patients=resampling.patients)
    areas = [weighted_auc(truth == k, stated[:, k]) for k in range(stated.shape[1])]

    def mean(weights: FloatArray) -> FloatArray:
        return np.asarray(np.mean([area(weights) for area in areas], axis=0))

    return estimate_by_patient(mean, resampling, scale="share")


def micro_roc_auc(
    reference: ArrayLike, probabilities: ArrayLike, resampling: Resampling
) -> Estimate:
    """Gives the ROC area of all (row, class) pairs pooled.

    With one label a row, micro sensitivity, PPV and F1 all equal the accuracy.
    """
    truth, stated = class_pair(reference, probabilities)
    same_length(reference=truth, patients=resampling.patients)
    size = stated.shape[1]
    area = weighted_auc((np.eye(size)[truth] == 1.0).ravel(), stated.ravel())
    return estimate_by_patient(
        lambda weights: area(np.repeat(weights, size, axis=0)), resampling, scale="share"
    )


def _macro(
    reference: ArrayLike,
    predicted: ArrayLike,
    resampling: Resampling,
    *,
    classes: Sequence[int],
    figure: Callable[[FloatArray], FloatArray],
) -> Estimate:
    cells, size = _cells(reference, predicted, resampling, classes)

    def mean(sums: FloatArray) -> FloatArray:
        each = figure(sums.reshape(size, size, -1))
        there = ~np.isnan(each)
        return np.asarray(np.where(there, each, 0.0).sum(axis=0) / there.sum(axis=0))

    return estimate_by_patient(OfSums(cells, mean), resampling, scale="share")


def _cells(
    reference: ArrayLike, predicted: ArrayLike, resampling: Resampling, classes: Sequence[int]
) -> tuple[FloatArray, int]:
    """Which cell of the (reference, predicted) table each row is in, and its classes."""
    truth = as_grades(reference, classes)
    given = as_grades(predicted, classes, "predicted")
    same_length(reference=truth, predicted=given, patients=resampling.patients)
    size = len(classes)
    cells = np.zeros((size * size, len(truth)))
    cells[truth * size + given, np.arange(len(truth))] = 1.0
    return cells, size


def _ppv(table: FloatArray) -> FloatArray:
    return np.asarray(np.einsum("iib->ib", table) / table.sum(axis=0))


def _sensitivity(table: FloatArray) -> FloatArray:
    return np.asarray(np.einsum("iib->ib", table) / table.sum(axis=1))


def _f1(table: FloatArray) -> FloatArray:
    right = np.einsum("iib->ib", table)
    return np.asarray(2.0 * right / (table.sum(axis=1) + table.sum(axis=0)))
