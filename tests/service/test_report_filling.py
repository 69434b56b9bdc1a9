"""A draft whose findings changed since: a fresh filling is shown, and taken over as chosen."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from tests.service.conftest import PASSWORD, Client, LogIn
from tests.service.studies_of import put_run, put_study

from condyle.archive.archive import Archive
from condyle.archive.tables import AuditEntry
from condyle.domain.clinical_report import FIXED, SECTIONS


@pytest.fixture
def study(archive: Archive) -> int:
    number = put_study(archive)
    put_run(archive, number)
    return number


def begin(client: Client, study: int, language: str = "en") -> Any:
    return client.post(f"/api/v1/studies/{study}/reports", json={"language": language}).json()


def show(client: Client, report: Any) -> Any:
    return client.get(f"/api/v1/reports/{report['id']}/filling")


def take(client: Client, report: Any, fresh: Any, **sections: str) -> Any:
    body = {"edition": fresh["edition"], "basis": fresh["basis"], "sections": sections}
    return client.post(f"/api/v1/reports/{report['id']}/filling", json=body)


def regrade(client: Client, study: int, grade: int = 2) -> None:
    """Changes the first finding, so that drafts begun before are stale."""
    findings = client.get(f"/api/v1/studies/{study}").json()["findings"]
    body = {"kind": "grade", "finding": findings[0]["id"], "grade": grade}
    answer = client.post(f"/api/v1/studies/{study}/corrections", json=body)
    assert answer.is_success, answer.text


def texts(entry: Any) -> dict[str, str]:
    return {each["name"]: each["text"] for each in entry["sections"]}


def now(client: Client, report: Any) -> Any:
    return client.get(f"/api/v1/reports/{report['id']}").json()


def test_a_fresh_filling_says_what_a_new_draft_would_and_changes_nothing(
    study: int, clinician: Client
) -> None:
    report = begin(clinician, study)
    regrade(clinician, study)
    before = now(clinician, report)
    fresh = show(clinician, report).json()
    assert texts(fresh) == texts(begin(clinician, study))
    assert [each["name"] for each in fresh["sections"]] == list(SECTIONS)
    assert {each["name"] for each in fresh["sections"] if each["fixed"]} == FIXED
    assert "Pfirrmann grade 2" in texts(fresh)["findings"]
    assert now(clinician, report) == before
    assert before["stale"]


def test_it_is_in_the_drafts_language(study: int, clinician: Client) -> None:
    fresh = show(clinician, begin(clinician, study, "es")).json()
    assert fresh["sections"][0]["title"] == "Información clínica"
    assert "Grado de Pfirrmann 4" in texts(fresh)["findings"]


def test_only_what_was_chosen_is_taken_and_the_draft_is_no_longer_stale(
    study: int, clinician: Client
) -> None:
    report = begin(clinician, study)
    path = f"/api/v1/reports/{report['id']}"
    typed = {"edition": 1, "sections": {"impression": "My words.", "findings": "Mine too."}}
    clinician.patch(path, json=typed)
    regrade(clinician, study)
    fresh = show(clinician, report).json()
    taken = take(clinician, report, fresh, findings=texts(fresh)["findings"]).json()
    assert (taken["stale"], taken["edition"]) == (False, 3)
    assert texts(taken)["findings"] == texts(fresh)["findings"]
    assert texts(taken)["impression"] == "My words."
    assert now(clinician, report) == taken


def test_a_draft_may_keep_all_that_was_typed(study: int, clinician: Client) -> None:
    report = begin(clinician, study)
    regrade(clinician, study)
    taken = take(clinician, report, show(clinician, report).json()).json()
    assert not taken["stale"]
    assert texts(taken) == texts(report)


def test_the_fixed_sections_are_taken_whatever_is_chosen(
    archive: Archive, clinician: Client
) -> None:
    study = put_study(archive)
    report = begin(clinician, study)
    assert "No model has read this study." in texts(report)["models"]
    put_run(archive, study)
    fresh = show(clinician, report).json()
    taken = take(clinician, report, fresh).json()
    assert "a" * 64 in texts(taken)["models"]
    assert texts(taken)["technique"] == texts(report)["technique"]


def test_a_filling_that_is_old_itself_is_refused(study: int, clinician: Client) -> None:
    report = begin(clinician, study)
    regrade(clinician, study)
    fresh = show(clinician, report).json()
    regrade(clinician, study, 5)
    answer = take(clinician, report, fresh, findings="Old.")
    assert answer.status_code == 409
    assert "since the fresh filling was shown" in answer.json()["found"]
    assert now(clinician, report)["edition"] == 1


def test_a_draft_that_somebody_edited_meanwhile_is_not_overwritten(
    study: int, clinician: Client, log_in: LogIn
) -> None:
    report = begin(clinician, study)
    fresh = show(clinician, report).json()
    other = log_in("clinician")
    body = {"edition": 1, "sections": {"findings": "Theirs."}}
    other.patch(f"/api/v1/reports/{report['id']}", json=body)
    assert take(clinician, report, fresh, findings="Mine.").status_code == 409
    assert texts(now(clinician, report))["findings"] == "Theirs."


@pytest.mark.parametrize("name", [*sorted(FIXED), "diagnosis"])
def test_a_fixed_or_unknown_section_is_not_written(
    study: int, clinician: Client, name: str
) -> None:
    report = begin(clinician, study)
    fresh = show(clinician, report).json()
    assert take(clinician, report, fresh, **{name: "All is well."}).status_code == 422
    assert now(clinician, report)["edition"] == 1


def test_a_signed_report_has_no_filling(study: int, clinician: Client) -> None:
    report = begin(clinician, study)
    fresh = show(clinician, report).json()
    signature = {"edition": 1, "password": PASSWORD}
    assert clinician.post(f"/api/v1/reports/{report['id']}/signature", json=signature).is_success
    assert show(clinician, report).status_code == 409
    assert take(clinician, report, fresh).status_code == 409


def test_taking_it_is_in_the_audit_log_without_its_words(
    archive: Archive, study: int, clinician: Client
) -> None:
    report = begin(clinician, study)
    take(clinician, report, show(clinician, report).json(), impression="Secret words.")
    with archive.database.read() as session:
        query = select(AuditEntry).where(AuditEntry.action == "report.refilled")
        (row,) = session.scalars(query)
    assert (row.patient_id, row.subject_id) == (1, str(report["id"]))
    assert row.details == {"edition": 2, "sections": ["impression"]}


@pytest.mark.parametrize("role", ["viewer", "researcher", "administrator"])
def test_only_who_writes_reports_is_shown_a_filling(
    study: int, clinician: Client, log_in: LogIn, role: Any
) -> None:
    report = begin(clinician, study)
    fresh = show(clinician, report).json()
    other = log_in(role)
    assert show(other, report).status_code == 403
    assert take(other, report, fresh).status_code == 403


def observe(client: Client, study: int, form: str = "back") -> None:
    values = {"reference": {"herniation-l4-l5": "extrusion"}, "back": {"leg-pain": 7}}[form]
    body = {"form": form, "observed_on": "2030-01-05", "study": study, "values": values}
    made = client.post("/api/v1/patients/1/observations", json=body)
    assert made.status_code == 201, made.text


def test_an_observation_after_the_draft_is_offered_to_be_taken_over(
    study: int, clinician: Client
) -> None:
    report = begin(clinician, study)
    observe(clinician, study, "reference")
    assert not now(clinician, report)["stale"], "what a surgeon saw fills no report"
    observe(clinician, study)
    assert now(clinician, report)["stale"]
    fresh = show(clinician, report).json()
    told = texts(fresh)["clinical-information"]
    assert told != texts(now(clinician, report))["clinical-information"] and "7" in told
    taken = take(clinician, report, fresh, **{"clinical-information": told})
    assert taken.is_success, taken.text
    assert not now(clinician, report)["stale"]
    old = take(clinician, taken.json(), fresh | {"edition": taken.json()["edition"]})
    assert old.is_success
    observe(clinician, study)
    again = fresh | {"edition": old.json()["edition"]}
    assert take(clinician, report, again).status_code == 409, "an observation came in between"


def test_an_observation_after_the_signature_makes_no_signed_report_stale(
    study: int, clinician: Client
) -> None:
    report = begin(clinician, study)
    signature = {"edition": report["edition"], "password": PASSWORD}
    path = f"/api/v1/reports/{report['id']}/signature"
    assert clinician.post(path, json=signature).is_success
    observe(clinician, study)
    assert not now(clinician, report)["stale"]
    regrade(clinician, study)
    assert now(clinician, report)["stale"]
