"""How often a request asks PostgreSQL: each time costs, whatever the answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from tests.conftest import PostgresServer
from tests.service.conftest import Client, LogIn, staffed
from tests.service.studies_of import NOON, put_run, put_study

from condyle.archive import connections
from condyle.archive.analyses import BundleRun, queue_analysis
from condyle.archive.archive import Archive
from condyle.archive.database import Database

pytestmark = pytest.mark.needs("postgres")

Asked = Callable[[Client, str], list[str]]


@pytest.fixture
def telling(postgres_server: PostgresServer, postgres_template: str) -> str:
    """A database whose server writes down all that it is asked."""
    name = postgres_server.new_database(postgres_template)
    postgres_server.tell(f"ALTER DATABASE {name} SET log_statement = 'all'")
    return postgres_server.url(name)


@pytest.fixture
def database(telling: str) -> Iterator[Database]:
    with staffed(telling) as database:
        yield database


@pytest.fixture
def heard(postgres_server: PostgresServer) -> Callable[[], list[str]]:
    """Gives what the server was asked since it was looked at last."""
    log = postgres_server.folder / "log"
    read = log.stat().st_size

    def since() -> list[str]:
        nonlocal read
        with log.open("rb") as lines:
            lines.seek(read)
            fresh = lines.read().decode().replace("\n\t", " ")  # a statement of several lines
            read = lines.tell()
        marks = ("statement: ", "execute <unnamed>: ")
        return [
            line.split(mark, 1)[1]
            for line in fresh.splitlines()
            for mark in marks
            if "LOG:" in line and mark in line
        ]

    return since


@pytest.fixture
def asked(heard: Callable[[], list[str]]) -> Asked:
    """Gives what a call asks for, once its first time is over."""

    def of(client: Client, path: str) -> list[str]:
        for _ in range(2):
            heard()
            assert client.get(path).status_code == 200, path
        return heard()

    return of


@pytest.fixture
def studies(archive: Archive) -> list[int]:
    made = [put_study(archive, number) for number in range(1, 4)]
    put_run(archive, made[0])
    return made


@pytest.mark.parametrize(
    ("query", "pages"),
    [
        ("", 1),
        ("?sort=date", 1),
        ("?sort=priority", 3),  # a rank at a time, until the page is full
        ("?state=read", 1),
        ("?search=moreau", 1),
        ("?search=moreau ana&state=received&anatomy=lumbar-spine", 1),
        ("?search=nobody", 0),
    ],
)
def test_a_page_asks_who_how_many_which_and_what_and_nothing_else(
    asked: Asked, clinician: Client, studies: list[int], query: str, pages: int
) -> None:
    who, many, *more = asked(clinician, f"/api/v1/worklist{query}")
    assert "login_sessions" in who
    assert "max(studies.revision)" in many
    found = more[:pages]
    assert len(more) == (pages + 1 if pages else 0), more
    assert all("LIMIT" in one for one in found)
    assert all("JOIN patients" in one for one in more[pages:])


def test_how_far_a_run_is_costs_one_more(
    asked: Asked, archive: Archive, clinician: Client, studies: list[int]
) -> None:
    with archive.database.write() as session:
        queue_analysis(session, studies[1], BundleRun("knee", "1", "b" * 64), at=NOON)
    assert len(asked(clinician, "/api/v1/worklist")) == 5


def test_a_connection_is_asked_whether_it_lives_only_after_it_was_idle(
    database: Database, heard: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def twice() -> int:
        heard()
        for _ in range(2):
            with database.glance() as session:
                session.connection().exec_driver_sql("SELECT 42")
        return len(heard())

    assert twice() == 2
    monkeypatch.setattr(connections, "ASKED_AFTER_S", -1.0)
    assert twice() == 4


def test_a_call_that_a_lost_connection_would_meet_is_answered_by_another_one(
    postgres_server: PostgresServer, log_in: LogIn, database: Database, studies: list[int]
) -> None:
    viewer = log_in("viewer")
    name = database.url.database
    ended = "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
    postgres_server.tell(f"{ended} WHERE datname = '{name}'")
    assert viewer.get("/api/v1/worklist").status_code == 200
