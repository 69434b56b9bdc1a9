"""Where the points of a scanner lie in a person's knee, and which slices are planned."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from condyle.phantoms.knee_person import KneePerson
from condyle.phantoms.limb_space import Points


def to_knee(world: NDArray[np.float32], person: KneePerson) -> Points:
    """Gives LPS positions, (3, ...), in the frame of a person's plateau, mean size."""
    turn = _rotation(person.turn_deg).T / person.scale
    # The lateral side of a left knee is left, which is where x points.
    if person.laterality == "right":
        turn[0] *= -1.0
    shift = np.asarray(person.shift_mm)
    flat = [world[axis] - np.float32(shift[axis]) for axis in range(3)]
    u, y, z = (
        np.float32(row[0]) * flat[0] + np.float32(row[1]) * flat[1] + np.float32(row[2]) * flat[2]
        for row in turn
    )
    return Points(u, y, z)


def _rotation(degrees: tuple[float, float, float]) -> NDArray[np.float64]:
    """Gives the rotation about x, then y, then z."""
    matrix = np.eye(3)
    for axis, angle in enumerate(np.deg2rad(degrees)):
        one = np.eye(3)
        first, second = [other for other in range(3) if other != axis]
        one[first, first] = one[second, second] = np.cos(angle)
        one[first, second], one[second, first] = -np.sin(angle), np.sin(angle)
        matrix = one @ matrix
    return matrix
