"""Backing the archive up while it is in use, and restoring it, on either database.

A backup is a folder: ``objects`` as the archive has them, a folder of rows with one file a
table, and ``backup.json``, which is written last and names the rest. The rows are those of one
moment; the objects that they name never change, so they are copied after. A later backup into
the same folder copies only what came since. Rows go from SQLite to PostgreSQL and back.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import JSON, Connection, MetaData, func, insert, select, text
from sqlalchemy import Table as TableOfRows
from sqlalchemy.orm import Session

from condyle.archive.archive import Archive
from condyle.archive.backup_rows import COMPRESSION, lines_of, read_line
from condyle.archive.database import Database
from condyle.archive.migrations.run import current_revision, head, upgrade
from condyle.archive.objects import ObjectStore, digest
from condyle.archive.references import named_objects
from condyle.archive.tables import Table
from condyle.errors import ArchiveDamaged, Conflict, NotThere, OutputError

MANIFEST = "backup.json"
FORMAT = "condyle.backup/1"
_AT_ONCE = 500

Watch = Callable[[int, int], None]
"""Is told after each object how many of how many are done."""


@dataclass(frozen=True)
class Backup:
    """What a backup holds.

    Attributes:
        at: When its rows were read, in ISO 8601.
        step: The migration of the database.
        rows: Name of the folder of its rows.
        tables: Rows a table.
        hashes: SHA-256 of each table's file.
        objects: How many objects the rows name.
    """

    at: str
    step: str
    rows: str
    tables: dict[str, int]
    hashes: dict[str, str]
    objects: int


def backup(archive: Archive, folder: Path, *, watch: Watch | None = None) -> Backup:
    """Writes a backup, or brings an earlier one in the same folder up to date.

    Args:
        archive: What is backed up; it may be in use.
        folder: Where to; an earlier backup in it stays whole until the new one is.
        watch: Is told how far it is.

    Raises:
        OutputError: The folder cannot be written.
        ArchiveDamaged: An object that a row names is not there, or holds other bytes.
        Unavailable: The database or the disk cannot be used.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with archive.database.read() as session:
            made, named = _write_rows(archive, session, folder)
        copy_objects(archive.objects, ObjectStore(folder / "objects"), named, watch)
        _write_manifest(folder, made)
        for old in folder.glob("rows-*"):
            if old.name != made.rows:
                shutil.rmtree(old)
    except OSError as error:
        raise OutputError(
            "The backup was not written.",
            found=error.strerror or type(error).__name__,
            needed="a folder that this user may write, with room",
            mend="choose another folder, or make room.",
        ) from error
    return made


def restore(archive: Archive, folder: Path, *, watch: Watch | None = None) -> Backup:
    """Fills an empty archive from a backup; what is interrupted can be done again.

    Args:
        archive: Where to; its database holds no rows, or nothing at all.
        folder: The backup.
        watch: Is told how far it is.

    Raises:
        NotThere: There is no whole backup in the folder.
        ArchiveDamaged: A file of the backup is not as it was written.
        Conflict: The archive holds rows already.
        Unavailable: The database or the disk cannot be used.
    """
    made = read_backup(folder)
    _refuse_filled(archive.database)
    for name, expected in made.hashes.items():
        if digest(folder / made.rows / name) != expected:
            raise _altered(name)
    source = ObjectStore(folder / "objects")
    upgrade(archive.database, made.step)
    # Objects first: rows are there only when all that they name is.
    copy_objects(source, archive.objects, set(source.names()), watch)
    _fill(archive.database, folder, made)
    upgrade(archive.database)
    return made


def read_backup(folder: Path) -> Backup:
    """Gives what a backup holds.

    Raises:
        NotThere: There is no whole backup in the folder.
    """
    try:
        found = json.loads((folder / MANIFEST).read_text("utf-8"))
        if found.pop("format") == FORMAT:
            return Backup(**found)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        pass
    raise NotThere(
        "There is no backup to restore.",
        found=f"a folder without a whole {MANIFEST}",
        needed="a folder that 'condyle backup' wrote to its end",
        mend="name the folder of the backup.",
    )


def copy_objects(
    source: ObjectStore, target: ObjectStore, named: set[str], watch: Watch | None = None
) -> None:
    """Copies the objects that the target lacks, and holds each to its name.

    Raises:
        ArchiveDamaged: One is not there, or holds other bytes than it did.
    """
    for number, sha256 in enumerate(sorted(named), start=1):
        if not target.holds(sha256):
            try:
                with source.open(sha256) as file, target.sink() as sink:
                    while chunk := file.read(1 << 20):
                        sink.write(chunk)
                    if sink.sha256 != sha256:
                        raise _altered(f"the stored object {sha256}")
                    sink.finish()
            except NotThere as error:
                raise _altered(f"the stored object {sha256}") from error
        if watch is not None:
            watch(number, len(named))


def _write_rows(archive: Archive, session: Session, folder: Path) -> tuple[Backup, set[str]]:
    at = archive.clock().isoformat()
    connection = session.connection()
    step = current_revision(connection)
    if step is None:
        raise Conflict(
            "There is nothing to back up.",
            found="a database without tables",
            needed="an archive",
            mend="set CONDYLE_HOME or CONDYLE_DATABASE_URL to the archive's.",
        )
    rows = folder / f"rows-{hashlib.sha256(at.encode()).hexdigest()[:12]}"
    shutil.rmtree(rows, ignore_errors=True)
    rows.mkdir(mode=0o700)
    tables, hashes = {}, {}
    is_current = step == head()
    for table in Table.metadata.sorted_tables if is_current else _tables_there(connection):
        path = rows / f"{table.name}.jsonl.gz"
        with path.open("wb") as raw, gzip.GzipFile("", "wb", COMPRESSION, raw, 0) as file:
            tables[table.name] = 0
            for line in lines_of(connection, table):
                file.write(line)
                tables[table.name] += 1
        _flush(path)
        hashes[path.name] = digest(path)
    # Which columns of an earlier version name objects is not known here: all are kept.
    named = named_objects(session) if is_current else set(archive.objects.names())
    return Backup(at, step, rows.name, tables, hashes, len(named)), named


def _tables_there(connection: Connection) -> list[TableOfRows]:
    """Gives the tables of a database that another version of Condyle made."""
    there = MetaData()
    there.reflect(connection)
    return [table for table in there.sorted_tables if table.name != "alembic_version"]


def _write_manifest(folder: Path, made: Backup) -> None:
    _flush(folder / made.rows)
    part = folder / f"{MANIFEST}.unfinished"
    part.write_text(json.dumps({"format": FORMAT} | vars(made), indent=2) + "\n", "utf-8")
    _flush(part)
    os.replace(part, folder / MANIFEST)
    _flush(folder)


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _refuse_filled(database: Database) -> None:
    with database.read() as session:
        if current_revision(session.connection()) is None:
            return
        for table in _tables_there(session.connection()):
            if session.scalar(select(func.count()).select_from(table)):
                raise Conflict(
                    "The backup was not restored.",
                    found="an archive that holds something already",
                    needed="an empty one",
                    mend="set CONDYLE_HOME and CONDYLE_DATABASE_URL to a new place.",
                )


def _fill(database: Database, folder: Path, made: Backup) -> None:
    """Writes all rows in one transaction, into the tables of the backup's own step."""
    with database.write_connection() as connection:
        there = MetaData()
        there.reflect(connection)
        for name in made.tables:
            table = _nulls_kept(there.tables[name])
            with gzip.open(folder / made.rows / f"{name}.jsonl.gz", "rb") as file:
                portion: list[dict[str, Any]] = []
                for line in file:
                    portion.append(read_line(table, line))
                    if len(portion) == _AT_ONCE:
                        connection.execute(insert(table), portion)
                        portion = []
                if portion:
                    connection.execute(insert(table), portion)
            if not database.is_sqlite and "id" in table.c and table.c.id.type.python_type is int:
                _count_on(connection, name)


def _count_on(connection: Connection, table: str) -> None:
    """Makes PostgreSQL's next number come after those that were written."""
    connection.execute(
        text(
            f"SELECT setval(pg_get_serial_sequence('{table}', 'id'),"
            f" coalesce(max(id), 0) + 1, false) FROM {table}"
        )
    )


def _nulls_kept(table: TableOfRows) -> TableOfRows:
    """Makes nothing in a JSON column stay nothing, rather than JSON's own null."""
    for column in table.columns:
        if isinstance(column.type, JSON):
            column.type.none_as_null = True
    return table


def _altered(what: str) -> ArchiveDamaged:
    return ArchiveDamaged(
        "A backup cannot be trusted.",
        found=f"{what} that is not there as it was written",
        needed="every file as it was written",
        mend="run 'condyle archive check' on the archive, or take another backup.",
    )
