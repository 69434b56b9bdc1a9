"""One writer at a time, readers of one moment, and a failure that is told and mended."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select, text
from sqlalchemy.exc import IntegrityError, ProgrammingError

from condyle.archive.database import Database, next_revision, open_database
from condyle.archive.migrations import is_current
from condyle.archive.tables import BundleSetting, Patient
from condyle.errors import ArchiveDamaged, BadConfiguration, Unavailable


def patient(number: int) -> Patient:
    return Patient(identifier=str(number), issuer="", name="", pseudonym=f"P{number}")


def count(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(Patient)) or 0


def test_what_was_written_is_read(database: Database) -> None:
    with database.write() as session:
        session.add(patient(1))
    assert count(database) == 1


def test_an_error_undoes_the_whole_transaction(database: Database) -> None:
    with pytest.raises(KeyError), database.write() as session:
        write_and_fail(session)
    assert count(database) == 0


def write_and_fail(session) -> None:
    session.add(patient(1))
    session.flush()
    raise KeyError


def test_a_read_changes_nothing(database: Database) -> None:
    with database.read() as session:
        if database.is_sqlite:
            session.add(patient(1))
            session.flush()
    assert count(database) == 0


def test_a_reader_sees_one_moment_while_others_write(database: Database) -> None:
    with database.read() as reader:
        assert reader.scalar(select(func.count()).select_from(Patient)) == 0
        with database.write() as writer:
            writer.add(patient(1))
        assert reader.scalar(select(func.count()).select_from(Patient)) == 0
    assert count(database) == 1


def test_writers_take_turns_so_none_writes_over_another(database: Database) -> None:
    def add_one() -> None:
        for _ in range(5):
            with database.write() as session:
                number = session.scalar(select(func.count()).select_from(Patient)) or 0
                time.sleep(0.001)  # long enough for another to read the same count
                session.add(patient(number))

    threads = [threading.Thread(target=add_one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count(database) == 20


def test_the_first_revision_is_one(database: Database) -> None:
    with database.write() as session:
        assert next_revision(session) == 1


def test_a_row_that_breaks_a_rule_is_our_fault_and_not_the_databases(database: Database) -> None:
    with pytest.raises(IntegrityError), database.write() as session:
        session.add_all([patient(1), patient(1)])
    with pytest.raises((ProgrammingError, Unavailable)), database.read() as session:
        session.execute(text("SELECT * FROM no_such_table"))


def test_a_row_that_others_name_is_not_deleted(database: Database) -> None:
    with database.write() as session:
        session.execute(
            text(
                "INSERT INTO users (id, name, full_name, role, password_hash, language, disabled,"
                " must_change, failed_logins, created_at) VALUES"
                " (1, 'a', 'a', 'r', 'x', 'en', false, false, 0, '2030-01-01 00:00:00')"
            )
        )
        session.execute(
            text(
                "INSERT INTO bundle_settings (name, enabled, silent, changed_by, changed_at)"
                " VALUES ('b', true, false, 1, '2030-01-01 00:00:00')"
            )
        )
    with pytest.raises(IntegrityError), database.write() as session:
        session.execute(text("DELETE FROM users"))
    with database.write() as session:
        session.execute(delete(BundleSetting))
        session.execute(text("DELETE FROM users"))


@pytest.mark.parametrize(
    "url",
    ["", "nonsense", "mysql://a/b", "sqlite://", "sqlite:///:memory:", "postgresql+psycopg2://a/b"],
)
def test_a_url_of_no_database_that_can_be_used_is_refused(url: str) -> None:
    with pytest.raises(BadConfiguration, match="cannot be opened"):
        open_database(url)


def test_a_password_in_a_url_is_never_shown() -> None:
    with pytest.raises(BadConfiguration) as told:
        open_database("mysql://condyle:secret@host/name")
    assert "secret" not in str(told.value)


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="file cannot be opened"):
        open_database(f"sqlite:///{tmp_path / 'none' / 'a.sqlite'}")


def test_nobody_else_may_read_the_database_file(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    open_database(f"sqlite:///{path}").close()
    assert path.stat().st_mode & 0o077 == 0


def test_sqlite_waits_for_the_disk_and_lets_readers_be(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'a.sqlite'}")
    with database.read() as session:
        told = {
            name: session.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert told == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    database.close()


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    path.write_bytes(b"not a database at all" * 100)
    database = open_database(f"sqlite:///{path}")
    with pytest.raises(ArchiveDamaged, match="cannot be read"):
        is_current(database)
    database.close()


@pytest.mark.needs("postgres")
def test_a_server_that_was_away_is_used_again_without_help(postgres_server) -> None:
    database = open_database(postgres_server.url(postgres_server.new_database()))
    with database.read() as session:
        assert session.execute(text("SELECT 1")).scalar() == 1
    postgres_server.stop()
    with pytest.raises(Unavailable) as told, database.read() as session:
        session.execute(text("SELECT 1"))
    assert "password" not in str(told.value)
    postgres_server.start()
    with database.read() as session:
        assert session.execute(text("SELECT 1")).scalar() == 1
    database.close()


@pytest.mark.needs("postgres")
def test_a_connection_that_the_server_ends_in_a_transaction_undoes_it(postgres_server) -> None:
    name = postgres_server.new_database()
    database = open_database(postgres_server.url(name))
    with database.write() as session:
        session.execute(text("CREATE TABLE t (n int)"))
    ending = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"

    def write_while_it_ends(session) -> None:
        session.execute(text("INSERT INTO t VALUES (1)"))
        postgres_server.tell(ending)
        session.execute(text("SELECT 1"))

    with pytest.raises(Unavailable), database.write() as session:
        write_while_it_ends(session)
    with database.read() as session:
        assert session.execute(text("SELECT count(*) FROM t")).scalar() == 0
    database.close()


@pytest.mark.needs("postgres")
def test_a_connection_that_was_dropped_is_replaced(postgres_server) -> None:
    name = postgres_server.new_database()
    database = open_database(postgres_server.url(name))
    with database.read() as first, database.glance() as second:
        for session in (first, second):
            assert session.execute(text("SELECT 1")).scalar() == 1
    ending = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
    postgres_server.tell(ending)
    for open_session in (database.read, database.write, database.glance):
        with open_session() as session:
            assert session.execute(text("SELECT 1")).scalar() == 1
    database.close()


def test_a_glance_sees_what_was_written(database: Database) -> None:
    with database.write() as session:
        session.add(patient(1))
    with database.glance() as session:
        assert session.scalar(select(func.count()).select_from(Patient)) == 1
