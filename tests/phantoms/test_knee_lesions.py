"""Lesions of simulated knees and what is said to be true of them."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest
from scipy import ndimage

from condyle.errors import UsageError
from condyle.phantoms.knee import PREVALENCE
from condyle.phantoms.knee_lesions import (
    ABNORMAL,
    ACL_INJURY,
    ACL_TEAR,
    KINDS,
    MENISCAL_TEAR,
    STRAIN,
    STRAIN_GRADE,
    KneeLesions,
    MeniscalTear,
    TearKind,
    check_lesions,
    draw_lesions,
)
from condyle.phantoms.knee_measure import JOINT, KneeBlock, knee_block
from condyle.phantoms.knee_painting import patient_knee
from condyle.phantoms.knee_person import draw_knee
from condyle.phantoms.knee_structures import LESION_NAMES, KneeLesion, KneeStructure
from condyle.phantoms.simulated import Person
from condyle.phantoms.tissues import Tissue

CALF = ((-56.0, 14.0), (-20.0, 60.0), (-60.0, 0.0))
"""What holds the medial gastrocnemius below the joint."""

WHO = Person(30, "M", 1.5, "right")
S, L = KneeStructure, KneeLesion


@lru_cache(maxsize=32)
def block(
    lesions: KneeLesions, contrast: float = 1.0, size: float = 1.0, seed: int = 1
) -> KneeBlock:
    person = draw_knee(np.random.default_rng(seed), WHO)
    patient = patient_knee(person, lesions, contrast=contrast, size=size)
    return knee_block(patient, step_mm=1.2, reach=CALF if lesions.strain else JOINT)


def torn(kind: TearKind, medial: bool = True, place: float = 0.8) -> KneeLesions:
    return KneeLesions(tears=(MeniscalTear(medial, kind, place),))


def kinds_of(found: KneeBlock) -> set[int]:
    return set(np.unique(found.lesions).tolist()) - {0}


def pieces_of(found: KneeBlock, structure: KneeStructure) -> int:
    """Counts pieces of at least a tenth of a structure."""
    pieces, _ = ndimage.label(found.structures == int(structure))
    sizes = np.bincount(pieces.ravel())[1:]
    return int((sizes > 0.1 * sizes.sum()).sum())


def test_a_healthy_knee_has_no_lesion_and_no_label() -> None:
    assert kinds_of(block(KneeLesions())) == set()
    assert set(KneeLesions().labels.values()) == {0}


@pytest.mark.parametrize(
    ("lesions", "kinds"),
    [
        (KneeLesions(acl=1), {L.ACL}),
        (KneeLesions(acl=2), {L.ACL}),
        (KneeLesions(acl=2, bruise=True), {L.ACL, L.BONE_BRUISE}),
        (torn("horizontal"), {L.MEDIAL_MENISCUS}),
        (torn("vertical", medial=False), {L.LATERAL_MENISCUS}),
        (torn("bucket-handle"), {L.MEDIAL_MENISCUS}),
        (KneeLesions(strain=2), {L.MUSCLE}),
    ],
)
def test_a_knee_shows_the_lesions_that_it_was_given_and_no_others(
    lesions: KneeLesions, kinds: set[KneeLesion]
) -> None:
    assert kinds_of(block(lesions)) == {int(kind) for kind in kinds}


@pytest.mark.parametrize(
    ("lesions", "labels"),
    [
        (KneeLesions(acl=1), {ABNORMAL: 1, ACL_TEAR: 1, ACL_INJURY: 1, MENISCAL_TEAR: 0}),
        (KneeLesions(acl=2), {ABNORMAL: 1, ACL_TEAR: 1, ACL_INJURY: 2, STRAIN: 0}),
        (torn("vertical"), {ABNORMAL: 1, ACL_TEAR: 0, MENISCAL_TEAR: 1}),
        (KneeLesions(strain=3), {ABNORMAL: 1, STRAIN: 1, STRAIN_GRADE: 3, MENISCAL_TEAR: 0}),
    ],
)
def test_the_labels_say_which_lesions_there_are(
    lesions: KneeLesions, labels: dict[str, int]
) -> None:
    assert labels.items() <= lesions.labels.items()


def test_a_complete_rupture_parts_the_ligament_and_a_partial_one_does_not() -> None:
    assert [pieces_of(block(KneeLesions(acl=acl)), S.ACL) for acl in (0, 1, 2)] == [1, 1, 2]


def test_a_rupture_swells_the_ligament_and_gives_it_the_signal_of_torn_fibres() -> None:
    intact, ruptured = block(KneeLesions()), block(KneeLesions(acl=2))
    where = ruptured.lesions == int(L.ACL)
    assert where.sum() * 1.2**3 > 500.0
    assert set(np.unique(ruptured.tissue[where])) <= {
        int(Tissue.TORN_LIGAMENT),
        int(Tissue.HAEMATOMA),
        int(Tissue.JOINT_FLUID),
    }
    assert not np.isin(intact.tissue[where], (Tissue.TORN_LIGAMENT, Tissue.HAEMATOMA)).any()


def test_a_partial_rupture_leaves_fibres_beside_it_that_are_whole() -> None:
    partial, whole = block(KneeLesions(acl=1)), block(KneeLesions(acl=2))
    assert 0 < (partial.lesions == int(L.ACL)).sum() < 0.75 * (whole.lesions == int(L.ACL)).sum()
    assert (partial.tissue == int(Tissue.CRUCIATE)).sum() > 150


def test_an_injury_brings_fluid_into_the_joint() -> None:
    volumes = [block(KneeLesions(acl=acl)).volume_ml(S.JOINT_FLUID) for acl in (0, 1, 2)]
    assert volumes[0] < volumes[1] < volumes[2]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("medial", [True, False])
def test_a_tear_lies_in_its_own_meniscus(kind: TearKind, medial: bool) -> None:
    found, healthy = block(torn(kind, medial)), block(KneeLesions())
    lesion = int(L.MEDIAL_MENISCUS if medial else L.LATERAL_MENISCUS)
    own = int(S.MEDIAL_MENISCUS if medial else S.LATERAL_MENISCUS)
    where = found.lesions == lesion
    assert where.sum() > 20
    if kind == "bucket-handle":
        # Part of it lies where the meniscus was, the fragment where it was not.
        assert 0.1 < float((healthy.structures[where] == own).mean()) < 0.9
    else:
        assert (healthy.structures[where] == own).all()


def test_a_tear_of_the_back_horn_lies_behind_and_one_of_the_front_horn_in_front() -> None:
    places = [
        float(np.argwhere(block(torn("vertical", place=place)).lesions > 0)[:, 1].mean())
        for place in (-0.8, 0.0, 0.8)
    ]
    assert places == sorted(places)
    assert places[2] - places[0] > 15.0


def test_a_bucket_handle_lies_in_the_notch_and_leaves_a_narrow_rim() -> None:
    found, healthy = block(torn("bucket-handle")), block(KneeLesions())
    fragment = (found.structures == int(S.MEDIAL_MENISCUS)) & (found.lesions > 0)
    # In millimetres to the lateral side of the middle.
    place = np.argwhere(fragment)[:, 0].mean() * found.step_mm + found.origin_mm[0]
    assert -9.0 < place < 9.0
    rim = (found.structures == int(S.MEDIAL_MENISCUS)) & (found.lesions == 0)
    assert rim.sum() < 0.75 * (healthy.structures == int(S.MEDIAL_MENISCUS)).sum()


def test_a_strain_grows_with_its_grade_and_tears_the_muscle_at_the_second() -> None:
    blocks = [block(KneeLesions(strain=grade)) for grade in (1, 2, 3)]
    sizes = [int((found.lesions == int(L.MUSCLE)).sum()) for found in blocks]
    assert sizes[0] < sizes[1] < sizes[2]
    blood = [int((found.tissue == int(Tissue.HAEMATOMA)).sum()) for found in blocks]
    assert blood[0] == 0
    assert 0 < blood[1] < blood[2]
    for found in blocks:
        own = found.structures[found.lesions == int(L.MUSCLE)]
        assert set(np.unique(own)) <= {int(S.MEDIAL_GASTROCNEMIUS), int(S.JOINT_FLUID)}


def test_bruises_lie_in_the_lateral_bones_only() -> None:
    found = block(KneeLesions(acl=2, bruise=True))
    where = found.lesions == int(L.BONE_BRUISE)
    assert set(np.unique(found.structures[where])) == {int(S.FEMUR), int(S.TIBIA)}
    assert np.argwhere(where)[:, 0].min() * found.step_mm + found.origin_mm[0] > 0.0


@pytest.mark.parametrize(
    "lesions",
    [
        KneeLesions(acl=1),
        KneeLesions(acl=2),
        torn("horizontal"),
        torn("vertical"),
        torn("bucket-handle"),
        KneeLesions(strain=3),
        KneeLesions(acl=2, bruise=True),
    ],
)
def test_a_smaller_size_makes_a_smaller_lesion_that_is_still_there(lesions: KneeLesions) -> None:
    large, small = (block(lesions, size=size).lesions > 0 for size in (1.0, 0.5))
    assert 0 < small.sum() < large.sum()


def test_contrast_changes_the_tissue_but_not_what_is_true() -> None:
    lesions = KneeLesions(acl=1)
    # One sample a voxel at a threshold of a half: below it nothing of the lesion is painted.
    faint, full = block(lesions, contrast=0.25), block(lesions, contrast=1.0)
    assert not np.isin(faint.tissue, (Tissue.TORN_LIGAMENT, Tissue.HAEMATOMA)).any()
    assert np.isin(full.tissue, (Tissue.TORN_LIGAMENT, Tissue.HAEMATOMA)).any()
    np.testing.assert_array_equal(faint.lesions == int(L.ACL), full.lesions == int(L.ACL))


def test_lesions_are_drawn_as_often_as_asked() -> None:
    rng = np.random.default_rng(0)
    drawn = [draw_lesions(rng, PREVALENCE).labels for _ in range(3000)]
    for name, share in PREVALENCE.items():
        assert float(np.mean([labels[name] for labels in drawn])) == pytest.approx(share, abs=0.03)
    assert {labels[ACL_INJURY] for labels in drawn} == {0, 1, 2}


def test_no_lesion_is_drawn_at_a_prevalence_of_zero_and_each_at_one() -> None:
    rng = np.random.default_rng(1)
    none, every = dict.fromkeys(PREVALENCE, 0.0), dict.fromkeys(PREVALENCE, 1.0)
    assert all(draw_lesions(rng, none) == KneeLesions() for _ in range(50))
    for _ in range(50):
        labels = draw_lesions(rng, every).labels
        assert all(labels[name] == 1 for name in PREVALENCE)


def test_drawing_takes_as_many_numbers_whatever_it_gives() -> None:
    after = []
    for share in (0.0, 1.0):
        rng = np.random.default_rng(2)
        draw_lesions(rng, dict.fromkeys(PREVALENCE, share))
        after.append(rng.random())
    assert after[0] == after[1]


@pytest.mark.parametrize(
    ("lesions", "found"),
    [
        (KneeLesions(acl=3), "ACL injury 3"),
        (KneeLesions(strain=-1), "strain of grade -1"),
        (torn("vertical", place=1.5), "tear at 1.5"),
        (KneeLesions(tears=(MeniscalTear(), MeniscalTear())), "two tears of one meniscus"),
    ],
)
def test_lesions_that_do_not_exist_are_refused(lesions: KneeLesions, found: str) -> None:
    with pytest.raises(UsageError, match=found):
        check_lesions(lesions)


def test_a_kind_that_does_not_exist_is_refused_with_the_kinds() -> None:
    odd = replace(MeniscalTear(), kind="sideways")
    with pytest.raises(UsageError, match="bucket-handle"):
        check_lesions(KneeLesions(tears=(odd,)))


def test_every_lesion_has_a_name() -> None:
    assert len(LESION_NAMES) == len(KneeLesion)
    assert LESION_NAMES[int(L.ACL)] == "acl-tear"
    assert LESION_NAMES[int(L.BONE_BRUISE)] == "bone-bruise"
