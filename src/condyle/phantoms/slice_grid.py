"""Where the slices of a series lie."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

PlaneName = Literal["sagittal", "coronal", "axial"]

# Directions of slice, row and column in LPS.
_AXES: dict[PlaneName, tuple[tuple[float, float, float], ...]] = {
    "sagittal": ((1.0, 0.0, 0.0), (0.0, 0.0, -1.0), (0.0, 1.0, 0.0)),
    "coronal": ((0.0, 1.0, 0.0), (0.0, 0.0, -1.0), (1.0, 0.0, 0.0)),
    "axial": ((0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0)),
}


@dataclass(frozen=True)
class SliceGrid:
    """The slices of one series.

    Attributes:
        plane: How they lie.
        slices: How many.
        size: Rows and columns.
        pixel_mm: Side of a pixel.
        thickness_mm: Thickness of a slice.
        pitch_mm: Distance of neighbouring slices.
        centre: Middle of the series, LPS mm.
    """

    plane: PlaneName
    slices: int
    size: int
    pixel_mm: float
    thickness_mm: float
    pitch_mm: float
    centre: tuple[float, float, float]

    @property
    def spacing(self) -> tuple[float, float, float]:
        """(slice, row, column) in mm."""
        return (self.pitch_mm, self.pixel_mm, self.pixel_mm)

    @property
    def affine(self) -> NDArray[np.float64]:
        """4 x 4, from (slice, row, column) to LPS mm."""
        affine = np.eye(4)
        axes = np.array(_AXES[self.plane]).T
        affine[:3, :3] = axes * np.array(self.spacing)
        middle = np.array([(self.slices - 1) / 2.0, (self.size - 1) / 2.0, (self.size - 1) / 2.0])
        affine[:3, 3] = np.array(self.centre) - affine[:3, :3] @ middle
        return affine

    def world(
        self, index: int, *, factor: int, offset_mm: float, margin: int = 0
    ) -> NDArray[np.float32]:
        """Gives (3, row, column) LPS positions of a slice's fine samples.

        Args:
            index: Slice.
            factor: Samples along a side of a pixel.
            offset_mm: Distance from the middle of the slice.
            margin: Rows beyond each end of the slice.
        """
        tall = (self.size + 2 * margin) * factor
        rows = (np.arange(tall, dtype=np.float32) + 0.5) / factor - 0.5 - margin
        columns = (np.arange(self.size * factor, dtype=np.float32) + 0.5) / factor - 0.5
        affine = self.affine
        along = index + offset_mm / self.pitch_mm
        start = affine[:3, 3] + affine[:3, 0] * along
        row, column = rows[:, None], columns[None, :]
        world = [
            np.float32(start[axis])
            + np.float32(affine[axis, 1]) * row
            + np.float32(affine[axis, 2]) * column
            for axis in range(3)
        ]
        return np.stack(np.broadcast_arrays(*world)).astype(np.float32)
