"""What teaching cases are judged by: readers, signed reports, surgeons, and what is none."""

from __future__ import annotations

from typing import Any

import pytest

from condyle.archive.archive import Archive

from .conftest import PASSWORD, Client, Clock, LogIn
from .studies_of import put_run
from .teaching_of import (
    ITEMS,
    PATH,
    QUESTIONS,
    answer,
    answers,
    begin,
    cases,
    correct,
    make,
    put_case,
)

NARROWING = {"name": "disc-narrowing", "levels": ["L4-L5"]}


@pytest.fixture
def learner(log_in: LogIn) -> Client:
    return log_in("viewer")


def judged(client: Client, collection: int) -> dict[str, Any]:
    """Gives the one case of a collection as its teacher sees it."""
    (case,) = client.get(f"{PATH}/collections/{collection}/cases").json()
    found: dict[str, Any] = case
    return found


def sign(client: Client, study: int) -> int:
    """Writes and signs a report, and gives its number."""
    begun = client.post(f"/api/v1/studies/{study}/reports", json={"language": "en"}).json()
    signature = {"edition": begun["edition"], "password": PASSWORD}
    signed = client.post(f"/api/v1/reports/{begun['id']}/signature", json=signature)
    assert signed.status_code == 200, signed.text
    number: int = begun["id"]
    return number


def results(client: Client, collection: int) -> dict[str, dict[str, Any]]:
    """Answers the one case of a collection, and gives its result by item."""
    (case,) = cases(client, collection)
    attempt = begin(client, case["id"])
    given = dict.fromkeys(item["key"] for item in attempt["items"])
    result = answer(client, attempt["id"], given).json()
    return {one["key"]: one for one in result["items"]}


def test_a_signed_report_goes_before_findings_that_say_as_much(
    clinician: Client, archive: Archive
) -> None:
    study = put_case(archive)
    correct(clinician, study, "pfirrmann-grade", kind="grade", grade=3)
    report = sign(clinician, study)
    case = judged(clinician, make(clinician, study))
    assert [one["kind"] for one in case["sources"]] == ["report", "findings"]
    reference = case["reference"]
    assert (reference["kind"], reference["source"], reference["items"]) == ("report", report, 1)
    assert reference["readers"] == ["The clinician"]


def test_a_report_whose_findings_changed_since_is_no_reference(
    clinician: Client, archive: Archive
) -> None:
    study = put_case(archive)
    correct(clinician, study, "pfirrmann-grade", kind="grade", grade=3)
    sign(clinician, study)
    correct(clinician, study, "pfirrmann-grade", kind="grade", grade=5)
    case = judged(clinician, make(clinician, study))
    assert [one["kind"] for one in case["sources"]] == ["findings"]


def test_a_report_of_what_only_a_model_found_is_no_reference(
    clinician: Client, archive: Archive
) -> None:
    study = put_case(archive)
    sign(clinician, study)
    case = judged(clinician, make(clinician, study))
    assert (case["reference"], case["sources"]) == (None, [])


def test_an_unsigned_report_is_no_reference(clinician: Client, archive: Archive) -> None:
    study = put_case(archive)
    correct(clinician, study, "disc-herniation", kind="accept")
    clinician.post(f"/api/v1/studies/{study}/reports", json={"language": "es"})
    assert judged(clinician, make(clinician, study))["reference"]["kind"] == "findings"


def test_a_rejected_grade_says_nothing_and_a_rejected_call_the_opposite(
    clinician: Client, learner: Client, archive: Archive
) -> None:
    study = put_case(archive)
    correct(clinician, study, "pfirrmann-grade", kind="reject")
    correct(clinician, study, "disc-herniation", kind="reject")
    told = results(learner, make(clinician, study))
    assert told[ITEMS[0]]["reference"] is None
    assert told[ITEMS[1]]["reference"] is False


def test_what_a_reader_withdrew_is_no_reference(clinician: Client, archive: Archive) -> None:
    study = put_case(archive)
    correct(clinician, study, "disc-herniation", kind="accept")
    path = f"/api/v1/studies/{study}/corrections"
    (said,) = clinician.get(path).json()["corrections"]
    taken = {"kind": "withdraw", "supersedes": said["id"]}
    assert clinician.post(path, json=taken).status_code == 201
    assert judged(clinician, make(clinician, study))["reference"] is None


def test_a_finding_that_a_reader_added_is_a_reference_with_where_it_was_drawn(
    clinician: Client, learner: Client, archive: Archive
) -> None:
    study = put_case(archive)
    place = {"series_uid": "1.2.3.1.1", "instance_uid": "1.2.3.1.1.1", "frame": 0}
    added = {
        "name": "disc-narrowing",
        "level": "L4-L5",
        "value": True,
        "drawn": {"place": place, "outline": [], "box": [1, 1, 4, 4]},
    }
    body = {"kind": "add", "finding_added": added}
    path = f"/api/v1/studies/{study}/corrections"
    assert clinician.post(path, json=body).status_code == 201
    told = results(learner, make(clinician, study, questions=[NARROWING]))
    (item,) = told.values()
    assert item["reference"] is True
    assert item["drawn"] == [{"place": place, "outline": [], "box": [1, 1, 4, 4]}]
    assert item["models"] == []


def test_models_are_compared_by_the_names_that_readers_gave_the_discs(
    clinician: Client, learner: Client, archive: Archive
) -> None:
    study = put_case(archive)
    correct(clinician, study, "pfirrmann-grade", kind="accept")
    run = clinician.get(f"/api/v1/studies/{study}").json()["analyses"][0]["id"]
    body = {"kind": "level", "analysis": run, "levels": {"2": "L5-S1"}}
    path = f"/api/v1/studies/{study}/corrections"
    assert clinician.post(path, json=body).status_code == 201
    told = results(learner, make(clinician, study))
    assert (told[ITEMS[0]]["reference"], told[ITEMS[0]]["models"]) == (None, [])
    (model,) = told[ITEMS[2]]["models"]
    assert (told[ITEMS[2]]["reference"], model["value"]) == (4, 4)
    assert (model["verdict"], model["named"]) == ("right", "L4-L5")


def test_a_model_that_abstained_is_neither_right_nor_wrong(
    clinician: Client, learner: Client, archive: Archive
) -> None:
    study = put_case(archive)
    asked = [{"name": "disc-bulging", "levels": ["L4-L5"]}]
    (item,) = results(learner, make(clinician, study, questions=asked)).values()
    (model,) = item["models"]
    assert (model["value"], model["verdict"], model["same_error"]) == (None, "unscored", False)


def test_a_silent_bundle_stays_silent_where_nobody_made_their_call(
    clinician: Client, learner: Client, archive: Archive
) -> None:
    study = put_case(archive)
    put_run(archive, study, hidden=True, minute=9)
    number = make(clinician, study)
    attempt = begin(learner, cases(learner, number)[0]["id"])["id"]
    result = answer(learner, attempt).json()
    assert result["reference"] is None
    assert [one for one in result["models"] if one["silent"]] == []


@pytest.mark.parametrize("study_named", [True, False])
def test_a_surgeons_form_counts_only_for_the_study_that_it_names(
    study_named: bool, clinician: Client, archive: Archive
) -> None:
    study = put_case(archive)
    patient = clinician.get(f"/api/v1/studies/{study}").json()["study"]["patient"]["id"]
    body = {
        "form": "reference",
        "observed_on": "2030-01-05",
        "study": study if study_named else None,
        "values": {"herniation-l4-l5": "extrusion"},
    }
    made = clinician.post(f"/api/v1/patients/{patient}/observations", json=body)
    assert made.status_code == 201, made.text
    reference = judged(clinician, make(clinician, study))["reference"]
    assert (reference is not None) == study_named
    if reference is not None:
        assert (reference["kind"], reference["model_seen"]) == ("form", None)


def test_of_a_withdrawn_form_nothing_is_left(clinician: Client, archive: Archive) -> None:
    study = put_case(archive)
    patient = clinician.get(f"/api/v1/studies/{study}").json()["study"]["patient"]["id"]
    body = {
        "form": "reference",
        "observed_on": "2030-01-05",
        "study": study,
        "values": {"herniation-l4-l5": "protrusion"},
    }
    seen = clinician.post(f"/api/v1/patients/{patient}/observations", json=body).json()
    number = make(clinician, study)
    assert judged(clinician, number)["reference"]["kind"] == "form"
    clinician.delete(f"/api/v1/observations/{seen['id']}")
    case = judged(clinician, number)
    # What was taken stays as it was; it can be taken no more.
    assert (case["reference"]["kind"], case["sources"]) == ("form", [])
    choice = {"kind": "form", "source": seen["id"]}
    path = f"{PATH}/cases/{case['id']}/reference"
    assert clinician.put(path, json=choice).status_code == 422


def test_the_one_who_set_the_reference_does_not_read_unaided(
    clinician: Client, archive: Archive
) -> None:
    study = put_case(archive)
    correct(clinician, study, "disc-herniation", kind="accept")
    number = make(clinician, study)
    assert begin(clinician, cases(clinician, number)[0]["id"])["seen_before"] is True


def test_the_same_study_in_a_second_collection_is_no_first_look(
    clinician: Client, learner: Client, archive: Archive
) -> None:
    study = put_case(archive)
    first, second = make(clinician, study), make(clinician, study, questions=QUESTIONS[:1])
    attempt = begin(learner, cases(learner, first)[0]["id"])
    assert attempt["seen_before"] is False
    assert answer(learner, attempt["id"], answers()).status_code == 200
    assert begin(learner, cases(learner, second)[0]["id"])["seen_before"] is True


def test_cases_are_gone_on_with_in_turn_and_from_the_start_at_the_end(
    clinician: Client, learner: Client, archive: Archive, clock: Clock
) -> None:
    number = make(clinician, *(put_case(archive, n) for n in (1, 2, 3)))
    ids = [one["id"] for one in cases(learner, number)]
    following = []
    for case in (ids[1], ids[2], ids[0]):
        attempt = begin(learner, case)["id"]
        clock.forward(seconds=1)
        following.append(answer(learner, attempt).json()["next_case"])
    assert following == [ids[2], ids[0], None]
    entry = learner.get(f"{PATH}/collections").json()[0]
    assert (entry["cases"], entry["answered"], entry["begun"]) == (3, 3, 0)


def test_a_stenosis_is_asked_at_levels_and_judged_by_what_a_surgeon_saw(
    clinician: Client, archive: Archive
) -> None:
    study = put_case(archive)
    detail = clinician.get(f"/api/v1/studies/{study}").json()
    values = {"stenosis-l4-l5": "severe", "stenosis-l5-s1": "not-inspected"}
    body = {"form": "reference", "observed_on": "2030-01-05", "values": values, "study": study}
    patient = detail["study"]["patient"]["id"]
    made = clinician.post(f"/api/v1/patients/{patient}/observations", json=body)
    assert made.status_code == 201, made.text
    asked = [{"name": "stenosis", "levels": ["L4-L5", "L5-S1"]}]
    found = results(clinician, make(clinician, study, questions=asked))
    assert found["stenosis@L4-L5"]["reference"] == 3
    assert (found["stenosis@L5-S1"]["reference"], next(iter(found))) == (None, "stenosis@L4-L5")
    questions = clinician.get(f"{PATH}/questions", headers={"Accept-Language": "es"}).json()
    (entry,) = [one for one in questions if one["name"] == "stenosis"]
    assert entry["title"] == "Estenosis central del canal"
    assert [one["label"] for one in entry["choices"]] == ["ninguna", "leve", "moderada", "grave"]
