"""Two experts that grade one disc: one on its measures, a pretrained one on its image.

Each learns by itself, so that neither leaves to the other what it could see.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from condyle.interpretation.crops import UNKNOWN
from condyle.training.networks.classifier import classifier_in
from condyle.training.networks.normalisation import GreyInput

FARTHEST = 4.0
"""Standard deviations from the mean at which a measure is cut off."""


class MeasureExpert(nn.Module):
    """One hidden layer on the measures, which are standardised within the network.

    Args:
        facts: Numbers given, ``UNKNOWN`` where one is.
        outputs: Logits in all.
        hidden: Width of the hidden layer.
        noise: Standard deviation of the noise added to the standardised facts in training.
    """

    def __init__(self, *, facts: int, outputs: int, hidden: int = 64, noise: float = 0.3) -> None:
        super().__init__()
        self.noise = noise
        self.register_buffer("centre", torch.zeros(facts))
        self.register_buffer("spread", torch.ones(facts))
        self.layers = nn.Sequential(
            nn.Dropout(0.3),
            nn.Linear(facts, hidden),
            nn.GELU(),
            nn.Dropout(0.5),
            nn.Linear(hidden, outputs),
        )

    def standardise(self, facts: NDArray[np.float32]) -> None:
        """Sets the mean and spread of each fact to those of the discs learnt from.

        Args:
            facts: (disc, fact); what is ``UNKNOWN`` is left out.
        """
        known = facts > UNKNOWN
        count = np.maximum(known.sum(axis=0), 1)
        values = np.where(known, facts, 0.0).astype(np.float64)
        centre = values.sum(axis=0) / count
        variance = (np.where(known, facts - centre, 0.0) ** 2).sum(axis=0) / count
        spread = np.where(variance > 1e-12, np.sqrt(variance), 1.0)
        self.centre = torch.from_numpy(centre.astype(np.float32))
        self.spread = torch.from_numpy(spread.astype(np.float32))

    def forward(self, crop: Tensor, facts: Tensor) -> Tensor:
        """Maps (batch, facts) to (batch, outputs); an unknown fact counts as the usual one.

        The crop is not looked at.
        """
        standard = (facts - self.centre) / self.spread
        values = torch.where(facts > UNKNOWN, standard, torch.zeros_like(facts))
        values = values.clamp(-FARTHEST, FARTHEST)
        if self.training and self.noise:
            values = values + self.noise * torch.randn_like(values)
        result: Tensor = self.layers(values)
        return result


class PretrainedExpert(nn.Module):
    """A network with published weights on a disc and its neighbours, with the plain facts.

    It is shown three channels: T2, T1, and the labels of disc (1) and canal (0.5) of both.

    Args:
        network: Whose features are read, of three channels; its own head is left alone.
        plain_facts: How many facts, from the first, are read at the head.
        outputs: Logits in all.
        dropout: Share of the pooled features dropped in training.
    """

    def __init__(
        self, network: nn.Module, *, plain_facts: int, outputs: int, dropout: float
    ) -> None:
        super().__init__()
        self.normalise = network.normalise if isinstance(network, GreyInput) else nn.Identity()
        self.network = classifier_in(network)
        self.plain_facts = plain_facts
        self.head = nn.Sequential(
            nn.Dropout(dropout),
            nn.Linear(2 * self.network.feature_channels + plain_facts, outputs),
        )

    def picture(self, crop: Tensor) -> Tensor:
        """Maps (batch, 6, row, column) of a disc's crop to (batch, 3, row, column)."""
        disc = torch.maximum(crop[:, 1], crop[:, 4])
        canal = torch.maximum(crop[:, 2], crop[:, 5])
        return torch.stack([crop[:, 3], crop[:, 0], torch.maximum(disc, 0.5 * canal)], dim=1)

    def forward(self, crop: Tensor, facts: Tensor) -> Tensor:
        """Maps (batch, 6, row, column) and (batch, fact) to (batch, outputs)."""
        x = self.network.features(self.normalise(self.picture(crop)))
        third = x.shape[2] // 3
        around, within = x.mean(dim=(2, 3)), x[:, :, third : x.shape[2] - third].mean(dim=(2, 3))
        told = torch.cat([around, within, facts[:, : self.plain_facts]], dim=1)
        result: Tensor = self.head(told)
        return result
