"""What every answer tells the browser, what is refused before any route, and what is logged."""

from __future__ import annotations

import errno
import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI
from pydantic import BaseModel
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DataError

from condyle import errors
from condyle.archive.database import Database
from condyle.service import app as app_module
from condyle.service.app import create_app
from condyle.service.deps import Deps
from condyle.service.problems import status_of
from condyle.service.security.headers import CONTENT_SECURITY_POLICY

from .conftest import PASSWORD, Client

NAME = "Müller^Jürgen"
"""A patient's name, which no answer and no log may repeat."""

RAISED: dict[str, Exception] = {
    "fault": ValueError(f"no such key {NAME}"),
    "group": ExceptionGroup("several", [ValueError(NAME)]),
    "full": OSError(errno.ENOSPC, "No space left on device", f"{NAME}.dcm"),
    "read-only": OSError(errno.EROFS, "Read-only file system"),
    "other-disk": OSError(errno.EIO, "Input/output error"),
    "unholdable": DataError("INSERT", {}, ValueError(f"{NAME} holds a zero")),
    "unavailable": errors.Unavailable("The database is away.", found="no answer"),
    "conflict": errors.Conflict("It was changed meanwhile."),
    "unknown": errors.UnknownName("preset", "bone", ["lung"]),
}
STATUS = {
    "fault": 500,
    "group": 500,
    "full": 507,
    "read-only": 507,
    "other-disk": 500,
    "unholdable": 422,
    "unavailable": 503,
    "conflict": 409,
    "unknown": 404,
}


class Sent(BaseModel):
    text: str


def fail(kind: str) -> str:
    raise RAISED[kind]


def take(body: Sent) -> int:
    return len(body.text)


@pytest.fixture(scope="module")
def widened() -> list[FastAPI]:
    """The app with two more routes, once it is made."""
    return []


@pytest.fixture
def client(deps: Deps, widened: list[FastAPI], monkeypatch: pytest.MonkeyPatch) -> Client:
    """A browser of an app with two more routes, that fail and that take what is sent.

    No app that is made while a test runs has them: the others' is kept for tests to come.
    """

    def routes() -> APIRouter:
        router = APIRouter()
        router.add_api_route("/fail/{kind}", fail)
        router.add_api_route("/take", take, methods=["POST"])
        return router

    added = {("GET", "/api/v1/fail/{kind}"), ("POST", "/api/v1/take")}
    if not widened:
        with monkeypatch.context() as patched:
            patched.setattr(app_module, "_UNDER_API", (routes, *app_module._UNDER_API))
            patched.setattr(app_module, "PUBLIC", app_module.PUBLIC | added)
            widened.append(create_app(deps))
    widened[0].state.deps = deps
    return Client(widened[0], base_url="http://localhost", raise_server_exceptions=True)


def directives(policy: str) -> dict[str, list[str]]:
    parts = [part.split() for part in policy.split(";")]
    return {name: values for name, *values in parts}


def test_the_policy_names_no_outside_host_and_lets_no_text_be_a_script() -> None:
    found = directives(CONTENT_SECURITY_POLICY)
    assert found["default-src"] == ["'none'"]
    assert found["script-src"] == ["'self'", "'wasm-unsafe-eval'"]
    assert found["frame-ancestors"] == found["base-uri"] == ["'none'"]
    allowed = {value for values in found.values() for value in values}
    assert allowed <= {
        "'none'",
        "'self'",
        "'wasm-unsafe-eval'",
        "'unsafe-inline'",
        "data:",
        "blob:",
    }
    assert [name for name, values in found.items() if "'unsafe-inline'" in values] == [
        "style-src-attr"
    ]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/v1/health"),
        ("GET", "/api/v1/session"),
        ("GET", "/api/v1/nothing-here"),
        ("GET", "/api/v1/fail/fault"),
        ("GET", "/api/v1/fail/full"),
        ("GET", "/"),
        ("GET", "/worklist"),
        ("GET", "/missing.js"),
        ("POST", "/worklist"),
        ("POST", "/api/v1/take"),
        ("DELETE", "/api/v1/health"),
    ],
)
def test_every_answer_has_the_headers(client: Client, method: str, path: str) -> None:
    headers = client.request(method, path).headers
    assert headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["Cache-Control"] in ("no-store", "no-cache")


def test_an_answer_is_not_kept_by_the_browser(client: Client) -> None:
    assert client.get("/api/v1/health").headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("host", ["elsewhere.example", "", "localhost.evil.example", "[::2]:80"])
def test_a_call_under_another_name_is_refused(client: Client, host: str) -> None:
    answer = client.get("/api/v1/health", headers={"Host": host})
    assert answer.status_code == 400
    assert "address" in answer.json()["mend"]
    assert "Content-Security-Policy" in answer.headers


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8042", "[::1]:8042", "LOCALHOST"])
def test_a_call_under_its_own_name_is_answered(client: Client, host: str) -> None:
    assert client.get("/api/v1/health", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("kind", RAISED)
def test_an_error_becomes_a_problem_that_tells_nothing_of_a_patient(
    client: Client, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        answer = client.get(f"/api/v1/fail/{kind}")
    assert answer.status_code == STATUS[kind]
    assert set(answer.json()) == {"failed", "found", "needed", "mend"}
    assert answer.json()["failed"]
    assert "Traceback" not in answer.text
    for told in (answer.text, caplog.text):
        assert "ller" not in told


def test_a_fault_is_logged_with_its_place(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    client.get("/api/v1/fail/fault")
    assert "ValueError at" in caplog.text and "test_guard.py:" in caplog.text


def test_each_error_has_a_status_of_its_own_kind() -> None:
    pairs = {
        errors.NotLoggedIn("x"): 401,
        errors.NotAllowed("x"): 403,
        errors.NotThere("x"): 404,
        errors.Conflict("x"): 409,
        errors.UnsafeInput("x"): 422,
        errors.UsageError("x"): 422,
        errors.TooManyTries("x", wait_s=3): 429,
        errors.ArchiveDamaged("x"): 500,
        errors.Unavailable("x"): 503,
        errors.OutputError("x"): 507,
        errors.CondyleError("x"): 500,
    }
    assert {type(error): status_of(error) for error in pairs} == {
        type(error): status for error, status in pairs.items()
    }


def test_a_database_that_is_gone_is_told_as_such(client: Client, deps: Deps) -> None:
    with deps.archive.database.write() as session:
        session.execute(text("DROP TABLE login_sessions"))
    client.cookies.set("condyle_session", "x")
    answer = client.get("/api/v1/session")
    assert answer.status_code == 503
    assert "database" in answer.json()["failed"]
    assert "login_sessions" not in answer.text, "what the driver said is for the log"
    assert int(answer.headers["Retry-After"]) > 0


def test_with_every_connection_taken_a_call_is_told_to_come_again(deps: Deps) -> None:
    url = deps.archive.database.url
    narrow = Database(url, create_engine(url, pool_size=1, max_overflow=0, pool_timeout=0.05))
    app = create_app(replace(deps, archive=replace(deps.archive, database=narrow)))
    with Client(app, base_url="http://localhost", raise_server_exceptions=False) as client:
        with narrow.engine.connect():
            answer = client.get("/api/v1/health", headers={"Accept-Language": "es"})
        assert answer.status_code == 503 and answer.headers["Retry-After"] == "5"
        assert answer.json()["failed"] == "La base de datos del archivo está ocupada."
        assert client.get("/api/v1/health").status_code == 200
    narrow.close()


def test_health_says_when_the_database_is_of_another_version(client: Client, deps: Deps) -> None:
    assert client.get("/api/v1/health").json()["state"] == "ok"
    with deps.archive.database.write() as session:
        session.execute(text("DELETE FROM alembic_version"))
    answer = client.get("/api/v1/health")
    assert answer.status_code == 503
    assert "condyle db upgrade" in answer.json()["mend"]


def test_what_was_searched_for_is_in_no_log(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, logger="condyle"):
        client.get("/api/v1/worklist", params={"search": NAME})
        client.get(f"/api/v1/fail/{NAME}")
        client.get(f"/{NAME}")
    assert caplog.text.count(" ms") == 3
    assert "ller" not in caplog.text and "search" not in caplog.text


def test_a_call_is_logged_with_its_route_status_and_time(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="condyle"):
        client.get("/api/v1/fail/conflict")
    line = next(it for it in caplog.messages if it.startswith("GET /fail/{kind} 409 "))
    assert line.endswith(" ms")


def test_no_password_and_no_cookie_is_in_any_log(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        client.log_in("viewer")
        client.log_in("viewer", "a guess of the password")
        client.put("/api/v1/session/password", json={"password": PASSWORD, "new_password": "x"})
    cookie = client.cookies["condyle_session"]
    for secret in (PASSWORD, "a guess of", cookie, client.headers["X-CSRF-Token"]):
        assert secret not in caplog.text


def chunks(size: int) -> Any:
    yield b'{"text": "'
    for _ in range(size):
        yield b"a" * (1 << 20)
    yield b'"}'


@pytest.mark.parametrize(("mib", "status"), [(7, 200), (8, 413), (9, 413)])
def test_a_body_over_the_limit_is_refused_whether_or_not_it_says_its_size(
    client: Client, mib: int, status: int
) -> None:
    headers = {"Content-Type": "application/json"}
    streamed = client.post("/api/v1/take", content=chunks(mib), headers=headers)
    whole = client.post("/api/v1/take", content=b"".join(chunks(mib)), headers=headers)
    assert (streamed.status_code, whole.status_code) == (status, status)
    if status == 413:
        assert "too large" in streamed.json()["failed"] and "too large" in whole.json()["failed"]


@pytest.mark.parametrize("size", ["-1", "many", "1e3"])
def test_a_size_that_is_no_number_is_refused(client: Client, size: str) -> None:
    answer = client.post("/api/v1/take", content=b"{}", headers={"Content-Length": size})
    assert answer.status_code == 413


def test_a_body_that_does_not_fit_is_not_repeated(client: Client) -> None:
    answer = client.post("/api/v1/take", json={"text": 1, NAME: NAME})
    assert answer.status_code == 422
    assert answer.json()["found"] == "body.text: Input should be a valid string"


@pytest.mark.parametrize("content", [b"{", b"\xff\xfe", b"[1, 2]", b""])
def test_a_body_that_is_not_json_is_a_problem(
    client: Client, content: bytes, browser: Callable[[], Client]
) -> None:
    answer = client.post(
        "/api/v1/take", content=content, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code in (400, 422)
    assert answer.json()["failed"]
