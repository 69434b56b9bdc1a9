"""Lumbar patients: drawn grades, herniations and slips, with boxes, masks and grades."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from condyle.domain.case import LabelledBox
from condyle.domain.study import Weighting
from condyle.phantoms.difficulty import draw_acquisition, draw_person, size_of
from condyle.phantoms.lumbar import LumbarPhantom, lumbar_phantom
from condyle.phantoms.painting import DISC
from condyle.phantoms.patient import LEVELS, LumbarParameters
from condyle.phantoms.simulated import (
    PatientRequest,
    SimulatedAnatomy,
    SimulatedPatient,
    SimulatedSeries,
    patient_of,
    study_grades,
)

HERNIATION, SLIP = "disc-herniation", "spondylolisthesis"
BOX_CLASSES = ("no-herniation-or-slip", "herniation", "spondylolisthesis")
"""Labels of a disc's box; a disc can have the last two at once, and then not the first."""

_NEITHER, _HERNIATED_BOX, _SLIPPED_BOX = BOX_CLASSES

_FIELD_OF_VIEW_MM = 291.0
_AGES = (20, 80)
# Nearly all lumbar herniations and slips are at the two or three lowest discs.
_HERNIATED = {"L5-S1": 0.45, "L4-L5": 0.40, "L3-L4": 0.15}
_SLIPPED = {"L5-S1": 0.40, "L4-L5": 0.45, "L3-L4": 0.15}
_HERNIATION_MM = (4.5, 9.0)
_SLIP_MM = (5.0, 13.0)
_SEEN_MM = 1.5
_BULGE_MM = 1.5
_BOX_MARGIN_MM = 3.0
_FOCAL_MM = 9.0
_DISC_REACH_MM = 24.0


@dataclass(frozen=True)
class Lesions:
    """What was drawn for one spine.

    Attributes:
        grades: Pfirrmann grade by level.
        herniations_mm: Protrusion by level.
        slips_mm: Forward slip by level.
    """

    grades: Mapping[str, int]
    herniations_mm: Mapping[str, float]
    slips_mm: Mapping[str, float]


def draw_lesions(
    rng: np.random.Generator, *, age_years: int, difficulty: float, prevalence: Mapping[str, float]
) -> Lesions:
    """Draws the state of every disc.

    Degeneration grows with age and towards the two lowest discs (Cheung et al., Spine
    34:934, 2009, doi 10.1097/BRS.0b013e3181a01b3f); the numbers are an approximation. A
    herniated disc has at least grade 3. A disc can be herniated and slipped.

    Args:
        rng: Source of randomness.
        age_years: Of the person.
        difficulty: 0 to 1; at 1, herniations and slips are half as deep.
        prevalence: Share of patients with a herniation, and with a slip.
    """
    lower = (0.8, 0.8, 0.35, 0.1, 0.0, 0.0, 0.0, 0.0, 0.0)
    mean = 1.4 + 0.025 * (age_years - 20) + float(rng.normal(0.0, 0.45))
    spread = rng.normal(0.0, 0.55, len(LEVELS))
    grades = {
        level: int(np.clip(np.rint(mean + extra + noise), 1, 5))
        for level, extra, noise in zip(LEVELS, lower, spread, strict=True)
    }
    herniations = _draw_depths(
        rng, _HERNIATED, prevalence[HERNIATION], _HERNIATION_MM, difficulty=difficulty
    )
    slips = _draw_depths(rng, _SLIPPED, prevalence[SLIP], _SLIP_MM, difficulty=difficulty)
    for level in herniations:
        grades[level] = max(grades[level], 3)
    return Lesions(grades, herniations, slips)


def _draw_depths(
    rng: np.random.Generator,
    chances: Mapping[str, float],
    prevalence: float,
    depths_mm: tuple[float, float],
    *,
    difficulty: float,
) -> dict[str, float]:
    """Draws at which levels there is a lesion, one or sometimes two, and how deep."""
    levels = [str(level) for level in rng.choice(list(chances), 2, False, list(chances.values()))]
    present, second = (float(value) for value in rng.random(2))
    depths = rng.uniform(*depths_mm, 2) * size_of(difficulty)
    count = 0 if present >= prevalence else 2 if second < 0.15 else 1
    return {level: float(depth) for level, depth in zip(levels[:count], depths, strict=False)}


def simulate_lumbar_patient(rng: np.random.Generator, request: PatientRequest) -> SimulatedPatient:
    """Simulates one patient: sagittal T1 and T2 around the midline.

    Masks hold 1 disc, 2 vertebra, 3 canal. Boxes are those of the discs, each with the
    labels of ``BOX_CLASSES`` that show on its slice; discs that the edge of the image cuts
    are marked difficult. Grades are those of the study and of ``disc-1`` and so on,
    counted from L5-S1.

    Args:
        rng: Source of all randomness.
        request: What is asked for.

    Raises:
        UsageError: A number that cannot be simulated.
    """
    person = draw_person(rng, ages=_AGES, joint=False)
    lesions = draw_lesions(
        rng,
        age_years=person.age_years,
        difficulty=request.difficulty,
        prevalence=request.prevalence,
    )
    # Spines are scanned with so much oversampling from head to foot that nothing wraps.
    first, second = (
        replace(draw_acquisition(rng, request.difficulty, field_t=person.field_t), wrap=False)
        for _ in range(2)
    )
    parameters = LumbarParameters(
        slices=request.slices,
        matrix=request.size,
        pixel_mm=_FIELD_OF_VIEW_MM / request.size,
        field_t=person.field_t,
        grades=lesions.grades,
        slips_mm=lesions.slips_mm,
        herniations_mm=lesions.herniations_mm,
    )
    phantom = lumbar_phantom(rng, parameters=parameters, acquisitions=(first, second))
    boxes = disc_boxes(phantom)
    seen = {
        finding: tuple(
            int(any(label in box.labels for box in boxes if box.slice == index))
            for index in range(request.slices)
        )
        for finding, label in ((HERNIATION, _HERNIATED_BOX), (SLIP, _SLIPPED_BOX))
    }
    weightings: tuple[Weighting, Weighting] = ("t1", "t2")
    sequences = (parameters.t1_sequence, parameters.t2_sequence)
    rows = zip(weightings, (phantom.t1, phantom.t2), sequences, (first, second), strict=True)
    series = tuple(
        SimulatedSeries(
            stem=f"{weighting}-sagittal",
            volume=volume,
            sequence=sequence,
            acquisition=acquisition,
            plane="sagittal",
            weighting=weighting,
            mask=phantom.labelmap,
            boxes=boxes,
            slice_grades=seen,
        )
        for weighting, volume, sequence, acquisition in rows
    )
    present = {HERNIATION: bool(lesions.herniations_mm), SLIP: bool(lesions.slips_mm)}
    grades = study_grades(present) | _disc_grades(phantom)
    return patient_of(request, person, series, body_part=LUMBAR.body_part, grades=grades)


def disc_boxes(phantom: LumbarPhantom) -> tuple[LabelledBox, ...]:
    """Gives a box around every disc on every slice, in whole pixels, 3 mm wider all around.

    Discs are told apart by the nearest centre: neighbours' centres are about 35 mm apart,
    a disc reaches 20 mm from its own. What is left at the edge of the image, of discs not
    wholly in view, has a box that is marked difficult.
    """
    pitch, mm, _ = phantom.t1.spacing or (1.0, 1.0, 1.0)
    margin = _BOX_MARGIN_MM / mm
    boxes = []
    for index, plane in enumerate(phantom.labelmap):
        points = np.argwhere(plane == DISC)
        owner = _owners(points, phantom, mm)
        for number, level in enumerate(phantom.levels):
            own = points[owner == number]
            if len(own):
                offset = (index - phantom.disc_centres[level][0]) * pitch
                labels = _labels(phantom.parameters, level, offset)
                boxes.append(LabelledBox(_box(own, margin, plane.shape), labels, index))
        left = np.zeros(plane.shape, np.bool_)
        left[tuple(points[owner < 0].T)] = True
        for rows, columns in ndimage.find_objects(ndimage.label(left)[0]):
            corners = np.array([[rows.start, columns.start], [rows.stop - 1, columns.stop - 1]])
            box = _box(corners, margin, plane.shape)
            boxes.append(LabelledBox(box, (), index, difficult=True))
    return tuple(boxes)


def _owners(points: NDArray[np.intp], phantom: LumbarPhantom, mm: float) -> NDArray[np.intp]:
    """Gives the number of the disc that each (row, column) point is of, -1 for none in view."""
    if not phantom.levels:
        return np.full(len(points), -1, np.intp)
    centres = np.array([phantom.disc_centres[level][1:] for level in phantom.levels])
    distance = np.hypot(*(points[:, None, axis] - centres[None, :, axis] for axis in (0, 1)))
    deeper = phantom.parameters.herniations_mm
    reach = np.array([_DISC_REACH_MM + deeper.get(level, 0.0) for level in phantom.levels])
    near = (distance * mm < reach).any(axis=1)
    return np.asarray(np.where(near, distance.argmin(axis=1), -1), dtype=np.intp)


def _box(
    points: NDArray[np.intp], margin: float, shape: tuple[int, ...]
) -> tuple[float, float, float, float]:
    low = np.maximum(np.floor(points.min(axis=0) - margin), 0)
    high = np.minimum(np.ceil(points.max(axis=0) + 1 + margin), shape)
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def _labels(parameters: LumbarParameters, level: str, offset_mm: float) -> tuple[str, ...]:
    """Gives what shows of a disc ``offset_mm`` beside its middle, sorted."""
    focal = float(np.cos(np.clip(offset_mm / _FOCAL_MM, -1.0, 1.0) * np.pi / 2.0))
    labels = []
    if parameters.herniations_mm.get(level, 0.0) * focal >= _SEEN_MM:
        labels.append(_HERNIATED_BOX)
    if parameters.slips_mm.get(level, 0.0) >= _SEEN_MM:
        labels.append(_SLIPPED_BOX)
    return tuple(labels) or (_NEITHER,)


def _disc_grades(phantom: LumbarPhantom) -> dict[str, dict[str, int]]:
    return {
        f"disc-{number}": {
            "pfirrmann-grade": phantom.grades[level],
            HERNIATION: int(level in phantom.parameters.herniations_mm),
            SLIP: int(level in phantom.parameters.slips_mm),
            # A disc of grade 5 has lost more than half of its height.
            "disc-narrowing": int(phantom.grades[level] == 5),
            "disc-bulging": int(phantom.bulges_mm[level] > _BULGE_MM),
        }
        for number, level in enumerate(phantom.levels, start=1)
    }


_NO_YES = ("no", "yes")

LUMBAR = SimulatedAnatomy(
    simulate=simulate_lumbar_patient,
    body_part="LSPINE",
    # Of the 179 patients of SPIDER's training set 31 % have a herniation, 17 % a slip.
    prevalence=MappingProxyType({HERNIATION: 0.4, SLIP: 0.25}),
    labels=MappingProxyType(
        {
            "pfirrmann-grade": tuple(str(grade) for grade in range(6)),
            HERNIATION: _NO_YES,
            SLIP: _NO_YES,
            "disc-narrowing": _NO_YES,
            "disc-bulging": _NO_YES,
        }
    ),
    structures=("background", "intervertebral-disc", "vertebra", "spinal-canal"),
    box_classes=BOX_CLASSES,
    slices=3,
)
"""A lumbar spine with discs of all grades, herniations and slips."""
