"""Sharp U-Net: what crosses from encoder to decoder is sharpened on its way.

Zunair and Ben Hamza 2021 (doi 10.1016/j.compbiomed.2021.104699, arXiv 2107.12461): each
channel is filtered by a fixed kernel of 8 within -1, padded by zeros so that the size is kept.
The filter adds no learnable parameter.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from condyle.training.networks.lesion_unet import LesionUNet

KERNEL = ((-1.0, -1.0, -1.0), (-1.0, 8.0, -1.0), (-1.0, -1.0, -1.0))


class Sharpen(nn.Module):
    """Filters each channel by ``KERNEL``.

    Args:
        channels: Of the map.
        trainable: Whether training may change the kernel of each channel; published is no.
    """

    def __init__(self, channels: int, *, trainable: bool) -> None:
        super().__init__()
        kernel = torch.tensor(KERNEL).expand(channels, 1, 3, 3).clone()
        self.weight: Tensor
        if trainable:
            self.weight = nn.Parameter(kernel)
        else:
            self.register_buffer("weight", kernel)

    def forward(self, x: Tensor) -> Tensor:
        """Maps (batch, channels, row, column) to the same shape."""
        return functional.conv2d(x, self.weight, padding=1, groups=self.weight.shape[0])


def sharp_unet(*, trainable: bool = False, **parameters: Any) -> LesionUNet:
    """Builds a ``LesionUNet`` with a ``Sharpen`` at each crossing.

    Args:
        trainable: Of ``Sharpen``.
        **parameters: Of ``LesionUNet``.
    """
    return LesionUNet(crossing=partial(Sharpen, trainable=trainable), **parameters)
