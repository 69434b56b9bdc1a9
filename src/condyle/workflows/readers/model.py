"""What a model said of the cases of a reader study, from its predictions table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from condyle.domain.reader_study import ListedCase
from condyle.errors import InputError, UnknownName
from condyle.evaluation.inputs import BoolArray
from condyle.evaluation.predictions import PredictionRow
from condyle.evaluation.readers import ModelAlone, model_alone
from condyle.reporting.predictions import read_predictions


@dataclass(frozen=True)
class ModelTable:
    """Where the model's answers are, and which of them are calls.

    Attributes:
        path: The predictions table.
        task: Whose rows; may be empty where there is only one task.
        positive: Positions of the classes that count as the finding.
        threshold: A call is made at this probability of them or above.
        name: What the model is called in the report.
    """

    path: Path
    task: str = ""
    positive: tuple[int, ...] = (1,)
    threshold: float = 0.5
    name: str = "the model"


def read_model(table: ModelTable, cases: Sequence[ListedCase], reference: BoolArray) -> ModelAlone:
    """Gives the model's calls and scores in the order of the cases.

    A row belongs to a case whose name is its study and, where the case has one, whose unit
    is its unit. Without probabilities the call stands for the score as well.

    Raises:
        UnknownName: There is no such task.
        InputError: A case has no row or several, or a class that is not there is named.
    """
    found = read_predictions(table.path)
    task = table.task or (found.tasks[0] if len(found.tasks) == 1 else "")
    if task not in found.tasks:
        raise UnknownName("task in the predictions table", task, found.tasks)
    rows: dict[tuple[str, str], list[PredictionRow]] = {}
    for row in found.of_task(task).rows():
        rows.setdefault((row.study, row.unit), []).append(row)
        rows.setdefault((row.study, ""), []).append(row)
    answers = [_of_case(rows.get((case.case, case.unit), []), case, table) for case in cases]
    scores = np.array([_score(row, table) for row in answers])
    declined = np.array([row.abstained for row in answers])
    return model_alone(
        table.name,
        reference,
        answers=(np.asarray(scores >= table.threshold), scores),
        declined=declined,
    )


def _of_case(rows: Sequence[PredictionRow], case: ListedCase, table: ModelTable) -> PredictionRow:
    if len(rows) != 1:
        raise InputError(
            "The model cannot be held against the readers.",
            found=f"{len(rows)} rows of {table.path.name} for case {case.code}",
            needed="one row a case: the case is the table's study, and a column 'unit' in the "
            "list of cases its unit",
            mend="evaluate the model on the same cases, or list their units.",
        )
    return rows[0]


def _score(row: PredictionRow, table: ModelTable) -> float:
    if not row.probabilities:
        if np.isnan(row.prediction) and not row.abstained:
            raise _no_answer(table, "a row with neither prediction nor probability")
        return float(row.prediction in table.positive)
    if max(table.positive) >= len(row.probabilities) or min(table.positive) < 0:
        raise _no_answer(
            table, f"classes 0 to {len(row.probabilities) - 1}, and {max(table.positive)} named"
        )
    return float(sum(row.probabilities[at] for at in table.positive))


def _no_answer(table: ModelTable, found: str) -> InputError:
    return InputError(
        "The model cannot be held against the readers.",
        found=f"{found} in {table.path.name}",
        needed="a probability a class, or a prediction, in every row",
        mend="name the classes that count as the finding with --positive.",
    )
