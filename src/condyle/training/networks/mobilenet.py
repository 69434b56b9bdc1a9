"""MobileNetV3 (Howard et al. 2019, arXiv 1905.02244, tables 1 and 2) under torchvision's names.

The published head has a hidden layer after the pooling. Where nothing is said it is left out,
so that the head is linear and its class maps are exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from torch import Tensor, nn
from torch.nn import functional

from condyle.training.networks.blocks import PointLayer
from condyle.training.networks.classifier import Classifier, Head, is_published
from condyle.training.networks.resnet import begin

Norm = partial(nn.BatchNorm2d, eps=0.001)
"""Batch normalisation as the published weights were trained with."""


@dataclass(frozen=True)
class Row:
    """One row of the paper's table.

    Attributes:
        kernel: Size of the depthwise convolution.
        expanded: Channels within the block.
        outputs: Channels that it gives.
        squeezes: Whether it has squeeze-and-excitation.
        hard: Whether it activates by hard swish, else by ReLU.
        stride: Of the depthwise convolution.
    """

    kernel: int
    expanded: int
    outputs: int
    squeezes: bool
    hard: bool
    stride: int


SMALL = (
    Row(3, 16, 16, True, False, 2),
    Row(3, 72, 24, False, False, 2),
    Row(3, 88, 24, False, False, 1),
    Row(5, 96, 40, True, True, 2),
    Row(5, 240, 40, True, True, 1),
    Row(5, 240, 40, True, True, 1),
    Row(5, 120, 48, True, True, 1),
    Row(5, 144, 48, True, True, 1),
    Row(5, 288, 96, True, True, 2),
    Row(5, 576, 96, True, True, 1),
    Row(5, 576, 96, True, True, 1),
)

LARGE = (
    Row(3, 16, 16, False, False, 1),
    Row(3, 64, 24, False, False, 2),
    Row(3, 72, 24, False, False, 1),
    Row(5, 72, 40, True, False, 2),
    Row(5, 120, 40, True, False, 1),
    Row(5, 120, 40, True, False, 1),
    Row(3, 240, 80, False, True, 2),
    Row(3, 200, 80, False, True, 1),
    Row(3, 184, 80, False, True, 1),
    Row(3, 184, 80, False, True, 1),
    Row(3, 480, 112, True, True, 1),
    Row(3, 672, 112, True, True, 1),
    Row(5, 672, 160, True, True, 2),
    Row(5, 960, 160, True, True, 1),
    Row(5, 960, 160, True, True, 1),
)

VARIANTS: dict[str, tuple[tuple[Row, ...], int]] = {
    "mobilenet_v3_small": (SMALL, 1024),
    "mobilenet_v3_large": (LARGE, 1280),
}
"""torchvision's name to the rows and the units of the published head's hidden layer."""


class SqueezeExcitation(nn.Module):
    """Weighs channels by what their averages say (Hu et al. 2018, arXiv 1709.01507).

    Args:
        channels: Of the map.
        squeezed: Hidden units.
    """

    def __init__(self, channels: int, squeezed: int) -> None:
        super().__init__()
        self.fc1 = PointLayer(channels, squeezed)
        self.fc2 = PointLayer(squeezed, channels)

    def forward(self, x: Tensor) -> Tensor:
        """Maps (batch, channels, row, column) to the same shape."""
        weight = functional.relu(self.fc1(x.mean(dim=(2, 3), keepdim=True)))
        return x * functional.hardsigmoid(self.fc2(weight))


class InvertedResidual(nn.Module):
    """Widens, filters by depth, weighs the channels, and narrows again.

    Args:
        inputs: Input channels.
        row: Of the paper's table.
    """

    def __init__(self, inputs: int, row: Row) -> None:
        super().__init__()
        act: type[nn.Module] = nn.Hardswish if row.hard else nn.ReLU
        layers: list[nn.Module] = []
        if row.expanded != inputs:
            layers.append(unit(inputs, row.expanded, kernel=1, act=act))
        layers.append(
            unit(
                row.expanded,
                row.expanded,
                kernel=row.kernel,
                stride=row.stride,
                groups=row.expanded,
                act=act,
            )
        )
        if row.squeezes:
            layers.append(SqueezeExcitation(row.expanded, multiple_of_8(row.expanded / 4)))
        layers.append(unit(row.expanded, row.outputs, kernel=1, act=None))
        self.block = nn.Sequential(*layers)
        self.shortcut = row.stride == 1 and inputs == row.outputs

    def forward(self, x: Tensor) -> Tensor:
        """Maps (batch, inputs, row, column) to (batch, outputs, row / stride, ...)."""
        y: Tensor = self.block(x)
        return x + y if self.shortcut else y


def unit(
    inputs: int,
    outputs: int,
    *,
    kernel: int,
    act: type[nn.Module] | None,
    stride: int = 1,
    groups: int = 1,
) -> nn.Sequential:
    """Gives a convolution with its normalisation and, unless ``act`` is None, an activation."""
    layers: list[nn.Module] = [
        nn.Conv2d(
            inputs, outputs, kernel, stride=stride, padding=kernel // 2, groups=groups, bias=False
        ),
        Norm(outputs),
    ]
    if act is not None:
        layers.append(act(inplace=True))
    return nn.Sequential(*layers)


def multiple_of_8(channels: float) -> int:
    """Rounds to the nearest multiple of 8, and up where that took off over a tenth."""
    rounded = max(8, int(channels + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * channels else rounded


class MobileNetV3(Classifier):
    """MobileNetV3, small or large.

    Args:
        variant: A name of ``VARIANTS``.
        classes: Logits.
        inputs: Input channels; published weights have 3.
        head: ``"linear"``, or ``"published"`` with its hidden layer.
        dropout: Share of the last layer's input dropped in training.
        momentum: Of the normalisation's running values. The published 0.01 needs hundreds of
            steps to follow a new kind of image, and changes nothing of what weights say.
    """

    def __init__(
        self,
        variant: str,
        /,
        *,
        classes: int = 1,
        inputs: int = 3,
        head: Head = "linear",
        dropout: float = 0.2,
        momentum: float = 0.1,
    ) -> None:
        super().__init__()
        self.published = variant
        rows, hidden = VARIANTS[variant]
        layers: list[nn.Module] = [unit(inputs, 16, kernel=3, stride=2, act=nn.Hardswish)]
        before = 16
        for row in rows:
            layers.append(InvertedResidual(before, row))
            before = row.outputs
        self.feature_channels = 6 * before
        layers.append(unit(before, self.feature_channels, kernel=1, act=nn.Hardswish))
        self.features = nn.Sequential(*layers)
        hidden_layer: list[nn.Module] = []
        before = self.feature_channels
        if is_published(head):
            hidden_layer = [nn.Linear(before, hidden), nn.Hardswish()]
            before = hidden
        self.classifier = nn.Sequential(
            *hidden_layer, nn.Dropout(dropout), nn.Linear(before, classes)
        )
        begin(self)
        set_momentum(self, momentum)

    def head(self, pooled: Tensor) -> Tensor:
        """Maps (..., feature_channels) to (..., classes)."""
        result: Tensor = self.classifier(pooled)
        return result


def set_momentum(network: nn.Module, momentum: float) -> None:
    """Sets how fast the running values of every batch normalisation follow."""
    for layer in network.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.momentum = momentum
