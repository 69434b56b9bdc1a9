"""Logistic regression against scikit-learn, and where it is hard."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from condyle.evaluation.logistic import fit_logistic


@pytest.mark.parametrize("ridge", [0.01, 1.0, 30.0])
def test_the_fit_is_that_of_scikit_learn(ridge: float) -> None:
    rng = np.random.default_rng(3)
    columns = rng.normal(size=(80, 3))
    truth = rng.random(80) < 1 / (1 + np.exp(-(columns @ [1.0, -2.0, 0.3] + 0.5)))
    found = fit_logistic(columns, truth, ridge=ridge)
    other = LogisticRegression(C=1 / ridge, tol=1e-10, max_iter=1000).fit(columns, truth)
    np.testing.assert_allclose(found[1:], other.coef_[0], atol=1e-5)
    np.testing.assert_allclose(found[0], other.intercept_[0], atol=1e-5)


def test_classes_that_are_apart_have_a_fit_all_the_same() -> None:
    columns = np.linspace(-1000, 1000, 20)[:, None]
    found = fit_logistic(columns, columns[:, 0] > 0, ridge=1.0)
    assert np.isfinite(found).all() and found[1] > 0


def test_a_column_that_says_nothing_gets_no_weight() -> None:
    columns = np.zeros((10, 1))
    found = fit_logistic(columns, np.arange(10) < 3, ridge=1.0)
    assert found[1] == 0.0
    assert found[0] == pytest.approx(np.log(3 / 7))
