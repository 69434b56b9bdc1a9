"""What lies around the spine."""

from __future__ import annotations

import numpy as np
import pytest

from condyle.phantoms.anatomy import Spine, SpineParameters, build_spine
from condyle.phantoms.curves import CurveParameters, Curves, build_curves
from condyle.phantoms.plane import Plane, PlaneGrid
from condyle.phantoms.surroundings import (
    Organ,
    Surroundings,
    Vessel,
    draw_surroundings,
    paint_back,
    paint_mesentery,
    paint_organs,
    paint_trunk,
    paint_vessels,
)
from condyle.phantoms.tissues import Tissue

GRID = PlaneGrid(
    y=np.arange(-190.0, 110.0, 1.0, dtype=np.float32),
    z=np.arange(230.0, -60.0, -1.0, dtype=np.float32),
    step_mm=1.0,
)


def spine_of() -> Spine:
    return build_spine(np.random.default_rng(1), SpineParameters())


def curves_of() -> Curves:
    return build_curves(spine_of(), GRID, CurveParameters())


def around(*, organs: tuple[Organ, ...] = (), vessels: tuple[Vessel, ...] = ()) -> Surroundings:
    return Surroundings(organs, vessels, wall_mm=8.0, fat_front_mm=20.0)


def trunk(x: float = 0.0) -> Plane:
    plane = Plane.empty(x, GRID)
    paint_trunk(plane, curves_of(), around())
    return plane


def count(plane: Plane, tissue: Tissue) -> int:
    return int((plane.tissue == int(tissue)).sum())


def ball(content: Tissue, wall_mm: float = 2.0, x: float = 0.0) -> Organ:
    return Organ((x, -100.0, 100.0), (15.0, 12.0, 12.0), 0.0, wall_mm, Tissue.BOWEL_WALL, content)


def test_outside_the_skin_there_is_air() -> None:
    plane, curves = trunk(), curves_of()
    outside = (GRID.y > curves.skin[:, None]) | (GRID.y < curves.skin_front[:, None])
    assert not plane.tissue[outside].any()


def test_beneath_the_skin_there_is_fat_and_in_front_a_wall_of_muscle() -> None:
    plane, curves = trunk(), curves_of()
    row = 120
    line = plane.tissue[row]
    skin = int(np.searchsorted(GRID.y, curves.skin[row])) - 1
    assert line[skin] == Tissue.SKIN
    assert line[skin - 4] == Tissue.FAT
    wall = GRID.y[line == int(Tissue.MUSCLE)]
    assert wall.size == pytest.approx(8, abs=1)
    assert wall.min() - curves.skin_front[row] == pytest.approx(20.0, abs=1.1)


def test_an_organ_has_its_wall_around_its_content() -> None:
    plane = trunk()
    paint_organs(plane, around(organs=(ball(Tissue.BOWEL_FLUID),)))
    fluid, wall = count(plane, Tissue.BOWEL_FLUID), count(plane, Tissue.BOWEL_WALL)
    assert fluid + wall == pytest.approx(np.pi * 12.0**2, rel=0.15)
    assert 0 < wall < fluid


def test_an_organ_is_not_seen_beyond_its_reach() -> None:
    plane = trunk(x=40.0)
    paint_organs(plane, around(organs=(ball(Tissue.BOWEL_FLUID),)))
    assert count(plane, Tissue.BOWEL_FLUID) == 0


def test_an_organ_is_not_painted_into_the_air() -> None:
    plane = Plane.empty(0.0, GRID)
    paint_organs(plane, around(organs=(ball(Tissue.BOWEL_FLUID),)))
    assert not plane.tissue.any()


def test_a_vessel_runs_in_front_of_the_column_with_its_width() -> None:
    vessel = Vessel(2.0, 8.0, 3.0, end_z=40.0, tissue=Tissue.FLOWING_BLOOD)
    plane, curves = trunk(x=2.0), curves_of()
    paint_vessels(plane, curves, around(vessels=(vessel,)))
    row = int(np.abs(GRID.z - 120.0).argmin())
    lumen = GRID.y[plane.tissue[row] == int(Tissue.FLOWING_BLOOD)]
    assert lumen.size == pytest.approx(16, abs=1)
    assert lumen.max() < curves.front[row]


def test_a_vessel_leaves_the_midline_below_its_fork() -> None:
    vessel = Vessel(2.0, 8.0, 3.0, end_z=100.0, tissue=Tissue.FLOWING_BLOOD)
    plane = trunk(x=2.0)
    paint_vessels(plane, curves_of(), around(vessels=(vessel,)))
    rows, _ = np.nonzero(plane.tissue == int(Tissue.FLOWING_BLOOD))
    assert GRID.z[rows].min() > 50.0
    assert GRID.z[rows].max() > 200.0


def test_a_vessel_beside_the_plane_is_not_cut() -> None:
    vessel = Vessel(20.0, 8.0, 3.0, end_z=-500.0, tissue=Tissue.FLOWING_BLOOD)
    plane = trunk(x=0.0)
    paint_vessels(plane, curves_of(), around(vessels=(vessel,)))
    assert count(plane, Tissue.FLOWING_BLOOD) == 0


def test_sheets_lie_where_the_field_crosses_nought_and_only_in_the_belly() -> None:
    plane, curves = trunk(), curves_of()
    field = np.full(plane.tissue.shape, 0.5, np.float32)
    field[100] = 0.0
    paint_mesentery(plane, curves, field)
    rows, columns = np.nonzero(plane.tissue == int(Tissue.CONNECTIVE))
    assert set(rows.tolist()) == {100}
    assert GRID.y[columns].max() < curves.front[100]


def test_the_back_is_muscle_off_the_midline_and_looser_tissue_in_it() -> None:
    calm = np.zeros((GRID.z.size, GRID.y.size), np.float32)
    middle, aside = trunk(0.0), trunk(9.0)
    before = count(aside, Tissue.MUSCLE)
    paint_back(middle, curves_of(), calm)
    paint_back(aside, curves_of(), calm)
    assert count(middle, Tissue.CONNECTIVE) > 2000
    assert count(aside, Tissue.MUSCLE) - before > 2000
    assert count(aside, Tissue.CONNECTIVE) == 0


def test_fat_streaks_the_muscle_where_the_field_is_high() -> None:
    plane = trunk(9.0)
    field = np.zeros(plane.tissue.shape, np.float32)
    field[:, ::7] = 5.0
    before = count(plane, Tissue.FAT)
    paint_back(plane, curves_of(), np.zeros_like(field))
    solid = count(plane, Tissue.FAT)
    streaked = trunk(9.0)
    paint_back(streaked, curves_of(), field)
    assert solid < count(streaked, Tissue.FAT) < before


def test_the_psoas_lies_beside_the_column_only() -> None:
    calm = np.zeros((GRID.z.size, GRID.y.size), np.float32)
    beside, near = trunk(28.0), trunk(10.0)
    paint_back(beside, curves_of(), calm)
    paint_back(near, curves_of(), calm)
    assert count(beside, Tissue.MUSCLE) > count(near, Tissue.MUSCLE) + 500


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_drawn_abdomen_lies_in_front_of_the_column(seed: int) -> None:
    spine = spine_of()
    drawn = draw_surroundings(np.random.default_rng(seed), spine, belly_mm=140.0)
    front = spine.vertebrae[2].bottom.y - spine.vertebrae[2].bottom.depth / 2.0
    assert len(drawn.organs) > 30
    upper = [organ for organ in drawn.organs if organ.centre[2] > 60.0]
    assert all(organ.centre[1] < front for organ in upper)
    aorta, cava = drawn.vessels
    assert aorta.x > 0.0 > cava.x
    assert aorta.tissue == cava.tissue == Tissue.FLOWING_BLOOD


def test_the_same_seed_draws_the_same_abdomen() -> None:
    spine = spine_of()
    drawn = [draw_surroundings(np.random.default_rng(4), spine, belly_mm=130.0) for _ in range(2)]
    assert drawn[0] == drawn[1]
