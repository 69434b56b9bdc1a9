"""Training on boxed slices end to end: batches, a fit, the exported file."""

import json
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from condyle.errors import BadConfiguration, DatasetError
from condyle.inference import open_session
from condyle.interpretation.boxes import BoxSettings, detections
from condyle.training.detector.assignment import ABSENT, COUNTED, DIFFICULT
from condyle.training.detector.scores import average_precisions
from condyle.training.execution import Execution
from condyle.training.export import check_parity
from condyle.training.recipe import read_recipe
from condyle.training.tasks.detection import (
    BoxedSlice,
    _Draw,
    as_batch,
    export_detection,
    loss_of,
    train_detection,
    with_anchors,
)

from .conftest import FAMILY


def a_slice(patient="1", boxes=((20, 30, 50, 60),), shown=(0,), size=96, difficult=False):
    image = np.zeros((size, size), dtype=np.float16)
    for row0, column0, row1, column1 in boxes:
        image[row0:row1, column0:column1] = 0.8
    labels = np.eye(3, dtype=np.float32)[list(shown)]
    return BoxedSlice(
        patient,
        image,
        np.array(boxes, dtype=np.float32).reshape(-1, 4),
        labels,
        np.full(len(boxes), difficult),
    )


def recipe(name="yolov5", **parts):
    parameters = {**FAMILY[name], "classes": 3, "width": 0.125, "depth": 0.1, **parts}
    values = {
        "network": {"name": "detector", "parameters": parameters},
        "preprocessing": [{"step": "fit", "rows": 64, "columns": 64}],
        "augmentation": {},
        "loss": {},
        "schedule": {"epochs": 1, "epoch_steps": 2, "batch": 2},
        "self_training": None,
    }
    return read_recipe("lumbar-anatomy", settings={k: json.dumps(v) for k, v in values.items()})


SLICES = [a_slice(str(n), ((20, 30, 50, 60), (60, 20, 80, 50)), (n % 3, 0)) for n in range(4)]


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A detector that tells overlaps after two steps, exported."""
    folder = tmp_path_factory.mktemp("fit")
    wanted = with_anchors(recipe("yolov5", iou_aware=0.4), SLICES)
    network = train_detection(
        wanted,
        slices=SLICES,
        validation=SLICES[:2],
        stage="fold-0",
        folder=folder,
        fold_seed=0,
        execution=Execution(device="cpu"),
    )
    return SimpleNamespace(
        recipe=wanted, network=network, folder=folder, exported=export_detection(network, wanted)
    )


def test_the_exported_file_says_what_the_network_says_of_any_number_of_images(trained):
    session = open_session(trained.exported.model)
    given = session.run(None, trained.exported.feeds)
    assert check_parity(given, trained.exported.trained) < 1e-3
    assert [node.name for node in session.get_outputs()] == ["boxes", "scores"]
    one = session.run(None, {"image": trained.exported.feeds["image"][1:]})
    np.testing.assert_allclose(one[0][0], given[0][1], atol=1e-3)


def test_what_the_exported_file_says_becomes_detections(trained):
    boxes, scores = open_session(trained.exported.model).run(None, trained.exported.feeds)
    settings = BoxSettings(suppression="matrix", least_score=0.0, most=5)
    found = detections(boxes[0], scores[0], settings=settings)
    assert 5 <= len(found) <= 15
    assert sum(len(item.scores) for item in found) == 15


def test_the_best_epoch_is_chosen_by_the_validation_slices(trained):
    assert (trained.folder / "best.ckpt").is_file()
    assert "map50" in next(trained.folder.glob("*.csv")).read_text()


def test_nothing_without_a_box_is_trained_on(tmp_path):
    empty = a_slice(boxes=(), shown=())
    with pytest.raises(DatasetError) as caught:
        train_detection(recipe(), slices=[empty], stage="fold-0", folder=tmp_path, fold_seed=0,
            execution=Execution(device="cpu"))  # fmt: skip
    assert "1 slices" in caught.value.found


def test_a_network_that_finds_no_boxes_is_refused():
    with pytest.raises(BadConfiguration) as caught:
        loss_of(recipe(), torch.nn.Linear(1, 1))
    assert "detector" in caught.value.needed


def test_anchors_are_fitted_in_pixels_of_the_network_and_stated_ones_are_kept():
    doubtful = a_slice("9", ((0, 0, 90, 90),), difficult=True)
    found = with_anchors(recipe(), [*SLICES, doubtful])
    sizes = np.array(found.network.parameters["anchors"]).reshape(-1, 2)
    assert sizes.min() > 10 and sizes.max() < 27  # of boxes of 20 to 30 pixels of 96, in 64
    assert with_anchors(found, [a_slice(boxes=((0, 0, 5, 5),))]) is found


def test_a_batch_holds_every_box_with_what_it_shows_and_pads_the_rest():
    both = a_slice("1", ((1, 2, 30, 40), (5, 5, 9, 9)), (0, 2))
    images, targets = as_batch([both, a_slice("2", ((3, 4, 20, 25),), (1,), difficult=True)])
    assert images.shape == (2, 1, 96, 96) and targets.boxes.shape == (2, 2, 4)
    assert targets.state.tolist() == [[COUNTED, COUNTED], [DIFFICULT, ABSENT]]
    assert targets.labels[0].tolist() == [[1, 0, 0], [0, 0, 1]]
    assert targets.boxes[1, 0].tolist() == [3, 4, 20, 25]


def test_slices_without_boxes_make_a_batch_too():
    _, targets = as_batch([a_slice(boxes=(), shown=())])
    assert targets.state.tolist() == [[ABSENT]]


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def test_patients_are_drawn_evenly_whatever_their_number_of_slices():
    drawn = _Draw([a_slice("1")] * 9 + [a_slice("2")], rare_share=0.0)(1000, generator())
    assert 0.42 < sum(item.patient == "2" for item in drawn) / 1000 < 0.58


def test_a_rare_class_is_drawn_as_often_as_the_others_by_its_share():
    rare = a_slice("99", shown=(2,))
    usual = [a_slice(str(n)) for n in range(30)]
    seen = {}
    for share in (0.0, 1.0):
        drawn = _Draw([*usual, rare], rare_share=share)(1000, generator())
        seen[share] = sum(item.patient == "99" for item in drawn) / 1000
    assert seen[0.0] < 0.06 and 0.42 < seen[1.0] < 0.58


def test_average_precision_is_1_where_every_box_is_found_and_falls_with_a_wrong_one():
    slices = [a_slice(), a_slice("2")]
    right = (np.array([[20, 30, 50, 60]]) * 64 / 96, np.array([[0.9, 0.0, 0.0]]))
    wrong = (np.array([[0.0, 0.0, 9.0, 9.0]]), np.array([[0.95, 0.0, 0.0]]))
    settings = BoxSettings(least_score=0.1)
    size = (64, 64)
    assert average_precisions(slices, [right, right], size=size, settings=settings)["map50"] == 1.0
    found = average_precisions(slices, [right, wrong], size=size, settings=settings)["map50"]
    assert found == pytest.approx(0.25)
