"""Decoding, assignment and the whole loss, against plain loops over cells and boxes."""

import math

import numpy as np
import pytest
import torch

from condyle.training.detector.assignment import (
    ABSENT,
    COUNTED,
    DIFFICULT,
    Targets,
    best_anchor,
    three_cells,
)
from condyle.training.detector.heads import LARGEST_LOG
from condyle.training.detector.loss import DetectionLoss, detection_loss

from .conftest import ANCHORS, FAMILY

SIZE, STRIDES, CLASSES = 64, (8, 16, 32), 3
SHAPES = [(SIZE // stride, SIZE // stride) for stride in STRIDES]


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


def cross_entropy(logit, wanted):
    """Binary cross-entropy of a logit, in a form that never overflows."""
    return max(logit, 0) - logit * wanted + math.log1p(math.exp(-abs(logit)))


def plain_iou(a, b):
    rows = max(0.0, min(a[2], b[2]) - max(a[0], b[0]))
    columns = max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
    areas = [(x[2] - x[0]) * (x[3] - x[1]) for x in (a, b)]
    return rows * columns / (sum(areas) - rows * columns)


def plain_giou(a, b):
    shared = plain_iou(a, b)
    rows = max(a[2], b[2]) - min(a[0], b[0])
    columns = max(a[3], b[3]) - min(a[1], b[1])
    areas = sum((x[2] - x[0]) * (x[3] - x[1]) for x in (a, b))
    union = areas / (1 + shared)
    return shared - (rows * columns - union) / (rows * columns)


def plain_ciou(a, b):
    far = ((a[0] + a[2] - b[0] - b[2]) / 2) ** 2 + ((a[1] + a[3] - b[1] - b[3]) / 2) ** 2
    rows = max(a[2], b[2]) - min(a[0], b[0])
    columns = max(a[3], b[3]) - min(a[1], b[1])
    angles = [math.atan((x[3] - x[1]) / (x[2] - x[0])) for x in (a, b)]
    v = 4 / math.pi**2 * (angles[0] - angles[1]) ** 2
    shared = plain_iou(a, b)
    return shared - far / (rows**2 + columns**2) - v * v / (1 - shared + v)


PLAIN = {
    "iou": plain_iou,
    "squared-iou": lambda a, b: plain_iou(a, b) ** 2,
    "giou": plain_giou,
    "ciou": plain_ciou,
}


def plain_box(name, numbers, level, anchor, row, column):
    reach = FAMILY[name].get("grid_sensitive", 1.0)
    stride, base = STRIDES[level], ANCHORS[level][anchor]
    centre = [
        (cell + reach * sigmoid(numbers[k]) - (reach - 1) / 2) * stride
        for k, cell in enumerate((row, column))
    ]
    if FAMILY[name]["head"] == "exponential":
        size = [base[k] * math.exp(min(numbers[2 + k], LARGEST_LOG)) for k in range(2)]
    else:
        size = [base[k] * (2 * sigmoid(numbers[2 + k])) ** 2 for k in range(2)]
    return [centre[0] - size[0] / 2, centre[1] - size[1] / 2,
            centre[0] + size[0] / 2, centre[1] + size[1] / 2]  # fmt: skip


def some_maps(name, batch=2, seed=0):
    generator = torch.Generator().manual_seed(seed)
    numbers = 5 + CLASSES + ("iou_aware" in FAMILY[name])
    return [torch.randn(batch, 3, *shape, numbers, generator=generator) for shape in SHAPES]


def some_targets(seed=0, batch=2, count=4):
    rng = np.random.default_rng(seed)
    low = rng.uniform(0, 40, (batch, count, 2))
    boxes = np.concatenate([low, low + rng.uniform(6, 24, (batch, count, 2))], axis=2)
    labels = rng.random((batch, count, CLASSES)) < 0.4
    state = rng.choice([ABSENT, COUNTED, COUNTED, DIFFICULT], (batch, count))
    state[0, 0] = COUNTED
    return Targets(
        torch.tensor(boxes, dtype=torch.float32),
        torch.tensor(labels, dtype=torch.float32),
        torch.tensor(state),
    )


@pytest.mark.parametrize("name", FAMILY)
def test_boxes_and_scores_are_those_of_a_plain_loop(name, tiny):
    maps, network = some_maps(name), tiny(name)
    boxes, scores = (part.numpy() for part in network.detections(maps))
    share, place = FAMILY[name].get("iou_aware"), 0
    for level, part in enumerate(maps):
        for anchor, row, column in np.ndindex(3, *SHAPES[level]):
            for image in range(2):
                numbers = part[image, anchor, row, column].tolist()
                expected = plain_box(name, numbers, level, anchor, row, column)
                np.testing.assert_allclose(boxes[image, place], expected, rtol=2e-4, atol=2e-3)
                there, first = sigmoid(numbers[4]), 5
                if share is not None:
                    there, first = there ** (1 - share) * sigmoid(numbers[5]) ** share, 6
                classes = [there * sigmoid(x) for x in numbers[first:]]
                np.testing.assert_allclose(scores[image, place], classes, atol=1e-5)
            place += 1
    assert place == boxes.shape[1]


def plain_best_anchor(targets):
    """Gives (level, image, anchor, row, column, box) of each box that is there."""
    for image, box in np.ndindex(*targets.state.shape):
        if targets.state[image, box] == ABSENT:
            continue
        edges = targets.boxes[image, box].tolist()
        size = (edges[2] - edges[0], edges[3] - edges[1])
        like = {
            (level, anchor): plain_iou((0, 0, *size), (0, 0, *ANCHORS[level][anchor]))
            for level, anchor in np.ndindex(3, 3)
        }
        level, anchor = max(like, key=like.get)
        row, column = (int((edges[k] + edges[2 + k]) / 2 / STRIDES[level]) for k in range(2))
        yield level, image, anchor, row, column, box


def plain_three_cells(targets):
    for image, box in np.ndindex(*targets.state.shape):
        if targets.state[image, box] == ABSENT:
            continue
        edges = targets.boxes[image, box].tolist()
        size = (edges[2] - edges[0], edges[3] - edges[1])
        for level, anchor in np.ndindex(3, 3):
            ratios = [size[k] / ANCHORS[level][anchor][k] for k in range(2)]
            if max(*ratios, *(1 / ratio for ratio in ratios)) >= 4:
                continue
            middle = [(edges[k] + edges[2 + k]) / 2 / STRIDES[level] for k in range(2)]
            cell = [int(value) for value in middle]
            near = [cell[k] + (1 if middle[k] - cell[k] > 0.5 else -1) for k in range(2)]
            for row, column in (cell, (near[0], cell[1]), (cell[0], near[1])):
                if 0 <= row < SHAPES[level][0] and 0 <= column < SHAPES[level][1]:
                    yield level, image, anchor, row, column, box


RULES = {
    "best-anchor": (best_anchor, plain_best_anchor),
    "three-cells": (three_cells, plain_three_cells),
}


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("seed", range(5))
def test_the_cells_that_answer_are_those_of_a_plain_loop(rule, seed):
    assign, plain = RULES[rule]
    targets = some_targets(seed)
    sizes = [[tuple(size) for size in level] for level in ANCHORS]
    given = [
        (level, *(int(part[k]) for part in found.cell), found.boxes[k].tolist())
        for level, found in enumerate(assign(targets, sizes, SHAPES, STRIDES))
        for k in range(len(found.boxes))
    ]
    expected = [(*cell, targets.boxes[cell[1], box].tolist()) for *cell, box in plain(targets)]
    assert sorted(given) == sorted(expected)


def plain_loss(name, maps, targets, settings):
    """The loss of one batch, cell by cell, from the definition of each of its parts."""
    answers = {}
    doubtful = set()
    for *cell, box in RULES[settings.assignment][1](targets):
        if targets.state[cell[1], box] == COUNTED:
            answers.setdefault(tuple(cell), []).append(box)
        else:
            doubtful.add(tuple(cell))
    count = max(1, sum(map(len, answers.values())))
    overlap = "iou_aware" in FAMILY[name]
    total = 0.0
    for level, part in enumerate(maps):
        wrong, cells = 0.0, 0
        for image, anchor, row, column in np.ndindex(2, 3, *SHAPES[level]):
            numbers = part[image, anchor, row, column].tolist()
            box = plain_box(name, numbers, level, anchor, row, column)
            key = (level, image, anchor, row, column)
            cells += 1
            wanted = 0.0
            for mine in answers.get(key, []):
                reference = targets.boxes[image, mine].tolist()
                reached = plain_iou(box, reference)
                wanted = reached if settings.soft_objectness else 1.0
                share = settings.box_weight * (1 - PLAIN[settings.box](box, reference))
                if overlap:
                    share += settings.overlap_weight * cross_entropy(numbers[5], reached)
                for k, shown in enumerate(targets.labels[image, mine].tolist()):
                    share += settings.class_weight * cross_entropy(numbers[5 + overlap + k], shown)
                total += share / count
            if key not in answers and left_alone(box, key in doubtful, targets, image, settings):
                continue
            wrong += cross_entropy(numbers[4], wanted)
        weight = settings.objectness_weight * settings.level_weights[level]
        total += weight * wrong / (cells if settings.mean else count)
    return total


def left_alone(box, answers_for_a_difficult_one, targets, image, settings):
    if answers_for_a_difficult_one:
        return True
    area = (box[2] - box[0]) * (box[3] - box[1])
    for reference, state in zip(targets.boxes[image].tolist(), targets.state[image], strict=True):
        if state != ABSENT and plain_iou(box, reference) > settings.ignore_over:
            return True
        rows = max(0.0, min(box[2], reference[2]) - max(box[0], reference[0]))
        columns = max(0.0, min(box[3], reference[3]) - max(box[1], reference[1]))
        if state == DIFFICULT and rows * columns > 0.5 * area:
            return True
    return False


@pytest.mark.parametrize("box", PLAIN)
@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("yolov3", {"ignore_over": 0.4}),
        ("ppyolov2", {"ignore_over": 0.3, "overlap_weight": 0.7, "box_weight": 2.5}),
        ("yolov5", {"assignment": "three-cells", "ignore_over": 1.0, "mean": True,
                    "level_weights": [4.0, 1.0, 0.4], "box_weight": 0.3}),
    ],
)  # fmt: skip
def test_the_loss_is_that_of_a_plain_loop(name, values, box, tiny):
    targets, maps = some_targets(7), some_maps(name, seed=3)
    settings = DetectionLoss.of({**values, "box": box})
    given = float(detection_loss(tiny(name), maps, targets, settings=settings))
    assert given == pytest.approx(plain_loss(name, maps, targets, settings), rel=2e-4)


def test_a_batch_without_any_box_has_the_loss_of_a_plain_loop_too(tiny):
    targets = some_targets(1)
    none = Targets(targets.boxes, targets.labels, torch.full_like(targets.state, ABSENT))
    maps, settings = some_maps("yolov5"), DetectionLoss.of({"assignment": "three-cells"})
    given = float(detection_loss(tiny("yolov5"), maps, none, settings=settings))
    assert given == pytest.approx(plain_loss("yolov5", maps, none, settings), rel=2e-4)
