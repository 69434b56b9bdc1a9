"""Which slice of a sagittal volume shows the midline, as a whole and a disc at a time."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from condyle.interpretation.anatomy import SliceAnatomy
from condyle.interpretation.chain import Chain
from condyle.interpretation.discs import CANAL, Disc

LEAST_CANAL = 0.19
"""Depth of canal, see ``canal_depth``, under which a slice is told to lie beside the midline.

Chosen on slices read out of fold, within their volumes: of 33 that show under half of their
patient's canal it tells 24, of 137 that show three quarters and more 3, and of 321 mid-sagittal
ones that the eye found on the midline 4.
"""


def midsagittal_slice(slices: Sequence[SliceAnatomy]) -> int:
    """Gives the position of the slice that shows the most of the canal and a chain of discs.

    The canal's area falls off to both sides of the midline, so its centre of mass over
    the slices is the midline; among the slices near it the one with the longest chain wins.

    Args:
        slices: Neighbouring slices in order, at least one.
    """
    canal = np.array([(item.labelmap == CANAL).sum() for item in slices], dtype=float)
    discs = np.array([len(item.chain.discs) for item in slices], dtype=float)
    if canal.sum() == 0:
        return int(discs.argmax())
    weight = np.where(canal > 0.3 * canal.max(), canal, 0.0)
    centre = float((np.arange(len(slices)) * weight).sum() / weight.sum())
    score = discs + canal / canal.max() - 0.4 * np.abs(np.arange(len(slices)) - centre)
    return int(score.argmax())


def disc_slices(slices: Sequence[SliceAnatomy], middle: int) -> tuple[int, ...]:
    """Gives the midline slice of each disc of the middle slice's chain.

    Where the spine is curved the midline wanders from slice to slice along it; near a
    disc it is where the canal behind that disc is widest, found as the centre of mass
    of the canal's area over the slices.

    Args:
        slices: Neighbouring slices in order.
        middle: The slice whose chain numbers the discs.
    """
    chain = slices[middle].chain
    chosen = []
    for position, disc in enumerate(chain.discs):
        row = slices[middle].centre(position)[0]
        reach = 0.6 * chain.length * slices[middle].placement.scale[0]
        low, high = int(max(0, row - reach)), int(row + reach) + 1
        area = np.array([(item.labelmap[low:high] == CANAL).sum() for item in slices], dtype=float)
        area[area < 0.4 * area.max(initial=0.0)] = 0.0
        wanted = middle
        if area.sum() > 0:
            wanted = round(float((np.arange(len(slices)) * area).sum() / area.sum()))
        wanted = int(np.clip(wanted, middle - 2, middle + 2))
        near = sorted(range(len(slices)), key=lambda n: abs(n - wanted))
        chosen.append(next((n for n in near if _same_disc(slices[n], disc, chain.length)), middle))
    return tuple(chosen)


def _same_disc(other: SliceAnatomy, disc: Disc, length: float) -> bool:
    return matching_disc(other, disc, length=length) is not None


def matching_disc(other: SliceAnatomy, disc: Disc, *, length: float) -> int | None:
    """Gives the position in another slice's chain of the disc at the same place, or ``None``."""
    centre = disc.centre
    for position, candidate in enumerate(other.chain.discs):
        if float(np.hypot(*np.subtract(candidate.centre, centre))) < 0.35 * length:
            return position
    return None


def canal_depth(chain: Chain, labels: NDArray[np.uint8]) -> float:
    """Gives how deep the canal is behind discs and bodies, a mean in lengths of a disc.

    It is looked for from 0.3 to 1.3 lengths behind their middles. About 0.36 on the midline; less
    beside it, where bone comes into the way, and where many levels are narrow.

    Args:
        chain: At least one disc.
        labels: (row, column) structures on the grid of the chain.
    """
    ways = [(np.array(disc.centre), np.array(disc.axis)) for disc in chain.discs]
    ways += [((one + other) / 2, _unit(a + b)) for (one, a), (other, b) in pairwise(ways)]
    steps = np.linspace(0.3, 1.3, 41)[:, None] * chain.length
    places = np.rint([centre + steps * axis for centre, axis in ways]).astype(int)
    inside: NDArray[np.bool_] = np.all((places >= 0) & (places < np.array(labels.shape)), axis=2)
    rows, columns = np.moveaxis(np.where(inside[..., None], places, 0), 2, 0)
    return float(((labels[rows, columns] == CANAL) & inside).mean())


def _unit(way: NDArray[np.float64]) -> NDArray[np.float64]:
    made: NDArray[np.float64] = way / np.hypot(*way)
    return made
