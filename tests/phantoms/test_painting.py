"""What is painted where: column, canal, posterior elements, foramina."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from condyle.phantoms.anatomy import Body, Disc, Spine, SpineParameters, build_spine
from condyle.phantoms.curves import CurveParameters, Curves, build_curves, spinous_tip, through
from condyle.phantoms.painting import (
    CANAL,
    DISC,
    VERTEBRA,
    CanalContents,
    paint_body,
    paint_canal,
    paint_column,
    paint_disc,
    paint_foramina,
    paint_posterior_elements,
)
from condyle.phantoms.plane import Plane, PlaneGrid
from condyle.phantoms.shapes import middle_face
from condyle.phantoms.tissues import Tissue, disc_tissue

CANAL_MM = 18.0


def spine_of(**changes: object) -> Spine:
    return build_spine(np.random.default_rng(1), SpineParameters(**changes))


def grid_of(step: float = 0.5) -> PlaneGrid:
    return PlaneGrid(
        y=np.arange(-90.0, 110.0, step, dtype=np.float32),
        z=np.arange(240.0, -80.0, -step, dtype=np.float32),
        step_mm=step,
    )


def contents_of(**changes: object) -> CanalContents:
    base = CanalContents(
        conus_z=150.0,
        cord_mm=7.0,
        strands=np.zeros((56, 24), np.float32),
        strand_level=9.0,
    )
    return replace(base, **changes)


def curves_of(spine: Spine, grid: PlaneGrid) -> Curves:
    return build_curves(spine, grid, CurveParameters(canal_mm=CANAL_MM, sac_mm=14.0))


def at(plane: Plane, y: float, z: float) -> int:
    """Tissue at a point."""
    row = int(np.abs(plane.grid.z - z).argmin())
    column = int(np.abs(plane.grid.y - y).argmin())
    return int(plane.tissue[row, column])


def label_at(plane: Plane, y: float, z: float) -> int:
    row = int(np.abs(plane.grid.z - z).argmin())
    column = int(np.abs(plane.grid.y - y).argmin())
    return int(plane.label[row, column])


def middle_of(body: Body) -> tuple[float, float]:
    face = middle_face(body.bottom, body.top)
    return face.y, face.z


def area_mm2(plane: Plane, *tissues: Tissue) -> float:
    count = int(np.isin(plane.tissue, [int(tissue) for tissue in tissues]).sum())
    return count * plane.grid.step_mm**2


def test_a_body_is_marrow_within_a_rim_of_cortex() -> None:
    body = spine_of().vertebrae[2]
    plane = Plane.empty(0.0, grid_of(0.25))
    paint_body(plane, body, vein=False)
    assert at(plane, *middle_of(body)) == Tissue.MARROW
    marrow, cortex = area_mm2(plane, Tissue.MARROW), area_mm2(plane, Tissue.CORTEX)
    height = np.hypot(body.top.z - body.bottom.z, body.top.y - body.bottom.y)
    assert marrow + cortex == pytest.approx(height * body.top.depth, rel=0.15)
    assert 0.03 < cortex / marrow < 0.2


def test_a_vertebra_is_labelled_and_a_sacral_body_is_not() -> None:
    spine = spine_of()
    plane = Plane.empty(0.0, grid_of())
    paint_body(plane, spine.vertebrae[0])
    paint_body(plane, spine.sacrum[0])
    assert label_at(plane, *middle_of(spine.vertebrae[0])) == VERTEBRA
    assert at(plane, *middle_of(spine.sacrum[0])) == Tissue.MARROW
    assert label_at(plane, *middle_of(spine.sacrum[0])) == 0


def test_nothing_of_a_body_is_painted_beyond_its_side() -> None:
    body = spine_of().vertebrae[2]
    plane = Plane.empty(body.half_width + 0.5, grid_of())
    paint_body(plane, body)
    assert not plane.tissue.any()


def test_the_basivertebral_vein_enters_at_the_back_of_the_midline_only() -> None:
    body = spine_of().vertebrae[2]
    middle, aside = Plane.empty(0.0, grid_of(0.25)), Plane.empty(9.0, grid_of(0.25))
    paint_body(middle, body)
    paint_body(aside, body)
    assert 2.0 < area_mm2(middle, Tissue.VENOUS_BLOOD) < 40.0
    assert area_mm2(aside, Tissue.VENOUS_BLOOD) == 0.0
    rows, columns = np.nonzero(middle.tissue == int(Tissue.VENOUS_BLOOD))
    assert middle.grid.y[columns].min() > middle_of(body)[0]
    assert np.abs(middle.grid.z[rows] - middle_of(body)[1]).max() < 8.0


@pytest.mark.parametrize("grade", [1, 2, 3, 4, 5])
def test_a_disc_has_its_annulus_outside_and_its_nucleus_inside(grade: int) -> None:
    disc = spine_of(grades={"L3-L4": grade}).discs[2]
    plane = Plane.empty(0.0, grid_of(0.25))
    paint_disc(plane, disc)
    shells = [area_mm2(plane, disc_tissue(grade, shell)) for shell in range(4)]
    assert all(area > 0.0 for area in shells)
    assert label_at(plane, *disc.centre) == DISC
    inner = np.nonzero(plane.tissue == int(disc_tissue(grade, 3)))
    outer = np.nonzero(plane.tissue == int(disc_tissue(grade, 0)))
    assert np.ptp(inner[1]) < np.ptp(outer[1])


@pytest.mark.parametrize(("grade", "cleft"), [(1, False), (2, True), (3, True), (4, False)])
def test_a_cleft_crosses_the_nucleus_at_grades_2_and_3(grade: int, cleft: bool) -> None:
    disc = spine_of(grades={"L3-L4": grade}).discs[2]
    plane = Plane.empty(0.0, grid_of(0.25))
    paint_disc(plane, disc)
    column = int(np.abs(plane.grid.y - disc.centre[0]).argmin())
    core = plane.tissue[:, column] == int(disc_tissue(grade, 3))
    bands = int((np.diff(core.astype(int)) == 1).sum())
    assert bands == (2 if cleft else 1)


def test_a_rudimentary_sacral_disc_carries_no_label() -> None:
    spine = spine_of()
    plane = Plane.empty(0.0, grid_of())
    paint_disc(plane, spine.sacral_discs[0], label=None)
    assert plane.tissue.any()
    assert not plane.label.any()


def test_the_canal_holds_fluid_within_fat_and_is_labelled_as_far_as_the_sac() -> None:
    spine, grid = spine_of(), grid_of()
    curves = curves_of(spine, grid)
    plane = Plane.empty(0.0, grid)
    paint_canal(plane, curves, contents_of(), half_width=10.0)
    sac = np.isin(plane.tissue, [int(Tissue.CSF), int(Tissue.CORD)])
    np.testing.assert_array_equal(sac, plane.label == CANAL)
    row = int(np.abs(grid.z - 100.0).argmin())
    width = float(sac[row].sum()) * grid.step_mm / float(curves.slant[row])
    assert width == pytest.approx(14.0, abs=1.0)
    assert area_mm2(plane, Tissue.FAT) > 100.0
    assert area_mm2(plane, Tissue.FLAVUM) > 100.0


def test_the_cord_tapers_and_ends_at_the_conus() -> None:
    spine, grid = spine_of(), grid_of()
    plane = Plane.empty(0.0, grid)
    paint_canal(plane, curves_of(spine, grid), contents_of(conus_z=140.0), half_width=10.0)
    widths = (plane.tissue == int(Tissue.CORD)).sum(axis=1) * grid.step_mm
    high, low = int(np.abs(grid.z - 200.0).argmin()), int(np.abs(grid.z - 146.0).argmin())
    assert widths[high] == pytest.approx(7.0, abs=1.2)
    assert 0.0 < widths[low] < widths[high]
    assert widths[grid.z < 139.0].max() == 0.0


def test_strands_of_the_cauda_equina_lie_below_the_conus_and_towards_the_back() -> None:
    spine, grid = spine_of(), grid_of()
    curves = curves_of(spine, grid)
    rng = np.random.default_rng(2)
    strands = rng.standard_normal((56, 24)).astype(np.float32)
    plane = Plane.empty(0.0, grid)
    contents = contents_of(conus_z=170.0, strands=strands, strand_level=0.75)
    paint_canal(plane, curves, contents, half_width=10.0)
    rows, columns = np.nonzero(plane.tissue == int(Tissue.CORD))
    below = grid.z[rows] < 150.0
    assert below.sum() > 100
    middle = (curves.sac_front + curves.sac_back)[rows] / 2.0
    assert float((grid.y[columns] - middle)[below].mean()) > 0.5


def test_no_canal_is_painted_beyond_its_side() -> None:
    spine, grid = spine_of(), grid_of()
    plane = Plane.empty(14.0, grid)
    paint_canal(plane, curves_of(spine, grid), contents_of(), half_width=10.0)
    assert not plane.tissue.any()


def test_a_spinous_process_lies_behind_the_canal_of_the_midline() -> None:
    body = spine_of().vertebrae[2]
    plane = Plane.empty(body.spinous_offset, grid_of())
    paint_posterior_elements(plane, body, canal_mm=CANAL_MM)
    back = body.bottom.y + body.bottom.depth / 2.0 + CANAL_MM
    _, columns = np.nonzero(plane.label == VERTEBRA)
    assert plane.grid.y[columns].min() > back - 4.0
    assert plane.grid.y[columns].max() > back + 20.0
    assert area_mm2(plane, Tissue.MARROW) > 150.0


def test_a_process_that_stands_aside_is_missed_by_the_midline() -> None:
    body = replace(spine_of().vertebrae[2], spinous_offset=6.0)
    plane = Plane.empty(0.0, grid_of())
    paint_posterior_elements(plane, body, canal_mm=CANAL_MM)
    straight = Plane.empty(0.0, grid_of())
    paint_posterior_elements(straight, replace(body, spinous_offset=0.0), canal_mm=CANAL_MM)
    assert area_mm2(plane, Tissue.MARROW) < 0.5 * area_mm2(straight, Tissue.MARROW)


def test_a_pedicle_joins_body_and_pillar_beside_the_canal() -> None:
    body = spine_of().vertebrae[2]
    plane = Plane.empty(13.0, grid_of())
    paint_posterior_elements(plane, body, canal_mm=CANAL_MM)
    face = body.bottom
    height = float(np.hypot(body.top.y - face.y, body.top.z - face.z))
    y, z = face.point(face.depth / 2.0 + CANAL_MM / 2.0, 0.7 * height)
    assert at(plane, y, z) == Tissue.MARROW
    assert label_at(plane, y, z) == VERTEBRA


def test_the_sacrum_has_no_posterior_elements_of_its_own() -> None:
    plane = Plane.empty(0.0, grid_of())
    paint_posterior_elements(plane, spine_of().sacrum[0], canal_mm=CANAL_MM)
    assert not plane.tissue.any()


@pytest.mark.parametrize(("x", "open_"), [(0.0, False), (14.0, True), (-14.0, True), (24.0, False)])
def test_a_foramen_with_fat_and_a_root_opens_beside_the_canal(x: float, open_: bool) -> None:
    plane = Plane.empty(x, grid_of())
    paint_foramina(plane, spine_of().discs[2], canal_mm=CANAL_MM)
    assert (area_mm2(plane, Tissue.FAT) > 50.0) is open_
    assert (area_mm2(plane, Tissue.CORD) > 5.0) is open_


def test_a_column_alternates_discs_and_vertebrae_from_the_sacrum_up() -> None:
    spine, grid = spine_of(), grid_of()
    plane = Plane.empty(0.0, grid)
    paint_column(plane, spine, curves_of(spine, grid))
    seen: list[int] = []
    for disc in spine.discs[:6]:
        seen += [label_at(plane, *disc.centre), label_at(plane, *middle_of(disc.upper))]
    assert seen == [DISC, VERTEBRA] * 6


def test_discs_and_vertebrae_are_not_separated_by_a_gap() -> None:
    spine, grid = spine_of(), grid_of(0.25)
    plane = Plane.empty(0.0, grid)
    paint_column(plane, spine, curves_of(spine, grid))
    disc: Disc = spine.discs[2]
    y, low = middle_of(disc.lower)
    _, high = middle_of(disc.upper)
    column = int(np.abs(grid.y - (y + disc.upper.bottom.y) / 2.0).argmin())
    rows = (grid.z > low + 3.0) & (grid.z < high - 3.0)
    assert np.all(plane.label[rows, column] > 0)


def test_a_line_goes_through_its_points_and_on_beyond_them() -> None:
    grid = grid_of(1.0)
    line = through([(0.0, 0.0), (10.0, 50.0), (20.0, 100.0), (30.0, 150.0)], grid, 0.1)
    expected = grid.z / 5.0
    np.testing.assert_allclose(line, expected, atol=1e-3)


def test_the_tip_of_a_process_lies_behind_its_canal() -> None:
    spine = spine_of()
    for body in spine.vertebrae:
        assert body.size is not None
        y, _ = spinous_tip(body, CANAL_MM)
        assert y > body.bottom.y + body.bottom.depth / 2.0 + CANAL_MM
    assert spinous_tip(spine.sacrum[0], CANAL_MM)[0] > spine.sacrum[0].top.y
