"""Silent mode: the reader's own call comes first, and nothing of the run is told before it."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from sqlalchemy import select
from tests.service.conftest import CHEAP, PASSWORD, START, Client, Clock, LogIn
from tests.service.studies_of import NOON, put_run, put_study

from condyle.archive.accounts import NewAccount, add_user
from condyle.archive.analyses import BundleRun, queue_analysis
from condyle.archive.archive import Archive
from condyle.archive.bundle_settings import BundleUse, decide
from condyle.archive.check import check
from condyle.archive.silent_tables import OwnCall
from condyle.archive.studies import get_study
from condyle.archive.tables import Analysis, AuditEntry
from condyle.bundle import installed_bundles

HERNIATION = {"name": "disc-herniation", "level": "L4-L5", "value": False}
PFIRRMANN = {"name": "pfirrmann-grade", "level": "L4-L5", "value": 4}


@pytest.fixture
def study(archive: Archive) -> int:
    return put_study(archive)


@pytest.fixture
def run(archive: Archive, study: int) -> str:
    return put_run(archive, study, hidden=True)


def asked(client: Client, study: int) -> list[dict[str, Any]]:
    answer = client.get(f"/api/v1/studies/{study}/own-calls")
    assert answer.status_code == 200, answer.text
    runs: list[dict[str, Any]] = answer.json()["runs"]
    return runs


def call(client: Client, study: int, run: str, *calls: dict[str, Any]) -> Any:
    body = {"analysis": run, "calls": list(calls)}
    return client.post(f"/api/v1/studies/{study}/own-calls", json=body)


def table(client: Client, after: int = 0) -> list[dict[str, str]]:
    answer = client.get("/api/v1/own-calls/export", params={"after": after})
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.text)))


def another_reader(archive: Archive, browser: Any) -> Client:
    with archive.database.write() as session:
        new = NewAccount("second", "Second Reader", "clinician", CHEAP.hash(PASSWORD))
        add_user(session, new, START)
    client: Client = browser()
    assert client.log_in("second").status_code == 200
    return client


def test_before_their_call_a_reader_is_asked_and_told_nothing(
    clinician: Client, study: int, run: str
) -> None:
    (silent,) = asked(clinician, study)
    assert (silent["analysis"], silent["called"], silent["result"]) == (run, None, None)
    assert silent["shown_to"] == "reader"
    names = {one["name"]: one for one in silent["asked"]}
    assert names["pfirrmann-grade"]["grades"] == [1, 2, 3, 4, 5]
    assert names["disc-herniation"]["grades"] == []
    assert names["disc-herniation"]["levels"][-2:] == ["L4-L5", "L5-S1"]


def test_what_is_asked_is_the_same_whatever_the_run_found_and_whether_it_has_ended(
    clinician: Client, archive: Archive, study: int, run: str
) -> None:
    other = put_study(archive, 2, identifier="P-200")
    with archive.database.write() as session:
        queued = queue_analysis(
            session, other, BundleRun("lumbar-grading", "0.1.0", "a" * 64, True), at=NOON
        ).id
    one, two = asked(clinician, study)[0], asked(clinician, other)[0]
    assert {**one, "analysis": ""} == {**two, "analysis": ""}
    assert two["analysis"] == queued


def test_the_bundles_own_findings_are_asked_and_no_others(
    clinician: Client, archive: Archive, study: int
) -> None:
    (grading,) = [one for one in installed_bundles() if one.manifest.name == "lumbar-grading"]
    hidden = BundleRun("lumbar-grading", "0.1.0", grading.sha256, hidden=True)
    with archive.database.write() as session:
        queue_analysis(session, study, hidden, at=NOON, key="real")
    (silent,) = asked(clinician, study)
    assert {one["name"] for one in silent["asked"]} == {
        one.name for one in grading.manifest.outputs()
    }
    added = {"name": "no-such-finding", "level": None, "value": True}
    assert call(clinician, study, "real", added).status_code == 422


def test_after_their_call_both_stand_side_by_side(clinician: Client, study: int, run: str) -> None:
    answer = call(clinician, study, run, HERNIATION, PFIRRMANN)
    assert answer.status_code == 201, answer.text
    (silent,) = answer.json()["runs"]
    beside = {one["name"]: one for one in silent["result"]["beside"]}
    assert (beside["disc-herniation"]["own"], beside["disc-herniation"]["model"]) == (False, True)
    assert beside["disc-herniation"]["agrees"] is False
    assert beside["pfirrmann-grade"]["agrees"] is True
    assert beside["disc-bulging"]["agrees"] is None and beside["disc-bulging"]["own"] is None
    assert len(silent["result"]["findings"]) == 3
    assert silent["called"]["calls"] == [HERNIATION, PFIRRMANN]
    made = silent["result"]["run"]
    assert (made["id"], made["silent"], made["state"]) == (run, True, "done")
    assert made["not_assessed"] and all(one["text"] for one in made["not_assessed"])
    assert asked(clinician, study) == [silent]


def test_a_reading_without_a_call_of_a_finding_is_one_too(
    clinician: Client, study: int, run: str
) -> None:
    (silent,) = call(clinician, study, run).json()["runs"]
    assert silent["called"]["calls"] == [] and silent["result"]["state"] == "done"


def test_one_reader_has_one_call_for_good(
    clinician: Client, archive: Archive, study: int, run: str
) -> None:
    assert call(clinician, study, run, HERNIATION).status_code == 201
    assert call(clinician, study, run, PFIRRMANN).status_code == 409
    again = put_run(archive, study, hidden=True, minute=5)
    assert call(clinician, study, again, PFIRRMANN).status_code == 409
    (silent,) = asked(clinician, study)
    assert silent["called"]["calls"] == [HERNIATION] and silent["analysis"] == again


@pytest.mark.parametrize(
    "wrong",
    [
        [HERNIATION, HERNIATION],
        [{**HERNIATION, "value": 1}],
        [{**PFIRRMANN, "value": 9}],
        [{**PFIRRMANN, "value": True}],
        [{**HERNIATION, "level": "nowhere"}],
        [{**HERNIATION, "name": "urgency"}],
    ],
)
def test_a_call_that_does_not_fit_is_refused_and_shows_nothing(
    clinician: Client, study: int, run: str, wrong: list[dict[str, Any]]
) -> None:
    assert call(clinician, study, run, *wrong).status_code == 422
    assert asked(clinician, study)[0]["result"] is None


def test_it_is_shown_to_the_reader_alone(
    clinician: Client, archive: Archive, browser: Any, study: int, run: str
) -> None:
    assert call(clinician, study, run, HERNIATION).status_code == 201
    second = another_reader(archive, browser)
    (silent,) = asked(second, study)
    assert (silent["called"], silent["result"]) == (None, None)
    for client in (clinician, second):
        detail = client.get(f"/api/v1/studies/{study}").json()
        assert detail["findings"] == [] and detail["analyses"] == []
        assert detail["study"]["finding_count"] == 0


def test_with_the_bundle_so_set_the_first_call_shows_it_to_all(
    clinician: Client, administrator: Client, archive: Archive, study: int, run: str
) -> None:
    answer = administrator.patch("/api/v1/bundles/lumbar-grading", json={"shown_to_all": True})
    assert answer.status_code == 200 and answer.json()["shown_to_all"] is True
    assert asked(clinician, study)[0]["shown_to"] == "all"
    assert call(clinician, study, run, HERNIATION).status_code == 201
    detail = administrator.get(f"/api/v1/studies/{study}").json()
    assert len(detail["findings"]) == 3 and detail["study"]["state"] == "read"
    (silent,) = asked(clinician, study)
    assert silent["called"]["calls"] == [HERNIATION]


def test_only_those_who_correct_are_asked(log_in: LogIn, study: int, run: str) -> None:
    for role in ("viewer", "researcher", "administrator", "annotator"):
        client = log_in(role)
        assert client.get(f"/api/v1/studies/{study}/own-calls").status_code == 403
        assert call(client, study, run, HERNIATION).status_code == 403


def test_a_run_of_another_study_and_one_that_is_not_silent_are_not_there(
    clinician: Client, archive: Archive, study: int, run: str
) -> None:
    other = put_study(archive, 2, identifier="P-200")
    seen = put_run(archive, other, number=2)
    assert call(clinician, other, run, HERNIATION).status_code == 404
    assert call(clinician, other, seen, HERNIATION).status_code == 404
    assert call(clinician, other, "nothing", HERNIATION).status_code == 404
    assert asked(clinician, other) == []


def test_the_call_is_in_the_audit_log_with_who_and_when_and_not_what(
    clinician: Client, archive: Archive, clock: Clock, study: int, run: str
) -> None:
    clock.forward(minutes=9)
    call(clinician, study, run, HERNIATION)
    with archive.database.read() as session:
        (own,) = session.scalars(select(OwnCall))
        (act,) = session.scalars(select(AuditEntry).where(AuditEntry.action == "own-call.made"))
        assert (own.at, act.at) == (clock(), clock())
        assert (act.user_name, act.subject_id) == ("clinician", str(own.id))
        assert act.patient_id == get_study(session, study).patient_id
        assert act.details == {
            "study": study,
            "analysis": run,
            "bundle": "lumbar-grading",
            "shown_to": "reader",
        }
    assert check(archive).faults == ()


def leaks(text: str) -> list[str]:
    """Gives the words of the run's report that stand in an answer."""
    told = ("disc-herniation", "Disc herniation", "pfirrmann", "Pfirrmann", "L4-L5", "0.7")
    return [one for one in told if one in text]


def addresses(study: int, patient: int, run: str) -> list[str]:
    return [
        f"/studies/{study}",
        f"/studies/{study}/overlays",
        f"/studies/{study}/corrections",
        f"/analyses/{run}/files/report.html",
        f"/analyses/{run}/files/report.json",
        f"/analyses/{run}/operating-curves",
        "/worklist",
        f"/patients/{patient}",
        f"/patients/{patient}/observations",
        "/corrections/export",
        "/corrections/export?form=csv",
        "/observations/export",
        "/own-calls/export",
        "/audit",
    ]


@pytest.mark.parametrize("role", ["clinician", "viewer", "researcher", "administrator"])
def test_no_answer_tells_anything_of_a_silent_run(
    role: Any, log_in: LogIn, archive: Archive, study: int, run: str
) -> None:
    client = log_in(role)
    with archive.database.read() as session:
        patient = get_study(session, study).patient_id
    answers = {path: client.get(f"/api/v1{path}") for path in addresses(study, patient, run)}
    bare = {path: answer.text.split("\n", 1)[-1] for path, answer in answers.items()}
    tables = ("/observations/export", "/own-calls/export")  # whose first lines name columns
    told = {
        path: leaks(bare[path] if path in tables else answer.text)
        for path, answer in answers.items()
        if answer.status_code == 200
    }
    # What may be found at all is listed for whoever adds a finding; that tells nothing of it.
    corrections = answers[f"/studies/{study}/corrections"].json()
    assert corrections["findings"] == [] and corrections["levels"] == {}
    told.pop(f"/studies/{study}/corrections")
    assert {path: words for path, words in told.items() if words} == {}
    entry = next(one for one in client.get("/api/v1/worklist").json()["studies"])
    assert (entry["state"], entry["finding_count"], entry["progress"]) == ("received", 0, None)


def test_a_report_is_not_filled_from_a_silent_run_even_by_a_reader_who_has_seen_it(
    clinician: Client, study: int, run: str
) -> None:
    call(clinician, study, run, HERNIATION)
    begun = clinician.post(f"/api/v1/studies/{study}/reports", json={"language": "en"})
    assert begun.status_code == 201
    texts = json.dumps(begun.json()["sections"])
    assert not leaks(texts)
    page = clinician.get(f"/api/v1/reports/{begun.json()['id']}/files/report.html").text
    assert not leaks(page)


def test_a_silent_finding_cannot_be_corrected(
    clinician: Client, archive: Archive, study: int, run: str
) -> None:
    call(clinician, study, run, HERNIATION)
    finding = asked(clinician, study)[0]["result"]["findings"][0]["id"]
    body = {"kind": "accept", "finding": finding}
    assert clinician.post(f"/api/v1/studies/{study}/corrections", json=body).status_code == 404


def test_the_export_gives_both_with_their_times_to_the_researcher(
    clinician: Client, researcher: Client, clock: Clock, study: int, run: str
) -> None:
    assert table(researcher) == []
    clock.forward(minutes=7)
    call(clinician, study, run, HERNIATION, PFIRRMANN)
    rows = {row["finding"]: row for row in table(researcher)}
    row = rows["disc-herniation"]
    assert (row["reader_value"], row["model_value"], row["agrees"]) == ("no", "yes", "no")
    assert (row["model_probability"], row["model_threshold"]) == ("0.7", "0.4")
    assert row["called_at"] == clock().isoformat() and row["run_finished_at"] == NOON.isoformat()
    assert rows["pfirrmann-grade"]["agrees"] == "yes"
    assert (rows["disc-bulging"]["model_abstained"], rows["disc-bulging"]["agrees"]) == ("yes", "")
    assert "Moreau" not in str(rows) and "P-100" not in str(rows)
    assert row["reader"].startswith("reader-") and row["bundle_sha256"] == "a" * 64
    assert table(researcher, after=int(row["id"])) == []


def test_a_reader_exports_what_they_have_called_and_nothing_of_others(
    clinician: Client, archive: Archive, browser: Any, study: int, run: str
) -> None:
    second = another_reader(archive, browser)
    call(second, study, run, HERNIATION)
    assert table(clinician) == []
    assert len(table(second)) == 3
    call(clinician, study, run, PFIRRMANN)
    assert len({row["reader"] for row in table(clinician)}) == 2


def test_a_reading_without_calls_is_a_row_where_the_run_declined(
    clinician: Client, researcher: Client, archive: Archive, study: int
) -> None:
    with archive.database.write() as session:
        queue_analysis(
            session, study, BundleRun("knee", "1.0.0", "b" * 64, True), at=NOON, key="declined"
        )
        session.get_one(Analysis, "declined").state = "refused"
        session.get_one(Analysis, "declined").reason = {
            "code": "wrong-anatomy", "params": {}, "subject": ""
        }  # fmt: skip
    assert call(clinician, study, "declined").json()["runs"][0]["result"]["state"] == "refused"
    (row,) = table(researcher)
    assert (row["run_state"], row["run_reason"], row["finding"]) == ("refused", "wrong-anatomy", "")


def test_how_silent_runs_are_shown_is_kept_apart_from_what_else_is_decided(
    archive: Archive,
) -> None:
    with archive.database.write() as session:
        kept = decide(session, "x", BundleUse(shown_to_all=True, silent=True), by=None, at=NOON)
    assert (kept.shown_to_all, kept.silent, kept.enabled) == (True, True, True)
