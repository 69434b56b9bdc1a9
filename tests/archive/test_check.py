"""A check finds what does not agree, and a sweep removes only what no row names."""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from condyle.archive.analyses import BundleRun, NewFinding, Result, finish, queue_analysis
from condyle.archive.archive import Archive
from condyle.archive.check import check, sweep
from condyle.archive.check_rows import row_faults
from condyle.archive.database import open_database
from condyle.archive.migrations.run import head
from condyle.archive.objects import ObjectStore
from condyle.archive.references import named_objects
from condyle.archive.store import store
from condyle.archive.tables import Table
from condyle.archive.uploads import Offer, abandon, file_came, open_upload


@pytest.fixture
def filled(archive: Archive, instance, make_user) -> Archive:
    store(archive, [instance(number) for number in range(3)])
    store(archive, [instance(1, content=b"other bytes")])
    report, picture = archive.objects.put_many([b"{}", b"picture"])
    with archive.database.write() as session:
        run = queue_analysis(session, 1, BundleRun("b", "1", "f" * 64), at=archive.clock())
        finding = NewFinding(key="k", name="n", positive=True, document={})
        result = Result(
            report=report.sha256,
            files={"a.png": picture.sha256},
            findings=[finding],
            software_version="1",
        )
        finish(session, run.id, result, at=archive.clock())
        upload = open_upload(
            session,
            make_user(session),
            [Offer("a", 3)],
            priority_rank=2,
            exclusions=[],
            at=archive.clock(),
        )
        file_came(session, upload.id, 1, archive.objects.put(b"abc"))
    return archive


def tell(archive: Archive, statement: str) -> None:
    with archive.database.write() as session:
        session.execute(text(statement))


def faults(archive: Archive, *, deep: bool = True) -> list[str]:
    return [f"{fault.place}: {fault.what}" for fault in check(archive, deep=deep).faults]


def test_a_sound_archive_has_no_fault(filled: Archive) -> None:
    found = check(filled)
    assert (found.faults, found.references, found.objects, found.unnamed) == ((), 7, 7, 0)


def test_an_empty_archive_has_no_fault(archive: Archive) -> None:
    assert check(archive).faults == ()


def test_a_missing_object_is_named_with_its_row(filled: Archive, instance) -> None:
    lost = store(filled, [instance(8)])[0]
    filled.objects.path(lost.sha256).unlink()
    assert faults(filled) == [f"instance 4: the object {lost.sha256} is not there"]


def test_altered_bytes_are_found_by_reading_them(filled: Archive, instance) -> None:
    altered = store(filled, [instance(8)])[0]
    path = filled.objects.path(altered.sha256)
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    assert faults(filled, deep=False) == []
    assert "other bytes" in faults(filled)[0]


def test_a_cut_off_object_is_found_by_its_size(filled: Archive, instance) -> None:
    cut = store(filled, [instance(8)])[0]
    filled.objects.path(cut.sha256).write_bytes(b"half")
    assert "has 4 bytes" in faults(filled, deep=False)[0]


DISAGREEMENTS = [
    ("UPDATE studies SET instance_count = 9", "instance_count is 9, and there are 3"),
    ("UPDATE studies SET series_count = 0", "series_count is 0, and there are 1"),
    ("UPDATE series SET instance_count = 1", "series 1: instance_count is 1"),
    ("UPDATE studies SET finding_count = 5", "finding_count is 5, and there are 1"),
    ("UPDATE studies SET state = 'received'", "it is received, and by its analyses read"),
    ("UPDATE studies SET patient_sort = 'x'", "not sorted by its patient's name"),
    ("UPDATE studies SET date_sort = '2020-01-01'", "not sorted by its date"),
    ("DELETE FROM study_words WHERE word = 'muller'", "not found by the words"),
    ("INSERT INTO study_words (word, study_id) VALUES ('zz', 1)", "not found by the words"),
    ("UPDATE analyses SET report = NULL", "it is done, and has no report"),
    ("UPDATE analyses SET state = 'running'", "it is under way, and has an end"),
    ("UPDATE analyses SET state = 'failed'", "finding 1: its analysis"),
    ("UPDATE upload_files SET object = NULL", "it is here, and no object holds it"),
    ("UPDATE uploads SET state = 'done'", "its upload is done, and it has no result"),
]


def test_rows_that_do_not_agree_are_found(filled: Archive) -> None:
    for statement, told in DISAGREEMENTS:
        found = faults_after(filled, statement)
        assert any(told in fault for fault in found), (statement, found)
    assert faults(filled) == []


def faults_after(archive: Archive, statement: str) -> list[str]:
    """Gives the faults that a statement makes, and undoes it."""
    with archive.database.write() as session:
        session.execute(text(statement))
        found = [f"{place}: {what}" for what, place in row_faults(session)]
        session.rollback()
    return found


def test_a_database_of_another_version_is_told(filled: Archive) -> None:
    tell(filled, "UPDATE alembic_version SET version_num = '0000'")
    found = faults(filled)
    tell(filled, f"UPDATE alembic_version SET version_num = '{head()}'")
    assert "run 'condyle db upgrade'" in found[0]


def test_a_fault_names_no_patient(filled: Archive) -> None:
    tell(filled, "DELETE FROM study_words")
    assert not any("ID-1.2" in fault or "ller" in fault for fault in faults(filled))


def test_a_row_that_names_nothing_is_found(tmp_path: Path, sqlite_template: Path, instance) -> None:
    """On SQLite, where a foreign tool may write one; PostgreSQL lets nobody."""
    path = tmp_path / "edited.sqlite"
    shutil.copy(sqlite_template, path)
    archive = Archive(open_database(f"sqlite:///{path}"), ObjectStore(tmp_path / "objects"))
    store(archive, [instance(1)])
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE instances SET study_id = 99 WHERE id = 1")
        connection.commit()
    assert "names one of studies that is not there" in faults(archive)[0]
    archive.database.close()


def test_a_damaged_database_file_is_told(tmp_path: Path, sqlite_template: Path) -> None:
    path = tmp_path / "damaged.sqlite"
    whole = bytearray(sqlite_template.read_bytes())
    whole[8 * 4096 : 30 * 4096] = b"\xff" * (22 * 4096)
    path.write_bytes(whole)
    archive = Archive(open_database(f"sqlite:///{path}"), ObjectStore(tmp_path / "objects"))
    assert check(archive).faults
    archive.database.close()


def test_an_object_that_no_row_names_is_counted_and_is_no_fault(filled: Archive) -> None:
    filled.objects.put(b"its process died")
    found = check(filled)
    assert (found.faults, found.unnamed) == ((), 1)


def test_a_sweep_removes_only_old_objects_that_no_row_names(filled: Archive) -> None:
    old, young = filled.objects.put_many([b"old", b"young"])
    yesterday = time.time() - 90_000
    for name in filled.objects.names():
        if name != young.sha256:
            os.utime(filled.objects.path(name), (yesterday, yesterday))
    assert sweep(filled) == 1
    assert not filled.objects.holds(old.sha256)
    assert filled.objects.holds(young.sha256)
    assert check(filled).faults == ()


def test_files_of_an_abandoned_upload_are_swept(filled: Archive) -> None:
    with filled.database.write() as session:
        upload_id = session.execute(text("SELECT id FROM uploads")).scalar_one()
        abandon(session, upload_id, at=filled.clock())
    assert sweep(filled, older_than_s=-1) == 1


def test_a_watcher_is_told_of_each_object(filled: Archive) -> None:
    told: list[tuple[int, int]] = []
    check(filled, watch=lambda done, total: told.append((done, total)))
    assert told == [(number, 7) for number in range(1, 8)]


def test_every_column_that_holds_an_object_is_looked_at(filled: Archive) -> None:
    """A column of a new table that names objects must be added to the references."""
    holding = {
        (table.name, column.name)
        for table in Table.metadata.sorted_tables
        for column in table.columns
        if column.name in ("object", "derived_from", "report", "files")
    }
    assert holding == {
        ("instances", "object"),
        ("instances", "derived_from"),
        ("conflicts", "object"),
        ("upload_files", "object"),
        ("outgoing", "object"),
        ("analyses", "report"),
        ("analyses", "files"),
    }


def test_the_original_of_a_derived_instance_is_kept(archive: Archive, instance) -> None:
    original = archive.objects.put(b"a picture")
    store(archive, [instance(1, derived_from=original.sha256, derived_name="knee.png")])
    with archive.database.read() as session:
        assert original.sha256 in named_objects(session)
