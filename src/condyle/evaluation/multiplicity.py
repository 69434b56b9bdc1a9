"""P values of several tests, adjusted for their number."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from condyle.evaluation.inputs import FloatArray, as_probabilities, same_length


def holm(p_values: ArrayLike) -> FloatArray:
    """Gives p values that keep the chance of any false one under the level.

    References:
        Holm, Scandinavian Journal of Statistics 1979, 6:65-70.
    """
    values = as_probabilities(p_values, "p_values")
    count = same_length(p_values=values)
    order = np.argsort(values, kind="stable")
    stepped = np.maximum.accumulate(values[order] * np.arange(count, 0, -1))
    return _in_place(np.minimum(stepped, 1.0), order)


def holm_of_tested(p_values: Sequence[float]) -> tuple[float, ...]:
    """Adjusts p values by Holm's method; NaN, where nothing was tested, stays and does not count.

    Raises:
        InputError: A value is outside 0 to 1.
    """
    values = np.asarray(p_values, dtype=np.float64).copy()
    tested = ~np.isnan(values)
    if tested.any():
        values[tested] = holm(values[tested])
    return tuple(float(value) for value in values)


def benjamini_hochberg(p_values: ArrayLike) -> FloatArray:
    """Gives p values that keep the expected share of false ones under the level.

    References:
        Benjamini and Hochberg, JRSS B 1995, doi 10.1111/j.2517-6161.1995.tb02031.x.
    """
    values = as_probabilities(p_values, "p_values")
    count = same_length(p_values=values)
    order = np.argsort(values, kind="stable")
    scaled = values[order] * count / np.arange(1, count + 1)
    stepped = np.minimum.accumulate(scaled[::-1])[::-1]
    return _in_place(np.minimum(stepped, 1.0), order)


def _in_place(
    sorted_values: FloatArray, order: np.ndarray[tuple[int], np.dtype[np.intp]]
) -> FloatArray:
    adjusted = np.empty_like(sorted_values)
    adjusted[order] = sorted_values
    return adjusted
