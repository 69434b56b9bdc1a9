"""A backup restores equal, whichever database it comes from and goes to."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from condyle.archive.analyses import BundleRun, NewFinding, Result, finish, queue_analysis
from condyle.archive.archive import Archive
from condyle.archive.backup import MANIFEST, backup, read_backup, restore
from condyle.archive.check import check
from condyle.archive.database import Database, open_database
from condyle.archive.migrations import upgrade
from condyle.archive.objects import ObjectStore
from condyle.archive.outgoing import (
    NewOutgoing,
    counts_of,
    note_outgoing,
    put_outgoing,
    take_outgoing,
)
from condyle.archive.results_out import ask_results, due_results
from condyle.archive.store import store
from condyle.archive.studies import refuse_study
from condyle.archive.tables import ConflictRow, StudyRow, Table
from condyle.archive.uploads import Offer, file_came, open_upload
from condyle.domain.messages import Message
from condyle.errors import ArchiveDamaged, Conflict, NotThere, OutputError

RUN = BundleRun("b", "1", "f" * 64)


def ended(report: str) -> Result:
    return Result(report=report, files={}, findings=[], software_version="1")


def rows_of(database: Database) -> dict[str, list[dict[str, Any]]]:
    with database.read() as session:
        return {
            table.name: [
                dict(row._mapping)
                for row in session.execute(select(table).order_by(*table.primary_key.columns))
            ]
            for table in Table.metadata.sorted_tables
        }


@pytest.fixture
def filled(archive: Archive, instance, make_user) -> Archive:
    """An archive with something in most of its tables."""
    store(archive, [instance(number) for number in range(3)])
    store(archive, [instance(1, content=b"other bytes"), instance(1, of="1.3")])
    report = archive.objects.put(b"{}")
    with archive.database.write() as session:
        user = make_user(session)
        run = queue_analysis(session, 1, BundleRun("b", "1", "f" * 64), at=archive.clock())
        finding = NewFinding(key="k", name="n", positive=True, document={"é": [1, None, 0.5]})
        result = Result(
            report=report.sha256,
            files={"a.png": report.sha256},
            findings=[finding],
            software_version="1",
        )
        finish(session, run.id, result, at=archive.clock())
        refuse_study(session, 2, Message("code", {"n": 1}))
        upload = open_upload(
            session, user, [Offer("a/b.dcm", 3)], priority_rank=1, exclusions=[], at=archive.clock()
        )
        stored = archive.objects.put(b"abc")
        file_came(session, upload.id, 1, stored)
    return archive


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Archive]:
    """An archive without even tables."""
    database = open_database(f"sqlite:///{tmp_path / 'other.sqlite'}")
    yield Archive(database, ObjectStore(tmp_path / "other-objects"))
    database.close()


@pytest.fixture
def empty_postgres(postgres_server, tmp_path: Path) -> Iterator[Archive]:
    database = open_database(postgres_server.url(postgres_server.new_database()))
    yield Archive(database, ObjectStore(tmp_path / "other-objects"))
    database.close()


def test_a_backup_restores_equal(filled: Archive, empty: Archive, tmp_path: Path) -> None:
    made = backup(filled, tmp_path / "backup")
    assert restore(empty, tmp_path / "backup") == made
    assert rows_of(empty.database) == rows_of(filled.database)
    assert list(empty.objects.names()) == list(filled.objects.names())
    assert check(empty).faults == ()


def test_what_waits_to_go_out_is_in_a_backup_with_its_bytes_and_its_state(
    filled: Archive, empty: Archive, tmp_path: Path
) -> None:
    held = filled.objects.put(b"an object that no study holds").sha256
    at = filled.clock()
    new = [NewOutgoing(f"7.{number}", "7", "7.0", held) for number in range(3)]
    with filled.database.write() as session:
        put_outgoing(session, "pacs", new, at=at)
        (cut_off,) = take_outgoing(session, "pacs", at=at, limit=1)
        note_outgoing(session, cut_off.id + 1, "stored", at=at)
        ask_results(session, 1, "signed", at=at)
    backup(filled, tmp_path / "backup")
    restore(empty, tmp_path / "backup")
    with empty.database.write() as session:
        assert counts_of(session) == {
            ("pacs", "sending"): 1, ("pacs", "stored"): 1, ("pacs", "waiting"): 1,
        }  # fmt: skip
        taken = take_outgoing(session, "pacs", at=at)
        assert [one.study_id for one in due_results(session, at=at)] == [1]
    assert [(one.uid, one.unsure) for one in taken] == [("7.0", True), ("7.2", False)]
    assert {empty.objects.read(one.object) for one in taken} == {b"an object that no study holds"}


@pytest.mark.needs("postgres")
def test_a_backup_restores_equal_to_postgresql_and_counts_on(
    filled: Archive, empty_postgres: Archive, tmp_path: Path, instance
) -> None:
    backup(filled, tmp_path / "backup")
    restore(empty_postgres, tmp_path / "backup")
    assert rows_of(empty_postgres.database) == rows_of(filled.database)
    assert store(empty_postgres, [instance(1, of="1.9")])[0].study_id == 3


def test_what_is_nothing_stays_nothing(filled: Archive, empty: Archive, tmp_path: Path) -> None:
    backup(filled, tmp_path / "backup")
    restore(empty, tmp_path / "backup")
    with empty.database.read() as session:
        assert session.scalar(text("SELECT count(*) FROM studies WHERE exclusions IS NULL")) == 2


def test_a_second_backup_copies_only_what_came_since(
    filled: Archive, empty: Archive, tmp_path: Path, instance
) -> None:
    folder = tmp_path / "backup"
    backup(filled, folder)
    first = {path: path.stat().st_ino for path in (folder / "objects").rglob("*")}
    store(filled, [instance(9)])
    made = backup(filled, folder)
    assert all(path.stat().st_ino == number for path, number in first.items())
    assert [path.name for path in folder.glob("rows-*")] == [made.rows]
    restore(empty, folder)
    assert rows_of(empty.database) == rows_of(filled.database)


def test_a_backup_under_load_is_of_one_moment(
    archive: Archive, empty: Archive, tmp_path: Path, instance
) -> None:
    store(archive, [instance(0)])
    stop, told = threading.Event(), []

    def load(writer: int) -> None:
        number = 0
        while not stop.is_set():
            number += 1
            of = f"{writer}.{number}"
            outcomes = store(archive, [instance(number, of="1.1"), instance(1, of=of)])
            with archive.database.write() as session:
                study = outcomes[1].study_id
                run = queue_analysis(session, study, RUN, at=archive.clock())
                report = archive.objects.put(f"report of {of}".encode())
                finish(session, run.id, ended(report.sha256), at=archive.clock())
            told.append(outcomes[1].uid)

    threads = [threading.Thread(target=load, args=(writer,)) for writer in (2, 3)]
    for thread in threads:
        thread.start()
    try:
        backup(archive, tmp_path / "backup")
        while len(told) < 4 and all(thread.is_alive() for thread in threads):
            stop.wait(0.005)
        before = list(told)
        made = backup(archive, tmp_path / "backup")
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    restore(empty, tmp_path / "backup")
    found = check(empty)
    assert (found.faults, found.objects) == ((), made.objects)
    restored, now = rows_of(empty.database), rows_of(archive.database)
    assert set(before) <= {row["uid"] for row in restored["instances"]}
    # Rows that never change are those of the archive, up to one moment; none is left out.
    for table in ("instances", "patients"):
        assert restored[table] == now[table][: len(restored[table])]
    changing = {row["id"]: row for row in now["studies"]}
    alone = [row for row in restored["studies"] if row["state"] == "read"]
    assert alone and all(row == changing[row["id"]] for row in alone)


def test_an_archive_that_holds_something_is_not_restored_over(
    filled: Archive, tmp_path: Path
) -> None:
    backup(filled, tmp_path / "backup")
    before = rows_of(filled.database)
    with pytest.raises(Conflict, match="not restored"):
        restore(filled, tmp_path / "backup")
    assert rows_of(filled.database) == before


def test_tables_without_rows_can_be_restored_into(
    filled: Archive, empty: Archive, tmp_path: Path
) -> None:
    backup(filled, tmp_path / "backup")
    upgrade(empty.database, "0001")
    restore(empty, tmp_path / "backup")
    assert rows_of(empty.database) == rows_of(filled.database)


def test_altered_rows_are_not_restored(filled: Archive, empty: Archive, tmp_path: Path) -> None:
    made = backup(filled, tmp_path / "backup")
    path = tmp_path / "backup" / made.rows / "patients.jsonl.gz"
    path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes()).replace(b"ID-", b"XX-")))
    with pytest.raises(ArchiveDamaged, match=r"patients.jsonl.gz"):
        restore(empty, tmp_path / "backup")


def test_an_altered_object_is_not_restored_and_leaves_no_row(
    filled: Archive, empty: Archive, tmp_path: Path
) -> None:
    backup(filled, tmp_path / "backup")
    store_of_backup = ObjectStore(tmp_path / "backup" / "objects")
    store_of_backup.path(next(store_of_backup.names())).write_bytes(b"altered")
    with pytest.raises(ArchiveDamaged):
        restore(empty, tmp_path / "backup")
    assert not any(rows_of(empty.database).values())


def test_a_damaged_archive_is_not_backed_up_as_if_it_were_sound(
    filled: Archive, tmp_path: Path
) -> None:
    filled.objects.path(next(filled.objects.names())).unlink()
    with pytest.raises(ArchiveDamaged):
        backup(filled, tmp_path / "backup")
    with pytest.raises(NotThere, match="no backup"):
        read_backup(tmp_path / "backup")


def test_a_failed_backup_leaves_the_one_before(
    filled: Archive, empty: Archive, tmp_path: Path
) -> None:
    folder = tmp_path / "backup"
    made = backup(filled, folder)
    lost = filled.objects.put(b"lost")
    with filled.database.write() as session:
        session.execute(text("UPDATE instances SET object = :o WHERE id = 1"), {"o": lost.sha256})
    filled.objects.path(lost.sha256).unlink()
    with pytest.raises(ArchiveDamaged):
        backup(filled, folder)
    assert read_backup(folder) == made
    restore(empty, folder)


def test_an_interrupted_restore_can_be_done_again(
    filled: Archive, empty: Archive, tmp_path: Path
) -> None:
    backup(filled, tmp_path / "backup")

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        restore(empty, tmp_path / "backup", watch=stop)
    restore(empty, tmp_path / "backup")
    assert rows_of(empty.database) == rows_of(filled.database)


@pytest.mark.parametrize("manifest", [None, "", "[]", '{"format": "other"}', '{"rows": 1}'])
def test_a_folder_without_a_whole_backup_is_refused(
    empty: Archive, tmp_path: Path, manifest: str | None
) -> None:
    if manifest is not None:
        (tmp_path / MANIFEST).write_text(manifest)
    with pytest.raises(NotThere, match="no backup"):
        restore(empty, tmp_path)


def test_a_backup_of_a_later_version_is_refused(
    filled: Archive, empty: Archive, tmp_path: Path
) -> None:
    backup(filled, tmp_path / "backup")
    path = tmp_path / "backup" / MANIFEST
    path.write_text(json.dumps(json.loads(path.read_text()) | {"step": "9999"}))
    with pytest.raises(Exception, match="later version"):
        restore(empty, tmp_path / "backup")


def test_a_database_without_tables_is_not_backed_up(empty: Archive, tmp_path: Path) -> None:
    with pytest.raises(Conflict, match="nothing to back up"):
        backup(empty, tmp_path / "backup")


def test_a_place_that_cannot_be_written_is_told(filled: Archive, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutputError, match="not written"):
        backup(filled, tmp_path / "file" / "backup")


def test_nobody_else_may_read_a_backup(filled: Archive, tmp_path: Path) -> None:
    backup(filled, tmp_path / "backup")
    assert (tmp_path / "backup").stat().st_mode & 0o077 == 0


def test_studies_keep_their_times_and_zones(
    filled: Archive, empty: Archive, tmp_path: Path
) -> None:
    backup(filled, tmp_path / "backup")
    restore(empty, tmp_path / "backup")
    with empty.database.read() as session:
        study = session.scalars(select(StudyRow)).first()
    assert study is not None
    assert study.received_at.isoformat() == "2030-01-07T08:00:01+00:00"


def test_an_archive_of_an_earlier_version_is_backed_up_before_it_is_upgraded(
    empty: Archive, tmp_path: Path
) -> None:
    path = tmp_path / "earlier.sqlite"
    earlier = Archive(open_database(f"sqlite:///{path}"), ObjectStore(tmp_path / "objects"))
    upgrade(earlier.database, "0001")
    stored = earlier.objects.put(b"an image")
    with earlier.database.write() as session:
        session.execute(
            text(
                "INSERT INTO conflicts (uid, study_uid, object, size, code, source, received_at)"
                " VALUES ('1', '2', :object, 8, 'c', 's', '2030-01-07 08:00:00.000000')"
            ),
            {"object": stored.sha256},
        )
    made = backup(earlier, tmp_path / "backup")
    earlier.database.close()
    assert (made.step, made.tables["conflicts"], made.objects) == ("0001", 1, 1)
    restore(empty, tmp_path / "backup")
    assert check(empty).faults == ()
    with empty.database.read() as session:
        came = session.scalars(select(ConflictRow.received_at)).one()
    assert came.isoformat() == "2030-01-07T08:00:00+00:00"
