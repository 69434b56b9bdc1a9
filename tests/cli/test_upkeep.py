"""The verbs that keep the clinic's archive."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from condyle.archive.archive import Archive
from condyle.archive.audit import Query, newest
from condyle.archive.database import open_database
from condyle.archive.incoming import NewInstance, NewPatient, NewSeries, NewStudy
from condyle.archive.objects import ObjectStore
from condyle.archive.spool import Spool, SpoolWriter, spool_folder
from condyle.archive.store import store
from condyle.cli import main


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("DATABASE_URL", "PRODUCTION", "HOST", "PORT"):
        monkeypatch.delenv(f"CONDYLE_{name}", raising=False)
    monkeypatch.setenv("CONDYLE_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def opened(home: Path) -> Archive:
    return Archive(
        open_database(f"sqlite:///{home / 'condyle.sqlite'}"), ObjectStore(home / "objects")
    )


def fill(home: Path) -> str:
    """Stores an instance and gives its object."""
    archive = opened(home)
    new = NewInstance(
        patient=NewPatient(identifier="7", name="Some^Body"),
        study=NewStudy(uid="1.2", source="upload"),
        series=NewSeries(uid="1.2.1"),
        uid="1.2.1.1",
        class_uid="1",
        transfer_syntax="1",
        content=b"bytes",
        header=b"",
    )
    outcome = store(archive, [new])[0]
    archive.database.close()
    return outcome.sha256


def actions(home: Path) -> list[str]:
    archive = opened(home)
    with archive.database.read() as session:
        found = [entry.action for entry in newest(session, Query())]
    archive.database.close()
    return found


def test_a_database_is_made_and_made_again_changes_nothing(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["db", "upgrade"]) == 0
    assert "has the tables of this version now" in capsys.readouterr().out
    assert main(["db", "upgrade"]) == 0
    assert "already" in capsys.readouterr().out
    assert actions(home) == ["database.upgraded"]


def test_a_backup_is_restored_elsewhere(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["db", "upgrade"])
    sha256 = fill(home)
    assert main(["backup", str(tmp_path / "backup")]) == 0
    other = tmp_path / "other"
    monkeypatch.setenv("CONDYLE_HOME", str(other))
    assert main(["restore", str(tmp_path / "backup")]) == 0
    assert capsys.readouterr().out.count("1 studies and 1 objects") == 2
    assert ObjectStore(other / "objects").read(sha256) == b"bytes"
    assert actions(other) == ["archive.restored", "database.upgraded"]
    assert actions(home) == ["archive.backed-up", "database.upgraded"]


def test_a_sound_archive_passes_the_check(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["db", "upgrade"])
    fill(home)
    assert main(["archive", "check"]) == 0
    assert "0 faults; 1 references to 1 objects" in capsys.readouterr().out


def test_a_fault_is_printed_with_its_place_and_fails_the_check(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["db", "upgrade"])
    path = ObjectStore(home / "objects").path(fill(home))
    path.write_bytes(b"BYTES")
    assert main(["archive", "check", "--quick"]) == 0
    assert main(["archive", "check"]) == 1
    told = capsys.readouterr().out
    assert "instance 1: the object" in told
    assert "Some" not in told


def test_a_sweep_tells_what_it_removed(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["db", "upgrade"])
    fill(home)
    assert main(["archive", "check", "--sweep"]) == 0
    assert "0 of them removed" in capsys.readouterr().out


def test_a_database_without_tables_fails_the_check_and_says_what_to_do(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["archive", "check"]) == 1
    assert "condyle db upgrade" in capsys.readouterr().out


def test_nothing_to_restore_is_told_in_four_lines(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["restore", str(tmp_path / "nothing")]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 4


def test_what_waits_in_the_spool_and_what_was_refused_is_told_and_named(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["db", "upgrade"])
    assert main(["archive", "check"]) == 0
    assert main(["backup", str(tmp_path / "before")]) == 0
    assert "spool" not in capsys.readouterr().out

    spool = Spool(spool_folder(home))
    with SpoolWriter(spool) as writer:
        for content in (b"one", b"two", b"three"):
            incoming = writer.begin()
            incoming.write(content)
            incoming.keep(calling="A", called="B", at=dt.datetime.now(dt.UTC))
    refused = spool.waiting(3)[1]
    spool.refuse(refused, "a header without a UID")
    spool.close()

    assert main(["archive", "check"]) == 0
    told = capsys.readouterr().out
    assert f"object {refused.stored.sha256}: a header without a UID" in told
    assert "2 received images wait in the spool; 1 were refused." in told
    assert main(["backup", str(tmp_path / "backup")]) == 0
    told = capsys.readouterr().out
    assert "The spool is not in it: 2 received images" in told and "and 1 that" in told
