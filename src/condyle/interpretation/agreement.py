"""Whether two contrasts of one patient count their discs alike."""

from __future__ import annotations

import numpy as np

from condyle.interpretation.anatomy import SliceAnatomy


def chain_shift(first: SliceAnatomy, second: SliceAnatomy) -> int:
    """Gives by how many discs the second chain starts further cranial than the first.

    Series of one examination are mostly planned with the same field of view, so that a
    disc lies at the same share of the image in both. The shift under which discs lie
    closest is the answer, but only where it explains clearly more than no shift does;
    fields of view that differ give 0.

    Args:
        first: One contrast.
        second: Another contrast of the same patient.
    """
    mine, theirs = _relative_centres(first), _relative_centres(second)
    if len(mine) < 3 or len(theirs) < 3:
        return 0
    spacing = float(np.median(np.hypot(*np.diff(mine, axis=0).T)))
    distances = {shift: _distance(mine, theirs, shift=shift) for shift in range(-2, 3)}
    best = min(distances, key=lambda shift: (distances[shift], abs(shift)))
    clear = distances[best] < 0.35 * spacing and distances[0] > 0.65 * spacing
    return best if clear else 0


def _relative_centres(anatomy: SliceAnatomy) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    size = np.array(anatomy.labelmap.shape, dtype=float)
    points = [anatomy.centre(position) for position in range(len(anatomy.chain.discs))]
    relative: np.ndarray[tuple[int, int], np.dtype[np.float64]] = (
        np.array(points, dtype=np.float64).reshape(-1, 2) / size
    )
    return relative


def _distance(
    mine: np.ndarray[tuple[int, int], np.dtype[np.float64]],
    theirs: np.ndarray[tuple[int, int], np.dtype[np.float64]],
    *,
    shift: int,
) -> float:
    """Gives the median distance of discs paired under a shift; infinite with under 3 pairs."""
    start = mine[max(0, shift) :]
    other = theirs[max(0, -shift) :]
    count = min(len(start), len(other))
    if count < 3:
        return float("inf")
    return float(np.median(np.hypot(*(start[:count] - other[:count]).T)))
