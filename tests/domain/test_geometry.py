"""Turning images the way they are looked at, and back."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from condyle.domain.geometry import (
    AS_STORED,
    Reorientation,
    hanging,
    plane_of,
    slices_first,
    spacing_of,
)

_SAGITTAL = np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]])
_AXIAL = np.array([[0.0, 0, 1], [0, 1, 0], [1, 0, 0]])
_CORONAL = np.array([[0.0, 0, 1], [1, 0, 0], [0, -1, 0]])


def _affine(
    directions: np.ndarray, spacing: tuple[float, float, float] = (3.0, 0.5, 0.6)
) -> np.ndarray:
    affine = np.eye(4)
    affine[:3, :3] = directions * np.asarray(spacing)
    affine[:3, 3] = (-11, 7, 23)
    return affine


@st.composite
def _turns(draw: st.DrawFn) -> Reorientation:
    axes = draw(st.permutations([0, 1, 2]))
    flips = draw(st.tuples(st.booleans(), st.booleans(), st.booleans()))
    return Reorientation((axes[0], axes[1], axes[2]), flips)


@given(_turns())
def test_turning_back_gives_the_stored_array(turn: Reorientation) -> None:
    stored = np.arange(24).reshape(2, 3, 4)
    assert np.array_equal(turn.invert(turn.apply(stored)), stored)


@given(_turns(), st.tuples(st.integers(0, 1), st.integers(0, 2), st.integers(0, 3)))
def test_a_voxel_keeps_its_place_in_the_body(
    turn: Reorientation, index: tuple[int, int, int]
) -> None:
    stored = np.zeros((2, 3, 4))
    stored[index] = 1
    affine = _affine(_SAGITTAL)
    turned = turn.apply(stored)
    found = np.argwhere(turned == 1)[0]
    moved = turn.apply_affine(affine, (2, 3, 4))
    assert np.allclose(moved @ [*found, 1], affine @ [*index, 1])
    assert np.allclose(turn.invert_affine(moved, turned.shape), affine)


@pytest.mark.parametrize(
    ("directions", "plane"),
    [(_SAGITTAL, "sagittal"), (_AXIAL, "axial"), (_CORONAL, "coronal")],
)
def test_an_image_that_hangs_right_is_left_as_it_is(directions: np.ndarray, plane: str) -> None:
    affine = _affine(directions)
    assert plane_of(affine) == plane
    assert hanging(affine) == AS_STORED


@pytest.mark.parametrize("directions", [_SAGITTAL, _AXIAL, _CORONAL])
@given(data=st.data())
def test_any_stored_order_hangs_the_same_way(directions: np.ndarray, data: st.DataObject) -> None:
    flips = data.draw(st.tuples(*[st.sampled_from([-1.0, 1.0])] * 3))
    swap = data.draw(st.booleans())
    order = [0, 2, 1] if swap else [0, 1, 2]
    stored = (directions * np.asarray(flips))[:, order]
    affine = _affine(stored)
    turn = hanging(affine)
    hung = turn.apply_affine(affine, (4, 5, 6))
    assert np.allclose(hung[:3, :3] / spacing_of(hung), directions)


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_any_axis_can_become_the_slices(order: tuple[int, int, int]) -> None:
    affine = _affine(_SAGITTAL)
    stored = affine.copy()
    stored[:3, :3] = affine[:3, list(order)]
    turn = slices_first(stored, order.index(0))
    shape = tuple((4, 5, 6)[axis] for axis in order)
    hung = turn.apply_affine(stored, (shape[0], shape[1], shape[2]))
    assert np.allclose(hung, affine)


@given(st.floats(-40, 40))
def test_a_tilt_of_up_to_forty_degrees_keeps_the_plane(degrees: float) -> None:
    angle = np.deg2rad(degrees)
    tilt = np.array(
        [[1, 0, 0], [0, np.cos(angle), -np.sin(angle)], [0, np.sin(angle), np.cos(angle)]]
    )
    assert plane_of(_affine(tilt @ _AXIAL)) == "axial"


def test_a_slice_between_the_planes_is_oblique() -> None:
    angle = np.deg2rad(45)
    tilt = np.array(
        [[1, 0, 0], [0, np.cos(angle), -np.sin(angle)], [0, np.sin(angle), np.cos(angle)]]
    )
    assert plane_of(_affine(tilt @ _AXIAL)) == "oblique"


def test_spacing_is_in_the_order_of_the_axes() -> None:
    assert spacing_of(_affine(_SAGITTAL)) == pytest.approx((3.0, 0.5, 0.6))


def test_an_affine_without_a_plane_is_refused() -> None:
    with pytest.raises(ValueError, match="span a plane"):
        plane_of(np.zeros((4, 4)))
