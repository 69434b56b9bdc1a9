"""Discs that a network is unsure of, looked for where the chain says that one must be."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from condyle.interpretation.discs import DISC, Disc, find_discs, merge_fragments

FAINT = 0.12
"""Probability of disc above which pixels are looked at where a disc is missing."""

SPARED = 2
"""Pixels about the chain's own discs in which no other is looked for."""

NEIGHBOURS = 4
"""Discs at an end by which the step to the next one is judged."""


def step_between(discs: Sequence[Disc]) -> float:
    """Gives the median distance of neighbouring discs' centres; at least two discs."""
    return float(np.median([distance(a, b) for a, b in pairwise(discs)]))


def distance(first: Disc, second: Disc) -> float:
    """Gives the distance of two discs' centres in pixels."""
    return float(np.hypot(*np.subtract(first.centre, second.centre)))


def next_disc(
    discs: Sequence[Disc],
    probabilities: NDArray[np.float32],
    inside: NDArray[np.bool_],
    *,
    length: float,
    caudal: bool,
) -> Disc | None:
    """Gives the disc beyond an end of a chain that a network was unsure of, or ``None``.

    Args:
        discs: The chain, the most caudal first, at least two.
        probabilities: (class, row, column) on the prepared grid.
        inside: (row, column), True where the grid holds image and not padding.
        length: Usual length of a disc there.
        caudal: Whether it is looked for below the first disc, or above the last.
    """
    end, beside = (discs[0], discs[1]) if caudal else (discs[-1], discs[-2])
    step = step_between(discs[:NEIGHBOURS] if caudal else discs[-NEIGHBOURS:])
    way = np.subtract(end.centre, beside.centre) / distance(end, beside)
    if caudal:
        # The sacrum turns backwards: half way between where the chain goes and the disc's normal.
        way = way + np.array(end.normal)
        way = way / np.hypot(*way)
    place = np.array(end.centre) + way * step
    window, corner = _around(place, 0.75 * step + SPARED, inside.shape)
    rows, columns = np.ogrid[window]
    near = np.hypot(rows - place[0], columns - place[1]) < 0.75 * step
    taken = np.zeros(inside.shape, dtype=bool)
    for disc in discs:
        taken[disc.pixels[:, 0], disc.pixels[:, 1]] = True
    free = near & inside[window] & ~ndimage.binary_dilation(taken[window], iterations=SPARED)
    faint = (probabilities[DISC][window] > FAINT) & free
    if not faint.any():  # beyond the border too, where the window is empty
        return None
    pieces = find_discs(faint, min_pixels=10, corner=corner)
    found = merge_fragments(pieces, length=length)
    fitting = [one for one in found if _fits(one, end, way, step=step, length=length)]
    weight = {id(one): _weight(one, place, probabilities, length=length) for one in fitting}
    return max(fitting, key=lambda one: weight[id(one)], default=None)


def _around(
    place: NDArray[np.float64], reach: float, shape: tuple[int, ...]
) -> tuple[tuple[slice, slice], tuple[int, int]]:
    """Gives the part of a grid within reach of a place, and where it begins."""
    low = np.clip(np.floor(place - reach).astype(int), 0, shape)
    high = np.clip(np.ceil(place + reach).astype(int) + 1, low, shape)
    corner = (int(low[0]), int(low[1]))
    return (slice(corner[0], int(high[0])), slice(corner[1], int(high[1]))), corner


def _fits(disc: Disc, end: Disc, way: NDArray[np.float64], *, step: float, length: float) -> bool:
    """Says whether a candidate lies a step on, lies across the way, and is flat."""
    apart = distance(disc, end)
    return (
        0.55 * step < apart < 1.5 * step
        and 0.3 * length <= disc.length <= 1.5 * length
        and disc.thickness <= 0.75 * disc.length
        and float(np.dot(np.subtract(disc.centre, end.centre), way)) >= 0.5 * apart
        and abs(float(np.dot(disc.axis, end.axis))) >= 0.5
    )


def _weight(
    disc: Disc,
    place: NDArray[np.float64],
    probabilities: NDArray[np.float32],
    *,
    length: float,
) -> float:
    """Gives how much of a disc there is, less where it lies far from its place."""
    sure = float(probabilities[DISC][disc.pixels[:, 0], disc.pixels[:, 1]].sum())
    off = float(np.hypot(*(np.array(disc.centre) - place))) / (0.5 * length)
    return sure * float(np.exp(-(off**2)))
