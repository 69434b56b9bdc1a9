"""A small residual network that grades one disc from its crop."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from condyle.training.networks.blocks import Residual, conv_unit


class DiscGrader(nn.Module):
    """Maps a disc's crop and a few facts on it to one vector of logits.

    Args:
        inputs: Image channels of the crop.
        facts: Numbers that come with the crop, such as its place in the chain.
        outputs: Logits in all.
        channels: Channels of each residual stage; each but the first halves the size.
        dropout: Share of the pooled features dropped in training.
    """

    def __init__(
        self,
        *,
        inputs: int,
        facts: int,
        outputs: int,
        channels: Sequence[int] = (24, 48, 96, 128),
        dropout: float = 0.3,
    ) -> None:
        super().__init__()
        self.stem = conv_unit(inputs, channels[0])
        stages: list[nn.Module] = []
        before = channels[0]
        for width in channels:
            stages.append(Residual(before, width, stride=2))
            before = width
        self.stages = nn.Sequential(*stages)
        self.head = nn.Sequential(
            nn.Dropout(dropout),
            nn.Linear(2 * before + facts, 96),
            nn.LeakyReLU(0.01),
            nn.Dropout(dropout),
            nn.Linear(96, outputs),
        )

    def forward(self, crop: Tensor, facts: Tensor) -> Tensor:
        """Maps (batch, inputs, row, column) and (batch, facts) to (batch, outputs)."""
        x = self.stages(self.stem(crop))
        pooled = torch.cat([x.mean(dim=(2, 3)), x.amax(dim=(2, 3)), facts], dim=1)
        result: Tensor = self.head(pooled)
        return result
