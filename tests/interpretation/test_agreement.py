"""Whether two contrasts of one patient count their discs alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from condyle.interpretation import SliceAnatomy, interpret_slice
from condyle.interpretation.agreement import chain_shift
from condyle.preprocessing import Placement

Draw = Callable[..., Any]


def read(drawing: Any, placement: Placement | None = None) -> SliceAnatomy:
    return interpret_slice(drawing.probabilities, drawing.image, placement or drawing.placement)


def without(anatomy: SliceAnatomy, *, caudal: int = 0, cranial: int = 0) -> SliceAnatomy:
    """The same slice where discs at the ends were not found."""
    discs = anatomy.chain.discs
    kept = discs[caudal : len(discs) - cranial]
    return replace(anatomy, chain=replace(anatomy.chain, discs=kept))


@settings(max_examples=15)
@given(count=st.integers(3, 7), bow=st.floats(-12, 12))
def test_a_slice_agrees_with_itself(drawn: Draw, count: int, bow: float) -> None:
    anatomy = read(drawn(count=count, bow=bow, step=28.0))
    assert chain_shift(anatomy, anatomy) == 0


@pytest.mark.parametrize("lost", [1, 2])
@pytest.mark.parametrize("bow", [-10.0, 0.0, 10.0])
def test_discs_lost_at_the_caudal_end_are_the_shift(drawn: Draw, lost: int, bow: float) -> None:
    full = read(drawn(bow=bow))
    assert chain_shift(full, without(full, caudal=lost)) == lost
    assert chain_shift(without(full, caudal=lost), full) == -lost


@settings(max_examples=20)
@given(
    down=st.integers(-6, 6),
    across=st.integers(-6, 6),
    lost=st.integers(-2, 2),
)
def test_a_patient_who_moved_a_little_changes_nothing(
    drawn: Draw, down: int, across: int, lost: int
) -> None:
    first = read(drawn(bottom=200.0))
    second = read(drawn(bottom=200.0 + down, column=110.0 + across))
    shift = chain_shift(without(first, caudal=max(0, -lost)), without(second, caudal=max(0, lost)))
    assert shift == lost


@pytest.mark.parametrize("cranial", [1, 2, 3])
def test_discs_lost_at_the_cranial_end_are_no_shift(drawn: Draw, cranial: int) -> None:
    full = read(drawn())
    assert chain_shift(full, without(full, cranial=cranial)) == 0
    assert chain_shift(without(full, cranial=cranial), full) == 0


@settings(max_examples=15)
@given(
    first=st.tuples(st.integers(0, 2), st.integers(0, 1)),
    second=st.tuples(st.integers(0, 2), st.integers(0, 1)),
)
def test_the_shift_of_the_other_way_round_is_its_negative(
    drawn: Draw, first: tuple[int, int], second: tuple[int, int]
) -> None:
    full = read(drawn(count=7, step=28.0))
    here = without(full, caudal=first[0], cranial=first[1])
    there = without(full, caudal=second[0], cranial=second[1])
    assert chain_shift(here, there) == second[0] - first[0]
    assert chain_shift(there, here) == -chain_shift(here, there)


@pytest.mark.parametrize("size", [128, 320, 512])
def test_contrasts_of_different_matrix_are_compared_in_shares_of_the_image(
    drawn: Draw, size: int
) -> None:
    scale = (size / 256, size / 256)
    placement = Placement(source=(size, size), prepared=(256, 256), scale=scale)
    coarse, fine = read(drawn()), read(drawn(), placement)
    assert chain_shift(coarse, fine) == 0
    assert chain_shift(coarse, without(fine, caudal=1)) == 1


def test_fields_of_view_that_differ_give_no_shift(drawn: Draw) -> None:
    """Half a disc off, no shift explains clearly more than none."""
    here, there = read(drawn(bottom=205.0)), read(drawn(bottom=205.0 - 33 / 2))
    assert chain_shift(here, there) == 0


@pytest.mark.parametrize("count", [0, 2])
def test_under_three_discs_nothing_is_concluded(drawn: Draw, count: int) -> None:
    full, few = read(drawn()), without(read(drawn()), caudal=6 - count)
    assert chain_shift(full, few) == 0
    assert chain_shift(few, full) == 0


def test_more_than_two_lost_discs_are_not_guessed(drawn: Draw) -> None:
    full = read(drawn(count=7, step=28.0))
    assert chain_shift(full, without(full, caudal=3)) == 0
