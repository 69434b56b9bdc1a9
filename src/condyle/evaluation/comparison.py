"""Two models on the same patients: the difference, the test, and whether to believe it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from condyle.domain.estimate import Estimate
from condyle.errors import InputError
from condyle.evaluation.binary import weighted_auc
from condyle.evaluation.bootstrap import (
    MOST_LEFT_OUT,
    Resampling,
    WeightedStatistic,
    from_limits,
    from_replicates,
    patient_weights,
    replicates_of,
    without_each_patient,
)
from condyle.evaluation.delong import difference_of_areas, roc_areas
from condyle.evaluation.false_claims import (
    SHOWN_BELOW,
    false_accuracy_claim_of_cases,
    false_by_bootstrap,
    false_mean_claim_of_cases,
)
from condyle.evaluation.hypothesis_tests import mcnemar, permute_means, signed_ranks
from condyle.evaluation.inputs import FloatArray, as_binary, as_scores, same_length
from condyle.evaluation.jackknife import jackknife_t
from condyle.evaluation.proportions import weighted_mean

Verdict = Literal["A is better than B", "B is better than A", "not shown"]
BOOTSTRAP = "patient bootstrap"


@dataclass(frozen=True)
class Comparison:
    """A minus B, and the claim that the better of the two is better.

    Attributes:
        difference: A minus B with its interval by patient.
        p_value: Two-sided, of ``test``; NaN where only the bootstrap was asked.
        test: Name of the test.
        probability_false: That the claim in the direction seen is false.
        probability_method: ``"arXiv 2505.04720"`` with its distribution, or
            ``"patient bootstrap"``.
    """

    difference: Estimate
    p_value: float
    test: str
    probability_false: float
    probability_method: str

    @property
    def verdict(self) -> Verdict:
        """Says who is better only where that is false with less than 5 %."""
        if not self.probability_false < SHOWN_BELOW:
            return "not shown"
        return "A is better than B" if self.difference.value > 0 else "B is better than A"


@dataclass(frozen=True)
class NonInferiority:
    """Whether A is worse than B by less than a margin.

    Attributes:
        difference: A minus B, higher being better.
        margin: The greatest loss that was declared acceptable beforehand; positive.
        shown: True where the interval lies above minus the margin.
    """

    difference: Estimate
    margin: float
    shown: bool


@dataclass(frozen=True)
class Rank:
    """Where a model stands among others, and how firmly.

    Attributes:
        name: Of the model.
        value: Its figure.
        rank: From 1, the best; ties share the better rank.
        shares: Share of the replicates in which it has each rank, from 1.
    """

    name: str
    value: float
    rank: int
    shares: tuple[float, ...]


def compare(a: WeightedStatistic, b: WeightedStatistic, resampling: Resampling) -> Comparison:
    """Compares any two figures of the same rows, higher being better, by patient bootstrap."""
    difference, drawn = _difference(a, b, resampling)
    return Comparison(
        difference=difference,
        p_value=float("nan"),
        test="none",
        probability_false=_false_in_direction(difference.value, drawn),
        probability_method=BOOTSTRAP,
    )


def compare_accuracy(right_a: ArrayLike, right_b: ArrayLike, resampling: Resampling) -> Comparison:
    """Compares what two models had right, case by case.

    With one row a patient: McNemar's mid-p test and the published formula. With
    several: a permutation test and the bootstrap, both by patient.
    """
    a, b = as_binary(right_a, "right_a"), as_binary(right_b, "right_b")
    same_length(right_a=a, right_b=b, patients=resampling.patients)
    first, second = a.astype(np.float64), b.astype(np.float64)
    difference, drawn = _difference(
        weighted_mean(first),
        weighted_mean(second),
        resampling,
        figure="difference of accuracies",
    )
    if _several_rows(resampling):
        return _by_patient(first, second, (difference, drawn), resampling)
    ahead = (a, b) if difference.value >= 0 else (b, a)
    return Comparison(
        difference=difference,
        p_value=mcnemar(a, b).mid_p,
        test="McNemar, mid-p",
        probability_false=false_accuracy_claim_of_cases(*ahead),
        probability_method="Beta posterior of the discordant cases, arXiv 2505.04720",
    )


def compare_means(values_a: ArrayLike, values_b: ArrayLike, resampling: Resampling) -> Comparison:
    """Compares the means of a figure a case, such as Dice; higher is better.

    With one row a patient: Wilcoxon's signed ranks and the published formula. With
    several: a permutation test and the bootstrap, both by patient.
    """
    a, b = as_scores(values_a, "values_a"), as_scores(values_b, "values_b")
    same_length(values_a=a, values_b=b, patients=resampling.patients)
    difference, drawn = _difference(weighted_mean(a), weighted_mean(b), resampling)
    if _several_rows(resampling):
        return _by_patient(a, b, (difference, drawn), resampling)
    ahead = (a, b) if difference.value >= 0 else (b, a)
    return Comparison(
        difference=difference,
        p_value=signed_ranks(a, b),
        test="Wilcoxon signed ranks",
        probability_false=false_mean_claim_of_cases(*ahead),
        probability_method="t distribution of the mean difference, arXiv 2505.04720",
    )


def compare_roc_auc(
    reference: ArrayLike, scores: tuple[ArrayLike, ArrayLike], resampling: Resampling
) -> Comparison:
    """Compares two ROC areas: DeLong's test, by patient where a patient has several rows."""
    truth = as_binary(reference)
    a, b = as_scores(scores[0], "scores of A"), as_scores(scores[1], "scores of B")
    clustered = _several_rows(resampling)
    found = roc_areas(truth, [a, b], patients=resampling.patients if clustered else None)
    difference, drawn = _difference(
        weighted_auc(truth, a),
        weighted_auc(truth, b),
        resampling,
        figure="difference of ROC areas",
    )
    return Comparison(
        difference=difference,
        p_value=difference_of_areas(found).p_value,
        test="DeLong, by patient" if clustered else "DeLong",
        probability_false=_false_in_direction(difference.value, drawn),
        probability_method=BOOTSTRAP,
    )


def compare_groups(
    a: tuple[WeightedStatistic, Resampling], b: tuple[WeightedStatistic, Resampling]
) -> Comparison:
    """Compares figures of two groups of different patients, as for a subgroup or a drift.

    Raises:
        InputError: A patient is in both groups.
    """
    shared = np.intersect1d(np.asarray(a[1].patients), np.asarray(b[1].patients))
    if len(shared):
        raise InputError(
            "Two groups cannot be compared as independent.",
            found=f"{len(shared)} patients in both",
            needed="every patient in one group",
            mend="compare them on the same rows instead.",
        )
    values = [float(s(np.ones((len(plan.patients), 1)))[0]) for s, plan in (a, b)]
    replicates = min(a[1].replicates, b[1].replicates)
    drawn = replicates_of(*a)[:replicates] - replicates_of(*b)[:replicates]
    patients = np.concatenate([np.asarray(a[1].patients), np.asarray(b[1].patients)])
    plan = Resampling(patients, a[1].rng, replicates, a[1].level, a[1].unit)
    difference = from_replicates(values[0] - values[1], drawn, plan)
    return Comparison(
        difference=difference,
        p_value=float("nan"),
        test="none",
        probability_false=_false_in_direction(difference.value, drawn),
        probability_method=BOOTSTRAP,
    )


def non_inferiority(difference: Estimate, margin: float) -> NonInferiority:
    """Tells whether A, as against B, loses less than a margin.

    Raises:
        InputError: The margin is not positive.
    """
    if not margin > 0.0:
        raise InputError(
            "Non-inferiority cannot be judged.",
            found=f"a margin of {margin:g}",
            needed="a positive margin, declared before the data were seen",
            mend="give the greatest loss that is acceptable, such as 0.05.",
        )
    return NonInferiority(difference, margin, bool(difference.low > -margin))


def rank_models(
    figures: Mapping[str, WeightedStatistic], resampling: Resampling
) -> tuple[Rank, ...]:
    """Ranks models by a figure of the same rows, higher being better, best first."""
    names = list(figures)
    rows = same_length(patients=resampling.patients)
    values = np.array([float(figures[name](np.ones((rows, 1)))[0]) for name in names])
    counts = np.zeros((len(names), len(names)))
    for weights in patient_weights(resampling):
        ranks = _ranks(np.stack([figures[name](weights) for name in names]))
        for rank in range(len(names)):
            counts[:, rank] += (ranks == rank + 1).sum(axis=1)
    shares = counts / counts.sum(axis=1, keepdims=True)
    own = _ranks(values[:, None])[:, 0]
    found = [
        Rank(name, float(values[at]), int(own[at]), tuple(float(s) for s in shares[at]))
        for at, name in enumerate(names)
    ]
    return tuple(sorted(found, key=lambda rank: (rank.rank, rank.name)))


def _ranks(values: FloatArray) -> FloatArray:
    better = values[None, :, :] > values[:, None, :]
    return np.asarray(better.sum(axis=1) + 1)


def _difference(
    a: WeightedStatistic, b: WeightedStatistic, resampling: Resampling, *, figure: str = ""
) -> tuple[Estimate, FloatArray]:
    rows = np.ones((same_length(patients=resampling.patients), 1))
    value = float(a(rows)[0] - b(rows)[0])

    def gap(weights: FloatArray) -> FloatArray:
        return np.asarray(a(weights) - b(weights))

    drawn = replicates_of(gap, resampling)
    patients = resampling.patient_count
    if patients < 2:
        drawn = np.full(len(drawn), np.nan)
    nearest = resampling.prefers_analytic and patients <= MOST_LEFT_OUT
    if nearest and not np.isnan(value):
        left_out = without_each_patient(gap, resampling)
        limits = jackknife_t(value, left_out, level=resampling.level)
        if limits is not None:
            return from_limits(value, limits, resampling, name="jackknife t", figure=figure), drawn
    return from_replicates(value, drawn, resampling, figure=figure), drawn


def _by_patient(
    a: FloatArray, b: FloatArray, found: tuple[Estimate, FloatArray], resampling: Resampling
) -> Comparison:
    difference, drawn = found
    return Comparison(
        difference=difference,
        p_value=permute_means(a, b, np.asarray(resampling.patients), rng=resampling.rng),
        test="permutation, by patient",
        probability_false=_false_in_direction(difference.value, drawn),
        probability_method=BOOTSTRAP,
    )


def _false_in_direction(value: float, drawn: FloatArray) -> float:
    return false_by_bootstrap(drawn if value >= 0 else -drawn)


def _several_rows(resampling: Resampling) -> bool:
    return resampling.patient_count < len(resampling.patients)
