"""The spool at its edges: numbers, order, refusals, what is left after a process ended."""

from __future__ import annotations

import datetime as dt
import hashlib
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from condyle.archive.spool import LANES, Spool, SpoolWriter
from condyle.errors import Unavailable

AT = dt.datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=dt.UTC)


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    spool = Spool(tmp_path / "spool")
    yield spool
    spool.close()


@pytest.fixture
def writer(spool: Spool) -> Iterator[SpoolWriter]:
    with SpoolWriter(spool) as writer:
        yield writer


def keep(writer: SpoolWriter, content: bytes, at: dt.datetime = AT) -> None:
    incoming = writer.begin()
    incoming.write(content)
    incoming.keep(calling="MR1", called="CONDYLE", at=at)


def test_an_empty_spool_has_nothing_to_give_and_nothing_to_forget(spool: Spool) -> None:
    assert spool.waiting(10) == [] and spool.refused() == [] and spool.count() == 0
    spool.forget([])
    spool.forget([1, 2, 3])
    assert spool.sweep() == 0


def test_the_earliest_come_first_whichever_database_holds_them(
    spool: Spool, writer: SpoolWriter
) -> None:
    for number in range(20):
        keep(writer, b"%d" % number)
    waiting = spool.waiting(99)
    assert [one.path.read_bytes() for one in waiting] == [b"%d" % n for n in range(20)]
    assert [one.id for one in waiting] == sorted({one.id for one in waiting})
    assert spool.waiting(7) == waiting[:7] and spool.waiting(0) == []


def test_every_database_takes_its_share_of_numbers_and_forgets_its_own(
    spool: Spool, writer: SpoolWriter
) -> None:
    for number in range(30):
        keep(writer, b"%d" % number)
    waiting = spool.waiting(99)
    gone = waiting[::2]
    spool.forget([one.id for one in gone])
    assert spool.waiting(99) == waiting[1::2] and spool.count() == 15
    for lane in spool._lanes:
        held = [row[0] for row in lane.ask("SELECT id FROM waiting")]
        assert {number % LANES for number in held} <= {lane.number}


def test_a_time_with_its_zone_and_fractions_is_kept_as_it_was(
    spool: Spool, writer: SpoolWriter
) -> None:
    east = AT.astimezone(dt.timezone(dt.timedelta(hours=5, minutes=30)))
    keep(writer, b"x", at=east)
    (one,) = spool.waiting(1)
    assert one.at == AT and one.at.utcoffset() == dt.timedelta(hours=5, minutes=30)


def test_an_object_of_no_bytes_is_an_object(spool: Spool, writer: SpoolWriter) -> None:
    incoming = writer.begin()
    with incoming.content() as content:
        assert bytes(content) == b""
    incoming.keep(calling="A", called="B", at=AT)
    (one,) = spool.waiting(1)
    assert (one.stored.size, one.path.read_bytes()) == (0, b"")
    assert one.stored.sha256 == hashlib.sha256().hexdigest()


@pytest.mark.parametrize("size", [(1 << 20) - 1, 1 << 20, (1 << 20) + 1])
def test_about_the_buffers_size_nothing_is_lost_or_twice_there(
    spool: Spool, writer: SpoolWriter, size: int
) -> None:
    content = bytes(number % 251 for number in range(size))
    incoming = writer.begin()
    for part in (content[:-7], content[-7:]):
        incoming.write(part)
    with incoming.content() as view:
        assert view == content
    incoming.keep(calling="A", called="B", at=AT)
    (one,) = spool.waiting(1)
    assert one.path.read_bytes() == content and one.stored.size == size
    assert one.stored.sha256 == hashlib.sha256(content).hexdigest()


def test_what_was_kept_is_not_taken_away_by_giving_it_up_afterwards(
    spool: Spool, writer: SpoolWriter
) -> None:
    incoming = writer.begin()
    incoming.write(b"promised")
    incoming.keep(calling="A", called="B", at=AT)
    other = writer.begin()
    other.write(bytes(2_000_000))  # its file may have the number that the first one's had
    incoming.abandon()
    other.keep(calling="A", called="B", at=AT)
    assert [one.path.read_bytes()[:8] for one in spool.waiting(9)] == [b"promised", bytes(8)]


def test_an_object_is_refused_once_and_its_reason_is_the_one_that_was_given(
    spool: Spool, writer: SpoolWriter
) -> None:
    keep(writer, b"bad")
    keep(writer, b"good")
    bad, good = spool.waiting(2)
    for _ in range(2):
        spool.refuse(bad, "no image; '; DROP TABLE waiting; --")
    assert spool.refused() == [(bad.stored.sha256, "no image; '; DROP TABLE waiting; --")]
    assert spool.waiting(9) == [good] and bad.path.read_bytes() == b"bad"


def test_refused_objects_are_told_in_the_order_in_which_they_came(
    spool: Spool, writer: SpoolWriter
) -> None:
    for number in range(6):
        keep(writer, b"%d" % number)
    waiting = spool.waiting(9)
    for one in reversed(waiting):
        spool.refuse(one, "no image")
    assert [sha256 for sha256, _ in spool.refused()] == [one.stored.sha256 for one in waiting]


def test_another_process_finds_what_was_kept_and_goes_on_after_its_numbers(tmp_path: Path) -> None:
    first = Spool(tmp_path / "spool")
    with SpoolWriter(first) as writer:
        keep(writer, b"before")
        lost = writer.begin()
        lost.write(bytes(2_000_000))  # and its process ends
    before = first.waiting(9)
    first.close()
    again = Spool(tmp_path / "spool")
    assert len(list(again.files.iterdir())) == 2
    with SpoolWriter(again) as writer:
        keep(writer, b"after")
    assert [one.path.read_bytes() for one in again.waiting(9)] == [b"before", b"after"]
    assert again.waiting(1) == before
    assert len(list(again.files.iterdir())) == 2
    again.close()
    lost.abandon()


def test_a_clock_that_was_set_back_gives_no_number_twice(
    spool: Spool, writer: SpoolWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(writer, b"before")
    monkeypatch.setattr("condyle.archive.spool.time.time_ns", lambda: 10**9)
    for number in range(12):
        keep(writer, b"%d" % number)
    numbers = [one.id for one in spool.waiting(99)]
    assert len(numbers) == len(set(numbers)) == 13


def test_nobody_else_of_the_machine_may_read_what_arrived(
    spool: Spool, writer: SpoolWriter
) -> None:
    keep(writer, b"content")
    paths = [spool.files, *spool.files.iterdir(), *spool.files.parent.glob("spool-*.sqlite")]
    assert len(paths) == 2 + LANES
    assert {stat.S_IMODE(path.stat().st_mode) & 0o077 for path in paths} == {0}


def test_no_file_name_tells_who_sent_it_or_what_it_holds(spool: Spool, writer: SpoolWriter) -> None:
    keep(writer, b"Example^Ana")
    keep(writer, b"Example^Ana")
    names = [path.name for path in spool.files.iterdir()]
    assert len(set(names)) == 2
    assert all(len(name) == 32 and set(name) <= set("0123456789abcdef") for name in names)


def test_a_folder_that_cannot_be_made_is_told_with_how_to_mend_it(tmp_path: Path) -> None:
    (tmp_path / "spool").write_text("a file in its place")
    with pytest.raises(Unavailable) as told:
        Spool(tmp_path / "spool")
    assert told.value.found == "NotADirectoryError" and "mend the disk" in told.value.mend
    assert str(tmp_path) not in f"{told.value.failed} {told.value.found}"


def test_a_database_that_is_none_is_told_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "spool" / "spool-1.sqlite"
    path.parent.mkdir()
    path.write_bytes(b"no database " * 500)
    with pytest.raises(Unavailable, match="DatabaseError"):
        Spool(path.parent)
    assert path.read_bytes() == b"no database " * 500


def test_a_spool_that_was_closed_says_that_it_cannot_be_used(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")
    spool.close()
    with pytest.raises(Unavailable) as told:
        spool.count()
    assert isinstance(told.value.__cause__, sqlite3.Error)
