"""Distributions of two periods: the statistics, their chance, and what could be seen."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from condyle.errors import InputError
from condyle.evaluation.drift import patients_for_gap
from condyle.evaluation.drift_shift import (
    MOST_PLACES,
    deals_of,
    periods_of,
    shift_of_categories,
    shift_of_numbers,
)


def one_each(first: int, second: int):
    return periods_of([f"a{n}" for n in range(first)], [f"b{n}" for n in range(second)])


def rng(seed: int = 5) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_the_gap_is_that_of_kolmogorov_and_smirnov() -> None:
    earlier, later = rng(1).normal(size=40), rng(2).normal(0.8, size=30)
    found = shift_of_numbers(
        np.concatenate([earlier, later]), one_each(40, 30), rng=rng(), permutations=99
    )
    assert found.gap == pytest.approx(stats.ks_2samp(earlier, later).statistic, abs=1e-12)


def test_with_a_row_a_patient_the_p_value_is_that_of_scipy() -> None:
    earlier, later = rng(3).normal(size=30), rng(4).normal(0.5, size=25)
    values = np.concatenate([earlier, later])
    found = shift_of_numbers(values, one_each(30, 25), rng=rng(), permutations=3000)
    exact = stats.ks_2samp(earlier, later, method="exact").pvalue
    assert found.p_value == pytest.approx(exact, abs=0.03)


def test_the_p_value_of_categories_is_near_that_of_chi_square() -> None:
    values = ["x"] * 60 + ["y"] * 40 + ["x"] * 40 + ["y"] * 60
    found = shift_of_categories(values, one_each(100, 100), rng=rng(), permutations=3000)
    table = [[60, 40], [40, 60]]
    asymptotic = stats.chi2_contingency(table, correction=False).pvalue
    assert found.p_value == pytest.approx(asymptotic, abs=0.012)
    assert found.gap == pytest.approx(0.2)


def test_the_stability_index_follows_its_formula() -> None:
    values = ["x"] * 30 + ["y"] * 10 + ["x"] * 20 + ["y"] * 20
    found = shift_of_categories(values, one_each(40, 40), rng=rng(), permutations=19)
    p = np.array([20.5, 20.5]) / 41.0
    q = np.array([30.5, 10.5]) / 41.0
    assert found.stability == pytest.approx(float(((p - q) * np.log(p / q)).sum()), abs=1e-12)


def test_what_did_not_change_has_no_gap_and_a_p_of_one() -> None:
    values = np.tile(np.arange(20.0), 2)
    found = shift_of_numbers(values, one_each(20, 20), rng=rng(), permutations=99)
    assert (found.gap, found.p_value) == (0.0, 1.0)


def test_rows_of_one_patient_are_not_taken_for_several() -> None:
    owner_a = np.repeat([f"a{n}" for n in range(8)], 50)
    owner_b = np.repeat([f"b{n}" for n in range(8)], 50)
    levels = np.concatenate([2.0 * np.arange(8), 2.0 * np.arange(8) + 3.0])
    values = np.repeat(levels, 50) + rng(9).normal(0, 0.01, size=800)
    found = shift_of_numbers(values, periods_of(owner_a, owner_b), rng=rng(), permutations=999)
    naive = stats.ks_2samp(values[:400], values[400:]).pvalue
    assert naive < 1e-6
    assert found.p_value > 0.05
    assert found.patients == (8, 8)
    assert found.rows == (400, 400)


def test_under_no_change_a_test_says_changed_in_a_twentieth() -> None:
    draw = rng(11)
    wrong = 0
    for _ in range(200):
        values = np.repeat(draw.normal(size=30), 3) + draw.normal(size=90)
        periods = periods_of(np.repeat(np.arange(15), 3), np.repeat(np.arange(15, 30), 3))
        wrong += shift_of_numbers(values, periods, rng=draw, permutations=99).p_value <= 0.05
    assert 1 <= wrong <= 22


def test_the_gap_that_would_be_seen_is_seen_with_about_80_percent() -> None:
    draw, seen = rng(12), 0
    base = draw.uniform(size=(2, 80))
    found = shift_of_categories(
        np.where(base.ravel() < 0.5, "x", "y"), one_each(80, 80), rng=draw, permutations=499
    )
    share = 0.5 + found.detectable
    for _ in range(60):
        values = np.where(
            np.append(draw.uniform(size=80) < 0.5, draw.uniform(size=80) < share), 1, 0
        )
        seen += (
            shift_of_categories(values, one_each(80, 80), rng=draw, permutations=99).p_value < 0.05
        )
    assert 0.65 <= seen / 60 <= 0.97


def test_many_values_are_compared_at_quantiles() -> None:
    values = rng(13).normal(size=4 * MOST_PLACES)
    half = 2 * MOST_PLACES
    found = shift_of_numbers(values, one_each(half, half), rng=rng(), permutations=9)
    exact = stats.ks_2samp(values[:half], values[half:]).statistic
    assert found.gap == pytest.approx(exact, abs=2.0 / MOST_PLACES)


def test_a_deal_keeps_the_sizes_of_the_periods() -> None:
    deals = np.concatenate(list(deals_of(one_each(5, 3), rng(), 300)))
    assert deals.shape == (300, 8)
    assert (deals.sum(axis=1) == 3).all()


def test_the_order_of_rows_does_not_matter() -> None:
    values = rng(14).normal(size=40)
    patients = np.array([f"p{n % 20:02d}" for n in range(40)])
    later = np.char.find(patients, "p0") == 0
    first, second = values[later], values[~later]
    periods = periods_of(patients[later], patients[~later])
    shuffled = rng(15).permutation(later.sum())
    again = periods_of(patients[later][shuffled], patients[~later])
    found = [
        shift_of_numbers(np.concatenate([part, second]), each, rng=rng(), permutations=99)
        for part, each in ((first, periods), (first[shuffled], again))
    ]
    assert found[0] == found[1]


@pytest.mark.parametrize(
    ("earlier", "later"), [([], ["b"]), (["a"], []), (["a", "b"], ["b"])], ids=str
)
def test_periods_that_cannot_be_compared_are_refused(earlier, later) -> None:
    with pytest.raises(InputError, match="Two periods cannot be compared"):
        periods_of(earlier, later)


def test_a_value_that_is_no_number_is_refused() -> None:
    with pytest.raises(InputError, match="row 0"):
        shift_of_numbers([np.nan, 1.0], one_each(1, 1), rng=rng(), permutations=9)


def test_more_patients_are_needed_for_a_smaller_gap_and_at_last_no_number_will_do() -> None:
    values = rng(16).normal(size=200)
    found = shift_of_numbers(values, one_each(150, 50), rng=rng(), permutations=199)
    large, small = patients_for_gap(found, 0.4), patients_for_gap(found, 0.25)
    assert large is not None and small is not None and large < small
    assert patients_for_gap(found, 0.02) is None


def test_the_same_gap_needs_the_patients_that_there_are() -> None:
    values = rng(17).normal(size=120)
    found = shift_of_numbers(values, one_each(70, 50), rng=rng(), permutations=199)
    assert patients_for_gap(found, found.detectable) == pytest.approx(50, abs=1)
