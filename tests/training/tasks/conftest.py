"""Slices made by hand: bright squares on dark noise; without torch nothing here is tested."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec

import numpy as np
import pytest

from condyle.training.slices import Slices

collect_ignore_glob = [] if find_spec("torch") else ["test_*.py"]

SIDE = 32


@pytest.fixture
def squares() -> Callable[..., Slices]:
    """Makes slices of which every second one shows a bright square, and says so."""

    def make(count: int, *, seed: int = 0, planes: tuple[str, ...] = ("",), length: int = 1):
        rng = np.random.default_rng(seed)
        items = count * len(planes) * length
        images = rng.random((items, SIDE, SIDE)).astype(np.float16) * np.float16(0.4)
        masks = np.zeros((items, 1, SIDE, SIDE), dtype=np.uint8)
        case, plane, position = np.unravel_index(np.arange(items), (count, len(planes), length))
        shown = case % 2
        for at in np.flatnonzero(shown & (position == 0)):
            row, column = rng.integers(2, 18, 2)
            images[at, row : row + 12, column : column + 12] += np.float16(0.6)
            masks[at, 0, row : row + 12, column : column + 12] = 1
        return Slices(
            patients=np.array([f"p{n}" for n in case]),
            cases=np.array([f"c{n}" for n in case]),
            series=np.array([f"s{n}" for n in plane]),
            planes=np.array([planes[n] for n in plane]),
            positions=position,
            labels=shown[:, None],
            rows=np.arange(items),
            images=images,
            masks=masks,
        )

    return make


@pytest.fixture
def small(monkeypatch) -> str:
    """Names a classifier of one convolution, for recipes of slices and of series."""
    from torch import nn

    from condyle.training.networks import NETWORKS
    from condyle.training.networks.backbones import BACKBONES
    from condyle.training.networks.classifier import Classifier

    class Small(Classifier):
        def __init__(self, *, classes: int, inputs: int = 1, dropout: float = 0.0) -> None:
            super().__init__()
            self.feature_channels = 16
            self.features = nn.Sequential(nn.Conv2d(inputs, 16, 5, stride=4), nn.ReLU())
            self.head = nn.Linear(16, classes)

    monkeypatch.setitem(BACKBONES, "small", Small)
    monkeypatch.setitem(NETWORKS, "small", Small)
    return "small"
