"""Anchors: found where the sizes are, the same for the same draw."""

import numpy as np
import pytest

from condyle.errors import DatasetError
from condyle.training.detector.anchors import fit_anchors, size_overlap


def rng():
    return np.random.default_rng(4)


def test_anchors_lie_at_the_sizes_that_boxes_have():
    truth = np.array(
        [[8, 8], [8, 20], [20, 8], [24, 24], [24, 60], [60, 24], [70, 70], [70, 160], [160, 70]]
    )
    noise = np.random.default_rng(1).normal(1.0, 0.02, (400, 2))
    boxes = truth[np.arange(400) % 9] * noise
    found = np.array(fit_anchors(map(tuple, boxes), rng=rng()))
    assert found.shape == (3, 3, 2)
    best = size_overlap(boxes, found.reshape(-1, 2)).max(axis=1)
    assert best.mean() > 0.9


def test_levels_go_from_small_to_large_and_the_same_draw_gives_the_same():
    boxes = [tuple(size) for size in np.random.default_rng(2).uniform(5, 90, (60, 2))]
    first, again = (fit_anchors(boxes, rng=rng()) for _ in range(2))
    areas = np.array(first).prod(axis=2).ravel()
    assert first == again and (np.diff(areas) >= -0.1 * areas[1:]).all()


def test_few_like_boxes_still_give_nine_anchors_around_them():
    found = np.array(fit_anchors([(20.0, 30.0)] * 5, rng=rng())).reshape(-1, 2)
    assert len(np.unique(found, axis=0)) == 9
    assert size_overlap(np.array([[20.0, 30.0]]), found).min() > 0.3


def test_without_a_box_there_is_nothing_to_fit():
    for boxes in ([], [(0.0, 5.0)]):
        with pytest.raises(DatasetError) as caught:
            fit_anchors(boxes, rng=rng())
        assert "patients who are trained on" in caught.value.needed


def test_the_overlap_of_sizes_is_that_of_boxes_laid_corner_on_corner():
    found = size_overlap(np.array([[10.0, 20.0]]), np.array([[20.0, 10.0], [10.0, 20.0]]))
    np.testing.assert_allclose(found, [[1 / 3, 1.0]])
