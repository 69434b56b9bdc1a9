"""What every layout writes by: an empty folder, files, and a name a series."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from condyle.datasets.archive import Archive
from condyle.domain.case import Case
from condyle.domain.study import Series
from condyle.errors import DatasetError, OutputError

FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
"""What the name of a file or folder may be on every system."""

NoPlace = Callable[[str], DatasetError]
"""From what was found to the error of a layout that has no place for it."""


@dataclass(frozen=True)
class Place:
    """Where one image goes.

    Attributes:
        case: Whose it is.
        series: The image.
        path: Below the folders of images and masks, without ending.
    """

    case: Case
    series: Series
    path: str


def places_of(archive: Archive, *, no_place: NoPlace) -> list[Place]:
    """Gives each series the name of its case, with its own where the case has several.

    Args:
        archive: To be written.
        no_place: Makes the layout's error.

    Raises:
        DatasetError: A name is none of a file, or two images would have one.
    """
    places = []
    for case in archive.cases:
        several = len(case.study.series) > 1
        for series in case.study.series:
            name = f"{case.id}_{series.stem}" if several else case.id
            if not FILE_NAME.fullmatch(name):
                raise no_place("the name of a case that is none of a file")
            folder = sequence_folder(series)
            places.append(Place(case, series, f"{folder}/{name}" if folder else name))
    if len({place.path.lower() for place in places}) < len(places):
        raise no_place("two images of one name")
    return places


def write_text(path: Path, text: str) -> None:
    """Writes a text in UTF-8, with its folders.

    Raises:
        OutputError: It cannot be written.
    """
    write_bytes(path, text.encode())


def require_empty(root: Path) -> None:
    """Makes a folder where there is none, and refuses one that holds anything.

    Raises:
        OutputError: It holds something, or cannot be made.
    """
    try:
        root.mkdir(parents=True, exist_ok=True)
        empty = not any(root.iterdir())
    except OSError as error:
        raise _unwritten() from error
    if not empty:
        raise OutputError(
            "The archive was not written.",
            found="a folder that holds something",
            needed="an empty folder, or one that is not there yet",
            mend="choose another folder.",
        )


def write_bytes(path: Path, content: bytes) -> None:
    """Writes a file of an archive, and the folders above it.

    Raises:
        OutputError: It cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise _unwritten() from error


def _unwritten() -> OutputError:
    return OutputError(
        "The archive was not written.",
        found="a folder that cannot be written to",
        needed="a folder with room for the pictures",
        mend="choose another folder.",
    )


def sequence_folder(series: Series) -> str:
    """Gives the folder that says plane and weighting, as ``described`` reads them; or none."""
    words = (series.plane.value or "", series.weighting.value or "")
    return "-".join(word for word in words if word not in ("", "unknown", "oblique"))
