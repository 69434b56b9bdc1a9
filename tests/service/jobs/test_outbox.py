"""Handing over what is queued, and watching over what was."""

import pytest

from condyle.archive import analyses
from condyle.archive.studies import change_priority, get_study
from condyle.errors import Unavailable
from condyle.service.jobs.outbox import DOUBT_AFTER, STUCK_AFTER, Outbox, Stuck
from condyle.workflows.clinic.queueing import queue_for_study


class FakeRunner:
    """Remembers what it was given, and says of it what a test wants."""

    def __init__(self):
        self.given, self.forgotten, self.says = [], [], {}

    def hand_over(self, analysis_id):
        self.given.append(analysis_id)

    def progress(self, analysis_id):
        return self.says.get(analysis_id, "here")

    def forget(self, analysis_id):
        self.forgotten.append(analysis_id)
        self.says.pop(analysis_id, None)


class FakeJobs:
    """Has in hand what a test says."""

    def __init__(self):
        self.active, self.stopping = frozenset(), frozenset()

    def stop(self, analysis_ids):
        self.stopping = analysis_ids


@pytest.fixture(name="runner")
def _runner():
    return FakeRunner()


@pytest.fixture(name="jobs")
def _jobs():
    return FakeJobs()


@pytest.fixture(name="outbox")
def _outbox(archive, jobs, runner):
    def outbox(room=1):
        return Outbox(archive, jobs, runner, room=room)

    return outbox


@pytest.fixture(name="queued")
def _queued(archive, installed, hold, clock):
    def queued(*numbers, **held):
        made = []
        for number in numbers:
            clock.forward(seconds=1)
            made += queue_for_study(archive, hold(archive, number, **held))
        return made

    return queued


@pytest.fixture(name="write")
def _write(archive):
    def write(act, analysis_id, *more):
        with archive.database.write() as session:
            return act(session, analysis_id, *more, at=archive.clock())

    return write


def test_no_more_is_handed_over_than_there_is_room_for(outbox, queued, runner):
    first, second, _ = queued(1, 2, 3)
    box = outbox(room=2)
    box.look()
    box.look()
    assert runner.given == [first, second]


def test_what_another_worker_took_leaves_room_here(outbox, queued, runner, write):
    first, second = queued(1, 2)
    box = outbox()
    box.look()
    write(analyses.start, first)
    box.look()
    assert runner.given == [first, second]


def test_the_next_goes_when_one_that_waited_was_cancelled(outbox, queued, runner, write):
    first, second = queued(1, 2)
    box = outbox()
    box.look()
    write(analyses.cancel, first)
    box.look()
    assert runner.given == [first, second]


def test_what_this_process_has_in_hand_takes_its_room(outbox, queued, runner, jobs, write):
    first, _ = queued(1, 2)
    box = outbox()
    box.look()
    write(analyses.start, first)
    jobs.active = frozenset({first})
    box.look()
    assert runner.given == [first]


def test_a_study_that_became_more_urgent_goes_first(archive, outbox, queued, runner):
    _, later = queued(1, 2)
    with archive.database.write() as session:
        row = analyses.get_analysis(session, later)
        change_priority(session, row.study_id, 0)
    outbox().look()
    assert runner.given == [later]


def test_what_ran_when_a_worker_died_is_handed_over_whatever_room_there_is(
    outbox, queued, runner, write
):
    first, second, _ = queued(1, 2, 3)
    write(analyses.start, first)
    write(analyses.start, second)
    write(analyses.cancel, second)
    outbox(room=1).look()
    assert set(runner.given[:2]) == {first, second}


def test_what_shall_stop_is_passed_on(outbox, queued, jobs, write):
    first, _ = queued(1, 2)
    write(analyses.start, first)
    write(analyses.cancel, first)
    outbox().look()
    assert jobs.stopping == {first}


def test_a_long_queue_hides_nothing_that_shall_stop(outbox, queued, jobs, write, monkeypatch):
    monkeypatch.setattr("condyle.service.jobs.outbox.MOST_QUEUED", 1)
    last = queued(1)
    queued(2, 3, priority_rank=0)
    write(analyses.start, last[0])
    write(analyses.cancel, last[0])
    outbox().look()
    assert jobs.stopping == {last[0]}


def test_what_the_runner_gave_up_fails_with_a_reason(archive, outbox, queued, runner):
    (only,) = queued(1)
    runner.says[only] = "gave up"
    box = outbox()
    for _ in range(DOUBT_AFTER):
        box.look()
    with archive.database.read() as session:
        row = analyses.get_analysis(session, only)
        assert (row.state, row.reason["code"]) == ("failed", "worker-stopped")
        assert get_study(session, row.study_id).state == "refused"


def test_a_run_that_is_newer_than_a_restored_archive_runs_again(outbox, queued, runner):
    (only,) = queued(1)
    runner.says[only] = "finished"
    box = outbox()
    for _ in range(DOUBT_AFTER + 1):
        box.look()
    assert runner.forgotten == [only]
    assert runner.given == [only, only]


def test_a_worker_that_runs_nothing_though_it_should_begins_anew(outbox, queued, runner):
    queued(1)
    box = outbox()
    for _ in range(STUCK_AFTER - 1):
        box.look()
    with pytest.raises(Stuck):
        box.look()


def test_what_another_worker_runs_is_left_to_it(outbox, queued, runner, write):
    (only,) = queued(1)
    write(analyses.start, only)
    runner.says[only] = "elsewhere"
    box = outbox()
    for _ in range(STUCK_AFTER + 1):
        box.look()


def test_a_lost_database_is_waited_for(archive, outbox, queued, runner, monkeypatch):
    (only,) = queued(1)
    box = outbox()
    with monkeypatch.context() as patch:

        def lost():
            raise Unavailable("The database cannot be used now.", found="a lost connection")

        patch.setattr(archive.database, "read", lost)
        box.look()
    box.look()
    assert runner.given == [only]
