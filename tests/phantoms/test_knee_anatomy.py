"""The anatomy of simulated knees against the literature, and against itself."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest
from scipy import ndimage

from condyle.phantoms.knee_anatomy import build_knee
from condyle.phantoms.knee_lesions import KneeLesions
from condyle.phantoms.knee_measure import JOINT, KneeBlock, knee_block
from condyle.phantoms.knee_painting import patient_knee
from condyle.phantoms.knee_person import KneePerson, draw_knee
from condyle.phantoms.knee_structures import STRUCTURE_NAMES, KneeStructure
from condyle.phantoms.knee_study import cut_knee, slice_grid
from condyle.phantoms.simulated import Person, Sex
from condyle.phantoms.tissues import Tissue

S = KneeStructure
SEEDS = range(20)
PLATEAU = ((-46.0, 46.0), (-50.0, 40.0), (-30.0, 45.0))


def drawn(seed: int, sex: Sex = "M", age: int = 35) -> KneePerson:
    return draw_knee(np.random.default_rng(seed), Person(age, sex, 1.5, "left"))


@lru_cache(maxsize=32)
def block(seed: int, step_mm: float = 2.0) -> KneeBlock:
    sexes: tuple[Sex, Sex] = ("M", "F")
    person = drawn(seed, sexes[seed % 2], 20 + 2 * seed)
    return knee_block(patient_knee(person, KneeLesions()), step_mm=step_mm)


def mean_ml(structure: KneeStructure, *more: KneeStructure) -> float:
    return float(
        np.mean([sum(block(seed).volume_ml(one) for one in (structure, *more)) for seed in SEEDS])
    )


def test_the_cartilage_of_twenty_knees_has_the_volume_of_the_literature() -> None:
    # 27 men: 16.6 to 31.4 ml in all plates (Eckstein 2001); women have about a fifth less.
    total = [
        sum(
            block(seed).volume_ml(one)
            for one in (
                S.FEMORAL_CARTILAGE,
                S.MEDIAL_TIBIAL_CARTILAGE,
                S.LATERAL_TIBIAL_CARTILAGE,
                S.PATELLAR_CARTILAGE,
            )
        )
        for seed in SEEDS
    ]
    assert min(total) > 12.0
    assert max(total) < 31.4
    assert 16.0 < float(np.mean(total)) < 25.0


@pytest.mark.parametrize(
    ("structures", "low", "high"),
    [
        ((S.MEDIAL_MENISCUS,), 1.6, 3.2),
        ((S.LATERAL_MENISCUS,), 1.3, 2.8),
        ((S.ACL,), 0.85, 1.9),
        ((S.PCL,), 1.5, 3.5),
        ((S.PATELLA,), 9.0, 19.0),
        ((S.HOFFA_FAT_PAD,), 18.0, 45.0),
    ],
)
def test_twenty_knees_have_structures_of_plausible_mean_volume(
    structures: tuple[KneeStructure, ...], low: float, high: float
) -> None:
    assert low < mean_ml(*structures) < high


def test_the_plateau_of_men_is_wider_than_that_of_women_as_measured() -> None:
    widths = {
        sex: np.mean([72.6 * drawn(seed, sex).scale for seed in range(300)]) for sex in ("M", "F")
    }
    assert widths["M"] == pytest.approx(76.0, abs=0.8)
    assert widths["F"] == pytest.approx(67.3, abs=0.8)


def test_a_knee_is_as_wide_as_it_was_drawn() -> None:
    for seed in range(2):
        person = drawn(seed)
        found = knee_block(patient_knee(person, KneeLesions()), step_mm=1.0, reach=PLATEAU)
        assert found.extent_mm(S.TIBIA)[0] == pytest.approx(72.6 * person.scale, abs=1.5)
        # Notch and condyles in proportion: femur and tibia are about as wide.
        assert found.extent_mm(S.FEMUR)[0] == pytest.approx(found.extent_mm(S.TIBIA)[0], rel=0.12)


def test_cruciates_have_the_length_and_section_of_the_literature() -> None:
    for seed in SEEDS:
        person = drawn(seed)
        knee = build_knee(person)
        assert 26.0 < knee.acl.length * person.scale < 38.0
        section = np.pi * (knee.acl.radius.min() * person.scale) ** 2
        assert 28.0 < section < 60.0
        assert knee.pcl.length > knee.acl.length
        assert knee.pcl.radius.min() > knee.acl.radius.min()


def test_the_anterior_cruciate_runs_up_backwards_and_outwards() -> None:
    knee = build_knee(drawn(3))
    u, y, z = knee.acl.path[-1] - knee.acl.path[0]
    assert u > 3.0
    assert 40.0 < float(np.rad2deg(np.arctan2(z, y))) < 70.0
    # The posterior one goes the other way.
    assert (knee.pcl.path[-1] - knee.pcl.path[0])[1] < -15.0


def test_cartilage_is_thinner_in_the_old() -> None:
    young, old = (np.mean([drawn(seed, age=age).femoral_mm for seed in SEEDS]) for age in (25, 75))
    assert old < 0.95 * young


@pytest.mark.parametrize("structure", [S.FEMUR, S.TIBIA, S.PATELLA, S.FIBULA, S.ACL, S.PCL])
def test_each_bone_and_ligament_is_one_piece(structure: KneeStructure) -> None:
    found = block(1, 1.2).structures == int(structure)
    pieces, count = ndimage.label(found, np.ones((3, 3, 3)))
    sizes = np.bincount(pieces.ravel())[1:]
    assert count >= 1
    assert sizes.max() > 0.97 * sizes.sum()


def test_every_structure_is_there_in_a_healthy_knee() -> None:
    present = set(np.unique(block(2).structures))
    assert present == {int(structure) for structure in S}
    assert len(STRUCTURE_NAMES) == len(S)
    assert STRUCTURE_NAMES[int(S.HOFFA_FAT_PAD)] == "hoffa-fat-pad"


def test_what_lies_between_two_structures_lies_between_them() -> None:
    found = block(1, 1.2)
    height = {
        one: float(np.argwhere(found.structures == int(one))[:, 2].mean())
        for one in (S.TIBIA, S.MEDIAL_TIBIAL_CARTILAGE, S.MEDIAL_MENISCUS, S.FEMORAL_CARTILAGE)
    }
    assert list(height.values()) == sorted(height.values())
    depth = {
        one: float(np.argwhere(found.structures == int(one))[:, 1].mean())
        for one in (S.PATELLAR_TENDON, S.HOFFA_FAT_PAD, S.ACL, S.PCL, S.MEDIAL_GASTROCNEMIUS)
    }
    assert list(depth.values()) == sorted(depth.values())


def test_medial_and_lateral_are_on_their_sides() -> None:
    found = block(3)
    middle = found.structures.shape[0] / 2.0
    for inner in (S.MEDIAL_MENISCUS, S.MCL, S.MEDIAL_GASTROCNEMIUS):
        assert np.argwhere(found.structures == int(inner))[:, 0].mean() < middle
    for outer in (S.LATERAL_MENISCUS, S.LCL, S.FIBULA, S.LATERAL_GASTROCNEMIUS):
        assert np.argwhere(found.structures == int(outer))[:, 0].mean() > middle


@pytest.mark.parametrize(("seed", "flexion"), [(0, 0.0), (1, 10.0), (2, 20.0)])
def test_bones_never_run_into_each_other_however_far_the_knee_is_bent(
    seed: int, flexion: float
) -> None:
    person = replace(drawn(seed), flexion_deg=flexion)
    patient = patient_knee(person, KneeLesions())
    found = knee_block(patient, step_mm=1.2, reach=JOINT).structures
    for first, second in ((S.FEMUR, S.TIBIA), (S.FEMUR, S.PATELLA), (S.TIBIA, S.FIBULA)):
        near = ndimage.binary_dilation(found == int(first))
        assert np.count_nonzero(near & (found == int(second))) == 0, (first, second)


def test_bending_the_knee_moves_the_shaft_of_the_femur_backwards() -> None:
    places = []
    for flexion in (0.0, 20.0):
        person = replace(drawn(0), flexion_deg=flexion)
        found = knee_block(patient_knee(person, KneeLesions()), step_mm=2.0).structures
        places.append(np.argwhere(found[:, :, -1] == int(S.FEMUR))[:, 1].mean() * 2.0)
    assert places[1] - places[0] > 12.0


def test_every_bone_has_marrow_within_a_rind_of_cortex() -> None:
    found = block(1, 1.2)
    for bone in (S.FEMUR, S.TIBIA, S.PATELLA, S.FIBULA):
        inside = found.structures == int(bone)
        core = ndimage.binary_erosion(inside, iterations=3)
        assert (found.tissue[inside] == int(Tissue.CORTEX)).any()
        assert np.isin(found.tissue[core], (Tissue.YELLOW_MARROW, Tissue.MARROW)).mean() > 0.9


def test_the_old_have_no_red_marrow_and_the_young_do() -> None:
    counts = []
    for age in (18, 74):
        patient = patient_knee(drawn(5, "M", age), KneeLesions())
        cut = cut_knee(patient, slice_grid("sagittal", patient, slices=1, size=96))
        counts.append(int((cut.scene.tissue == int(Tissue.MARROW)).sum()))
    assert counts[0] > 40
    assert counts[1] == 0
