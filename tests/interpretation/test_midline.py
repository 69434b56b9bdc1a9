"""Which slice of a drawn volume shows the midline."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from condyle.interpretation import (
    SliceAnatomy,
    disc_slices,
    interpret_slice,
    matching_disc,
    midsagittal_slice,
)
from condyle.interpretation.discs import labels_of
from condyle.interpretation.midline import LEAST_CANAL, canal_depth

CANAL = 3
Draw = Callable[..., Any]


def read(drawing: Any) -> SliceAnatomy:
    return interpret_slice(drawing.probabilities, drawing.image, drawing.placement)


def with_canal(anatomy: SliceAnatomy, widths: np.ndarray) -> SliceAnatomy:
    """The same slice with a canal of the given width in each row."""
    labelmap = np.where(anatomy.labelmap == CANAL, 0, anatomy.labelmap).astype(np.uint8)
    for row, width in enumerate(np.rint(widths).astype(int)):
        labelmap[row, 200 : 200 + max(0, width)] = CANAL
    return replace(anatomy, labelmap=labelmap)


def volume_of(anatomy: SliceAnatomy, midline: np.ndarray, count: int) -> list[SliceAnatomy]:
    """Slices 4 mm apart of a round canal, 16 mm wide, that lies on ``midline`` at each row."""
    made = []
    for position in range(count):
        off = (position - midline) * 4.0
        widths = 2 * np.sqrt(np.clip(8.0**2 - off**2, 0, None)) * 1.5
        made.append(with_canal(anatomy, widths))
    return made


def test_a_single_slice_is_its_own_midline(drawn: Draw) -> None:
    anatomy = read(drawn())
    assert midsagittal_slice([anatomy]) == 0
    assert disc_slices([anatomy], 0) == (0,) * 6


@settings(max_examples=15)
@given(count=st.integers(5, 17), share=st.floats(0.25, 0.75))
def test_the_midline_is_the_middle_of_a_straight_canal(
    drawn: Draw, count: int, share: float
) -> None:
    middle = share * (count - 1)
    slices = volume_of(read(drawn()), np.full(256, middle), count)
    assert abs(midsagittal_slice(slices) - middle) <= 1.0


def test_of_the_middle_slices_the_one_with_the_longest_chain_wins(drawn: Draw) -> None:
    slices = volume_of(read(drawn()), np.full(256, 4.0), 9)
    poor = volume_of(read(drawn(count=4)), np.full(256, 4.0), 9)
    slices[4] = poor[4]
    assert midsagittal_slice(slices) in (3, 5)


def test_a_slice_far_out_with_a_longer_chain_does_not_win(drawn: Draw) -> None:
    slices = volume_of(read(drawn(count=5)), np.full(256, 4.0), 9)
    slices[0] = volume_of(read(drawn(count=6)), np.full(256, 4.0), 9)[0]
    assert midsagittal_slice(slices) == 4


def test_without_any_canal_the_longest_chain_decides(drawn: Draw) -> None:
    chains = [read(drawn(count=count, canal=False)) for count in (3, 5, 6, 4)]
    assert midsagittal_slice(chains) == 2


def test_nothing_at_all_gives_a_slice_all_the_same(drawn: Draw) -> None:
    empty = read(drawn(count=0, canal=False))
    assert midsagittal_slice([empty, empty]) == 0
    assert disc_slices([empty, empty], 0) == ()


@settings(max_examples=10)
@given(middle=st.integers(3, 9))
def test_in_a_straight_spine_every_disc_has_the_same_midline(drawn: Draw, middle: int) -> None:
    slices = volume_of(read(drawn()), np.full(256, float(middle)), 13)
    assert disc_slices(slices, middle) == (middle,) * 6


@pytest.mark.parametrize("slope", [-1, 1])
def test_in_a_curved_spine_the_midline_wanders_with_the_canal(drawn: Draw, slope: int) -> None:
    """From three slices to one side at the top to three to the other at the bottom."""
    drawing = drawn()
    midline = 6.0 + slope * (np.arange(256) - 122) / 122 * 3.0
    slices = volume_of(read(drawing), midline, 13)
    found = disc_slices(slices, 6)
    for number in range(6):
        row = drawing.spine.centre(number)[0]
        wanted = float(np.clip(midline[round(row)], 4, 8))
        assert abs(found[number] - wanted) <= 1.0
    assert found[0] != found[-1]
    assert list(found) == sorted(found, reverse=slope > 0)


def test_a_disc_is_not_looked_for_more_than_two_slices_off(drawn: Draw) -> None:
    slices = volume_of(read(drawn()), np.full(256, 11.0), 13)
    assert disc_slices(slices, 5) == (7,) * 6


def test_where_the_wanted_slice_lacks_the_disc_the_nearest_that_has_it_is_taken(
    drawn: Draw,
) -> None:
    full, short = read(drawn()), read(drawn(count=5))
    slices = volume_of(full, np.full(256, 7.0), 13)
    slices[7] = volume_of(short, np.full(256, 7.0), 13)[7]
    found = disc_slices(slices, 6)
    assert found[:5] == (7,) * 5
    assert found[5] in (6, 8)


def test_where_no_slice_shows_a_canal_the_middle_slice_serves(drawn: Draw) -> None:
    anatomy = read(drawn(canal=False))
    assert disc_slices([anatomy] * 5, 3) == (3,) * 6


# ---- the same disc on another slice ---------------------------------------------------


@settings(max_examples=20)
@given(st.integers(-10, 10), st.integers(-10, 10), st.integers(0, 5))
def test_a_disc_is_matched_while_it_has_moved_less_than_a_third_of_its_length(
    drawn: Draw, down: int, across: int, number: int
) -> None:
    here = read(drawn(bottom=195.0))
    there = read(drawn(bottom=195.0 + down, column=110.0 + across))
    disc = here.chain.discs[number]
    found = matching_disc(there, disc, length=here.chain.length)
    near = [
        position
        for position, other in enumerate(there.chain.discs)
        if np.hypot(*np.subtract(other.centre, disc.centre)) < 0.35 * here.chain.length
    ]
    assert found == (near[0] if near else None)
    if np.hypot(down, across) < 9:
        assert found == number


def test_a_disc_that_the_other_slice_does_not_show_has_no_match(drawn: Draw) -> None:
    full, short = read(drawn()), read(drawn(count=5))
    assert matching_disc(short, full.chain.discs[5], length=full.chain.length) is None
    assert matching_disc(read(drawn(count=0)), full.chain.discs[0], length=36.0) is None


def depth_of(drawing: Any, labels: np.ndarray | None = None) -> float:
    seen = read(drawing)
    return canal_depth(seen.chain, labels_of(seen.probabilities) if labels is None else labels)


def test_the_canal_is_as_deep_as_it_was_drawn_in_lengths_of_a_disc(drawn: Draw) -> None:
    drawing = drawn()
    chain = read(drawing).chain
    labels = np.zeros(drawing.labels.shape, np.uint8)
    middle = round(float(np.mean([disc.centre[1] for disc in chain.discs])))
    for share in (0.0, 0.1, 0.3, 0.5):
        labels[:] = 0
        start = middle + round(0.4 * chain.length)
        labels[:, start : start + round(share * chain.length)] = CANAL
        assert canal_depth(chain, labels) == pytest.approx(share, abs=0.05)


def test_a_drawn_midline_shows_more_canal_than_is_asked_and_none_shows_none(drawn: Draw) -> None:
    assert depth_of(drawn()) > LEAST_CANAL
    assert depth_of(drawn(canal=False)) == 0.0


def test_a_canal_beyond_the_border_of_the_image_is_no_canal(drawn: Draw) -> None:
    drawing = drawn()
    chain = read(drawing).chain
    whole = np.full(drawing.labels.shape, CANAL, np.uint8)
    cut = whole[:, : round(chain.discs[0].centre[1] + 0.8 * chain.length)]
    assert canal_depth(chain, whole) == 1.0
    assert 0.2 < canal_depth(chain, cut) < 0.8


def test_one_disc_alone_has_a_depth(drawn: Draw) -> None:
    seen = read(drawn())
    alone = replace(seen.chain, discs=seen.chain.discs[:1])
    assert canal_depth(alone, labels_of(seen.probabilities)) > 0
