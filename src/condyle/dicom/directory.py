"""A DICOMDIR: which files and images it lists (PS3.3 Annex F, PS3.10 8)."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pydicom
from pydicom.dataset import Dataset
from pydicom.filereader import read_file_meta_info
from pydicom.uid import MediaStorageDirectoryStorage

from condyle.dicom.header import without_remarks
from condyle.dicom.values import BROKEN, items, stated_uid, text, written
from condyle.errors import BadImage

MOST_DIRECTORY_BYTES = 64 << 20
"""A list of 100,000 images takes about 40 MB; a longer one is not opened."""

_DEEPEST = 8
"""Parts that a File ID may have (PS3.10 8.2)."""

_LONGEST_ID = 8 * _DEEPEST + _DEEPEST


def with_listed(
    paths: Iterable[str | os.PathLike[str]],
) -> Iterator[str | os.PathLike[str]]:
    """Gives paths again, each DICOMDIR among them followed by the files that it lists.

    A file counts only where it lies in the DICOMDIR's own folder or below it, by a path
    without links; that others are absent is told by ``discover``. Names are matched without
    regard to case, since discs are copied to folders in either.

    Args:
        paths: As the user named them.
    """
    for path in paths:
        yield path
        try:
            directory = Path(path)
            if directory.is_file() and _is_directory_file(directory):
                yield from _listed_files(directory)
        except (*BROKEN, ValueError):
            continue


@dataclass(frozen=True)
class Listed:
    """A file that a DICOMDIR lists.

    Attributes:
        name: Its File ID, the parts with slashes between, such as ``"IMAGES/IM1"``.
        uid: Its SOP Instance UID, empty where the list has none that can be one.
    """

    name: str
    uid: str


def files_listed(path: Path) -> tuple[Listed, ...] | None:
    """Gives each file that a DICOMDIR lists, once; ``None`` for a file that is no DICOMDIR.

    Args:
        path: A file; its name is not looked at.

    Raises:
        BadImage: It is a DICOMDIR that is damaged, or longer than any.
        OSError: It cannot be opened.
    """
    try:
        if not _states_directory(path):
            return None
        if path.stat().st_size > MOST_DIRECTORY_BYTES:
            raise _bad(f"a DICOMDIR of more than {MOST_DIRECTORY_BYTES >> 20} MiB")
        with without_remarks():
            dataset = pydicom.dcmread(path)
        found: dict[str, Listed] = {}
        for record in items([dataset], "DirectoryRecordSequence"):
            name = "/".join(written([record], "ReferencedFileID"))
            uid = text([record], "ReferencedSOPInstanceUIDInFile")
            if name:
                found.setdefault(name, Listed(_shown(name), uid if stated_uid(uid) else ""))
    except OSError:
        raise
    except (*BROKEN, ValueError) as error:
        raise _bad("a DICOMDIR that is damaged or ends early") from error
    return tuple(found.values())


def _shown(name: str) -> str:
    """Gives a File ID as it may be shown: what no disc may hold becomes a dash (PS3.10 8.2)."""
    return re.sub(r"[^A-Za-z0-9_/. -]", "-", name)[:_LONGEST_ID]


def images_listed(directory: Dataset) -> frozenset[str]:
    """Gives the SOP Instance UIDs of all that a DICOMDIR lists as a file.

    Args:
        directory: Its data set.
    """
    records = items([directory], "DirectoryRecordSequence")
    uids = (text([record], "ReferencedSOPInstanceUIDInFile") for record in records)
    return frozenset(uid for uid in uids if stated_uid(uid))


def _is_directory_file(path: Path) -> bool:
    return path.stat().st_size <= MOST_DIRECTORY_BYTES and _states_directory(path)


def _states_directory(path: Path) -> bool:
    with path.open("rb") as stream:
        head = stream.read(132)
    if head[128:132] != b"DICM":
        return False
    with without_remarks():
        meta = read_file_meta_info(path)
    return str(meta.get("MediaStorageSOPClassUID", "")) == MediaStorageDirectoryStorage


def _bad(found: str) -> BadImage:
    return BadImage(
        "The DICOMDIR was not read.",
        found=found,
        needed="a list of files as DICOM has it (PS3.3 Annex F)",
        mend="send the images that it lists without it.",
    )


def _listed_files(directory: Path) -> Iterator[Path]:
    """Gives the listed files that are there, each once, in the order of the list."""
    with without_remarks():
        dataset = pydicom.dcmread(directory)
    folder = directory.resolve().parent
    names: dict[Path, dict[str, Path]] = {}
    given: set[Path] = set()
    for record in items([dataset], "DirectoryRecordSequence"):
        found = _follow(folder, written([record], "ReferencedFileID"), names)
        if found is not None and found not in given:
            given.add(found)
            yield found


def _follow(
    folder: Path, parts: tuple[str, ...], names: dict[Path, dict[str, Path]]
) -> Path | None:
    """Follows a File ID down from a folder, ``None`` where it leads nowhere or elsewhere.

    Only names that a folder itself holds are followed, so that none leads out of it.
    """
    here = folder
    if not 0 < len(parts) <= _DEEPEST:
        return None
    for part in parts:
        if here not in names:
            names[here] = {one.name.upper(): one for one in here.iterdir()} if here.is_dir() else {}
        there = names[here].get(part.upper()) or names[here].get(f"{part.upper()}.")
        if there is None or there.is_symlink():
            return None
        here = there
    return here if here.is_file() else None
