"""The change of a figure between two periods: difference, interval, test and power."""

from __future__ import annotations

import math

import numpy as np
import pytest

from condyle.evaluation.binary import weighted_auc
from condyle.evaluation.bootstrap import Resampling
from condyle.evaluation.drift import change_of, verdict
from condyle.evaluation.drift_shift import periods_of
from condyle.evaluation.multiplicity import holm_of_tested
from condyle.evaluation.proportions import weighted_mean, weighted_proportion


def periods(first: int, second: int, rows: int = 1):
    names = [f"a{n:03d}" for n in range(first)], [f"b{n:03d}" for n in range(second)]
    each = [np.repeat(part, rows) for part in names]
    return periods_of(*each), np.concatenate(each)


def plan(patients, seed: int = 3, replicates: int = 400) -> Resampling:
    return Resampling(patients, np.random.default_rng(seed), replicates=replicates, unit="disc")


def shares(hits):
    everything = np.ones(len(hits), dtype=bool)
    return lambda part: weighted_proportion(hits[part], everything[part])


def test_the_difference_is_new_less_baseline() -> None:
    both, patients = periods(50, 50)
    hits = np.concatenate([np.arange(50) < 40, np.arange(50) < 20])
    found = change_of(shares(hits), both, plan(patients), permutations=499)
    assert (found.baseline.value, found.new.value) == (0.8, 0.4)
    assert found.difference.value == pytest.approx(-0.4)
    assert found.difference.low < -0.4 < found.difference.high < 0.0
    assert found.p_value == pytest.approx(1 / 500)


def test_what_is_the_same_has_a_p_of_one() -> None:
    both, patients = periods(40, 40)
    hits = np.tile(np.arange(40) < 30, 2)
    found = change_of(shares(hits), both, plan(patients), permutations=199)
    assert found.difference.value == 0.0
    assert found.p_value == 1.0


def test_the_p_value_of_a_share_is_near_fishers() -> None:
    from scipy.stats import fisher_exact

    both, patients = periods(60, 60)
    hits = np.concatenate([np.arange(60) < 30, np.arange(60) < 42])
    found = change_of(shares(hits), both, plan(patients), permutations=2999)
    assert found.p_value == pytest.approx(fisher_exact([[30, 30], [42, 18]]).pvalue, abs=0.012)


def test_rows_of_a_patient_stay_together() -> None:
    both, patients = periods(10, 10, rows=40)
    draw = np.random.default_rng(21)
    hits = np.repeat(draw.uniform(size=20) < 0.5, 40)
    found = change_of(shares(hits), both, plan(patients), permutations=499)
    width = found.difference.high - found.difference.low
    assert width > 0.3
    assert found.p_value > 0.05


def test_an_area_is_compared_among_different_patients() -> None:
    draw = np.random.default_rng(22)
    both, patients = periods(80, 80)
    truth = np.tile(np.arange(80) % 2 == 0, 2)
    scores = draw.normal(size=160) + truth * np.repeat([2.5, 0.0], 80)
    found = change_of(
        lambda part: weighted_auc(truth[part], scores[part]), both, plan(patients), permutations=299
    )
    assert found.difference.value < -0.3
    assert found.p_value < 0.01


def test_a_figure_that_is_undefined_in_a_period_is_not_tested() -> None:
    both, patients = periods(20, 20)
    hits, counted = np.ones(40, dtype=bool), np.arange(40) < 20
    found = change_of(
        lambda part: weighted_proportion(hits[part], counted[part]),
        both,
        plan(patients),
        permutations=19,
    )
    assert math.isnan(found.p_value) and math.isnan(found.difference.value)
    assert verdict(found.p_value) == "not tested"


def test_a_difference_without_any_spread_has_no_interval() -> None:
    both, patients = periods(20, 20)
    found = change_of(shares(np.ones(40, dtype=bool)), both, plan(patients), permutations=19)
    assert math.isnan(found.difference.low)
    assert "no spread" in found.difference.method
    assert found.p_value == 1.0


def test_the_change_that_would_be_seen_is_that_of_the_normal_formula() -> None:
    both, patients = periods(200, 200)
    hits = np.tile(np.arange(200) < 100, 2)
    found = change_of(shares(hits), both, plan(patients, replicates=2000), permutations=19)
    by_formula = (1.959964 + 0.841621) * math.sqrt(2 * 0.25 / 200)
    assert found.detectable == pytest.approx(by_formula, rel=0.08)


def test_patients_for_a_change_of_interest_follow_from_the_errors() -> None:
    both, patients = periods(4000, 100)
    values = np.concatenate([np.tile([0.4, 0.6], 2000), np.tile([0.4, 0.6], 50)])
    drawn = plan(patients, replicates=500)
    found = change_of(lambda part: weighted_mean(values[part]), both, drawn, permutations=19)
    error = 0.1
    needed = error**2 / ((0.05 / 2.801585) ** 2 - error**2 / 4000)
    assert found.patients_for == pytest.approx(needed, rel=0.15)


def test_with_a_small_baseline_no_number_of_new_patients_will_do() -> None:
    both, patients = periods(30, 30)
    hits = np.tile(np.arange(30) < 15, 2)
    assert change_of(shares(hits), both, plan(patients), permutations=19).patients_for is None


def test_p_values_are_adjusted_by_holm_and_nan_does_not_count() -> None:
    found = holm_of_tested([0.01, math.nan, 0.04])
    assert found[0] == pytest.approx(0.02)
    assert math.isnan(found[1])
    assert found[2] == pytest.approx(0.04)
    assert holm_of_tested([]) == ()


@pytest.mark.parametrize(
    ("p_value", "said"), [(0.049, "changed"), (0.05, "no change shown"), (1.0, "no change shown")]
)
def test_changed_is_said_under_five_percent_only(p_value: float, said: str) -> None:
    assert verdict(p_value) == said
