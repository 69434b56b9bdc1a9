"""What is taken for true of a case: one person's drawing, or what most of several drew."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from condyle.datasets.consensus import consensus_of
from condyle.domain.case import LabelledBox
from condyle.workflows.clinic.annotation.agreement import OVERLAP
from condyle.workflows.clinic.annotation.drawn import Frame, Reading, boxes_of, frame_of, mask_of


def series_drawn_on(readings: Sequence[Reading]) -> set[str]:
    """Gives the series on which anybody drew something."""
    return {frame_of(mark)[0] for one in readings for mark in one.marks if mark["place"]}


def agreed_boxes(readings: Sequence[Reading], at: Mapping[Frame, int]) -> tuple[LabelledBox, ...]:
    """Gives the boxes that hold: of one reader as drawn, of several by their majority.

    Args:
        readings: Of one case.
        at: Number of each frame, which becomes the box's slice.
    """
    drawn = [boxes_of(reading.marks, at) for reading in readings]
    if len(drawn) == 1:
        return tuple(sorted(drawn[0], key=lambda box: (box.slice, box.box)))
    return consensus_of(drawn, rule="majority", overlap=OVERLAP)


def agreed_area(
    readings: Sequence[Reading], label: str, frame: Frame, *, sides: tuple[int, int]
) -> NDArray[np.bool_]:
    """Gives the pixels of a frame that more than half of the readers drew as a label.

    Args:
        readings: Of one case.
        label: Key of the label.
        frame: The frame.
        sides: Its (rows, columns).
    """
    votes = np.zeros(sides, dtype=np.int16)
    for reading in readings:
        rings = reading.areas(label).get(frame)
        if rings:
            votes += mask_of(rings, (0, 0, *sides))
    return np.asarray(2 * votes > len(readings))


def agreed_answer(readings: Sequence[Reading], label: str) -> str | None:
    """Gives the answer that more than half of the readers gave, ``None`` where there is none."""
    votes = Counter(reading.answer(label) for reading in readings)
    answer, most = votes.most_common(1)[0]
    return answer if 2 * most > len(readings) else None
