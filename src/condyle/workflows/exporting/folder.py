"""DICOM objects in a folder: written, and named again when something takes their place."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from condyle import sources
from condyle.dicom.objects import DicomObject, SentObject
from condyle.dicom.objects.sent import sent_of
from condyle.errors import OutputError, UsageError


def write_objects(objects: Sequence[DicomObject], out: Path) -> None:
    """Writes objects into a folder: all of them or none.

    Raises:
        OutputError: The folder is not empty, or cannot be written.
        UsageError: There is nothing to write.
    """
    if not objects:
        raise UsageError(
            "Nothing was exported.",
            found="no mask, picture or page of what was asked for",
            needed="a reading that outlined or drew something",
            mend="ask for the report as well: --to sr",
        )
    require_empty(out)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(prefix=".condyle-unfinished-", dir=out.parent))
        try:
            unfinished.chmod(0o755)
            for one in objects:
                (unfinished / one.name).write_bytes(one.content)
            os.replace(unfinished, out)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
    except OSError as error:
        raise OutputError(
            "The objects could not be written.",
            found=error.strerror or type(error).__name__,
            needed="a folder that can be written to, and room for the files",
            mend="name another folder with --out.",
        ) from error


def require_empty(out: Path) -> None:
    """Checks that a folder is new or empty.

    Raises:
        OutputError: It is not.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise OutputError(
            "The objects were not written, so that nothing of yours is lost.",
            found="a folder that holds something, or a file of that name",
            needed="a new or empty folder",
            mend="name another folder with --out.",
        )


def objects_in(folder: Path) -> tuple[SentObject, ...]:
    """Names the objects that an earlier export wrote, but for notes of rejection.

    Raises:
        UsageError: There is none.
    """
    with sources.open([folder]) as tree:
        found = tuple(one for file in tree.files if (one := sent_of(file)) is not None)
    if not found:
        raise UsageError(
            "There is nothing to take back.",
            found="no object of Condyle in the folder",
            needed="the folder that an earlier 'condyle export' wrote",
            mend="name that folder with --replaces, or leave it out.",
        )
    return found
