"""The simulated knee study as a whole."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest

from condyle.errors import UsageError
from condyle.phantoms.knee import KNEE, PREVALENCE, KneePhantom, knee_patient
from condyle.phantoms.knee_lesions import KneeLesions, MeniscalTear
from condyle.phantoms.knee_painting import patient_knee
from condyle.phantoms.knee_person import draw_knee
from condyle.phantoms.knee_pose import to_knee
from condyle.phantoms.knee_structures import LESION_NAMES, KneeStructure
from condyle.phantoms.knee_study import (
    cut_knee,
    knee_coil,
    lesion_boxes,
    mixing_thresholds,
    slice_grid,
)
from condyle.phantoms.simulated import Laterality, PatientRequest, Person
from condyle.phantoms.slice_grid import PlaneName, SliceGrid

S = KneeStructure
HURT = KneeLesions(acl=2, bruise=True, tears=(MeniscalTear(),), strain=1)


@lru_cache(maxsize=8)
def phantom(seed: int = 1, difficulty: float = 0.0, lesions: KneeLesions = HURT) -> KneePhantom:
    return knee_patient(
        np.random.default_rng(seed), difficulty=difficulty, size=80, slices=6, lesions=lesions
    )


def test_the_same_seed_gives_the_same_voxels() -> None:
    again = knee_patient(np.random.default_rng(1), difficulty=0.0, size=80, slices=6, lesions=HURT)
    for plane, series in phantom().series.items():
        np.testing.assert_array_equal(series.volume.array, again.series[plane].volume.array)
        np.testing.assert_array_equal(series.lesions, again.series[plane].lesions)
        assert series.boxes == again.series[plane].boxes


def test_another_seed_gives_another_knee() -> None:
    assert phantom(1).patient.knee.person != phantom(2).patient.knee.person


def test_the_anatomy_depends_on_neither_size_difficulty_nor_lesions() -> None:
    persons = {
        replace(
            knee_patient(
                np.random.default_rng(5), size=size, difficulty=hard, lesions=lesions
            ).patient.knee.person,
            effusion_mm=0.0,
        )
        for size, hard, lesions in ((32, 0.0, HURT), (64, 1.0, KneeLesions()), (32, 0.5, None))
    }
    assert len(persons) == 1


def test_every_series_has_images_and_truth_on_one_grid() -> None:
    for plane, series in phantom().series.items():
        array = series.volume.array
        assert array.shape == series.structures.shape == series.lesions.shape == (6, 80, 80)
        assert array.dtype == np.float32
        assert np.isfinite(array).all()
        assert array.min() >= 0.0
        assert series.volume.spacing is not None
        assert series.volume.spacing[1:] == pytest.approx((1.92, 1.92))
        assert series.protocol.plane == plane


@pytest.mark.parametrize(("plane", "axis"), [("sagittal", 0), ("coronal", 1), ("axial", 2)])
def test_slices_lie_along_the_axis_of_their_plane(plane: PlaneName, axis: int) -> None:
    affine = phantom().series[plane].volume.affine
    assert affine is not None
    assert int(np.abs(affine[:3, 0]).argmax()) == axis
    # Rows run down or backwards, columns backwards or to the left, as a reader expects.
    signs = {"sagittal": (-1, 1), "coronal": (-1, 1), "axial": (1, 1)}[plane]
    assert tuple(int(np.sign(affine[:3, column].sum())) for column in (1, 2)) == signs


def test_the_middle_of_a_grid_lies_where_it_was_put() -> None:
    grid = SliceGrid("coronal", 5, 64, 2.0, 3.0, 4.0, (1.0, -2.0, 3.0))
    middle = grid.affine @ np.array([2.0, 31.5, 31.5, 1.0])
    np.testing.assert_allclose(middle[:3], [1.0, -2.0, 3.0])
    world = grid.world(2, factor=2, offset_mm=0.0)
    np.testing.assert_allclose(world.mean(axis=(1, 2)), [1.0, -2.0, 3.0], atol=1e-4)


def test_fine_samples_are_centred_on_their_pixels() -> None:
    grid = SliceGrid("axial", 3, 4, 2.0, 3.0, 5.0, (0.0, 0.0, 0.0))
    fine = grid.world(1, factor=2, offset_mm=0.0).reshape(3, 4, 2, 4, 2).mean(axis=(2, 4))
    pixels = np.stack(
        [
            (grid.affine @ np.array([1.0, row, column, 1.0]))[:3]
            for row in range(4)
            for column in range(4)
        ]
    )
    np.testing.assert_allclose(fine.reshape(3, -1).T, pixels, atol=1e-5)


def test_a_right_knee_is_the_mirror_of_a_left_one() -> None:
    left = draw_knee(np.random.default_rng(7), Person(40, "F", 1.5, "left"))
    # Nothing of the pose that a mirror would change.
    left = replace(left, turn_deg=(3.0, 0.0, 0.0), shift_mm=(0.0, 1.0, 2.0))
    right = replace(left, laterality="right")
    cuts = []
    for person in (left, right):
        patient = patient_knee(person, HURT)
        grid = slice_grid("coronal", patient, slices=3, size=48)
        cuts.append(cut_knee(patient, grid))
    np.testing.assert_array_equal(cuts[0].lesions, cuts[1].lesions[:, :, ::-1])
    # Only what is mixed within a voxel is not mirrored sample by sample.
    mirrored = cuts[0].scene.tissue == cuts[1].scene.tissue[:, :, ::-1]
    assert mirrored.mean() > 0.97


@pytest.mark.parametrize("side", ["left", "right"])
def test_the_lateral_side_is_that_of_the_leg(side: Laterality) -> None:
    person = draw_knee(np.random.default_rng(3), Person(40, "M", 1.5, side))
    sign = 1.0 if side == "left" else -1.0
    lateral = np.array(person.shift_mm, np.float32) + np.array([sign * 30.0, 0, 0], np.float32)
    assert float(to_knee(lateral[:, None], person).u[0]) > 20.0


@pytest.mark.parametrize("seed", range(6))
def test_the_slices_show_the_cruciates_both_menisci_and_the_patella(seed: int) -> None:
    person = draw_knee(np.random.default_rng(seed), Person(40, "F", 1.5, "left"))
    patient = patient_knee(person, KneeLesions())
    cut = cut_knee(patient, slice_grid("sagittal", patient, slices=8, size=96))
    present = set(np.unique(cut.structures).tolist())
    wanted = {S.ACL, S.PCL, S.MEDIAL_MENISCUS, S.LATERAL_MENISCUS, S.PATELLA, S.FEMUR}
    assert {int(one) for one in wanted} <= present


def test_few_slices_still_meet_the_anterior_cruciate() -> None:
    patient = phantom(2).patient
    cut = cut_knee(patient, slice_grid("sagittal", patient, slices=3, size=96))
    assert (cut.structures == int(S.ACL)).any()


def test_a_margin_adds_rows_to_the_scene_and_leaves_the_truth() -> None:
    patient = phantom().patient
    grid = slice_grid("sagittal", patient, slices=2, size=48)
    plain, wide = cut_knee(patient, grid), cut_knee(patient, grid, margin=6)
    assert wide.scene.shape == (2, 60, 48)
    assert wide.scene.margin == (6, 0)
    np.testing.assert_array_equal(wide.scene.tissue[:, 12:-12], plain.scene.tissue)
    np.testing.assert_array_equal(wide.lesions, plain.lesions)
    np.testing.assert_array_equal(wide.structures, plain.structures)


@pytest.mark.parametrize("share", [0.1, 0.25, 0.4, 0.9])
def test_a_share_of_a_tissue_is_right_on_average_over_a_few_voxels(share: float) -> None:
    thresholds = mixing_thresholds(64, 0)
    assert thresholds.min() >= 0.0
    assert thresholds.max() < 1.0
    taken = (thresholds < share).reshape(16, 8, 16, 8).mean(axis=(1, 3))
    np.testing.assert_allclose(taken, share, atol=0.06)


def test_thresholds_do_not_move_with_the_margin() -> None:
    np.testing.assert_array_equal(mixing_thresholds(8, 3)[6:-6], mixing_thresholds(8, 0))


def test_planes_within_a_slice_average_to_partial_volume() -> None:
    patient = phantom().patient
    grid = slice_grid("sagittal", patient, slices=2, size=48)
    thick = cut_knee(patient, grid, planes=3)
    assert thick.scene.tissue.shape == (6, 96, 96)
    assert thick.structures.shape == thick.lesions.shape == (2, 48, 48)
    # The middle plane of three is the only one of one.
    np.testing.assert_array_equal(thick.scene.tissue[1::3], cut_knee(patient, grid).scene.tissue)


def test_a_knee_without_lesions_has_empty_masks_and_no_boxes() -> None:
    healthy = phantom(lesions=KneeLesions())
    for series in healthy.series.values():
        assert not series.lesions.any()
        assert series.boxes == ()
    assert set(healthy.labels.values()) == {0}


def test_every_lesion_shows_in_a_mask_and_in_a_box() -> None:
    hurt = phantom()
    shown = {int(v) for one in hurt.series.values() for v in np.unique(one.lesions)} - {0}
    assert shown == {1, 2, 4, 5}
    boxed = {label for one in hurt.series.values() for box in one.boxes for label in box.labels}
    assert boxed == {LESION_NAMES[value] for value in shown}


def test_boxes_touch_their_lesion_on_every_side_and_together_hold_all_of_it() -> None:
    for series in phantom().series.values():
        left = series.lesions.copy()
        for box in series.boxes:
            row0, column0, row1, column1 = map(int, box.box)
            value = LESION_NAMES.index(box.labels[0])
            inside = series.lesions[box.slice, row0:row1, column0:column1] == value
            assert inside[0].any() and inside[-1].any()
            assert inside[:, 0].any() and inside[:, -1].any()
            part = left[box.slice, row0:row1, column0:column1]
            part[part == value] = 0
        assert np.count_nonzero(left) <= 0.05 * np.count_nonzero(series.lesions)


def test_lesions_of_one_kind_that_lie_apart_have_boxes_of_their_own() -> None:
    lesions = np.zeros((1, 20, 30), np.uint8)
    lesions[0, 2:6, 2:6] = lesions[0, 12:16, 2:6] = 5
    lesions[0, 2:6, 20:22] = lesions[0, 2:6, 24:26] = 3
    boxes = {(box.box, box.labels[0]) for box in lesion_boxes(lesions)}
    assert boxes == {
        ((2.0, 2.0, 6.0, 6.0), "bone-bruise"),
        ((12.0, 2.0, 16.0, 6.0), "bone-bruise"),
        ((2.0, 20.0, 6.0, 26.0), "lateral-meniscal-tear"),
    }


def test_the_coil_fades_towards_the_ends_of_the_leg_and_beyond() -> None:
    patient = phantom().patient
    grid = slice_grid("coronal", patient, slices=1, size=48)
    coil = knee_coil(cut_knee(patient, grid, margin=6).scene)[0, :, 0]
    np.testing.assert_allclose(coil, coil[::-1])
    assert coil[30] > 0.99
    assert 0.55 < coil[6] < 0.85
    assert coil[0] < 0.35


def test_specks_get_no_box() -> None:
    lesions = np.zeros((2, 8, 8), np.uint8)
    lesions[0, 0, 0] = 1
    lesions[1, 2:4, 3:6] = 2
    (only,) = lesion_boxes(lesions)
    assert (only.box, only.labels, only.slice) == ((2.0, 3.0, 4.0, 6.0), (LESION_NAMES[2],), 1)


def difference(difficulty: float) -> float:
    """Mean difference of a ruptured from an intact ligament, over the noise of air."""
    hurt, healthy = (
        phantom(3, difficulty, lesions) for lesions in (KneeLesions(acl=2), KneeLesions())
    )
    one, other = hurt.series["sagittal"], healthy.series["sagittal"]
    where = one.lesions > 0
    change = float((one.volume.array[where] - other.volume.array[where]).mean())
    noise = float(other.volume.array[other.structures == 0].std())
    return change / noise


def test_a_rupture_is_bright_and_difficulty_hides_it() -> None:
    easy, hard = difference(0.0), difference(1.0)
    assert easy > 3.0 * hard > 0.0


@pytest.mark.parametrize(("size", "slices"), [(16, 8), (2048, 8), (64, 0)])
def test_sizes_that_cannot_be_simulated_are_refused(size: int, slices: int) -> None:
    with pytest.raises(UsageError, match=f"size {size}, slices {slices}"):
        knee_patient(np.random.default_rng(0), size=size, slices=slices)


def test_a_difficulty_beyond_one_is_refused() -> None:
    with pytest.raises(UsageError, match="difficulty"):
        knee_patient(np.random.default_rng(0), difficulty=1.5)


def request(**shares: float) -> PatientRequest:
    return PatientRequest("0007", 0.2, 64, 4, {**PREVALENCE, **shares})


def test_a_patient_of_a_population_has_three_series_with_masks_boxes_and_labels() -> None:
    every = request(**{"acl-tear": 1.0, "meniscal-tear": 1.0, "muscle-strain": 1.0})
    made = KNEE.simulate(np.random.default_rng(1), every)
    case = made.case
    assert [one.stem for one in case.study.series] == [
        "t2-fs-sagittal",
        "t1-coronal",
        "pd-fs-axial",
    ]
    assert set(case.reference.masks) == set(case.reference.boxes) == {s.stem for s in made.series}
    grades = case.reference.grades["study"]
    assert grades.keys() == KNEE.labels.keys()
    assert grades["acl-tear"] == grades["meniscal-tear"] == grades["knee-abnormality"] == 1
    assert case.covariates["laterality"] in ("left", "right")
    for mask in case.reference.masks.values():
        assert mask.max() < len(KNEE.structures)


def test_labels_of_a_series_say_what_its_mask_shows() -> None:
    made = KNEE.simulate(np.random.default_rng(4), request(**{"acl-tear": 1.0}))
    for one in made.series:
        assert one.mask is not None
        shown = [bool((plane == 1).any()) for plane in one.mask]
        assert list(map(bool, one.slice_grades["acl-tear"])) == shown


def test_a_healthy_patient_has_no_label() -> None:
    none = request(**{"acl-tear": 0.0, "meniscal-tear": 0.0, "muscle-strain": 0.0})
    made = KNEE.simulate(np.random.default_rng(1), none)
    assert set(made.case.reference.grades["study"].values()) == {0}
    assert not any(mask.any() for mask in made.case.reference.masks.values())
