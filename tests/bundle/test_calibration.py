"""Calibrated probabilities against scipy and closed forms."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import special

from condyle.bundle import (
    Calibration,
    calibrate_logits,
    calibrate_probabilities,
    logit,
    sigmoid,
    softmax,
)

NONE = Calibration(method="none", fitted_on="nothing")
HALF = Calibration(method="temperature", parameters={"temperature": 2.0}, fitted_on="x")
PLATT = Calibration(method="platt", parameters={"slope": 2.0, "intercept": -1.0}, fitted_on="x")
LOGITS = arrays(np.float64, (4, 3), elements=st.floats(-700, 700))
MILD = arrays(np.float64, (4, 3), elements=st.floats(-5, 5))


@given(LOGITS)
def test_sigmoid_and_softmax_agree_with_scipy(logits):
    np.testing.assert_allclose(sigmoid(logits), special.expit(logits), rtol=1e-12)
    np.testing.assert_allclose(softmax(logits), special.softmax(logits, axis=-1), rtol=1e-9)
    np.testing.assert_allclose(softmax(logits, axis=0), special.softmax(logits, axis=0), rtol=1e-9)


def test_huge_logits_do_not_overflow():
    huge = np.array([[1e30, -1e30, 0.0]], dtype=np.float32)
    np.testing.assert_array_equal(sigmoid(huge), [[1.0, 0.0, 0.5]])
    np.testing.assert_array_equal(softmax(huge), [[1.0, 0.0, 0.0]])


@given(MILD)
def test_logit_undoes_sigmoid(logits):
    np.testing.assert_allclose(logit(sigmoid(logits)), logits, atol=1e-9)


def test_the_logit_of_a_certainty_is_finite():
    assert np.isfinite(logit(np.array([0.0, 1.0]))).all()


@given(MILD)
def test_temperature_divides_the_logits(logits):
    np.testing.assert_allclose(
        calibrate_logits(logits, HALF, activation="softmax"), softmax(logits / 2)
    )
    np.testing.assert_allclose(
        calibrate_logits(logits, HALF, activation="sigmoid"), sigmoid(logits / 2)
    )


def test_temperature_keeps_the_order_of_the_classes():
    logits = np.array([[0.3, 2.0, -1.0]])
    calibrated = calibrate_logits(logits, HALF, activation="softmax")
    np.testing.assert_array_equal(np.argsort(calibrated), np.argsort(logits))
    assert calibrated.sum() == pytest.approx(1.0)


def test_platt_scaling_is_the_sigmoid_of_a_line():
    got = calibrate_logits(np.array([0.5, 1.5]), PLATT, activation="sigmoid")
    np.testing.assert_allclose(got, special.expit([0.0, 2.0]))


def test_platt_scaling_is_refused_for_a_softmax():
    with pytest.raises(ValueError, match="softmax"):
        calibrate_logits(np.zeros((1, 3)), PLATT, activation="softmax")


@pytest.mark.parametrize("calibration", [NONE, HALF])
@pytest.mark.parametrize("activation", ["sigmoid", "softmax"])
@given(logits=MILD)
def test_probabilities_and_logits_calibrate_alike(calibration, activation, logits):
    raw = calibrate_logits(logits, NONE, activation=activation)
    np.testing.assert_allclose(
        calibrate_probabilities(raw, calibration, activation=activation),
        calibrate_logits(logits, calibration, activation=activation),
        atol=1e-6,
    )


def test_without_calibration_probabilities_stay_as_they_are():
    raw = np.array([0.0, 0.25, 1.0])
    np.testing.assert_array_equal(calibrate_probabilities(raw, NONE, activation="sigmoid"), raw)


def test_the_classes_may_lie_along_any_axis():
    logits = np.arange(6.0).reshape(3, 2)
    np.testing.assert_allclose(
        calibrate_logits(logits, HALF, activation="softmax", axis=0).sum(axis=0), 1.0
    )
