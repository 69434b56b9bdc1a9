"""From boxes and scores to detections, against a plain loop and cases worked out by hand."""

import numpy as np
import pytest

from condyle.errors import BadConfiguration
from condyle.evaluation.detection import box_iou
from condyle.interpretation.boxes import (
    BoxSettings,
    Detection,
    boxes_to_prepared,
    boxes_to_source,
    detections,
    greedy,
    in_source,
    iou,
    matrix_scores,
    one_class,
)
from condyle.preprocessing.placement import Placement


def some_boxes(count, seed=0):
    rng = np.random.default_rng(seed)
    low = rng.uniform(0, 60, (count, 2))
    return np.concatenate([low, low + rng.uniform(5, 40, (count, 2))], axis=1)


def plain_iou(a, b):
    rows = max(0.0, min(a[2], b[2]) - max(a[0], b[0]))
    columns = max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
    areas = [(x[2] - x[0]) * (x[3] - x[1]) for x in (a, b)]
    return rows * columns / (sum(areas) - rows * columns)


def plain_greedy(boxes, overlap):
    kept = []
    for position, box in enumerate(boxes):
        if all(plain_iou(box, boxes[other]) <= overlap for other in kept):
            kept.append(position)
    return kept


def plain_matrix(boxes, scores, sharpness):
    lowered = []
    for j in range(len(boxes)):
        least = 1.0
        for i in range(j):
            most = max((plain_iou(boxes[k], boxes[i]) for k in range(i)), default=0.0)
            shared = plain_iou(boxes[i], boxes[j])
            least = min(least, np.exp(-sharpness * shared**2) / np.exp(-sharpness * most**2))
        lowered.append(scores[j] * least)
    return lowered


def test_the_overlap_is_that_of_the_evaluation():
    first, second = some_boxes(9), some_boxes(7, 1)
    np.testing.assert_allclose(iou(first, second), box_iou(first, second))


def test_a_box_without_an_area_overlaps_nothing_not_even_itself():
    flat = np.array([[3.0, 3.0, 3.0, 9.0]])
    assert iou(flat, flat) == 0.0


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("overlap", [0.0, 0.3, 0.7, 1.0])
def test_greedy_suppression_keeps_what_a_plain_loop_keeps(seed, overlap):
    boxes = some_boxes(60, seed)
    assert greedy(boxes, overlap=overlap).tolist() == plain_greedy(boxes, overlap)


@pytest.mark.parametrize("seed", range(4))
def test_matrix_suppression_lowers_scores_as_a_plain_loop_does(seed):
    boxes = some_boxes(40, seed)
    scores = np.sort(np.random.default_rng(seed).random(40))[::-1]
    expected = plain_matrix(boxes, scores, 2.0)
    np.testing.assert_allclose(matrix_scores(boxes, scores, sharpness=2.0), expected)


def test_matrix_suppression_of_two_equal_boxes_is_exp_of_minus_the_sharpness():
    boxes = np.array([[0.0, 0, 10, 10], [0, 0, 10, 10]])
    lowered = matrix_scores(boxes, np.array([0.9, 0.8]), sharpness=2.0)
    np.testing.assert_allclose(lowered, [0.9, 0.8 * np.exp(-2)])


def test_no_box_gives_no_detection():
    nothing = np.zeros((0, 4)), np.zeros((0, 3))
    for name in ("greedy", "matrix"):
        assert detections(*nothing, settings=BoxSettings(suppression=name)) == ()
    assert detections(np.zeros((2, 4)), np.zeros((2, 3))) == ()


def test_boxes_of_a_class_are_given_best_first_and_no_more_than_wanted():
    boxes, scores = some_boxes(50), np.random.default_rng(3).random(50)
    for name in ("greedy", "matrix"):
        settings = BoxSettings(suppression=name, most=5, least_score=0.2)
        kept, values = one_class(boxes, scores, settings=settings)
        assert len(kept) == 5 and (np.diff(values) <= 0).all() and (values >= 0.2).all()


def test_only_the_best_boxes_are_looked_at():
    boxes = np.array([[0.0, 0, 1, 1], [5, 5, 6, 6], [8, 8, 9, 9]])
    kept, _ = one_class(boxes, np.array([0.3, 0.9, 0.5]), settings=BoxSettings(most_before=2))
    assert kept.tolist() == [1, 2]


def test_a_class_does_not_suppress_another_but_is_merged_with_it_at_one_place():
    boxes = np.array([[0.0, 0, 10, 10], [0, 1, 10, 11], [30, 30, 40, 40]])
    scores = np.array([[0.1, 0.9, 0.0], [0.0, 0.0, 0.6], [0.7, 0.0, 0.0]])
    found = detections(boxes, scores, settings=BoxSettings(least_score=0.05))
    assert found == (
        Detection((0.0, 0.0, 10.0, 10.0), {0: 0.1, 1: 0.9, 2: 0.6}),
        Detection((30.0, 30.0, 40.0, 40.0), {0: 0.7}),
    )
    assert found[0].score == 0.9


def test_places_of_one_class_are_never_merged():
    boxes = np.array([[0.0, 0, 10, 10], [0, 3, 10, 13]])
    settings = BoxSettings(overlap=0.9, merge_over=0.1)
    assert len(detections(boxes, np.array([[0.9], [0.8]]), settings=settings)) == 2


def test_every_kept_score_stands_in_one_detection():
    boxes, scores = some_boxes(30, 5), np.random.default_rng(6).random((30, 3))
    settings = BoxSettings(least_score=0.5)
    kept = sum(len(one_class(boxes, scores[:, k], settings=settings)[0]) for k in range(3))
    found = detections(boxes, scores, settings=settings)
    assert sum(len(item.scores) for item in found) == kept
    assert list(found) == sorted(found, key=lambda item: -item.score)


PLACED = Placement(source=(100, 80), prepared=(64, 64), scale=(2.0, 1.5), offset=(7.0, 5.0))


def test_boxes_come_back_from_the_prepared_slice_to_where_they_were():
    boxes = np.array([[10.0, 12.0, 50.5, 70.0], [0.0, 0.0, 100.0, 80.0]])
    back = boxes_to_source(boxes_to_prepared(boxes, PLACED), PLACED)
    np.testing.assert_allclose(back, boxes)


def test_the_edge_of_the_padding_is_the_edge_of_the_slice():
    edges = boxes_to_source(np.array([[7.0, 5.0, 57.0, 58.333333333]]), PLACED)
    np.testing.assert_allclose(edges, [[0.0, 0.0, 100.0, 80.0]], atol=1e-6)


def test_a_box_is_cut_to_the_slice_and_left_out_where_it_lies_in_the_padding():
    partly = Detection((0.0, 0.0, 17.0, 15.0), {1: 0.5})
    beside = Detection((0.0, 0.0, 6.0, 60.0), {1: 0.9})
    found = in_source((beside, partly), PLACED)
    assert found == (Detection((0.0, 0.0, 20.0, 15.0), {1: 0.5}),)


@pytest.mark.parametrize(
    "values",
    [
        {"suppression": "soft"},
        {"overlap": 1.2},
        {"least_score": -0.1},
        {"most": 0},
        {"sharpness": 0.0},
        {"iou": 0.5},
    ],
)
def test_settings_that_make_no_sense_are_refused_with_those_that_do(values):
    with pytest.raises(BadConfiguration) as caught:
        BoxSettings.of(values)
    assert "suppression" in caught.value.needed and str(next(iter(values))) in caught.value.found


def test_settings_of_a_recipe_are_read():
    assert BoxSettings.of({"suppression": "matrix", "most": 7}).most == 7


@pytest.mark.parametrize("seed", range(3))
def test_what_greedy_suppression_keeps_it_keeps_again(seed):
    boxes, scores = some_boxes(60, seed), np.random.default_rng(seed).random(60)
    settings = BoxSettings(overlap=0.4, most=60)
    kept, values = one_class(boxes, scores, settings=settings)
    again, _ = one_class(boxes[kept], values, settings=settings)
    assert again.tolist() == list(range(len(kept)))
    shared = iou(boxes[kept], boxes[kept])
    assert (shared[~np.eye(len(kept), dtype=bool)] <= 0.4).all()


def test_matrix_suppression_never_raises_a_score_and_leaves_the_best():
    boxes, scores = some_boxes(50, 8), np.sort(np.random.default_rng(8).random(50))[::-1]
    lowered = matrix_scores(boxes, scores, sharpness=2.0)
    assert (lowered <= scores).all() and lowered[0] == scores[0]
    sharper = matrix_scores(boxes, scores, sharpness=6.0)
    assert sharper.sum() < lowered.sum()


def test_boxes_apart_are_all_kept_with_their_scores():
    boxes = np.array([[20.0 * k, 0, 20.0 * k + 10, 10] for k in range(6)])
    scores = np.linspace(0.9, 0.4, 6)
    for name in ("greedy", "matrix"):
        kept, values = one_class(boxes, scores, settings=BoxSettings(suppression=name))
        assert kept.tolist() == list(range(6))
        np.testing.assert_allclose(values, scores)


def test_the_order_in_which_boxes_come_does_not_matter():
    boxes, scores = some_boxes(40, 2), np.random.default_rng(2).random((40, 2))
    order = np.random.default_rng(3).permutation(40)
    for name in ("greedy", "matrix"):
        settings = BoxSettings(suppression=name, least_score=0.2)
        first = detections(boxes, scores, settings=settings)
        assert detections(boxes[order], scores[order], settings=settings) == first


def test_single_precision_boxes_become_the_same_detections():
    boxes, scores = some_boxes(20, 4), np.random.default_rng(4).random((20, 2))
    exact = detections(boxes, scores)
    single = detections(boxes.astype(np.float32), scores.astype(np.float32))
    assert len(single) == len(exact)
    for one, other in zip(single, exact, strict=True):
        assert one.box == pytest.approx(other.box, rel=1e-5)
        assert one.scores == pytest.approx(other.scores, rel=1e-5)


def test_thousands_of_boxes_of_six_classes_take_no_time():
    import time

    boxes, scores = some_boxes(6300, 1), np.random.default_rng(1).random((6300, 6))
    began = time.process_time()
    detections(boxes, scores, settings=BoxSettings(suppression="matrix"))
    assert time.process_time() - began < 2.0
