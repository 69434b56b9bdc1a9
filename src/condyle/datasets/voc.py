"""Pascal VOC: an XML file of boxes a picture, as LabelImg writes it.

Its boxes count pixels from 1 and include the last one (Everingham et al., The PASCAL Visual
Object Classes Challenge 2012 Development Kit, section 6), so that (xmin, ymin, xmax, ymax)
is (ymin - 1, xmin - 1, ymax, xmax) here.
"""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from pathlib import Path, PurePosixPath
from xml.parsers import expat

from condyle.datasets.archive import Archive, ArchiveOptions, Side
from condyle.datasets.boxes.assemble import box_archive
from condyle.datasets.boxes.drawn import Annotations, Box, Drawn, bad_box, inside, one_a_place
from condyle.datasets.boxes.pictures import Pictures
from condyle.datasets.tree import names_below
from condyle.domain.case import LabelledBox
from condyle.errors import DatasetError

HOLDS = (
    "Pascal VOC XML beside each picture, or in Annotations/ with the pictures in JPEGImages/;"
    " several annotators in a folder each, such as annotator-1/"
)
"""What the folder holds, in words."""

CLASSES = "classes.txt"
"""File that lists the classes in their order, one a line; it need not be there."""

MOST_BYTES = 4 << 20
"""An XML file over this size is no list of boxes."""

LISTS: dict[str, Side] = {"train": "train", "val": "validation", "test": "test"}
"""Name of a list in ``ImageSets/Main`` to its side; ``trainval`` stands in for ``train``."""


def is_voc(root: Path) -> bool:
    """Says whether a folder has this layout."""
    file = next((name for name in names_below(root) if name.lower().endswith(".xml")), None)
    if file is None:
        return False
    try:
        with (root / file).open("rb") as stream:
            return b"<annotation" in stream.read(2048)
    except OSError:
        return False


def open_voc(root: Path, options: ArchiveOptions) -> Archive:
    """Gives one case a picture with the boxes on it.

    Args:
        root: The folder.
        options: Those of ``boxes.assemble.READS``.

    Raises:
        DatasetError: An annotation cannot be used; names the file and the object in it.
        BadConfiguration: An option is not read, or cannot be.
    """
    return box_archive("voc", root, options, read=read_voc)


def read_voc(folder: str, pictures: Pictures) -> Annotations:
    """Reads the annotations of a folder; an object may name its ``annotator``.

    Args:
        folder: Relative to the archive; ``"."`` is the archive.
        pictures: The archive's.

    Raises:
        DatasetError: A file cannot be used.
    """
    sides = _sides(folder, pictures)
    read: dict[str, tuple[str, list[tuple[str, LabelledBox]]]] = {}
    for file in pictures.below(folder, ".xml"):
        root = _parsed(pictures.root / file, file)
        if root.tag != "annotation":
            continue
        picture = _picture(file, root, pictures)
        size = pictures.size(picture)
        if size is not None:
            _check_size(root, size, file)
            boxes = [
                _box(one, size, where=f"{file}, object {number}")
                for number, one in enumerate(root.iter("object"), start=1)
            ]
            read[file] = picture, boxes
    readers = sorted({who for _, boxes in read.values() for who, _ in boxes if who})
    drawn = []
    for file, (picture, boxes) in read.items():
        nobodys = [number for number, (who, _) in enumerate(boxes, start=1) if not who]
        if readers and nobodys:
            where = f"{file}, object {nobodys[0]}"
            raise bad_box(where, "no annotator", "the annotator, as others have")
        own_sides = sides.get(pictures.key(picture), ())
        for reader in readers or [""]:
            own = one_a_place(box for who, box in boxes if who == reader)
            drawn.append(Drawn(picture, own, own_sides, reader))
    notes = (
        ()
        if not readers
        else ("Each annotator named in the XML is held to have looked at every picture.",)
    )
    return Annotations(tuple(drawn), _classes(folder, pictures), notes)


def _classes(folder: str, pictures: Pictures) -> tuple[str, ...]:
    """Reads the list of classes that annotation programs keep, where there is one."""
    for name in (CLASSES if folder == "." else f"{folder}/{CLASSES}", CLASSES):
        if pictures.has(name):
            text = (pictures.root / name).read_text("utf-8-sig", errors="replace")
            return tuple(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))
    return ()


def _parsed(path: Path, file: str) -> ElementTree.Element:
    """Parses an XML file that has no document type, and so no entities to multiply."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise _bad_xml(file, f"more than {MOST_BYTES >> 20} MiB")
        text = path.read_bytes()
        check = expat.ParserCreate()
        check.StartDoctypeDeclHandler = _refuse_doctype
        check.Parse(text, True)
        return ElementTree.fromstring(text)
    except _Doctype as error:
        raise _bad_xml(file, "a document type, which could hold anything") from error
    except (expat.ExpatError, ElementTree.ParseError, LookupError, ValueError) as error:
        raise _bad_xml(file, "text that is not XML") from error
    except OSError as error:
        raise _bad_xml(file, "a file that cannot be opened") from error


class _Doctype(Exception):
    pass


def _refuse_doctype(*_: object) -> None:
    raise _Doctype


def _picture(file: str, root: ElementTree.Element, pictures: Pictures) -> str:
    """Finds the picture by the name of the XML file, else by the name that it states."""
    stated = (root.findtext("filename") or "").strip().replace("\\", "/")
    beside = str(PurePosixPath(file).parent / PurePosixPath(stated).name) if stated else ""
    found = pictures.find(pictures.key(file)) or (beside and pictures.find(pictures.key(beside)))
    if not found:
        raise DatasetError(
            "An annotation of the data has no picture.",
            found=f"{file} alone",
            needed="a picture of the same name beside it or in JPEGImages/",
            mend="add the picture, or take the annotation away.",
        )
    return found


def _check_size(root: ElementTree.Element, size: tuple[int, int], file: str) -> None:
    texts = [(root.findtext(f"size/{side}") or "").strip() for side in ("height", "width")]
    # Some programs leave the size out or write 0: then the picture alone counts.
    stated = tuple(_whole(text) or 0 for text in texts)
    if all(stated) and stated != size:
        raise DatasetError(
            "An annotation does not fit its picture.",
            found=f"{file}: a size of {stated[0]} rows and {stated[1]} columns",
            needed=f"{size[0]} rows and {size[1]} columns, as the picture has",
            mend="annotate the picture as it is, or put the one back that was annotated.",
        )


def _box(
    element: ElementTree.Element, size: tuple[int, int], *, where: str
) -> tuple[str, LabelledBox]:
    """Gives who drew a box, empty where that is not said, and the box."""
    name = (element.findtext("name") or "").strip()
    if not name:
        raise bad_box(where, "no name", "the name of its class")
    corners = []
    for side in ("xmin", "ymin", "xmax", "ymax"):
        text = (element.findtext(f"bndbox/{side}") or "").strip()
        value = _whole(text)
        if value is None:
            needed = "a whole number of pixels, counted from 1"
            mend = "correct it, or export as COCO, which has fractions of a pixel."
            raise bad_box(where, f"{side} '{text}'", needed, mend=mend)
        corners.append(value)
    left, top, right, bottom = corners
    box: Box = (float(top - 1), float(left - 1), float(bottom), float(right))
    difficult = (element.findtext("difficult") or "0").strip() not in ("0", "")
    who = (element.findtext("annotator") or "").strip()
    return who, LabelledBox(inside(box, size, where=where), (name,), difficult=difficult)


def _whole(text: str) -> int | None:
    """Gives a text as a whole number; ``"12.0"`` is one, and ``"12.5"`` is none."""
    try:
        value = float(text)
    except ValueError:
        return None
    return int(value) if value.is_integer() else None


def _sides(folder: str, pictures: Pictures) -> dict[str, tuple[Side, ...]]:
    """Reads the lists in ``ImageSets/Main``: the key of a picture to its sides."""
    base = "" if folder == "." else f"{folder}/"
    lists = {
        name: f"{base}ImageSets/Main/{name}.txt"
        for name in (*LISTS, "trainval")
        if pictures.has(f"{base}ImageSets/Main/{name}.txt")
    }
    if "train" in lists:
        lists.pop("trainval", None)
    sides: dict[str, tuple[Side, ...]] = {}
    for name, file in lists.items():
        side = LISTS.get(name, "train")
        lines = (pictures.root / file).read_text("utf-8-sig", errors="replace").splitlines()
        for number, line in enumerate(lines, start=1):
            if not line.split():
                continue
            # A list of one class has its yes or no behind the name.
            key = pictures.key(line.strip())
            if pictures.find(key) is None:
                key = pictures.key(line.split()[0])
            if pictures.find(key) is None:
                raise DatasetError(
                    "A list of the data's own split cannot be used.",
                    found=f"{file}, row {number}: a picture that is not there",
                    needed="the name of a picture in JPEGImages/, without its ending",
                    mend="correct the row, or add the picture.",
                )
            sides[key] = tuple({*sides.get(key, ()), side})
    return sides


def _bad_xml(file: str, found: str) -> DatasetError:
    return DatasetError(
        "An annotation of the data cannot be read.",
        found=f"{file}: {found}",
        needed="XML as LabelImg writes it",
        mend="save the annotation again, or take the file away.",
    )
