"""Which way an image lies in the body, and how to turn it to the way it is looked at.

World space is LPS in mm: x grows to the patient's left, y to the back, z to the head.
Every series that Condyle reads is turned, by swapping and flipping axes alone, to the
usual way of hanging its plane (DICOM PS3.3 C.7.6.2.1.1 defines the directions):

=========  ======================  =======================  ======================
plane      slices run              rows run                 columns run
=========  ======================  =======================  ======================
sagittal   right to left (+x)      head to feet (-z)        front to back (+y)
axial      feet to head (+z)       front to back (+y)       right to left (+x)
coronal    front to back (+y)      head to feet (-z)        right to left (+x)
=========  ======================  =======================  ======================
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Plane = Literal["sagittal", "coronal", "axial", "oblique"]

Affine = NDArray[np.float64]

OBLIQUE_BELOW = 0.75
"""A slice normal with no component above this (41 degrees off every axis) is oblique."""

_PLANES: tuple[Plane, Plane, Plane] = ("sagittal", "coronal", "axial")
# The wanted world axis and its sign for (slice, row, column), by the slice normal's axis.
_HANGING = {
    "sagittal": ((0, 1), (2, -1), (1, 1)),
    "coronal": ((1, 1), (2, -1), (0, 1)),
    "axial": ((2, 1), (1, 1), (0, 1)),
}


@dataclass(frozen=True)
class Reorientation:
    """How a stored array was turned: axes were swapped first, then flipped.

    Attributes:
        axes: For each axis of the turned array, the stored axis that it came from.
        flips: For each axis of the turned array, whether it was reversed.
    """

    axes: tuple[int, int, int] = (0, 1, 2)
    flips: tuple[bool, bool, bool] = (False, False, False)

    def apply(self, array: NDArray[Any]) -> NDArray[Any]:
        """Turns a stored three-axis array; gives a view."""
        turned = np.transpose(array, self.axes)
        return turned[tuple(slice(None, None, -1 if flip else 1) for flip in self.flips)]

    def invert(self, array: NDArray[Any]) -> NDArray[Any]:
        """Turns an array back to the axes that its file stores; gives a view."""
        unflipped = array[tuple(slice(None, None, -1 if flip else 1) for flip in self.flips)]
        return np.transpose(unflipped, np.argsort(self.axes))

    def apply_affine(self, affine: Affine, shape: tuple[int, int, int]) -> Affine:
        """Gives the affine of the turned array from that of the stored one.

        Args:
            affine: 4 x 4 LPS affine of the stored array.
            shape: Shape of the stored array.
        """
        return affine @ self._index_map(shape)

    def invert_affine(self, affine: Affine, shape: tuple[int, int, int]) -> Affine:
        """Gives the affine of the stored array from that of the turned one.

        Args:
            affine: 4 x 4 LPS affine of the turned array.
            shape: Shape of the turned array.
        """
        stored = [0, 0, 0]
        for turned_axis, stored_axis in enumerate(self.axes):
            stored[stored_axis] = shape[turned_axis]
        inverse = np.linalg.inv(self._index_map((stored[0], stored[1], stored[2])))
        return affine @ inverse

    def _index_map(self, shape: tuple[int, int, int]) -> Affine:
        """Gives the 4 x 4 map from turned indices to stored indices."""
        index_map = np.zeros((4, 4))
        index_map[3, 3] = 1.0
        for turned_axis, (stored_axis, flip) in enumerate(zip(self.axes, self.flips, strict=True)):
            index_map[stored_axis, turned_axis] = -1.0 if flip else 1.0
            if flip:
                index_map[stored_axis, 3] = shape[stored_axis] - 1
        return index_map


AS_STORED = Reorientation()
"""The turn that leaves an array as its file stores it."""


def spacing_of(affine: Affine) -> tuple[float, float, float]:
    """Gives the distance in mm between neighbours along (slice, row, column)."""
    lengths = np.linalg.norm(affine[:3, :3], axis=0)
    return (float(lengths[0]), float(lengths[1]), float(lengths[2]))


def plane_of(affine: Affine) -> Plane:
    """Names the plane whose normal is nearest to that of the slices.

    The normal is that of rows and columns, so that a sheared stack is named rightly.
    A slice more than 41 degrees off every plane is ``"oblique"``.

    Args:
        affine: 4 x 4 LPS affine with (slice, row, column) axes.
    """
    normal = np.abs(_normal(affine))
    axis = int(np.argmax(normal))
    return _PLANES[axis] if normal[axis] >= OBLIQUE_BELOW else "oblique"


def hanging(affine: Affine) -> Reorientation:
    """Gives the turn that hangs a stack of slices the usual way; slices stay slices.

    Args:
        affine: 4 x 4 LPS affine of the stored (slice, row, column) array.
    """
    wanted = _HANGING[_PLANES[int(np.argmax(np.abs(_normal(affine))))]]
    directions = affine[:3, :3] / np.maximum(np.linalg.norm(affine[:3, :3], axis=0), 1e-12)
    (_, slice_sign), (row_axis, row_sign), (column_axis, column_sign) = wanted
    kept = abs(directions[row_axis, 1]) + abs(directions[column_axis, 2])
    swapped = abs(directions[row_axis, 2]) + abs(directions[column_axis, 1])
    axes = (0, 1, 2) if kept >= swapped else (0, 2, 1)
    flips = (
        bool(directions[wanted[0][0], 0] * slice_sign < 0),
        bool(directions[row_axis, axes[1]] * row_sign < 0),
        bool(directions[column_axis, axes[2]] * column_sign < 0),
    )
    return Reorientation(axes, flips)


def slices_first(affine: Affine, slice_axis: int) -> Reorientation:
    """Gives the turn that makes one stored axis the slices and hangs the rest.

    Args:
        affine: 4 x 4 LPS affine of the stored array, its axes in any order.
        slice_axis: Stored axis that is to become the slices.
    """
    rest = [axis for axis in range(3) if axis != slice_axis]
    axes = (slice_axis, rest[0], rest[1])
    moved = affine.copy()
    moved[:3, :3] = affine[:3, list(axes)]
    turn = hanging(moved)
    return Reorientation((axes[0], axes[turn.axes[1]], axes[turn.axes[2]]), turn.flips)


def _normal(affine: Affine) -> NDArray[np.float64]:
    normal = np.cross(affine[:3, 1], affine[:3, 2])
    length = float(np.linalg.norm(normal))
    if not np.isfinite(length) or length < 1e-9:
        raise ValueError("rows and columns of this affine do not span a plane")
    return np.asarray(normal / length, dtype=np.float64)
