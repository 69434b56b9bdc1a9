"""An image array with its geometry."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]


@dataclass(frozen=True)
class Volume:
    """Voxels and where they lie.

    Attributes:
        array: (slice, row, column) float32, rescaled to the modality's own values.
        spacing: (slice, row, column) in mm, or ``None`` where it is unknown.
        affine: 4 x 4 float64 with ``affine @ (slice, row, column, 1) = (x, y, z, 1)``
            in LPS mm, an integer index being a voxel's centre; ``None`` where unknown.
        even: False where slices are missing or unevenly spaced: the spacing of slices is then
            their mean one, each slice can be read, and no length is measured across them.
    """

    array: FloatArray
    spacing: tuple[float, float, float] | None = None
    affine: NDArray[np.float64] | None = field(default=None, compare=False)
    even: bool = True

    def __post_init__(self) -> None:
        if self.array.ndim != 3:
            raise ValueError(f"a volume has three axes, this array has {self.array.ndim}")
        if self.affine is not None and self.affine.shape != (4, 4):
            raise ValueError(f"an affine is 4 x 4, this one is {self.affine.shape}")

    @property
    def slices(self) -> int:
        """Number of slices."""
        return int(self.array.shape[0])

    @property
    def across_mm(self) -> float | None:
        """From one slice to the next in mm; ``None`` where that is unknown or not one length."""
        return self.spacing[0] if self.spacing is not None and self.even else None
