"""The files of a labelled archive, each called by its path in it."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from condyle.datasets.archive import Unreadable
from condyle.errors import DatasetError
from condyle.sources import DEFAULT_LIMITS, SourceFile
from condyle.sources.files import known_suffix, safe_stem

IMAGE_SUFFIXES = (
    ".png",
    ".jpg",
    ".jpeg",
    ".tif",
    ".tiff",
    ".nii",
    ".nii.gz",
    ".nrrd",
    ".npy",
    ".mha",
)
"""Endings of the image files that state no patient; DICOM files may have any."""

MOST_FILES = 1_000_000
"""Files over this are no archive that one machine trains on, but a whole disk."""

LOOKED_AT = 20_000
"""Names that are looked at to recognise a layout."""

_LITTER = {"thumbs.db", "desktop.ini", "__macosx"}


@dataclass(frozen=True)
class Tree:
    """The files below a folder.

    Attributes:
        files: In the order of their paths, numbers within names counted as numbers. The
            label of each is its path relative to the folder, with ``/`` between.
        unreadable: What lies there and cannot be opened as a file, and why.
    """

    files: tuple[SourceFile, ...]
    unreadable: tuple[Unreadable, ...] = ()


def tree_of(root: Path) -> Tree:
    """Lists the files below a folder; hidden ones and links to folders are passed over.

    Raises:
        DatasetError: It is no folder, or holds more files or deeper folders than an
            archive has.
    """
    if not root.is_dir():
        raise DatasetError(
            "The labelled archive was not read.",
            found="no such folder",
            needed="the folder of a labelled archive",
            mend="check the path given with --data.",
        )
    files: list[SourceFile] = []
    unreadable: list[Unreadable] = []
    for path in _paths(root):
        taken = source_file(root, path)
        if isinstance(taken, SourceFile):
            files.append(taken)
        else:
            unreadable.append(taken)
        if len(files) > MOST_FILES:
            raise DatasetError(
                "The labelled archive was not read.",
                found=f"more than {MOST_FILES:,} files",
                needed="a folder that holds one labelled archive",
                mend="give --data the folder of the archive, not one further out.",
            )
    return Tree(tuple(files), tuple(unreadable))


def names_below(root: Path) -> tuple[str, ...]:
    """Gives the relative paths of the first files below a folder, opening none of them.

    At most ``LOOKED_AT`` are given; none where there is no such folder.
    """
    paths = islice(_paths(root), LOOKED_AT)
    try:
        return tuple(path.relative_to(root).as_posix() for path in paths)
    except DatasetError:
        return ()


def is_image_name(name: str) -> bool:
    """Says whether a file's name ends as one of the image files of ``IMAGE_SUFFIXES``."""
    return known_suffix(name) in IMAGE_SUFFIXES


def source_file(root: Path, path: Path) -> SourceFile | Unreadable:
    """Gives a file as the image readers take it, or why it cannot be opened.

    Args:
        root: Folder of the archive.
        path: A path below it.
    """
    label = path.relative_to(root).as_posix()
    try:
        status = path.stat()
    except OSError:
        return Unreadable(label, "a file that cannot be reached")
    if not stat.S_ISREG(status.st_mode):
        return Unreadable(label, "neither a file nor a folder")
    if status.st_size == 0:
        return Unreadable(label, "an empty file")
    if status.st_size > DEFAULT_LIMITS.file_bytes:
        return Unreadable(label, f"more than {DEFAULT_LIMITS.file_bytes >> 20} MiB")
    return SourceFile(label, safe_stem(path.name), known_suffix(path.name), status.st_size, path)


def natural(name: str) -> list[tuple[int, int, str]]:
    """Gives a sort key in which ``im2`` comes before ``im10``."""
    parts = re.findall(r"\d+|\D+", name)
    return [(0, int(p), p) if p.isdecimal() else (1, 0, p) for p in parts]


def _paths(root: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(root, followlinks=False, onerror=lambda _: None):
        here = Path(folder)
        folders[:] = sorted((one for one in folders if not _is_litter(one)), key=natural)
        if len(here.relative_to(root).parts) >= DEFAULT_LIMITS.folders:
            raise DatasetError(
                "The labelled archive was not read.",
                found=f"folders more than {DEFAULT_LIMITS.folders} deep",
                needed="a folder that holds one labelled archive",
                mend="give --data the folder of the archive, not one further out.",
            )
        yield from (here / one for one in sorted(names, key=natural) if not _is_litter(one))


def _is_litter(name: str) -> bool:
    return name.startswith(".") or name.lower() in _LITTER
