"""What one person drew on a case, and which pixels that is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from condyle.domain.case import LabelledBox

Frame = tuple[str, str, int]
"""Series, instance and frame that something lies on."""

Rings = Sequence[Sequence[Sequence[float]]]
Window = tuple[int, int, int, int]
"""(row0, column0, row1, column1) in whole pixels, half-open."""


@dataclass(frozen=True)
class Reading:
    """What one person, or several together, said of a case.

    Attributes:
        case: Number of the case.
        patient: Whose it is.
        reader: Who says it; ``0`` for what was adjudicated or agreed on.
        marks: As ``AnnotationWork.marks``.
    """

    case: int
    patient: str
    reader: int
    marks: tuple[Mapping[str, Any], ...]

    def of(self, label: str) -> list[Mapping[str, Any]]:
        """Gives the marks of a label."""
        return [mark for mark in self.marks if mark["label"] == label]

    def answer(self, label: str) -> str | None:
        """Gives the answer to a label of the whole case, ``None`` where there is none."""
        return next((mark["answer"] for mark in self.of(label)), None)

    def areas(self, label: str) -> dict[Frame, Rings]:
        """Gives the outlines of a label by their frame."""
        return {frame_of(mark): mark["outlines"] for mark in self.of(label) if mark["outlines"]}


def frame_of(mark: Mapping[str, Any]) -> Frame:
    """Gives the frame that a mark lies on."""
    place = mark["place"]
    return place["series_uid"], place["instance_uid"], place["frame"]


def boxes_of(marks: Iterable[Mapping[str, Any]], at: Mapping[Frame, int]) -> list[LabelledBox]:
    """Gives the boxes among marks that lie on some frames.

    Args:
        marks: Of one reader.
        at: Number of each frame, which becomes the box's slice.
    """
    found = []
    for mark in marks:
        if mark["box"] and frame_of(mark) in at:
            row0, column0, row1, column1 = (float(side) for side in mark["box"])
            box = (row0, column0, row1, column1)
            found.append(LabelledBox(box, (mark["label"],), slice=at[frame_of(mark)]))
    return found


def window_of(areas: Iterable[Rings]) -> Window:
    """Gives the smallest window that holds every outline; an empty one where there is none."""
    points = [point for rings in areas for ring in rings for point in ring]
    if not points:
        return (0, 0, 0, 0)
    whole = np.asarray(points, dtype=np.float64)
    low = np.maximum(np.floor(whole.min(axis=0)), 0).astype(int)
    high = np.ceil(whole.max(axis=0)).astype(int) + 1
    return (int(low[0]), int(low[1]), int(high[0]), int(high[1]))


def mask_of(rings: Rings, window: Window) -> NDArray[np.bool_]:
    """Gives the pixels of a window whose centres lie within outlines, by the even-odd rule.

    Args:
        rings: Closed, (row, column), an integer being a pixel's centre.
        window: In whole pixels.

    Returns:
        (row, column), of the window's size. A centre on an edge belongs to the side of greater
        rows and columns, so that outlines that share an edge share no pixel.
    """
    row0, column0, row1, column1 = window
    mask = np.zeros((max(row1 - row0, 0), max(column1 - column0, 0)), dtype=bool)
    columns = np.arange(column0, column1)
    for ring in rings:
        points = np.asarray(ring, dtype=np.float64)
        for (a_row, a_column), (b_row, b_column) in zip(
            points, np.roll(points, -1, axis=0), strict=True
        ):
            low, high = min(a_row, b_row), max(a_row, b_row)
            rows = np.arange(max(int(np.ceil(low)), row0), min(int(np.ceil(high)), row1))
            if len(rows):
                # An edge turns every pixel to its right, and what is turned twice is out again.
                at = a_column + (rows - a_row) * (b_column - a_column) / (b_row - a_row)
                mask[rows - row0] ^= columns[None, :] >= at[:, None]
    return mask
