"""``condyle data get``: a public labelled archive, fetched or brought, checked, unpacked."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from condyle.datasets.download import Checksums, check_file, fetch, read_small
from condyle.datasets.public_sets import (
    PUBLIC_SETS,
    Expected,
    PublicFile,
    PublicSet,
    expected_files,
    licence_text,
    public_set,
)
from condyle.domain.progress import Progress, ProgressCallback, ignore_progress
from condyle.errors import DatasetError, OutputError
from condyle.sources.archive import BROKEN, Budget, unpack
from condyle.sources.limits import MIB, Limits

SOURCE, LICENCE = "source.json", "LICENCE.txt"
"""What is laid beside the data: where they are from, and under which terms."""

RECORD = "record.json"
"""Name of the host's record in a folder of files that were brought by hand."""

SCHEMA = "condyle.data-source/1"

_LITTER = {"__MACOSX", ".DS_Store"}

LIMITS = Limits(files=200_000, total_bytes=64 * 1024 * MIB, ratio=1100.0)
"""What the zips of a public set may hold. They are known by their checksum, and a mask that is
nearly empty packs as well as deflate can, about 1:1030, so that sizes alone count."""


def get_dataset(
    name: str,
    *,
    out: Path,
    brought: Path | None = None,
    sets: Mapping[str, PublicSet] = PUBLIC_SETS,
    progress: ProgressCallback = ignore_progress,
) -> Path:
    """Gets a public set, or what is still missing of it, and gives its folder.

    Args:
        name: Of the set.
        out: Folder of the archive, made where it is not there.
        brought: Folder of files that were brought by hand; they are checked alike and
            left as they are. A file ``record.json`` in it, the host's record, is read in
            place of the network.
        sets: Those that there are.
        progress: Called with MiB fetched and checked, and with files unpacked.

    Raises:
        UnknownName: There is no such set.
        DatasetError: A file is not given, or is not the published one.
        UnsafeInput: A zip looks hostile, or an address is not https.
        OutputError: It cannot be written.
    """
    chosen = public_set(name, sets)
    had = _had(out, chosen)
    expected = expected_files(chosen, _record(chosen, brought))
    missing = [one for one in chosen.files if not _is_there(one, expected[one.name], out, had)]
    _require_room(out, [expected[file.name].size for file in missing])
    for file in missing:
        path, sums = _file(file, expected[file.name], out, brought=brought, progress=progress)
        done = _finished(file, path, out, fetched=brought is None, progress=progress)
        had[file.name] = {"md5": sums.md5, "sha256": sums.sha256, **done}
        _write(out, chosen, had)
    _write(out, chosen, had)
    return out


def _record(chosen: PublicSet, brought: Path | None) -> bytes:
    """Gives the host's record, from the folder of files brought by hand where it is there."""
    if brought is None:
        return read_small(chosen.record)
    if not brought.is_dir():
        raise DatasetError(
            "The files were not read.",
            found="no folder where --from says",
            needed="a folder with " + ", ".join(file.name for file in chosen.files),
            mend="check the path given with --from.",
        )
    if (brought / RECORD).is_file():
        return (brought / RECORD).read_bytes()
    try:
        return read_small(chosen.record)
    except DatasetError as error:
        raise DatasetError(
            "The files cannot be checked.",
            found=f"no {RECORD} beside them, and no way to the host",
            needed=f"the record that states their checksums: {chosen.record}",
            mend=f"save that address as {RECORD} in the folder given with --from.",
        ) from error


def _file(
    file: PublicFile,
    expected: Expected,
    out: Path,
    *,
    brought: Path | None,
    progress: ProgressCallback,
) -> tuple[Path, Checksums]:
    if brought is None:
        target = out / file.name
        return target, fetch(expected, target, progress=progress)
    path = brought / file.name
    if not path.is_file():
        raise DatasetError(
            "A file of the data set is not in the folder given.",
            found=f"no {file.name}",
            needed=", ".join([file.name, "as its host gives it"]),
            mend=f"fetch it from {expected.url}, and put it there.",
        )
    return path, check_file(path, expected, progress=progress)


def _is_there(
    file: PublicFile, expected: Expected, out: Path, had: Mapping[str, Mapping[str, Any]]
) -> bool:
    """Says whether an earlier run has finished a file, and what it made still lies there."""
    return (
        had.get(file.name, {}).get("md5") == expected.md5
        and (out / (file.unpacked or file.name)).exists()
    )


def _finished(
    file: PublicFile, path: Path, out: Path, *, fetched: bool, progress: ProgressCallback
) -> dict[str, Any]:
    """Unpacks a zip, or copies a plain file that was brought, and gives what to record of it."""
    size = path.stat().st_size
    files = 1
    try:
        out.mkdir(parents=True, exist_ok=True)
        if file.unpacked:
            files = _unpacked(path, out, file.unpacked, progress=progress)
            if fetched:
                path.unlink()
        elif path.resolve() != (out / file.name).resolve():
            shutil.copyfile(path, out / file.name)
    except OSError as error:
        raise OutputError(
            f"{file.name} was not unpacked.",
            found=type(error).__name__,
            needed="a folder that can be written to, with room for the data",
            mend="make room, and run the same command again.",
        ) from error
    return {"size": size, "files": files}


def _unpacked(path: Path, out: Path, name: str, *, progress: ProgressCallback) -> int:
    """Unpacks a zip into a folder of its name, under the safe limits, and counts its files.

    Until all is there it lies in a folder of another name.
    """
    target, made, raw = out / name, out / f".{name}-unpacking", out / f".{name}-raw"
    if target.exists():
        raise OutputError(
            f"{name}.zip was not unpacked.",
            found=f"a folder {name} that another run, or somebody else, has made",
            needed="no such folder, since what is in it is not known",
            mend="take it away, or choose another folder with --out.",
        )
    try:
        for left in (made, raw):
            shutil.rmtree(left, ignore_errors=True)
            left.mkdir()
        entries = _entries(path, raw, name, progress=progress)
        for inside, unpacked in _without_shared_folder(entries).items():
            place = made / inside
            place.parent.mkdir(parents=True, exist_ok=True)
            unpacked.rename(place)
        made.rename(target)
    except OSError:
        raise
    except BROKEN as error:
        raise DatasetError(
            f"{name}.zip cannot be unpacked.",
            found=type(error).__name__,
            needed="a whole zip",
            mend="take it away and fetch it again.",
        ) from error
    finally:
        for left in (made, raw):
            shutil.rmtree(left, ignore_errors=True)
    return len(entries)


def _entries(
    path: Path, raw: Path, name: str, *, progress: ProgressCallback
) -> dict[PurePosixPath, Path]:
    """Unpacks the files of a zip: path in it to where it lies.

    Raises:
        OSError: One was not unpacked whole, as on a disk that is full.
    """
    with zipfile.ZipFile(path) as opened:
        sizes = {entry.filename: entry.file_size for entry in opened.infolist()}
    budget = Budget(LIMITS.files, LIMITS.total_bytes)
    entries: dict[PurePosixPath, Path] = {}
    for entry in unpack(path, raw, label=f"{name}.zip", limits=LIMITS, budget=budget):
        if entry.size != sizes.get(entry.name, entry.size):
            raise OSError("a file that was not unpacked whole")
        inside = PurePosixPath(entry.name.replace("\\", "/"))
        if not set(inside.parts) & _LITTER:
            entries[inside] = entry.path
        progress(Progress(f"unpack {name}.zip", len(entries), len(sizes), "files"))
    return entries


def _without_shared_folder(entries: Mapping[PurePosixPath, Path]) -> dict[PurePosixPath, Path]:
    """Leaves out a folder that holds everything, so that paths do not hang on the packing."""
    first = {one.parts[0] for one in entries}
    if len(first) != 1 or any(len(one.parts) < 2 for one in entries):
        return dict(entries)
    return {PurePosixPath(*one.parts[1:]): path for one, path in entries.items()}


def _require_room(out: Path, sizes: list[int]) -> None:
    """Checks that there is room for a zip and what is in it at the same time."""
    there = next(one for one in (out, *out.resolve().parents) if one.exists())
    free, needed = shutil.disk_usage(there).free, 2 * sum(sizes)
    if free < needed:
        raise OutputError(
            "There is too little room for the data set.",
            found=f"{free >> 20:,} MiB free",
            needed=f"about {needed >> 20:,} MiB, for what is fetched and what is unpacked",
            mend="make room, or choose a folder on another disk with --out.",
        )


def _had(out: Path, chosen: PublicSet) -> dict[str, dict[str, Any]]:
    """Reads what an earlier run has finished."""
    path = out / SOURCE
    if not path.is_file():
        return {}
    try:
        values = json.loads(path.read_text("utf-8"))
        if values["schema"] == SCHEMA and values["name"] == chosen.name:
            return {str(name): dict(one) for name, one in values["files"].items()}
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        pass
    raise OutputError(
        "The folder holds another data set.",
        found=f"a {SOURCE} that is not of '{chosen.name}'",
        needed="an empty folder, or one in which this data set was begun",
        mend="choose another folder with --out.",
    )


def _write(out: Path, chosen: PublicSet, had: Mapping[str, Mapping[str, Any]]) -> None:
    """Lays the licence and what is known of the source beside the data."""
    values = {
        "schema": SCHEMA,
        "name": chosen.name,
        "title": chosen.title,
        "page": chosen.page,
        "record": chosen.record,
        "licence": chosen.licence,
        "licence_url": chosen.licence_url,
        "citation": chosen.citation,
        "files": {file.name: had[file.name] for file in chosen.files if file.name in had},
    }
    try:
        (out / LICENCE).write_text(licence_text(chosen), "utf-8")
        (out / f"{SOURCE}.new").write_text(json.dumps(values, indent=2) + "\n", "utf-8")
        (out / f"{SOURCE}.new").replace(out / SOURCE)
    except OSError as error:
        raise OutputError(
            f"{SOURCE} was not written.",
            found=type(error).__name__,
            needed="a folder that can be written to",
            mend="choose another folder with --out.",
        ) from error
