"""Proportional odds: against logistic regression, its own simulation, and refusals."""

import numpy as np
import pytest

from condyle.errors import InputError
from condyle.evaluation.logistic import fit_logistic
from condyle.evaluation.ordinal_regression import ProportionalOdds, fit_proportional_odds


def drawn(rows: int, *, weights: list[float], cuts: list[float]) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(4)
    columns = rng.normal(size=(rows, len(weights)))
    hidden = columns @ weights + rng.logistic(size=rows)
    return columns, np.searchsorted(cuts, hidden)


def test_two_grades_are_logistic_regression() -> None:
    columns, grades = drawn(200, weights=[1.0, -0.5], cuts=[0.3])
    found = fit_proportional_odds(columns, grades, classes=2, ridge=1.0)
    other = fit_logistic(columns, grades, ridge=1.0)
    np.testing.assert_allclose(found.weights, other[1:], atol=1e-3)
    np.testing.assert_allclose(found.cuts[0], -other[0], atol=1e-3)


def test_the_weights_and_cuts_that_made_the_grades_are_found() -> None:
    columns, grades = drawn(20_000, weights=[1.5, -1.0], cuts=[-1.0, 0.5, 2.0])
    found = fit_proportional_odds(columns, grades, classes=4, ridge=1e-3)
    np.testing.assert_allclose(found.weights, [1.5, -1.0], atol=0.08)
    np.testing.assert_allclose(found.cuts, [-1.0, 0.5, 2.0], atol=0.08)


def test_the_probabilities_are_differences_of_logistic_functions() -> None:
    model = ProportionalOdds((2.0,), (-1.0, 1.0))
    told = model.probabilities([[0.0], [50.0], [-50.0]])
    below = 1 / (1 + np.exp(1.0))
    np.testing.assert_allclose(told[0], [below, 1 - 2 * below, below])
    np.testing.assert_allclose(told.sum(axis=1), 1.0)
    assert told[1].argmax() == 2 and told[2].argmax() == 0


def test_grades_that_are_apart_have_a_fit_all_the_same() -> None:
    found = fit_proportional_odds(np.arange(9.0)[:, None], np.arange(9) // 3, classes=3, ridge=1.0)
    told = found.probabilities(np.arange(9.0)[:, None])
    assert np.isfinite(told).all()
    assert told.argmax(axis=1).tolist() == sorted(told.argmax(axis=1).tolist())


def test_a_grade_that_nobody_has_gets_next_to_no_probability() -> None:
    columns, grades = drawn(300, weights=[1.0], cuts=[0.0])
    found = fit_proportional_odds(columns, 2 * grades, classes=3, ridge=1.0)
    assert found.probabilities(columns)[:, 1].max() < 0.02


@pytest.mark.parametrize("grades", [[1, 1, 1], [0, 1, 3], [0, -1, 1]])
def test_grades_that_cannot_be_learned_are_refused(grades: list[int]) -> None:
    with pytest.raises(InputError, match="Ordered grades"):
        fit_proportional_odds(np.zeros((3, 1)), grades, classes=3, ridge=1.0)
