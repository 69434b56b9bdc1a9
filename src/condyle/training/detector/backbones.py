"""Backbones: from an image to features at strides 8, 16 and 32."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from torch import Tensor, nn

from condyle.training.detector.features import Features
from condyle.training.detector.layers import (
    Bottleneck,
    CrossStage,
    PooledPyramid,
    conv,
    repeated,
    scaled,
)
from condyle.training.detector.resnet_vd import ResNetVd, resnet50_vd


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


BACKBONES: Mapping[str, Callable[..., Backbone | ResNetVd]] = {
    "darknet53": darknet53,
    "csp-darknet": csp_darknet,
    "resnet50-vd": resnet50_vd,
}
"""By the name that a recipe gives."""
