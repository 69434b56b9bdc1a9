"""What readers say of findings by the interface: kept, told, audited, and refused if unfit."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import select
from tests.service.conftest import Client, LogIn
from tests.service.studies_of import put_run, put_study

from condyle.archive import audit
from condyle.archive.accounts import find_user
from condyle.archive.archive import Archive
from condyle.archive.clinical_tables import Correction
from condyle.archive.studies import changes_since, last_revision
from condyle.archive.tables import AuditEntry, FindingRow

GRADE, CALL, ABSTAINED = 1, 2, 3
"""Numbers of the findings of the first run."""

PLACE = {"series_uid": "1.2.3.1.1", "instance_uid": "1.2.3.1.1.1", "frame": 0}
BOX = {"place": PLACE, "box": [1.0, 2.0, 5.0, 6.5]}
OUTLINE = {"place": PLACE, "outline": [[0, 0], [0, 4], [4, 4.5]]}
NEW = {"name": "disc-bulging", "level": "L3-L4", "value": True}


@pytest.fixture
def run(archive: Archive) -> str:
    """A run on study 1 whose findings are numbered from 1."""
    return put_run(archive, put_study(archive))


def say(client: Client, study: int = 1, **body: Any) -> dict[str, Any]:
    answer = client.post(f"/api/v1/studies/{study}/corrections", json=body)
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


def refused(client: Client, status: int, study: int = 1, **body: Any) -> dict[str, Any]:
    answer = client.post(f"/api/v1/studies/{study}/corrections", json=body)
    assert answer.status_code == status, answer.text
    problem: dict[str, Any] = answer.json()
    return problem


def stands(told: dict[str, Any], number: int) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in told["findings"] if one["finding"] == number)
    return found


def test_a_study_that_nobody_has_corrected_stands_as_the_model_left_it(
    run: str, clinician: Client
) -> None:
    told = clinician.get("/api/v1/studies/1/corrections").json()
    assert told["corrections"] == []
    assert [one["state"] for one in told["findings"]] == ["open"] * 3
    assert [one["text"] for one in told["findings"]] == ["Grade 4", "Positive", "Abstained"]
    assert told["levels"] == {run: {"2": "L4-L5"}}
    assert told["findings"][0]["drawn"][0]["place"] == PLACE
    assert told["findings"][0]["by"] is None


def test_a_changed_grade_is_told_with_who_and_when(run: str, clinician: Client) -> None:
    told = say(clinician, kind="grade", finding=GRADE, grade=2, note="see slice 7")
    found = stands(told, GRADE)
    assert (found["state"], found["value"], found["text"]) == ("changed", 2, "Grade 2")
    assert (found["by"], found["at"]) == ("The clinician", "2030-01-07T08:00:00Z")
    (entry,) = told["corrections"]
    assert (entry["grade"], entry["note"], entry["superseded"]) == (2, "see slice 7", False)
    assert clinician.get("/api/v1/studies/1/corrections").json() == {**told, "said": []}


def test_words_come_in_the_language_that_is_asked_for(run: str, clinician: Client) -> None:
    say(clinician, kind="grade", finding=GRADE, grade=2)
    clinician.headers["Accept-Language"] = "es"
    found = stands(clinician.get("/api/v1/studies/1/corrections").json(), GRADE)
    assert found["text"] == "Grado 2"


def test_a_grade_that_is_the_models_accepts_it(run: str, clinician: Client) -> None:
    assert stands(say(clinician, kind="grade", finding=GRADE, grade=4), GRADE)["state"] == (
        "accepted"
    )


@pytest.mark.parametrize(
    ("said", "state", "value", "text"),
    [
        ({"kind": "accept"}, "accepted", True, "Positive"),
        ({"kind": "reject"}, "rejected", True, "Positive"),
        ({"kind": "call", "positive": False}, "changed", False, "Negative"),
    ],
)
def test_a_call_is_accepted_rejected_or_turned(
    run: str, clinician: Client, said: dict[str, Any], state: str, value: bool, text: str
) -> None:
    found = stands(say(clinician, finding=CALL, **said), CALL)
    assert (found["state"], found["value"], found["text"]) == (state, value, text)


def test_an_abstention_takes_a_call_of_the_readers_own(run: str, clinician: Client) -> None:
    assert "no value" in refused(clinician, 422, kind="accept", finding=ABSTAINED)["found"]
    found = stands(say(clinician, kind="call", finding=ABSTAINED, positive=True), ABSTAINED)
    assert (found["state"], found["value"]) == ("changed", True)


def test_the_whole_chain_of_levels_is_renamed_in_one_act(run: str, clinician: Client) -> None:
    told = say(clinician, kind="level", analysis=run, levels={"2": "L5-S1"})
    assert [one["level"] for one in told["findings"]] == ["L5-S1"] * 3
    assert told["levels"] == {run: {"2": "L5-S1"}}
    assert told["corrections"][0]["levels"] == {"2": "L5-S1"}
    seen = clinician.get("/api/v1/studies/1").json()["findings"]
    assert {one["level"] for one in seen} == {"L4-L5"}, "the model's stay as they are"


def test_an_outline_and_a_box_take_the_models_place_on_their_frame(
    run: str, clinician: Client
) -> None:
    say(clinician, kind="outline", finding=CALL, drawn=OUTLINE)
    found = stands(say(clinician, kind="box", finding=CALL, drawn=BOX), CALL)
    (drawn,) = found["drawn"]
    assert (drawn["outline"], drawn["box"]) == (OUTLINE["outline"], BOX["box"])
    assert (found["state"], found["value"]) == ("changed", True)


def test_a_finding_is_added_beside_the_models_and_changed_like_them(
    run: str, clinician: Client
) -> None:
    told = say(clinician, kind="add", finding_added={**NEW, "drawn": BOX})
    added = told["findings"][-1]
    assert (added["title"], added["state"], added["level"]) == (
        "Posterior contour bulge",
        "added",
        "L3-L4",
    )
    assert added["drawn"][0]["box"] == BOX["box"]
    told = say(clinician, kind="call", added=added["added"], positive=False)
    assert (told["findings"][-1]["text"], told["findings"][-1]["state"]) == ("Negative", "added")
    told = say(clinician, kind="withdraw", supersedes=added["added"])
    assert len(told["findings"]) == 3
    assert told["corrections"][0]["superseded"]
    refused(clinician, 404, kind="reject", added=added["added"])


def test_what_is_withdrawn_leaves_the_models_finding_open(run: str, clinician: Client) -> None:
    first = say(clinician, kind="reject", finding=CALL)["corrections"][0]["id"]
    told = say(clinician, kind="withdraw", supersedes=first)
    assert stands(told, CALL)["state"] == "open"
    assert [(one["kind"], one["superseded"]) for one in told["corrections"]] == [
        ("reject", True),
        ("withdraw", False),
    ]
    again = refused(clinician, 409, kind="withdraw", supersedes=first)
    assert "stands no more" in again["found"]


def test_of_two_readers_the_latest_word_counts_and_neither_overwrites_the_other(
    run: str, log_in: LogIn, archive: Archive
) -> None:
    one = log_in("clinician")
    with archive.database.write() as session:
        user = find_user(session, "viewer")
        assert user is not None
        user.role = "clinician"
    other = log_in("viewer")
    first = say(one, kind="grade", finding=GRADE, grade=3)["corrections"][0]["id"]
    told = say(other, kind="grade", finding=GRADE, grade=5)
    assert [row["superseded"] for row in told["corrections"]] == [False, False]
    assert (stands(told, GRADE)["value"], stands(told, GRADE)["by"]) == (5, "The viewer")
    refused(other, 409, kind="withdraw", supersedes=first)
    last = told["corrections"][-1]["id"]
    told = say(other, kind="withdraw", supersedes=last)
    assert (stands(told, GRADE)["value"], stands(told, GRADE)["by"]) == (3, "The clinician")


def test_two_windows_of_one_reader_do_not_overwrite_each_other_unseen(
    run: str, clinician: Client
) -> None:
    first = say(clinician, kind="grade", finding=GRADE, grade=3)["corrections"][0]["id"]
    say(clinician, kind="grade", finding=GRADE, grade=2, supersedes=first)
    problem = refused(clinician, 409, kind="grade", finding=GRADE, grade=5, supersedes=first)
    assert "load the study again" in problem["mend"]


def test_each_correction_is_audited_and_moves_the_studys_revision(
    run: str, clinician: Client, archive: Archive
) -> None:
    with archive.database.read() as session:
        before = last_revision(session)
    say(clinician, kind="grade", finding=GRADE, grade=1, note="Moreau says it hurts")
    refused(clinician, 422, kind="grade", finding=GRADE, grade=9)
    with archive.database.read() as session:
        (entry,) = session.scalars(
            select(AuditEntry).where(AuditEntry.action == "finding.corrected")
        )
        assert (entry.user_name, entry.patient_id) == ("clinician", 1)
        assert (entry.details["kind"], entry.details["finding"]) == ("grade", GRADE)
        assert "hurts" not in json.dumps(entry.details)
        assert audit.verify(session) is None
        assert [change.study_id for change in changes_since(session, before)] == [1]


def test_nothing_of_the_models_is_changed(run: str, clinician: Client, archive: Archive) -> None:
    def rows() -> list[Any]:
        with archive.database.read() as session:
            found = session.scalars(select(FindingRow).order_by(FindingRow.id))
            return [(row.level, row.positive, row.document) for row in found]

    before = rows()
    say(clinician, kind="grade", finding=GRADE, grade=1)
    say(clinician, kind="level", analysis=run, levels={"2": "L5-S1"})
    say(clinician, kind="outline", finding=CALL, drawn=OUTLINE)
    assert rows() == before


HOSTILE: list[tuple[int, dict[str, Any]]] = [
    (404, {"kind": "accept", "finding": 99}),
    (422, {"kind": "accept", "finding": 2**40}),
    (422, {"kind": "accept", "finding": -1}),
    (422, {"kind": "accept"}),
    (422, {"kind": "accept", "finding": 1, "added": 1}),
    (422, {"kind": "accept", "finding": 1, "grade": 4}),
    (422, {"kind": "grade", "finding": 1, "grade": 0}),
    (422, {"kind": "grade", "finding": 1, "grade": 6}),
    (422, {"kind": "grade", "finding": 1}),
    (422, {"kind": "grade", "finding": 2, "grade": 1}),
    (422, {"kind": "call", "finding": 1, "positive": True}),
    (422, {"kind": "withdraw"}),
    (409, {"kind": "withdraw", "supersedes": 77}),
    (404, {"kind": "level", "analysis": "x' OR 1=1 --", "levels": {"2": "L5-S1"}}),
    (422, {"kind": "level", "levels": {"2": "L5-S1"}}),
    (422, {"kind": "box", "finding": 2, "drawn": {**BOX, "box": [4, 4, 2, 8]}}),
    (422, {"kind": "box", "finding": 2, "drawn": {**BOX, "box": [0, 0, 9, 8]}}),
    (422, {"kind": "box", "finding": 2, "drawn": OUTLINE}),
    (422, {"kind": "outline", "finding": 2, "drawn": {**OUTLINE, "outline": [[0, 0], [1, 1]]}}),
    (404, {"kind": "box", "finding": 2, "drawn": {**BOX, "place": {**PLACE, "frame": 1}}}),
    (404, {"kind": "box", "finding": 2, "drawn": {**BOX, "place": {**PLACE, "series_uid": "1"}}}),
    (404, {"kind": "box", "finding": 2, "drawn": {**BOX, "place": {**PLACE, "instance_uid": "%"}}}),
    (422, {"kind": "add", "finding_added": {**NEW, "name": "<script>"}}),
    (422, {"kind": "add", "finding_added": {**NEW, "level": "C5-C6"}}),
    (422, {"kind": "add", "finding_added": {**NEW, "value": 1}}),
    (422, {"kind": "add", "finding_added": {**NEW, "name": "pfirrmann-grade", "value": True}}),
    (422, {"kind": "add", "finding_added": {**NEW, "name": "pfirrmann-grade", "value": 10**30}}),
    (422, {"kind": "add", "finding": 1, "finding_added": NEW}),
    (422, {"kind": "sign", "finding": 1}),
]


@pytest.mark.parametrize(("status", "body"), HOSTILE)
def test_what_does_not_fit_is_refused_and_leaves_no_row(
    run: str, clinician: Client, archive: Archive, status: int, body: dict[str, Any]
) -> None:
    problem = refused(clinician, status, **body)
    assert problem["found"] and "Traceback" not in json.dumps(problem)
    with archive.database.read() as session:
        assert session.scalars(select(Correction)).all() == []


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_a_number_that_is_none_is_refused(run: str, clinician: Client, number: str) -> None:
    for drawn in (BOX, OUTLINE):
        kind = "box" if drawn is BOX else "outline"
        body = json.dumps({"kind": kind, "finding": CALL, "drawn": drawn})
        answer = clinician.post(
            "/api/v1/studies/1/corrections",
            content=body.replace("4.5" if kind == "outline" else "6.5", number),
            headers={"Content-Type": "application/json"},
        )
        assert answer.status_code in (400, 422), answer.text


@pytest.mark.parametrize("note", ["a\0b", "half \ud800 a pair", "<img src=x onerror=alert(1)>"])
def test_a_note_is_kept_as_text_whatever_is_in_it(run: str, clinician: Client, note: str) -> None:
    body = json.dumps({"kind": "accept", "finding": CALL, "note": note})
    answer = clinician.post(
        "/api/v1/studies/1/corrections", content=body, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code in (201, 422), answer.text
    assert clinician.get("/api/v1/studies/1/corrections").status_code == 200


def test_findings_of_another_study_or_of_a_silent_run_cannot_be_corrected(
    run: str, clinician: Client, archive: Archive
) -> None:
    hidden = put_study(archive, 2)
    silent = put_run(archive, hidden, number=2, hidden=True)
    refused(clinician, 404, study=hidden, kind="accept", finding=GRADE)
    refused(clinician, 404, study=hidden, kind="grade", finding=4, grade=2)
    refused(clinician, 404, study=hidden, kind="level", analysis=silent, levels={"2": "L5-S1"})
    refused(clinician, 404, study=9, kind="accept", finding=GRADE)
    assert clinician.get(f"/api/v1/studies/{hidden}/corrections").json()["findings"] == []


def test_findings_of_a_run_that_another_has_followed_cannot_be_corrected(
    run: str, clinician: Client, archive: Archive
) -> None:
    put_run(archive, 1, minute=1)
    refused(clinician, 404, kind="accept", finding=GRADE)
    say(clinician, kind="accept", finding=GRADE + 3)


def test_who_sees_no_names_sees_neither_readers_nor_notes(
    run: str, clinician: Client, researcher: Client
) -> None:
    say(clinician, kind="reject", finding=CALL, note="Ana Moreau told me")
    answer = researcher.get("/api/v1/studies/1/corrections")
    assert "The clinician" not in answer.text and "Moreau" not in answer.text
    assert stands(answer.json(), CALL)["by"].startswith("reader-")
    refused(researcher, 403, kind="accept", finding=CALL)


def test_to_see_corrections_is_to_see_the_patient(
    run: str, clinician: Client, archive: Archive
) -> None:
    clinician.get("/api/v1/studies/1/corrections")
    with archive.database.read() as session:
        (entry,) = session.scalars(select(AuditEntry).where(AuditEntry.action == "study.viewed"))
    assert entry.patient_id == 1
