"""Running an anatomy network on slices and interpreting what it says; train and serve alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from condyle.domain.volume import Volume
from condyle.interpretation.anatomy import SliceAnatomy, interpret_slice
from condyle.interpretation.midline import midsagittal_slice
from condyle.interpretation.plausibility import spine_score
from condyle.preprocessing.prepare import prepare
from condyle.preprocessing.steps import Spec

RunModel = Callable[[NDArray[np.float32]], NDArray[np.float32]]
"""From (slice, 1, row, column) to (slice, class, row, column) probabilities."""

RunSlices = Callable[[NDArray[np.float32]], Iterable[NDArray[np.float32]]]
"""The same, the (class, row, column) of one slice after the other, each as soon as it is known."""

ASPECTS = (0.65, 1.5)
"""Heights of a pixel over its width that are tried where square pixels show no spine."""

ENOUGH_DISCS = 5

PROPORTIONS = (0.74, 1.3)
"""Lengths of discs over their steps beyond which a picture is taken to be stretched or squashed,
and is read again with the aspect under which they are equal. Half of 360 slices lie between 0.84
and 1.06, and 59 beyond."""

MOST_ASPECT = (0.6, 1.7)

LESS_SURE = 0.005
"""Confidence that the second reading may have less than the first."""

MUCH_LESS_SURE = 0.05
"""Score as a spine under that of the best proportion tried, from which one is not looked at."""

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


def read_around_middle(volume: Volume, *, spec: Spec, run: RunSlices) -> AroundMiddle:
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
    volume: Volume, slices: tuple[int, ...], *, spec: Spec, run: RunSlices
) -> list[SliceAnatomy]:
    """Labels some slices of a volume and finds the chain of discs on each.

    Args:
        volume: Where the slices come from.
        slices: Which ones.
        spec: The anatomy bundle's preprocessing.
        run: The anatomy network.
    """
    prepared = prepare(volume, spec, slices=slices)
    told = run(prepared.array[:, None])
    return [
        interpret_slice(probabilities, image, prepared.placement)
        for probabilities, image in zip(told, prepared.array, strict=True)
    ]


def read_picture(volume: Volume, *, spec: Spec, run: RunSlices) -> tuple[SliceAnatomy, float]:
    """Labels a single slice of unknown spacing, whose aspect may be wrong.

    Square pixels are taken for granted unless they show no plausible chain of discs; then a
    squashed and a stretched reading are tried, and of those that look like a spine that with most
    discs is kept. Where the chain itself is squashed or stretched, it is read again in its own
    proportion.

    Returns:
        The reading, and the height of a pixel over its width that it rests on.
    """
    square = read_slices(volume, (0,), spec=spec, run=run)[0]
    if volume.spacing is not None:
        return square, 1.0

    def turned(aspect: float) -> SliceAnatomy:
        stretched = replace(volume, spacing=(1.0, aspect, 1.0))
        return read_slices(stretched, (0,), spec=spec, run=run)[0]

    proportion = square.chain.proportion
    own = round(float(np.clip(proportion, *MOST_ASPECT)), 3)
    fits = PROPORTIONS[0] <= proportion <= PROPORTIONS[1]
    if _quality(square) < ENOUGH_DISCS:
        tried = ASPECTS if fits else (*ASPECTS, own)
        readings = [(square, 1.0), *((turned(aspect), aspect) for aspect in tried)]
        least = max(spine_score(anatomy) for anatomy, _ in readings) - MUCH_LESS_SURE
        likely = [item for item in readings if spine_score(item[0]) >= least]
        return max(likely, key=lambda item: _quality(item[0]))
    if fits:
        return square, 1.0
    again = turned(own)
    surer = again.confidence >= square.confidence - LESS_SURE
    if surer and _quality(again) >= _quality(square):
        return again, own
    return square, 1.0


def _quality(anatomy: SliceAnatomy) -> float:
    """Gives the number of discs that have canal behind them and no gap beside them."""
    chain = anatomy.chain
    return len(chain.discs) * min(1.0, 1.5 * chain.canal_share) - 2.0 * len(chain.gaps)
