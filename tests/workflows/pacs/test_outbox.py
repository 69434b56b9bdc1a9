"""What waits goes out once a PACS is back, and once only, whatever died in between."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.dicom.network.made import a_study, as_bytes
from tests.running_orthanc import RunningOrthanc, running_orthanc

from condyle.archive.archive import Archive
from condyle.archive.outgoing import counts_of, take_outgoing
from condyle.dicom.network.peer import DimsePeer
from condyle.workflows.pacs.outbox import deliver, put_study
from condyle.workflows.pacs.store_contents import store_contents

pytestmark = [
    pytest.mark.needs("orthanc"),
    # pynetdicom closes no socket that it could not connect; the collector does.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
START = dt.datetime(2030, 1, 7, 8, 0, tzinfo=dt.UTC)


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> dt.datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def filled(archive: Archive, clock: Clock) -> tuple[Archive, int]:
    timed = replace(archive, clock=clock)
    outcomes = store_contents(timed, [as_bytes(one) for one in a_study()], source="pacs")
    return timed, outcomes[0].study_id


@pytest.fixture
def mortal() -> Iterator[RunningOrthanc]:
    """An Orthanc that a test may stop and start."""
    with running_orthanc() as pacs:
        yield pacs


def _peer(pacs: RunningOrthanc) -> DimsePeer:
    return DimsePeer("pacs", pacs.title, "127.0.0.1", pacs.port, timeout_s=5)


def _counts(archive: Archive) -> dict[str, int]:
    with archive.database.read() as session:
        return {state: count for (_, state), count in counts_of(session).items()}


def test_a_pacs_that_is_down_gets_everything_once_it_is_back_and_once_only(
    filled: tuple[Archive, int], mortal: RunningOrthanc, clock: Clock
) -> None:
    archive, study = filled
    peers = {"pacs": _peer(mortal)}
    assert put_study(archive, study, "pacs") == 6
    mortal.stop()

    for _ in range(8):
        assert deliver(archive, peers) == 0
        clock.now += dt.timedelta(minutes=10)
    assert _counts(archive) == {"sending": 6}
    mortal.start()

    assert deliver(archive, peers) == 6
    assert _counts(archive) == {"stored": 6}
    assert len(mortal.instances()) == 6
    before = mortal.rest("/changes?limit=1000")["Changes"]
    clock.now += dt.timedelta(hours=1)
    assert put_study(archive, study, "pacs") == 0
    assert deliver(archive, peers) == 0
    new = [c for c in mortal.rest("/changes?limit=1000")["Changes"] if c not in before]
    assert not [c for c in new if c["ChangeType"] == "NewInstance"]


def test_what_went_before_the_process_died_is_asked_for_and_not_sent_again(
    filled: tuple[Archive, int], orthanc: RunningOrthanc, clock: Clock
) -> None:
    archive, study = filled
    put_study(archive, study, "pacs")
    with archive.database.write() as session:
        taken = take_outgoing(session, "pacs", at=clock.now)
    for one in taken[:4]:  # the process sent four of them, and died before it noted it
        orthanc.store(archive.objects.path(one.object).read_bytes())
    orthanc.rest("/changes", method="DELETE")

    assert deliver(archive, {"pacs": _peer(orthanc)}) == 6

    changes = orthanc.rest("/changes?limit=1000")["Changes"]
    assert len([one for one in changes if one["ChangeType"] == "NewInstance"]) == 2
    assert _counts(archive) == {"stored": 6}


def test_a_peer_is_waited_for_longer_each_time(
    filled: tuple[Archive, int], mortal: RunningOrthanc, clock: Clock
) -> None:
    archive, study = filled
    peers = {"pacs": _peer(mortal)}
    put_study(archive, study, "pacs")
    mortal.stop()
    waits = []
    for _ in range(4):
        deliver(archive, peers)
        began = clock.now
        while not _is_due(archive, clock):
            clock.now += dt.timedelta(seconds=1)
        waits.append((clock.now - began).total_seconds())

    assert waits == [5, 10, 20, 40]


def _is_due(archive: Archive, clock: Clock) -> bool:
    from condyle.archive.outgoing import due_peers

    with archive.database.read() as session:
        return bool(due_peers(session, at=clock.now))


def test_what_waits_for_a_peer_that_is_not_listed_waits_on(
    filled: tuple[Archive, int], tmp_path: Path
) -> None:
    archive, study = filled
    put_study(archive, study, "gone")

    assert deliver(archive, {}) == 0
    assert _counts(archive) == {"waiting": 6}
