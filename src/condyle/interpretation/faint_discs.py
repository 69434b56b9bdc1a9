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
    rows, columns = np.indices(probabilities.shape[1:])
    near = np.hypot(rows - place[0], columns - place[1]) < 0.75 * step
    taken = np.zeros(inside.shape, dtype=bool)
    for disc in discs:
        taken[disc.pixels[:, 0], disc.pixels[:, 1]] = True
    free = near & inside & ~ndimage.binary_dilation(taken, iterations=2)
    pieces = find_discs((probabilities[DISC] > FAINT) & free, min_pixels=10)
    found = merge_fragments(pieces, length=length)
    fitting = [one for one in found if _fits(one, end, way, step=step, length=length)]
    weight = {id(one): _weight(one, place, probabilities, length=length) for one in fitting}
    return max(fitting, key=lambda one: weight[id(one)], default=None)


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
