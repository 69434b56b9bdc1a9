"""Cuts one lumbar spine into the planes that a scanner sees, and places the coil."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from condyle.phantoms.imaging import (
    presaturation_band,
    smooth_field,
    surface_coil_sensitivity,
)
from condyle.phantoms.painting import CANAL, DISC, VERTEBRA
from condyle.phantoms.patient import LumbarParameters, Patient, paint
from condyle.phantoms.plane import PlaneGrid
from condyle.phantoms.scene import Scene, majority_labels, middle_tissue


def fine_grid(parameters: LumbarParameters, top_left: tuple[float, float]) -> PlaneGrid:
    """Gives the fine grid whose blocks are the pixels; ``top_left`` is pixel (0, 0)."""
    step = parameters.pixel_mm / parameters.supersampling
    count = parameters.matrix * parameters.supersampling
    offset = (np.arange(count) + 0.5) * step - parameters.pixel_mm / 2.0
    y0, z0 = top_left
    return PlaneGrid(
        y=(y0 + offset).astype(np.float32), z=(z0 - offset).astype(np.float32), step_mm=step
    )


@dataclass(frozen=True)
class Images:
    """The person cut as both series cut it, and the truth on the grid of the images.

    Attributes:
        scene: The tissues.
        labelmap: (slice, row, column) 0 background, 1 disc, 2 vertebra, 3 canal.
    """

    scene: Scene
    labelmap: NDArray[np.uint8]

    @property
    def tissue(self) -> NDArray[np.uint8]:
        """(slice, row, column) tissue in the middle of each voxel."""
        return middle_tissue(self.scene)


def image_patient(
    rng: np.random.Generator,
    patient: Patient,
    grid: PlaneGrid,
    *,
    parameters: LumbarParameters,
    affine: NDArray[np.float64] | None = None,
) -> Images:
    """Paints every slice as several fine planes."""
    factor, planes = parameters.supersampling, parameters.planes
    shape = (parameters.slices * planes, grid.z.size, grid.y.size)
    tissue, label = np.zeros(shape, np.uint8), np.zeros(shape, np.uint8)
    # Muscle bundles are long in height and short in depth.
    streaks = [_fine_field(rng, parameters, (3.2, 0.9)) for _ in range(4)]
    folds = [_fine_field(rng, parameters, (9.0, 7.0)) for _ in range(4)]
    pitch = parameters.thickness_mm + parameters.gap_mm
    for number in range(shape[0]):
        index, part = divmod(number, planes)
        within = ((part + 0.5) / planes - 0.5) * parameters.thickness_mm
        x = (index - (parameters.slices - 1) / 2.0) * pitch + within + patient.lean
        plane = paint(
            patient, grid, x, streaks=_blend(streaks, x / 9.0), folds=_blend(folds, x / 14.0)
        )
        tissue[number], label[number] = plane.tissue, plane.label
    spacing = (pitch, parameters.pixel_mm, parameters.pixel_mm)
    scene = Scene(tissue, spacing, planes=planes, factor=factor, affine=affine)
    labels = (DISC, VERTEBRA, CANAL)
    return Images(scene, majority_labels(label, planes=planes, factor=factor, labels=labels))


def _fine_field(
    rng: np.random.Generator, parameters: LumbarParameters, sigma_mm: tuple[float, float]
) -> NDArray[np.float32]:
    """Draws a smooth field on the fine grid."""
    size = parameters.matrix
    mm = parameters.pixel_mm
    field_ = smooth_field(rng, (size, size), sigma=(sigma_mm[0] / mm, sigma_mm[1] / mm))
    fine = np.repeat(np.repeat(field_, parameters.supersampling, 0), parameters.supersampling, 1)
    return np.asarray(fine, dtype=np.float32)


def _blend(fields: list[NDArray[np.float32]], position: float) -> NDArray[np.float32]:
    """Mixes fields along x so that neighbouring planes resemble each other."""
    place = position % len(fields)
    first = int(place)
    weight = place - first
    mixed = fields[first] * (1.0 - weight) + fields[(first + 1) % len(fields)] * weight
    return np.asarray(mixed / np.hypot(weight, 1.0 - weight), dtype=np.float32)


def coil_sensitivity(
    patient: Patient, grid: PlaneGrid, parameters: LumbarParameters
) -> NDArray[np.float32]:
    """Gives the sensitivity of the coil on the (1, row, column) grid of the images.

    It includes what is left of it after the scanner's own normalisation, the falloff
    towards the upper and lower end of the coil, and the saturation band where one was
    placed.
    """
    factor = parameters.supersampling
    y, z = grid.y[::factor], grid.z[::factor]
    depth = patient.curves.skin[::factor, None] - y[None, :]
    across = surface_coil_sensitivity(depth, reach_mm=patient.coil_mm)
    across = across ** np.float32(1.0 - patient.normalised)
    edge = float(np.percentile(patient.curves.front, 10)) - patient.band_mm
    across = across * presaturation_band(y[None, :], edge_mm=edge)
    middle = float(z.mean())
    ends = (
        1.0
        - 0.35 * np.abs((z[:, None] - middle) / (parameters.matrix * parameters.pixel_mm / 2)) ** 4
    )
    return np.asarray((across * ends)[None], dtype=np.float32)
