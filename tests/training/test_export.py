"""Weights stored as halves: a smaller file that says nearly the same."""

from __future__ import annotations

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from onnx import TensorProto
from torch import nn

from condyle.errors import BundleError
from condyle.training.export import (
    HALVES_TOLERANCE,
    check_parity,
    export_with_example,
    store_in_halves,
)
from condyle.training.weights.onnx_state import state_of_onnx


@pytest.fixture(scope="module")
def network() -> nn.Module:
    torch.manual_seed(1)
    body = nn.Conv2d(3, 64, 3), nn.BatchNorm2d(64), nn.ReLU(), nn.Conv2d(64, 32, 1)
    return nn.Sequential(*body, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(32, 5)).eval()


def test_halves_take_half_the_room_and_say_nearly_the_same(network: nn.Module) -> None:
    exported = export_with_example(network, {"x": torch.rand(2, 3, 20, 20)}, outputs=["y"])
    small = store_in_halves(exported.model)
    assert len(small) < 0.65 * len(exported.model)
    onnx.checker.check_model(onnx.load_model_from_string(small), full_check=True)
    (found,) = onnxruntime.InferenceSession(small).run(None, dict(exported.feeds))
    assert found.dtype == np.float32
    difference = check_parity([found], exported.trained, tolerance=HALVES_TOLERANCE)
    assert 0 < difference < 1e-3


def test_what_only_shifts_and_scales_stays_whole(network: nn.Module) -> None:
    exported = export_with_example(network, {"x": torch.rand(2, 3, 20, 20)}, outputs=["y"])
    kept = onnx.load_model_from_string(store_in_halves(exported.model)).graph.initializer
    types = {item.name: item.data_type for item in kept if "." in item.name}
    assert types["0.weight"] == types["3.weight"] == TensorProto.FLOAT16
    assert types["3.bias"] == types["6.weight"] == TensorProto.FLOAT


def test_weights_stored_as_halves_can_begin_another_network(network: nn.Module) -> None:
    exported = export_with_example(network, {"x": torch.rand(2, 3, 20, 20)}, outputs=["y"])
    whole, halves = (state_of_onnx(m) for m in (exported.model, store_in_halves(exported.model)))
    assert set(halves) == set(whole)
    for name, value in halves.items():
        assert value.dtype == torch.float32
        assert torch.allclose(value, whole[name], rtol=2**-10, atol=1e-6), name


def test_a_difference_over_the_tolerance_is_refused() -> None:
    one, other = [np.zeros(3, np.float32)], [np.array([0, 0.01, 0], np.float32)]
    assert check_parity(one, other, tolerance=HALVES_TOLERANCE) == pytest.approx(0.01)
    with pytest.raises(BundleError, match="does not give what the trained one gives"):
        check_parity(one, other)
