"""Heights, depths and angles of many spines, against the sources that they are drawn from."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from condyle.phantoms.anatomy import Body, Disc, Spine, SpineParameters, build_spine
from condyle.phantoms.proportions import DISCS, HEIGHT_BY_GRADE, SACRUM, VERTEBRAE

PEOPLE = range(12)


def spine_of(seed: int = 1, **changes: object) -> Spine:
    return build_spine(np.random.default_rng(seed), SpineParameters(**changes))


def edges(body: Body, side: float) -> tuple[tuple[float, float], tuple[float, float]]:
    """Rim points of bottom and top; side is -1 in front and 1 behind."""
    return (
        body.bottom.point(side * body.bottom.depth / 2.0),
        body.top.point(side * body.top.depth / 2.0),
    )


def height(body: Body, side: float) -> float:
    (y0, z0), (y1, z1) = edges(body, side)
    return float(np.hypot(y1 - y0, z1 - z0))


def gap(disc: Disc, side: float = 0.0) -> float:
    y0, z0 = disc.lower.top.point(side * disc.lower.top.depth / 2.0)
    y1, z1 = disc.upper.bottom.point(side * disc.upper.bottom.depth / 2.0)
    return float(np.hypot(y1 - y0, z1 - z0))


def test_names_run_from_the_sacrum_up() -> None:
    spine = spine_of()
    assert [body.name for body in spine.vertebrae[:5]] == ["L5", "L4", "L3", "L2", "L1"]
    assert [disc.name for disc in spine.discs[:3]] == ["L5-S1", "L4-L5", "L3-L4"]
    for disc in spine.discs:
        assert disc.name == f"{disc.upper.name}-{disc.lower.name}"
    for lower, upper in pairwise(spine.discs):
        assert lower.upper is upper.lower
    assert [disc.name for disc in spine.sacral_discs] == ["S1-S2", "S2-S3", "S3-S4", "S4-S5"]


@pytest.mark.parametrize("index", range(9))
def test_the_mean_vertebra_has_its_published_height_in_front_and_behind(index: int) -> None:
    size = VERTEBRAE[index]
    bodies = [spine_of(seed).vertebrae[index] for seed in PEOPLE]
    front = np.mean([height(body, -1.0) for body in bodies])
    back = np.mean([height(body, 1.0) for body in bodies])
    assert front == pytest.approx(size.height_front, rel=0.06)
    assert back == pytest.approx(size.height_back, rel=0.06)


@pytest.mark.parametrize("index", range(9))
def test_the_mean_healthy_disc_has_its_published_height(index: int) -> None:
    size = DISCS[index]
    grades = {disc.name: 1 for disc in DISCS}
    discs = [spine_of(seed, grades=grades).discs[index] for seed in PEOPLE]
    expected = (size.height_front + size.height_back) / 2.0
    assert np.mean([gap(disc) for disc in discs]) == pytest.approx(expected, rel=0.06)


# Mansur et al. 2020: mean heights of 106 lumbar MR studies in front, middle and behind.
@pytest.mark.parametrize(
    ("level", "front", "back"),
    [("L1-L2", 6.9, 5.5), ("L4-L5", 12.0, 8.1), ("L5-S1", 13.6, 6.9)],
)
def test_the_cited_disc_heights_stand_in_the_table_within_a_tenth(
    level: str, front: float, back: float
) -> None:
    (size,) = [one for one in DISCS if one.name == level]
    assert size.height_front == pytest.approx(front, rel=0.1)
    assert size.height_back == pytest.approx(back, rel=0.1)


def test_vertebrae_grow_downwards_and_l5_is_wedged() -> None:
    depths = [size.depth for size in VERTEBRAE[3:]]
    widths = [size.width for size in VERTEBRAE]
    assert depths == sorted(depths, reverse=True)
    assert widths == sorted(widths, reverse=True)
    assert VERTEBRAE[0].height_front > VERTEBRAE[0].height_back + 3.0
    for size in VERTEBRAE[3:]:
        assert size.height_back >= size.height_front, "upper bodies are wedged the other way"


def test_discs_grow_downwards_and_lumbar_ones_are_higher_in_front() -> None:
    fronts = [size.height_front for size in DISCS]
    assert fronts == sorted(fronts, reverse=True)
    assert all(size.height_front > size.height_back for size in DISCS[:6])
    assert len(SACRUM) == 5
    assert [one.depth_above for one in SACRUM] == sorted(
        [one.depth_above for one in SACRUM], reverse=True
    )


@pytest.mark.parametrize("seed", PEOPLE)
def test_every_disc_of_every_person_is_lower_than_its_vertebra(seed: int) -> None:
    for disc in spine_of(seed).discs:
        body = disc.upper
        assert 1.0 < gap(disc) < 16.0
        assert 15.0 < height(body, -1.0) < 35.0
        assert gap(disc) < 0.62 * height(body, -1.0)


@pytest.mark.parametrize("seed", PEOPLE)
def test_a_disc_loses_height_with_each_grade_and_nothing_else_moves_in_size(seed: int) -> None:
    gaps = []
    for grade in HEIGHT_BY_GRADE:
        spine = spine_of(seed, grades={"L4-L5": grade})
        gaps.append(gap(spine.discs[1]))
        assert gap(spine.discs[0]) == pytest.approx(gap(spine_of(seed).discs[0]))
        assert height(spine.vertebrae[1], -1.0) == pytest.approx(
            height(spine_of(seed).vertebrae[1], -1.0)
        )
    assert gaps == sorted(gaps, reverse=True)
    ratios = np.asarray(gaps) / gaps[0]
    assert ratios == pytest.approx(np.asarray(list(HEIGHT_BY_GRADE.values())), abs=0.02)


@pytest.mark.parametrize("level", [disc.name for disc in DISCS])
@pytest.mark.parametrize("slip", [-4.0, 3.0, 8.0])
def test_a_slip_moves_the_vertebra_of_its_level_and_those_above_by_as_much(
    level: str, slip: float
) -> None:
    plain, slipped = spine_of(3), spine_of(3, slips_mm={level: slip})
    at = [disc.name for disc in plain.discs].index(level)
    for index, (before, after) in enumerate(zip(plain.vertebrae, slipped.vertebrae, strict=True)):
        dy, dz = after.bottom.y - before.bottom.y, after.bottom.z - before.bottom.z
        if index < at:
            assert (dy, dz) == (0.0, 0.0)
            continue
        assert np.hypot(dy, dz) == pytest.approx(abs(slip), abs=1e-9)
        tilt = plain.vertebrae[at].bottom.tilt
        assert dy * np.cos(tilt) + dz * np.sin(tilt) == pytest.approx(-slip, abs=1e-9)


def test_faces_turn_by_the_difference_of_front_and_back() -> None:
    for seed in PEOPLE:
        for body in spine_of(seed, kyphosis_deg=0.0).vertebrae:
            turn = body.top.tilt - body.bottom.tilt
            depth = (body.top.depth + body.bottom.depth) / 2.0
            wedge = (height(body, 1.0) - height(body, -1.0)) / depth
            assert turn == pytest.approx(wedge, abs=0.02)


def test_people_differ_and_their_mean_is_that_of_the_table() -> None:
    heights = [height(spine_of(seed).vertebrae[2], -1.0) for seed in range(60)]
    assert 0.2 < np.std(heights) < 1.5
    assert np.mean(heights) == pytest.approx(VERTEBRAE[2].height_front, rel=0.03)


@pytest.mark.parametrize("slope", [31.0, 40.0, 50.0])
def test_the_sacral_slope_is_the_tilt_of_its_endplate(slope: float) -> None:
    face = spine_of(sacral_slope_deg=slope).sacrum[0].top
    assert np.rad2deg(face.tilt) == pytest.approx(slope)
    (y0, z0), (y1, z1) = face.point(-10.0), face.point(10.0)
    assert np.rad2deg(np.arctan2(z1 - z0, y1 - y0)) == pytest.approx(slope)
