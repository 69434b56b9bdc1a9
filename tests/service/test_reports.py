"""A report by the interface: filled, edited, signed with the password again, then added to."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import select
from tests.service.conftest import PASSWORD, Client, Clock, LogIn
from tests.service.studies_of import put_run, put_study

from condyle.archive.accounts import NewAccount, add_user, find_user
from condyle.archive.archive import Archive
from condyle.archive.audit import verify
from condyle.archive.check import check
from condyle.archive.clinical_tables import Addendum, ClinicalReport
from condyle.archive.studies import get_study
from condyle.archive.tables import AuditEntry
from condyle.domain.clinical_report import FIXED, SECTIONS
from condyle.service.deps import Deps

HOSTILE = '</p><script>alert("x")</script>{{ 7 * 7 }}<b>&amp;'


@pytest.fixture
def study(archive: Archive) -> int:
    number = put_study(archive)
    put_run(archive, number)
    return number


def begin(client: Client, study: int, language: str = "en") -> dict[str, Any]:
    answer = client.post(f"/api/v1/studies/{study}/reports", json={"language": language})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def change(client: Client, report: dict[str, Any], **sections: str) -> Any:
    body = {"edition": report["edition"], "sections": sections}
    return client.patch(f"/api/v1/reports/{report['id']}", json=body)


def sign(client: Client, report: dict[str, Any], password: str = PASSWORD) -> Any:
    body = {"edition": report["edition"], "password": password}
    return client.post(f"/api/v1/reports/{report['id']}/signature", json=body)


def add(client: Client, report: dict[str, Any], text: str, password: str = PASSWORD) -> Any:
    body = {"text": text, "password": password}
    return client.post(f"/api/v1/reports/{report['id']}/addenda", json=body)


def file_of(client: Client, report: dict[str, Any], name: str) -> Any:
    return client.get(f"/api/v1/reports/{report['id']}/files/{name}")


def pages_of(client: Client, report: dict[str, Any]) -> list[str]:
    answer = file_of(client, report, "report.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    return [page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages]


def sections(report: dict[str, Any]) -> dict[str, str]:
    return {each["name"]: each["text"] for each in report["sections"]}


def acts(archive: Archive, prefix: str = "report.") -> list[AuditEntry]:
    with archive.database.read() as session:
        rows = session.scalars(select(AuditEntry).order_by(AuditEntry.id))
        return [row for row in rows if row.action.startswith(prefix)]


def test_a_draft_is_filled_from_the_findings_in_the_order_of_the_page(
    study: int, clinician: Client
) -> None:
    got = begin(clinician, study)
    assert (got["state"], got["edition"], got["stale"]) == ("draft", 1, False)
    assert [each["name"] for each in got["sections"]] == list(SECTIONS)
    assert {each["name"] for each in got["sections"] if each["fixed"]} == FIXED
    text = sections(got)
    assert "L4-L5: Pfirrmann grade 4; present: herniation" in text["findings"]
    assert "not judged: posterior contour bulge (the disc was not graded)" in text["findings"]
    assert text["impression"].startswith("- L4-L5: herniation")
    assert "a" * 64 in text["models"]
    assert text["clinical-information"] == ""


def test_what_was_not_assessed_is_there_where_nothing_was_read(
    archive: Archive, clinician: Client
) -> None:
    text = sections(begin(clinician, put_study(archive)))
    assert "Nerve roots" in text["not-assessed"]
    assert text["technique"] == "No model has read this study."


def test_a_spanish_draft_has_the_catalogues_words(study: int, clinician: Client) -> None:
    got = begin(clinician, study, "es")
    text = sections(got)
    assert "L4-L5: Grado de Pfirrmann 4; presente: hernia visible" in text["findings"]
    assert [each["title"] for each in got["sections"]][:2] == ["Información clínica", "Técnica"]
    assert "BORRADOR SIN FIRMAR" in pages_of(clinician, got)[0]


def test_a_readers_correction_changes_the_draft_and_makes_an_older_one_stale(
    study: int, clinician: Client
) -> None:
    first = begin(clinician, study)
    findings = clinician.get(f"/api/v1/studies/{study}").json()["findings"]
    for kind, finding, more in (
        ("grade", findings[0], {"grade": 2}),
        ("reject", findings[1], {}),
    ):
        body = {"kind": kind, "finding": finding["id"], **more}
        assert clinician.post(f"/api/v1/studies/{study}/corrections", json=body).is_success
    second = begin(clinician, study)
    said = sections(second)["findings"]
    assert "L4-L5: Pfirrmann grade 2; rejected by a reader: herniation" in said
    assert sections(second)["impression"] == ""
    listed = clinician.get(f"/api/v1/studies/{study}/reports").json()
    assert [(one["id"], one["stale"]) for one in listed] == [
        (second["id"], False),
        (first["id"], True),
    ]


def test_of_two_editors_the_second_is_told(study: int, log_in: LogIn) -> None:
    one, two = log_in("clinician"), log_in("clinician")
    report = begin(one, study)
    assert change(one, report, impression="Mine.").json()["edition"] == 2
    late = change(two, report, impression="Theirs.")
    assert late.status_code == 409
    assert "edition 2" in late.json()["found"]
    now = two.get(f"/api/v1/reports/{report['id']}").json()
    assert sections(now)["impression"] == "Mine."


@pytest.mark.parametrize("name", [*sorted(FIXED), "diagnosis"])
def test_a_fixed_or_unknown_section_is_not_edited(study: int, clinician: Client, name: str) -> None:
    report = begin(clinician, study)
    answer = change(clinician, report, **{name: "All is well."})
    assert answer.status_code == 422
    assert clinician.get(f"/api/v1/reports/{report['id']}").json() == report


def test_a_signed_report_is_immutable_and_its_study_signed(
    archive: Archive, study: int, clinician: Client
) -> None:
    report = change(clinician, begin(clinician, study), impression="Disc disease.").json()
    with archive.database.read() as session:
        before = get_study(session, study).revision
    signed = sign(clinician, report).json()
    assert (signed["state"], signed["signed_name"]) == ("signed", "The clinician")
    assert change(clinician, signed, impression="Else.").status_code == 409
    assert sign(clinician, signed).status_code == 409
    with archive.database.read() as session:
        row = get_study(session, study)
        assert row.state == "signed"
        assert row.revision > before
    assert clinician.get(f"/api/v1/reports/{report['id']}").json() == signed


def test_what_is_signed_is_json_of_one_form_and_its_hash_is_shown(
    archive: Archive, study: int, clinician: Client
) -> None:
    signed = sign(clinician, begin(clinician, study)).json()
    stored = archive.objects.read(signed["sha256"])
    content = json.loads(stored)
    assert hashlib.sha256(stored).hexdigest() == signed["sha256"]
    assert stored == json.dumps(content, sort_keys=True, separators=(",", ":")).encode()
    assert content["sections"] == sections(signed)
    assert content["signature"]["user"] == "clinician"
    assert content["models"] == [{"name": "lumbar-grading", "version": "0.1.0", "sha256": "a" * 64}]
    assert content["patient"]["name"] == "Moreau^Ana"
    assert not check(archive).faults


def test_signing_an_old_edition_is_refused(study: int, clinician: Client) -> None:
    old = begin(clinician, study)
    change(clinician, old, impression="Newer.")
    answer = sign(clinician, old)
    assert answer.status_code == 409
    assert clinician.get(f"/api/v1/reports/{old['id']}").json()["state"] == "draft"


def test_a_wrong_password_signs_nothing_and_is_kept(
    archive: Archive, study: int, clinician: Client
) -> None:
    report = begin(clinician, study)
    answer = sign(clinician, report, "not the password at all")
    assert answer.status_code == 403
    assert "not the password" not in answer.text
    assert clinician.get(f"/api/v1/reports/{report['id']}").json() == report
    assert [row.user_name for row in acts(archive, "signature.refused")] == ["clinician"]


def test_wrong_passwords_lock_the_account_as_those_of_a_log_in_do(
    study: int, clinician: Client, browser: Callable[[], Client], clock: Clock
) -> None:
    report = begin(clinician, study)
    for _ in range(5):
        assert sign(clinician, report, "wrong").status_code == 403
    assert sign(clinician, report).status_code == 403, "locked, though the password fits"
    assert browser().log_in("clinician").status_code == 401
    clock.forward(minutes=1, seconds=1)
    assert sign(clinician, report).json()["state"] == "signed"


def test_a_right_password_forgets_the_wrong_ones(
    archive: Archive, study: int, clinician: Client
) -> None:
    report = begin(clinician, study)
    for _ in range(4):
        sign(clinician, report, "wrong")
    assert sign(clinician, report).is_success
    with archive.database.read() as session:
        user = find_user(session, "clinician")
        assert user is not None
        assert user.failed_logins == 0


def test_an_access_token_signs_nothing(
    study: int, clinician: Client, browser: Callable[[], Client]
) -> None:
    report = begin(clinician, study)
    made = clinician.post("/api/v1/tokens", json={"name": "script"})
    token = browser()
    token.headers["Authorization"] = f"Bearer {made.json()['secret']}"
    assert token.get(f"/api/v1/reports/{report['id']}").is_success
    assert sign(token, report).status_code == 403


def test_a_study_has_one_signed_report(study: int, clinician: Client) -> None:
    one, two = begin(clinician, study), begin(clinician, study, "es")
    assert sign(clinician, one).is_success
    assert sign(clinician, two).status_code == 409
    again = clinician.post(f"/api/v1/studies/{study}/reports", json={"language": "en"})
    assert again.status_code == 409
    assert "addendum" in again.json()["mend"]


def test_a_later_run_leaves_the_study_signed_and_the_report_as_it_was(
    archive: Archive, study: int, clinician: Client
) -> None:
    signed = sign(clinician, begin(clinician, study)).json()
    put_run(archive, study, minute=5)
    got = clinician.get(f"/api/v1/reports/{signed['id']}").json()
    assert got == signed | {"stale": True}
    assert clinician.get(f"/api/v1/studies/{study}").json()["study"]["state"] == "signed"


def test_an_addendum_stands_below_the_report_and_names_it_by_its_hash(
    archive: Archive, study: int, clinician: Client
) -> None:
    signed = sign(clinician, begin(clinician, study)).json()
    before = file_of(clinician, signed, "report.html").text
    got = add(clinician, signed, "The clinical side was the left.").json()
    assert [one["text"] for one in got["addenda"]] == ["The clinical side was the left."]
    assert (got["sections"], got["sha256"]) == (signed["sections"], signed["sha256"])
    assert got["text"].index("Signed") < got["text"].index("The clinical side was the left.")
    page = file_of(clinician, signed, "report.html").text
    assert "The clinical side was the left." in page
    assert "The clinical side was the left." not in before
    assert "Addendum by The clinician, 2030-01-07" in "".join(pages_of(clinician, signed))
    with archive.database.read() as session:
        (row,) = session.scalars(select(Addendum))
    content = json.loads(archive.objects.read(row.content))
    assert content["report_sha256"] == signed["sha256"]
    assert not check(archive).faults


@pytest.mark.parametrize(("text", "password"), [("Late.", "wrong"), ("  \n", PASSWORD)])
def test_an_addendum_needs_text_and_the_password(
    study: int, clinician: Client, text: str, password: str
) -> None:
    signed = sign(clinician, begin(clinician, study)).json()
    assert add(clinician, signed, text, password).status_code in (403, 422)
    assert clinician.get(f"/api/v1/reports/{signed['id']}").json() == signed


def test_a_draft_takes_no_addendum(study: int, clinician: Client) -> None:
    assert add(clinician, begin(clinician, study), "Late.").status_code == 409


def test_files_of_a_draft_are_watermarked_and_those_of_a_signed_report_are_not(
    study: int, clinician: Client
) -> None:
    report = begin(clinician, study)
    long = "\n".join(f"Line {number} of the history." for number in range(150))
    report = change(clinician, report, **{"clinical-information": long}).json()
    drafted = pages_of(clinician, report)
    assert len(drafted) > 2
    assert all("UNSIGNED DRAFT" in page for page in drafted)
    assert "UNSIGNED DRAFT" in file_of(clinician, report, "report.html").text
    sign(clinician, report)
    assert not any("UNSIGNED" in page.upper() for page in pages_of(clinician, report))
    assert "UNSIGNED" not in file_of(clinician, report, "report.html").text
    assert all("Research use" in page for page in pages_of(clinician, report))


def test_the_page_of_a_signed_report_is_the_stored_one(
    archive: Archive, study: int, clinician: Client
) -> None:
    signed = sign(clinician, begin(clinician, study)).json()
    with archive.database.read() as session:
        row = session.get_one(ClinicalReport, signed["id"])
    assert row.html is not None
    page = file_of(clinician, signed, "report.html")
    assert page.content == archive.objects.read(row.html)
    assert "sandbox" in page.headers["content-security-policy"]
    for part in ("Moreau, Ana", "P-100", "1970-05-04", "The clinician", signed["sha256"]):
        assert part in page.text, part


def test_hostile_text_is_shown_and_runs_nowhere(study: int, clinician: Client) -> None:
    report = change(clinician, begin(clinician, study), impression=HOSTILE).json()
    assert sections(report)["impression"] == HOSTILE
    page = file_of(clinician, report, "report.html").text
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "49" not in page
    assert "<script>alert" in "".join(pages_of(clinician, report)).replace("\n", "")


def test_control_characters_that_were_pasted_are_left_out(study: int, clinician: Client) -> None:
    pasted = "One.\x0b\x00\tTwo.\nÑ ≥ 3\x7f"
    report = change(clinician, begin(clinician, study), impression=pasted).json()
    assert sections(report)["impression"] == "One.\tTwo.\nÑ ≥ 3"
    signed = sign(clinician, report).json()
    (added,) = add(clinician, signed, pasted).json()["addenda"]
    assert added["text"] == "One.\tTwo.\nÑ ≥ 3"
    assert add(clinician, signed, "\x00\x0b").status_code == 422


def test_the_text_to_copy_has_every_section_and_no_identity(study: int, clinician: Client) -> None:
    signed = sign(clinician, begin(clinician, study)).json()
    for part in ("Technique\n", "Findings\n", "What was not assessed\n", "Signed by The clinician"):
        assert part in signed["text"], part
    assert "Moreau" not in signed["text"]


def test_a_researcher_gets_neither_names_nor_free_text_nor_files(
    study: int, clinician: Client, researcher: Client
) -> None:
    report = change(clinician, begin(clinician, study), impression="Ana Moreau is better.").json()
    signed = sign(clinician, report).json()
    add(clinician, signed, "Moreau again.")
    for path in (f"/api/v1/reports/{signed['id']}", f"/api/v1/studies/{study}/reports"):
        text = researcher.get(path).text
        assert "Nerve roots" not in text or "not-assessed" in text
        for part in ("Moreau", "Ana", "The clinician", "P-100"):
            assert part not in text, part
    assert file_of(researcher, signed, "report.pdf").status_code == 403


@pytest.mark.parametrize("role", ["viewer", "researcher", "administrator"])
def test_only_a_clinician_begins_edits_signs_and_adds(
    study: int, clinician: Client, log_in: LogIn, role: Any
) -> None:
    report, other = begin(clinician, study), log_in(role)
    begun = other.post(f"/api/v1/studies/{study}/reports", json={"language": "en"})
    answers = [begun, change(other, report), sign(other, report), add(other, report, "x")]
    assert [answer.status_code for answer in answers] == [403] * 4


def test_each_act_is_in_the_audit_log_of_the_patient_without_its_words(
    archive: Archive, study: int, clinician: Client
) -> None:
    report = change(clinician, begin(clinician, study), impression="Secret words.").json()
    signed = sign(clinician, report).json()
    add(clinician, signed, "Other words.")
    kept = acts(archive)
    assert [row.action for row in kept] == [
        "report.begun",
        "report.changed",
        "report.signed",
        "report.added",
    ]
    assert {row.patient_id for row in kept} == {1}
    assert kept[2].details == {"sha256": signed["sha256"], "edition": 2}
    assert "words" not in json.dumps([row.details for row in kept])
    with archive.database.read() as session:
        assert verify(session) is None


def test_what_is_not_there_is_told_before_any_password(clinician: Client, study: int) -> None:
    nowhere = {"id": 999, "edition": 1}
    assert sign(clinician, nowhere, "wrong").status_code == 404
    assert add(clinician, nowhere, "x", "wrong").status_code == 404
    assert file_of(clinician, nowhere, "report.pdf").status_code == 404
    assert file_of(clinician, begin(clinician, study), "report.exe").status_code == 404
    unknown = clinician.post("/api/v1/studies/999/reports", json={"language": "en"})
    assert unknown.status_code == 404


def test_another_clinicians_edit_and_signature_bear_their_own_names(
    archive: Archive, study: int, clinician: Client, browser: Callable[[], Client], deps: Deps
) -> None:
    with archive.database.write() as session:
        stored = deps.passwords.hash(PASSWORD)
        add_user(session, NewAccount("second", "Dr Two", "clinician", stored), deps.now())
    second = browser()
    second.log_in("second")
    report = change(second, begin(clinician, study), impression="Seen.").json()
    assert report["changed_by"] == "Dr Two"
    assert sign(second, report).json()["signed_name"] == "Dr Two"
