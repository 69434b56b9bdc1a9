"""What the scanner adds, held against closed forms and known distributions."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from condyle.phantoms.imaging import (
    add_rician_noise,
    average_blocks,
    point_spread,
    presaturation_band,
    smooth_field,
    surface_coil_sensitivity,
)


def test_noise_alone_is_rayleigh_distributed() -> None:
    rng = np.random.default_rng(7)
    noise = add_rician_noise(rng, np.zeros((200, 200), np.float32), sigma=3.0)
    assert noise.mean() == pytest.approx(3.0 * math.sqrt(math.pi / 2.0), rel=0.01)
    assert stats.kstest(noise.ravel(), "rayleigh", args=(0, 3.0)).pvalue > 0.01


def test_noise_on_signal_is_rician_distributed() -> None:
    rng = np.random.default_rng(8)
    noisy = add_rician_noise(rng, np.full((200, 200), 10.0, np.float32), sigma=4.0)
    oracle = stats.rice(10.0 / 4.0, scale=4.0)
    assert noisy.mean() == pytest.approx(oracle.mean(), rel=0.01)
    assert noisy.std() == pytest.approx(oracle.std(), rel=0.02)


def test_noise_of_no_width_changes_nothing() -> None:
    image = np.arange(12, dtype=np.float32).reshape(3, 4)
    noisy = add_rician_noise(np.random.default_rng(0), image, sigma=0.0)
    np.testing.assert_allclose(noisy, image, rtol=1e-6)


def test_averaging_blocks_gives_the_means_of_the_blocks() -> None:
    fine = np.arange(16.0).reshape(4, 4)
    np.testing.assert_allclose(average_blocks(fine, 2), [[2.5, 4.5], [10.5, 12.5]])


def test_averaging_a_mask_gives_the_fraction_that_it_covers() -> None:
    fine = np.zeros((4, 4), bool)
    fine[0, :3] = True
    np.testing.assert_allclose(average_blocks(fine, 2), [[0.5, 0.25], [0.0, 0.0]])


@pytest.mark.parametrize("sigma", [(0.6, 1.4, 1.4), (1.0, 5.4, 5.4), (4.0, 30.0, 30.0)])
def test_a_smooth_field_has_its_shape_mean_0_and_deviation_1(
    sigma: tuple[float, float, float],
) -> None:
    field = smooth_field(np.random.default_rng(1), (7, 64, 81), sigma=sigma)
    assert field.shape == (7, 64, 81)
    assert field.dtype == np.float32
    assert float(field.mean()) == pytest.approx(0.0, abs=1e-4)
    assert float(field.std()) == pytest.approx(1.0, abs=1e-4)


def test_a_wider_field_is_smoother() -> None:
    steps = []
    for width in (1.0, 4.0, 12.0):
        field = smooth_field(np.random.default_rng(2), (96, 96), sigma=(width, width))
        steps.append(float(np.abs(np.diff(field, axis=0)).mean()))
    assert steps == sorted(steps, reverse=True)


def test_the_coil_is_1_at_the_skin_and_falls_to_its_floor() -> None:
    sensitivity = surface_coil_sensitivity(np.array([0.0, 100.0, 1e5]), reach_mm=100.0, floor=0.1)
    np.testing.assert_allclose(sensitivity, [1.0, 0.1 + 0.9 / math.e, 0.1], rtol=1e-5)


def test_outside_the_body_the_coil_is_as_sensitive_as_at_the_skin() -> None:
    assert surface_coil_sensitivity(np.array([-30.0]), reach_mm=80.0)[0] == pytest.approx(1.0)


def test_a_saturation_band_dims_what_lies_in_front_of_its_edge() -> None:
    left = presaturation_band(np.array([-200.0, -60.0, 80.0]), edge_mm=-60.0)
    np.testing.assert_allclose(left, [0.1, 0.55, 1.0], atol=1e-3)


def test_no_band_leaves_the_image_as_it_is() -> None:
    np.testing.assert_array_equal(presaturation_band(np.zeros(3), edge_mm=-math.inf), np.ones(3))


def test_the_point_spread_keeps_the_sum_and_does_not_cross_slices() -> None:
    image = np.zeros((3, 21, 21), np.float32)
    image[1, 10, 10] = 1.0
    blurred = point_spread(image)
    assert float(blurred.sum()) == pytest.approx(1.0, abs=1e-4)
    assert float(blurred[0].sum()) == 0.0
    assert float(blurred[1, 10, 10]) < 0.5
