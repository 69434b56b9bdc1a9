"""The audit log with hostile text, filters together, and its chain checked from anywhere."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from typing import Any

import pytest
from sqlalchemy import text

from condyle.archive import audit
from condyle.service.auditing.heads import heads_file, note_head, noted_heads
from condyle.service.deps import Deps
from condyle.service.routes import audit as route

from .conftest import START, Client, Clock

AUDIT = "/api/v1/audit"
PARTS = ("failed", "found", "needed", "mend")


def write(deps: Deps, action: str, subject_id: str = "1", **more: Any) -> None:
    act = audit.Act(
        at=deps.now(),
        user_id=None,
        user_name=more.get("name", "tests"),
        action=action,
        subject=more.get("subject", "study"),
        subject_id=subject_id,
        patient_id=more.get("patient"),
        details=more.get("details", {}),
    )
    with deps.archive.database.write() as session:
        audit.append(session, act)


def exported(client: Client, **asked: Any) -> list[dict[str, str]]:
    answer = client.get(f"{AUDIT}/export", params=asked)
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.content.decode(), newline=""), strict=True))


def told(client: Client, **asked: Any) -> list[int]:
    answer = client.get(AUDIT, params=asked)
    assert answer.status_code == 200, answer.text
    return [line["id"] for line in answer.json()["acts"]]


FORMULAS = (
    '=HYPERLINK("http://x","y")',
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "  =1",
)
TEXTS = ('say "no"', "one,two", "first\nsecond", "a\r\nb", "ñandú 骨", "x;y", "'quoted'")


def test_a_formula_in_a_name_begins_no_cell(administrator: Client, deps: Deps) -> None:
    for hostile in FORMULAS:
        write(deps, "study.viewed", hostile, name=hostile)
    rows = exported(administrator, action="study.viewed")[::-1]
    assert [row["user"] for row in rows] == [f"'{hostile}" for hostile in FORMULAS]
    assert [row["subject_id"] for row in rows] == [f"'{hostile}" for hostile in FORMULAS]


def test_quotes_commas_and_lines_in_a_cell_come_back_as_they_were(
    administrator: Client, deps: Deps
) -> None:
    for hostile in TEXTS:
        write(deps, "study.viewed", name=hostile, details={"said": hostile})
    rows = exported(administrator, action="study.viewed")[::-1]
    assert tuple(row["user"] for row in rows) == TEXTS
    assert [json.loads(row["details"]) for row in rows] == [{"said": one} for one in TEXTS]
    assert {len(row) for row in rows} == {10}


def test_an_export_of_nothing_is_a_table_without_lines_and_is_written_down(
    administrator: Client, deps: Deps
) -> None:
    assert exported(administrator, action="no.such") == []
    (line,) = administrator.get(AUDIT, params={"limit": 1}).json()["acts"]
    assert (line["action"], line["details"]) == ("audit.exported", {"rows": 0})


@pytest.fixture
def month(deps: Deps, clock: Clock) -> None:
    """Acts 2 to 7, the first of January's last second, the rest of February."""
    clock.now = dt.datetime(2030, 1, 31, 23, 59, 59, 999999, tzinfo=dt.UTC)
    write(deps, "study.viewed", "5", patient=1)
    clock.now += dt.timedelta(microseconds=1)
    write(deps, "study.viewed", "5", patient=1)
    write(deps, "study.priority", "5", patient=1)
    write(deps, "study.viewed", "6", patient=1)
    write(deps, "study.viewed", "7", patient=2)
    write(deps, "report.signed", "5", patient=1, subject="report")
    clock.now = START


FILTERS: tuple[tuple[dict[str, Any], list[int]], ...] = (
    ({"patient": 1, "action": "study."}, [5, 4, 3, 2]),
    ({"patient": 1, "action": "study.viewed", "since": "2030-02-01T00:00:00Z"}, [5, 3]),
    ({"study": 5}, [4, 3, 2]),
    ({"study": 5, "action": "study.viewed", "until": "2030-02-01T00:00:00Z"}, [2]),
    ({"study": 5, "patient": 2}, []),
    ({"patient": 1, "limit": 2}, [7, 5]),
    ({"since": "2030-01-31T20:00:00-04:00", "action": "report."}, [7]),
    ({"since": "2030-02-01T00:00:00Z", "until": "2030-02-01T00:00:00Z"}, []),
    ({"action": "study"}, []),
)
"""What is asked for, and which of the acts of ``month`` it is, the first being 2."""


@pytest.mark.usefixtures("month")
def test_filters_hold_together_and_at_a_months_last_moment(administrator: Client) -> None:
    # The log-in of the administrator is an act too, before those of the month or after them.
    first = min(told(administrator, action="study.viewed", patient=1))
    given = [[at - first + 2 for at in told(administrator, **asked)] for asked, _ in FILTERS]
    assert given == [wanted for _, wanted in FILTERS]


@pytest.mark.usefixtures("month")
def test_pages_follow_one_another_without_gap_under_a_filter(administrator: Client) -> None:
    pages, before = [], None
    while True:
        asked = {"action": "study.", "limit": 2} | ({"before": before} if before else {})
        answer = administrator.get(AUDIT, params=asked).json()
        pages.append([line["id"] for line in answer["acts"]])
        before = answer["next"]
        if before is None:
            break
    assert [len(page) for page in pages] == [2, 2, 1]
    every = [number for page in pages for number in page]
    assert every == sorted(set(every), reverse=True) == told(administrator, action="study.")


@pytest.mark.usefixtures("month")
def test_an_export_takes_the_filters_of_the_page_and_no_limit(administrator: Client) -> None:
    asked = {"patient": 1, "action": "study.viewed"}
    rows = exported(administrator, **asked)
    assert [int(row["number"]) for row in rows] == told(administrator, **asked)
    assert {row["patient"] for row in rows} == {"1"}


def test_a_page_that_cannot_be_is_refused_with_what_is_needed(administrator: Client) -> None:
    wrong = ({"limit": 0}, {"limit": 501}, {"patient": 0}, {"study": 2**63}, {"action": "a" * 81})
    for asked in wrong:
        answer = administrator.get(AUDIT, params=asked)
        assert answer.status_code == 422 and all(answer.json()[part] for part in PARTS), asked


def test_a_check_that_begins_after_an_act_with_another_hash_says_that_it_moved(
    administrator: Client, deps: Deps
) -> None:
    write(deps, "study.viewed")
    step = administrator.get(f"{AUDIT}/chain", params={"after": 1, "hash": "a" * 64}).json()
    assert (step["broken"]["number"], step["broken"]["fault"], step["done"]) == (2, "moved", True)


@pytest.mark.parametrize(
    ("statement", "fault", "number"),
    [
        ("DELETE FROM audit_entries WHERE id = 3", "gone", 4),
        ("UPDATE audit_entries SET user_name = 'nobody' WHERE id = 4", "changed", 4),
        ("UPDATE audit_entries SET details = '{\"rows\": 1}' WHERE id = 2", "changed", 2),
        ("UPDATE audit_entries SET at = '2030-01-07 08:00:01.000000' WHERE id = 5", "changed", 5),
        ("UPDATE audit_entries SET patient_id = 1 WHERE id = 5", "changed", 5),
        ("DELETE FROM audit_entries WHERE id >= 4", "cut", 6),
    ],
)
def test_each_way_to_falsify_it_is_named_whatever_step_it_falls_in(
    statement: str,
    fault: str,
    number: int,
    administrator: Client,
    deps: Deps,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(route, "STEP", 2)
    for _ in range(5):
        write(deps, "study.viewed")
    note_head(deps.archive, heads_file(deps.settings))
    assert noted_heads(heads_file(deps.settings))[-1].number == 6
    with deps.archive.database.write() as session:
        session.execute(text("PRAGMA foreign_keys = OFF"))
        session.execute(text(statement.replace(":", r"\:")))
    params: dict[str, Any] = {}
    for _ in range(9):
        step = administrator.get(f"{AUDIT}/chain", params=params).json()
        if step["done"]:
            break
        params = {"after": step["checked"], "hash": step["hash"]}
    assert step["broken"] is not None
    assert (step["broken"]["fault"], step["broken"]["number"]) == (fault, number)


def test_an_empty_piece_of_the_chain_is_whole(administrator: Client, deps: Deps) -> None:
    whole = administrator.get(f"{AUDIT}/chain").json()
    rest = {"after": whole["checked"], "hash": whole["hash"]}
    step = administrator.get(f"{AUDIT}/chain", params=rest).json()
    assert (step["done"], step["broken"], step["checked"]) == (True, None, whole["checked"])
    with deps.archive.database.read() as session:
        assert audit.verify(session) is None
