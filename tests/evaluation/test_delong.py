import time

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from condyle.errors import InputError
from condyle.evaluation.binary import roc_auc
from condyle.evaluation.bootstrap import Resampling
from condyle.evaluation.delong import difference_of_areas, roc_areas, roc_auc_delong


def sample(seed=0, rows=120):
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 2, rows)
    common = rng.normal(size=rows)
    first = np.round(common + rng.normal(size=rows) + 1.2 * truth, 1)
    return truth, first, np.round(common + rng.normal(size=rows) + 0.8 * truth, 1)


def by_definition(truth, scores):
    """The structural components as the paper writes them, pair by pair."""
    kernels = []
    for column in scores:
        gap = column[truth == 1][:, None] - column[truth == 0][None, :]
        kernels.append((gap > 0) + 0.5 * (gap == 0))
    above = np.array([k.mean(axis=1) for k in kernels])
    below = np.array([k.mean(axis=0) for k in kernels])
    return above.mean(axis=1), np.cov(above) / above.shape[1] + np.cov(below) / below.shape[1]


@pytest.mark.parametrize("seed", range(4))
def test_areas_and_covariance_agree_with_the_definition_under_ties(seed):
    truth, first, second = sample(seed)
    areas, covariance = by_definition(truth, [first, second])
    found = roc_areas(truth, [first, second])
    assert found.areas == pytest.approx(areas, abs=1e-12)
    assert found.covariance == pytest.approx(covariance, abs=1e-12)
    assert found.areas[0] == pytest.approx(roc_auc_score(truth, first), abs=1e-12)


def test_patients_of_one_row_each_give_nearly_the_plain_variance():
    truth, first, second = sample(1, rows=400)
    plain = roc_areas(truth, [first, second])
    alone = roc_areas(truth, [first, second], patients=np.arange(400))
    assert alone.covariance == pytest.approx(plain.covariance, rel=0.02)


def test_rows_that_are_copied_within_a_patient_add_nothing():
    truth, first, _ = sample(2, rows=200)
    once = roc_areas(truth, [first])
    copied = roc_areas(
        np.repeat(truth, 4), [np.repeat(first, 4)], patients=np.repeat(np.arange(200), 4)
    )
    assert copied.covariance[0, 0] == pytest.approx(once.covariance[0, 0], rel=0.03)


def test_clustered_delong_agrees_with_the_clustered_bootstrap():
    rng = np.random.default_rng(3)
    patients = np.repeat(np.arange(150), 4)
    truth = rng.integers(0, 2, 600)
    scores = truth + rng.normal(size=600) + np.repeat(rng.normal(size=150), 4)
    exact = roc_auc_delong(truth, scores, patients=patients)
    drawn = roc_auc(truth, scores, Resampling(patients, rng, 2000))
    assert exact.low == pytest.approx(drawn.low, abs=0.008)
    assert exact.high == pytest.approx(drawn.high, abs=0.008)


def test_swapping_the_models_turns_the_difference_and_keeps_the_p_value():
    truth, first, second = sample(4)
    one = difference_of_areas(roc_areas(truth, [first, second]))
    other = difference_of_areas(roc_areas(truth, [second, first]))
    assert one.value == pytest.approx(-other.value)
    assert one.p_value == pytest.approx(other.p_value)
    assert one.low == pytest.approx(-other.high)


def test_a_model_does_not_differ_from_itself():
    truth, first, _ = sample(5)
    found = difference_of_areas(roc_areas(truth, [first, first]))
    assert (found.value, found.p_value) == (0.0, 1.0)


def test_perfect_separation_is_told_to_have_no_spread():
    found = roc_auc_delong([0, 0, 1, 1], [1, 2, 3, 4])
    assert found.value == 1.0
    assert "too narrow" in found.method


def test_a_hundred_thousand_rows_take_no_quadratic_time():
    rng = np.random.default_rng(6)
    truth = rng.integers(0, 2, 100_000)
    begun = time.perf_counter()
    roc_auc_delong(truth, truth + rng.normal(size=100_000))
    assert time.perf_counter() - begun < 5.0


@pytest.mark.parametrize("truth", [[1, 1, 1], [0, 1, 1]])
def test_too_few_of_a_class_are_refused(truth):
    with pytest.raises(InputError, match="at least two"):
        roc_auc_delong(truth, [0.1, 0.2, 0.3])


def test_one_patient_is_refused():
    with pytest.raises(InputError, match="one patient"):
        roc_auc_delong([0, 0, 1, 1], [1, 3, 2, 4], patients=["a"] * 4)
