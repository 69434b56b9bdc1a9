"""A painted ankle measured: sizes as published, structures where they belong."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from condyle.phantoms.ankle_cut import AnkleCut, slice_grid
from condyle.phantoms.ankle_painting import paint_ankle
from condyle.phantoms.ankle_patient import AnklePatient, draw_ankle
from condyle.phantoms.ankle_shape import (
    JOINT_MM,
    SUBTALAR_MM,
    AnkleShape,
    calcaneus_distance,
    curve,
    dome_distance,
    fibula_distance,
    midfoot_distance,
    subtalar_height,
    talus_distance,
    tibia_distance,
    trochlea_half_width,
)
from condyle.phantoms.limb_canvas import Canvas
from condyle.phantoms.limb_space import Points
from condyle.phantoms.simulated import PatientRequest, Person
from condyle.phantoms.tissues import Tissue

SHAPE = AnkleShape()
STEP = 0.4
REQUEST = PatientRequest("0001", 0.0, 64, 3, {"osteochondral-lesion": 0.0})


def plane_of(
    *, u: float | None = None, y: float | None = None, shape: AnkleShape = SHAPE
) -> tuple[NDArray[np.uint8], NDArray[np.float64], NDArray[np.float64]]:
    """Paints a sagittal (u given) or coronal (y given) plane of the ankle's own frame.

    Gives the tissues, and the positions of rows (z, falling) and columns (y or u).
    """
    z = np.arange(60.0, -84.0, -STEP)
    across = np.arange(-70.0, 62.0, STEP) if y is None else np.arange(-50.0, 50.0, STEP)
    rows, columns = np.meshgrid(z, across, indexing="ij")
    fixed = np.full(rows.shape, u if y is None else y)
    parts = (fixed, columns, rows) if y is None else (columns, fixed, rows)
    points = Points(*(part.astype(np.float32) for part in parts))
    canvas = Canvas.empty(points, step_mm=STEP, dither=np.zeros(1, np.float32))
    paint_ankle(canvas, shape)
    return canvas.tissue, z, across


@pytest.fixture(scope="module")
def sagittal() -> tuple[NDArray[np.uint8], NDArray[np.float64], NDArray[np.float64]]:
    return plane_of(u=0.0)


@pytest.fixture(scope="module")
def coronal() -> tuple[NDArray[np.uint8], NDArray[np.float64], NDArray[np.float64]]:
    return plane_of(y=0.0)


def runs(line: NDArray[np.uint8], tissue: Tissue) -> list[float]:
    """Lengths in mm of the stretches of a tissue along a line."""
    there = np.flatnonzero(line == int(tissue))
    return [len(part) * STEP for part in np.split(there, np.flatnonzero(np.diff(there) > 1) + 1)]


def column_at(
    plane: tuple[NDArray[np.uint8], NDArray[np.float64], NDArray[np.float64]], place: float
) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    tissue, z, across = plane
    return tissue[:, int(np.abs(across - place).argmin())], z


def test_down_the_middle_come_tibia_two_cartilages_talus_and_calcaneus(sagittal) -> None:
    line, z = column_at(sagittal, 2.0)
    order = [int(line[0])]
    for value in line[z > -60.0]:
        if int(value) != order[-1]:
            order.append(int(value))
    named = [Tissue(value).name for value in order]
    joint = named.index("TALAR_CARTILAGE")
    assert named[joint - 3 : joint + 3] == [
        "CORTEX",
        "CARTILAGE",
        "JOINT_FLUID",
        "TALAR_CARTILAGE",
        "CORTEX",
        "YELLOW_MARROW",
    ]
    below = named[joint + 3 :]
    assert below[:4] == ["CORTEX", "CARTILAGE", "JOINT_FLUID", "CARTILAGE"]


def test_the_cartilage_of_the_dome_is_as_thick_as_the_shape_says(sagittal) -> None:
    line, _ = column_at(sagittal, 0.0)
    assert runs(line, Tissue.TALAR_CARTILAGE) == [pytest.approx(SHAPE.cartilage, abs=STEP)]


@pytest.mark.parametrize("cartilage", [1.0, 1.5])
def test_thicker_cartilage_leaves_the_bones_where_they_are(cartilage: float) -> None:
    shape = replace(SHAPE, cartilage=cartilage)
    line, z = column_at(plane_of(u=0.0, shape=shape), 0.0)
    between = z[
        (line != int(Tissue.CORTEX)) & (line != int(Tissue.YELLOW_MARROW)) & (np.abs(z) < 8)
    ]
    assert between.max() - between.min() == pytest.approx(JOINT_MM, abs=3 * STEP)


def test_the_shaft_of_the_tibia_has_a_thicker_cortex_than_its_end(coronal) -> None:
    tissue, z, across = coronal
    inside = (across > -22.0) & (across < 14.0)
    thickness = {}
    for height in (10.0, 50.0):
        line = tissue[int(np.abs(z - height).argmin())][inside]
        thickness[height] = max(runs(line, Tissue.CORTEX))
    assert thickness[10.0] < 1.8
    assert 2.0 < thickness[50.0] < 5.0


def test_the_malleoli_clasp_the_talus_and_the_lateral_one_is_longer(coronal) -> None:
    tissue, z, across = coronal
    bone = np.isin(tissue, (int(Tissue.CORTEX), int(Tissue.YELLOW_MARROW)))
    medial = z[bone[:, (across > -23.0) & (across < -20.0)].any(axis=1) & (z > -25.0)].min()
    lateral = z[bone[:, (across > 20.0) & (across < 24.0)].any(axis=1) & (z > -40.0)].min()
    assert -16.0 < medial < -10.0
    assert -27.0 < lateral < -20.0


def test_the_ankle_is_as_wide_as_adults_are(coronal) -> None:
    tissue, z, across = coronal
    body = across[(tissue[int(np.abs(z + 5.0).argmin())] != int(Tissue.AIR))]
    assert 60.0 < body.max() - body.min() < 75.0


def test_skin_surrounds_everything(sagittal, coronal) -> None:
    for tissue, _, _ in (sagittal, coronal):
        air = tissue == int(Tissue.AIR)
        beside_air = np.zeros_like(air)
        for axis in (0, 1):
            for step in (1, -1):
                beside_air |= np.roll(air, step, axis=axis)
        edge = beside_air & ~air
        edge[[0, -1], :] = edge[:, [0, -1]] = False
        assert (tissue[edge] == int(Tissue.SKIN)).mean() > 0.97


def test_the_achilles_tendon_is_at_the_back_and_about_5_mm_thick(sagittal) -> None:
    tissue, z, across = sagittal
    line = tissue[int(np.abs(z - 10.0).argmin())][across > 30.0]
    (thick,) = runs(line, Tissue.TENDON)
    assert 4.0 < thick < 7.0


def test_the_calcaneus_is_as_long_as_adults_have_it() -> None:
    y = np.linspace(-60.0, 70.0, 521)
    grid = np.meshgrid(np.linspace(-15, 15, 13), y, np.linspace(-65, -25, 33), indexing="ij")
    points = Points(*(part.astype(np.float32) for part in grid))
    inside = (calcaneus_distance(points) < 0.0).any(axis=(0, 2))
    length = y[inside].max() - y[inside].min()
    # Stagni and others measure 70 to 85 mm.
    assert 70.0 < length < 95.0


def test_the_dome_is_28_mm_wide_and_wider_in_front() -> None:
    widths = 2.0 * trochlea_half_width(np.array([-15.0, 0.0, 15.0], np.float32), SHAPE)
    assert widths[1] == pytest.approx(28.0)
    assert widths[0] > widths[1] > widths[2]


def test_no_two_bones_share_a_point() -> None:
    grid = np.meshgrid(
        np.linspace(-30, 30, 31), np.linspace(-75, 50, 63), np.linspace(-65, 40, 53), indexing="ij"
    )
    points = Points(*(part.astype(np.float32) for part in grid))
    dome = dome_distance(points, SHAPE)
    inside = [
        np.maximum(tibia_distance(points), JOINT_MM - dome) < 0.0,
        np.maximum(fibula_distance(points), JOINT_MM - dome) < 0.0,
        talus_distance(points, dome, SHAPE) < 0.0,
        calcaneus_distance(points) < 0.0,
        midfoot_distance(points, SHAPE) < 0.0,
    ]
    assert all(part.any() for part in inside)
    shared = np.sum(inside, axis=0) > 1
    assert shared.mean() < 2e-4


def test_talus_and_calcaneus_are_a_joint_space_apart() -> None:
    y = np.linspace(-4.0, 14.0, 10).astype(np.float32)
    height = subtalar_height(y)
    for above, inside in ((0.3, "talus"), (-SUBTALAR_MM - 0.3, "calcaneus")):
        points = Points(np.zeros_like(y), y, height + np.float32(above))
        talus = talus_distance(points, dome_distance(points, SHAPE), SHAPE)
        calcaneus = calcaneus_distance(points)
        assert ((talus if inside == "talus" else calcaneus) < 0.0).all()


def test_a_line_of_three_corners_is_bent_and_one_of_more_passes_through_them() -> None:
    bent = curve((0.0, 0.0, 0.0), (10.0, 0.0, 0.0), (10.0, 10.0, 0.0), radius=2.0)
    assert len(bent.path) == 7
    assert bent.path[3] == pytest.approx([7.5, 2.5, 0.0])
    straight = curve(*((float(n), 0.0, 0.0) for n in range(4)), radius=1.0)
    np.testing.assert_array_equal(straight.path[:, 0], [0.0, 1.0, 2.0, 3.0])
    assert set(straight.radius) == {1.0}


@pytest.mark.parametrize("orientation", ["coronal", "sagittal"])
def test_every_tissue_of_an_ankle_is_met(orientation: str) -> None:
    patient = AnklePatient(Person(40, "F", 1.5, "right"), SHAPE, None, None)
    request = replace(REQUEST, slices=5, size=128)
    cut = AnkleCut(slice_grid(orientation, request, SHAPE), patient)
    found = {Tissue(int(value)) for value in np.unique(cut.scene()[0].tissue)}
    assert found >= {
        Tissue.AIR,
        Tissue.SKIN,
        Tissue.FAT,
        Tissue.CONNECTIVE,
        Tissue.MUSCLE,
        Tissue.TENDON,
        Tissue.LIGAMENT,
        Tissue.CORTEX,
        Tissue.YELLOW_MARROW,
        Tissue.SCLEROSIS,
        Tissue.CARTILAGE,
        Tissue.TALAR_CARTILAGE,
        Tissue.JOINT_FLUID,
    }


def test_a_larger_person_has_a_larger_ankle() -> None:
    areas = []
    for scale in (0.9, 1.1):
        patient = AnklePatient(
            Person(40, "F", 1.5, "right"), replace(SHAPE, scale=scale), None, None
        )
        tissue = AnkleCut(slice_grid("coronal", REQUEST, SHAPE), patient).scene()[0].tissue
        areas.append(int((tissue == int(Tissue.YELLOW_MARROW)).sum()))
    assert areas[1] / areas[0] == pytest.approx((1.1 / 0.9) ** 2, rel=0.25)


def test_men_are_larger_than_women_and_cartilage_thins_with_age() -> None:
    people = [draw_ankle(np.random.default_rng(seed), REQUEST) for seed in range(120)]
    sizes = {
        sex: np.mean([one.shape.scale for one in people if one.person.sex == sex])
        for sex in ("F", "M")
    }
    assert sizes["M"] - sizes["F"] == pytest.approx(0.08, abs=0.03)
    young = [one.shape.cartilage for one in people if one.person.age_years < 35]
    old = [one.shape.cartilage for one in people if one.person.age_years > 45]
    assert np.mean(old) < np.mean(young)


def test_pose_moves_the_ankle_in_the_image() -> None:
    scenes = []
    for turn in ((0.0, 0.0, 0.0), (0.0, 0.0, 12.0)):
        patient = AnklePatient(
            Person(40, "F", 1.5, "right"), replace(SHAPE, turn_deg=turn), None, None
        )
        scenes.append(AnkleCut(slice_grid("coronal", REQUEST, SHAPE), patient).scene()[0].tissue)
    assert 0.02 < (scenes[0] != scenes[1]).mean() < 0.5


def test_the_picture_follows_the_ankle_when_it_is_shifted() -> None:
    tissues = []
    for shift in ((0.0, 0.0, 0.0), (4.0, -3.0, 5.0)):
        shape = replace(SHAPE, shift_mm=shift)
        patient = AnklePatient(Person(40, "F", 1.5, "left"), shape, None, None)
        tissues.append(AnkleCut(slice_grid("sagittal", REQUEST, shape), patient).scene()[0].tissue)
    assert (tissues[0] == tissues[1]).mean() > 0.995
