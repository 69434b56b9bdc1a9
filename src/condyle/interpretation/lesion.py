"""From the probabilities of a lesion's pixels to a mask and to a decision on the study."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from condyle.domain.volume import Volume
from condyle.interpretation.networks import Floats, RunNetwork, by_slices
from condyle.preprocessing import prepare
from condyle.preprocessing.placement import Placement
from condyle.preprocessing.steps import Spec

SLICES_AT_ONCE = 8

DECISION_PIXELS = 25
"""Pixels of the network's grid that decide on a study; 25 of 256 x 256 are about 5 mm across
where the field of view is 160 mm, the least size of a tear that is outlined."""


@dataclass(frozen=True)
class LesionMaps:
    """The probability of each pixel of a series, a map a structure.

    Attributes:
        prepared: (slice, structure, row, column) on the grid of the network.
        placement: How to come back to the series' own slices.
    """

    prepared: Floats = field(repr=False)
    placement: Placement

    def restored(self) -> Floats:
        """Gives (slice, structure, row, column) on the series' own grid."""
        return self.placement.restore(self.prepared)


@dataclass(frozen=True)
class LesionSeen:
    """What a network sees in a series.

    Attributes:
        scores: The probability of each structure that the study shows it.
        area: Most pixels of the network's grid that are called on one slice.
    """

    scores: tuple[float, ...]
    area: float


def lesion_maps(run: RunNetwork, volume: Volume, spec: Spec) -> LesionMaps:
    """Runs a lesion network on every slice of a volume.

    Args:
        run: The network.
        volume: Of one series.
        spec: The preprocessing of its recipe.
    """
    made = prepare(volume, spec)
    told = by_slices(run, made.array, at_once=SLICES_AT_ONCE)[0]
    return LesionMaps(told, made.placement)


def lesion_seen(prepared: Floats, *, threshold: float, pixels: int = DECISION_PIXELS) -> LesionSeen:
    """Gives what the maps of a series come to.

    Args:
        prepared: (slice, structure, row, column) on the grid of the network.
        threshold: Least probability that is called.
        pixels: How many pixels of a slice decide.
    """
    scores = tuple(
        study_probability(prepared[:, k], pixels=pixels) for k in range(prepared.shape[1])
    )
    called = lesion_mask(prepared.max(axis=1), threshold=threshold)
    return LesionSeen(scores, float(called.sum(axis=(1, 2)).max()))


def study_scores(seen: Sequence[LesionSeen]) -> list[float]:
    """Gives the probability of each structure in a study: the greatest of its series."""
    told: list[float] = np.max([one.scores for one in seen], axis=0).tolist()
    return told


def severity_measures(seen: Sequence[LesionSeen]) -> list[float]:
    """Gives what a severity is told by: logit of the probability, logarithm of the area."""
    score = float(np.clip(max(max(one.scores) for one in seen), 1e-4, 1 - 1e-4))
    return [math.log(score / (1 - score)), math.log1p(max(one.area for one in seen))]


def lesion_mask(probabilities: Floats, *, threshold: float) -> NDArray[np.bool_]:
    """Gives where a lesion is called.

    Args:
        probabilities: Any shape, 0 to 1.
        threshold: Least probability that is called.
    """
    return probabilities >= threshold


def study_probability(probabilities: Floats, *, pixels: int) -> float:
    """Gives the probability that a study shows the lesion, from those of its pixels.

    It is the mean of the surest ``pixels`` of a slice, the greatest over slices: one pixel
    alone decides nothing, and a small lesion counts as much as a large one.

    Args:
        probabilities: (slice, row, column), on the grid of the network.
        pixels: How many pixels of a slice are looked at.
    """
    flat = probabilities.reshape(len(probabilities), -1)
    surest = np.partition(flat, flat.shape[1] - pixels, axis=1)[:, -pixels:]
    return float(surest.mean(axis=1).max())
