"""From simulated series to a case, whatever the anatomy."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from condyle.domain.case import STUDY_UNIT, LabelledBox
from condyle.domain.volume import Volume
from condyle.phantoms.scanner import Acquisition
from condyle.phantoms.signal import (
    PD_FAT_SATURATED,
    STIR,
    T1_GRADIENT_ECHO,
    T1_WEIGHTED,
    Sequence,
)
from condyle.phantoms.simulated import (
    PatientRequest,
    Person,
    SimulatedPatient,
    SimulatedSeries,
    patient_of,
    study_grades,
)

BOX = LabelledBox((0.0, 0.0, 2.0, 2.0), ("tear",))
ONE = SimulatedSeries(
    stem="t1-coronal",
    volume=Volume(np.ones((2, 4, 5), np.float32), (3.0, 1.0, 1.0), np.diag([3.0, 1.0, 1.0, 1.0])),
    sequence=T1_WEIGHTED,
    acquisition=Acquisition(),
    plane="coronal",
    weighting="t1",
    mask=np.zeros((2, 4, 5), np.uint8),
    boxes=(BOX,),
    slice_grades={"tear": (0, 1), "grade": (0, 3)},
)
REQUEST = PatientRequest("0003", 0.3, 5, 2, {})


def made(*series: SimulatedSeries, side: bool = True) -> SimulatedPatient:
    person = Person(51, "M", 3.0, "left" if side else None)
    grades = study_grades({"tear": True, "cyst": False})
    return patient_of(REQUEST, person, series, body_part="KNEE", grades=grades)


@pytest.mark.parametrize(
    ("sequence", "suppressed", "description"),
    [
        (T1_WEIGHTED, False, "T1 coronal"),
        (PD_FAT_SATURATED, True, "T1 FS coronal"),
        (STIR, True, "T1 FS coronal"),
        (T1_GRADIENT_ECHO, False, "T1 coronal"),
        (replace(T1_GRADIENT_ECHO, fat_saturated=True), True, "T1 FS coronal"),
    ],
)
def test_a_series_tells_whether_fat_is_dark(
    sequence: Sequence, suppressed: bool, description: str
) -> None:
    one = replace(ONE, sequence=sequence)
    assert one.fat_suppressed is suppressed
    assert one.description == description


def test_a_study_has_the_grades_given_and_each_series_the_greatest_of_its_slices() -> None:
    grades = made(ONE).case.reference.grades
    assert grades[STUDY_UNIT] == {"tear": 1, "cyst": 0}
    assert grades["t1-coronal"] == {"tear": 1, "grade": 3}


def test_a_series_without_grades_masks_or_boxes_leaves_them_out() -> None:
    bare = replace(ONE, stem="bare", mask=None, boxes=None, slice_grades={})
    reference = made(ONE, bare).case.reference
    assert set(reference.masks) == set(reference.boxes) == {"t1-coronal"}
    assert "bare" not in reference.grades


def test_a_series_that_was_looked_at_and_shows_nothing_has_an_empty_tuple_of_boxes() -> None:
    reference = made(replace(ONE, boxes=())).case.reference
    assert reference.boxes == {"t1-coronal": ()}


def test_the_covariates_are_those_of_the_person() -> None:
    assert made(ONE).case.covariates == {
        "sex": "M",
        "age": "51",
        "MagneticFieldStrength": "3",
        "laterality": "left",
    }
    assert "laterality" not in made(ONE, side=False).case.covariates


def test_each_series_loads_its_own_volume() -> None:
    other = replace(ONE, stem="other", volume=Volume(np.zeros((1, 3, 3), np.float32)))
    case = made(ONE, other).case
    assert case.study.series[0].load() is ONE.volume
    assert case.study.series[1].load() is other.volume
    assert case.study.series[1].shape == (1, 3, 3)
    assert case.study.series[1].spacing is None
    assert [one.age_years for one in case.study.series] == [51.0, 51.0]
    assert {one.body_part for one in case.study.series} == {"knee"}
    assert {one.contrast_agent.value for one in case.study.series} == {False}
