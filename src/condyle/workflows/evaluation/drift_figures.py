"""What is compared between two periods: the outputs of a task, and its figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from condyle.evaluation.abstention import worst_scores, wrong_decisions
from condyle.evaluation.binary import weighted_auc
from condyle.evaluation.bootstrap import OfSums
from condyle.evaluation.drift import FigureOfRows
from condyle.evaluation.inputs import BoolArray, FloatArray
from condyle.evaluation.predictions import Predictions
from condyle.evaluation.proportions import weighted_proportion
from condyle.workflows.evaluation.finding import finding_rows
from condyle.workflows.evaluation.grade import grade_rows
from condyle.workflows.evaluation.number import absolute_differences
from condyle.workflows.evaluation.overlap import figure_name, overlap_values
from condyle.workflows.evaluation.rows import (
    DETECTION_PREFIX,
    OVERLAP_PREFIXES,
    TaskRows,
    classes_of,
)

MOST_CATEGORIES = 12


@dataclass(frozen=True, eq=False)
class Output:
    """What the model says in a task, one value a row.

    Attributes:
        axis: What the values are.
        values: One a row, NaN where declined.
        discrete: True for classes, grades and counts.
    """

    axis: str
    values: FloatArray
    discrete: bool


def output_of(rows: Predictions, task: str) -> Output | None:
    """Gives the output of a task, or nothing where it is not the model's but a comparison's.

    A finding's is its probability, a grade's the grade; of a number with few values each
    is a class. The overlap of masks is a figure and no output.

    Args:
        rows: Of the task.
        task: Its name.
    """
    if task.startswith((*OVERLAP_PREFIXES, DETECTION_PREFIX)):
        return None
    classes = classes_of(rows)
    if classes == 1:
        given = np.where(rows.abstained, np.nan, rows.probabilities[:, 0])
        return Output("probability", given, discrete=False)
    given = np.where(rows.abstained, np.nan, rows.prediction)
    few = len(np.unique(given[~np.isnan(given)])) <= MOST_CATEGORIES
    return Output("grade" if classes else "answer", given, discrete=bool(classes) or few)


def figures_of(rows: TaskRows) -> Mapping[str, FigureOfRows]:
    """Gives the figures of a task by name, declined rows counting as ``condyle evaluate`` does.

    Args:
        rows: Of the task, with a reference.
    """
    found = {} if rows.kind == "detection" else dict(_BY_KIND[rows.kind](rows))
    found["coverage"] = _share(~rows.declined, np.ones(len(rows.declined), dtype=bool))
    return found


def _finding(rows: TaskRows) -> Mapping[str, FigureOfRows]:
    found = finding_rows(rows)
    called = wrong_decisions(found.truth, found.called, found.undecided)
    made: dict[str, FigureOfRows] = {
        "sensitivity": _share(called, found.truth),
        "specificity": _share(~called, ~found.truth),
    }
    if found.unscored.all():
        return made
    ranked = worst_scores(found.truth, found.scores, found.unscored)
    stated = ~found.unscored
    gap = found.scores - found.truth
    return {
        "auc": lambda part: weighted_auc(found.truth[part], ranked[part]),
        **made,
        "brier": _mean(gap**2, stated),
        "mean-probability-less-share-present": _mean(gap, stated),
    }


def _grade(rows: TaskRows) -> Mapping[str, FigureOfRows]:
    found = grade_rows(rows)
    everything = np.ones(len(found.truth), dtype=bool)
    steps = np.abs(found.truth - found.counted)
    return {
        "quadratic-kappa": found.kappa,
        "exact": _share(steps == 0, everything),
        "within-one": _share(steps <= 1, everything),
    }


def _overlap(rows: TaskRows) -> Mapping[str, FigureOfRows]:
    values = overlap_values(rows)
    return {f"{figure_name(rows.name)}-over-cases": _mean(values, ~np.isnan(values))}


def _number(rows: TaskRows) -> Mapping[str, FigureOfRows]:
    return {"mean-absolute-difference": _mean(absolute_differences(rows), ~rows.declined)}


_BY_KIND: Mapping[str, Callable[[TaskRows], Mapping[str, FigureOfRows]]] = {
    "finding": _finding,
    "grade": _grade,
    "overlap": _overlap,
    "number": _number,
}


def _share(hits: BoolArray, counted: BoolArray) -> FigureOfRows:
    return lambda part: weighted_proportion(hits[part], counted[part])


def _mean(values: FloatArray, counted: BoolArray) -> FigureOfRows:
    terms = np.stack([np.where(counted, values, 0.0), counted.astype(np.float64)])
    return lambda part: OfSums(terms[:, part], lambda sums: sums[0] / sums[1])
