"""What the grading network reads: one disc, turned level, from each contrast that there is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from condyle.interpretation.anatomy import SliceAnatomy
from condyle.interpretation.discs import CANAL, DISC, VERTEBRA

Floats = NDArray[np.float32]
ROLES = ("t1", "t2")
FACTS = 6 + 3 + 8


@dataclass(frozen=True)
class CropShape:
    """Size and extent of a crop.

    Attributes:
        rows: Rows of the crop.
        columns: Columns of the crop.
        anterior: Extent before the disc's centre, in disc lengths.
        posterior: Extent behind it, in disc lengths; holds the canal.
        vertical: Extent above and below it, in disc lengths.
    """

    rows: int = 84
    columns: int = 112
    anterior: float = 0.95
    posterior: float = 1.25
    vertical: float = 0.85


@dataclass(frozen=True)
class GradableSlice:
    """One slice that a disc can be graded on.

    Attributes:
        image: (row, column) windowed to 0 to 1, on the slice's own grid.
        anatomy: What the anatomy bundle saw there.
        weighting: ``"t1"``, ``"t2"`` or ``"t2-space"``.
    """

    image: Floats = field(repr=False)
    anatomy: SliceAnatomy
    weighting: str


@dataclass(frozen=True)
class DiscPlace:
    """One disc on one slice.

    Attributes:
        found: The slice.
        position: Position of the disc in that slice's chain, from 0.
    """

    found: GradableSlice
    position: int


@dataclass(frozen=True)
class DiscInput:
    """One disc as the grading network reads it.

    Attributes:
        crop: (6, row, column) float32: T1, its disc and canal labels, T2 and its labels;
            zeros where a contrast is missing.
        facts: (17,) float32: index from caudal (one of six), which contrasts there are,
            and signal of disc, canal and vertebra in each.
    """

    crop: Floats = field(repr=False)
    facts: Floats


def disc_input(
    places: Mapping[str, DiscPlace], *, index_from_caudal: int, shape: CropShape
) -> DiscInput:
    """Cuts one disc out of the slices of a study.

    Args:
        places: ``"t1"`` and ``"t2"`` to the disc's place there; either may be missing.
        index_from_caudal: Of the disc, from 1 at the most caudal in view.
        shape: Size and extent of the crop.
    """
    crop = np.zeros((6, shape.rows, shape.columns), dtype=np.float32)
    facts = np.zeros(FACTS, dtype=np.float32)
    facts[min(index_from_caudal, 6) - 1] = 1.0
    for number, role in enumerate(ROLES):
        place = places.get(role)
        if place is None:
            continue
        found, position = place.found, place.position
        crop[3 * number : 3 * number + 3] = _cut(found, position, shape=shape)
        facts[6 + number] = 1.0
        facts[9 + 4 * number : 13 + 4 * number] = _signals(found, position)
        if found.weighting == "t2-space":
            facts[8] = 1.0
    return DiscInput(crop=crop, facts=facts)


def crop_points(found: GradableSlice, position: int, *, shape: CropShape) -> NDArray[np.float64]:
    """Gives the (rows * columns, 2) coordinates of a crop's pixels on the slice's own grid."""
    disc = found.anatomy.chain.discs[position]
    length = found.anatomy.chain.length
    along = np.linspace(-shape.anterior, shape.posterior, shape.columns) * length
    across = np.linspace(-shape.vertical, shape.vertical, shape.rows) * length
    points = (
        np.array(disc.centre)
        + across[:, None, None] * np.array(disc.normal)
        + along[None, :, None] * np.array(disc.axis)
    )
    return found.anatomy.placement.to_source(points.reshape(-1, 2))


def _cut(found: GradableSlice, position: int, *, shape: CropShape) -> Floats:
    points = crop_points(found, position, shape=shape).T
    size = (shape.rows, shape.columns)
    image = ndimage.map_coordinates(found.image, points, order=1, mode="constant")
    labels = ndimage.map_coordinates(found.anatomy.labelmap, points, order=0, mode="constant")
    parts = [image, labels == DISC, labels == CANAL]
    return np.stack([np.asarray(part, dtype=np.float32).reshape(size) for part in parts])


def _signals(found: GradableSlice, position: int) -> Floats:
    """Gives the disc's median and 85th percentile, the canal's 75th and the vertebrae's median.

    Pfirrmann's signal is judged against cerebrospinal fluid (Pfirrmann et al. 2001,
    doi 10.1097/00007632-200109010-00011), so the canal is taken over the whole slice.
    """
    disc = found.image[found.anatomy.disc_index == position + 1]
    canal = found.image[found.anatomy.labelmap == CANAL]
    vertebra = found.image[found.anatomy.labelmap == VERTEBRA]
    return np.array(
        [
            np.median(disc) if disc.size else 0.0,
            np.percentile(disc, 85) if disc.size else 0.0,
            np.percentile(canal, 75) if canal.size else 0.0,
            np.median(vertebra) if vertebra.size else 0.0,
        ],
        dtype=np.float32,
    )
