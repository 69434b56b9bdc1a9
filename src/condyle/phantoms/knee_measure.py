"""Measures a simulated knee on an even grid, to be held against real ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from condyle.phantoms.knee_painting import PatientKnee, paint_knee
from condyle.phantoms.knee_structures import KneeStructure
from condyle.phantoms.limb_canvas import Canvas
from condyle.phantoms.limb_space import Box, Points

WHOLE: Box = ((-56.0, 56.0), (-66.0, 60.0), (-60.0, 76.0))
"""What holds the joint and the muscles around it, mm of the person."""

JOINT: Box = ((-46.0, 50.0), (-62.0, 36.0), (-34.0, 60.0))
"""What holds the joint."""

_HALF = np.full((1, 1, 1), 0.5, np.float32)


@dataclass(frozen=True)
class KneeBlock:
    """A knee on an even grid in the frame of its plateau.

    Attributes:
        structures: (u, y, z) ``KneeStructure`` numbers; u to the lateral side, y backwards.
        lesions: (u, y, z) ``KneeLesion`` numbers.
        tissue: (u, y, z) tissue numbers.
        origin_mm: (u, y, z) of the first voxel, mm of the person.
        step_mm: Side of a voxel.
    """

    structures: NDArray[np.uint8]
    lesions: NDArray[np.uint8]
    tissue: NDArray[np.uint8]
    origin_mm: tuple[float, float, float]
    step_mm: float

    def volume_ml(self, structure: KneeStructure) -> float:
        """Gives the volume of a structure within the block, ml."""
        count = np.count_nonzero(self.structures == int(structure))
        return count * self.step_mm**3 / 1000.0

    def extent_mm(self, structure: KneeStructure) -> tuple[float, float, float]:
        """Gives the size of a structure along u, y and z, mm; 0 where there is none."""
        found = self.structures == int(structure)
        if not found.any():
            return (0.0, 0.0, 0.0)
        sizes = []
        for axis in range(3):
            others = tuple(other for other in range(3) if other != axis)
            hit = np.flatnonzero(found.any(axis=others))
            sizes.append(float(hit[-1] - hit[0] + 1) * self.step_mm)
        return (sizes[0], sizes[1], sizes[2])


def knee_block(patient: PatientKnee, *, step_mm: float = 1.5, reach: Box = WHOLE) -> KneeBlock:
    """Paints a knee on an even grid that holds the joint.

    Args:
        patient: The knee.
        step_mm: Side of a voxel, mm.
        reach: Lowest and highest u, y and z, mm of the person.
    """
    scale = patient.knee.person.scale
    axes = [np.arange(low, high, step_mm, dtype=np.float32) / scale for low, high in reach]
    u, y, z = np.meshgrid(*axes, indexing="ij")
    points = Points(*(axis.astype(np.float32) for axis in (u, y, z)))
    canvas = Canvas.empty(points, step_mm=step_mm / scale, dither=_HALF)
    paint_knee(canvas, patient)
    first = (reach[0][0], reach[1][0], reach[2][0])
    return KneeBlock(canvas.structure, canvas.lesion, canvas.tissue, first, step_mm)
