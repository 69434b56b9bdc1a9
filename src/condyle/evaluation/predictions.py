"""The predictions table: one row a unit and task, the only thing that metrics start from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from condyle.errors import InputError
from condyle.evaluation.inputs import BoolArray, FloatArray, IntArray

PREDICTIONS_SCHEMA = "condyle.predictions/1"

TextArray = NDArray[np.str_]


@dataclass(frozen=True)
class PredictionRow:
    """One row, for building a table a prediction at a time.

    Attributes:
        patient: Pseudonym of the patient, the unit that is split and drawn.
        study: Identifier of the study.
        series: Identifier of the series, or empty.
        unit: What was judged, such as ``"disc-1"`` or ``"study"``.
        task: Such as ``"pfirrmann-grade"``.
        fold: Fold whose model made it; -1 where there are no folds.
        reference: Label, grade or number; NaN where there is none.
        prediction: Label, grade or number; NaN where none is given.
        probabilities: One a class, in the task's order; there even when abstained.
        abstained: True where the model declined.
        bundle: SHA-256 of the bundle that made it, or empty.
        covariates: Such as sex or scanner.
    """

    patient: str
    study: str
    series: str
    unit: str
    task: str
    fold: int
    reference: float
    prediction: float
    probabilities: tuple[float, ...] = ()
    abstained: bool = False
    bundle: str = ""
    covariates: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Predictions:
    """Columns of equal length; see ``PredictionRow`` for what each holds.

    Attributes:
        probabilities: (row, class), NaN beyond the classes of the row's task.
        covariates: Name to one text a row.
    """

    patient: TextArray
    study: TextArray
    series: TextArray
    unit: TextArray
    task: TextArray
    fold: IntArray
    reference: FloatArray
    prediction: FloatArray
    probabilities: FloatArray
    abstained: BoolArray
    bundle: TextArray
    covariates: Mapping[str, TextArray] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _check_lengths(self)
        _check_numbers(self)
        _check_probabilities(self)
        _check_keys(self)

    def __len__(self) -> int:
        return len(self.patient)

    @property
    def tasks(self) -> tuple[str, ...]:
        """Names of the tasks in the table, sorted."""
        return tuple(sorted({str(task) for task in self.task}))

    def of_task(self, task: str) -> Predictions:
        """Gives the rows of one task."""
        return self.where(self.task == task)

    def where(self, rows: ArrayLike) -> Predictions:
        """Gives the rows that are true."""
        return self.at(np.flatnonzero(np.asarray(rows, dtype=bool)))

    def at(self, positions: NDArray[np.integer]) -> Predictions:
        """Gives the rows at these positions, in this order."""
        chosen = np.asarray(positions)
        columns = {
            column.name: getattr(self, column.name)[chosen]
            for column in fields(self)
            if column.name != "covariates"
        }
        covariates = {name: column[chosen] for name, column in self.covariates.items()}
        return replace(self, **columns, covariates=covariates)

    def rows(self) -> Iterator[PredictionRow]:
        """Gives one row after another, NaN probabilities left out at the end."""
        for at in range(len(self)):
            stated = self.probabilities[at]
            yield PredictionRow(
                patient=str(self.patient[at]),
                study=str(self.study[at]),
                series=str(self.series[at]),
                unit=str(self.unit[at]),
                task=str(self.task[at]),
                fold=int(self.fold[at]),
                reference=float(self.reference[at]),
                prediction=float(self.prediction[at]),
                probabilities=tuple(float(p) for p in stated[~np.isnan(stated)]),
                abstained=bool(self.abstained[at]),
                bundle=str(self.bundle[at]),
                covariates={name: str(column[at]) for name, column in self.covariates.items()},
            )


def predictions_from_rows(rows: Sequence[PredictionRow]) -> Predictions:
    """Gives the table of these rows, in their order; a covariate that a row lacks is empty.

    Raises:
        InputError: A probability is outside 0 to 1, or two rows judge the same thing.
    """
    classes = max((len(row.probabilities) for row in rows), default=0)
    probabilities = np.full((len(rows), classes), np.nan)
    for at, row in enumerate(rows):
        probabilities[at, : len(row.probabilities)] = row.probabilities
    names = sorted({name for row in rows for name in row.covariates})
    return Predictions(
        patient=_text([row.patient for row in rows]),
        study=_text([row.study for row in rows]),
        series=_text([row.series for row in rows]),
        unit=_text([row.unit for row in rows]),
        task=_text([row.task for row in rows]),
        fold=np.array([row.fold for row in rows], dtype=np.int64),
        reference=np.array([row.reference for row in rows], dtype=np.float64),
        prediction=np.array([row.prediction for row in rows], dtype=np.float64),
        probabilities=probabilities,
        abstained=np.array([row.abstained for row in rows], dtype=bool),
        bundle=_text([row.bundle for row in rows]),
        covariates={name: _text([row.covariates.get(name, "") for row in rows]) for name in names},
    )


def _text(values: list[str]) -> TextArray:
    return np.array(values, dtype=np.str_)


def _check_lengths(table: Predictions) -> None:
    columns = {c.name: getattr(table, c.name) for c in fields(table) if c.name != "covariates"}
    columns.update({f"covariate {name}": values for name, values in table.covariates.items()})
    lengths = {name: len(values) for name, values in columns.items()}
    if len(set(lengths.values())) > 1:
        raise InputError(
            "A predictions table cannot be made.",
            found=", ".join(f"{name} {length}" for name, length in lengths.items()),
            needed="columns of one length",
            mend="give every column one value a row.",
        )


def _check_numbers(table: Predictions) -> None:
    for name in ("reference", "prediction"):
        infinite = np.flatnonzero(np.isinf(getattr(table, name)))
        if len(infinite):
            raise InputError(
                "A predictions table cannot be made.",
                found=f"an infinite {name} in row {int(infinite[0])}",
                needed="a number, or NaN where there is none",
                mend="correct the row.",
            )


def _check_probabilities(table: Predictions) -> None:
    stated = table.probabilities
    wrong = (stated < 0.0) | (stated > 1.0)
    if stated.ndim != 2 or wrong.any():
        row = "" if stated.ndim != 2 else f"; first in row {int(np.argwhere(wrong)[0][0])}"
        raise InputError(
            "A predictions table cannot be made.",
            found=f"probabilities of shape {stated.shape}, {int(wrong.sum())} out of range{row}",
            needed="(row, class), each from 0 to 1 or NaN",
            mend="give softmax or logistic outputs, not logits.",
        )


def _check_keys(table: Predictions) -> None:
    seen: dict[tuple[str, ...], int] = {}
    keys = zip(table.study, table.series, table.unit, table.task, table.fold, strict=True)
    for at, key in enumerate(keys):
        text = tuple(str(part) for part in key)
        if text in seen:
            raise InputError(
                "A predictions table cannot be made.",
                found=f"rows {seen[text]} and {at} judge the same study, series, unit and task",
                needed="one row for each, a fold",
                mend="remove the duplicate.",
            )
        seen[text] = at
