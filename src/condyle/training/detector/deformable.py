"""A deformable convolution of operators that every runtime has."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

TAPS = 9


class DeformableConv(nn.Module):
    """A modulated 3 x 3 deformable convolution, by one grid sampling and one product.

    Each of the nine taps looks where an offset sends it and counts as much as a
    modulation says, both told from the input (Zhu et al. 2019, "Deformable ConvNets v2",
    arXiv 1811.11168). The nine taps of every output pixel are sampled at once, stacked
    along the rows, which exports to ONNX as a ``GridSample``. Outside the map is zero.

    Args:
        inputs: Input channels.
        outputs: Output channels.
        stride: Of the convolution.
    """

    def __init__(self, inputs: int, outputs: int, *, stride: int = 1) -> None:
        super().__init__()
        self.stride = stride
        plain = nn.Conv2d(inputs, outputs, 3, bias=False)
        self.weight = plain.weight
        self.shift = nn.Conv2d(inputs, 3 * TAPS, 3, stride=stride, padding=1)
        # As in the paper: at first every tap is where it always was, and counts by half.
        nn.init.zeros_(self.shift.weight)
        if self.shift.bias is not None:
            nn.init.zeros_(self.shift.bias)

    def forward(self, x: Tensor) -> Tensor:
        """Maps (batch, inputs, row, column) to (batch, outputs, row / stride, ...)."""
        told = self.shift(x).float()  # places need more than 16 bits
        offset, modulation = told[:, : 2 * TAPS], told[:, 2 * TAPS :].sigmoid()
        return deformable_conv(x, self.weight, offset, modulation, stride=self.stride)


def deformable_conv(
    x: Tensor, weight: Tensor, offset: Tensor, modulation: Tensor, *, stride: int
) -> Tensor:
    """Gives a modulated 3 x 3 deformable convolution with one pixel of zeros around.

    Args:
        x: (batch, inputs, row, column).
        weight: (outputs, inputs, 3, 3).
        offset: (batch, 18, out row, out column): for tap 0 to 8, in reading order, the
            row's and the column's shift in pixels.
        modulation: (batch, 9, out row, out column), what each tap counts.
        stride: Of the convolution.
    """
    batch, channels, rows, columns = x.shape
    down, across = offset.shape[2:]
    taps, i, j = (torch.arange(n, device=x.device, dtype=offset.dtype) for n in (3, down, across))
    row = i[None, :, None] * stride + (taps - 1).repeat_interleave(3)[:, None, None]
    column = j[None, None, :] * stride + (taps - 1).repeat(3)[:, None, None]
    shifts = offset.reshape(batch, TAPS, 2, down, across)
    # In units of grid_sample: -1 and 1 are the outer edges of the first and the last pixel.
    y = (2 * (row[None] + shifts[:, :, 0]) + 1) / rows - 1
    z = (2 * (column[None] + shifts[:, :, 1]) + 1) / columns - 1
    grid = torch.stack([z, y], dim=-1).reshape(batch, TAPS * down, across, 2)
    seen = functional.grid_sample(x.to(grid.dtype), grid, padding_mode="zeros", align_corners=False)
    seen = seen.reshape(batch, channels, TAPS, down, across) * modulation[:, None]
    flat = seen.reshape(batch, channels * TAPS, down, across)
    return functional.conv2d(flat, weight.reshape(weight.shape[0], channels * TAPS, 1, 1))
