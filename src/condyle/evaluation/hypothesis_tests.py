"""Tests of whether two models, readers or groups differ; p values are two-sided."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from condyle.errors import InputError
from condyle.evaluation.inputs import FloatArray, as_binary, as_scores, same_length

EXACT_UP_TO = 14


@dataclass(frozen=True)
class McNemar:
    """Cases that only one of two had right, and how unlikely their imbalance is.

    Attributes:
        only_a: Cases that A alone had right.
        only_b: Cases that B alone had right.
        exact: Exact binomial p value.
        mid_p: The same counting half of the observed outcome; less conservative.
    """

    only_a: int
    only_b: int
    exact: float
    mid_p: float


def mcnemar(right_a: ArrayLike, right_b: ArrayLike) -> McNemar:
    """Compares two accuracies, sensitivities or specificities on the same independent cases.

    References:
        McNemar, Psychometrika 1947, doi 10.1007/BF02295996;
        Fagerland, Lydersen and Laake 2013, doi 10.1186/1471-2288-13-91 (mid-p).
    """
    a, b = as_binary(right_a, "right_a"), as_binary(right_b, "right_b")
    same_length(right_a=a, right_b=b)
    only_a, only_b = int((a & ~b).sum()), int((b & ~a).sum())
    discordant = only_a + only_b
    if discordant == 0:
        return McNemar(0, 0, 1.0, 1.0)
    fewer = min(only_a, only_b)
    exact = min(1.0, 2.0 * float(stats.binom.cdf(fewer, discordant, 0.5)))
    at_it = float(stats.binom.pmf(fewer, discordant, 0.5))
    mid = 1.0 if only_a == only_b else exact - at_it
    return McNemar(only_a, only_b, exact, mid)


def fisher(hits_a: int, trials_a: int, hits_b: int, trials_b: int) -> float:
    """Gives Fisher's exact p value for two independent proportions."""
    return float(stats.fisher_exact(_two_by_two(hits_a, trials_a, hits_b, trials_b)).pvalue)


def chi_square(hits_a: int, trials_a: int, hits_b: int, trials_b: int) -> float:
    """Gives Pearson's chi-square p value for two independent proportions, uncorrected.

    It is not for paired readings of the same cases; see ``mcnemar``. It is 1 where
    all are hits or none is.
    """
    table = _two_by_two(hits_a, trials_a, hits_b, trials_b)
    if (table.sum(axis=0) == 0).any():
        return 1.0
    return float(stats.chi2_contingency(table, correction=False).pvalue)


def signed_ranks(values_a: ArrayLike, values_b: ArrayLike) -> float:
    """Gives Wilcoxon's signed-rank p value for paired values; 1 where no pair differs."""
    a, b = as_scores(values_a, "values_a"), as_scores(values_b, "values_b")
    same_length(values_a=a, values_b=b)
    if (a == b).all():
        return 1.0
    return float(stats.wilcoxon(a, b).pvalue)


def rank_sum(values_a: ArrayLike, values_b: ArrayLike) -> float:
    """Gives the Mann-Whitney p value for values of two independent groups.

    Raises:
        InputError: A group is empty.
    """
    a, b = as_scores(values_a, "values_a"), as_scores(values_b, "values_b")
    if not len(a) or not len(b):
        raise InputError(
            "Two groups cannot be compared.",
            found=f"{len(a)} and {len(b)} values",
            needed="at least one in each",
            mend="check how the groups were chosen.",
        )
    return float(stats.mannwhitneyu(a, b).pvalue)


def permute_means(
    values_a: ArrayLike,
    values_b: ArrayLike,
    patients: Sequence[str] | NDArray[np.generic],
    *,
    rng: np.random.Generator,
    permutations: int = 10_000,
) -> float:
    """Gives the permutation p value of a difference in means, swapping whole patients.

    With up to 14 patients every swap is tried; otherwise they are drawn, and one is
    added to both counts.
    """
    a, b = as_scores(values_a, "values_a"), as_scores(values_b, "values_b")
    same_length(values_a=a, values_b=b, patients=patients)
    _, owner = np.unique(np.asarray(patients), return_inverse=True)
    gaps = np.bincount(owner, weights=a - b)
    observed = abs(gaps.sum())
    if len(gaps) <= EXACT_UP_TO:
        signs = 1.0 - 2.0 * ((np.arange(2 ** len(gaps))[:, None] >> np.arange(len(gaps))) & 1)
        return float((np.abs(signs @ gaps) >= observed - 1e-12).mean())
    as_large = 0
    for start in range(0, permutations, 256):
        size = min(256, permutations - start)
        signs = rng.choice(np.array([-1.0, 1.0]), size=(size, len(gaps)))
        as_large += int((np.abs(signs @ gaps) >= observed - 1e-12).sum())
    return (as_large + 1) / (permutations + 1)


def permute_by_patient(
    statistic: Callable[[FloatArray], float],
    scores: tuple[ArrayLike, ArrayLike],
    patients: Sequence[str] | NDArray[np.generic],
    *,
    rng: np.random.Generator,
    permutations: int = 2000,
) -> float:
    """Gives the permutation p value of any figure's difference, swapping whole patients.

    Args:
        statistic: From the scores of all rows to the figure, such as a ROC area; the
            scores of both models must be on one scale.
        scores: Of A and of B, one a row.
        patients: Patient of each row.
        rng: Source of randomness.
        permutations: Number of swaps drawn.
    """
    a, b = as_scores(scores[0], "scores of A"), as_scores(scores[1], "scores of B")
    same_length(scores_a=a, scores_b=b, patients=patients)
    _, owner = np.unique(np.asarray(patients), return_inverse=True)
    observed = abs(statistic(a) - statistic(b))
    as_large = 0
    for _ in range(permutations):
        swap = rng.integers(0, 2, size=int(owner.max()) + 1).astype(bool)[owner]
        gap = statistic(np.where(swap, b, a)) - statistic(np.where(swap, a, b))
        as_large += abs(gap) >= observed - 1e-12
    return (as_large + 1) / (permutations + 1)


def _two_by_two(hits_a: int, trials_a: int, hits_b: int, trials_b: int) -> NDArray[np.int64]:
    for hits, trials in ((hits_a, trials_a), (hits_b, trials_b)):
        if trials < 1 or not 0 <= hits <= trials:
            raise InputError(
                "Two proportions cannot be compared.",
                found=f"{hits} hits in {trials} trials",
                needed="at least one trial, and hits from 0 to the trials",
                mend="check the counts.",
            )
    return np.array([[hits_a, trials_a - hits_a], [hits_b, trials_b - hits_b]])
