"""What a page is told of a database in trouble: its kind, and nothing of where it is."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from tests.service.conftest import PASSWORD, Client

from condyle.archive.archive import Archive
from condyle.archive.database import open_database
from condyle.errors import ArchiveDamaged, Unavailable
from condyle.service import outward as kinds
from condyle.service.deps import Deps
from condyle.service.outward import outward

REFUSED = "connection failed: connection to server at 10.1.2.3, port 5432: refused"


def of_driver(said: Exception) -> Unavailable:
    error = Unavailable("It is away.", found=str(said), needed="a database", mend="set a URL.")
    error.__cause__ = OperationalError("SELECT 1", {}, said)
    return error


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (sqlite3.OperationalError("database or disk is full"), kinds.FULL),
        (sqlite3.OperationalError("attempt to write a readonly database"), kinds.READ_ONLY),
        (sqlite3.OperationalError("database is locked"), kinds.LOCKED),
        (sqlite3.OperationalError("disk I/O error"), kinds.BROKEN),
        (sqlite3.OperationalError("unable to open database file"), kinds.BROKEN),
        (sqlite3.OperationalError("no such table: users"), kinds.OTHER),
        (psycopg.OperationalError(REFUSED), kinds.LOST),
        (psycopg.OperationalError("consuming input failed: the connection is lost"), kinds.LOST),
        (psycopg.errors.AdminShutdown("terminating"), kinds.LOST),
        (psycopg.errors.InvalidPassword("of user condyle"), kinds.LOST),
        (psycopg.errors.DiskFull("could not extend file"), kinds.FULL),
        (psycopg.errors.ReadOnlySqlTransaction("cannot execute"), kinds.READ_ONLY),
        (psycopg.errors.LockNotAvailable("canceling"), kinds.LOCKED),
        (psycopg.errors.OutOfMemory("of 10.1.2.3"), kinds.OTHER),
    ],
    ids=str,
)
def test_a_drivers_words_become_the_kind_of_trouble_and_whom_to_tell(
    said: Exception, kind: str
) -> None:
    told = outward(of_driver(said))
    assert (told.failed, told.found, told.needed) == ("It is away.", kind, "a database")
    assert "tell whoever looks after" in told.mend
    assert str(said) not in told.model_dump_json()


def test_what_condyle_says_itself_is_told_as_it_is() -> None:
    for error in (Unavailable("A", found="b", mend="d."), ArchiveDamaged("A", found="b")):
        told = outward(error)
        assert (told.failed, told.found, told.mend) == (error.failed, error.found, error.mend)


def test_where_a_database_is_stands_in_the_log_and_not_in_the_answer(
    app: FastAPI,
    deps: Deps,
    browser: Callable[[], Client],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    away = open_database(f"postgresql://condyle@/clinic?host={tmp_path}")
    app.state.deps = replace(deps, archive=replace(deps.archive, database=away))
    body = {"name": "clinician", "password": PASSWORD}
    with caplog.at_level(logging.ERROR):
        answer = browser().post("/api/v1/session", json=body, headers={"Accept-Language": "es"})
    assert answer.status_code == 503
    assert answer.json()["found"] == "sin conexión con la base de datos"
    assert str(tmp_path) not in answer.text
    assert str(tmp_path) in caplog.text


def test_the_word_of_a_driver_is_known_whatever_wraps_it(archive: Archive) -> None:
    with pytest.raises(Unavailable) as told, archive.database.read() as session:
        session.execute(text("SELECT * FROM nothing_here"))
    assert outward(told.value).found == kinds.OTHER
