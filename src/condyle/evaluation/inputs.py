"""Arrays as the metrics take them: checked once, with an error that says what is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from condyle.errors import InputError

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]


def same_length(**arrays: ArrayLike) -> int:
    """Gives the number of rows that all arrays share.

    Raises:
        InputError: The arrays have different numbers of rows, or none.
    """
    lengths = {name: len(np.asarray(array)) for name, array in arrays.items()}
    if len(set(lengths.values())) != 1:
        raise InputError(
            "The columns of an evaluation do not have the same number of rows.",
            found=", ".join(f"{name} {length}" for name, length in lengths.items()),
            needed="one row a case in every column",
            mend="give the columns of one table.",
        )
    rows = next(iter(lengths.values()))
    if rows == 0:
        raise InputError(
            "There is nothing to evaluate.",
            found="0 rows",
            needed="at least one row",
            mend="check the filter or the task name that chose the rows.",
        )
    return rows


def as_binary(values: ArrayLike, name: str = "reference") -> BoolArray:
    """Gives labels 0 and 1 as booleans.

    Raises:
        InputError: A label is neither 0 nor 1.
    """
    array = np.asarray(values)
    if array.dtype == np.bool_:
        return np.asarray(array, dtype=np.bool_)
    numbers = _as_numbers(array, name)
    wrong = ~np.isin(numbers, (0.0, 1.0))
    if wrong.any():
        _refuse_row(name, numbers, wrong, "0 or 1")
    return np.asarray(numbers == 1.0)


def as_grades(values: ArrayLike, grades: Sequence[int], name: str = "reference") -> IntArray:
    """Gives the position of each grade in ``grades``.

    Raises:
        InputError: A grade is not one of ``grades``.
    """
    numbers = _as_numbers(np.asarray(values), name)
    known = np.asarray(grades, dtype=np.float64)
    wrong = ~np.isin(numbers, known)
    if wrong.any():
        _refuse_row(name, numbers, wrong, "one of " + ", ".join(str(grade) for grade in grades))
    order = np.argsort(known)
    return np.asarray(order[np.searchsorted(known[order], numbers)], dtype=np.int64)


def as_scores(values: ArrayLike, name: str = "scores") -> FloatArray:
    """Gives scores as floats; infinite ones are allowed, NaN is not.

    Raises:
        InputError: A score is NaN or not a number.
    """
    numbers = _as_numbers(np.asarray(values), name)
    wrong = np.isnan(numbers)
    if wrong.any():
        _refuse_row(name, numbers, wrong, "a number")
    return numbers


def as_probabilities(values: ArrayLike, name: str = "probabilities") -> FloatArray:
    """Gives probabilities as floats.

    Raises:
        InputError: A value is NaN or outside 0 to 1.
    """
    numbers = _as_numbers(np.asarray(values), name)
    wrong = ~((numbers >= 0.0) & (numbers <= 1.0))
    if wrong.any():
        _refuse_row(name, numbers, wrong, "a probability from 0 to 1")
    return numbers


def as_mask(values: ArrayLike, name: str) -> BoolArray:
    """Gives a mask: non-zero is in it.

    Raises:
        InputError: A voxel is NaN.
    """
    array = np.asarray(values)
    if array.dtype.kind in "fc" and np.isnan(array).any():
        raise InputError(
            f"The {name} mask cannot be evaluated.",
            found=f"{int(np.isnan(array).sum())} voxels that are NaN",
            needed="a number in every voxel, 0 outside the mask",
            mend="set the voxels that are not judged to 0 in both masks.",
        )
    return np.asarray(array != 0)


def _as_numbers(array: NDArray[Any], name: str) -> FloatArray:
    try:
        return array.astype(np.float64)
    except (TypeError, ValueError):
        raise InputError(
            f"The column '{name}' cannot be evaluated.",
            found=f"values of type {array.dtype}",
            needed="numbers",
            mend="code the values as numbers first.",
        ) from None


def _refuse_row(name: str, numbers: FloatArray, wrong: BoolArray, needed: str) -> None:
    rows = np.argwhere(wrong)
    first = rows[0]
    value = numbers[tuple(first)]
    raise InputError(
        f"The column '{name}' cannot be evaluated.",
        found=f"{value:g} in row {int(first[0])}, and {len(rows)} such in all",
        needed=needed,
        mend="correct or leave out these rows.",
    )
