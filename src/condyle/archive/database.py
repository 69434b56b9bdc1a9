"""The database: SQLite in one file by default, PostgreSQL by its URL.

A unit of work is ``write()`` or ``read()``. There is one writer at a time on both databases, so
that what a test proves on one holds on the other, and numbers that must grow in the order of
commits (revisions, the audit's chain) need no other guard. Readers never wait for a writer.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, func, select, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DatabaseError,
    DBAPIError,
    InterfaceError,
    OperationalError,
)
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.orm import Session

from condyle.archive.connections import keep_alive
from condyle.archive.tables import StudyRow
from condyle.errors import ArchiveDamaged, BadConfiguration, Unavailable

_WAIT_S = 20
_POOL = 24  # kept open: one that is opened anew under load costs more than what is asked of it
_POSTGRES = (
    f"lock_timeout={_WAIT_S}s",
    "timezone=UTC",
    # Every query is short: compiling one, or starting workers for it, takes longer than it does,
    # and its pages are in memory or on a disk that has no arm to move.
    "jit=off",
    "max_parallel_workers_per_gather=0",
    "random_page_cost=1.1",
)
_READ_ONLY = ("25006", "0A000")
"""PostgreSQL's codes of a transaction that may only read, and of one that asks a standby server
to write."""
_WRITES = "condyle_writes"
_WRITER_LOCK = 5_403_168_271  # any number that no other use of the same database takes


class Database:
    """An open database of the archive.

    Attributes:
        url: Where it is; a password in it is never shown.
        engine: SQLAlchemy's engine.
    """

    def __init__(self, url: URL, engine: Engine) -> None:
        self.url = url
        self.engine = engine
        writing = engine.execution_options(**{_WRITES: True})
        self._writing = writing
        self._reading = (
            engine
            if self.is_sqlite
            else engine.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
        )
        self._glancing = (
            engine if self.is_sqlite else engine.execution_options(isolation_level="AUTOCOMMIT")
        )

    @property
    def is_sqlite(self) -> bool:
        """Whether it is SQLite."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Opens one transaction that may change rows; kept at the end, undone by any error.

        Raises:
            Unavailable: The database cannot be reached, is full, read-only or locked.
        """
        opened = Session(self._writing, expire_on_commit=False)
        with self._told(), opened as session, session.begin():
            self._take_turn(session.connection())
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Opens one transaction that sees the rows of one moment and changes none.

        Raises:
            Unavailable: The database cannot be reached.
        """
        with self._told(), Session(self._reading, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def glance(self) -> Iterator[Session]:
        """Opens a session whose queries each see the rows of their own moment.

        No transaction's beginning and end go along with them, which on PostgreSQL take as long
        as a query each.

        Raises:
            Unavailable: The database cannot be reached.
        """
        with self._told(), Session(self._glancing, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def write_connection(self) -> Iterator[Connection]:
        """Opens a writer's transaction below the mapped classes: for migrations."""
        with self._told(), self._writing.begin() as connection:
            self._take_turn(connection)
            yield connection

    def close(self) -> None:
        """Closes every connection that is not in use."""
        self.engine.dispose()

    def _take_turn(self, connection: Connection) -> None:
        if not self.is_sqlite:  # where BEGIN IMMEDIATE has done it
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_WRITER_LOCK})"))

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except NoConnectionFree as error:
            raise _busy() from error
        except (OperationalError, InterfaceError) as error:
            raise _unavailable(error) from error
        except DatabaseError as error:
            if getattr(error.orig, "sqlstate", None) in _READ_ONLY:
                raise _unavailable(error, "a database that is read-only now") from error
            if type(error) is not DatabaseError:  # our own fault, and told as such
                raise
            raise ArchiveDamaged(
                "The archive's database cannot be read.",
                found=_first_line(error),
                needed="a database whose files are whole",
                mend="restore a backup into a new place with 'condyle restore'.",
            ) from error


def open_database(url: str) -> Database:
    """Opens a database; makes no table, which ``migrations.upgrade`` does.

    Args:
        url: ``sqlite:///FILE`` or ``postgresql://USER:PASSWORD@HOST/NAME``.

    Raises:
        BadConfiguration: The URL is of no database that the archive can use.
    """
    parsed = _parsed(url)
    if parsed.get_backend_name() == "sqlite":
        return _open_sqlite(parsed)
    engine = create_engine(
        parsed,
        pool_size=_POOL,
        max_overflow=0,
        pool_use_lifo=True,  # the same few go round, whose pages and plans are warm
        connect_args={
            "connect_timeout": 10,
            # A prepared query is planned for no value in particular, and shares are uneven.
            "prepare_threshold": None,
            "options": " ".join(f"-c {each}" for each in _POSTGRES),
        },
    )
    keep_alive(engine)
    return Database(parsed, engine)


def next_revision(session: Session) -> int:
    """Gives the revision that a study gets for a change in this transaction.

    One writer at a time makes revisions become visible in their order.
    """
    return (session.scalar(select(func.max(StudyRow.revision))) or 0) + 1


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise _unusable("text that is no database URL") from None
    if parsed.drivername in ("postgresql", "postgres", "postgresql+psycopg"):
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername not in ("sqlite", "sqlite+pysqlite"):
        raise _unusable(f"a URL that begins with '{parsed.drivername}'")
    if not parsed.database or parsed.database == ":memory:":
        raise _unusable("SQLite without a file, which would forget everything")
    return parsed


def _unusable(found: str) -> BadConfiguration:
    return BadConfiguration(
        "The archive's database cannot be opened.",
        found=found,
        needed="sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME",
        mend="set CONDYLE_DATABASE_URL to such a URL.",
    )


def _open_sqlite(url: URL) -> Database:
    path = Path(str(url.database))
    try:
        # Patients are named in it: nobody else on this machine may read it.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise Unavailable(
            "The archive's database file cannot be opened.",
            found=error.strerror or type(error).__name__,
            needed="a file that this user may write, in a folder that is there",
            mend="make the folder, or set CONDYLE_DATABASE_URL to another file.",
        ) from error
    engine = create_engine(url, pool_size=_POOL, max_overflow=0, connect_args={"timeout": _WAIT_S})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return Database(url, engine)


def _prepare_sqlite(connection: Any, record: object) -> None:
    # The driver begins no transaction by itself; _begin_sqlite says which kind.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",  # what was acknowledged survives a power cut
        "foreign_keys=ON",
        "cache_size=-4000",  # KiB a connection; the system caches the file as well
        "temp_store=MEMORY",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A writer takes its turn at once: a reader that turns writer can fail without a retry.
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _busy() -> Unavailable:
    return Unavailable(
        "The archive's database is busy.",
        found="more calls at once than it has connections for",
        needed="a connection that is free",
        mend="wait a moment and do the same again.",
    )


def _unavailable(error: DBAPIError, found: str = "") -> Unavailable:
    return Unavailable(
        "The archive's database cannot be used now.",
        found=found or _first_line(error),
        needed="a database that can be reached and written, with room",
        mend="see that it runs and its disk has room; then do the same again.",
    )


def _first_line(error: DBAPIError) -> str:
    """Gives what the driver said, without the statement and its values, which may identify."""
    lines = str(error.orig).strip().splitlines()
    return lines[0] if lines else type(error).__name__
