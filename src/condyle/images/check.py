"""What every image must satisfy before anything is made of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from condyle.domain.volume import FloatArray
from condyle.errors import BadImage

LEAST_SIDE = 16
"""Rows and columns under this show no anatomy."""

LARGEST_SIDE = 8192
"""Rows and columns over this belong to no MR, CT or X-ray detector."""

MOST_VOXELS = 1_000_000_000
"""Voxels in all: 4 GB once they are float32."""


def check_shape(shape: Sequence[int], label: str) -> tuple[int, int, int]:
    """Gives a (slice, row, column) shape, or raises ``BadImage`` where it cannot be one.

    Args:
        shape: Shape as the header states it, before any pixel is read.
        label: What to call the file.
    """
    if len(shape) != 3:
        raise _bad(label, f"{len(shape)} axes", "an image of two or three axes")
    slices, rows, columns = (int(side) for side in shape)
    if slices < 1 or min(rows, columns) < LEAST_SIDE:
        raise _bad(
            label,
            f"{rows} x {columns} pixels in {slices} slices",
            f"at least {LEAST_SIDE} x {LEAST_SIDE} pixels",
        )
    if max(rows, columns, slices) > LARGEST_SIDE:
        raise _bad(
            label,
            f"{rows} x {columns} pixels in {slices} slices",
            f"at most {LARGEST_SIDE} pixels or slices a side",
        )
    if slices * rows * columns > MOST_VOXELS:
        raise _bad(label, "more voxels than a study has", f"at most {MOST_VOXELS:,} voxels")
    return slices, rows, columns


def check_type(dtype: np.dtype[Any], label: str) -> None:
    """Raises ``BadImage`` unless an array holds real numbers."""
    if dtype.kind not in "buif" or dtype.hasobject:
        raise _bad(label, "pixels that are not real numbers", "integers or floats")


def as_pixels(array: NDArray[np.generic], label: str) -> FloatArray:
    """Gives an array as float32; raises ``BadImage`` on NaN and infinity.

    Args:
        array: (slice, row, column) of any real type.
        label: What to call the file.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        pixels = np.ascontiguousarray(array, dtype=np.float32)
    broken = sum(int(np.count_nonzero(~np.isfinite(one))) for one in pixels)
    if broken:
        raise BadImage(
            f"The image {label} was not read.",
            found=f"{broken} pixels that are NaN or infinite",
            needed="a finite number in every pixel",
            mend="export the image again from the scanner or archive.",
        )
    return pixels


def unreadable(label: str, kind: str) -> BadImage:
    """Gives the error for a file that ends early or is broken.

    Args:
        label: What to call the file.
        kind: Its format, such as ``"PNG"``.
    """
    return _bad(label, f"a {kind} file that is damaged or ends early", f"a whole {kind} file")


def _bad(label: str, found: str, needed: str) -> BadImage:
    return BadImage(
        f"The image {label} was not read.",
        found=found,
        needed=needed,
        mend="export the image again from the scanner or archive.",
    )
