"""Jackknife by patient: a t interval for any smooth figure, on the scale that suits it."""

from __future__ import annotations

import math
from typing import Literal, get_args

import numpy as np
from scipy.stats import t

from condyle.errors import UnknownName
from condyle.evaluation.inputs import FloatArray

Limits = tuple[float, float]
Scale = Literal["plain", "share", "coefficient", "ratio"]
"""Where a figure lives: anywhere, from 0 to 1, from -1 to 1, or above 0."""


def jackknife_t(
    value: float, left_out: FloatArray, *, level: float = 0.95, scale: Scale = "plain"
) -> Limits | None:
    """Gives the limits from a figure without each patient in turn.

    The error is the jackknife's, its quantile is of t with patients less one freedom, and
    the interval is symmetric in the logit of a share, Fisher's z of a coefficient or the
    logarithm of a ratio, so that it stays where the figure lives.

    Args:
        value: The figure of all patients.
        left_out: The figure without each patient.
        level: Confidence level.
        scale: Where the figure lives.

    Returns:
        The limits; ``None`` where they cannot be told: the figure is at the end of its
        scale, does not change, or is undefined without one of the patients.

    Raises:
        UnknownName: There is no such scale.

    References:
        Efron and Stein, Annals of Statistics 1981, doi 10.1214/aos/1176345462;
        Fisher, Metron 1921, 1:3-32 (z).
    """
    if scale not in get_args(Scale):
        raise UnknownName("scale of a figure", scale, get_args(Scale))
    patients = len(left_out)
    if patients < 2 or not np.isfinite(left_out).all():
        return None
    away = left_out - left_out.mean()
    error = math.sqrt((patients - 1) / patients * float((away**2).sum()))
    low, high = {"share": (0.0, 1.0), "coefficient": (-1.0, 1.0), "ratio": (0.0, math.inf)}.get(
        scale, (-math.inf, math.inf)
    )
    # Rounding leaves a little spread where there is none.
    if error <= 1e-12 or not low < value < high:
        return None
    reach = float(t.ppf(0.5 + level / 2.0, patients - 1)) * error
    return _about(value, reach, scale)


def _about(value: float, reach: float, scale: Scale) -> Limits:
    if scale == "plain":
        return value - reach, value + reach
    if scale == "ratio":
        factor = math.exp(min(reach / value, 700.0))
        return value / factor, value * factor
    # A coefficient is a share of the way from -1 to 1, and Fisher's z half its logit.
    width = 2.0 if scale == "coefficient" else 1.0
    start = -1.0 if scale == "coefficient" else 0.0
    share = (value - start) / width
    half = reach / width / (share * (1.0 - share))
    odds = math.log(share / (1.0 - share))
    low, high = (1.0 / (1.0 + math.exp(-_bounded(odds + way * half))) for way in (-1.0, 1.0))
    return start + width * low, start + width * high


def _bounded(number: float) -> float:
    return max(-700.0, min(700.0, number))
