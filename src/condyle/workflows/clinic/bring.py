"""Bringing folders of studies into the archive from this machine, as an upload does."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from condyle.archive import uploads
from condyle.archive.archive import Archive
from condyle.archive.studies import as_message
from condyle.archive.uploads import Offer
from condyle.domain.messages import Message
from condyle.domain.progress import Progress, ProgressCallback, ignore_progress
from condyle.errors import NothingReadable
from condyle.workflows.clinic.receive import StudiesReceived, sort_upload

ROUTINE = 2


@dataclass(frozen=True)
class Brought:
    """What became of the files of some folders.

    Attributes:
        studies: The rows of the studies that something was added to, in order.
        files: How many files are ``"stored"``, ``"duplicate"`` and ``"refused"``.
        refused: Name of each file that was refused, and why.
    """

    studies: tuple[int, ...]
    files: dict[str, int]
    refused: tuple[tuple[str, Message], ...] = ()


def bring(
    archive: Archive,
    paths: Sequence[Path],
    *,
    user_id: int,
    on_studies_received: StudiesReceived,
    exclusions: Sequence[str] = (),
    progress: ProgressCallback = ignore_progress,
) -> Brought:
    """Stores every study in some files and folders; the originals stay where they are.

    What lies directly in a folder is sorted together, each folder in it for itself, so that
    pictures of different folders are never taken for one study.

    Args:
        archive: Where to.
        paths: Files, folders or zips.
        user_id: In whose name.
        on_studies_received: Told of the studies of each part, once they are stored.
        exclusions: Codes of the intended use's exclusions that hold for these patients.
        progress: Told of the stage ``"bring"``, file by file.

    Raises:
        NothingReadable: There is no file.
    """
    parts = [part for path in paths for part in _parts(path)]
    total = sum(len(part) for part in parts)
    if not total:
        raise NothingReadable(
            "Nothing was brought into the archive.",
            found="no file in what was named",
            needed="a file, a folder or a zip with images",
            mend="name the folder that holds the studies.",
        )
    counts: Counter[str] = Counter()
    studies: list[int] = []
    refused: list[tuple[str, Message]] = []
    done = 0
    for part in parts:
        upload = _send(archive, part, user_id, exclusions)
        studies += sort_upload(archive, upload, on_studies_received=on_studies_received)
        with archive.database.read() as session:
            rows = uploads.files_of(session, upload)
        counts.update(row.state for row in rows)
        refused += [
            (row.name, reason)
            for row in rows
            if row.state == "refused" and (reason := as_message(row.reason)) is not None
        ]
        done += len(part)
        progress(Progress("bring", done, total))
    return Brought(tuple(dict.fromkeys(studies)), dict(counts), tuple(refused))


def _parts(path: Path) -> list[list[tuple[str, Path]]]:
    """Gives the files under a path as (name, path), a list a folder that is sorted for itself."""
    if not path.is_dir():
        return [[(path.name, path)]] if path.is_file() else []
    loose, parts = [], []
    for entry in sorted(path.iterdir()):
        if entry.is_symlink() and entry.is_dir():
            continue  # as in reading, a linked folder is not followed
        if entry.is_dir():
            below = [
                Path(folder) / name for folder, _, names in os.walk(entry) for name in sorted(names)
            ]
            named = [(str(each.relative_to(path)), each) for each in below if each.is_file()]
            parts.append(sorted(named))
        elif entry.is_file():
            loose.append((entry.name, entry))
    return [part for part in (loose, *parts) if part]


def _send(
    archive: Archive, part: Sequence[tuple[str, Path]], user_id: int, exclusions: Sequence[str]
) -> str:
    """Stores the files' bytes as an upload whose files are all here."""
    stored = []
    for name, path in part:
        with path.open("rb") as stream:
            stored.append((name, archive.objects.put(stream)))
    with archive.database.write() as session:
        upload = uploads.open_upload(
            session,
            user_id,
            [Offer(name, one.size) for name, one in stored],
            priority_rank=ROUTINE,
            exclusions=exclusions,
            at=archive.clock(),
        )
        objects = dict(stored)
        for row in uploads.files_of(session, upload.id):
            uploads.file_came(session, upload.id, row.id, objects[row.name])
        uploads.begin_sorting(session, upload.id)
        return upload.id
