"""Pieces labelled vertebra that lie before the spine: bowel and vessels, which no vertebra is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from condyle.interpretation.chain import Chain
from condyle.interpretation.discs import VERTEBRA, window_of
from condyle.preprocessing.placement import Placement

BEFORE = 0.8
"""How far before the centre of the nearest disc a piece may have its own, in lengths of that
disc: a body's lies at 0, a disc ends at 0.5. Behind the spine nothing is a stray: there the
arches lie."""


def without_strays(
    labelmap: NDArray[np.uint8], chain: Chain, placement: Placement
) -> NDArray[np.uint8]:
    """Gives the labels of a slice with every detached vertebra before the spine as background.

    Args:
        labelmap: (row, column) on the slice's own grid; it is left as it is.
        chain: The discs, in prepared pixels.
        placement: From prepared pixels to the slice's own.
    """
    window = window_of(labelmap == VERTEBRA)
    if window is None or not chain.discs:
        return labelmap
    corner = np.array([side.start for side in window])
    pieces, count = ndimage.label(labelmap[window] == VERTEBRA)
    places = np.array(ndimage.center_of_mass(pieces > 0, pieces, range(1, count + 1)))
    centres = np.array([disc.centre for disc in chain.discs])
    axes = np.array([disc.axis for disc in chain.discs])
    lengths = np.array([disc.length for disc in chain.discs])
    offsets = placement.to_prepared(places + corner)[:, None] - centres[None]
    nearest = np.argmin(np.hypot(offsets[..., 0], offsets[..., 1]), axis=1)
    away = offsets[np.arange(count), nearest]
    along = (away * axes[nearest]).sum(axis=1) / lengths[nearest]
    stray = np.concatenate([[False], along < -BEFORE])
    if not stray.any():
        return labelmap
    cleaned = labelmap.copy()
    cleaned[window][stray[pieces]] = 0
    return cleaned
