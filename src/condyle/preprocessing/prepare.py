"""From a volume to the array that a network reads, by a spec that is data."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from condyle.domain.volume import Volume
from condyle.preprocessing.placement import Floats, Placement
from condyle.preprocessing.steps import Spec, run_step


@dataclass(frozen=True)
class Prepared:
    """Slices ready for a network.

    Attributes:
        array: (slice, row, column) float32.
        placement: How to come back to the volume's own slices; one for all slices.
    """

    array: Floats = field(repr=False)
    placement: Placement


def prepare(volume: Volume, spec: Spec, *, slices: tuple[int, ...] | None = None) -> Prepared:
    """Runs a preprocessing spec on some or all slices of a volume.

    Pixels that are not square are made so by the ``fit`` step, which reads the ratio
    of the spacing from the first placement; unknown spacing is taken as square.

    Args:
        volume: Where the slices come from.
        spec: The steps, verbatim from a recipe or a bundle.
        slices: Which slices, in order; all where ``None``.
    """
    chosen = volume.array if slices is None else volume.array[list(slices)]
    shape = (int(chosen.shape[1]), int(chosen.shape[2]))
    placement = Placement(source=shape, prepared=shape, scale=_pixel_ratio(volume))
    array: Floats = np.ascontiguousarray(chosen, dtype=np.float32)
    for step in spec:
        array, placement = run_step(step, array, placement)
    if placement.prepared == shape and placement.offset == (0.0, 0.0) and not _fits(spec):
        placement = Placement(source=shape, prepared=shape)
    return Prepared(array, placement)


def _fits(spec: Spec) -> bool:
    """Says whether a spec brings slices to a grid of its own, with square pixels."""
    return any(step.get("step") == "fit" for step in spec)


def _pixel_ratio(volume: Volume) -> tuple[float, float]:
    """Gives (1, row over column spacing), so that only the aspect matters."""
    if volume.spacing is None:
        return (1.0, 1.0)
    return (1.0, volume.spacing[1] / volume.spacing[2])
