"""The worker as a process: killed in mid-work, gone on with, and what it does with the rest."""

import datetime as dt
import random
import signal
import time
from itertools import pairwise

import pytest

from condyle.archive import analyses
from condyle.archive.check import check
from condyle.errors import Conflict
from condyle.service.jobs.single import alone

from .clinics import clinic_at


def queue_all(clinic, hold):
    """One of each sort; the one to be killed is alone at first."""
    archive = clinic.archive
    clinic.queue("refused", hold(archive, 2, body_part="KNEE"))
    clinic.queue("breaks once", hold(archive, 3))
    clinic.queue("breaks always", hold(archive, 4))
    clinic.queue("urgent", hold(archive, 5, priority_rank=0))
    clinic.queue("cancelled", hold(archive, 6))
    clinic.put("breaks once", "breaks", "1")
    clinic.put("breaks always", "breaks", "9")
    clinic.put("cancelled", "hold")


@pytest.fixture(scope="module", name="story")
def _story(bundle_store, hold, sqlite_template, tmp_path_factory):
    """A worker that is killed in mid-reading, and the one after it, which meets all sorts."""
    home = tmp_path_factory.mktemp("clinic")
    (home / "condyle.sqlite").write_bytes(sqlite_template.read_bytes())
    clinic = clinic_at(home, "", bundle_store)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CONDYLE_BUNDLES", str(bundle_store))
        clinic.queue("killed", hold(clinic.archive, 1))
        clinic.put("killed", "hold")
        first = clinic.worker()
        clinic.until(lambda: clinic.tries("killed") == 1)
        clinic.begun_at = clinic.row("killed").started_at
        queue_all(clinic, hold)
        first.send_signal(signal.SIGKILL)
        first.communicate()
        (home / f"{clinic.ids['killed']}.hold").unlink()
    second = clinic.worker()
    clinic.until(lambda: clinic.row("cancelled").progress)
    clinic.seen_running = clinic.row("cancelled").progress
    with clinic.archive.database.write() as session:
        analyses.cancel(session, clinic.ids["cancelled"], at=dt.datetime.now(dt.UTC))
    clinic.until(lambda: all(clinic.row(name).finished_at for name in clinic.ids))
    yield clinic, second
    second.kill()
    second.communicate()
    clinic.archive.database.close()


def test_what_a_killed_worker_had_in_hand_the_next_one_finishes_once(story):
    clinic, _ = story
    assert clinic.row("killed").state == "done"
    assert clinic.tries("killed") == 2, "the reading was cut off, so it is done again"
    keys = clinic.keys("killed")
    assert len(keys) == len(set(keys)) == 48
    assert clinic.study("killed").state == "read"


def test_no_step_that_was_finished_before_the_kill_is_repeated(story):
    clinic, _ = story
    assert clinic.steps("killed") == ["begin", "lay-out", "read", "record"]
    assert clinic.row("killed").started_at == clinic.begun_at


def test_a_study_that_the_bundle_declines_says_why(story):
    clinic, _ = story
    assert (clinic.row("refused").state, clinic.study("refused").state) == ("refused", "refused")
    assert clinic.study("refused").reason["code"] == "wrong-body-part"


def test_a_reading_that_breaks_is_tried_again(story):
    clinic, _ = story
    assert (clinic.row("breaks once").state, clinic.tries("breaks once")) == ("done", 2)


def test_a_reading_that_always_breaks_is_given_up_with_a_reason(story):
    clinic, _ = story
    row = clinic.row("breaks always")
    assert (row.state, clinic.tries("breaks always")) == ("failed", 3)
    assert row.reason == {"code": "analysis-failed", "params": {"tries": 3}, "subject": "study"}
    assert clinic.study("breaks always").state == "refused"


def test_no_patient_is_named_in_the_log_of_a_worker(story):
    clinic, _ = story
    log = (clinic.home / "log").read_text()
    assert "ZeroDivisionError" in log
    assert "Drawn" not in log


def test_a_running_analysis_stops_when_it_is_cancelled(story):
    clinic, _ = story
    assert clinic.seen_running["stage"] == "held"
    assert (clinic.row("cancelled").state, clinic.study("cancelled").state) == (
        "cancelled",
        "received",
    )
    assert clinic.keys("cancelled") == []


def test_a_more_urgent_study_goes_before_those_that_came_earlier(story):
    clinic, _ = story
    order = sorted(set(clinic.ids) - {"killed"}, key=lambda name: clinic.row(name).started_at)
    assert order[0] == "urgent"
    assert order[1:] == ["refused", "breaks once", "breaks always", "cancelled"]


def test_no_more_run_at_a_time_than_there_is_room_for(story):
    clinic, _ = story
    spans = sorted(
        (clinic.row(name).started_at, clinic.row(name).finished_at) for name in clinic.ids
    )
    assert all(ended <= begun for (_, ended), (begun, _) in pairwise(spans))


def test_nothing_of_a_patient_is_left_beside_the_archive(story):
    clinic, _ = story
    assert list((clinic.home / "work" / "worker").iterdir()) == []


def test_a_second_worker_of_the_same_name_is_refused(story):
    clinic, _ = story
    with pytest.raises(Conflict, match="another worker"), alone(clinic.home / "worker.lock"):
        pytest.fail("two workers of one name")


def test_a_worker_ends_when_the_server_is_gone_at_the_other_end_of_its_input(story):
    clinic, second = story
    assert second.poll() is None
    second.stdin.close()
    assert second.wait(10) == 0
    with alone(clinic.home / "worker.lock"):
        pass


KILLS = [pytest.param(2), pytest.param(48, marks=pytest.mark.needs("soak"))]


@pytest.mark.parametrize("kills", KILLS)
def test_whenever_a_worker_is_killed_no_analysis_is_lost_or_done_twice(
    bundle_store, hold, sqlite_template, tmp_path, monkeypatch, kills
):
    monkeypatch.setenv("CONDYLE_BUNDLES", str(bundle_store))
    (tmp_path / "condyle.sqlite").write_bytes(sqlite_template.read_bytes())
    clinic = clinic_at(tmp_path, "", bundle_store)
    moments = random.Random(kills)
    names = [str(number) for number in range(1, 3 + kills)]
    for number, name in enumerate(names, 1):
        clinic.queue(name, hold(clinic.archive, number))
    for kill in range(1, kills + 1):
        clinic.killed_worker(kill, moments.uniform(0.0, 0.6))
    last = clinic.worker()
    try:
        clinic.until(lambda: all(clinic.row(name).finished_at for name in names), limit_s=300)
    finally:
        last.kill()
        last.communicate()
    assert {clinic.row(name).state for name in names} == {"done"}
    assert {len(clinic.keys(name)) for name in names} == {48}
    assert {len(set(clinic.keys(name))) for name in names} == {48}
    assert sum(clinic.tries(name) for name in names) <= len(names) + kills
    assert check(clinic.archive).faults == ()
    clinic.archive.database.close()


@pytest.mark.needs("postgres")
def test_on_postgresql_an_analysis_outlives_the_loss_of_the_database(
    bundle_store, hold, postgres_server, postgres_template, tmp_path, monkeypatch
):
    monkeypatch.setenv("CONDYLE_BUNDLES", str(bundle_store))
    url = postgres_server.url(postgres_server.new_database(postgres_template))
    clinic = clinic_at(tmp_path, url, bundle_store)
    clinic.queue("one", hold(clinic.archive, 1))
    clinic.put("one", "hold")
    workers = [clinic.worker()]

    def finished() -> bool:
        # One that finds its analysis stuck ends, and the server starts another.
        if workers[-1].poll() == 1:
            workers.append(clinic.worker())
        return clinic.row("one").finished_at is not None

    try:
        clinic.until(lambda: clinic.tries("one") == 1)
        postgres_server.stop(kept=False)
        (tmp_path / f"{clinic.ids['one']}.hold").unlink()
        clinic.until(lambda: "queue cannot be read" in (tmp_path / "log").read_text())
        time.sleep(0.5)
        postgres_server.start()
        clinic.until(finished, limit_s=120.0)
        assert workers[-1].poll() is None, "whoever finished it goes on"
        # What was under way when the database went is tried again, and kept once.
        assert clinic.row("one").state == "done"
        assert clinic.tries("one") <= 1 + len(workers)
        assert len(clinic.keys("one")) == 48
    finally:
        for worker in workers:
            worker.kill()
            worker.communicate()
        clinic.archive.database.close()
