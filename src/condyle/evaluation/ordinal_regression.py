"""Proportional odds: ordered grades from a few numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit, log_expit

from condyle.errors import InputError
from condyle.evaluation.inputs import FloatArray


@dataclass(frozen=True)
class ProportionalOdds:
    """A model of ordered grades; the logit of "at most k" is a cut less a weighted sum.

    Attributes:
        weights: One a column.
        cuts: Ascending, one less than there are grades.
    """

    weights: tuple[float, ...]
    cuts: tuple[float, ...]

    def probabilities(self, columns: ArrayLike) -> FloatArray:
        """Gives (row, grade) probabilities.

        Args:
            columns: (row, column).
        """
        given = np.asarray(columns, dtype=np.float64).reshape(-1, len(self.weights))
        line = given @ np.array(self.weights)
        below = expit(np.array(self.cuts)[None, :] - line[:, None])
        edges = np.concatenate([np.zeros((len(line), 1)), below, np.ones((len(line), 1))], axis=1)
        return np.diff(edges, axis=1)


def fit_proportional_odds(
    columns: ArrayLike, grades: ArrayLike, *, classes: int, ridge: float
) -> ProportionalOdds:
    """Fits proportional odds by maximum likelihood with a ridge on the weights.

    McCullagh 1980, Regression models for ordinal data, J R Stat Soc B 42:109. A grade that
    nobody has gets a cut beside its neighbour's, and so next to no probability.

    Args:
        columns: (row, column), finite.
        grades: (row,) from 0.
        classes: How many grades there are, at least 2.
        ridge: Over 0: half of it times the squared weights is added to the log loss.

    Raises:
        InputError: There is only one grade among the rows, or one out of range.
    """
    from scipy.optimize import minimize  # slow to import, and no reading needs it

    given = np.asarray(columns, dtype=np.float64)
    given = given.reshape(len(given), -1)
    truth = np.asarray(grades, dtype=np.int64)
    if len(np.unique(truth)) < 2 or truth.min() < 0 or truth.max() >= classes:
        raise InputError(
            "Ordered grades cannot be learned.",
            found=f"grades {sorted(set(truth.tolist()))} of {len(truth)} rows",
            needed=f"at least two different ones of 0 to {classes - 1}",
            mend="give more cases, with more than one grade.",
        )
    width = given.shape[1]
    shares = np.cumsum(np.bincount(truth, minlength=classes) + 0.5)[:-1] / (
        len(truth) + 0.5 * classes
    )
    first = np.log(shares / (1 - shares))
    steps = np.log(np.maximum(np.diff(first), 1e-3))
    start = np.concatenate([np.zeros(width), first[:1], steps])

    def loss(values: FloatArray) -> float:
        weights, cuts = values[:width], _cuts(values[width:])
        line = given @ weights
        upper = np.append(cuts, np.inf)[truth] - line
        lower = np.append(-np.inf, cuts)[truth] - line
        # log(F(upper) - F(lower)), without taking near numbers from one another.
        gap = np.clip(upper - lower, 1e-12, None)
        held = log_expit(upper) + log_expit(-lower) + np.log1p(-np.exp(-gap))
        return float(-held.sum() + 0.5 * ridge * (weights**2).sum() + 1e-6 * (values**2).sum())

    found = minimize(loss, start, method="BFGS")
    return ProportionalOdds(
        tuple(float(w) for w in found.x[:width]),
        tuple(float(c) for c in _cuts(found.x[width:])),
    )


def _cuts(values: FloatArray) -> FloatArray:
    """Gives ascending cuts from the first and the logarithms of the steps between them."""
    return np.cumsum(np.concatenate([values[:1], np.exp(values[1:])]))
