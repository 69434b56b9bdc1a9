"""A patient in time by the interface: studies, and which reports there are of them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from tests.service.conftest import PASSWORD, Client, LogIn
from tests.service.studies_of import put_run, put_study

from condyle.archive.archive import Archive
from condyle.service.routes import worklist

PLACE = "/api/v1/patients/1"


@pytest.fixture
def two(archive: Archive) -> list[int]:
    dates = (dt.date(2029, 12, 24), dt.date(2028, 3, 1))
    studies = [put_study(archive, number, date=day) for number, day in enumerate(dates, start=1)]
    for number, study in enumerate(studies, start=1):
        put_run(archive, study, number=number)
    return studies


def begin(client: Client, study: int, language: str = "en") -> dict[str, Any]:
    path = f"/api/v1/studies/{study}/reports"
    made: dict[str, Any] = client.post(path, json={"language": language}).json()
    return made


def sign_and_add(client: Client, report: dict[str, Any], text: str) -> None:
    path = f"/api/v1/reports/{report['id']}"
    body = {"edition": report["edition"], "password": PASSWORD}
    assert client.post(f"{path}/signature", json=body).status_code == 200
    added = client.post(f"{path}/addenda", json={"text": text, "password": PASSWORD})
    assert added.status_code == 201, added.text


def test_a_patient_without_reports_has_the_studies_latest_first(
    clinician: Client, two: list[int]
) -> None:
    shown = clinician.get(PLACE).json()
    assert [study["id"] for study in shown["studies"]] == two
    assert (shown["total"], shown["reports"]) == (2, [])


def test_reports_tell_their_state_writer_and_addenda_and_not_what_they_say(
    clinician: Client, two: list[int]
) -> None:
    begin(clinician, two[0], "es")
    sign_and_add(clinician, begin(clinician, two[1]), "A word that nobody expects: xylophone.")
    answer = clinician.get(PLACE)
    signed, draft = answer.json()["reports"]
    assert (signed["study"], signed["state"], signed["addenda"]) == (two[1], "signed", 1)
    assert (draft["study"], draft["state"], draft["addenda"]) == (two[0], "draft", 0)
    assert (draft["language"], signed["language"]) == ("es", "en")
    me = clinician.get("/api/v1/session").json()["full_name"]
    assert draft["by"] == signed["by"] == me != ""
    assert "xylophone" not in answer.text


def test_with_a_pseudonym_comes_no_name_of_who_wrote(log_in: LogIn, two: list[int]) -> None:
    begin(log_in("clinician"), two[0])
    shown = log_in("researcher").get(PLACE).json()
    assert shown["patient"]["pseudonymous"]
    assert [report["by"] for report in shown["reports"]] == [""]


def test_only_the_latest_studies_come_and_how_many_there_are_is_said(
    clinician: Client, two: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(clinician, two[1])
    monkeypatch.setattr(worklist, "MOST", 1)
    shown = clinician.get(PLACE).json()
    assert [study["id"] for study in shown["studies"]] == two[:1]
    assert (shown["total"], shown["reports"]) == (2, [])


def test_a_patient_who_is_not_there_is_not_found_and_nobody_is_said_to_have_seen_one(
    log_in: LogIn, clinician: Client
) -> None:
    assert clinician.get("/api/v1/patients/9999").status_code == 404
    acts = log_in("administrator").get("/api/v1/audit").json()["acts"]
    assert "patient.viewed" not in {act["action"] for act in acts}
