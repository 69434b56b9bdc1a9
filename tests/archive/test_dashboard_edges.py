"""The dashboard's counts at the edges: the last second of a month, one study, ties, versions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from condyle.archive.dashboard import (
    Came,
    Taken,
    periods_until,
    time_to_read,
    time_to_sign,
    volume,
)
from condyle.archive.dashboard_drift import RunEnd, answers_of, bundles_that_ran, latest_runs
from condyle.archive.dashboard_runs import (
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
MAY_BEGINS = dt.datetime(2030, 5, 1, tzinfo=dt.UTC)
TINY = dt.timedelta(microseconds=1)
CARACAS = dt.timezone(-dt.timedelta(hours=4))
OF = ("lumbar-grading", "1.0.0")


@pytest.fixture
def rows(database: Database) -> Iterator[Rows]:
    with database.write() as session:
        yield Rows(session)


def took(taken: dict[int, Taken], at: int) -> tuple[int, float, float]:
    one = taken[at]
    return one.n, round(one.median_s, 1), round(one.p90_s, 1)


def test_the_last_moment_of_a_month_is_that_months_and_the_next_the_next_ones(rows: Rows) -> None:
    rows.study(MAY_BEGINS - TINY)
    rows.study(MAY_BEGINS - dt.timedelta(seconds=1))
    rows.study(MAY_BEGINS)
    assert volume(rows.session, MONTHS) == [
        Came(LAST - 1, "lumbar-spine", "upload", 2),
        Came(LAST, "lumbar-spine", "upload", 1),
    ]


def test_a_study_received_in_the_evening_of_another_zone_is_of_the_month_in_utc(
    rows: Rows,
) -> None:
    rows.study(dt.datetime(2030, 4, 30, 21, 0, tzinfo=CARACAS))
    assert [one.period for one in volume(rows.session, MONTHS)] == [LAST]


def test_what_came_before_the_first_period_or_after_the_last_is_not_counted(rows: Rows) -> None:
    first, last = MONTHS.edges[0], MONTHS.edges[-1]
    for at in (first - TINY, last):
        rows.run(rows.study(at), at)
    assert volume(rows.session, MONTHS) == []
    assert ended_runs(rows.session, MONTHS) == []
    assert run_times(rows.session, MONTHS) == {}
    rows.study(first)
    rows.study(last - TINY)
    assert [one.period for one in volume(rows.session, MONTHS)] == [0, LAST]


@pytest.mark.parametrize(
    ("now", "days"),
    [
        (dt.datetime(2028, 2, 29, 23, 59, 59, tzinfo=dt.UTC), 29),
        (dt.datetime(2030, 2, 28, tzinfo=dt.UTC), 28),
        (dt.datetime(2030, 12, 31, 23, 59, 59, 999999, tzinfo=dt.UTC), 31),
        (dt.datetime(2030, 11, 30, 23, 0, tzinfo=CARACAS), 31),
    ],
)
def test_the_month_that_runs_has_its_own_length(now: dt.datetime, days: int) -> None:
    start, end = periods_until(now, "month").spans[-1]
    assert (end - start).days == days and start <= now < end


def test_periods_follow_one_another_without_gap_or_overlap_all_year_round() -> None:
    for day in range(0, 366, 13):
        now = dt.datetime(2031, 1, 1, 12, tzinfo=dt.UTC) + dt.timedelta(days=day)
        for periods in (periods_until(now, "month"), periods_until(now, "week")):
            assert list(periods.edges) == sorted(set(periods.edges)) and len(periods.spans) == 12
            assert periods.spans[-1][0] <= now < periods.spans[-1][1]


def test_sunday_evening_is_of_the_week_that_ends() -> None:
    sunday = dt.datetime(2030, 5, 12, 23, 59, 59, tzinfo=dt.UTC)
    monday = sunday + dt.timedelta(seconds=1)
    assert periods_until(sunday, "week").edges[-1] == monday
    assert periods_until(monday, "week").spans[-1][0] == monday


def test_of_one_time_median_and_ninetieth_percentile_are_that_time(rows: Rows) -> None:
    rows.run(rows.study(APRIL), APRIL + dt.timedelta(seconds=77))
    assert took(time_to_read(rows.session, MONTHS), LAST - 1) == (1, 77.0, 77.0)


@pytest.mark.parametrize(
    ("seconds", "median", "p90"),
    [
        ([60, 60, 60, 60], 60, 60),
        ([10, 20], 10, 20),
        (list(range(1, 11)), 5, 9),
        (list(range(1, 12)), 6, 10),
        ([5] * 9 + [500], 5, 5),
        ([5] * 8 + [500] * 2, 5, 500),
    ],
)
def test_times_are_by_rank_also_where_many_are_the_same(
    rows: Rows, seconds: list[int], median: int, p90: int
) -> None:
    for second in seconds:
        rows.run(rows.study(APRIL), APRIL + dt.timedelta(seconds=second))
    assert took(time_to_read(rows.session, MONTHS), LAST - 1) == (len(seconds), median, p90)


def test_a_study_is_counted_when_it_came_however_late_it_was_read_and_signed(rows: Rows) -> None:
    study = rows.study(MAY_BEGINS - TINY)
    rows.run(study, MAY_BEGINS + dt.timedelta(hours=1))
    rows.signed(study, MAY_BEGINS + dt.timedelta(days=3), user=rows.user())
    assert list(time_to_read(rows.session, MONTHS)) == [LAST - 1]
    assert took(time_to_sign(rows.session, MONTHS), LAST - 1)[1] == 3 * 86400
    assert [one.period for one in ended_runs(rows.session, MONTHS)] == [LAST]


def test_a_study_whose_runs_all_failed_or_still_run_was_not_read(rows: Rows) -> None:
    study = rows.study()
    for state in ("failed", "cancelled", "running", "queued", "refused"):
        rows.run(study, state=state)
    assert time_to_read(rows.session, MONTHS) == {}


def test_where_the_bundle_abstained_of_everything_the_count_says_so(rows: Rows) -> None:
    run = rows.run(rows.study())
    for level in ("L3-L4", "L4-L5", "L5-S1"):
        rows.finding(run, None, level=level)
    (found,) = found_counts(rows.session, MONTHS, silent=False)
    assert (found.findings, found.abstained) == (3, 3)


def test_a_run_that_found_nothing_to_say_counts_no_findings(rows: Rows) -> None:
    rows.run(rows.study())
    (found,) = found_counts(rows.session, MONTHS, silent=False)
    assert (found.findings, found.abstained) == (0, 0)


def test_versions_of_a_bundle_stand_side_by_side_in_every_count(rows: Rows) -> None:
    study, user = rows.study(), rows.user()
    for version, kind in (("1.0.0", "accept"), ("1.1.0", "reject")):
        run = rows.run(study, version=version, took_s=60.0 if version == "1.0.0" else 20.0)
        rows.word(rows.finding(run, True), kind, user=user)
    assert [(one.version, one.count) for one in ended_runs(rows.session, MONTHS)] == [
        ("1.0.0", 1),
        ("1.1.0", 1),
    ]
    counts = found_counts(rows.session, MONTHS, silent=False)
    assert sorted(one.version for one in counts) == ["1.0.0", "1.1.0"]
    times = run_times(rows.session, MONTHS)
    assert {key[2]: round(taken.median_s) for key, taken in times.items()} == {
        "1.0.0": 60,
        "1.1.0": 20,
    }
    words = words_on_findings(rows.session, MONTHS)
    spoken = {
        one.version: (one.accepted, one.rejected)
        for one in spoken_of(words, by_period=False, by_name=False)
    }
    assert spoken == {"1.0.0": (1, 0), "1.1.0": (0, 1)}


def test_a_word_in_a_later_month_than_its_run_is_counted_when_it_was_said(rows: Rows) -> None:
    finding = rows.finding(rows.run(rows.study()), True)
    rows.word(finding, "accept", MAY_BEGINS, user=rows.user())
    (one,) = spoken_of(words_on_findings(rows.session, MONTHS), by_period=True, by_name=False)
    assert (one.period, one.accepted) == (LAST, 1)


def test_a_patient_who_has_only_unanswered_findings_is_in_no_share(rows: Rows) -> None:
    user = rows.user()
    for value in (None, True):
        finding = rows.finding(rows.run(rows.study()), value)
        rows.word(finding, "call", user=user, value={"positive": True})
    (one,) = spoken_of(words_on_findings(rows.session, MONTHS), by_period=False, by_name=False)
    assert (one.accepted, one.unanswered, one.patients) == (1, 1, 1)
    assert (one.rows_rows, one.hits_rows, one.hits_hits) == (1, 1, 1)


def test_an_own_call_where_the_run_abstained_or_is_silent_on_the_place_is_unanswered(
    rows: Rows,
) -> None:
    run = rows.run(rows.study(), hidden=True)
    rows.finding(run, None, level="L4-L5")
    rows.finding(run, True, level="L5-S1")
    calls = [
        {"name": "disc-bulging", "level": level, "value": True}
        for level in ("L3-L4", "L4-L5", "L5-S1")
    ]
    rows.own_call(run, calls, user=rows.user())
    (one,) = spoken_of_pairs(own_call_pairs(rows.session, MONTHS), by_name=False)
    assert (one.accepted, one.changed, one.unanswered, one.patients) == (1, 0, 2, 1)


def test_own_calls_on_a_run_that_was_refused_make_no_pair(rows: Rows) -> None:
    run = rows.run(rows.study(), hidden=True, state="refused", code="wrong-anatomy")
    rows.own_call(run, [{"name": "disc-bulging", "level": None, "value": False}], user=rows.user())
    assert own_call_pairs(rows.session, MONTHS) == []


def test_drift_looks_at_the_latest_runs_that_nobody_stopped_and_at_no_hidden_one(
    rows: Rows,
) -> None:
    span = MONTHS.spans[LAST - 1]
    study = rows.study()
    for state in ("cancelled", "running"):
        rows.run(study, state=state)
    rows.run(study, hidden=True)
    old = rows.run(study, APRIL)
    new = rows.run(study, APRIL + TINY, state="refused", code="wrong-anatomy")
    found = latest_runs(rows.session, OF, span, silent=False, most=9)
    patient = found[0].patient
    assert found == [
        RunEnd(new, patient, study, "refused: wrong-anatomy"),
        RunEnd(old, patient, study, "done"),
    ]
    newest = latest_runs(rows.session, OF, span, silent=False, most=1)
    assert [one.id for one in newest] == [new]
    assert len(latest_runs(rows.session, OF, span, silent=True, most=9)) == 3


def test_a_bundle_that_ran_only_in_silence_is_named_on_request_alone(rows: Rows) -> None:
    span = MONTHS.spans[LAST - 1]
    rows.run(rows.study(), hidden=True, bundle="knee")
    rows.run(rows.study(), version="2.0.0")
    rows.run(rows.study(), span[1], bundle="later")
    assert bundles_that_ran(rows.session, span, silent=False) == [("lumbar-grading", "2.0.0")]
    both = bundles_that_ran(rows.session, span, silent=True)
    assert both == [("knee", "1.0.0"), ("lumbar-grading", "2.0.0")]


def test_an_answer_is_the_value_or_why_there_is_none(rows: Rows) -> None:
    run = rows.run(rows.study())
    for value in (True, False, 4, None):
        rows.finding(run, value)
    given = sorted(one.answer for one in answers_of(rows.session, [run]))
    assert given == ["0", "1", "4", "abstained"]
    assert answers_of(rows.session, []) == []
