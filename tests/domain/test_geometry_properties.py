"""Turns and planes for any affine, not only those that scanners like."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from condyle.domain.geometry import (
    OBLIQUE_BELOW,
    Reorientation,
    hanging,
    plane_of,
    slices_first,
    spacing_of,
)

SHAPE = (3, 4, 5)
_FEW = settings(max_examples=40, deadline=None)
seeds = st.integers(0, 10_000)
ALL_TURNS = [
    Reorientation(axes, flips)
    for axes in itertools.permutations((0, 1, 2))
    for flips in itertools.product((False, True), repeat=3)
]


def _affine(seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    affine = np.eye(4)
    affine[:3, :3] = Rotation.random(random_state=seed).as_matrix() * rng.uniform(0.2, 9.0, 3)
    if seed % 2:
        affine[:3, 0] *= -1.0
    affine[:3, 3] = rng.uniform(-400, 400, 3)
    return affine


def _places(affine: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    index = np.stack(np.unravel_index(np.arange(np.prod(shape)), shape), axis=1)
    return index @ affine[:3, :3].T + affine[:3, 3]


@pytest.mark.parametrize("turn", ALL_TURNS, ids=str)
def test_each_of_the_48_turns_is_undone_with_its_affine(turn: Reorientation) -> None:
    array = np.arange(60).reshape(SHAPE)
    affine = _affine(3)
    turned = turn.apply(array)
    moved = turn.apply_affine(affine, SHAPE)
    assert np.array_equal(turn.invert(turned), array)
    assert np.allclose(turn.invert_affine(moved, turned.shape), affine)
    assert np.allclose(_places(moved, turned.shape), _places(affine, SHAPE)[turned.ravel()])


def test_the_48_turns_are_48_different_ones() -> None:
    array = np.arange(27).reshape(3, 3, 3)
    assert len({turn.apply(array).tobytes() for turn in ALL_TURNS}) == 48


def test_turning_copies_no_voxel() -> None:
    array = np.zeros(SHAPE)
    for turn in ALL_TURNS:
        assert np.shares_memory(turn.apply(array), array)
        assert np.shares_memory(turn.invert(turn.apply(array)), array)


@_FEW
@given(seeds)
def test_hanging_keeps_slices_places_and_spacing(seed: int) -> None:
    affine = _affine(seed)
    turn = hanging(affine)
    hung = turn.apply_affine(affine, SHAPE)
    array = np.arange(60).reshape(SHAPE)
    turned = turn.apply(array)
    assert turn.axes[0] == 0
    assert np.allclose(_places(hung, turned.shape), _places(affine, SHAPE)[turned.ravel()])
    assert sorted(spacing_of(hung)) == pytest.approx(sorted(spacing_of(affine)))
    assert abs(np.linalg.det(hung)) == pytest.approx(abs(np.linalg.det(affine)))


@_FEW
@given(seeds)
def test_what_hangs_already_is_left_alone(seed: int) -> None:
    affine = _affine(seed)
    hung = hanging(affine).apply_affine(affine, SHAPE)
    assert hanging(hung) == Reorientation()
    assert plane_of(hung) == plane_of(affine)


@_FEW
@given(seeds)
def test_slices_run_the_usual_way_of_their_plane(seed: int) -> None:
    affine = _affine(seed)
    hung = hanging(affine).apply_affine(affine, SHAPE)
    plane = plane_of(hung)
    axis = {"sagittal": 0, "coronal": 1, "axial": 2}.get(plane)
    if axis is not None:
        assert hung[axis, 0] > 0


@_FEW
@given(seeds, st.permutations([0, 1, 2]))
def test_a_file_of_any_axis_order_hangs_like_any_other(seed: int, order: list[int]) -> None:
    affine = _affine(seed)
    wanted = hanging(affine).apply_affine(affine, SHAPE)
    stored = affine.copy()
    stored[:3, :3] = affine[:3, order]
    shape = tuple(SHAPE[axis] for axis in order)
    turn = slices_first(stored, order.index(0))
    assert np.allclose(turn.apply_affine(stored, (shape[0], shape[1], shape[2])), wanted)


@_FEW
@given(seeds, st.floats(0.01, 100.0), st.tuples(*[st.floats(-500, 500)] * 3))
def test_size_and_place_do_not_change_the_plane(
    seed: int, size: float, place: tuple[float, float, float]
) -> None:
    affine = _affine(seed)
    moved = affine.copy()
    moved[:3, :3] *= size
    moved[:3, 3] = place
    assert plane_of(moved) == plane_of(affine)
    assert hanging(moved) == hanging(affine)
    assert spacing_of(moved) == pytest.approx([one * size for one in spacing_of(affine)])


@pytest.mark.parametrize("degrees", range(0, 91, 5))
def test_a_plane_turned_from_axial_to_sagittal_is_oblique_between(degrees: int) -> None:
    turn = Rotation.from_euler("y", degrees, degrees=True).as_matrix()
    affine = np.eye(4)
    affine[:3, :3] = turn @ np.array([[0.0, 0, 1], [0, 1, 0], [1, 0, 0]])
    limit = np.rad2deg(np.arccos(OBLIQUE_BELOW))
    expected = "axial" if degrees < limit else "sagittal" if degrees > 90 - limit else "oblique"
    assert plane_of(affine) == expected


def test_a_stack_sheared_by_its_slices_keeps_the_plane_of_its_pixels() -> None:
    affine = np.eye(4)
    affine[:3, :3] = np.array([[1.0, 0, 0], [3.0, 0, 1], [0, -1, 0]])
    assert plane_of(affine) == "sagittal"


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_an_affine_of_no_numbers_has_no_plane(bad: float) -> None:
    affine = np.eye(4)
    affine[0, 1] = bad
    with pytest.raises(ValueError, match="span a plane"), np.errstate(all="ignore"):
        plane_of(affine)
