"""Whole series: the greatest over slices, planes fused, any number of slices a plane."""

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
from condyle.training.networks import build_network
from condyle.training.tasks.series import (
    OUTPUTS,
    FusedPlanes,
    _validate,
    export_series,
    logits_of,
    positive_weights,
    series_of_plane,
    together,
    train_series,
)

PLANES = ("sagittal", "coronal", "axial")
SMALL = "{backbone: small, normalisation: none}"


class Brightest(nn.Module):
    """Gives a logit a label from the brightest pixel of a series."""

    def __init__(self, *gains: float) -> None:
        super().__init__()
        self.gains = nn.Parameter(torch.tensor(gains))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.amax(dim=(1, 2, 3))[:, None] * self.gains


def test_series_of_a_plane_are_in_slice_order_one_a_case(squares) -> None:
    slices = squares(3, planes=("sagittal", "coronal"), length=4)
    shuffled = slices.where(np.ones(len(slices), dtype=bool))
    order = np.random.default_rng(0).permutation(len(slices))
    shuffled = replace(
        slices,
        **{
            name: getattr(slices, name)[order]
            for name in ("patients", "cases", "series", "planes", "positions", "labels", "rows")
        },
    )
    found = series_of_plane(shuffled, "coronal")
    assert found.cases == ("c0", "c1", "c2") and len(found) == 3
    assert found.labels.tolist() == [[0], [1], [0]]
    for number in range(3):
        mine = (slices.cases == f"c{number}") & (slices.planes == "coronal")
        np.testing.assert_array_equal(found.images(number), slices.images_at(np.flatnonzero(mine)))
    assert len(series_of_plane(slices, "axial")) == 0


def test_of_two_series_of_a_plane_the_one_of_the_most_slices_is_taken(squares) -> None:
    slices = squares(1, planes=("sagittal", "sagittal"), length=3)
    fewer = slices.where(~((slices.series == "s0") & (slices.positions == 2)))
    found = series_of_plane(fewer, "sagittal")
    np.testing.assert_array_equal(
        found.images(0), slices.images_at(np.flatnonzero(slices.series == "s1"))
    )


def test_short_series_repeat_their_slices_which_a_maximum_ignores(small) -> None:
    rng = np.random.default_rng(1)
    series = [rng.random((n, 32, 32)).astype(np.float32) for n in (2, 5, 1)]
    stacked = together(series)
    assert stacked.shape == (3, 5, 32, 32)
    torch.manual_seed(0)
    network = build_network("series-max", {"backbone": small, "normalisation": "none"}).eval()
    with torch.no_grad():
        alone = torch.cat([network(torch.from_numpy(one)[None]) for one in series])
        torch.testing.assert_close(network(stacked), alone, atol=1e-4, rtol=0)


def test_a_positive_weighs_as_many_as_there_are_negatives_to_it_but_at_most_ten() -> None:
    labels = np.array([[1, 0, 1], [0, 0, -1], [0, 0, -1], [0, 0, -1]] + [[-1, 0, -1]] * 30)
    assert positive_weights(labels).tolist() == [3.0, 10.0, 1.0]


def test_logits_are_those_of_each_series_at_its_own_length(squares) -> None:
    slices = squares(4, planes=("sagittal",), length=2)
    series = series_of_plane(slices, "sagittal")
    told = logits_of(Brightest(2.0), series)
    wanted = [[2.0 * series.images(at).max()] for at in range(4)]
    np.testing.assert_allclose(told, wanted, rtol=1e-6)
    assert logits_of(Brightest(1.0), series_of_plane(slices, "axial")).shape == (0, 1)


def test_validation_gives_likelihood_and_the_mean_area_of_the_labels_it_can(squares) -> None:
    series = series_of_plane(squares(4, planes=("axial",)), "axial")
    labels = np.array([[0, -1, 1], [1, 1, 1], [0, 0, 1], [1, -1, 1]])
    figures = _validate(replace(series, labels=labels), weight=torch.ones(3))(
        Brightest(0.0, 0.0, 0.0)
    )
    assert figures["likelihood"] == pytest.approx(0.5, abs=1e-6)
    assert figures["auc"] == 0.5
    apart = _validate(replace(series, labels=labels), weight=torch.ones(3))(
        Brightest(9.0, 9.0, 9.0)
    )
    assert apart["auc"] == 1.0
    one = np.ones((4, 3), dtype=np.int64)
    assert "auc" not in _validate(replace(series, labels=one), weight=torch.ones(3))(
        Brightest(1.0, 1.0, 1.0)
    )


def test_a_network_of_one_plane_learns_by_its_maximum(tiny, small, squares, tmp_path) -> None:
    recipe = tiny(
        "knee-mrnet",
        network__parameters=SMALL,
        schedule="{epochs: 3, epoch_steps: 10, most_epoch_steps: 10, batch: 4, warmup: 2,"
        " average_decay: 0.5}",
        optimiser__learning_rate=0.03,
    )
    network = train_series(
        recipe,
        series=series_of_plane(squares(16, planes=("axial",), length=2), "axial"),
        validation=series_of_plane(squares(8, seed=1, planes=("axial",), length=2), "axial"),
        stage="round-0-axial",
        folder=tmp_path,
        seed=1,
        execution=Execution("cpu"),
    )
    record = read_fit(tmp_path)
    assert (record.steps, record.figure) == (30, "likelihood")
    unseen = series_of_plane(squares(8, seed=2, planes=("axial",), length=3), "axial")
    assert _validate(unseen, weight=torch.ones(1))(network)["auc"] > 0.8


def test_planes_are_fused_by_the_logistic_regression_of_each_label() -> None:
    weights = np.array([[0.5, 1.0, 0.0], [0.0, -1.0, 2.0]])
    networks = {plane: Brightest(1.0 + n, 3.0 - n) for n, plane in enumerate(PLANES)}
    fused = FusedPlanes(networks, weights=weights, intercepts=np.array([0.1, -0.2]))
    images = [torch.rand(1, 2 + n, 8, 8) for n in range(3)]
    with torch.no_grad():
        told, by_plane = fused(*images)
        logits = torch.cat([net(x) for net, x in zip(networks.values(), images, strict=True)])
    fused_logits = (logits.numpy().T * weights).sum(axis=1) + np.array([0.1, -0.2])
    wanted = 1 / (1 + np.exp(-fused_logits))
    np.testing.assert_allclose(told.numpy()[0], wanted, rtol=1e-5)
    np.testing.assert_allclose(by_plane.numpy()[0], logits.sigmoid().numpy(), rtol=1e-5)


def test_the_exported_file_takes_any_number_of_slices_in_each_plane(tiny) -> None:
    recipe = tiny("knee-mrnet")
    torch.manual_seed(0)
    fused = FusedPlanes(
        {plane: Convolved() for plane in PLANES},
        weights=np.full((2, 3), 0.4),
        intercepts=np.array([0.1, 0.0]),
    ).eval()
    exported = export_series(fused, recipe)
    session = onnxruntime.InferenceSession(exported.model)
    assert [one.name for one in session.get_inputs()] == list(PLANES)
    assert check_parity(session.run(list(OUTPUTS), dict(exported.feeds)), exported.trained) < 1e-4
    rng = np.random.default_rng(5)
    for lengths in ((1, 1, 1), (7, 2, 4)):
        feeds = {
            plane: rng.random((1, n, 32, 32), dtype=np.float32)
            for plane, n in zip(PLANES, lengths, strict=True)
        }
        with torch.no_grad():
            wanted = fused(*(torch.from_numpy(value) for value in feeds.values()))
        found = session.run(list(OUTPUTS), feeds)
        for mine, other in zip(found, wanted, strict=True):
            np.testing.assert_allclose(mine, other.numpy(), atol=1e-5)


class Convolved(nn.Module):
    """A series to two logits by one shared layer and the greatest over slices."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Conv2d(1, 2, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        maps = self.layer(x.reshape(-1, 1, x.shape[2], x.shape[3])).mean(dim=(2, 3))
        return maps.reshape(x.shape[0], x.shape[1], 2).amax(dim=1)


def test_a_plane_that_nobody_of_a_side_has_is_refused(tiny, small, squares, tmp_path) -> None:
    series = series_of_plane(squares(2, planes=("axial",)), "axial")
    none = series_of_plane(squares(2, planes=("axial",)), "coronal")
    with pytest.raises(DatasetError, match="'round-0-axial' cannot be run"):
        train_series(
            tiny("knee-mrnet", network__parameters=SMALL),
            series=series,
            validation=none,
            stage="round-0-axial",
            folder=tmp_path,
            seed=1,
            execution=Execution("cpu"),
        )
