"""How many cases a study needs, before it is begun."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy.stats import norm

from condyle.errors import InputError


@dataclass(frozen=True)
class SampleSize:
    """Cases that a comparison needs.

    Attributes:
        positives: Cases with the condition.
        negatives: Cases without it; 0 where they play no part.
        method: How it was worked out.
    """

    positives: int
    negatives: int
    method: str

    def total(self, prevalence: float) -> int:
        """Gives the cases to enrol so that both numbers are expected at a prevalence.

        Raises:
            InputError: The prevalence is not within 0 and 1.
        """
        _check_within(prevalence=prevalence)
        for_negatives = self.negatives / (1.0 - prevalence)
        return math.ceil(max(self.positives / prevalence, for_negatives))


def for_sensitivity(
    first: float, second: float, *, discordant: float, power: float = 0.8, level: float = 0.95
) -> SampleSize:
    """Gives the positives for a difference of two sensitivities on the same cases.

    For specificities the same number of negatives holds.

    Args:
        first: Expected sensitivity without the model.
        second: Expected sensitivity with it.
        discordant: Expected share of positives that only one of the two calls.
        power: Wanted chance of finding the difference.
        level: One less the two-sided type 1 error.

    Raises:
        InputError: A share is out of range, the two are equal, or so few cannot disagree.

    References:
        Connor, Biometrics 1987, doi 10.2307/2531961 (McNemar's test).
    """
    _check_within(first=first, second=second, power=power, level=level)
    gap = abs(first - second)
    most = min(first + second, 2.0 - first - second)
    if gap == 0.0 or not gap <= discordant <= most + 1e-9:
        _refuse(
            f"a difference of {gap:g} with {discordant:g} discordant",
            f"a difference, and between {gap:g} and {most:g} discordant",
        )
    z_level, z_power = float(norm.ppf(0.5 + level / 2)), float(norm.ppf(power))
    top = z_level * math.sqrt(discordant) + z_power * math.sqrt(discordant - gap**2)
    return SampleSize(math.ceil(top**2 / gap**2), 0, "Connor 1987, McNemar")


def for_roc_auc(
    first: float,
    second: float,
    *,
    correlation: float,
    ratio: float = 1.0,
    power: float = 0.8,
    level: float = 0.95,
) -> SampleSize:
    """Gives positives and negatives for a difference of two ROC areas on the same cases.

    Args:
        first: Expected area.
        second: Expected area of the other.
        correlation: Of the two areas, 0 to 1; about 0.4 for readings of the same images.
        ratio: Negatives a positive.
        power: Wanted chance of finding the difference.
        level: One less the two-sided type 1 error.

    Raises:
        InputError: A share is out of range, or the two are equal.

    References:
        Hanley and McNeil, Radiology 1982, doi 10.1148/radiology.143.1.7063747, and 1983,
        doi 10.1148/radiology.148.3.6878708 (correlated areas).
    """
    _check_within(first=first, second=second, power=power, level=level)
    if first == second or not 0.0 <= correlation < 1.0 or not ratio > 0.0:
        _refuse(
            f"areas {first:g} and {second:g}, correlation {correlation:g}, ratio {ratio:g}",
            "areas that differ, a correlation from 0 to under 1, a positive ratio",
        )
    z_level, z_power = float(norm.ppf(0.5 + level / 2)), float(norm.ppf(power))
    middle = (first + second) / 2.0
    under_null = 2.0 * (1.0 - correlation)
    positives = 2
    while True:
        negatives = math.ceil(ratio * positives)
        null = under_null * area_variance(middle, positives, negatives)
        one, other = (area_variance(area, positives, negatives) for area in (first, second))
        alternative = one + other - 2.0 * correlation * math.sqrt(one * other)
        if z_level * math.sqrt(null) + z_power * math.sqrt(alternative) <= abs(first - second):
            return SampleSize(positives, negatives, "Hanley and McNeil 1982, 1983")
        positives += 1 if positives < 5000 else positives // 100


def area_variance(area: float, positives: int, negatives: int) -> float:
    """Gives Hanley and McNeil's variance of a ROC area (1982, negative exponential model)."""
    one, two = area / (2.0 - area), 2.0 * area**2 / (1.0 + area)
    spread = area * (1.0 - area) + (positives - 1) * (one - area**2)
    return (spread + (negatives - 1) * (two - area**2)) / (positives * negatives)


def _check_within(**shares: float) -> None:
    wrong = {name: value for name, value in shares.items() if not 0.0 < value < 1.0}
    if wrong:
        _refuse(
            ", ".join(f"{name} {value:g}" for name, value in wrong.items()), "shares within 0 and 1"
        )


def _refuse(found: str, needed: str) -> None:
    raise InputError(
        "A sample size cannot be worked out.",
        found=found,
        needed=needed,
        mend="give what earlier studies lead to expect.",
    )
