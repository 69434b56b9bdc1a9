"""All readers of a study together: the arms compared, agreement, experience, the model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

import numpy as np

from condyle.domain.estimate import Estimate
from condyle.evaluation.agreement import fleiss_kappa, gwet
from condyle.evaluation.binary import weighted_auc
from condyle.evaluation.bootstrap import Resampling, WeightedStatistic
from condyle.evaluation.comparison import Comparison, compare
from condyle.evaluation.inputs import BoolArray, FloatArray
from condyle.evaluation.mrmc import (
    Generalises,
    ReaderFigures,
    ReaderStudyResult,
    compare_modalities,
    reader_figures,
    side_of_zero,
)
from condyle.evaluation.ordinal import weighted_kappa
from condyle.evaluation.proportions import proportion, weighted_proportion
from condyle.evaluation.reader_covariance import CovarianceMethod, Figure
from condyle.evaluation.reader_standalone import AgainstReaders, against_readers
from condyle.evaluation.readers import FIGURES, ModelAlone, ReaderFigure, ReaderTable


@dataclass(frozen=True)
class Pooled:
    """Two arms compared over all readers, by Obuchowski and Rockette.

    Attributes:
        figure: What is compared; ``"minutes"`` is the mean time.
        generalises: What the result holds for beyond the study's own.
        arm: Mean over readers in the arm.
        against: Mean over readers in the arm it is held against.
        difference: The first less the second.
        statistic: F.
        freedom: Degrees of freedom of its denominator.
        p_value: Two-sided.
        covariance: How the errors' covariance was found.
    """

    figure: str
    generalises: Generalises
    arm: Estimate
    against: Estimate
    difference: Estimate
    statistic: float
    freedom: float
    p_value: float
    covariance: CovarianceMethod

    def verdict(self, words: tuple[str, str] = ("better", "worse")) -> str:
        """Says that the arm is better or worse only where the interval excludes 0."""
        return side_of_zero(self.difference, words)


@dataclass(frozen=True)
class Agreement:
    """How far the readers of an arm agree in their calls.

    Attributes:
        arm: Which.
        unanimous: Share of the cases that all call alike.
        fleiss: Fleiss' kappa.
        gwet: Gwet's AC1.
        pairs: Cohen's kappa of each two readers.
        with_model: Cohen's kappa of each reader with the model alone.
    """

    arm: str
    unanimous: Estimate
    fleiss: Estimate
    gwet: Estimate
    pairs: tuple[tuple[str, str, Estimate], ...]
    with_model: tuple[tuple[str, Estimate], ...]


def pooled_results(
    table: ReaderTable,
    arms: tuple[int, int],
    *,
    covariance: CovarianceMethod = "delong",
    level: float = 0.95,
) -> tuple[Pooled, ...]:
    """Compares an arm with another one in each figure, for each population.

    The mean time is compared where every reading of a case was timed, over such cases,
    if there are at least two of each class.

    Args:
        table: A study of at least two readers.
        arms: Positions of the arm and of the one it is held against.
        covariance: How the covariance of the errors is found.
        level: Confidence level.
    """
    chosen = list(arms)
    ratings: list[tuple[Figure, FloatArray | BoolArray, BoolArray]] = [
        (figure, table.scores if figure == "auc" else table.calls, np.ones_like(table.reference))
        for figure in FIGURES
    ]
    timed: BoolArray = np.asarray(~np.isnan(table.minutes[chosen]).any(axis=(0, 1)), dtype=bool)
    if min((timed & table.reference).sum(), (timed & ~table.reference).sum()) >= 2:
        ratings.append(("mean", table.minutes, timed))
    found = []
    for figure, values, rows in ratings:
        figures = reader_figures(
            table.reference[rows],
            values[chosen][:, :, rows],
            figure=figure,
            covariance=covariance,
            patients=table.patients[rows],
            unit=table.unit,
        )
        found += [_pooled(figures, each, figure, (covariance, level)) for each in _POPULATIONS]
    return tuple(found)


_POPULATIONS: tuple[Generalises, ...] = get_args(Generalises)


def _pooled(
    figures: ReaderFigures,
    generalises: Generalises,
    figure: Figure,
    how: tuple[CovarianceMethod, float],
) -> Pooled:
    covariance, level = how
    result: ReaderStudyResult = compare_modalities(figures, generalises=generalises, level=level)
    return Pooled(
        figure="minutes" if figure == "mean" else figure,
        generalises=generalises,
        arm=result.modalities[0],
        against=result.modalities[1],
        difference=result.differences[0].difference,
        statistic=result.statistic,
        freedom=result.denominator_freedom,
        p_value=result.p_value,
        covariance=covariance,
    )


def agreement_of_readers(
    table: ReaderTable, arm: int, *, plan: Resampling, model: ModelAlone | None = None
) -> Agreement:
    """Gives how far the readers of an arm agree with each other and with the model.

    Args:
        table: A study of at least two readers.
        arm: Position of the arm.
        plan: Whose cases they are, percentile.
        model: What the model said.
    """
    calls = table.calls[arm].astype(np.int64)
    fleiss, ac1 = agreement_of_calls(table.calls[arm], plan)
    every = np.ones(len(table.reference), dtype=bool)
    names = table.readers
    pairs = [
        (names[a], names[b], _kappa(calls[a], calls[b], plan))
        for a in range(len(names))
        for b in range(a + 1, len(names))
    ]
    with_model = []
    if model is not None:
        with_model = [
            (name, _kappa(calls[at], model.calls.astype(np.int64), plan))
            for at, name in enumerate(names)
        ]
    return Agreement(
        arm=table.arms[arm],
        unanimous=proportion((calls == calls[0]).all(axis=0), every, plan),
        fleiss=fleiss,
        gwet=ac1,
        pairs=tuple(pairs),
        with_model=tuple(with_model),
    )


def agreement_of_calls(calls: BoolArray, plan: Resampling) -> tuple[Estimate, Estimate]:
    """Gives Fleiss' kappa and Gwet's AC1 of (reader, case) calls, as of reference readers."""
    said = calls.astype(np.int64).T
    return fleiss_kappa(said, plan, categories=(0, 1)), gwet(said, plan, categories=(0, 1))


def model_against_mean(
    table: ReaderTable, arm: int, *, model: ModelAlone, plan: Resampling
) -> dict[str, Comparison]:
    """Compares the model alone with the mean of the study's own readers in an arm.

    The probability that the claim is false is by patient bootstrap; it holds for these
    readers and not for others.
    """
    found = {}
    readers = range(len(table.readers))
    for figure in FIGURES:
        own = _statistic(table, figure, (model.calls, model.scores))
        others = [
            _statistic(table, figure, (table.calls[arm, at], table.scores[arm, at]))
            for at in readers
        ]
        found[str(figure)] = compare(own, _mean_of(others), plan)
    return found


def model_against_readers(
    table: ReaderTable, arm: int, *, model: ModelAlone, covariance: CovarianceMethod = "delong"
) -> dict[str, AgainstReaders]:
    """Compares the model alone with readers in general, as those of an arm.

    Args:
        table: A study of at least two readers.
        arm: Position of the arm.
        model: What the model said.
        covariance: How the covariance of the errors is found.
    """
    found = {}
    for figure in FIGURES:
        own, others = (model.calls, table.calls[arm])
        found[str(figure)] = against_readers(
            table.reference,
            model.scores if figure == "auc" else own,
            table.scores[arm] if figure == "auc" else others,
            figure=figure,
            covariance=covariance,
            patients=table.patients,
            unit=table.unit,
        )
    return found


def _statistic(
    table: ReaderTable, figure: ReaderFigure, answers: tuple[BoolArray, FloatArray]
) -> WeightedStatistic:
    calls, scores = answers
    truth = table.reference
    if figure == "auc":
        return weighted_auc(truth, scores)
    every = np.ones(len(truth), dtype=bool)
    counted = {"sensitivity": truth, "specificity": ~truth}.get(figure, every)
    return weighted_proportion(calls == truth, counted)


def _mean_of(statistics: Sequence[WeightedStatistic]) -> WeightedStatistic:
    def mean(weights: FloatArray) -> FloatArray:
        return np.asarray(np.mean([each(weights) for each in statistics], axis=0))

    return mean


def _kappa(
    first: np.ndarray[tuple[int], np.dtype[np.int64]],
    second: np.ndarray[tuple[int], np.dtype[np.int64]],
    plan: Resampling,
) -> Estimate:
    return weighted_kappa(first, second, plan, grades=(0, 1), weights="none")
