"""Where slices lie in the scanner."""

from __future__ import annotations

import numpy as np
import pytest

from condyle.phantoms.slice_grid import PlaneName, SliceGrid

PLANES: tuple[PlaneName, ...] = ("sagittal", "coronal", "axial")


def grid(plane: PlaneName, slices: int = 5, size: int = 8) -> SliceGrid:
    return SliceGrid(plane, slices, size, 0.5, 3.0, 4.0, (10.0, -20.0, 30.0))


@pytest.mark.parametrize("plane", PLANES)
def test_the_affine_has_the_spacing_along_perpendicular_axes(plane: PlaneName) -> None:
    axes = grid(plane).affine[:3, :3]
    np.testing.assert_allclose(np.linalg.norm(axes, axis=0), grid(plane).spacing)
    np.testing.assert_allclose(axes.T @ axes, np.diag(np.square(grid(plane).spacing)), atol=1e-12)


@pytest.mark.parametrize("plane", PLANES)
def test_the_middle_of_the_series_is_its_centre(plane: PlaneName) -> None:
    middle = grid(plane).affine @ np.array([2.0, 3.5, 3.5, 1.0])
    np.testing.assert_allclose(middle[:3], (10.0, -20.0, 30.0))


@pytest.mark.parametrize("plane", PLANES)
@pytest.mark.parametrize("factor", [1, 2, 3])
def test_the_samples_of_a_pixel_lie_evenly_about_its_middle(plane: PlaneName, factor: int) -> None:
    one = grid(plane)
    world = one.world(1, factor=factor, offset_mm=0.0)
    assert world.shape == (3, 8 * factor, 8 * factor)
    pixels = world.reshape(3, 8, factor, 8, factor).mean(axis=(2, 4))
    for row, column in ((0, 0), (3, 7), (7, 2)):
        expected = one.affine @ np.array([1.0, row, column, 1.0])
        np.testing.assert_allclose(pixels[:, row, column], expected[:3], atol=1e-4)


@pytest.mark.parametrize("plane", PLANES)
def test_an_offset_moves_along_the_slices_alone(plane: PlaneName) -> None:
    one = grid(plane)
    shift = one.world(2, factor=1, offset_mm=1.5) - one.world(2, factor=1, offset_mm=0.0)
    direction = one.affine[:3, 0] / one.pitch_mm
    np.testing.assert_allclose(
        shift, np.broadcast_to(1.5 * direction[:, None, None], shift.shape), atol=1e-4
    )


@pytest.mark.parametrize("plane", PLANES)
def test_a_margin_adds_rows_at_both_ends_and_moves_none(plane: PlaneName) -> None:
    one = grid(plane)
    plain, wide = (one.world(0, factor=2, offset_mm=0.0, margin=m) for m in (0, 3))
    assert wide.shape == (3, (8 + 6) * 2, 16)
    np.testing.assert_allclose(wide[:, 6:-6], plain, atol=1e-5)


@pytest.mark.parametrize("plane", PLANES)
def test_neighbouring_slices_are_a_pitch_apart(plane: PlaneName) -> None:
    one = grid(plane)
    first, second = (one.world(index, factor=1, offset_mm=0.0) for index in (0, 1))
    np.testing.assert_allclose(np.linalg.norm(second - first, axis=0), 4.0, atol=1e-4)
