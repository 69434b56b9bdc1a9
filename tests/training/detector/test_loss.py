"""The loss of a detector: overlaps by hand, who answers for what, and that it learns."""

import math

import pytest
import torch

from condyle.errors import BadConfiguration, UnknownName
from condyle.training.detector.assignment import (
    ABSENT,
    COUNTED,
    DIFFICULT,
    Targets,
    best_anchor,
    three_cells,
)
from condyle.training.detector.loss import DetectionLoss, detection_loss
from condyle.training.detector.overlaps import iou_matrix, paired_iou

from .conftest import ANCHORS, FAMILY

SHAPES, STRIDES = [(8, 8), (4, 4), (2, 2)], (8, 16, 32)


def targets(*boxes, labels=None, state=None):
    count = len(boxes)
    shown = torch.tensor(labels or [[1.0, 0.0, 0.0]] * count)
    return Targets(
        boxes=torch.tensor([boxes], dtype=torch.float32).reshape(1, count, 4),
        labels=shown.reshape(1, count, 3),
        state=torch.tensor([state or [COUNTED] * count]).reshape(1, count),
    )


def sized(anchors=ANCHORS):
    return [[tuple(size) for size in level] for level in anchors]


A, B = [0.0, 0.0, 10.0, 20.0], [0.0, 10.0, 10.0, 30.0]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("iou", 1 / 3),
        ("giou", 1 / 3),
        ("ciou", 1 / 3 - 100 / (100 + 900)),
    ],
)
def test_the_overlap_of_two_boxes_is_as_worked_out_by_hand(kind, expected):
    found = paired_iou(torch.tensor(A), torch.tensor(B), kind=kind)
    assert float(found) == pytest.approx(expected, abs=1e-5)


def test_boxes_apart_have_no_overlap_and_a_generalised_one_below_zero():
    far = torch.tensor([20.0, 0, 30, 20])
    assert float(paired_iou(torch.tensor(A), far)) == 0.0
    assert float(paired_iou(torch.tensor(A), far, kind="giou")) == pytest.approx(-1 / 3)


def test_the_complete_overlap_counts_the_difference_in_aspect():
    square, flat = torch.tensor([0.0, 0, 10, 10]), torch.tensor([0.0, -5, 10, 15])
    v = 4 / math.pi**2 * (math.atan(1) - math.atan(2)) ** 2
    expected = 0.5 - v * v / (1 - 0.5 + v)
    assert float(paired_iou(square, flat, kind="ciou")) == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("kind", ["iou", "giou", "ciou"])
def test_equal_boxes_overlap_wholly_and_every_overlap_has_a_gradient(kind):
    boxes = torch.tensor([A, B], requires_grad=True)
    assert paired_iou(boxes, boxes.detach(), kind=kind).tolist() == pytest.approx([1, 1], abs=1e-5)
    (1 - paired_iou(boxes[0] + 1, boxes[1], kind=kind)).backward()
    assert torch.isfinite(boxes.grad).all() and float(boxes.grad.abs().sum()) > 0


def test_a_matrix_of_overlaps_holds_every_pair():
    found = iou_matrix(torch.tensor([A, B]), torch.tensor([A]))
    assert found.flatten().tolist() == pytest.approx([1.0, 1 / 3], abs=1e-5)


def test_the_anchor_most_like_a_box_answers_in_the_cell_of_its_centre():
    found = best_anchor(targets([28, 17, 44, 32]), sized(), SHAPES, STRIDES)
    assert [len(level.boxes) for level in found] == [0, 1, 0]
    image, anchor, row, column = (int(part) for part in found[1].cell)
    assert (image, anchor, row, column) == (0, 0, 36 // 16, 24 // 16)


def test_padding_is_nobodys_and_a_difficult_box_does_not_count():
    both = targets(A, [28, 17, 44, 32], state=[ABSENT, DIFFICULT])
    for assign in (best_anchor, three_cells):
        found = assign(both, sized(), SHAPES, STRIDES)
        assert sum(len(level.boxes) for level in found) > 0
        assert not any(level.counted.any() for level in found)
        assert all((level.boxes == both.boxes[0, 1]).all() for level in found)


def test_like_anchors_answer_in_three_cells_the_two_others_nearest_the_centre():
    found = three_cells(targets([30, 17, 46, 32]), sized(), SHAPES, STRIDES)[0]
    # The centre is at row 4.75 and column 3.06 of cells of 8 pixels.
    cells = {(int(r), int(c)) for r, c in zip(*found.cell[2:], strict=True)}
    assert cells == {(4, 3), (5, 3), (4, 2)}
    assert sorted(set(found.cell[1].tolist())) == [0, 1, 2]
    assert len(found.boxes) == 9


def test_an_anchor_four_times_as_long_or_short_does_not_answer():
    for size, answering in ((23.9, 1), (24.1, 0)):
        box = [10.0, 10.0, 10 + size, 10 + size]
        found = three_cells(targets(box), [[(6, 6)]], [(8, 8)], [8])[0]
        assert bool(len(found.boxes)) == bool(answering)


def test_a_box_at_the_border_is_answered_for_within_the_map():
    for box in ([0, 0, 7, 7], [57, 57, 64, 64]):
        for level, shape in zip(
            three_cells(targets(box), sized(), SHAPES, STRIDES), SHAPES, strict=True
        ):
            assert (level.cell[2] < shape[0]).all() and (level.cell[2] >= 0).all()
            assert (level.cell[3] < shape[1]).all() and (level.cell[3] >= 0).all()


LOSSES = {
    "yolov3": {"ignore_over": 0.5, "box": "giou", "offset_weight": 1.0},
    "yolov5": {
        "assignment": "three-cells",
        "ignore_over": 1.0,
        "soft_objectness": True,
        "mean": True,
        "box_weight": 0.05,
        "class_weight": 0.5,
        "level_weights": [4.0, 1.0, 0.4],
    },
    "ppyolov2": {"box": "squared-iou", "box_weight": 2.5, "offset_weight": 1.0},
}


@pytest.mark.parametrize("name", FAMILY)
def test_a_few_steps_on_one_picture_lower_the_loss_and_every_box_is_found(name, tiny):
    torch.manual_seed(0)
    network = tiny(name, drop_block_keep=1.0).train()
    wanted = targets([20, 18, 38, 36], [40, 44, 60, 58], labels=[[1.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    image = torch.zeros(1, 1, 64, 64)
    image[0, 0, 20:38, 18:36], image[0, 0, 40:60, 44:58] = 1.0, 0.5
    settings = DetectionLoss.of(LOSSES[name])
    optimiser = torch.optim.Adam(network.parameters(), 0.01)
    losses = []
    for _ in range(40):
        loss = detection_loss(network, network(image), wanted, settings=settings)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(float(loss.detach()))
    assert losses[-1] < 0.5 * losses[0] and all(map(math.isfinite, losses))
    boxes, scores = network.detections([part.detach() for part in network(image)])
    best = boxes[0, (scores[0, :, 0] * scores[0, :, 1]).argmax()]
    assert float(paired_iou(best, wanted.boxes[0, 0])) > 0.5


def loss_of(network, maps, wanted, **settings):
    return float(detection_loss(network, maps, wanted, settings=DetectionLoss.of(settings)))


def zeros(network, last=9):
    return [torch.zeros(1, 3, *shape, 5 + 3 + (last - 8)) for shape in SHAPES]


def test_an_image_without_boxes_is_told_only_that_nothing_is_there(tiny):
    network = tiny("yolov3")
    none = targets(A, state=[ABSENT])
    cells = 3 * (64 + 16 + 4)
    assert loss_of(network, zeros(network, 8), none) == pytest.approx(cells * math.log(2), rel=1e-5)
    mean = loss_of(network, zeros(network, 8), none, mean=True)
    assert mean == pytest.approx(3 * math.log(2), rel=1e-5)


def test_the_loss_of_one_box_is_as_worked_out_by_hand(tiny):
    network = tiny("yolov3")
    # Exactly the middle anchor of the finest map in the middle of cell (2, 3).
    wanted = targets([16, 22, 24, 34], labels=[[1.0, 0.0, 0.0]])
    maps = zeros(network, 8)
    plain = loss_of(network, maps, wanted, ignore_over=1.0, offset_weight=1.0)
    cells = 3 * (64 + 16 + 4)
    # Every logit of 0 costs log 2: each objectness and three classes; the box costs nothing.
    assert plain == pytest.approx((cells + 3) * math.log(2), rel=1e-5)
    maps[0][0, 1, 2, 3, 0] = 2.0
    moved = loss_of(network, maps, wanted, ignore_over=1.0, offset_weight=1.0, box_weight=0.0)
    off = (1 / (1 + math.exp(-2)) - 0.5) ** 2 * (2 - 96 / 1600)
    assert moved - plain == pytest.approx(off, rel=1e-3)


def test_a_cell_that_finds_a_box_it_does_not_answer_for_is_left_alone(tiny):
    network = tiny("yolov3")
    wanted = targets([16, 22, 24, 34])
    maps = zeros(network, 8)
    with_all = loss_of(network, maps, wanted, ignore_over=1.0)
    # Anchors 0 and 2 of the same cell overlap the box by 48/96 and 80/136 at most.
    assert with_all - loss_of(network, maps, wanted, ignore_over=0.55) == pytest.approx(
        math.log(2), rel=1e-3
    )


@pytest.mark.parametrize("assignment", ["best-anchor", "three-cells"])
def test_a_difficult_box_counts_neither_way(assignment, tiny):
    network = tiny("yolov3")
    doubtful = targets([16, 22, 24, 34], state=[DIFFICULT])
    maps = zeros(network, 8)
    settings = {"assignment": assignment, "ignore_over": 1.0}
    before = loss_of(network, maps, doubtful, **settings)
    maps[0][0, :, 2, 3, 4] = 20.0
    after = loss_of(network, maps, doubtful, **settings)
    assert after <= before
    maps[0][0, :, 6, 6, 4] = 20.0
    assert loss_of(network, maps, doubtful, **settings) > after + 10


def test_the_told_overlap_learns_the_overlap_reached(tiny):
    network = tiny("ppyolov2")
    wanted = targets([16, 22, 24, 34])
    maps = zeros(network)
    right, wrong = [part.clone() for part in maps], [part.clone() for part in maps]
    right[0][0, 1, 2, 3, 5], wrong[0][0, 1, 2, 3, 5] = 8.0, -8.0
    assert loss_of(network, right, wanted) + 7.9 < loss_of(network, wrong, wanted)


def test_a_soft_objectness_shall_be_the_overlap_reached(tiny):
    network = tiny("yolov3")
    wanted = targets([16, 22, 24, 34])
    maps = zeros(network, 8)
    maps[0][0, 1, 2, 3, 3] = math.log(0.5)
    maps[0][0, 1, 2, 3, 4] = 9.0
    hard = loss_of(network, maps, wanted, ignore_over=1.0)
    soft = loss_of(network, maps, wanted, ignore_over=1.0, soft_objectness=True)
    assert soft - hard == pytest.approx(0.5 * 9.0, rel=1e-3)


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"assignment": "hungarian"}, UnknownName),
        ({"box": "diou"}, UnknownName),
        ({"focal": 2}, BadConfiguration),
        ({"level_weights": [1, 2]}, BadConfiguration),
    ],
)
def test_a_loss_that_there_is_not_is_refused(values, error):
    with pytest.raises(error) as caught:
        DetectionLoss.of(values)
    assert caught.value.needed
