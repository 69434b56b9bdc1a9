"""An app on a database of the test's own, one user a role, and clients that are logged in."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI
from sqlalchemy import event
from starlette.testclient import TestClient

from condyle.archive import accounts
from condyle.archive.archive import Archive
from condyle.archive.database import Database, open_database
from condyle.archive.migrations import upgrade
from condyle.archive.objects import ObjectStore
from condyle.service.access import ROLES
from condyle.service.app import create_app
from condyle.service.deps import Deps
from condyle.service.schemas.base import Role
from condyle.service.security.passwords import Passwords
from condyle.service.security.tries import Tries
from condyle.service.settings import Settings

PASSWORD = "four words of chance"
"""Of every user of the tests, who are named as their roles."""

START = dt.datetime(2030, 1, 7, 8, 0, tzinfo=dt.UTC)
CHEAP = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@dataclass
class Clock:
    """A clock that stands until a test moves it."""

    now: dt.datetime = START
    seconds: float = field(default=0.0)

    def __call__(self) -> dt.datetime:
        return self.now

    def monotonic(self) -> float:
        return self.seconds

    def forward(self, **by: float) -> None:
        step = dt.timedelta(**by)
        self.now += step
        self.seconds += step.total_seconds()


class Client(TestClient):
    """A browser: keeps its cookie, and sends the CSRF value once it is logged in."""

    def log_in(self, name: str, password: str = PASSWORD) -> Any:
        answer = self.post("/api/v1/session", json={"name": name, "password": password})
        if answer.status_code == 200:
            self.headers["X-CSRF-Token"] = answer.json()["csrf"]
        return answer


LogIn = Callable[[Role], Client]


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with one user a role, made once and copied for each test."""
    path = tmp_path_factory.mktemp("template") / "condyle.sqlite"
    database = open_database(f"sqlite:///{path}")
    upgrade(database)
    stored = CHEAP.hash(PASSWORD)
    with database.write() as session:
        for role in ROLES:
            new = accounts.NewAccount(role, f"The {role}", role, stored)
            accounts.add_user(session, new, START)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return path


@contextmanager
def staffed(url: str) -> Iterator[Database]:
    """A database of either kind with one user a role."""
    database = open_database(url)
    stored = CHEAP.hash(PASSWORD)
    with database.write() as session:
        for role in ROLES:
            accounts.add_user(session, accounts.NewAccount(role, role, role, stored), START)
    yield database
    database.close()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    return folder


@pytest.fixture
def settings(home: Path) -> Settings:
    """Override it in a test module to run the app with others."""
    return Settings(home=home, worker=False)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def database(template: Path, settings: Settings) -> Iterator[Database]:
    shutil.copyfile(template, settings.home / "condyle.sqlite")
    with waiting_for_no_disk(settings.database) as database:
        yield database


@contextmanager
def waiting_for_no_disk(url: str) -> Iterator[Database]:
    """Opens a database; no test of these cuts the power, and the disk is most of their time."""
    database = open_database(url)
    event.listen(database.engine, "connect", _wait_for_no_disk)
    yield database
    database.close()


def _wait_for_no_disk(connection: Any, record: object) -> None:
    connection.execute("PRAGMA synchronous=OFF")


@pytest.fixture
def archive(database: Database, settings: Settings, clock: Clock) -> Archive:
    return Archive(database, ObjectStore(settings.objects), clock)


@pytest.fixture
def deps(archive: Archive, settings: Settings, clock: Clock) -> Deps:
    return Deps(
        archive=archive,
        settings=settings,
        passwords=CHEAP,
        log_ins=Tries(settings.login_tries_per_minute, clock.monotonic),
    )


@pytest.fixture(scope="session")
def apps() -> dict[str, FastAPI]:
    """The apps that were made so far, by their settings."""
    return {}


@pytest.fixture
def app(deps: Deps, apps: dict[str, FastAPI]) -> FastAPI:
    """An app, made once for all tests of the same settings: most take less long than making one.

    All that belongs to a test is in ``deps``, which every call looks up anew.
    """
    same = deps.settings.model_dump_json(exclude={"home"})
    if same not in apps:
        apps[same] = create_app(deps)
    apps[same].state.deps = deps
    return apps[same]


@pytest.fixture
def browser(app: FastAPI) -> Iterator[Callable[[], Client]]:
    """Makes browsers in which nobody is logged in; a fault comes as its answer."""
    made: list[Client] = []

    def make() -> Client:
        client = Client(app, base_url="http://localhost", raise_server_exceptions=False)
        made.append(client)
        return client

    yield make
    for client in made:
        client.close()


@pytest.fixture
def log_in(browser: Callable[[], Client]) -> LogIn:
    """Gives a browser in which the user of a role is logged in."""

    def as_role(role: Role) -> Client:
        client = browser()
        answer = client.log_in(role)
        assert answer.status_code == 200, answer.text
        return client

    return as_role


@pytest.fixture
def clinician(log_in: LogIn) -> Client:
    return log_in("clinician")


@pytest.fixture
def administrator(log_in: LogIn) -> Client:
    return log_in("administrator")


@pytest.fixture
def researcher(log_in: LogIn) -> Client:
    return log_in("researcher")
