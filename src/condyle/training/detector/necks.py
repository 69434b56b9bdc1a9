"""Necks: from features of a backbone to features that know of one another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from condyle.training.detector.features import Features
from condyle.training.detector.layers import (
    CrossStage,
    DropBlock,
    SpatialPyramid,
    conv,
    repeated,
    scaled,
)


def doubled(x: Tensor) -> Tensor:
    """Gives a map of twice the rows and columns, by nearest neighbour."""
    return functional.interpolate(x, scale_factor=2.0, mode="nearest")


@dataclass(frozen=True)
class NeckValues:
    """The values of a neck's parts; each neck reads those that it has.

    Attributes:
        width: Multiple of its channels.
        depth: Multiple of its blocks, where a neck repeats any.
        activation: Name of the activation.
        keep: Share of the features that DropBlock keeps, where a neck has it.
    """

    width: float
    depth: float
    activation: str
    keep: float


class DarknetPyramid(nn.Module):
    """YOLOv3's neck: five convolutions a scale, the coarser one handed down.

    Redmon and Farhadi 2018 (arXiv 1804.02767).

    Args:
        channels: Of the features given, finest first.
        values: Of its parts.
    """

    def __init__(self, channels: tuple[int, int, int], values: NeckValues) -> None:
        super().__init__()
        width, activation = values.width, values.activation
        self.bodies, self.ends, self.laterals = nn.ModuleList(), nn.ModuleList(), nn.ModuleList()
        handed = 0
        sizes = []
        for inputs, base in zip(reversed(channels), (512, 256, 128), strict=True):
            narrow, wide = scaled(base, width), scaled(2 * base, width)
            steps = [conv(inputs + handed, narrow, activation=activation)]
            for _ in range(2):
                steps.append(conv(narrow, wide, size=3, activation=activation))
                steps.append(conv(wide, narrow, activation=activation))
            self.bodies.append(nn.Sequential(*steps))
            self.ends.append(conv(narrow, wide, size=3, activation=activation))
            sizes.append(wide)
            if base > 128:
                handed = scaled(base // 2, width)
                self.laterals.append(conv(narrow, handed, activation=activation))
        self.channels = (sizes[2], sizes[1], sizes[0])

    def forward(self, features: Features) -> Features:
        """Maps three features, finest first, to three of the same rows and columns."""
        found: list[Tensor] = []
        x: Tensor | None = None
        for position, feature in enumerate(reversed(features)):
            if x is not None:
                handed = doubled(self.laterals[position - 1](x))
                feature = torch.cat([handed, feature], dim=1)
            x = self.bodies[position](feature)
            found.append(self.ends[position](x))
        return (found[2], found[1], found[0])


class CrossStagePaths(nn.Module):
    """YOLOv5's neck: a path aggregation network of cross-stage partial blocks.

    Liu et al. 2018 (arXiv 1803.01534); sizes as published with release 6.0 of YOLOv5.

    Args:
        channels: Of the features given, finest first.
        values: Of its parts.
    """

    def __init__(self, channels: tuple[int, int, int], values: NeckValues) -> None:
        super().__init__()
        width, activation = values.width, values.activation
        small, middle, large = (scaled(base, width) for base in (256, 512, 1024))

        def stage(inputs: int, outputs: int) -> nn.Module:
            return CrossStage(
                inputs,
                outputs,
                count=repeated(3, values.depth),
                activation=activation,
                shortcut=False,
            )

        self.lateral5 = conv(channels[2], middle, activation=activation)
        self.top4 = stage(middle + channels[1], middle)
        self.lateral4 = conv(middle, small, activation=activation)
        self.top3 = stage(small + channels[0], small)
        self.down3 = conv(small, small, size=3, stride=2, activation=activation)
        self.bottom4 = stage(2 * small, middle)
        self.down4 = conv(middle, middle, size=3, stride=2, activation=activation)
        self.bottom5 = stage(2 * middle, large)
        self.channels = (small, middle, large)

    def forward(self, features: Features) -> Features:
        """Maps three features, finest first, to three of the same rows and columns."""
        fine, between, coarse = features
        lateral5 = self.lateral5(coarse)
        lateral4 = self.lateral4(self.top4(torch.cat([doubled(lateral5), between], dim=1)))
        out3 = self.top3(torch.cat([doubled(lateral4), fine], dim=1))
        out4 = self.bottom4(torch.cat([self.down3(out3), lateral4], dim=1))
        out5 = self.bottom5(torch.cat([self.down4(out4), lateral5], dim=1))
        return (out3, out4, out5)


class PartialBlock(nn.Module):
    """PP-YOLOv2's block: three pairs of convolutions beside a way around them.

    Args:
        inputs: Input channels.
        channels: Of each way; the output has twice as many.
        pyramid: Whether a spatial pyramid stands for the second 3 x 3 convolution.
        activation: Name of the activation.
        keep: Share of the features that DropBlock keeps.
    """

    def __init__(
        self, inputs: int, channels: int, *, pyramid: bool, activation: str, keep: float
    ) -> None:
        super().__init__()
        self.around = conv(inputs, channels, activation=activation)
        steps: list[nn.Module] = [conv(inputs, channels, activation=activation)]
        for pair in range(3):
            steps.append(conv(channels, channels, activation=activation))
            if pyramid and pair == 1:
                steps.append(SpatialPyramid(channels, activation=activation))
            else:
                steps.append(conv(channels, channels, size=3, activation=activation))
            if pair == 1:
                steps.append(DropBlock(keep=keep))
        self.through = nn.Sequential(*steps)
        self.join = conv(2 * channels, 2 * channels, activation=activation)

    def forward(self, x: Tensor) -> Tensor:
        """Maps (batch, inputs, row, column) to (batch, 2 channels, row, column)."""
        result: Tensor = self.join(torch.cat([self.through(x), self.around(x)], dim=1))
        return result


class MishPaths(nn.Module):
    """PP-YOLOv2's neck: a path aggregation network with Mish and DropBlock.

    Huang et al. 2021 (arXiv 2104.10419).

    Args:
        channels: Of the features given, finest first.
        values: Of its parts.
    """

    def __init__(self, channels: tuple[int, int, int], values: NeckValues) -> None:
        super().__init__()
        width, activation, keep = values.width, values.activation, values.keep
        small, middle, large = (scaled(base, width) for base in (128, 256, 512))

        def block(inputs: int, outputs: int, *, pyramid: bool = False) -> nn.Module:
            return PartialBlock(inputs, outputs, pyramid=pyramid, activation=activation, keep=keep)

        self.top5 = block(channels[2], large, pyramid=True)
        self.lateral5 = conv(2 * large, large, activation=activation)
        self.top4 = block(large + channels[1], middle)
        self.lateral4 = conv(2 * middle, middle, activation=activation)
        self.top3 = block(middle + channels[0], small)
        self.down3 = conv(2 * small, 2 * small, size=3, stride=2, activation=activation)
        self.bottom4 = block(2 * small + 2 * middle, middle)
        self.down4 = conv(2 * middle, 2 * middle, size=3, stride=2, activation=activation)
        self.bottom5 = block(2 * middle + 2 * large, large)
        self.channels = (2 * small, 2 * middle, 2 * large)

    def forward(self, features: Features) -> Features:
        """Maps three features, finest first, to three of the same rows and columns."""
        fine, between, coarse = features
        top5 = self.top5(coarse)
        top4 = self.top4(torch.cat([doubled(self.lateral5(top5)), between], dim=1))
        out3 = self.top3(torch.cat([doubled(self.lateral4(top4)), fine], dim=1))
        out4 = self.bottom4(torch.cat([self.down3(out3), top4], dim=1))
        out5 = self.bottom5(torch.cat([self.down4(out4), top5], dim=1))
        return (out3, out4, out5)


NECKS: Mapping[str, Callable[[tuple[int, int, int], NeckValues], nn.Module]] = {
    "darknet-pyramid": DarknetPyramid,
    "csp-paths": CrossStagePaths,
    "mish-paths": MishPaths,
}
"""By the name that a recipe gives."""
