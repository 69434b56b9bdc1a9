"""Draws one person: the spine, what lies around it, and how the coil sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from condyle.errors import UsageError
from condyle.phantoms.anatomy import Spine, SpineParameters, build_spine
from condyle.phantoms.curves import CurveParameters, Curves, build_curves
from condyle.phantoms.imaging import smooth_field
from condyle.phantoms.painting import (
    CanalContents,
    paint_canal,
    paint_column,
    paint_foramina,
    paint_posterior_elements,
)
from condyle.phantoms.plane import Plane, PlaneGrid
from condyle.phantoms.proportions import DISCS
from condyle.phantoms.signal import T1_WEIGHTED, T2_WEIGHTED, SpinEcho
from condyle.phantoms.surroundings import (
    Surroundings,
    draw_surroundings,
    paint_back,
    paint_mesentery,
    paint_organs,
    paint_trunk,
    paint_vessels,
)

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
    planes: int = 2
    grades: Mapping[str, int] = field(default_factory=dict)
    slips_mm: Mapping[str, float] = field(default_factory=dict)
    herniations_mm: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Patient:
    """All that was drawn for one person."""

    spine: Spine
    curves: Curves
    contents: CanalContents
    around: Surroundings
    canal_mm: float
    canal_half_width: float
    lean: float
    coil_mm: float
    normalised: float
    band_mm: float


def check_levels(parameters: LumbarParameters) -> None:
    """Refuses levels that a phantom does not have and grades outside 1 to 5.

    Raises:
        UsageError: A level or a grade does not exist.
    """
    named = {*parameters.grades, *parameters.slips_mm, *parameters.herniations_mm}
    unknown = sorted(named - set(LEVELS))
    grades = sorted(set(parameters.grades.values()) - set(range(1, 6)))
    if unknown or grades:
        raise UsageError(
            "These discs cannot be simulated.",
            found=", ".join([*unknown, *(f"grade {grade}" for grade in grades)]),
            needed="grades of 1 to 5, and levels among " + ", ".join(LEVELS),
            mend="name the levels so and give them grades of 1 to 5.",
        )


def draw_grades(rng: np.random.Generator, given: Mapping[str, int]) -> dict[str, int]:
    """Draws a Pfirrmann grade for every level, worse with age and in the two lowest discs.

    The rise towards L4-L5 and L5-S1 follows Cheung et al., Spine 34:934 (2009),
    doi 10.1097/BRS.0b013e3181a01b3f; the numbers are an approximation.
    """
    age = float(rng.normal(0.0, 0.7))
    lower = (0.9, 0.9, 0.35, 0.1, 0.0, 0.0, 0.0, 0.0, 0.0)
    drawn = {
        level: int(np.clip(np.rint(2.2 + age + extra + rng.normal(0.0, 0.55)), 1, 5))
        for level, extra in zip(LEVELS, lower, strict=True)
    }
    return {**drawn, **given}


def _draw_shape(
    rng: np.random.Generator, grades: Mapping[str, int], parameters: LumbarParameters
) -> SpineParameters:
    # Lordosis grows with the sacral slope (Roussouly et al., Spine 30:346, 2005).
    slope = float(np.clip(rng.normal(40.0, 4.5), 31.0, 50.0))
    return SpineParameters(
        scale=float(np.clip(rng.normal(1.0, 0.035), 0.93, 1.07)),
        sacral_slope_deg=slope,
        lordosis=1.15 * slope / 40.0 * float(np.clip(rng.normal(1.0, 0.07), 0.85, 1.15)),
        kyphosis_deg=float(rng.uniform(-0.3, 1.2)),
        grades=grades,
        slips_mm=parameters.slips_mm,
        herniations_mm=parameters.herniations_mm,
    )


def draw_patient(
    rng: np.random.Generator, grid: PlaneGrid, parameters: LumbarParameters
) -> Patient:
    """Draws a person; what the parameters fix is not drawn."""
    check_levels(parameters)
    grades = draw_grades(rng, parameters.grades)
    spine = build_spine(rng, _draw_shape(rng, grades, parameters))
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
    return Patient(
        spine=spine,
        curves=curves,
        contents=contents,
        around=draw_surroundings(rng, spine, belly_mm=belly),
        canal_mm=thickness.canal_mm,
        canal_half_width=float(rng.uniform(9.5, 11.0)),
        lean=float(rng.uniform(-1.5, 1.5)),
        coil_mm=float(rng.uniform(75.0, 150.0)),
        normalised=float(rng.uniform(0.1, 0.8)),
        band_mm=float(rng.uniform(22.0, 60.0)) if rng.random() < 0.5 else float("inf"),
    )


def paint(
    patient: Patient,
    grid: PlaneGrid,
    x: float,
    *,
    streaks: NDArray[np.float32],
    folds: NDArray[np.float32],
) -> Plane:
    """Paints the plane ``x`` mm to the left of the person's midline.

    Args:
        patient: The person.
        grid: Fine grid of the plane.
        x: Distance from the midline, mm.
        streaks: (row, column) field that places fat in muscle.
        folds: (row, column) field that places sheets in the fat of the belly.
    """
    plane = Plane.empty(x, grid)
    paint_trunk(plane, patient.curves, patient.around)
    paint_organs(plane, patient.around)
    paint_mesentery(plane, patient.curves, folds)
    paint_vessels(plane, patient.curves, patient.around)
    paint_back(plane, patient.curves, streaks)
    paint_canal(plane, patient.curves, patient.contents, half_width=patient.canal_half_width)
    for disc in patient.spine.discs:
        paint_foramina(plane, disc, canal_mm=patient.canal_mm)
    for body in patient.spine.vertebrae:
        paint_posterior_elements(plane, body, canal_mm=patient.canal_mm)
    paint_column(plane, patient.spine, patient.curves)
    return plane
