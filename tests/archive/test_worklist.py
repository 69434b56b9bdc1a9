"""The worklist gives the same studies as looking at every one, whichever way it finds them."""

from __future__ import annotations

import base64
import datetime as dt
import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from sqlalchemy import insert
from sqlalchemy.orm import Session

from condyle.archive import worklist_search
from condyle.archive.database import Database
from condyle.archive.tables import Patient, StudyRow, StudyWord
from condyle.archive.words import folded, words_of
from condyle.archive.worklist import Sort, WorklistQuery, worklist
from condyle.archive.worklist_order import order_of, place_of
from condyle.errors import InputError

COUNT = 120
SORTS: tuple[Sort, ...] = ("received", "date", "priority", "patient")
NAMES = ("Ångström^Eva", "Anger^Max", "Müller^Jürgen", "O'Neill^Ana María", "", "李^小龙")


def study(number: int, random: np.random.Generator) -> dict[str, Any]:
    """Draws a study; several came at the same time and on the same day."""
    name = NAMES[random.integers(len(NAMES))]
    date = dt.date(2030, 1, 1) + dt.timedelta(days=int(random.integers(20)))
    dated = random.random() < 0.9
    anatomy = [None, "knee", "lumbar-spine"][random.integers(3)]
    return {
        "id": number,
        "uid": f"1.{number}",
        "patient_id": NAMES.index(name) + 1,
        "patient_sort": folded(name),
        "accession": f"ACC{number:03d}",
        "description": "MR Knee" if anatomy == "knee" else "MR Lumbar spine",
        "study_date": date if dated else None,
        "date_sort": date if dated else dt.date.min,
        "anatomy": anatomy,
        "source": ["pacs", "upload"][random.integers(2)],
        "state": ["received", "read", "signed", "refused"][random.integers(4)],
        "priority_rank": int(random.choice([0, 1, 2, 2, 2])),
        "received_at": dt.datetime(2030, 1, 1, int(random.integers(24)), tzinfo=dt.UTC),
        "revision": number,
    }


@pytest.fixture
def studies(database: Database) -> list[dict[str, Any]]:
    random = np.random.default_rng(3)
    rows = [study(number, random) for number in range(1, COUNT + 1)]
    with database.write() as session:
        session.execute(
            insert(Patient),
            [
                {"id": at, "identifier": f"ID{at}", "name": name, "pseudonym": f"P{at}"}
                for at, name in enumerate(NAMES, start=1)
            ],
        )
        session.execute(insert(StudyRow), rows)
        session.execute(
            insert(StudyWord),
            [{"word": word, "study_id": row["id"]} for row in rows for word in words(row)],
        )
    return rows


def words(row: dict[str, Any]) -> frozenset[str]:
    name = NAMES[row["patient_id"] - 1]
    return words_of(name, f"ID{row['patient_id']}", row["accession"], row["description"])


def fits(row: dict[str, Any], query: WorklistQuery) -> bool:
    equal = ("state", "anatomy", "source", "priority_rank")
    return (
        all(getattr(query, name) in (None, row[name]) for name in equal)
        and all(any(w.startswith(p) for w in words(row)) for p in words_of(query.search))
        and (query.first_date is None or (row["study_date"] or dt.date.min) >= query.first_date)
        and (query.last_date is None or (row["study_date"] or dt.date.max) <= query.last_date)
    )


def expected(rows: Sequence[dict[str, Any]], query: WorklistQuery) -> list[int]:
    """Looks at every study: the oracle."""
    keys = {
        "received": lambda row: (-row["received_at"].timestamp(), -row["id"]),
        "date": lambda row: (-row["date_sort"].toordinal(), -row["id"]),
        "priority": lambda row: (
            row["priority_rank"],
            -row["received_at"].timestamp(),
            -row["id"],
        ),
        "patient": lambda row: (row["patient_sort"], row["id"]),
    }
    found = [row for row in rows if fits(row, query)]
    return [row["id"] for row in sorted(found, key=keys[query.sort])]


def every_page(session: Session, **asked: Any) -> list[int]:
    found: list[int] = []
    after = None
    while True:
        page = worklist(session, WorklistQuery(**asked, after=after))
        found += [row.id for row in page.studies]
        after = page.next
        if after is None:
            return found
        assert len(page.studies) == asked.get("limit", 50)


ASKED: tuple[dict[str, Any], ...] = (
    {},
    {"state": "read"},
    {"anatomy": "knee", "source": "upload"},
    {"priority_rank": 2},
    {"priority_rank": 0, "state": "refused", "anatomy": "knee"},
    {"first_date": dt.date(2030, 1, 10)},
    {"last_date": dt.date(2030, 1, 5)},
    {"first_date": dt.date(2030, 1, 3), "last_date": dt.date(2030, 1, 8), "state": "signed"},
    {"search": "knee"},
    {"search": "ang"},
    {"search": "MÜLL jür"},
    {"search": "kn ang max"},
    {"search": "acc01", "source": "pacs"},
    {"search": "knee lumbar"},
    {"search": "knee lumbar", "state": "read"},
    {"search": "mr spine", "source": "pacs"},
    {"search": "nobody"},
    {"search": "小"},
    {"search": "李"},
    {"search": "  ,; "},
    {"search": "%"},
    {"search": "o'neill maria", "state": "read"},
)


@pytest.mark.parametrize("narrow", [0, 30, 10_000])
def test_every_way_gives_what_looking_at_each_study_gives(
    database: Database,
    studies: list[dict[str, Any]],
    narrow: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With no narrow set it always walks, with all sets narrow it never does."""
    monkeypatch.setattr(worklist_search, "_NARROW", narrow)
    monkeypatch.setattr(worklist_search, "_NARROW_OF_SEVERAL", narrow)
    with database.read() as session:
        # Two of the four orders for each, as all pairs take long; which two changes.
        pairs = [(q, s) for at, q in enumerate(ASKED) for s in SORTS[(at + narrow // 30) % 2 :: 2]]
        for asked, sort in pairs:
            query = WorklistQuery(sort=sort, **asked)
            found = every_page(session, sort=sort, limit=37, **asked)
            assert found == expected(studies, query), query


def test_the_total_is_exact_on_every_page(
    database: Database, studies: list[dict[str, Any]]
) -> None:
    with database.read() as session:
        for asked in ASKED:
            query = WorklistQuery(limit=7, **asked)
            total = len(expected(studies, query))
            first = worklist(session, query)
            assert (first.total, first.total_is_floor) == (total, False), asked
            if first.next is not None:
                second = worklist(session, WorklistQuery(limit=7, after=first.next, **asked))
                assert second.total == total, asked


def test_beyond_a_bound_the_total_is_a_floor(
    database: Database, studies: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("worklist", "worklist_search"):
        monkeypatch.setattr(f"condyle.archive.{module}.COUNTED", 100)
    with database.read() as session:
        page = worklist(session, WorklistQuery(limit=10))
        few = worklist(session, WorklistQuery(limit=10, state="refused"))
    assert (page.total, page.total_is_floor) == (100, True)
    assert (few.total, few.total_is_floor) == (
        sum(row["state"] == "refused" for row in studies),
        False,
    )


def test_a_study_that_comes_between_two_pages_moves_nothing(
    database: Database, studies: list[dict[str, Any]]
) -> None:
    with database.read() as session:
        first = worklist(session, WorklistQuery(limit=10))
    new = study(COUNT + 1, np.random.default_rng(9))
    new["received_at"] = dt.datetime(2031, 1, 1, tzinfo=dt.UTC)
    with database.write() as session:
        session.execute(insert(StudyRow), [new])
        second = worklist(session, WorklistQuery(limit=10, after=first.next))
    assert [row.id for row in second.studies] == expected(studies, WorklistQuery())[10:20]


def test_a_page_tells_the_last_revision(database: Database, studies: list[dict[str, Any]]) -> None:
    with database.read() as session:
        assert worklist(session, WorklistQuery()).revision == COUNT


def test_an_empty_archive_gives_an_empty_page(database: Database) -> None:
    with database.read() as session:
        page = worklist(session, WorklistQuery())
    assert (page.studies, page.next, page.total, page.revision) == ([], None, 0, 0)


def packed(*values: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "after",
    [
        "",
        "nonsense",
        "ä",
        "A" * 5000,
        packed(),
        packed("received"),
        packed("date", "2030-01-01", 1),
        packed("received", "2030-01-01T00:00:00", 1),
        packed("received", "no time", 1),
        packed("received", "2030-01-01T00:00:00+00:00", -1),
        packed("received", "2030-01-01T00:00:00+00:00", 2**40),
        packed("received", "2030-01-01T00:00:00+00:00", True),
        packed("received", "2030-01-01T00:00:00+00:00", 1, 2),
        packed("received", {"a": 1}, 1),
        packed("received", "0001-01-01T00:00:00+23:00", 1),
        "[" * 1000,
    ],
)
def test_a_place_that_no_page_ended_at_is_refused(after: str) -> None:
    with pytest.raises(InputError, match="page of the worklist"):
        place_of("received", after)


@pytest.mark.parametrize("value", ["a\0b", "\ud800", 5, None])
def test_a_name_that_no_database_holds_is_no_place(value: object) -> None:
    with pytest.raises(InputError, match="page of the worklist"):
        place_of("patient", packed("patient", value, 1))


def test_an_order_that_is_not_there_is_refused() -> None:
    with pytest.raises(InputError, match="ordered"):
        order_of("findings")


def test_a_search_of_very_many_words_is_bounded(
    database: Database, studies: list[dict[str, Any]]
) -> None:
    with database.read() as session:
        page = worklist(session, WorklistQuery(search=" ".join(f"word{n}" for n in range(5000))))
    assert page.studies == []
