"""What is known of a series without looking at what it shows."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from condyle.domain.case import Case
from condyle.domain.study import Series

PERSON = ("age", "age_years", "patient_age", "patientage", "sex", "gender", "patientsex")
"""Covariates of the person, in lower case, which may well tell a disease; not headers."""

_SAMPLED = 65_536  # pixels by which the kind of numbers is told


@dataclass(frozen=True)
class Header:
    """Numbers and words of a series or a case, by the header that they come from.

    Attributes:
        numbers: Such as ``{"matrix size": (256.0, 256.0, 1.0)}``; NaN where unknown.
        words: Such as ``{"file format": {"png"}}``.
    """

    numbers: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    words: Mapping[str, frozenset[str]] = field(default_factory=dict)


def header_of(
    case: Case, series: Series, *, pixels: NDArray[np.float32], file_format: str = ""
) -> Header:
    """Gives the header of a series.

    Args:
        case: Whose covariates count, but for those of the person.
        series: Of the case.
        pixels: (slice, row, column), of which only the range and kind of numbers count.
        file_format: Ending of its file without dot, or empty where it is not known.
    """
    slices, rows, columns = pixels.shape
    low, high = float(pixels.min()), float(pixels.max())
    some = pixels.ravel()[:: max(1, pixels.size // _SAMPLED)]
    whole = bool((some == np.rint(some)).all())
    spacing = series.spacing or (math.nan, math.nan, math.nan)
    numbers = {
        "matrix size": (math.log2(rows), math.log2(columns), math.log2(rows / columns)),
        "number of slices": (math.log2(slices),),
        "spacing": spacing,
        "intensity range": (math.log2(1 + max(high - low, 0)), math.asinh(low), float(whole)),
    }
    words: dict[str, set[str]] = {
        "matrix size": {f"{rows} x {columns}"},
        "spacing": {"known" if series.spacing else "unknown"},
        "file format": {file_format or series.kind},
        "intensity range": {f"up to {_bits(high)} bits" if whole else "fractions"},
        "sequence": {series.weighting.value or "unknown"},
        "plane": {series.plane.value or "unknown"},
    }
    for name, value in case.covariates.items():
        if name.lower() not in PERSON:
            words[name] = {value}
            number = _number(value)
            if not math.isnan(number):
                numbers[name] = (number,)
    return Header(numbers, {name: frozenset(held) for name, held in words.items()})


def joined(headers: Sequence[Header]) -> Header:
    """Gives the header of a case from those of its series: means, words of any, their number."""
    numbers: dict[str, tuple[float, ...]] = {}
    words: dict[str, frozenset[str]] = {}
    for name in sorted({name for header in headers for name in header.numbers}):
        rows = [header.numbers[name] for header in headers if name in header.numbers]
        known = [[v for v in column if not math.isnan(v)] for column in zip(*rows, strict=True)]
        numbers[name] = tuple(sum(v) / len(v) if v else math.nan for v in known)
    for name in sorted({name for header in headers for name in header.words}):
        words[name] = frozenset().union(*(header.words.get(name, ()) for header in headers))
    numbers["number of series"] = (float(len(headers)),)
    return Header(numbers, words)


def _bits(high: float) -> int:
    """Gives the bits that a stored number up to this needs: 8, 12 or 16, or more."""
    return next((bits for bits in (1, 8, 12, 16) if high < 2**bits), 32)


def _number(value: str) -> float:
    try:
        number = float(value)
    except ValueError:
        return math.nan
    return number if math.isfinite(number) else math.nan
