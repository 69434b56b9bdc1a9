"""Unpacking a zip under limits, into a private folder, under names of our own."""

from __future__ import annotations

import lzma
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from condyle.errors import UnsafeInput
from condyle.sources.limits import Limits

_CHUNK = 1 << 20
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    OSError,
    ValueError,
    NotImplementedError,
    struct.error,
)
"""What a damaged archive makes zipfile raise."""
_MOST_DIRECTORY_BYTES = 64 << 20
_TAIL = 1 << 17
_ENTRIES_A_FILE = 4  # entries that are folders count as well
# Files that are zips inside but that nobody means as an archive of images.
_NOT_ARCHIVES = (".npz", ".docx", ".xlsx", ".pptx", ".odt", ".ods", ".odp", ".jar", ".apk")


@dataclass
class Budget:
    """What may still be unpacked in one opening; it shrinks as files are written.

    Attributes:
        files: Files that may still be taken.
        total_bytes: Bytes that may still be unpacked.
    """

    files: int
    total_bytes: int

    def take_file(self, limits: Limits) -> None:
        """Counts one file; raises ``UnsafeInput`` where that is one too many."""
        if self.files <= 0:
            raise too_many(limits)
        self.files -= 1


@dataclass(frozen=True)
class Entry:
    """One unpacked file.

    Attributes:
        name: Its path inside the archive; may identify a patient, so never shown.
        path: Where it was unpacked.
        size: Bytes.
    """

    name: str
    path: Path
    size: int


def is_archive(name: str, head: bytes) -> bool:
    """Tells whether a file is a zip that is meant to be opened.

    Args:
        name: File name, for its ending.
        head: The file's first four bytes or more.
    """
    if name.lower().endswith(_NOT_ARCHIVES):
        return False
    return head[:4] in (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")


def unpack(
    archive: Path, into: Path, *, label: str, limits: Limits, budget: Budget
) -> Iterator[Entry]:
    """Unpacks an archive's files one by one, in the order of their paths.

    All headers are checked before the first byte is written, and the sizes again while
    bytes come, because headers can lie.

    Args:
        archive: The zip.
        into: An existing private folder; files are named by number there.
        label: What to call the archive in a message.
        limits: What one archive may hold.
        budget: What the whole opening may still unpack.

    Raises:
        UnsafeInput: Path traversal, link, encryption, or any limit passed.
        zipfile.BadZipFile: The archive itself is broken.
    """
    _check_directory(archive, label, limits)
    with zipfile.ZipFile(archive) as opened:
        # Some programs write folders as entries that end in a backslash.
        entries = [one for one in opened.infolist() if not one.filename.endswith(("/", "\\"))]
        for entry in opened.infolist():
            _check_header(entry, label, limits)
        if len(entries) > budget.files:
            raise too_many(limits)
        if sum(entry.file_size for entry in entries) > budget.total_bytes:
            raise _too_large(label, limits)
        for number, entry in enumerate(sorted(entries, key=lambda one: one.filename)):
            target = into / f"{number:06d}"
            size = _extract(opened, entry, target, limits=limits, budget=budget, label=label)
            yield Entry(entry.filename, target, size)


def _extract(
    opened: zipfile.ZipFile,
    entry: zipfile.ZipInfo,
    target: Path,
    *,
    limits: Limits,
    budget: Budget,
    label: str,
) -> int:
    """Unpacks one entry and gives its size; a broken one is handed on empty.

    An empty file is then left out with a reason, and the rest of the archive is read.
    """
    try:
        with opened.open(entry) as packed, target.open("xb") as out:
            return _copy(packed, out, budget, limits=limits, label=label)
    except BROKEN:
        target.write_bytes(b"")
        return 0


def _check_directory(archive: Path, label: str, limits: Limits) -> None:
    """Refuses a table of contents so long that listing it would fill the memory.

    The two end records state its size (APPNOTE 4.3.14 and 4.3.16). The largest that any
    record near the end states counts, since a comment may hold a false one.
    """
    length = archive.stat().st_size
    with archive.open("rb") as stream:
        stream.seek(max(length - _TAIL, 0))
        size = _directory_bytes(stream.read())
        if size > _MOST_DIRECTORY_BYTES:
            raise _too_large(label, limits)
        stream.seek(max(length - _TAIL - size, 0))
        if stream.read().count(b"PK\x01\x02") > _ENTRIES_A_FILE * limits.files:
            raise too_many(limits)


def _directory_bytes(tail: bytes) -> int:
    sizes = [0]
    for mark, at, layout in ((rb"PK\x05\x06", 12, "<I"), (rb"PK\x06\x06", 40, "<Q")):
        for match in re.finditer(mark, tail):
            if len(tail) >= match.start() + at + struct.calcsize(layout):
                sizes.append(struct.unpack_from(layout, tail, match.start() + at)[0])
    # All ones in the shorter record mean that the longer one states the size.
    return max(size for size in sizes if size != 0xFFFFFFFF)


def _check_header(entry: zipfile.ZipInfo, label: str, limits: Limits) -> None:
    if reason := _unsafe_path(entry.filename, limits):
        raise UnsafeInput(
            f"The archive {label} was not opened.",
            found=f"an entry whose path {reason}",
            needed="paths that stay inside the archive",
            mend="pack the study's folder again with an ordinary zip program.",
        )
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise UnsafeInput(
            f"The archive {label} was not opened.",
            found="a symbolic link inside it",
            needed="plain files and folders only",
            mend="pack the files themselves, not links to them.",
        )
    if entry.flag_bits & 0x1:
        raise UnsafeInput(
            f"The archive {label} was not opened.",
            found="an entry that is encrypted",
            needed="an archive without a password",
            mend="unpack it with its password and give the folder.",
        )
    if entry.file_size > limits.file_bytes:
        raise _too_large(label, limits)
    bombs = entry.file_size > limits.ratio_from_bytes
    if bombs and entry.file_size > limits.ratio * max(entry.compress_size, 1):
        raise UnsafeInput(
            f"The archive {label} was not opened.",
            found=f"an entry that unpacks to more than {limits.ratio:.0f} times its size",
            needed="an ordinary archive of images",
            mend="unpack it yourself if you trust it, and give the folder.",
        )


def _unsafe_path(name: str, limits: Limits) -> str:
    """Gives what is wrong with a path inside an archive, or nothing."""
    path = PurePosixPath(name.replace("\\", "/"))
    if len(name) > limits.path_length:
        return f"is longer than {limits.path_length} characters"
    if len(path.parts) > limits.folders:
        return f"is more than {limits.folders} folders deep"
    if ".." in path.parts:
        return "leads out of the archive"
    if path.is_absolute() or (path.parts and path.parts[0].endswith(":")):
        return "starts at the root of a disk"
    return ""


def _copy(packed: IO[bytes], out: IO[bytes], budget: Budget, *, limits: Limits, label: str) -> int:
    size = 0
    while chunk := packed.read(_CHUNK):
        size += len(chunk)
        budget.total_bytes -= len(chunk)
        if size > limits.file_bytes or budget.total_bytes < 0:
            raise _too_large(label, limits)
        out.write(chunk)
    return size


def too_many(limits: Limits) -> UnsafeInput:
    """Gives the error for more files, or more archives, than a study has."""
    return UnsafeInput(
        "What was given holds too many files.",
        found=f"more than {limits.files} files",
        needed=f"{limits.files} files at most",
        mend="give the folder or archive of one study alone.",
    )


def _too_large(label: str, limits: Limits) -> UnsafeInput:
    return UnsafeInput(
        f"The archive {label} was not opened.",
        found="more bytes than one study has",
        needed=f"at most {limits.file_bytes >> 20} MiB a file"
        f" and {limits.total_bytes >> 20} MiB in all",
        mend="give the folder or archive of one study alone.",
    )
