"""A simulated lumbar spine study with known truth.

The anatomy is drawn from published sizes, the contrast follows from published tissue
values through the spin-echo equation, and every draw comes from one generator, so that
the same seed gives the same voxels.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from condyle.domain.volume import Volume
from condyle.errors import UsageError
from condyle.phantoms.anatomy import Spine, SpineParameters, build_spine
from condyle.phantoms.curves import CurveParameters, Curves, build_curves
from condyle.phantoms.imaging import (
    add_rician_noise,
    average_blocks,
    smooth_field,
    surface_coil_sensitivity,
)
from condyle.phantoms.painting import (
    CanalContents,
    paint_canal,
    paint_column,
    paint_foramina,
    paint_posterior_elements,
)
from condyle.phantoms.plane import Plane, PlaneGrid
from condyle.phantoms.proportions import DISCS
from condyle.phantoms.signal import (
    T1_WEIGHTED,
    T2_WEIGHTED,
    SpinEcho,
    signal_by_tissue,
    texture_by_tissue,
)
from condyle.phantoms.surroundings import (
    Surroundings,
    draw_surroundings,
    paint_back,
    paint_organs,
    paint_trunk,
    paint_vessels,
)
from condyle.phantoms.tissues import tissue_table

LEVELS: tuple[str, ...] = tuple(disc.name for disc in DISCS)
"""Levels that a phantom may show, from the most caudal up."""


@dataclass(frozen=True)
class LumbarParameters:
    """What to simulate.

    Attributes:
        slices: Number of sagittal slices.
        matrix: Rows and columns of a slice.
        pixel_mm: Side of a pixel.
        thickness_mm: Thickness of a slice.
        gap_mm: Gap between slices.
        field_t: Field strength, 1.5 or 3.0.
        t1_sequence: Timing of the T1-weighted series.
        t2_sequence: Timing of the T2-weighted series.
        noise: Standard deviation of the noise as a fraction of the signal of marrow.
        supersampling: Fine samples a pixel, along each side.
        planes: Fine planes a slice.
        grades: Pfirrmann grade by level; levels left out are drawn.
        slips_mm: Forward slip of the upper vertebra by level.
        herniations_mm: Protrusion into the canal by level.
    """

    slices: int = 15
    matrix: int = 448
    pixel_mm: float = 0.65
    thickness_mm: float = 4.0
    gap_mm: float = 0.4
    field_t: float = 1.5
    t1_sequence: SpinEcho = T1_WEIGHTED
    t2_sequence: SpinEcho = T2_WEIGHTED
    noise: float = 0.03
    supersampling: int = 2
    planes: int = 3
    grades: Mapping[str, int] = field(default_factory=dict)
    slips_mm: Mapping[str, float] = field(default_factory=dict)
    herniations_mm: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class LumbarPhantom:
    """Simulated images and what is true of them.

    Attributes:
        tissue: (slice, row, column) tissue numbers at the middle of each voxel.
        t1: T1-weighted volume.
        t2: T2-weighted volume on the same grid.
        labelmap: (slice, row, column) uint8: 0 background, 1 disc, 2 vertebra, 3 canal.
            The sacrum and its rudimentary discs are background.
        levels: Names of the discs wholly in view, L5-S1 first.
        disc_centres: (slice, row, column) of each disc's middle, by level.
        grades: Pfirrmann grade by level.
        midsagittal: Slice nearest to the midline.
        parameters: What was asked for.
    """

    tissue: Volume
    t1: Volume
    t2: Volume
    labelmap: NDArray[np.uint8] = field(compare=False, repr=False)
    levels: tuple[str, ...]
    disc_centres: Mapping[str, tuple[float, float, float]]
    grades: Mapping[str, int]
    midsagittal: int
    parameters: LumbarParameters


@dataclass(frozen=True)
class _Patient:
    """All that was drawn for one person."""

    spine: Spine
    curves: Curves
    contents: CanalContents
    around: Surroundings
    canal_mm: float
    canal_half_width: float
    lean: float
    coil_mm: float


def draw_grades(rng: np.random.Generator, given: Mapping[str, int]) -> dict[str, int]:
    """Draws a Pfirrmann grade for every level, worse with age and in the two lowest discs.

    The rise towards L4-L5 and L5-S1 follows Cheung et al., Spine 34:934 (2009),
    doi 10.1097/BRS.0b013e3181a01b3f; the numbers are an approximation.
    """
    unknown = sorted(set(given) - set(LEVELS))
    if unknown or any(grade not in range(1, 6) for grade in given.values()):
        raise UsageError(
            "These grades cannot be simulated.",
            found=", ".join(f"{level}: {grade}" for level, grade in given.items()),
            needed="grades of 1 to 5 at levels among " + ", ".join(LEVELS),
            mend="name the levels so and give them grades of 1 to 5.",
        )
    age = float(rng.normal(0.0, 0.7))
    lower = (0.9, 0.9, 0.35, 0.1, 0.0, 0.0, 0.0, 0.0, 0.0)
    drawn = {
        level: int(np.clip(np.rint(2.2 + age + extra + rng.normal(0.0, 0.55)), 1, 5))
        for level, extra in zip(LEVELS, lower, strict=True)
    }
    return {**drawn, **given}


def _draw_patient(
    rng: np.random.Generator, grid: PlaneGrid, parameters: LumbarParameters
) -> _Patient:
    grades = draw_grades(rng, parameters.grades)
    shape = SpineParameters(
        scale=float(np.clip(rng.normal(1.0, 0.035), 0.93, 1.07)),
        sacral_slope_deg=float(np.clip(rng.normal(36.0, 4.5), 27.0, 46.0)),
        lordosis=float(np.clip(rng.normal(1.15, 0.12), 0.9, 1.4)),
        kyphosis_deg=float(rng.uniform(-0.3, 1.2)),
        grades=grades,
        slips_mm=parameters.slips_mm,
        herniations_mm=parameters.herniations_mm,
    )
    spine = build_spine(rng, shape)
    belly = float(rng.uniform(115.0, 165.0))
    thickness = CurveParameters(
        canal_mm=float(rng.uniform(16.5, 19.5)),
        sac_mm=float(rng.uniform(12.5, 15.0)),
        fat_back_mm=float(rng.uniform(7.0, 26.0)),
        fat_sacral_mm=float(rng.uniform(4.0, 18.0)),
        belly_mm=belly,
    )
    curves = build_curves(spine, grid, thickness)
    first = spine.vertebrae[4]
    contents = CanalContents(
        conus_z=float(first.bottom.z + rng.uniform(-8.0, 30.0)),
        cord_mm=float(rng.uniform(6.5, 8.0)),
        strands=smooth_field(rng, (56, 24), sigma=(1.0, 1.6)),
        strand_level=0.75,
    )
    return _Patient(
        spine=spine,
        curves=curves,
        contents=contents,
        around=draw_surroundings(rng, spine, belly_mm=belly),
        canal_mm=thickness.canal_mm,
        canal_half_width=float(rng.uniform(9.5, 11.0)),
        lean=float(rng.uniform(-1.5, 1.5)),
        coil_mm=float(rng.uniform(75.0, 150.0)),
    )


def _fine_grid(parameters: LumbarParameters, top_left: tuple[float, float]) -> PlaneGrid:
    """Gives the fine grid whose blocks are the pixels; ``top_left`` is pixel (0, 0)."""
    step = parameters.pixel_mm / parameters.supersampling
    count = parameters.matrix * parameters.supersampling
    offset = (np.arange(count) + 0.5) * step - parameters.pixel_mm / 2.0
    y0, z0 = top_left
    return PlaneGrid(
        y=(y0 + offset).astype(np.float32), z=(z0 - offset).astype(np.float32), step_mm=step
    )


def _paint(patient: _Patient, grid: PlaneGrid, x: float, streaks: NDArray[np.float32]) -> Plane:
    plane = Plane.empty(x, grid)
    paint_trunk(plane, patient.curves, patient.around)
    paint_organs(plane, patient.around)
    paint_vessels(plane, patient.curves, patient.around)
    paint_back(plane, patient.curves, streaks)
    paint_canal(plane, patient.curves, patient.contents, half_width=patient.canal_half_width)
    for disc in patient.spine.discs:
        paint_foramina(plane, disc, canal_mm=patient.canal_mm)
    for body in patient.spine.vertebrae:
        paint_posterior_elements(plane, body, canal_mm=patient.canal_mm)
    paint_column(plane, patient.spine, patient.curves)
    return plane


@dataclass(frozen=True)
class _Images:
    """Signal, texture amplitude and truth before the scanner adds its own."""

    signals: tuple[NDArray[np.float32], NDArray[np.float32]]
    texture: NDArray[np.float32]
    tissue: NDArray[np.uint8]
    labelmap: NDArray[np.uint8]


def _image(
    rng: np.random.Generator, patient: _Patient, grid: PlaneGrid, parameters: LumbarParameters
) -> _Images:
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
    streaks = [_streaks(rng, parameters) for _ in range(4)]
    pitch = parameters.thickness_mm + parameters.gap_mm
    for index in range(parameters.slices):
        votes = np.zeros((4, *shape[1:]), np.float32)
        for part in range(planes):
            within = ((part + 0.5) / planes - 0.5) * parameters.thickness_mm
            x = (index - (parameters.slices - 1) / 2.0) * pitch + within + patient.lean
            plane = _paint(patient, grid, x, _blend(streaks, x / 9.0))
            for total, lookup in zip(sums, lookups, strict=True):
                total[index] += average_blocks(lookup[plane.tissue], factor) / planes
            for label in (1, 2, 3):
                votes[label] += average_blocks(plane.label == label, factor) / planes
            if part == planes // 2:
                tissue[index] = plane.tissue[factor // 2 :: factor, factor // 2 :: factor]
        votes[0] = 1.0 - votes[1:].sum(axis=0)
        labelmap[index] = votes.argmax(axis=0)
    return _Images((sums[0], sums[1]), sums[2], tissue, labelmap)


def _streaks(rng: np.random.Generator, parameters: LumbarParameters) -> NDArray[np.float32]:
    """Draws a field that is long in height and short in depth, as muscle bundles are."""
    size = parameters.matrix
    mm = parameters.pixel_mm
    field_ = smooth_field(rng, (size, size), sigma=(4.0 / mm, 1.3 / mm))
    fine = np.repeat(np.repeat(field_, parameters.supersampling, 0), parameters.supersampling, 1)
    return np.asarray(fine, dtype=np.float32)


def _blend(fields: list[NDArray[np.float32]], position: float) -> NDArray[np.float32]:
    """Mixes fields along x so that neighbouring planes resemble each other."""
    place = position % len(fields)
    first = int(place)
    weight = place - first
    mixed = fields[first] * (1.0 - weight) + fields[(first + 1) % len(fields)] * weight
    return np.asarray(mixed / np.hypot(weight, 1.0 - weight), dtype=np.float32)


def _scan(
    rng: np.random.Generator, signal: NDArray[np.float32], *, texture: NDArray[np.float32],
    coil: NDArray[np.float32], parameters: LumbarParameters, reference: float,
) -> NDArray[np.float32]:
    """Adds texture, coil, field and noise, and scales to about 0 to 1000."""
    mm = parameters.pixel_mm
    grain = smooth_field(rng, signal.shape, sigma=(0.6, 0.9 / mm, 0.9 / mm))
    blotch = smooth_field(rng, signal.shape, sigma=(1.0, 3.5 / mm, 3.5 / mm))
    image = signal * (1.0 + texture * (0.8 * grain + 0.6 * blotch))
    bias = smooth_field(rng, signal.shape, sigma=(4.0, 70.0 / mm, 70.0 / mm))
    image = np.maximum(image, 0.0) * coil * (1.0 + 0.06 * bias)
    sigma = parameters.noise * reference
    noisy = add_rician_noise(rng, image.astype(np.float32), sigma=sigma)
    return np.asarray(noisy * np.float32(400.0 / reference), dtype=np.float32)


def _coil(patient: _Patient, grid: PlaneGrid, parameters: LumbarParameters) -> NDArray[np.float32]:
    factor = parameters.supersampling
    y, z = grid.y[::factor], grid.z[::factor]
    depth = patient.curves.skin[::factor, None] - y[None, :]
    across = surface_coil_sensitivity(depth, reach_mm=patient.coil_mm)
    middle = float(z.mean())
    ends = 1.0 - 0.35 * np.abs((z[:, None] - middle) / (parameters.matrix * parameters.pixel_mm / 2)) ** 4
    return np.asarray((across * ends)[None], dtype=np.float32)


def lumbar_phantom(
    seed: int | np.random.Generator, *, parameters: LumbarParameters | None = None
) -> LumbarPhantom:
    """Simulates one lumbar spine as a T1- and a T2-weighted sagittal series.

    Args:
        seed: Seed, or the generator itself.
        parameters: What to simulate; by default a 15-slice study at 1.5 T whose discs
            have drawn grades, no slip and no herniation.

    Raises:
        UsageError: A level, grade or field strength that cannot be simulated.
    """
    rng = np.random.default_rng(seed)
    wanted = parameters or LumbarParameters()
    half = wanted.matrix * wanted.pixel_mm / 2.0
    middle_y = float(rng.uniform(-48.0, -30.0))
    middle_z = float(rng.uniform(78.0, 94.0))
    top_left = (middle_y - half, middle_z + half)
    grid = _fine_grid(wanted, top_left)
    patient = _draw_patient(rng, grid, wanted)
    images = _image(rng, patient, grid, wanted)
    coil = _coil(patient, grid, wanted)
    affine = _affine(wanted, top_left)
    at_spine = float(np.median(np.broadcast_to(coil, images.labelmap.shape)[images.labelmap == 2]))
    table = tissue_table(wanted.field_t)
    volumes = []
    for signal, sequence in zip(
        images.signals, (wanted.t1_sequence, wanted.t2_sequence), strict=True
    ):
        marrow = float(signal_by_tissue(table, sequence)[4])
        array = _scan(
            rng, signal, texture=images.texture, coil=coil, parameters=wanted,
            reference=marrow * at_spine,
        )
        volumes.append(Volume(array, _spacing(wanted), affine))
    centres = _disc_centres(patient, affine)
    inside = [
        level
        for level, (_, row, column) in centres.items()
        if 6.0 < row < wanted.matrix - 6.0 and 6.0 < column < wanted.matrix - 6.0
    ]
    return LumbarPhantom(
        tissue=Volume(images.tissue.astype(np.float32), _spacing(wanted), affine),
        t1=volumes[0],
        t2=volumes[1],
        labelmap=images.labelmap,
        levels=tuple(inside),
        disc_centres={level: centres[level] for level in inside},
        grades={disc.name: disc.grade for disc in patient.spine.discs if disc.name in inside},
        midsagittal=int(round(next(iter(centres.values()))[0])),
        parameters=wanted,
    )


def _spacing(parameters: LumbarParameters) -> tuple[float, float, float]:
    pitch = parameters.thickness_mm + parameters.gap_mm
    return (pitch, parameters.pixel_mm, parameters.pixel_mm)


def _affine(parameters: LumbarParameters, top_left: tuple[float, float]) -> NDArray[np.float64]:
    """Gives the LPS affine: slices to the left, rows downwards, columns backwards."""
    pitch, row, column = _spacing(parameters)
    affine = np.eye(4)
    affine[:3, 0] = (pitch, 0.0, 0.0)
    affine[:3, 1] = (0.0, 0.0, -row)
    affine[:3, 2] = (0.0, column, 0.0)
    affine[:3, 3] = (-(parameters.slices - 1) / 2.0 * pitch, *top_left)
    return affine


def _disc_centres(
    patient: _Patient, affine: NDArray[np.float64]
) -> dict[str, tuple[float, float, float]]:
    inverse = np.linalg.inv(affine)
    centres: dict[str, tuple[float, float, float]] = {}
    for disc in patient.spine.discs:
        y, z = disc.centre
        index = inverse @ np.array([-patient.lean, y, z, 1.0])
        centres[disc.name] = (float(index[0]), float(index[1]), float(index[2]))
    return centres
