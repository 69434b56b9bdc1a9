"""Backbones: from an image to features at strides 8, 16 and 32."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from torch import Tensor, nn
from torch.nn import functional

from condyle.training.detector.deformable import DeformableConv
from condyle.training.detector.layers import (
    Bottleneck,
    CrossStage,
    PooledPyramid,
    activation_of,
    conv,
    repeated,
    scaled,
)

Features = tuple[Tensor, Tensor, Tensor]
"""Maps at strides 8, 16 and 32, (batch, channel, row, column) each."""


class Backbone(nn.Module):
    """A stem and stages, of which the last three give the features.

    Args:
        stem: What comes first.
        stages: At least three; each of the last three halves rows and columns.
        channels: Output channels of the last three stages.
    """

    def __init__(
        self, stem: nn.Module, stages: list[nn.Module], channels: tuple[int, int, int]
    ) -> None:
        super().__init__()
        self.stem = stem
        self.stages = nn.ModuleList(stages)
        self.channels = channels

    def forward(self, x: Tensor) -> Features:
        """Maps (batch, inputs, row, column), both multiples of 32, to the three features."""
        x = self.stem(x)
        found = []
        for stage in self.stages:
            x = stage(x)
            found.append(x)
        return (found[-3], found[-2], found[-1])


def darknet53(*, inputs: int, width: float, depth: float, activation: str) -> Backbone:
    """Gives Darknet-53 without its classifier (Redmon and Farhadi 2018, arXiv 1804.02767).

    Args:
        inputs: Input channels.
        width: Multiple of its channels; 1 is the paper's.
        depth: Multiple of its blocks; 1 is the paper's.
        activation: Name of the activation; the paper's is ``"leaky-relu"``.
    """
    before = scaled(32, width)
    stem = conv(inputs, before, size=3, activation=activation)
    stages: list[nn.Module] = []
    sizes = []
    for channels, count in ((64, 1), (128, 2), (256, 8), (512, 8), (1024, 4)):
        after = scaled(channels, width)
        blocks = [
            Bottleneck(after, after // 2, activation=activation)
            for _ in range(repeated(count, depth))
        ]
        down = conv(before, after, size=3, stride=2, activation=activation)
        stages.append(nn.Sequential(down, *blocks))
        before = after
        sizes.append(after)
    return Backbone(stem, stages, (sizes[-3], sizes[-2], sizes[-1]))


def csp_darknet(*, inputs: int, width: float, depth: float, activation: str) -> Backbone:
    """Gives YOLOv5's backbone, release 6: cross-stage partial blocks, then a pooled pyramid.

    Its parts are those of Wang et al. 2020 (arXiv 1911.11929); sizes as published with
    release 6.0, doi 10.5281/zenodo.5563715.

    Args:
        inputs: Input channels.
        width: Multiple of its channels: n 0.25, s 0.5, m 0.75, l 1.
        depth: Multiple of its blocks: n and s 0.33, m 0.67, l 1.
        activation: Name of the activation; the published is ``"silu"``.
    """
    before = scaled(64, width)
    stem = conv(inputs, before, size=6, stride=2, padding=2, activation=activation)
    stages: list[nn.Module] = []
    sizes = []
    for channels, count in ((128, 3), (256, 6), (512, 9), (1024, 3)):
        after = scaled(channels, width)
        layers: list[nn.Module] = [
            conv(before, after, size=3, stride=2, activation=activation),
            CrossStage(
                after,
                after,
                count=repeated(count, depth),
                activation=activation,
                shortcut=True,
            ),
        ]
        if channels == 1024:
            layers.append(PooledPyramid(after, after, activation=activation))
        stages.append(nn.Sequential(*layers))
        before = after
        sizes.append(after)
    return Backbone(stem, stages, (sizes[-3], sizes[-2], sizes[-1]))


class VariantBlock(nn.Module):
    """The bottleneck of ResNet-D (He et al. 2019, arXiv 1812.01187).

    The stride is in the 3 x 3 convolution, and a shortcut that shrinks averages first.

    Args:
        inputs: Input channels.
        hidden: Channels of the 3 x 3 convolution; a quarter of the output's.
        stride: 1 or 2.
        deformable: Whether the 3 x 3 convolution is deformable.
        activation: Name of the activation.
    """

    def __init__(
        self, inputs: int, hidden: int, *, stride: int, deformable: bool, activation: str
    ) -> None:
        super().__init__()
        self.reduce = conv(inputs, hidden, activation=activation)
        self.spatial: nn.Module
        if deformable:
            self.spatial = nn.Sequential(
                DeformableConv(hidden, hidden, stride=stride),
                nn.BatchNorm2d(hidden),
                activation_of(activation),
            )
        else:
            self.spatial = conv(hidden, hidden, size=3, stride=stride, activation=activation)
        self.extend = conv(hidden, 4 * hidden, activation=None)
        self.shortcut: nn.Module = nn.Identity()
        if stride > 1 or inputs != 4 * hidden:
            average = [nn.AvgPool2d(stride)] if stride > 1 else []
            self.shortcut = nn.Sequential(*average, conv(inputs, 4 * hidden, activation=None))

    def forward(self, x: Tensor) -> Tensor:
        """Maps (batch, inputs, row, column) to (batch, 4 hidden, row / stride, ...)."""
        y = self.extend(self.spatial(self.reduce(x)))
        return functional.relu(y + self.shortcut(x))


def resnet50_vd(*, inputs: int, width: float, depth: float, activation: str) -> Backbone:
    """Gives ResNet-50-vd with deformable convolutions in its last stage, as PP-YOLOv2 has.

    He et al. 2019 (arXiv 1812.01187), Huang et al. 2021 (arXiv 2104.10419). Its own
    activation is ReLU, whatever the rest of the detector has.

    Args:
        inputs: Input channels.
        width: Multiple of its channels; 1 is the paper's.
        depth: Multiple of its blocks; 1 is the paper's.
        activation: Not read: the paper's backbone keeps ReLU.
    """
    half, whole = scaled(32, width), scaled(64, width)
    stem = nn.Sequential(
        conv(inputs, half, size=3, stride=2, activation="relu"),
        conv(half, half, size=3, activation="relu"),
        conv(half, whole, size=3, activation="relu"),
        nn.MaxPool2d(3, stride=2, padding=1),
    )
    before, sizes = whole, []
    stages: list[nn.Module] = []
    for position, (channels, count) in enumerate(((64, 3), (128, 4), (256, 6), (512, 3))):
        hidden = scaled(channels, width)
        blocks = []
        for block in range(repeated(count, depth)):
            stride = 2 if block == 0 and position > 0 else 1
            blocks.append(
                VariantBlock(
                    before, hidden, stride=stride, deformable=position == 3, activation="relu"
                )
            )
            before = 4 * hidden
        stages.append(nn.Sequential(*blocks))
        sizes.append(before)
    return Backbone(stem, stages, (sizes[-3], sizes[-2], sizes[-1]))


BACKBONES: Mapping[str, Callable[..., Backbone]] = {
    "darknet53": darknet53,
    "csp-darknet": csp_darknet,
    "resnet50-vd": resnet50_vd,
}
"""By the name that a recipe gives."""
