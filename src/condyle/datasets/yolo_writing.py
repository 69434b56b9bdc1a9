"""Writing boxes as YOLO texts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import yaml

from condyle.datasets.archive import Archive
from condyle.datasets.boxes.assemble import NO_CLASS
from condyle.datasets.boxes.writing import Page, no_place, pages_of, write_page, write_patients
from condyle.datasets.writing import require_empty, write_text
from condyle.datasets.yolo import SIDES


def write_yolo(root: Path, archive: Archive) -> None:
    """Writes an archive of boxes as YOLO, and its patients in ``patients.csv``.

    Args:
        root: An empty folder, made where it is not there.
        archive: Of pictures; each slice of a volume becomes a picture of its own.

    Raises:
        DatasetError: It holds what this layout has no place for, such as masks or a
            difficult box.
        OutputError: The folder is not empty, or cannot be written to.
    """
    pages = pages_of(archive, layout="yolo")
    for page in pages:
        if any(box.difficult for box in page.boxes):
            raise no_place("yolo", f"a box that counts neither way, in {page.key}")
    require_empty(root)
    used = {label for page in pages for box in page.boxes for label in box.labels or (NO_CLASS,)}
    names = (*archive.box_classes, *sorted(used - set(archive.box_classes)))
    declared: dict[str, object] = {"path": "."}
    for page in pages:
        write_page(page, root / "images" / f"{page.key}.png")
        write_text(root / "labels" / f"{page.key}.txt", _text(page, names))
    for key, side in SIDES.items():
        if own := [f"./images/{page.key}.png\n" for page in pages if page.side == side]:
            write_text(root / f"{key}.txt", "".join(own))
            declared[key] = f"{key}.txt"
    declared["names"] = dict(enumerate(names))
    write_text(root / "data.yaml", yaml.safe_dump(declared, sort_keys=False, allow_unicode=True))
    write_patients(root, pages)


def _text(page: Page, names: Sequence[str]) -> str:
    rows, columns = page.pixels.shape
    lines = []
    for box in page.boxes:
        row0, column0, row1, column1 = box.box
        place = (
            (column0 + column1) / 2 / columns,
            (row0 + row1) / 2 / rows,
            (column1 - column0) / columns,
            (row1 - row0) / rows,
        )
        numbers = " ".join(f"{value:.12g}" for value in place)
        lines += [f"{names.index(label)} {numbers}\n" for label in box.labels or (NO_CLASS,)]
    return "".join(lines)
