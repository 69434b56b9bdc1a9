"""What must hold of every metric, whatever the data."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from condyle.evaluation import binary, calibration, classification, multiclass, ordinal, regression
from condyle.evaluation.agreement import fleiss_kappa, gwet, krippendorff_alpha
from condyle.evaluation.bootstrap import Resampling
from condyle.evaluation.delong import difference_of_areas, roc_areas, roc_auc_delong
from condyle.evaluation.false_claims import false_accuracy_claim_of_cases
from condyle.evaluation.intervals import PROPORTION_METHODS
from condyle.evaluation.operating import operating_curve

SCALE = (1, 2, 3, 4)


def plan(patients, seed=0, replicates=60, interval="nearest"):
    return Resampling(patients, np.random.default_rng(seed), replicates, interval=interval)


@st.composite
def tables(draw):
    """Labels of both classes, tied probabilities, and two to several rows a patient."""
    count = draw(st.integers(8, 40))
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 2, count)
    truth[:4] = [0, 1, 0, 1]
    stated = np.round(rng.uniform(size=count), 1)
    return truth, stated, rng.integers(0, max(2, count // 3), count), rng


OF_CALLS = {
    "accuracy": binary.accuracy,
    "sensitivity": binary.sensitivity,
    "specificity": binary.specificity,
    "ppv": binary.ppv,
    "npv": binary.npv,
    "balanced accuracy": classification.balanced_accuracy,
    "f1": classification.f1,
    "matthews": classification.matthews,
}
OF_SCORES = {
    "roc auc": binary.roc_auc,
    "average precision": classification.average_precision,
    "brier": calibration.brier,
    "calibration error": calibration.calibration_error,
}


@pytest.mark.parametrize("name", OF_CALLS)
@given(tables())
@settings(max_examples=6, deadline=None)
def test_the_order_of_rows_changes_no_figure_of_decisions(name, table):
    truth, stated, patients, rng = table
    order = rng.permutation(len(truth))
    metric = OF_CALLS[name]
    one = metric(truth, stated >= 0.5, plan(patients))
    other = metric(truth[order], stated[order] >= 0.5, plan(patients[order]))
    assert one.value == pytest.approx(other.value, abs=1e-12, nan_ok=True)
    assert one.low == pytest.approx(other.low, abs=1e-9, nan_ok=True)
    assert one.high == pytest.approx(other.high, abs=1e-9, nan_ok=True)


@pytest.mark.parametrize("name", OF_SCORES)
@given(tables())
@settings(max_examples=6, deadline=None)
def test_the_order_of_rows_changes_no_figure_of_scores(name, table):
    truth, stated, patients, rng = table
    order = rng.permutation(len(truth))
    metric = OF_SCORES[name]
    one = metric(truth, stated, plan(patients))
    other = metric(truth[order], stated[order], plan(patients[order]))
    assert one.value == pytest.approx(other.value, abs=1e-12)
    assert one.low == pytest.approx(other.low, abs=1e-9, nan_ok=True)
    assert one.high == pytest.approx(other.high, abs=1e-9, nan_ok=True)


@pytest.mark.parametrize("interval", ["nearest", "percentile", "bca"])
@pytest.mark.parametrize("name", [*OF_CALLS, *OF_SCORES])
@given(tables())
@settings(max_examples=4, deadline=None)
def test_an_interval_holds_its_value(name, interval, table):
    truth, stated, patients, _ = table
    how = plan(patients, interval=interval)
    if name in OF_CALLS:
        found = OF_CALLS[name](truth, stated >= 0.5, how)
    else:
        found = OF_SCORES[name](truth, stated, how)
    if np.isfinite(found.low):
        assert found.low <= found.value <= found.high


@pytest.mark.parametrize("name", ["accuracy", "sensitivity", "specificity", "ppv", "npv"])
@given(tables())
@settings(max_examples=10, deadline=None)
def test_an_analytic_interval_holds_its_share_within_nought_and_one(name, table):
    truth, stated, patients, _ = table
    found = OF_CALLS[name](truth, stated >= 0.5, plan(patients, interval="analytic"))
    if np.isfinite(found.low):
        assert 0.0 <= found.low <= found.value + 1e-12
        assert found.value - 1e-12 <= found.high <= 1.0


@given(tables())
@settings(max_examples=12, deadline=None)
def test_turning_the_classes_round_swaps_sensitivity_and_specificity(table):
    truth, stated, patients, _ = table
    called = stated >= 0.5
    one = binary.sensitivity(truth, called, plan(patients))
    other = binary.specificity(1 - truth, ~called, plan(patients))
    assert one.value == other.value
    assert (one.low, one.high) == pytest.approx((other.low, other.high), abs=1e-12, nan_ok=True)


@given(tables())
@settings(max_examples=12, deadline=None)
def test_turning_the_scores_round_mirrors_the_area(table):
    truth, stated, _, _ = table
    one = binary.area_under_roc(truth, stated)
    assert binary.area_under_roc(truth, -stated) == pytest.approx(1.0 - one, abs=1e-12)
    assert binary.area_under_roc(1 - truth, stated) == pytest.approx(1.0 - one, abs=1e-12)


@given(tables(), st.sampled_from(["cube", "exp", "logit", "rank"]))
@settings(max_examples=15, deadline=None)
def test_rising_transforms_change_neither_the_area_nor_its_variance(table, name):
    truth, stated, _, _ = table
    raised = {
        "cube": stated**3,
        "exp": np.exp(3 * stated),
        "logit": np.log((stated + 0.01) / (1.01 - stated)),
        "rank": np.unique(stated, return_inverse=True)[1],
    }[name]
    one, other = roc_areas(truth, [stated]), roc_areas(truth, [raised])
    assert one.areas == pytest.approx(other.areas, abs=1e-12)
    assert one.covariance == pytest.approx(other.covariance, abs=1e-12)


@given(tables())
@settings(max_examples=12, deadline=None)
def test_the_area_is_that_under_the_operating_curve(table):
    truth, stated, _, _ = table
    curve = operating_curve(truth, stated)
    area = np.trapezoid(curve.sensitivity, 1.0 - curve.specificity)
    assert binary.area_under_roc(truth, stated) == pytest.approx(area, abs=1e-12)


@given(tables())
@settings(max_examples=12, deadline=None)
def test_along_the_curve_sensitivity_rises_and_specificity_falls(table):
    truth, stated, _, _ = table
    curve = operating_curve(truth, stated)
    assert (np.diff(curve.thresholds) < 0).all()
    assert (np.diff(curve.sensitivity) >= 0).all()
    assert (np.diff(curve.specificity) <= 0).all()
    assert curve.true_positive[-1] == curve.positives
    assert curve.false_positive[-1] == curve.negatives


@given(tables())
@settings(max_examples=12, deadline=None)
def test_comparing_areas_is_symmetric(table):
    truth, stated, _, rng = table
    other_scores = np.round(rng.uniform(size=len(truth)), 1)
    one = difference_of_areas(roc_areas(truth, [stated, other_scores]))
    other = difference_of_areas(roc_areas(truth, [other_scores, stated]))
    assert one.value == pytest.approx(-other.value, abs=1e-12)
    assert one.p_value == pytest.approx(other.p_value, abs=1e-9, nan_ok=True)


@given(tables())
@settings(max_examples=12, deadline=None)
def test_the_two_claims_of_being_better_are_false_with_one_together(table):
    truth, stated, _, rng = table
    a, b = truth == (stated > 0.5), rng.uniform(size=len(truth)) < 0.6
    one = false_accuracy_claim_of_cases(a, b)
    assert one + false_accuracy_claim_of_cases(b, a) == pytest.approx(1.0, abs=1e-12)


@given(tables())
@settings(max_examples=10, deadline=None)
def test_doubling_every_row_leaves_values_as_they_are(table):
    truth, stated, patients, _ = table
    twice = np.repeat(np.arange(len(truth)), 2)
    for metric in OF_SCORES.values():
        one = metric(truth, stated, plan(patients))
        other = metric(truth[twice], stated[twice], plan(patients[twice]))
        assert one.value == pytest.approx(other.value, abs=1e-9)
        assert one.low == pytest.approx(other.low, abs=1e-9, nan_ok=True)


@given(tables(), st.sampled_from(["none", "linear", "quadratic"]))
@settings(max_examples=12, deadline=None)
def test_kappa_is_symmetric_and_at_most_one(table, weights):
    _, _, patients, rng = table
    a, b = rng.integers(1, 5, len(patients)), rng.integers(1, 5, len(patients))
    one = ordinal.weighted_kappa(a, b, plan(patients), grades=SCALE, weights=weights)
    other = ordinal.weighted_kappa(b, a, plan(patients), grades=SCALE, weights=weights)
    assert one.value == pytest.approx(other.value, abs=1e-12, nan_ok=True)
    assert not one.value > 1.0 + 1e-12


@given(tables())
@settings(max_examples=12, deadline=None)
def test_turning_a_scale_upside_down_leaves_weighted_agreement(table):
    _, _, patients, rng = table
    a, b = rng.integers(1, 5, len(patients)), rng.integers(1, 5, len(patients))
    for weights in ("linear", "quadratic"):
        one = ordinal.weighted_kappa(a, b, plan(patients), grades=SCALE, weights=weights)
        other = ordinal.weighted_kappa(5 - a, 5 - b, plan(patients), grades=SCALE, weights=weights)
        assert one.value == pytest.approx(other.value, abs=1e-12, nan_ok=True)


@pytest.mark.parametrize("coefficient", [fleiss_kappa, gwet, krippendorff_alpha])
@given(tables())
@settings(max_examples=6, deadline=None)
def test_the_names_of_raters_do_not_matter(coefficient, table):
    _, _, _, rng = table
    ratings = rng.integers(1, 5, size=(20, 3)).astype(float)
    ratings[rng.uniform(size=ratings.shape) < 0.1] = np.nan
    own = plan(np.arange(20))
    one = coefficient(ratings, own, categories=SCALE).value
    other = coefficient(ratings[:, [2, 0, 1]], plan(np.arange(20)), categories=SCALE).value
    assert one == pytest.approx(other, abs=1e-12)
    assert one <= 1.0 + 1e-12


@given(tables())
@settings(max_examples=12, deadline=None)
def test_exact_agreement_is_never_over_agreement_within_one(table):
    _, _, patients, rng = table
    a, b = rng.integers(1, 5, len(patients)), rng.integers(1, 5, len(patients))
    exact = ordinal.exact_agreement(a, b, plan(patients), grades=SCALE).value
    assert exact <= ordinal.within_one(a, b, plan(patients), grades=SCALE).value


@given(tables(), st.floats(-5, 5), st.floats(0.1, 10))
@settings(max_examples=12, deadline=None)
def test_concordance_is_the_same_in_every_unit(table, shift, scale):
    _, stated, patients, rng = table
    other = stated + rng.normal(0, 0.2, len(stated))
    one = regression.concordance(stated, other, plan(patients)).value
    moved = regression.concordance(scale * stated + shift, scale * other + shift, plan(patients))
    assert moved.value == pytest.approx(one, abs=1e-6)


@given(tables())
@settings(max_examples=12, deadline=None)
def test_bland_altman_turned_round_changes_its_sign(table):
    _, stated, patients, rng = table
    other = stated + rng.normal(0.1, 0.2, len(stated))
    one = regression.bland_altman(stated, other, plan(patients))
    turned = regression.bland_altman(other, stated, plan(patients))
    assert one.bias.value == pytest.approx(-turned.bias.value, abs=1e-12)
    assert one.upper_limit.value == pytest.approx(-turned.lower_limit.value, abs=1e-12)


@given(tables())
@settings(max_examples=10, deadline=None)
def test_the_absolute_difference_lies_below_the_root_of_the_square(table):
    _, stated, patients, rng = table
    other = rng.uniform(size=len(stated))
    absolute = regression.mean_absolute_difference(stated, other, plan(patients)).value
    root = regression.root_mean_squared_error(stated, other, plan(patients)).value
    assert absolute <= root + 1e-12


@given(st.integers(1, 300), st.data())
@settings(max_examples=25, deadline=None)
def test_more_trials_of_the_same_share_narrow_every_interval(trials, data):
    hits = data.draw(st.integers(0, trials))
    for name, method in PROPORTION_METHODS.items():
        low, high = method(hits, trials, 0.95)
        more_low, more_high = method(4 * hits, 4 * trials, 0.95)
        assert more_high - more_low <= high - low + 1e-9, name


@given(st.integers(1, 200), st.data())
@settings(max_examples=25, deadline=None)
def test_a_higher_level_widens_every_interval(trials, data):
    hits = data.draw(st.integers(0, trials))
    for method in PROPORTION_METHODS.values():
        low, high = method(hits, trials, 0.90)
        wider_low, wider_high = method(hits, trials, 0.99)
        assert wider_low <= low + 1e-12
        assert high <= wider_high + 1e-12


@given(tables())
@settings(max_examples=10, deadline=None)
def test_delong_stays_within_nought_and_one_on_both_scales(table):
    truth, stated, _, _ = table
    for scale in ("plain", "logit"):
        found = roc_auc_delong(truth, stated, scale=scale)
        assert 0.0 <= found.low <= found.value + 1e-12
        assert found.value - 1e-12 <= found.high <= 1.0


@given(tables())
@settings(max_examples=10, deadline=None)
def test_the_scores_of_probabilities_are_proper(table):
    truth, _, patients, _ = table
    prevalence = truth.mean()
    constant = np.full(len(truth), prevalence)
    for shift in (-0.1, 0.1):
        other = np.clip(constant + shift, 0.01, 0.99)
        best = calibration.brier(truth, constant, plan(patients)).value
        assert best <= calibration.brier(truth, other, plan(patients)).value + 1e-12
        pair = np.stack([1 - constant, constant], axis=1)
        moved = np.stack([1 - other, other], axis=1)
        least = multiclass.log_loss(truth, pair, plan(patients)).value
        assert least <= multiclass.log_loss(truth, moved, plan(patients)).value + 1e-12
