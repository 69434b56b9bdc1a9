"""A U-Net whose outermost level works at half resolution.

Ronneberger et al. 2015 (arXiv 1505.04597); the output is brought to full
resolution by sub-pixel convolution (Shi et al. 2016, arXiv 1609.05158), which
leaves the costliest level of the usual network out.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from condyle.training.networks.blocks import conv_unit


class UNet(nn.Module):
    """Labels every pixel.

    Args:
        inputs: Input channels.
        classes: Output classes, background included.
        channels: Channels of each level, from half resolution downwards.
    """

    def __init__(
        self,
        *,
        inputs: int = 1,
        classes: int = 4,
        channels: Sequence[int] = (24, 48, 96, 128, 128),
    ) -> None:
        super().__init__()
        self.stem = conv_unit(inputs * 4, channels[0])
        self.down = nn.ModuleList()
        self.up = nn.ModuleList()
        before = channels[0]
        for position, width in enumerate(channels):
            stride = 1 if position == 0 else 2
            self.down.append(
                nn.Sequential(conv_unit(before, width, stride=stride), conv_unit(width, width))
            )
            before = width
        for width in reversed(channels[:-1]):
            self.up.append(nn.Sequential(conv_unit(before + width, width), conv_unit(width, width)))
            before = width
        self.head = nn.Conv2d(before, classes * 4, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Maps (batch, inputs, row, column) to (batch, classes, row, column) logits.

        Rows and columns are multiples of ``2 ** len(channels)``.
        """
        x = self.stem(functional.pixel_unshuffle(x, 2))
        kept = []
        for level in self.down:
            x = level(x)
            kept.append(x)
        kept.pop()
        for level in self.up:
            x = functional.interpolate(x, scale_factor=2.0, mode="nearest")
            x = level(torch.cat([x, kept.pop()], dim=1))
        return functional.pixel_shuffle(self.head(x), 2)
