"""Teaching: help that was had elsewhere is noticed, and a case has no name."""

from __future__ import annotations

import io
from typing import Any

import pydicom
import pytest
from tests.service.annotated import bring_studies

from condyle.archive import audit
from condyle.archive.archive import Archive
from condyle.archive.studies import get_study
from condyle.dicom import derived_uid

from .conftest import Client, LogIn
from .studies_of import put_study
from .teaching_of import PATH, answer, begin, cases, correct, make, put_case

WEB = "/dicomweb/studies"
FILE = {"Accept": "application/dicom"}


@pytest.fixture
def learner(log_in: LogIn) -> Client:
    return log_in("viewer")


@pytest.fixture
def study(clinician: Client, archive: Archive) -> int:
    made = put_case(archive)
    correct(clinician, made, "pfirrmann-grade", kind="grade", grade=3)
    return made


@pytest.fixture
def attempt(clinician: Client, learner: Client, study: int) -> dict[str, Any]:
    return begin(learner, cases(learner, make(clinician, study))[0]["id"])


def marks(archive: Archive) -> list[tuple[str, dict[str, Any]]]:
    with archive.database.read() as session:
        found = audit.newest(session, audit.Query(action="teaching.aided"))
        return [(one.subject_id, dict(one.details)) for one in found]


def patient_of(archive: Archive, study: int) -> int:
    with archive.database.read() as session:
        return get_study(session, study).patient_id


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/studies/{study}",
        "/api/v1/studies/{study}/overlays",
        "/api/v1/studies/{study}/corrections",
        "/api/v1/studies/{study}/reports",
        "/api/v1/patients/{patient}",
        "/api/v1/patients/{patient}/observations",
    ],
)
def test_who_opens_the_records_elsewhere_meanwhile_is_marked_and_counts_for_no_figure(
    learner: Client, archive: Archive, study: int, attempt: dict[str, Any], path: str
) -> None:
    assert attempt["aided"] is False
    address = path.format(study=study, patient=patient_of(archive, study))
    for _ in range(2):
        assert learner.get(address).status_code == 200
    look = learner.post(f"{PATH}/attempts/{attempt['id']}/look", json={"shown": True})
    assert look.json()["aided"] is True
    assert marks(archive) == [(str(attempt["id"]), {"case": attempt["case"]})]
    result = answer(learner, attempt["id"]).json()
    assert (result["attempt"]["aided"], result["attempt"]["seen_before"]) == (True, False)
    score = learner.get(f"{PATH}/collections/1/score").json()
    assert (score["left_out_aided"], score["left_out_seen"], score["overall"]["rows"]) == (1, 0, 0)
    assert [(one["aided"], one["counts"]) for one in score["cases"]] == [(True, False)]


def test_neither_the_cases_own_page_nor_its_result_nor_another_patient_is_help(
    clinician: Client, learner: Client, archive: Archive, study: int, attempt: dict[str, Any]
) -> None:
    other = put_study(archive, 9, identifier="MRN9")
    assert learner.get(f"{WEB}/{attempt['study_uid']}/metadata").status_code == 200
    assert learner.get(f"{PATH}/attempts/{attempt['id']}").status_code == 200
    assert learner.get(f"/api/v1/studies/{other}").status_code == 200
    assert clinician.get(f"/api/v1/studies/{study}").status_code == 200
    answer(learner, attempt["id"])
    learner.get(f"{PATH}/attempts/{attempt['id']}/result")
    learner.get(f"/api/v1/studies/{study}")
    assert marks(archive) == []
    score = learner.get(f"{PATH}/collections/1/score").json()
    assert (score["left_out_aided"], score["cases"][0]["counts"]) == (0, True)


def test_the_teacher_counts_no_answer_that_was_had_with_help(
    clinician: Client, learner: Client, study: int, attempt: dict[str, Any]
) -> None:
    learner.get(f"/api/v1/studies/{study}")
    answer(learner, attempt["id"])
    table = clinician.get(f"{PATH}/collections/1/learners").json()
    assert [(one["answered"], one["counted"]) for one in table["learners"]] == [(1, 0)]
    assert table["cases"][0]["learners"] == 0


@pytest.fixture
def imaged(clinician: Client, archive: Archive) -> str:
    """A published case with images; gives the UID of its study."""
    bring_studies(archive, "one")
    uid = derived_uid("one")
    (row,) = [
        one for one in clinician.get("/api/v1/worklist").json()["studies"] if one["uid"] == uid
    ]
    make(clinician, row["id"], anatomy=row["anatomy"] or "lumbar-spine")
    return uid


def names(client: Client, uid: str) -> set[str]:
    headers = client.get(f"{WEB}/{uid}/metadata").json()
    return {one["00100010"]["Value"][0]["Alphabetic"] for one in headers}


def searched(client: Client, **asked: str) -> list[str]:
    answer = client.get(WEB, params=asked)
    found = answer.json() if answer.status_code == 200 else []
    return [one["00100010"]["Value"][0]["Alphabetic"] for one in found]


def test_images_of_a_case_come_without_its_name_to_who_may_know_it_too(
    log_in: LogIn, clinician: Client, imaged: str
) -> None:
    known = names(clinician, imaged)
    assert searched(clinician, StudyInstanceUID=imaged) == list(known)
    instance = f"{WEB}/{imaged}/series/{derived_uid('one', 'e')}/instances/" + derived_uid(
        "one", "e", "0"
    )
    file = pydicom.dcmread(io.BytesIO(clinician.get(instance, headers=FILE).content))
    assert {str(file.PatientName)} == known
    reader = log_in("clinician")
    attempt = begin(reader, cases(reader, 1)[0]["id"])
    hidden = names(reader, imaged)
    assert hidden == {attempt["patient"]} and hidden.isdisjoint(known)
    assert searched(reader, StudyInstanceUID=imaged) == [attempt["patient"]]
    assert searched(reader, PatientName=str(file.PatientName)) == []
    assert reader.get(instance, headers=FILE).status_code == 403
    assert reader.get(f"{PATH}/attempts/{attempt['id']}").json()["aided"] is False
    answer(reader, attempt["id"])
    assert names(reader, imaged) == hidden
    assert reader.get(instance, headers=FILE).status_code == 200
