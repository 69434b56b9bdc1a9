"""Maps that turn logits into probabilities that mean what they say."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import minimize, minimize_scalar
from scipy.special import expit, log_softmax, softmax

from condyle.errors import InputError
from condyle.evaluation.inputs import FloatArray, as_binary, same_length

SHARPEST, FLATTEST = 0.05, 20.0


@dataclass(frozen=True)
class Temperature:
    """One number that multi-class logits are divided by.

    Attributes:
        value: Over 1 makes probabilities more cautious; 0.05 to 20.
    """

    value: float

    def apply(self, logits: ArrayLike) -> FloatArray:
        """Gives (row, class) probabilities from (row, class) logits."""
        scaled = np.asarray(logits, dtype=np.float64) / self.value
        return np.asarray(softmax(scaled, axis=-1), dtype=np.float64)


@dataclass(frozen=True)
class Platt:
    """A line through the logit, then the logistic function."""

    slope: float
    intercept: float

    def apply(self, logits: ArrayLike) -> FloatArray:
        """Gives probabilities of the positive from logits of any shape."""
        line = self.slope * np.asarray(logits, dtype=np.float64) + self.intercept
        return np.asarray(expit(line), dtype=np.float64)


def fit_temperature(logits: ArrayLike, labels: ArrayLike) -> Temperature:
    """Finds the temperature of least log loss.

    Args:
        logits: (row, class), finite.
        labels: Position of the true class of each row, from 0.

    Raises:
        InputError: A logit is not finite, or a label is not a column.

    References:
        Guo et al., ICML 2017, arXiv 1706.04599.
    """
    scores, truth = _finite(logits, axes=2), np.asarray(labels)
    rows = same_length(logits=scores, labels=truth)
    if not np.isin(truth, np.arange(scores.shape[1])).all():
        raise InputError(
            "A temperature cannot be fitted.",
            found="a label outside the columns of the logits",
            needed=f"labels from 0 to {scores.shape[1] - 1}",
            mend="code each label as the position of its column.",
        )
    column = truth.astype(np.int64)

    def loss(log_temperature: float) -> float:
        scaled = log_softmax(scores / np.exp(log_temperature), axis=1)
        return -float(scaled[np.arange(rows), column].mean())

    limits = (np.log(SHARPEST), np.log(FLATTEST))
    found = minimize_scalar(loss, bounds=limits, method="bounded", options={"xatol": 1e-9})
    return Temperature(float(np.exp(found.x)))


def fit_platt(logits: ArrayLike, labels: ArrayLike) -> Platt:
    """Finds slope and intercept of least log loss, with Platt's softened targets.

    The targets (P + 1) / (P + 2) and 1 / (N + 2) keep it finite where a logit parts
    the classes perfectly.

    Args:
        logits: One finite score a row.
        labels: 0 or 1 a row.

    Raises:
        InputError: A logit is not finite, a label is not 0 or 1, or one class only.

    References:
        Platt, Advances in Large Margin Classifiers 1999;
        Lin, Lin and Weng, doi 10.1007/s10994-007-5018-6.
    """
    scores, truth = _finite(logits, axes=1), as_binary(labels, "labels")
    same_length(logits=scores, labels=truth)
    positives, negatives = int(truth.sum()), int((~truth).sum())
    if positives == 0 or negatives == 0:
        raise InputError(
            "A calibration cannot be fitted.",
            found=f"{positives} positives and {negatives} negatives",
            needed="at least one of each",
            mend="fit it on data that hold both classes.",
        )
    target = np.where(truth, (positives + 1.0) / (positives + 2.0), 1.0 / (negatives + 2.0))
    centre, scale = scores.mean(), scores.std() or 1.0
    slope, intercept = _logistic_line((scores - centre) / scale, target)
    return Platt(slope=slope / scale, intercept=intercept - slope * centre / scale)


def _logistic_line(scores: FloatArray, target: FloatArray) -> tuple[float, float]:
    design = np.stack([scores, np.ones_like(scores)])

    def loss(line: FloatArray) -> float:
        fitted = line @ design
        return float((np.logaddexp(0.0, fitted) - target * fitted).mean())

    def gradient(line: FloatArray) -> FloatArray:
        return np.asarray(design @ (expit(line @ design) - target) / len(target))

    def curvature(line: FloatArray) -> FloatArray:
        stated = expit(line @ design)
        return np.asarray((design * (stated * (1.0 - stated))) @ design.T / len(target))

    found = minimize(
        loss, np.zeros(2), jac=gradient, hess=curvature, method="trust-exact",
        options={"gtol": 1e-10},
    )  # fmt: skip
    return float(found.x[0]), float(found.x[1])


def _finite(logits: ArrayLike, *, axes: int) -> FloatArray:
    scores = np.asarray(logits, dtype=np.float64)
    if scores.ndim != axes or not np.isfinite(scores).all():
        raise InputError(
            "A calibration cannot be fitted.",
            found=f"logits of shape {scores.shape}, {int((~np.isfinite(scores)).sum())} not finite",
            needed="finite logits, " + ("(row, class)" if axes == 2 else "one a row"),
            mend="leave out rows that the model did not answer.",
        )
    return scores
