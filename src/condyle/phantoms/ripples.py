"""Smooth patterns in space: what is uneven in a tissue, the same at the same place."""

from __future__ import annotations

from types import EllipsisType

import numpy as np
from numpy.typing import NDArray

from condyle.phantoms.limb_space import Distance, Points

_DIRECTIONS = ((1.0, 0.6, 0.3), (-0.5, 1.0, 0.7), (0.4, -0.8, 1.0))
_HEIGHT = 0.58


def ripple(points: Points, phases: tuple[float, ...], pitch_mm: float) -> Distance:
    """Gives a sum of three waves, of mean 0 and about -1 to 1.

    On an even grid, however it is turned, the phase of a wave is a sum of what depends on
    the last axis and what depends on the others. As sin(a + b) is sin a cos b + cos a sin b,
    all waves together are one product of matrices.

    Args:
        points: On an even grid of one axis or more.
        phases: Of the person, radians.
        pitch_mm: Length of the waves; the pattern is the same wherever it is cut.
    """
    ahead, along = [], []
    for index, direction in enumerate(_DIRECTIONS):
        scale = 2.0 * np.pi / pitch_mm * (0.75 + 0.27 * index)
        by = (direction[0] * scale, direction[1] * scale, direction[2] * scale)
        before = _phase(points, (..., 0), by) + phases[index % len(phases)] * (index + 1)
        line = _phase(points, (0,) * (points.u.ndim - 1), by)
        ahead += [np.sin(before), np.cos(before)]
        along += [np.cos(line - line[0]), np.sin(line - line[0])]
    left = (_HEIGHT * np.stack(ahead, axis=-1)).astype(np.float32)
    return np.asarray(left @ np.stack(along).astype(np.float32), dtype=np.float32)


def _phase(
    points: Points, where: tuple[int | EllipsisType, ...], by: tuple[float, float, float]
) -> NDArray[np.float64]:
    """Gives by . point for a part of the grid."""
    u, y, z = (
        np.asarray(values[where], dtype=np.float64) for values in (points.u, points.y, points.z)
    )
    return np.asarray(by[0] * u + by[1] * y + by[2] * z, dtype=np.float64)
