"""Reference boxes of discs: from masks where there are some, else from the anatomy's outlines.

A box is a disc's outline with a margin on every side, so that what has left the disc
backwards and the corners of the vertebrae beside it lie within. Its labels are the disc's
grades, which were given to a patient's disc and not to a slice. The discs are numbered from
the most caudal one, as a reading numbers them; a slice that does not show as many as were
graded is left out, because its numbers, and with them its labels, could be shifted.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from condyle.datasets.spider_boxes import DiscBox, labels_of
from condyle.domain.case import Case
from condyle.domain.progress import Progress, ProgressCallback
from condyle.domain.study import Series
from condyle.interpretation.anatomy import SliceAnatomy, interpret_slice
from condyle.preprocessing.placement import Placement
from condyle.preprocessing.steps import Spec
from condyle.workflows.reading.anatomy_reading import RunModel, read_picture

MARGIN = 0.2
"""Of a box, in usual disc lengths of its slice: about 7 mm."""

STRUCTURES = 4


@dataclass(frozen=True)
class LeftOut:
    """A slice that gets no boxes.

    Attributes:
        series: Stem of its file.
        found: Discs seen on it.
        graded: Discs graded in its patient.
    """

    series: str
    found: int
    graded: int


@dataclass(frozen=True)
class SeriesAnatomy:
    """What a slice shows, and of whom it is.

    Attributes:
        case: Whose.
        series: The slice.
        anatomy: Its discs.
    """

    case: Case
    series: Series
    anatomy: SliceAnatomy


def with_grades(masked: Iterable[Case], graded: Iterable[Case]) -> tuple[Case, ...]:
    """Gives masked slices with the grades of their patients' discs.

    Args:
        masked: One case a slice.
        graded: One case a patient.
    """
    known = {case.patient: case.reference.grades for case in graded}
    return tuple(
        replace(case, reference=replace(case.reference, grades=known.get(case.patient, {})))
        for case in masked
    )


def outlined(
    cases: Iterable[Case], *, spec: Spec, run: RunModel, progress: ProgressCallback
) -> list[SeriesAnatomy]:
    """Finds the discs of every slice, in its mask where it has one.

    Args:
        cases: Of the archive.
        spec: The anatomy bundle's preprocessing.
        run: The anatomy bundle. It may have been trained on these patients: what it gives
            is taken as a reference, and never as a result.
        progress: Told of every case.
    """
    listed = list(cases)
    found = []
    for done, case in enumerate(listed, start=1):
        for series in case.study.series:
            mask = case.reference.masks.get(series.stem)
            if mask is None:
                anatomy, _ = read_picture(series.load(), spec=spec, run=run)
            else:
                anatomy = of_mask(mask[0], series.load().array[0])
            found.append(SeriesAnatomy(case, series, anatomy))
        progress(Progress("boxes", done, len(listed)))
    return found


def of_mask(mask: NDArray[np.uint8], image: NDArray[np.generic]) -> SliceAnatomy:
    """Gives a mask as a reading of its slice, with its discs numbered.

    Args:
        mask: (row, column) 0 background, 1 disc, 2 vertebra, 3 canal.
        image: (row, column) picture, which tells tissue from black bars.
    """
    certain = (mask[None] == np.arange(STRUCTURES)[:, None, None]).astype(np.float32)
    picture = np.asarray(image, dtype=np.float32)
    size = (int(mask.shape[0]), int(mask.shape[1]))
    same = Placement(source=size, prepared=size)
    return interpret_slice(certain, picture / max(1.0, float(picture.max())), same)


def boxes_of(
    slices: Iterable[SeriesAnatomy], *, rejected: Collection[str] = (), margin: float = MARGIN
) -> tuple[list[DiscBox], list[LeftOut]]:
    """Gives the boxes of every slice that shows as many discs as were graded, and the others.

    Args:
        slices: What each shows.
        rejected: Stems of slices whose boxes someone looked at and found wrong.
        margin: Of a box, in usual disc lengths of its slice.
    """
    boxes: list[DiscBox] = []
    others: list[LeftOut] = []
    for item in slices:
        if item.series.stem in rejected:
            continue
        graded = item.case.reference.grades
        found = disc_boxes(item.anatomy, margin=margin)
        if len(found) != len(graded) or len(item.anatomy.chain.discs) != len(graded):
            others.append(LeftOut(item.series.stem, len(item.anatomy.chain.discs), len(graded)))
            continue
        boxes += [
            DiscBox(
                patient=item.case.patient,
                series=item.series.stem,
                disc=disc,
                box=box,
                labels=labels_of(graded[f"disc-{disc}"]),
            )
            for disc, box in found.items()
        ]
    return boxes, others


def disc_boxes(
    anatomy: SliceAnatomy, *, margin: float
) -> dict[int, tuple[float, float, float, float]]:
    """Gives the box of each disc by its number from caudal, cut to the slice.

    Args:
        anatomy: Of the slice.
        margin: In usual disc lengths.
    """
    rows, columns = anatomy.disc_index.shape
    scale = anatomy.placement.scale
    pad = (margin * anatomy.chain.length * scale[0], margin * anatomy.chain.length * scale[1])
    found = {}
    for disc in range(1, len(anatomy.chain.discs) + 1):
        inside = np.argwhere(anatomy.disc_index == disc)
        if len(inside):
            low, high = inside.min(axis=0), inside.max(axis=0) + 1
            found[disc] = (
                float(max(0.0, low[0] - pad[0])),
                float(max(0.0, low[1] - pad[1])),
                float(min(rows, high[0] + pad[0])),
                float(min(columns, high[1] + pad[1])),
            )
    return found
