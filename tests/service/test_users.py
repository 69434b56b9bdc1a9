"""Administrators add, change and disable users."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from .conftest import PASSWORD, Client, LogIn

USERS = "/api/v1/users"
NEW = {"name": "jdoe", "full_name": "Jane Doe", "role": "clinician", "password": "correct horses"}
OWN = "my very own words"
Browser = Callable[[], Client]


def user_of(client: Client, name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(it for it in client.get(USERS).json() if it["name"] == name)
    return found


def change(client: Client, name: str, **body: object) -> int:
    status: int = client.patch(f"{USERS}/{user_of(client, name)['id']}", json=body).status_code
    return status


def test_a_new_user_logs_in_and_must_choose_a_password(
    administrator: Client, browser: Browser
) -> None:
    answer = administrator.post(USERS, json=NEW)
    assert answer.status_code == 201
    assert answer.json()["role"] == "clinician" and "password" not in answer.text
    client = browser()
    assert client.log_in("jdoe", "correct horses").json()["must_change"] is True
    assert client.get("/api/v1/worklist").status_code == 403
    body = {"password": "correct horses", "new_password": OWN}
    assert client.put("/api/v1/session/password", json=body).status_code == 204
    assert client.get("/api/v1/tokens").status_code == 200


@pytest.mark.parametrize(
    "changed",
    [
        {"name": "J Doe"},
        {"name": "j"},
        {"name": "../etc"},
        {"name": "<b>jdoe</b>"},
        {"role": "root"},
        {"password": "short"},
        {"password": "jdoe jdoe jdoe"},
        {"full_name": ""},
    ],
)
def test_a_user_that_does_not_fit_is_refused(
    administrator: Client, changed: dict[str, str]
) -> None:
    answer = administrator.post(USERS, json=NEW | changed)
    assert answer.status_code == 422
    assert [it["name"] for it in administrator.get(USERS).json()].count("jdoe") == 0


def test_a_name_that_is_taken_is_a_conflict(administrator: Client) -> None:
    assert administrator.post(USERS, json=NEW).status_code == 201
    assert administrator.post(USERS, json=NEW).status_code == 409


def test_a_disabled_user_is_logged_out_and_comes_in_no_more(
    administrator: Client, clinician: Client, browser: Browser
) -> None:
    assert change(administrator, "clinician", disabled=True) == 200
    assert clinician.get("/api/v1/session").status_code == 401
    assert browser().log_in("clinician").status_code == 401
    assert change(administrator, "clinician", disabled=False) == 200
    assert clinician.get("/api/v1/session").status_code == 401, "the session stays ended"
    assert browser().log_in("clinician").status_code == 200


def test_enabling_a_user_unlocks_them(administrator: Client, browser: Browser) -> None:
    client = browser()
    for _ in range(5):
        client.log_in("viewer", "not the password")
    assert user_of(administrator, "viewer")["locked_until"] is not None
    assert client.log_in("viewer").status_code == 401
    assert change(administrator, "viewer", disabled=False) == 200
    assert client.log_in("viewer").status_code == 200


def test_a_password_that_an_administrator_gives_ends_the_sessions(
    administrator: Client, clinician: Client, browser: Browser
) -> None:
    assert change(administrator, "clinician", password="given by another") == 200
    assert clinician.get("/api/v1/session").status_code == 401
    assert browser().log_in("clinician", PASSWORD).status_code == 401
    me = browser().log_in("clinician", "given by another").json()
    assert me["must_change"] is True


def test_a_weak_password_changes_nothing(administrator: Client, browser: Browser) -> None:
    assert change(administrator, "clinician", password="clinician1234") == 422
    assert browser().log_in("clinician", PASSWORD).status_code == 200


def test_an_administrator_changes_their_own_password_only_with_the_one_that_is(
    administrator: Client,
) -> None:
    assert change(administrator, "administrator", password="quite another one") == 403


def test_a_role_that_was_changed_holds_from_the_next_call(
    administrator: Client, log_in: LogIn
) -> None:
    client = log_in("viewer")
    assert client.get("/api/v1/audit").status_code == 403
    assert change(administrator, "viewer", role="administrator") == 200
    assert client.get("/api/v1/audit").status_code == 200


@pytest.mark.parametrize("body", [{"disabled": True}, {"role": "viewer"}])
def test_the_last_administrator_stays_one(administrator: Client, body: dict[str, object]) -> None:
    assert change(administrator, "administrator", **body) == 409
    assert administrator.get(USERS).status_code == 200
    assert change(administrator, "viewer", role="administrator") == 200
    assert change(administrator, "administrator", **body) == 200


def test_what_is_left_out_of_a_change_stays(administrator: Client) -> None:
    before = user_of(administrator, "viewer")
    assert change(administrator, "viewer", full_name="Vera") == 200
    assert user_of(administrator, "viewer") == before | {"full_name": "Vera"}


def test_a_user_that_is_not_there_is_not_changed(administrator: Client) -> None:
    for number in (9999, 2**31 - 1):
        answer = administrator.patch(f"{USERS}/{number}", json={"full_name": "x"})
        assert answer.status_code == 404


def test_a_number_of_no_user_is_a_problem_and_no_fault(administrator: Client) -> None:
    for number in ("0", "-1", "x", "1.5", str(2**31), str(2**70)):
        answer = administrator.patch(f"{USERS}/{number}", json={"full_name": "x"})
        assert answer.status_code == 422, number


def test_text_that_no_database_holds_is_a_problem_and_no_fault(administrator: Client) -> None:
    for text in (r"\ud800", r"a\udfffb"):
        body = f'{{"full_name": "{text}"}}'.encode("ascii")
        headers = {"Content-Type": "application/json"}
        answer = administrator.patch(f"{USERS}/1", content=body, headers=headers)
        assert answer.status_code == 422, text
