"""Form of the bones as distances."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from condyle.phantoms.knee_bones import (
    BACK_RADIUS,
    FIBULA,
    FRONT_RADIUS,
    PIVOT,
    BoneShape,
    compartment_radius,
    femur_distance,
    patella_distance,
    plateau_height,
    tibia_distance,
)
from condyle.phantoms.limb_space import Points

SHAPE = BoneShape(femoral_rise=2.0)


def line(
    u: float | np.ndarray = 0.0, y: float | np.ndarray = 0.0, z: float | np.ndarray = 0.0
) -> Points:
    parts = np.broadcast_arrays(u, y, z)
    return Points(*(np.asarray(part, np.float32) for part in parts))


def femur(points: Points, shape: BoneShape = SHAPE) -> np.ndarray:
    return femur_distance(points, shape).bone


def edge(values: np.ndarray, distance: np.ndarray) -> float:
    """Where a falling distance first goes below nought."""
    return float(values[np.flatnonzero(distance < 0.0)[0]])


def test_the_back_of_each_condyle_is_a_circle_about_the_axis_of_bending() -> None:
    # Li 2012: the smallest circle that fits the back of a condyle has a radius of about 20 mm.
    angles = np.deg2rad(np.linspace(-80.0, 60.0, 15))
    for u in (-22.5, 21.5):
        y, z = PIVOT[0] + BACK_RADIUS * np.cos(angles), PIVOT[1] + BACK_RADIUS * np.sin(angles)
        assert np.abs(femur(line(u, y, z))).max() < 1.0
    assert 18.0 < BACK_RADIUS < 22.0 < FRONT_RADIUS


def test_the_condyles_rest_on_the_height_of_their_cartilage() -> None:
    z = np.linspace(-6.0, 20.0, 1041)
    for rise in (1.5, 2.0, 2.6):
        shape = replace(SHAPE, femoral_rise=rise)
        lowest = min(
            edge(z, femur(line(u, y, z), shape))
            for u in (-22.5, 21.5)
            for y in np.linspace(-10.0, 12.0, 12)
        )
        assert lowest == pytest.approx(rise, abs=0.2)


@pytest.mark.parametrize("half", [8.5, 9.5, 11.0])
def test_the_notch_is_as_wide_as_asked(half: float) -> None:
    u = np.linspace(-30.0, 30.0, 1201)
    bone = femur(line(u, 10.0, 16.0), replace(SHAPE, notch_half_width=half))
    free = u[(bone > 0.0) & (np.abs(u) < 25.0)]
    assert float(np.ptp(free)) == pytest.approx(2.0 * (half + 0.5), abs=1.0)


def test_the_roof_of_the_notch_rises_backwards_by_half_a_right_angle_or_so() -> None:
    z = np.linspace(0.0, 60.0, 2401)
    roof = [edge(z, femur(line(0.5, y, z))) for y in (-14.0, -4.0)]
    angle = np.rad2deg(np.arctan2(roof[1] - roof[0], 10.0))
    assert 45.0 < float(angle) < 62.0


def hollow(groove: float) -> tuple[float, float, float]:
    """Front of the lateral ridge, of the groove and of the medial ridge, mm."""
    y = np.linspace(-60.0, -10.0, 1001)
    shape = replace(SHAPE, groove=groove)
    front = {u: edge(y, femur(line(float(u), y, 33.0), shape)) for u in range(-26, 30, 2)}
    return (
        min(front[u] for u in front if u > 8),
        front[2],
        min(front[u] for u in front if u < -4),
    )


def test_the_trochlea_is_hollow_and_its_lateral_ridge_the_higher_one() -> None:
    depths = []
    for groove in (4.0, 6.0, 8.0):
        lateral, middle, medial = hollow(groove)
        assert lateral < medial < middle
        depths.append(middle - (lateral + medial) / 2.0)
    assert depths == sorted(depths)
    # The edges of the ridges are rounded, so what is left of 6 mm is about 4.
    assert 2.5 < depths[1] < 6.0


def test_the_shaft_is_slender_and_stands_behind_the_trochlea() -> None:
    u = np.linspace(-50.0, 50.0, 1001)
    inside = femur(line(u, -19.0, 70.0)) < 0.0
    assert 32.0 < float(np.ptp(u[inside])) < 40.0
    y = np.linspace(-60.0, 40.0, 1001)
    shaft = y[femur(line(-1.5, y, 70.0)) < 0.0]
    joint = y[femur(line(18.0, y, 30.0)) < 0.0]
    assert joint.min() < shaft.min() - 5.0
    assert joint.max() > shaft.max() + 15.0


def test_distances_to_the_femur_grow_no_faster_than_the_way() -> None:
    rng = np.random.default_rng(0)
    start = rng.uniform((-45, -55, -5), (45, 35, 70), (4000, 3))
    step = rng.normal(0.0, 0.3, (4000, 3))
    before, after = (femur(line(*place.T)) for place in (start, start + step))
    ratio = np.abs(after - before) / np.linalg.norm(step, axis=1)
    assert float(np.percentile(ratio, 99)) < 1.5


def test_the_medial_plateau_is_a_dish_and_the_lateral_one_bulges_from_front_to_back() -> None:
    y = np.linspace(-15.0, 15.0, 31).astype(np.float32)
    flat = replace(SHAPE, slope=0.0)
    medial, lateral = (plateau_height(np.full_like(y, u), y, flat) for u in (-21.0, 20.0))
    assert medial[15] < min(medial[0], medial[-1]) - 0.4
    assert lateral[15] > max(lateral[0], lateral[-1])


def test_the_plateau_falls_backwards_by_its_slope() -> None:
    y = np.array([-10.0, 12.0], np.float32)
    u = np.full_like(y, -21.0)
    level = plateau_height(u, y, replace(SHAPE, slope=0.0))
    steep = plateau_height(u, y, replace(SHAPE, slope=0.12))
    np.testing.assert_allclose((steep - level)[0] - (steep - level)[1], 0.12 * 22.0, rtol=1e-4)


def test_two_spines_stand_between_the_halves_of_the_plateau() -> None:
    u = np.linspace(-15.0, 15.0, 301).astype(np.float32)
    height = plateau_height(u, np.full_like(u, 2.0), SHAPE)
    peaks = u[1:-1][(height[1:-1] > height[:-2]) & (height[1:-1] > height[2:])]
    high = [float(p) for p in peaks if height[np.searchsorted(u, p)] > 2.0]
    assert len(high) == 2
    assert high[0] < 0.0 < high[1]
    assert float(np.ptp(high)) == pytest.approx(10.5, abs=2.5)


def test_the_tibia_is_as_wide_as_the_mean_and_narrows_to_its_shaft() -> None:
    u = np.linspace(-50.0, 50.0, 2001)
    widths = [
        float(np.ptp(u[tibia_distance(line(u, y, z), SHAPE) < 0.0]))
        for y, z in ((0.0, -11.0), (-4.5, -30.0), (-3.0, -60.0))
    ]
    assert widths[0] == pytest.approx(72.5, abs=1.0)
    assert widths[0] > widths[1] > widths[2] > 28.0


def test_the_shaft_alone_is_the_tibia_below_its_plateau() -> None:
    rng = np.random.default_rng(1)
    points = line(*rng.uniform((-40, -40, -70), (40, 40, -16), (3000, 3)).T)
    whole, shaft = (tibia_distance(points, SHAPE, plateau=p) < 0.0 for p in (True, False))
    # The plateau has no tuberosity, which the shaft brings.
    assert (shaft | ~whole).all()
    assert (whole != shaft).mean() < 0.02


def test_the_tuberosity_stands_out_in_front() -> None:
    y = np.linspace(-50.0, 0.0, 1001)
    front = [
        edge(y, tibia_distance(line(2.0, y, z), SHAPE, plateau=False)) for z in (-20.0, -36.0, -62)
    ]
    assert front[1] < front[0] - 0.5
    assert front[1] < front[2] - 5.0


def test_the_edge_of_a_compartment_is_where_its_radius_is_one() -> None:
    one = np.array([-21.0 + 15.5, 20.0 + 14.5], np.float32)
    level = np.array([1.0, 1.0], np.float32)
    medial = compartment_radius(one[:1], level[:1], medial=True)
    lateral = compartment_radius(one[1:], level[1:], medial=False)
    assert (float(medial[0]), float(lateral[0])) == pytest.approx((1.0, 1.0), abs=1e-5)


def test_the_patella_is_a_shield_with_a_ridge_behind_and_an_apex_below() -> None:
    centre = (1.0, -40.0, 37.0)
    u = np.linspace(-30.0, 30.0, 1201)
    widths = [
        float(np.ptp(u[patella_distance(line(u, -48.0, 37.0 + dz), centre) < 0.0]))
        for dz in (5.0, -10.0, -16.0)
    ]
    assert widths[0] > widths[1] > widths[2] > 5.0
    assert widths[0] == pytest.approx(41.0, abs=3.0)
    y = np.linspace(-70.0, -30.0, 1601)
    back = [
        float(y[patella_distance(line(u, y, 37.0), centre) < 0.0].max())
        for u in (-14.0, -1.0, 14.0)
    ]
    assert back[1] > back[0] + 2.0 and back[1] > back[2] + 2.0
    thick = float(np.ptp(y[patella_distance(line(-1.0, y, 37.0), centre) < 0.0]))
    assert 16.0 < thick < 22.0


def test_the_head_of_the_fibula_lies_behind_and_beside_the_tibia() -> None:
    u, y, width, depth = (float(v) for v in FIBULA.at(np.array([-20.0], np.float32))[:, 0])
    assert u - width > 20.0
    assert y > 10.0
    assert width > 2.0 * float(FIBULA.at(np.array([-70.0], np.float32))[2, 0]) * 0.9
    assert depth > 8.0
    head = line(u, y, -20.0)
    assert float(tibia_distance(head, SHAPE)) > 0.0
