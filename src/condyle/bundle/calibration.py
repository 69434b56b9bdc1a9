"""From logits to calibrated probabilities; one definition for training and inference."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from condyle.bundle.figures import Calibration

Floats = NDArray[np.float64]

SMALLEST = 1e-7
"""Probabilities are kept this far from 0 and 1 before a logit is taken."""


def sigmoid(logits: NDArray[Any]) -> Floats:
    """Gives 1 / (1 + exp(-x)) without overflow, as float64 of the same shape."""
    values = np.asarray(logits, dtype=np.float64)
    shrunk = np.exp(-np.abs(values))
    return np.asarray(np.where(values >= 0, 1.0, shrunk) / (1.0 + shrunk), dtype=np.float64)


def softmax(logits: NDArray[Any], *, axis: int = -1) -> Floats:
    """Gives exp(x) over its sum along an axis without overflow, as float64."""
    values = np.asarray(logits, dtype=np.float64)
    powers = np.exp(values - values.max(axis=axis, keepdims=True))
    return np.asarray(powers / powers.sum(axis=axis, keepdims=True), dtype=np.float64)


def logit(probabilities: NDArray[Any]) -> Floats:
    """Gives log(p / (1 - p)), the probabilities first kept off 0 and 1 by ``SMALLEST``."""
    kept = np.clip(np.asarray(probabilities, dtype=np.float64), SMALLEST, 1.0 - SMALLEST)
    return np.asarray(np.log(kept) - np.log1p(-kept), dtype=np.float64)


def calibrate_logits(
    logits: NDArray[Any],
    calibration: Calibration,
    *,
    activation: Literal["sigmoid", "softmax"],
    axis: int = -1,
) -> Floats:
    """Gives calibrated probabilities, float64 of the same shape.

    Temperature scaling divides the logits by T (Guo et al. 2017, arXiv 1706.04599);
    Platt scaling takes sigmoid(slope x + intercept) (Platt 1999), for one probability
    an output only.

    Args:
        logits: What the network gave.
        calibration: From the bundle's manifest.
        activation: ``"sigmoid"`` for one probability a value, ``"softmax"`` for
            probabilities that sum to 1 along ``axis``.
        axis: The axis of the classes for softmax.

    Raises:
        ValueError: Where Platt scaling is asked of a softmax.
    """
    values = np.asarray(logits, dtype=np.float64)
    numbers = calibration.parameters
    if calibration.method == "temperature":
        values = values / numbers["temperature"]
    elif calibration.method == "platt":
        if activation == "softmax":
            raise ValueError("Platt scaling is for one probability, not for a softmax")
        values = numbers["slope"] * values + numbers["intercept"]
    return sigmoid(values) if activation == "sigmoid" else softmax(values, axis=axis)


def calibrate_probabilities(
    probabilities: NDArray[Any],
    calibration: Calibration,
    *,
    activation: Literal["sigmoid", "softmax"],
    axis: int = -1,
) -> Floats:
    """Gives calibrated probabilities from raw ones, such as the mean of an ensemble.

    Args:
        probabilities: Raw, 0 to 1; for softmax they sum to 1 along ``axis``.
        calibration: From the bundle's manifest.
        activation: As in ``calibrate_logits``.
        axis: The axis of the classes for softmax.

    Raises:
        ValueError: As in ``calibrate_logits``.
    """
    raw = np.asarray(probabilities, dtype=np.float64)
    if calibration.method == "none":
        return raw
    values = logit(raw) if activation == "sigmoid" else np.log(np.clip(raw, SMALLEST, 1.0))
    return calibrate_logits(values, calibration, activation=activation, axis=axis)
