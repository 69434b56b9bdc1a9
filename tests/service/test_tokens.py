"""Personal access tokens: they may do what their owner may, until they are revoked."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from condyle.archive import audit
from condyle.archive.tables import AccessToken
from condyle.service.access import ROLES
from condyle.service.deps import Deps
from condyle.service.registered import Registered

from .conftest import Client, Clock, LogIn

TOKENS = "/api/v1/tokens"
Browser = Callable[[], Client]


def make(client: Client, **body: object) -> str:
    answer = client.post(TOKENS, json={"name": "script", **body})
    assert answer.status_code == 201, answer.text
    secret: str = answer.json()["secret"]
    return secret


def program(browser: Browser, secret: str) -> Client:
    client = browser()
    client.headers["Authorization"] = f"Bearer {secret}"
    return client


def test_a_token_may_do_what_its_owner_may_and_no_more(log_in: LogIn, browser: Browser) -> None:
    administrator = program(browser, make(log_in("administrator")))
    viewer = program(browser, make(log_in("viewer")))
    assert administrator.get("/api/v1/users").status_code == 200
    assert viewer.get("/api/v1/users").status_code == 403
    assert viewer.get("/api/v1/session").json()["name"] == "viewer"


def test_a_token_needs_no_csrf_value(administrator: Client, browser: Browser) -> None:
    body = {"full_name": "The reader"}
    client = program(browser, make(administrator))
    assert client.patch("/api/v1/users/1", json=body).status_code == 200


def test_a_token_loses_what_its_owner_loses(administrator: Client, browser: Browser) -> None:
    client = program(browser, make(administrator))
    assert client.get("/api/v1/audit").status_code == 200
    user = next(it for it in client.get("/api/v1/users").json() if it["name"] == "viewer")
    other = {"role": "administrator"}
    assert client.patch(f"/api/v1/users/{user['id']}", json=other).status_code == 200
    own = next(it for it in client.get("/api/v1/users").json() if it["name"] == "administrator")
    assert client.patch(f"/api/v1/users/{own['id']}", json={"role": "viewer"}).status_code == 200
    assert client.get("/api/v1/audit").status_code == 403


def test_the_token_of_a_disabled_owner_is_over(
    log_in: LogIn, administrator: Client, browser: Browser
) -> None:
    client = program(browser, make(log_in("viewer")))
    user = next(it for it in administrator.get("/api/v1/users").json() if it["name"] == "viewer")
    path = f"/api/v1/users/{user['id']}"
    administrator.patch(path, json={"disabled": True})
    assert client.get("/api/v1/session").status_code == 401


def test_a_revoked_token_is_over_at_once(clinician: Client, browser: Browser) -> None:
    client = program(browser, make(clinician))
    assert client.get("/api/v1/session").status_code == 200
    (token,) = clinician.get(TOKENS).json()
    assert clinician.delete(f"{TOKENS}/{token['id']}").status_code == 204
    assert client.get("/api/v1/session").status_code == 401
    assert clinician.get(TOKENS).json()[0]["revoked"] is True


def test_a_token_runs_out(clinician: Client, browser: Browser, clock: Clock) -> None:
    client = program(browser, make(clinician, days=2))
    clock.forward(hours=47)
    assert client.get("/api/v1/session").status_code == 200
    clock.forward(hours=1)
    assert client.get("/api/v1/session").status_code == 401


def test_nobody_sees_or_revokes_anothers_token(
    clinician: Client, administrator: Client, browser: Browser
) -> None:
    client = program(browser, make(clinician))
    (token,) = clinician.get(TOKENS).json()
    assert administrator.get(TOKENS).json() == []
    assert administrator.delete(f"{TOKENS}/{token['id']}").status_code == 404
    assert client.get("/api/v1/session").status_code == 200


def test_the_secret_is_told_once_and_kept_nowhere(clinician: Client, deps: Deps) -> None:
    secret = make(clinician)
    assert secret.startswith("condyle_") and len(secret) > 40
    assert clinician.get(TOKENS).json()[0]["secret"] is None
    with deps.archive.database.read() as session:
        assert secret not in session.scalars(select(AccessToken.secret_hash)).one()


def test_a_token_makes_no_other_token_and_no_password(clinician: Client, browser: Browser) -> None:
    client = program(browser, make(clinician))
    body = {"password": "four words of chance", "new_password": "some other four words"}
    assert client.post(TOKENS, json={"name": "another"}).status_code == 403
    assert client.put("/api/v1/session/password", json=body).status_code == 403
    assert client.delete("/api/v1/session").status_code == 403


@pytest.mark.parametrize("sent", ["Bearer wrong", "Bearer", "Basic dmlld2VyOng=", "Bearer é"])
def test_a_wrong_token_is_refused_even_beside_a_session(clinician: Client, sent: str) -> None:
    answer = clinician.get("/api/v1/session", headers={"Authorization": sent.encode()})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_when_a_token_was_used_is_shown(clinician: Client, browser: Browser, clock: Clock) -> None:
    client = program(browser, make(clinician))
    assert clinician.get(TOKENS).json()[0]["used_at"] is None
    client.get("/api/v1/session")
    assert clinician.get(TOKENS).json()[0]["used_at"] == "2030-01-07T08:00:00Z"
    clock.forward(minutes=5)
    client.get("/api/v1/session")
    assert clinician.get(TOKENS).json()[0]["used_at"] == "2030-01-07T08:05:00Z"


def test_nobody_has_more_than_fifty_tokens(clinician: Client, deps: Deps) -> None:
    for _ in range(50):
        make(clinician)
    answer = clinician.post(TOKENS, json={"name": "one more"})
    assert answer.status_code == 409
    first = clinician.get(TOKENS).json()[-1]
    clinician.delete(f"{TOKENS}/{first['id']}")
    make(clinician)


@pytest.mark.parametrize("body", [{"name": ""}, {"name": "x", "days": 0}, {"name": "x" * 121}])
def test_a_token_that_does_not_fit_is_refused(clinician: Client, body: dict[str, object]) -> None:
    assert clinician.post(TOKENS, json=body).status_code == 422


def test_a_token_that_may_only_read_is_refused_by_every_call_that_changes_something(
    log_in: LogIn, browser: Browser, app: FastAPI
) -> None:
    routes: tuple[Registered, ...] = app.state.registered
    unsafe = [one for one in routes if one.permissions and one.method not in ("GET", "HEAD")]
    assert len(unsafe) > 30
    for role in ROLES:
        client = program(browser, make(log_in(role), read_only=True))
        assert client.get("/api/v1/session").status_code == 200
        for one in unsafe:
            parts = ["9999" if part.startswith("{") else part for part in one.path.split("/")]
            answer = client.request(one.method, "/".join(parts))
            assert answer.status_code == 403, (role, one.method, one.path, answer.text)
            assert answer.json()["found"] == "an access token that may only read"


def test_a_token_may_change_things_unless_it_was_made_to_read(
    administrator: Client, deps: Deps
) -> None:
    make(administrator)
    make(administrator, read_only=True)
    told = [one["read_only"] for one in administrator.get(TOKENS).json()]
    assert told == [True, False]
    with deps.archive.database.read() as session:
        acts = audit.newest(session, audit.Query(action="credential.added"))
        assert [one.details["scope"] for one in acts] == ["read-only", "full"]
