"""A scene is averaged into voxels: signals by share, labels by majority."""

from __future__ import annotations

import numpy as np
import pytest

from condyle.phantoms.scene import (
    Blend,
    Scene,
    crop_margin,
    majority_labels,
    middle_tissue,
    render,
    tissue_share,
)
from condyle.phantoms.signal import T1_WEIGHTED, signal_by_tissue
from condyle.phantoms.tissues import Tissue, tissue_table

FAT, MUSCLE = int(Tissue.FAT), int(Tissue.MUSCLE)
LOOKUP = signal_by_tissue(tissue_table(), T1_WEIGHTED)


def halves() -> Scene:
    """Two slices of two planes; the left column of every fine block of pixel (0, 0) is muscle."""
    tissue = np.full((4, 4, 4), FAT, np.uint8)
    tissue[:, :2, 0] = MUSCLE
    return Scene(tissue, spacing=(3.0, 1.0, 1.0))


def test_the_shape_is_that_of_the_images() -> None:
    assert halves().shape == (2, 2, 2)


def test_a_voxel_half_of_each_tissue_has_the_mean_of_their_signals() -> None:
    image = render(halves(), LOOKUP)
    assert image[0, 0, 0] == pytest.approx((LOOKUP[FAT] + LOOKUP[MUSCLE]) / 2.0)
    assert image[1, 1, 1] == pytest.approx(LOOKUP[FAT])


def test_partial_volume_reaches_through_the_planes_of_a_slice() -> None:
    tissue = np.full((3, 2, 2), FAT, np.uint8)
    tissue[0] = MUSCLE
    image = render(Scene(tissue, (3.0, 1.0, 1.0), planes=3), LOOKUP)
    assert image[0, 0, 0] == pytest.approx((2 * LOOKUP[FAT] + LOOKUP[MUSCLE]) / 3.0, rel=1e-5)


def test_shares_of_all_tissues_add_up_to_1() -> None:
    scene = halves()
    total = tissue_share(scene, (Tissue.FAT,)) + tissue_share(scene, (Tissue.MUSCLE,))
    np.testing.assert_allclose(total, 1.0)
    assert tissue_share(scene, (Tissue.MUSCLE,))[0, 0, 0] == pytest.approx(0.5)


def test_a_blend_changes_only_the_tissue_that_gives_way() -> None:
    scene = halves()
    share = np.full(scene.shape, 0.4, np.float32)
    blended = Scene(
        scene.tissue, scene.spacing, blends=(Blend(Tissue.MARROW_OEDEMA, Tissue.FAT, share),)
    )
    change = render(blended, LOOKUP) - render(scene, LOOKUP)
    step = float(LOOKUP[Tissue.MARROW_OEDEMA] - LOOKUP[FAT])
    assert change[1, 1, 1] == pytest.approx(0.4 * step, rel=1e-4)
    assert change[0, 0, 0] == pytest.approx(0.2 * step, rel=1e-4)


def test_a_whole_blend_is_the_other_tissue() -> None:
    scene = Scene(np.full((2, 4, 4), FAT, np.uint8), (3.0, 1.0, 1.0))
    whole = np.ones(scene.shape, np.float32)
    blended = Scene(scene.tissue, scene.spacing, blends=(Blend(Tissue.CYST, Tissue.FAT, whole),))
    np.testing.assert_allclose(render(blended, LOOKUP), LOOKUP[Tissue.CYST], rtol=1e-5)


def test_the_label_that_fills_most_of_a_voxel_wins() -> None:
    label = np.zeros((2, 2, 4), np.uint8)
    label[:, :, 0] = 5
    label[0, 0, 1] = 5
    label[:, :, 2:] = 7
    label[0, 0, 2] = 0
    found = majority_labels(label, planes=2, factor=2, labels=(5, 7))
    np.testing.assert_array_equal(found, [[[5, 7]]])


def test_background_wins_where_it_fills_most() -> None:
    label = np.zeros((1, 2, 2), np.uint8)
    label[0, 0, 0] = 3
    assert majority_labels(label, planes=1, factor=2, labels=(3,)).tolist() == [[[0]]]


def test_the_middle_tissue_is_on_the_grid_of_the_images() -> None:
    found = middle_tissue(halves())
    assert found.shape == (2, 2, 2)
    assert set(np.unique(found)) == {FAT}


def test_cropping_a_margin_leaves_the_field_of_view() -> None:
    array = np.arange(2 * 5 * 7).reshape(2, 5, 7)
    np.testing.assert_array_equal(crop_margin(array, (1, 2)), array[:, 1:4, 2:5])
    np.testing.assert_array_equal(crop_margin(array, (0, 0)), array)
