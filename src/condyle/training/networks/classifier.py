"""What every classifier shares: a map, its average, a head, and so a map of each class."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from torch import Tensor, nn

from condyle.errors import UnknownName
from condyle.training.networks.normalisation import GreyInput

Head = Literal["linear", "published"]
"""One linear layer, whose class maps are exact, or the layers that were published."""


class Classifier(nn.Module):
    """A network that averages a map over the image and reads the classes from the average.

    With a linear head the average of ``class_maps`` is what ``forward`` gives, so that a map
    says exactly how much each place adds (class activation mapping, Zhou et al. 2016,
    arXiv 1512.04150).

    Attributes:
        feature_channels: Channels of the map.
        features: Maps (batch, input channel, row, column) to (batch, feature_channels,
            fewer rows, fewer columns).
        head: Maps (..., feature_channels) to (..., classes) logits.
    """

    feature_channels: int
    features: Callable[[Tensor], Tensor]
    head: Callable[[Tensor], Tensor]

    def forward(self, x: Tensor) -> Tensor:
        """Maps (batch, input channel, row, column) to (batch, classes) logits."""
        return self.head(average(self.features(x)))

    def class_maps(self, x: Tensor) -> Tensor:
        """Maps (batch, input channel, row, column) to (batch, classes, fewer rows, ...)."""
        return map_of_head(self.head, self.features(x))


class WithClassMaps(nn.Module):
    """Gives the class maps beside the logits, for the export.

    Args:
        network: A ``Classifier``, or a ``GreyInput`` of one.
    """

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.before = network.normalise if isinstance(network, GreyInput) else nn.Identity()
        self.network = classifier_in(network)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Maps (batch, channel, row, column) to (batch, classes) and (batch, classes, ...)."""
        maps = self.network.features(self.before(x))
        return self.network.head(average(maps)), map_of_head(self.network.head, maps)


def classifier_in(network: nn.Module) -> Classifier:
    """Gives the classifier that a network is, or holds behind its normalisation.

    Raises:
        TypeError: If it is none.
    """
    inner = network.network if isinstance(network, GreyInput) else network
    if not isinstance(inner, Classifier):
        raise TypeError(f"{type(inner).__name__} is no classifier and has no class maps")
    return inner


def average(maps: Tensor) -> Tensor:
    """Maps (batch, channel, row, column) to (batch, channel)."""
    return maps.mean(dim=(2, 3))


def map_of_head(head: Callable[[Tensor], Tensor], maps: Tensor) -> Tensor:
    """Gives what a head says of each place, (batch, classes, row, column)."""
    return head(maps.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


def is_published(head: str) -> bool:
    """Tells whether the published head is asked for, and not the linear one.

    Raises:
        UnknownName: If it is neither.
    """
    if head not in ("linear", "published"):
        raise UnknownName("head", head, ["linear", "published"])
    return head == "published"
