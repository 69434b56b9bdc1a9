"""The spool: objects as they arrive over the network, durable before their sender is answered.

A sender waits for each answer, so only what the promise needs is done before it: the bytes in a
file, the file's name in its folder, and a row in a small database beside it, all three on the
disk. What takes longer, reading the headers and writing the archive's rows, is done afterwards.
Each object is written once: its file is moved into the archive, not copied.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import hashlib
import mmap
import os
import secrets
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Any

from condyle.archive.objects import Stored
from condyle.errors import Unavailable

LANES = 3
"""Databases of one spool: while one waits for the disk to take its rows, the next one writes."""

_BUFFER = 1 << 20
_WAIT_S = 20.0
_TABLES = (
    """CREATE TABLE IF NOT EXISTS waiting (
    id INTEGER PRIMARY KEY,
    file TEXT NOT NULL, sha256 TEXT NOT NULL, size INTEGER NOT NULL,
    calling TEXT NOT NULL, called TEXT NOT NULL, at TEXT NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS refused (
    id INTEGER PRIMARY KEY, file TEXT NOT NULL, sha256 TEXT NOT NULL, size INTEGER NOT NULL,
    calling TEXT NOT NULL, called TEXT NOT NULL, at TEXT NOT NULL, reason TEXT NOT NULL)""",
)
_COLUMNS = "file, sha256, size, calling, called, at"
_INSERT = f"INSERT INTO waiting (id, {_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)"


def spool_folder(home: Path) -> Path:
    """Gives the folder of the spool beside an archive's objects."""
    return home / "spool"


@dataclass(frozen=True)
class Spooled:
    """An object that waits to be read into the archive.

    Attributes:
        id: Of its row; later ones are larger.
        path: Its file, unless that was moved into the archive already.
        stored: What the file holds.
        calling: AE title of who sent it.
        called: AE title that it was sent to.
        at: When it came.
    """

    id: int
    path: Path = field(repr=False)
    stored: Stored
    calling: str
    called: str
    at: dt.datetime


@dataclass
class _Row:
    values: tuple[str, str, int, str, str, str]
    done: SimpleQueue[Exception | None] = field(default_factory=SimpleQueue)  # quicker than events
    id: int = 0


class Spool:
    """A folder of objects that arrived, and databases of those that did so whole.

    One process may receive into it; others may read it meanwhile.

    Args:
        folder: On the disk of the archive's objects; it is made where it is not there.
        spare_bytes: What is left free on the disk: no object is begun with less.
    """

    def __init__(self, folder: Path, *, spare_bytes: int = 0) -> None:
        self.files = folder / "files"
        self.spare_bytes = spare_bytes
        with _told():
            self.files.mkdir(parents=True, exist_ok=True, mode=0o700)
            paths = [folder / f"spool-{lane}.sqlite" for lane in range(LANES)]
            for path in paths:
                os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            self._lanes = tuple(_Lane(_opened(path), lane) for lane, path in enumerate(paths))
            for made in (self.files, folder, folder.parent):
                _sync(made)

    def close(self) -> None:
        """Closes the databases."""
        for lane in self._lanes:
            with lane.lock:
                lane.rows.close()

    def waiting(self, most: int) -> list[Spooled]:
        """Gives objects that wait, the earliest first."""
        query = f"SELECT id, {_COLUMNS} FROM waiting ORDER BY id LIMIT ?"
        rows = sorted(row for lane in self._lanes for row in lane.ask(query, most))
        return [
            Spooled(
                number,
                self.files / file,
                Stored(sha256, size),
                calling,
                called,
                dt.datetime.fromisoformat(at),
            )
            for number, file, sha256, size, calling, called, at in rows[:most]
        ]

    def count(self) -> int:
        """Gives how many objects wait."""
        return sum(lane.ask("SELECT count(*) FROM waiting")[0][0] for lane in self._lanes)

    def refused(self) -> list[tuple[str, str]]:
        """Gives the SHA-256 of each object that could not be read, and why; its file is kept."""
        query = "SELECT id, sha256, reason FROM refused"
        rows = sorted(row for lane in self._lanes for row in lane.ask(query))
        return [(sha256, reason) for _, sha256, reason in rows]

    def forget(self, ids: Sequence[int]) -> None:
        """Forgets objects that the archive holds now."""
        for lane in self._lanes:
            own = [(one,) for one in ids if one % LANES == lane.number]
            if own:
                with _told(), lane.transaction() as rows:
                    rows.executemany("DELETE FROM waiting WHERE id = ?", own)

    def refuse(self, one: Spooled, reason: str) -> None:
        """Puts an object apart that cannot be read; its file stays."""
        with _told(), self._lanes[one.id % LANES].transaction() as rows:
            rows.execute(
                f"INSERT INTO refused (id, {_COLUMNS}, reason)"
                f" SELECT id, {_COLUMNS}, ? FROM waiting WHERE id = ?",
                (reason, one.id),
            )
            rows.execute("DELETE FROM waiting WHERE id = ?", (one.id,))

    def sweep(self) -> int:
        """Removes files without a row: of objects that did not come whole, or were not promised.

        Only whoever receives into it may call this, before it begins to.
        """
        named = {
            row[0]
            for table in ("waiting", "refused")
            for lane in self._lanes
            for row in lane.ask(f"SELECT file FROM {table}")
        }
        with _told():
            left = [path for path in self.files.iterdir() if path.name not in named]
            for path in left:
                path.unlink(missing_ok=True)
        return len(left)

    def add(self, rows: Sequence[_Row], lane: int) -> None:
        """Writes rows into one of the databases, durably when it returns."""
        self._lanes[lane].add(rows)


class _Lane:
    """One of a spool's databases; ``id % LANES`` tells which holds a row."""

    def __init__(self, rows: sqlite3.Connection, number: int) -> None:
        self.rows = rows
        self.number = number
        self.lock = threading.Lock()
        self._last = number

    def ask(self, query: str, *values: object) -> list[Any]:
        """Gives what a query finds."""
        with self.lock, _told():
            return self.rows.execute(query, values).fetchall()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Opens a transaction; its commit waits for the disk."""
        with self.lock, _transaction(self.rows):
            yield self.rows

    def add(self, rows: Sequence[_Row]) -> None:
        """Writes rows.

        A number is never used again, so that whoever takes a row back takes no other one's: it
        grows with the time, which costs no page of the database as SQLite's own counter does.
        """
        with self.transaction() as connection:
            for row in rows:
                now = time.time_ns() // LANES * LANES + self.number
                row.id = self._last = max(self._last + LANES, now)
                connection.execute(_INSERT, (row.id, *row.values))


class SpoolWriter:
    """Receives into a spool, from many threads; their rows are written together.

    Args:
        spool: Where to.
    """

    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self._waiting: SimpleQueue[_Row | None] = SimpleQueue()
        self._folder = os.open(spool.files, os.O_RDONLY)
        self._folders = [_FolderSync(self._folder) for _ in range(LANES)]
        self._threads = [
            threading.Thread(target=self._run, args=(lane,), name="spool-rows", daemon=True)
            for lane in range(LANES)
        ]

    def __enter__(self) -> SpoolWriter:
        self._spool.sweep()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for _ in self._threads:
            self._waiting.put(None)
        for thread in self._threads:
            thread.join()
        for folder in self._folders:
            folder.close()
        os.close(self._folder)

    def begin(self) -> Incoming:
        """Opens an object.

        Raises:
            Unavailable: There is no room for one.
        """
        with _told():
            disk = os.statvfs(self._spool.files)
            if disk.f_bavail * disk.f_frsize < self._spool.spare_bytes:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return Incoming(self, self._spool.files / secrets.token_hex(16))

    def promise(self, row: _Row, file: int) -> None:
        """Makes a written file and its row durable.

        File, folder and row are flushed side by side, which the disk's journal does in one go,
        and all three are awaited. A row whose file did not get there is taken back; where the
        power fails in between, nobody was promised anything, and the file's hash shows it.
        """
        self._waiting.put(row)
        fault: Exception | None = None
        try:
            os.fsync(file)
        except OSError as error:
            fault = error
        fault = row.done.get() or fault
        if fault is not None:
            with contextlib.suppress(Unavailable):
                self._spool.forget([row.id])
            raise fault

    def _run(self, lane: int) -> None:
        """Writes what waits, whenever this database is not waiting for the disk."""
        while (first := self._waiting.get()) is not None:
            rows = [first]
            with contextlib.suppress(Empty):
                while True:
                    row = self._waiting.get_nowait()
                    if row is None:
                        self._waiting.put(None)  # the end, of this one or another
                        break
                    rows.append(row)
            self._write(rows, lane)

    def _write(self, rows: list[_Row], lane: int) -> None:
        fault: Exception | None = None
        self._folders[lane].begin()
        try:
            self._spool.add(rows, lane)
        except sqlite3.Error as error:
            fault = error
        fault = self._folders[lane].wait() or fault
        for row in rows:
            row.done.put(fault)


class _FolderSync:
    """Flushes a folder beside whatever else its caller waits for."""

    def __init__(self, folder: int) -> None:
        self._folder = folder
        self._asked: SimpleQueue[bool] = SimpleQueue()
        self._ended: SimpleQueue[OSError | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="spool-folder", daemon=True)
        self._thread.start()

    def begin(self) -> None:
        self._asked.put(True)

    def wait(self) -> OSError | None:
        return self._ended.get()

    def close(self) -> None:
        self._asked.put(False)
        self._thread.join()

    def _run(self) -> None:
        while self._asked.get():
            try:
                os.fsync(self._folder)
            except OSError as error:
                self._ended.put(error)
            else:
                self._ended.put(None)


class Incoming:
    """An object on its way into the spool; nothing is left of it unless it is kept."""

    def __init__(self, writer: SpoolWriter, path: Path) -> None:
        self._writer = writer
        self._path = path
        self._hash = hashlib.sha256()
        self._buffer = bytearray()
        self._file = -1
        self._kept = False
        self.size = 0

    def write(self, part: bytes | memoryview) -> None:
        """Adds bytes, which may be changed afterwards.

        Raises:
            Unavailable: The disk is full or cannot be written.
        """
        self.size += len(part)
        self._hash.update(part)
        self._buffer += part
        if len(self._buffer) >= _BUFFER:
            self._flush()

    @contextmanager
    def content(self) -> Iterator[bytes | memoryview]:
        """Opens all that was written, to be read; a large object is not taken into memory."""
        if self._file < 0:
            with memoryview(self._buffer) as view:
                yield view
            return
        self._flush()
        held = mmap.mmap(self._file, self.size, prot=mmap.PROT_READ)
        try:
            with memoryview(held) as view:
                yield view
        finally:
            with contextlib.suppress(BufferError):  # as above; it goes with the error
                held.close()

    def keep(self, *, calling: str, called: str, at: dt.datetime) -> None:
        """Keeps it: its file, the file's name and its row are on the disk when this returns.

        Raises:
            Unavailable: They are not; nothing is left of it.
        """
        values = (
            self._path.name,
            self._hash.hexdigest(),
            self.size,
            calling,
            called,
            at.isoformat(),
        )
        try:
            with _told():
                self._flush()
                self._writer.promise(_Row(values), self._file)
        except BaseException:
            self.abandon()
            raise
        os.close(self._file)
        self._kept = True

    def abandon(self) -> None:
        """Leaves nothing of it, unless it was kept."""
        if self._kept:  # it was promised, and its descriptor may be another file's by now
            return
        self._buffer = bytearray()  # a view of the old one may be held by an error under way
        if self._file >= 0:
            with contextlib.suppress(OSError):
                os.close(self._file)
            self._file = -1
        with contextlib.suppress(OSError):  # what is left of a broken disk is swept later
            self._path.unlink(missing_ok=True)

    def _flush(self) -> None:
        with _told():
            if self._file < 0:
                self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
            with memoryview(self._buffer) as view:
                at = 0
                while at < len(view):
                    at += os.write(self._file, view[at:])
            self._buffer = bytearray()


def _opened(path: Path) -> sqlite3.Connection:
    rows = sqlite3.connect(path, timeout=_WAIT_S, isolation_level=None, check_same_thread=False)
    until = time.monotonic() + _WAIT_S
    while True:
        try:
            # SQLite does not wait by itself where another process opens the file just now.
            rows.execute("PRAGMA journal_mode=WAL")
            break
        except sqlite3.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
    rows.execute("PRAGMA synchronous=FULL")
    with _transaction(rows):
        for table in _TABLES:
            rows.execute(table)
    return rows


@contextmanager
def _transaction(rows: sqlite3.Connection) -> Iterator[None]:
    rows.execute("BEGIN IMMEDIATE")
    try:
        yield
        rows.execute("COMMIT")
    except BaseException:
        with contextlib.suppress(sqlite3.Error):
            rows.execute("ROLLBACK")
        raise


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
        raise Unavailable(
            "The spool of received images cannot be used now.",
            found="a full disk" if full else type(error).__name__,
            needed="a disk that this user may write, with room",
            mend="make room or mend the disk; then let the images be sent again.",
        ) from error
