"""What a network with published weights expects of its input, done inside the network.

A prepared image is grey and lies in 0..1; ImageNet's networks take three channels that were
centred and scaled. Done here, the step is exported with the network and cannot be forgotten.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from condyle.errors import UnknownName

Values = tuple[float, float, float]

NORMALISATIONS: dict[str, tuple[Values, Values]] = {
    "imagenet": ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
    "lite0": ((0.498, 0.498, 0.498), (0.502, 0.502, 0.502)),
}
"""Mean and standard deviation a channel, for values in 0..1: those that torchvision's weights
were trained with, and EfficientNet-Lite's (x - 127) / 128 on 0..255."""


class Normalise(nn.Module):
    """Repeats a grey image to three channels, centres and scales each.

    Args:
        mean: Of each channel, for values in 0..1.
        std: Standard deviation of each channel.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, mean: Sequence[float], std: Sequence[float]) -> None:
        super().__init__()
        # Not persistent: they are the recipe's, and no published state dict has them.
        self.register_buffer("mean", torch.tensor(mean)[:, None, None], persistent=False)
        self.register_buffer("std", torch.tensor(std)[:, None, None], persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        """Maps (batch, 1 or 3, row, column) in 0..1 to (batch, 3, row, column)."""
        return (x - self.mean) / self.std


class GreyInput(nn.Module):
    """A network of three normalised channels that takes a grey image.

    Args:
        network: Takes (batch, 3, row, column).
        mean: Of each channel, for values in 0..1.
        std: Standard deviation of each channel.
    """

    def __init__(self, network: nn.Module, mean: Sequence[float], std: Sequence[float]) -> None:
        super().__init__()
        self.normalise = Normalise(mean, std)
        self.network = network

    def forward(self, x: Tensor) -> Tensor:
        """Maps (batch, 1 or 3, row, column) in 0..1 to what the network gives."""
        result: Tensor = self.network(self.normalise(x))
        return result


def published_values(normalisation: str) -> tuple[Values, Values]:
    """Gives the mean and standard deviation of a name of ``NORMALISATIONS``.

    Raises:
        UnknownName: If there is none of that name.
    """
    if normalisation not in NORMALISATIONS:
        raise UnknownName("normalisation", normalisation, [*NORMALISATIONS, "none"])
    return NORMALISATIONS[normalisation]


def with_normalisation(build: Callable[..., nn.Module]) -> Callable[..., nn.Module]:
    """Gives a builder that takes ``normalisation`` beside the network's own parameters.

    ``imagenet`` and ``lite0`` put the network into a ``GreyInput``; ``none``, which is meant
    where nothing is said, gives it bare.
    """

    def built(*, normalisation: str = "none", **parameters: Any) -> nn.Module:
        if normalisation == "none":
            return build(**parameters)
        return GreyInput(build(**parameters), *published_values(normalisation))

    return built
