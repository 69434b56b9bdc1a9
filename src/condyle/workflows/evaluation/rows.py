"""The rows of one task of a predictions table: what sort they are, and what was declined."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import numpy as np

from condyle.domain.evaluation_report import Score, TaskKind, TaskReport
from condyle.errors import InputError
from condyle.evaluation.bootstrap import Resampling
from condyle.evaluation.inputs import BoolArray, FloatArray, IntArray
from condyle.evaluation.predictions import Predictions, TextArray

OVERLAP_PREFIXES = ("dice-", "iou-")
DETECTION_PREFIX = "detect-"

_NUMBERED = re.compile(r"^(.*?)[-_ ]?\d+$")


@dataclass(frozen=True)
class Draw:
    """How figures are drawn.

    Attributes:
        seed: Of the bootstrap; the same table and seed give the same figures.
        replicates: Bootstrap replicates of a figure.
        permutations: Random groupings of an interaction test.
        level: Confidence level.
    """

    seed: int = 2026
    replicates: int = 2000
    permutations: int = 400
    level: float = 0.95

    def plan(self, table: Predictions, unit: str) -> Resampling:
        """Gives the plan of a task's rows; tasks do not disturb each other's draws."""
        name = str(table.task[0]) if len(table) else ""
        rng = np.random.default_rng([self.seed, *name.encode()])
        return Resampling(
            table.patient, rng, replicates=self.replicates, level=self.level, unit=unit
        )


@dataclass(frozen=True, eq=False)
class TaskRows:
    """The rows of one task that have a reference.

    Attributes:
        name: Of the task.
        kind: What sort of answer it has.
        unit: What a row is.
        table: The rows.
        declined: Rows that were abstained or hold no answer. An overlap of two empty masks
            and a box that was missed hold none and are not declined.
        first_class: What the first probability stands for, for a grade: 0 or 1.
        classes: Number of probabilities a row.
    """

    name: str
    kind: TaskKind
    unit: str
    table: Predictions
    declined: BoolArray
    first_class: int = 0
    classes: int = 0

    @property
    def grades(self) -> tuple[int, ...]:
        """The scale of a grade, in order."""
        return tuple(range(self.first_class, self.first_class + self.classes))

    @property
    def probability(self) -> FloatArray:
        """Probability of a finding, NaN where none was given."""
        if self.table.probabilities.shape[1] == 0:
            return np.full(len(self.table), np.nan)
        return np.asarray(self.table.probabilities[:, 0])

    @property
    def patients(self) -> int:
        """Number of patients."""
        return len(np.unique(self.table.patient))

    def report(self, scores: tuple[Score, ...]) -> TaskReport:
        """Begins the report of the task: what it is of, and its scores.

        Args:
            scores: Headline first.
        """
        return TaskReport(
            name=self.name,
            kind=self.kind,
            unit=self.unit,
            rows=len(self.table),
            patients=self.patients,
            declined=int(self.declined.sum()),
            scores=scores,
        )

    def where(self, rows: BoolArray) -> TaskRows:
        """Gives the rows that are true."""
        return replace(self, table=self.table.where(rows), declined=self.declined[rows])

    def without(self, patients: TextArray) -> TaskRows:
        """Gives the rows of all patients but these."""
        return self.where(~np.isin(self.table.patient, patients))

    def at(self, positions: IntArray) -> TaskRows:
        """Gives the rows at these positions, in this order."""
        return replace(self, table=self.table.at(positions), declined=self.declined[positions])


def task_rows(table: Predictions, task: str) -> TaskRows | None:
    """Gives the rows of a task that have a reference, or nothing where none has one.

    A task is a detection or an overlap by the beginning of its name (``detect-``,
    ``dice-``, ``iou-``), a grade with two probabilities or more, a finding with one, or
    with labels 0 and 1 throughout, and else a number.

    Raises:
        InputError: A reference or answer does not fit the kind; the message names the line.
    """
    of_task = np.asarray(table.task == task)
    kind, classes = _kind_of(table.where(of_task), task)
    with_reference = of_task if kind == "detection" else of_task & ~np.isnan(table.reference)
    rows = table.where(with_reference)
    if not len(rows):
        return None
    first = _first_class(rows, classes) if kind == "grade" else 0
    declined = rows.abstained
    if kind not in ("overlap", "detection"):
        declined = np.asarray(declined | _unanswered(rows, classes))
    found = TaskRows(task, kind, unit_of(rows), rows, declined, first, classes)
    _check(found, np.flatnonzero(with_reference))
    return found


def unit_of(rows: Predictions) -> str:
    """Names what a row is, such as ``"disc"`` for units ``"disc-1"``, ``"disc-2"``, ..."""
    if len(np.unique(rows.patient)) == len(rows):
        return "patient"
    if (rows.unit == rows.series).all():
        return "series"
    named = {match[1] if (match := _NUMBERED.match(str(unit))) else str(unit) for unit in rows.unit}
    name = named.pop() if len(named) == 1 else ""
    return name if name.isidentifier() else "row"


def classes_of(rows: Predictions) -> int:
    """Counts the classes of a task: the most probabilities that a row of it has."""
    stated = ~np.isnan(rows.probabilities)
    return int(stated.sum(axis=1).max()) if stated.size else 0


def _kind_of(rows: Predictions, task: str) -> tuple[TaskKind, int]:
    classes = classes_of(rows)
    if task.startswith(DETECTION_PREFIX):
        return "detection", 1
    if task.startswith(OVERLAP_PREFIXES):
        return "overlap", 0
    if classes:
        return ("finding" if classes == 1 else "grade"), classes
    values = np.concatenate([rows.reference, rows.prediction])
    labels = np.isin(values[~np.isnan(values)], (0.0, 1.0)).all()
    return ("finding" if labels else "number"), 0


def _unanswered(rows: Predictions, classes: int) -> BoolArray:
    silent = np.isnan(rows.prediction)
    if classes:
        silent = silent & np.isnan(rows.probabilities[:, :classes]).any(axis=1)
    return np.asarray(silent)


def _first_class(rows: Predictions, classes: int) -> int:
    """Tells whether the first probability stands for grade 0 or 1."""
    stated = rows.probabilities[:, :classes]
    whole = ~np.isnan(stated).any(axis=1) & ~np.isnan(rows.prediction)
    values = np.concatenate([rows.reference, rows.prediction[~np.isnan(rows.prediction)]])
    if (values == 0).any():
        return 0
    if (values >= classes).any() or not whole.any():
        return 1
    ahead = rows.prediction[whole] - stated[whole].argmax(axis=1)
    return int(np.clip(np.round(np.median(ahead)), 0, 1))


def _check(rows: TaskRows, lines: np.ndarray[tuple[int], np.dtype[np.intp]]) -> None:
    for column in ("reference", "prediction"):
        values = getattr(rows.table, column)
        valid, needed = _valid(rows, values)
        wrong = np.flatnonzero(~valid & ~np.isnan(values))
        if len(wrong):
            raise InputError(
                f"The task '{rows.name}' cannot be evaluated.",
                found=f"{column} {values[wrong[0]]:g} in line {int(lines[wrong[0]]) + 2}, "
                f"and {len(wrong)} such in all",
                needed=needed,
                mend="correct these cells, or give the task the columns of its kind.",
            )


def _valid(rows: TaskRows, values: FloatArray) -> tuple[BoolArray, str]:
    if rows.kind in ("finding", "detection"):
        return np.isin(values, (0.0, 1.0)), "0 or 1, as it has one probability a row"
    if rows.kind == "grade":
        scale = ", ".join(str(grade) for grade in rows.grades)
        return np.isin(values, rows.grades), f"one of {scale}, a probability each"
    if rows.kind == "overlap":
        return (values >= 0.0) & (values <= 1.0), "an overlap from 0 to 1"
    return np.isfinite(values), "a number"
