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
    NETWORK_FILE,
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
    wanted = with_anchors(recipe("yolov5", neck="darknet-pyramid", iou_aware=0.4), SLICES)
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


def test_the_folder_of_a_fit_keeps_the_anchors_that_it_was_given(trained):
    kept = json.loads((trained.folder / NETWORK_FILE).read_text())
    assert kept["name"] == "detector"
    assert kept["parameters"]["anchors"] == trained.recipe.network.parameters["anchors"]


def test_a_fit_begins_with_the_weights_that_its_recipe_names(tmp_path):
    before = fitted(tmp_path / "first")
    torch.save(before.state_dict(), tmp_path / "weights.pth")
    wanted = with_anchors(recipe(), SLICES)
    network = wanted.network.model_copy(update={"weights": str(tmp_path / "weights.pth")})
    train_detection(
        wanted.model_copy(update={"network": network}),
        slices=SLICES,
        stage="fold-0",
        folder=tmp_path / "second",
        fold_seed=5,
        execution=Execution(device="cpu"),
    )
    assert "100.0%" in (tmp_path / "second" / "weights.txt").read_text()
    assert not (tmp_path / "first" / "weights.txt").exists()


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


def fitted(folder, seed=0, **parts):
    wanted = with_anchors(recipe(**parts), SLICES)
    return train_detection(
        wanted,
        slices=SLICES,
        stage="fold-0",
        folder=folder,
        fold_seed=seed,
        execution=Execution(device="cpu"),
    )


def test_the_same_seed_gives_the_same_network_and_another_seed_another(tmp_path):
    first, again, other = (
        fitted(tmp_path / name, seed).state_dict() for name, seed in (("a", 0), ("b", 0), ("c", 1))
    )
    assert all(torch.equal(first[key], again[key]) for key in first)
    assert not all(torch.equal(first[key], other[key]) for key in first)


def test_without_validation_no_epoch_is_chosen(tmp_path):
    fitted(tmp_path)
    assert not (tmp_path / "best.ckpt").exists() and (tmp_path / "last.ckpt").is_file()


def test_only_boxes_that_count_are_learned_by_a_loss(tiny):
    network = tiny("yolov5").train()
    trained = loss_of(recipe(), network)
    images, targets = as_batch([a_slice(size=64, boxes=((20, 30, 50, 60),))])
    none = torch.full_like(targets.state, ABSENT)
    counted = trained(network, (images, targets.boxes, targets.labels, targets.state))
    empty = trained(network, (images, targets.boxes, targets.labels, none))
    assert float(counted.detach()) > float(empty.detach()) + 0.5


def test_a_loss_is_not_for_another_network(tiny):
    of_detector = loss_of(recipe(), tiny("yolov5"))
    with pytest.raises(TypeError):
        of_detector(torch.nn.Identity(), (torch.zeros(1),) * 4)


def test_anchors_of_another_draw_may_differ_and_slices_without_boxes_have_none():
    sizes = [((0, 0, 10 + 3 * n, 40 - 2 * n),) for n in range(14)]
    slices = [a_slice(str(n), boxes) for n, boxes in enumerate(sizes)]
    first, again = (with_anchors(recipe(), slices, fold_seed=2) for _ in range(2))
    assert first.network.parameters["anchors"] == again.network.parameters["anchors"]
    with pytest.raises(DatasetError):
        with_anchors(recipe(), [a_slice(boxes=(), shown=())])


def test_a_network_without_anchors_is_left_as_it_is():
    other = recipe().model_copy(
        update={"network": recipe().network.model_copy(update={"name": "rt-detr"})}
    )
    assert with_anchors(other, SLICES) is other


@pytest.mark.parametrize(
    ("shown", "figure"), [(((0, 0.9),), 1.0), (((0, 0.9), (1, 0.8)), 0.5), ((), 0.0)]
)
def test_the_mean_of_average_precision_is_over_classes_with_a_reference_box(shown, figure):
    slices = [a_slice(), a_slice("2", ((20, 30, 50, 60),), (1,))][: max(1, len(shown))]
    box, scores = np.array([[20, 30, 50, 60]]) * 64 / 96, np.zeros((1, 3))
    for label, score in shown[:1]:
        scores[0, label] = score
    said = [(box, scores)] * len(slices)
    settings = BoxSettings(least_score=0.1)
    found = average_precisions(slices, said, size=(64, 64), settings=settings)["map50"]
    assert found == pytest.approx(figure)


def test_boxes_of_a_difficult_disc_are_no_reference_of_validation():
    doubtful = a_slice(difficult=True)
    said = [(np.zeros((0, 4)), np.zeros((0, 3)))]
    settings = BoxSettings()
    assert average_precisions([doubtful], said, size=(64, 64), settings=settings)["map50"] == 0.0


@pytest.mark.needs("soak")
@pytest.mark.parametrize("name", FAMILY)
def test_the_exported_file_of_each_of_the_family_says_what_its_network_says(name, tiny):
    network = tiny(name, depth=0.34).eval()
    for part in network.modules():
        if isinstance(part, torch.nn.BatchNorm2d):
            torch.nn.init.uniform_(part.running_mean, -0.3, 0.3)
            torch.nn.init.uniform_(part.running_var, 0.5, 2.0)
    exported = export_detection(network, recipe(name))
    session = open_session(exported.model)
    given = session.run(None, exported.feeds)
    assert check_parity(given, exported.trained) < 1e-3
    one = session.run(None, {"image": exported.feeds["image"][1:]})
    np.testing.assert_allclose(one[0][0], given[0][1], atol=1e-3)
