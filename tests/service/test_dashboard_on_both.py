"""The dashboard and own calls through the interface, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from tests.archive.dashboard_of import Rows
from tests.service.conftest import START, Clock, LogIn, staffed

from condyle.archive.database import Database
from condyle.service.app import create_app
from condyle.service.deps import Deps

EARLIER = START - dt.timedelta(days=40)


@pytest.fixture
def app(deps: Deps) -> FastAPI:
    """An app of the test's own: what it counted is kept as long as it lives."""
    return create_app(deps)


@pytest.fixture
def database(archive_url: str) -> Iterator[Database]:
    with staffed(archive_url) as database:
        yield database


def test_from_a_silent_run_to_the_dashboard_and_the_table(
    database: Database, log_in: LogIn, clock: Clock
) -> None:
    with database.write() as session:
        rows = Rows(session)
        study = rows.study(START)
        run = rows.run(study, START, hidden=True)
        rows.finding(run, True)
        rows.finding(run, False, level="L5-S1")
        seen = rows.run(rows.study(EARLIER), EARLIER)
        rows.word(rows.finding(seen, True), "accept", EARLIER, user=rows.user())
    clinician, researcher = log_in("clinician"), log_in("researcher")
    clock.forward(minutes=2)

    (asked,) = clinician.get(f"/api/v1/studies/{study}/own-calls").json()["runs"]
    assert asked["result"] is None
    calls = [
        {"name": "disc-bulging", "level": level, "value": True} for level in ("L4-L5", "L5-S1")
    ]
    body = {"analysis": run, "calls": calls}
    answer = clinician.post(f"/api/v1/studies/{study}/own-calls", json=body)
    assert answer.status_code == 201, answer.text
    (shown,) = answer.json()["runs"]
    assert [one["agrees"] for one in shown["result"]["beside"]] == [True, False]

    table = researcher.get("/api/v1/own-calls/export").text.splitlines()
    assert [line.rsplit(",", 1)[1] for line in table] == ["agrees", "yes", "no"]

    given = researcher.get("/api/v1/dashboard", params={"by": "month"}).json()
    (bundle,) = given["bundles"]
    assert (bundle["agreement"]["accepted"], bundle["own_calls"]["changed"]) == (1, 1)
    assert sum(one["count"] for one in given["volume"]) == 2
    assert [one["done"] for one in bundle["periods"]] == [1, 1]
    drift = researcher.get("/api/v1/dashboard/drift").json()["bundles"]
    assert [one["verdict"] for one in drift] == ["too-few"]

    hidden = clinician.get("/api/v1/dashboard").json()
    assert [one["done"] for one in hidden["bundles"][0]["periods"]] == [1]
    assert hidden["bundles"][0]["own_calls"] is None


def test_by_week_the_same_is_counted_where_it_is_young_enough(
    database: Database, log_in: LogIn
) -> None:
    with database.write() as session:
        rows = Rows(session)
        rows.run(rows.study(EARLIER), EARLIER)
        rows.run(rows.study(START - dt.timedelta(weeks=20)), START - dt.timedelta(weeks=20))
    given = log_in("administrator").get("/api/v1/dashboard", params={"by": "week"}).json()
    assert [one["count"] for one in given["volume"]] == [1]
    assert [len(one["periods"]) for one in given["bundles"]] == [1]
    (times,) = given["turnaround"]
    assert times["signed"] is None and times["read"]["n"] == 1
