"""A simulated knee: one patient with known lesions, imaged in three planes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from condyle.errors import UsageError
from condyle.phantoms.difficulty import (
    check_difficulty,
    contrast_of,
    draw_acquisition,
    draw_person,
    size_of,
)
from condyle.phantoms.knee_lesions import (
    ABNORMAL,
    ACL_INJURY,
    ACL_TEAR,
    MENISCAL_TEAR,
    STRAIN,
    STRAIN_GRADE,
    KneeLesions,
    check_lesions,
    draw_lesions,
)
from condyle.phantoms.knee_painting import PatientKnee, patient_knee
from condyle.phantoms.knee_person import draw_knee
from condyle.phantoms.knee_structures import LESION_NAMES
from condyle.phantoms.knee_study import (
    PROTOCOLS,
    KneeSeries,
    cut_knee,
    image_knee,
    slice_grid,
)
from condyle.phantoms.simulated import (
    PatientRequest,
    Person,
    SimulatedAnatomy,
    SimulatedPatient,
    SimulatedSeries,
    patient_of,
)
from condyle.phantoms.slice_grid import PlaneName

PREVALENCE: Mapping[str, float] = MappingProxyType(
    {ACL_TEAR: 0.35, MENISCAL_TEAR: 0.35, STRAIN: 0.1}
)
"""Share of knees with each finding unless another is asked for."""

AGES = (18, 75)
"""Least and greatest age of those that are drawn, years."""

_SLICES = 8
_SIZES = (32, 1024)


@dataclass(frozen=True)
class KneePhantom:
    """A simulated knee and what is true of it.

    Attributes:
        person: Who.
        patient: The anatomy with its lesions.
        series: Sagittal, coronal and axial series, by plane.
    """

    person: Person
    patient: PatientKnee
    series: Mapping[PlaneName, KneeSeries]

    @property
    def lesions(self) -> KneeLesions:
        """The lesions."""
        return self.patient.lesions

    @property
    def labels(self) -> dict[str, int]:
        """Label of the study to its value."""
        return self.patient.lesions.labels


def knee_patient(
    rng: np.random.Generator,
    *,
    difficulty: float = 0.3,
    size: int = 256,
    slices: int = _SLICES,
    lesions: KneeLesions | None = None,
    prevalence: Mapping[str, float] = PREVALENCE,
) -> KneePhantom:
    """Simulates one knee in three planes.

    One seed gives one knee: its anatomy does not depend on size or difficulty, nor on
    whether its lesions were asked for.

    Args:
        rng: Source of all randomness.
        difficulty: 0 to 1: fainter and smaller lesions, more noise, artefacts.
        size: Rows and columns of a slice, whose side is 153.6 mm.
        slices: Slices a series.
        lesions: What it has; drawn where ``None``.
        prevalence: Share of knees with each finding, used where they are drawn.

    Raises:
        UsageError: A difficulty, a size or a lesion that cannot be simulated.
    """
    check_difficulty(difficulty)
    _check_sizes(size, slices)
    person = draw_person(rng, ages=AGES)
    drawn = draw_lesions(rng, prevalence)
    wanted = drawn if lesions is None else lesions
    check_lesions(wanted)
    shape = draw_knee(rng, person)
    patient = patient_knee(
        shape, wanted, contrast=contrast_of(difficulty), size=size_of(difficulty)
    )
    acquisitions = [draw_acquisition(rng, difficulty, field_t=person.field_t) for _ in PROTOCOLS]
    series: dict[PlaneName, KneeSeries] = {}
    for protocol, acquisition in zip(PROTOCOLS, acquisitions, strict=True):
        grid = slice_grid(protocol.plane, patient, slices=slices, size=size)
        cut = cut_knee(patient, grid, margin=size // 8 if acquisition.wrap else 0)
        series[protocol.plane] = image_knee(rng, cut, protocol, acquisition)
    return KneePhantom(person, patient, MappingProxyType(series))


def _check_sizes(size: int, slices: int) -> None:
    if not (_SIZES[0] <= size <= _SIZES[1] and 1 <= slices <= 128):
        raise UsageError(
            "This knee cannot be simulated.",
            found=f"size {size}, slices {slices}",
            needed=f"a size of {_SIZES[0]} to {_SIZES[1]} and 1 to 128 slices",
            mend="give numbers within these ranges.",
        )


def simulate_knee(rng: np.random.Generator, request: PatientRequest) -> SimulatedPatient:
    """Simulates one patient of a population: three series, lesion masks, boxes, labels.

    Args:
        rng: Source of all randomness.
        request: What is asked for.

    Raises:
        UsageError: A number that cannot be simulated.
    """
    phantom = knee_patient(
        rng,
        difficulty=request.difficulty,
        size=request.size,
        slices=request.slices,
        prevalence=request.prevalence,
    )
    return patient_of(
        request,
        phantom.person,
        tuple(_simulated(one) for one in phantom.series.values()),
        body_part=KNEE.body_part,
        grades={"study": phantom.labels},
    )


def _simulated(one: KneeSeries) -> SimulatedSeries:
    """Gives a series as populations hold it; a slice has what its mask shows."""
    shown = [{int(value) for value in np.unique(plane)} - {0} for plane in one.lesions]
    return SimulatedSeries(
        stem=one.protocol.stem,
        volume=one.volume,
        sequence=one.protocol.sequence,
        acquisition=one.acquisition,
        plane=one.protocol.plane,
        weighting=one.protocol.weighting,
        mask=one.lesions,
        boxes=one.boxes,
        slice_grades={
            ABNORMAL: tuple(int(bool(values)) for values in shown),
            ACL_TEAR: tuple(int(1 in values) for values in shown),
            MENISCAL_TEAR: tuple(int(bool({2, 3} & values)) for values in shown),
            STRAIN: tuple(int(4 in values) for values in shown),
        },
    )


_NO_YES = ("no", "yes")

KNEE = SimulatedAnatomy(
    simulate=simulate_knee,
    body_part="KNEE",
    prevalence=PREVALENCE,
    labels=MappingProxyType(
        {
            ABNORMAL: _NO_YES,
            ACL_TEAR: _NO_YES,
            MENISCAL_TEAR: _NO_YES,
            ACL_INJURY: ("intact", "partial", "complete"),
            STRAIN: _NO_YES,
            STRAIN_GRADE: ("none", "1", "2", "3"),
        }
    ),
    structures=LESION_NAMES,
    box_classes=LESION_NAMES[1:],
    slices=_SLICES,
)
"""A knee with ruptures of the anterior cruciate ligament, meniscal tears and strains."""
