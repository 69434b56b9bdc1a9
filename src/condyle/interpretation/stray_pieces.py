"""Pieces labelled vertebra or canal that lie before the spine: bowel and vessels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from condyle.interpretation.chain import Chain
from condyle.interpretation.discs import CANAL, VERTEBRA, window_of
from condyle.preprocessing.placement import Placement

BEFORE = {VERTEBRA: 0.8, CANAL: 0.0}
"""By structure, how far before the centre of the nearest disc a piece may have its own, in lengths
of that disc: a body's lies at 0, the canal behind it, a disc ends at 0.5. Behind the spine nothing
is a stray: there the arches lie."""


def without_strays(
    labelmap: NDArray[np.uint8], chain: Chain, placement: Placement
) -> NDArray[np.uint8]:
    """Gives the labels of a slice with what lies detached before the spine as background.

    The largest piece of a structure stays wherever it lies: on a mirrored slice the canal is
    before the discs, and tells that it is mirrored.

    Args:
        labelmap: (row, column) on the slice's own grid; it is left as it is.
        chain: The discs, in prepared pixels.
        placement: From prepared pixels to the slice's own.
    """
    cleaned = labelmap
    for structure in BEFORE if chain.discs else ():
        window = window_of(labelmap == structure)
        if window is None:
            continue
        pieces, count = ndimage.label(labelmap[window] == structure)
        stray = _strays(pieces, count, structure, window, chain, placement)
        if stray.any():
            cleaned = labelmap.copy() if cleaned is labelmap else cleaned
            cleaned[window][stray[pieces]] = 0
    return cleaned


def _strays(
    pieces: NDArray[np.int32],
    count: int,
    structure: int,
    window: tuple[slice, slice],
    chain: Chain,
    placement: Placement,
) -> NDArray[np.bool_]:
    """Gives (count + 1,) whether each piece of a structure, background first, is a stray."""
    corner = np.array([side.start for side in window])
    places = np.array(ndimage.center_of_mass(pieces > 0, pieces, range(1, count + 1)))
    centres = np.array([disc.centre for disc in chain.discs])
    axes = np.array([disc.axis for disc in chain.discs])
    lengths = np.array([disc.length for disc in chain.discs])
    offsets = placement.to_prepared(places + corner)[:, None] - centres[None]
    nearest = np.argmin(np.hypot(offsets[..., 0], offsets[..., 1]), axis=1)
    away = offsets[np.arange(count), nearest]
    along = (away * axes[nearest]).sum(axis=1) / lengths[nearest]
    stray = np.concatenate([[False], along < -BEFORE[structure]])
    stray[1 + int(np.argmax(np.bincount(pieces.ravel())[1:]))] = False
    return stray
