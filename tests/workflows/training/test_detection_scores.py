"""Average precision of a detector: against the evaluation room's, and fast enough."""

import time

import numpy as np
import pytest

from condyle.domain.case import LabelledBox
from condyle.errors import InputError
from condyle.evaluation.bootstrap import Resampling
from condyle.evaluation.detection import (
    COCO_THRESHOLDS,
    average_precision_of_boxes,
    image_boxes,
    match,
    mean_average_precision,
)
from condyle.interpretation.boxes import Detection
from condyle.workflows.training.detection_case import SliceDetections
from condyle.workflows.training.detection_scores import detection_figures, detection_metrics


def some_images(count, classes, *, found=12, seed=0):
    """Draws images whose found boxes lie near the reference for the most part."""
    rng = np.random.default_rng(seed)
    made = []
    for number in range(count):
        reference, said = [], []
        for _ in range(rng.integers(1, 5)):
            low = rng.uniform(0, 80, 2)
            box = np.concatenate([low, low + rng.uniform(12, 30, 2)])
            label = int(rng.integers(classes))
            reference.append(LabelledBox(tuple(box), (f"class-{label}",)))
            near = box + rng.normal(0, 2.0, 4)
            said.append(Detection(tuple(near), {label: float(rng.random())}))
        while len(said) < found:
            low = rng.uniform(0, 80, 2)
            box = np.concatenate([low, low + rng.uniform(12, 30, 2)])
            scores = {int(k): float(rng.random() * 0.7) for k in rng.integers(classes, size=2)}
            said.append(Detection(tuple(box), scores))
        patient = f"p{number // 2}"
        made.append(
            SliceDetections(patient, patient, f"s{number}", 0, tuple(said), tuple(reference))
        )
    return made


def of_class(images, number, label):
    return [
        image_boxes(
            [box.box for box in image.reference if label in box.labels],
            [item.box for item in image.found if number in item.scores],
            [item.scores[number] for item in image.found if number in item.scores],
        )
        for image in images
    ]


def figures(images, labels, replicates=60):
    return detection_figures(images, labels, rng=np.random.default_rng(5), replicates=replicates)


def test_every_figure_is_that_of_the_evaluation_room_in_value_and_interval():
    images, labels = some_images(24, 2), ["class-0", "class-1"]
    given = figures(images, labels)
    patients = np.array([image.patient for image in images])

    def plan():
        return Resampling(
            patients, np.random.default_rng(5), replicates=60, unit="image", interval="bca"
        )

    classes = [of_class(images, k, label) for k, label in enumerate(labels)]
    for k, item in enumerate(given.classes):
        assert item.ap50 == average_precision_of_boxes(match(classes[k]), plan())
        coco = mean_average_precision(
            [classes[k]], plan(), thresholds=COCO_THRESHOLDS, interpolation="coco"
        )
        for field in ("value", "low", "high", "n", "method"):
            assert getattr(item.ap50_95, field) == pytest.approx(getattr(coco, field))
        assert item.boxes == sum(len(image.reference) for image in classes[k])
    whole = mean_average_precision(classes, plan())
    assert given.map50.value == pytest.approx(whole.value)
    assert (given.map50.low, given.map50.high) == pytest.approx((whole.low, whole.high))
    assert given.map50_95.value == pytest.approx(np.mean([c.ap50_95.value for c in given.classes]))


def one(found, reference, patient="p1"):
    return SliceDetections(patient, patient, "s", 0, tuple(found), tuple(reference))


BOX = (10.0, 10.0, 30.0, 40.0)


def test_a_box_of_two_classes_counts_for_both():
    image = one([Detection(BOX, {0: 0.9, 1: 0.4})], [LabelledBox(BOX, ("a", "b"))])
    given = figures([image, image], ["a", "b"])
    assert [item.ap50.value for item in given.classes] == [1.0, 1.0]
    assert given.map50_95.value == pytest.approx(1.0)


def test_a_class_without_a_reference_box_has_no_figure_and_is_left_out_of_the_mean():
    image = one([Detection(BOX, {0: 0.9, 1: 0.4})], [LabelledBox(BOX, ("a",))])
    given = figures([image], ["a", "b"])
    assert np.isnan(given.classes[1].ap50.value) and given.classes[1].boxes == 0
    assert given.map50.value == 1.0
    assert np.isnan(given.map50.low)  # of one patient there is no interval


def test_a_box_on_a_difficult_one_counts_neither_way():
    hard = LabelledBox((50.0, 50.0, 70.0, 80.0), ("a",), difficult=True)
    right = Detection(BOX, {0: 0.5})
    on_hard = Detection((50.0, 50.0, 70.0, 80.0), {0: 0.9})
    beside = Detection((0.0, 0.0, 5.0, 5.0), {0: 0.9})
    reference = [LabelledBox(BOX, ("a",)), hard]
    assert figures([one([right, on_hard], reference)], ["a"]).map50.value == 1.0
    assert figures([one([right, beside], reference)], ["a"]).map50.value == pytest.approx(0.5)


def test_a_box_half_right_counts_at_low_overlaps_alone():
    shifted = (10.0, 10.0, 30.0, 31.0)  # 0.7 of the reference box
    image = one([Detection(shifted, {0: 0.9})], [LabelledBox(BOX, ("a",))])
    given = figures([image, image], ["a"])
    assert given.map50.value == 1.0 and given.map50_95.value == pytest.approx(0.5)


def test_without_a_reference_box_there_is_nothing_to_score():
    for images in ([], [one([Detection(BOX, {0: 0.9})], [])]):
        with pytest.raises(InputError) as caught:
            figures(images, ["a"])
        assert "reference box" in caught.value.found


def test_figures_become_metrics_a_class_and_over_all():
    image = one([Detection(BOX, {0: 0.9})], [LabelledBox(BOX, ("a",))])
    other = one([], [LabelledBox(BOX, ("a",))], "p2")
    metrics = detection_metrics(figures([image, other], ["a"]))
    assert [item.name for item in metrics] == ["ap50", "ap50-95", "map50", "map50-95"]
    assert metrics[0].output == "a" and metrics[0].note == "2 reference boxes"
    assert metrics[0].estimate.value == pytest.approx(0.5)


def test_six_classes_in_120_images_with_1000_draws_take_seconds():
    images = some_images(120, 6, found=30)
    labels = [f"class-{k}" for k in range(6)]
    began = time.process_time()
    figures(images, labels, replicates=1000)
    assert time.process_time() - began < 20
