"""A bundle's outputs of this month are held against those before, on both databases."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from tests.archive.dashboard_of import APRIL, MAY, Rows

from condyle.archive.dashboard import periods_until
from condyle.archive.database import Database, open_database
from condyle.workflows.clinic.drift import (
    ENDS,
    FEWEST_STUDIES,
    BundleDrift,
    look_for_drift,
)

MONTHS = periods_until(MAY, "month")
MARCH = dt.datetime(2030, 3, 10, tzinfo=dt.UTC)


@pytest.fixture
def rows(archive_url: str) -> Iterator[Rows]:
    database: Database = open_database(archive_url)
    with database.write() as session:
        yield Rows(session)
    database.close()


def month(
    rows: Rows, at: dt.datetime, studies: int, *, share: float = 0.3, rng: int = 1, **more: Any
) -> None:
    """Puts studies with three discs each, of which so large a share bulges, into a month."""
    random = np.random.default_rng(rng)
    for _ in range(studies):
        run = rows.run(rows.study(at), at, **more)
        for level in ("L3-L4", "L4-L5", "L5-S1"):
            rows.finding(run, bool(random.uniform() < share), level=level)


def only(rows: Rows, *, silent: bool = False) -> BundleDrift:
    (found,) = look_for_drift(rows.session, MONTHS, silent=silent)
    return found


def test_where_nothing_changed_no_change_is_shown(rows: Rows) -> None:
    month(rows, APRIL, 60)
    month(rows, MAY, 40, rng=2)
    found = only(rows)
    assert (found.verdict, found.studies) == ("no-change-shown", (60, 40))
    (test,) = found.drifts
    assert 0.0 < test.shift.detectable < 1.0 and test.adjusted > 0.01


def test_where_far_more_is_called_it_is_warned_of_with_the_shares(rows: Rows) -> None:
    month(rows, APRIL, 60)
    month(rows, MAY, 40, share=0.8, rng=2)
    found = only(rows)
    assert found.verdict == "changed"
    (test,) = found.drifts
    assert test.subject == "disc-bulging" and test.adjusted < 0.01
    assert test.shift.at in ("0", "1") and abs(test.now - test.before) > 0.3


def test_with_fewer_than_thirty_studies_on_a_side_nothing_is_tested(rows: Rows) -> None:
    month(rows, APRIL, 60)
    month(rows, MAY, FEWEST_STUDIES - 1, share=1.0)
    assert only(rows).verdict == "too-few"
    month(rows, MAY, 1, share=1.0)
    assert only(rows).verdict == "changed"


def test_a_month_that_has_just_begun_leaves_the_word_to_the_one_before(rows: Rows) -> None:
    month(rows, MARCH, 40)
    month(rows, APRIL, 40, share=0.9)
    month(rows, MAY, 5)
    found = only(rows)
    assert (found.verdict, found.now) == ("changed", MONTHS.spans[-2])


def test_patients_who_were_there_before_are_not_new(rows: Rows) -> None:
    patients = [rows.patient() for _ in range(40)]
    for at, value in ((APRIL, False), (MAY, True)):
        for patient in patients:
            rows.finding(rows.run(rows.study(at, patient=patient), at), value)
    found = only(rows)
    assert (found.studies, found.verdict) == ((40, 0), "too-few")


def test_runs_that_are_refused_more_often_are_warned_of_by_their_reason(rows: Rows) -> None:
    month(rows, APRIL, 60)
    month(rows, MAY, 30)
    for _ in range(30):
        rows.run(rows.study(MAY), MAY, state="refused", code="no-plain-t2")
    changed = [one for one in only(rows).drifts if one.changed]
    assert [one.subject for one in changed] == [ENDS]
    assert changed[0].shift.at in ("done", "refused: no-plain-t2")


def test_more_abstentions_are_a_change_of_the_finding(rows: Rows) -> None:
    month(rows, APRIL, 40)
    for _ in range(40):
        rows.finding(rows.run(rows.study(MAY), MAY), None)
    (test,) = only(rows).drifts
    assert test.changed and (test.shift.at, test.before, test.now) == ("abstained", 0.0, 1.0)


def test_another_version_is_another_bundle_and_silent_runs_are_looked_at_on_request(
    rows: Rows,
) -> None:
    month(rows, APRIL, 31)
    month(rows, MAY, 31, version="2.0.0", hidden=True)
    assert [one.version for one in look_for_drift(rows.session, MONTHS, silent=False)] == ["1.0.0"]
    both = look_for_drift(rows.session, MONTHS, silent=True)
    assert [(one.version, one.verdict) for one in both] == [
        ("1.0.0", "too-few"),
        ("2.0.0", "too-few"),
    ]


def test_the_same_rows_give_the_same_p_value(rows: Rows) -> None:
    month(rows, APRIL, 35)
    month(rows, MAY, 35, share=0.4)
    assert only(rows) == only(rows)


def test_false_alarms_are_as_rare_as_is_said(rows: Rows) -> None:
    """Of 40 random deals of one month to two, at 1 %, hardly one is warned of."""
    from condyle.workflows.clinic.drift import _shift

    random = np.random.default_rng(5)
    small = 0
    for _ in range(40):
        runs = [f"r{number}" for number in range(80)]
        answers = [(run, str(int(random.uniform() < 0.3))) for run in runs]
        found = _shift("x", answers, {run: at for at, run in enumerate(runs)}, set(runs[40:]))
        small += found is not None and found[1].p_value < 0.01
    assert small <= 3
