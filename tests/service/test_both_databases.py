"""The way of an account through the interface, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from condyle.archive import audit
from condyle.archive.database import Database

from .conftest import Client, Clock, LogIn, staffed

SESSION = "/api/v1/session"
USERS = "/api/v1/users"


@pytest.fixture
def database(archive_url: str) -> Iterator[Database]:
    with staffed(archive_url) as database:
        yield database


def user_of(client: Client, name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(it for it in client.get(USERS).json() if it["name"] == name)
    return found


def test_an_account_from_its_first_day_to_its_last(
    log_in: LogIn, browser: Any, clock: Clock, database: Database
) -> None:
    administrator = log_in("administrator")
    new = {"name": "jdoe", "full_name": "Jané", "role": "viewer", "password": "correct horses"}
    assert administrator.post(USERS, json=new).status_code == 201
    assert administrator.post(USERS, json=new).status_code == 409
    client = browser()
    assert client.log_in("JDOE", "correct horses").json()["full_name"] == "Jané"
    body = {"password": "correct horses", "new_password": "my very own words"}
    assert client.put(f"{SESSION}/password", json=body).status_code == 204
    token = client.post("/api/v1/tokens", json={"name": "script"}).json()
    program = browser()
    program.headers["Authorization"] = f"Bearer {token['secret']}"
    assert program.get(SESSION).json()["name"] == "jdoe"
    path = f"{USERS}/{user_of(administrator, 'jdoe')['id']}"
    assert administrator.patch(path, json={"disabled": True}).status_code == 200
    assert (program.get(SESSION).status_code, client.get(SESSION).status_code) == (401, 401)
    assert browser().log_in("jdoe", "my very own words").status_code == 401
    actions = [act["action"] for act in administrator.get("/api/v1/audit").json()["acts"]][::-1]
    assert actions == [
        "session.started",
        "user.added",
        "session.started",
        "user.changed",
        "credential.added",
        "user.changed",
        "session.refused",
    ]
    with database.read() as session:
        assert audit.verify(session) is None


def test_a_locked_account_opens_again_in_time(browser: Any, clock: Clock) -> None:
    client = browser()
    for _ in range(5):
        assert client.log_in("viewer", "not the password").status_code == 401
    assert client.log_in("viewer").status_code == 401
    clock.forward(minutes=1)
    assert client.log_in("viewer").status_code == 200
    clock.forward(minutes=59)
    assert client.get(SESSION).status_code == 200
    clock.forward(minutes=60)
    assert client.get(SESSION).status_code == 401


def test_a_text_with_a_zero_is_a_problem_and_no_fault(log_in: LogIn, browser: Any) -> None:
    administrator = log_in("administrator")
    path = f"{USERS}/{user_of(administrator, 'viewer')['id']}"
    assert administrator.patch(path, json={"full_name": "a\0b"}).status_code in (200, 422)
    assert browser().log_in("vie\0wer").status_code in (401, 422)
    assert administrator.get(USERS).status_code == 200
