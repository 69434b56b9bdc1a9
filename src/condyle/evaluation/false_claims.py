"""How probably the claim "A is better than B" is false.

Every function takes A as the model that is claimed to be better. They hold for
independent cases; ``false_by_bootstrap`` holds for any figure, by patient.

References:
    Christodoulou et al. 2025, False promises in medical imaging AI? Assessing validity
    of outperformance claims, arXiv 2505.04720.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import beta, t

from condyle.errors import InputError
from condyle.evaluation.inputs import FloatArray, as_binary, as_scores, same_length

SHOWN_BELOW = 0.05
STEPS = 201


def false_accuracy_claim(
    cases: int, accuracy_a: float, accuracy_b: float, *, both_right: float
) -> float:
    """Gives the probability from two accuracies and their congruence.

    With x1 and x2 the cases that only A and only B have right, the posterior of the
    three shares is Dirichlet(x1 + 1, x2 + 1, n - x1 - x2 + 2), and the share of A among
    the discordant is Beta(x1 + 1, x2 + 1): its mass below one half.

    Args:
        cases: Independent cases.
        accuracy_a: Share that A has right.
        accuracy_b: Share that B has right.
        both_right: Share that both have right.

    Raises:
        InputError: The congruence is impossible with these accuracies.
    """
    least, most = congruence_range(accuracy_a, accuracy_b)
    if cases < 1 or not least - 1e-9 <= both_right <= most + 1e-9:
        raise InputError(
            "The probability of a false claim cannot be found.",
            found=f"{cases} cases and a congruence of {both_right:g}",
            needed=f"at least one case, and a congruence from {least:g} to {most:g}",
            mend="give the share of cases that both models have right.",
        )
    only_a = max(cases * (accuracy_a - both_right), 0.0)
    only_b = max(cases * (accuracy_b - both_right), 0.0)
    return float(beta.cdf(0.5, only_a + 1.0, only_b + 1.0))


def congruence_range(accuracy_a: float, accuracy_b: float) -> tuple[float, float]:
    """Gives the least and the greatest share that both can have right.

    Raises:
        InputError: An accuracy is not from 0 to 1.
    """
    if not (0.0 <= accuracy_a <= 1.0 and 0.0 <= accuracy_b <= 1.0):
        raise InputError(
            "Two accuracies cannot be compared.",
            found=f"{accuracy_a:g} and {accuracy_b:g}",
            needed="shares from 0 to 1",
            mend="divide percentages by 100.",
        )
    return max(0.0, accuracy_a + accuracy_b - 1.0), min(accuracy_a, accuracy_b)


def false_accuracy_claim_range(
    cases: int, accuracy_a: float, accuracy_b: float
) -> tuple[float, float]:
    """Gives the least and the greatest probability over every possible congruence."""
    least, most = congruence_range(accuracy_a, accuracy_b)
    found = [
        false_accuracy_claim(cases, accuracy_a, accuracy_b, both_right=float(share))
        for share in np.linspace(least, most, STEPS)
    ]
    return min(found), max(found)


def false_accuracy_claim_of_cases(right_a: ArrayLike, right_b: ArrayLike) -> float:
    """Gives the probability from what each model had right, case by case."""
    a, b = as_binary(right_a, "right_a"), as_binary(right_b, "right_b")
    same_length(right_a=a, right_b=b)
    return float(beta.cdf(0.5, (a & ~b).sum() + 1.0, (b & ~a).sum() + 1.0))


def false_mean_claim(
    cases: int, means: tuple[float, float], sds: tuple[float, float], *, correlation: float
) -> float:
    """Gives the probability from two means, such as of Dice, their SDs and correlation.

    Args:
        cases: Independent cases, at least two.
        means: Of A and of B, higher being better.
        sds: Of A and of B.
        correlation: Of the two models' values over the cases, -1 to 1.

    Raises:
        InputError: Fewer than two cases, a negative SD, or an impossible correlation.
    """
    if cases < 2 or min(sds) < 0.0 or not -1.0 <= correlation <= 1.0:
        raise InputError(
            "The probability of a false claim cannot be found.",
            found=f"{cases} cases, SDs {sds[0]:g} and {sds[1]:g}, correlation {correlation:g}",
            needed="two cases, SDs of at least 0, a correlation from -1 to 1",
            mend="check the figures.",
        )
    variance = sds[0] ** 2 + sds[1] ** 2 - 2.0 * sds[0] * sds[1] * correlation
    gap = means[1] - means[0]
    if variance <= 1e-18:
        return 0.5 if gap == 0.0 else float(gap > 0.0)
    return float(t.cdf(math.sqrt(cases) * gap / math.sqrt(variance), cases - 1))


def false_mean_claim_range(
    cases: int,
    means: tuple[float, float],
    sds: tuple[float, float],
    *,
    correlations: tuple[float, float] = (0.0, 0.99),
) -> tuple[float, float]:
    """Gives the least and the greatest probability over a range of correlations."""
    found = [
        false_mean_claim(cases, means, sds, correlation=float(r))
        for r in np.linspace(correlations[0], correlations[1], STEPS)
    ]
    return min(found), max(found)


def false_mean_claim_of_cases(values_a: ArrayLike, values_b: ArrayLike) -> float:
    """Gives the probability from each model's value, case by case; higher is better."""
    a, b = as_scores(values_a, "values_a"), as_scores(values_b, "values_b")
    cases = same_length(values_a=a, values_b=b)
    if cases < 2:
        return false_mean_claim(cases, (0.0, 0.0), (0.0, 0.0), correlation=0.0)
    gaps = b - a
    spread = float(gaps.std(ddof=1))
    if spread <= 1e-9:
        return 0.5 if abs(gaps.mean()) <= 1e-12 else float(gaps.mean() > 0.0)
    return float(t.cdf(math.sqrt(cases) * gaps.mean() / spread, cases - 1))


def false_by_bootstrap(differences: FloatArray) -> float:
    """Gives the probability from replicates of A minus B, drawn by patient.

    It is the share of the replicates in which A is not better, one added to both
    counts, so that it is never 0. NaN without a defined replicate.
    """
    defined = differences[np.isfinite(differences)]
    if not len(defined):
        return float("nan")
    return float((np.count_nonzero(defined <= 0.0) + 1) / (len(defined) + 1))
