"""Times the worklist at 200,000 studies, on SQLite and on PostgreSQL, in one run.

Run as `python benchmarks/worklist.py`; with a PostgreSQL as
`python benchmarks/worklist.py --postgres postgresql://USER@/EMPTY_DATABASE?host=SOCKET_FOLDER`.
The studies are drawn from a fixed seed, with names as unevenly spread as people's. Requests come
at fixed times, 50 a second, whether or not earlier ones are answered, and a time is counted from
when the request was due, so that a slow answer costs those that wait behind it. They are drawn
alike from all kinds but the one that is made to be the worst, which is timed alone. It is timed
within this process first, then through a server that runs in another.
"""

from __future__ import annotations

import argparse
import datetime as dt
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from running_server import running_server
from sqlalchemy import Connection, insert, text

from condyle.archive.database import Database, open_database
from condyle.archive.migrations import upgrade
from condyle.archive.tables import Patient, StudyRow, StudyWord
from condyle.archive.words import folded, words_of
from condyle.archive.worklist import WorklistQuery, worklist
from condyle.service.views.study import PRIORITIES

START = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
RATE = 50
WORST = "two common never together"
_PORTION = 5_000
_ANATOMY = ("lumbar-spine", "knee", "ankle", None)
_WORDS = {"lumbar-spine": "MR Lumbar spine", "knee": "MR Knee", "ankle": "MR Ankle", None: "MR"}
_STATES = ("read", "signed", "received", "refused", "analysing")


def syllables(count: int, random: np.random.Generator) -> list[str]:
    """Gives names that nobody has."""
    parts = [a + b for a in "bdfgklmnprst" for b in "aeiou"]
    made: dict[str, None] = {}
    while len(made) < count:
        made["".join(random.choice(parts, random.integers(2, 4))).capitalize()] = None
    return list(made)


def uneven(count: int) -> np.ndarray:
    """Gives shares that fall as one over the rank."""
    shares = 1 / np.arange(1, count + 1)
    return shares / shares.sum()


def patients(count: int, random: np.random.Generator) -> list[dict[str, Any]]:
    """Draws patients."""
    families, given = syllables(3000, random), syllables(800, random)
    first = random.choice(families, count, p=uneven(3000))
    second = random.choice(given, count, p=uneven(800))
    return [
        {
            "id": number + 1,
            "identifier": f"{number:07d}",
            "issuer": "",
            "name": f"{first[number]}^{second[number]}",
            "pseudonym": f"P-{number:08X}",
        }
        for number in range(count)
    ]


def studies(
    count: int, people: list[dict[str, Any]], random: np.random.Generator
) -> Iterator[dict[str, Any]]:
    """Draws studies, in the order in which they came."""
    anatomy = random.choice(4, count, p=[0.5, 0.35, 0.1, 0.05])
    state = random.choice(_STATES, count, p=[0.7, 0.25, 0.03, 0.015, 0.005])
    rank = random.choice(3, count, p=[0.02, 0.08, 0.9])
    source = random.choice(["pacs", "upload", "simulated"], count, p=[0.699, 0.3, 0.001])
    owner = random.integers(0, len(people), count)
    for number in range(count):
        came = START + dt.timedelta(minutes=15 * number)
        named = _ANATOMY[anatomy[number]]
        person = people[owner[number]]
        yield {
            "id": number + 1,
            "uid": f"1.2.826.{number}",
            "patient_id": person["id"],
            "patient_sort": folded(person["name"]),
            "accession": f"A{number:08d}",
            "description": _WORDS[named],
            "study_date": came.date(),
            "date_sort": came.date(),
            "anatomy": named,
            "modalities": "MR",
            "source": str(source[number]),
            "simulated": False,
            "priority_rank": int(rank[number]),
            "state": str(state[number]),
            "received_at": came,
            "revision": number + 1,
            "series_count": 4,
            "instance_count": 60,
            "finding_count": 3,
        }


def fill(database: Database, count: int) -> None:
    """Fills an empty database with studies."""
    random = np.random.default_rng(5)
    people = patients(count * 2 // 5, random)
    with database.write_connection() as connection:
        portion: list[dict[str, Any]] = []
        add(connection, Patient, people)
        for study in studies(count, people, random):
            portion.append(study)
            if len(portion) == _PORTION:
                add_studies(connection, portion, people)
                portion = []
        add_studies(connection, portion, people)
    with database.engine.connect() as connection:
        connection.execute(text("ANALYZE"))
        connection.commit()


def add_studies(
    connection: Connection, portion: list[dict[str, Any]], people: list[dict[str, Any]]
) -> None:
    """Adds studies with the words that they are found by."""
    add(connection, StudyRow, portion)
    words = []
    for study in portion:
        person = people[study["patient_id"] - 1]
        texts = (person["name"], person["identifier"], study["accession"], study["description"])
        words += [{"word": word, "study_id": study["id"]} for word in words_of(*texts)]
    add(connection, StudyWord, words)


def add(connection: Connection, table: Any, rows: list[dict[str, Any]]) -> None:
    """Adds rows, many at once."""
    if rows:
        connection.execute(insert(table), rows)


def asked(database: Database, people: list[dict[str, Any]]) -> dict[str, WorklistQuery]:
    """Gives what is asked, by name; the two names are of the most common patient's."""
    family, given = people[0]["name"].lower().split("^")
    queries = {
        "first page": WorklistQuery(),
        "by study date": WorklistQuery(sort="date"),
        "by priority": WorklistQuery(sort="priority"),
        "by patient": WorklistQuery(sort="patient"),
        "state read": WorklistQuery(state="read"),
        "state read by date": WorklistQuery(state="read", sort="date"),
        "state refused": WorklistQuery(state="refused"),
        "state refused by patient": WorklistQuery(state="refused", sort="patient"),
        "anatomy ankle": WorklistQuery(anatomy="ankle"),
        "source simulated": WorklistQuery(source="simulated"),
        "stat": WorklistQuery(priority_rank=0, sort="priority"),
        "one month": WorklistQuery(
            first_date=dt.date(2026, 3, 1), last_date=dt.date(2026, 3, 31), sort="patient"
        ),
        "stat, refused, ankle": WorklistQuery(priority_rank=0, state="refused", anatomy="ankle"),
        "received by priority": WorklistQuery(state="received", sort="priority"),
        "simulated and stat by date": WorklistQuery(
            source="simulated", priority_rank=0, sort="date"
        ),
        "word common": WorklistQuery(search="knee"),
        "word common by patient": WorklistQuery(search="knee", sort="patient"),
        "word of one letter": WorklistQuery(search="m"),
        "word rare": WorklistQuery(search="0000123"),
        "word none": WorklistQuery(search="xylophone"),
        "name": WorklistQuery(search=f"{family} {given}"),
        "name and a letter": WorklistQuery(search=f"{family} {given[0]}"),
        WORST: WorklistQuery(search="knee lumbar"),
        "word common, state refused": WorklistQuery(search="knee", state="refused"),
    }
    for sort in ("received", "date", "priority", "patient"):
        queries[f"deep page, {sort}"] = deep(database, WorklistQuery(sort=sort))
    return queries


def deep(database: Database, query: WorklistQuery) -> WorklistQuery:
    """Gives the same, as the page that begins in the middle of all studies."""
    from condyle.archive.worklist import place_after

    column = {"date": "date_sort, id", "patient": "patient_sort, id"}
    order = column.get(query.sort, "received_at, id")
    with database.read() as session:
        count = session.scalar(text("SELECT count(*) FROM studies"))
        middle = session.scalar(
            text(f"SELECT id FROM studies ORDER BY {order} LIMIT 1 OFFSET {count // 2}")
        )
        row = session.get_one(StudyRow, middle)
        after = place_after(query.sort, row)
    return WorklistQuery(sort=query.sort, after=after)


def answer(database: Database, query: WorklistQuery) -> int:
    """Does what a request does: the page and its patients."""
    with database.glance() as session:
        return len(worklist(session, query).studies)


def alone(database: Database, queries: dict[str, WorklistQuery], times: int) -> None:
    """Times each, one after the other.

    The processor's time is of this process: all of it with SQLite, which is part of it, and it
    hangs less on what else the machine has to do.
    """
    for name, query in queries.items():
        taken, own = [], []
        for _ in range(times):
            begun, used = time.perf_counter(), time.process_time()
            rows = answer(database, query)
            taken.append((time.perf_counter() - begun) * 1000)
            own.append((time.process_time() - used) * 1000)
        spread = f"median {np.median(taken):7.1f}  most {max(taken):7.1f} ms"
        print(f"  {name:28} {rows:4} rows  {spread}  processor {np.median(own):6.1f} ms")


def together(
    ask: Callable[[WorklistQuery], object], queries: dict[str, WorklistQuery], seconds: int
) -> None:
    """Times all of them, drawn at random, as requests that come at fixed times."""
    random = np.random.default_rng(7)
    names = [name for name in queries if name != WORST]
    order = [names[at] for at in random.integers(0, len(names), RATE * seconds)]
    taken: list[tuple[float, str]] = []
    lock = threading.Lock()
    begun = time.perf_counter() + 0.1

    def request(number: int, name: str) -> None:
        ask(queries[name])
        with lock:
            taken.append(((time.perf_counter() - begun - number / RATE) * 1000, name))

    with ThreadPoolExecutor(20) as pool:
        for number, name in enumerate(order):
            time.sleep(max(0.0, begun + number / RATE - time.perf_counter()))
            pool.submit(request, number, name)
    times = [each for each, _ in taken]
    low, high = np.percentile(times, [50, 95])
    print(f"  {RATE} a second, {len(times)} requests: p50 {low:.1f}, p95 {high:.1f} ms")


def over_http(home: Path, url: str, queries: dict[str, WorklistQuery], seconds: int) -> None:
    """Times the same requests through a server, from outside of it."""
    with running_server(home, url, at_once=20) as running:

        def ask(query: WorklistQuery) -> None:
            running.client.get("/api/v1/worklist", params=parameters(query)).raise_for_status()

        together(ask, queries, seconds)


def parameters(query: WorklistQuery) -> dict[str, str]:
    """Gives a query as the interface takes it."""
    rank = None if query.priority_rank is None else PRIORITIES[query.priority_rank]
    named = {
        "search": query.search,
        "state": query.state,
        "anatomy": query.anatomy,
        "source": query.source,
        "priority": rank,
        "first_date": query.first_date,
        "last_date": query.last_date,
        "sort": query.sort,
        "after": query.after,
    }
    return {name: str(value) for name, value in named.items() if value}


def measure(url: str, count: int, times: int, seconds: int) -> None:
    """Fills a database and measures it."""
    database = open_database(url)
    upgrade(database)
    with database.read() as session:
        there = session.scalar(text("SELECT count(*) FROM studies"))
    begun = time.perf_counter()
    if not there:
        fill(database, count)
    print(f"{database.engine.dialect.name}: {count} studies in {time.perf_counter() - begun:.0f} s")
    people = patients(count * 2 // 5, np.random.default_rng(5))
    queries = asked(database, people)
    alone(database, queries, times)
    together(lambda query: answer(database, query), queries, seconds)
    database.close()
    with tempfile.TemporaryDirectory() as home:
        over_http(Path(home), url, queries, seconds)


def main() -> None:
    """Runs the benchmark."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--studies", type=int, default=200_000)
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--folder", type=Path, default=None, help="kept, and used again")
    parser.add_argument("--postgres", default="")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.folder or Path(temporary)
        urls = [f"sqlite:///{folder}/worklist.sqlite", given.postgres]
        for url in filter(None, urls):
            measure(url, given.studies, given.times, given.seconds)


if __name__ == "__main__":
    main()
