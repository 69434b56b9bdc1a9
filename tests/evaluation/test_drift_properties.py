"""Laws of the tests of change: symmetry, invariance, size, and what a shift does to them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from condyle.evaluation.bootstrap import Resampling
from condyle.evaluation.drift import change_of, patients_for_gap
from condyle.evaluation.drift_shift import (
    Periods,
    Shift,
    periods_of,
    share_as_large,
    shift_of_categories,
    shift_of_numbers,
)
from condyle.evaluation.proportions import weighted_mean

values = st.lists(st.floats(-5, 5, allow_nan=False), min_size=4, max_size=30)
letters = st.lists(st.sampled_from("xyz"), min_size=3, max_size=30)


def rng(seed: int = 5) -> np.random.Generator:
    return np.random.default_rng(seed)


def split(size: int, first: int) -> Periods:
    return periods_of([f"a{n}" for n in range(first)], [f"b{n}" for n in range(size - first)])


def numbers(data, periods, permutations: int = 49) -> Shift:
    return shift_of_numbers(data, periods, rng=rng(), permutations=permutations)


def categories(data, periods, permutations: int = 49) -> Shift:
    return shift_of_categories(data, periods, rng=rng(), permutations=permutations)


@settings(max_examples=60, deadline=None)
@given(values, st.integers(1, 3))
def test_the_gap_of_numbers_is_that_of_scipy(data: list[float], first: int) -> None:
    found = numbers(data, split(len(data), first))
    expected = stats.ks_2samp(data[:first], data[first:], method="asymp").statistic
    assert found.gap == pytest.approx(expected, abs=1e-12)


@settings(max_examples=60, deadline=None)
@given(letters, st.integers(1, 2))
def test_the_gap_of_categories_is_the_greatest_difference_of_a_share(
    data: list[str], first: int
) -> None:
    found = categories(data, split(len(data), first))
    shares = [
        data[first:].count(x) / (len(data) - first) - data[:first].count(x) / first for x in "xyz"
    ]
    assert found.gap == pytest.approx(max(abs(share) for share in shares), abs=1e-12)
    assert abs(shares["xyz".index(found.at)]) == pytest.approx(found.gap, abs=1e-12)


@settings(max_examples=40, deadline=None)
@given(values, st.integers(1, 3))
def test_a_rising_transform_leaves_gap_and_p_value_as_they_are(
    data: list[float], first: int
) -> None:
    periods = split(len(data), first)
    rounded = np.round(data, 3)
    plain, moved = numbers(rounded, periods), numbers(2.0 * rounded + 7.0, periods)
    assert moved.gap == pytest.approx(plain.gap, abs=1e-12)
    assert moved.p_value == plain.p_value


@settings(max_examples=40, deadline=None)
@given(letters, st.integers(1, 2))
def test_names_of_categories_do_not_matter(data: list[str], first: int) -> None:
    periods = split(len(data), first)
    renamed = [{"x": "A", "y": "B", "z": "C"}[each] for each in data]
    plain, other = categories(data, periods), categories(renamed, periods)
    assert (plain.gap, plain.p_value, plain.stability) == (
        other.gap,
        other.p_value,
        other.stability,
    )


@settings(max_examples=40, deadline=None)
@given(letters, st.integers(1, 2))
def test_baseline_and_new_period_can_change_places(data: list[str], first: int) -> None:
    periods = split(len(data), first)
    turned = Periods(periods.owner, 1.0 - periods.later)
    one, other = categories(data, periods), categories(data, turned)
    assert one.gap == pytest.approx(other.gap, abs=1e-12)
    assert one.stability == pytest.approx(other.stability, abs=1e-12)
    assert one.patients == other.patients[::-1]


@settings(max_examples=60, deadline=None)
@given(letters, st.integers(1, 2))
def test_everything_lies_where_it_can(data: list[str], first: int) -> None:
    found = categories(data, split(len(data), first))
    assert 0.0 <= found.gap <= 1.0
    assert 0.0 < found.p_value <= 1.0
    assert found.stability >= 0.0 and found.stability_by_chance >= 0.0
    assert 0.0 <= found.detectable <= 1.0


def test_the_farther_the_shift_the_less_likely_by_chance() -> None:
    base = rng(3).normal(size=120)
    found = [
        numbers(np.concatenate([base[:60], base[60:] + by]), split(120, 60), 499)
        for by in (0.0, 0.4, 0.8, 1.6)
    ]
    p_values = [each.p_value for each in found]
    assert p_values == sorted(p_values, reverse=True)
    assert found[-1].gap > found[0].gap
    assert found[-1].stability > found[0].stability


def test_the_same_seed_gives_the_same_answer() -> None:
    data, periods = rng(4).normal(size=50), split(50, 20)
    assert numbers(data, periods) == numbers(data, periods)


def test_more_patients_see_smaller_gaps() -> None:
    seen = []
    for size in (20, 80, 320):
        data = rng(size).normal(size=2 * size)
        seen.append(numbers(data, split(2 * size, size), 299).detectable)
    assert seen[0] > seen[1] > seen[2]
    assert seen[0] / seen[2] == pytest.approx(4.0, rel=0.25)


def test_the_stability_index_by_chance_is_near_its_known_size() -> None:
    data = rng(6).normal(size=2000)
    found = numbers(data, split(2000, 1000), 499)
    by_chi_square = stats.chi2.ppf(0.95, 9) * (1 / 1000 + 1 / 1000)
    assert found.stability_by_chance == pytest.approx(by_chi_square, rel=0.15)


def test_a_p_value_is_never_zero() -> None:
    assert share_as_large(np.zeros(99), 1.0) == 0.01
    assert share_as_large(np.ones(99), 1.0) == 1.0


def test_a_part_of_the_rows_keeps_whose_they_are() -> None:
    periods = periods_of(["a", "a", "b"], ["c", "d", "d"])
    part = periods.where(np.array([True, True, False, False, True, True]))
    assert part.patients == (1, 1)
    assert part.new.tolist() == [False, False, True, True]


def test_the_patients_for_a_gap_grow_as_the_gap_shrinks_to_its_limit() -> None:
    made = numbers(rng(7).normal(size=400), split(400, 300), 199)
    limit = made.detectable * np.sqrt((1 / 300) / (1 / 300 + 1 / 100))
    assert patients_for_gap(made, float(limit) * 0.99) is None
    near, far = patients_for_gap(made, float(limit) * 1.02), patients_for_gap(made, 0.9)
    assert near is not None and far is not None and near > 1000 > far


def test_no_gap_can_be_asked_of_what_never_varied() -> None:
    made = categories(["x"] * 20, split(20, 10))
    assert made.gap == 0.0
    assert patients_for_gap(replace(made, detectable=0.0), 0.1) is None


def test_a_change_and_its_mirror_have_opposite_signs() -> None:
    data = rng(8).normal(size=60)
    names = np.array([f"p{n:02d}" for n in range(60)])
    periods = periods_of(names[:35], names[35:])
    turned = Periods(periods.owner, 1.0 - periods.later)
    found = [
        change_of(
            lambda part: weighted_mean(data[part]),
            each,
            Resampling(names, rng(9), replicates=300),
            permutations=199,
        )
        for each in (periods, turned)
    ]
    assert found[0].difference.value == pytest.approx(-found[1].difference.value, abs=1e-12)
    assert found[0].p_value == pytest.approx(found[1].p_value, abs=0.12)
    assert found[0].baseline.value == found[1].new.value


def test_under_no_change_the_test_of_a_figure_keeps_its_level_with_clusters() -> None:
    draw, wrong = rng(10), 0
    names = np.repeat([f"p{n:02d}" for n in range(24)], 4)
    periods = periods_of(names[:48], names[48:])
    for _ in range(120):
        data = np.repeat(draw.normal(size=24), 4) + 0.3 * draw.normal(size=96)
        found = change_of(
            lambda part, data=data: weighted_mean(data[part]),
            periods,
            Resampling(names, draw, replicates=40),
            permutations=79,
        )
        wrong += found.p_value <= 0.05
    assert wrong <= 14


def test_the_interval_of_no_change_holds_zero_nearly_always() -> None:
    draw, holds = rng(3), 0
    names = np.array([f"p{n:02d}" for n in range(80)])
    periods = periods_of(names[:40], names[40:])
    for _ in range(60):
        data = draw.normal(size=80)
        found = change_of(
            lambda part, data=data: weighted_mean(data[part]),
            periods,
            Resampling(names, draw, replicates=200),
            permutations=9,
        )
        holds += found.difference.low <= 0.0 <= found.difference.high
    assert holds >= 51
