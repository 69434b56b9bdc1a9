"""Networks that grade one disc: experts on its crop, on its measures, and a pretrained one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from condyle.interpretation.crops import UNKNOWN
from condyle.training.networks.blocks import Residual, conv_unit
from condyle.training.networks.classifier import classifier_in
from condyle.training.networks.normalisation import GreyInput

FARTHEST = 4.0
"""Standard deviations from the mean at which a measure is cut off."""


class ImageExpert(nn.Module):
    """A small residual network on the crop, with the plain facts at its head.

    Args:
        inputs: Image channels of the crop.
        facts: Numbers that come with the crop.
        outputs: Logits in all.
        channels: Channels of each residual stage, each of which halves the size.
        dropout: Share of the pooled features dropped in training.
        margin: Rows of the crop at its upper and at its lower border that are not looked at.
    """

    def __init__(
        self,
        *,
        inputs: int,
        facts: int,
        outputs: int,
        channels: Sequence[int],
        dropout: float,
        margin: int = 0,
    ) -> None:
        super().__init__()
        self.margin = margin
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
        near = crop[:, :, self.margin : crop.shape[2] - self.margin]
        x = self.stages(self.stem(near))
        pooled = torch.cat([x.mean(dim=(2, 3)), x.amax(dim=(2, 3)), facts], dim=1)
        result: Tensor = self.head(pooled)
        return result


class MeasureExpert(nn.Module):
    """One hidden layer on the measures, which are standardised within the network.

    Args:
        facts: Numbers given, ``UNKNOWN`` where one is.
        outputs: Logits in all.
        hidden: Width of the hidden layer.
        noise: Standard deviation of the noise added to the standardised facts in training.
    """

    def __init__(self, *, facts: int, outputs: int, hidden: int, noise: float) -> None:
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

    def forward(self, facts: Tensor) -> Tensor:
        """Maps (batch, facts) to (batch, outputs); an unknown fact counts as the usual one."""
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

    def experts(self, crop: Tensor, facts: Tensor) -> tuple[Tensor]:
        """Gives what it says, as the one expert that it is."""
        return (self(crop, facts),)

    def forward(self, crop: Tensor, facts: Tensor) -> Tensor:
        """Maps (batch, 6, row, column) and (batch, fact) to (batch, outputs)."""
        x = self.network.features(self.normalise(self.picture(crop)))
        third = x.shape[2] // 3
        around, within = x.mean(dim=(2, 3)), x[:, :, third : x.shape[2] - third].mean(dim=(2, 3))
        told = torch.cat([around, within, facts[:, : self.plain_facts]], dim=1)
        result: Tensor = self.head(told)
        return result


class DiscGrader(nn.Module):
    """Maps a disc's crop and facts to the mean of what two experts say of it.

    Each expert learns by itself, so that neither leaves to the other what it could see:
    on about a thousand discs the measures alone beat the image alone, and both beat each.

    Args:
        inputs: Image channels of the crop.
        plain_facts: How many facts, from the first, the image expert reads too.
        facts: All facts, which the measure expert reads.
        outputs: Logits in all.
        channels: Channels of the image expert's stages.
        dropout: Of the image expert.
        hidden: Hidden units of the measure expert.
        noise: Noise on the measure expert's facts in training.
        margin: Rows at the crop's borders that the image expert does not look at.
    """

    def __init__(
        self,
        *,
        inputs: int,
        plain_facts: int,
        facts: int,
        outputs: int,
        channels: Sequence[int] = (24, 48, 96, 128),
        dropout: float = 0.3,
        hidden: int = 64,
        noise: float = 0.3,
        margin: int = 0,
    ) -> None:
        super().__init__()
        self.plain_facts = plain_facts
        self.image = ImageExpert(
            inputs=inputs,
            facts=plain_facts,
            outputs=outputs,
            channels=channels,
            dropout=dropout,
            margin=margin,
        )
        self.measures = MeasureExpert(facts=facts, outputs=outputs, hidden=hidden, noise=noise)

    def experts(self, crop: Tensor, facts: Tensor) -> tuple[Tensor, Tensor]:
        """Gives what each expert says, (batch, outputs) both."""
        plain = facts[:, : self.plain_facts]
        return self.image(crop, plain), self.measures(facts)

    def forward(self, crop: Tensor, facts: Tensor) -> Tensor:
        """Maps (batch, inputs, row, column) and (batch, facts) to (batch, outputs)."""
        image, measures = self.experts(crop, facts)
        return (image + measures) / 2
