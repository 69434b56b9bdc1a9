"""What lies around the joint, on planes through one knee."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest
from scipy import ndimage

from condyle.phantoms.knee_anatomy import (
    build_knee,
    fascia_distance,
    on_femur,
    structure_of_muscle,
)
from condyle.phantoms.knee_lesions import KneeLesions
from condyle.phantoms.knee_painting import PatientKnee, paint_knee, patient_knee
from condyle.phantoms.knee_person import KneePerson, draw_knee
from condyle.phantoms.knee_structures import KneeStructure
from condyle.phantoms.limb_canvas import Canvas
from condyle.phantoms.limb_space import Points
from condyle.phantoms.simulated import Person
from condyle.phantoms.tissues import Tissue

S = KneeStructure
STEP = 0.6
LEFT_OUT = {S.BACKGROUND, S.SKIN, S.SUBCUTANEOUS_FAT}


def person(seed: int = 1, age: int = 30) -> KneePerson:
    return draw_knee(np.random.default_rng(seed), Person(age, "M", 1.5, "left"))


def painted(patient: PatientKnee, axis: str, at: float) -> Canvas:
    """A plane through a knee, seen from a side, the front or above."""
    spans = {
        "u": np.arange(-72.0, 72.0, STEP, dtype=np.float32),
        "y": np.arange(-78.0, 78.0, STEP, dtype=np.float32),
        "z": np.arange(-70.0, 75.0, STEP, dtype=np.float32),
    }
    spans[axis] = np.array([at], np.float32)
    grid = [values.squeeze() for values in np.meshgrid(*spans.values(), indexing="ij")]
    points = Points(*(np.ascontiguousarray(values, np.float32) for values in grid))
    canvas = Canvas.empty(points, step_mm=STEP, dither=np.full((1, 1), 0.5, np.float32))
    paint_knee(canvas, patient)
    return canvas


@lru_cache(maxsize=24)
def plane(
    axis: str,
    at: float,
    *,
    flexion_deg: float = 8.0,
    fat_mm: float = 7.0,
    effusion_mm: float = 0.6,
    muscle: float = 1.0,
) -> Canvas:
    changed = replace(
        person(), flexion_deg=flexion_deg, fat_mm=fat_mm, effusion_mm=effusion_mm, muscle=muscle
    )
    return painted(patient_knee(changed, KneeLesions()), axis, at)


def area(canvas: Canvas, structure: KneeStructure) -> float:
    return float((canvas.structure == int(structure)).sum()) * STEP**2


@pytest.mark.parametrize("flexion", [0.0, 20.0])
@pytest.mark.parametrize("z", [-50.0, 0.0, 30.0, 60.0])
def test_every_section_is_one_leg_wrapped_in_skin_over_fat(z: float, flexion: float) -> None:
    canvas = plane("z", z, flexion_deg=flexion, fat_mm=3.0)
    leg = canvas.tissue != int(Tissue.AIR)
    _, count = ndimage.label(leg)
    assert count == 1
    assert ndimage.binary_fill_holes(leg).sum() == leg.sum()
    rim = leg & ~ndimage.binary_erosion(leg)
    assert set(np.unique(canvas.structure[rim])) == {int(S.SKIN)}
    assert 60.0 < np.sqrt(leg.sum() * STEP**2 * 4.0 / np.pi) < 145.0


@pytest.mark.parametrize("z", [-50.0, 0.0, 60.0])
def test_fat_under_the_skin_is_as_thick_as_drawn(z: float) -> None:
    thin, thick = (area(plane("z", z, fat_mm=fat), S.SUBCUTANEOUS_FAT) for fat in (4.0, 12.0))
    assert thick > 2.2 * thin


def test_no_structure_reaches_through_the_fascia() -> None:
    for z in (-40.0, 0.0, 30.0, 60.0):
        canvas = plane("z", z)
        deep = fascia_distance(canvas.points, build_knee(person()))
        named = ~np.isin(canvas.structure, [int(one) for one in LEFT_OUT])
        assert float(deep[named].max()) < 3.0


@pytest.mark.parametrize(
    ("z", "structures"),
    [
        (-45.0, {S.TIBIA, S.FIBULA, S.MEDIAL_GASTROCNEMIUS, S.LATERAL_GASTROCNEMIUS, S.VESSEL}),
        (-25.0, {S.TIBIA, S.FIBULA, S.PATELLAR_TENDON, S.MCL, S.OTHER_MUSCLE}),
        (12.0, {S.FEMUR, S.ACL, S.PCL, S.LCL, S.MCL, S.HOFFA_FAT_PAD, S.HAMSTRINGS}),
        (36.0, {S.FEMUR, S.PATELLA, S.PATELLAR_CARTILAGE, S.FEMORAL_CARTILAGE, S.HAMSTRINGS}),
        (65.0, {S.FEMUR, S.QUADRICEPS, S.QUADRICEPS_TENDON, S.HAMSTRINGS, S.VESSEL}),
    ],
)
def test_each_height_shows_the_structures_of_its_level(
    z: float, structures: set[KneeStructure]
) -> None:
    present = set(np.unique(plane("z", z, flexion_deg=5.0).structure).tolist())
    assert {int(one) for one in structures} <= present


def test_an_anterior_structure_lies_in_front_and_a_posterior_one_behind() -> None:
    canvas = plane("z", -20.0)
    place = {
        one: float(canvas.points.y[canvas.structure == int(one)].mean())
        for one in (S.PATELLAR_TENDON, S.TIBIA, S.VESSEL, S.LATERAL_GASTROCNEMIUS)
    }
    assert list(place.values()) == sorted(place.values())


def test_the_artery_is_black_and_the_vein_is_not() -> None:
    canvas = plane("z", -10.0)
    vessels = canvas.tissue[canvas.structure == int(S.VESSEL)]
    assert {int(Tissue.FLOWING_BLOOD), int(Tissue.VENOUS_BLOOD)} == set(np.unique(vessels))


def test_muscles_are_streaked_with_more_fat_the_fatter_they_are() -> None:
    shares = []
    for fatty in (0.0, 1.0):
        canvas = painted(patient_knee(replace(person(), fatty=fatty), KneeLesions()), "z", -45.0)
        inside = canvas.structure == int(S.MEDIAL_GASTROCNEMIUS)
        # Half of the samples of a sheet are fat, and a threshold of a third lets them be seen.
        shares.append(float((canvas.tissue[inside] == int(Tissue.MUSCLE)).mean()))
    assert shares[0] >= shares[1] > 0.7


def test_thicker_muscles_fill_more_of_the_leg() -> None:
    slim, strong = (area(plane("z", -45.0, muscle=m), S.MEDIAL_GASTROCNEMIUS) for m in (0.9, 1.1))
    assert strong == pytest.approx(slim * (1.1 / 0.9) ** 2, rel=0.15)


@pytest.mark.parametrize(
    ("name", "structure"),
    [
        ("vastus medialis", S.QUADRICEPS),
        ("semimembranosus", S.HAMSTRINGS),
        ("medial gastrocnemius", S.MEDIAL_GASTROCNEMIUS),
        ("sartorius", S.OTHER_MUSCLE),
    ],
)
def test_muscles_belong_to_their_group(name: str, structure: KneeStructure) -> None:
    assert structure_of_muscle(name) is structure
    knee = build_knee(person())
    assert name in knee.thigh or name in knee.calf


def test_more_fluid_fills_the_recess_and_the_gutters() -> None:
    little, much = (area(plane("u", 1.0, effusion_mm=mm), S.JOINT_FLUID) for mm in (0.3, 3.5))
    assert much > 3.0 * little
    beside = [area(plane("z", 30.0, effusion_mm=mm), S.JOINT_FLUID) for mm in (0.3, 3.5)]
    assert beside[1] > 2.0 * beside[0]


def test_the_recess_lies_above_the_patella_behind_the_tendon() -> None:
    canvas = plane("u", 1.0, effusion_mm=3.0, flexion_deg=0.0)
    high = canvas.points.z > 58.0
    fluid = canvas.points.y[(canvas.structure == int(S.JOINT_FLUID)) & high]
    tendon = canvas.points.y[(canvas.structure == int(S.QUADRICEPS_TENDON)) & high]
    bone = canvas.points.y[(canvas.structure == int(S.FEMUR)) & high]
    assert tendon.mean() < fluid.mean() < bone.mean()


def test_the_fat_pad_fills_the_space_behind_the_patellar_tendon() -> None:
    canvas = plane("u", 1.0, flexion_deg=0.0)
    pad = canvas.structure == int(S.HOFFA_FAT_PAD)
    assert (canvas.tissue[pad] == int(Tissue.FAT)).mean() > 0.85
    tendon = canvas.structure == int(S.PATELLAR_TENDON)
    level = (canvas.points.z > -5.0) & (canvas.points.z < 8.0)
    assert canvas.points.y[pad & level].min() > canvas.points.y[tendon & level].min()
    assert canvas.points.y[pad].max() < 0.0
    pieces, _ = ndimage.label(pad)
    sizes = np.bincount(pieces.ravel())[1:]
    assert sizes.max() > 0.9 * sizes.sum()


def test_the_patellar_tendon_joins_the_patella_to_the_tuberosity() -> None:
    canvas = plane("u", 1.5, flexion_deg=0.0)
    tendon = canvas.structure == int(S.PATELLAR_TENDON)
    near = ndimage.binary_dilation(tendon, iterations=4)
    assert (near & (canvas.structure == int(S.PATELLA))).any()
    low = near & (canvas.structure == int(S.TIBIA)) & (canvas.points.z < -25.0)
    assert low.any()
    length = float(np.ptp(canvas.points.z[tendon]))
    # 40 to 55 mm of free tendon, and its feet.
    assert 45.0 < length * person().scale < 75.0


def test_the_collaterals_run_from_the_epicondyles_over_the_joint() -> None:
    knee = build_knee(person())
    for structure, side in ((S.MCL, -1.0), (S.LCL, 1.0)):
        band = knee.bands[structure]
        assert band.bottom < -10.0
        assert band.top > 25.0
        assert (np.sign(band.table[0]) == side).all()
    # The medial one is the long one, and its foot is four to six centimetres below the joint.
    assert knee.bands[S.MCL].bottom < -45.0


def test_the_cruciates_begin_and_end_at_bone() -> None:
    knee = build_knee(replace(person(), flexion_deg=10.0))
    canvas_points = [knee.acl.path[0], knee.acl.path[-1], knee.pcl.path[0], knee.pcl.path[-1]]
    bones = [S.TIBIA, S.FEMUR, S.TIBIA, S.FEMUR]
    for place, bone in zip(canvas_points, bones, strict=True):
        around = np.stack(
            np.meshgrid(*(np.arange(-7.0, 7.5, 0.5, dtype=np.float32) for _ in range(3)))
        )
        points = Points(*(np.float32(c) + offset for c, offset in zip(place, around, strict=True)))
        canvas = Canvas.empty(points, step_mm=0.5, dither=np.full((1, 1, 1), 0.5, np.float32))
        paint_knee(canvas, patient_knee(knee.person, KneeLesions()))
        assert (canvas.structure == int(bone)).any(), bone


def test_the_femoral_feet_of_the_cruciates_move_with_the_femur() -> None:
    straight, bent = (build_knee(replace(person(), flexion_deg=bend)) for bend in (0.0, 20.0))
    np.testing.assert_allclose(straight.acl.path[0], bent.acl.path[0])
    expected = on_femur((6.0, 12.0, 26.0), bent.bend)
    np.testing.assert_allclose(bent.acl.path[-1], expected, atol=1e-3)
    assert np.linalg.norm(bent.acl.path[-1] - straight.acl.path[-1]) > 1.0
    assert bent.acl.length == pytest.approx(straight.acl.length, rel=0.2)


@pytest.mark.parametrize("flexion", [0.0, 7.0, 14.0, 20.0])
def test_the_patella_is_seated_so_that_cartilage_just_does_not_meet(flexion: float) -> None:
    canvas = plane("u", 12.0, flexion_deg=flexion)
    patella = canvas.structure == int(S.PATELLAR_CARTILAGE)
    away = ndimage.distance_transform_edt(canvas.structure != int(S.FEMORAL_CARTILAGE)) * STEP
    assert 0.0 < float(away[patella].min()) < 4.5


def test_thigh_muscles_follow_the_femur() -> None:
    behind = []
    for flexion in (0.0, 20.0):
        canvas = plane("z", 65.0, flexion_deg=flexion)
        behind.append(float(canvas.points.y[canvas.structure == int(S.HAMSTRINGS)].mean()))
    assert behind[1] - behind[0] > 8.0
