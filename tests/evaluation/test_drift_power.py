"""Whether drift is seen where there is some, and how often where there is none."""

from __future__ import annotations

import numpy as np
import pytest

from condyle.evaluation.binary import weighted_auc
from condyle.evaluation.bootstrap import Resampling
from condyle.evaluation.drift import change_of
from condyle.evaluation.drift_shift import Periods, periods_of, shift_of_categories
from condyle.evaluation.multiplicity import holm_of_tested
from condyle.evaluation.proportions import weighted_proportion

ROWS = 3


def clustered(patients: int, seed: int, *, shift: float = 0.0) -> tuple[np.ndarray, Periods]:
    """Gives numbers of two periods of equal size, those of a patient alike."""
    draw = np.random.default_rng(seed)
    own = np.repeat(draw.normal(size=2 * patients), ROWS)
    moved = np.repeat([0.0, shift], patients * ROWS)
    names = np.repeat([f"p{n:03d}" for n in range(2 * patients)], ROWS)
    half = patients * ROWS
    noise = 0.6 * draw.normal(size=2 * half)
    return own + moved + noise, periods_of(names[:half], names[half:])


def plan(periods: Periods, seed: int) -> Resampling:
    names = periods.owner.astype(np.str_)
    return Resampling(names, np.random.default_rng(seed), replicates=60)


def seen_in(runs: int, *, shift: float) -> float:
    """Gives the share of runs in which a share of rows over 0 changed."""
    seen = 0
    for seed in range(runs):
        values, periods = clustered(30, seed, shift=shift)
        high, everything = values > 0.0, np.ones(len(values), dtype=bool)
        found = change_of(
            lambda part, hits=high, of=everything: weighted_proportion(hits[part], of[part]),
            periods,
            plan(periods, seed),
            permutations=99,
        )
        seen += found.p_value < 0.05
    return seen / runs


def test_no_drift_is_seen_in_about_a_twentieth() -> None:
    assert seen_in(80, shift=0.0) <= 0.125


def test_a_large_drift_is_seen_nearly_always() -> None:
    assert seen_in(20, shift=1.5) >= 0.9


def test_a_drift_of_the_stated_size_is_seen_about_as_often_as_stated() -> None:
    values, periods = clustered(30, 99)
    high, everything = values > 0.0, np.ones(len(values), dtype=bool)
    made = plan(periods, 1)
    found = change_of(
        lambda part: weighted_proportion(high[part], everything[part]),
        periods,
        Resampling(made.patients, made.rng, replicates=400),
        permutations=9,
    )
    assert 0.15 < found.detectable < 0.4
    from scipy.stats import norm

    wide = float(np.sqrt(1.0 + 0.6**2))
    shift = wide * float(norm.ppf(0.5 + found.detectable))
    assert 0.6 <= seen_in(40, shift=shift) <= 0.97


@pytest.mark.parametrize("tests", [1, 5, 20])
def test_many_tests_of_nothing_seldom_call_anything_changed(tests: int) -> None:
    draw = np.random.default_rng(tests)
    called = 0
    for _ in range(200):
        called += min(holm_of_tested(draw.uniform(size=tests).tolist())) < 0.05
    assert called / 200 <= 0.1


def test_a_rare_category_does_not_make_a_test_blind_or_wild() -> None:
    names = np.arange(200)
    values = np.where(names % 67 == 0, "rare", "common")
    found = shift_of_categories(
        values,
        periods_of(names[:100], names[100:]),
        rng=np.random.default_rng(2),
        permutations=499,
    )
    assert found.p_value > 0.2
    assert found.gap <= 0.02


def test_a_category_of_the_new_period_only_is_seen() -> None:
    values = ["old"] * 60 + ["old"] * 20 + ["new scanner"] * 20
    names = np.arange(100)
    found = shift_of_categories(
        values,
        periods_of(names[:60], names[60:]),
        rng=np.random.default_rng(3),
        permutations=499,
    )
    assert (found.gap, found.p_value) == (0.5, 0.002)
    assert found.stability > found.stability_by_chance


def test_ties_everywhere_leave_an_area_of_one_half_and_no_change() -> None:
    truth = np.arange(80) % 2 == 0
    scores = np.full(80, 0.5)
    names = np.array([f"p{n:02d}" for n in range(80)])
    found = change_of(
        lambda part: weighted_auc(truth[part], scores[part]),
        periods_of(names[:40], names[40:]),
        Resampling(names, np.random.default_rng(4), replicates=40),
        permutations=49,
    )
    assert (found.baseline.value, found.new.value) == (0.5, 0.5)
    assert found.p_value == 1.0
