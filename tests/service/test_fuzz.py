"""Whatever fits or breaks the interface's description is answered, and never by a fault."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as run_with
from hypothesis.errors import Unsatisfiable
from sqlalchemy import update

from condyle.archive import audit
from condyle.archive.archive import Archive
from condyle.archive.tables import User

from .conftest import Client, LogIn
from .studies_of import put_run, put_study

MODES = (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE)
KEPT = ("params", "json", "data", "content")
NOT_SENT = {"cookie", "authorization", "x-csrf-token", "host", "content-length"}
ENDLESS = "/api/v1/events"
BY_HAND = {("POST", "/dicomweb/studies"), ("POST", "/dicomweb/studies/{study}")}
"""Calls of multipart/related bodies, which no tool makes; ``test_dicomweb_edges`` breaks them."""
OF_ADMINISTRATORS = ("/api/v1/users", "/api/v1/bundles", "/api/v1/audit")


def operations(app: FastAPI) -> Iterator[Any]:
    for found in schemathesis.openapi.from_dict(app.openapi()).get_all_operations():
        operation = found.ok()
        if operation.path != ENDLESS and (operation.method.upper(), operation.path) not in BY_HAND:
            yield operation


def send(client: Client, case: Any) -> int | None:
    """Sends a case; gives its status, or nothing where it cannot be sent at all."""
    given_ = case.as_transport_kwargs(base_url="http://localhost")
    headers = dict(given_.get("headers") or {})
    if isinstance(given_.get("data"), bytes | str):
        given_["content"] = given_.pop("data")
    try:
        answer = client.request(
            given_["method"],
            given_["url"],
            headers={k: v for k, v in headers.items() if k.lower() not in NOT_SENT},
            **{name: given_[name] for name in KEPT if name in given_},
        )
    except (UnicodeError, ValueError, TypeError):
        return None  # no client can send it: a header with a line break, say
    return int(answer.status_code)


def tried(operation: Any, mode: Any, work: Callable[[Any], None]) -> None:
    """Does the work with several cases of an operation, the same ones each time."""

    @run_with(
        max_examples=4,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        deadline=None,
        derandomize=True,
        database=None,
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def one(case: Any) -> None:
        work(case)

    try:
        one()
    except Unsatisfiable:
        return  # nothing can break a call that takes nothing


@pytest.mark.parametrize("role", ["clinician", "administrator"])
def test_no_call_ends_in_a_fault(role: Any, app: FastAPI, log_in: LogIn, archive: Archive) -> None:
    put_run(archive, put_study(archive))
    client, statuses, faults = log_in(role), set(), []

    def call(case: Any) -> None:
        nonlocal client
        status = send(client, case)
        statuses.add(status)
        if status is not None and status >= 500:
            faults.append((case.method, case.path, status, case.path_parameters, case.query))
        if status in (204, 401) and "/session" in case.path:
            revive(archive)
            client = log_in(role)

    for operation in operations(app):
        if operation.path.startswith(OF_ADMINISTRATORS) is (role == "administrator"):
            for mode in MODES:
                tried(operation, mode, call)
    assert not faults
    assert {200, 422} <= statuses, "cases of several kinds came through"
    with archive.database.read() as session:
        assert audit.verify(session) is None


def revive(archive: Archive) -> None:
    """Unlocks everybody, whom guesses at the password have locked."""
    with archive.database.write() as session:
        session.execute(update(User).values(failed_logins=0, locked_until=None, disabled=False))


def test_every_call_is_described_in_words(app: FastAPI) -> None:
    paths = app.openapi()["paths"]
    calls = [(path, call) for path, by in paths.items() for call in by.values()]
    assert len(calls) > 20
    assert not [path for path, call in calls if not call.get("description")]
    assert not [path for path, call in calls if not call.get("tags")]


def test_every_call_says_that_it_may_answer_with_a_problem(app: FastAPI) -> None:
    for path, by in app.openapi()["paths"].items():
        for call in by.values():
            answers = call["responses"]
            for status in ("401", "403", "404", "422", "503"):
                schema = answers[status]["content"]["application/json"]["schema"]
                assert schema == {"$ref": "#/components/schemas/Problem"}, (path, status)
