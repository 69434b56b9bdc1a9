"""Logging in and out: cookies, CSRF, lock-out, what ends a session."""

from __future__ import annotations

from collections.abc import Callable
from http.cookies import Morsel, SimpleCookie
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from sqlalchemy import event, func, select, update

from condyle.archive.tables import LoginSession, User
from condyle.service.deps import Deps
from condyle.service.settings import Settings

from .conftest import PASSWORD, Client, Clock, LogIn

SESSION = "/api/v1/session"
CHANGE = f"{SESSION}/password"
OTHER = "quite another few words"

Browser = Callable[[], Client]


def cookie_of(answer: Any) -> Morsel[str]:
    return SimpleCookie(answer.headers["set-cookie"])["condyle_session"]


def wrong(client: Client, times: int, name: str = "clinician") -> list[int]:
    return [client.log_in(name, "not the password").status_code for _ in range(times)]


def test_a_user_logs_in_and_is_told_who_they_are(clinician: Client) -> None:
    me = clinician.get(SESSION).json()
    assert (me["name"], me["full_name"], me["role"]) == (
        "clinician",
        "The clinician",
        "clinician",
    )
    assert "sign" in me["permissions"] and "manage_users" not in me["permissions"]
    assert me["research_use"].startswith("Research use.")
    assert not me["must_change"]


def test_a_name_is_known_in_whatever_case(browser: Browser) -> None:
    assert browser().log_in("Clinician").json()["name"] == "clinician"


def test_a_hash_of_a_lower_cost_is_made_anew_at_log_in(browser: Browser, deps: Deps) -> None:
    weaker = PasswordHasher(time_cost=1, memory_cost=16, parallelism=1).hash(PASSWORD)
    with deps.archive.database.write() as session:
        session.execute(update(User).values(password_hash=weaker))
    assert browser().log_in("viewer").status_code == 200
    with deps.archive.database.read() as session:
        stored = session.scalars(select(User.password_hash).where(User.name == "viewer")).one()
    assert not deps.passwords.is_outdated(stored)
    assert browser().log_in("viewer").status_code == 200


def test_a_wrong_password_and_an_unknown_name_are_answered_alike(browser: Browser) -> None:
    client = browser()
    known, unknown = client.log_in("viewer", "x" * 12), client.log_in("nobody", "x" * 12)
    assert (known.status_code, unknown.status_code) == (401, 401)
    assert known.json() == unknown.json()
    assert "set-cookie" not in known.headers


def test_the_cookie_is_kept_from_scripts_and_from_other_sites(browser: Browser) -> None:
    cookie = cookie_of(browser().log_in("viewer"))
    assert cookie["httponly"] and cookie["samesite"].lower() == "strict"
    assert cookie["path"] == "/" and not cookie["domain"]
    assert len(cookie.value) >= 43
    assert int(cookie["max-age"]) == 12 * 3600


def test_the_archive_keeps_no_cookie(browser: Browser, deps: Deps) -> None:
    cookie = cookie_of(browser().log_in("viewer"))
    with deps.archive.database.read() as session:
        kept = session.scalars(select(LoginSession.id)).one()
    assert kept != cookie.value and len(kept) == 64


def test_without_tls_the_cookie_is_sent_in_the_clear(browser: Browser) -> None:
    assert not cookie_of(browser().log_in("viewer"))["secure"]


def test_logging_out_ends_the_session_and_takes_the_cookie_back(
    clinician: Client, browser: Browser
) -> None:
    stolen = clinician.cookies["condyle_session"]
    answer = clinician.delete(SESSION)
    assert answer.status_code == 204
    assert int(cookie_of(answer)["max-age"]) == 0
    thief = browser()
    thief.cookies.set("condyle_session", stolen)
    assert thief.get(SESSION).status_code == 401


def test_logging_in_again_ends_the_session_before(clinician: Client, browser: Browser) -> None:
    before = clinician.cookies["condyle_session"]
    assert clinician.log_in("clinician").status_code == 200
    assert clinician.cookies["condyle_session"] != before
    old = browser()
    old.cookies.set("condyle_session", before)
    assert old.get(SESSION).status_code == 401


@pytest.mark.parametrize("sent", [None, "", "another", "é"])
def test_a_change_without_the_csrf_value_is_refused(clinician: Client, sent: str | None) -> None:
    del clinician.headers["X-CSRF-Token"]
    headers = {} if sent is None else {"X-CSRF-Token": sent.encode("utf-8")}
    answer = clinician.delete(SESSION, headers=headers)
    assert answer.status_code == 403
    assert "X-CSRF-Token" in answer.json()["found"]
    assert clinician.get(SESSION).status_code == 200


def test_the_csrf_value_of_another_session_does_not_do(log_in: LogIn) -> None:
    one, two = log_in("viewer"), log_in("viewer")
    one.headers["X-CSRF-Token"] = two.headers["X-CSRF-Token"]
    assert one.delete(SESSION).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Origin": "http://localhost:9999"},
    ],
)
def test_another_sites_page_can_neither_log_in_nor_out(
    headers: dict[str, str], clinician: Client, browser: Browser
) -> None:
    assert clinician.delete(SESSION, headers=headers).status_code == 403
    given = {"name": "viewer", "password": PASSWORD}
    assert browser().post(SESSION, json=given, headers=headers).status_code == 403


def test_its_own_page_can_log_out(clinician: Client) -> None:
    headers = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
    assert clinician.delete(SESSION, headers=headers).status_code == 204


def test_five_failures_lock_an_account_and_the_time_doubles(
    browser: Browser, clock: Clock, deps: Deps
) -> None:
    client = browser()
    assert wrong(client, 4) == [401] * 4
    assert client.log_in("clinician").status_code == 200
    for minutes in (1, 2, 4, 8, 16, 30, 30):
        failures = 5 if minutes == 1 else 1
        assert wrong(client, failures) == [401] * failures
        assert client.log_in("clinician").status_code == 401, "locked, so the right one fails"
        with deps.archive.database.read() as session:
            until = session.scalars(select(User.locked_until).where(User.name == "clinician")).one()
        assert until is not None and (until - clock.now).total_seconds() == minutes * 60
        clock.forward(minutes=minutes)
    assert client.log_in("clinician").status_code == 200
    assert wrong(client, 1) == [401]
    assert client.log_in("clinician").status_code == 200, "the count began anew"


def test_a_lock_is_of_one_account_only(browser: Browser) -> None:
    client = browser()
    wrong(client, 6)
    assert client.log_in("viewer").status_code == 200


def test_an_address_that_tries_too_often_has_to_wait(browser: Browser, clock: Clock) -> None:
    client = browser()
    for number in range(20):
        assert client.log_in(f"guess-{number}", PASSWORD).status_code == 401
    answer = client.log_in("viewer")
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 61
    clock.forward(seconds=int(answer.headers["Retry-After"]))
    assert client.log_in("viewer").status_code == 200


def test_a_session_ends_after_an_hour_without_a_call(clinician: Client, clock: Clock) -> None:
    for _ in range(3):
        clock.forward(minutes=59)
        assert clinician.get(SESSION).status_code == 200
    clock.forward(minutes=60)
    assert clinician.get(SESSION).status_code == 401


def test_a_session_ends_after_twelve_hours_whatever_it_does(
    clinician: Client, clock: Clock
) -> None:
    for _ in range(12 * 2 - 1):
        clock.forward(minutes=30)
        assert clinician.get(SESSION).status_code == 200
    clock.forward(minutes=30)
    assert clinician.get(SESSION).status_code == 401


def test_sessions_that_are_over_are_dropped_when_somebody_logs_in(
    clinician: Client, clock: Clock, log_in: LogIn, deps: Deps
) -> None:
    clock.forward(hours=13)
    log_in("viewer")
    with deps.archive.database.read() as session:
        assert session.scalar(select(func.count()).select_from(LoginSession)) == 1


def test_a_password_change_ends_the_other_sessions_and_keeps_this_one(
    log_in: LogIn, browser: Browser
) -> None:
    here, elsewhere = log_in("viewer"), log_in("viewer")
    body = {"password": PASSWORD, "new_password": OTHER}
    assert here.put(CHANGE, json=body).status_code == 204
    assert here.get(SESSION).status_code == 200
    assert elsewhere.get(SESSION).status_code == 401
    assert browser().log_in("viewer", PASSWORD).status_code == 401
    assert browser().log_in("viewer", OTHER).status_code == 200


def test_a_password_change_needs_the_one_that_is(log_in: LogIn, browser: Browser) -> None:
    body = {"password": "not the password", "new_password": OTHER}
    assert log_in("viewer").put(CHANGE, json=body).status_code == 401
    assert browser().log_in("viewer", PASSWORD).status_code == 200


@pytest.mark.parametrize(
    "weak", ["short", "viewer viewer viewer", "aaaaaaaaaaaaaaaa", "x" * 257, "The VIEWER's own"]
)
def test_a_weak_password_is_refused_and_not_repeated(weak: str, log_in: LogIn) -> None:
    body = {"password": PASSWORD, "new_password": weak}
    answer = log_in("viewer").put(CHANGE, json=body)
    assert answer.status_code == 422
    assert weak not in answer.text and PASSWORD not in answer.text


def test_who_must_change_the_password_can_do_nothing_else(
    log_in: LogIn, browser: Browser, deps: Deps
) -> None:
    with deps.archive.database.write() as session:
        user = session.scalars(select(User).where(User.name == "administrator")).one()
        user.must_change = True
    client = log_in("administrator")
    assert client.get(SESSION).json()["must_change"] is True
    assert client.get("/api/v1/users").status_code == 403
    body = {"password": PASSWORD, "new_password": OTHER}
    assert client.put(CHANGE, json=body).status_code == 204
    assert client.get("/api/v1/users").status_code == 200


def test_a_body_that_is_not_json_logs_nobody_in(browser: Browser) -> None:
    text = f'{{"name": "viewer", "password": "{PASSWORD}"}}'
    answer = browser().post(SESSION, content=text, headers={"Content-Type": "text/plain"})
    assert answer.status_code == 422


def test_an_unknown_field_is_refused_and_its_value_not_repeated(browser: Browser) -> None:
    given = {"name": "viewer", "password": PASSWORD, "role": "administrator-please"}
    answer = browser().post(SESSION, json=given)
    assert answer.status_code == 422
    assert "body.role" in answer.json()["found"]
    assert "please" not in answer.text and PASSWORD not in answer.text


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("es", "es"),
        ("es-MX,es;q=0.9,en;q=0.8", "es"),
        ("fr, en-GB;q=0.7", "en"),
        ("fr", "es"),
        ("", "es"),
        ("*;q=,,;", "es"),
    ],
)
def test_the_language_is_what_the_call_asks_for_else_what_is_set(
    clinician: Client, deps: Deps, asked: str, given: str
) -> None:
    with deps.archive.database.write() as session:
        session.execute(update(User).values(language="es"))
    answer = clinician.get(SESSION, headers={"Accept-Language": asked})
    assert answer.json()["language"] == given


def test_who_has_chosen_no_language_is_told_so_and_gets_english(browser: Browser) -> None:
    me = browser().log_in("viewer").json()
    assert (me["language"], me["chosen_language"]) == ("en", None)


def test_a_language_that_is_chosen_is_there_in_another_browser(
    clinician: Client, browser: Browser
) -> None:
    changed = clinician.patch(SESSION, json={"language": "es"})
    assert changed.status_code == 200 and changed.json()["chosen_language"] == "es"
    elsewhere = browser()
    assert elsewhere.log_in("clinician").json()["chosen_language"] == "es"
    assert elsewhere.get(SESSION).json()["language"] == "es"
    assert browser().log_in("viewer").json()["chosen_language"] is None


def test_choosing_a_language_ends_no_session_and_is_in_the_audit_log(
    clinician: Client, log_in: LogIn
) -> None:
    csrf = clinician.get(SESSION).json()["csrf"]
    assert clinician.patch(SESSION, json={"language": "es"}).json()["csrf"] == csrf
    act = log_in("administrator").get("/api/v1/audit").json()["acts"][1]
    assert (act["user_name"], act["action"], act["details"]) == (
        "clinician",
        "user.changed",
        {"what": "language"},
    )


@pytest.mark.parametrize("body", [{"language": "fr"}, {"language": ""}, {}, {"role": "viewer"}])
def test_a_language_without_words_and_anything_else_are_refused(
    clinician: Client, body: dict[str, str]
) -> None:
    assert clinician.patch(SESSION, json=body).status_code == 422
    assert clinician.get(SESSION).json()["chosen_language"] is None


def test_with_a_database_that_cannot_be_written_a_session_still_reads(
    clinician: Client, deps: Deps, clock: Clock
) -> None:
    refuse_writes(deps)
    clock.forward(minutes=5)
    assert clinician.get(SESSION).status_code == 200
    answer = clinician.delete(SESSION)
    assert answer.status_code == 503 and "database" in answer.json()["failed"]


def refuse_writes(deps: Deps) -> None:
    """Makes the database as one on a disk that is mounted read-only."""

    def only_read(connection: Any, record: object, proxy: object) -> None:
        connection.execute("PRAGMA query_only=ON")

    event.listen(deps.archive.database.engine, "checkout", only_read)


class TestInProduction:
    @pytest.fixture
    def settings(self, home: Path) -> Settings:
        return Settings(home=home, production=True, address="https://clinic.example")

    def test_the_cookie_goes_over_tls_only(self, browser: Browser) -> None:
        client = browser()
        client.base_url = "https://clinic.example"
        cookie = cookie_of(client.log_in("viewer"))
        assert cookie["secure"] and cookie["httponly"]
        assert client.get(SESSION).status_code == 200

    def test_it_is_not_called_by_the_machines_own_name(self, browser: Browser) -> None:
        assert browser().get("/api/v1/health").status_code == 400


def test_one_sees_where_one_is_logged_in_and_ends_it_there(browser: Callable[[], Client]) -> None:
    here, there, other = browser(), browser(), browser()
    assert here.log_in("viewer").status_code == there.log_in("viewer").status_code == 200
    assert other.log_in("clinician").status_code == 200
    path = "/api/v1/session/browsers"
    both = here.get(path).json()
    assert sorted(one["this"] for one in both) == [False, True]
    assert all(len(one["id"]) == 16 for one in both)
    (theirs,) = other.get(path).json()
    assert here.delete(f"{path}/{theirs['id']}").status_code == 404, "another's is not told of"
    (away,) = [one for one in both if not one["this"]]
    assert here.delete(f"{path}/{away['id']}").status_code == 204
    assert there.get("/api/v1/session").status_code == 401
    assert other.get("/api/v1/session").status_code == 200
    assert [one["this"] for one in here.get(path).json()] == [True]
