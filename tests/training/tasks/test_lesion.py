"""Outlining lesions: learned within a few steps, judged by Dice, exported for any batch."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import onnxruntime
import pytest
import torch
from torch import nn

from condyle.errors import DatasetError
from condyle.training.execution import Execution
from condyle.training.export import check_parity
from condyle.training.fit_record import read_fit
from condyle.training.tasks.lesion import INPUT, OUTPUT, _validate, export_lesion, train_lesion

NETWORK = {"network__parameters": "{width: 8, levels: 2, prior: 0.1}"}


def trained(recipe, slices, validation, folder):
    return train_lesion(
        recipe,
        slices=slices,
        validation=validation,
        stage="round-0",
        folder=folder,
        seed=4,
        execution=Execution("cpu"),
    )


@pytest.fixture(scope="module")
def kept():
    return {}


@pytest.fixture
def learned(tiny, squares, kept, tmp_path_factory):
    """A network that was trained on squares, its recipe and its folder; made once."""
    if not kept:
        folder = tmp_path_factory.mktemp("learned")
        recipe = tiny(
            "knee-unet",
            **NETWORK,
            schedule="{epochs: 3, epoch_steps: 10, most_epoch_steps: 10, batch: 8, warmup: 4,"
            " average_decay: 0.5}",
            optimiser__learning_rate=0.03,
            augmentation="{rotation_degrees: 10, flip: true}",
        )
        network = trained(recipe, squares(24), squares(8, seed=1), folder)
        kept["made"] = (network, recipe, folder)
    return kept["made"]


def test_a_bright_square_is_outlined_after_less_than_forty_steps(squares, learned) -> None:
    network, _, folder = learned
    record = read_fit(folder)
    assert record.steps == 30 and record.figure == "dice"
    assert record.best > 0.7
    assert _validate(squares(8, seed=2), threshold=0.5)(network)["dice"] > 0.7


def test_the_exported_file_says_what_the_network_says_for_any_batch(learned) -> None:
    network, recipe, _ = learned
    exported = export_lesion(network, recipe)
    session = onnxruntime.InferenceSession(exported.model)
    assert check_parity(session.run([OUTPUT], dict(exported.feeds)), exported.trained) < 1e-4
    for count in (1, 5):
        image = np.random.default_rng(count).random((count, 1, 32, 32), dtype=np.float32)
        (found,) = session.run([OUTPUT], {INPUT: image})
        with torch.no_grad():
            wanted = network(torch.from_numpy(image)).sigmoid().numpy()
        np.testing.assert_allclose(found, wanted, atol=1e-4)
        assert found.shape == (count, 1, 32, 32)
        assert 0 <= found.min() < found.max() <= 1


class Says(nn.Module):
    """Calls the upper half of each slice, whatever it shows."""

    def __init__(self, rows: int) -> None:
        super().__init__()
        self.rows = rows
        self.weight = nn.Parameter(torch.zeros(1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        logits = torch.full_like(x, -9.0)
        logits[:, :, : self.rows] = 9.0
        return logits


def test_validation_is_the_mean_dice_over_slices_that_show_or_are_said_to_show(squares) -> None:
    slices = squares(10)
    masks = np.zeros_like(slices.masks)
    masks[0, 0, :8] = 1  # overlap 8 rows of 16 and 8
    masks[1, 0, 16:] = 1  # no overlap
    made = _validate(replace(slices, masks=masks), threshold=0.5)(Says(16))
    assert made["dice"] == pytest.approx((2 * 8 / 24 + 0 * 9) / 10)
    assert made["called-share"] == pytest.approx(0.5)


def test_slices_that_show_nothing_and_are_left_alone_do_not_count(squares) -> None:
    slices = squares(3)
    masks = np.zeros_like(slices.masks)
    masks[2] = 1
    assert _validate(replace(slices, masks=masks), threshold=0.5)(Says(0)) == {
        "dice": 0.0,
        "called-share": 0.0,
    }
    empty = replace(slices, masks=np.zeros_like(masks))
    assert _validate(empty, threshold=0.5)(Says(0))["dice"] == 0.0
    everything = _validate(replace(slices, masks=np.ones_like(masks)), threshold=0.5)(Says(32))
    assert everything == {"dice": 1.0, "called-share": 1.0}


def test_the_threshold_that_decides_is_the_recipes_first(squares) -> None:
    slices = squares(4)

    class Even(Says):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return torch.full_like(x, -0.4)  # a probability of 0.40

    assert _validate(slices, threshold=0.5)(Even(0))["called-share"] == 0.0
    assert _validate(slices, threshold=0.3)(Even(0))["called-share"] == 1.0


def test_slices_without_masks_or_without_patients_are_refused(tiny, squares, tmp_path) -> None:
    recipe, slices = tiny("knee-unet", **NETWORK), squares(2)
    with pytest.raises(ValueError, match="slices with masks"):
        trained(recipe, replace(slices, masks=None), slices, tmp_path)
    nobody = slices.of_patients([])
    for taught, checked, side in ((nobody, slices, "train"), (slices, nobody, "validation")):
        with pytest.raises(DatasetError) as caught:
            trained(recipe, taught, checked, tmp_path)
        assert f"'{side}'" in caught.value.found and "data.split" in caught.value.mend
