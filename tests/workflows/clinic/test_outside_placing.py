"""Where what others outlined and drew lies on a study's images."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from condyle.dicom.stored_planes import StoredPlane
from condyle.domain.outside import OutsidePlane, OutsideRegion
from condyle.workflows.clinic.outside_placing import (
    OutsidePlace,
    StudyFrame,
    StudyFrames,
    place_mask,
    place_region,
    rings_of,
)
from condyle.workflows.clinic.placing import ShownFrame

SPACE = "1.2.3"
SHAPE = (40, 50)


def affine_of(
    turn: Rotation, start: tuple[float, float, float], *steps: float
) -> NDArray[np.float64]:
    made = np.eye(4)
    made[:3, :3] = turn.as_matrix()[:, [2, 1, 0]] * np.asarray(steps)
    made[:3, 3] = start
    return made


def stack(
    turn: Rotation | None = None, *, series: str = "s", count: int = 6, space: str = SPACE
) -> list[StudyFrame]:
    """Frames 4 mm apart with pixels of 0.8 by 0.6 mm."""
    one = affine_of(turn or Rotation.identity(), (5.0, -20.0, 30.0), 4.0, 0.8, 0.6)
    found = []
    for at in range(count):
        affine = one.copy()
        affine[:3, 3] += at * one[:3, 0]
        plane = StoredPlane(SHAPE, affine, 4.0, space)
        found.append(StudyFrame(ShownFrame(series, f"{series}.{at}", 0), SHAPE, plane))
    return found


def in_space(frame: StudyFrame, places: list[tuple[float, float]]) -> NDArray[np.float64]:
    assert frame.plane is not None
    flat = np.array([(0, row, column, 1) for row, column in places], float)
    return np.asarray(flat @ frame.plane.affine.T)[:, :3]


def region(shape: str, points: NDArray[np.float64], space: str | None = SPACE) -> OutsideRegion:
    told = tuple(tuple(float(one) for one in point) for point in points)
    return OutsideRegion(shape, told, None, frame_of_reference=space)


def block(shape: tuple[int, int] = SHAPE) -> NDArray[np.bool_]:
    mask = np.zeros(shape, bool)
    mask[10:20, 12:31] = True
    return mask


def test_a_mask_lies_on_the_image_that_it_names() -> None:
    frames = StudyFrames(stack())
    placed = place_mask(OutsidePlane(block(), "s.2", 0, None), None, frames)
    assert placed == OutsidePlace(
        ShownFrame("s", "s.2", 0), (((10, 12), (10, 30), (19, 30), (19, 12)),)
    )


def test_a_mask_that_names_an_image_but_lies_elsewhere_is_drawn_where_it_lies() -> None:
    frames = stack()
    assert frames[4].plane is not None
    plane = OutsidePlane(block(), "s.2", 0, frames[4].plane.affine)
    placed = place_mask(plane, SPACE, StudyFrames(frames))
    assert placed is not None and placed.frame.instance_uid == "s.4"
    assert place_mask(plane, None, StudyFrames(frames)) is None


@settings(max_examples=40, deadline=None)
@given(
    angles=some.tuples(*[some.floats(-180, 180)] * 3),
    at=some.integers(0, 5),
    off=some.floats(-0.45, 0.45),
    finer=some.floats(0.4, 3.0),
)
def test_a_mask_of_a_grid_of_its_own_is_drawn_where_it_lies_in_space(
    angles: tuple[float, float, float], at: int, off: float, finer: float
) -> None:
    frames = stack(Rotation.from_euler("xyz", angles, degrees=True))
    stored = frames[at].plane
    assert stored is not None
    own = stored.affine.copy()
    own[:3, 1:3] *= finer
    own[:3, 3] += off * own[:3, 0] + stored.affine[:3, 1] * 3 + stored.affine[:3, 2] * 2
    mask = np.zeros((12, 13), bool)
    mask[2:5, 3:9] = True
    placed = place_mask(OutsidePlane(mask, None, 0, own), SPACE, StudyFrames(frames))
    assert placed is not None and placed.frame == frames[at].shown
    (ring,) = placed.outlines
    wanted = {
        (round(3 + finer * r, 2), round(2 + finer * c, 2)) for r, c in product((2, 4), (3, 8))
    }
    found = np.array(sorted(ring))
    np.testing.assert_allclose(found, sorted(wanted), atol=0.011)


def test_a_mask_between_two_series_planes_or_across_them_is_not_placed() -> None:
    frames = stack(count=1)
    stored = frames[0].plane
    assert stored is not None
    off = stored.affine.copy()
    off[:3, 3] += 0.6 * off[:3, 0]
    assert place_mask(OutsidePlane(block(), None, 0, off), SPACE, StudyFrames(frames)) is None
    across = stored.affine.copy()
    across[:3, [0, 1]] = across[:3, [1, 0]]
    small = np.zeros(SHAPE, bool)
    small[0, 0] = True
    assert place_mask(OutsidePlane(small, None, 0, across), SPACE, StudyFrames(frames)) is None


def test_a_mask_beside_the_image_is_not_placed() -> None:
    frames = stack()
    stored = frames[0].plane
    assert stored is not None
    far = stored.affine.copy()
    far[:3, 3] += 100 * far[:3, 2]
    assert place_mask(OutsidePlane(block(), None, 0, far), SPACE, StudyFrames(frames)) is None


def test_holes_have_their_own_border_and_a_pixel_the_edges_of_its_box() -> None:
    mask = block()
    mask[13:16, 15:20] = False
    mask[30, 5] = True
    mask[35, 5:9] = True
    rings = [{(float(r), float(c)) for r, c in ring} for ring in rings_of(mask)]
    assert {(10.0, 12.0), (10.0, 30.0), (19.0, 30.0), (19.0, 12.0)} in rings
    assert {(13.0, 15.0), (13.0, 19.0), (15.0, 19.0), (15.0, 15.0)} in rings
    assert {(29.5, 4.5), (29.5, 5.5), (30.5, 5.5), (30.5, 4.5)} in rings
    assert {(34.5, 4.5), (34.5, 8.5), (35.5, 8.5), (35.5, 4.5)} in rings
    assert len(rings) == 4


def test_a_line_on_a_frame_stays_open_and_a_polygon_is_closed() -> None:
    frames = StudyFrames(stack())
    line = OutsideRegion("POLYLINE", ((1.0, 2.0), (3.0, 4.0)), "s.1")
    (placed,) = place_region(line, frames)
    assert (placed.closed, placed.outlines) == (False, (((1, 2), (3, 4)),))
    ring = OutsideRegion("POLYLINE", ((1.0, 2.0), (3.0, 4.0), (5.0, 1.0), (1.0, 2.0)), "s.1")
    assert place_region(ring, frames)[0].closed
    assert place_region(OutsideRegion("POLYLINE", ((1.0, 2.0),), "gone"), frames) == ()


def test_a_circle_and_an_ellipse_have_the_points_of_their_equations() -> None:
    frames = StudyFrames(stack())
    circle = OutsideRegion("CIRCLE", ((10.0, 20.0), (10.0, 25.0)), "s.0")
    (ring,) = place_region(circle, frames)[0].outlines
    away = [np.hypot(row - 10, column - 20) for row, column in ring]
    np.testing.assert_allclose(away, 5, atol=0.01)
    ends = ((10.0, 12.0), (10.0, 28.0), (7.0, 20.0), (13.0, 20.0))
    (ring,) = place_region(OutsideRegion("ELLIPSE", ends, "s.0"), frames)[0].outlines
    sums = [((row - 10) / 3) ** 2 + ((column - 20) / 8) ** 2 for row, column in ring]
    np.testing.assert_allclose(sums, 1, atol=0.01)


@pytest.mark.parametrize("shape", ["POLYGON", "POLYLINE"])
def test_a_region_in_space_is_drawn_on_the_slice_that_holds_it(shape: str) -> None:
    frames = stack(Rotation.from_euler("xyz", (20, 35, -10), degrees=True))
    corners = [(5.0, 6.0), (5.0, 16.0), (15.0, 16.0)]
    drawn = region(shape, in_space(frames[3], corners))
    (placed,) = place_region(drawn, StudyFrames(frames))
    assert placed.frame == frames[3].shown and placed.closed == (shape == "POLYGON")
    np.testing.assert_allclose(placed.outlines[0], corners, atol=0.011)
    assert (
        place_region(region(shape, in_space(frames[3], corners), "1.9"), StudyFrames(frames)) == ()
    )
    assert (
        place_region(region(shape, in_space(frames[3], corners), None), StudyFrames(frames)) == ()
    )


def test_a_region_that_crosses_slices_is_not_drawn_and_points_are_one_by_one() -> None:
    frames = stack()
    across = np.concatenate([in_space(frames[at], [(5.0, 6.0)]) for at in (1, 4)])
    assert place_region(region("POLYLINE", across), StudyFrames(frames)) == ()
    placed = place_region(region("MULTIPOINT", across), StudyFrames(frames))
    assert [one.frame.instance_uid for one in placed] == ["s.1", "s.4"]
    assert {point for one in placed for point in one.outlines[0]} == {
        (3, 6), (5, 8), (7, 6), (5, 4),
    }  # fmt: skip


def test_a_point_in_space_is_seen_in_every_series_that_lies_there() -> None:
    sagittal = stack()
    point = in_space(sagittal[2], [(20.0, 20.0)])
    turned = stack(Rotation.from_euler("y", 90, degrees=True), series="t")
    # The fourth of them has its pixel in row 7 and column 9 at the point.
    shift = point[0] - in_space(turned[3], [(7.0, 9.0)])[0]
    for one in turned:
        assert one.plane is not None
        one.plane.affine[:3, 3] += shift
    placed = place_region(region("POINT", point), StudyFrames([*sagittal, *turned]))
    assert {one.frame.instance_uid for one in placed} == {"s.2", "t.3"}
    middles = {one.frame.series_uid: np.mean(one.outlines[0], axis=0) for one in placed}
    np.testing.assert_allclose(middles["s"], (20, 20), atol=0.011)
    np.testing.assert_allclose(middles["t"], (7, 9), atol=0.011)


@pytest.mark.parametrize(
    ("shape", "points"),
    [
        ("POLYGON", ((float("nan"), 1.0, 2.0), (1.0, 1.0, 1.0), (2.0, 1.0, 2.0))),
        ("POLYGON", ()),
        ("MULTIPOINT", ()),
        ("ELLIPSOID", ((float("inf"), 0.0, 0.0),)),
    ],
)
def test_points_that_are_none_are_drawn_nowhere(
    shape: str, points: tuple[tuple[float, ...], ...]
) -> None:
    drawn = OutsideRegion(shape, points, None, frame_of_reference=SPACE)
    assert place_region(drawn, StudyFrames(stack())) == ()


def test_frames_without_a_place_are_drawn_on_by_name_alone() -> None:
    flat = StudyFrame(ShownFrame("p", "p.1", 0), SHAPE, None)
    frames = StudyFrames([flat])
    placed = place_mask(OutsidePlane(block(), "p.1", 0, np.eye(4)), SPACE, frames)
    assert placed is not None and placed.frame == flat.shown
    assert place_mask(OutsidePlane(block((5, 50)), "p.1", 0, None), SPACE, frames) is None
