"""What was acknowledged is there, whatever dies, fills up or comes at the same time."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import event, select, text

from condyle.archive.analyses import BundleRun, queue_analysis, start
from condyle.archive.archive import Archive
from condyle.archive.check import check
from condyle.archive.database import open_database
from condyle.archive.objects import ObjectStore
from condyle.archive.store import store
from condyle.archive.tables import InstanceRow
from condyle.errors import Unavailable

CHILD = """
import sys
from pathlib import Path
from condyle.archive.archive import Archive
from condyle.archive.database import open_database
from condyle.archive.incoming import NewInstance, NewPatient, NewSeries, NewStudy
from condyle.archive.objects import ObjectStore
from condyle.archive.store import store

url, objects, run = sys.argv[1:]
archive = Archive(open_database(url), ObjectStore(Path(objects)))

def new(study, number):
    return NewInstance(
        patient=NewPatient(identifier=f"{run}-{study}", name="A^B"),
        study=NewStudy(uid=f"{run}.{study}", source="upload", description="MR Knee"),
        series=NewSeries(uid=f"{run}.{study}.1", modality="MR"),
        uid=f"{run}.{study}.1.{number}",
        class_uid="1", transfer_syntax="1",
        content=f"{run} {study} {number}".encode() * 500, header=b"",
    )

for study in range(100000):
    batch = [new(study // 3, 4 * (study % 3) + number) for number in range(4)]
    for outcome in store(archive, batch):
        print(outcome.uid, outcome.state, flush=True)
"""


def killed_after(lines: int, archive: Archive, url: str, run: str) -> list[str]:
    """Lets a process store until it has acknowledged so many, kills it, and gives their UIDs."""
    arguments = [sys.executable, "-c", CHILD, url, str(archive.objects.root), run]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = [next(process.stdout).split() for _ in range(lines)]
        process.send_signal(signal.SIGKILL)
        told += [line.split() for line in process.stdout if line.endswith("\n")]
    assert process.returncode == -signal.SIGKILL
    return [uid for uid, *state in told if state == ["stored"]]


def test_a_killed_process_loses_no_acknowledged_instance(
    archive: Archive, archive_url: str
) -> None:
    kill_and_check(archive, archive_url, (3, 30))


@pytest.mark.needs("soak")
def test_many_killed_processes_lose_no_acknowledged_instance(
    archive: Archive, archive_url: str
) -> None:
    kill_and_check(archive, archive_url, tuple(range(1, 100, 4)))


def kill_and_check(archive: Archive, url: str, after: Sequence[int]) -> None:
    acknowledged: list[str] = []
    for number, lines in enumerate(after):
        acknowledged += killed_after(lines, archive, url, f"9.{number}")
    with archive.database.read() as session:
        stored = set(session.scalars(select(InstanceRow.uid)))
    assert len(acknowledged) >= sum(after)
    assert set(acknowledged) <= stored
    found = check(archive)
    assert (found.faults, found.references) == ((), len(stored))


def test_two_who_store_the_same_at_once_store_it_once(archive: Archive, instance) -> None:
    batch = [instance(number, of=f"1.{number % 3}") for number in range(12)]
    outcomes: list[str] = []

    def work() -> None:
        outcomes.extend(outcome.state for outcome in store(archive, batch))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(outcomes) == {"stored": 12, "duplicate": 36}
    assert check(archive).faults == ()


def test_of_many_who_start_a_run_the_queue_changes_once(archive: Archive, instance) -> None:
    store(archive, [instance(1)])
    with archive.database.write() as session:
        for _ in range(2):
            queue_analysis(session, 1, BundleRun("b", "1", "f" * 64), at=archive.clock(), key="k")
    started: list[bool] = []

    def work() -> None:
        with archive.database.write() as session:
            started.append(start(session, "k", at=archive.clock()))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with archive.database.read() as session:
        revisions = session.execute(text("SELECT revision FROM studies")).scalar_one()
    assert started == [True] * 4
    assert revisions == 3  # stored, queued, started


def test_revisions_become_visible_in_their_order(archive: Archive, instance) -> None:
    """Who asks for what changed after a revision must miss nothing, however many write."""
    seen: list[int] = []
    stop = threading.Event()

    def watch() -> None:
        last = 0
        while not stop.is_set() or last < 20:
            with archive.database.read() as session:
                query = text("SELECT revision FROM studies WHERE revision > :last ORDER BY 1")
                for revision in session.execute(query, {"last": last}).scalars():
                    seen.append(revision)
                    last = revision

    def work(run: int) -> None:
        for number in range(5):
            store(archive, [instance(1, of=f"{run}.{number}")])

    watcher = threading.Thread(target=watch)
    watcher.start()
    writers = [threading.Thread(target=work, args=(run,)) for run in range(1, 5)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    stop.set()
    watcher.join(timeout=30)
    assert seen == list(range(1, 21))


@pytest.fixture
def small(sqlite_template: Path, tmp_path: Path):
    """An SQLite archive whose database may not grow, as on a full disk, until it is let."""
    path = tmp_path / "small.sqlite"
    shutil.copy(sqlite_template, path)
    database = open_database(f"sqlite:///{path}")
    limit = {"pages": path.stat().st_size // 4096 + 2}

    def bound(connection, record, proxy) -> None:
        connection.execute(f"PRAGMA max_page_count={limit['pages']}")

    event.listen(database.engine, "checkout", bound)
    yield Archive(database, ObjectStore(tmp_path / "objects")), limit
    database.close()


def test_a_full_disk_is_told_and_works_again_once_there_is_room(small, instance) -> None:
    archive, limit = small
    large = [instance(number, header=b"x" * 20_000) for number in range(20)]
    with pytest.raises(Unavailable) as told:
        store(archive, large)
    assert "full" in told.value.found
    assert check(archive).faults == ()
    limit["pages"] = 1_000_000
    assert {outcome.state for outcome in store(archive, large)} == {"stored"}
    assert check(archive).faults == ()


def test_a_disk_that_can_only_be_read_is_told_and_still_read(archive: Archive, instance) -> None:
    store(archive, [instance(1)])
    only_read = "PRAGMA query_only=" if archive.database.is_sqlite else None

    def bound(connection, record, proxy) -> None:
        if only_read is not None:
            connection.execute(only_read + "ON")
        else:
            connection.execute("SET default_transaction_read_only = on")
            connection.commit()

    event.listen(archive.database.engine, "checkout", bound)
    with pytest.raises(Unavailable, match=r"readonly|read-only"):
        store(archive, [instance(2)])
    with archive.database.read() as session:
        assert len(list(session.scalars(select(InstanceRow.uid)))) == 1


@pytest.mark.needs("postgres")
def test_a_standby_server_is_told_as_one_that_is_read_only_by_each_connection(
    postgres_server, postgres_template: str, tmp_path: Path, instance
) -> None:
    database = open_database(postgres_server.url(postgres_server.new_database(postgres_template)))
    archive = Archive(database, ObjectStore(tmp_path / "objects"))
    store(archive, [instance(1)])
    with postgres_server.standing_by():
        with database.read() as session:  # its connection is one that has been used
            assert len(list(session.scalars(select(InstanceRow.uid)))) == 1
        for _ in range(2):
            with pytest.raises(Unavailable) as told:
                store(archive, [instance(2)])
            assert told.value.found == "a database that is read-only now"
    assert store(archive, [instance(2)])[0].state == "stored"
    database.close()
