import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from condyle.errors import InputError
from condyle.evaluation.binary import area_under_roc
from condyle.evaluation.hypothesis_tests import (
    chi_square,
    fisher,
    mcnemar,
    permute_by_patient,
    permute_means,
    rank_sum,
    signed_ranks,
)
from condyle.evaluation.multiplicity import benjamini_hochberg, holm


def pairs(only_a, only_b, both=5):
    a = np.array([1] * only_a + [0] * only_b + [1] * both)
    return a, np.array([0] * only_a + [1] * only_b + [1] * both)


@pytest.mark.parametrize(("only_a", "only_b"), [(1, 7), (3, 3), (0, 5), (12, 4), (6, 7)])
def test_mcnemar_agrees_with_the_binomial_test(only_a, only_b):
    found = mcnemar(*pairs(only_a, only_b))
    expected = stats.binomtest(only_a, only_a + only_b).pvalue
    assert found.exact == pytest.approx(expected, abs=1e-12)
    assert (found.only_a, found.only_b) == (only_a, only_b)


def test_the_mid_p_of_a_published_table_is_reproduced():
    # Fagerland, Lydersen and Laake 2013, table 1: 1 and 7 discordant pairs.
    found = mcnemar(*pairs(1, 7))
    assert found.exact == pytest.approx(0.0703, abs=5e-5)
    assert found.mid_p == pytest.approx(0.0391, abs=5e-5)


def test_no_discordant_pair_shows_nothing():
    assert mcnemar([1, 0, 1], [1, 0, 1]).mid_p == 1.0


@given(st.integers(0, 15), st.integers(0, 15))
@settings(max_examples=40, deadline=None)
def test_mcnemar_is_symmetric_and_mid_p_never_exceeds_exact(only_a, only_b):
    one, other = mcnemar(*pairs(only_a, only_b)), mcnemar(*pairs(only_b, only_a))
    assert one.exact == pytest.approx(other.exact)
    assert one.mid_p == pytest.approx(other.mid_p)
    assert one.mid_p <= one.exact <= 1.0


def test_two_proportions_agree_with_scipy():
    table = [[17, 3], [12, 8]]
    assert fisher(17, 20, 12, 20) == pytest.approx(stats.fisher_exact(table)[1])
    expected = stats.chi2_contingency(table, correction=False).pvalue
    assert chi_square(17, 20, 12, 20) == pytest.approx(expected)
    assert chi_square(20, 20, 30, 30) == 1.0


def test_rank_tests_agree_with_scipy_and_know_equal_values():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=25), rng.normal(0.5, size=25)
    assert signed_ranks(a, b) == pytest.approx(stats.wilcoxon(a, b).pvalue)
    assert rank_sum(a, b) == pytest.approx(stats.mannwhitneyu(a, b).pvalue)
    assert signed_ranks(a, a) == 1.0


def test_a_permutation_of_single_rows_agrees_with_scipy():
    rng = np.random.default_rng(1)
    a, b = rng.normal(size=12), rng.normal(0.6, size=12)
    oracle = stats.permutation_test(
        (a, b), lambda x, y: np.mean(x - y), permutation_type="samples", n_resamples=np.inf
    )
    found = permute_means(a, b, np.arange(12), rng=rng)
    assert found == pytest.approx(oracle.pvalue, abs=1e-12)


def test_drawn_and_complete_permutations_agree():
    rng = np.random.default_rng(2)
    a, b = rng.normal(size=40), rng.normal(0.3, size=40)
    drawn = permute_means(a, b, np.arange(40), rng=rng, permutations=20_000)
    expected = stats.ttest_rel(a, b).pvalue
    assert drawn == pytest.approx(expected, abs=0.02)


def test_rows_of_one_patient_are_swapped_together():
    a, b = np.ones(30), np.zeros(30)
    assert permute_means(a, b, ["one"] * 30, rng=np.random.default_rng(0)) == 1.0


def test_any_figure_can_be_permuted_by_patient():
    rng = np.random.default_rng(3)
    truth = rng.integers(0, 2, 90)
    good, bad = truth + 0.4 * rng.normal(size=90), rng.normal(size=90)
    patients = np.arange(90) // 3

    def area(scores):
        return area_under_roc(truth, scores)

    assert permute_by_patient(area, (good, bad), patients, rng=rng, permutations=200) < 0.02
    assert permute_by_patient(area, (bad, bad), patients, rng=rng, permutations=50) == 1.0


def test_adjusted_p_values_agree_with_their_definitions():
    p = [0.01, 0.04, 0.03, 0.005, 0.5]
    assert holm(p) == pytest.approx([0.04, 0.09, 0.09, 0.025, 0.5])
    assert benjamini_hochberg(p) == pytest.approx(stats.false_discovery_control(p))


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
@settings(max_examples=40, deadline=None)
def test_adjusting_never_makes_a_p_value_smaller(values):
    strict, mild = holm(values), benjamini_hochberg(values)
    assert (strict >= mild - 1e-12).all()
    assert (mild >= np.array(values) - 1e-12).all()
    assert strict.max() <= 1.0


def test_bad_counts_and_empty_groups_are_refused():
    with pytest.raises(InputError, match="21 hits in 20"):
        fisher(21, 20, 1, 20)
    with pytest.raises(InputError, match="0 and 1 values"):
        rank_sum([], [1.0])
    with pytest.raises(InputError, match="p_values"):
        holm([0.1, 1.4])
