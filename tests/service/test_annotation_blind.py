"""Whatever an annotator calls tells nothing of others; limits of bodies; letters; the log."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI
from pydantic import ValidationError
from starlette.routing import Route
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
from condyle.errors import InputError
from condyle.service.access import ROLES
from condyle.service.schemas.annotation import (
    AnnotationListChange,
    Mark,
    NewAnnotationList,
    NewDecision,
    NewLabel,
    SavedWork,
)
from condyle.service.views.annotation_choice import keyed_labels

HERS = ("hers alone", "beatrix", "Dr beatrix", "unjudged", ",7.25,", "decided so", "The clinician")
"""What only another annotator, and who decided, said or is called."""
THEIRS = ("Doe", "Jane", "ID-s", "ID-t", "ACC-s", "ACC-t", "Weighted", derived_uid("t"))
"""Of the patients, and of a study that is not on the annotator's list."""


@pytest.fixture
def both(
    archive: Archive, researcher: Client, clinician: Client, log_in: LogIn, browser: Any
) -> tuple[Client, Client]:
    """Two on one list of study 1, the second alone on another of study 2, and a decision."""
    bring_studies(archive, "s", "t")
    add_annotators(archive, "beatrix")
    people = people_of(researcher)
    make_list(researcher, [people["annotator"], people["beatrix"]], studies=["1"])
    make_list(researcher, [people["beatrix"]], studies=["2"], name="hers alone")
    ann, beatrix = log_in("annotator"), browser()
    beatrix.log_in("beatrix")
    save(beatrix, 1, box((2, 3, 7.25, 9)), area(4, 4, 9, 10), state="unjudged", reason="hers alone")
    save(beatrix, 2, box((2, 3, 7.25, 9), study="t"))
    decided = {"edition": 0, "marks": [box((2, 3, 7.25, 9))], "note": "decided so"}
    assert clinician.post(f"{API}/cases/1/adjudication", json=decided).status_code == 201
    return ann, beatrix


def addresses(app: FastAPI) -> list[str]:
    """Gives every address that can be read, once of each of the two studies."""
    described = app.openapi()["paths"]
    found = [path for path, calls in described.items() if "get" in calls]
    plain = [one for one in app.routes if isinstance(one, Route)]
    found += [one.path for one in plain if "GET" in (one.methods or ())]
    filled = [_filled(path, number) for path in found for number in (1, 2)]
    return list(dict.fromkeys(filled))


def _filled(path: str, number: int) -> str:
    study = "st"[number - 1]
    uids = {
        "study": derived_uid(study),
        "series": derived_uid(study, "e"),
        "instance": derived_uid(study, "e", "1"),
    }

    def value(name: re.Match[str]) -> str:
        kind = name[1].partition("_")[0]
        return uids.get(kind, str(number)) if path.startswith("/dicomweb") else str(number)

    return re.sub(r"{([a-z_]+)[^}]*}", value, path)


def told(client: Client, addresses: list[str]) -> dict[str, str]:
    """Gives what was answered with content, without streams that do not end."""
    answers = {path: client.get(path) for path in addresses}
    return {path: one.text for path, one in answers.items() if one.status_code == 200}


def test_no_address_tells_an_annotator_of_another_or_of_a_patient(
    app: FastAPI, both: tuple[Client, Client]
) -> None:
    ann, beatrix = both
    every = addresses(app)
    own = told(ann, every)
    assert f"{API}/cases/1/work" in own and any("/frames/1" in path for path in own)
    # Of the description of the calls and of the viewer's page nothing is anybody's.
    ours = {path: text for path, text in own.items() if "openapi" not in path}
    assert not [
        (path, word) for path, text in ours.items() for word in HERS + THEIRS if word in text
    ]
    hers = " ".join(text for path, text in told(beatrix, every).items() if "openapi" not in path)
    assert all(word in hers for word in ("hers alone", ",7.25,", derived_uid("t"))), "it is there"
    assert "decided so" not in hers and "The clinician" not in hers and "Doe" not in hers


def test_the_feed_of_studies_and_its_worklist_are_not_an_annotators(
    both: tuple[Client, Client], browser: Callable[[], Client]
) -> None:
    ann, _ = both
    secret = ann.post("/api/v1/tokens", json={"name": "script"}).json()["secret"]
    program = browser()
    program.headers["Authorization"] = f"Bearer {secret}"
    for client in (ann, program):
        for path in ("events", "worklist", "studies/1", "audit", "users", "dashboard"):
            assert client.get(f"/api/v1/{path}").status_code == 403, path
        assert client.get(f"{API}/cases/2/work").status_code == 404
        assert client.get(f"{API}/mine").text.count('"id"') == 1
    body = {"edition": 0, "state": "open", "marks": [answer("good")]}
    assert program.put(f"{API}/cases/2/work", json=body).status_code == 404
    assert program.put(f"{API}/cases/1/work", json=body).json()["edition"] == 1


CALLS = {
    "people": {"researcher", "administrator"},
    "lists": {"researcher", "administrator"},
    "lists/1": {"researcher", "administrator"},
    "lists/1/agreement": {"researcher", "administrator"},
    "mine": {"annotator"},
    "mine/1": {"annotator"},
    "cases/1/work": {"annotator"},
    "adjudication": {"clinician"},
    "adjudication/1": {"clinician"},
    "cases/1/adjudication": {"clinician"},
    "lists/1/export?layout=coco&source=adjudicated": {"researcher", "clinician"},
}


def test_each_call_is_for_the_roles_that_need_it(
    both: tuple[Client, Client], log_in: LogIn
) -> None:
    clients = {role: log_in(role) for role in ROLES}
    for path, roles in CALLS.items():
        statuses = {
            role: client.get(f"{API}/{path}").status_code for role, client in clients.items()
        }
        assert {role for role, status in statuses.items() if status == 200} == roles, path
        assert {status for role, status in statuses.items() if role not in roles} == {403}, path


def test_letters_hide_who_drew_and_stay_the_same_in_a_case(
    archive: Archive, researcher: Client, clinician: Client, browser: Any
) -> None:
    bring_studies(archive, "s")
    names = [f"reader{n}" for n in range(4)]
    add_annotators(archive, *names)
    people = people_of(researcher)
    body = {"studies": ["1"], "labels": LABELS[:1]}
    lists = [make_list(researcher, [people[one] for one in names], **body) for _ in range(2)]
    cases = [one["cases"][0]["id"] for one in lists]
    for number, name in enumerate(names):
        client = browser()
        client.log_in(name)
        for case in cases:
            save(client, case, box((1, 1, 5, 5 + number)))
    for case in cases:
        shown = clinician.get(f"{API}/cases/{case}/adjudication")
        assert not [one for one in names if one in shown.text or f'"{people[one]}"' in shown.text]
        works = shown.json()["works"]
        assert [one["reader"] for one in works] == ["A", "B", "C", "D"]
        assert works == clinician.get(f"{API}/cases/{case}/adjudication").json()["works"]
        assert sorted(one["marks"][0]["box"][3] for one in works) == [5, 6, 7, 8]
        letter = works[2]["reader"]
        decided = {"edition": 0, "taken_from": letter, "marks": works[2]["marks"]}
        answered = clinician.post(f"{API}/cases/{case}/adjudication", json=decided).json()
        assert answered["decisions"][0]["taken_from"] == letter


def test_every_act_is_in_the_log_once_with_what_it_concerned_and_without_names(
    both: tuple[Client, Client], researcher: Client, administrator: Client
) -> None:
    ann, _ = both
    ann.get(f"/dicomweb/studies/{derived_uid('s')}/series/{derived_uid('s', 'e')}/metadata")
    ann.get(f"{API}/cases/1/work")
    researcher.patch(f"{API}/lists/1", json={"closed": True, "name": "Secret^Name"})
    researcher.get(f"{API}/lists/1/export?layout=voc")
    acts = administrator.get("/api/v1/audit").json()["acts"][::-1]
    made = [one["action"] for one in acts if one["action"].startswith("annotation.")]
    assert made == [
        "annotation.list_made",
        "annotation.list_made",
        "annotation.case_unjudged",
        "annotation.case_done",
        "annotation.adjudicated",
        "annotation.list_changed",
        "annotation.exported",
    ]
    views = [one for one in acts if one["action"] == "study.viewed"]
    assert len(views) == 1, "images and the case are one view"
    text = str([one for one in acts if one["action"].startswith("annotation.")])
    assert not [word for word in ("Secret", "Doe", "hers alone", "decided so") if word in text]


def test_refused_acts_leave_nothing_in_the_log_and_nothing_kept(
    both: tuple[Client, Client], researcher: Client, clinician: Client, administrator: Client
) -> None:
    ann, _ = both
    before = administrator.get("/api/v1/audit").json()["acts"]
    answers = [
        ann.put(f"{API}/cases/1/work", json={"edition": 9, "state": "done", "marks": []}),
        ann.put(f"{API}/cases/2/work", json={"edition": 0, "state": "done", "marks": []}),
        clinician.post(f"{API}/cases/1/adjudication", json={"edition": 0, "marks": []}),
        clinician.post(f"{API}/cases/1/adjudication", json={"edition": 1, "taken_from": "ZZ",
                                                            "marks": []}),
        researcher.patch(f"{API}/lists/1", json={"annotators": [1], "name": "Other"}),
        researcher.patch(f"{API}/lists/77", json={"closed": True}),
        researcher.get(f"{API}/lists/1/export?layout=nifti&source=annotator"),
        researcher.get(f"{API}/lists/77/export?layout=nifti"),
    ]  # fmt: skip
    assert [one.status_code for one in answers] == [409, 404, 409, 422, 422, 404, 422, 404]
    for one in answers:
        problem = one.json()
        assert all(problem[part] for part in ("failed", "found", "needed", "mend")), problem
    assert administrator.get("/api/v1/audit").json()["acts"] == before
    assert researcher.get(f"{API}/lists/1").json()["of_list"]["name"] == "Discs"


@pytest.mark.parametrize(
    "labels",
    [
        [{"name": "A b", "kind": "box"}, {"name": "a  B", "kind": "mask"}],
        [{"name": "Q", "kind": "case", "answers": ["x", " x "]}],
        [{"name": "Q", "kind": "case", "answers": []}],
        [{"name": "Q", "kind": "mask", "answers": ["x", "y"]}],
    ],
)
def test_labels_that_cannot_be_told_apart_are_refused_in_four_parts(
    labels: list[dict[str, Any]],
) -> None:
    news = [NewLabel.model_validate({"colour": "#00aaff"} | one) for one in labels]
    with pytest.raises(InputError) as refused:
        keyed_labels(news)
    assert len(refused.value.lines()) == 4


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Müller's  Disc", "muller-s-disc"),
        ("../x/..", "x"),
        ("椎間板", "label-1"),
        ("12", "label-12"),
        ("Background", "label-background"),
        ("--", "label-1"),
        ("con.", "con"),
    ],
)
def test_a_key_has_letters_digits_and_dashes_alone(name: str, key: str) -> None:
    (found,) = keyed_labels([NewLabel(name=name, kind="box", colour="#00aaff")])
    assert found["key"] == key and found["name"] == " ".join(name.split())


BOX = box((0, 0, 1, 1))
RING = [[0.0, 0.0]] * 20_000


def within(ring: list[Any]) -> dict[str, Any]:
    return area(0, 0, 2, 2) | {"outlines": [ring]}


WORK: dict[str, Any] = {"edition": 0, "state": "open", "marks": []}
LIST = {"name": "L", "labels": LABELS[:1], "annotators": [1], "studies": ["1"]}


@pytest.mark.parametrize(
    ("body", "fits", "too_much"),
    [
        (Mark, within(RING), within([*RING, [0.0, 0.0]])),
        (Mark, BOX | {"id": "a" * 64}, BOX | {"id": "a" * 65}),
        (Mark, BOX, BOX | {"id": "../a"}),
        (Mark, BOX, BOX | {"label": "a" * 81}),
        (Mark, BOX, BOX | {"place": place() | {"series_uid": "1.2/../3"}}),
        (Mark, BOX, BOX | {"place": place() | {"frame": -1}}),
        (Mark, BOX, BOX | {"by": "beatrix"}),
        (SavedWork, WORK | {"marks": [BOX] * 5000}, WORK | {"marks": [BOX] * 5001}),
        (SavedWork, WORK | {"reason": "a" * 2000}, WORK | {"reason": "a" * 2001}),
        (SavedWork, WORK | {"edition": 2**31 - 2}, WORK | {"edition": 2**31 - 1}),
        (SavedWork, WORK, WORK | {"user_id": 2}),
        (NewDecision, {"edition": 0, "marks": []}, {"edition": 0, "marks": [], "state": "open"}),
        (NewAnnotationList, LIST, LIST | {"labels": LABELS[:1] * 21}),
        (NewAnnotationList, LIST, LIST | {"labels": []}),
        (NewAnnotationList, LIST | {"studies": ["1"] * 5000}, LIST | {"studies": ["1"] * 5001}),
        (NewAnnotationList, LIST | {"annotators": [1] * 50}, LIST | {"annotators": [1] * 51}),
        (AnnotationListChange, {"annotators": [1]}, {"annotators": []}),
        (AnnotationListChange, {"name": "a" * 80}, {"name": "a" * 81}),
    ],
)
def test_a_body_is_taken_up_to_its_limit_and_refused_beyond(
    body: Any, fits: dict[str, Any], too_much: dict[str, Any]
) -> None:
    body.model_validate(fits)
    with pytest.raises(ValidationError):
        body.model_validate(too_much)
