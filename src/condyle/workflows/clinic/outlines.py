"""What a viewer draws over a study's images: outlines of structures and names of levels."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from condyle.domain.anatomy import LEVELS
from condyle.domain.findings import Measurement
from condyle.domain.report import PixelMap, Report, SliceView
from condyle.interpretation.outline import outline_of
from condyle.workflows.clinic.placing import PlacedSeries, ShownFrame

LEAST_PIXELS = 9
"""Pieces of fewer pixels are specks that no viewer need draw."""

NEAR = 0.5
"""A disc has the name of a level whose label lies nearer than this share of the distance
between two labels."""

LEAST_ENDS = 2
"""Points that a line needs."""

DISC = "intervertebral-disc"

Label = tuple[str, float, float]


def overlays_of(
    report: Report, placed: Sequence[PlacedSeries], *, analysis: str
) -> dict[str, list[dict[str, Any]]]:
    """Gives ``{structures, labels, maps, lines}``: plain values, in pixels of the stored frames.

    A structure has one entry a slice, a disc whose level is known one a level. Levels are
    named on the slice that the report shows; on the others of its series a disc has the
    name of the label that it lies at. A map is named by its file and its finding's key.

    Args:
        report: Of one reading, its files named.
        placed: Its series, as ``place_series`` gives them.
        analysis: Id of the analysis that the report is of.
    """
    structures: list[dict[str, Any]] = []
    labels: list[dict[str, Any]] = []
    views = {view.series: view for view in report.views}
    for series in report.series:
        here = placed[series.index]
        named = _levels(views.get(series.index))
        if series.labelmap is None:
            continue
        for number, frame in enumerate(here.frames):
            if frame is not None:
                found = _structures(series.labelmap[number], series.structures, named)
                structures += [
                    _structure(outlines, key, place=here, frame=frame, analysis=analysis)
                    for key, outlines in found.items()
                ]
    for view in report.views:
        labels += _labels(view, placed[view.series])
    maps = [_map(one, placed[one.series], analysis) for one in report.maps]
    return {
        "structures": structures,
        "labels": labels,
        "maps": [one for one in maps if one is not None],
        "lines": _lines(report.measurements, placed, analysis),
    }


def _lines(
    measurements: Sequence[Measurement], placed: Sequence[PlacedSeries], analysis: str
) -> list[dict[str, Any]]:
    """Gives the lines that lengths were taken along; one that two measures share, once.

    A length that is told as a ratio alone, its millimetres being in doubt, has its line too.
    """
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for one in measurements:
        place = placed[one.series]
        frame = place.frames[one.slice] if one.slice < len(place.frames) else None
        if frame is None or len(one.points) < LEAST_ENDS:
            continue
        told = {
            "analysis": analysis,
            "name": one.name,
            "level": one.site.level,
            "index_from_caudal": one.site.index_from_caudal,
            **frame.document(),
            "points": [list(place.point(row, column)) for row, column in one.points],
        }
        found.setdefault((one.site, one.series, one.slice, one.points), told)
    return list(found.values())


def _levels(view: SliceView | None) -> list[Label]:
    """Gives the labels that name a level; a disc that is only counted has none."""
    return [] if view is None else [label for label in view.labels if label[0] in LEVELS]


def _structures(
    labelmap: NDArray[np.uint8], structures: Sequence[str], named: Sequence[Label]
) -> dict[tuple[str, str | None], list[list[tuple[float, float]]]]:
    found: dict[tuple[str, str | None], list[list[tuple[float, float]]]] = {}
    for value, structure in enumerate(structures, start=1):
        for outline, centre in pieces_of(labelmap == value):
            level = _level_at(centre, named) if structure == DISC else None
            found.setdefault((structure, level), []).append(outline)
    return found


def pieces_of(
    mask: NDArray[np.bool_], *, least: int = LEAST_PIXELS
) -> Iterator[tuple[list[tuple[float, float]], tuple[float, float]]]:
    """Gives the outline and the centre of each piece of a mask of at least so many pixels."""
    pieces, _ = ndimage.label(mask, structure=np.ones((3, 3)))
    for number, window in enumerate(ndimage.find_objects(pieces), 1):
        piece = pieces[window] == number
        if int(piece.sum()) < least:
            continue
        row0, column0 = window[0].start, window[1].start
        outline, _ = outline_of(piece)
        rows, columns = np.nonzero(piece)
        yield (
            [(row + row0, column + column0) for row, column in outline],
            (float(rows.mean()) + row0, float(columns.mean()) + column0),
        )


def _level_at(centre: tuple[float, float], named: Sequence[Label]) -> str | None:
    if not named:
        return None
    places = [(row, column) for _, row, column in named]
    steps = [math.dist(a, b) for a, b in pairwise(places)]
    distances = [math.dist(centre, place) for place in places]
    nearest = int(np.argmin(distances))
    near_by = steps[max(0, nearest - 1) : nearest + 1]
    return named[nearest][0] if near_by and distances[nearest] < NEAR * min(near_by) else None


def _structure(
    outlines: Sequence[Sequence[tuple[float, float]]],
    key: tuple[str, str | None],
    *,
    place: PlacedSeries,
    frame: ShownFrame,
    analysis: str,
) -> dict[str, Any]:
    return {
        "analysis": analysis,
        "structure": key[0],
        "level": key[1],
        **frame.document(),
        "outlines": [[list(place.point(row, column)) for row, column in one] for one in outlines],
    }


def _map(one: PixelMap, place: PlacedSeries, analysis: str) -> dict[str, Any] | None:
    frame = place.frames[one.slice] if one.slice < len(place.frames) else None
    if frame is None:
        return None
    rows, columns = place.stored_sides
    told = {"analysis": analysis, "key": one.finding, "kind": one.kind, "file": one.file}
    return {**frame.document(), **told, "rows": rows, "columns": columns}


def _labels(view: SliceView, place: PlacedSeries) -> list[dict[str, Any]]:
    frame = place.frames[view.slice] if view.slice < len(place.frames) else None
    if frame is None:
        return []
    found = []
    for text, row, column in view.labels:
        stored_row, stored_column = place.point(row, column)
        told = {"level": text, "row": round(stored_row, 2), "column": round(stored_column, 2)}
        found.append({**frame.document(), **told})
    return found
