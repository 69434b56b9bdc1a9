"""Teaching: nothing is given away before a case is answered, and answers stay."""

from __future__ import annotations

from typing import Any

import pytest

from condyle.archive import audit
from condyle.archive.archive import Archive

from .conftest import Client, Clock, LogIn
from .studies_of import put_run, put_study
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


@pytest.fixture
def learner(log_in: LogIn) -> Client:
    return log_in("viewer")


@pytest.fixture
def case(clinician: Client, learner: Client, archive: Archive) -> int:
    """A published case whose reader said grade 3 and no herniation, against the model's."""
    study = put_case(archive)
    correct(clinician, study, "pfirrmann-grade", kind="grade", grade=3)
    correct(clinician, study, "disc-herniation", kind="reject")
    return int(cases(learner, make(clinician, study))[0]["id"])


def actions(archive: Archive) -> list[str]:
    with archive.database.read() as session:
        return [one.action for one in audit.newest(session, audit.Query())][::-1]


def keys_of(body: Any) -> set[str]:
    if isinstance(body, dict):
        return set(body).union(*(keys_of(one) for one in body.values()))
    return set().union(*(keys_of(one) for one in body)) if isinstance(body, list) else set()


def test_a_case_is_read_answered_and_then_shown_beside_reference_and_model(
    learner: Client, case: int
) -> None:
    attempt = begin(learner, case)
    assert [one["key"] for one in attempt["items"]] == ITEMS
    assert attempt["scorable"] and not attempt["seen_before"]
    result = answer(learner, attempt["id"]).json()
    told = {one["key"]: one for one in result["items"]}
    grade, slip, below = (told[key] for key in ITEMS)
    assert (grade["own"], grade["reference"], grade["verdict"]) == (4, 3, "near")
    assert (slip["own"], slip["reference"], slip["verdict"]) == (True, False, "wrong")
    assert (below["own"], below["reference"], below["verdict"]) == (2, None, "unscored")
    (model,) = grade["models"]
    assert (model["value"], model["verdict"], model["same_error"]) == (4, "near", True)
    assert [one["name"] for one in result["findings"]] == ["pfirrmann-grade", "disc-herniation"]
    assert result["reference"]["kind"] == "findings"
    assert result["reference"]["readers"] == ["The clinician"]
    assert result["reference"]["model_seen"] is True


def test_nothing_is_given_away_of_a_case_before_it_is_answered(
    learner: Client, case: int, clinician: Client
) -> None:
    attempt = begin(learner, case)
    number = attempt["collection"]
    told = [
        learner.get(f"{PATH}/attempts/{attempt['id']}"),
        learner.get(f"{PATH}/collections/{number}"),
        learner.get(f"{PATH}/collections"),
        learner.get(f"{PATH}/collections/{number}/score"),
        learner.post(f"{PATH}/attempts/{attempt['id']}/look", json={"shown": True}),
        clinician.get(f"{PATH}/collections/{number}/cases"),
        clinician.get(f"{PATH}/collections/{number}/learners"),
    ]
    assert {one.status_code for one in told} == {200}
    secrets = {"findings", "probability", "places", "drawn", "verdict", "own", "models"}
    for one in told:
        assert not secrets & keys_of(one.json())
    for one in told[:5]:
        for identity in ("Moreau", "MRN1", "1970", "ACC1", "Lumbar MR", '"study":'):
            assert identity not in one.text
    assert learner.get(f"{PATH}/attempts/{attempt['id']}/result").status_code == 409


def test_the_clock_is_the_servers_and_stands_while_the_page_is_hidden(
    learner: Client, case: int, clock: Clock
) -> None:
    attempt = begin(learner, case)["id"]
    path = f"{PATH}/attempts/{attempt}/look"
    for seconds, shown in ((10, True), (10, False), (600, True), (5, True)):
        clock.forward(seconds=seconds)
        looked = learner.post(path, json={"shown": shown}).json()["looked_s"]
    assert looked == 25
    clock.forward(seconds=5)
    result = answer(learner, attempt).json()
    assert (result["attempt"]["looked_s"], result["wall_s"]) == (30, 630)


def test_a_page_that_was_closed_without_a_word_counts_only_until_its_next_is_missed(
    learner: Client, case: int, clock: Clock
) -> None:
    attempt = begin(learner, case)["id"]
    clock.forward(minutes=20)
    path = f"{PATH}/attempts/{attempt}/look"
    assert learner.post(path, json={"shown": True}).json()["looked_s"] == 45


def test_the_answers_so_far_are_kept_and_beginning_again_gives_them(
    learner: Client, case: int, clock: Clock
) -> None:
    attempt = begin(learner, case)
    draft = {ITEMS[0]: 5, ITEMS[1]: None}
    path = f"{PATH}/attempts/{attempt['id']}/look"
    assert learner.post(path, json={"shown": True, "draft": draft}).status_code == 200
    clock.forward(minutes=3)
    again = begin(learner, case)
    assert (again["id"], again["draft"]) == (attempt["id"], draft)
    assert again["started_at"] == attempt["started_at"]


def test_answers_are_given_once(learner: Client, case: int) -> None:
    attempt = begin(learner, case)["id"]
    first = answer(learner, attempt).json()
    assert answer(learner, attempt, answers() | {ITEMS[0]: 3}).status_code == 409
    path = f"{PATH}/attempts/{attempt}"
    late = learner.post(f"{path}/look", json={"shown": True, "draft": {ITEMS[0]: 3}}).json()
    assert late["submitted"]
    assert learner.get(f"{path}/result").json() == first


@pytest.mark.parametrize(
    "given",
    [
        {},
        {ITEMS[0]: 4},
        answers() | {"pfirrmann-grade@L1-L2": 4},
        answers() | {ITEMS[0]: 6},
        answers() | {ITEMS[0]: True},
        answers() | {ITEMS[1]: 1},
        answers() | {ITEMS[1]: "yes"},
    ],
)
def test_answers_that_do_not_fit_are_refused_and_none_is_kept(
    given: dict[str, Any], learner: Client, case: int
) -> None:
    attempt = begin(learner, case)["id"]
    assert answer(learner, attempt, given).status_code == 422
    assert learner.get(f"{PATH}/attempts/{attempt}").json()["submitted_at"] is None


def test_who_cannot_tell_is_neither_right_nor_wrong(learner: Client, case: int) -> None:
    result = answer(learner, begin(learner, case)["id"], dict.fromkeys(ITEMS)).json()
    assert {one["verdict"] for one in result["items"]} == {"unscored"}


@pytest.mark.parametrize(
    ("method", "what", "body"),
    [
        ("GET", "", None),
        ("GET", "/result", None),
        ("POST", "/look", {"shown": True}),
        ("POST", "/answers", {"answers": answers()}),
    ],
)
def test_anothers_attempt_is_not_there(
    method: str, what: str, body: Any, learner: Client, case: int, log_in: LogIn
) -> None:
    attempt = begin(learner, case)["id"]
    path = f"{PATH}/attempts/{attempt}{what}"
    for other in (log_in("clinician"), log_in("administrator")):
        assert other.request(method, path, json=body).status_code == 404
        assert answer(learner, attempt).status_code in (200, 409)
        assert other.request(method, path, json=body).status_code == 404


def test_a_collection_that_is_not_published_is_there_for_teachers_alone(
    clinician: Client, learner: Client, archive: Archive
) -> None:
    number = make(clinician, put_case(archive), publish=False)
    case = cases(clinician, number)[0]["id"]
    assert learner.get(f"{PATH}/collections").json() == []
    for path in ("", "/score"):
        assert learner.get(f"{PATH}/collections/{number}{path}").status_code == 404
    assert learner.post(f"{PATH}/cases/{case}/attempt").status_code == 404
    assert clinician.post(f"{PATH}/cases/{case}/attempt").status_code == 404
    assert clinician.get(f"{PATH}/collections").json()[0]["published"] is False


def test_a_collection_that_is_taken_back_stays_with_who_has_read_of_it(
    clinician: Client, learner: Client, case: int, log_in: LogIn
) -> None:
    answer(learner, begin(learner, case)["id"])
    clinician.patch(f"{PATH}/collections/1", json={"published": False})
    assert learner.get(f"{PATH}/collections/1").status_code == 200
    assert learner.get(f"{PATH}/collections/1/score").status_code == 200
    assert log_in("administrator").get(f"{PATH}/collections/1").status_code == 404


@pytest.mark.parametrize("role", ["researcher", "annotator"])
def test_who_neither_learns_nor_teaches_is_refused(role: Any, log_in: LogIn, case: int) -> None:
    client = log_in(role)
    assert client.get(f"{PATH}/collections").status_code == 403
    assert client.post(f"{PATH}/cases/{case}/attempt").status_code == 403


def test_a_learner_makes_and_changes_nothing_of_a_collection(learner: Client, case: int) -> None:
    assert learner.get(f"{PATH}/collections/1/cases").status_code == 403
    assert learner.get(f"{PATH}/collections/1/learners").status_code == 403
    assert learner.delete(f"{PATH}/cases/{case}").status_code == 403
    assert learner.patch(f"{PATH}/collections/1", json={"title": "Mine"}).status_code == 403


def test_a_case_without_a_reference_says_so_and_is_not_scored(
    clinician: Client, learner: Client, archive: Archive
) -> None:
    number = make(clinician, put_case(archive))
    (case,) = cases(learner, number)
    assert case["scorable"] is False
    result = answer(learner, begin(learner, case["id"])["id"]).json()
    assert result["reference"] is None
    assert {one["verdict"] for one in result["items"]} == {"unscored"}
    score = learner.get(f"{PATH}/collections/{number}/score").json()
    assert (score["left_out_unscorable"], score["cases"][0]["counts"]) == (1, False)


def test_what_only_a_model_said_is_no_reference(clinician: Client, archive: Archive) -> None:
    study = put_case(archive)
    correct(clinician, study, "disc-herniation", kind="accept")
    number = make(clinician, study)
    (case,) = clinician.get(f"{PATH}/collections/{number}/cases").json()
    assert (case["reference"]["kind"], case["reference"]["items"]) == ("findings", 1)


def test_a_surgeons_form_is_a_reference_and_says_who_wrote_it(
    clinician: Client, learner: Client, archive: Archive
) -> None:
    study = put_case(archive)
    correct(clinician, study, "disc-herniation", kind="accept")
    patient = clinician.get(f"/api/v1/studies/{study}").json()["study"]["patient"]["id"]
    body = {
        "form": "reference",
        "observed_on": "2030-01-06",
        "study": study,
        "values": {"herniation-l4-l5": "none", "herniation-l5-s1": "not-inspected",
                   "saw-model": False},
    }  # fmt: skip
    seen = clinician.post(f"/api/v1/patients/{patient}/observations", json=body)
    assert seen.status_code == 201, seen.text
    number = make(clinician, study)
    (case,) = clinician.get(f"{PATH}/collections/{number}/cases").json()
    assert {one["kind"] for one in case["sources"]} == {"form", "findings"}
    assert (case["reference"]["kind"], case["reference"]["model_seen"]) == ("form", False)
    result = answer(learner, begin(learner, case["id"])["id"]).json()
    assert result["items"][1]["reference"] is False
    choice = {"kind": "findings", "source": None}
    taken = clinician.put(f"{PATH}/cases/{case['id']}/reference", json=choice).json()
    assert taken[0]["reference"]["kind"] == "findings"
    renewed = learner.get(f"{PATH}/attempts/{result['attempt']['id']}/result").json()
    assert renewed["reference_renewed"] and renewed["items"][1]["reference"] is True


def test_a_reference_that_is_not_there_is_refused(clinician: Client, case: int) -> None:
    for choice in ({"kind": "report", "source": 1}, {"kind": "findings", "source": 1}):
        assert clinician.put(f"{PATH}/cases/{case}/reference", json=choice).status_code == 422


def test_a_reference_stays_as_it_was_taken_until_it_is_taken_again(
    clinician: Client, learner: Client, archive: Archive
) -> None:
    study = put_case(archive)
    correct(clinician, study, "pfirrmann-grade", kind="grade", grade=3)
    (case,) = cases(learner, make(clinician, study))
    attempt = begin(learner, case["id"])["id"]
    answer(learner, attempt)
    correct(clinician, study, "pfirrmann-grade", kind="grade", grade=5)
    path = f"{PATH}/attempts/{attempt}/result"
    assert learner.get(path).json()["items"][0]["reference"] == 3
    clinician.put(f"{PATH}/cases/{case['id']}/reference", json={"kind": "findings"})
    assert learner.get(path).json()["items"][0]["reference"] == 5


def test_who_had_opened_the_study_before_is_told_and_counts_for_no_figure(
    clinician: Client, learner: Client, archive: Archive
) -> None:
    study = put_case(archive)
    correct(clinician, study, "pfirrmann-grade", kind="grade", grade=3)
    number = make(clinician, study)
    learner.get(f"/api/v1/studies/{study}")
    attempt = begin(learner, cases(learner, number)[0]["id"])
    assert attempt["seen_before"]
    answer(learner, attempt["id"])
    score = learner.get(f"{PATH}/collections/{number}/score").json()
    assert (score["left_out_seen"], score["overall"]["rows"]) == (1, 0)


def test_looking_at_the_result_is_no_earlier_look_at_the_same_case(
    learner: Client, case: int
) -> None:
    attempt = begin(learner, case)["id"]
    answer(learner, attempt)
    again = learner.get(f"{PATH}/attempts/{attempt}/result").json()
    assert again["attempt"]["seen_before"] is False


def test_what_is_asked_is_changed_only_until_somebody_has_begun(
    clinician: Client, learner: Client, case: int
) -> None:
    path = f"{PATH}/collections/1"
    asked = {"questions": [QUESTIONS[1]]}
    changed = clinician.patch(path, json=asked).json()
    assert [one["key"] for one in changed["items"]] == [ITEMS[1]]
    assert clinician.get(f"{path}/cases").json()[0]["reference"]["items"] == 1
    begin(learner, case)
    assert clinician.patch(path, json={"questions": QUESTIONS}).status_code == 409
    assert clinician.patch(path, json={**asked, "title": "Other"}).status_code == 200


@pytest.mark.parametrize(
    "questions",
    [
        [{"name": "acl", "levels": []}],
        [{"name": "scoliosis", "levels": ["L4-L5"]}],
        [{"name": "disc-herniation", "levels": []}],
        [{"name": "disc-herniation", "levels": ["L9-L10"]}],
        [QUESTIONS[0], QUESTIONS[0]],
    ],
)
def test_what_cannot_be_asked_is_refused(clinician: Client, questions: Any) -> None:
    body = {"title": "x", "anatomy": "lumbar-spine", "questions": questions}
    assert clinician.post(f"{PATH}/collections", json=body).status_code == 422


def test_a_study_of_another_anatomy_is_no_case(clinician: Client, archive: Archive) -> None:
    knee = put_study(archive, 9, anatomy="knee")
    number = make(clinician)
    body = {"studies": [knee]}
    assert clinician.post(f"{PATH}/collections/{number}/cases", json=body).status_code == 422


def test_a_case_that_is_taken_out_is_begun_by_nobody_and_stays_with_who_read_it(
    clinician: Client, learner: Client, case: int, log_in: LogIn
) -> None:
    attempt = begin(learner, case)["id"]
    answer(learner, attempt)
    assert clinician.delete(f"{PATH}/cases/{case}").json() == []
    assert learner.get(f"{PATH}/attempts/{attempt}/result").status_code == 200
    assert log_in("administrator").post(f"{PATH}/cases/{case}/attempt").status_code == 404
    assert cases(learner, 1) == []
    assert len(learner.get(f"{PATH}/collections/1/score").json()["cases"]) == 1


def test_each_act_is_in_the_audit_log(learner: Client, case: int, archive: Archive) -> None:
    attempt = begin(learner, case)["id"]
    begin(learner, case)
    answer(learner, attempt)
    learner.get(f"{PATH}/attempts/{attempt}/result")
    told = [one for one in actions(archive) if one.startswith("teaching")]
    assert told == [
        "teaching.collection.made",
        "teaching.case.added",
        "teaching.collection.changed",
        "teaching.begun",
        "teaching.answered",
    ]
    assert "study.viewed" in actions(archive)


def test_questions_are_said_in_the_learners_language(learner: Client) -> None:
    spanish = {"Accept-Language": "es"}
    told = learner.get(f"{PATH}/questions", headers=spanish).json()
    by_name = {one["name"]: one for one in told}
    assert by_name["acl"]["title"] == "Ligamento cruzado anterior"
    assert [one["label"] for one in by_name["acl"]["choices"]][1] == "rotura parcial"
    assert [one["value"] for one in by_name["lateral-meniscus"]["choices"]] == [False, True]
    assert by_name["pfirrmann-grade"]["title"] == "Grado de Pfirrmann"
    assert by_name["pfirrmann-grade"]["choices"][4]["hint"]


def test_a_bundle_in_silent_mode_is_shown_once_the_learner_has_answered(
    clinician: Client, learner: Client, archive: Archive
) -> None:
    study = put_case(archive)
    correct(clinician, study, "pfirrmann-grade", kind="grade", grade=3)
    number = make(clinician, study)
    put_run(archive, study, hidden=True, minute=5)
    case = cases(learner, number)[0]["id"]
    attempt = begin(learner, case)["id"]
    result = answer(learner, attempt).json()
    assert [one["silent"] for one in result["models"]] == [True]


def test_who_reads_in_the_clinic_too_owes_their_own_call_before_a_silent_bundle_is_told(
    clinician: Client, archive: Archive
) -> None:
    study = put_case(archive)
    correct(clinician, study, "pfirrmann-grade", kind="grade", grade=3)
    number = make(clinician, study)
    run = put_run(archive, study, hidden=True, minute=5)
    attempt = begin(clinician, cases(clinician, number)[0]["id"])["id"]
    told = answer(clinician, attempt).json()
    assert [one for one in told["models"] if one["silent"]] == []
    own = {"analysis": run, "calls": []}
    assert clinician.post(f"/api/v1/studies/{study}/own-calls", json=own).status_code == 201
    told = clinician.get(f"{PATH}/attempts/{attempt}/result").json()
    assert [one["silent"] for one in told["models"]] == [True]


def test_the_teachers_table_has_each_learner_and_the_hardest_case_first(
    clinician: Client, learner: Client, archive: Archive, clock: Clock
) -> None:
    easy, hard = put_case(archive, 1), put_case(archive, 2)
    correct(clinician, easy, "pfirrmann-grade", kind="accept")
    correct(clinician, hard, "pfirrmann-grade", kind="grade", grade=1)
    number = make(clinician, easy, hard)
    for case in cases(learner, number):
        attempt = begin(learner, case["id"])["id"]
        clock.forward(seconds=20)
        answer(learner, attempt)
    table = clinician.get(f"{PATH}/collections/{number}/learners").json()
    assert [(one["number"], one["right"], one["scored"]) for one in table["cases"]] == [
        (2, 0, 1),
        (1, 1, 1),
    ]
    (row,) = table["learners"]
    assert (row["name"], row["answered"], row["median_looked_s"]) == ("The viewer", 2, 20)
    assert row["right"]["too_few"] and row["right"]["value"] is None
