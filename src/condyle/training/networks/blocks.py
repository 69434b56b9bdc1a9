"""Small parts that the networks share."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


def conv_unit(inputs: int, outputs: int, *, stride: int = 1) -> nn.Sequential:
    """Gives a 3 x 3 convolution with batch normalisation and a leaky ReLU."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.LeakyReLU(0.01, inplace=True),
    )


class PointLayer(nn.Module):
    """A 1 x 1 convolution that training works as the matrix product that it is.

    It may have few outputs, and as a convolution would keep the whole network from the
    channels-last layout (see ``loop.memory_format_of``). The exported file has a convolution,
    which keeps the names of the weights.

    Args:
        inputs: Input channels.
        outputs: Output channels.
    """

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(outputs, inputs, 1, 1))
        self.bias = nn.Parameter(torch.zeros(outputs))
        nn.init.kaiming_normal_(self.weight, mode="fan_out", nonlinearity="relu")

    def forward(self, x: Tensor) -> Tensor:
        """Maps (batch, inputs, row, column) to (batch, outputs, row, column)."""
        if torch.compiler.is_exporting():
            return functional.conv2d(x, self.weight, self.bias)
        last = functional.linear(x.permute(0, 2, 3, 1), self.weight[:, :, 0, 0], self.bias)
        return last.permute(0, 3, 1, 2)
