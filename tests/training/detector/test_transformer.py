"""RT-DETRv2 from its values: boxes as the others give them, its loss, its exported file."""

import importlib

import pytest
import torch

from condyle.errors import BadConfiguration, MissingExtra
from condyle.inference import open_session
from condyle.training.detector.assignment import ABSENT, COUNTED, DIFFICULT, Targets
from condyle.training.detector.transformer import (
    CHECKS,
    TransformerDetector,
    clear_example,
    labels_of,
    without_checks,
)
from condyle.training.export import check_parity
from condyle.training.recipe import read_recipe
from condyle.training.tasks.detection import export_detection

TINY = {
    "classes": 3,
    "depths": (1, 1, 1, 1),
    "block": "basic",
    "channels": (16, 16, 16, 16),
    "stem": 16,
    "hidden": 16,
    "feedforward": 32,
    "heads": 2,
    "decoder_layers": 2,
    "queries": 40,
    "denoising": 8,
}

TARGETS = Targets(
    boxes=torch.tensor([[[10.0, 20, 30, 60], [0, 0, 0, 0]], [[5, 5, 20, 20], [30, 30, 60, 60]]]),
    labels=torch.tensor([[[1.0, 1, 0], [1, 1, 1]], [[0, 0, 1], [1, 0, 0]]]),
    state=torch.tensor([[COUNTED, ABSENT], [COUNTED, DIFFICULT]]),
)


@pytest.fixture(scope="module")
def network():
    pytest.importorskip("transformers", reason="the 'detect' extra is not installed")
    torch.manual_seed(0)
    found = TransformerDetector(**TINY)
    for name, values in found.named_parameters():
        if values.ndim > 1 and "backbone" not in name:
            torch.nn.init.normal_(values, std=0.3)  # untrained, every place scores alike
    return found


def test_a_box_of_two_classes_is_one_a_class_and_a_difficult_one_is_left_out():
    first, second = labels_of(torch.zeros(2, 1, 80, 100), TARGETS)
    assert first["class_labels"].tolist() == [0, 1]
    # As the library has it: column, row, width, height, in shares of the image.
    assert torch.allclose(first["boxes"], torch.tensor([[0.4, 0.25, 0.4, 0.25]] * 2))
    assert second["class_labels"].tolist() == [2] and second["boxes"].shape == (1, 4)


def test_the_loss_reaches_every_parameter(network):
    network.train().zero_grad()
    loss = network.loss(torch.rand(2, 1, 64, 64), TARGETS)
    loss.backward()
    assert torch.isfinite(loss.detach())
    assert all(p.grad is not None for p in network.parameters() if p.requires_grad)
    assert all(p.requires_grad for p in network.parameters())


def test_images_without_a_box_have_a_loss(network):
    none = Targets(TARGETS.boxes, TARGETS.labels, torch.full((2, 2), ABSENT))
    assert torch.isfinite(network.train().loss(torch.rand(2, 1, 64, 64), none).detach())


def test_it_gives_boxes_in_pixels_and_a_score_a_class(network):
    with torch.no_grad():
        boxes, scores = network.eval()(torch.rand(2, 1, 64, 96))
    assert boxes.shape == (2, 40, 4) and scores.shape == (2, 40, 3)
    assert (boxes[..., 2:] >= boxes[..., :2]).all()
    middle = (boxes[..., :2] + boxes[..., 2:]) / 2
    assert (middle >= 0).all() and (middle <= torch.tensor([64.0, 96.0])).all()
    assert float(scores.min()) >= 0 and float(scores.max()) <= 1


@pytest.mark.needs("soak")
def test_the_exported_file_says_what_it_says_of_any_number_of_images(network):
    settings = {
        "network": "{name: rt-detr, parameters: {classes: 3}}",
        "preprocessing": "[{step: fit, rows: 64, columns: 64}]",
    }
    exported = export_detection(network, read_recipe("lumbar-anatomy", settings=settings))
    session = open_session(exported.model)
    given = session.run(None, exported.feeds)
    assert check_parity(given, exported.trained) < 1e-3
    assert session.get_inputs()[0].shape == [1, 1, 64, 64]


def test_the_example_is_the_image_whose_queries_are_most_clearly_chosen(network):
    network.eval()
    example = clear_example(network, (1, 64, 64))
    clear = network.closest(example)
    others = network.closest(torch.rand(6, 1, 64, 64, generator=torch.Generator().manual_seed(9)))
    assert example.shape == (1, 1, 64, 64)
    assert float(clear.min()) > float(others.median()) > 0


def test_the_libraries_checks_are_left_out_only_while_exporting(monkeypatch):
    import os

    monkeypatch.delenv(CHECKS, raising=False)
    with without_checks():
        assert os.environ[CHECKS] == "1"
    assert CHECKS not in os.environ
    monkeypatch.setenv(CHECKS, "0")
    with without_checks():
        assert os.environ[CHECKS] == "1"
    assert os.environ[CHECKS] == "0"


def test_without_the_library_the_message_says_how_to_install_it(monkeypatch):
    def absent(name):
        raise ImportError(name)

    monkeypatch.setattr("condyle.training.detector.transformer.import_module", absent)
    with pytest.raises(MissingExtra) as caught:
        TransformerDetector(classes=3)
    assert "pip install 'condyle[detect]'" in caught.value.mend
    assert importlib.import_module("json")


@pytest.mark.parametrize(
    "values", [{"heads": 3}, {"depths": (1, 1)}, {"decoder_layers": 1}, {"channels": (8,) * 5}]
)
def test_values_that_make_no_network_are_refused(values, network):
    with pytest.raises(BadConfiguration) as caught:
        TransformerDetector(**{**TINY, **values})
    assert "heads that divide hidden" in caught.value.needed


def test_at_full_size_it_is_as_large_as_published(network):
    with torch.device("meta"):
        full = TransformerDetector(classes=80, inputs=3)
        small = TransformerDetector(
            classes=80,
            inputs=3,
            depths=(2, 2, 2, 2),
            block="basic",
            channels=(64, 128, 256, 512),
            decoder_layers=3,
            expansion=0.5,
        )
    counts = [sum(p.numel() for p in part.parameters()) / 1e6 for part in (full, small)]
    # Lv et al. 2024, table 2: RT-DETRv2-L 42 M with ResNet-50, -S 20 M with ResNet-18.
    assert counts == pytest.approx([42.7, 20.2], abs=0.4)
