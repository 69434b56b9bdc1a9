"""How learners and models agree with the references of teaching cases, as estimates.

The unit is the patient: all answers of one case, and all cases of one patient, are drawn
together. With few patients no figure is given, but that they are too few.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import numpy as np

from condyle.archive.teaching_questions import QUESTIONS, Question, Value
from condyle.domain.estimate import Estimate
from condyle.evaluation.binary import accuracy, sensitivity, specificity
from condyle.evaluation.bootstrap import Resampling
from condyle.evaluation.ordinal import exact_agreement, weighted_kappa, within_one
from condyle.evaluation.proportions import proportion

FEWEST_PATIENTS = 10
"""Patients from which a figure is given: with fewer, its interval says next to nothing."""

BLOCK = 10
"""Cases of one step of the learning curve."""

Verdict = Literal["right", "near", "wrong", "unscored"]


@dataclass(frozen=True)
class Answered:
    """An item that was asked of somebody, with what they and the models said.

    Attributes:
        attempt: Of which it is.
        case: Its case.
        patient: Whose study it is.
        question: Name of the question.
        truth: What the reference says, ``None`` where it says nothing.
        own: What the learner said, ``None`` where they could not tell.
        models: Bundle to what it said.
    """

    attempt: int
    case: int
    patient: int
    question: str
    truth: Value
    own: Value
    models: dict[str, Value]


@dataclass(frozen=True)
class Figure:
    """One figure, or that there are too few patients for it.

    Attributes:
        name: Such as ``"kappa"``.
        estimate: ``None`` where there are too few patients, or it is not defined.
        rows: Answers that it rests on.
        patients: Patients that these are of.
        too_few: Whether that is why there is none.
    """

    name: str
    estimate: Estimate | None
    rows: int
    patients: int
    too_few: bool


@dataclass(frozen=True)
class Block:
    """One step of the learning curve: the share of right answers in cases that were in turn."""

    first: int
    last: int
    right: Figure


Said = Callable[[Answered], Value]
_GRADED: tuple[tuple[str, Callable[..., Estimate]], ...] = (
    ("exact", exact_agreement),
    ("within-one", within_one),
    ("kappa", weighted_kappa),
)
_CALLED: tuple[tuple[str, Callable[..., Estimate]], ...] = (
    ("accuracy", accuracy),
    ("sensitivity", sensitivity),
    ("specificity", specificity),
)


def verdict(question: Question, truth: Value, said: Value) -> Verdict:
    """Says how an answer compares with the reference: near is one grade off."""
    if truth is None or said is None:
        return "unscored"
    if said == truth:
        return "right"
    if question.kind == "grade" and abs(int(said) - int(truth)) == 1:
        return "near"
    return "wrong"


def figures(rows: Sequence[Answered], name: str, said: Said) -> list[Figure]:
    """Gives how somebody agrees with the references on one question.

    Args:
        rows: What was asked.
        name: The question.
        said: Who it is: gives what they said of a row.
    """
    question = QUESTIONS[name]
    kept = [row for row in scored(rows, said) if row.question == name]
    truth = np.array([int(row.truth or 0) for row in kept], dtype=np.int64)
    told = np.array([int(said(row) or 0) for row in kept], dtype=np.int64)
    given = []
    for figure, estimate in _GRADED if question.kind == "grade" else _CALLED:
        counts = np.ones(len(kept), dtype=bool)
        if figure in ("sensitivity", "specificity"):
            counts = truth == (1 if figure == "sensitivity" else 0)
        scale = {"grades": question.grades} if question.kind == "grade" else {}
        given.append(_figure(figure, kept, counts, partial(estimate, truth, told, **scale)))
    return given


def share_right(rows: Sequence[Answered], said: Said) -> Figure:
    """Gives the share of all answers that are right, whatever was asked."""
    kept = scored(rows, said)
    right = [verdict(QUESTIONS[row.question], row.truth, said(row)) == "right" for row in kept]
    counts = np.ones(len(kept), dtype=bool)
    return _figure("right", kept, counts, lambda plan: proportion(right, counts, plan))


def learning_curve(rows: Sequence[Answered], order: Sequence[int]) -> list[Block]:
    """Gives the share of right answers of each ten cases in turn, the last of them perhaps fewer.

    Args:
        rows: A learner's.
        order: Their attempts, in the order in which they were answered.
    """
    blocks = []
    for first in range(0, len(order), BLOCK):
        some = set(order[first : first + BLOCK])
        right = share_right([row for row in rows if row.attempt in some], own_answer)
        blocks.append(Block(first + 1, first + len(some), right))
    return blocks


def own_answer(row: Answered) -> Value:
    """Gives what the learner said."""
    return row.own


def scored(rows: Sequence[Answered], said: Said) -> list[Answered]:
    """Gives the rows of which the reference, the learner and who is asked for say something.

    So a model is judged on the very items that the learner is, but for those it left out.
    """
    return [row for row in rows if None not in (row.truth, row.own, said(row))]


def _figure(
    name: str,
    rows: Sequence[Answered],
    counts: Any,
    estimate: Callable[[Resampling], Estimate],
) -> Figure:
    patients = np.array([str(row.patient) for row in rows])
    counted = len(np.unique(patients[counts])) if len(rows) else 0
    total = int(np.sum(counts))
    if counted < FEWEST_PATIENTS:
        return Figure(name, None, total, counted, too_few=True)
    plan = Resampling(patients=patients, rng=np.random.default_rng(0), unit="answer")
    found = estimate(plan)
    if any(math.isnan(limit) for limit in (found.value, found.low, found.high)):
        return Figure(name, None, total, counted, too_few=False)
    return Figure(name, found, total, counted, too_few=False)
