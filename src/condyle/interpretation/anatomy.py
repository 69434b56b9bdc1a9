"""From the anatomy network's probabilities to labelled structures on the slice's own grid."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from condyle.interpretation.chain import Chain, find_chain
from condyle.interpretation.discs import DISC, filled, labels_of, window_of
from condyle.interpretation.stray_pieces import without_strays
from condyle.preprocessing.placement import Placement


def _no_maps() -> NDArray[np.float32]:
    return np.zeros((4, 0, 0), dtype=np.float32)


def _nowhere() -> NDArray[np.bool_]:
    return np.zeros((0, 0), dtype=bool)


@dataclass(frozen=True)
class SliceAnatomy:
    """What the anatomy bundle saw on one slice.

    Attributes:
        labelmap: (row, column) uint8 on the slice's own grid: 0 background, 1 disc,
            2 vertebra, 3 canal; disc pixels outside the chain are background, and so is what
            was called vertebra before the spine.
        disc_index: (row, column) uint8 on the same grid, ``index_from_caudal`` or 0.
        chain: The discs, in prepared pixels.
        placement: From prepared pixels to the slice's own.
        confidence: Mean probability of the structures where they were labelled; 0 with none.
        probabilities: (class, row, column) on the prepared grid.
        inside: (row, column), True where the prepared grid holds image.
    """

    labelmap: NDArray[np.uint8] = field(repr=False)
    disc_index: NDArray[np.uint8] = field(repr=False)
    chain: Chain
    placement: Placement
    confidence: float
    probabilities: NDArray[np.float32] = field(repr=False, compare=False, default_factory=_no_maps)
    inside: NDArray[np.bool_] = field(repr=False, compare=False, default_factory=_nowhere)

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
    inside = image_content(image, placement)
    chain = find_chain(probabilities, inside)
    seen = SliceAnatomy(
        labelmap=_labels_on_source(probabilities, placement),
        disc_index=np.zeros(placement.source, dtype=np.uint8),
        chain=chain,
        placement=placement,
        confidence=_confidence(probabilities),
        probabilities=probabilities,
        inside=inside,
    )
    return _with_numbers(seen, chain, seen.labelmap)


def numbered(anatomy: SliceAnatomy, chain: Chain) -> SliceAnatomy:
    """Gives a slice whose discs are those of a chain; other disc pixels become background.

    What joins the pieces of a disc of the chain, and a disc that is only likely, is labelled too.

    Args:
        anatomy: Of the slice, with its probabilities.
        chain: In its prepared pixels.
    """
    if not chain.discs:
        return replace(anatomy, chain=chain)
    labelmap = _labels_on_source(anatomy.probabilities, anatomy.placement)
    return _with_numbers(anatomy, chain, labelmap)


def _with_numbers(anatomy: SliceAnatomy, chain: Chain, labels: NDArray[np.uint8]) -> SliceAnatomy:
    """Does what ``numbered`` does, from the labels of all structures on the slice's own grid."""
    if not chain.discs:
        return anatomy
    labelmap = without_strays(labels, chain, anatomy.placement).copy()
    sure = labels_of(anatomy.probabilities) == DISC
    near = np.zeros(sure.shape, dtype=np.uint8)
    added = np.zeros(sure.shape, dtype=np.uint8)
    for position, disc in enumerate(chain.discs, start=1):
        pixels = filled(disc)
        near[pixels[:, 0], pixels[:, 1]] = position
        added[pixels[:, 0], pixels[:, 1]] = position
    added[sure] = 0
    index = _on_source(grown(near, 2.0), anatomy.placement)
    index[labelmap != DISC] = 0
    more = _on_source(added, anatomy.placement)
    index = np.where((index == 0) & (more > 0), more, index)
    labelmap[labelmap == DISC] = 0
    labelmap[index > 0] = DISC
    return replace(anatomy, labelmap=labelmap, disc_index=index, chain=chain)


def grown(numbers: NDArray[np.uint8], reach: float) -> NDArray[np.uint8]:
    """Gives every pixel within reach of a numbered one the number of the nearest.

    Args:
        numbers: (row, column), 0 for none.
        reach: In pixels.
    """
    made = np.zeros(numbers.shape, dtype=np.uint8)
    window = window_of(numbers > 0, margin=math.ceil(reach))
    if window is None:
        return made
    here = numbers[window]
    distance, nearest = ndimage.distance_transform_edt(here == 0, return_indices=True)
    made[window] = np.where(distance <= reach, here[nearest[0], nearest[1]], 0)
    return made


def _labels_on_source(
    probabilities: NDArray[np.float32], placement: Placement
) -> NDArray[np.uint8]:
    """Gives the structure of each pixel of the slice's own grid, 0 for none.

    A pixel is a mean of prepared ones, so that background stays background between background:
    only what a prepared pixel of a structure has a share in is brought there.
    """
    labels = np.zeros(placement.source, dtype=np.uint8)
    window = window_of(labels_of(probabilities) > 0)
    if window is not None:
        values, place = placement.restore_part(probabilities, *window)
        labels[place] = labels_of(values)
    return labels


def _confidence(probabilities: NDArray[np.float32]) -> float:
    """Gives the mean of the greatest probability over what is not background."""
    labelled = labels_of(probabilities) > 0
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


def _on_source(small: NDArray[np.uint8], placement: Placement) -> NDArray[np.uint8]:
    """Brings a prepared map to the slice's own grid, by the nearest pixel."""
    picks = []
    for axis in range(2):
        along = np.stack([np.arange(float(placement.source[axis]))] * 2, axis=1)
        places = np.rint(placement.to_prepared(along)[:, axis]).astype(int)
        picks.append(np.clip(places, 0, small.shape[axis] - 1))
    result: NDArray[np.uint8] = small[np.ix_(picks[0], picks[1])]
    return result
