"""What list and page say of a study after its signature: at once, and whatever comes then."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from tests.service.conftest import Client, LogIn
from tests.service.served import served
from tests.service.studies_of import NOON, put_run, put_study
from tests.service.test_reports import add, begin, sign

from condyle.archive.analyses import BundleRun, fail, progress, queue_analysis, refuse, start
from condyle.archive.archive import Archive
from condyle.archive.check import check
from condyle.domain.messages import Message

Heard = Callable[[], int]
RUN = BundleRun("lumbar-grading", "0.1.0", "a" * 64)
LATER = NOON + dt.timedelta(minutes=30)


@pytest.fixture
def study(archive: Archive) -> int:
    put_study(archive, 9, identifier="P-9")
    number = put_study(archive)
    put_run(archive, number)
    return number


@pytest.fixture
def signed(study: int, clinician: Client) -> dict[str, Any]:
    report: dict[str, Any] = sign(clinician, begin(clinician, study)).json()
    return report


def listed(client: Client, study: int, **asked: str) -> Any:
    rows = client.get("/api/v1/worklist", params=asked).json()["studies"]
    return next((row for row in rows if row["id"] == study), None)


def shown(client: Client, study: int) -> Any:
    """What the list says of a study; its page must say the same."""
    row = listed(client, study)
    assert client.get(f"/api/v1/studies/{study}").json()["study"] == row
    return row


def stale(client: Client, study: int) -> bool:
    (report,) = client.get(f"/api/v1/studies/{study}/reports").json()
    assert report["state"] == "signed"
    told: bool = report["stale"]
    return told


def accept(client: Client, study: int) -> None:
    finding = client.get(f"/api/v1/studies/{study}").json()["findings"][0]["id"]
    said = {"kind": "accept", "finding": finding}
    answer = client.post(f"/api/v1/studies/{study}/corrections", json=said)
    assert answer.status_code == 201, answer.text


@contextmanager
def listening(app: FastAPI, client: Client, study: int) -> Iterator[Heard]:
    """Listens as an open page of another browser does; gives the next revision of a study."""
    cookies = {"condyle_session": client.cookies["condyle_session"]}
    with (
        served(app) as address,
        httpx.Client(base_url=address, cookies=cookies, timeout=20, trust_env=False) as http,
        http.stream("GET", "/api/v1/events") as answer,
    ):
        lines = (line[6:] for line in answer.iter_lines() if line.startswith("data: "))
        assert "id" not in json.loads(next(lines)), "it begins with where it begins"

        def next_one() -> int:
            told = json.loads(next(lines))
            assert told["id"] == study
            return int(told["revision"])

        yield next_one


def test_a_signature_is_heard_at_once_and_list_and_page_say_signed(
    app: FastAPI, study: int, clinician: Client, log_in: LogIn
) -> None:
    viewer = log_in("viewer")
    report = begin(clinician, study)
    assert shown(viewer, study)["state"] == "read"
    with listening(app, viewer, study) as heard:
        assert sign(clinician, report).status_code == 200
        revision = heard()
        now = shown(viewer, study)
        assert (now["state"], now["revision"]) == ("signed", revision)
        assert listed(viewer, study, state="signed") == now
        assert listed(viewer, study, state="read") is None
        assert not stale(viewer, study)


def test_an_addendum_is_heard_and_leaves_the_study_signed_and_the_report_of_its_time(
    app: FastAPI, study: int, clinician: Client, signed: dict[str, Any]
) -> None:
    before = shown(clinician, study)
    with listening(app, clinician, study) as heard:
        assert add(clinician, signed, "The left side.").status_code == 201
        assert shown(clinician, study) == before | {"revision": heard()}
    assert not stale(clinician, study)


def test_a_correction_after_the_signature_is_heard_and_told_at_the_report_alone(
    app: FastAPI, study: int, clinician: Client, signed: dict[str, Any]
) -> None:
    before = shown(clinician, study)
    with listening(app, clinician, study) as heard:
        accept(clinician, study)
        assert shown(clinician, study) == before | {"revision": heard()}
    assert stale(clinician, study)
    (report,) = clinician.get(f"/api/v1/studies/{study}/reports").json()
    assert report == signed | {"stale": True}


def test_a_new_analysis_leaves_the_study_signed_while_it_runs_and_after(
    app: FastAPI, archive: Archive, study: int, clinician: Client, signed: dict[str, Any]
) -> None:
    with listening(app, clinician, study) as heard:
        with archive.database.write() as session:
            run = queue_analysis(session, study, RUN, at=LATER).id
            start(session, run, at=LATER)
            progress(session, run, stage="anatomy", done=1, total=4)
        now = shown(clinician, study)
        assert (now["state"], now["revision"]) == ("signed", heard())
    page = clinician.get(f"/api/v1/studies/{study}").json()
    assert [run["state"] for run in page["analyses"]] == ["done", "running"]
    assert not stale(clinician, study), "what was signed stands until the run ends"
    with archive.database.write() as session:
        fail(session, run, Message("analysis-failed"), at=LATER)
    assert shown(clinician, study)["state"] == "signed"
    assert not stale(clinician, study), "a run that broke found nothing else"
    put_run(archive, study, minute=60)
    assert shown(clinician, study)["state"] == "signed"
    assert stale(clinician, study)


def test_a_run_that_broke_leaves_findings_and_corrections_on_the_page_and_the_study_read(
    archive: Archive, study: int, clinician: Client
) -> None:
    accept(clinician, study)
    before = clinician.get(f"/api/v1/studies/{study}").json()
    corrected = clinician.get(f"/api/v1/studies/{study}/corrections").json()
    drawn = clinician.get(f"/api/v1/studies/{study}/overlays").json()
    assert before["findings"] and drawn["structures"]
    with archive.database.write() as session:
        run = queue_analysis(session, study, RUN, at=LATER).id
    assert shown(clinician, study)["state"] == "analysing"
    with archive.database.write() as session:
        fail(session, run, Message("analysis-failed"), at=LATER)
    after = clinician.get(f"/api/v1/studies/{study}").json()
    assert after["findings"] == before["findings"]
    assert [run["state"] for run in after["analyses"]] == ["done", "failed"]
    assert after["analyses"][1]["reason"]["text"]
    now = shown(clinician, study)
    assert (now["state"], now["finding_count"]) == ("read", before["study"]["finding_count"])
    assert clinician.get(f"/api/v1/studies/{study}/corrections").json() == corrected
    assert clinician.get(f"/api/v1/studies/{study}/overlays").json() == drawn
    assert check(archive).faults == ()


def test_a_bundle_that_declines_the_study_later_takes_back_what_it_found(
    archive: Archive, study: int, clinician: Client
) -> None:
    with archive.database.write() as session:
        run = queue_analysis(session, study, RUN, at=LATER).id
        why = Message("outside-intended-use", {"exclusion": "surgery"}, RUN.name)
        refuse(session, run, why, at=LATER)
    now = shown(clinician, study)
    assert (now["state"], now["finding_count"]) == ("refused", 0)
    page = clinician.get(f"/api/v1/studies/{study}").json()
    assert page["findings"] == [] and now["reason"] == page["analyses"][0]["reason"]
    assert check(archive).faults == ()


def test_a_bundle_that_was_disabled_meanwhile_takes_nothing_back(
    archive: Archive, study: int, clinician: Client
) -> None:
    before = clinician.get(f"/api/v1/studies/{study}").json()
    with archive.database.write() as session:
        run = queue_analysis(session, study, RUN, at=LATER).id
        refuse(session, run, Message("bundle-disabled", {}, RUN.name), at=LATER)
    after = clinician.get(f"/api/v1/studies/{study}").json()
    assert [run["state"] for run in after["analyses"]] == ["done", "refused"]
    assert after["findings"] == before["findings"]
    now = shown(clinician, study)
    assert (now["state"], now["finding_count"]) == ("read", before["study"]["finding_count"])
    assert check(archive).faults == ()
