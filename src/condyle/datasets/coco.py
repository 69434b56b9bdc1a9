"""COCO: boxes as JSON, one file for each side of a split or one for all.

A box is (x, y, width, height) in pixels from the picture's upper left corner
(Lin et al., Microsoft COCO, doi 10.1007/978-3-319-10602-1_48).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from condyle.datasets.archive import Archive, ArchiveOptions, Side
from condyle.datasets.boxes.assemble import box_archive
from condyle.datasets.boxes.drawn import Annotations, Drawn, bad_box, inside, one_a_place
from condyle.datasets.boxes.pictures import Pictures
from condyle.datasets.tree import names_below
from condyle.datasets.words import side_of
from condyle.domain.case import LabelledBox
from condyle.errors import DatasetError

HOLDS = (
    "COCO JSON (instances_train.json and the like, or annotations.json) with the pictures in"
    " images/; several annotators in a folder each, or by 'annotator' in each annotation"
)
"""What the folder holds, in words."""

MOST_BYTES = 1 << 30
"""A JSON file over this size is not read."""


@dataclass(frozen=True)
class _Picture:
    file: str
    size: tuple[int, int]
    annotators: tuple[str, ...] | None


@dataclass(frozen=True)
class _File:
    """One JSON file, its references checked."""

    name: str
    pictures: Mapping[object, _Picture | None]
    classes: Mapping[object, str]
    annotations: Sequence[Mapping[str, Any]]
    annotators: tuple[str, ...]


def is_coco(root: Path) -> bool:
    """Says whether a folder has this layout, by the names and beginnings of JSON files."""
    names = _files([name for name in names_below(root) if name.lower().endswith(".json")])
    try:
        return bool(names) and _begins_so(root / names[0])
    except OSError:
        return False


def _begins_so(path: Path) -> bool:
    with path.open("rb") as stream:
        head = stream.read(1 << 16)
    return any(part in head for part in (b'"images"', b'"annotations"', b'"categories"'))


def open_coco(root: Path, options: ArchiveOptions) -> Archive:
    """Gives one case a picture with the boxes on it.

    ``iscrowd`` makes a box difficult; outlines are not read, which a note says.

    Args:
        root: The folder.
        options: Those of ``boxes.assemble.READS``.

    Raises:
        DatasetError: A file cannot be used; names it and the annotation or image by id.
        BadConfiguration: An option is not read, or cannot be.
    """
    return box_archive("coco", root, options, read=read_coco)


def read_coco(folder: str, pictures: Pictures) -> Annotations:
    """Reads the annotations of one folder.

    Args:
        folder: Relative to the archive; ``"."`` is the archive.
        pictures: The archive's.

    Raises:
        DatasetError: A file cannot be used.
    """
    drawn: dict[tuple[str, str], Drawn] = {}
    classes: dict[str, None] = {}
    notes: list[str] = []
    for name in _files(pictures.below(folder, ".json")):
        side = side_of(PurePosixPath(name).stem) or side_of(PurePosixPath(name).parent.name)
        file = _opened(name, folder, pictures)
        classes |= dict.fromkeys(file.classes.values())
        notes += _notes(file)
        for one in _drawn(file, side):
            known = drawn.get((one.picture, one.annotator))
            if known is not None and known.boxes != one.boxes:
                raise _bad(name, one.picture, "other boxes than an earlier file has", "the same")
            sides = () if known is None else known.sides
            merged = tuple(dict.fromkeys((*sides, *one.sides)))
            drawn[one.picture, one.annotator] = Drawn(one.picture, one.boxes, merged, one.annotator)
    return Annotations(tuple(drawn.values()), tuple(classes), tuple(notes))


def _files(names: Sequence[str]) -> list[str]:
    """Gives the files of boxes among JSON files: those named best."""
    tiers: tuple[list[str], list[str], list[str]] = ([], [], [])
    for name in names:
        path = PurePosixPath(name)
        if path.name.startswith("instances_"):
            tiers[0].append(name)
        elif path.name == "annotations.json" or path.name.endswith(".coco.json"):
            tiers[1].append(name)
        elif path.parent.name.lower() == "annotations":
            tiers[2].append(name)
    return next((tier for tier in tiers if tier), [])


def _opened(name: str, folder: str, pictures: Pictures) -> _File:
    values = _parsed(pictures.root / name, name)
    lists = {}
    for part in ("images", "annotations", "categories"):
        listed = values.get(part) if isinstance(values, dict) else None
        if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
            raise _bad(name, part, "no list of objects", "images, annotations and categories")
        lists[part] = listed
    classes: dict[object, str] = {}
    for one in lists["categories"]:
        label = one.get("name")
        if not isinstance(label, str) or not label or label in classes.values():
            raise _bad(name, f"category {one.get('id')}", "no name, or one used before", "a name")
        classes[_id(one, classes, f"{name}, category")] = label
    found: dict[object, _Picture | None] = {}
    for one in lists["images"]:
        found[_id(one, found, f"{name}, image")] = _picture(one, name, folder, pictures=pictures)
    said = {str(one["annotator"]) for one in lists["annotations"] if one.get("annotator")}
    said |= {who for one in found.values() if one for who in one.annotators or ()}
    return _File(name, found, classes, lists["annotations"], tuple(sorted(said)))


def _parsed(path: Path, name: str) -> object:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise _bad(name, "file", f"more than {MOST_BYTES >> 20} MiB", "a list of boxes")
        values: object = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise _bad(name, "file", "text that is not JSON", "COCO JSON") from error
    return values


def _id(one: Mapping[str, Any], known: Mapping[object, object], where: str) -> object:
    value = one.get("id")
    if not isinstance(value, int | str) or value in known:
        raise bad_box(where, f"id {value}", "an id, each once")
    return value


def _picture(
    one: Mapping[str, Any], name: str, folder: str, *, pictures: Pictures
) -> _Picture | None:
    """Finds the picture of an entry; ``None`` where it is there and cannot be read."""
    where = f"image {one['id']}"
    stated = str(one.get("file_name", "")).replace("\\", "/")
    path = PurePosixPath(stated)
    if not stated or path.is_absolute() or ".." in path.parts:
        needed = "file_name, a path within the archive"
        raise _bad(name, where, f"file_name '{stated}'", needed)
    file = next(
        (str(base / path) for base in _bases(name, folder) if pictures.has(str(base / path))),
        None,
    )
    if file is None:
        raise _bad(name, where, f"no picture {stated}", "every picture that it lists, in images/")
    if folder != ".":
        file = pictures.find(pictures.key(file)) or file
    size = pictures.size(file)
    if size is None:
        return None
    stated_size = one.get("height"), one.get("width")
    if None not in stated_size and stated_size != size:
        found = f"{stated_size[0]} rows and {stated_size[1]} columns"
        needed = f"{size[0]} and {size[1]}, as {file} has"
        raise _bad(name, where, found, needed)
    who = one.get("annotators")
    annotators = tuple(map(str, who)) if isinstance(who, list) else None
    return _Picture(file, size, annotators)


def _bases(name: str, folder: str) -> Iterator[PurePosixPath]:
    """Gives the folders that a file name may start from, the likeliest first."""
    path = PurePosixPath(name)
    part = path.stem.removeprefix("instances_")
    for base in dict.fromkeys((PurePosixPath(folder), PurePosixPath("."))):
        yield from (base / "images", base / "images" / part, base / part, base)
    yield from (path.parent, path.parent / "images")


def _drawn(file: _File, side: Side | None) -> Iterator[Drawn]:
    boxes: dict[tuple[object, str], list[LabelledBox]] = {}
    for number, one in enumerate(file.annotations):
        where = f"{file.name}, annotation {one.get('id', f'number {number + 1}')}"
        image = one.get("image_id")
        if not isinstance(image, int | str) or image not in file.pictures:
            raise bad_box(where, f"image_id {image}", "the id of an image")
        picture = file.pictures[image]
        who = str(one.get("annotator", ""))
        if file.annotators and not who:
            raise bad_box(where, "no annotator", "the annotator, as others have")
        if picture is not None:
            boxes.setdefault((image, who), []).append(_box(one, file, picture, where=where))
    for image, picture in file.pictures.items():
        if picture is None:
            continue
        looked = file.annotators if picture.annotators is None else picture.annotators
        for who in looked or ("",):
            own = one_a_place(boxes.get((image, who), ()))
            yield Drawn(picture.file, own, () if side is None else (side,), who)


def _box(one: Mapping[str, Any], file: _File, picture: _Picture, *, where: str) -> LabelledBox:
    label = one.get("category_id")
    if not isinstance(label, int | str) or label not in file.classes:
        raise bad_box(where, f"category_id {label}", "the id of a category")
    corners = one.get("bbox")
    if not isinstance(corners, list) or len(corners) != 4 or not all(map(_is_number, corners)):
        raise bad_box(where, "no bbox of four numbers", "bbox: [x, y, width, height]")
    x, y, width, height = map(float, corners)
    box = inside((y, x, y + height, x + width), picture.size, where=where)
    return LabelledBox(box, (file.classes[label],), difficult=bool(one.get("iscrowd", 0)))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e9


def _notes(file: _File) -> Iterator[str]:
    outlined = sum(bool(one.get("segmentation")) for one in file.annotations)
    if outlined:
        yield f"Outlines of {outlined} annotations in {file.name} were not read: boxes alone."
    if any(one and one.annotators is None for one in file.pictures.values()) and file.annotators:
        yield f"Each annotator of {file.name} is held to have looked at all of its pictures."


def _bad(name: str, where: str, found: str, needed: str) -> DatasetError:
    return DatasetError(
        "A COCO file of the data cannot be used.",
        found=f"{name}, {where}: {found}",
        needed=needed,
        mend="export the annotations again, or correct that entry.",
    )
