"""Running an anatomy network on slices and interpreting what it says; train and serve alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from condyle.domain.volume import Volume
from condyle.interpretation.anatomy import SliceAnatomy, interpret_slice
from condyle.interpretation.midline import midsagittal_slice
from condyle.preprocessing.prepare import prepare
from condyle.preprocessing.steps import Spec

RunModel = Callable[[NDArray[np.float32]], NDArray[np.float32]]
"""From (slice, 1, row, column) to (slice, class, row, column) probabilities."""

ASPECTS = (0.65, 1.5)
"""Heights of a pixel over its width that are tried where square pixels show no spine."""

ENOUGH_DISCS = 5

MAX_SLICES = 13
"""Slices around the middle of a volume that are read; the midline lies among them."""


@dataclass(frozen=True)
class AroundMiddle:
    """What was seen on the slices around the middle of a volume.

    Attributes:
        first: Slice of the volume that ``slices`` begins with.
        slices: What was seen on each.
        middle: Position in ``slices`` of the mid-sagittal slice.
        aspect: Height of a pixel over its width that the reading rests on.
    """

    first: int
    slices: tuple[SliceAnatomy, ...] = field(repr=False)
    middle: int
    aspect: float = 1.0

    @property
    def anatomy(self) -> SliceAnatomy:
        """What was seen on the mid-sagittal slice."""
        return self.slices[self.middle]

    @property
    def slice_index(self) -> int:
        """Index of the mid-sagittal slice in the volume."""
        return self.first + self.middle


def read_around_middle(volume: Volume, *, spec: Spec, run: RunModel) -> AroundMiddle:
    """Labels the slices around the middle of a volume and finds the mid-sagittal one.

    Args:
        volume: Sagittal; of a single slice the aspect is tried too, see ``read_picture``.
        spec: The anatomy bundle's preprocessing.
        run: The anatomy network.
    """
    if volume.slices == 1:
        anatomy, aspect = read_picture(volume, spec=spec, run=run)
        return AroundMiddle(0, (anatomy,), 0, aspect)
    count = min(volume.slices, MAX_SLICES)
    first = (volume.slices - count) // 2
    slices = read_slices(volume, tuple(range(first, first + count)), spec=spec, run=run)
    return AroundMiddle(first, tuple(slices), midsagittal_slice(slices))


def read_slices(
    volume: Volume, slices: tuple[int, ...], *, spec: Spec, run: RunModel
) -> list[SliceAnatomy]:
    """Labels some slices of a volume and finds the chain of discs on each.

    Args:
        volume: Where the slices come from.
        slices: Which ones.
        spec: The anatomy bundle's preprocessing.
        run: The anatomy network.
    """
    prepared = prepare(volume, spec, slices=slices)
    probabilities = run(prepared.array[:, None])
    return [
        interpret_slice(probabilities[position], prepared.array[position], prepared.placement)
        for position in range(len(slices))
    ]


def read_picture(volume: Volume, *, spec: Spec, run: RunModel) -> tuple[SliceAnatomy, float]:
    """Labels a single slice of unknown spacing, whose aspect may be wrong.

    Square pixels are taken for granted unless they show no plausible chain of discs;
    then a squashed and a stretched reading are tried.

    Returns:
        The reading, and the height of a pixel over its width that it rests on.
    """
    square = read_slices(volume, (0,), spec=spec, run=run)[0]
    if volume.spacing is not None or _quality(square) >= ENOUGH_DISCS:
        return square, 1.0
    readings = [(square, 1.0)]
    for aspect in ASPECTS:
        turned = replace(volume, spacing=(1.0, aspect, 1.0))
        readings.append((read_slices(turned, (0,), spec=spec, run=run)[0], aspect))
    return max(readings, key=lambda item: _quality(item[0]))


def _quality(anatomy: SliceAnatomy) -> float:
    """Gives the number of discs that have canal behind them and no gap beside them."""
    chain = anatomy.chain
    return len(chain.discs) * min(1.0, 1.5 * chain.canal_share) - 2.0 * len(chain.gaps)
