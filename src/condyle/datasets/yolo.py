"""YOLO: a text of boxes a picture, normalised to its size, and ``data.yaml`` with the classes.

A line is ``class centre-x centre-y width height``, each of the four a share of the picture's
width or height (the format of Darknet, Redmon et al., and its successors).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import yaml

from condyle.datasets.archive import Archive, ArchiveOptions, Side
from condyle.datasets.boxes.annotators import annotator_folders
from condyle.datasets.boxes.assemble import box_archive
from condyle.datasets.boxes.drawn import Annotations, Drawn, bad_box, inside, one_a_place
from condyle.datasets.boxes.pictures import Pictures
from condyle.domain.case import LabelledBox
from condyle.errors import DatasetError

HOLDS = (
    "data.yaml with 'names', pictures in images/ and a text of boxes for each at the same place"
    " in labels/; several annotators in a folder each, such as annotator-1/"
)
"""What the folder holds, in words."""

DECLARATIONS = ("data.yaml", "data.yml", "dataset.yaml", "dataset.yml")
"""Names of the file that lists the classes."""

SIDES: Mapping[str, Side] = {"train": "train", "val": "validation", "test": "test"}
"""Key of the declaration to the side."""

_MOST_BYTES = 16 << 20


@dataclass(frozen=True)
class _Declaration:
    file: str
    names: Mapping[int, str]
    values: Mapping[str, object]


def is_yolo(root: Path) -> bool:
    """Says whether a folder has this layout: a declaration in it, or in an annotator's folder."""
    folders = (root, *(root / name for name in annotator_folders(root)))
    for folder in folders:
        for name in DECLARATIONS:
            try:
                if (folder / name).is_file() and b"names" in (folder / name).read_bytes():
                    return True
            except OSError:
                continue
    return False


def open_yolo(root: Path, options: ArchiveOptions) -> Archive:
    """Gives one case a picture with the boxes on it.

    An empty text says that a picture holds none; one without text was not looked at.

    Args:
        root: The folder.
        options: Those of ``boxes.assemble.READS``.

    Raises:
        DatasetError: A file cannot be used; names it and its row.
        BadConfiguration: An option is not read, or cannot be.
    """
    return box_archive("yolo", root, options, read=read_yolo)


def read_yolo(folder: str, pictures: Pictures) -> Annotations:
    """Reads the annotations of one folder.

    Args:
        folder: Relative to the archive; ``"."`` is the archive.
        pictures: The archive's.

    Raises:
        DatasetError: A file cannot be used.
    """
    declaration = _declared(folder, pictures)
    sides, notes = _sides(declaration, folder, pictures)
    drawn = []
    for file in pictures.below(folder, ".txt"):
        picture = pictures.find(pictures.key(file))
        if picture is None:
            if "labels" in PurePosixPath(file).parts and PurePosixPath(file).name != "classes.txt":
                raise DatasetError(
                    "An annotation of the data has no picture.",
                    found=f"{file} alone",
                    needed="a picture of the same name in images/",
                    mend="add the picture, or take the annotation away.",
                )
            continue
        size = pictures.size(picture)
        if size is not None:
            boxes = _boxes(pictures.root / file, file, declaration, size=size)
            drawn.append(Drawn(picture, one_a_place(boxes), sides.get(pictures.key(picture), ())))
    return Annotations(tuple(drawn), tuple(declaration.names.values()), tuple(notes))


def _declared(folder: str, pictures: Pictures) -> _Declaration:
    named = [name if folder == "." else f"{folder}/{name}" for name in DECLARATIONS]
    # Annotators may share the declaration of the archive.
    file = next((name for name in (*named, *DECLARATIONS) if pictures.has(name)), None)
    if file is None:
        raise _bad(named[0], "no such file", "the classes as 'names: [...]'")
    try:
        values = yaml.safe_load(_read(pictures.root / file, file))
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise _bad(file, "text that is not plain YAML", "train, val, test and names") from error
    names = values.get("names") if isinstance(values, dict) else None
    if isinstance(names, list):
        names = dict(enumerate(names))
    if not isinstance(names, dict) or not names or not all(isinstance(one, int) for one in names):
        raise _bad(file, "no names of classes", "names: [...], or {0: ..., 1: ...}")
    plain = {number: str(name).strip() for number, name in sorted(names.items())}
    if len(set(plain.values())) < len(plain) or "" in plain.values():
        raise _bad(file, "a class without name, or two of one name", "a name for each class")
    return _Declaration(file, plain, values)


def _boxes(
    path: Path, file: str, declaration: _Declaration, *, size: tuple[int, int]
) -> Iterator[LabelledBox]:
    rows, columns = size
    for number, line in enumerate(_read(path, file).splitlines(), start=1):
        if not line.strip():
            continue
        where = f"{file}, row {number}"
        values = [_number(text) for text in line.split()]
        if len(values) != 5 or None in values:
            found = f"{len(values)} values" if None not in values else "a value that is no number"
            raise bad_box(where, found, "class, centre x, centre y, width and height")
        label, x, y, width, height = (value for value in values if value is not None)
        if label not in declaration.names:
            known = ", ".join(f"{key} {name}" for key, name in declaration.names.items())
            raise bad_box(where, f"class {label:g}", f"one of {declaration.file}: {known}")
        if max(abs(one) for one in (x, y, width, height)) > 2:
            raise bad_box(where, "a box in pixels", "shares of the width and height, 0 to 1")
        corners = (
            (y - height / 2) * rows,
            (x - width / 2) * columns,
            (y + height / 2) * rows,
            (x + width / 2) * columns,
        )
        box = inside(corners, size, where=where)
        yield LabelledBox(box, (declaration.names[int(label)],))


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _sides(
    declaration: _Declaration, folder: str, pictures: Pictures
) -> tuple[dict[str, tuple[Side, ...]], list[str]]:
    """Gives the sides of each picture's key, with what to say of entries that are not there."""
    sides: dict[str, tuple[Side, ...]] = {}
    notes: list[str] = []
    bases = _bases(declaration, folder, notes)
    for key, side in {**SIDES, "valid": "validation"}.items():
        stated = declaration.values.get(key)
        entries = stated if isinstance(stated, list) else [stated] if stated else []
        for entry in map(str, entries):
            found = _pictures_of(entry, bases, pictures)
            if found is None:
                notes.append(f"{declaration.file} names '{entry}' as {key}, which is not there.")
            for name in found or ():
                sides[name] = tuple(dict.fromkeys((*sides.get(name, ()), side)))
    return sides, notes


def _bases(declaration: _Declaration, folder: str, notes: list[str]) -> list[PurePosixPath]:
    """Gives the folders that the declaration's paths may start from, relative to the archive."""
    here = PurePosixPath(declaration.file).parent
    stated = str(declaration.values.get("path") or ".").replace("\\", "/")
    path = PurePosixPath(stated)
    if path.is_absolute() or ".." in path.parts or ":" in stated:
        notes.append(
            f"'path' in {declaration.file} leads out of the archive: its folder was taken instead."
        )
        path = PurePosixPath(".")
    return list(dict.fromkeys((here / path, here, PurePosixPath(folder), PurePosixPath("."))))


def _pictures_of(
    entry: str, bases: Sequence[PurePosixPath], pictures: Pictures
) -> list[str] | None:
    """Gives the keys of the pictures of a folder or a list, ``None`` where it is not there.

    A path that begins with ``../`` is tried without it: a widespread export writes the
    declaration into the folder beside which its paths would be right.
    """
    path = PurePosixPath(entry.replace("\\", "/"))
    parts = path.parts
    while parts and parts[0] == "..":
        parts = parts[1:]
    if path.is_absolute() or ".." in parts:
        return None
    for base in bases:
        place = base.joinpath(*parts)
        if place.suffix == ".txt" and pictures.has(str(place)):
            return _listed(str(place), bases, pictures)
        if below := pictures.pictures_below(str(place)):
            return [pictures.key(one) for one in below]
    return None


def _listed(file: str, bases: Sequence[PurePosixPath], pictures: Pictures) -> list[str]:
    keys = []
    for number, line in enumerate(_read(pictures.root / file, file).splitlines(), start=1):
        if not line.strip():
            continue
        path = PurePosixPath(line.strip().replace("\\", "/"))
        places = [base / path for base in (PurePosixPath(file).parent, *bases)]
        found = next((str(place) for place in places if pictures.has(str(place))), None)
        if found is None or ".." in path.parts:
            raise DatasetError(
                "A list of the data's own split cannot be used.",
                found=f"{file}, row {number}: {line.strip()}",
                needed="the path of a picture of the archive, relative to it",
                mend="correct the row, or add the picture.",
            )
        keys.append(pictures.key(found))
    return keys


def _read(path: Path, file: str) -> str:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise _bad(file, f"more than {_MOST_BYTES >> 20} MiB", "a text of boxes")
        return path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise _bad(file, "a file that is not text in UTF-8", "text in UTF-8") from error


def _bad(file: str, found: str, needed: str) -> DatasetError:
    return DatasetError(
        "A file of the YOLO layout cannot be used.",
        found=f"{file}: {found}",
        needed=needed,
        mend="correct that file, or export the data set again.",
    )
