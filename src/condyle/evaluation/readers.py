"""Readers one by one: how each does in each arm, and what the second arm changes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from condyle.domain.estimate import Estimate
from condyle.errors import InputError
from condyle.evaluation.abstention import worst_scores, wrong_decisions
from condyle.evaluation.binary import accuracy, roc_auc, sensitivity, specificity
from condyle.evaluation.bootstrap import Resampling, bootstrap_by_patient
from condyle.evaluation.comparison import (
    Comparison,
    compare_accuracy,
    compare_means,
    compare_roc_auc,
)
from condyle.evaluation.inputs import BoolArray, FloatArray
from condyle.evaluation.predictions import TextArray
from condyle.evaluation.proportions import proportion

ReaderFigure = Literal["sensitivity", "specificity", "accuracy", "auc"]
FIGURES: tuple[ReaderFigure, ...] = ("sensitivity", "specificity", "accuracy", "auc")


@dataclass(frozen=True, eq=False)
class ReaderTable:
    """What every reader said of every case in every arm; nothing is missing but times.

    Attributes:
        arms: Names, the one without the model first.
        readers: Names.
        patients: (case,) patient of each case.
        reference: (case,) with the finding or without.
        calls: (arm, reader, case).
        scores: (arm, reader, case), how sure that the finding is there, 0 to 100.
        minutes: (arm, reader, case), NaN where it was not timed.
        right_level: (arm, reader, case), whether the level named is the reference's; only
            read where there is a level in the reference.
        has_level: (case,) whether the reference names a level.
        unit: What a case is, such as ``"case"`` or ``"disc"``.
    """

    arms: tuple[str, ...]
    readers: tuple[str, ...]
    patients: TextArray
    reference: BoolArray
    calls: BoolArray
    scores: FloatArray
    minutes: FloatArray
    right_level: BoolArray
    has_level: BoolArray
    unit: str = "case"

    def __post_init__(self) -> None:
        shape = (len(self.arms), len(self.readers), len(self.reference))
        tables = (self.calls, self.scores, self.minutes, self.right_level)
        lengths = {len(self.patients), len(self.reference), len(self.has_level)}
        classes = {bool(value) for value in self.reference}
        if any(table.shape != shape for table in tables) or len(lengths) > 1 or len(classes) < 2:
            raise InputError(
                "A reader study cannot be analysed.",
                found=f"{shape[0]} arms, {shape[1]} readers, {shape[2]} cases, "
                f"{int(self.reference.sum())} of them positive",
                needed="a reading of each in each, and cases with and without the finding",
                mend="check the sheets and the reference.",
            )


@dataclass(frozen=True, eq=False)
class ModelAlone:
    """What the model said of the same cases.

    Attributes:
        name: Of the model.
        calls: (case,), wrong where it declined.
        scores: (case,), as wrong as can be where it declined.
        declined: (case,).
    """

    name: str
    calls: BoolArray
    scores: FloatArray
    declined: BoolArray


@dataclass(frozen=True)
class Times:
    """How long the readings took, in minutes.

    Attributes:
        median: With its interval by patient; ``n`` counts timed readings.
        lower_quartile: A quarter took no longer.
        upper_quartile: A quarter took longer.
        mean: Mean.
    """

    median: Estimate
    lower_quartile: float
    upper_quartile: float
    mean: float


@dataclass(frozen=True)
class Performance:
    """How one reader did in one arm, or the model alone.

    Attributes:
        sensitivity: With its interval.
        specificity: With its interval.
        accuracy: With its interval.
        auc: Area under the ROC curve of the confidence.
        located: Share of the positives with a known level that were called, at that
            level; ``None`` where the reference names no level.
        times: ``None`` where nothing was timed.
    """

    sensitivity: Estimate
    specificity: Estimate
    accuracy: Estimate
    auc: Estimate
    located: Estimate | None = None
    times: Times | None = None

    def of(self, figure: ReaderFigure) -> Estimate:
        """Gives a figure by its name."""
        found: Estimate = getattr(self, figure)
        return found


def model_alone(
    name: str,
    reference: BoolArray,
    *,
    answers: tuple[BoolArray, FloatArray],
    declined: BoolArray,
) -> ModelAlone:
    """Gives the model's calls and scores, what it declined counted as wrong."""
    calls, scores = answers
    return ModelAlone(
        name=name,
        calls=wrong_decisions(reference, calls, declined),
        scores=worst_scores(reference, scores, declined),
        declined=declined,
    )


def reader_performance(
    table: ReaderTable, place: tuple[int, int], rng: np.random.Generator
) -> Performance:
    """Gives how a reader did in an arm.

    Args:
        table: The study.
        place: Positions of arm and reader.
        rng: For the interval of the median time.
    """
    arm, reader = place
    plan = Resampling(table.patients, rng, unit=table.unit, interval="analytic")
    found = performance(
        table.reference, (table.calls[arm, reader], table.scores[arm, reader]), plan
    )
    located = None
    counted = table.reference & table.has_level
    if counted.any():
        there = table.calls[arm, reader] & table.right_level[arm, reader]
        located = proportion(there, counted, plan)
    return replace(found, located=located, times=times(table.minutes[arm, reader], plan))


def performance(
    reference: BoolArray, answers: tuple[BoolArray, FloatArray], plan: Resampling
) -> Performance:
    """Gives the figures of calls and scores of one reader or model."""
    calls, scores = answers
    return Performance(
        sensitivity=sensitivity(reference, calls, plan),
        specificity=specificity(reference, calls, plan),
        accuracy=accuracy(reference, calls, plan),
        auc=roc_auc(reference, scores, plan),
    )


def times(minutes: FloatArray, plan: Resampling) -> Times | None:
    """Gives median and quartiles of the timed readings, ``None`` where there are none."""
    timed = ~np.isnan(minutes)
    if not timed.any():
        return None
    kept = minutes[timed]
    drawn = replace(plan.of(timed), interval="percentile")
    lower, upper = np.quantile(kept, (0.25, 0.75))
    return Times(
        median=bootstrap_by_patient(lambda drawn_minutes: np.median(drawn_minutes), [kept], drawn),
        lower_quartile=float(lower),
        upper_quartile=float(upper),
        mean=float(kept.mean()),
    )


def reader_changes(
    table: ReaderTable, place: tuple[int, int, int], plan: Resampling
) -> dict[str, Comparison]:
    """Compares an arm with another one for a reader: the first less the second.

    Sensitivity, specificity and accuracy go by their cases, the area by DeLong's test.
    ``"minutes saved"`` is the second arm's time less the first's, over the readings timed
    in both, and is left out where there are fewer than two.

    Args:
        table: The study.
        place: Positions of the arm, the arm it is held against, and the reader.
        plan: Whose cases they are, percentile.
    """
    arm, against, reader = place
    one = (table.calls[arm, reader], table.scores[arm, reader])
    other = (table.calls[against, reader], table.scores[against, reader])
    found = compare_answers(table.reference, one, other, plan=plan)
    spent, before = table.minutes[arm, reader], table.minutes[against, reader]
    timed = ~(np.isnan(spent) | np.isnan(before))
    if timed.sum() >= 2:
        found["minutes saved"] = compare_means(before[timed], spent[timed], plan.of(timed))
    return found


def compare_answers(
    reference: BoolArray,
    one: tuple[BoolArray, FloatArray],
    other: tuple[BoolArray, FloatArray],
    *,
    plan: Resampling,
) -> dict[str, Comparison]:
    """Compares calls and scores of the same cases in each figure: the first less the second."""
    right, also = one[0] == reference, other[0] == reference
    found: dict[str, Comparison] = {}
    for name, rows in (("sensitivity", reference), ("specificity", ~reference)):
        found[name] = compare_accuracy(right[rows], also[rows], plan.of(rows))
    found["accuracy"] = compare_accuracy(right, also, plan)
    found["auc"] = compare_roc_auc(reference, (one[1], other[1]), plan)
    return found


def paired_verdict(comparison: Comparison, words: tuple[str, str] = ("better", "worse")) -> str:
    """Says ``"better"`` or ``"worse"`` only where that is false with less than 5 %."""
    if comparison.verdict == "not shown":
        return "not shown"
    return words[0] if comparison.verdict == "A is better than B" else words[1]


def contradictions(table: ReaderTable, arm: int) -> int:
    """Counts the calls of an arm that the reader's own confidence contradicts.

    That is a call with a confidence under 50 in the finding, or none with one over 50.
    """
    calls, scores = table.calls[arm], table.scores[arm]
    return int(((calls & (scores < 50.0)) | (~calls & (scores > 50.0))).sum())
