"""The chain of discs on drawn spines, whose truth is known."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from condyle.interpretation import find_chain
from condyle.interpretation.chain import MAX_CANDIDATES, MIN_DISCS

DISC, VERTEBRA, CANAL = 1, 2, 3
Draw = Callable[..., Any]


def chain_of(drawing: Any) -> Any:
    return find_chain(drawing.probabilities, drawing.inside)


def numbers_of(drawing: Any, chain: Any) -> list[int | None]:
    """Which drawn disc each disc of the chain is, by its centre; ``None`` for none."""
    found: list[int | None] = []
    for disc in chain.discs:
        near = [
            number
            for number in range(-1, drawing.spine.count)
            if np.hypot(*np.subtract(drawing.spine.centre(number), disc.centre)) < 6
        ]
        found.append(near[0] if near else None)
    return found


@settings(max_examples=25)
@given(
    count=st.integers(3, 7),
    length=st.floats(28, 44),
    bow=st.floats(-14, 14),
    column=st.floats(80, 130),
)
def test_each_drawn_disc_is_found_from_caudal_to_cranial(
    drawn: Draw, count: int, length: float, bow: float, column: float
) -> None:
    drawing = drawn(count=count, length=length, bow=bow, column=column, step=length * 0.8)
    chain = chain_of(drawing)
    assert numbers_of(drawing, chain) == list(range(count))
    rows = [disc.centre[0] for disc in chain.discs]
    assert rows == sorted(rows, reverse=True)
    assert chain.gaps == ()
    assert chain.dropped == 0
    assert chain.length == pytest.approx(length, rel=0.12)


@settings(max_examples=15)
@given(bow=st.floats(-14, 14), number=st.integers(0, 5))
def test_a_discs_axis_follows_the_drawn_tilt(drawn: Draw, bow: float, number: int) -> None:
    drawing = drawn(bow=bow)
    disc = chain_of(drawing).discs[number]
    assert abs(float(np.dot(disc.axis, drawing.spine.axis(number)))) > np.cos(np.deg2rad(4))
    assert disc.axis[1] > 0, "from anterior to posterior"
    assert disc.normal[0] > 0, "the normal points caudally"


@pytest.mark.parametrize("broken", [(0,), (2,), (5,), (1, 3), (0, 5)])
def test_the_pieces_of_a_broken_disc_count_once(drawn: Draw, broken: tuple[int, ...]) -> None:
    drawing = drawn(broken=broken)
    chain = chain_of(drawing)
    assert numbers_of(drawing, chain) == list(range(6))
    for number in broken:
        assert chain.discs[number].length == pytest.approx(36, rel=0.15)


def test_s1_s2_is_no_disc_and_the_sacrum_is_still_in_view(drawn: Draw) -> None:
    drawing = drawn(sacral=True, bottom=190.0)
    chain = chain_of(drawing)
    assert numbers_of(drawing, chain) == list(range(6))
    assert chain.sacrum_in_view


def test_s1_s2_is_dropped_even_where_s2_is_labelled_as_a_vertebra(drawn: Draw) -> None:
    drawing = drawn(sacral=True, bottom=190.0)
    values = drawing.probabilities.copy()
    values[:, 228:246, 94:126] = np.array([0.05, 0.02, 0.9, 0.03], dtype=np.float32)[:, None, None]
    chain = find_chain(values, drawing.inside)
    assert numbers_of(drawing, chain) == list(range(6))
    assert chain.dropped == 1
    assert chain.sacrum_in_view


def test_three_discs_are_kept_whatever_lies_between_them(drawn: Draw) -> None:
    """With so few, dropping one would leave no chain at all."""
    drawing = drawn(count=3, bottom=170.0)
    values = drawing.probabilities.copy()
    gap = slice(round(drawing.spine.centre(0.5)[0]) - 7, round(drawing.spine.centre(0.5)[0]) + 7)
    values[:, gap, 90:130] = np.array([0.9, 0.03, 0.04, 0.03], dtype=np.float32)[:, None, None]
    values[:, 177:194, 94:126] = np.array([0.05, 0.02, 0.9, 0.03], dtype=np.float32)[:, None, None]
    assert len(find_chain(values, drawing.inside).discs) == 3


def test_with_nothing_below_the_last_disc_it_is_taken_for_l5_s1(drawn: Draw) -> None:
    assert chain_of(drawn()).sacrum_in_view


def test_a_body_below_the_last_disc_means_that_the_sacrum_is_out_of_view(drawn: Draw) -> None:
    drawing = drawn(below=True, bottom=190.0)
    chain = chain_of(drawing)
    assert numbers_of(drawing, chain) == list(range(6))
    assert not chain.sacrum_in_view


def test_an_image_that_ends_at_the_last_disc_does_not_show_the_sacrum(drawn: Draw) -> None:
    drawing = drawn(bottom=246.0)
    assert not chain_of(drawing).sacrum_in_view


def test_padding_below_the_last_disc_does_not_show_the_sacrum(drawn: Draw) -> None:
    drawing = drawn()
    inside = drawing.inside.copy()
    inside[212:] = False
    assert not find_chain(drawing.probabilities, inside).sacrum_in_view


@pytest.mark.parametrize("missing", [1, 2, 3, 4])
def test_a_missing_disc_is_told_as_a_gap(drawn: Draw, missing: int) -> None:
    drawing = drawn(missing=(missing,))
    chain = chain_of(drawing)
    assert numbers_of(drawing, chain) == [n for n in range(6) if n != missing]
    assert chain.gaps == (missing - 1,)


@pytest.mark.parametrize("faint", [1, 2, 3, 4])
def test_a_faint_disc_fills_the_gap_that_it_left(drawn: Draw, faint: int) -> None:
    drawing = drawn(faint=(faint,))
    labelled = drawing.probabilities.argmax(axis=0) == DISC
    assert labelled.sum() < 0.9 * (drawn().labels == DISC).sum(), "not labelled, only likely"
    chain = chain_of(drawing)
    assert numbers_of(drawing, chain) == list(range(6))
    assert chain.gaps == ()


def test_a_disc_imagined_in_the_padding_is_ignored(drawn: Draw) -> None:
    drawing = drawn()
    values = drawing.probabilities.copy()
    values[:, 232:241, 90:126] = np.array([0.05, 0.9, 0.03, 0.02], dtype=np.float32)[:, None, None]
    inside = drawing.inside.copy()
    inside[225:] = False
    chain = find_chain(values, inside)
    assert numbers_of(drawing, chain) == list(range(6))
    assert chain.dropped == 0


def test_a_blob_far_from_the_spine_is_no_disc(drawn: Draw) -> None:
    drawing = drawn()
    values = drawing.probabilities.copy()
    for row in (40, 120):
        spot = (slice(None), slice(row, row + 9), slice(205, 240))
        values[spot] = np.array([0.05, 0.9, 0.03, 0.02], dtype=np.float32)[:, None, None]
    assert numbers_of(drawing, find_chain(values, drawing.inside)) == list(range(6))


def test_a_square_blob_in_the_column_is_no_disc(drawn: Draw) -> None:
    drawing = drawn()
    values = drawing.probabilities.copy()
    row, column = (round(value) for value in drawing.spine.centre(2.5))
    values[:, row - 8 : row + 8, column - 8 : column + 8] = np.array(
        [0.05, 0.9, 0.03, 0.02], dtype=np.float32
    )[:, None, None]
    chain = find_chain(values, drawing.inside)
    assert [n for n in numbers_of(drawing, chain) if n is not None] == list(range(6))
    assert len(chain.discs) == 6


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1))
def test_specks_change_nothing(drawn: Draw, seed: int) -> None:
    drawing = drawn()
    rng = np.random.default_rng(seed)
    values = drawing.probabilities.copy()
    for row, column in rng.integers(0, 253, (25, 2)):
        values[:, row : row + 2, column : column + 2] = np.array(
            [0.05, 0.9, 0.03, 0.02], dtype=np.float32
        )[:, None, None]
    chain = find_chain(values, drawing.inside)
    assert numbers_of(drawing, chain) == list(range(6))


@pytest.mark.parametrize("count", [0, 1, 2])
def test_under_three_discs_there_is_no_chain(drawn: Draw, count: int) -> None:
    chain = chain_of(drawn(count=count))
    assert MIN_DISCS == 3
    assert chain.discs == ()
    assert not chain.sacrum_in_view
    assert chain.gaps == ()


def test_discs_without_vertebrae_are_no_lumbar_spine(drawn: Draw) -> None:
    drawing = drawn()
    values = drawing.probabilities.copy()
    values[VERTEBRA] = 0.0
    values[0] += 0.01
    assert find_chain(values, drawing.inside).discs == ()


def test_the_share_of_discs_before_a_canal_tells_the_midline(drawn: Draw) -> None:
    assert chain_of(drawn()).canal_share == 1.0
    assert chain_of(drawn(canal=False)).canal_share == 0.0


def test_half_a_canal_gives_about_half_the_share(drawn: Draw) -> None:
    drawing = drawn()
    values = drawing.probabilities.copy()
    upper = (slice(None), slice(0, 122))
    canal = values[upper].argmax(axis=0) == CANAL
    values[upper][:, canal] = np.array([0.9, 0.03, 0.04, 0.03], dtype=np.float32)[:, None]
    assert find_chain(values, drawing.inside).canal_share == pytest.approx(0.5, abs=0.1)


@settings(max_examples=15)
@given(st.integers(-30, 30), st.integers(-12, 12))
def test_moving_the_image_moves_the_discs_with_it(drawn: Draw, across: int, down: int) -> None:
    drawing = drawn(bottom=195.0)
    moved = np.roll(drawing.probabilities, (down, across), axis=(1, 2))
    here, there = chain_of(drawing), find_chain(moved, drawing.inside)
    assert len(here.discs) == len(there.discs)
    for first, second in zip(here.discs, there.discs, strict=True):
        assert np.allclose(np.add(first.centre, (down, across)), second.centre)


@pytest.mark.parametrize("share", [0.05, 0.3, 0.6])
def test_noise_costs_no_time_and_gives_no_error(share: float) -> None:
    rng = np.random.default_rng(1)
    values = rng.random((4, 256, 256)).astype(np.float32)
    values[DISC] += share
    coarse = np.kron(rng.random((4, 32, 32)), np.ones((1, 8, 8))).astype(np.float32)
    inside = np.ones((256, 256), dtype=bool)
    started = time.process_time()
    for noise in (values, coarse):
        assert len(find_chain(noise, inside).discs) <= MAX_CANDIDATES
    assert time.process_time() - started < 10


@pytest.mark.parametrize("label", range(4))
def test_a_slice_of_one_label_has_no_chain(label: int) -> None:
    values = np.zeros((4, 64, 64), dtype=np.float32)
    values[label] = 1.0
    assert find_chain(values, np.ones((64, 64), dtype=bool)).discs == ()
