"""From the anatomy network's probabilities to labelled structures on the slice's own grid."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from condyle.interpretation.chain import Chain, find_chain
from condyle.interpretation.discs import DISC
from condyle.preprocessing.placement import Placement


@dataclass(frozen=True)
class SliceAnatomy:
    """What the anatomy bundle saw on one slice.

    Attributes:
        labelmap: (row, column) uint8 on the slice's own grid: 0 background, 1 disc,
            2 vertebra, 3 canal; disc pixels outside the chain are background.
        disc_index: (row, column) uint8 on the same grid, ``index_from_caudal`` or 0.
        chain: The discs, in prepared pixels.
        placement: From prepared pixels to the slice's own.
        confidence: Mean probability of the structures where they were labelled; 0 with none.
    """

    labelmap: NDArray[np.uint8] = field(repr=False)
    disc_index: NDArray[np.uint8] = field(repr=False)
    chain: Chain
    placement: Placement
    confidence: float

    def centre(self, position: int) -> tuple[float, float]:
        """Gives the (row, column) centre of a disc on the slice's own grid."""
        point = self.placement.to_source(np.array([self.chain.discs[position].centre]))[0]
        return (float(point[0]), float(point[1]))


def interpret_slice(
    probabilities: NDArray[np.float32],
    image: NDArray[np.float32],
    placement: Placement,
) -> SliceAnatomy:
    """Finds the structures and the chain of discs on one slice.

    Args:
        probabilities: (class, row, column) on the prepared grid.
        image: (row, column) prepared image, which tells padding from tissue.
        placement: Of the prepared slice.
    """
    chain = find_chain(probabilities, image_content(image, placement))
    restored = placement.restore(probabilities)
    labelmap = restored.argmax(axis=0).astype(np.uint8)
    index = _disc_index(chain, placement, prepared=probabilities.shape[1:])
    index[labelmap != DISC] = 0
    if chain.discs:
        labelmap[(labelmap == DISC) & (index == 0)] = 0
    return SliceAnatomy(
        labelmap=labelmap,
        disc_index=index,
        chain=chain,
        placement=placement,
        confidence=_confidence(probabilities),
    )


def _confidence(probabilities: NDArray[np.float32]) -> float:
    """Gives the mean of the greatest probability over what is not background."""
    labelled = probabilities.argmax(axis=0) > 0
    return float(probabilities.max(axis=0)[labelled].mean()) if labelled.any() else 0.0


def image_content(image: NDArray[np.float32], placement: Placement) -> NDArray[np.bool_]:
    """Tells where a prepared slice holds image: not padding, nor black bars of its own.

    Args:
        image: (row, column) prepared image in 0 to 1.
        placement: Of the prepared slice.
    """
    inside = np.zeros(image.shape, dtype=bool)
    start = [round(value) for value in placement.offset]
    size = [round(placement.source[i] / placement.scale[i]) for i in range(2)]
    inside[start[0] : start[0] + size[0], start[1] : start[1] + size[1]] = True
    lit = image > 0.02
    rows = ndimage.uniform_filter1d(lit.mean(axis=1), 3) > 0.02
    columns = ndimage.uniform_filter1d(lit.mean(axis=0), 3) > 0.02
    inside &= rows[:, None] & columns[None, :]
    return inside


def _disc_index(
    chain: Chain, placement: Placement, *, prepared: tuple[int, ...]
) -> NDArray[np.uint8]:
    """Gives the index of the nearest disc of the chain, on the source grid, near that disc."""
    small = np.zeros(prepared, dtype=np.uint8)
    for position, disc in enumerate(chain.discs, start=1):
        small[disc.pixels[:, 0], disc.pixels[:, 1]] = position
    if not chain.discs:
        return np.zeros(placement.source, dtype=np.uint8)
    distance, nearest = ndimage.distance_transform_edt(small == 0, return_indices=True)
    small = np.where(distance <= 2.0, small[nearest[0], nearest[1]], 0).astype(np.uint8)
    rows = placement.to_prepared(np.stack([np.arange(placement.source[0])] * 2, axis=1))[:, 0]
    columns = placement.to_prepared(np.stack([np.arange(placement.source[1])] * 2, axis=1))[:, 1]
    pick_rows = np.clip(np.rint(rows).astype(int), 0, prepared[0] - 1)
    pick_columns = np.clip(np.rint(columns).astype(int), 0, prepared[1] - 1)
    result: NDArray[np.uint8] = small[np.ix_(pick_rows, pick_columns)]
    return result
