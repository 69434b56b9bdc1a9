"""Sizes that an image must have before anything is made of it, whatever its format."""

from __future__ import annotations

from collections.abc import Sequence

LEAST_SIDE = 16
"""Rows and columns under this show no anatomy."""

LARGEST_SIDE = 8192
"""Rows, columns or slices over this belong to no MR, CT or X-ray detector."""

MOST_VOXELS = 1_000_000_000
"""Voxels in all: 4 GB once they are float32."""


def shape_fault(shape: Sequence[int]) -> tuple[str, str] | None:
    """Gives what is wrong with a shape and what is needed, or nothing.

    Args:
        shape: (slice, row, column) as a header states it, before any pixel is read.
    """
    if len(shape) != 3:
        return f"{len(shape)} axes", "an image of two or three axes"
    slices, rows, columns = shape
    found = f"{rows} x {columns} pixels in {slices} slice{'' if slices == 1 else 's'}"
    if slices < 1 or min(rows, columns) < LEAST_SIDE:
        return found, f"at least {LEAST_SIDE} x {LEAST_SIDE} pixels"
    if max(slices, rows, columns) > LARGEST_SIDE:
        return found, f"at most {LARGEST_SIDE} pixels or slices a side"
    if slices * rows * columns > MOST_VOXELS:
        return found, f"at most {MOST_VOXELS:,} voxels"
    return None
