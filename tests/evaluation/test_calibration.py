import numpy as np
import pytest
from scipy.special import expit, softmax
from sklearn.calibration import calibration_curve
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, log_loss

from condyle.errors import InputError
from condyle.evaluation.bootstrap import Resampling
from condyle.evaluation.calibration import (
    brier,
    brier_of_classes,
    calibration_error,
    confidence_error,
    reliability,
)
from condyle.evaluation.calibrators import fit_platt, fit_temperature


def plan(rows):
    return Resampling(np.arange(rows) // 2, np.random.default_rng(0), 100)


def sample(seed=0, rows=500):
    rng = np.random.default_rng(seed)
    stated = rng.uniform(size=rows)
    return (rng.uniform(size=rows) < stated**2).astype(int), stated


def classes(seed=0, rows=400):
    rng = np.random.default_rng(seed)
    logits = rng.normal(size=(rows, 4)) * 2
    drawn = np.array([rng.choice(4, p=p) for p in softmax(logits, axis=1)])
    return drawn, logits


def test_the_brier_score_agrees_with_scikit_learn():
    truth, stated = sample()
    found = brier(truth, stated, plan(500))
    assert found.value == pytest.approx(brier_score_loss(truth, stated), abs=1e-12)
    assert found.low < found.value < found.high


def test_the_brier_score_of_classes_agrees_with_its_formula():
    truth, logits = classes()
    stated = softmax(logits, axis=1)
    expected = np.mean(
        [((p - np.eye(4)[t]) ** 2).sum() for t, p in zip(truth, stated, strict=True)]
    )
    assert brier_of_classes(truth, stated, plan(400)).value == pytest.approx(expected, abs=1e-12)


def test_reliability_agrees_with_scikit_learn():
    truth, stated = sample(1)
    found = reliability(truth, stated)
    observed, mean = calibration_curve(truth, stated, n_bins=10)
    assert found.observed == pytest.approx(observed, abs=1e-12)
    assert found.stated == pytest.approx(mean, abs=1e-12)
    assert found.counts.sum() == 500


def test_the_calibration_error_is_the_weighted_gap_of_the_reliability_curve():
    truth, stated = sample(2)
    bins = reliability(truth, stated)
    expected = (np.abs(bins.stated - bins.observed) * bins.counts).sum() / 500
    assert calibration_error(truth, stated, plan(500)).value == pytest.approx(expected, abs=1e-12)


def test_empty_bins_are_nan_and_do_not_disturb_the_error():
    bins = reliability([0, 1, 1], [0.05, 1.0, 0.95])
    assert np.isnan(bins.stated[5])
    assert bins.counts[[0, 9]].tolist() == [1, 2]
    assert calibration_error([0, 1, 1], [0.05, 1.0, 0.95], plan(3)).value == pytest.approx(0.1 / 3)


def test_perfect_confidence_that_is_right_has_no_error():
    stated = np.eye(3)[[0, 1, 2, 2]]
    assert confidence_error([0, 1, 2, 2], stated, plan(4)).value == 0.0


@pytest.mark.parametrize(
    ("truth", "stated", "says"),
    [
        ([0, 1], [[0.5, 0.6], [0.5, 0.5]], "sum of 1.1 in row 0"),
        ([0, 2], [[0.5, 0.5], [0.5, 0.5]], "0 to 1"),
        ([0, 1], [0.5, 0.5], "1 axes"),
        ([0, 1], [[1.5, -0.5], [0.5, 0.5]], "1.5 in row 0"),
    ],
)
def test_class_probabilities_that_cannot_be_are_refused(truth, stated, says):
    with pytest.raises(InputError, match=says):
        confidence_error(truth, stated, plan(2))


@pytest.mark.parametrize("true_value", [0.5, 1.0, 3.0])
def test_the_temperature_that_made_the_logits_is_found_again(true_value):
    truth, logits = classes(3, rows=20_000)
    found = fit_temperature(logits * true_value, truth)
    assert found.value == pytest.approx(true_value, rel=0.05)


def test_the_temperature_has_the_least_log_loss_of_a_fine_grid():
    truth, logits = classes(4)
    found = fit_temperature(logits * 2, truth)
    least = log_loss(truth, found.apply(logits * 2), labels=range(4))
    for factor in (0.98, 0.99, 1.01, 1.02):
        other = softmax(logits * 2 / (found.value * factor), axis=1)
        assert log_loss(truth, other, labels=range(4)) > least


def test_a_temperature_does_not_change_the_class():
    truth, logits = classes(5)
    assert (fit_temperature(logits, truth).apply(logits).argmax(1) == logits.argmax(1)).all()


def test_platt_agrees_with_an_unpenalised_logistic_regression_on_softened_targets():
    truth, stated = sample(6)
    logits = 40 * (stated - 0.3)
    p, n = truth.sum(), (1 - truth).sum()
    target = np.where(truth == 1, (p + 1) / (p + 2), 1 / (n + 2))
    oracle = LogisticRegression(C=np.inf, tol=1e-12, max_iter=10_000, solver="newton-cholesky").fit(
        np.tile(logits, 2)[:, None],
        np.repeat([1, 0], 500),
        sample_weight=np.concatenate([target, 1 - target]),
    )
    found = fit_platt(logits, truth)
    assert found.slope == pytest.approx(oracle.coef_[0, 0], abs=1e-6)
    assert found.intercept == pytest.approx(oracle.intercept_[0], abs=1e-6)
    assert found.apply([0.0])[0] == pytest.approx(expit(oracle.intercept_[0]), abs=1e-6)


def test_platt_stays_finite_where_the_classes_are_parted_perfectly():
    found = fit_platt([-2.0, -1.0, 1.0, 2.0], [0, 0, 1, 1])
    assert 0 < found.slope < 100
    assert 0.6 < found.apply([2.0])[0] < 0.95


def test_platt_on_one_and_the_same_logit_gives_the_prevalence():
    found = fit_platt([1.0] * 6, [0, 1, 1, 0, 1, 1])
    assert found.apply([1.0])[0] == pytest.approx((4 * 5 / 6 + 2 * 1 / 4) / 6, abs=1e-6)


def test_calibrators_refuse_what_they_cannot_fit():
    with pytest.raises(InputError, match="0 negatives"):
        fit_platt([0.1, 0.2], [1, 1])
    with pytest.raises(InputError, match="1 not finite"):
        fit_platt([0.1, np.inf], [1, 0])
    with pytest.raises(InputError, match="outside the columns"):
        fit_temperature(np.zeros((2, 3)), [0, 3])
    with pytest.raises(InputError, match="row, class"):
        fit_temperature(np.zeros(2), [0, 1])
