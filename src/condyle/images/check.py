"""What every image must satisfy before anything is made of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from condyle.domain.geometry import Affine
from condyle.domain.limits import shape_fault
from condyle.domain.volume import FloatArray
from condyle.errors import BadImage


def check_shape(shape: Sequence[int], label: str) -> tuple[int, int, int]:
    """Gives a (slice, row, column) shape, or raises ``BadImage`` where it cannot be one.

    Args:
        shape: Shape as the header states it, before any pixel is read.
        label: What to call the file.
    """
    if fault := shape_fault([int(side) for side in shape]):
        raise _bad(label, *fault)
    slices, rows, columns = (int(side) for side in shape)
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


def as_affine(affine: Affine) -> Affine | None:
    """Gives an affine, or nothing where its numbers cannot be a volume's geometry.

    Args:
        affine: 4 x 4, as a header states it.
    """
    with np.errstate(all="ignore"):
        sides = np.linalg.norm(affine[:3, :3], axis=0)
        flat = abs(np.linalg.det(affine[:3, :3] / sides)) < 1e-4
    if not np.isfinite(affine).all() or not np.all((sides >= 1e-3) & (sides <= 1e3)) or flat:
        return None
    return affine


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
