"""Writing boxes as Pascal VOC."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from pathlib import Path, PurePosixPath

from condyle.datasets.archive import Archive
from condyle.datasets.boxes.assemble import NO_CLASS
from condyle.datasets.boxes.writing import Page, no_place, pages_of, write_page, write_patients
from condyle.datasets.voc import CLASSES, LISTS
from condyle.datasets.writing import require_empty, write_text


def write_voc(root: Path, archive: Archive) -> None:
    """Writes an archive of boxes as Pascal VOC, and its patients in ``patients.csv``.

    Args:
        root: An empty folder, made where it is not there.
        archive: Of pictures; each slice of a volume becomes a picture of its own.

    Raises:
        DatasetError: It holds what this layout has no place for, such as masks, or boxes
            that are not whole pixels.
        OutputError: The folder is not empty, or cannot be written to.
    """
    pages = pages_of(archive, layout="voc")
    for page in pages:
        if not all(side.is_integer() for box in page.boxes for side in box.box):
            raise no_place("voc", f"a box that is not whole pixels, in {page.key}")
    require_empty(root)
    for page in pages:
        write_page(page, root / "JPEGImages" / f"{page.key}.png")
        write_text(root / "Annotations" / f"{page.key}.xml", _xml(page))
    for name, side in LISTS.items():
        keys = [page.key for page in pages if page.side == side]
        if any(page.side for page in pages):
            write_text(root / "ImageSets" / "Main" / f"{name}.txt", "".join(f"{k}\n" for k in keys))
    write_text(root / CLASSES, "".join(f"{name}\n" for name in archive.box_classes))
    write_patients(root, pages)


def _xml(page: Page) -> str:
    annotation = ElementTree.Element("annotation")
    ElementTree.SubElement(annotation, "filename").text = f"{PurePosixPath(page.key).name}.png"
    size = ElementTree.SubElement(annotation, "size")
    rows, columns = page.pixels.shape
    for name, value in (("width", columns), ("height", rows), ("depth", 1)):
        ElementTree.SubElement(size, name).text = str(value)
    for box in page.boxes:
        row0, column0, row1, column1 = (int(side) for side in box.box)
        for label in box.labels or (NO_CLASS,):
            one = ElementTree.SubElement(annotation, "object")
            ElementTree.SubElement(one, "name").text = label
            ElementTree.SubElement(one, "difficult").text = str(int(box.difficult))
            corners = ElementTree.SubElement(one, "bndbox")
            for name, value in (
                ("xmin", column0 + 1),
                ("ymin", row0 + 1),
                ("xmax", column1),
                ("ymax", row1),
            ):
                ElementTree.SubElement(corners, name).text = str(value)
    ElementTree.indent(annotation)
    return ElementTree.tostring(annotation, encoding="unicode") + "\n"
