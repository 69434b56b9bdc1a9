"""What was drawn on a list as a labelled archive, written by the data sets' own writers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from condyle.datasets.archive import Archive as DataSet
from condyle.datasets.coco_writing import write_coco
from condyle.datasets.pair_writing import write_pairs
from condyle.datasets.table_writing import write_table
from condyle.datasets.voc_writing import write_voc
from condyle.datasets.writing import write_text
from condyle.datasets.yolo_writing import write_yolo
from condyle.domain.case import STUDY_UNIT, Case, LabelledBox, Reference
from condyle.domain.study import Attribute, Series, Study
from condyle.domain.volume import Volume
from condyle.errors import InputError
from condyle.workflows.clinic.annotation.agreed import agreed_answer, agreed_area, agreed_boxes
from condyle.workflows.clinic.annotation.drawn import Frame, Reading
from condyle.workflows.clinic.placing import PlacedSeries
from condyle.workflows.simulated_fit import picture_values

Layout = Literal["voc", "coco", "yolo", "png", "nifti"]
_BOXES: Mapping[str, Callable[[Path, DataSet], None]] = {
    "voc": write_voc,
    "coco": write_coco,
    "yolo": write_yolo,
}
_MOST_PIXELS = 1 << 30
"""Writers of boxes hold all pictures until they are done, a byte a pixel."""


@dataclass(frozen=True)
class CaseRead:
    """A case with its images and what was said of it.

    Attributes:
        name: In place of the patient, such as ``"case-001"``.
        patient: Pseudonym.
        simulated: Whether its images are.
        series: What is written of it, with the stored frames behind each.
        readings: Of one reader, or of several whose majority counts.
    """

    name: str
    patient: str
    simulated: bool
    series: tuple[tuple[Series, PlacedSeries], ...]
    readings: tuple[Reading, ...]


@dataclass(frozen=True)
class Export:
    """A list to be written.

    Attributes:
        layout: ``"voc"``, ``"coco"``, ``"yolo"``: boxes on slices as PNG of 8 bits; ``"png"``:
            areas on such slices; ``"nifti"``: areas on volumes.
        labels: Of the list.
        cases: In their order.
        about: What a reader of the folder must know, in whole sentences.
    """

    layout: Layout
    labels: Sequence[Mapping[str, Any]]
    cases: Sequence[CaseRead]
    about: Sequence[str]

    @cached_property
    def structures(self) -> tuple[str, ...]:
        """Labels of areas, in the order of their value from 1."""
        return tuple(label["key"] for label in self.labels if label["kind"] == "mask")

    @cached_property
    def answers(self) -> dict[str, tuple[str, ...]]:
        """Labels of cases, and their answers."""
        asked = [label for label in self.labels if label["kind"] == "case"]
        return {label["key"]: tuple(label["answers"]) for label in asked}

    @cached_property
    def classes(self) -> tuple[str, ...]:
        """Labels of boxes."""
        return tuple(label["key"] for label in self.labels if label["kind"] == "box")


def write_export(root: Path, export: Export) -> None:
    """Writes a list into an empty folder.

    Raises:
        InputError: The list has nothing that the layout has a place for, or too much.
        DatasetError: As the writers.
        OutputError: The folder is not empty, or cannot be written to.
    """
    if not export.cases:
        raise _nothing("no case that was finished so", "cases that are finished")
    if export.layout in _BOXES:
        if not export.classes:
            raise _nothing("a list without boxes", "a layout of areas: png or nifti")
        _check_size(export)
        _BOXES[export.layout](root, _boxes(export))
    else:
        if not export.structures and not export.answers:
            raise _nothing("a list of boxes alone", "a layout of boxes: voc, coco or yolo")
        data = _areas(export)
        # Without answers, images beside masks say all; answers need a table.
        (write_table if export.answers else write_pairs)(root, data)
    write_text(root / "about.txt", "".join(f"{line}\n" for line in export.about))


def _boxes(export: Export) -> DataSet:
    cases = []
    for case in export.cases:
        boxes: dict[str, tuple[LabelledBox, ...]] = {}
        series = []
        for one, placed in case.series:
            found = agreed_boxes(case.readings, _numbers(placed))
            boxes[one.stem] = tuple(
                replace(box, box=_whole(placed.turned_box(box.box), placed.sides)) for box in found
            )
            series.append(_picture(one))
        cases.append(_case(case, tuple(series), Reference(boxes=boxes)))
    return DataSet(export.layout, tuple(cases), box_classes=export.classes)


def _areas(export: Export) -> DataSet:
    cases, last = [], _LastSeries()
    for case in export.cases:
        series: list[Series] = []
        masks: dict[str, NDArray[np.uint8]] = {}
        for one, placed in case.series:
            labelmap = _labelmap(export, case, placed)
            parts = [one] if export.layout == "nifti" else _slices(one, last)
            series += parts
            for number, part in enumerate(parts):
                whole = labelmap if len(parts) == 1 else labelmap[number : number + 1]
                if export.structures:
                    masks[part.stem] = whole
        grades = {
            key: names.index(answer)
            for key, names in export.answers.items()
            if (answer := agreed_answer(case.readings, key)) is not None
        }
        reference = Reference(masks=masks, grades={STUDY_UNIT: grades} if grades else {})
        cases.append(_case(case, tuple(series), reference))
    return DataSet(
        export.layout,
        tuple(cases),
        labels=export.answers,
        structures=("background", *export.structures) if export.structures else (),
    )


def _labelmap(export: Export, case: CaseRead, placed: PlacedSeries) -> NDArray[np.uint8]:
    """Gives (slice, row, column) of the volume; where two labels overlap, the later one holds."""
    found = np.zeros((len(placed.frames), *placed.sides), dtype=np.uint8)
    for frame, number in _numbers(placed).items():
        for value, key in enumerate(export.structures, 1):
            area = agreed_area(case.readings, key, frame, sides=placed.stored_sides)
            found[number][placed.turned(area)] = value
    return found


def _numbers(placed: PlacedSeries) -> dict[Frame, int]:
    return {
        (frame.series_uid, frame.instance_uid, frame.frame): number
        for number, frame in enumerate(placed.frames)
        if frame is not None
    }


def _case(case: CaseRead, series: tuple[Series, ...], reference: Reference) -> Case:
    told = {"simulated": "yes" if case.simulated else "no"}
    return Case(case.name, case.patient, Study(None, series), reference, told)


def _picture(series: Series) -> Series:
    def load() -> Volume:
        return Volume(picture_values(series.load().array))

    return replace(_plain(series), load=load)


class _LastSeries:
    """The pictures of the series that was asked for last: its slices come one after another."""

    def __init__(self) -> None:
        self._held: tuple[Series, NDArray[np.float32]] | None = None

    def of(self, series: Series) -> NDArray[np.float32]:
        if self._held is None or self._held[0] is not series:
            self._held = (series, picture_values(series.load().array))
        return self._held[1]


def _slices(series: Series, last: _LastSeries) -> list[Series]:
    """Gives each slice as a picture of its own; all of a series have one window."""

    def loader(number: int) -> Callable[[], Volume]:
        return lambda: Volume(last.of(series)[number : number + 1])

    count = series.shape[0]
    return [
        replace(
            _plain(series),
            stem=f"{series.stem}_slice{number:03d}" if count > 1 else series.stem,
            load=loader(number),
            shape=(1, *series.shape[1:]),
        )
        for number in range(count)
    ]


def _plain(series: Series) -> Series:
    """Leaves out where a picture lay in the body, which no PNG holds."""
    return replace(series, spacing=None, instances=(), plane=Attribute(None))


def _whole(
    box: tuple[float, float, float, float], sides: tuple[int, int]
) -> tuple[float, float, float, float]:
    """Gives the whole pixels that a box touches most of, one at least, as VOC needs them."""
    limits = []
    for low, high, side in ((box[0], box[2], sides[0]), (box[1], box[3], sides[1])):
        first = min(max(round(low), 0), side - 1)
        limits.append((float(first), float(max(min(round(high), side), first + 1))))
    (row0, row1), (column0, column1) = limits
    return (row0, column0, row1, column1)


def _check_size(export: Export) -> None:
    pixels = sum(int(np.prod(one.shape)) for case in export.cases for one, _ in case.series)
    if pixels > _MOST_PIXELS:
        raise InputError(
            "The list was not exported.",
            found=f"{pixels >> 20} million pixels in all",
            needed=f"at most {_MOST_PIXELS >> 20} million in a layout of boxes",
            mend="make lists of fewer studies, or of single series.",
        )


def _nothing(found: str, needed: str) -> InputError:
    return InputError(
        "The list was not exported.",
        found=found,
        needed=needed,
        mend="choose another layout or source.",
    )
