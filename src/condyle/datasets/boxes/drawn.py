"""What an annotator drew on a picture, before it is known how many annotators there were."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from condyle.datasets.archive import Side
from condyle.domain.case import LabelledBox
from condyle.errors import DatasetError

EDGE_PX = 1.0
"""How far a box may reach over the edge of its picture and still be cut off there: what
counting from 0 or from 1, and rounding, make."""

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Drawn:
    """What one annotator drew on one picture.

    Attributes:
        picture: Path of the picture, relative to the archive.
        boxes: Each place once, with all of its labels; empty where the annotator looked
            and found none.
        sides: Sides of the data set's own split that list it; none where it is on none,
            and several where the split leaks.
        annotator: Pseudonym, empty where there is only one.
    """

    picture: str
    boxes: tuple[LabelledBox, ...]
    sides: tuple[Side, ...] = ()
    annotator: str = ""


@dataclass(frozen=True)
class Annotations:
    """All that the files of one annotator, or of all of them, hold.

    Attributes:
        drawn: In the order of the files.
        classes: Names that the files list as classes, in their order; empty where the
            layout has no such list.
        notes: What a reader of figures must know.
    """

    drawn: tuple[Drawn, ...]
    classes: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def one_a_place(boxes: Iterable[LabelledBox]) -> tuple[LabelledBox, ...]:
    """Makes boxes that lie on the very same place one box with all of their labels.

    It is difficult where any of them is. The order is that of the first of each place.
    """
    places: dict[tuple[int, Box], LabelledBox] = {}
    for box in boxes:
        place = (box.slice, box.box)
        known = places.get(place, box)
        labels = tuple(sorted({*known.labels, *box.labels}))
        difficult = known.difficult or box.difficult
        places[place] = replace(known, labels=labels, difficult=difficult)
    return tuple(places.values())


def inside(box: Box, shape: tuple[int, int], *, where: str) -> Box:
    """Gives a box cut off at the edge of its picture, to a millionth of a pixel.

    Args:
        box: (row0, column0, row1, column1), half-open.
        shape: (rows, columns) of the picture.
        where: File and place in it, for the message.

    Raises:
        DatasetError: It is empty, or reaches over the edge by more than ``EDGE_PX``.
    """
    row0, column0, row1, column1 = box
    rows, columns = shape
    if not (row0 < row1 and column0 < column1):
        raise bad_box(
            where, "a box without height or width", "a corner below and right of the other"
        )
    low, high = min(row0, column0), max(row1 - rows, column1 - columns)
    if low < -EDGE_PX or high > EDGE_PX:
        found = f"rows {row0:g} to {row1:g}, columns {column0:g} to {column1:g}"
        needed = f"a box within the picture's {rows} rows and {columns} columns"
        raise bad_box(where, found, needed)
    far = round(min(row1, float(rows)), 6), round(min(column1, float(columns)), 6)
    cut = (round(max(row0, 0.0), 6), round(max(column0, 0.0), 6), *far)
    if not (cut[0] < cut[2] and cut[1] < cut[3]):
        raise bad_box(where, "a box beside its picture", "a box within the picture")
    return cut


MEND = "correct that box in the annotation program and export it again."
"""What mends most faults of a box."""


def bad_box(where: str, found: str, needed: str, *, mend: str = MEND) -> DatasetError:
    """Gives the error for one box.

    Args:
        where: File and place in it.
        found: What stands there.
        needed: What should.
        mend: What to do.
    """
    return DatasetError(
        "An annotation of the data cannot be used.",
        found=f"{where}: {found}",
        needed=needed,
        mend=mend,
    )
