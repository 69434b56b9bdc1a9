"""Running an anatomy network on slices and interpreting what it says; train and serve alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from condyle.domain.volume import Volume
from condyle.interpretation.anatomy import SliceAnatomy, interpret_slice
from condyle.preprocessing.prepare import prepare
from condyle.preprocessing.steps import Spec

RunModel = Callable[[NDArray[np.float32]], NDArray[np.float32]]
"""From (slice, 1, row, column) to (slice, class, row, column) probabilities."""

ASPECTS = (0.65, 1.5)
"""Heights of a pixel over its width that are tried where square pixels show no spine."""

ENOUGH_DISCS = 5


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
