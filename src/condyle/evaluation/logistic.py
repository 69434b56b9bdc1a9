"""Logistic regression with a ridge, for a few columns and few rows."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit

from condyle.evaluation.inputs import FloatArray, as_binary, same_length

MOST_ROUNDS = 50
CLOSE_ENOUGH = 1e-8


def fit_logistic(columns: ArrayLike, truth: ArrayLike, *, ridge: float) -> FloatArray:
    """Fits a logistic regression by Newton's method; the intercept is not held back.

    Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, 2nd ed., 4.4.

    Args:
        columns: (row, column), finite.
        truth: (row,) of 0 and 1; both occur.
        ridge: Over 0: half of it times the squared weights is added to the log loss, so that
            a fit exists where the classes are apart.

    Returns:
        (1 + column,): intercept and weights.
    """
    given = np.asarray(columns, dtype=np.float64)
    labels = as_binary(truth).astype(np.float64)
    same_length(columns=given, truth=labels)
    design = np.column_stack([np.ones(len(given)), given])
    held = np.full(design.shape[1], ridge)
    held[0] = 0.0
    weights = np.zeros(design.shape[1])
    for _ in range(MOST_ROUNDS):
        chance = expit(design @ weights)
        slope = design.T @ (labels - chance) - held * weights
        spread = np.maximum(chance * (1.0 - chance), 1e-9)
        curve = (design * spread[:, None]).T @ design + np.diag(held + 1e-12)
        step = np.linalg.solve(curve, slope)
        # A step that is too long overshoots where the classes are nearly apart.
        weights = weights + step * min(1.0, 5.0 / max(float(np.abs(step).max()), 1e-12))
        if np.abs(step).max() < CLOSE_ENOUGH:
            break
    return weights
