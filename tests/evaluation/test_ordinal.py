import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score, confusion_matrix

from condyle.errors import InputError
from condyle.evaluation.abstention import (
    coverage,
    farthest_grades,
    worst_scores,
    wrong_decisions,
)
from condyle.evaluation.binary import area_under_roc
from condyle.evaluation.bootstrap import Resampling
from condyle.evaluation.ordinal import exact_agreement, grade_table, weighted_kappa, within_one

GRADES = (1, 2, 3, 4, 5)


def plan(rows, seed=0):
    return Resampling(np.arange(rows) // 4, np.random.default_rng(seed), 200, unit="disc")


def sample(seed=0, rows=240):
    rng = np.random.default_rng(seed)
    truth = rng.integers(1, 6, rows)
    return truth, np.clip(truth + rng.integers(-2, 3, rows), 1, 5)


@pytest.mark.parametrize("weights", ["none", "linear", "quadratic"])
def test_kappa_agrees_with_scikit_learn(weights):
    truth, given = sample()
    expected = cohen_kappa_score(
        truth, given, weights=None if weights == "none" else weights, labels=list(GRADES)
    )
    found = weighted_kappa(truth, given, plan(240), grades=GRADES, weights=weights)
    assert found.value == pytest.approx(expected, abs=1e-12)
    assert found.low < found.value < found.high


def test_kappa_knows_the_scale_even_where_a_grade_does_not_occur():
    truth, given = np.array([1, 1, 5, 5, 1, 5]), np.array([1, 2, 5, 4, 1, 5])
    expected = cohen_kappa_score(truth, given, weights="linear", labels=list(GRADES))
    found = weighted_kappa(truth, given, plan(6), grades=GRADES, weights="linear")
    assert found.value == pytest.approx(expected, abs=1e-12)


def test_kappa_is_undefined_where_both_give_one_grade():
    assert np.isnan(weighted_kappa([3] * 8, [3] * 8, plan(8), grades=GRADES).value)


def test_exact_and_within_one_are_shares_of_rows():
    truth, given = sample(1)
    steps = np.abs(truth - given)
    assert exact_agreement(truth, given, plan(240), grades=GRADES).value == (steps == 0).mean()
    assert within_one(truth, given, plan(240), grades=GRADES).value == (steps <= 1).mean()


def test_steps_are_those_of_the_scale_not_of_the_codes():
    assert within_one([10], [30], plan(1), grades=(10, 30, 90)).value == 1.0


def test_the_table_agrees_with_scikit_learn():
    truth, given = sample(2)
    expected = confusion_matrix(truth, given, labels=list(GRADES))
    assert (grade_table(truth, given, grades=GRADES) == expected).all()


def test_a_grade_outside_the_scale_is_refused():
    with pytest.raises(InputError, match="6 in row 1"):
        exact_agreement([1, 6], [1, 2], plan(2), grades=GRADES)
    with pytest.raises(InputError, match="predicted"):
        exact_agreement([1, 2], [1, 2.5], plan(2), grades=GRADES)


def test_coverage_is_the_share_that_was_answered():
    found = coverage([False, True, False, False], plan(4))
    assert found.value == 0.75


def test_an_abstention_is_a_wrong_decision():
    assert wrong_decisions([1, 0, 1], [1, 0, 1], [True, True, False]).tolist() == [
        False,
        True,
        True,
    ]


def test_an_abstention_without_a_decision_is_a_wrong_decision_too():
    found = wrong_decisions([1, 0], [float("nan"), 0], [True, False])
    assert found.tolist() == [False, False]


def test_an_abstention_ranks_as_wrongly_as_can_be():
    scores = worst_scores([0, 1, 0, 1], [0.1, 0.9, 0.2, 0.8], [False, False, True, False])
    assert scores[2] == np.inf
    assert area_under_roc([0, 1, 0, 1], scores) == 0.5


def test_an_abstention_is_the_farthest_grade():
    found = farthest_grades(
        [1, 3, 5, 2], [1, 3, float("nan"), 2], [True, True, True, False], grades=GRADES
    )
    assert found.tolist() == [5, 1, 1, 2]
