"""The audit log as an administrator reads, checks and exports it."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from sqlalchemy import text

from condyle.archive import audit
from condyle.service.auditing.heads import heads_file, note_head
from condyle.service.deps import Deps
from condyle.service.routes import audit as route

from .conftest import START, Client, LogIn

AUDIT = "/api/v1/audit"
CHAIN = f"{AUDIT}/chain"
EXPORT = f"{AUDIT}/export"


def write(deps: Deps, *actions: str, patient: int | None = None, name: str = "tests") -> None:
    with deps.archive.database.write() as session:
        for number, action in enumerate(actions, 1):
            act = audit.system_act(name)(
                deps.now(), action, subject="study", subject_id=str(number), n=number
            )
            audit.append(session, act if patient is None else act.of_patient(patient))


def told(client: Client, **asked: Any) -> list[str]:
    answer = client.get(AUDIT, params=asked)
    assert answer.status_code == 200, answer.text
    return [line["action"] for line in answer.json()["acts"]]


def walk(client: Client) -> list[dict[str, Any]]:
    steps: list[dict[str, Any]] = []
    params: dict[str, Any] = {}
    while not steps or not steps[-1]["done"]:
        steps.append(client.get(CHAIN, params=params).json())
        params = {"after": steps[-1]["checked"], "hash": steps[-1]["hash"]}
    return steps


def test_acts_are_filtered_by_kind_study_and_time(administrator: Client, deps: Deps) -> None:
    write(deps, "study.viewed", "study.priority", "report.signed")
    assert told(administrator, action="study.") == ["study.priority", "study.viewed"]
    assert told(administrator, action="report.signed") == ["report.signed"]
    assert told(administrator, study=2) == ["study.priority"]
    assert told(administrator, until=START.isoformat()) == []
    assert len(told(administrator, since=START.isoformat())) == 4


@pytest.mark.parametrize(
    "wrong", [{"action": "Study%"}, {"since": "yesterday"}, {"since": "2030-01-07T08:00:00"}]
)
def test_what_is_no_kind_and_no_time_with_a_zone_is_refused(
    administrator: Client, wrong: dict[str, str]
) -> None:
    assert administrator.get(AUDIT, params=wrong).status_code == 422


def test_the_chain_is_checked_in_steps_up_to_its_head(
    administrator: Client, deps: Deps, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(deps, *["study.viewed"] * 6)
    note_head(deps.archive, heads_file(deps.settings))
    monkeypatch.setattr(route, "STEP", 3)
    steps = walk(administrator)
    assert [step["checked"] for step in steps] == [3, 6, 7]
    assert [step["noted"] for step in steps] == [0, 0, 1]
    assert {step["newest"] for step in steps} == {7}
    assert all(step["broken"] is None for step in steps)
    with deps.archive.database.read() as session:
        assert steps[-1]["hash"] == audit.head(session).hash


def test_an_act_that_was_changed_is_named_and_ends_the_check(
    administrator: Client, deps: Deps
) -> None:
    write(deps, "study.viewed", "study.viewed")
    with deps.archive.database.write() as session:
        session.execute(text("UPDATE audit_entries SET subject_id = '9' WHERE id = 2"))
    [step] = walk(administrator)
    assert (step["checked"], step["done"]) == (1, True)
    assert (step["broken"]["number"], step["broken"]["fault"]) == (2, "changed")


def test_a_log_whose_end_was_cut_off_is_not_whole(administrator: Client, deps: Deps) -> None:
    write(deps, "study.viewed", "study.viewed")
    note_head(deps.archive, heads_file(deps.settings))
    with deps.archive.database.write() as session:
        session.execute(text("DELETE FROM audit_entries WHERE id = 3"))
    [step] = walk(administrator)
    assert (step["broken"]["number"], step["broken"]["fault"]) == (3, "cut")


def test_what_is_exported_is_what_is_asked_for_whole_and_written_down(
    administrator: Client, deps: Deps
) -> None:
    write(deps, "study.viewed", "study.priority", patient=4)
    answer = administrator.get(EXPORT, params={"patient": 4})
    assert answer.headers["content-disposition"] == 'attachment; filename="audit.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [row["act"] for row in rows] == ["study.priority", "study.viewed"]
    assert json.loads(rows[0]["details"]) == {"n": 2}
    assert rows[0]["at_utc"].startswith("2030-01-07T08:00:00")
    assert rows[0]["previous_hash"] == rows[1]["hash"]
    newest = administrator.get(AUDIT, params={"limit": 1}).json()["acts"][0]
    assert (newest["action"], newest["details"]) == ("audit.exported", {"rows": 2})


def test_an_export_of_many_pages_has_each_act_once(
    administrator: Client, deps: Deps, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("condyle.service.exports.audit._PAGE", 2)
    write(deps, *["study.viewed"] * 5)
    rows = list(csv.DictReader(io.StringIO(administrator.get(EXPORT).text)))
    assert [int(row["number"]) for row in rows] == [6, 5, 4, 3, 2, 1]


def test_no_spreadsheet_takes_a_cell_of_the_export_for_a_formula(
    administrator: Client, deps: Deps
) -> None:
    write(deps, "study.viewed", name="=1+1")
    rows = list(csv.DictReader(io.StringIO(administrator.get(EXPORT).text)))
    assert rows[0]["user"] == "'=1+1"


@pytest.mark.parametrize("path", [AUDIT, CHAIN, EXPORT])
@pytest.mark.parametrize("role", ["viewer", "clinician", "annotator", "researcher"])
def test_nobody_but_an_administrator_reads_the_log(log_in: LogIn, path: str, role: Any) -> None:
    assert log_in(role).get(path).status_code == 403
