"""Coming back from a prepared slice to the slice that it was made from."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import ndimage

from condyle.preprocessing.placement import Placement, apply_separable, interpolation_matrix

_SCALES = st.floats(0.2, 8.0)
_OFFSETS = st.floats(0.0, 60.0)


@st.composite
def placements(draw: st.DrawFn) -> Placement:
    """Any placement, not only one that a step would make."""
    return Placement(
        source=draw(st.tuples(st.integers(4, 60), st.integers(4, 60))),
        prepared=draw(st.tuples(st.integers(4, 60), st.integers(4, 60))),
        scale=(draw(_SCALES), draw(_SCALES)),
        offset=(draw(_OFFSETS), draw(_OFFSETS)),
    )


_POINTS = st.lists(
    st.tuples(st.floats(-500, 500), st.floats(-500, 500)), min_size=1, max_size=8
).map(np.array)


@given(placements(), st.data())
def test_a_part_is_restored_as_the_whole_is(placement: Placement, data: st.DataObject) -> None:
    values = np.random.default_rng(1).random((2, *placement.prepared)).astype(np.float32)
    sides = []
    for size in placement.prepared:
        start = data.draw(st.integers(0, size - 1))
        sides.append(slice(start, data.draw(st.integers(start + 1, size))))
    alone = np.zeros_like(values)
    alone[:, sides[0], sides[1]] = values[:, sides[0], sides[1]]
    part, window = placement.restore_part(values, sides[0], sides[1])
    np.testing.assert_allclose(part, placement.restore(values)[:, window[0], window[1]], atol=1e-6)
    outside = np.ones(placement.source, dtype=bool)
    outside[window] = False
    assert not placement.restore(alone)[:, outside].any()


@given(placements(), _POINTS)
def test_a_point_taken_to_the_source_and_back_has_not_moved(
    placement: Placement, points: NDArray[np.float64]
) -> None:
    assert np.allclose(placement.to_prepared(placement.to_source(points)), points, atol=1e-7)
    assert np.allclose(placement.to_source(placement.to_prepared(points)), points, atol=1e-7)


@given(placements())
def test_the_edges_of_the_source_are_where_padding_ends(placement: Placement) -> None:
    first_edge = placement.to_prepared(np.array([[-0.5, -0.5]]))[0] + 0.5
    assert np.allclose(first_edge, placement.offset)


@given(placements(), _POINTS)
def test_a_step_of_one_prepared_pixel_is_scale_source_pixels(
    placement: Placement, points: NDArray[np.float64]
) -> None:
    step = placement.to_source(points + 1.0) - placement.to_source(points)
    assert np.allclose(step, placement.scale, atol=1e-7)


def test_without_scale_and_padding_a_placement_changes_nothing() -> None:
    placement = Placement(source=(5, 7), prepared=(5, 7))
    array = np.arange(35, dtype=np.float32).reshape(5, 7)
    points = np.array([[0.0, 0.0], [4.0, 6.0], [1.5, 2.25]])
    assert np.array_equal(placement.to_source(points), points)
    assert np.allclose(placement.restore(array), array, atol=1e-5)
    labels = array.astype(np.uint8)
    assert np.array_equal(placement.prepare_labels(labels), labels)


def test_halving_puts_the_first_prepared_centre_between_the_first_two_pixels() -> None:
    placement = Placement(source=(8, 8), prepared=(4, 4), scale=(2.0, 2.0))
    assert placement.to_source(np.array([[0, 3]])).tolist() == [[0.5, 6.5]]


@given(placements(), st.integers(0, 2**32 - 1))
def test_labels_come_from_the_nearest_source_pixel_or_are_background(
    placement: Placement, seed: int
) -> None:
    labels = np.random.default_rng(seed).integers(0, 4, placement.source).astype(np.uint8)
    found = placement.prepare_labels(labels)
    wanted = np.zeros(placement.prepared, dtype=np.uint8)
    for row in range(placement.prepared[0]):
        for column in range(placement.prepared[1]):
            y, x = np.rint(placement.to_source(np.array([[row, column]]))[0]).astype(int)
            if 0 <= y < placement.source[0] and 0 <= x < placement.source[1]:
                wanted[row, column] = labels[y, x]
    assert found.dtype == np.uint8
    assert np.array_equal(found, wanted)


@given(
    st.tuples(st.integers(6, 40), st.integers(6, 40)),
    st.tuples(st.floats(0.15, 1.0), st.floats(0.15, 1.0)),
    st.integers(0, 2**32 - 1),
)
def test_magnifying_back_is_scipys_linear_interpolation(
    prepared: tuple[int, int], scale: tuple[float, float], seed: int
) -> None:
    """Only where the prepared grid is the coarser one: else the kernel widens."""
    magnified = tuple(1 / value for value in scale)
    source = (round(prepared[0] * magnified[0]), round(prepared[1] * magnified[1]))
    placement = Placement(source=source, prepared=prepared, scale=(magnified[0], magnified[1]))
    array = np.random.default_rng(seed).random(prepared).astype(np.float32)
    grid = np.stack(np.indices(source), axis=-1).reshape(-1, 2)
    points = placement.to_prepared(grid).T
    wanted = ndimage.map_coordinates(array, points, order=1, mode="nearest").reshape(source)
    assert np.allclose(placement.restore(array), wanted, atol=1e-4)


def test_restoring_keeps_leading_axes_apart() -> None:
    placement = Placement(source=(12, 10), prepared=(6, 5), scale=(2.0, 2.0))
    stack = np.random.default_rng(1).random((2, 3, 6, 5)).astype(np.float32)
    restored = placement.restore(stack)
    assert restored.shape == (2, 3, 12, 10)
    for first in range(2):
        for second in range(3):
            assert np.allclose(restored[first, second], placement.restore(stack[first, second]))


@given(placements())
def test_restoring_a_constant_gives_that_constant(placement: Placement) -> None:
    restored = placement.restore(np.full(placement.prepared, 0.37, dtype=np.float32))
    assert restored.shape == placement.source
    assert np.allclose(restored, 0.37, atol=1e-5)


@given(st.integers(1, 50), st.integers(1, 50), st.floats(0.1, 9.0), st.floats(-3.0, 30.0))
def test_the_weights_of_each_wanted_sample_add_up_to_one(
    out: int, size: int, step: float, start: float
) -> None:
    weights = interpolation_matrix(out, size, step=step, start=start)
    assert weights.shape == (out, size)
    assert weights.dtype == np.float32
    assert (weights >= 0).all()
    assert np.allclose(weights.sum(axis=1), 1.0, atol=1e-5)


@given(st.integers(2, 40))
def test_a_step_of_one_is_the_identity(size: int) -> None:
    assert np.allclose(interpolation_matrix(size, size, step=1.0), np.eye(size), atol=1e-6)


@given(st.integers(4, 60), st.integers(4, 60), st.floats(-2, 2), st.floats(-5, 5))
def test_a_straight_line_stays_straight_away_from_the_border(
    out: int, size: int, slope: float, height: float
) -> None:
    step = size / out
    line = (slope * np.arange(size) + height).astype(np.float32)
    found = interpolation_matrix(out, size, step=step) @ line
    centres = (np.arange(out) + 0.5) * step - 0.5
    reach = max(step, 1.0)
    whole = (centres - reach >= 0) & (centres + reach <= size - 1)
    # A triangle sampled at whole pixels is not quite balanced where the step is no integer.
    slack = 0.5 * abs(slope) + 1e-3 if step > 1 else 1e-3
    assert np.all(np.abs(found - (slope * centres + height))[whole] <= slack)


def test_rows_and_columns_are_weighted_independently() -> None:
    array = np.random.default_rng(3).random((2, 6, 9)).astype(np.float32)
    rows = interpolation_matrix(3, 6, step=2.0)
    columns = interpolation_matrix(18, 9, step=0.5)
    found = apply_separable(array, rows, columns)
    wanted = np.einsum("ij,sjk,lk->sil", rows, array, columns)
    assert found.dtype == np.float32
    assert np.allclose(found, wanted, atol=1e-5)


def test_a_bright_line_is_not_lost_when_the_axis_shrinks_fivefold() -> None:
    """Point sampling would miss it for most positions; the widened kernel never does."""
    for position in range(100):
        line = np.zeros(100, dtype=np.float32)
        line[position] = 1.0
        assert (interpolation_matrix(20, 100, step=5.0) @ line).sum() > 0.1


@pytest.mark.parametrize("offset", [0.0, 5.0, 11.0])
def test_padding_is_left_out_on_the_way_back(offset: float) -> None:
    placement = Placement(
        source=(20, 20), prepared=(44, 44), scale=(1.0, 1.0), offset=(offset, offset)
    )
    array = np.full((44, 44), -9.0, dtype=np.float32)
    start = int(offset)
    array[start : start + 20, start : start + 20] = 1.0
    assert np.allclose(placement.restore(array), 1.0, atol=1e-5)
