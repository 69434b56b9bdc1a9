"""Ghosts, wrapping and metal, held against the theorems that they follow."""

from __future__ import annotations

import numpy as np
import pytest

from condyle.phantoms.artefacts import (
    GYROMAGNETIC_MHZ_T,
    Ghosts,
    Metal,
    add_ghosts,
    dephasing,
    displace,
    fold,
    sphere_field_hz,
    within_sphere,
)


def column_of_one(row: int = 32, rows: int = 64) -> np.ndarray:
    image = np.zeros((1, rows, 3), np.float32)
    image[0, row, 1] = 1.0
    return image


def blob(rows: int = 128) -> np.ndarray:
    """A Gaussian, whose spectrum is narrow enough for the small-motion approximation."""
    profile = np.exp(-(((np.arange(rows) - rows / 2) / 4.0) ** 2) / 2.0)
    return np.repeat(profile[None, :, None], 2, axis=2).astype(np.float32)


def test_without_motion_the_image_stays() -> None:
    image = np.random.default_rng(1).random((2, 16, 12)).astype(np.float32)
    np.testing.assert_allclose(add_ghosts(image, Ghosts(0.0, 5.0), axis=1), image, atol=1e-5)


@pytest.mark.parametrize("cycles", [10.0, 20.0])
def test_ghosts_lie_as_many_pixels_apart_as_the_motion_has_cycles(cycles: float) -> None:
    ghosted = add_ghosts(blob(), Ghosts(1.5, cycles), axis=1)[0, :, 0]
    middle = 64
    aside = int(cycles)
    # A swing spreads its ghost into a doublet: look within a few pixels of its place.
    for place in (middle - aside, middle + aside):
        around = ghosted[place - 4 : place + 5].max()
        between = ghosted[[middle - aside // 2 * 3, middle + aside // 2 * 3]].max()
        assert around > 0.03
        assert around > between


def test_the_energy_is_that_of_the_object_whatever_the_motion() -> None:
    image = column_of_one()
    ghosted = add_ghosts(image, Ghosts(2.0, 9.0), axis=1)
    assert float((ghosted**2).sum()) == pytest.approx(float((image**2).sum()), rel=1e-5)


def test_a_motion_along_columns_leaves_no_ghost_along_rows() -> None:
    image = np.zeros((1, 16, 32), np.float32)
    image[0, 8, 16] = 1.0
    ghosted = add_ghosts(image, Ghosts(1.0, 5.0), axis=2)
    assert float(np.delete(ghosted, 8, axis=1).max()) < 1e-6
    assert float(np.delete(ghosted[0, 8], 16).max()) > 0.01


def test_folding_adds_each_end_to_the_other_and_keeps_the_sum() -> None:
    image = np.arange(7.0, dtype=np.float32).reshape(1, 7, 1)
    folded = fold(image, 2, axis=1)
    np.testing.assert_array_equal(folded[0, :, 0], [2.0 + 5.0, 3.0 + 0.0 + 6.0, 4.0 + 1.0])
    assert folded.sum() == image.sum()


def test_folding_leaves_what_it_was_given() -> None:
    image = np.ones((1, 3, 8), np.float32)
    fold(image, 2, axis=2)
    assert image.min() == image.max() == 1.0


def test_a_margin_wider_than_the_field_of_view_is_refused() -> None:
    with pytest.raises(ValueError, match="does not fold"):
        fold(np.ones((1, 8, 1), np.float32), 3, axis=1)


BALL = Metal(centre=(10.0, 10.0, 10.0), radius_mm=2.0, ppm=90.0)


def field() -> np.ndarray:
    return sphere_field_hz(
        BALL, (21, 21, 21), spacing=(1.0, 1.0, 1.0), along=(0.0, 1.0, 0.0), field_t=1.5
    )


def test_the_field_of_a_ball_is_that_of_a_dipole() -> None:
    at_surface = BALL.ppm / 3.0 * GYROMAGNETIC_MHZ_T * 1.5
    got = field()
    assert got[10, 14, 10] == pytest.approx(2.0 * at_surface / 8.0, rel=1e-5)
    assert got[14, 10, 10] == pytest.approx(-at_surface / 8.0, rel=1e-5)
    assert got[10, 10, 18] == pytest.approx(-at_surface / 64.0, rel=1e-5)
    assert got[10, 10, 10] == 0.0


def test_at_the_magic_angle_the_field_does_not_change() -> None:
    ball = Metal(centre=(0.0, 0.0, 0.0), radius_mm=1.0)
    got = sphere_field_hz(
        ball, (9, 9, 9), spacing=(1.0, 1.0, 1.0), along=(0.0, 0.0, 1.0), field_t=3.0
    )
    assert abs(got[5, 5, 5]) < 1e-3 * abs(got[0, 0, 5])


def test_the_ball_fills_its_volume() -> None:
    inside = within_sphere(BALL, (21, 21, 21), spacing=(1.0, 1.0, 1.0))
    assert inside.sum() == 33  # lattice points within a radius of 2
    fine = Metal(centre=(30.0, 30.0, 30.0), radius_mm=2.0)
    many = within_sphere(fine, (61, 61, 61), spacing=(0.1, 0.1, 0.1))
    assert many.sum() * 1e-3 == pytest.approx(4.0 / 3.0 * np.pi * 8.0, rel=0.02)


def test_an_even_field_dephases_nothing_and_a_whole_turn_everything() -> None:
    flat = np.full((1, 4, 6), 77.0, np.float32)
    np.testing.assert_array_equal(dephasing(flat, 20.0), np.ones((1, 4, 6)))
    slope = np.tile(np.arange(6, dtype=np.float32) * 50.0, (1, 4, 1))
    assert float(dephasing(slope, 20.0).max()) < 1e-6
    assert dephasing(slope, 10.0)[0, 0, 2] == pytest.approx(np.sinc(0.5), rel=1e-5)


def test_a_displacement_by_whole_pixels_moves_and_by_half_shares() -> None:
    image = column_of_one(row=5, rows=12)
    moved = displace(image, np.full(image.shape, 3.0), axis=1)
    assert moved[0, 8, 1] == 1.0
    halved = displace(image, np.full(image.shape, -0.5), axis=1)
    assert halved[0, 4, 1] == halved[0, 5, 1] == 0.5


def test_signals_that_meet_pile_up() -> None:
    image = np.ones((1, 1, 8), np.float32)
    shift = np.zeros((1, 1, 8))
    shift[0, 0, 2], shift[0, 0, 4] = 1.0, -1.0
    moved = displace(image, shift, axis=2)[0, 0]
    assert moved[3] == 3.0
    assert moved[2] == moved[4] == 0.0
    assert moved.sum() == 8.0


def test_signal_that_leaves_the_image_is_lost() -> None:
    image = np.ones((1, 1, 4), np.float32)
    moved = displace(image, np.full((1, 1, 4), 2.0), axis=2)[0, 0]
    np.testing.assert_array_equal(moved, [0.0, 0.0, 1.0, 1.0])
