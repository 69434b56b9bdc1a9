"""Painting structures onto a grid of points."""

from __future__ import annotations

import numpy as np
import pytest

from condyle.phantoms.limb_canvas import Canvas
from condyle.phantoms.limb_space import Box, Points
from condyle.phantoms.tissues import Tissue

BAYER = np.array([[0.125, 0.625], [0.875, 0.375]], np.float32)


def canvas(shape: tuple[int, ...] = (96, 80), turn: float = 0.0, step: float = 1.0) -> Canvas:
    """A grid about the origin, turned in its plane."""
    axes = [(np.arange(size) - size / 2) * step for size in shape]
    grid = [axis.astype(np.float32) for axis in np.meshgrid(*axes, indexing="ij")]
    first, second = grid[0], grid[1]
    y = first * np.cos(turn) - second * np.sin(turn)
    z = first * np.sin(turn) + second * np.cos(turn)
    u = grid[2] if len(shape) == 3 else np.zeros_like(y)
    points = Points(*(np.asarray(one, np.float32) for one in (u, y, z)))
    dither = np.tile(BAYER, (shape[0] // 2, shape[1] // 2))
    if len(shape) == 3:
        dither = dither[..., None]
    return Canvas.empty(points, step_mm=step, dither=dither)


def test_an_empty_canvas_is_air_without_structure_or_lesion() -> None:
    empty = canvas()
    for layer in (empty.tissue, empty.structure, empty.lesion):
        assert layer.dtype == np.uint8
        assert not layer.any()


@pytest.mark.parametrize("shape", [(96, 80), (24, 20, 16)])
@pytest.mark.parametrize("turn", [0.0, 0.4, 1.9])
def test_a_window_holds_every_point_of_its_box(shape: tuple[int, ...], turn: float) -> None:
    whole = canvas(shape, turn)
    box: Box = ((-3.0, 3.0), (-6.0, 2.0), (1.0, 9.0))
    window = whole.window(box)
    assert window is not None
    inside = np.ones(window.points.u.shape, np.bool_)
    for values, (low, high) in zip(
        (window.points.u, window.points.y, window.points.z), box, strict=True
    ):
        inside &= (values >= low) & (values <= high)
    window.paint(inside, Tissue.FAT)
    expected = np.ones(shape, np.bool_)
    for values, (low, high) in zip(
        (whole.points.u, whole.points.y, whole.points.z), box, strict=True
    ):
        expected &= (values >= low) & (values <= high)
    np.testing.assert_array_equal(whole.tissue == int(Tissue.FAT), expected)
    assert expected.any()


def test_a_window_is_much_smaller_than_the_whole_where_its_box_is() -> None:
    whole = canvas((256, 256), 0.2)
    window = whole.window(((-1.0, 1.0), (10.0, 14.0), (10.0, 14.0)))
    assert window is not None
    assert window.tissue.size < 0.03 * whole.tissue.size


@pytest.mark.parametrize(
    "box",
    [
        ((-1.0, 1.0), (200.0, 210.0), (0.0, 1.0)),
        ((50.0, 60.0), (-5.0, 5.0), (-5.0, 5.0)),
        ((-1.0, 1.0), (-5.0, 5.0), (-300.0, -200.0)),
    ],
)
def test_a_box_beyond_the_points_has_no_window(box: Box) -> None:
    assert canvas().window(box) is None


def test_a_thin_box_between_two_of_the_sparse_points_is_found() -> None:
    for place in np.arange(-20.0, 20.0, 1.7):
        window = canvas().window(((-0.1, 0.1), (place, place + 0.2), (place, place + 0.2)))
        assert window is not None
        assert float(np.abs(window.points.y - place).min()) <= 1.0


def test_a_window_of_a_window_still_paints_the_whole() -> None:
    whole = canvas()
    outer = whole.window(((-1.0, 1.0), (-20.0, 20.0), (-20.0, 20.0)))
    assert outer is not None
    inner = outer.window(((-1.0, 1.0), (-2.0, 2.0), (-2.0, 2.0)))
    assert inner is not None
    inner.mark(np.ones(inner.lesion.shape, np.bool_), 3)
    assert (whole.lesion == 3).sum() == inner.lesion.size


def test_painting_without_a_structure_leaves_the_one_that_was_there() -> None:
    one = canvas((8, 8))
    everywhere = np.ones((8, 8), np.bool_)
    one.paint(everywhere, Tissue.MUSCLE, 7)
    one.paint(everywhere, Tissue.FAT)
    assert set(np.unique(one.structure)) == {7}
    assert set(np.unique(one.tissue)) == {int(Tissue.FAT)}


@pytest.mark.parametrize(
    ("share", "samples"), [(0.0, 0), (0.1, 0), (0.25, 1), (0.5, 2), (0.75, 3), (1.0, 4)]
)
def test_a_share_of_a_tissue_is_a_count_of_samples_in_every_voxel(
    share: float, samples: int
) -> None:
    one = canvas((8, 8))
    one.paint(np.ones((8, 8), np.bool_), Tissue.MUSCLE, 7)
    one.mix(np.ones((8, 8), np.bool_), Tissue.FAT, share)
    counts = (one.tissue == int(Tissue.FAT)).reshape(4, 2, 4, 2).sum(axis=(1, 3))
    assert set(np.unique(counts)) == {samples}
    assert set(np.unique(one.structure)) == {7}


def test_a_share_may_differ_from_place_to_place_and_keeps_to_its_mask() -> None:
    one = canvas((8, 8))
    share = np.repeat(np.linspace(0.0, 1.0, 8, dtype=np.float32)[None, :], 8, axis=0)
    left = np.zeros((8, 8), np.bool_)
    left[:4] = True
    one.mix(left, Tissue.FAT, share)
    painted = one.tissue == int(Tissue.FAT)
    assert not painted[4:].any()
    columns = painted[:4].reshape(4, 4, 2).sum(axis=(0, 2))
    assert list(columns) == sorted(columns)
    assert columns[0] < columns[-1]
