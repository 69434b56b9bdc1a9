"""What the dashboard's warning promises: how rarely it is false, and that it can come at all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
import pytest
from scipy import stats

from condyle.archive.dashboard import periods_until
from condyle.domain.anatomy import FINDINGS
from condyle.evaluation.drift_shift import Shift
from condyle.evaluation.multiplicity import holm_of_tested
from condyle.workflows.clinic import drift
from condyle.workflows.clinic.drift import (
    FALSE_ALARMS,
    FEWEST_STUDIES,
    PERMUTATIONS,
    BundleDrift,
    Drift,
    _shift,
)

MAY = dt.datetime(2030, 5, 14, 12, tzinfo=dt.UTC)
LEVELS = 3
SPAN = periods_until(MAY, "month").spans[-1]


def shift(p: float) -> Shift:
    return Shift("x", 0.5, "1", p, 0.1, 0.1, 0.3, (90, 90), (30, 30))


def found(*adjusted: float, studies: tuple[int, int] = (30, 30)) -> BundleDrift:
    drifts = tuple(Drift(f"d{at}", shift(p), p, 0.1, 0.6) for at, p in enumerate(adjusted))
    return BundleDrift("b", "1", now=SPAN, before=SPAN, studies=studies, drifts=drifts)


def deal(rng: np.random.Generator, patients: int, names: Sequence[str]) -> dict[str, float]:
    """Gives the p values of findings of one month that is dealt to two at random.

    A patient's discs are alike and so are their findings, as they are in the clinic.
    """
    runs = [f"r{number}" for number in range(patients)]
    owner = {run: at for at, run in enumerate(runs)}
    tendency = stats.norm.cdf(rng.normal(-0.6, 1.2, patients))
    tested = {}
    for name in names:
        rows = [
            (run, str(int(rng.uniform() < tendency[at])))
            for at, run in enumerate(runs)
            for _ in range(LEVELS)
        ]
        if (made := _shift(name, rows, owner, set(runs[patients // 2 :]))) is not None:
            tested[name] = made[1].p_value
    return tested


def test_over_all_findings_of_a_bundle_a_false_warning_is_as_rare_as_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(drift, "PERMUTATIONS", 999)
    rng = np.random.default_rng(20300501)
    names, rounds, alarms, singly = ("a", "b", "c"), 240, 0, 0
    for _ in range(rounds):
        p = list(deal(rng, 60, names).values())
        alarms += min(holm_of_tested(p)) < FALSE_ALARMS
        singly += sum(one < 0.2 for one in p)
    # More than so many would come with a chance below 1 in 1,000 if it is as is said.
    assert alarms <= stats.binom.ppf(0.999, rounds, FALSE_ALARMS)
    # And the p values are no smaller than chance makes them, nor so large that nothing warns.
    low, high = stats.binom.ppf([0.0005, 0.9995], rounds * len(names), 0.2)
    assert low <= singly <= high


def test_rows_dealt_one_by_one_would_cry_wolf_where_patients_dealt_whole_do_not() -> None:
    """Ten discs of a patient that are all alike are one observation, not ten."""
    answers, owner, later = [], {}, set()
    for number in range(24):
        run = f"r{number}"
        owner[run] = number
        if number >= 12:
            later.add(run)
        answer = "1" if number in (0, 1, 12, 13, 14, 15, 16) else "0"
        answers += [(run, answer)] * 10
    made = _shift("x", answers, owner, later)
    assert made is not None
    table = [[20, 100], [50, 70]]
    assert stats.chi2_contingency(table).pvalue < FALSE_ALARMS / 10
    exact = stats.fisher_exact([[2, 10], [5, 7]]).pvalue
    assert made[1].p_value == pytest.approx(exact, abs=0.05) and made[1].p_value > 0.1


def test_a_warning_can_come_however_many_findings_a_bundle_has() -> None:
    smallest = 1.0 / (PERMUTATIONS + 1)
    tests = len(FINDINGS) + 1
    assert holm_of_tested([smallest] + [1.0] * (tests - 1))[0] < FALSE_ALARMS


def test_the_smallest_p_value_is_that_of_the_deals_and_never_nought() -> None:
    runs = [f"r{number}" for number in range(80)]
    rows = [(run, "1" if at >= 40 else "0") for at, run in enumerate(runs)]
    made = _shift("x", rows, {run: at for at, run in enumerate(runs)}, set(runs[40:]))
    assert made is not None
    _, shifted, before, now = made
    assert shifted.p_value == pytest.approx(1.0 / (PERMUTATIONS + 1))
    assert (shifted.gap, abs(now - before)) == (1.0, 1.0)


def test_where_all_answers_are_one_or_one_side_is_empty_nothing_is_tested() -> None:
    owner = {"a": 1, "b": 2}
    assert _shift("x", [("a", "0"), ("b", "0")], owner, {"b"}) is None
    assert _shift("x", [("a", "0"), ("a", "1")], owner, {"b"}) is None
    assert _shift("x", [("b", "0"), ("b", "1")], owner, {"b"}) is None
    assert _shift("x", [], owner, {"b"}) is None


def test_the_shares_are_of_the_answer_that_differs_most() -> None:
    runs = {f"r{number}": number for number in range(20)}
    earlier = ["1"] * 5 + ["2"] * 5
    later = ["1"] * 4 + ["abstained"] * 6
    rows = list(zip(runs, earlier + later, strict=True))
    made = _shift("x", rows, runs, {run for run, at in runs.items() if at >= 10})
    assert made is not None
    assert (made[1].at, made[2], made[3]) == ("abstained", 0.0, 0.6)


def test_two_findings_with_the_same_answers_are_dealt_apart_and_each_time_alike() -> None:
    runs = {f"r{number}": number for number in range(40)}
    rows = [(run, str(at % 3 == 0)) for run, at in runs.items()]
    later = {run for run, at in runs.items() if at % 2}
    one, again, other = (_shift(name, rows, runs, later) for name in ("a", "a", "b"))
    assert one == again
    assert one is not None and other is not None
    assert one[1].gap == other[1].gap and one[1].p_value == pytest.approx(other[1].p_value, abs=0.1)


@pytest.mark.parametrize(
    ("made", "verdict"),
    [
        (found(), "no-change-shown"),
        (found(0.5, 0.011), "no-change-shown"),
        (found(FALSE_ALARMS), "no-change-shown"),
        (found(0.5, 0.009), "changed"),
        (found(0.0001, studies=(FEWEST_STUDIES - 1, 500)), "too-few"),
        (found(0.0001, studies=(500, FEWEST_STUDIES - 1)), "too-few"),
        (found(0.0001, studies=(FEWEST_STUDIES, FEWEST_STUDIES)), "changed"),
    ],
)
def test_it_is_warned_below_the_chance_that_is_promised_and_with_studies_enough(
    made: BundleDrift, verdict: str
) -> None:
    assert made.verdict == verdict
