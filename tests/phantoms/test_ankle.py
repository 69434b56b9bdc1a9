"""Ankle patients: sizes as published, a lesion where the truth says, contrast as asked for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from condyle.domain.case import STUDY_UNIT
from condyle.phantoms.ankle import ANKLE, SIDE, lesion_boxes
from condyle.phantoms.ankle_cut import AnkleCut, slice_grid
from condyle.phantoms.ankle_lesion import draw_bruise, draw_lesion
from condyle.phantoms.ankle_patient import OLT, AnklePatient, draw_ankle
from condyle.phantoms.ankle_shape import (
    AnkleShape,
    calcaneus_distance,
    dome_distance,
    head_distance,
    talus_distance,
)
from condyle.phantoms.limb_space import Points
from condyle.phantoms.simulated import PatientRequest, SimulatedPatient
from condyle.phantoms.tissues import Tissue

ILL = PatientRequest("0001", 0.0, 96, 5, {OLT: 1.0})
SHAPE = AnkleShape()
_CENTRE_Z = -12.0


def at(u: float, y: float, z: float) -> Points:
    return Points(*(np.array([value], np.float32) for value in (u, y, z)))


def drawn(seed: int, request: PatientRequest = ILL) -> AnklePatient:
    return draw_ankle(np.random.default_rng(seed), request)


@pytest.fixture(scope="module")
def patient() -> SimulatedPatient:
    return ANKLE.simulate(np.random.default_rng(2), ILL)


def test_the_dome_is_a_roller_whose_top_is_the_origin() -> None:
    assert dome_distance(at(0.0, 0.0, 0.0), SHAPE)[0] == pytest.approx(SHAPE.groove, abs=1e-4)
    for angle in (-0.5, 0.0, 0.5):
        y, z = 23.0 * np.sin(angle), 23.0 * np.cos(angle) - 20.0
        got = dome_distance(at(0.0, y, z), SHAPE)[0]
        assert got == pytest.approx(3.0 + SHAPE.groove, abs=1e-4)


def test_the_dome_is_wider_in_front_and_ends_at_its_sides() -> None:
    inside = [float(dome_distance(at(14.0, y, -8.0), SHAPE)[0]) for y in (-10.0, 0.0, 10.0)]
    assert inside == sorted(inside)
    assert inside[0] < 0.0 < inside[2]


def test_talus_and_calcaneus_never_meet() -> None:
    grid = np.mgrid[-30:30:13j, -50:50:41j, -70:5:31j].astype(np.float32)
    points = Points(*(axis.ravel() for axis in grid))
    talus = talus_distance(points, dome_distance(points, SHAPE), SHAPE)
    assert not ((talus < 0.0) & (calcaneus_distance(points) < 0.0)).any()


def test_the_head_of_the_talus_lies_in_front_and_towards_the_medial_side() -> None:
    assert head_distance(at(-4.0, -34.0, -22.0), SHAPE)[0] < -5.0
    assert talus_distance(at(-4.0, -34.0, -22.0), np.ones(1, np.float32) * 9, SHAPE)[0] < 0.0


def test_a_study_is_t1_and_fat_saturated_t2_in_two_planes(patient: SimulatedPatient) -> None:
    assert [one.stem for one in patient.series] == [
        "t1-coronal",
        "t2-coronal",
        "t1-sagittal",
        "t2-sagittal",
    ]
    assert [one.fat_suppressed for one in patient.series] == [False, True, False, True]
    assert patient.series[1].description == "T2 FS coronal"
    assert {one.volume.array.shape for one in patient.series} == {(5, 96, 96)}


def test_the_mask_is_true_of_both_series_of_a_plane_and_its_boxes_hold_it(
    patient: SimulatedPatient,
) -> None:
    for first, second in (patient.series[:2], patient.series[2:]):
        assert first.mask is second.mask
        assert first.boxes == second.boxes
        assert first.mask is not None
        assert first.boxes is not None
        assert first.slice_grades[OLT] == tuple(int(one.any()) for one in first.mask)
        for index, plane in enumerate(first.mask):
            covered = np.zeros(plane.shape, bool)
            for box in first.boxes:
                if box.slice == index:
                    row0, column0, row1, column1 = (int(side) for side in box.box)
                    covered[row0:row1, column0:column1] = True
            assert covered[plane > 0].all()
            assert covered.any() == (plane > 0).any()
    assert patient.case.reference.grades[STUDY_UNIT][OLT] == 1


def test_a_patient_without_a_lesion_has_an_empty_mask_and_no_box() -> None:
    healthy = ANKLE.simulate(np.random.default_rng(2), replace(ILL, prevalence={OLT: 0.0}))
    assert healthy.case.reference.grades[STUDY_UNIT] == {OLT: 0, SIDE: 0}
    for one in healthy.series:
        assert one.mask is not None
        assert not one.mask.any()
        assert one.boxes == ()


def test_a_lesion_changes_the_image_where_its_mask_is(patient: SimulatedPatient) -> None:
    healthy = ANKLE.simulate(np.random.default_rng(2), replace(ILL, prevalence={OLT: 0.0}))
    for ill, well in zip(patient.series, healthy.series, strict=True):
        assert ill.mask is not None
        lesion = ill.mask > 0
        change = ill.volume.array - well.volume.array
        sign = -1.0 if ill.weighting == "t1" else 1.0
        assert sign * float(change[lesion].mean()) > 40.0
        assert abs(float(change[:, :20].mean())) < 0.2 * sign * float(change[lesion].mean())


def test_a_harder_lesion_is_that_of_the_same_person_smaller_and_fainter() -> None:
    easy, hard = drawn(3), drawn(3, replace(ILL, difficulty=1.0))
    assert easy.person == hard.person
    assert easy.shape == hard.shape
    assert easy.lesion is not None
    assert hard.lesion is not None
    assert easy.lesion.side == hard.lesion.side
    assert hard.lesion.contrast == 0.25
    assert hard.lesion.radii == pytest.approx([radius / 2 for radius in easy.lesion.radii])


def test_lesions_lie_on_the_dome_and_on_the_side_that_they_name() -> None:
    rng = np.random.default_rng(4)
    lesions = [draw_lesion(rng, SHAPE, difficulty=0.3) for _ in range(300)]
    medial = [one for one in lesions if one.side == "medial"]
    assert len(medial) / 300 == pytest.approx(62 / 96, abs=0.08)
    for one in lesions:
        assert (one.centre[0] < 0.0) == (one.side == "medial")
        assert abs(float(dome_distance(at(*one.centre), SHAPE)[0])) < 1.0


def test_a_quarter_of_all_patients_have_a_bruise_elsewhere() -> None:
    rng = np.random.default_rng(5)
    bruises = [draw_bruise(rng) for _ in range(400)]
    there = [one for one in bruises if one is not None]
    assert len(there) / 400 == pytest.approx(0.25, abs=0.06)
    for one in there:
        assert one.centre[2] > 2.0 or one.centre[2] < -27.0


@pytest.mark.parametrize("side", ["left", "right"])
def test_the_fibula_lies_on_the_lateral_side(side: str) -> None:
    one = drawn(6)
    person = replace(one.person, laterality=side)
    straight = replace(one.shape, turn_deg=(0.0, 0.0, 0.0), shift_mm=(0.0, 0.0, 0.0))
    healthy = AnklePatient(person, straight, None, None)
    grid = slice_grid("coronal", ILL, straight)
    scene, label = AnkleCut(grid, healthy).scene()
    assert not label.any()
    # 30 mm above the joint and 5 mm behind its middle, where the fibula stands by itself.
    row = round(((_CENTRE_Z + 70.0 - 30.0) / grid.pixel_mm) * 2)
    bones = scene.tissue[6, row] == int(Tissue.YELLOW_MARROW)
    columns = np.flatnonzero(bones)
    x = (columns / 2 - grid.size / 2) * grid.pixel_mm
    widest = x[np.abs(x) > 19.0]
    assert widest.size > 0
    # LPS: the lateral side of a left ankle is left, towards +x.
    assert (np.sign(widest) == (1.0 if side == "left" else -1.0)).all()


def test_left_and_right_are_mirror_images() -> None:
    one = drawn(7)
    straight = replace(one.shape, turn_deg=(0.0, 0.0, 0.0), shift_mm=(0.0, 0.0, 0.0))
    tissues = []
    for side in ("left", "right"):
        who = AnklePatient(replace(one.person, laterality=side), straight, None, None)
        tissues.append(AnkleCut(slice_grid("coronal", ILL, straight), who).scene()[0].tissue)
    left, right = tissues[0], tissues[1][:, :, ::-1]
    bone = (left == int(Tissue.YELLOW_MARROW)) | (right == int(Tissue.YELLOW_MARROW))
    assert (left == right)[bone].mean() > 0.999
    assert (tissues[0] == tissues[1])[bone].mean() < 0.9


def test_slices_span_the_dome_and_do_not_overlap() -> None:
    for count, pitch in ((1, 26.0), (5, 5.2), (20, 3.3)):
        grid = slice_grid("coronal", replace(ILL, slices=count), SHAPE)
        assert grid.pitch_mm == pytest.approx(pitch)
        assert grid.pitch_mm > grid.thickness_mm


def test_boxes_are_whole_pixels_within_the_image() -> None:
    mask = np.zeros((2, 12, 12), np.uint8)
    mask[1, 0:3, 9:12] = 1
    (box,) = lesion_boxes(mask, 1.0)
    assert box.box == (0.0, 7.0, 5.0, 12.0)
    assert (box.slice, box.labels) == (1, (OLT,))


def test_where_a_series_wraps_the_images_keep_their_size() -> None:
    for seed in range(40):
        rng = np.random.default_rng(seed)
        wrapped = ANKLE.simulate(rng, PatientRequest("0001", 1.0, 32, 1, {OLT: 1.0}))
        assert {one.volume.array.shape for one in wrapped.series} == {(1, 32, 32)}
        if any(one.acquisition.wrap for one in wrapped.series):
            return
    pytest.fail("no series wrapped in 40 hard patients")
