"""The chain of discs: which candidates are discs, in which order, from which end counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from condyle.interpretation.discs import (
    CANAL,
    DISC,
    VERTEBRA,
    Disc,
    find_discs,
    labels_of,
    merge_fragments,
)
from condyle.interpretation.faint_discs import distance, next_disc
from condyle.interpretation.lowest_disc import (
    SHIPPED,
    LowestRule,
    body_between,
    lumbar_probability,
)

MIN_DISCS = 3
"""Fewer discs than this are no lumbar spine."""

MAX_CANDIDATES = 24
"""Only the largest candidates are looked at, so that noise costs no time."""

LEAST_JOINED = 0.3
"""Mean probability of vertebra between two discs under which no body joins them."""

MAX_FAINT = 2
"""Discs that are looked for beyond each end of the chain."""


@dataclass(frozen=True)
class Chain:
    """The discs of one slice from caudal to cranial.

    Attributes:
        discs: Caudal first, so that position 0 has ``index_from_caudal`` 1.
        sacrum_in_view: True where no vertebral body lies below the last disc and the
            image goes on there, so that the last disc can be taken for L5-S1.
        length: Median disc length in pixels, the unit of crops and tolerances.
        gaps: Positions after which a disc seems to be missing.
        canal_share: Share of discs that have canal behind them; low off the midline.
        dropped: Number of discs left out at the ends: S1-S2, or one that no vertebra joins.
        lowest: Probability that position 0 is a disc of the lumbar spine and not S1-S2.
        below: Probability that the disc left out below it is one; 0 where there is none.
    """

    discs: tuple[Disc, ...]
    sacrum_in_view: bool = False
    length: float = 0.0
    gaps: tuple[int, ...] = ()
    canal_share: float = 0.0
    dropped: int = 0
    lowest: float = 1.0
    below: float = 0.0

    @property
    def proportion(self) -> float:
        """Usual length of the lowest discs over the step from one to the next; about 1.

        It is greater where a slice is squashed and less where it is stretched; 1 where there
        are too few discs to tell.
        """
        lowest = self.discs[:6]
        if len(lowest) < MIN_DISCS:
            return 1.0
        steps = [distance(a, b) for a, b in pairwise(lowest)]
        return float(np.median([disc.length for disc in lowest]) / np.median(steps))


def find_chain(
    probabilities: NDArray[np.float32],
    inside: NDArray[np.bool_],
    *,
    rule: LowestRule = SHIPPED,
) -> Chain:
    """Finds the chain of discs on one slice, or on what several slices of a patient say together.

    Args:
        probabilities: (class, row, column) on a square-pixelled grid.
        inside: (row, column), True where the grid holds image and not padding.
        rule: Which tells the last lumbar disc from S1-S2.
    """
    labelmap = labels_of(probabilities)
    candidates = find_discs((labelmap == DISC) & inside, min_pixels=12)
    if len(candidates) < MIN_DISCS:
        return Chain(())
    candidates = sorted(candidates, key=lambda disc: -disc.area)[:MAX_CANDIDATES]
    length = _usual_length(candidates)
    discs = merge_fragments(candidates, length=length)
    discs = [disc for disc in discs if _plausible(disc, length=length, labelmap=labelmap)]
    discs = _on_curve(discs, length=length)
    discs.sort(key=lambda disc: -disc.centre[0])
    discs = _one_a_level(discs, length=length)
    discs = _fill_gaps(discs, probabilities, length=length)
    before = len(discs)
    discs = _drop_detached(discs, probabilities, length=length)
    if len(discs) < MIN_DISCS:
        return Chain(())
    discs, faint = _with_faint(discs, probabilities, inside, length=length)
    discs, lowest, below = _drop_sacral(discs, probabilities, rule=rule)
    return Chain(
        discs=tuple(discs),
        sacrum_in_view=_sacrum_below(discs[0], labelmap, inside, length=length),
        length=length,
        gaps=_gaps(discs),
        canal_share=canal_behind(discs, probabilities, length=length),
        dropped=max(0, before + faint - len(discs)),
        lowest=lowest,
        below=below,
    )


def _usual_length(discs: list[Disc]) -> float:
    """Gives the median length of the larger candidates."""
    largest = max(disc.area for disc in discs)
    return float(np.median([disc.length for disc in discs if disc.area > 0.35 * largest]))


def _plausible(disc: Disc, *, length: float, labelmap: NDArray[np.uint8]) -> bool:
    """Says whether a candidate is large, flat and touches a vertebra."""
    if disc.length < 0.45 * length or disc.length > 1.7 * length:
        return False
    if disc.thickness > 0.75 * disc.length:
        return False
    return max(_share_beside(disc, labelmap, length=length, side=side) for side in (-1, 1)) > 0.25


def _share_beside(disc: Disc, labelmap: NDArray[np.uint8], *, length: float, side: int) -> float:
    """Gives the share of vertebra on the caudal (1) or cranial (-1) side of a disc."""
    steps = np.linspace(0.12, 0.4, 6) * length * side + 0.5 * disc.thickness * side
    places = np.linspace(-0.3, 0.3, 7) * disc.length
    points = (
        np.array(disc.centre)
        + steps[:, None, None] * np.array(disc.normal)
        + places[None, :, None] * np.array(disc.axis)
    )
    return _share(labelmap, points.reshape(-1, 2), VERTEBRA)


def _share(labelmap: NDArray[np.uint8], points: NDArray[np.float64], label: int) -> float:
    """Gives the share of points that carry a label; points outside do not."""
    index = np.rint(points).astype(int)
    ok = np.all((index >= 0) & (index < np.array(labelmap.shape)), axis=1)
    hits = labelmap[index[ok, 0], index[ok, 1]] == label
    return float(hits.sum() / len(points))


def _on_curve(discs: list[Disc], *, length: float) -> list[Disc]:
    """Drops candidates that lie off the smooth curve through the others.

    A chain that runs more across the image than down it is no upright spine, and none is given.
    """
    if len(discs) > 1 and _lies(discs):
        return []
    kept = list(discs)
    while len(kept) > MIN_DISCS + 1:
        rows = np.array([disc.centre[0] for disc in kept])
        rows = rows - rows.mean()
        columns = np.array([disc.centre[1] for disc in kept])
        weights = np.array([float(disc.area) for disc in kept]) ** 0.5
        worst, distance = -1, 0.9 * length
        for position in range(len(kept)):
            others = np.arange(len(kept)) != position
            degree = 2 if others.sum() > 3 else 1
            curve = np.polyfit(rows[others], columns[others], degree, w=weights[others])
            off = abs(float(np.polyval(curve, rows[position]) - columns[position]))
            end = position in (int(rows.argmin()), int(rows.argmax()))
            if off > distance * (1.6 if end else 1.0):
                worst, distance = position, off
        if worst < 0:
            break
        del kept[worst]
    return kept


def _lies(discs: Sequence[Disc]) -> bool:
    """Says whether discs are spread more across the image than down it, larger ones first."""
    centres = np.array([disc.centre for disc in discs])
    weights = np.array([float(disc.area) for disc in discs])
    middle = np.average(centres, axis=0, weights=weights)
    spread = np.average((centres - middle) ** 2, axis=0, weights=weights)
    return bool(spread[0] < spread[1])


def _one_a_level(discs: list[Disc], *, length: float) -> list[Disc]:
    """Keeps the larger of two discs that lie at one level."""
    kept: list[Disc] = []
    for disc in discs:
        if kept and distance(kept[-1], disc) < 0.35 * length:
            if disc.area > kept[-1].area:
                kept[-1] = disc
            continue
        kept.append(disc)
    return kept


def _gaps(discs: list[Disc]) -> tuple[int, ...]:
    """Gives the positions after which the step to the next disc is far too long."""
    steps = np.array([distance(a, b) for a, b in pairwise(discs)])
    found = []
    for position, step in enumerate(steps):
        others = np.delete(steps, position)
        if len(others) and step > 1.6 * float(np.median(others)):
            found.append(position)
    return tuple(found)


def _fill_gaps(
    discs: list[Disc], probabilities: NDArray[np.float32], *, length: float
) -> list[Disc]:
    """Looks for a fainter disc where a step is about twice as long as the others."""
    filled = list(discs)
    for position in reversed(_gaps(discs)):
        middle = np.add(discs[position].centre, discs[position + 1].centre) / 2
        rows, columns = np.indices(probabilities.shape[1:])
        near = np.hypot(rows - middle[0], columns - middle[1]) < 0.65 * length
        faint = find_discs((probabilities[DISC] > 0.12) & near, min_pixels=12)
        faint = [disc for disc in faint if disc.length > 0.4 * length]
        if faint:
            filled.insert(position + 1, max(faint, key=lambda disc: disc.area))
    return filled


def _with_faint(
    discs: list[Disc],
    probabilities: NDArray[np.float32],
    inside: NDArray[np.bool_],
    *,
    length: float,
) -> tuple[list[Disc], int]:
    """Adds discs beyond both ends that a network was unsure of; gives also how many."""
    before = len(discs)
    for _ in range(MAX_FAINT):
        found = next_disc(discs, probabilities, inside, length=length, caudal=True)
        if found is None or body_between(found, discs[0], probabilities) < LEAST_JOINED:
            break
        discs = [found, *discs]
    for _ in range(MAX_FAINT):
        found = next_disc(discs, probabilities, inside, length=length, caudal=False)
        if found is None or body_between(discs[-1], found, probabilities) < LEAST_JOINED:
            break
        discs = [*discs, found]
    return discs, len(discs) - before


def _drop_sacral(
    discs: list[Disc], probabilities: NDArray[np.float32], *, rule: LowestRule
) -> tuple[list[Disc], float, float]:
    """Drops S1-S2; gives also how probably the lowest disc, and the one dropped, are lumbar."""
    below, lowest = 0.0, lumbar_probability(discs[0], discs[1], probabilities, rule=rule)
    while len(discs) > MIN_DISCS and lowest < 0.5:
        below, discs = lowest, discs[1:]
        lowest = lumbar_probability(discs[0], discs[1], probabilities, rule=rule)
    return discs, lowest, below


def _drop_detached(
    discs: list[Disc], probabilities: NDArray[np.float32], *, length: float
) -> list[Disc]:
    """Drops discs at the cranial end that no vertebral body joins to the chain."""
    while len(discs) > MIN_DISCS and (
        body_between(discs[-2], discs[-1], probabilities) < LEAST_JOINED
        and distance(discs[-2], discs[-1]) > 1.6 * length
    ):
        discs = discs[:-1]
    return discs


def _sacrum_below(
    disc: Disc, labelmap: NDArray[np.uint8], inside: NDArray[np.bool_], *, length: float
) -> bool:
    """Says whether the image goes on below the last disc and shows no vertebral body there."""
    steps = np.linspace(0.25, 0.75, 6)[:, None] * length + 0.5 * disc.thickness
    points = np.array(disc.centre) + steps * np.array(disc.normal)
    seen = _share(inside.astype(np.uint8), points, 1)
    return seen > 0.8 and _share_beside(disc, labelmap, length=length, side=1) < 0.5


def canal_behind(
    discs: Sequence[Disc], probabilities: NDArray[np.float32], *, length: float
) -> float:
    """Gives the share of discs that have canal within a disc's length behind them.

    Args:
        discs: At least one, on the grid of the probabilities.
        probabilities: (class, row, column).
        length: Usual length of a disc.
    """
    labelmap = labels_of(probabilities)
    hits = sum(has_canal_behind(disc, labelmap, length=length) for disc in discs)
    return hits / len(discs)


def has_canal_behind(disc: Disc, labelmap: NDArray[np.uint8], *, length: float) -> bool:
    """Says whether canal lies within a disc's length behind a disc.

    Args:
        disc: On the grid of the labelmap.
        labelmap: (row, column) classes.
        length: Usual length of a disc.
    """
    places = np.linspace(0.3, 1.1, 17)[:, None] * length
    points = np.array(disc.centre) + places * np.array(disc.axis)
    return bool(_share(labelmap, points, CANAL) > 0)
