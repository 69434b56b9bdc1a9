"""Times the dashboard at 200,000 studies, on SQLite and on PostgreSQL, in one run.

Run as `python benchmarks/dashboard.py`; with a PostgreSQL as
`python benchmarks/dashboard.py --postgres postgresql://USER@/EMPTY_DATABASE?host=SOCKET_FOLDER`.
The studies are those of `worklist.py`, moved so that the last came today: each was read by one
run with 20 findings, every tenth finding was spoken of, and three of four studies are signed.
What is timed is the counting itself; the service keeps its result for a minute.
"""

from __future__ import annotations

import argparse
import datetime as dt
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Connection, insert, text
from worklist import add, patients, studies

from condyle.archive.clinical_tables import ClinicalReport, Correction
from condyle.archive.dashboard import By, periods_until
from condyle.archive.database import Database, open_database
from condyle.archive.migrations import upgrade
from condyle.archive.tables import Analysis, FindingRow, Patient, StudyRow, User
from condyle.service.views.dashboard_figures import figures
from condyle.workflows.clinic.drift import look_for_drift

_PORTION = 2_000
_NAMES = ("pfirrmann-grade", "disc-bulging", "disc-narrowing", "disc-herniation")
_LEVELS = ("L5-S1", "L4-L5", "L3-L4", "L2-L3", "L1-L2")
_FINDINGS = len(_NAMES) * len(_LEVELS)


def fill(database: Database, count: int, now: dt.datetime) -> None:
    """Fills an empty database."""
    random = np.random.default_rng(5)
    people = patients(count * 2 // 5, random)
    drawn = list(studies(count, people, random))
    later = now - dt.timedelta(minutes=20) - drawn[-1]["received_at"]
    with database.write_connection() as connection:
        user = {"id": 1, "name": "reader", "full_name": "A reader", "role": "clinician"}
        connection.execute(insert(User), [user | {"password_hash": "x", "created_at": now}])
        add(connection, Patient, people)
        for first in range(0, count, _PORTION):
            portion = drawn[first : first + _PORTION]
            for study in portion:
                study["received_at"] += later
            add_work(connection, portion, random)
    with database.engine.connect() as connection:
        connection.execute(text("ANALYZE"))
        connection.commit()


def add_work(
    connection: Connection, portion: list[dict[str, Any]], random: np.random.Generator
) -> None:
    """Adds studies with a run each, its findings, what was said of them, and reports."""
    add(connection, StudyRow, portion)
    runs, findings, words, reports = [], [], [], []
    for study in portion:
        run, found, said = work_on(study, random)
        runs.append(run)
        findings += found
        words += said
        if study["state"] in ("read", "signed") and random.uniform() < 0.75:
            reports.append(report_on(study, random))
    add(connection, Analysis, runs)
    add(connection, FindingRow, findings)
    add(connection, Correction, words)
    add(connection, ClinicalReport, reports)


def work_on(
    study: dict[str, Any], random: np.random.Generator
) -> tuple[dict[str, Any], list[dict[str, Any]], list[dict[str, Any]]]:
    """Gives a study's run, its findings and the words on them."""
    number, came = study["id"], study["received_at"]
    refused = study["state"] == "refused"
    ended = came + dt.timedelta(seconds=float(random.gamma(2, 40)) + 5)
    run = {
        "id": f"{int(random.integers(1 << 62)):016x}{number:016x}",
        "study_id": number,
        "bundle": "lumbar-grading",
        "version": "0.1.0",
        "sha256": "f" * 64,
        "state": "refused" if refused else "done",
        "reason": {"code": "no-plain-t2", "params": {}, "subject": ""} if refused else None,
        "queued_at": came,
        "started_at": came + dt.timedelta(seconds=2),
        "finished_at": ended,
    }
    findings, words = [], []
    for at in range(0 if refused else _FINDINGS):
        name = _NAMES[at % len(_NAMES)]
        abstained = random.uniform() < 0.04
        graded = name == "pfirrmann-grade"
        value = int(random.integers(1, 6)) if graded else int(random.uniform() < 0.2)
        findings.append(
            {
                "id": (number - 1) * _FINDINGS + at + 1,
                "analysis_id": run["id"],
                "study_id": number,
                "key": f"{name}/disc-{at}",
                "name": name,
                "level": _LEVELS[at // len(_NAMES)],
                "abstained": abstained,
                "positive": bool(value) and not abstained,
                "value": None if abstained else value,
                "document": {"value": None if abstained else value, "probability": 0.5},
            }
        )
        if random.uniform() < 0.1:
            kind = str(random.choice(["accept", "reject"], p=[0.85, 0.15]))
            words.append(
                {
                    "study_id": number,
                    "analysis_id": run["id"],
                    "finding_id": findings[-1]["id"],
                    "kind": kind,
                    "value": {},
                    "user_id": 1,
                    "at": ended + dt.timedelta(minutes=30),
                }
            )
    return run, findings, words


def report_on(study: dict[str, Any], random: np.random.Generator) -> dict[str, Any]:
    """Gives a signed report."""
    at = study["received_at"] + dt.timedelta(hours=float(random.gamma(2, 2)))
    mine = {"created_by": 1, "changed_by": 1, "signed_by": 1, "signed_name": "A reader"}
    times = {"created_at": at, "changed_at": at, "signed_at": at}
    return {
        "study_id": study["id"], "language": "en", "sections": {}, "basis": {}, **mine, **times
    }  # fmt: skip


def spread(name: str, taken: list[float]) -> None:
    """Prints what something took."""
    low, high = np.percentile(taken, [50, 95])
    print(f"  {name:16} p50 {low:7.0f}  p95 {high:7.0f} ms")


def measure(url: str, count: int, times: int) -> None:
    """Fills a database and measures it."""
    database = open_database(url)
    upgrade(database)
    now = dt.datetime.now(dt.UTC)
    with database.read() as session:
        there = session.scalar(text("SELECT count(*) FROM studies"))
    begun = time.perf_counter()
    if not there:
        fill(database, count, now)
    print(f"{database.engine.dialect.name}: {count} studies in {time.perf_counter() - begun:.0f} s")
    periods: tuple[By, By] = ("month", "week")
    for by in periods:
        counted, drifted = [], []
        for _ in range(times):
            with database.read() as session:
                begun = time.perf_counter()
                figures(session, now, by, silent=True)
                counted.append((time.perf_counter() - begun) * 1000)
                begun = time.perf_counter()
                look_for_drift(session, periods_until(now, by), silent=True)
                drifted.append((time.perf_counter() - begun) * 1000)
        spread(f"{by}s", counted)
        spread(f"drift by {by}", drifted)
    database.close()


def main() -> None:
    """Runs the benchmark."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--studies", type=int, default=200_000)
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--folder", type=Path, default=None, help="kept, and used again")
    parser.add_argument("--postgres", default="")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.folder or Path(temporary)
        urls = [f"sqlite:///{folder}/dashboard.sqlite", given.postgres]
        for url in filter(None, urls):
            measure(url, given.studies, given.times)


if __name__ == "__main__":
    main()
