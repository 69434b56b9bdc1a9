"""Writing boxes as COCO JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from condyle.datasets.archive import Archive
from condyle.datasets.boxes.assemble import NO_CLASS
from condyle.datasets.boxes.writing import Page, pages_of, write_page, write_patients
from condyle.datasets.writing import require_empty, write_text


def write_coco(root: Path, archive: Archive) -> None:
    """Writes an archive of boxes as COCO, and its patients in ``patients.csv``.

    Args:
        root: An empty folder, made where it is not there.
        archive: Of pictures; each slice of a volume becomes a picture of its own.

    Raises:
        DatasetError: It holds what this layout has no place for, such as masks.
        OutputError: The folder is not empty, or cannot be written to.
    """
    pages = pages_of(archive, layout="coco")
    require_empty(root)
    used = {label for page in pages for box in page.boxes for label in box.labels or (NO_CLASS,)}
    classes = (*archive.box_classes, *sorted(used - set(archive.box_classes)))
    for page in pages:
        write_page(page, root / "images" / f"{page.key}.png")
    for name, side in (("train", "train"), ("val", "validation"), ("test", "test"), ("all", None)):
        if own := [page for page in pages if page.side == side]:
            text = json.dumps(_json(own, classes), indent=1) + "\n"
            write_text(root / "annotations" / f"instances_{name}.json", text)
    write_patients(root, pages)


def _json(pages: Sequence[Page], classes: Sequence[str]) -> dict[str, object]:
    images: list[dict[str, object]] = []
    annotations: list[dict[str, object]] = []
    for image, page in enumerate(pages, start=1):
        rows, columns = page.pixels.shape
        images.append(
            {"id": image, "file_name": f"{page.key}.png", "width": columns, "height": rows}
        )
        for box in page.boxes:
            row0, column0, row1, column1 = box.box
            width, height = column1 - column0, row1 - row0
            for label in box.labels or (NO_CLASS,):
                annotations.append(
                    {
                        "id": len(annotations) + 1,
                        "image_id": image,
                        "category_id": classes.index(label) + 1,
                        "bbox": [column0, row0, width, height],
                        "area": width * height,
                        "iscrowd": int(box.difficult),
                    }
                )
    categories = [{"id": number, "name": name} for number, name in enumerate(classes, start=1)]
    return {"images": images, "annotations": annotations, "categories": categories}
