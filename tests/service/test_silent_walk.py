"""Nothing of a silent run before the own call: every call of the interface, found by itself."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import select
from tests.service.conftest import START, Client, LogIn
from tests.service.studies_of import NOON, put_run, put_study

from condyle.archive.analyses import (
    BundleRun,
    NewFinding,
    Result,
    finish,
    queue_analysis,
    start,
)
from condyle.archive.archive import Archive
from condyle.archive.bundle_settings import BundleUse, decide
from condyle.archive.silent_tables import OwnCall
from condyle.archive.tables import Analysis, StudyRow

CALL = {"name": "disc-herniation", "level": "L4-L5", "value": False}
ENDLESS = ("/api/v1/events",)
GROWS = ("/api/v1/audit", "/api/v1/audit/chain", "/api/v1/audit/export")
"""They tell that they were read themselves."""


def filled(path: str, run: str) -> list[str]:
    """Gives a path with its parameters: those of the study, and the files that a run has."""
    values = {
        "analysis_id": [run],
        "name": ["report.html", "report.json", "report.pdf", "overlays.json", "lumbar-grading"],
        "study": ["1.2.3.1"],
        "series": ["1.2.3.1.1"],
        "instance": ["1.2.3.1.1.1"],
    }
    names = re.findall(r"{(\w+)(?::\w+)?}", path)
    every = itertools.product(*(values.get(name.removesuffix("_uid"), ["1"]) for name in names))
    return [re.sub(r"{\w+(?::\w+)?}", _next(each), path) for each in every]


def _next(values: tuple[str, ...]) -> Callable[[re.Match[str]], str]:
    rest = iter(values)
    return lambda _: next(rest)


def walked(client: Client, app: FastAPI, run: str) -> dict[str, tuple[int, str]]:
    """Gives what every call answers that changes nothing."""
    answers = {}
    for route in app.state.registered:
        if route.method != "GET" or route.path in (*ENDLESS, *GROWS):
            continue
        for path in filled(route.path, run):
            answer = client.get(path)
            answers[path] = (answer.status_code, _without_boundary(answer))
    return answers


def _without_boundary(answer: Any) -> str:
    """Gives what was answered; the mark between the parts of several is drawn anew each time."""
    mark = re.search(r'boundary="?([^";]+)', answer.headers.get("content-type", ""))
    text: str = answer.text
    return text.replace(mark[1], "") if mark else text


def queued(archive: Archive) -> str:
    """Gives a silent run that waits on study 1, whose other run is seen by all."""
    study = put_study(archive)
    put_run(archive, study)
    with archive.database.write() as session:
        seen = session.scalars(select(Analysis)).one()
        silent = BundleRun("another-bundle", seen.version, "b" * 64, hidden=True)
        return queue_analysis(session, study, silent, at=NOON, key="silent").id


def end(archive: Archive, run: str) -> None:
    """Ends the run as a worker does, with findings."""
    page = archive.objects.put(b"<p>page</p>").sha256
    with archive.database.read() as session:
        report = session.scalars(select(Analysis.report).where(Analysis.report.is_not(None))).one()
    assert report is not None
    document = {"id": "f9", "value": True, "probability": 0.987, "abstained": False, "places": []}
    finding = NewFinding(
        key="f9", name="disc-herniation", positive=True, document=document, level="L1-L2",
        index_from_caudal=5, abstained=False,
    )  # fmt: skip
    result = Result(
        report=report, files={"report.html": page}, findings=[finding], software_version="0"
    )
    with archive.database.write() as session:
        assert start(session, run, at=NOON)
        assert finish(session, run, result, at=NOON)


@pytest.mark.parametrize("role", ["clinician", "viewer"])
def test_no_call_answers_otherwise_once_a_silent_run_has_ended(
    role: Any, app: FastAPI, log_in: LogIn, archive: Archive
) -> None:
    run, client = queued(archive), log_in(role)
    walked(client, app, run)
    before = walked(client, app, run)
    end(archive, run)
    after = walked(client, app, run)
    assert {path: after[path] for path in before if before[path] != after[path]} == {}
    seen = [path for path, (status, _) in before.items() if status == 200]
    assert "/api/v1/studies/1" in seen and "/api/v1/worklist" in seen and len(seen) > 12


def test_the_walk_sees_a_run_that_is_not_silent(
    app: FastAPI, clinician: Client, archive: Archive
) -> None:
    """The test above would fail if the run were one that all may see."""
    run = queued(archive)
    with archive.database.write() as session:
        session.get_one(Analysis, run).hidden = False
    before = walked(clinician, app, run)
    end(archive, run)
    after = walked(clinician, app, run)
    assert {"/api/v1/studies/1", "/api/v1/worklist"} <= {
        path for path in before if before[path] != after[path]
    }


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("DELETE", "/api/v1/studies/1/analyses/{run}", None),
        ("POST", "/api/v1/studies/1/corrections", {"kind": "accept", "finding": 4}),
        ("GET", "/api/v1/analyses/{run}/operating-curves", None),
        ("POST", "/api/v1/studies/2/own-calls", {"analysis": "{run}", "calls": []}),
    ],
)
def test_a_silent_run_is_refused_as_one_that_there_is_not(
    method: str, path: str, body: dict[str, Any] | None, clinician: Client, archive: Archive
) -> None:
    run = queued(archive)
    end(archive, run)
    put_study(archive, 2, identifier="P-200")

    def asked(name: str) -> tuple[int, str]:
        said = body and {key: name if value == "{run}" else value for key, value in body.items()}
        answer = clinician.request(method, path.replace("{run}", name), json=said)
        return answer.status_code, answer.text.replace(name, "RUN")

    assert asked(run)[0] == 404
    if "{run}" in path or "analysis" in (body or {}):
        assert asked(run) == asked("there-is-no-such")


def test_a_refused_own_call_says_its_four_parts_and_keeps_nothing(
    clinician: Client, archive: Archive
) -> None:
    run = put_run(archive, put_study(archive), hidden=True)
    body = {"analysis": run, "calls": [CALL, CALL]}
    refused = clinician.post("/api/v1/studies/1/own-calls", json=body)
    assert refused.status_code == 422 and all(
        refused.json()[part] for part in ("failed", "found", "needed", "mend")
    )
    assert (
        clinician.post("/api/v1/studies/1/own-calls", json={**body, "calls": [CALL]}).status_code
        == 201
    )
    again = clinician.post("/api/v1/studies/1/own-calls", json={**body, "calls": [CALL]})
    assert again.status_code == 409 and all(
        again.json()[part] for part in ("failed", "found", "needed", "mend")
    )
    with archive.database.read() as session:
        assert len(session.scalars(select(OwnCall)).all()) == 1


def test_a_bundle_that_was_turned_off_since_can_still_be_called_and_compared(
    clinician: Client, archive: Archive
) -> None:
    run = put_run(archive, put_study(archive), hidden=True)
    with archive.database.write() as session:
        off = BundleUse(enabled=False, silent=True)
        decide(session, "lumbar-grading", off, by=None, at=START)
    body = {"analysis": run, "calls": [CALL]}
    (silent,) = clinician.post("/api/v1/studies/1/own-calls", json=body).json()["runs"]
    assert silent["result"]["state"] == "done" and silent["called"]["calls"] == [CALL]


def test_versions_side_by_side_are_one_question_on_the_latest_run(
    clinician: Client, archive: Archive
) -> None:
    study = put_study(archive)
    put_run(archive, study, hidden=True)
    newer = put_run(archive, study, hidden=True, minute=9)
    with archive.database.write() as session:
        session.get_one(Analysis, newer).version = "0.2.0"
    (silent,) = clinician.get(f"/api/v1/studies/{study}/own-calls").json()["runs"]
    assert silent["analysis"] == newer
    assert "0.2.0" not in str(silent)
    body = {"analysis": newer, "calls": []}
    (silent,) = clinician.post(f"/api/v1/studies/{study}/own-calls", json=body).json()["runs"]
    assert silent["result"]["version"] == "0.2.0"


def test_a_reader_who_called_before_the_run_ended_is_told_when_it_has(
    clinician: Client, archive: Archive
) -> None:
    run = queued(archive)
    body = {"analysis": run, "calls": [CALL]}
    (silent,) = clinician.post("/api/v1/studies/1/own-calls", json=body).json()["runs"]
    assert silent["result"]["state"] == "queued" and silent["result"]["findings"] == []
    before = clinician.get("/api/v1/studies/1").json()["study"]["revision"]
    end(archive, run)
    assert clinician.get("/api/v1/studies/1").json()["study"]["revision"] > before
    (silent,) = clinician.get("/api/v1/studies/1/own-calls").json()["runs"]
    told = [(one["level"], one["own"], one["model"]) for one in silent["result"]["beside"]]
    assert told == [("L1-L2", None, True), ("L4-L5", False, None)]


def test_a_study_that_is_not_there_is_asked_of_nobody(clinician: Client, archive: Archive) -> None:
    for method, body in (("GET", None), ("POST", {"analysis": "x", "calls": []})):
        answer = clinician.request(method, "/api/v1/studies/77/own-calls", json=body)
        assert answer.status_code == 404 and answer.json()["failed"]
    with archive.database.read() as session:
        assert session.scalars(select(StudyRow)).all() == []
