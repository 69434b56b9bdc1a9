import numpy as np
import pytest
from sklearn import metrics

from condyle.errors import InputError, UnknownName, UsageError
from condyle.evaluation.bootstrap import Resampling
from condyle.evaluation.operating import operating_curve, operating_points
from condyle.evaluation.thresholds import choose_threshold


def sample(seed=0, rows=200):
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 2, rows)
    return truth, np.round(1 / (1 + np.exp(-rng.normal(size=rows) - truth)), 2)


def test_the_curve_agrees_with_scikit_learn_at_every_threshold():
    truth, scores = sample()
    curve = operating_curve(truth, scores)
    false, true, thresholds = metrics.roc_curve(truth, scores, drop_intermediate=False)
    assert curve.thresholds == pytest.approx(thresholds)
    assert curve.sensitivity == pytest.approx(true, abs=1e-12)
    assert 1 - curve.specificity == pytest.approx(false, abs=1e-12)


def test_ppv_npv_and_f1_along_the_curve_agree_with_scikit_learn():
    truth, scores = sample(1)
    curve = operating_curve(truth, scores)
    for at in range(1, len(curve.thresholds), 7):
        called = scores >= curve.thresholds[at]
        assert curve.ppv[at] == pytest.approx(metrics.precision_score(truth, called))
        assert curve.f1[at] == pytest.approx(metrics.f1_score(truth, called))
        if (~called).any():
            assert curve.npv[at] == pytest.approx(metrics.precision_score(1 - truth, ~called))


def test_the_ends_of_the_curve_are_defined_or_undefined_not_made_up():
    curve = operating_curve([0, 1], [0.2, 0.8])
    assert curve.thresholds[0] == np.inf
    assert np.isnan(curve.ppv[0])
    assert np.isnan(curve.npv[-1])
    assert curve.sensitivity[-1] == 1.0


def test_points_carry_intervals_at_the_thresholds_asked_for():
    truth, scores = sample(2)
    plan = Resampling(np.arange(200) // 4, np.random.default_rng(0), 200)
    points = operating_points(truth, scores, [0.3, 0.5, 0.7], plan)
    assert [point.threshold for point in points] == [0.3, 0.5, 0.7]
    assert points[0].sensitivity.value >= points[2].sensitivity.value
    assert all(point.npv.low <= point.npv.value <= point.npv.high for point in points)


def brute_force(truth, scores, gain):
    cuts = np.unique(scores)[::-1]
    gains = [gain(truth, scores >= cut) for cut in cuts]
    return cuts[int(np.argmax(np.round(gains, 12)))]


def youden(truth, called):
    return called[truth == 1].mean() - called[truth == 0].mean()


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(("rule", "gain"), [("youden", youden), ("f1", metrics.f1_score)])
def test_a_rule_finds_what_trying_every_cut_finds(seed, rule, gain):
    truth, scores = sample(seed)
    best = brute_force(truth, scores, gain)
    chosen = choose_threshold(truth, scores, rule=rule)
    assert ((scores >= chosen.value) == (scores >= best)).all()


@pytest.mark.parametrize("target", [0.5, 0.8, 0.95, 1.0])
def test_a_sensitivity_asked_for_is_reached_at_the_highest_threshold(target):
    truth, scores = sample(3)
    chosen = choose_threshold(truth, scores, rule="sensitivity", target=target)
    found = (scores >= chosen.value)[truth == 1].mean()
    assert found >= target
    assert chosen.sensitivity == pytest.approx(found)
    higher = scores[scores > chosen.value].min() + 1e-9
    assert (scores >= higher)[truth == 1].mean() < target


def test_a_threshold_lies_between_two_probabilities_not_on_one():
    chosen = choose_threshold([0, 0, 1, 1], [0.1, 0.2, 0.6, 0.9])
    assert chosen.value == pytest.approx(0.4)


def test_a_threshold_needs_both_classes():
    with pytest.raises(InputError, match="0 negatives"):
        choose_threshold([1, 1], [0.2, 0.3])


def test_a_threshold_needs_probabilities():
    with pytest.raises(InputError, match="0 to 1"):
        choose_threshold([0, 1], [0.2, 1.3])


def test_an_unknown_rule_lists_those_that_exist():
    with pytest.raises(UnknownName, match="f1, sensitivity, youden"):
        choose_threshold([0, 1], [0.2, 0.3], rule="best")


@pytest.mark.parametrize("target", [None, 0.0, 1.2])
def test_a_sensitivity_out_of_range_is_refused(target):
    with pytest.raises(UsageError, match="target"):
        choose_threshold([0, 1], [0.2, 0.3], rule="sensitivity", target=target)
