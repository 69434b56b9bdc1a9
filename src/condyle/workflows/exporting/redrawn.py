"""The pictures of a reading drawn anew, with what readers changed, from the stored images."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from condyle.domain.findings import Evidence
from condyle.domain.report import SeriesSummary, SliceView
from condyle.errors import BadImage, NotThere
from condyle.reporting.overlays import Span, overlay_png
from condyle.workflows.exporting.standing import Corrected
from condyle.workflows.exporting.written import WrittenOverlay, WrittenReading

MOST_PICTURES = 40

StoredImage = Callable[[str, int], NDArray[np.uint8]]
"""Gives a frame as it is stored, (row, column) grey or (row, column, 3) colours of a byte, by
SOP Instance UID and frame from 0; raises ``BadImage`` or ``NotThere``."""

Point = tuple[float, float]


def redrawn(
    reading: WrittenReading, after: Corrected, image: StoredImage, language: str
) -> tuple[WrittenOverlay, ...]:
    """Draws what a reading showed as it stands now: masks, names of discs, outlines and boxes.

    The slices are those of the reading's own pictures, and those that a reader drew on. Images
    are hung as the reading hung them. A heat map is what a model saw, and is left out.

    Args:
        reading: With its report as it was hung, and its own pictures.
        after: What readers left of it.
        image: Gives the stored images; one that cannot be had has no picture.
        language: Of the legends.

    Returns:
        The reading's pictures first, under their names.
    """
    made = []
    for series, number, name in islice(_places(reading, after), MOST_PICTURES):
        source = reading.report.series[series].instances[number]
        try:
            shown = image(source.sop_instance_uid or "", source.frame)
        except (BadImage, NotThere):
            continue
        view = _view(reading, after, (series, number), shown)
        png = overlay_png(
            view,
            simulated=reading.report.study.simulated,
            language=language,
            spans=_spans(reading, series, number),
        )
        made.append(WrittenOverlay(series, number, name, png))
    return tuple(made)


def _places(reading: WrittenReading, after: Corrected) -> Iterator[tuple[int, int, str]]:
    shown = {(one.series, one.slice) for one in reading.overlays}
    yield from ((one.series, one.slice, one.name) for one in reading.overlays)
    for _, place in after.drawn:
        at = place.series, place.slice
        if at not in shown:
            shown.add(at)
            yield *at, f"{reading.report.series[place.series].stem}-slice-{place.slice + 1}"


def _view(
    reading: WrittenReading,
    after: Corrected,
    at: tuple[int, int],
    stored: NDArray[np.uint8],
) -> SliceView:
    index, number = at
    series = reading.report.series[index]
    labelmap = after.report.series[index].labelmap
    grey = stored if stored.ndim == 2 else np.asarray(Image.fromarray(stored).convert("L"))
    plane = np.zeros(grey.shape, np.uint8) if labelmap is None else labelmap[number]
    boxes = [
        (place.box, finding.name)
        for finding in after.report.findings
        for place in finding.evidence
        if (place.series, place.slice) == at and place.box is not None and not place.outline
    ]
    drawn = [(place, name) for name, place in after.drawn if (place.series, place.slice) == at]
    boxes += [(place.box, name) for place, name in drawn if place.box is not None]
    return SliceView(
        series=index,
        slice=number,
        image=np.ascontiguousarray(_turned(series, grey)),
        labelmap=np.ascontiguousarray(_turned(series, plane)),
        labels=tuple(_labels(reading, after, at)),
        row_over_column=series.spacing[1] / series.spacing[2] if series.spacing else 1.0,
        structures=series.structures,
        boxes=tuple((_hung_box(series, box), name) for box, name in dict.fromkeys(boxes)),
        # What is a mask of its own is redrawn in the labelmap.
        outlines=tuple(
            (tuple(_hung(series, point, edge=1) for point in place.outline), name)
            for place, name in drawn
            if place.outline and name not in series.structures
        ),
    )


def _labels(
    reading: WrittenReading, after: Corrected, at: tuple[int, int]
) -> Iterator[tuple[str, float, float]]:
    """Gives the name of each disc that something on the slice is said of, where it lies."""
    places: dict[int, tuple[str, Sequence[Point]]] = {}
    for finding in reading.report.findings:
        for place in finding.evidence:
            if (place.series, place.slice) == at and finding.site.index_from_caudal:
                points = _points(place)
                places.setdefault(
                    finding.site.index_from_caudal, (finding.site.level or "", points)
                )
    for one in reading.report.measurements:
        if (one.series, one.slice) == at and one.site.index_from_caudal and one.points:
            places.setdefault(one.site.index_from_caudal, (one.site.level or "", one.points))
    for index, (level, points) in sorted(places.items()):
        if points:
            row, column = np.mean(np.asarray(points, dtype=np.float64), axis=0)
            yield after.levels.get(index, level) or str(index), float(row), float(column)


def _points(place: Evidence) -> Sequence[Point]:
    if place.box is not None:
        row0, column0, row1, column1 = place.box
        return ((row0 - 0.5, column0 - 0.5), (row1 - 0.5, column1 - 0.5))
    return place.outline


def _spans(reading: WrittenReading, series: int, number: int) -> tuple[Span, ...]:
    on_it = (m for m in reading.report.measurements if (m.series, m.slice) == (series, number))
    return tuple(dict.fromkeys(m.points for m in on_it if len(m.points) > 1))


def _turned(series: SeriesSummary, plane: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Hangs a stored plane as the reading hung it."""
    turned: NDArray[np.uint8] = series.stored.apply(plane[np.newaxis])[0]
    return turned


def _hung(series: SeriesSummary, point: Point, *, edge: int) -> Point:
    """Hangs a stored place: ``edge`` is 1 where an integer is a pixel's centre, else 0."""
    hung = []
    for axis in (0, 1):
        stored = point[series.stored.axes[axis + 1] - 1]
        last = series.shape[axis + 1] - edge
        hung.append(last - stored if series.stored.flips[axis + 1] else stored)
    return hung[0], hung[1]


def _hung_box(
    series: SeriesSummary, box: tuple[float, float, float, float]
) -> tuple[float, float, float, float]:
    first = _hung(series, (box[0], box[1]), edge=0)
    second = _hung(series, (box[2], box[3]), edge=0)
    (row0, row1), (column0, column1) = (sorted(pair) for pair in zip(first, second, strict=True))
    return row0, column0, row1, column1
