"""Images one person: partial volume, the signal equation, texture, coil and noise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from condyle.phantoms.imaging import (
    add_rician_noise,
    average_blocks,
    point_spread,
    presaturation_band,
    smooth_field,
    surface_coil_sensitivity,
)
from condyle.phantoms.patient import LumbarParameters, Patient, paint
from condyle.phantoms.plane import PlaneGrid
from condyle.phantoms.signal import signal_by_tissue, texture_by_tissue
from condyle.phantoms.tissues import tissue_table


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
    """Signal, texture amplitude and truth before the scanner adds its own."""

    signals: tuple[NDArray[np.float32], NDArray[np.float32]]
    texture: NDArray[np.float32]
    tissue: NDArray[np.uint8]
    labelmap: NDArray[np.uint8]


def image_patient(
    rng: np.random.Generator, patient: Patient, grid: PlaneGrid, *, parameters: LumbarParameters
) -> Images:
    """Paints every slice as several fine planes and averages their signal."""
    table = tissue_table(parameters.field_t)
    lookups = [
        signal_by_tissue(table, parameters.t1_sequence),
        signal_by_tissue(table, parameters.t2_sequence),
        texture_by_tissue(table),
    ]
    shape = (parameters.slices, parameters.matrix, parameters.matrix)
    sums = [np.zeros(shape, np.float32) for _ in lookups]
    tissue, labelmap = np.zeros(shape, np.uint8), np.zeros(shape, np.uint8)
    factor, planes = parameters.supersampling, parameters.planes
    # Muscle bundles are long in height and short in depth.
    streaks = [_fine_field(rng, parameters, (3.2, 0.9)) for _ in range(4)]
    folds = [_fine_field(rng, parameters, (9.0, 7.0)) for _ in range(4)]
    pitch = parameters.thickness_mm + parameters.gap_mm
    for index in range(parameters.slices):
        votes = np.zeros((4, *shape[1:]), np.float32)
        for part in range(planes):
            within = ((part + 0.5) / planes - 0.5) * parameters.thickness_mm
            x = (index - (parameters.slices - 1) / 2.0) * pitch + within + patient.lean
            plane = paint(
                patient, grid, x, streaks=_blend(streaks, x / 9.0), folds=_blend(folds, x / 14.0)
            )
            for total, lookup in zip(sums, lookups, strict=True):
                total[index] += average_blocks(lookup[plane.tissue], factor) / planes
            for label in (1, 2, 3):
                votes[label] += average_blocks(plane.label == label, factor) / planes
            if part == planes // 2:
                tissue[index] = plane.tissue[factor // 2 :: factor, factor // 2 :: factor]
        votes[0] = 1.0 - votes[1:].sum(axis=0)
        labelmap[index] = votes.argmax(axis=0)
    return Images((sums[0], sums[1]), sums[2], tissue, labelmap)


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


def draw_texture(
    rng: np.random.Generator, amplitude: NDArray[np.float32], parameters: LumbarParameters
) -> NDArray[np.float32]:
    """Draws what varies within tissues: a factor on the signal, the same in both series."""
    mm = parameters.pixel_mm
    grain = smooth_field(rng, amplitude.shape, sigma=(0.6, 0.9 / mm, 0.9 / mm))
    blotch = smooth_field(rng, amplitude.shape, sigma=(1.0, 3.5 / mm, 3.5 / mm))
    return np.asarray(1.0 + amplitude * (0.8 * grain + 0.6 * blotch), dtype=np.float32)


def scan(
    rng: np.random.Generator,
    signal: NDArray[np.float32],
    *,
    texture: NDArray[np.float32],
    coil: NDArray[np.float32],
    parameters: LumbarParameters,
    reference: float,
) -> NDArray[np.float32]:
    """Applies texture, coil, field and noise, and scales to about 0 to 1000."""
    mm = parameters.pixel_mm
    image = signal * texture
    bias = smooth_field(rng, signal.shape, sigma=(4.0, 70.0 / mm, 70.0 / mm))
    image = point_spread(np.maximum(image, 0.0)) * coil * (1.0 + 0.06 * bias)
    sigma = parameters.noise * reference
    noisy = add_rician_noise(rng, image.astype(np.float32), sigma=sigma)
    return np.asarray(noisy * np.float32(400.0 / reference), dtype=np.float32)


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
