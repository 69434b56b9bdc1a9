"""Rows that two predictions tables share, side by side."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from condyle.errors import InputError
from condyle.evaluation.cohort import patients_learned_from
from condyle.evaluation.predictions import Predictions
from condyle.workflows.evaluation.rows import TaskRows, task_rows

Key = tuple[str, ...]
KEY = "patient, study, unit and task"


@dataclass(frozen=True, eq=False)
class PairedRows:
    """The same rows of one task in two tables, in one order.

    Attributes:
        a: Of the first table.
        b: Of the second.
        only_a: Rows with a reference that only the first table has.
        only_b: Rows with a reference that only the second table has.
    """

    a: TaskRows
    b: TaskRows
    only_a: int
    only_b: int


def paired_rows(a: Predictions, b: Predictions, task: str) -> PairedRows | None:
    """Gives the rows of a task that both tables have, or nothing where there is none.

    Rows are matched by patient, study, unit and task, and by series and fold as well where
    that is needed to tell them apart. A patient that either model learned from is left out
    of both.

    Raises:
        InputError: The kinds of the task or the references of the same row differ, or
            rows of one table cannot be told apart.
    """
    of_a, of_b = task_rows(a, task), task_rows(b, task)
    if of_a is None or of_b is None:
        return None
    if (of_a.kind, of_a.classes) != (of_b.kind, of_b.classes) and of_a.kind != "finding":
        raise _refusal(task, f"a {of_a.kind} in the one and a {of_b.kind} in the other")
    seen = np.union1d(patients_learned_from(a), patients_learned_from(b))
    of_a, of_b = of_a.without(seen), of_b.without(seen)
    keys_a, keys_b = _keys(of_a.table, of_b.table, task)
    at_b = {key: position for position, key in enumerate(keys_b)}
    shared = [(position, at_b[key]) for position, key in enumerate(keys_a) if key in at_b]
    if not shared:
        return None
    chosen_a = np.array([first for first, _ in shared], dtype=np.int64)
    chosen_b = np.array([second for _, second in shared], dtype=np.int64)
    left, right = of_a.at(chosen_a), of_b.at(chosen_b)
    differ = int((left.table.reference != right.table.reference).sum())
    if differ:
        raise _refusal(task, f"{differ} rows whose references differ between the tables")
    return PairedRows(left, right, len(keys_a) - len(shared), len(keys_b) - len(shared))


def _keys(a: Predictions, b: Predictions, task: str) -> tuple[list[Key], list[Key]]:
    for columns in (
        ("patient", "study", "unit"),
        ("patient", "study", "series", "unit"),
        ("patient", "study", "series", "unit", "fold"),
    ):
        keys = [
            [tuple(str(v) for v in row) for row in _columns(table, columns)] for table in (a, b)
        ]
        if all(len(set(of_table)) == len(of_table) for of_table in keys):
            return keys[0], keys[1]
    raise _refusal(task, "rows that cannot be told apart")


def _columns(table: Predictions, names: tuple[str, ...]) -> zip[tuple[object, ...]]:
    return zip(*(getattr(table, name) for name in names), strict=True)


def _refusal(task: str, found: str) -> InputError:
    return InputError(
        f"The task '{task}' of the two tables cannot be compared.",
        found=found,
        needed=f"one kind of answer and one reference for the same {KEY}",
        mend="evaluate both models against the same reference, or leave the task out of one.",
    )
