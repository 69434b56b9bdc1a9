"""What each layout takes of a simulated patient, and what it leaves."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
from numpy.typing import NDArray

from condyle.domain.case import STUDY_UNIT, Case, LabelledBox
from condyle.domain.geometry import Plane
from condyle.domain.study import Weighting
from condyle.domain.volume import Volume
from condyle.phantoms.scanner import Acquisition
from condyle.phantoms.signal import PD_FAT_SATURATED, T1_WEIGHTED, T2_FAT_SATURATED, Sequence
from condyle.phantoms.simulated import (
    PatientRequest,
    Person,
    SimulatedPatient,
    SimulatedSeries,
    patient_of,
)
from condyle.workflows.simulated_fit import (
    FITTED,
    as_boxed,
    as_classes,
    as_exam,
    as_listed,
    as_masked,
    as_spider,
    as_surely_boxed,
    fit_for,
    picture_values,
)

SHAPE = (3, 20, 16)
AFFINE = np.diag([4.0, 1.0, 1.0, 1.0])
BOXES = (
    LabelledBox((2.0, 3.0, 8.0, 9.0), ("herniation",), 0),
    LabelledBox((4.0, 5.0, 9.0, 9.0), ("no-herniation-or-slip",), 2),
    LabelledBox((0.0, 0.0, 2.0, 9.0), (), 2, difficult=True),
)


def series(
    stem: str,
    plane: Plane,
    weighting: Weighting,
    sequence: Sequence = T1_WEIGHTED,
    *,
    seed: int = 1,
    grades: Mapping[str, tuple[int, ...]] | None = None,
    masked: bool = True,
    boxes: tuple[LabelledBox, ...] | None = BOXES,
) -> SimulatedSeries:
    array = np.random.default_rng(seed).uniform(0.0, 1500.0, SHAPE).astype(np.float32)
    mask = np.zeros(SHAPE, np.uint8)
    mask[0, 2:8, 3:9] = 1
    return SimulatedSeries(
        stem=stem,
        volume=Volume(array, (4.0, 1.0, 1.0), AFFINE),
        sequence=sequence,
        acquisition=Acquisition(),
        plane=plane,
        weighting=weighting,
        mask=mask if masked else None,
        boxes=boxes,
        slice_grades={"tear": (1, 0, 0)} if grades is None else grades,
    )


def patient(
    *made: SimulatedSeries, grades: Mapping[str, Mapping[str, int]] | None = None
) -> SimulatedPatient:
    request = PatientRequest("0007", 0.3, 20, 3, {})
    held = {STUDY_UNIT: {"tear": 1}} if grades is None else grades
    person = Person(40, "F", 1.5, "left")
    return patient_of(request, person, made, body_part="KNEE", grades=held)


def only(cases: object) -> Case:
    (case,) = list(cases)
    assert isinstance(case, Case)
    return case


def test_an_exam_takes_one_series_a_plane_and_of_several_that_of_mrnet() -> None:
    who = patient(
        series("a", "sagittal", "t1", seed=1),
        series("b", "sagittal", "t2", T2_FAT_SATURATED, seed=2),
        series("c", "coronal", "pd", seed=3),
        series("d", "axial", "pd", PD_FAT_SATURATED, seed=4),
        grades={STUDY_UNIT: {"knee-abnormality": 1, "acl-tear": 0, "muscle-strain": 1}},
    )
    case = only(as_exam(who))
    assert {one.stem for one in case.study.series} == {"b", "c", "d"}
    assert case.reference.grades == {STUDY_UNIT: {"knee-abnormality": 1, "acl-tear": 0}}
    assert not case.reference.masks
    assert not case.reference.boxes
    for one in case.study.series:
        array = one.load().array
        assert np.array_equal(array, np.rint(array))
        assert 0 <= array.min() <= array.max() <= 255


def test_masked_volumes_keep_geometry_and_whole_values() -> None:
    who = patient(series("a", "sagittal", "t1"), series("b", "coronal", "t1", masked=False))
    case = only(as_masked(who))
    (one,) = case.study.series
    volume = one.load()
    assert volume.spacing == (4.0, 1.0, 1.0)
    assert volume.affine is AFFINE
    np.testing.assert_array_equal(volume.array, np.rint(who.series[0].volume.array))
    assert set(case.reference.masks) == {"a"}
    assert not case.reference.grades
    assert not case.reference.boxes


def test_a_row_of_a_table_has_the_masks_and_the_labels_of_the_study() -> None:
    case = only(as_listed(patient(series("a", "sagittal", "t1"))))
    assert case.reference.grades == {STUDY_UNIT: {"tear": 1}}
    assert set(case.reference.masks) == {"a"}


def test_pictures_with_boxes_hold_nothing_else() -> None:
    who = patient(series("a", "sagittal", "t1"), series("b", "coronal", "t1", boxes=None))
    case = only(as_boxed(who))
    assert [one.stem for one in case.study.series] == ["a"]
    assert case.reference.boxes == {"a": BOXES}
    assert not case.reference.masks
    assert not case.reference.grades


def test_boxes_that_cannot_be_marked_difficult_are_left_out() -> None:
    case = only(as_surely_boxed(patient(series("a", "sagittal", "t1"))))
    assert case.reference.boxes == {"a": BOXES[:2]}


def test_class_folders_leave_out_the_slices_of_the_ill_that_show_nothing() -> None:
    case = only(as_classes(patient(series("a", "sagittal", "t1")), label="tear"))
    assert [one.stem for one in case.study.series] == ["a-01"]
    assert case.reference.grades == {"a-01": {"tear": 1}}
    assert case.study.series[0].shape == (1, 20, 16)
    assert len(case.study.series[0].instances) == 1


def test_class_folders_keep_every_slice_of_the_healthy() -> None:
    well = series("a", "sagittal", "t1", grades={"tear": (0, 0, 0)})
    who = patient(well, grades={STUDY_UNIT: {"tear": 0}})
    case = only(as_classes(who, label="tear"))
    assert [one.stem for one in case.study.series] == ["a-01", "a-02", "a-03"]
    assert {row["tear"] for row in case.reference.grades.values()} == {0}


def test_a_patient_none_of_whose_slices_shows_the_finding_is_left_out() -> None:
    hidden = series("a", "sagittal", "t1", grades={"tear": (0, 0, 0)})
    assert list(as_classes(patient(hidden), label="tear")) == []


def test_slices_of_one_series_share_their_window() -> None:
    well = series("a", "sagittal", "t1", grades={"tear": (0, 0, 0)})
    who = patient(well, grades={STUDY_UNIT: {"tear": 0}})
    slices = only(as_classes(who, label="tear")).study.series
    whole = picture_values(well.volume.array)
    for index, one in enumerate(slices):
        np.testing.assert_array_equal(one.load().array, whole[index : index + 1])


def test_a_spider_patient_is_a_graded_case_and_a_case_a_masked_t2_slice() -> None:
    disc = {"pfirrmann-grade": 4, "disc-herniation": 1, "something-else": 1}
    who = patient(
        series("t1-sagittal", "sagittal", "t1"),
        series("t2-sagittal", "sagittal", "t2", seed=2),
        grades={STUDY_UNIT: {"disc-herniation": 1}, "disc-1": disc, "disc-2": disc},
    )
    graded, *masked = list(as_spider(who))
    assert (graded.id, graded.patient) == ("90007", "90007")
    assert [one.stem for one in graded.study.series] == ["90007_t1", "90007_t2"]
    assert graded.reference.grades == {
        unit: {"pfirrmann-grade": 4, "disc-herniation": 1} for unit in ("disc-1", "disc-2")
    }
    assert [one.id for one in masked] == [f"90007_t2_SPACE_slice{n}" for n in range(3)]
    for index, one in enumerate(masked):
        mask = who.series[1].mask
        assert mask is not None
        np.testing.assert_array_equal(one.reference.masks[one.id], mask[index : index + 1])
        assert one.patient == "90007"


def test_the_mid_sagittal_slice_is_the_middle_one() -> None:
    who = patient(
        series("t1-sagittal", "sagittal", "t1"), grades={STUDY_UNIT: {"disc-herniation": 0}}
    )
    graded = next(iter(as_spider(who)))
    whole = picture_values(who.series[0].volume.array)
    np.testing.assert_array_equal(graded.study.series[0].load().array, whole[1:2])


@pytest.mark.parametrize("layout", FITTED)
def test_every_layout_has_its_fit(layout: str) -> None:
    cases = list(fit_for(layout, label="tear")(patient(series("a", "sagittal", "t2"))))
    assert cases
    assert all(isinstance(case, Case) for case in cases)
    for case in cases:
        for one in case.study.series:
            assert one.load().array.shape == one.shape


def test_a_fit_leaves_the_patient_as_they_were() -> None:
    who = patient(series("a", "sagittal", "t2"))
    before: NDArray[np.float32] = who.series[0].volume.array.copy()
    for layout in FITTED:
        list(fit_for(layout, label="tear")(who))
    np.testing.assert_array_equal(who.series[0].volume.array, before)
