"""Which axis of a stored volume its slices were taken along."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from condyle.domain.geometry import (
    AS_STORED,
    Affine,
    Reorientation,
    slices_first,
    spacing_of,
)

THICKER = 1.2
"""An axis whose spacing is this much larger than both others is the slices'."""


def stack_axis(affine: Affine, sides: Sequence[int]) -> int:
    """Finds the axis of the slices in a volume whose file does not say.

    An axis of one voxel is the slices'; else the one with clearly the largest spacing.
    A volume with equal spacing may be cut any way, and is cut sagittally.

    Args:
        affine: 4 x 4 LPS affine of the stored axes.
        sides: Voxels along each stored axis.
    """
    single = [axis for axis in range(3) if sides[axis] == 1]
    if single:
        return single[-1]
    spacing = spacing_of(affine)
    thickest = int(np.argmax(spacing))
    others = max(spacing[axis] for axis in range(3) if axis != thickest)
    if spacing[thickest] >= THICKER * others:
        return thickest
    directions = np.abs(affine[:3, :3]) / np.asarray(spacing)
    return int(np.argmax(directions[0]))


def stack_turn(affine: Affine | None, sides: Sequence[int]) -> Reorientation:
    """Gives the turn of a volume whose first axis runs fastest, as in NRRD and MetaImage.

    Without an affine the shortest axis is taken for the slices', the last of several, and
    the others are swapped, so that what runs fastest becomes the columns.

    Args:
        affine: 4 x 4 LPS affine of the stored axes, or ``None``.
        sides: Voxels along each stored axis; of two, a picture is taken as it is.
    """
    if affine is not None:
        return slices_first(affine, stack_axis(affine, sides))
    if len(sides) != 3:
        return AS_STORED
    thin = min(range(3), key=lambda axis: (sides[axis], -axis))
    rest = [axis for axis in range(3) if axis != thin]
    return AS_STORED if thin == 0 else Reorientation((thin, rest[1], rest[0]))
