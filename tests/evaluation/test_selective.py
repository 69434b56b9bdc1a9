import numpy as np
import pytest

from condyle.errors import InputError
from condyle.evaluation.bootstrap import Resampling
from condyle.evaluation.selective import area_under_selective_risk, selective_risk


def plan(rows):
    return Resampling(np.arange(rows) // 2, np.random.default_rng(0), 200)


def test_a_curve_worked_by_hand():
    found = selective_risk([1, 1, 0, 1, 0], [0.9, 0.8, 0.7, 0.7, 0.1])
    assert found.coverage.tolist() == [0.2, 0.4, 0.8, 1.0]
    assert found.risk.tolist() == [0.0, 0.0, 0.25, 0.4]
    assert found.confidence.tolist() == [0.9, 0.8, 0.7, 0.1]


def test_full_coverage_has_the_plain_error():
    rng = np.random.default_rng(1)
    right = rng.integers(0, 2, 100)
    assert selective_risk(right, rng.normal(size=100)).risk[-1] == pytest.approx(1 - right.mean())


def test_the_area_is_the_mean_risk_over_rows():
    rng = np.random.default_rng(2)
    right, sure = rng.integers(0, 2, 80), rng.permutation(80)
    order = np.argsort(-sure)
    expected = (np.cumsum(1 - right[order]) / np.arange(1, 81)).mean()
    found = area_under_selective_risk(right, sure, plan(80))
    assert found.value == pytest.approx(expected, abs=1e-12)
    assert found.low <= found.value <= found.high


def test_confidence_that_knows_its_faults_has_the_lesser_area():
    right = np.array([1] * 30 + [0] * 10)
    good = area_under_selective_risk(right, right + 0.0, plan(40)).value
    bad = area_under_selective_risk(right, 1.0 - right, plan(40)).value
    blind = area_under_selective_risk(right, np.ones(40), plan(40)).value
    assert good < blind == 0.25 < bad


def test_nan_confidence_is_refused():
    with pytest.raises(InputError, match="confidence"):
        selective_risk([1, 0], [0.5, np.nan])
