"""What the dashboard counts, on both databases."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from condyle.archive.dashboard import (
    Came,
    Periods,
    Taken,
    periods_until,
    time_to_read,
    time_to_sign,
    volume,
)
from condyle.archive.dashboard_runs import (
    Found,
    ended_runs,
    found_counts,
    own_call_pairs,
    run_times,
    spoken_of,
    spoken_of_pairs,
    words_on_findings,
)
from condyle.archive.database import Database

from .dashboard_of import APRIL, MAY, Rows

MONTHS = periods_until(MAY, "month")
LAST = len(MONTHS.spans) - 1


@pytest.fixture
def rows(database: Database) -> Iterator[Rows]:
    with database.write() as session:
        yield Rows(session)


def test_months_end_with_the_one_that_runs_and_cross_the_year() -> None:
    starts = [start.date() for start, _ in periods_until(MAY, "month").spans]
    assert (starts[0], starts[-1], len(starts)) == (dt.date(2029, 6, 1), dt.date(2030, 5, 1), 12)
    assert starts[6] == dt.date(2029, 12, 1)


def test_weeks_begin_on_monday() -> None:
    spans = periods_until(MAY, "week").spans
    assert {start.weekday() for start, _ in spans} == {0}
    assert spans[-1] == (
        dt.datetime(2030, 5, 13, tzinfo=dt.UTC),
        dt.datetime(2030, 5, 20, tzinfo=dt.UTC),
    )


def test_a_moment_of_another_zone_is_counted_in_utc() -> None:
    east = dt.datetime(2030, 5, 1, 0, 30, tzinfo=dt.timezone(dt.timedelta(hours=2)))
    assert periods_until(east, "month").spans[-1][0] == dt.datetime(2030, 4, 1, tzinfo=dt.UTC)


def test_studies_are_counted_by_their_arrival_anatomy_and_source(rows: Rows) -> None:
    rows.study(MONTHS.edges[0] - dt.timedelta(microseconds=1))  # too old
    rows.study(MONTHS.edges[0])
    rows.study(MONTHS.edges[LAST])  # the first moment of May is May's
    rows.study(MONTHS.edges[LAST] - dt.timedelta(microseconds=1), anatomy=None, source="pacs")
    rows.study(MAY)
    assert volume(rows.session, MONTHS) == [
        Came(0, "lumbar-spine", "upload", 1),
        Came(LAST - 1, None, "pacs", 1),
        Came(LAST, "lumbar-spine", "upload", 2),
    ]


def test_the_time_to_be_read_is_to_the_first_result_and_by_rank(rows: Rows) -> None:
    for minutes in (1, 2, 3, 4, 5, 6, 7, 8, 9, 100):
        study = rows.study(APRIL)
        rows.run(study, APRIL + dt.timedelta(minutes=minutes))
        rows.run(study, APRIL + dt.timedelta(days=30))  # run again, long after
    found = time_to_read(rows.session, MONTHS)
    assert set(found) == {LAST - 1}
    taken = found[LAST - 1]
    assert (taken.n, taken.median_s, taken.p90_s) == pytest.approx((10, 300.0, 540.0), abs=0.01)


def test_neither_a_silent_nor_a_refused_run_reads_a_study(rows: Rows) -> None:
    study = rows.study(APRIL)
    rows.run(study, hidden=True)
    rows.run(study, state="refused", code="wrong-anatomy")
    assert time_to_read(rows.session, MONTHS) == {}


def test_the_time_to_be_signed_is_to_the_first_signature(rows: Rows) -> None:
    user, study = rows.user(), rows.study(APRIL)
    rows.signed(study, APRIL + dt.timedelta(hours=5), user=user)
    rows.signed(study, APRIL + dt.timedelta(hours=2), user=user)
    assert time_to_sign(rows.session, MONTHS)[LAST - 1] == Taken(
        1, pytest.approx(7200, abs=0.01), pytest.approx(7200, abs=0.01)
    )


def test_runs_are_counted_by_their_end_with_the_reason(rows: Rows) -> None:
    study = rows.study()
    rows.run(study)
    rows.run(study)
    rows.run(study, state="refused", code="wrong-anatomy")
    rows.run(study, MAY, version="2.0.0", hidden=True, took_s=60)
    told = [
        (one.period, one.version, one.hidden, one.state, one.code, one.count)
        for one in ended_runs(rows.session, MONTHS)
    ]
    assert sorted(told, key=str) == [
        (LAST - 1, "1.0.0", False, "done", None, 2),
        (LAST - 1, "1.0.0", False, "refused", "wrong-anatomy", 1),
        (LAST, "2.0.0", True, "done", None, 1),
    ]
    times = run_times(rows.session, MONTHS)
    assert times[(LAST, "lumbar-grading", "2.0.0", True)].median_s == pytest.approx(60, abs=0.01)
    assert times[(LAST - 1, "lumbar-grading", "1.0.0", False)].n == 2


def test_findings_are_counted_with_abstentions_and_silent_ones_on_request_alone(
    rows: Rows,
) -> None:
    shown, hidden = rows.run(rows.study()), rows.run(rows.study(), hidden=True)
    rows.run(rows.study(), MAY, version="2.0.0")  # found nothing
    rows.finding(shown, True)
    rows.finding(shown, None)
    rows.finding(rows.run(rows.study()), 4, name="pfirrmann-grade")
    rows.finding(hidden, False)
    seen = found_counts(rows.session, MONTHS, silent=False)
    assert sorted(seen, key=str) == [
        Found(LAST - 1, "lumbar-grading", "1.0.0", 3, 1),
        Found(LAST, "lumbar-grading", "2.0.0", 0, 0),
    ]
    assert sum(one.findings for one in found_counts(rows.session, MONTHS, silent=True)) == 4


def whole(rows: Rows) -> tuple[int, int, int, int]:
    (found,) = spoken_of(words_on_findings(rows.session, MONTHS), by_period=False, by_name=False)
    return found.accepted, found.changed, found.rejected, found.unanswered


def test_a_word_is_accepted_changed_rejected_or_an_answer_where_there_was_none(rows: Rows) -> None:
    user, run = rows.user(), rows.run(rows.study())
    rows.word(rows.finding(run, True), "accept", user=user)
    rows.word(rows.finding(run, True), "reject", user=user)
    rows.word(rows.finding(run, True), "call", user=user, value={"positive": False})
    rows.word(rows.finding(run, None), "call", user=user, value={"positive": True})
    rows.word(rows.finding(run, 3, name="pfirrmann-grade"), "grade", user=user, value={"grade": 4})
    assert whole(rows) == (1, 2, 1, 1)


def test_saying_what_the_model_says_is_to_accept_it(rows: Rows) -> None:
    user, run = rows.user(), rows.run(rows.study())
    rows.word(rows.finding(run, False), "call", user=user, value={"positive": False})
    rows.word(rows.finding(run, True), "call", user=user, value={"positive": True})
    rows.word(rows.finding(run, 3, name="pfirrmann-grade"), "grade", user=user, value={"grade": 3})
    assert whole(rows) == (3, 0, 0, 0)


def test_the_latest_word_that_stands_counts_and_a_drawing_is_none(rows: Rows) -> None:
    user, other, run = rows.user(), rows.user("other"), rows.run(rows.study())
    finding = rows.finding(run, True)
    first = rows.word(finding, "accept", user=user)
    rows.word(finding, "reject", user=user, supersedes=first)
    assert whole(rows) == (0, 0, 1, 0)
    rows.word(finding, "accept", user=other)
    assert whole(rows) == (1, 0, 0, 0)
    drawn = rows.finding(run, True)
    rows.word(drawn, "outline", user=user)
    taken = rows.word(drawn, "reject", user=user)
    rows.word(drawn, "withdraw", user=user, supersedes=taken)
    assert whole(rows) == (1, 0, 0, 0)


def test_the_sums_are_over_patients(rows: Rows) -> None:
    user = rows.user()
    for right, wrong in ((2, 1), (0, 2)):
        run = rows.run(rows.study())
        for number in range(right + wrong):
            kind = "accept" if number < right else "reject"
            rows.word(rows.finding(run, True), kind, user=user)
    (found,) = spoken_of(words_on_findings(rows.session, MONTHS), by_period=False, by_name=False)
    assert (found.patients, found.accepted, found.rejected) == (2, 2, 3)
    assert (found.rows_rows, found.hits_rows, found.hits_hits) == (9 + 4, 2 * 3, 4)


def test_words_are_apart_by_month_and_by_finding(rows: Rows) -> None:
    user, run = rows.user(), rows.run(rows.study())
    rows.word(rows.finding(run, True), "accept", user=user)
    rows.word(rows.finding(run, True, name="disc-narrowing"), "reject", MAY, user=user)
    by_period = spoken_of(words_on_findings(rows.session, MONTHS), by_period=True, by_name=False)
    by_name = spoken_of(words_on_findings(rows.session, MONTHS), by_period=False, by_name=True)
    assert sorted((one.period, one.accepted) for one in by_period) == [(LAST - 1, 1), (LAST, 0)]
    assert sorted((str(one.name), one.rejected) for one in by_name) == [
        ("disc-bulging", 0),
        ("disc-narrowing", 1),
    ]


def test_own_calls_stand_beside_what_the_silent_run_found_at_the_same_level(rows: Rows) -> None:
    user, run = rows.user(), rows.run(rows.study(), hidden=True)
    rows.finding(run, True)
    rows.finding(run, False, level="L5-S1")
    rows.finding(run, None, level="L3-L4")
    calls = [
        {"name": "disc-bulging", "level": level, "value": True}
        for level in ("L4-L5", "L5-S1", "L3-L4", "L2-L3")
    ]
    rows.own_call(run, calls, user=user)
    pairs = own_call_pairs(rows.session, MONTHS)
    assert [one.model for one in pairs] == [1, 0, None, None]
    (found,) = spoken_of_pairs(pairs, by_name=True)
    assert (found.name, found.accepted, found.changed) == ("disc-bulging", 1, 1)
    assert (found.unanswered, found.patients) == (2, 1)


def test_nothing_is_counted_of_an_empty_archive(rows: Rows) -> None:
    empty: Periods = MONTHS
    assert volume(rows.session, empty) == [] and time_to_sign(rows.session, empty) == {}
    assert ended_runs(rows.session, empty) == [] and own_call_pairs(rows.session, empty) == []
    assert spoken_of(words_on_findings(rows.session, empty), by_period=True, by_name=True) == []
