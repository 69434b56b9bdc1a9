import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import beta, ttest_rel

from condyle.errors import InputError
from condyle.evaluation import false_claims


def test_the_accuracy_formula_agrees_with_draws_from_the_dirichlet_posterior():
    cases, a, b, both = 50, 0.86, 0.80, 0.75
    x1, x2 = cases * (a - both), cases * (b - both)
    rng = np.random.default_rng(0)
    shares = rng.dirichlet([x1 + 1, x2 + 1, cases - x1 - x2 + 2], size=400_000)
    expected = (shares[:, 0] <= shares[:, 1]).mean()
    found = false_claims.false_accuracy_claim(cases, a, b, both_right=both)
    assert found == pytest.approx(expected, abs=0.003)
    assert found == pytest.approx(beta.cdf(0.5, x1 + 1, x2 + 1), abs=1e-12)


def test_case_by_case_gives_what_its_summary_gives():
    rng = np.random.default_rng(1)
    a, b = rng.integers(0, 2, 80), rng.integers(0, 2, 80)
    found = false_claims.false_accuracy_claim_of_cases(a, b)
    summary = false_claims.false_accuracy_claim(
        80, a.mean(), b.mean(), both_right=float((a & b).mean())
    )
    assert found == pytest.approx(summary, abs=1e-12)


@given(st.integers(1, 300), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
@settings(max_examples=60, deadline=None)
def test_turning_the_claim_round_turns_the_probability(cases, a, b, where):
    least, most = false_claims.congruence_range(a, b)
    both = least + where * (most - least)
    one = false_claims.false_accuracy_claim(cases, a, b, both_right=both)
    other = false_claims.false_accuracy_claim(cases, b, a, both_right=both)
    assert one + other == pytest.approx(1.0, abs=1e-9)
    low, high = false_claims.false_accuracy_claim_range(cases, a, b)
    assert low - 1e-3 <= one <= high + 1e-3


def test_the_mean_formula_is_the_one_sided_paired_t_test():
    rng = np.random.default_rng(2)
    common = rng.normal(0.85, 0.05, 30)
    a, b = common + rng.normal(0.01, 0.02, 30), common
    expected = ttest_rel(a, b, alternative="greater").pvalue
    assert false_claims.false_mean_claim_of_cases(a, b) == pytest.approx(expected, abs=1e-12)
    summary = false_claims.false_mean_claim(
        30,
        (a.mean(), b.mean()),
        (a.std(ddof=1), b.std(ddof=1)),
        correlation=float(np.corrcoef(a, b)[0, 1]),
    )
    assert summary == pytest.approx(expected, abs=1e-9)


def test_more_correlation_makes_a_gap_less_likely_false():
    low, high = false_claims.false_mean_claim_range(40, (0.87, 0.86), (0.05, 0.05))
    at_none = false_claims.false_mean_claim(40, (0.87, 0.86), (0.05, 0.05), correlation=0.0)
    assert high == pytest.approx(at_none)
    assert low < 0.05 < high


@pytest.mark.parametrize(("gap", "expected"), [(0.0, 0.5), (0.1, 0.0), (-0.1, 1.0)])
def test_a_gap_without_any_spread_is_certain(gap, expected):
    values = np.array([0.8, 0.7, 0.9])
    assert false_claims.false_mean_claim_of_cases(values + gap, values) == expected
    assert false_claims.false_mean_claim(9, (gap, 0.0), (0.1, 0.1), correlation=1.0) == expected


def test_the_bootstrap_probability_is_never_nought():
    assert false_claims.false_by_bootstrap(np.ones(99)) == 0.01
    assert false_claims.false_by_bootstrap(np.zeros(99)) == 1.0
    assert np.isnan(false_claims.false_by_bootstrap(np.full(9, np.nan)))


def test_figures_that_cannot_be_are_refused():
    with pytest.raises(InputError, match=r"congruence from 0\.7"):
        false_claims.false_accuracy_claim(20, 0.9, 0.8, both_right=0.5)
    with pytest.raises(InputError, match="from 0 to 1"):
        false_claims.congruence_range(91, 88)
    with pytest.raises(InputError, match=r"correlation 1\.5"):
        false_claims.false_mean_claim(20, (0.9, 0.8), (0.1, 0.1), correlation=1.5)
    with pytest.raises(InputError, match="1 cases"):
        false_claims.false_mean_claim_of_cases([0.9], [0.8])
