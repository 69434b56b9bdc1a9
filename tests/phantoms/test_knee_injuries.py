"""How injuries are painted, place by place."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest

from condyle.phantoms.knee_anatomy import Knee, build_knee
from condyle.phantoms.knee_lesions import KneeLesions, MeniscalTear
from condyle.phantoms.knee_menisci import MEDIAL, meniscus_place
from condyle.phantoms.knee_painting import PatientKnee, paint_knee, patient_knee
from condyle.phantoms.knee_person import KneePerson, draw_knee
from condyle.phantoms.knee_rupture import slacken
from condyle.phantoms.knee_structures import KneeLesion, KneeStructure
from condyle.phantoms.limb_canvas import Canvas
from condyle.phantoms.limb_space import Points
from condyle.phantoms.simulated import Person
from condyle.phantoms.tissues import Tissue

S, L = KneeStructure, KneeLesion
STEP = 0.5
BAYER = np.array([[0.125, 0.625], [0.875, 0.375]], np.float32)
NOTCH = ((-14.0, 16.0), (-20.0, 30.0), (-8.0, 34.0))
MENISCUS = ((-42.0, -2.0), (-28.0, 28.0), (-6.0, 9.0))


def person(seed: int = 1) -> KneePerson:
    drawn = draw_knee(np.random.default_rng(seed), Person(30, "M", 1.5, "left"))
    return replace(drawn, flexion_deg=6.0)


@lru_cache(maxsize=24)
def block(
    lesions: KneeLesions,
    reach: tuple[tuple[float, float], ...] = NOTCH,
    contrast: float = 1.0,
    size: float = 1.0,
    seed: int = 1,
) -> Canvas:
    axes = [np.arange(low, high, 2 * STEP, dtype=np.float32) for low, high in reach]
    grid = np.meshgrid(*axes, indexing="ij")
    points = Points(*(np.ascontiguousarray(values, np.float32) for values in grid))
    dither = np.tile(BAYER, [-(-size // 2) for size in points.u.shape[1:]])
    dither = dither[: points.u.shape[1], : points.u.shape[2]]
    canvas = Canvas.empty(points, step_mm=2 * STEP, dither=dither[None])
    paint_knee(canvas, patient_knee(person(seed), lesions, contrast=contrast, size=size))
    return canvas


def along_acl(canvas: Canvas, patient: PatientKnee, where: np.ndarray) -> np.ndarray:
    """How far along the ligament some points lie, 0 at the tibia, 1 at the femur."""
    points = Points(canvas.points.u[where], canvas.points.y[where], canvas.points.z[where])
    return patient.knee.acl.place(points)[1]


def test_only_a_complete_rupture_slackens_the_ligament() -> None:
    knee = build_knee(person())
    assert slacken(knee, KneeLesions(), size=1.0) is knee
    assert slacken(knee, KneeLesions(acl=1), size=1.0) is knee
    lax = slacken(knee, KneeLesions(acl=2), size=1.0)
    assert lax.acl.length > knee.acl.length
    np.testing.assert_allclose(lax.acl.path[[0, -1]], knee.acl.path[[0, -1]], atol=1e-4)
    # It sags.
    assert lax.acl.path[4][2] < knee.acl.path[4][2] - 2.0


def test_a_lax_ligament_sags_less_where_the_lesion_is_smaller() -> None:
    knee = build_knee(person())
    sags = [
        float((knee.acl.path[4] - slacken(knee, KneeLesions(acl=2), size=size).acl.path[4])[2])
        for size in (0.5, 1.0)
    ]
    assert 0.0 < sags[0] < sags[1]


def test_the_gap_of_a_complete_rupture_lies_in_the_middle_of_the_ligament() -> None:
    lesions = KneeLesions(acl=2)
    canvas, patient = block(lesions), patient_knee(person(), lesions)
    gap = (canvas.lesion == int(L.ACL)) & (canvas.structure == int(S.JOINT_FLUID))
    along = along_acl(canvas, patient, gap)
    assert along.size > 30
    assert 0.3 < float(np.median(along)) < 0.7
    assert float(np.percentile(along, 97) - np.percentile(along, 3)) < 0.35
    # Both stumps are ligament still.
    stumps = along_acl(canvas, patient, canvas.structure == int(S.ACL))
    assert stumps.min() < 0.1
    assert stumps.max() > 0.9


def test_the_ends_of_a_ruptured_ligament_keep_their_fibres() -> None:
    lesions = KneeLesions(acl=2)
    canvas, patient = block(lesions), patient_knee(person(), lesions)
    torn = along_acl(canvas, patient, canvas.lesion == int(L.ACL))
    whole = along_acl(canvas, patient, canvas.tissue == int(Tissue.CRUCIATE))
    assert torn.min() > 0.05
    assert torn.max() < 0.97
    assert whole.min() < 0.05


def test_a_partial_rupture_takes_the_front_fibres() -> None:
    canvas = block(KneeLesions(acl=1))
    torn, whole = canvas.lesion == int(L.ACL), canvas.tissue == int(Tissue.CRUCIATE)
    level = (canvas.points.z > 10.0) & (canvas.points.z < 16.0)
    assert (torn & level).sum() > 20
    assert (whole & level).sum() > 20
    assert canvas.points.y[torn & level].mean() < canvas.points.y[whole & level].mean() - 1.5


@pytest.mark.parametrize("acl", [1, 2])
def test_a_rupture_leaves_bone_and_the_posterior_cruciate_alone(acl: int) -> None:
    healthy, hurt = block(KneeLesions()), block(KneeLesions(acl=acl))
    for structure in (S.FEMUR, S.TIBIA, S.PCL):
        own = healthy.structure == int(structure)
        assert not (hurt.lesion[own] > 0).any()
        assert (hurt.structure[own] == int(structure)).mean() > 0.97


@pytest.mark.parametrize("acl", [1, 2])
@pytest.mark.parametrize("seed", range(3))
def test_every_rupture_changes_a_fair_part_of_the_ligament(acl: int, seed: int) -> None:
    canvas = block(KneeLesions(acl=acl), seed=seed)
    volume = float((canvas.lesion == int(L.ACL)).sum())
    assert (150.0, 400.0)[acl - 1] < volume < (1600.0, 3500.0)[acl - 1]


@pytest.mark.parametrize(("contrast", "share"), [(0.25, 0.25), (0.5, 0.5), (1.0, 1.0)])
def test_contrast_is_the_share_of_samples_that_are_torn(contrast: float, share: float) -> None:
    canvas = block(KneeLesions(acl=1), contrast=contrast)
    inside = canvas.tissue[canvas.lesion == int(L.ACL)]
    assert (inside == int(Tissue.TORN_LIGAMENT)).mean() == pytest.approx(share, abs=0.06)


def test_a_horizontal_cleft_is_flat_and_a_vertical_one_upright() -> None:
    spreads = {}
    for kind in ("horizontal", "vertical"):
        canvas = block(KneeLesions(tears=(MeniscalTear(True, kind, 0.8),)), MENISCUS)
        cleft = canvas.tissue == int(Tissue.TORN_MENISCUS)
        assert cleft.sum() > 5
        points = Points(canvas.points.u[cleft], canvas.points.y[cleft], canvas.points.z[cleft])
        place = meniscus_place(points, build_knee(person()), MEDIAL)
        spreads[kind] = float(np.ptp(place.above)), float(np.ptp(place.inwards / place.width))
    assert spreads["horizontal"][0] < spreads["vertical"][0]
    assert spreads["horizontal"][1] > spreads["vertical"][1]


@pytest.mark.parametrize("place", [-0.7, 0.0, 0.7])
def test_a_tear_lies_where_it_was_placed(place: float) -> None:
    canvas = block(KneeLesions(tears=(MeniscalTear(True, "vertical", place),)), MENISCUS)
    torn = canvas.lesion == int(L.MEDIAL_MENISCUS)
    points = Points(canvas.points.u[torn], canvas.points.y[torn], canvas.points.z[torn])
    backwards = meniscus_place(points, build_knee(person()), MEDIAL).backwards
    assert np.abs(backwards - place).max() < 0.5
    assert float(np.median(backwards)) == pytest.approx(place, abs=0.2)


def test_softened_fibrocartilage_lies_around_a_cleft() -> None:
    canvas = block(KneeLesions(tears=(MeniscalTear(),)), MENISCUS)
    torn = canvas.lesion == int(L.MEDIAL_MENISCUS)
    tissues = set(np.unique(canvas.tissue[torn]).tolist())
    assert tissues == {int(Tissue.TORN_MENISCUS), int(Tissue.DEGENERATE_MENISCUS)}


def handle(medial: bool) -> tuple[Canvas, np.ndarray]:
    tears = (MeniscalTear(medial, "bucket-handle", 0.5),)
    canvas = block(KneeLesions(tears=tears))
    own = S.MEDIAL_MENISCUS if medial else S.LATERAL_MENISCUS
    return canvas, (canvas.structure == int(own)) & (canvas.lesion > 0)


@pytest.mark.parametrize("medial", [True, False])
def test_the_fragment_of_a_bucket_handle_is_a_dark_band_from_front_to_back(medial: bool) -> None:
    canvas, fragment = handle(medial)
    assert float(np.ptp(canvas.points.y[fragment])) > 15.0
    assert set(np.unique(canvas.tissue[fragment])) == {int(Tissue.MENISCUS)}
    near = np.abs(canvas.points.u[fragment])
    assert float(near.max()) < 12.0


def test_the_fragment_lies_below_the_posterior_cruciate() -> None:
    canvas, fragment = handle(True)
    cruciate = canvas.structure == int(S.PCL)
    level = (canvas.points.y > 4.0) & (canvas.points.y < 12.0)
    assert canvas.points.z[fragment & level].mean() < canvas.points.z[cruciate & level].mean()


def test_lesions_of_both_menisci_and_the_ligament_live_side_by_side() -> None:
    lesions = KneeLesions(
        acl=2, tears=(MeniscalTear(True, "vertical"), MeniscalTear(False, "horizontal"))
    )
    reach = ((-42.0, 40.0), (-28.0, 28.0), (-8.0, 30.0))
    found = set(np.unique(block(lesions, reach).lesion).tolist()) - {0}
    assert found == {int(L.ACL), int(L.MEDIAL_MENISCUS), int(L.LATERAL_MENISCUS)}


def knee_without_bruise() -> Knee:
    return patient_knee(person(), KneeLesions(acl=2)).knee


def test_a_bruise_fades_from_its_middle_to_its_edge() -> None:
    reach = ((8.0, 36.0), (-32.0, 6.0), (0.0, 26.0))
    lesions = KneeLesions(acl=2, bruise=True)
    canvas = block(lesions, reach)
    oedema = canvas.tissue == int(Tissue.MARROW_OEDEMA)
    away = np.sqrt(
        ((canvas.points.u - 21.0) / 10.0) ** 2
        + ((canvas.points.y + 14.0) / 12.0) ** 2
        + ((canvas.points.z - 10.0) / 10.0) ** 2
    )
    marrow = oedema | np.isin(canvas.tissue, (Tissue.YELLOW_MARROW, Tissue.MARROW))
    shares = [
        float(oedema[marrow & (away > low) & (away < low + 0.25)].mean())
        for low in (0.25, 0.65, 1.0)
    ]
    assert shares[0] > 0.9
    assert shares[0] > shares[1] > shares[2]


def test_fluid_of_an_injury_follows_its_contrast() -> None:
    wet, dry = (
        patient_knee(person(), KneeLesions(acl=2), contrast=contrast).knee.person.effusion_mm
        for contrast in (1.0, 0.25)
    )
    base = person().effusion_mm
    assert wet - base == pytest.approx(1.8)
    assert dry - base == pytest.approx(0.45)
    assert knee_without_bruise().person.effusion_mm == pytest.approx(wet)
