"""The outline of a mask, as a closed line of pixel coordinates."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Outline = tuple[tuple[float, float], ...]
Box = tuple[float, float, float, float]

_AROUND = ((0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1), (-1, 0), (-1, 1))


def outline_of(mask: NDArray[np.bool_]) -> tuple[Outline, Box | None]:
    """Gives the outer border of a mask's largest piece, and the box of the whole mask.

    The border is followed from pixel centre to pixel centre, clockwise as seen with rows
    downwards (Moore neighbour tracing with Jacob's stopping rule), and straight runs are
    kept as their ends.

    Args:
        mask: (row, column).

    Returns:
        The outline as (row, column) points and the half-open box (row0, column0, row1,
        column1) in pixel edges; an empty outline and ``None`` where the mask is empty.
    """
    rows, columns = np.nonzero(mask)
    if rows.size == 0:
        return (), None
    box = (float(rows.min()), float(columns.min()), float(rows.max() + 1), float(columns.max() + 1))
    labels, count = ndimage.label(mask, structure=np.ones((3, 3)))
    if count > 1:
        sizes = np.bincount(labels.ravel())[1:]
        rows, columns = np.nonzero(labels == int(sizes.argmax()) + 1)
    piece = {(int(r), int(c)) for r, c in zip(rows, columns, strict=True)}
    return _straighten(_trace(piece)), box


def _trace(piece: set[tuple[int, int]]) -> list[tuple[int, int]]:
    start = min(piece)
    border = [start]
    here, arrived = start, 4
    for _ in range(4 * len(piece) + 8):
        for turn in range(1, 9):
            direction = (arrived + turn) % 8
            step = _AROUND[direction]
            place = (here[0] + step[0], here[1] + step[1])
            if place in piece:
                here = place
                arrived = (direction + 4) % 8
                break
        else:
            return border
        if here == start and len(border) > 1 and _next(piece, here, arrived) == border[1]:
            return border
        border.append(here)
    return border


def _next(
    piece: set[tuple[int, int]], here: tuple[int, int], arrived: int
) -> tuple[int, int] | None:
    for turn in range(1, 9):
        step = _AROUND[(arrived + turn) % 8]
        place = (here[0] + step[0], here[1] + step[1])
        if place in piece:
            return place
    return None


def _straighten(border: list[tuple[int, int]]) -> Outline:
    """Leaves out points in the middle of a straight run."""
    if len(border) < 3:
        return tuple((float(r), float(c)) for r, c in border)
    kept = []
    for position, (row, column) in enumerate(border):
        before = border[position - 1]
        after = border[(position + 1) % len(border)]
        if (row - before[0], column - before[1]) != (after[0] - row, after[1] - column):
            kept.append((float(row), float(column)))
    return tuple(kept)
