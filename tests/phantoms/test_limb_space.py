"""Distances and places that a knee is built from."""

from __future__ import annotations

import numpy as np
import pytest

from condyle.phantoms.limb_space import (
    TABLE_MM,
    Cord,
    Points,
    belt_distance,
    bezier,
    blend,
    column,
)

PILLAR = column(
    z=(-10.0, 0.0, 20.0), u=(1.0, 1.0, 1.0), y=(2.0, 2.0, 2.0), width=(4.0,) * 3, depth=(3.0,) * 3
)


def at(u: float, y: float, z: float) -> Points:
    return Points(*(np.array([value], np.float32) for value in (u, y, z)))


def cloud(seed: int = 0, count: int = 400, reach: float = 40.0) -> Points:
    values = np.random.default_rng(seed).uniform(-reach, reach, (3, count)).astype(np.float32)
    return Points(*values)


def test_bending_there_and_back_gives_the_same_points() -> None:
    points = cloud()
    again = points.bent(0.4, (1.0, 22.0)).bent(-0.4, (1.0, 22.0))
    for before, after in ((points.y, again.y), (points.z, again.z), (points.u, again.u)):
        np.testing.assert_allclose(after, before, atol=1e-4)


def test_the_pivot_of_a_bend_stays_where_it_is() -> None:
    pivot = at(5.0, 1.0, 22.0).bent(0.7, (1.0, 22.0))
    assert (float(pivot.y[0]), float(pivot.z[0])) == pytest.approx((1.0, 22.0), abs=1e-5)


def test_a_bent_bone_has_its_upper_end_behind() -> None:
    # The point 50 mm above the pivot of a bone bent by 20 degrees lies behind the pivot.
    angle = np.deg2rad(20.0)
    world = at(0.0, 1.0 + 50.0 * np.sin(angle), 22.0 + 50.0 * np.cos(angle))
    own = world.bent(angle, (1.0, 22.0))
    assert (float(own.y[0]), float(own.z[0])) == pytest.approx((1.0, 72.0), abs=1e-4)


@pytest.mark.parametrize(
    ("place", "distance"),
    [((1.0, 2.0, 5.0), -3.0), ((1.0, 8.0, 5.0), 3.0), ((1.0, 5.0, 5.0), 0.0), ((1.0, 2.0, 27), 7)],
)
def test_the_distance_to_a_column_is_known_on_its_axes(
    place: tuple[float, float, float], distance: float
) -> None:
    assert float(PILLAR.distance(at(*place))[0]) == pytest.approx(distance, abs=1e-4)


def test_a_column_passes_through_the_sections_that_it_was_given() -> None:
    shape = column(
        z=(0.0, 10.0, 30.0), u=(0.0, 5.0, 2.0), y=(1.0, 0.0, 4.0), width=(2, 3, 9), depth=(1, 2, 4)
    )
    np.testing.assert_allclose(
        shape.at(np.array([0.0, 10.0, 30.0], np.float32)).T,
        [[0, 1, 2, 1], [5, 0, 3, 2], [2, 4, 9, 4]],
        atol=1e-4,
    )
    assert shape.top == pytest.approx(30.0, abs=TABLE_MM)


def test_a_column_never_swells_beyond_its_sections() -> None:
    shape = column(
        z=(0.0, 1.0, 40.0, 41.0), u=(0.0,) * 4, y=(0.0,) * 4, width=(1, 9, 9, 1), depth=(1, 2, 2, 1)
    )
    assert shape.table[2].max() <= 9.0
    assert shape.table[3].min() >= 1.0


def test_all_of_a_column_lies_in_its_box() -> None:
    shape = column(
        z=(-20.0, 0.0, 20.0), u=(-5, 0, 8), y=(3, 0, -2), width=(9, 4, 7), depth=(2, 4, 3), turn=0.5
    )
    points = cloud(1, 20000)
    inside = shape.distance(points) < 0.0
    for values, (low, high) in zip((points.u, points.y, points.z), shape.box(), strict=True):
        assert low <= values[inside].min()
        assert values[inside].max() <= high


def test_girth_thickens_a_column_and_leaves_its_course() -> None:
    thick = PILLAR.girth(2.0)
    np.testing.assert_array_equal(thick.table[:2], PILLAR.table[:2])
    np.testing.assert_array_equal(thick.table[2:], 2.0 * PILLAR.table[2:])


def test_a_straight_cord_is_a_capsule() -> None:
    cord = Cord(
        np.array([[0, 0, 0], [0, 0, 10], [0, 0, 20]], np.float32), np.full(3, 2, np.float32)
    )
    points = cloud(2)
    distance, along = cord.place(points)
    height = np.clip(points.z, 0.0, 20.0)
    expected = np.sqrt(points.u**2 + points.y**2 + (points.z - height) ** 2) - 2.0
    np.testing.assert_allclose(distance, expected, atol=1e-3)
    np.testing.assert_allclose(along, height / 20.0, atol=1e-4)
    assert cord.length == pytest.approx(20.0)


def test_the_box_of_a_cord_holds_it_with_a_margin() -> None:
    cord = Cord(np.array([[0, 1, 2], [3, 4, 5]], np.float32), np.array([1, 2], np.float32))
    assert cord.box(0.5) == ((-2.5, 5.5), (-1.5, 6.5), (-0.5, 7.5))


def test_a_bezier_curve_starts_and_ends_at_its_corners_and_halves_between() -> None:
    corners = np.array([[0.0, 0.0, 0.0], [4.0, 8.0, 0.0], [8.0, 0.0, 4.0]])
    curve = bezier(corners, 9)
    np.testing.assert_allclose(curve[0], corners[0])
    np.testing.assert_allclose(curve[-1], corners[2])
    np.testing.assert_allclose(curve[4], corners[0] / 4 + corners[1] / 2 + corners[2] / 4)


def test_a_belt_is_the_hull_of_its_two_circles() -> None:
    back, front = (1.0, 22.0, 20.0), (-18.0, 33.0, 25.5)
    points = cloud(3, 800, 70.0)
    # The hull of two circles is the union of all those between, with radii between.
    share = np.linspace(0.0, 1.0, 801)[:, None]
    y, z, radius = (
        first + share * (second - first) for first, second in zip(back, front, strict=True)
    )
    expected = (np.hypot(points.y - y, points.z - z) - radius).min(axis=0)
    distance = belt_distance(points.y, points.z, back=back, front=front)
    np.testing.assert_allclose(distance, expected, atol=0.02)


def test_blending_fills_the_corner_by_a_quarter_of_the_radius_and_nothing_far_away() -> None:
    first, second = np.array([3.0, 3.0], np.float32), np.array([3.0, 30.0], np.float32)
    np.testing.assert_allclose(blend(first, second, 8.0), [1.0, 3.0])
