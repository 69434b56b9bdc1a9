"""The outbox against a peer that answers as a test says: refusals, doubts, what cannot be read."""

from __future__ import annotations

import datetime as dt
import logging
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from sqlalchemy import select, update
from tests.dicom.network.made import STUDY, a_study, as_bytes

from condyle.archive.archive import Archive
from condyle.archive.database import open_database
from condyle.archive.network_tables import Outgoing as Row
from condyle.archive.objects import ObjectStore
from condyle.archive.outgoing import NewOutgoing, counts_of, put_outgoing
from condyle.dicom.network.found import Filters, FoundInstance
from condyle.dicom.network.outgoing import Outgoing, Sent, Tell
from condyle.dicom.network.peer import DimsePeer, Peer
from condyle.errors import PeerError, PeerUnreachable
from condyle.workflows.pacs import outbox as module
from condyle.workflows.pacs.outbox import deliver, put_study, refused
from condyle.workflows.pacs.store_contents import store_contents

UIDS = [str(one.SOPInstanceUID) for one in a_study()]


@dataclass
class Clock:
    """A clock that a test sets."""

    now: dt.datetime = dt.datetime(2030, 1, 7, 8, 0, tzinfo=dt.UTC)

    def __call__(self) -> dt.datetime:
        return self.now


@dataclass
class Pacs:
    """A PACS that answers each instance as a test says, and may be lost after some."""

    states: dict[str, Sent] = field(default_factory=dict)
    life: int | None = None
    error: Exception | None = None
    holds: set[str] = field(default_factory=set)
    sent: list[str] = field(default_factory=list)
    searched: list[str] = field(default_factory=list)

    def find(self, peer: Peer, filters: Filters) -> list[FoundInstance]:
        self.searched.append(filters.series)
        held = [uid for uid in sorted(self.holds) if uid.startswith(filters.series + ".")]
        return [FoundInstance(filters.study, filters.series, uid, "") for uid in held]

    def send(self, peer: Peer, files: Sequence[Outgoing], tell: Tell) -> None:
        for one in files[: self.life]:
            self.sent.append(one.uid)
            tell(self.states.get(one.uid, Sent(one.uid, "stored")))
        if self.error is not None:
            raise self.error


@pytest.fixture
def pacs(monkeypatch: pytest.MonkeyPatch) -> Pacs:
    made = Pacs()
    monkeypatch.setattr(module, "find_instances", made.find)
    monkeypatch.setattr(module, "send_instances", made.send)
    return made


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def archive(sqlite_template: Path, tmp_path: Path) -> Iterator[Archive]:
    """On SQLite alone, which is quick: the outbox's queries are tried on both elsewhere."""
    path = shutil.copy(sqlite_template, tmp_path / "archive.sqlite")
    database = open_database(f"sqlite:///{path}")
    yield Archive(database, ObjectStore(tmp_path / "objects"))
    database.close()


@pytest.fixture
def filled(archive: Archive, clock: Clock) -> Archive:
    timed = replace(archive, clock=clock)
    outcomes = store_contents(timed, [as_bytes(one) for one in a_study()], source="pacs")
    put_study(timed, outcomes[0].study_id, "pacs")
    return timed


def delivered(archive: Archive, *names: str) -> int:
    return deliver(archive, {name: DimsePeer(name, "X", "h", 1) for name in names or ("pacs",)})


def counts(archive: Archive) -> dict[str, int]:
    with archive.database.read() as session:
        return {state: count for (_, state), count in counts_of(session).items()}


def put_objects(archive: Archive, peer: str, some: Sequence[NewOutgoing]) -> int:
    with archive.database.write() as session:
        return put_outgoing(session, peer, some, at=archive.clock())


def row(archive: Archive, uid: str) -> Row:
    with archive.database.read() as session:
        return session.scalars(select(Row).where(Row.uid == uid)).one()


def test_what_is_refused_is_told_with_its_reason_and_never_sent_again(
    filled: Archive, pacs: Pacs, clock: Clock
) -> None:
    pacs.states = {UIDS[0]: Sent(UIDS[0], "refused", "no such class")}

    assert delivered(filled) == 5
    clock.now += dt.timedelta(days=1)
    assert delivered(filled) == 0

    assert counts(filled) == {"stored": 5, "refused": 1}
    assert refused(filled) == [("pacs", UIDS[0], "no such class")]
    assert len(pacs.sent) == 6


def test_what_a_peer_takes_later_waits_and_is_looked_for_before_it_goes_again(
    filled: Archive, pacs: Pacs, clock: Clock
) -> None:
    pacs.states = {UIDS[5]: Sent(UIDS[5], "later", "a full disk")}

    assert delivered(filled) == 5
    assert delivered(filled) == 0  # its time has not come
    assert not pacs.searched
    pacs.states.clear()
    clock.now += dt.timedelta(seconds=5)

    assert delivered(filled) == 1
    assert pacs.searched == [f"{STUDY}.2"]
    assert counts(filled) == {"stored": 6}


def test_what_a_peer_holds_already_is_stored_and_not_sent(
    filled: Archive, pacs: Pacs, clock: Clock
) -> None:
    pacs.life, pacs.error = 0, PeerUnreachable("It was lost.", found="nobody who answers")
    delivered(filled)
    pacs.life, pacs.error = None, None
    pacs.holds = {*UIDS[:2], "9.9.9"}
    clock.now += dt.timedelta(minutes=1)

    assert delivered(filled) == 6

    assert sorted(pacs.sent) == sorted(UIDS[2:])
    assert row(filled, UIDS[0]).said == "it was there already"


def test_what_was_answered_for_before_the_loss_stands_and_the_rest_waits_with_the_reason(
    filled: Archive, pacs: Pacs
) -> None:
    pacs.life, pacs.error = 2, PeerUnreachable("It was lost.", found="nobody who answers")

    assert delivered(filled) == 2

    assert counts(filled) == {"stored": 2, "sending": 4}
    assert row(filled, UIDS[5]).said == "nobody who answers"


def test_a_peer_that_refuses_all_is_logged_and_asked_later(
    filled: Archive, pacs: Pacs, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    pacs.life, pacs.error = 0, PeerError("It was refused.", found="'pacs' does not know us")

    with caplog.at_level(logging.WARNING):
        assert delivered(filled) == 0

    assert "does not know us" in caplog.text
    assert row(filled, UIDS[0]).said == "'pacs' does not know us"
    assert row(filled, UIDS[0]).next_at == clock.now + dt.timedelta(seconds=5)


def test_a_peer_is_never_waited_for_longer_than_five_minutes(
    filled: Archive, pacs: Pacs, clock: Clock
) -> None:
    pacs.life, pacs.error = 0, PeerUnreachable("It was lost.", found="nobody")
    waits = []
    for _ in range(9):
        delivered(filled)
        waits.append((row(filled, UIDS[0]).next_at - clock.now).total_seconds())
        clock.now = row(filled, UIDS[0]).next_at

    assert waits == [5, 10, 20, 40, 80, 160, 300, 300, 300]


def test_a_stored_file_that_is_gone_or_broken_is_refused_and_holds_up_no_other(
    filled: Archive, pacs: Pacs
) -> None:
    (broken,) = filled.objects.put_many([b"no DICOM"])
    put_objects(
        filled,
        "pacs",
        [NewOutgoing("7.1", "7", "7.0", broken.sha256), NewOutgoing("7.2", "7", "7.0", "0" * 64)],
    )

    assert delivered(filled) == 6

    assert {uid for _, uid, _ in refused(filled)} == {"7.1", "7.2"}
    assert {said for _, _, said in refused(filled)} == {"its stored file cannot be read"}


def test_an_object_is_put_up_once_for_each_peer(filled: Archive, pacs: Pacs) -> None:
    one = NewOutgoing(UIDS[0], STUDY, f"{STUDY}.1", row(filled, UIDS[0]).object)

    assert put_objects(filled, "pacs", [one]) == 0
    assert put_objects(filled, "other", [one, one]) == 1
    assert delivered(filled, "other") == 1
    assert counts(filled) == {"waiting": 6, "stored": 1}


def test_what_was_withdrawn_and_comes_again_waits_again_and_what_was_stored_does_not(
    filled: Archive, pacs: Pacs, clock: Clock
) -> None:
    delivered(filled)
    there = NewOutgoing(UIDS[0], STUDY, f"{STUDY}.1", row(filled, UIDS[0]).object)
    one = replace(there, uid="7.1")
    put_objects(filled, "pacs", [one])
    with filled.database.write() as session:
        session.execute(update(Row).where(Row.uid == "7.1").values(state="withdrawn"))
    assert delivered(filled) == 0

    assert put_objects(filled, "pacs", [one, there]) == 1
    assert put_objects(filled, "pacs", [one, there]) == 0
    assert counts(filled) == {"stored": 6, "waiting": 1}
    assert row(filled, "7.1").done_at is None


def test_one_peer_that_is_away_does_not_keep_another_from_its_share(
    filled: Archive, pacs: Pacs, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = NewOutgoing(UIDS[0], STUDY, f"{STUDY}.1", row(filled, UIDS[0]).object)
    put_objects(filled, "zeta", [one])

    def send(peer: Peer, files: Sequence[Outgoing], tell: Tell) -> None:
        if peer.name == "pacs":
            raise PeerUnreachable("It is away.", found="nobody")
        pacs.send(peer, files, tell)

    monkeypatch.setattr(module, "send_instances", send)

    assert delivered(filled, "pacs", "zeta") == 1


def test_a_hundred_go_at_a_time_the_earliest_first(filled: Archive, pacs: Pacs) -> None:
    stored = row(filled, UIDS[0]).object
    more = [NewOutgoing(f"8.{n}", "8", "8.0", stored) for n in range(120)]
    put_objects(filled, "bulk", more)

    with filled.database.write() as session:
        taken = module.take_outgoing(session, "bulk", at=filled.clock())

    assert [one.uid for one in taken] == [f"8.{n}" for n in range(100)]
    assert not any(one.unsure for one in taken)
