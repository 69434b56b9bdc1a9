"""The receiver is killed at random moments: what it answered for is there, and nothing half."""

from __future__ import annotations

import random
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select
from tests.workflows.pacs.killable import contents, killable, send_until_lost
from tests.workflows.pacs.storing import data_set_of

from condyle.archive.archive import Archive
from condyle.archive.check import check
from condyle.archive.database import open_database
from condyle.archive.objects import ObjectStore, digest
from condyle.archive.spool import Spool
from condyle.archive.tables import InstanceRow
from condyle.workflows.pacs.spooled import take_spooled

AMOUNTS = [
    pytest.param(10, 250, id="ten"),
    pytest.param(200, 5000, id="two-hundred", marks=pytest.mark.needs("soak")),
]
SENDERS = 2


@pytest.fixture
def plain_archive(sqlite_template: Path, tmp_path: Path) -> Iterator[Archive]:
    """An archive on SQLite: which database it is does not matter to the spool."""
    shutil.copy(sqlite_template, tmp_path / "condyle.sqlite")
    database = open_database(f"sqlite:///{tmp_path / 'condyle.sqlite'}")
    yield Archive(database, ObjectStore(tmp_path / "objects"))
    database.close()


@pytest.mark.parametrize(("kills", "count"), AMOUNTS)
def test_whenever_the_receiver_is_killed_everything_it_answered_for_is_there_and_reads(
    plain_archive: Archive, tmp_path: Path, kills: int, count: int
) -> None:
    images = contents(count)
    left = list(images.items())
    by_content = {content: uid for uid, content in images.items()}
    kept: dict[int, str] = {}
    answered: set[str] = set()
    moments = random.Random(kills)
    passed_s, in_transfer = 0.1, 0  # a first guess, for a quick machine: 1,000 images a second
    with killable(tmp_path / "spool") as receiver:
        for kill in range(kills):
            # However quick the machine is, the transfer lasts for as many kills as are left.
            a_second = (100 + len(answered)) / passed_s
            pause_s = moments.uniform(0.0, 1.2 * len(left) / (kills - kill) / a_second)
            lost = _send_side_by_side(receiver.port, left)
            time.sleep(pause_s)
            receiver.kill()
            answered |= lost()
            passed_s += pause_s
            kept |= _whole(Spool(tmp_path / "spool"), by_content, kept)
            assert answered <= set(kept.values())
            left = [(uid, content) for uid, content in left if uid not in answered]
            in_transfer += bool(left)
            receiver.start()
        answered |= set(send_until_lost(receiver.port, left))
        again = send_until_lost(receiver.port, list(images.items())[:20])  # a careful sender
    assert answered == set(images) and len(again) == 20
    assert in_transfer >= 0.8 * kills
    _is_all_in_the_archive(plain_archive, Spool(tmp_path / "spool"), images)


def _send_side_by_side(port: int, left: list[tuple[str, bytes]]) -> Callable[[], set[str]]:
    found: list[list[str]] = [[] for _ in range(SENDERS)]

    def send(number: int) -> None:
        found[number] = send_until_lost(port, left[number::SENDERS])

    threads = [threading.Thread(target=send, args=(number,)) for number in range(SENDERS)]
    for thread in threads:
        thread.start()

    def lost() -> set[str]:
        for thread in threads:
            thread.join()
        return {uid for some in found for uid in some}

    return lost


def _whole(spool: Spool, by_content: dict[bytes, str], kept: dict[int, str]) -> dict[int, str]:
    """Gives what a kill left in a spool that was not looked at before: each row's file is whole."""
    found = {}
    for one in spool.waiting(1_000_000):
        if one.id not in kept:
            assert digest(one.path) == one.stored.sha256
            found[one.id] = by_content[data_set_of(one.path.read_bytes())]
    spool.close()
    return found


def _is_all_in_the_archive(archive: Archive, spool: Spool, images: dict[str, bytes]) -> None:
    while take_spooled(archive, spool):
        pass
    with archive.database.read() as session:
        assert session.scalar(select(func.count(InstanceRow.id))) == len(images)
        rows = session.execute(select(InstanceRow.uid, InstanceRow.object)).all()
    for uid, held in rows[:: max(1, len(rows) // 100)]:
        assert data_set_of(archive.objects.read(held)) == images[uid]
    found = check(archive)
    assert (found.faults, found.unnamed) == ((), 0)
    spool.close()
