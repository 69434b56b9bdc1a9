"""Lumbar patients: every disc has a box, and what shows of it is its label."""

from __future__ import annotations

import math

import numpy as np
import pytest

from condyle.domain.case import STUDY_UNIT
from condyle.phantoms.lumbar import LumbarPhantom, lumbar_phantom
from condyle.phantoms.lumbar_patients import (
    HERNIATION,
    LUMBAR,
    SLIP,
    disc_boxes,
    draw_lesions,
)
from condyle.phantoms.painting import DISC
from condyle.phantoms.patient import LumbarParameters
from condyle.phantoms.simulated import PatientRequest, SimulatedPatient

BOTH = {HERNIATION: 1.0, SLIP: 1.0}


@pytest.fixture(scope="module")
def phantom() -> LumbarPhantom:
    return lumbar_phantom(
        4,
        parameters=LumbarParameters(
            slices=5,
            matrix=128,
            pixel_mm=2.3,
            planes=1,
            herniations_mm={"L4-L5": 6.0},
            slips_mm={"L4-L5": 7.0, "L5-S1": 0.4},
        ),
    )


@pytest.fixture(scope="module")
def patient() -> SimulatedPatient:
    request = PatientRequest("0001", 0.0, 96, 3, BOTH)
    return LUMBAR.simulate(np.random.default_rng(2), request)


def test_every_disc_in_view_has_one_box_on_every_slice_around_its_centre(
    phantom: LumbarPhantom,
) -> None:
    boxes = [box for box in disc_boxes(phantom) if not box.difficult]
    assert len(boxes) == 5 * len(phantom.levels)
    for index in range(5):
        own = [box.box for box in boxes if box.slice == index]
        for level in phantom.levels:
            _, row, column = phantom.disc_centres[level]
            holding = [b for b in own if b[0] <= row < b[2] and b[1] <= column < b[3]]
            assert len(holding) == 1, level


def test_the_boxes_hold_every_pixel_of_the_discs(phantom: LumbarPhantom) -> None:
    boxes = disc_boxes(phantom)
    for index, plane in enumerate(phantom.labelmap):
        covered = np.zeros(plane.shape, bool)
        for box in boxes:
            if box.slice == index:
                row0, column0, row1, column1 = (int(side) for side in box.box)
                covered[row0:row1, column0:column1] = True
        assert covered[plane == DISC].all()


def test_a_box_is_3_mm_wider_than_its_disc(phantom: LumbarPhantom) -> None:
    box = next(b for b in disc_boxes(phantom) if b.slice == 2 and not b.difficult)
    row0, column0, row1, column1 = (int(side) for side in box.box)
    inside = np.argwhere(phantom.labelmap[2, row0:row1, column0:column1] == DISC)
    gap = math.ceil(3.0 / 2.3)
    assert inside.min() >= gap - 1
    assert (inside.max(axis=0) <= np.array([row1 - row0, column1 - column0]) - gap).all()


def test_a_disc_shows_both_lesions_in_the_middle_and_only_the_slip_aside(
    phantom: LumbarPhantom,
) -> None:
    shown = {}
    for box in disc_boxes(phantom):
        _, row, column = phantom.disc_centres["L4-L5"]
        if box.box[0] <= row < box.box[2] and box.box[1] <= column < box.box[3]:
            shown[box.slice] = box.labels
    assert shown[2] == ("herniation", "spondylolisthesis")
    assert shown[0] == shown[4] == ("spondylolisthesis",)


def test_a_slip_too_slight_to_be_seen_is_not_labelled(phantom: LumbarPhantom) -> None:
    _, row, column = phantom.disc_centres["L5-S1"]
    for box in disc_boxes(phantom):
        if box.box[0] <= row < box.box[2] and box.box[1] <= column < box.box[3]:
            assert box.labels == ("no-herniation-or-slip",)


def test_a_phantom_without_a_disc_has_no_box() -> None:
    tiny = LumbarParameters(slices=1, matrix=32, pixel_mm=0.1, planes=1, supersampling=1)
    assert disc_boxes(lumbar_phantom(1, parameters=tiny)) == ()


def test_the_study_the_discs_and_the_slices_agree(patient: SimulatedPatient) -> None:
    grades = patient.case.reference.grades
    discs = {unit: row for unit, row in grades.items() if unit.startswith("disc-")}
    assert list(discs) == [f"disc-{number}" for number in range(1, len(discs) + 1)]
    for label in (HERNIATION, SLIP):
        assert grades[STUDY_UNIT][label] == max(row[label] for row in discs.values()) == 1
        assert grades["t2-sagittal"][label] == 1
    assert all(1 <= row["pfirrmann-grade"] <= 5 for row in discs.values())
    assert all(row["pfirrmann-grade"] >= 3 for row in discs.values() if row[HERNIATION])


def test_both_series_share_geometry_and_truth(patient: SimulatedPatient) -> None:
    t1, t2 = patient.series
    assert (t1.weighting, t2.weighting) == ("t1", "t2")
    assert t1.boxes == t2.boxes
    assert t1.mask is t2.mask
    canal = t2.mask == 3
    assert canal.any()
    assert t2.volume.array[canal].mean() > 2.0 * t1.volume.array[canal].mean()


def test_the_share_of_patients_with_a_lesion_is_the_prevalence() -> None:
    rng = np.random.default_rng(8)
    drawn = [
        draw_lesions(rng, age_years=50, difficulty=0.3, prevalence={HERNIATION: 0.4, SLIP: 0.1})
        for _ in range(1500)
    ]
    assert np.mean([bool(one.herniations_mm) for one in drawn]) == pytest.approx(0.4, abs=0.05)
    assert np.mean([bool(one.slips_mm) for one in drawn]) == pytest.approx(0.1, abs=0.03)


def test_discs_degenerate_with_age() -> None:
    means = []
    for age in (20, 50, 80):
        rng = np.random.default_rng(9)
        drawn = [
            draw_lesions(rng, age_years=age, difficulty=0.3, prevalence=dict.fromkeys(BOTH, 0.0))
            for _ in range(200)
        ]
        means.append(np.mean([list(one.grades.values()) for one in drawn]))
    assert means[0] + 0.4 < means[1] < means[2] - 0.4


def test_a_harder_patient_is_the_same_person_with_shallower_lesions() -> None:
    easy, hard = (
        draw_lesions(
            np.random.default_rng(10), age_years=60, difficulty=difficulty, prevalence=BOTH
        )
        for difficulty in (0.0, 1.0)
    )
    assert easy.grades == hard.grades
    assert list(easy.herniations_mm) == list(hard.herniations_mm)
    for level, depth in easy.herniations_mm.items():
        assert hard.herniations_mm[level] == pytest.approx(depth / 2.0)
