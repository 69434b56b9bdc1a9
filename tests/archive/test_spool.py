"""What was promised is on the disk, and what was not leaves nothing."""

from __future__ import annotations

import datetime as dt
import errno
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from condyle.archive import spool as module
from condyle.archive.objects import ObjectStore, digest
from condyle.archive.spool import Incoming, Spool, SpoolWriter
from condyle.errors import NotThere, Unavailable

AT = dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    spool = Spool(tmp_path / "spool")
    yield spool
    spool.close()


@pytest.fixture
def writer(spool: Spool) -> Iterator[SpoolWriter]:
    with SpoolWriter(spool) as writer:
        yield writer


def keep(writer: SpoolWriter, content: bytes) -> None:
    incoming = writer.begin()
    incoming.write(content)
    incoming.keep(calling="MR1", called="CONDYLE", at=AT)


def test_what_is_kept_waits_with_its_sender_and_hash(spool: Spool, writer: SpoolWriter) -> None:
    keep(writer, b"one")
    keep(writer, b"two")
    one, two = spool.waiting(10)
    assert one.path.read_bytes() == b"one" and two.path.read_bytes() == b"two"
    assert (one.calling, one.called, one.at, one.stored.size) == ("MR1", "CONDYLE", AT, 3)
    assert one.stored.sha256 == digest(one.path)
    assert spool.waiting(1) == [one]
    spool.forget([one.id])
    assert spool.waiting(10) == [two]


def test_a_number_is_never_given_again(spool: Spool, writer: SpoolWriter) -> None:
    keep(writer, b"one")
    (one,) = spool.waiting(1)
    spool.forget([one.id])
    keep(writer, b"two")
    assert spool.waiting(1)[0].id > one.id


def test_a_large_object_is_read_from_its_file_and_not_held_in_memory(
    spool: Spool, writer: SpoolWriter
) -> None:
    incoming = writer.begin()
    part = bytearray(os.urandom(300_000))
    for number in range(10):
        part[0] = number
        incoming.write(memoryview(part))
    with incoming.content() as content:
        assert len(content) == 3_000_000
        assert bytes(content[600_000:600_001]) == b"\2"
    incoming.keep(calling="A", called="B", at=AT)
    (one,) = spool.waiting(1)
    assert digest(one.path) == one.stored.sha256


def test_many_at_once_are_all_kept_in_fewer_commits(
    spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    commits = []
    add = spool.add

    def counted(rows: list[Any], lane: int) -> None:
        commits.append(len(rows))
        add(rows, lane)

    monkeypatch.setattr(spool, "add", counted)
    with SpoolWriter(spool) as writer, ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: keep(writer, b"%d" % number), range(200)))
    assert sum(commits) == spool.count() == 200
    assert len(commits) < 200


def test_an_abandoned_object_leaves_no_file(spool: Spool, writer: SpoolWriter) -> None:
    incoming = writer.begin()
    incoming.write(bytes(2_000_000))
    assert list(spool.files.iterdir())
    incoming.abandon()
    incoming.abandon()
    assert not list(spool.files.iterdir()) and spool.count() == 0


def test_the_sweep_takes_what_nobody_was_promised_and_nothing_else(spool: Spool) -> None:
    with SpoolWriter(spool) as writer:
        keep(writer, b"promised")
        keep(writer, b"refused")
    spool.refuse(spool.waiting(2)[1], "not an image")
    (spool.files / "half").write_bytes(b"")
    assert spool.sweep() == 1
    assert {path.read_bytes() for path in spool.files.iterdir()} == {b"promised", b"refused"}
    assert [reason for _, reason in spool.refused()] == ["not an image"]
    assert spool.count() == 1


def test_without_room_to_spare_nothing_is_begun(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "full", spare_bytes=1 << 60)
    with SpoolWriter(spool) as writer, pytest.raises(Unavailable) as raised:
        writer.begin()
    assert raised.value.found == "a full disk"
    spool.close()


Break = Callable[[pytest.MonkeyPatch, Spool], None]


def _full(*_: object) -> int:
    raise OSError(errno.ENOSPC, "No space left on device")


def _break_write(patch: pytest.MonkeyPatch, spool: Spool) -> None:
    patch.setattr(module.os, "write", _full)


def _break_sync(patch: pytest.MonkeyPatch, spool: Spool) -> None:
    patch.setattr(module.os, "fsync", _full)


def _break_rows(patch: pytest.MonkeyPatch, spool: Spool) -> None:
    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    patch.setattr(spool, "add", full)


@pytest.mark.parametrize("broken", [_break_write, _break_sync, _break_rows])
def test_where_the_disk_fails_nothing_is_promised_and_what_was_before_stays(
    spool: Spool, writer: SpoolWriter, broken: Break, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(writer, b"before")
    with monkeypatch.context() as patch:
        broken(patch, spool)
        with pytest.raises(Unavailable):
            keep(writer, b"never")
    keep(writer, b"after")
    assert [one.path.read_bytes() for one in spool.waiting(9)] == [b"before", b"after"]
    assert len(list(spool.files.iterdir())) == 2


@pytest.mark.parametrize("held", ["file", "folder", "commit"])
def test_nothing_is_promised_before_file_folder_and_commit_are_all_synced(
    spool: Spool, writer: SpoolWriter, held: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of the three is held back in turn: the promise is not made until it is let go."""
    reached, release = threading.Event(), threading.Event()
    synced: list[str] = []
    sync, add = os.fsync, spool.add

    def hold(name: str) -> None:
        if name == held:
            reached.set()
            assert release.wait(10)
        synced.append(name)

    def traced_sync(descriptor: int) -> None:
        sync(descriptor)
        hold("folder" if os.readlink(f"/proc/self/fd/{descriptor}") == str(spool.files) else "file")

    def traced_add(rows: list[Any], lane: int) -> None:
        add(rows, lane)
        hold("commit")

    monkeypatch.setattr(module.os, "fsync", traced_sync)
    monkeypatch.setattr(spool, "add", traced_add)
    incoming: Incoming = writer.begin()
    incoming.write(b"content")
    with ThreadPoolExecutor(1) as pool:
        promise = pool.submit(incoming.keep, calling="A", called="B", at=AT)
        assert reached.wait(10)
        assert not promise.done()
        release.set()
        promise.result(10)
    assert sorted(synced) == ["commit", "file", "folder"]


def test_a_commit_waits_for_the_disk(spool: Spool) -> None:
    for lane in spool._lanes:
        assert lane.ask("PRAGMA synchronous") == [(2,)]  # FULL: each commit is synced
        assert lane.ask("PRAGMA journal_mode") == [("wal",)]


def test_two_processes_may_open_it_at_the_same_time(tmp_path: Path) -> None:
    for number in range(5):
        with ThreadPoolExecutor(6) as pool:
            opened = list(pool.map(lambda _, at=number: Spool(tmp_path / str(at)), range(6)))
        for one in opened:
            one.close()


def test_files_are_moved_into_the_objects_and_moving_again_is_harmless(
    spool: Spool, writer: SpoolWriter, tmp_path: Path
) -> None:
    objects = ObjectStore(tmp_path / "objects")
    keep(writer, b"one")
    keep(writer, b"one")
    waiting = spool.waiting(9)
    moved = {one.path: one.stored for one in waiting}
    for _ in range(2):
        objects.adopt(moved)
        assert [objects.read(one.stored.sha256) for one in waiting] == [b"one", b"one"]
    assert not list(spool.files.iterdir())
    objects.path(waiting[0].stored.sha256).unlink()
    with pytest.raises(NotThere):
        objects.adopt(moved)


@pytest.mark.parametrize("size", [100, 3_000_000])
def test_somebody_who_still_looks_at_the_content_hinders_nothing(
    spool: Spool, writer: SpoolWriter, size: int
) -> None:
    incoming = writer.begin()
    incoming.write(bytes(size))
    with incoming.content() as content:
        looking = content[5:]
    incoming.abandon()
    assert bytes(looking[:3]) == b"\0\0\0"
    assert not list(spool.files.iterdir())
