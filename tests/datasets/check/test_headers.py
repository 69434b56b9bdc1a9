"""What is known of a series without looking at what it shows."""

from __future__ import annotations

import math

import numpy as np
import pytest

from condyle.datasets.check.headers import Header, header_of, joined
from condyle.domain.case import Case, Reference
from condyle.domain.study import Attribute, Series, Study
from condyle.domain.volume import Volume


def series(**given: object) -> Series:
    return Series(stem="s", load=lambda: Volume(np.zeros((1, 2, 2), np.float32)), **given)


def case(**covariates: str) -> Case:
    return Case("c", "p", Study(None, ()), Reference(), covariates)


def test_a_header_holds_size_spacing_range_format_and_sequence() -> None:
    pixels = np.zeros((20, 256, 128), np.float32)
    pixels[0, 0, 0] = 4095
    found = header_of(
        case(),
        series(weighting=Attribute("t1"), plane=Attribute("axial"), spacing=(3.0, 0.5, 0.4)),
        pixels=pixels,
        file_format="png",
    )
    assert found.numbers["matrix size"] == (8, 7, 1)
    assert found.numbers["number of slices"] == (pytest.approx(math.log2(20)),)
    assert found.numbers["spacing"] == (3.0, 0.5, 0.4)
    assert found.numbers["intensity range"] == (12, 0, 1)
    assert found.words == {
        "matrix size": {"256 x 128"},
        "spacing": {"known"},
        "file format": {"png"},
        "intensity range": {"up to 12 bits"},
        "sequence": {"t1"},
        "plane": {"axial"},
    }


def test_what_is_not_known_is_said_to_be_unknown() -> None:
    found = header_of(case(), series(kind="nifti"), pixels=np.full((1, 4, 4), 0.5, np.float32))
    assert all(math.isnan(value) for value in found.numbers["spacing"])
    assert found.words["spacing"] == {"unknown"}
    assert found.words["file format"] == {"nifti"}
    assert found.words["sequence"] == found.words["plane"] == {"unknown"}
    assert found.words["intensity range"] == {"fractions"}


@pytest.mark.parametrize(
    ("high", "bits"), [(1, 1), (255, 8), (256, 12), (4095, 12), (65535, 16), (70000, 32)]
)
def test_whole_numbers_tell_the_bits_that_they_were_stored_in(high: int, bits: int) -> None:
    pixels = np.full((1, 4, 4), high, np.float32)
    words = header_of(case(), series(), pixels=pixels).words["intensity range"]
    assert words == {f"up to {bits} bits"}


def test_covariates_count_but_for_those_of_the_person() -> None:
    found = header_of(
        case(Manufacturer="GE", field="1.5", sex="F", Age="40"),
        series(),
        pixels=np.zeros((1, 4, 4), np.float32),
    )
    assert found.words["Manufacturer"] == {"GE"}
    assert found.numbers["field"] == (1.5,)
    assert "Manufacturer" not in found.numbers
    assert not {"sex", "Age"} & {*found.words, *found.numbers}


def test_a_case_has_the_mean_of_its_series_all_their_words_and_their_number() -> None:
    first = Header({"spacing": (1.0, math.nan)}, {"sequence": frozenset({"t1"})})
    second = Header({"spacing": (3.0, math.nan)}, {"sequence": frozenset({"t2"})})
    found = joined([first, second])
    assert found.numbers["spacing"][0] == 2
    assert math.isnan(found.numbers["spacing"][1])
    assert found.numbers["number of series"] == (2,)
    assert found.words == {"sequence": {"t1", "t2"}}
    assert joined([]).numbers == {"number of series": (0,)}


@pytest.mark.parametrize("low", [-1024.0, 0.0, 0.25])
def test_a_range_that_begins_elsewhere_is_told_apart(low: float) -> None:
    """As of Hounsfield units, of what a scanner stores, and of what was normalised."""
    pixels = np.linspace(low, low + 1, 16, dtype=np.float32).reshape(1, 4, 4)
    size, start, whole = header_of(case(), series(), pixels=pixels).numbers["intensity range"]
    assert size == pytest.approx(1)
    assert start == pytest.approx(math.asinh(low))
    assert whole == 0


def test_a_number_among_covariates_that_is_no_number_is_a_word_alone() -> None:
    for value in ("nan", "inf", "3 T", ""):
        found = header_of(case(field=value), series(), pixels=np.zeros((1, 4, 4), np.float32))
        assert "field" not in found.numbers
        assert found.words["field"] == {value}
