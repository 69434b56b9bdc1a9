"""Layers that the detectors are made of."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional

from condyle.errors import UnknownName

ACTIVATIONS: Mapping[str, Callable[[], nn.Module]] = {
    "relu": partial(nn.ReLU, inplace=True),
    "leaky-relu": partial(nn.LeakyReLU, 0.1, inplace=True),
    "silu": partial(nn.SiLU, inplace=True),
    "mish": nn.Mish,
}
"""By the name that a recipe gives: YOLOv3's leaky ReLU, YOLOv5's SiLU, PP-YOLOv2's Mish
(Misra 2019, arXiv 1908.08681)."""


def activation_of(name: str) -> nn.Module:
    """Gives an activation of the registry.

    Raises:
        UnknownName: There is none of that name.
    """
    if name not in ACTIVATIONS:
        raise UnknownName("activation", name, ACTIVATIONS)
    return ACTIVATIONS[name]()


def scaled(channels: int, width: float) -> int:
    """Gives channels times a width multiple, rounded up to a multiple of 8."""
    return max(8, math.ceil(channels * width / 8) * 8)


def repeated(count: int, depth: float) -> int:
    """Gives how often a block stands at a depth multiple: at least once."""
    return max(1, round(count * depth))


def conv(
    inputs: int,
    outputs: int,
    *,
    size: int = 1,
    stride: int = 1,
    padding: int | None = None,
    activation: str | None,
) -> nn.Sequential:
    """Gives a convolution with batch normalisation and an activation, or none.

    Args:
        inputs: Input channels.
        outputs: Output channels.
        size: Of the kernel.
        stride: Of the kernel.
        padding: Half the kernel where ``None``.
        activation: Name of the activation.
    """
    pad = size // 2 if padding is None else padding
    layers: list[nn.Module] = [
        nn.Conv2d(inputs, outputs, size, stride=stride, padding=pad, bias=False),
        nn.BatchNorm2d(outputs),
    ]
    if activation is not None:
        layers.append(activation_of(activation))
    return nn.Sequential(*layers)


class Bottleneck(nn.Module):
    """A 1 x 1 and a 3 x 3 convolution, with a shortcut where one is wanted.

    The residual block of Darknet-53 (Redmon and Farhadi 2018, arXiv 1804.02767) and the
    bottleneck of the cross-stage partial blocks (Wang et al. 2020, arXiv 1911.11929).

    Args:
        channels: Input and output channels.
        hidden: Channels between.
        activation: Name of the activation.
        shortcut: Whether the input is added to the output.
    """

    def __init__(
        self, channels: int, hidden: int, *, activation: str, shortcut: bool = True
    ) -> None:
        super().__init__()
        self.reduce = conv(channels, hidden, activation=activation)
        self.extend = conv(hidden, channels, size=3, activation=activation)
        self.shortcut = shortcut

    def forward(self, x: Tensor) -> Tensor:
        """Keeps the shape of (batch, channels, row, column)."""
        y: Tensor = self.extend(self.reduce(x))
        return x + y if self.shortcut else y


class CrossStage(nn.Module):
    """A cross-stage partial block with three convolutions, YOLOv5's C3.

    Half of the channels go through bottlenecks, half around them.

    Args:
        inputs: Input channels.
        outputs: Output channels.
        count: Bottlenecks.
        activation: Name of the activation.
        shortcut: Whether the bottlenecks have one.
    """

    def __init__(
        self, inputs: int, outputs: int, *, count: int, activation: str, shortcut: bool
    ) -> None:
        super().__init__()
        hidden = outputs // 2
        self.through = conv(inputs, hidden, activation=activation)
        self.around = conv(inputs, hidden, activation=activation)
        self.blocks = nn.Sequential(
            *(
                Bottleneck(hidden, hidden, activation=activation, shortcut=shortcut)
                for _ in range(count)
            )
        )
        self.join = conv(2 * hidden, outputs, activation=activation)

    def forward(self, x: Tensor) -> Tensor:
        """Maps (batch, inputs, row, column) to (batch, outputs, row, column)."""
        both = torch.cat([self.blocks(self.through(x)), self.around(x)], dim=1)
        result: Tensor = self.join(both)
        return result


class PooledPyramid(nn.Module):
    """Spatial pyramid pooling by one 5 x 5 maximum after the other, YOLOv5's SPPF.

    Three of them one after another see 5, 9 and 13 pixels, as the pyramid of He et al.
    2014 (arXiv 1406.4729) does side by side.

    Args:
        inputs: Input channels.
        outputs: Output channels.
        activation: Name of the activation.
    """

    def __init__(self, inputs: int, outputs: int, *, activation: str) -> None:
        super().__init__()
        hidden = inputs // 2
        self.reduce = conv(inputs, hidden, activation=activation)
        self.join = conv(4 * hidden, outputs, activation=activation)

    def forward(self, x: Tensor) -> Tensor:
        """Maps (batch, inputs, row, column) to (batch, outputs, row, column)."""
        result: Tensor = self.join(pooled(self.reduce(x)))
        return result


class SpatialPyramid(nn.Module):
    """Maxima over 5, 9 and 13 pixels beside the input, joined by a 1 x 1 convolution.

    Args:
        channels: Input and output channels.
        activation: Name of the activation.
    """

    def __init__(self, channels: int, *, activation: str) -> None:
        super().__init__()
        self.join = conv(4 * channels, channels, activation=activation)

    def forward(self, x: Tensor) -> Tensor:
        """Keeps the shape of (batch, channels, row, column)."""
        result: Tensor = self.join(pooled(x))
        return result


def pooled(x: Tensor) -> Tensor:
    """Gives the input and its maxima over 5, 9 and 13 pixels, side by side as channels."""
    parts = [x]
    for _ in range(3):
        parts.append(functional.max_pool2d(parts[-1], 5, stride=1, padding=2))
    return torch.cat(parts, dim=1)


class DropBlock(nn.Module):
    """Drops whole squares of the features in training (Ghiasi et al. 2018, arXiv 1810.12890).

    Args:
        size: Edge of a square, in cells of the map; odd.
        keep: Share of the features that is kept.
    """

    def __init__(self, *, size: int = 3, keep: float = 0.9) -> None:
        super().__init__()
        self.size = size
        self.keep = keep

    def forward(self, x: Tensor) -> Tensor:
        """Keeps the shape of (batch, channels, row, column), and in evaluation the values."""
        if not self.training or self.keep >= 1.0:
            return x
        rows, columns = x.shape[2:]
        size = self.size if self.size <= min(rows, columns) else 1
        free = (rows - size + 1) * (columns - size + 1)
        rate = (1.0 - self.keep) * rows * columns / (size**2 * free)
        # Squares lie wholly in the map, so that its border is dropped no more often.
        inner = torch.rand_like(x[:, :, size - 1 :, size - 1 :]) < rate
        seeds = functional.pad(inner.to(x.dtype), (size // 2,) * 4)
        kept = 1.0 - functional.max_pool2d(seeds, size, stride=1, padding=size // 2)
        return x * kept * kept.numel() / kept.sum().clamp(min=1.0)
