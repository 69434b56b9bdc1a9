"""A study is complete once nothing of it came for the quiet period, from any of its senders."""

from __future__ import annotations

import datetime as dt
import threading
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from tests.dicom.network.made import as_bytes, instance

from condyle.archive.archive import Archive
from condyle.archive.arrivals import Came, arrivals_of, note_arrival
from condyle.archive.audit import Query, newest
from condyle.archive.spool import Spool
from condyle.errors import Conflict, Unavailable
from condyle.workflows.pacs import taking_in as module
from condyle.workflows.pacs.complete import complete_quiet
from condyle.workflows.pacs.store_contents import store_contents
from condyle.workflows.pacs.taking_in import keep_up

QUIET = dt.timedelta(seconds=60)
START = dt.datetime(2030, 1, 7, 8, 0, tzinfo=dt.UTC)


@dataclass
class Here:
    """An archive with a clock of the test's own, and a study in it."""

    archive: Archive
    study: int
    now: dt.datetime = START
    told: list[tuple[int, str]] = field(default_factory=list)

    def comes(self, calling: str, count: int = 1) -> None:
        with self.archive.database.write() as session:
            note_arrival(session, Came(self.study, calling, "CONDYLE", count), at=self.now)

    def completes(self) -> int:
        return complete_quiet(self.archive, quiet=QUIET, on_complete=self.tell)

    def tell(self, archive: Archive, study: int, calling: str) -> None:
        self.told.append((study, calling))

    def after(self, seconds: float) -> None:
        self.now += dt.timedelta(seconds=seconds)


@pytest.fixture
def here(archive: Archive) -> Here:
    (stored,) = store_contents(archive, [as_bytes(instance(1))], source="pacs")
    made = Here(archive, stored.study_id)
    made.archive = replace(archive, clock=lambda: made.now)
    return made


def test_a_study_is_complete_just_after_the_quiet_period_and_not_at_its_end(here: Here) -> None:
    here.comes("SCANNER")

    here.after(60)
    assert here.completes() == 0
    here.after(0.001)
    assert here.completes() == 1
    assert here.completes() == 0
    assert here.told == [(here.study, "SCANNER")]


def test_each_image_that_comes_begins_the_quiet_period_anew(here: Here) -> None:
    for _ in range(5):
        here.comes("SCANNER")
        here.after(59)
        assert here.completes() == 0

    here.after(2)
    assert here.completes() == 1


def test_a_sender_that_still_sends_keeps_the_study_of_the_others_open(here: Here) -> None:
    here.comes("FIRST")
    here.after(50)
    here.comes("SECOND")
    here.after(20)
    assert here.completes() == 0

    here.after(41)
    assert here.completes() == 2
    assert [calling for _, calling in here.told] == ["FIRST", "SECOND"]


def test_what_comes_while_it_is_dealt_with_opens_it_again(here: Here) -> None:
    here.comes("SCANNER")
    here.after(61)

    def late(archive: Archive, study: int, calling: str) -> None:
        here.comes("SCANNER")

    complete_quiet(here.archive, quiet=QUIET, on_complete=late)

    with here.archive.database.read() as session:
        (arrival,) = arrivals_of(session, here.study)
        assert not newest(session, Query(action="study.received"))
    assert (arrival.complete_at, arrival.instance_count) == (None, 2)
    here.after(61)
    assert here.completes() == 1


def test_a_crash_before_it_is_noted_has_it_done_again(here: Here) -> None:
    here.comes("SCANNER")
    here.after(61)

    def dies(archive: Archive, study: int, calling: str) -> None:
        raise RuntimeError("the power failed")

    with pytest.raises(RuntimeError):
        complete_quiet(here.archive, quiet=QUIET, on_complete=dies)

    assert here.completes() == 1


def test_who_sent_how_many_to_which_title_is_written_down(here: Here) -> None:
    here.comes("SCANNER", 3)
    here.comes("SCANNER", 4)
    here.after(61)
    here.completes()

    with here.archive.database.read() as session:
        (act,) = newest(session, Query(action="study.received"))
    assert act.details == {"calling": "SCANNER", "called": "CONDYLE", "instances": 7}
    assert (act.user_name, act.subject_id) == ("pacs", str(here.study))


class Stop(threading.Event):
    """Is set after so many waits, which it keeps and does not wait for."""

    def __init__(self, rounds: int) -> None:
        super().__init__()
        self.waits: list[float | None] = []
        self._rounds = rounds

    def wait(self, timeout: float | None = None) -> bool:
        self.waits.append(timeout)
        if len(self.waits) >= self._rounds:
            self.set()
        return self.is_set()


@pytest.fixture
def faults(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What each look at the spool gives or raises; nothing once it is used up."""
    left: list[Any] = []

    def take(archive: Archive, spool: Spool) -> int:
        found = left.pop(0) if left else 0
        if isinstance(found, Exception):
            raise found
        return int(found)

    monkeypatch.setattr(module, "take_spooled", take)
    return left


def test_a_disk_or_rules_that_fail_are_waited_for_and_work_goes_on(
    here: Here, spool: Spool, faults: list[Any], caplog: pytest.LogCaptureFixture
) -> None:
    here.comes("SCANNER")
    here.after(61)
    faults += [
        Unavailable("It was not stored.", found="a full disk"),
        Conflict("It was not stored.", found="who it is"),
    ]
    stop = Stop(3)

    keep_up(here.archive, spool, stop, quiet=QUIET, on_complete=here.tell)

    assert stop.waits == [2.0, 2.0, 0.25]
    assert here.told == [(here.study, "SCANNER")]
    assert "a full disk" in caplog.text
    assert "Conflict" in caplog.text and "who it is" not in caplog.text


def test_nothing_is_taken_for_complete_while_the_spool_still_gives(
    here: Here, spool: Spool, faults: list[Any]
) -> None:
    here.comes("SCANNER")
    here.after(61)
    looks: list[int] = []
    faults += [3, 2, 1]

    def tell(archive: Archive, study: int, calling: str) -> None:
        looks.append(len(faults))

    keep_up(here.archive, spool, Stop(1), quiet=QUIET, on_complete=tell)

    assert looks == [0]


def test_who_is_told_to_stop_before_it_began_does_nothing(
    here: Here, spool: Spool, faults: list[Any]
) -> None:
    stop = Stop(1)
    stop.set()
    faults += [1]

    keep_up(here.archive, spool, stop, quiet=QUIET)

    assert (faults, stop.waits) == ([1], [])
