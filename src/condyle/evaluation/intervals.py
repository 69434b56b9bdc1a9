"""Intervals of a proportion of independent trials, in closed form.

They hold where every trial is a patient of its own; where a patient has several
rows, use ``condyle.evaluation.proportions``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Literal

from scipy.special import ndtri
from scipy.stats import beta

from condyle.domain.estimate import Estimate
from condyle.errors import InputError, UnknownName

Limits = tuple[float, float]
ProportionMethod = Literal["wilson", "clopper-pearson", "agresti-coull", "wald"]


def wilson(hits: float, trials: float, level: float = 0.95) -> Limits:
    """Gives Wilson's score interval.

    References:
        Wilson, JASA 1927, doi 10.1080/01621459.1927.10502953.
    """
    z = _z(level)
    share, widening = hits / trials, 1.0 + z * z / trials
    centre = (share + z * z / (2 * trials)) / widening
    half = z / widening * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    low = 0.0 if hits == 0 else centre - half
    return low, 1.0 if hits == trials else centre + half


def clopper_pearson(hits: float, trials: float, level: float = 0.95) -> Limits:
    """Gives the exact interval, which never covers less than its level.

    References:
        Clopper and Pearson, Biometrika 1934, doi 10.1093/biomet/26.4.404.
    """
    tail = (1.0 - level) / 2.0
    low = 0.0 if hits == 0 else float(beta.ppf(tail, hits, trials - hits + 1))
    high = 1.0 if hits == trials else float(beta.ppf(1.0 - tail, hits + 1, trials - hits))
    return low, high


def agresti_coull(hits: float, trials: float, level: float = 0.95) -> Limits:
    """Gives the adjusted normal interval, clipped to 0 and 1.

    References:
        Agresti and Coull, The American Statistician 1998, doi 10.1080/00031305.1998.10480550.
    """
    z = _z(level)
    return wald(hits + z * z / 2.0, trials + z * z, level)


def wald(hits: float, trials: float, level: float = 0.95) -> Limits:
    """Gives the normal interval, clipped to 0 and 1: for checking what others printed.

    It covers too little with few trials or shares near 0 or 1.
    """
    share = hits / trials
    half = _z(level) * math.sqrt(share * (1.0 - share) / trials)
    return max(0.0, share - half), min(1.0, share + half)


PROPORTION_METHODS: dict[str, Callable[[float, float, float], Limits]] = {
    "wilson": wilson,
    "clopper-pearson": clopper_pearson,
    "agresti-coull": agresti_coull,
    "wald": wald,
}


def proportion_of_trials(
    hits: int,
    trials: int,
    *,
    method: ProportionMethod = "wilson",
    level: float = 0.95,
    unit: str = "patient",
) -> Estimate:
    """Gives a share of independent trials with the interval that is named.

    Raises:
        InputError: There is no trial, or more hits than trials.
        UnknownName: There is no such method.
    """
    if method not in PROPORTION_METHODS:
        raise UnknownName("interval of a proportion", method, PROPORTION_METHODS)
    if trials < 1 or not 0 <= hits <= trials or not 0.0 < level < 1.0:
        raise InputError(
            "A proportion cannot be estimated.",
            found=f"{hits} hits in {trials} trials at level {level:g}",
            needed="at least one trial, hits from 0 to the trials, a level within 0 and 1",
            mend="check the counts.",
        )
    low, high = PROPORTION_METHODS[method](hits, trials, level)
    return Estimate(hits / trials, low, high, trials, method, unit, level)


def _z(level: float) -> float:
    return float(ndtri(0.5 + level / 2.0))
