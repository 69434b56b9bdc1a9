"""Who is drawn: size, pose and age."""

from __future__ import annotations

from dataclasses import fields
from functools import lru_cache

import numpy as np
import pytest

from condyle.phantoms.knee_person import MEAN_WIDTH_MM, KneePerson, draw_knee
from condyle.phantoms.knee_pose import to_knee
from condyle.phantoms.simulated import Laterality, Person, Sex


def person(seed: int = 0, sex: Sex = "M", age: int = 40, side: Laterality = "left") -> KneePerson:
    return draw_knee(np.random.default_rng(seed), Person(age, sex, 1.5, side))


@lru_cache(maxsize=8)
def many(sex: Sex = "M", age: int = 40) -> tuple[KneePerson, ...]:
    return tuple(person(seed, sex, age) for seed in range(200))


def test_who_was_asked_for_is_drawn() -> None:
    one = person(1, "F", 63, "right")
    assert (one.sex, one.age, one.laterality) == ("F", 63.0, "right")


def test_a_person_without_a_side_has_a_right_knee() -> None:
    one = draw_knee(np.random.default_rng(0), Person(30, "M", 1.5, None))
    assert one.laterality == "right"


def test_the_side_changes_nothing_but_the_side() -> None:
    left, right = person(3, side="left"), person(3, side="right")
    differing = [f.name for f in fields(left) if getattr(left, f.name) != getattr(right, f.name)]
    assert differing == ["laterality"]


def test_flexion_is_spread_over_twenty_degrees() -> None:
    bends = np.array([one.flexion_deg for one in many()])
    assert 0.0 <= bends.min() < 2.0
    assert 18.0 < bends.max() <= 20.0
    assert float(bends.mean()) == pytest.approx(10.0, abs=1.2)


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("meniscus_mm", 5.3, 7.1),
        ("meniscus_width", 0.87, 1.13),
        ("acl_mm", 3.2, 3.9),
        ("acl_foot", -2.1, 2.1),
        ("effusion_mm", 0.3, 1.2),
        ("fat_mm", 3.0, 13.1),
        ("muscle", 0.9, 1.1),
        ("red_marrow", 0.0, 0.7),
        ("fatty", 0.0, 1.0),
    ],
)
def test_everyone_lies_within_the_range_of_healthy_knees(
    name: str, low: float, high: float
) -> None:
    values = np.array([getattr(one, name) for one in (*many(), *many("F", 70), *many("F", 18))])
    assert low <= values.min()
    assert values.max() <= high
    assert values.std() > 0.0


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [("femoral_mm", 1.4, 3.4), ("tibial_mm", 1.7, 4.3), ("patellar_mm", 1.6, 4.4)],
)
def test_cartilage_is_two_or_three_millimetres_thick(name: str, low: float, high: float) -> None:
    people = (*many(), *many("F", 70), *many("F", 18))
    values = np.array([getattr(one, name) * one.scale for one in people])
    assert low < values.min()
    assert values.max() < high
    assert 2.0 < values.mean() < 3.2


def test_thickness_of_cartilage_in_millimetres_hardly_grows_with_size() -> None:
    # Eckstein 2001 found a correlation of 0.22 with height.
    scale = np.array([one.scale for one in (*many(), *many("F"))])
    thick = np.array([one.femoral_mm * one.scale for one in (*many(), *many("F"))])
    assert float(np.corrcoef(scale, thick)[0, 1]) < 0.5


def test_women_are_smaller_and_have_more_fat_under_the_skin() -> None:
    men, women = many(), many("F")
    assert np.mean([w.scale for w in women]) < 0.92 * np.mean([m.scale for m in men])
    assert np.mean([w.fat_mm for w in women]) > np.mean([m.fat_mm for m in men]) + 2.0


def test_a_scale_of_one_is_the_mean_width() -> None:
    widths = [one.scale * MEAN_WIDTH_MM for one in many()]
    assert float(np.mean(widths)) == pytest.approx(76.0, abs=0.7)
    assert float(np.std(widths)) == pytest.approx(2.7, abs=0.5)


def test_marrow_turns_yellow_and_muscle_fatty_with_age() -> None:
    reds = [np.mean([one.red_marrow for one in many("M", age)]) for age in (18, 30, 60)]
    assert reds[0] > reds[1] > reds[2] == 0.0
    fats = [np.mean([one.fatty for one in many("M", age)]) for age in (20, 45, 70)]
    assert fats[0] < fats[1] < fats[2]


def test_the_bone_lies_below_the_contact_by_the_thickness_of_the_cartilage() -> None:
    one = person(5)
    assert one.bones.gap == one.tibial_mm
    assert one.bones.femoral_rise == one.femoral_mm


@pytest.mark.parametrize("side", ["left", "right"])
def test_the_middle_of_the_plateau_lies_where_it_was_shifted_to(side: Laterality) -> None:
    one = person(6, side=side)
    origin = to_knee(np.array(one.shift_mm, np.float32)[:, None], one)
    assert [float(values[0]) for values in (origin.u, origin.y, origin.z)] == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("seed", range(3))
def test_the_way_into_the_knee_keeps_distances_but_for_the_scale(seed: int) -> None:
    one = person(seed)
    world = np.random.default_rng(9).uniform(-60, 60, (3, 50)).astype(np.float32)
    own = to_knee(world, one)
    place = np.stack([own.u, own.y, own.z])
    before = np.linalg.norm(world[:, 1:] - world[:, :1], axis=0)
    after = np.linalg.norm(place[:, 1:] - place[:, :1], axis=0)
    np.testing.assert_allclose(after * one.scale, before, rtol=1e-4)


def test_a_mirrored_place_of_the_other_side_is_the_same_place() -> None:
    left, right = person(4, side="left"), person(4, side="right")
    # About x alone the two are mirrored whatever the pitch of the leg.
    pitch = (left.turn_deg[0], 0.0, 0.0)
    shift = (0.0, *left.shift_mm[1:])
    poses = [
        KneePerson(
            **{
                **{f.name: getattr(one, f.name) for f in fields(one)},
                "turn_deg": pitch,
                "shift_mm": shift,
            }
        )
        for one in (left, right)
    ]
    world = np.random.default_rng(1).uniform(-50, 50, (3, 20)).astype(np.float32)
    mirrored = world * np.array([[-1.0], [1.0], [1.0]], np.float32)
    first, second = to_knee(world, poses[0]), to_knee(mirrored, poses[1])
    for one, other in ((first.u, second.u), (first.y, second.y), (first.z, second.z)):
        np.testing.assert_allclose(one, other, atol=1e-4)


def test_a_leg_lies_nearly_straight_in_the_scanner() -> None:
    turns = np.array([one.turn_deg for one in many()])
    assert np.abs(turns).max() < 8.0
    assert np.abs(turns.mean(axis=0)).max() < 1.0
