"""The detectors: as large as published, of the shapes and the meaning that they promise."""

import pytest
import torch

from condyle.errors import BadConfiguration, UnknownName
from condyle.training.detector.assignment import COUNTED, Targets
from condyle.training.detector.loss import DetectionLoss, detection_loss
from condyle.training.detector.network import PRIOR, Detector

from .conftest import ANCHORS, FAMILY

PUBLISHED = [
    # Darknet's own count of yolov3 with 80 classes of COCO.
    ("yolov3", {}, 61_949_149),
    # As YOLOv5's release 6 lists its n, s, m and l before layers are fused.
    ("yolov5", {"width": 0.25, "depth": 0.33}, 1_872_157),
    ("yolov5", {"width": 0.5, "depth": 0.33}, 7_235_389),
    ("yolov5", {"width": 0.75, "depth": 0.67}, 21_190_557),
    ("yolov5", {}, 46_563_709),
    # 54.58 M: Xu et al. 2022, "PP-YOLOE", arXiv 2203.16250, table 2.
    ("ppyolov2", {}, 54_579_383),
]


@pytest.mark.parametrize(("name", "multiples", "count"), PUBLISHED)
def test_a_detector_of_full_size_has_the_published_number_of_parameters(name, multiples, count):
    with torch.device("meta"):
        network = Detector(classes=80, inputs=3, anchors=ANCHORS, **FAMILY[name], **multiples)
    assert sum(p.numel() for p in network.parameters()) == count


@pytest.mark.parametrize("name", FAMILY)
def test_it_gives_maps_in_training_and_boxes_with_scores_in_evaluation(name, tiny):
    network = tiny(name)
    images = torch.rand(2, 1, 64, 96)
    numbers = 8 + (network.iou_aware is not None)
    shapes = [tuple(part.shape) for part in network.train()(images)]
    assert shapes == [(2, 3, 8 // k, 12 // k, numbers) for k in (1, 2, 4)]
    with torch.no_grad():
        boxes, scores = network.eval()(images)
    assert boxes.shape == (2, 3 * (96 + 24 + 6), 4) and scores.shape == (2, 378, 3)
    assert float(scores.min()) >= 0.0 and float(scores.max()) <= 1.0
    assert (boxes[..., 2:] > boxes[..., :2]).all()


@pytest.mark.parametrize("name", FAMILY)
def test_every_parameter_learns(name, tiny):
    network = tiny(name, drop_block_keep=1.0).train()
    sum(part.square().sum() for part in network(torch.rand(2, 1, 64, 64))).backward()
    assert all(p.grad is not None and torch.isfinite(p.grad).all() for p in network.parameters())


def test_an_untrained_detector_calls_almost_nothing_an_object(tiny):
    network = tiny("yolov5").eval()
    with torch.no_grad():
        maps = network.maps(torch.rand(1, 1, 64, 64))
    there = torch.cat([part[..., 4].flatten() for part in maps]).sigmoid()
    assert abs(float(there.mean()) - PRIOR) < 0.005


@pytest.mark.parametrize(
    ("name", "centre", "size"),
    [("yolov3", 0.5, 1.0), ("ppyolov2", 0.5, 1.0), ("yolov5", 0.5, 1.0)],
)
def test_numbers_of_zero_stand_for_an_anchor_in_the_middle_of_its_cell(name, centre, size, tiny):
    network = tiny(name)
    boxes = network.decoded([torch.zeros(1, 3, n, n, 9) for n in (4, 2, 1)])[0].boxes
    middle, half = (centre + 2) * 8, ANCHORS[0][1][0] * size / 2
    assert boxes[0, 1, 2, 0, 0] == pytest.approx(middle - half)
    assert boxes[0, 1, 2, 0, 2] == pytest.approx(middle + half)
    assert boxes[0, 1, 2, 0, 3] == pytest.approx(4 + ANCHORS[0][1][1] / 2)


@pytest.mark.parametrize(("name", "reach"), [("yolov3", 1.0), ("ppyolov2", 1.05), ("yolov5", 2.0)])
def test_a_centre_reaches_as_far_beyond_its_cell_as_the_paper_says(name, reach, tiny):
    raw = torch.zeros(1, 3, 4, 4, 9)
    raw[..., 0] = 50.0
    raw[..., 1] = -50.0
    level = tiny(name).decoded([raw, raw[:, :, :2, :2], raw[:, :, :1, :1]])[0]
    assert level.centre[..., 0].max() == pytest.approx(0.5 + reach / 2)
    assert level.centre[..., 1].min() == pytest.approx(0.5 - reach / 2)


def test_a_size_grows_with_its_number_and_never_overflows(tiny):
    raw = torch.zeros(1, 3, 1, 1, 9)
    raw[..., 2], raw[..., 3] = torch.log(torch.tensor(2.0)), 1000.0
    for name, rows in (("yolov3", 2.0), ("yolov5", (2 * 2 / 3) ** 2)):
        boxes = tiny(name).decoded([raw, raw, raw])[0].boxes[0, 0, 0, 0]
        assert float(boxes[2] - boxes[0]) == pytest.approx(rows * ANCHORS[0][0][0])
        assert torch.isfinite(boxes).all()


def test_a_score_is_objectness_by_class_and_the_told_overlap_counts_by_its_share(tiny):
    raw = torch.zeros(1, 3, 1, 1, 9)
    raw[..., 4], raw[..., 5], raw[..., 6] = 1.0, -2.0, 3.0
    share = torch.sigmoid(torch.tensor([1.0, -2.0, 3.0]))
    _, scores = tiny("ppyolov2", iou_aware=0.3).detections([raw] * 3)
    assert float(scores[0, 0, 0]) == pytest.approx(
        float(share[0] ** 0.7 * share[1] ** 0.3 * share[2])
    )
    _, plain = tiny("yolov3").detections([raw[..., :8]] * 3)
    assert float(plain[0, 0, 0]) == pytest.approx(
        float(share[0] * torch.sigmoid(raw[0, 0, 0, 0, 5]))
    )


@pytest.mark.parametrize("part", ["backbone", "neck", "head", "activation"])
def test_a_part_that_there_is_not_is_refused_with_those_that_there_are(part, tiny):
    with pytest.raises(UnknownName) as caught:
        tiny("yolov5", **{part: "quantum"})
    assert FAMILY["yolov5"][part] in caught.value.needed


@pytest.mark.parametrize("anchors", [[], [[[3, 3]]] * 2, [[[3, 0]]] * 3, [[[3]]] * 3, [[]] * 3])
def test_anchors_that_are_not_three_levels_of_sizes_are_refused(anchors, tiny):
    with pytest.raises(BadConfiguration) as caught:
        tiny("yolov3", anchors=anchors)
    assert "three levels" in caught.value.needed


@pytest.mark.parametrize("name", FAMILY)
def test_layers_in_16_bits_give_boxes_in_32_and_nearly_the_same_loss(name, tiny):
    network, image = tiny(name, drop_block_keep=1.0).train(), torch.rand(2, 1, 64, 64)
    wanted = Targets(
        boxes=torch.tensor([[[10.0, 12, 30, 40]], [[20, 20, 44, 30]]]),
        labels=torch.ones(2, 1, 3),
        state=torch.full((2, 1), COUNTED),
    )
    settings = DetectionLoss(offset_weight=1.0)
    plain = detection_loss(network, network(image), wanted, settings=settings)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        maps = network(image)
        half = detection_loss(network, maps, wanted, settings=settings)
    assert {part.dtype for part in maps} == {torch.float32}
    assert float(half.detach()) == pytest.approx(float(plain.detach()), rel=0.1)
    half.backward()
    assert all(torch.isfinite(p.grad).all() for p in network.parameters())
