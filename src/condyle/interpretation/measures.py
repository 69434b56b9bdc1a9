"""Measures of a disc from its level crop: what the grading scales themselves speak of.

Height and signal are Pfirrmann's criteria (Pfirrmann et al. 2001,
doi 10.1097/00007632-200109010-00011); how far the disc reaches beyond the line of the canal's
front edge tells a bulge or a herniation, the step of that line a slip, and the signal of the
bone beside the disc a Modic or endplate change.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MEASURES = (
    *("height-middle", "height-anterior", "height-posterior", "height-greatest"),
    *("area", "front", "back", "length"),
    *("signal-median", "signal-p90", "signal-p10", "signal-spread", "signal-quartiles"),
    *("core-mean", "core-spread", "core-p90", "fluid"),
    *("canal-above", "canal-at", "canal-below", "canal-indent", "canal-step", "disc-beyond-canal"),
    *("canal-width-at", "canal-width-above", "canal-width-below"),
    *("bone-above-near", "bone-above-middle", "bone-above-far"),
    *("bone-below-near", "bone-below-middle", "bone-below-far"),
    *("bone-above-near-spread", "bone-above-middle-spread"),
    *("bone-below-near-spread", "bone-below-middle-spread"),
)
"""Lengths are in usual disc lengths of the slice, signals in the windowed image's 0 to 1."""

AT_DISC = 0.12
BESIDE_DISC = (0.3, 0.65)
"""How far from the disc's centre, in disc lengths, the canal is taken as beside it."""

BANDS = ((0.04, 0.12), (0.12, 0.24), (0.24, 0.48))
"""Distances from the endplate, in disc lengths, of the three bands of bone."""

BONE_REACH = (-0.45, 0.4)
"""From where to where along the disc, in disc lengths, bone is looked at."""


@dataclass(frozen=True)
class CropGrid:
    """Where the pixels of a crop lie about the disc's centre.

    Attributes:
        rows: Distance of each row below the centre, in disc lengths.
        columns: Distance of each column behind it.
    """

    rows: Floats
    columns: Floats

    @property
    def step(self) -> tuple[float, float]:
        """Distance between rows and between columns."""
        return (float(self.rows[1] - self.rows[0]), float(self.columns[1] - self.columns[0]))


def measure_disc(
    image: NDArray[np.floating],
    disc: NDArray[np.bool_],
    canal: NDArray[np.bool_],
    *,
    grid: CropGrid,
) -> Floats:
    """Measures one disc on one contrast.

    Args:
        image: (row, column) crop in 0 to 1, anterior left.
        disc: (row, column) this disc alone.
        canal: (row, column) the canal.
        grid: Of the crop.

    Returns:
        One value for each of ``MEASURES``; NaN where it cannot be taken.
    """
    columns = np.flatnonzero(disc.any(axis=0))
    if len(columns) < 3:
        return np.full(len(MEASURES), np.nan)
    values = [
        *_shape(disc, columns, grid=grid),
        *_signal(image, disc),
        _part(image[canal], 75) if np.count_nonzero(canal) > 5 else np.nan,
        *_canal(canal, back=float(grid.columns[columns[-1]]), grid=grid),
        *_bone(image, disc, columns, grid=grid),
    ]
    return np.array(values, dtype=np.float64)


def relate_measures(own: Floats) -> Floats:
    """Sets each disc's measures beside those of its study.

    Args:
        own: (disc, measure) of every disc found, caudal to cranial; NaN where unknown.

    Returns:
        (disc, 4 x measures): the disc's own, then less the study's median, then less the
        disc above, then less the disc below.
    """
    usual = np.full(own.shape[1], np.nan)
    known = ~np.isnan(own).all(axis=0)
    usual[known] = np.nanmedian(own[:, known], axis=0)
    nothing = np.full((1, own.shape[1]), np.nan)
    above = np.concatenate([own[:-1] - own[1:], nothing])
    below = np.concatenate([nothing, own[1:] - own[:-1]])
    return np.concatenate([own, own - usual, above, below], axis=1)


def _shape(disc: NDArray[np.bool_], columns: NDArray[np.intp], *, grid: CropGrid) -> list[float]:
    high, wide = grid.step
    heights = disc.sum(axis=0) * high
    first, length = int(columns[0]), int(columns[-1] - columns[0] + 1)

    def mean_between(start: float, end: float) -> float:
        begin = first + int(start * length)
        return float(heights[begin : max(begin + 1, first + int(end * length))].mean())

    return [
        mean_between(0.4, 0.6),
        mean_between(0.1, 0.3),
        mean_between(0.7, 0.9),
        float(heights.max()),
        float(heights.sum() * wide),
        float(grid.columns[columns[0]]),
        float(grid.columns[columns[-1]]),
        length * wide,
    ]


def _signal(image: NDArray[np.floating], disc: NDArray[np.bool_]) -> list[float]:
    """Gives the signal of the disc, and of its core, where its edge does not blur it."""
    values = image[disc]
    core = disc.copy()
    for _ in range(2):
        core = _eroded(core)
    inner = image[core] if np.count_nonzero(core) > 10 else values
    return [
        _part(values, 50),
        _part(values, 90),
        _part(values, 10),
        float(values.std()),
        _part(values, 75) - _part(values, 25),
        float(inner.mean()),
        float(inner.std()),
        _part(inner, 90),
    ]


def _canal(canal: NDArray[np.bool_], *, back: float, grid: CropGrid) -> list[float]:
    """Gives where the canal's front edge runs and how wide it is, at the disc and beside it."""
    there = canal.any(axis=1)
    edge = np.where(there, grid.columns[canal.argmax(axis=1)], np.nan)
    width = np.where(there, canal.sum(axis=1) * grid.step[1], np.nan)
    near = np.abs(grid.rows) < AT_DISC
    up = (grid.rows < -BESIDE_DISC[0]) & (grid.rows > -BESIDE_DISC[1])
    down = (grid.rows > BESIDE_DISC[0]) & (grid.rows < BESIDE_DISC[1])
    above, below = _known(edge[up], 50), _known(edge[down], 50)
    at, line = _known(edge[near], 100), (above + below) / 2
    widths = [_known(width[near], 0), _known(width[up], 50), _known(width[down], 50)]
    return [above, at, below, at - line, above - below, back - line, *widths]


def _bone(
    image: NDArray[np.floating],
    disc: NDArray[np.bool_],
    columns: NDArray[np.intp],
    *,
    grid: CropGrid,
) -> list[float]:
    """Gives the mean of each band of bone above and below, and the spread of the near ones."""
    places = grid.columns[columns]
    inside = columns[(places > BONE_REACH[0]) & (places < BONE_REACH[1])]
    rows = np.arange(disc.shape[0])[:, None]
    part = disc[:, inside]
    tops = part.argmax(axis=0)
    bottoms = disc.shape[0] - 1 - part[::-1].argmax(axis=0)
    means, spreads = [], []
    for distance in (tops - rows, rows - bottoms):
        for number, (start, end) in enumerate(BANDS):
            away = distance * grid.step[0]
            values = image[:, inside][(away > start) & (away <= end)]
            means.append(float(values.mean()) if values.size else np.nan)
            if number < 2:
                spreads.append(float(values.std()) if values.size else np.nan)
    return [*means, *spreads]


def _eroded(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Takes away the pixels that have a neighbour outside; what leaves the crop counts as out."""
    wide = np.pad(mask, 1)
    inner = wide[:-2, 1:-1] & wide[2:, 1:-1] & wide[1:-1, :-2] & wide[1:-1, 2:]
    return np.asarray(mask & inner)


def _part(values: NDArray[np.floating], percent: float) -> float:
    return float(np.percentile(values, percent))


def _known(values: Floats, percent: float) -> float:
    """Gives a percentile of what is known, or NaN where nothing is."""
    known = values[np.isfinite(values)]
    return float(np.percentile(known, percent)) if known.size else float("nan")
