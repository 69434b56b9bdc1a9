"""Stored objects: bytes in files that are named by their SHA-256 and never change.

An object is there whole or not at all, and once it was put, it survives a power cut. Rows name
objects; the objects know nothing of rows.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import os
import re
import secrets
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, TypeVar

from condyle.errors import ArchiveDamaged, NotThere, Unavailable, UnsafeInput

_CHUNK = 1 << 20
_FLUSHES = 8
_YOUNG_S = 3600.0  # a touched file has to be flushed anew, one that was flushed costs little
_NAME = re.compile(r"[0-9a-f]{64}")
_INCOMING = "incoming"
_One = TypeVar("_One")


@dataclass(frozen=True)
class Stored:
    """An object that is stored.

    Attributes:
        sha256: Its name.
        size: Bytes.
    """

    sha256: str
    size: int


@dataclass(eq=False)
class _Written:
    """Bytes on their way into a file; ``part`` is ``None`` where an object holds them already."""

    content: bytes | bytearray = field(repr=False)
    sha256: str = ""
    part: Path | None = None

    @property
    def stored(self) -> Stored:
        return Stored(self.sha256, len(self.content))


class ObjectStore:
    """A folder of objects.

    Args:
        root: The folder; it is made where it is not there, closed to other users.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._incoming = root / _INCOMING
        self._disk = ThreadPoolExecutor(_FLUSHES, "objects")  # its threads begin when needed
        with _told():
            self._incoming.mkdir(parents=True, exist_ok=True, mode=0o700)

    def put(self, content: bytes | BinaryIO) -> Stored:
        """Stores bytes, or what a file gives from where it stands; durable when it returns.

        Raises:
            Unavailable: The disk is full or cannot be written.
        """
        if isinstance(content, bytes):
            return self.put_many([content])[0]
        with self.sink() as sink:
            while chunk := content.read(_CHUNK):
                sink.write(chunk)
            return sink.finish()

    def put_many(
        self,
        contents: Sequence[bytes | bytearray],
        meanwhile: Callable[[], None] = lambda: None,
    ) -> list[Stored]:
        """Stores several at once, which waits for the disk less often than one by one.

        Args:
            contents: What is stored; they must not change until this returns.
            meanwhile: Done while the disk is waited for.
        """
        parts: dict[str, Path] = {}
        spare: list[Path] = []
        stored: list[Stored] = []
        with _told():
            written = [_Written(content) for content in contents]
            try:
                self._side_by_side(self._write, written, meanwhile)
                for one in written:
                    stored.append(one.stored)
                    if one.part is not None and parts.setdefault(one.sha256, one.part) != one.part:
                        spare.append(one.part)  # the same bytes twice in one batch
                self._settle(parts)
            except BaseException:
                spare += [one.part for one in written if one.part is not None]
                raise
            finally:
                for part in spare:
                    part.unlink(missing_ok=True)
        return stored

    def adopt(self, files: Mapping[Path, Stored]) -> None:
        """Makes objects of files of the same disk, which are moved; durable when it returns.

        Doing it again is harmless: a file that is gone was moved before.

        Args:
            files: What each holds, as whoever wrote it computed it.

        Raises:
            NotThere: A file is gone, and no object holds what it held.
            Unavailable: The disk cannot be written.
        """
        with _told():
            parts: dict[str, Path] = {}
            for path, stored in files.items():
                if self._keep(stored) or stored.sha256 in parts:
                    path.unlink(missing_ok=True)
                elif path.is_file():
                    if path.stat().st_mtime < time.time() - _YOUNG_S:
                        os.utime(path)  # so that no sweep takes it before its row
                    parts[stored.sha256] = path
                else:
                    raise _absent(stored.sha256)
            self._side_by_side(_flush, list(parts.values()))
            self._settle(parts)

    def sink(self, limit: int | None = None) -> Sink:
        """Opens an object that is written piece by piece.

        Args:
            limit: Bytes that it may hold at most.
        """
        return Sink(self, limit)

    def path(self, sha256: str) -> Path:
        """Gives the file of an object, which must only be read.

        Raises:
            NotThere: There is no such object, or the name is none.
        """
        path = self.place(sha256)
        if not path.is_file():
            raise _absent(sha256)
        return path

    def open(self, sha256: str) -> BinaryIO:
        """Opens an object to be read.

        Raises:
            NotThere: There is no such object.
        """
        with _told():
            return self.path(sha256).open("rb")

    def read(self, sha256: str, offset: int = 0, length: int | None = None) -> bytes:
        """Gives bytes of an object, to its end where ``length`` is ``None``.

        Raises:
            NotThere: There is no such object.
            ArchiveDamaged: It ends before the bytes that were asked for.
        """
        with self.open(sha256) as file, _told():
            file.seek(offset)
            found = file.read() if length is None else file.read(length)
        if length is not None and len(found) != length:
            raise ArchiveDamaged(
                "A stored object is shorter than its row says.",
                found=f"{len(found)} bytes at {offset} of {sha256}",
                needed=f"{length} bytes",
                mend="run 'condyle archive check' and restore a backup.",
            )
        return found

    def holds(self, sha256: str) -> bool:
        """Tells whether the object is there."""
        return self.place(sha256).is_file()

    def names(self) -> Iterator[str]:
        """Gives the names of all objects, in order."""
        for folder in sorted(self.root.iterdir()):
            if len(folder.name) != 2 or not folder.is_dir():
                continue
            for name in sorted(entry.name for entry in folder.iterdir()):
                if _NAME.fullmatch(folder.name + name):
                    yield folder.name + name

    def unfinished(self) -> list[Path]:
        """Gives the files of objects that are being written, or were when a process died."""
        return sorted(path for path in self._incoming.iterdir() if path.is_file())

    def sweep(self, known: Collection[str], *, older_than_s: float = 86_400.0) -> int:
        """Removes objects that no row names, and what was never finished.

        Args:
            known: Names of the objects that stay.
            older_than_s: What was put later than so long ago stays as well: its row may come.

        Returns:
            How many files were removed.
        """
        before = time.time() - older_than_s
        kept = known if isinstance(known, (set, frozenset, dict)) else set(known)
        removed = 0
        for name in self.names():
            if name not in kept:
                removed += self._remove(self.place(name), before)
        for path in self.unfinished():
            removed += self._remove(path, before)
        return removed

    def place(self, sha256: str) -> Path:
        """Gives where an object lies, or would, without a look whether it does.

        Raises:
            NotThere: The name is none.
        """
        if not _NAME.fullmatch(sha256):
            raise _absent("a name that is no SHA-256")
        return self.root / sha256[:2] / sha256[2:]

    def _keep(self, stored: Stored) -> bool:
        """Tells whether the object is there already, and makes it young, so no sweep takes it."""
        place = self.place(stored.sha256)
        if not place.exists():
            return False
        with self._lock(fcntl.LOCK_SH):
            try:
                if place.stat().st_size != stored.size:
                    return False
                os.utime(place)
            except FileNotFoundError:
                return False
        return True

    def _remove(self, path: Path, before: float) -> int:
        with self._lock(fcntl.LOCK_EX):
            try:
                if path.stat().st_mtime >= before:
                    return 0
                path.unlink()
            except FileNotFoundError:
                return 0
        return 1

    @contextmanager
    def _lock(self, kind: int) -> Iterator[None]:
        descriptor = os.open(self.root / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, kind)
            yield
        finally:
            os.close(descriptor)

    def _side_by_side(
        self,
        do: Callable[[_One], None],
        some: Sequence[_One],
        meanwhile: Callable[[], None] = lambda: None,
    ) -> None:
        """Does the same to each in a few threads: a journal takes many syncs in one go."""

        def portion(begin: int) -> None:
            for one in some[begin::_FLUSHES]:
                do(one)

        running = [self._disk.submit(portion, at) for at in range(min(_FLUSHES, len(some)))]
        try:
            meanwhile()
        finally:
            wait(running)  # all of them, also where one fails: none may write on after it
        for one in running:
            one.result()

    def _write(self, one: _Written) -> None:
        """Writes bytes that are not there yet into a file of their own, and waits for the disk."""
        one.sha256 = hashlib.sha256(one.content).hexdigest()
        if self._keep(one.stored):
            return
        part = self._new_part()
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        one.part = part
        with os.fdopen(descriptor, "wb", buffering=0) as file:
            left = memoryview(one.content)
            while left:
                left = left[file.write(left) :]
            os.fsync(descriptor)

    def _new_part(self) -> Path:
        return self._incoming / secrets.token_hex(16)

    def _settle(self, parts: dict[str, Path]) -> None:
        """Gives flushed files their names, and makes the names durable."""
        folders: set[Path] = set()
        for sha256, part in parts.items():
            place = self.place(sha256)
            if not place.parent.is_dir():
                place.parent.mkdir(exist_ok=True, mode=0o700)
                folders.add(self.root)
            os.replace(part, place)
            folders.add(place.parent)
        self._side_by_side(_flush, sorted(folders))


class Sink:
    """An object on its way in; it becomes one at ``finish``, and nothing is left without it."""

    def __init__(self, store: ObjectStore, limit: int | None) -> None:
        self._store = store
        self._limit = limit
        self._hash = hashlib.sha256()
        self._part = store._new_part()
        with _told():
            descriptor = os.open(self._part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._file = os.fdopen(descriptor, "wb")
        self.size = 0

    def __enter__(self) -> Sink:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.abandon()

    @property
    def sha256(self) -> str:
        """The name that what was written so far would have."""
        return self._hash.hexdigest()

    def write(self, chunk: bytes) -> None:
        """Adds bytes.

        Raises:
            UnsafeInput: There are more than the limit allows.
            Unavailable: The disk is full or cannot be written.
        """
        self.size += len(chunk)
        if self._limit is not None and self.size > self._limit:
            raise UnsafeInput(
                "A file is larger than it may be.",
                found=f"more than {self._limit} bytes",
                needed=f"at most {self._limit} bytes",
                mend="send the file that was offered, or ask for a higher limit.",
            )
        self._hash.update(chunk)
        with _told():
            self._file.write(chunk)

    def finish(self) -> Stored:
        """Makes what was written an object, durably, and gives its name."""
        stored = Stored(self._hash.hexdigest(), self.size)
        with _told():
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            if not self._store._keep(stored):
                self._store._settle({stored.sha256: self._part})
        return stored

    def abandon(self) -> None:
        """Leaves nothing of what was not finished."""
        with contextlib.suppress(OSError):  # what is left of a full disk is swept later
            self._file.close()
        with contextlib.suppress(OSError):
            self._part.unlink(missing_ok=True)


def _absent(name: str) -> NotThere:
    return NotThere(
        "A stored object is not there.",
        found=f"no object '{name}'",
        needed="an object that a row of the archive names",
        mend="run 'condyle archive check', and restore a backup where it finds one missing.",
    )


def digest(path: Path) -> str:
    """Gives the SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        raise Unavailable(
            "The archive's store of objects cannot be used now.",
            found="a full disk" if full else error.strerror or type(error).__name__,
            needed="a disk that this user may write, with room",
            mend="make room or mend the disk; then do the same again.",
        ) from error
