"""The dashboard by the interface: figures without a patient, and nothing silent to readers."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from typing import Any

import pytest
from fastapi import FastAPI
from tests.archive.dashboard_of import Rows
from tests.service.conftest import START, Client, Clock, LogIn
from tests.service.studies_of import put_run, put_study

from condyle.archive.archive import Archive
from condyle.service.app import create_app
from condyle.service.deps import Deps
from condyle.service.views.dashboard_figures import KeptFor

EARLIER = START - dt.timedelta(days=40)


def dashboard(client: Client, by: str = "month") -> dict[str, Any]:
    answer = client.get("/api/v1/dashboard", params={"by": by})
    assert answer.status_code == 200, answer.text
    given: dict[str, Any] = answer.json()
    return given


def drift(client: Client) -> list[dict[str, Any]]:
    answer = client.get("/api/v1/dashboard/drift")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["bundles"]
    return found


@pytest.fixture
def app(deps: Deps) -> FastAPI:
    """An app of the test's own: what it counted is kept as long as it lives."""
    return create_app(deps)


@pytest.fixture
def rows(archive: Archive) -> Any:
    """Puts rows into the archive; ``clock`` stands at ``START``."""

    def put(work: Any) -> Any:
        with archive.database.write() as session:
            return work(Rows(session))

    return put


def test_an_empty_archive_has_periods_and_no_figures(researcher: Client) -> None:
    given = dashboard(researcher)
    assert [one["running"] for one in given["periods"]] == [False] * 11 + [True]
    assert (given["volume"], given["turnaround"], given["bundles"]) == ([], [], [])
    assert drift(researcher) == []


def test_weeks_are_to_be_had_as_months_are_and_nothing_else(researcher: Client) -> None:
    weeks = dashboard(researcher, "week")["periods"]
    starts = [dt.datetime.fromisoformat(one["start"]) for one in weeks]
    assert {(b - a).days for a, b in pairwise(starts)} == {7}
    assert researcher.get("/api/v1/dashboard", params={"by": "year"}).status_code == 422


def test_a_months_work_is_counted(researcher: Client, rows: Any) -> None:
    def month(put: Rows) -> None:
        user, study = put.user(), put.study(EARLIER)
        run = put.run(study, EARLIER + dt.timedelta(minutes=2))
        put.run(study, EARLIER, state="refused", code="no-plain-t2", bundle="other")
        findings = [put.finding(run, True), put.finding(run, False), put.finding(run, None)]
        put.word(findings[0], "accept", EARLIER, user=user)
        put.word(findings[1], "reject", EARLIER, user=user)
        put.signed(study, EARLIER + dt.timedelta(hours=1), user=user)

    rows(month)
    given = dashboard(researcher)
    assert [(one["period"], one["count"]) for one in given["volume"]] == [(9, 1)]
    (times,) = given["turnaround"]
    assert times["read"]["median_s"] == pytest.approx(120, abs=0.01)
    assert times["signed"]["p90_s"] == pytest.approx(3600, abs=0.01)
    grading, other = given["bundles"]
    (period,) = grading["periods"]
    assert (period["done"], period["findings"], period["abstained"]) == (1, 3, 1)
    agreement = grading["agreement"]
    assert (agreement["accepted"], agreement["rejected"], agreement["share"]["n"]) == (1, 1, 2)
    assert agreement["share"]["value"] == 0.5 and agreement["share"]["low"] is None
    assert grading["by_finding"][0]["title"] == "Posterior contour bulge"
    (reason,) = other["periods"][0]["reasons"]
    assert reason["code"] == "no-plain-t2" and "T2" in reason["text"]


def test_words_are_of_the_readers_language(researcher: Client, rows: Any) -> None:
    rows(lambda put: put.run(put.study(EARLIER), EARLIER, state="refused", code="no-plain-t2"))
    english = dashboard(researcher)["bundles"][0]["periods"][0]["reasons"][0]["text"]
    researcher.headers["Accept-Language"] = "es"
    assert dashboard(researcher)["bundles"][0]["periods"][0]["reasons"][0]["text"] != english


def test_no_patient_is_on_it(researcher: Client, archive: Archive) -> None:
    put_run(archive, put_study(archive))
    told = researcher.get("/api/v1/dashboard").text + researcher.get("/api/v1/dashboard/drift").text
    assert not [word for word in ("Moreau", "P-100", "1.2.3", "ACC") if word in told]


@pytest.mark.parametrize(("role", "seen"), [("researcher", True), ("clinician", False)])
def test_silent_runs_are_counted_for_those_alone_who_make_no_calls_on_them(
    role: Any, seen: bool, log_in: LogIn, rows: Any
) -> None:
    def silent(put: Rows) -> None:
        run = put.run(put.study(EARLIER), EARLIER, hidden=True)
        put.finding(run, True)
        call = {"name": "disc-bulging", "level": "L4-L5", "value": True}
        put.own_call(run, [call], EARLIER, user=put.user())

    rows(silent)
    client = log_in(role)
    given = dashboard(client)
    assert given["with_silent"] is seen
    assert bool(given["bundles"]) is seen and given["turnaround"] == []
    if seen:
        (bundle,) = given["bundles"]
        assert bundle["silent"] and bundle["own_calls"]["accepted"] == 1
        assert bundle["own_calls_by_finding"][0]["name"] == "disc-bulging"


def test_two_roles_do_not_share_what_is_kept(log_in: LogIn, rows: Any) -> None:
    rows(lambda put: put.run(put.study(EARLIER), EARLIER, hidden=True))
    assert dashboard(log_in("administrator"))["bundles"]
    assert not dashboard(log_in("clinician"))["bundles"]


def test_what_was_counted_is_kept_for_a_minute(researcher: Client, rows: Any, clock: Clock) -> None:
    assert dashboard(researcher)["volume"] == []
    rows(lambda put: put.study(EARLIER))
    assert dashboard(researcher)["volume"] == []
    clock.forward(seconds=61)
    assert len(dashboard(researcher)["volume"]) == 1


def test_who_may_not_see_it_does_not(log_in: LogIn) -> None:
    for role in ("viewer", "annotator"):
        for path in ("/api/v1/dashboard", "/api/v1/dashboard/drift"):
            assert log_in(role).get(path).status_code == 403


def test_drift_is_told_with_its_numbers_and_too_few_as_such(
    researcher: Client, rows: Any, clock: Clock
) -> None:
    def months(put: Rows) -> None:
        for number in range(35):
            put.finding(put.run(put.study(EARLIER), EARLIER), False)
            put.finding(put.run(put.study(START), START), number > 1)
        put.run(put.study(START), START, bundle="other")

    rows(months)
    clock.forward(minutes=5)
    grading, other = drift(researcher)
    assert (grading["verdict"], other["verdict"]) == ("changed", "too-few")
    (test,) = grading["tests"]
    assert test["changed"] and test["adjusted"] < 0.01 and test["patients_now"] == 35
    assert (other["studies_now"], other["tests"]) == (1, [])
    told = researcher.get("/api/v1/dashboard/drift").json()
    assert (told["false_alarms"], told["fewest"]) == (0.01, 30)


def test_what_is_kept_is_counted_once_and_anew_when_it_is_old() -> None:
    kept: KeptFor[int] = KeptFor(60)
    counted: list[int] = []

    def count() -> int:
        counted.append(1)
        return len(counted)

    later = START + dt.timedelta(seconds=60)
    assert [kept.get("a", at, count) for at in (START, START, later)] == [1, 1, 2]
    assert kept.get("b", later, count) == 3
    assert kept.get("a", START, count) == 4  # a clock that was set back
