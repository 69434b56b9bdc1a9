"""A study by the interface: whole to a clinician, without identity to a researcher."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select
from tests.service.conftest import Client, LogIn
from tests.service.studies_of import put_run, put_study

from condyle.archive.accounts import find_user
from condyle.archive.analyses import get_analysis
from condyle.archive.archive import Archive
from condyle.archive.tables import AuditEntry


def test_a_clinician_sees_patient_series_runs_and_findings(
    archive: Archive, clinician: Client
) -> None:
    study = put_study(archive)
    put_run(archive, study)
    got = clinician.get(f"/api/v1/studies/{study}").json()
    assert got["study"]["patient"]["name"] == "Moreau, Ana"
    assert got["study"]["state"] == "read"
    assert got["study"]["finding_count"] == 2
    assert [one["uid"] for one in got["series"]] == ["1.2.3.1.1"]
    (run,) = got["analyses"]
    assert run["thresholds"] == {"disc-herniation": 0.4}
    assert run["exclusions"] == ["surgery"]
    assert run["warnings"][0]["text"].startswith("The slice is off the midline")
    assert run["not_assessed"], "what was not looked at is always said"


def test_findings_have_words_values_and_a_place_in_the_images(
    archive: Archive, clinician: Client
) -> None:
    study = put_study(archive)
    put_run(archive, study)
    grade, call, abstained = clinician.get(f"/api/v1/studies/{study}").json()["findings"]
    assert (grade["title"], grade["text"], grade["grades"]) == ("Pfirrmann grade", "Grade 4", 5)
    assert (call["text"], call["value"], call["threshold"]) == ("Positive", True, 0.4)
    assert call["operating_point"]["ppv"]["low"] == 0.7
    assert (abstained["text"], abstained["abstained"]) == ("Abstained", True)
    assert abstained["abstention"]["code"] == "not-graded"
    assert call["evidence"][0]["instance_uid"] == "1.2.3.1.1.1"
    assert call["evidence"][0]["outline"][2] == [3.0, 5.0]


def test_words_come_in_the_readers_language(archive: Archive, log_in: LogIn) -> None:
    study = put_study(archive)
    put_run(archive, study)
    browser = log_in("clinician")
    with archive.database.write() as session:
        user = find_user(session, "clinician")
        assert user is not None
        user.language = "es"
    findings = browser.get(f"/api/v1/studies/{study}").json()["findings"]
    assert findings[0]["text"] == "Grado 4"


@pytest.mark.parametrize("path", ["/api/v1/studies/{}", "/api/v1/worklist", "/api/v1/patients/1"])
def test_a_researcher_sees_no_identity_anywhere(
    archive: Archive, researcher: Client, path: str
) -> None:
    study = put_study(archive)
    put_run(archive, study)
    text = researcher.get(path.format(study)).text
    assert '"pseudonymous":true' in text
    for part in ("Moreau", "Ana", "P-100", "ACC1", "1970", "2029"):
        assert part not in text, part


def test_a_researcher_has_no_report_files(archive: Archive, researcher: Client) -> None:
    run = put_run(archive, put_study(archive))
    assert researcher.get(f"/api/v1/analyses/{run}/files/report.html").status_code == 403


def test_a_silent_run_is_hidden_with_its_findings_overlays_and_files(
    archive: Archive, clinician: Client
) -> None:
    study = put_study(archive)
    run = put_run(archive, study, hidden=True)
    got = clinician.get(f"/api/v1/studies/{study}").json()
    assert (got["analyses"], got["findings"], got["study"]["finding_count"]) == ([], [], 0)
    drawn = clinician.get(f"/api/v1/studies/{study}/overlays").json()
    assert drawn == {"structures": [], "labels": [], "maps": [], "lines": []}
    assert clinician.get(f"/api/v1/analyses/{run}/files/report.html").status_code == 404
    assert clinician.get(f"/api/v1/analyses/{run}/maps/map-1.png").status_code == 404


def test_a_map_comes_by_the_name_that_the_overlays_give_it_and_no_other_file_does(
    archive: Archive, clinician: Client
) -> None:
    study = put_study(archive)
    run = put_run(archive, study)
    (place,) = clinician.get(f"/api/v1/studies/{study}/overlays").json()["maps"]
    assert (place["kind"], place["rows"], place["columns"]) == ("heat", 8, 6)
    got = clinician.get(f"/api/v1/analyses/{run}/maps/{place['file']}")
    assert (got.content, got.headers["content-type"]) == (b"a grey picture", "image/png")
    for name in ("overlays.json", "report.html", "map-2.png", "..%2fmap-1.png", "map-1.png%00"):
        assert clinician.get(f"/api/v1/analyses/{run}/maps/{name}").status_code == 404, name


def test_overlays_are_outlines_in_pixels_of_the_stored_frames(
    archive: Archive, clinician: Client
) -> None:
    study = put_study(archive)
    put_run(archive, study)
    drawn = clinician.get(f"/api/v1/studies/{study}/overlays").json()
    assert drawn["structures"][0]["outlines"] == [[[1.0, 2.0], [3.0, 2.0], [3.0, 5.0]]]
    assert drawn["labels"][0]["level"] == "L4-L5"


def test_files_of_a_run_come_by_their_known_names_alone(
    archive: Archive, clinician: Client
) -> None:
    run = put_run(archive, put_study(archive))
    page = clinician.get(f"/api/v1/analyses/{run}/files/report.html")
    policy = page.headers["Content-Security-Policy"]
    assert "sandbox" in policy and "script-src" not in policy, "its own style, and no script"
    assert "style-src 'unsafe-inline'" in policy
    assert (page.text, page.headers["content-type"]) == ("<p>page</p>", "text/html; charset=utf-8")
    assert clinician.get(f"/api/v1/analyses/{run}/files/report.json").json()["schema"]
    for name in ("overlays.json", "..%2fcondyle.sqlite", "report.pdf"):
        assert clinician.get(f"/api/v1/analyses/{run}/files/{name}").status_code == 404, name


def test_a_page_of_a_run_comes_in_the_readers_language(archive: Archive, clinician: Client) -> None:
    run = put_run(archive, put_study(archive))
    with archive.database.write() as session:
        row = get_analysis(session, run)
        row.files = {
            **(row.files or {}),
            "report.es.html": archive.objects.put(b"<p>hoja</p>").sha256,
        }
    page = f"/api/v1/analyses/{run}/files/report.html"

    def told(language: str, query: str = "") -> tuple[str, str]:
        answer = clinician.get(page + query, headers={"Accept-Language": language})
        return answer.text, answer.headers["Content-Language"]

    assert told("es") == ("<p>hoja</p>", "es") and told("en") == ("<p>page</p>", "en")
    assert told("en", "?language=es") == ("<p>hoja</p>", "es"), "a link of the pages"
    assert clinician.patch("/api/v1/session", json={"language": "es"}).status_code == 200
    assert told("") == ("<p>hoja</p>", "es")
    assert clinician.get(f"{page}?language=../x").status_code == 422
    assert clinician.get(page.replace("report.html", "report.es.html")).status_code == 404


def test_an_older_run_gives_its_english_page_and_says_so(
    archive: Archive, clinician: Client
) -> None:
    run = put_run(archive, put_study(archive))
    page = f"/api/v1/analyses/{run}/files/report.html"
    answer = clinician.get(page, headers={"Accept-Language": "es"})
    assert (answer.text, answer.headers["Content-Language"]) == ("<p>page</p>", "en")


def test_that_a_study_was_seen_is_kept_once_a_log_in(archive: Archive, clinician: Client) -> None:
    study = put_study(archive)
    for _ in range(3):
        clinician.get(f"/api/v1/studies/{study}")
    with archive.database.read() as session:
        query = select(AuditEntry).where(AuditEntry.action == "study.viewed")
        (entry,) = session.scalars(query)
    assert (entry.user_name, entry.subject_id) == ("clinician", str(study))


def test_the_latest_run_of_a_bundle_is_shown_and_the_earlier_one_kept(
    archive: Archive, clinician: Client
) -> None:
    study = put_study(archive)
    before = put_run(archive, study)
    later = put_run(archive, study, minute=1)
    (run,) = clinician.get(f"/api/v1/studies/{study}").json()["analyses"]
    assert run["id"] == later
    assert len(clinician.get(f"/api/v1/studies/{study}").json()["findings"]) == 3
    assert clinician.get(f"/api/v1/analyses/{before}/files/report.html").status_code == 200


def test_earlier_studies_of_the_patient_are_named(archive: Archive, clinician: Client) -> None:
    before = put_study(archive, 1, date=dt.date(2028, 1, 1))
    study = put_study(archive, 2)
    put_study(archive, 3, identifier="other", name="Else^Some")
    got = clinician.get(f"/api/v1/studies/{study}").json()
    assert [one["id"] for one in got["priors"]] == [before]


def test_a_clinician_changes_how_soon_a_study_is_wanted(
    archive: Archive, clinician: Client
) -> None:
    study = put_study(archive)
    changed = clinician.patch(f"/api/v1/studies/{study}", json={"priority": "stat"})
    assert changed.json()["priority"] == "stat"
    assert clinician.get("/api/v1/worklist?priority=stat").json()["studies"][0]["id"] == study


def test_a_study_that_is_not_there_is_told_in_four_parts(clinician: Client) -> None:
    answer = clinician.get("/api/v1/studies/99")
    assert answer.status_code == 404
    assert set(answer.json()) == {"failed", "found", "needed", "mend"}
