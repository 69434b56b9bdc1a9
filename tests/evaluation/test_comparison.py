import numpy as np
import pytest

from condyle.errors import InputError
from condyle.evaluation.binary import weighted_auc
from condyle.evaluation.bootstrap import Resampling
from condyle.evaluation.comparison import (
    compare,
    compare_accuracy,
    compare_groups,
    compare_means,
    compare_roc_auc,
    non_inferiority,
    rank_models,
)
from condyle.evaluation.delong import difference_of_areas, roc_areas
from condyle.evaluation.false_claims import false_accuracy_claim_of_cases
from condyle.evaluation.hypothesis_tests import mcnemar
from condyle.evaluation.proportions import weighted_mean


def plan(patients, seed=0, replicates=400):
    return Resampling(patients, np.random.default_rng(seed), replicates)


def rights(seed=0, rows=120, gap=0.3):
    rng = np.random.default_rng(seed)
    b = rng.uniform(size=rows) < 0.55
    return b | (rng.uniform(size=rows) < gap), b


def test_single_rows_take_the_published_formula_and_mcnemar():
    a, b = rights()
    found = compare_accuracy(a, b, plan(np.arange(120)))
    assert found.p_value == mcnemar(a, b).mid_p
    assert found.probability_false == false_accuracy_claim_of_cases(a, b)
    assert "2505.04720" in found.probability_method
    assert found.verdict == "A is better than B"


def test_the_verdict_follows_the_better_of_the_two():
    a, b = rights()
    assert compare_accuracy(b, a, plan(np.arange(120))).verdict == "B is better than A"


def test_models_that_are_alike_are_not_shown_to_differ():
    a, _ = rights()
    found = compare_accuracy(a, a, plan(np.arange(120)))
    assert found.verdict == "not shown"
    assert found.probability_false == pytest.approx(0.5)


def test_several_rows_a_patient_take_the_bootstrap_by_patient():
    a, b = rights()
    found = compare_accuracy(a, b, plan(np.arange(120) // 4))
    assert found.test == "permutation, by patient"
    assert found.probability_method == "patient bootstrap"


def test_copied_rows_make_no_claim_stronger():
    a, b = rights(3, rows=12, gap=0.2)
    many = compare_accuracy(np.repeat(a, 50), np.repeat(b, 50), plan(np.repeat(np.arange(12), 50)))
    once = compare_accuracy(a, b, plan(np.arange(12)))
    assert many.p_value >= once.p_value - 1e-9


def test_one_patient_shows_nothing():
    found = compare_means([0.9, 0.9], [0.1, 0.2], plan(["a", "a"]))
    assert found.verdict == "not shown"
    assert np.isnan(found.difference.low)


def test_means_of_single_rows_take_the_t_distribution_and_ranks():
    rng = np.random.default_rng(4)
    b = rng.uniform(0.7, 0.9, 40)
    found = compare_means(b + 0.03 + rng.normal(0, 0.01, 40), b, plan(np.arange(40)))
    assert found.test == "Wilcoxon signed ranks"
    assert found.verdict == "A is better than B"
    assert found.difference.low <= found.difference.value <= found.difference.high


def test_roc_areas_take_delong():
    rng = np.random.default_rng(5)
    truth = rng.integers(0, 2, 150)
    a, b = truth + rng.normal(size=150), 0.3 * truth + rng.normal(size=150)
    found = compare_roc_auc(truth, (a, b), plan(np.arange(150)))
    expected = difference_of_areas(roc_areas(truth, [a, b]))
    assert found.difference.value == pytest.approx(expected.value, abs=1e-12)
    assert found.p_value == pytest.approx(expected.p_value)
    assert found.difference.low == pytest.approx(expected.low, abs=0.02)


def test_a_comparison_is_symmetric():
    rng = np.random.default_rng(6)
    truth = rng.integers(0, 2, 80).astype(bool)
    a, b = weighted_auc(truth, rng.normal(size=80)), weighted_auc(truth, rng.normal(size=80))
    one = compare(a, b, plan(np.arange(80)))
    other = compare(b, a, plan(np.arange(80)))
    assert one.difference.value == pytest.approx(-other.difference.value)
    assert one.difference.low == pytest.approx(-other.difference.high)
    assert one.probability_false == pytest.approx(other.probability_false)


def test_groups_of_other_patients_are_compared_as_independent():
    rng = np.random.default_rng(7)
    high, low = rng.normal(1, 1, 60), rng.normal(0, 1, 60)
    found = compare_groups(
        (weighted_mean(high), plan(np.arange(60), 1)),
        (weighted_mean(low), plan(np.arange(60, 120), 2)),
    )
    error = np.sqrt(high.var() / 60 + low.var() / 60)
    assert found.difference.high - found.difference.low == pytest.approx(3.92 * error, rel=0.15)
    assert found.verdict == "A is better than B"


def test_groups_that_share_a_patient_are_refused():
    one = (weighted_mean(np.ones(2)), plan(["a", "b"]))
    with pytest.raises(InputError, match="1 patients in both"):
        compare_groups(one, (weighted_mean(np.ones(2)), plan(["b", "c"])))


def test_non_inferiority_asks_the_whole_interval():
    rng = np.random.default_rng(8)
    b = rng.uniform(0.7, 0.9, 60)
    difference = compare_means(b - 0.01, b, plan(np.arange(60))).difference
    assert non_inferiority(difference, 0.02).shown
    assert not non_inferiority(difference, 0.005).shown
    with pytest.raises(InputError, match="positive margin"):
        non_inferiority(difference, 0.0)


def test_ranks_say_how_firm_they_are():
    rng = np.random.default_rng(9)
    base = rng.normal(size=100)
    figures = {
        "worst": weighted_mean(base - 1),
        "best": weighted_mean(base + 1),
        "twin": weighted_mean(base + 1),
    }
    found = rank_models(figures, plan(np.arange(100)))
    assert [(rank.name, rank.rank) for rank in found] == [("best", 1), ("twin", 1), ("worst", 3)]
    assert found[2].shares == (0.0, 0.0, 1.0)
    assert all(sum(rank.shares) == pytest.approx(1.0) for rank in found)
