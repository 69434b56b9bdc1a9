"""The ROC band holds its curve, follows an oracle, and says what it cannot know."""

import numpy as np
import pytest
from sklearn.metrics import auc, roc_auc_score, roc_curve

from condyle.errors import InputError
from condyle.evaluation.bands import roc_band
from condyle.evaluation.bootstrap import Resampling


@pytest.fixture(name="rows")
def _rows():
    rng = np.random.default_rng(4)
    patients = np.repeat(np.arange(40), 3)
    truth = rng.integers(0, 2, 120)
    return truth, np.round(truth + rng.normal(size=120), 1), patients


def plan(patients, seed=1, replicates=200):
    return Resampling(patients, np.random.default_rng(seed), replicates=replicates)


def test_the_curve_is_that_of_scikit_learn(rows):
    truth, scores, patients = rows
    band = roc_band(truth, scores, plan(patients))
    rate, caught, _ = roc_curve(truth, scores, drop_intermediate=False)
    np.testing.assert_allclose(band.sensitivity, np.interp(band.rates, rate, caught), atol=1e-9)


def test_on_a_fine_grid_its_area_is_the_roc_area(rows):
    truth, scores, patients = rows
    rates = tuple(np.linspace(0, 1, 20001))
    band = roc_band(truth, scores, plan(patients, replicates=2), rates=rates)
    assert auc(band.rates, band.sensitivity) == pytest.approx(
        roc_auc_score(truth, scores), abs=1e-3
    )


def test_the_limits_hold_the_curve_and_lie_within_0_and_1(rows):
    truth, scores, patients = rows
    band = roc_band(truth, scores, plan(patients))
    assert (band.low <= band.sensitivity).all() and (band.sensitivity <= band.high).all()
    assert band.low.min() >= 0.0 and band.high.max() <= 1.0
    assert (band.high - band.low)[10] > 0.0
    assert band.level == 0.95


def test_the_limits_are_those_of_drawing_rows_by_hand(rows):
    truth, scores, patients = rows
    band = roc_band(truth, scores, plan(patients, replicates=400))
    rng = np.random.default_rng(9)
    drawn = []
    for _ in range(400):
        chosen = rng.integers(0, 40, 40)
        index = np.concatenate([np.flatnonzero(patients == p) for p in chosen])
        rate, caught, _ = roc_curve(truth[index], scores[index], drop_intermediate=False)
        drawn.append(np.interp(band.rates, rate, caught))
    low, high = np.quantile(drawn, (0.025, 0.975), axis=0)
    middle = slice(10, 90)
    assert np.abs(low - band.low)[middle].max() < 0.09
    assert np.abs(high - band.high)[middle].max() < 0.09


def test_rows_of_one_patient_widen_the_band():
    rng = np.random.default_rng(2)
    truth = np.repeat(rng.integers(0, 2, 40), 6)
    scores = np.repeat(rng.normal(size=40), 6) + truth
    clustered = roc_band(truth, scores, plan(np.repeat(np.arange(40), 6)))
    alone = roc_band(truth, scores, plan(np.arange(240)))
    assert (clustered.high - clustered.low).mean() > 1.5 * (alone.high - alone.low).mean()


def test_a_monotone_transform_of_the_scores_changes_nothing(rows):
    truth, scores, patients = rows
    first = roc_band(truth, scores, plan(patients))
    second = roc_band(truth, np.exp(scores), plan(patients))
    np.testing.assert_array_equal(first.low, second.low)


def test_one_class_and_one_patient_have_no_band(rows):
    truth, scores, patients = rows
    nothing = roc_band(np.ones(120), scores, plan(patients))
    assert np.isnan(nothing.sensitivity).all() and np.isnan(nothing.low).all()
    alone = roc_band(truth, scores, plan(np.zeros(120)))
    assert np.isnan(alone.low).all() and not np.isnan(alone.sensitivity).any()


def test_a_label_outside_0_and_1_is_refused(rows):
    truth, scores, patients = rows
    with pytest.raises(InputError):
        roc_band(truth + 1, scores, plan(patients))
