"""A U-Net whose way down is EfficientNet-Lite0, which may begin with published weights.

The decoder is that of Ronneberger et al. 2015 (arXiv 1505.04597) on the features of
EfficientNet-Lite0; as in ``unet``, the classes of 2 x 2 pixels leave one place of half
resolution (Shi et al. 2016, arXiv 1609.05158).
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from condyle.training.networks.blocks import conv_unit
from condyle.training.networks.efficientnet_lite import EfficientNetLite0, level_channels


class EfficientNetUNet(nn.Module):
    """Labels every pixel.

    Args:
        inputs: Input channels; the published first convolution is adapted to their number.
        classes: Output classes, background included.
        blocks: How many of the encoder's 16 blocks are kept, from the first. 11 end at a 16th
            of the size with 0.6 million parameters, 15 at a 32nd with 2.2 million.
        channels: Of the decoder's levels, from half resolution downwards; the first of them
            are taken where the encoder has fewer levels.
    """

    def __init__(
        self,
        *,
        inputs: int = 1,
        classes: int = 4,
        blocks: int = 11,
        channels: Sequence[int] = (32, 32, 48, 64),
    ) -> None:
        super().__init__()
        self.encoder = EfficientNetLite0(classes=0, inputs=inputs, blocks=blocks)
        *skipped, before = level_channels(blocks)
        self.up = nn.ModuleList()
        for width, skip in reversed(list(zip(channels, skipped, strict=False))):
            self.up.append(nn.Sequential(conv_unit(before + skip, width), conv_unit(width, width)))
            before = width
        self.head = nn.Conv2d(before, classes * 4, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Maps (batch, inputs, row, column) to (batch, classes, row, column) logits.

        Rows and columns are multiples of 32.
        """
        *kept, x = self.encoder.levels(x)
        for level in self.up:
            x = functional.interpolate(x, scale_factor=2.0, mode="nearest")
            x = level(torch.cat([x, kept.pop()], dim=1))
        return functional.pixel_shuffle(self.head(x), 2)
