"""The chain of vertebrae and discs, its shapes and its published sizes."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from condyle.phantoms.anatomy import Face, Spine, SpineParameters, build_spine
from condyle.phantoms.curves import CurveParameters, build_curves
from condyle.phantoms.plane import Plane, PlaneGrid
from condyle.phantoms.proportions import DISCS, HEIGHT_BY_GRADE, VERTEBRAE
from condyle.phantoms.shapes import (
    body_distance,
    disc_space,
    lateral_shrink,
    local_frame,
    middle_face,
    round_intersection,
)
from condyle.phantoms.tissues import Tissue


def spine_of(seed: int = 1, **changes: object) -> Spine:
    return build_spine(np.random.default_rng(seed), SpineParameters(**changes))


def grid_of(step: float = 1.0) -> PlaneGrid:
    return PlaneGrid(
        y=np.arange(-180.0, 120.0, step, dtype=np.float32),
        z=np.arange(250.0, -80.0, -step, dtype=np.float32),
        step_mm=step,
    )


def gap_mm(disc: object) -> float:
    lower, upper = disc.lower.top, disc.upper.bottom
    return float(np.hypot(upper.y - lower.y, upper.z - lower.z))


def test_a_disc_lies_below_every_vertebra() -> None:
    assert [disc.name.split("-")[0] for disc in DISCS] == [size.name for size in VERTEBRAE]


def test_the_chain_rises_from_the_sacrum_without_a_step_back() -> None:
    spine = spine_of()
    heights = [0.0]
    for body in spine.vertebrae:
        heights += [body.bottom.z, body.top.z]
    assert all(low < high for low, high in pairwise(heights))


def test_the_sacrum_runs_downwards_and_backwards() -> None:
    sacrum = spine_of().sacrum
    assert [body.name for body in sacrum] == ["S1", "S2", "S3", "S4", "S5"]
    assert sacrum[0].bottom.z < sacrum[0].top.z
    assert sacrum[1].bottom.y > sacrum[0].top.y


def test_the_column_is_lordotic() -> None:
    tilts = [body.top.tilt for body in spine_of().vertebrae[:4]]
    assert tilts == sorted(tilts, reverse=True)
    assert np.rad2deg(spine_of().sacrum[0].top.tilt - tilts[-1]) > 25.0


def test_healthy_discs_have_the_published_height_within_a_tenth() -> None:
    spine = spine_of(grades={disc.name: 1 for disc in DISCS})
    for disc, size in zip(spine.discs, DISCS, strict=True):
        expected = (size.height_front + size.height_back) / 2.0
        assert gap_mm(disc) == pytest.approx(expected, rel=0.13)


def test_a_collapsed_disc_is_less_than_half_as_high() -> None:
    healthy = spine_of(grades={"L4-L5": 1}).discs[1]
    collapsed = spine_of(grades={"L4-L5": 5}).discs[1]
    assert gap_mm(collapsed) < 0.5 * gap_mm(healthy)
    assert list(HEIGHT_BY_GRADE.values()) == sorted(HEIGHT_BY_GRADE.values(), reverse=True)


def test_a_slip_moves_the_upper_vertebra_forwards_by_as_much() -> None:
    straight, slipped = spine_of().discs[1], spine_of(slips_mm={"L4-L5": 6.0}).discs[1]
    before, after = straight.upper.bottom, slipped.upper.bottom
    moved = np.hypot(after.y - before.y, after.z - before.z)
    assert moved == pytest.approx(6.0, abs=1e-6)
    assert after.y < before.y


def test_the_size_scales_the_whole_chain() -> None:
    small, large = spine_of(scale=0.95), spine_of(scale=1.05)
    ratio = large.vertebrae[4].top.z / small.vertebrae[4].top.z
    assert ratio == pytest.approx(1.05 / 0.95, rel=0.02)


def test_a_face_gives_points_in_its_own_directions() -> None:
    level = Face(2.0, 3.0, 0.0, 30.0)
    assert level.point(5.0, 1.0) == pytest.approx((7.0, 4.0))
    upright = Face(0.0, 0.0, np.pi / 2.0, 30.0)
    assert upright.point(5.0, 1.0) == pytest.approx((-1.0, 5.0))


def test_a_local_frame_undoes_the_point_of_its_face() -> None:
    face = Face(4.0, -7.0, 0.6, 30.0)
    y, z = face.point(3.0, -2.0)
    frame = local_frame(face, np.float32([[y]]), np.float32([[z]]))
    assert frame.along[0, 0] == pytest.approx(3.0, abs=1e-4)
    assert frame.above[0, 0] == pytest.approx(-2.0, abs=1e-4)


def test_a_body_is_inside_at_its_middle_and_outside_beyond_its_rims() -> None:
    body = spine_of().vertebrae[2]
    middle = middle_face(body.bottom, body.top)
    y, z = np.float32([[middle.y]]), np.float32([[middle.z]])
    assert body_distance(body, 0.0, y=y, z=z)[0, 0] < -8.0
    assert body_distance(body, 0.0, y=y + np.float32(30.0), z=z)[0, 0] > 8.0
    assert body_distance(body, 0.0, y=y, z=z + np.float32(30.0))[0, 0] > 8.0


def test_a_body_is_narrower_off_the_midline_and_ends_at_its_side() -> None:
    assert lateral_shrink(0.0, 22.0) == 1.0
    assert 0.0 < lateral_shrink(20.0, 22.0) < 0.7
    assert lateral_shrink(22.0, 22.0) == 0.0
    assert lateral_shrink(-20.0, 22.0) == lateral_shrink(20.0, 22.0)


def test_a_disc_fills_the_space_between_its_endplates() -> None:
    disc = spine_of().discs[2]
    y, z = disc.centre
    space = disc_space(disc, 0.0, y=np.float32([[y]]), z=np.float32([[z]]))
    assert space.within[0, 0]
    assert space.outside[0, 0] < -10.0
    assert space.height[0, 0] == pytest.approx(0.0, abs=0.15)


def test_a_herniation_pushes_the_outline_back_in_the_midline_only() -> None:
    plain = spine_of().discs[1]
    herniated = spine_of(herniations_mm={"L4-L5": 6.0}).discs[1]
    y, z = plain.lower.top.point(22.0, 4.0)
    at = {"y": np.float32([[y]]), "z": np.float32([[z]])}
    before = disc_space(plain, 0.0, **at).outside[0, 0]
    assert disc_space(herniated, 0.0, **at).outside[0, 0] < before - 3.0
    aside = disc_space(plain, 12.0, **at).outside[0, 0]
    assert disc_space(herniated, 12.0, **at).outside[0, 0] == pytest.approx(aside)


def test_an_intersection_is_inside_only_where_both_shapes_are() -> None:
    first, second = np.float32([-5.0, -5.0, 5.0]), np.float32([-5.0, 5.0, -5.0])
    inside = round_intersection(first, second, 1.0) < 0.0
    assert inside.tolist() == [True, False, False]


def test_the_lines_of_the_trunk_stand_in_their_order_from_front_to_back() -> None:
    grid = grid_of()
    curves = build_curves(spine_of(), grid, CurveParameters())
    lumbar = (grid.z > 20.0) & (grid.z < 180.0)
    lines = (curves.skin_front, curves.front, curves.back, curves.sac_back, curves.fascia)
    for ahead, behind in pairwise((*lines, curves.skin)):
        assert np.all(ahead[lumbar] < behind[lumbar])


def test_the_sac_has_its_thickness_and_ends_in_the_sacrum() -> None:
    grid = grid_of()
    spine = spine_of()
    curves = build_curves(spine, grid, CurveParameters(sac_mm=14.0))
    thickness = (curves.sac_back - curves.sac_front) / curves.slant
    assert float(thickness[np.abs(grid.z - 120.0) < 5.0].mean()) == pytest.approx(14.0, abs=0.5)
    assert np.all(thickness[grid.z < spine.sacrum[1].bottom.z] == 0.0)


def test_painting_a_window_paints_the_plane() -> None:
    plane = Plane.empty(0.0, grid_of())
    window = plane.around(0.0, 0.0, 3.0)
    window.paint(np.ones(window.tissue.shape, bool), Tissue.FAT, 2)
    assert int((plane.tissue == Tissue.FAT).sum()) == window.tissue.size > 20
    assert int((plane.label == 2).sum()) == window.label.size


def test_a_window_beyond_the_plane_is_empty() -> None:
    window = Plane.empty(0.0, grid_of()).around(1000.0, 0.0, 5.0)
    assert window.tissue.size == 0
