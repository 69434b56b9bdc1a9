"""Patterns that tissues are uneven by."""

from __future__ import annotations

import numpy as np
import pytest

from condyle.phantoms.limb_space import Points
from condyle.phantoms.ripples import ripple

PHASES = (0.3, 1.7, 4.0)


def grid(shape: tuple[int, ...], seed: int = 0) -> Points:
    """An even grid that is turned any way."""
    rng = np.random.default_rng(seed)
    steps = rng.normal(0.0, 0.4, (3, len(shape)))
    place = np.stack(np.meshgrid(*map(np.arange, shape), indexing="ij"))
    world = np.tensordot(steps, place, axes=1) + rng.normal(0.0, 20.0, (3,) + (1,) * len(shape))
    return Points(*world.astype(np.float32))


def waves(points: Points, pitch: float) -> np.ndarray:
    """The sum of waves at each point by itself."""
    total = np.zeros(points.u.shape)
    for index, (du, dy, dz) in enumerate(((1.0, 0.6, 0.3), (-0.5, 1.0, 0.7), (0.4, -0.8, 1.0))):
        scale = 2.0 * np.pi / pitch * (0.75 + 0.27 * index)
        place = points.u * du + points.y * dy + points.z * dz
        total += np.sin(scale * place.astype(float) + PHASES[index] * (index + 1))
    return 0.58 * total


@pytest.mark.parametrize("shape", [(7,), (30, 40), (9, 11, 13)])
def test_the_product_of_matrices_gives_the_sum_of_the_waves(shape: tuple[int, ...]) -> None:
    points = grid(shape)
    np.testing.assert_allclose(ripple(points, PHASES, 12.0), waves(points, 12.0), atol=2e-4)


def test_a_window_of_a_grid_has_the_pattern_of_the_whole() -> None:
    points = grid((40, 50), seed=3)
    part = points.part((slice(5, 30), slice(11, 44)))
    whole = ripple(points, PHASES, 9.0)
    np.testing.assert_allclose(ripple(part, PHASES, 9.0), whole[5:30, 11:44], atol=2e-4)


def test_it_swings_about_nought_by_about_one() -> None:
    pattern = ripple(grid((200, 200), seed=1), PHASES, 5.0)
    assert abs(float(pattern.mean())) < 0.05
    assert 0.6 < float(pattern.std()) < 0.8
