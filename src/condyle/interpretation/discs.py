"""Candidate discs: connected pieces of disc label, described by their principal axes."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from condyle.preprocessing.placement import Window

DISC, VERTEBRA, CANAL = 1, 2, 3

Points = NDArray[np.float64]


@dataclass(frozen=True)
class Disc:
    """One intervertebral disc on one slice, in that slice's pixels.

    Attributes:
        centre: (row, column) of its centroid.
        axis: Unit (row, column) vector along the disc, from anterior to posterior.
        length: Extent along the axis, in pixels.
        thickness: Mean extent across the axis, in pixels.
        pixels: (n, 2) rows and columns of its pixels.
    """

    centre: tuple[float, float]
    axis: tuple[float, float]
    length: float
    thickness: float
    pixels: NDArray[np.intp] = field(repr=False, compare=False)

    @property
    def area(self) -> int:
        """Number of pixels."""
        return int(self.pixels.shape[0])

    @property
    def normal(self) -> tuple[float, float]:
        """Unit (row, column) vector across the disc, pointing caudally."""
        return (self.axis[1], -self.axis[0])


def describe_disc(pixels: NDArray[np.intp]) -> Disc:
    """Describes a set of pixels as a disc, by the principal axes of its pixels.

    A uniform bar of length L has variance L squared over 12 along itself, which gives
    the length; the thickness is the area over the length.

    Args:
        pixels: (n, 2) rows and columns, n at least 1.
    """
    points: Points = pixels.astype(np.float64)
    centre = points.mean(axis=0)
    spread = (points - centre).T @ (points - centre) / len(points) + np.eye(2) / 12
    values, vectors = np.linalg.eigh(spread)
    axis = vectors[:, 1]
    if axis[1] < 0:
        axis = -axis
    length = float(np.sqrt(12 * values[1]))
    return Disc(
        centre=(float(centre[0]), float(centre[1])),
        axis=(float(axis[0]), float(axis[1])),
        length=length,
        thickness=float(len(points) / length),
        pixels=pixels,
    )


def labels_of(maps: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Gives the class that is greatest at each pixel, the first of equal ones, as argmax does.

    Args:
        maps: (class, row, column), finite.
    """
    best = maps[0].copy()
    labels = np.zeros(best.shape, dtype=np.uint8)
    for number in range(1, len(maps)):
        labels[maps[number] > best] = number
        np.maximum(best, maps[number], out=best)
    return labels


def window_of(mask: NDArray[np.bool_], *, margin: int = 0) -> Window | None:
    """Gives the part of a grid that holds a mask; ``None`` of an empty one.

    Args:
        mask: (row, column).
        margin: Pixels about the mask that belong to it, as far as the grid goes.
    """
    sides = []
    for axis in range(2):
        there = np.flatnonzero(mask.any(axis=1 - axis))
        if not len(there):
            return None
        end = min(mask.shape[axis], int(there[-1]) + margin + 1)
        sides.append(slice(max(0, int(there[0]) - margin), end))
    return sides[0], sides[1]


def find_discs(
    mask: NDArray[np.bool_], *, min_pixels: int, corner: tuple[int, int] = (0, 0)
) -> list[Disc]:
    """Gives each connected piece of a disc mask that is large enough.

    Args:
        mask: (row, column), the whole slice or a part of it.
        min_pixels: Smaller pieces are left out.
        corner: Where on the slice the part begins.
    """
    labels, _ = ndimage.label(mask, structure=np.ones((3, 3)))
    found = []
    for position, where in enumerate(ndimage.find_objects(labels), start=1):
        if where is None:
            continue
        inside = np.argwhere(labels[where] == position)
        if len(inside) >= min_pixels:
            start = np.array([where[0].start + corner[0], where[1].start + corner[1]])
            found.append(describe_disc(inside + start))
    return found


def merge_fragments(discs: list[Disc], *, length: float) -> list[Disc]:
    """Joins pieces that lie end to end on one line and together make one disc.

    Args:
        discs: Candidate pieces.
        length: Usual length of a disc on this slice, in pixels.
    """
    pieces = list(discs)
    joined = True
    while joined:
        joined = False
        for first in range(len(pieces)):
            for second in range(first + 1, len(pieces)):
                if _one_disc(pieces[first], pieces[second], length=length):
                    union = np.concatenate([pieces[first].pixels, pieces[second].pixels])
                    pieces[first] = describe_disc(union)
                    del pieces[second]
                    joined = True
                    break
            if joined:
                break
    return pieces


def _one_disc(first: Disc, second: Disc, *, length: float) -> bool:
    """Says whether two pieces are fragments of one disc."""
    large, small = (first, second) if first.area >= second.area else (second, first)
    offset = np.subtract(small.centre, large.centre)
    along = abs(float(np.dot(offset, large.axis)))
    across = abs(float(np.dot(offset, large.normal)))
    gap = along - (large.length + small.length) / 2
    if across >= 0.16 * length or gap >= 0.4 * length or small.length >= 0.75 * length:
        return False
    union = describe_disc(np.concatenate([first.pixels, second.pixels]))
    return union.length < 1.35 * length


def filled(disc: Disc) -> NDArray[np.intp]:
    """Gives the (n, 2) pixels of a disc with the holes and gaps between its pieces filled.

    Along the disc its upper and lower borders are carried on straight where it has no pixel, so
    that a bent disc stays bent.

    Args:
        disc: One or several pieces.
    """
    frame = np.array([disc.axis, disc.normal])
    along, across = frame @ (disc.pixels - np.array(disc.centre)).T
    bins = np.rint(along).astype(int)
    places = np.unique(bins)
    low = np.array([across[bins == place].min() for place in places])
    high = np.array([across[bins == place].max() for place in places])
    corner = disc.pixels.min(axis=0)
    size = disc.pixels.max(axis=0) - corner + 1
    grid = np.indices(size).reshape(2, -1).T + corner
    x, y = frame @ (grid - np.array(disc.centre)).T
    held = (x >= places[0] - 0.5) & (x <= places[-1] + 0.5)
    held &= (y >= np.interp(x, places, low) - 0.25) & (y <= np.interp(x, places, high) + 0.25)
    own = np.zeros(tuple(size), dtype=bool)
    own[tuple((disc.pixels - corner).T)] = True
    pixels: NDArray[np.intp] = np.argwhere(own | held.reshape(tuple(size))) + corner
    return pixels
