"""Bones, cartilage and menisci on planes through one knee."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest
from scipy import ndimage

from condyle.phantoms.knee_anatomy import Knee, build_knee
from condyle.phantoms.knee_bones import plateau_height
from condyle.phantoms.knee_joint import (
    femoral_surface,
    paint_femur,
    paint_patella,
    paint_tibia,
    tibial_thickness,
)
from condyle.phantoms.knee_menisci import (
    LATERAL,
    MEDIAL,
    MeniscusShape,
    meniscus_box,
    meniscus_place,
    paint_menisci,
)
from condyle.phantoms.knee_person import draw_knee
from condyle.phantoms.knee_structures import KneeStructure
from condyle.phantoms.limb_canvas import Canvas
from condyle.phantoms.limb_space import Points
from condyle.phantoms.simulated import Person
from condyle.phantoms.tissues import Tissue

S = KneeStructure
STEP = 0.4
BOTH = [MEDIAL, LATERAL]


@lru_cache(maxsize=8)
def knee(seed: int = 1, flexion: float = 0.0, age: int = 30) -> Knee:
    person = draw_knee(np.random.default_rng(seed), Person(age, "M", 1.5, "left"))
    return build_knee(replace(person, flexion_deg=flexion))


Span = tuple[float, float] | float


def sheet(u: Span, y: Span, z: Span, *, threshold: float = 0.5) -> Canvas:
    """A plane of points: two of the three are ranges, low to high, one is a single place."""
    axes = [
        np.array([span]) if isinstance(span, float) else np.arange(span[0], span[1], STEP)
        for span in (u, y, z)
    ]
    flat = [axis.squeeze() for axis in np.meshgrid(*axes, indexing="ij")]
    points = Points(*(np.ascontiguousarray(axis, np.float32) for axis in flat))
    return Canvas.empty(points, step_mm=STEP, dither=np.full((1, 1), threshold, np.float32))


@lru_cache(maxsize=16)
def sagittal(u: float, flexion: float = 0.0, age: int = 30, threshold: float = 0.5) -> Canvas:
    one = knee(flexion=flexion, age=age)
    canvas = sheet(u, (-62.0, 40.0), (-40.0, 75.0), threshold=threshold)
    paint_tibia(canvas, one)
    paint_patella(canvas, one)
    paint_femur(canvas, femoral_surface(canvas.points, one), one)
    paint_menisci(canvas, one)
    return canvas


@pytest.mark.parametrize("flexion", [0.0, 10.0, 20.0])
@pytest.mark.parametrize("u", [-21.0, 20.0])
def test_the_cartilages_of_both_compartments_touch_however_far_the_knee_is_bent(
    u: float, flexion: float
) -> None:
    found = sagittal(u, flexion).structure
    upper = found == int(S.FEMORAL_CARTILAGE)
    lower = np.isin(found, (S.MEDIAL_TIBIAL_CARTILAGE, S.LATERAL_TIBIAL_CARTILAGE))
    assert (ndimage.binary_dilation(upper, iterations=3) & lower).any()


@pytest.mark.parametrize("u", [-21.0, 20.0])
def test_cartilage_lies_on_its_bone(u: float) -> None:
    found = sagittal(u).structure
    for cartilage, bone in (
        (S.FEMORAL_CARTILAGE, S.FEMUR),
        (S.MEDIAL_TIBIAL_CARTILAGE if u < 0 else S.LATERAL_TIBIAL_CARTILAGE, S.TIBIA),
    ):
        away = ndimage.distance_transform_edt(found != int(bone)) * STEP
        thick = away[found == int(cartilage)]
        assert thick.size > 100
        assert thick.max() < 4.6


def test_the_notch_and_the_sides_of_the_femur_have_no_cartilage() -> None:
    middle = sagittal(0.5)
    behind = middle.points.y > -6.0
    assert not ((middle.structure == int(S.FEMORAL_CARTILAGE)) & behind).any()
    surface = femoral_surface(sheet((-48.0, 48.0), 0.0, (15.0, 30.0)).points, knee())
    beside = (surface.bone > 0.05) & (np.abs(surface.own.u) > 37.0)
    np.testing.assert_allclose(surface.cartilage[beside], surface.bone[beside])


def test_the_trochlea_is_covered_in_front_and_the_shaft_is_not() -> None:
    found = sagittal(4.0)
    covered = found.points.z[
        (found.structure == int(S.FEMORAL_CARTILAGE)) & (found.points.y < -25.0)
    ]
    assert covered.min() < 20.0
    assert 38.0 < covered.max() < 46.0


def test_the_cartilage_thins_towards_its_edge() -> None:
    surface = femoral_surface(sheet(-21.0, (-10.0, 40.0), (-10.0, 60.0)).points, knee())
    thick = surface.bone - surface.cartilage
    assert float(thick.max()) == pytest.approx(knee().person.femoral_mm, abs=1e-3)
    near = (surface.edge > 0.0) & (surface.edge < 1.0)
    assert float(thick[near].max()) < 0.62 * knee().person.femoral_mm
    assert not thick[surface.edge < 0.0].any()


@pytest.mark.parametrize("medial", [True, False])
def test_tibial_cartilage_is_thickest_in_the_middle_and_ends_at_its_edge(medial: bool) -> None:
    middle, edge, beyond = (
        (-21.0, -21.0 - 15.4, -21.0 - 16.0) if medial else (20.0, 20.0 + 14.4, 20.0 + 15.0)
    )
    u = np.array([middle, edge, beyond], np.float32)
    points = Points(u, np.ones_like(u), np.zeros_like(u))
    thick = tibial_thickness(points, knee(), medial=medial)
    assert thick[0] >= knee().person.tibial_mm * 0.99
    assert 0.3 * thick[0] < thick[1] < 0.5 * thick[0]
    assert thick[2] < 0.0


def test_bone_is_cortex_outside_and_marrow_within_and_thicker_along_the_shaft() -> None:
    canvas = sheet((-40.0, 40.0), -19.0, (30.0, 110.0))
    paint_femur(canvas, femoral_surface(canvas.points, knee()), knee())
    cortex = canvas.tissue == int(Tissue.CORTEX)
    height = canvas.points.z[0]
    thick = cortex.sum(axis=0) * STEP / 2.0
    assert 1.8 < float(thick[(height > 85.0) & (height < 100.0)].mean()) < 3.5
    assert float(thick[height > 85.0].mean()) > 1.5 * float(thick[height < 45.0].mean())


def test_the_scar_of_the_growth_plate_fades_with_age() -> None:
    counts = []
    for age in (16, 74):
        canvas = sagittal(20.0, age=age, threshold=0.3)
        core = ndimage.binary_erosion(canvas.structure == int(S.FEMUR), iterations=6)
        counts.append(int((canvas.tissue[core] == int(Tissue.CORTEX)).sum()))
    assert counts[0] > 40
    assert counts[1] == 0


def test_the_patella_rides_in_front_of_the_trochlea_with_cartilage_between() -> None:
    canvas = sagittal(1.0)
    order = [
        float(canvas.points.y[(canvas.structure == int(one)) & (canvas.points.z > 30.0)].min())
        for one in (S.PATELLA, S.PATELLAR_CARTILAGE, S.FEMORAL_CARTILAGE, S.FEMUR)
    ]
    assert order == sorted(order)
    gap = ndimage.distance_transform_edt(canvas.structure != int(S.FEMORAL_CARTILAGE)) * STEP
    assert float(gap[canvas.structure == int(S.PATELLAR_CARTILAGE)].min()) < 3.0


def test_the_apex_of_the_patella_has_no_cartilage() -> None:
    canvas = sagittal(1.0)
    cartilage = canvas.points.z[canvas.structure == int(S.PATELLAR_CARTILAGE)]
    bone = canvas.points.z[canvas.structure == int(S.PATELLA)]
    assert cartilage.min() > bone.min() + 4.0
    assert cartilage.max() < bone.max()


@pytest.mark.parametrize("shape", BOTH)
def test_a_meniscus_is_a_wedge_that_is_high_outside_and_thin_inside(shape: MeniscusShape) -> None:
    # Through the body, from the rim to the middle of the compartment.
    sign = -1.0 if shape.medial else 1.0
    rim = shape.centre[0] + sign * shape.outer[0]
    low, high = sorted((rim, rim - sign * 12.0))
    canvas = sheet((low, high), shape.centre[1], (-8.0, 12.0))
    place = meniscus_place(canvas.points, knee(), shape)
    heights = place.inside.sum(axis=1) * STEP
    outside_in = heights if shape.medial else heights[::-1]
    present = outside_in[outside_in > 0.0]
    assert 2.5 < present[:4].max() < 8.0
    assert present[-3:].mean() < 0.6 * present[:4].max()
    width = present.size * STEP
    assert 5.0 < width < 12.5


@pytest.mark.parametrize("shape", BOTH)
def test_a_meniscus_is_a_c_that_opens_towards_the_middle(shape: MeniscusShape) -> None:
    canvas = sheet((-42.0, 40.0), (-30.0, 30.0), 2.0)
    place = meniscus_place(canvas.points, knee(), shape)
    towards = canvas.points.u - shape.centre[0]
    towards = towards if shape.medial else -towards
    dy = canvas.points.y - shape.centre[1]
    assert place.inside.any()
    assert not (place.inside & (towards > 2.0) & (np.abs(dy) < shape.opening)).any()
    # Both horns pass the middle of the compartment on their way to the notch.
    horns = place.inside & (towards > 0.0)
    assert (horns & (dy > 0.0)).any() and (horns & (dy < 0.0)).any()


def test_the_medial_meniscus_is_the_longer_one_and_broader_behind() -> None:
    assert MEDIAL.outer[1] > LATERAL.outer[1]
    back, front = (
        meniscus_place(
            Points(*(np.array([v], np.float32) for v in (-21.5, y, 2.0))), knee(), MEDIAL
        ).width[0]
        for y in (20.0, -20.0)
    )
    assert back > front + 2.0
    sides = (
        meniscus_place(
            Points(*(np.array([v], np.float32) for v in (20.0, y, 2.0))), knee(), LATERAL
        ).width[0]
        for y in (14.0, -14.0)
    )
    assert abs(np.subtract(*sides)) < 1.0


@pytest.mark.parametrize("shape", BOTH)
@pytest.mark.parametrize("flexion", [0.0, 20.0])
def test_a_meniscus_enters_neither_cartilage(shape: MeniscusShape, flexion: float) -> None:
    one = knee(flexion=flexion)
    (u0, u1), (y0, y1), (z0, z1) = meniscus_box(shape)
    axes = [np.arange(low, high, 1.0, dtype=np.float32) for low, high in ((u0, u1), (y0, y1))]
    height = np.arange(z0, z1, 0.7, dtype=np.float32)
    points = Points(*np.meshgrid(*axes, height, indexing="ij"))
    place = meniscus_place(points, one, shape)
    assert place.inside.sum() > 500
    assert float(femoral_surface(points, one).cartilage[place.inside].min()) > 0.0
    floor = plateau_height(points.u, points.y, one.person.bones)
    floor = floor + np.maximum(tibial_thickness(points, one, medial=shape.medial), 0.0)
    assert float((points.z - floor)[place.inside].min()) > 0.0


def test_a_meniscus_lies_wholly_in_its_box() -> None:
    canvas = sheet((-60.0, 60.0), (-50.0, 50.0), 1.5)
    for shape in BOTH:
        place = meniscus_place(canvas.points, knee(), shape)
        for values, (low, high) in zip(
            (canvas.points.u, canvas.points.y), meniscus_box(shape)[:2], strict=True
        ):
            assert low < values[place.inside].min()
            assert values[place.inside].max() < high


def test_directions_in_a_meniscus_run_from_its_front_to_its_back() -> None:
    canvas = sheet((-42.0, 0.0), (-30.0, 30.0), 1.5)
    place = meniscus_place(canvas.points, knee(), MEDIAL)
    dy = canvas.points.y - MEDIAL.centre[1]
    assert (np.sign(place.backwards[place.inside]) == np.sign(dy[place.inside])).all()
    assert place.inwards[place.inside].min() >= 0.0
    assert (place.inwards <= place.width)[place.inside].all()


def test_painting_menisci_gives_each_its_name_and_tissue() -> None:
    canvas = sheet((-45.0, 45.0), (-30.0, 30.0), 2.0)
    paint_menisci(canvas, knee())
    for structure, side in ((S.MEDIAL_MENISCUS, -1.0), (S.LATERAL_MENISCUS, 1.0)):
        own = canvas.structure == int(structure)
        assert (np.sign(canvas.points.u[own]) == side).all()
        assert set(np.unique(canvas.tissue[own])) == {int(Tissue.MENISCUS)}
