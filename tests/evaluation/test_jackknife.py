import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from condyle.errors import UnknownName
from condyle.evaluation.bootstrap import Resampling, without_each_patient
from condyle.evaluation.classification import weighted_average_precision
from condyle.evaluation.jackknife import jackknife_t
from condyle.evaluation.proportions import t_by_patient, weighted_mean


def plan(patients):
    return Resampling(patients, np.random.default_rng(0))


def test_the_jackknife_of_a_mean_is_the_textbook_t_interval():
    values = np.random.default_rng(1).normal(size=30)
    left_out = without_each_patient(weighted_mean(values), plan(np.arange(30)))
    expected = stats.ttest_1samp(values, 0.0).confidence_interval()
    found = jackknife_t(values.mean(), left_out)
    assert found == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_the_jackknife_of_equal_clusters_is_the_clustered_t_interval():
    values = np.random.default_rng(2).normal(size=60)
    clustered = plan(np.arange(60) // 4)
    found = jackknife_t(values.mean(), without_each_patient(weighted_mean(values), clustered))
    expected = t_by_patient(values, clustered)
    assert found == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_each_scale_is_that_of_its_textbook_transform():
    left_out = 0.6 + 0.02 * np.random.default_rng(3).normal(size=25)
    error = np.sqrt(24 / 25 * ((left_out - left_out.mean()) ** 2).sum())
    reach = stats.t.ppf(0.975, 24) * error
    ways = {
        "share": (lambda x: np.log(x / (1 - x)), lambda y: 1 / (1 + np.exp(-y)), 1 / 0.24),
        "coefficient": (np.arctanh, np.tanh, 1 / (1 - 0.36)),
        "ratio": (np.log, np.exp, 1 / 0.6),
    }
    for scale, (there, back, slope) in ways.items():
        expected = [back(there(0.6) + way * slope * reach) for way in (-1, 1)]
        assert jackknife_t(0.6, left_out, scale=scale) == pytest.approx(expected, abs=1e-12)


@given(st.floats(0.001, 0.999), st.integers(0, 2**32 - 1), st.sampled_from([0.5, 0.95, 0.999]))
@settings(max_examples=40, deadline=None)
def test_limits_hold_the_value_and_stay_on_the_scale(value, seed, level):
    rng = np.random.default_rng(seed)
    left_out = value + rng.normal(0, 10 ** rng.uniform(-6, 1), size=8)
    for scale, (least, most) in {
        "share": (0, 1),
        "coefficient": (-1, 1),
        "ratio": (0, np.inf),
    }.items():
        low, high = jackknife_t(value, left_out, level=level, scale=scale)
        assert least <= low <= value + 1e-12
        assert value - 1e-12 <= high <= most


@pytest.mark.parametrize(
    ("value", "left_out", "scale"),
    [
        (1.0, [0.9, 1.0, 1.0], "share"),
        (0.0, [0.1, 0.0, 0.0], "ratio"),
        (-1.0, [-1.0, -0.9], "coefficient"),
        (0.5, [0.5, 0.5, 0.5], "share"),
        (0.5, [0.4, np.nan, 0.6], "share"),
        (0.5, [0.5], "plain"),
    ],
)
def test_limits_that_cannot_be_told_are_none(value, left_out, scale):
    assert jackknife_t(value, np.array(left_out), scale=scale) is None


def test_an_unknown_scale_lists_those_that_exist():
    with pytest.raises(UnknownName, match="share"):
        jackknife_t(0.5, np.array([0.4, 0.6]), scale="logit")


def test_what_is_left_out_is_one_patient_with_all_rows():
    rng = np.random.default_rng(4)
    truth, scores = rng.integers(0, 2, 24).astype(bool), rng.normal(size=24)
    patients = np.array(list("ccaabbdd" * 3))
    statistic = weighted_average_precision(truth, scores)
    found = without_each_patient(statistic, plan(patients))
    for at, name in enumerate("abcd"):
        rows = patients != name
        again = weighted_average_precision(truth[rows], scores[rows])
        assert found[at] == pytest.approx(again(np.ones((rows.sum(), 1)))[0], abs=1e-12)


def test_statistics_of_draws_leave_out_the_same_as_statistics_of_weights():
    values, patients = np.random.default_rng(5).normal(size=30), np.arange(30) // 3
    statistic = weighted_mean(values)
    fast = without_each_patient(statistic, plan(patients))
    slow = without_each_patient(lambda weights: statistic(weights), plan(patients))
    assert fast == pytest.approx(slow, abs=1e-12)
