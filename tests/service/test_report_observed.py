"""A report begins with what clinicians observed that concerns its study."""

from __future__ import annotations

from typing import Any

import pytest
from tests.service.conftest import Client
from tests.service.studies_of import put_run, put_study

from condyle.archive.archive import Archive

PLACE = "/api/v1/patients/1/observations"
LEG = {"leg-pain": 7, "power-l5.left": 3}


@pytest.fixture
def studies(archive: Archive) -> tuple[int, int]:
    lumbar, knee = put_study(archive, 1), put_study(archive, 2, anatomy="knee")
    put_run(archive, lumbar)
    return lumbar, knee


def observe(client: Client, **changed: Any) -> dict[str, Any]:
    body = {"form": "back", "observed_on": "2030-01-06", "values": LEG, "text": ""} | changed
    answer = client.post(PLACE, json=body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def information(client: Client, study: int, language: str = "en") -> str:
    answer = client.post(f"/api/v1/studies/{study}/reports", json={"language": language})
    assert answer.status_code == 201, answer.text
    (section,) = [s for s in answer.json()["sections"] if s["name"] == "clinical-information"]
    assert not section["fixed"]
    text: str = section["text"]
    return text


def test_it_says_what_was_observed_with_red_flags_first(
    clinician: Client, studies: tuple[int, int]
) -> None:
    observe(clinician, study=studies[0], values=LEG | {"saddle-anaesthesia": True}, text="Fell.")
    assert information(clinician, studies[0]).split("\n") == [
        "RED FLAGS: Saddle anaesthesia (2030-01-06)",
        "Back, 2030-01-06:",
        "- Symptoms: Leg pain: 7 / 10.",
        "- Red flags: Saddle anaesthesia: yes.",
        "- Power: L5: extension of the great toe (left): 3 / 5.",
        "- Fell.",
    ]


def test_it_is_in_the_reports_language_and_not_in_the_writers(
    clinician: Client, studies: tuple[int, int]
) -> None:
    observe(clinician, study=studies[0], values={"fever": True, "leg-pain": 7})
    told = information(clinician, studies[0], "es").split("\n")
    assert told[0].startswith("SIGNOS DE ALARMA: Fiebre")
    assert "- Síntomas: Dolor de pierna: 7 / 10." in told


def test_it_leaves_out_what_was_withdrawn_or_said_anew(
    clinician: Client, studies: tuple[int, int]
) -> None:
    withdrawn = observe(clinician, study=studies[0], values={"fever": True})
    assert clinician.delete(f"/api/v1/observations/{withdrawn['id']}").status_code == 200
    first = observe(clinician, study=studies[0], values={"leg-pain": 9})
    observe(clinician, study=studies[0], values={"leg-pain": 2}, supersedes=first["id"])
    told = information(clinician, studies[0])
    assert "Leg pain: 2 / 10" in told
    assert "9 / 10" not in told and "Fever" not in told


def test_an_observation_of_another_study_or_another_part_of_the_body_is_left_out(
    clinician: Client, studies: tuple[int, int]
) -> None:
    observe(clinician, study=studies[0])
    observe(clinician)  # of no study: it is of the back, and the other study of the knee
    observe(clinician, form="note", values={}, text="Of the whole patient.")
    told = information(clinician, studies[1])
    assert told.split("\n") == ["Note, 2030-01-06:", "- Of the whole patient."]


def test_of_observations_without_a_study_the_latest_by_each_form_counts(
    clinician: Client, studies: tuple[int, int]
) -> None:
    observe(clinician, values={"leg-pain": 9}, observed_on="2029-05-01")
    observe(clinician, values={"leg-pain": 4}, observed_on="2029-12-01")
    observe(clinician, study=studies[0], values={"leg-pain": 6}, observed_on="2029-06-01")
    told = information(clinician, studies[0]).split("\n")
    assert told == [
        "Back, 2029-12-01:",
        "- Symptoms: Leg pain: 4 / 10.",
        "Back, 2029-06-01:",
        "- Symptoms: Leg pain: 6 / 10.",
    ]


def test_an_earlier_red_flag_is_told_until_the_same_question_is_answered_anew(
    clinician: Client, studies: tuple[int, int]
) -> None:
    flagged = {"fever": True, "leg-pain": 9, "plantar-response.left": "extensor"}
    observe(clinician, values=flagged, observed_on="2029-05-01")
    observe(clinician, values={"leg-pain": 4}, observed_on="2029-12-01")
    told = information(clinician, studies[0]).split("\n")
    assert told == [
        "RED FLAGS: Fever, or infection elsewhere (2029-05-01); "
        "Plantar response (left): extensor (2029-05-01)",
        "Back, 2029-12-01:",
        "- Symptoms: Leg pain: 4 / 10.",
    ]
    since = {"fever": False, "plantar-response.left": "flexor", "plantar-response.right": "flexor"}
    observe(clinician, values=since, observed_on="2029-12-02")
    assert "RED FLAGS" not in information(clinician, studies[0])


def test_a_red_flag_of_another_part_of_the_body_is_not_this_studys(
    clinician: Client, studies: tuple[int, int]
) -> None:
    observe(clinician, study=studies[0], values={"fever": True})
    assert information(clinician, studies[1]) == ""


def test_another_patients_observations_are_nobody_elses(
    archive: Archive, clinician: Client, studies: tuple[int, int]
) -> None:
    other = put_study(archive, 3, identifier="P-200", name="Ito^Ken")
    observe(clinician)
    assert information(clinician, other) == ""
