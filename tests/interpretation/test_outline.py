"""The outline of a mask, against what brute force says is its border."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import ndimage

from condyle.interpretation.outline import outline_of

Mask = NDArray[np.bool_]


@st.composite
def blobs(draw: st.DrawFn) -> Mask:
    """Random masks from specks to smooth blobs, some with holes and several pieces."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    shape = draw(st.tuples(st.integers(1, 24), st.integers(1, 24)))
    noise = rng.random(shape)
    width = draw(st.sampled_from([0.0, 1.0, 2.0]))
    smooth = ndimage.gaussian_filter(noise, width) if width else noise
    return smooth > np.quantile(smooth, draw(st.floats(0.1, 0.95)))


def largest_piece(mask: Mask) -> Mask:
    labels, count = ndimage.label(mask, structure=np.ones((3, 3)))
    sizes = [int((labels == number).sum()) for number in range(1, count + 1)]
    return labels == 1 + int(np.argmax(sizes))


def outer_border(piece: Mask) -> set[tuple[int, int]]:
    """Pixels of a piece that share an edge with the background around it, not in its holes."""
    padded = np.pad(piece, 1)
    outside, _ = ndimage.label(~padded)
    around = outside == outside[0, 0]
    beside = ndimage.binary_dilation(around, structure=ndimage.generate_binary_structure(2, 1))
    return {(int(r) - 1, int(c) - 1) for r, c in np.argwhere(beside & padded)}


def walked(outline: tuple[tuple[float, float], ...]) -> list[tuple[int, int]]:
    """Every pixel centre on a closed outline."""
    if len(outline) == 1:
        return [(int(outline[0][0]), int(outline[0][1]))]
    steps: list[tuple[int, int]] = []
    for (r0, c0), (r1, c1) in pairwise([*outline, outline[0]]):
        count = int(max(abs(r1 - r0), abs(c1 - c0)))
        rows, columns = np.linspace(r0, r1, count + 1), np.linspace(c0, c1, count + 1)
        assert np.allclose(rows, np.rint(rows)) and np.allclose(columns, np.rint(columns))
        steps += [(int(r), int(c)) for r, c in zip(rows[:-1], columns[:-1], strict=True)]
    return steps


def even_odd(point: tuple[int, int], corners: list[tuple[int, int]]) -> bool:
    """Whether a point lies inside a polygon, by counting crossings of a ray."""
    row, column = point[0] + 0.01, point[1] + 0.003
    inside = False
    for (r0, c0), (r1, c1) in pairwise([*corners, corners[0]]):
        if (r0 > row) != (r1 > row) and column < c0 + (row - r0) * (c1 - c0) / (r1 - r0):
            inside = not inside
    return inside


@given(blobs())
def test_the_outline_is_the_outer_border_of_the_largest_piece(mask: Mask) -> None:
    outline, _ = outline_of(mask)
    if not mask.any():
        assert outline == ()
        return
    assert set(walked(outline)) == outer_border(largest_piece(mask))


@given(blobs())
def test_every_pixel_of_the_piece_lies_in_or_on_the_outline(mask: Mask) -> None:
    outline, _ = outline_of(mask)
    if not outline:
        return
    border = walked(outline)
    on = set(border)
    for row, column in np.argwhere(largest_piece(mask)):
        point = (int(row), int(column))
        assert point in on or even_odd(point, border)


@given(blobs())
def test_no_background_around_the_piece_lies_inside_the_outline(mask: Mask) -> None:
    outline, _ = outline_of(mask)
    if len(outline) < 3:
        return
    piece = np.pad(largest_piece(mask), 1)
    outside, _ = ndimage.label(~piece)
    border = walked(outline)
    for row, column in np.argwhere(outside == outside[0, 0]):
        assert not even_odd((int(row) - 1, int(column) - 1), border)


@given(blobs())
def test_each_step_of_the_outline_goes_to_a_neighbour(mask: Mask) -> None:
    outline, _ = outline_of(mask)
    if len(outline) < 2:
        return
    for (r0, c0), (r1, c1) in pairwise(walked(outline)):
        assert max(abs(r1 - r0), abs(c1 - c0)) == 1


@given(blobs())
def test_the_box_is_half_open_and_holds_the_whole_mask(mask: Mask) -> None:
    _, box = outline_of(mask)
    if not mask.any():
        assert box is None
        return
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    assert box == (rows[0], columns[0], rows[-1] + 1, columns[-1] + 1)


@given(blobs())
def test_no_point_lies_in_the_middle_of_a_straight_run(mask: Mask) -> None:
    outline, _ = outline_of(mask)
    if len(outline) < 3:
        return
    for before, here, after in zip(
        outline, (*outline[1:], outline[0]), (*outline[2:], *outline[:2]), strict=True
    ):
        first = np.sign(np.subtract(here, before))
        second = np.sign(np.subtract(after, here))
        assert tuple(first) != tuple(second)


def test_a_rectangle_is_its_four_corners_clockwise_from_the_top_left() -> None:
    mask = np.zeros((10, 12), dtype=bool)
    mask[2:7, 3:11] = True
    outline, box = outline_of(mask)
    assert outline == ((2, 3), (2, 10), (6, 10), (6, 3))
    assert box == (2, 3, 7, 11)


@given(st.integers(3, 30), st.integers(3, 30))
def test_the_area_within_a_rectangles_outline_has_the_closed_form(rows: int, columns: int) -> None:
    outline, _ = outline_of(np.ones((rows, columns), dtype=bool))
    points = np.array(outline)
    following = np.roll(points, -1, axis=0)
    shoelace = np.sum(points[:, 1] * following[:, 0] - following[:, 1] * points[:, 0]) / 2
    assert shoelace == pytest.approx((rows - 1) * (columns - 1))


def test_one_pixel_is_one_point() -> None:
    mask = np.zeros((5, 5), dtype=bool)
    mask[3, 1] = True
    assert outline_of(mask) == (((3.0, 1.0),), (3.0, 1.0, 4.0, 2.0))


def test_a_hole_has_no_part_in_the_outline() -> None:
    ring = np.ones((9, 9), dtype=bool)
    whole = outline_of(ring)
    ring[4, 4] = False
    assert outline_of(ring) == whole


def test_the_outline_may_touch_the_edge_of_the_slice() -> None:
    assert outline_of(np.ones((4, 4), dtype=bool))[0] == ((0, 0), (0, 3), (3, 3), (3, 0))


def test_an_empty_mask_has_neither_outline_nor_box() -> None:
    assert outline_of(np.zeros((4, 4), dtype=bool)) == ((), None)
