"""A reader's own call is kept once, before the silent run is shown, on both databases."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from condyle.archive.analyses import get_analysis
from condyle.archive.bundle_settings import BundleUse, decide
from condyle.archive.database import Database
from condyle.archive.migrations.versions.v0006_silent_and_counted import VALUES
from condyle.archive.own_calls import NewOwnCall, make_own_call, own_calls_of, runs_for_reader
from condyle.archive.silent_tables import OwnCall
from condyle.archive.tables import Analysis, FindingRow
from condyle.errors import Conflict, NotThere, UsageError
from condyle.service.exports.own_call import own_call_table

from .dashboard_of import APRIL, Rows

NAMES = ("disc-bulging", "pfirrmann-grade")
BULGE = {"name": "disc-bulging", "level": "L4-L5", "value": True}


@pytest.fixture
def rows(database: Database) -> Iterator[Rows]:
    with database.write() as session:
        yield Rows(session)


def call(rows: Rows, run: str, *calls: dict[str, Any], user: int) -> OwnCall:
    study = get_analysis(rows.session, run).study_id
    new = NewOwnCall(run, calls, user, APRIL)
    return make_own_call(rows.session, study, new, names=NAMES)


def test_a_call_is_kept_as_it_was_made_with_who_and_when(rows: Rows) -> None:
    user, study = rows.user(), rows.study()
    run = rows.run(study, hidden=True)
    made = call(rows, run, BULGE, {"name": "pfirrmann-grade", "level": None, "value": 3}, user=user)
    rows.session.expire_all()
    (kept,) = own_calls_of(rows.session, study)
    assert (kept.id, kept.user_id, kept.at, kept.bundle) == (made.id, user, APRIL, "lumbar-grading")
    assert kept.calls == [BULGE, {"name": "pfirrmann-grade", "level": None, "value": 3}]
    assert get_analysis(rows.session, run).hidden


def test_of_each_bundle_the_latest_run_is_asked_and_none_that_is_seen_or_broke(rows: Rows) -> None:
    user, study = rows.user(), rows.study()
    rows.run(study, APRIL, hidden=True)
    latest = rows.run(study, APRIL + dt.timedelta(hours=1), hidden=True)
    rows.run(study, bundle="seen")
    rows.run(study, bundle="broke", hidden=True, state="failed")
    waiting = rows.run(study, bundle="waiting", hidden=True, state="queued")
    asked = {run.id for run, _ in runs_for_reader(rows.session, study, user)}
    assert asked == {latest, waiting}


def test_a_second_call_of_the_same_reader_is_refused_on_a_later_run_as_well(rows: Rows) -> None:
    user, other, study = rows.user(), rows.user("other"), rows.study()
    run = rows.run(study, hidden=True)
    call(rows, run, user=user)
    with pytest.raises(Conflict, match="not kept"):
        call(rows, run, BULGE, user=user)
    again = rows.run(study, APRIL + dt.timedelta(days=1), hidden=True)
    with pytest.raises(Conflict, match="not kept"):
        call(rows, again, BULGE, user=user)
    assert call(rows, again, BULGE, user=other).analysis_id == again
    with pytest.raises(NotThere):
        call(rows, run, BULGE, user=other)  # not the latest any more


def test_two_calls_at_the_same_moment_do_not_both_stay(rows: Rows) -> None:
    user, study = rows.user(), rows.study()
    run = rows.run(study, hidden=True)
    rows.own_call(run, [], user=user)
    with pytest.raises(IntegrityError), rows.session.begin_nested():
        rows.own_call(run, [BULGE], user=user)


@pytest.mark.parametrize(
    "wrong",
    [
        [BULGE, {**BULGE, "value": False}],
        [{**BULGE, "name": "disc-narrowing"}],
        [{**BULGE, "level": "C1"}],
        [{**BULGE, "value": 2}],
        [{"name": "pfirrmann-grade", "level": "L4-L5", "value": 6}],
    ],
)
def test_calls_that_do_not_fit_are_refused(rows: Rows, wrong: list[dict[str, Any]]) -> None:
    user, run = rows.user(), rows.run(rows.study(), hidden=True)
    with pytest.raises(UsageError):
        call(rows, run, *wrong, user=user)
    assert rows.session.scalars(select(OwnCall)).all() == []


def test_with_the_bundle_so_set_the_first_call_shows_the_run_to_all(rows: Rows) -> None:
    decide(
        rows.session, "lumbar-grading", BundleUse(silent=True, shown_to_all=True), by=None, at=APRIL
    )
    user, other, study = rows.user(), rows.user("other"), rows.study()
    run = rows.run(study, hidden=True)
    call(rows, run, user=user)
    assert not rows.session.get_one(Analysis, run).hidden
    assert [
        (one.id, own is not None) for one, own in runs_for_reader(rows.session, study, user)
    ] == [(run, True)]
    assert runs_for_reader(rows.session, study, other) == []


def test_the_table_gives_each_reader_their_own_studies_and_the_researcher_all(rows: Rows) -> None:
    one, two = rows.user("one"), rows.user("two")
    shared, alone = (rows.run(rows.study(), hidden=True) for _ in range(2))
    for run in (shared, alone):
        rows.finding(run, True)
    call(rows, shared, BULGE, user=one)
    call(rows, shared, user=two)
    call(rows, alone, BULGE, user=two)

    def lines(reader: int | None) -> int:
        return len(own_call_table(rows.session, 0, reader=reader).splitlines()) - 1

    assert (lines(None), lines(one), lines(two)) == (3, 2, 3)
    assert ",yes,yes,0.5,,no,yes" in own_call_table(rows.session, 0, reader=one)


def test_a_finding_of_an_older_database_gets_its_value_beside_its_document(
    database: Database, rows: Rows
) -> None:
    run = rows.run(rows.study())
    wanted = [True, False, 4, None]
    numbers = [rows.finding(run, value) for value in wanted]
    rows.session.execute(text("UPDATE findings SET value = NULL"))
    rows.session.execute(text(VALUES[database.engine.dialect.name]))
    rows.session.expire_all()
    kept = [rows.session.get_one(FindingRow, number).value for number in numbers]
    assert kept == [1, 0, 4, None]
