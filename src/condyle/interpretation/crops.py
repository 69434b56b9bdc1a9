"""What the grading network reads: one disc, turned level, from each contrast that there is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from condyle.domain.study import Weighting
from condyle.errors import BadConfiguration
from condyle.interpretation.anatomy import SliceAnatomy
from condyle.interpretation.contrasts import CONTRASTS
from condyle.interpretation.discs import CANAL, DISC, VERTEBRA
from condyle.interpretation.measures import MEASURES, CropGrid, measure_disc, relate_measures

Floats = NDArray[np.float32]

SHOWN_AT, SPACE_AT, SIGNALS_AT = 6, 8, 9
"""Facts begin with the index from caudal; then which contrasts there are, whether T2 is
T2-SPACE, and the signals of each contrast."""

SIGNALS = 4

PLAIN_FACTS = SIGNALS_AT + len(CONTRASTS) * SIGNALS
"""Index from caudal, contrasts and signals; the measures come after them."""

MEASURED = 4 * len(MEASURES)
"""Numbers that the measures of one contrast take: a disc's own and how it stands out."""

FACTS = PLAIN_FACTS + len(CONTRASTS) * MEASURED

CHANNELS = 3 * len(CONTRASTS)
"""Of a crop: the image and the labels of disc and canal of each contrast."""

UNKNOWN = -1000.0
"""Stands for a measure that could not be taken: a model is given finite numbers alone."""


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

    @property
    def grid(self) -> CropGrid:
        """Where its pixels lie about the disc's centre, in disc lengths."""
        return CropGrid(
            rows=np.linspace(-self.vertical, self.vertical, self.rows),
            columns=np.linspace(-self.anterior, self.posterior, self.columns),
        )


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
        facts: (305,) float32: index from caudal (one of six), which contrasts there are,
            signal of disc, canal and vertebra in each, then the measures of each,
            ``UNKNOWN`` where they could not be taken.
    """

    crop: Floats = field(repr=False)
    facts: Floats


def crop_shape(interpretation: Mapping[str, Any]) -> CropShape:
    """Gives the crop that a grading recipe or manifest declares.

    Raises:
        BadConfiguration: It declares none, or one with other fields.
    """
    try:
        return CropShape(**interpretation["crop"])
    except (KeyError, TypeError) as error:
        raise BadConfiguration(
            "The crop of a grading network is not declared.",
            found=", ".join(sorted(interpretation)) or "no interpretation",
            needed="interpretation.crop with rows, columns, anterior, posterior and vertical",
            mend="correct the recipe or bundle.",
        ) from error


def crop_channels(contrast: int) -> slice:
    """Gives where a crop holds a contrast's image, disc and canal labels."""
    return slice(3 * contrast, 3 * contrast + 3)


def signal_facts(contrast: int) -> slice:
    """Gives where the facts hold the signals of a contrast."""
    start = SIGNALS_AT + SIGNALS * contrast
    return slice(start, start + SIGNALS)


def measure_facts(contrast: int) -> slice:
    """Gives where the facts hold the measures of a contrast."""
    start = PLAIN_FACTS + MEASURED * contrast
    return slice(start, start + MEASURED)


def shown_contrasts(facts: Floats) -> tuple[str, ...]:
    """Gives the contrasts on which the disc of (fact,) facts was found."""
    return tuple(name for n, name in enumerate(CONTRASTS) if facts[SHOWN_AT + n] > 0)


def shown_weightings(facts: Floats) -> tuple[Weighting, ...]:
    """Gives the weightings on which the disc of (fact,) facts was found."""
    of_role = {
        role: fitting[-1 if facts[SPACE_AT] > 0 else 0] for role, fitting in CONTRASTS.items()
    }
    return tuple(of_role[role] for role in shown_contrasts(facts))


def disc_inputs(
    places: Sequence[Mapping[str, DiscPlace]], *, shape: CropShape
) -> tuple[DiscInput, ...]:
    """Cuts every disc of a study out of its slices, and measures each beside the others.

    Args:
        places: For each disc in view, caudal to cranial, ``"t1"`` and ``"t2"`` to its place
            there; either may be missing.
        shape: Size and extent of the crop.
    """
    crops = np.zeros((len(places), CHANNELS, shape.rows, shape.columns), dtype=np.float32)
    facts = np.zeros((len(places), FACTS), dtype=np.float32)
    facts[:, PLAIN_FACTS:] = UNKNOWN
    for number, role in enumerate(CONTRASTS):
        measures = np.full((len(places), len(MEASURES)), np.nan)
        for index, found in enumerate(places):
            facts[index, min(index, 5)] = 1.0
            place = found.get(role)
            if place is None:
                continue
            crops[index, crop_channels(number)] = _cut(place, shape=shape)
            facts[index, SHOWN_AT + number] = 1.0
            facts[index, signal_facts(number)] = _signals(place)
            if place.found.weighting == "t2-space":
                facts[index, SPACE_AT] = 1.0
            measures[index] = _measured(place, crops[index, crop_channels(number)], shape=shape)
        if len(places):
            related = np.nan_to_num(relate_measures(measures), nan=UNKNOWN)
            facts[:, measure_facts(number)] = related
    return tuple(DiscInput(crop, row) for crop, row in zip(crops, facts, strict=True))


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


def _cut(place: DiscPlace, *, shape: CropShape) -> Floats:
    found = place.found
    points = crop_points(found, place.position, shape=shape).T
    size = (shape.rows, shape.columns)
    image = ndimage.map_coordinates(found.image, points, order=1, mode="constant")
    labels = ndimage.map_coordinates(found.anatomy.labelmap, points, order=0, mode="constant")
    parts = [image, labels == DISC, labels == CANAL]
    return np.stack([np.asarray(part, dtype=np.float32).reshape(size) for part in parts])


def _measured(place: DiscPlace, crop: Floats, *, shape: CropShape) -> NDArray[np.float64]:
    """Measures the disc on its crop, where its neighbours are left out by their index."""
    points = crop_points(place.found, place.position, shape=shape).T
    index = ndimage.map_coordinates(
        place.found.anatomy.disc_index, points, order=0, mode="constant"
    ).reshape(crop.shape[1:])
    disc = np.asarray(index == place.position + 1)
    return measure_disc(crop[0], disc, crop[2] > 0, grid=shape.grid)


def _signals(place: DiscPlace) -> Floats:
    """Gives the disc's median and 85th percentile, the canal's 75th and the vertebrae's median.

    Pfirrmann's signal is judged against cerebrospinal fluid (Pfirrmann et al. 2001,
    doi 10.1097/00007632-200109010-00011), so the canal is taken over the whole slice.
    """
    found = place.found
    disc = found.image[found.anatomy.disc_index == place.position + 1]
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
