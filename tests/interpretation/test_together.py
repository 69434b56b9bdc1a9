"""Contrasts of one patient laid on each other, and numbered by one chain."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from condyle.interpretation import SliceAnatomy, interpret_slice
from condyle.interpretation.alignment import align
from condyle.interpretation.lowest_disc import LowestRule
from condyle.interpretation.together import LEAST_LIKENESS, read_together
from condyle.preprocessing import Placement

DISC = 1
Draw = Callable[..., Any]


def read(drawing: Any, placement: Placement | None = None) -> SliceAnatomy:
    return interpret_slice(drawing.probabilities, drawing.image, placement or drawing.placement)


def erased(drawing: Any, number: int, *, left: float = 0.0) -> SliceAnatomy:
    """A drawing in which a disc was taken for the vertebra about it, but for a little."""
    values = drawing.probabilities.copy()
    disc = drawing.labels == DISC
    rows = np.indices(disc.shape)[0]
    here = disc & (np.abs(rows - drawing.spine.centre(number)[0]) < drawing.spine.step / 2)
    values[:, here] = np.array([0.02, left, 0.96 - left, 0.02], dtype=np.float32)[:, None]
    return interpret_slice(values, drawing.image, drawing.placement)


def numbers(drawing: Any, anatomy: SliceAnatomy) -> list[int]:
    places = [drawing.spine.centre(number) for number in range(drawing.spine.count)]
    return [int(anatomy.disc_index[round(row), round(column)]) for row, column in places]


@settings(max_examples=8)
@given(down=st.integers(-12, 12), across=st.integers(-12, 12), bow=st.floats(-12, 12))
def test_a_slice_is_found_again_where_it_was_moved_to(
    drawn: Draw, down: int, across: int, bow: float
) -> None:
    here = drawn(bow=bow, bottom=195.0)
    there = drawn(bow=bow, bottom=195.0 + down, column=110.0 + across)
    places = (here.placement, there.placement)
    found = align(here.probabilities, there.probabilities, places)
    centres = np.array([here.spine.centre(n) for n in range(6)])
    moved = np.array([there.spine.centre(n) for n in range(6)])
    assert np.median(np.hypot(*(found.to_other(centres) - moved).T)) < 4
    assert found.likeness > LEAST_LIKENESS


def test_fields_of_view_of_other_size_lie_on_each_other(drawn: Draw) -> None:
    here, there = drawn(bow=10.0), drawn(bow=11.0, length=39.6, step=36.3, bottom=219.0)
    found = align(here.probabilities, there.probabilities, (here.placement, there.placement))
    assert found.scale == pytest.approx([1.1, 1.1], abs=0.05)
    again = found.carry(there.probabilities)
    same = (again.argmax(axis=0) == DISC) & (here.labels == DISC)
    assert same.sum() > 0.6 * (here.labels == DISC).sum()


def test_what_lies_beyond_the_border_is_filled() -> None:
    maps = np.ones((2, 16, 16), dtype=np.float32)
    place = Placement(source=(16, 16), prepared=(16, 16))
    found = align(np.stack([maps[0], maps[0]]), np.stack([maps[0], maps[0]]), (place, place))
    far = replace(found, scale=np.ones(2), offset=np.array([8.0, 0.0]))
    assert far.carry(maps[0], fill=0.5)[-1].tolist() == [0.5] * 16


@pytest.mark.parametrize("missed", [0, 2, 5])
def test_a_disc_that_one_contrast_misses_is_numbered_on_both(drawn: Draw, missed: int) -> None:
    drawing = drawn(bow=8.0)
    whole, holed = read(drawing), erased(drawing, missed, left=0.1)
    assert numbers(drawing, holed) != [1, 2, 3, 4, 5, 6]
    seen = read_together([holed, whole])
    for one in seen.slices:
        assert numbers(drawing, one) == [1, 2, 3, 4, 5, 6]
        assert np.array_equal(one.disc_index > 0, one.labelmap == DISC)
    assert seen.starts == ((2, 1) if missed == 0 else (1, 1))


def test_one_slice_alone_stays_as_it_was_read(drawn: Draw) -> None:
    alone = read(drawn())
    seen = read_together([alone])
    assert seen.first == 0 and seen.starts == (1,)
    assert np.array_equal(seen.slices[0].disc_index, alone.disc_index)


def test_a_slice_that_does_not_fit_is_left_alone(drawn: Draw) -> None:
    drawing = drawn()
    turned = drawing.probabilities[:, :, ::-1].transpose(0, 2, 1).copy()
    other = interpret_slice(turned, drawing.image.T, drawing.placement)
    seen = read_together([read(drawing), other])
    assert seen.starts == (1, None)
    assert seen.slices[1] is other
    assert numbers(drawing, seen.slices[0]) == [1, 2, 3, 4, 5, 6]


def test_slices_without_a_chain_are_left_alone(drawn: Draw) -> None:
    few = read(drawn(count=2))
    seen = read_together([few, few])
    assert seen.starts == (None, None)
    assert seen.slices == (few, few)


def test_a_slice_that_ends_above_the_last_disc_keeps_its_own_numbers(drawn: Draw) -> None:
    drawing = drawn()
    inside = np.ones_like(drawing.inside)
    inside[190:] = False
    cut = replace(erased(drawing, 0), inside=inside)
    seen = read_together([read(drawing), cut])
    assert seen.starts == (1, None)
    assert seen.slices[1].chain is cut.chain


def test_the_rule_decides_what_is_taken_for_s1_s2(drawn: Draw) -> None:
    drawing = drawn()
    never = LowestRule(length=0.0, certainty=0.0, turn=0.0, constant=-9.0)
    assert len(read_together([read(drawing)], rule=never).chain.discs) == 3
    assert len(read_together([read(drawing)]).chain.discs) == 6
