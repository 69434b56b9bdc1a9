"""A run goes from the queue to its end once, whatever is called twice or too late."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.orm import Session

from condyle.archive import analyses
from condyle.archive.analyses import BundleRun, NewFinding, Result
from condyle.archive.archive import Archive
from condyle.archive.store import store
from condyle.archive.studies import change_priority, changes_since, get_study
from condyle.archive.tables import StudyRow
from condyle.domain.messages import Message
from condyle.errors import Conflict, NotThere

RUN = BundleRun("lumbar", "1.0.0", "f" * 64)
OTHER = BundleRun("knee", "2.0.0", "e" * 64)
WHY = Message("no-plain-t2", {"series": 3})
Act = Callable[[Session], Any]


@pytest.fixture
def do(archive: Archive, instance) -> Callable[[Act], Any]:
    """Does something in a transaction of its own, on an archive with two studies."""
    store(archive, [instance(1, of="1.2"), instance(1, of="1.3")])

    def act(work: Act) -> Any:
        with archive.database.write() as session:
            return work(session)

    return act


@pytest.fixture
def at(archive: Archive):
    return archive.clock()


def result(*positive: bool) -> Result:
    found = [
        NewFinding(key=f"k{n}", name="disc-herniation", positive=each, document={"n": n})
        for n, each in enumerate(positive)
    ]
    return Result(
        report="a" * 64, files={"x.png": "b" * 64}, findings=found, software_version="0.1"
    )


def queued(do, at, run: BundleRun = RUN, key: str = "one") -> str:
    return str(do(lambda s: analyses.queue_analysis(s, 1, run, at=at, key=key)).id)


def study(do) -> StudyRow:
    found: StudyRow = do(lambda s: get_study(s, 1))
    return found


def state(do, key: str = "one") -> str:
    return str(do(lambda s: analyses.get_analysis(s, key)).state)


def test_a_queued_run_makes_its_study_analysing(do, at) -> None:
    queued(do, at)
    assert (state(do), study(do).state) == ("queued", "analysing")


def test_queueing_the_same_key_again_gives_the_run_that_is_there(do, at) -> None:
    queued(do, at)
    do(lambda s: analyses.start(s, "one", at=at))
    again = do(lambda s: analyses.queue_analysis(s, 1, RUN, at=at, key="one"))
    assert again.state == "running"
    assert len(do(lambda s: analyses.analyses_of(s, 1))) == 1


def test_a_run_of_no_study_is_refused(do, at) -> None:
    with pytest.raises(NotThere, match="no such study"):
        do(lambda s: analyses.queue_analysis(s, 99, RUN, at=at))


def test_the_whole_way_ends_in_findings(do, at) -> None:
    queued(do, at)
    assert do(lambda s: analyses.start(s, "one", at=at))
    assert do(lambda s: analyses.progress(s, "one", stage="anatomy", done=1, total=4))
    assert do(lambda s: analyses.running_on(s, [1, 2]))[1].progress == {
        "stage": "anatomy", "done": 1, "total": 4,
    }  # fmt: skip
    assert do(lambda s: analyses.finish(s, "one", result(True, False), at=at)) == "done"
    row = do(lambda s: analyses.get_analysis(s, "one"))
    assert (row.report, row.files, row.progress) == ("a" * 64, {"x.png": "b" * 64}, None)
    assert (study(do).state, study(do).finding_count) == ("read", 1)
    assert [f.document for f in do(lambda s: analyses.findings_of(s, ["one"]))] == [
        {"n": 0},
        {"n": 1},
    ]


def test_a_run_that_is_started_again_after_a_kill_goes_on(do, at) -> None:
    queued(do, at)
    assert do(lambda s: analyses.start(s, "one", at=at))
    assert do(lambda s: analyses.start(s, "one", at=at))


def test_finishing_twice_keeps_each_finding_once(do, at) -> None:
    queued(do, at)
    for _ in range(2):
        assert do(lambda s: analyses.finish(s, "one", result(True), at=at)) == "done"
    assert len(do(lambda s: analyses.findings_of(s, ["one"]))) == 1


def test_a_queued_run_is_cancelled_at_once_and_never_starts(do, at) -> None:
    queued(do, at)
    assert do(lambda s: analyses.cancel(s, "one", at=at)) == "cancelled"
    assert not do(lambda s: analyses.start(s, "one", at=at))
    assert study(do).state == "received"


def test_a_running_run_notices_that_it_is_cancelled(do, at) -> None:
    queued(do, at)
    do(lambda s: analyses.start(s, "one", at=at))
    assert do(lambda s: analyses.cancel(s, "one", at=at)) == "cancelling"
    assert not do(lambda s: analyses.progress(s, "one", stage="x", done=1, total=2))
    assert not do(lambda s: analyses.start(s, "one", at=at))
    assert study(do).state == "analysing"
    assert do(lambda s: analyses.cancelled(s, "one", at=at)) == "cancelled"


@pytest.mark.parametrize(
    "end",
    [
        lambda s, at: analyses.finish(s, "one", result(True), at=at),
        lambda s, at: analyses.refuse(s, "one", WHY, at=at),
        lambda s, at: analyses.fail(s, "one", WHY, at=at),
    ],
)
def test_what_ends_after_it_was_cancelled_is_cancelled(do, at, end) -> None:
    queued(do, at)
    do(lambda s: analyses.start(s, "one", at=at))
    do(lambda s: analyses.cancel(s, "one", at=at))
    assert do(lambda s: end(s, at)) == "cancelled"
    assert do(lambda s: analyses.findings_of(s, ["one"])) == []


@pytest.mark.parametrize("end", [analyses.refuse, analyses.fail])
def test_a_run_that_is_at_its_end_changes_no_more(do, at, end) -> None:
    queued(do, at)
    do(lambda s: end(s, "one", WHY, at=at))
    before = state(do)
    for late in (
        lambda s: analyses.finish(s, "one", result(True), at=at),
        lambda s: analyses.cancelled(s, "one", at=at),
        lambda s: analyses.refuse(s, "one", Message("other"), at=at),
    ):
        assert do(late) == before
    with pytest.raises(Conflict, match="cannot be cancelled"):
        do(lambda s: analyses.cancel(s, "one", at=at))
    reason = do(lambda s: analyses.get_analysis(s, "one")).reason
    assert reason == {"code": "no-plain-t2", "params": {"series": 3}, "subject": "study"}


def test_a_study_that_no_bundle_reads_is_refused_with_the_reason(do, at) -> None:
    queued(do, at)
    queued(do, at, OTHER, "two")
    do(lambda s: analyses.fail(s, "one", Message("broke"), at=at))
    assert study(do).state == "analysing"
    do(lambda s: analyses.refuse(s, "two", WHY, at=at))
    found = study(do)
    assert (found.state, found.reason and found.reason["code"]) == ("refused", "no-plain-t2")


def test_one_bundle_that_reads_the_study_is_enough(do, at) -> None:
    queued(do, at)
    queued(do, at, OTHER, "two")
    do(lambda s: analyses.refuse(s, "one", WHY, at=at))
    do(lambda s: analyses.finish(s, "two", result(), at=at))
    assert (study(do).state, study(do).reason) == ("read", None)


def test_of_two_runs_of_a_bundle_the_later_one_counts(do, at, archive: Archive) -> None:
    queued(do, at)
    do(lambda s: analyses.finish(s, "one", result(True, True, True), at=at))
    queued(do, archive.clock(), key="two")
    assert study(do).finding_count == 3
    do(lambda s: analyses.finish(s, "two", result(True), at=at))
    assert study(do).finding_count == 1


def test_a_run_that_breaks_later_leaves_the_study_read(do, at, archive: Archive) -> None:
    queued(do, at)
    do(lambda s: analyses.finish(s, "one", result(True), at=at))
    queued(do, archive.clock(), key="two")
    do(lambda s: analyses.fail(s, "two", WHY, at=at))
    assert (study(do).state, study(do).finding_count) == ("read", 1)


def test_findings_of_silent_mode_count_only_once_they_are_shown(do, at) -> None:
    queued(do, at, BundleRun("lumbar", "1", "f" * 64, hidden=True))
    do(lambda s: analyses.finish(s, "one", result(True), at=at))
    assert study(do).finding_count == 0
    do(lambda s: analyses.reveal(s, "one"))
    assert study(do).finding_count == 1


def test_a_run_that_was_stopped_hides_no_result_before_it(do, at) -> None:
    def shown() -> list[str]:
        return [run.id for run in do(lambda s: analyses.shown_runs(s, 1))]

    queued(do, at)
    do(lambda s: analyses.start(s, "one", at=at))
    do(lambda s: analyses.finish(s, "one", result(True), at=at))
    queued(do, at, key="two")
    do(lambda s: analyses.start(s, "two", at=at))
    do(lambda s: analyses.cancel(s, "two", at=at))
    assert shown() == ["one", "two"]
    do(lambda s: analyses.cancelled(s, "two", at=at))
    assert shown() == ["one"]
    queued(do, at, OTHER, key="only")
    do(lambda s: analyses.cancel(s, "only", at=at))
    assert shown() == ["one", "only"]


def test_what_a_bundle_found_before_stands_until_its_new_run_ends(do, at) -> None:
    def shown() -> list[str]:
        return [run.id for run in do(lambda s: analyses.shown_runs(s, 1))]

    queued(do, at)
    assert shown() == ["one"]
    do(lambda s: analyses.finish(s, "one", result(True), at=at))
    queued(do, at, key="two")
    assert shown() == ["one", "two"]
    do(lambda s: analyses.start(s, "two", at=at))
    assert shown() == ["one", "two"]
    do(lambda s: analyses.finish(s, "two", result(), at=at))
    assert shown() == ["two"]
    hidden = BundleRun(RUN.name, RUN.version, RUN.sha256, hidden=True)
    queued(do, at, hidden, key="z-silent")
    assert shown() == []


def test_a_run_that_broke_hides_no_result_before_it_and_one_that_declines_takes_its_place(
    do, at, archive: Archive
) -> None:
    def stands() -> tuple[list[str], str, int]:
        found = study(do)
        shown = [run.id for run in do(lambda s: analyses.shown_runs(s, 1))]
        return shown, found.state, found.finding_count

    queued(do, at)
    do(lambda s: analyses.finish(s, "one", result(True), at=at))
    for key in ("two", "three"):
        queued(do, archive.clock(), key=key)
        assert stands() == (["one", key], "analysing", 1)
        do(lambda s, key=key: analyses.fail(s, key, Message("broke"), at=at))
        assert stands() == (["one", key], "read", 1)
    queued(do, archive.clock(), key="four")
    do(lambda s: analyses.refuse(s, "four", WHY, at=at))
    assert stands() == (["four"], "refused", 0)
    reason = study(do).reason
    assert reason is not None and reason["code"] == "no-plain-t2"


def test_a_signed_study_stays_signed(do, at) -> None:
    do(lambda s: setattr(get_study(s, 1), "state", "signed"))
    queued(do, at)
    do(lambda s: analyses.finish(s, "one", result(True), at=at))
    assert (study(do).state, study(do).finding_count) == ("signed", 1)


def test_each_change_is_seen_by_who_asks_what_changed(do, at) -> None:
    queued(do, at)
    before = study(do).revision
    do(lambda s: analyses.start(s, "one", at=at))
    do(lambda s: analyses.progress(s, "one", stage="x", done=1, total=2))
    changes = do(lambda s: changes_since(s, before))
    assert [(change.study_id, change.revision) for change in changes] == [(1, before + 2)]


def test_the_queue_is_in_the_order_of_urgency_and_then_of_arrival(do, at, archive: Archive) -> None:
    for key, study_id in (("a", 1), ("b", 2), ("c", 1)):
        later = archive.clock()
        do(lambda s, k=key, n=study_id, at=later: analyses.queue_analysis(s, n, RUN, at=at, key=k))
    do(lambda s: change_priority(s, 2, 0))
    assert [row.id for row in do(lambda s: analyses.analyses_in(s, "queued"))] == ["b", "a", "c"]
    assert [row.id for row in do(lambda s: analyses.analyses_in(s, "queued", limit=1))] == ["b"]


def test_a_run_that_is_not_there_is_told(do) -> None:
    with pytest.raises(NotThere, match="no such analysis"):
        do(lambda s: analyses.get_analysis(s, "nobody"))
