"""A network as a function of arrays: what training, evaluation and reading all ask."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

RunNetwork = Callable[[Mapping[str, Floats]], list[Floats]]
"""From the arrays of a network's inputs to those of its outputs."""

IMAGE = "image"
"""Name of the input of a network that reads slices one by one."""


def by_slices(run: RunNetwork, images: Floats, *, at_once: int) -> list[Floats]:
    """Gives the first axis of every output a slice, a few slices at a time.

    Args:
        run: A network that reads slices one by one.
        images: (slice, row, column), prepared.
        at_once: Slices that it is given together, which bounds the memory.
    """
    parts = [run({IMAGE: images[at : at + at_once, None]}) for at in range(0, len(images), at_once)]
    return [np.concatenate(told) for told in zip(*parts, strict=True)]
