"""Telling the class of a slice: rare classes weigh more, maps come with the probabilities."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import onnxruntime
import pytest
import torch
from sklearn.utils.class_weight import compute_class_weight
from torch import nn

from condyle.errors import DatasetError
from condyle.training.execution import Execution
from condyle.training.export import check_parity
from condyle.training.fit_record import read_fit
from condyle.training.tasks.classification import (
    INPUT,
    OUTPUTS,
    _validate,
    class_weights,
    export_classification,
    train_classification,
)


def trained(recipe, slices, validation, folder):
    return train_classification(
        recipe,
        slices=slices,
        validation=validation,
        classes=2,
        stage="round-0",
        folder=folder,
        seed=4,
        execution=Execution("cpu"),
    )


@pytest.fixture(scope="module")
def kept():
    return {}


@pytest.fixture
def learned(tiny, small, squares, kept, tmp_path_factory):
    """A network that was trained on squares, its recipe and its folder; made once."""
    if not kept:
        folder = tmp_path_factory.mktemp("learned")
        recipe = tiny(
            "knee-resnet18",
            network=f"{{name: {small}}}",
            schedule="{epochs: 3, epoch_steps: 10, most_epoch_steps: 10, batch: 8, warmup: 2,"
            " average_decay: 0.5}",
            optimiser__learning_rate=0.03,
            augmentation="{flip: true}",
        )
        network = trained(recipe, squares(32), squares(16, seed=1), folder)
        kept["made"] = (network, recipe, folder)
    return kept["made"]


def test_bright_is_told_from_dark_after_less_than_forty_steps(squares, learned) -> None:
    network, _, folder = learned
    record = read_fit(folder)
    assert (record.steps, record.figure) == (30, "likelihood")
    unseen = _validate(squares(16, seed=2), weight=torch.ones(2))(network)
    assert unseen["accuracy"] >= 0.9 and unseen["auc"] > 0.95


def test_the_exported_file_gives_probabilities_and_maps_for_any_batch(learned) -> None:
    network, recipe, _ = learned
    exported = export_classification(network, recipe)
    session = onnxruntime.InferenceSession(exported.model)
    given = session.run(list(OUTPUTS), dict(exported.feeds))
    assert check_parity(given, exported.trained) < 1e-3
    image = np.random.default_rng(3).random((3, 1, 32, 32), dtype=np.float32)
    told, maps = session.run(list(OUTPUTS), {INPUT: image})
    with torch.no_grad():
        logits = network(torch.from_numpy(image))
    np.testing.assert_allclose(told, logits.softmax(dim=1).numpy(), atol=1e-4)
    np.testing.assert_allclose(told.sum(axis=1), 1.0, atol=1e-5)
    # A linear head: what the places say, averaged, is what the whole says.
    np.testing.assert_allclose(maps.mean(axis=(2, 3)), logits.numpy(), atol=1e-3)


def test_a_class_weighs_the_inverse_of_its_share() -> None:
    labels = np.array([0, 0, 0, 0, 0, 0, 1, 1, 2, 2])
    weights = class_weights(labels, 3)
    assert weights.tolist() == pytest.approx([10 / 18, 10 / 6, 10 / 6])
    theirs = compute_class_weight("balanced", classes=np.arange(3), y=labels)
    assert weights.tolist() == pytest.approx(theirs.tolist())
    assert float(weights[labels].mean()) == pytest.approx(1.0)


def test_a_class_without_an_item_weighs_as_if_it_had_one() -> None:
    assert class_weights(np.array([0, 0]), 2).tolist() == [0.5, 1.0]


class Says(nn.Module):
    """Gives these logits in turn, whatever the slices show."""

    def __init__(self, logits: list[list[float]]) -> None:
        super().__init__()
        self.logits = nn.Parameter(torch.tensor(logits))
        self.at = 0

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.at += len(x)
        return self.logits[self.at - len(x) : self.at]


def test_validation_gives_the_weighted_likelihood_of_the_truth(squares) -> None:
    slices = squares(20)
    labels = np.array([1, 0, 0, 0] + [0] * 16)
    told = [[0.0, math.log(3)]] + [[math.log(4), 0.0]] * 19
    figures = _validate(replace(slices, labels=labels[:, None]), weight=torch.tensor([0.5, 9.5]))(
        Says(told)
    )
    logs = 9.5 * np.log(0.75) + 19 * 0.5 * np.log(0.8)
    assert figures["likelihood"] == pytest.approx(np.exp(logs / (9.5 + 19 * 0.5)))
    assert figures["accuracy"] == 1.0 and figures["auc"] == 1.0


def test_the_likelihood_is_defined_where_validation_has_one_class_alone(squares) -> None:
    slices = squares(2)
    alone = replace(slices, labels=np.zeros((2, 1), dtype=np.int64))
    figures = _validate(alone, weight=torch.ones(2))(Says([[0.0, 0.0]] * 2))
    assert figures["likelihood"] == pytest.approx(0.5)
    assert np.isnan(figures["auc"])


def test_more_than_two_classes_have_no_single_roc_area(squares) -> None:
    slices = replace(squares(3), labels=np.array([[0], [1], [2]]))
    figures = _validate(slices, weight=torch.ones(3))(Says([[9.0, 0, 0], [0, 9.0, 0], [9.0, 0, 0]]))
    assert figures["accuracy"] == pytest.approx(2 / 3) and "auc" not in figures


def test_a_side_without_a_slice_is_refused(tiny, squares, tmp_path) -> None:
    slices = squares(2)
    with pytest.raises(DatasetError, match="cannot be run"):
        trained(tiny("knee-resnet18"), slices, slices.of_patients([]), tmp_path)
