"""What a backbone gives and a neck takes."""

from __future__ import annotations

from torch import Tensor

Features = tuple[Tensor, Tensor, Tensor]
"""Maps at strides 8, 16 and 32, (batch, channel, row, column) each."""
