"""Boxes of discs for SPIDER's slices: a table of them, and what each disc shows by its grades.

The table is made by ``condyle.workflows.training.lumbar_boxes`` and comes with the package,
for the single slices as ``condyle.datasets.spider`` reads them. A disc that is both herniated
and slipped has both labels; one that is neither is not called normal, for most of them bulge
or are narrowed.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path

from condyle.domain.case import Case, LabelledBox
from condyle.errors import DatasetError

NEITHER = "no-herniation-or-slip"
FINDINGS = {"disc-herniation": "herniation", "spondylolisthesis": "spondylolisthesis"}
"""Grade that gives a disc a label, to that label."""

BOX_CLASSES = (NEITHER, *FINDINGS.values())

COLUMNS = ("patient", "series", "disc", "row0", "column0", "row1", "column1", "labels")


@dataclass(frozen=True)
class DiscBox:
    """The box of one disc on one slice.

    Attributes:
        patient: Its patient.
        series: Stem of the slice's file.
        disc: Counted from the most caudal in view, 1.
        box: (row0, column0, row1, column1) in pixels of the slice, half-open.
        labels: What it shows, of ``BOX_CLASSES``, sorted.
    """

    patient: str
    series: str
    disc: int
    box: tuple[float, float, float, float]
    labels: tuple[str, ...]


def labels_of(grades: Mapping[str, int]) -> tuple[str, ...]:
    """Gives what a disc's box is labelled, from the disc's grades.

    Args:
        grades: Finding to its value, as ``Reference.grades`` holds them.
    """
    found = tuple(sorted(label for name, label in FINDINGS.items() if grades.get(name) == 1))
    return found or (NEITHER,)


def write_boxes(boxes: Iterable[DiscBox]) -> str:
    """Gives the table as CSV, a row a box, in whole pixels."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    for item in boxes:
        edges = [round(edge) for edge in item.box]
        writer.writerow([item.patient, item.series, item.disc, *edges, ";".join(item.labels)])
    return stream.getvalue()


def read_boxes(path: Path | None = None) -> tuple[DiscBox, ...]:
    """Reads a table of boxes.

    Args:
        path: The file; that of the package where ``None``.

    Raises:
        DatasetError: A row cannot be used; names the file and the row.
    """
    name = "lumbar-spider.csv"
    packaged = resources.files("condyle.recipes") / "boxes" / name
    text = packaged.read_text("utf-8") if path is None else path.read_text("utf-8")
    rows = enumerate(csv.DictReader(io.StringIO(text)), start=2)
    return tuple(_box(row, f"{path.name if path else name}, row {number}") for number, row in rows)


def with_boxes(cases: Iterable[Case], boxes: Iterable[DiscBox]) -> tuple[Case, ...]:
    """Gives cases with the boxes on their slices; a slice without any was not looked at.

    Args:
        cases: Of the same archive.
        boxes: By patient and series; those of a slice are left out where one does not lie in
            it, for then it is another picture than the one that they were made on.
    """
    found: dict[tuple[str, str], list[DiscBox]] = {}
    for item in boxes:
        found.setdefault((item.patient, item.series), []).append(item)
    return tuple(_with_boxes(case, found) for case in cases)


def _with_boxes(case: Case, found: Mapping[tuple[str, str], list[DiscBox]]) -> Case:
    drawn = {}
    for series in case.study.series:
        mine = found.get((case.patient, series.stem), [])
        rows, columns = series.shape[1:]
        if mine and all(item.box[2] <= rows and item.box[3] <= columns for item in mine):
            drawn[series.stem] = tuple(LabelledBox(item.box, item.labels) for item in mine)
    return replace(case, reference=replace(case.reference, boxes=drawn))


def _box(row: Mapping[str, str], where: str) -> DiscBox:
    try:
        row0, column0, row1, column1 = (float(row[name]) for name in COLUMNS[3:7])
        disc, labels = int(row["disc"]), tuple(sorted(filter(None, row["labels"].split(";"))))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _bad(where, "a value is absent or no number") from error
    if not (0 <= row0 < row1 and 0 <= column0 < column1 and disc >= 1):
        raise _bad(where, "a box without an area, or a disc under 1")
    if not labels or set(labels) - set(BOX_CLASSES):
        raise _bad(where, f"labels {';'.join(labels) or 'none'}")
    return DiscBox(row["patient"], row["series"], disc, (row0, column0, row1, column1), labels)


def _bad(where: str, found: str) -> DatasetError:
    return DatasetError(
        "A table of disc boxes cannot be used.",
        found=f"{where}: {found}",
        needed=f"columns {', '.join(COLUMNS)}; row0 < row1, column0 < column1; labels of "
        + ", ".join(BOX_CLASSES),
        mend="correct that row, or make the table again.",
    )
