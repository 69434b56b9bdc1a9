import numpy as np
import pytest

from condyle.errors import InputError
from condyle.evaluation.bootstrap import Resampling
from condyle.evaluation.detection import (
    COCO_THRESHOLDS,
    average_precision_of_boxes,
    box_curve,
    box_iou,
    froc_score,
    froc_sensitivity,
    image_boxes,
    match,
    mean_average_precision,
    weighted_box_precision,
)


def plan(images, replicates=100):
    return Resampling(np.arange(images) // 2, np.random.default_rng(0), replicates, unit="image")


def made_up(seed, images=30):
    """Boxes that are found, shifted, missed, imagined and found twice."""
    rng = np.random.default_rng(seed)
    made = []
    for _ in range(images):
        corner = rng.integers(0, 60, size=(rng.integers(1, 6), 2)).astype(float)
        reference = np.hstack([corner, corner + rng.integers(8, 30, size=corner.shape)])
        shifted = reference + rng.normal(0, 1.5, size=reference.shape)
        kept = shifted[rng.uniform(size=len(shifted)) < 0.85]
        corner = rng.integers(0, 60, size=(rng.integers(0, 4), 2)).astype(float)
        imagined = np.hstack([corner, corner + rng.integers(8, 30, size=corner.shape)])
        found = np.vstack([kept, kept[:1] + 0.5, imagined])
        made.append(image_boxes(reference, found, rng.uniform(size=len(found))))
    return made


# AP 0.5:0.95, at 0.5 and at 0.75, by pycocotools 2.0.11 on the same boxes.
COCO = {
    0: (0.24550350162589823, 0.48577594892321174, 0.22722406871427075),
    1: (0.2788294092845129, 0.5219020209944255, 0.2911824397574068),
    2: (0.2709012318586528, 0.5426359473447463, 0.24765719486047844),
}


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_average_precision_agrees_with_pycocotools(seed):
    images = made_up(seed)
    for thresholds, expected in zip([COCO_THRESHOLDS, (0.5,), (0.75,)], COCO[seed], strict=True):
        found = mean_average_precision(
            [images], plan(30), thresholds=thresholds, interpolation="coco"
        )
        assert found.value == pytest.approx(expected, abs=1e-6)
        assert found.low <= found.value <= found.high


def test_a_precision_curve_worked_by_hand():
    # Right, wrong, right, right, with one target never found: precision 1, 1/2, 2/3, 3/4.
    target = [[0, 0, 10, 10], [0, 20, 10, 30], [0, 40, 10, 50], [0, 60, 10, 70]]
    boxes = [target[0], [50, 50, 60, 60], target[1], target[2]]
    matches = match([image_boxes(target, boxes, [0.9, 0.8, 0.7, 0.6])])
    assert matches.right.tolist() == [True, False, True, True]
    area = average_precision_of_boxes(matches, plan(1)).value
    assert area == pytest.approx(0.25 * 1 + 0.25 * 0.75 + 0.25 * 0.75)
    eleven = average_precision_of_boxes(matches, plan(1), interpolation="voc-11").value
    assert eleven == pytest.approx((3 * 1 + 5 * 0.75) / 11)


def test_the_curve_has_a_point_for_each_score_and_bends_for_no_order_of_equal_ones():
    target = [[0, 0, 10, 10], [0, 20, 10, 30], [0, 40, 10, 50], [0, 60, 10, 70]]
    boxes = [target[0], [50, 50, 60, 60], target[1], target[2]]
    images = [image_boxes(target, boxes, [0.9, 0.7, 0.7, 0.6]), image_boxes([], [], [])]
    found = box_curve(match(images))
    assert found.thresholds.tolist() == [0.9, 0.7, 0.6]
    assert found.sensitivity.tolist() == [0.25, 0.5, 0.75]
    assert found.ppv == pytest.approx([1, 2 / 3, 3 / 4])
    assert found.false_boxes.tolist() == [0.0, 0.5, 0.5]


@pytest.mark.parametrize("seed", [0, 1])
def test_along_the_curve_lie_the_froc_and_the_all_point_precision(seed):
    matches = match(made_up(seed))
    found = box_curve(matches)
    for rate in (0.25, 1.0):
        expected = found.sensitivity[found.false_boxes <= rate].max()
        assert froc_sensitivity(matches, plan(30), rate=rate).value == pytest.approx(expected)
    best = np.maximum.accumulate(found.ppv[::-1])[::-1]
    area = (np.diff(found.sensitivity, prepend=0.0) * best).sum()
    assert average_precision_of_boxes(matches, plan(30)).value == pytest.approx(area, abs=1e-12)


def test_without_a_box_or_a_target_the_curve_is_empty_or_undefined():
    assert not len(box_curve(match([image_boxes([[0, 0, 9, 9]], [], [])])).thresholds)
    nothing = box_curve(match([image_boxes([], [[0, 0, 9, 9]], [0.5])]))
    assert np.isnan(nothing.sensitivity[0]) and nothing.false_boxes[0] == 1.0


def test_a_second_box_on_the_same_target_is_wrong():
    matches = match([image_boxes([[0, 0, 9, 9]], [[0, 0, 9, 9], [0, 0, 9, 8]], [0.9, 0.8])])
    assert matches.right.tolist() == [True, False]


def test_overlap_of_half_open_boxes():
    boxes = np.array([[0.0, 0.0, 10.0, 10.0], [0.0, 5.0, 10.0, 15.0], [0.0, 10.0, 10.0, 20.0]])
    assert box_iou(boxes[:1], boxes).tolist() == [[1.0, pytest.approx(50 / 150), 0.0]]


def test_weights_tell_what_images_drawn_again_tell():
    images = made_up(4, images=6)
    twice = [images[0], images[0], images[3]]
    matches = match(images)
    weights = np.array([[2.0], [0.0], [0.0], [1.0], [0.0], [0.0]])
    for way in ("all-point", "coco", "voc-11"):
        expected = average_precision_of_boxes(match(twice), plan(3), interpolation=way).value
        assert weighted_box_precision(matches, way)(weights)[0] == pytest.approx(expected)


def test_froc_is_the_sensitivity_that_a_rate_of_false_boxes_buys():
    images = [
        image_boxes([[0, 0, 9, 9]], [[0, 0, 9, 9], [20, 20, 30, 30]], [0.4, 0.9]),
        image_boxes([[0, 0, 9, 9]], [[0, 0, 9, 9]], [0.95]),
    ]
    matches = match(images)
    assert froc_sensitivity(matches, plan(2), rate=0.25).value == 0.5
    assert froc_sensitivity(matches, plan(2), rate=0.5).value == 1.0
    assert froc_score(matches, plan(2)).value == pytest.approx((2 * 0.5 + 5 * 1.0) / 7)


def test_images_without_a_found_box_score_nought_and_without_a_target_nothing():
    missed = match([image_boxes([[0, 0, 9, 9]], [], [])])
    assert average_precision_of_boxes(missed, plan(1)).value == 0.0
    assert froc_score(missed, plan(1)).value == 0.0
    imagined = match([image_boxes([], [[0, 0, 9, 9]], [0.5])])
    assert np.isnan(average_precision_of_boxes(imagined, plan(1)).value)
    with pytest.raises(InputError, match="no reference box"):
        mean_average_precision([[image_boxes([], [], [])]], plan(1))


def test_a_class_without_a_target_is_left_out_of_the_mean():
    images = made_up(5)
    nothing = [image_boxes([], image.found, image.scores) for image in images]
    alone = mean_average_precision([images], plan(30)).value
    assert mean_average_precision([images, nothing], plan(30)).value == alone


@pytest.mark.parametrize(
    ("reference", "found", "scores", "says"),
    [
        ([[0, 0, 0, 5]], [], [], "without an area"),
        ([], [[0, 0, 5, 5]], [], "scores"),
        ([], [[0, 0, 5, 5]], [float("nan")], "scores"),
        ([[0, 0, float("inf"), 5]], [], [], "finite"),
    ],
)
def test_boxes_that_cannot_be_are_refused(reference, found, scores, says):
    with pytest.raises(InputError, match=says):
        image_boxes(reference, found, scores)


def test_an_overlap_out_of_range_and_missing_patients_are_refused():
    with pytest.raises(InputError, match="overlap"):
        match([image_boxes([], [], [])], iou=0.0)
    with pytest.raises(InputError, match="1 images and 2 patients"):
        average_precision_of_boxes(match([image_boxes([], [], [])]), plan(2))
