"""A series to one answer: a map a slice, its average, and the largest over the slices.

MRNet (Bien et al. 2018, doi 10.1371/journal.pmed.1002699): a shared 2-D network looks at each
slice, a global average makes a vector of it, and a linear layer reads the largest of each
feature over the slices. It takes any number of them.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from condyle.errors import UnknownName
from condyle.training.networks.backbones import BACKBONES
from condyle.training.networks.classifier import Classifier, average, map_of_head
from condyle.training.networks.normalisation import Normalise, published_values


class SeriesMax(nn.Module):
    """Maps a series of slices to logits.

    Args:
        backbone: A name of ``BACKBONES``; MRNet's is ``"alexnet"``.
        classes: Logits.
        normalisation: A name of ``NORMALISATIONS``, or ``"none"`` for a backbone of one channel.
        dropout: Share of the features dropped in training before the linear layer.
    """

    def __init__(
        self,
        *,
        backbone: str = "alexnet",
        classes: int = 1,
        normalisation: str = "imagenet",
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        if backbone not in BACKBONES:
            raise UnknownName("backbone", backbone, BACKBONES)
        plain = normalisation == "none"
        self.normalise: nn.Module = (
            nn.Identity() if plain else Normalise(*published_values(normalisation))
        )
        self.backbone: Classifier = BACKBONES[backbone](
            classes=classes, inputs=1 if plain else 3, dropout=dropout
        )

    def forward(self, x: Tensor) -> Tensor:
        """Maps (batch, slice, row, column) in 0..1 to (batch, classes) logits."""
        maps = self.features(x)
        vectors = average(maps).reshape(x.shape[0], x.shape[1], self.backbone.feature_channels)
        return self.backbone.head(vectors.amax(dim=1))

    def features(self, x: Tensor) -> Tensor:
        """Maps (batch, slice, row, column) to (batch * slice, channel, fewer rows, ...)."""
        rows, columns = x.shape[2:]
        return self.backbone.features(self.normalise(x.reshape(-1, 1, rows, columns)))

    def class_maps(self, x: Tensor) -> Tensor:
        """Gives what each place of each slice says by itself.

        Returns:
            (batch, slice, classes, fewer rows, fewer columns) logits.
        """
        maps = map_of_head(self.backbone.head, self.features(x))
        return maps.reshape(x.shape[0], x.shape[1], *maps.shape[1:])


def as_batch(series: Sequence[Tensor]) -> Tensor:
    """Makes a batch of series of unlike length by repeating slices of the shorter ones.

    A repeated slice changes no maximum, where a blank one might.

    Args:
        series: (slice, row, column) each, at least one slice, all of one size.

    Returns:
        (series, most slices, row, column).
    """
    most = max(len(one) for one in series)
    return torch.stack([one[torch.arange(most) % len(one)] for one in series])
