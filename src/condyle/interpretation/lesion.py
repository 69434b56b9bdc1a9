"""From the probabilities of a lesion's pixels to a mask and to a decision on the study."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


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
