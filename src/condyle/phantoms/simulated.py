"""What a simulated patient is, whatever the anatomy: images, truth, and a case of both."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from condyle.domain.case import STUDY_UNIT, Case, LabelledBox, Reference
from condyle.domain.geometry import Plane
from condyle.domain.study import Attribute, Instance, Series, Study, Weighting
from condyle.domain.volume import Volume
from condyle.phantoms.scanner import Acquisition
from condyle.phantoms.signal import InversionRecovery, Sequence

Sex = Literal["F", "M"]
Laterality = Literal["left", "right"]


@dataclass(frozen=True)
class PatientRequest:
    """What a population asks for of one patient.

    Attributes:
        id: Of the patient, digits only.
        difficulty: 0 to 1; see ``difficulty``.
        size: Rows and columns of a slice.
        slices: Slices a series.
        prevalence: Finding to its share among patients, 0 to 1.
    """

    id: str
    difficulty: float
    size: int
    slices: int
    prevalence: Mapping[str, float]


@dataclass(frozen=True)
class Person:
    """Who was simulated.

    Attributes:
        age_years: Whole years.
        sex: ``"F"`` or ``"M"``.
        field_t: Field strength that they were imaged at.
        laterality: Side of the joint, ``None`` for the spine.
    """

    age_years: int
    sex: Sex
    field_t: float
    laterality: Laterality | None = None


@dataclass(frozen=True)
class SimulatedSeries:
    """One series and what is true of it.

    Attributes:
        stem: Unique in its study, such as ``"t1-coronal"``.
        volume: The images.
        sequence: Timing.
        acquisition: How it was acquired.
        plane: Plane of its slices.
        weighting: Contrast.
        mask: (slice, row, column) uint8 labelmap, or ``None``.
        boxes: Boxes on it; ``None`` where the anatomy has no boxes.
        slice_grades: Label to its value on each slice.
    """

    stem: str
    volume: Volume
    sequence: Sequence
    acquisition: Acquisition
    plane: Plane
    weighting: Weighting
    mask: NDArray[np.uint8] | None = None
    boxes: tuple[LabelledBox, ...] | None = None
    slice_grades: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    @property
    def fat_suppressed(self) -> bool:
        """Whether fat is dark, by saturation or by inversion."""
        return isinstance(self.sequence, InversionRecovery) or self.sequence.fat_saturated

    @property
    def description(self) -> str:
        """Series description, such as ``"T2 FS coronal"``."""
        words = (self.weighting.upper(), "FS" if self.fat_suppressed else "", self.plane)
        return " ".join(word for word in words if word)


@dataclass(frozen=True)
class SimulatedPatient:
    """One patient: who, the series as acquired, and the case that a data set would hold.

    Attributes:
        person: Who.
        series: In the order of the study.
        case: Study and reference; its series load what ``series`` holds.
    """

    person: Person
    series: tuple[SimulatedSeries, ...]
    case: Case


@dataclass(frozen=True)
class SimulatedAnatomy:
    """A body part that can be simulated.

    Attributes:
        simulate: Draws, builds and images one patient.
        body_part: Body Part Examined, a term of DICOM PS3.16 Annex L.
        prevalence: Finding to its share among patients unless another is asked for.
        labels: Label to the names of its values from 0.
        structures: Names of the values of its masks from 0, ``"background"`` first.
        box_classes: Labels that its boxes may have.
        slices: Slices a series unless another number is asked for.
    """

    simulate: Callable[[np.random.Generator, PatientRequest], SimulatedPatient]
    body_part: str
    prevalence: Mapping[str, float]
    labels: Mapping[str, tuple[str, ...]]
    structures: tuple[str, ...]
    box_classes: tuple[str, ...]
    slices: int = 5


def patient_of(
    request: PatientRequest,
    person: Person,
    series: tuple[SimulatedSeries, ...],
    *,
    body_part: str,
    grades: Mapping[str, Mapping[str, int]],
) -> SimulatedPatient:
    """Puts what was simulated into a case.

    Args:
        request: What was asked for.
        person: Who.
        series: The series.
        body_part: As in ``SimulatedAnatomy``.
        grades: Unit, such as ``"study"`` or ``"disc-1"``, to label to value; those of each
            series are added from its slices.
    """
    by_series = {
        one.stem: {label: max(values) for label, values in one.slice_grades.items()}
        for one in series
        if one.slice_grades
    }
    covariates = {
        "sex": person.sex,
        "age": str(person.age_years),
        "MagneticFieldStrength": f"{person.field_t:g}",
    }
    if person.laterality is not None:
        covariates["laterality"] = person.laterality
    case = Case(
        id=request.id,
        patient=request.id,
        study=Study(
            uid=None, series=tuple(_series(one, body_part, person.age_years) for one in series)
        ),
        reference=Reference(
            masks={one.stem: one.mask for one in series if one.mask is not None},
            grades={**grades, **by_series},
            boxes={one.stem: one.boxes for one in series if one.boxes is not None},
        ),
        covariates=covariates,
    )
    return SimulatedPatient(person, series, case)


def study_grades(values: Mapping[str, bool]) -> dict[str, dict[str, int]]:
    """Gives the grades of a whole study from what is present in it."""
    return {STUDY_UNIT: {label: int(value) for label, value in values.items()}}


def _series(one: SimulatedSeries, body_part: str, age_years: int) -> Series:
    volume = one.volume
    slices, rows, columns = volume.array.shape
    return Series(
        stem=one.stem,
        load=lambda: volume,
        kind="array",
        instances=(Instance(),) * slices,
        modality="MR",
        body_part=body_part.lower(),
        plane=Attribute(one.plane),
        weighting=Attribute(one.weighting),
        fat_suppressed=Attribute(one.fat_suppressed),
        contrast_agent=Attribute(False),
        shape=(slices, rows, columns),
        spacing=volume.spacing,
        description=one.description,
        simulated=True,
        age_years=float(age_years),
    )
