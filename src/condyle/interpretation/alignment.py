"""Where one slice of a patient lies on another: two contrasts of the same mid-sagittal plane."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from condyle.preprocessing.placement import Placement

Maps = NDArray[np.float32]
Pair = NDArray[np.float64]

COARSE = 4
"""Pixels of the prepared grid that are one of the grid on which slices are compared."""

REACH = 22
"""Prepared pixels by which a slice is moved at most: under a vertebra's height, so that one is
not taken for its neighbour."""

SIZES = (0.88, 0.94, 1.0, 1.06, 1.14)
"""Sizes that are tried about that of equal fields of view."""

FINE = (0.97, 1.03)


@dataclass(frozen=True)
class Alignment:
    """Takes a prepared (row, column) of one slice to that of another: ``scale * here + offset``.

    Attributes:
        scale: (row, column).
        offset: (row, column) in prepared pixels of the other slice.
        likeness: Normalised correlation of both slices' structures under it, 0 to 1.
    """

    scale: Pair = field(compare=False)
    offset: Pair = field(compare=False)
    likeness: float

    def carry(self, maps: Maps, *, fill: float = 0.0) -> Maps:
        """Brings (..., row, column) maps of the other slice to the grid of this one.

        Args:
            maps: Of the other slice; the last two axes are its prepared grid.
            fill: What stands beyond its border.
        """
        flat = maps.reshape(-1, *maps.shape[-2:]).astype(np.float32)
        made = [
            ndimage.affine_transform(one, self.scale, self.offset, order=1, cval=fill)
            for one in flat
        ]
        carried: Maps = np.stack(made).reshape(maps.shape)
        return carried

    def to_other(self, points: NDArray[np.floating]) -> NDArray[np.float64]:
        """Takes (n, 2) points of this slice to the other."""
        taken: NDArray[np.float64] = np.asarray(points, np.float64) * self.scale + self.offset
        return taken


def align(here: Maps, there: Maps, placements: tuple[Placement, Placement]) -> Alignment:
    """Finds where one slice lies on another of the same plane, by the structures of both.

    What a network labels is the same on all contrasts, where intensities are not. The search
    begins at equal fields of view, in shares of the image, and moves less than a vertebra.

    Args:
        here: (class, row, column) probabilities, background first, on a square prepared grid.
        there: Those of the other slice.
        placements: Of both.
    """
    search = _Search(_coarse(here), _coarse(there))
    scale, offset = _equal_frames(*placements)
    middle = (np.array(here.shape[1:]) - 1) / 2
    anchor = scale * middle + offset
    starts = [scale]
    even = float(np.sqrt(scale[0] * scale[1]))
    if abs(scale[0] / scale[1] - 1) > 0.04:
        starts.append(np.array([even, even]))
    best = Alignment(scale, offset, -1.0)
    for start in starts:
        for size in SIZES:
            best = search.better(best, start * size, anchor - start * size * middle)
    for axis in (0, 1, 0, 1):
        for factor in FINE:
            turned = best.scale.copy()
            turned[axis] *= factor
            best = search.better(best, turned, anchor - turned * middle)
    return best


def _coarse(maps: Maps) -> Maps:
    """Gives the structures, without the background, in means of blocks."""
    count, rows, columns = maps.shape
    blocks = maps.reshape(count, rows // COARSE, COARSE, columns // COARSE, COARSE)
    made: Maps = blocks.mean(axis=(2, 4))[1:]
    return made


def _equal_frames(here: Placement, there: Placement) -> tuple[Pair, Pair]:
    """Gives scale and offset under which both slices' borders lie on each other."""
    scales, offsets = [], []
    for axis in range(2):
        share = here.scale[axis] / here.source[axis]
        scale = share * there.source[axis] / there.scale[axis]
        scales.append(scale)
        offsets.append((0.5 - here.offset[axis]) * scale + there.offset[axis] - 0.5)
    return np.array(scales), np.array(offsets)


class _Search:
    """Holds one slice's spectrum, and says where another lies on it at a given scale."""

    def __init__(self, here: Maps, there: Maps) -> None:
        self._there = there
        self._size = (2 * here.shape[1], 2 * here.shape[2])
        self._spectrum = np.fft.rfft2(here, s=self._size)
        self._norm = float(np.sqrt((here**2).sum())) + 1e-9

    def better(self, best: Alignment, scale: Pair, offset: Pair) -> Alignment:
        """Gives the better of an alignment and the best one at this scale."""
        shift = (scale * (COARSE - 1) / 2 + offset - (COARSE - 1) / 2) / COARSE
        moved = np.stack(
            [ndimage.affine_transform(one, scale, shift, order=1) for one in self._there]
        )
        norm = float(np.sqrt((moved**2).sum())) + 1e-9
        product = self._spectrum * np.conj(np.fft.rfft2(moved, s=self._size))
        reach = -(-REACH // COARSE)
        near = np.roll(np.fft.irfft2(product.sum(axis=0), s=self._size), (reach, reach), (0, 1))
        near = near[: 2 * reach + 1, : 2 * reach + 1] / (self._norm * norm)
        top = np.unravel_index(int(near.argmax()), near.shape)
        likeness = float(near[top])
        if likeness <= best.likeness:
            return best
        step = np.array([int(top[0]), int(top[1])]) - reach + _between(near, top)
        return Alignment(scale, offset - scale * COARSE * step, likeness)


def _between(values: NDArray[np.float64], top: tuple[np.intp, ...]) -> Pair:
    """Gives by how much the peak lies off its pixel, by a parabola along each axis."""
    found = np.zeros(2)
    for axis in range(2):
        line = np.take(values, int(top[1 - axis]), axis=1 - axis)
        at = int(top[axis])
        if 0 < at < len(line) - 1:
            bend = line[at - 1] - 2 * line[at] + line[at + 1]
            if bend < 0:
                found[axis] = 0.5 * (line[at - 1] - line[at + 1]) / bend
    return found
