"""From a report's slices to the frames that are stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from condyle.domain.findings import Evidence, Measurement
from condyle.domain.geometry import AS_STORED
from condyle.domain.report import Report, SeriesSummary

Point = tuple[float, float]
Box = tuple[float, float, float, float]


def as_stored(report: Report) -> Report:
    """Gives a report with its slices as the frames are stored, in the order of its slices.

    Rows, columns, labelmaps, outlines, boxes and points of measurement are turned back from the
    way in which the images were hung. Pictures and maps are left out.

    Args:
        report: Of one study.
    """
    series = report.series
    return replace(
        report,
        series=tuple(_stored_series(one) for one in series),
        findings=tuple(
            replace(one, evidence=tuple(_stored_evidence(each, series) for each in one.evidence))
            for one in report.findings
        ),
        measurements=tuple(_stored_measurement(one, series) for one in report.measurements),
        views=(),
        maps=(),
    )


def outline_points(outline: Sequence[Point]) -> NDArray[np.float64]:
    """Gives an outline through pixel centres as a closed polyline.

    Args:
        outline: (row, column) of a stored frame, an integer being a pixel's centre.

    Returns:
        (column, row) as DICOM's SCOORD counts: 0.5, 0.5 is the centre of the first pixel
        (PS3.3 C.18.6.1.1); the first point comes again at the end.
    """
    return line_points([*outline, outline[0]])


def box_points(box: Box) -> NDArray[np.float64]:
    """Gives a half-open box as a closed polyline.

    Args:
        box: (row0, column0, row1, column1) along pixel edges of a stored frame.

    Returns:
        (column, row) of five corners as SCOORD counts.
    """
    row0, column0, row1, column1 = box
    return np.array(
        [(column0, row0), (column1, row0), (column1, row1), (column0, row1), (column0, row0)]
    )


def line_points(points: Sequence[Point]) -> NDArray[np.float64]:
    """Gives (row, column) pixels as (column, row) as SCOORD counts them."""
    return np.array([(column + 0.5, row + 0.5) for row, column in points])


def _stored_series(series: SeriesSummary) -> SeriesSummary:
    swapped = series.stored.axes[1:] == (2, 1)
    slices, rows, columns = series.shape
    labelmap = series.labelmap
    if labelmap is not None:
        labelmap = np.stack([_stored_slice(series, one) for one in labelmap])
    sides = (columns, rows) if swapped else (rows, columns)
    return replace(series, shape=(slices, *sides), labelmap=labelmap, affine=None, stored=AS_STORED)


def _stored_slice(series: SeriesSummary, array: NDArray[np.uint8]) -> NDArray[np.uint8]:
    steps = [-1 if flip else 1 for flip in series.stored.flips[1:]]
    unflipped = array[:: steps[0], :: steps[1]]
    return unflipped.T if series.stored.axes[1:] == (2, 1) else unflipped


def _stored_evidence(one: Evidence, all_series: Sequence[SeriesSummary]) -> Evidence:
    series = all_series[one.series]
    box = one.box
    if box is not None:
        first = _stored(series, (box[0], box[1]), last=series.shape[1:])
        second = _stored(series, (box[2], box[3]), last=series.shape[1:])
        (row0, row1), (column0, column1) = (
            sorted(pair) for pair in zip(first, second, strict=True)
        )
        box = (row0, column0, row1, column1)
    outline = tuple(_stored_pixel(series, point) for point in one.outline)
    return replace(one, outline=outline, box=box)


def _stored_measurement(one: Measurement, all_series: Sequence[SeriesSummary]) -> Measurement:
    points = tuple(_stored_pixel(all_series[one.series], point) for point in one.points)
    return replace(one, points=points)


def _stored_pixel(series: SeriesSummary, point: Point) -> Point:
    return _stored(series, point, last=(series.shape[1] - 1, series.shape[2] - 1))


def _stored(series: SeriesSummary, place: Point, *, last: tuple[float, float]) -> Point:
    """Turns a place back; ``last`` is what the far end of each side counts."""
    stored = [0.0, 0.0]
    for axis in (0, 1):
        flip = series.stored.flips[axis + 1]
        stored[series.stored.axes[axis + 1] - 1] = last[axis] - place[axis] if flip else place[axis]
    return stored[0], stored[1]
