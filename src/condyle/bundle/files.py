"""Reading the files of a bundle's folder, and nothing outside it."""

from __future__ import annotations

import hashlib
import stat
from functools import lru_cache
from pathlib import Path

from condyle.bundle.manifest import FileRecord
from condyle.errors import BundleError

MANIFEST_FILE = "manifest.json"
"""Name of the manifest in a bundle's folder."""

CARD_FILE = "card.md"
"""Name of the model card in a bundle's folder."""


def file_fault(folder: Path, name: str, record: FileRecord) -> str:
    """Says what is wrong with a file of a bundle; empty where nothing is.

    Hashes are remembered while the file's size, times and inode stay as they are.
    """
    fault = _plain_file_fault(folder / name)
    if fault:
        return fault
    state = (folder / name).lstat()
    if state.st_size != record.bytes:
        return f"it has {state.st_size} bytes, not {record.bytes}"
    stamp = (state.st_size, state.st_mtime_ns, state.st_ctime_ns, state.st_ino)
    if _hash_file(folder / name, stamp) != record.sha256:
        return "its content is not what the manifest says"
    return ""


def read_manifest_bytes(folder: Path, *, limit: int) -> bytes:
    """Gives the manifest's bytes, one more than ``limit`` at most.

    Raises:
        BundleError: There is none, or it is not a plain file.
    """
    fault = _plain_file_fault(folder / MANIFEST_FILE)
    if fault:
        raise BundleError(
            f"The folder '{folder.name}' is not a bundle.",
            found=f"{MANIFEST_FILE}: {fault}",
            needed=f"a folder with a {MANIFEST_FILE}",
            mend="name a bundle, or the folder that holds one.",
        )
    with (folder / MANIFEST_FILE).open("rb") as stream:
        return stream.read(limit + 1)


def read_checked(folder: Path, name: str, record: FileRecord) -> bytes:
    """Gives a file's bytes, which are those that its hash was taken over.

    Raises:
        BundleError: The file is not what the manifest says.
    """
    fault = _plain_file_fault(folder / name)
    if not fault:
        with (folder / name).open("rb") as stream:
            data = stream.read(record.bytes + 1)
        if hashlib.sha256(data).hexdigest() == record.sha256:
            return data
        fault = "its content is not what the manifest says"
    raise altered(folder, [f"{name}: {fault}"])


def unlisted_files(folder: Path, listed: set[str]) -> list[str]:
    """Gives the names in a bundle's folder that its manifest does not cover.

    Hidden files, which file managers leave behind, are passed over.
    """
    return sorted(
        entry.name
        for entry in folder.iterdir()
        if entry.name not in listed | {MANIFEST_FILE} and not entry.name.startswith(".")
    )


def altered(folder: Path, faults: list[str]) -> BundleError:
    """Gives the error for a bundle whose files are not what its manifest says."""
    return BundleError(
        f"The bundle '{folder.name}' has been altered or is not whole.",
        found="; ".join(faults),
        needed="the files that its manifest lists, byte for byte",
        mend="get the bundle again from where it was published; do not use this one.",
    )


def _plain_file_fault(path: Path) -> str:
    try:
        mode = path.lstat().st_mode
    except OSError as error:
        return f"it cannot be read ({error.strerror})"
    if stat.S_ISLNK(mode):
        return "it is a link"
    return "" if stat.S_ISREG(mode) else "it is not a plain file"


@lru_cache(maxsize=256)
def _hash_file(path: Path, stamp: tuple[int, int, int, int]) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
