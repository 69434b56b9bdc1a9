"""Cuts an ankle into the slices of one orientation, and gives the truth beside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from condyle.phantoms.ankle_lesion import lesion_blends, lesion_mask
from condyle.phantoms.ankle_painting import paint_ankle
from condyle.phantoms.ankle_patient import AnklePatient
from condyle.phantoms.ankle_shape import AnkleShape
from condyle.phantoms.imaging import FloatImage
from condyle.phantoms.limb_canvas import Canvas
from condyle.phantoms.limb_space import Distance, Points
from condyle.phantoms.scene import Scene
from condyle.phantoms.simulated import PatientRequest
from condyle.phantoms.slice_grid import PlaneName, SliceGrid

FACTOR, PLANES = 2, 2
"""Fine samples along each side of a pixel, and fine planes a slice."""

_FIELD_OF_VIEW_MM = 140.0
_THICKNESS_MM = 3.0
_SPAN_MM = 26.0
_CENTRE = (0.0, -2.0, -12.0)


def slice_grid(plane: PlaneName, request: PatientRequest, shape: AnkleShape) -> SliceGrid:
    """Gives slices that span the dome, at least their thickness apart."""
    pitch = max(1.1 * _THICKNESS_MM, _SPAN_MM / request.slices)
    x, y, z = (middle + shift for middle, shift in zip(_CENTRE, shape.shift_mm, strict=True))
    # Slices are centred on the dome, pictures on what lies around it.
    centre = (x, shape.shift_mm[1], z) if plane == "coronal" else (x, y - 6.0, z)
    return SliceGrid(
        plane=plane,
        slices=request.slices,
        size=request.size,
        pixel_mm=_FIELD_OF_VIEW_MM / request.size,
        thickness_mm=_THICKNESS_MM,
        pitch_mm=pitch,
        centre=centre,
    )


@dataclass(frozen=True)
class AnkleCut:
    """An ankle as one orientation of slices cuts it.

    Attributes:
        grid: The slices.
        patient: Whose.
        margin: Pixels above and below the field of view.
    """

    grid: SliceGrid
    patient: AnklePatient
    margin: int = 0

    def points(self, plane: int, factor: int) -> Points:
        """Gives the samples of a fine plane in the frame of the ankle."""
        rows = self.grid.size + 2 * self.margin
        row = (np.arange(rows * factor) + 0.5) / factor - 0.5 - self.margin
        column = (np.arange(self.grid.size * factor) + 0.5) / factor - 0.5
        index, part = divmod(plane, PLANES)
        within = ((part + 0.5) / PLANES - 0.5) * self.grid.thickness_mm / self.grid.pitch_mm
        to_ankle = _to_ankle(self.patient) @ self.grid.affine
        start = to_ankle[:3, 0] * (index + within) + to_ankle[:3, 3]
        u, y, z = (
            np.asarray(
                start[axis] + to_ankle[axis, 1] * row[:, None] + to_ankle[axis, 2] * column[None],
                np.float32,
            )
            for axis in range(3)
        )
        return Points(u, y, z)

    def scene(self) -> tuple[Scene, NDArray[np.uint8]]:
        """Gives the tissues, and 1 where there is lesion on the same fine grid."""
        step = self.grid.pixel_mm / FACTOR
        tissue, label = [], []
        for plane in range(self.grid.slices * PLANES):
            points = self.points(plane, FACTOR)
            canvas = Canvas.empty(points, step_mm=step, dither=np.zeros(1, np.float32))
            paint_ankle(canvas, self.patient.shape)
            if self.patient.lesion is not None:
                where = lesion_mask(points, canvas.tissue, self.patient.lesion, self.patient.shape)
                canvas.lesion[where] = 1
            tissue.append(canvas.tissue)
            label.append(canvas.lesion)
        scene = Scene(
            np.stack(tissue),
            self.grid.spacing,
            planes=PLANES,
            factor=FACTOR,
            affine=self.grid.affine,
            margin=(self.margin, 0),
            blends=lesion_blends(
                self.patient.lesion,
                self.patient.bruise,
                shape=self.patient.shape,
                average=self.average,
            ),
        )
        return scene, np.stack(label)

    def average(self, share: Callable[[Points], Distance]) -> FloatImage:
        """Gives the mean of a function over the planes of each slice."""
        shape = (self.grid.slices, self.grid.size + 2 * self.margin, self.grid.size)
        mean = np.zeros(shape, np.float32)
        for plane in range(self.grid.slices * PLANES):
            mean[plane // PLANES] += share(self.points(plane, 1)) / np.float32(PLANES)
        return mean


def _to_ankle(patient: AnklePatient) -> NDArray[np.float64]:
    """Gives the 4 x 4 matrix from LPS mm to the frame of the ankle."""
    shape = patient.shape
    turn = np.eye(3)
    for axis, angle in enumerate(np.deg2rad(shape.turn_deg)):
        one = np.eye(3)
        first, second = [other for other in range(3) if other != axis]
        one[first, first] = one[second, second] = np.cos(angle)
        one[first, second], one[second, first] = -np.sin(angle), np.sin(angle)
        turn = one @ turn
    matrix = np.eye(4)
    matrix[:3, :3] = turn.T / shape.scale
    # The lateral side of a left ankle is left, which is where x points.
    if patient.person.laterality == "right":
        matrix[0] *= -1.0
    matrix[:3, 3] = -matrix[:3, :3] @ np.asarray(shape.shift_mm)
    return matrix
