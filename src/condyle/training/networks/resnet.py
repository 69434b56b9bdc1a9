"""Residual networks (He et al. 2016, arXiv 1512.03385) under torchvision's names.

As torchvision and most published weights have it, the bottleneck halves the size in its
3 x 3 convolution and not in the first ("v1.5").
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from condyle.training.networks.classifier import Classifier


class BasicBlock(nn.Module):
    """Two 3 x 3 convolutions with a shortcut.

    Args:
        inputs: Input channels.
        width: Channels of the convolutions.
        stride: Of the first convolution.
    """

    expansion = 1
    """Output channels for each of ``width``."""

    def __init__(self, inputs: int, width: int, *, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, width, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = shortcut(inputs, width * self.expansion, stride=stride)

    def forward(self, x: Tensor) -> Tensor:
        """Maps (batch, inputs, row, column) to (batch, width, row / stride, ...)."""
        y = self.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        result: Tensor = self.relu(y + self.downsample(x))
        return result


class Bottleneck(nn.Module):
    """1 x 1, 3 x 3 and 1 x 1 convolutions with a shortcut.

    Args:
        inputs: Input channels.
        width: Channels of the first two convolutions.
        stride: Of the 3 x 3 convolution.
    """

    expansion = 4
    """Output channels for each of ``width``."""

    def __init__(self, inputs: int, width: int, *, stride: int) -> None:
        super().__init__()
        outputs = width * self.expansion
        self.conv1 = nn.Conv2d(inputs, width, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, stride=stride, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3 = nn.Conv2d(width, outputs, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(outputs)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = shortcut(inputs, outputs, stride=stride)

    def forward(self, x: Tensor) -> Tensor:
        """Maps (batch, inputs, row, column) to (batch, 4 * width, row / stride, ...)."""
        y = self.relu(self.bn1(self.conv1(x)))
        y = self.relu(self.bn2(self.conv2(y)))
        y = self.bn3(self.conv3(y))
        result: Tensor = self.relu(y + self.downsample(x))
        return result


def shortcut(inputs: int, outputs: int, *, stride: int) -> nn.Module:
    """Gives the identity, or a projection where the shape changes."""
    if stride == 1 and inputs == outputs:
        return nn.Identity()
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 1, stride=stride, bias=False), nn.BatchNorm2d(outputs)
    )


VARIANTS: dict[str, tuple[type[BasicBlock | Bottleneck], tuple[int, ...]]] = {
    "resnet18": (BasicBlock, (2, 2, 2, 2)),
    "resnet34": (BasicBlock, (3, 4, 6, 3)),
    "resnet50": (Bottleneck, (3, 4, 6, 3)),
}
"""Name to its block and the number of them in each stage (table 1 of the paper)."""


class ResNet(Classifier):
    """A residual network of four stages.

    Args:
        variant: A name of ``VARIANTS``.
        classes: Logits.
        inputs: Input channels; published weights have 3.
        dropout: Share of the pooled features dropped in training.
    """

    def __init__(
        self, variant: str, /, *, classes: int = 1, inputs: int = 3, dropout: float = 0.0
    ) -> None:
        super().__init__()
        self.published = variant
        block, depths = VARIANTS[variant]
        self.stages = len(depths)
        self.conv1 = nn.Conv2d(inputs, 64, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        before = 64
        for stage, depth in enumerate(depths):
            width = 64 * 2**stage
            blocks: list[nn.Module] = []
            for position in range(depth):
                stride = 2 if stage and not position else 1
                blocks.append(block(before, width, stride=stride))
                before = width * block.expansion
            self.add_module(f"layer{stage + 1}", nn.Sequential(*blocks))
        self.feature_channels = before
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(before, classes)
        begin(self)

    def features(self, x: Tensor) -> Tensor:
        """Maps (batch, inputs, row, column) to (batch, feature_channels, row / 32, ...)."""
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        for stage in range(1, self.stages + 1):
            x = self.get_submodule(f"layer{stage}")(x)
        return x

    def head(self, pooled: Tensor) -> Tensor:
        """Maps (..., feature_channels) to (..., classes)."""
        result: Tensor = self.fc(self.dropout(pooled))
        return result


def begin(network: nn.Module) -> None:
    """Draws first weights: He's for convolutions, by the outputs (arXiv 1502.01852)."""
    with torch.no_grad():
        for layer in network.modules():
            if isinstance(layer, nn.Conv2d):
                nn.init.kaiming_normal_(layer.weight, mode="fan_out", nonlinearity="relu")
                if layer.bias is not None:
                    layer.bias.zero_()
