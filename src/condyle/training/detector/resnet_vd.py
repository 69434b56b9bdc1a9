"""ResNet-50-vd with deformable convolutions, named as timm names its ``resnet50d``.

He et al. 2019, "Bag of tricks", arXiv 1812.01187. With those names the published ImageNet
weights of timm's ``resnet50d`` load; the shifts of the deformable taps, which no published
weights have, begin at zero, where the convolution is half of the published one.
"""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional

from condyle.training.detector.deformable import DeformableConv
from condyle.training.detector.features import Features
from condyle.training.detector.layers import repeated, scaled

STAGES = ((64, 3), (128, 4), (256, 6), (512, 3))
"""Hidden channels and blocks of each stage."""


class VariantBlock(nn.Module):
    """The bottleneck of ResNet-D.

    The stride is in the 3 x 3 convolution, and a shortcut that shrinks averages first.

    Args:
        inputs: Input channels.
        hidden: Channels of the 3 x 3 convolution; a quarter of the output's.
        stride: 1 or 2.
        deformable: Whether the 3 x 3 convolution is deformable.
        shortcut: Whether the way around is convolved as well.
    """

    def __init__(
        self, inputs: int, hidden: int, *, stride: int, deformable: bool, shortcut: bool
    ) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, hidden, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(hidden)
        self.conv2: nn.Module = (
            DeformableConv(hidden, hidden, stride=stride)
            if deformable
            else nn.Conv2d(hidden, hidden, 3, stride=stride, padding=1, bias=False)
        )
        self.bn2 = nn.BatchNorm2d(hidden)
        self.conv3 = nn.Conv2d(hidden, 4 * hidden, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * hidden)
        self.downsample: nn.Module = nn.Identity()
        if shortcut:
            self.downsample = nn.Sequential(
                nn.AvgPool2d(stride) if stride > 1 else nn.Identity(),
                nn.Conv2d(inputs, 4 * hidden, 1, bias=False),
                nn.BatchNorm2d(4 * hidden),
            )

    def forward(self, x: Tensor) -> Tensor:
        """Maps (batch, inputs, row, column) to (batch, 4 hidden, row / stride, ...)."""
        y = functional.relu(self.bn1(self.conv1(x)))
        y = functional.relu(self.bn2(self.conv2(y)))
        return functional.relu(self.bn3(self.conv3(y)) + self.downsample(x))


class ResNetVd(nn.Module):
    """A residual network whose last stage is deformable (Huang et al. 2021, arXiv 2104.10419).

    Args:
        inputs: Input channels; published weights have 3.
        width: Multiple of its channels; 1 is the paper's.
        depth: Multiple of its blocks; 1 is the paper's.
    """

    published = "resnet50d"

    def __init__(self, *, inputs: int, width: float, depth: float) -> None:
        super().__init__()
        half, whole = scaled(32, width), scaled(64, width)
        self.conv1 = nn.Sequential(
            nn.Conv2d(inputs, half, 3, stride=2, padding=1, bias=False),
            nn.BatchNorm2d(half),
            nn.ReLU(inplace=True),
            nn.Conv2d(half, half, 3, padding=1, bias=False),
            nn.BatchNorm2d(half),
            nn.ReLU(inplace=True),
            nn.Conv2d(half, whole, 3, padding=1, bias=False),
        )
        self.bn1 = nn.BatchNorm2d(whole)
        before, sizes = whole, []
        for position, (channels, count) in enumerate(STAGES):
            hidden = scaled(channels, width)
            blocks: list[nn.Module] = []
            for block in range(repeated(count, depth)):
                blocks.append(
                    VariantBlock(
                        before,
                        hidden,
                        stride=2 if block == 0 and position > 0 else 1,
                        deformable=position == len(STAGES) - 1,
                        shortcut=block == 0,
                    )
                )
                before = 4 * hidden
            self.add_module(f"layer{position + 1}", nn.Sequential(*blocks))
            sizes.append(before)
        self.channels = (sizes[1], sizes[2], sizes[3])

    def forward(self, x: Tensor) -> Features:
        """Maps (batch, inputs, row, column), both multiples of 32, to the three features."""
        x = functional.relu(self.bn1(self.conv1(x)))
        x = functional.max_pool2d(x, 3, stride=2, padding=1)
        found = []
        for stage in range(1, len(STAGES) + 1):
            x = self.get_submodule(f"layer{stage}")(x)
            found.append(x)
        return (found[1], found[2], found[3])


def resnet50_vd(*, inputs: int, width: float, depth: float, activation: str) -> ResNetVd:
    """Gives the backbone of PP-YOLOv2.

    Args:
        inputs: Input channels.
        width: Multiple of its channels.
        depth: Multiple of its blocks.
        activation: Not read: the paper's backbone keeps ReLU.
    """
    return ResNetVd(inputs=inputs, width=width, depth=depth)
