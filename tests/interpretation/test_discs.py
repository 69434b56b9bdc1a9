"""Candidate discs described by their principal axes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from condyle.interpretation.discs import Disc, describe_disc, find_discs, merge_fragments


def bar(
    length: float, thickness: float, degrees: float, centre: tuple[float, float] = (60.0, 60.0)
) -> NDArray[np.bool_]:
    """A turned rectangle in a 120 x 120 mask."""
    rows, columns = np.indices((120, 120))
    angle = np.deg2rad(degrees)
    axis = (np.sin(angle), np.cos(angle))
    along = (rows - centre[0]) * axis[0] + (columns - centre[1]) * axis[1]
    across = (rows - centre[0]) * axis[1] - (columns - centre[1]) * axis[0]
    return (np.abs(along) <= length / 2) & (np.abs(across) <= thickness / 2)


def disc_of(mask: NDArray[np.bool_]) -> Disc:
    return describe_disc(np.argwhere(mask))


@given(st.floats(30, 60), st.floats(6, 12), st.floats(-80, 80))
def test_length_thickness_and_axis_are_those_of_the_drawn_bar(
    length: float, thickness: float, degrees: float
) -> None:
    disc = disc_of(bar(length, thickness, degrees))
    angle = np.deg2rad(degrees)
    assert disc.length == pytest.approx(length, abs=2.0)
    assert disc.thickness == pytest.approx(thickness, abs=1.6)
    assert abs(np.dot(disc.axis, (np.sin(angle), np.cos(angle)))) > np.cos(np.deg2rad(3))
    assert disc.centre == pytest.approx((60, 60), abs=0.6)


@given(st.integers(1, 40), st.integers(1, 10))
def test_an_upright_rectangle_has_the_closed_form(columns: int, rows: int) -> None:
    """n pixels in a row span n exactly: (n squared - 1) / 12 of centres, 1 / 12 of a pixel."""
    mask = np.zeros((50, 50), dtype=bool)
    mask[5 : 5 + rows, 3 : 3 + columns] = True
    disc = disc_of(mask)
    assert disc.area == rows * columns
    assert disc.length == pytest.approx(max(rows, columns))
    assert disc.thickness == pytest.approx(min(rows, columns))
    assert disc.centre == pytest.approx((4.5 + rows / 2, 2.5 + columns / 2))


@given(st.floats(-85, 85))
def test_axis_and_normal_are_unit_vectors_at_right_angles(degrees: float) -> None:
    disc = disc_of(bar(40, 8, degrees))
    assert np.hypot(*disc.axis) == pytest.approx(1.0)
    assert np.hypot(*disc.normal) == pytest.approx(1.0)
    assert np.dot(disc.axis, disc.normal) == pytest.approx(0.0, abs=1e-9)
    assert disc.axis[1] >= 0
    assert disc.normal[0] >= 0


def test_one_pixel_can_be_described() -> None:
    disc = describe_disc(np.array([[7, 9]]))
    assert disc.centre == (7.0, 9.0)
    assert disc.length == pytest.approx(1.0)
    assert disc.area == 1


def test_pieces_that_touch_at_a_corner_are_one() -> None:
    mask = np.zeros((20, 20), dtype=bool)
    mask[2:6, 2:6] = mask[6:10, 6:10] = True
    assert [disc.area for disc in find_discs(mask, min_pixels=1)] == [32]


@pytest.mark.parametrize(("least", "found"), [(1, 3), (5, 2), (12, 2), (13, 1), (21, 0)])
def test_pieces_under_the_least_size_are_left_out(least: int, found: int) -> None:
    mask = np.zeros((20, 30), dtype=bool)
    mask[1:3, 1:3] = True  # 4 pixels
    mask[6:9, 6:10] = True  # 12
    mask[12:16, 20:25] = True  # 20
    assert len(find_discs(mask, min_pixels=least)) == found


def test_the_pixels_of_all_pieces_are_the_mask() -> None:
    mask = np.random.default_rng(4).random((40, 40)) < 0.3
    found = find_discs(mask, min_pixels=1)
    places = np.concatenate([disc.pixels for disc in found])
    again = np.zeros_like(mask)
    again[places[:, 0], places[:, 1]] = True
    assert np.array_equal(again, mask)
    assert len(places) == mask.sum(), "no pixel twice"


def test_an_empty_mask_has_no_disc() -> None:
    assert find_discs(np.zeros((8, 8), dtype=bool), min_pixels=1) == []
    assert merge_fragments([], length=30.0) == []


@given(st.floats(-40, 40), st.floats(2, 8), st.floats(0.3, 0.7))
def test_two_ends_of_one_disc_become_that_disc(degrees: float, gap: float, share: float) -> None:
    whole = bar(40, 8, degrees)
    angle = np.deg2rad(degrees)
    rows, columns = np.indices(whole.shape)
    along = (rows - 60) * np.sin(angle) + (columns - 60) * np.cos(angle)
    pieces = find_discs(whole & (np.abs(along - 40 * (share - 0.5)) > gap / 2), min_pixels=3)
    merged = merge_fragments(pieces, length=40.0)
    assert len(merged) == 1
    assert merged[0].area == sum(piece.area for piece in pieces)
    assert merged[0].length == pytest.approx(disc_of(whole).length, rel=0.12)


def test_neighbouring_discs_are_not_merged() -> None:
    pieces = [disc_of(bar(40, 8, 0, centre=(row, 60))) for row in (30, 60, 90)]
    assert len(merge_fragments(pieces, length=40.0)) == 3


def test_two_whole_discs_end_to_end_are_not_merged() -> None:
    pieces = [disc_of(bar(38, 8, 0, centre=(60, column))) for column in (35, 80)]
    assert len(merge_fragments(pieces, length=38.0)) == 2


def test_a_piece_of_the_disc_above_is_not_merged() -> None:
    whole = disc_of(bar(40, 8, 0, centre=(60, 60)))
    piece = disc_of(bar(15, 8, 0, centre=(40, 60)))
    assert len(merge_fragments([whole, piece], length=40.0)) == 2


def test_three_pieces_of_one_disc_become_one() -> None:
    pieces = [disc_of(bar(10, 8, 0, centre=(60, column))) for column in (45, 58, 71)]
    merged = merge_fragments(pieces, length=38.0)
    assert len(merged) == 1


def test_merging_leaves_the_list_that_it_was_given() -> None:
    pieces = [disc_of(bar(10, 8, 0, centre=(60, column))) for column in (45, 58)]
    merge_fragments(pieces, length=38.0)
    assert len(pieces) == 2
