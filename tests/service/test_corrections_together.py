"""Several things said at once, and what a correction tells of the model's finding."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import event, select
from tests.service.conftest import Client, LogIn
from tests.service.studies_of import put_run, put_study

from condyle.archive import audit
from condyle.archive.archive import Archive
from condyle.archive.clinical_tables import Correction
from condyle.archive.tables import AuditEntry

GRADE, CALL, ABSTAINED = 1, 2, 3
TOGETHER = "/api/v1/studies/1/corrections/together"
ACCEPT_BOTH = [{"kind": "accept", "finding": GRADE}, {"kind": "accept", "finding": CALL}]


@pytest.fixture
def run(archive: Archive) -> str:
    """A run on study 1 whose findings are numbered from 1."""
    return put_run(archive, put_study(archive))


def say(client: Client, *bodies: dict[str, Any]) -> dict[str, Any]:
    answer = client.post(TOGETHER, json={"corrections": list(bodies)})
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


def kept(archive: Archive) -> list[tuple[str, int | None]]:
    with archive.database.read() as session:
        rows = session.scalars(select(Correction).order_by(Correction.id))
        return [(row.kind, row.finding_id) for row in rows]


def test_all_are_kept_in_their_order_and_their_numbers_are_told(
    run: str, clinician: Client, archive: Archive
) -> None:
    told = say(clinician, *ACCEPT_BOTH)
    assert [one["state"] for one in told["findings"]] == ["accepted", "accepted", "open"]
    assert told["said"] == [one["id"] for one in told["corrections"]]
    assert kept(archive) == [("accept", GRADE), ("accept", CALL)]
    with archive.database.read() as session:
        acts = session.scalars(select(AuditEntry).where(AuditEntry.action == "finding.corrected"))
        assert [act.details["finding"] for act in acts] == [GRADE, CALL]
        assert audit.verify(session) is None


def test_what_was_said_at_once_is_taken_back_at_once(run: str, clinician: Client) -> None:
    said = say(clinician, *ACCEPT_BOTH)["said"]
    told = say(clinician, *({"kind": "withdraw", "supersedes": one} for one in said))
    assert {one["state"] for one in told["findings"]} == {"open"}


def test_none_is_kept_where_one_does_not_fit(run: str, clinician: Client, archive: Archive) -> None:
    unfit = {"kind": "accept", "finding": ABSTAINED}
    answer = clinician.post(TOGETHER, json={"corrections": [*ACCEPT_BOTH, unfit]})
    assert answer.status_code == 422 and "no value" in answer.json()["found"]
    assert kept(archive) == []


@pytest.mark.parametrize("count", [0, 501])
def test_nothing_at_all_and_too_much_are_refused(run: str, clinician: Client, count: int) -> None:
    body = {"corrections": [ACCEPT_BOTH[0]] * count}
    assert clinician.post(TOGETHER, json=body).status_code == 422


def test_a_later_one_takes_the_place_of_an_earlier_of_the_same_call(
    run: str, clinician: Client
) -> None:
    grades = ({"kind": "grade", "finding": GRADE, "grade": grade} for grade in (2, 3))
    told = say(clinician, *grades)
    assert [one["superseded"] for one in told["corrections"]] == [True, False]
    assert told["findings"][0]["value"] == 3


def test_it_is_told_whose_a_correction_is_and_what_the_model_had_said(
    run: str, clinician: Client, log_in: LogIn
) -> None:
    (mine,) = say(clinician, {"kind": "grade", "finding": GRADE, "grade": 2})["corrections"]
    assert mine["mine"]
    assert mine["of_model"] == {
        "name": "pfirrmann-grade",
        "title": "Pfirrmann grade",
        "level": "L4-L5",
        "index_from_caudal": 2,
        "value": 4,
        "text": "Grade 4",
    }
    (seen,) = log_in("viewer").get("/api/v1/studies/1/corrections").json()["corrections"]
    assert not seen["mine"] and seen["of_model"] == mine["of_model"]


def test_a_correction_of_an_earlier_run_still_tells_what_it_was_of(
    run: str, clinician: Client, archive: Archive
) -> None:
    say(clinician, {"kind": "grade", "finding": GRADE, "grade": 2})
    put_run(archive, 1, minute=1)
    told = clinician.get("/api/v1/studies/1/corrections").json()
    assert {one["state"] for one in told["findings"]} == {"open"}
    (entry,) = told["corrections"]
    assert (entry["analysis"], entry["of_model"]["level"]) == (run, "L4-L5")
    assert told["said"] == []


def test_what_a_model_abstained_from_has_no_value_and_says_so(run: str, clinician: Client) -> None:
    call = {"kind": "call", "finding": ABSTAINED, "positive": True}
    add = {"name": "disc-narrowing", "level": "L1-L2", "value": True}
    first, second = say(clinician, call, {"kind": "add", "finding_added": add})["corrections"]
    assert (first["of_model"]["value"], first["of_model"]["text"]) == (None, "Abstained")
    assert second["of_model"] is None


def test_the_models_findings_are_asked_for_no_oftener_however_much_is_said(
    run: str, clinician: Client, archive: Archive
) -> None:
    asked: list[str] = []
    event.listen(
        archive.database.engine,
        "before_cursor_execute",
        lambda _c, _k, statement, *_: asked.append(statement),
    )

    def times(*bodies: dict[str, Any]) -> int:
        asked.clear()
        say(clinician, *bodies)
        return sum("FROM findings" in statement for statement in asked)

    once = times(ACCEPT_BOTH[0])
    assert times(*(ACCEPT_BOTH * 5)) == once > 0
