"""Lists of cases, annotators blind to each other, adjudication: who sees and may do what."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.service.annotated import (
    API,
    LABELS,
    add_annotators,
    answer,
    area,
    box,
    bring_studies,
    make_list,
    people_of,
    place,
    save,
)
from tests.service.conftest import Client, LogIn

from condyle.archive.archive import Archive
from condyle.dicom import derived_uid

WEB = "/dicomweb"


@pytest.fixture
def people(archive: Archive, researcher: Client) -> dict[str, int]:
    """Three who may draw; studies 1 and 2 are there."""
    bring_studies(archive, "s", "t")
    add_annotators(archive, "bea", "cid")
    return people_of(researcher)


@pytest.fixture
def made(people: dict[str, int], researcher: Client) -> dict[str, Any]:
    """A list of both studies for two of the three."""
    return make_list(researcher, [people["annotator"], people["bea"]])


@pytest.fixture
def ann(log_in: LogIn) -> Client:
    return log_in("annotator")


@pytest.fixture
def bea(browser: Callable[[], Client]) -> Client:
    client = browser()
    client.log_in("bea")
    return client


@pytest.fixture
def cid(browser: Callable[[], Client]) -> Client:
    client = browser()
    client.log_in("cid")
    return client


def test_a_list_has_its_cases_under_pseudonyms_and_labels_with_keys(
    made: dict[str, Any], researcher: Client
) -> None:
    told = made["of_list"]
    assert [label["key"] for label in told["labels"]] == ["disc-herniation", "disc", "quality"]
    assert (told["cases"], told["closed"], told["adjudicated"]) == (2, False, 0)
    assert [one["name"] for one in told["annotators"]] == ["annotator", "bea"]
    assert [case["name"] for case in made["cases"]] == ["case-001", "case-002"]
    assert "Doe" not in str(made) and "ID-s" not in str(made) and "Weighted" not in str(made)
    assert researcher.get(f"{API}/lists").json() == [told]


def test_a_choice_tells_what_it_would_give(people: dict[str, int], administrator: Client) -> None:
    body = {"studies": ["1", "#2", "ACC-s", "99", derived_uid("t")], "described": "weigh"}
    told = administrator.post(f"{API}/choice", json=body).json()
    assert [(one["study"], one["title"]) for one in told["cases"]] == [
        (1, "Weighted e"),
        (2, "Weighted e"),
    ]
    assert (told["unknown"], told["empty"]) == (["99"], [])
    none = administrator.post(f"{API}/choice", json=body | {"described": "axial"}).json()
    assert (none["cases"], none["empty"]) == ([], ["1", "2"])
    whole = administrator.post(f"{API}/choice", json=body | {"scope": "study"}).json()
    assert [one["series_uid"] for one in whole["cases"]] == [None, None]


def test_a_researcher_finds_nothing_by_what_they_may_not_see(
    people: dict[str, int], researcher: Client
) -> None:
    told = researcher.post(f"{API}/choice", json={"studies": ["ACC-s"]}).json()
    assert (told["cases"], told["unknown"]) == ([], ["ACC-s"])
    body = {"studies": ["1"], "described": "weighted"}
    assert researcher.post(f"{API}/choice", json=body).json()["cases"] == []
    assert researcher.post(f"{API}/choice", json=body | {"described": "MR 1"}).json()["cases"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"studies": ["1", "77"]}, "does not hold"),
        ({"annotators": [1]}, "may not annotate"),
        ({"described": "axial"}, "no case"),
        ({"labels": [LABELS[0], LABELS[0]]}, "two labels of one name"),
        ({"labels": [LABELS[2] | {"answers": ["one"]}]}, "answers"),
        ({"labels": [LABELS[0] | {"answers": ["a", "b"]}]}, "answers"),
        ({"labels": [LABELS[2] | {"answers": ["no", "=1+1"]}]}, "answers"),
    ],
)
def test_a_list_that_makes_no_sense_is_refused(
    people: dict[str, int], researcher: Client, wrong: dict[str, Any], said: str
) -> None:
    body = {"name": "L", "labels": LABELS, "annotators": [people["bea"]], "studies": ["1"]}
    refused = researcher.post(f"{API}/lists", json=body | wrong)
    assert refused.status_code == 422 and said in refused.text
    assert researcher.get(f"{API}/lists").json() == []


def test_each_annotator_has_an_order_of_their_own_that_stays(
    archive: Archive, people: dict[str, int], researcher: Client, ann: Client, bea: Client
) -> None:
    bring_studies(archive, *(f"x{n}" for n in range(6)))
    studies = [str(n) for n in range(1, 9)]
    made = make_list(researcher, [people["annotator"], people["bea"]], studies=studies)
    path = f"{API}/mine/{made['of_list']['id']}"
    mine, hers = ([one["id"] for one in it.get(path).json()] for it in (ann, bea))
    assert sorted(mine) == sorted(hers) == [case["id"] for case in made["cases"]]
    assert mine != hers and mine == [one["id"] for one in ann.get(path).json()]


def test_a_case_is_given_with_its_images_and_ones_own_drawing(
    made: dict[str, Any], ann: Client
) -> None:
    (mine,) = ann.get(f"{API}/mine").json()
    assert (mine["cases"], mine["done"]) == (2, 0)
    case = ann.get(f"{API}/cases/{mine['next']}/work").json()
    assert case["position"] == 1 and case["previous"] is None
    assert [(one["title"], one["images"]) for one in case["series"]] == [("MR 1", 3)]
    assert case["work"] == {
        "edition": 0, "state": "open", "reason": "", "marks": [], "spent_s": 0, "at": None
    }  # fmt: skip
    assert "Doe" not in str(case) and "Weighted" not in str(case)


def test_what_is_saved_comes_back_and_the_next_case_follows(
    made: dict[str, Any], ann: Client
) -> None:
    marks = [box((2, 3, 8, 9)), area(4, 4, 9, 10), answer("good")]
    draft = save(ann, 1, *marks, state="open", spent_s=30)
    assert (draft["edition"], draft["spent_s"], draft["state"]) == (1, 30, "open")
    done = save(ann, 1, *marks[:2], edition=1, spent_s=10)
    assert (done["edition"], done["spent_s"]) == (2, 30), "time on a case never shrinks"
    again = ann.get(f"{API}/cases/1/work").json()
    assert again["work"] == done and len(again["work"]["marks"]) == 2
    assert again["of_list"]["done"] == 1 and again["of_list"]["next"] == 2


def test_another_windows_save_is_not_overwritten(made: dict[str, Any], ann: Client) -> None:
    save(ann, 1, answer("good"))
    body = {"edition": 0, "state": "done", "marks": [answer("poor")]}
    assert ann.put(f"{API}/cases/1/work", json=body).status_code == 409
    assert ann.get(f"{API}/cases/1/work").json()["work"]["marks"][0]["answer"] == "good"


def test_a_case_that_cannot_be_judged_is_finished_with_its_reason(
    made: dict[str, Any], ann: Client, researcher: Client
) -> None:
    told = save(ann, 1, state="unjudged", reason="moved\0")
    assert told["reason"] == "moved\ufffd"
    (mine,) = ann.get(f"{API}/mine").json()
    assert (mine["done"], mine["next"]) == (1, 2)
    progress = researcher.get(f"{API}/lists/1").json()["of_list"]["annotators"][0]
    assert (progress["done"], progress["unjudged"], progress["begun"]) == (0, 1, 0)


WRONG = [
    (box((2, 3, 8, 9)) | {"label": "no-such"}, "label"),
    (box((8, 3, 2, 9)), "empty"),
    (box((2, 3, 21, 9)), "leaves"),
    (box((2, 3, 8, 9), n=9), "not of the case"),
    (box((2, 3, 8, 9), study="t"), "not of the case"),
    (box((2, 3, 8, 9)) | {"place": place() | {"frame": 1}}, "not of the case"),
    (box((2, 3, 8, 9)) | {"place": None}, "place"),
    (box((2, 3, 8, 9)) | {"outlines": [[[0, 0], [0, 4], [4, 4]]]}, "another drawing"),
    (area(2, 3, 8, 30), "leaves"),
    (area(2, 3, 8, 9) | {"outlines": [[[0, 0], [1, 1]]]}, "leaves"),
    (answer("fair"), "answer"),
    (answer("good") | {"box": [1, 2, 3, 4], "place": place()}, "whole case"),
]


@pytest.mark.parametrize(("mark", "said"), WRONG)
def test_what_does_not_fit_the_case_is_refused(
    made: dict[str, Any], ann: Client, mark: dict[str, Any], said: str
) -> None:
    refused = ann.put(f"{API}/cases/1/work", json={"edition": 0, "state": "open", "marks": [mark]})
    assert refused.status_code == 422 and said in refused.text
    assert ann.get(f"{API}/cases/1/work").json()["work"]["edition"] == 0


def test_a_label_has_one_area_a_slice_and_one_answer_a_case(
    made: dict[str, Any], ann: Client
) -> None:
    two = [area(1, 1, 3, 3), area(5, 5, 8, 8) | {"id": "n"}]
    both = [answer("good"), answer("poor") | {"id": "r"}]
    for marks in (two, both, [answer("good"), area(1, 1, 3, 3) | {"id": "q"}]):
        body = {"edition": 0, "state": "open", "marks": marks}
        assert ann.put(f"{API}/cases/1/work", json=body).status_code == 422
    save(ann, 1, area(1, 1, 3, 3), area(5, 5, 8, 8, n=2) | {"id": "n"})


def test_who_does_not_draw_on_a_case_does_not_learn_that_it_is_there(
    made: dict[str, Any], cid: Client
) -> None:
    absent = cid.get(f"{API}/cases/99/work").json()
    assert cid.get(f"{API}/mine").json() == [] == cid.get(f"{API}/mine/1").json()
    told = cid.get(f"{API}/cases/1/work")
    assert told.status_code == 404
    assert told.json()["failed"] == absent["failed"] and "Discs" not in told.text
    body = {"edition": 0, "state": "done", "marks": []}
    assert cid.put(f"{API}/cases/1/work", json=body).status_code == 404


def test_an_annotator_never_sees_what_another_drew(
    made: dict[str, Any], ann: Client, bea: Client
) -> None:
    save(bea, 1, box((2, 3, 8, 9)), state="unjudged", reason="hers alone")
    for path in ("mine", "mine/1", "cases/1/work"):
        assert "hers alone" not in (told := ann.get(f"{API}/{path}").text) and "bea" not in told
    assert ann.get(f"{API}/cases/1/work").json()["work"]["marks"] == []
    managers = ["lists", "lists/1", "lists/1/agreement", "people", "lists/1/export?layout=coco"]
    for path in [*managers, "adjudication", "adjudication/1", "cases/1/adjudication"]:
        assert ann.get(f"{API}/{path}").status_code == 403, path


@pytest.mark.parametrize(
    "path",
    ["worklist", "studies/1", "studies/1/overlays", "studies/1/corrections", "studies/1/reports",
     "patients/1", "patients/1/observations"],
)  # fmt: skip
def test_an_annotator_sees_no_findings_reports_or_patients(
    made: dict[str, Any], ann: Client, path: str
) -> None:
    assert ann.get(f"/api/v1/{path}").status_code == 403


def images(study: str, series: str = "e") -> list[str]:
    root = f"{WEB}/studies/{derived_uid(study)}"
    inner = f"{root}/series/{derived_uid(study, series)}"
    one = f"{inner}/instances/{derived_uid(study, series, '1')}"
    return [f"{inner}/metadata", f"{one}/metadata", f"{one}/frames/1"]


def test_an_annotator_gets_images_of_their_own_cases_alone(
    people: dict[str, int], researcher: Client, ann: Client, cid: Client
) -> None:
    make_list(researcher, [people["annotator"]], studies=["1"])
    for path in images("s"):
        assert (ann.get(path).status_code, cid.get(path).status_code) == (200, 404), path
    for path in images("t"):
        assert ann.get(path).status_code == 404, path
    found = ann.get(f"{WEB}/studies").json()
    assert [one["0020000D"]["Value"] for one in found] == [[derived_uid("s")]]
    assert "Doe" not in str(found)
    for level in ("studies", "series", "instances"):
        assert cid.get(f"{WEB}/{level}").status_code == 204
    searched = ann.get(f"{WEB}/studies/{derived_uid('t')}/series")
    assert searched.status_code == 204


def test_a_token_of_an_annotator_reaches_no_further(
    people: dict[str, int], researcher: Client, ann: Client, browser: Callable[[], Client]
) -> None:
    make_list(researcher, [people["annotator"]], studies=["1"])
    secret = ann.post("/api/v1/tokens", json={"name": "script"}).json()["secret"]
    program = browser()
    program.headers["Authorization"] = f"Bearer {secret}"
    assert [program.get(images(study)[2]).status_code for study in "st"] == [200, 404]
    assert program.get(f"{API}/cases/1/work").status_code == 200
    assert program.get(f"{API}/lists").status_code == 403


def test_of_a_single_series_its_study_is_not_given(
    archive: Archive, researcher: Client, ann: Client
) -> None:
    bring_studies(archive, "s", series=("e", "f"))
    people = people_of(researcher)
    made = make_list(researcher, [people["annotator"]], studies=["1"], described="MR 1")
    assert len(made["cases"]) == 1
    assert [ann.get(images("s", it)[0]).status_code for it in "ef"] == [200, 404]
    assert ann.get(f"{WEB}/studies/{derived_uid('s')}/metadata").status_code == 404
    assert len(ann.get(f"{WEB}/studies/{derived_uid('s')}/series").json()) == 1
    case = ann.get(f"{API}/cases/1/work").json()
    assert [one["uid"] for one in case["series"]] == [derived_uid("s", "e")]
    refused = {"edition": 0, "state": "open", "marks": [box((1, 1, 2, 2), series="f")]}
    assert ann.put(f"{API}/cases/1/work", json=refused).status_code == 422


def test_a_whole_study_is_given_with_all_its_series(
    archive: Archive, researcher: Client, ann: Client
) -> None:
    bring_studies(archive, "s", series=("e", "f"))
    people = people_of(researcher)
    make_list(researcher, [people["annotator"]], studies=["1"], scope="study")
    assert [ann.get(images("s", it)[0]).status_code for it in "ef"] == [200, 200]
    assert ann.get(f"{WEB}/studies/{derived_uid('s')}/metadata").status_code == 200


def test_who_is_taken_off_a_list_sees_it_no_more_and_what_they_drew_stays(
    made: dict[str, Any], people: dict[str, int], researcher: Client, ann: Client
) -> None:
    save(ann, 1, answer("good"))
    changed = {"annotators": [people["bea"], people["cid"]], "name": "Discs again"}
    told = researcher.patch(f"{API}/lists/1", json=changed).json()
    assert told["of_list"]["name"] == "Discs again"
    states = {one["name"]: (one["active"], one["done"]) for one in told["of_list"]["annotators"]}
    assert states == {"annotator": (False, 1), "bea": (True, 0), "cid": (True, 0)}
    assert ann.get(f"{API}/cases/1/work").status_code == 404
    assert ann.get(images("s")[2]).status_code == 404
    back = {"annotators": [people["annotator"]]}
    assert researcher.patch(f"{API}/lists/1", json=back).status_code == 200
    assert ann.get(f"{API}/cases/1/work").json()["work"]["marks"]


def test_nothing_is_drawn_on_a_closed_list_until_it_is_opened_again(
    made: dict[str, Any], researcher: Client, ann: Client
) -> None:
    assert researcher.patch(f"{API}/lists/1", json={"closed": True}).json()["of_list"]["closed"]
    body = {"edition": 0, "state": "done", "marks": []}
    assert ann.put(f"{API}/cases/1/work", json=body).status_code == 404
    assert ann.get(images("s")[2]).status_code == 404
    researcher.patch(f"{API}/lists/1", json={"closed": False})
    assert ann.put(f"{API}/cases/1/work", json=body).status_code == 200


def test_whoever_adjudicates_sees_finished_drawings_under_letters(
    made: dict[str, Any], ann: Client, bea: Client, clinician: Client
) -> None:
    save(ann, 1, box((2, 3, 8, 9)), area(4, 4, 9, 10), answer("good"))
    save(bea, 1, box((2, 3, 8, 10)), state="open")
    told = clinician.get(f"{API}/cases/1/adjudication").json()
    assert (len(told["works"]), told["waiting"]) == (1, 1), "a draft is nobody's to see"
    save(bea, 1, box((2, 3, 8, 10)), answer("poor"), edition=1)
    told = clinician.get(f"{API}/cases/1/adjudication").json()
    assert [work["reader"] for work in told["works"]] == ["A", "B"] and told["waiting"] == 0
    assert "bea" not in str(told) and "annotator" not in str(told)
    figures = {(one["label"], one["measure"]): one["value"] for one in told["agreement"]}
    assert figures["disc-herniation", "iou"] == pytest.approx(36 / 42)
    assert figures["disc", "dice"] == 0.0
    (listed,) = clinician.get(f"{API}/adjudication").json()
    assert (listed["cases"], listed["ready"], listed["adjudicated"]) == (2, 1, 0)
    assert clinician.get(f"{API}/adjudication/1").json()[0]["finished"] == 2


def test_decisions_are_kept_with_who_and_when_and_none_is_overwritten(
    made: dict[str, Any], ann: Client, clinician: Client
) -> None:
    path = f"{API}/cases/1/adjudication"
    early = clinician.post(path, json={"edition": 0, "marks": []})
    assert early.status_code == 409 and "finished" in early.text
    save(ann, 1, box((2, 3, 8, 9)))
    letter = clinician.get(path).json()["works"][0]["reader"]
    first = {"edition": 0, "taken_from": letter, "marks": [box((2, 3, 8, 9))], "note": "as drawn"}
    assert clinician.post(path, json=first).status_code == 201
    assert clinician.post(path, json=first).status_code == 409, "decided meanwhile"
    told = clinician.post(path, json={"edition": 1, "marks": [box((1, 1, 8, 9))]}).json()
    assert [(one["edition"], one["taken_from"], one["note"]) for one in told["decisions"]] == [
        (2, None, ""),
        (1, letter, "as drawn"),
    ]
    assert {one["by"] for one in told["decisions"]} == {"The clinician"}
    wrong = {"edition": 2, "taken_from": "Q", "marks": []}
    assert clinician.post(path, json=wrong).status_code == 422
    assert ann.get(f"{API}/cases/1/work").json()["work"]["edition"] == 1, "theirs stays"


def test_agreement_is_told_by_label_and_without_an_interval_of_two_patients(
    made: dict[str, Any], ann: Client, bea: Client, researcher: Client
) -> None:
    for client, right in ((ann, 9), (bea, 10)):
        save(client, 1, box((2, 3, 8, right)), area(4, 4, 9, 10), answer("good"))
        save(client, 2, box((2, 3, 8, 9), study="t"), answer("poor"))
    told = researcher.get(f"{API}/lists/1/agreement").json()
    assert (told["cases"], told["patients"]) == (2, 2)
    figures = {(one["label"], one["measure"]): one for one in told["figures"]}
    overlap = figures["disc-herniation", "iou"]
    assert overlap["value"] == pytest.approx((36 / 42 + 1) / 2) and overlap["n"] == 2
    assert (overlap["low"], overlap["high"], overlap["too_few"]) == (None, None, True)
    assert told["needed"] == 10
    assert figures["disc-herniation", "matched"]["value"] == 1.0
    assert figures["disc", "dice"]["value"] == 1.0
    assert figures["quality", "kappa"]["value"] == 1.0


def test_acts_are_in_the_audit_log_and_saves_of_a_draft_are_not(
    made: dict[str, Any], ann: Client, administrator: Client, clinician: Client
) -> None:
    for edition in range(3):
        save(ann, 1, answer("good"), edition=edition, state="open")
    save(ann, 1, answer("good"), edition=3)
    ann.get(f"{API}/cases/1/work")
    clinician.post(f"{API}/cases/1/adjudication", json={"edition": 0, "marks": []})
    acts = administrator.get("/api/v1/audit").json()["acts"]
    told = [act["action"] for act in acts if act["action"].startswith(("annotation", "study.v"))]
    assert told[::-1] == [
        "annotation.list_made",
        "annotation.case_open",
        "annotation.case_done",
        "study.viewed",
        "annotation.adjudicated",
    ]
