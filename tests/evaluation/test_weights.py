"""A replicate told from weights is what its rows, drawn out, would give."""

import numpy as np
import pytest
from scipy.special import softmax

from condyle.evaluation.agreement import fleiss_kappa, gwet, krippendorff_alpha
from condyle.evaluation.binary import area_under_roc, weighted_auc
from condyle.evaluation.bootstrap import (
    OfSums,
    Resampling,
    StatisticOfDraws,
    bootstrap_by_patient,
    estimate_by_patient,
    patient_weights,
    replicates_of,
)
from condyle.evaluation.calibration import weighted_calibration_error
from condyle.evaluation.classification import weighted_average_precision
from condyle.evaluation.multiclass import macro_f1, macro_roc_auc
from condyle.evaluation.ordinal import kappa_of_weights
from condyle.evaluation.proportions import weighted_mean, weighted_proportion

ROWS = 48


def data(seed=0):
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 2, ROWS).astype(bool)
    stated = np.round(rng.uniform(size=ROWS), 1)
    return truth, stated, np.arange(ROWS) // 4, rng


def plan(patients, seed=0, replicates=40):
    return Resampling(patients, np.random.default_rng(seed), replicates)


def drawn_out(patients):
    """Gives the rows of each replicate, each as often as its weight says."""
    weights = np.concatenate(list(patient_weights(plan(patients))), axis=1)
    return weights, [np.repeat(np.arange(ROWS), column.astype(int)) for column in weights.T]


def test_the_area():
    truth, stated, patients, _ = data()
    weights, rows = drawn_out(patients)
    found = weighted_auc(truth, stated)(weights)
    for value, own in zip(found, rows, strict=True):
        assert value == pytest.approx(area_under_roc(truth[own], stated[own]), abs=1e-12)


def test_average_precision():
    truth, stated, patients, _ = data(1)
    weights, rows = drawn_out(patients)
    found = weighted_average_precision(truth, stated)(weights)
    for value, own in zip(found, rows, strict=True):
        again = weighted_average_precision(truth[own], stated[own])(np.ones((len(own), 1)))
        assert value == pytest.approx(again[0], abs=1e-12)


def test_the_calibration_error():
    truth, stated, patients, _ = data(2)
    weights, rows = drawn_out(patients)
    found = weighted_calibration_error(truth, stated, 10)(weights)
    for value, own in zip(found, rows, strict=True):
        again = weighted_calibration_error(truth[own], stated[own], 10)(np.ones((len(own), 1)))
        assert value == pytest.approx(again[0], abs=1e-12)


def test_means_and_proportions():
    truth, stated, patients, _ = data(3)
    weights, rows = drawn_out(patients)
    means = weighted_mean(stated)(weights)
    shares = weighted_proportion(stated > 0.5, truth)(weights)
    for mean, share, own in zip(means, shares, rows, strict=True):
        assert mean == pytest.approx(stated[own].mean(), abs=1e-12)
        assert share == pytest.approx((stated[own] > 0.5)[truth[own]].mean(), abs=1e-12)


@pytest.mark.parametrize("way", ["none", "linear", "quadratic"])
def test_kappa(way):
    _, _, patients, rng = data(4)
    a, b = rng.integers(0, 4, ROWS), rng.integers(0, 4, ROWS)
    weights, rows = drawn_out(patients)
    found = kappa_of_weights(a, b, size=4, weights=way)(weights)
    for value, own in zip(found, rows, strict=True):
        again = kappa_of_weights(a[own], b[own], size=4, weights=way)(np.ones((len(own), 1)))
        assert value == pytest.approx(again[0], abs=1e-12)


@pytest.mark.parametrize(
    "statistic",
    [
        lambda truth, stated: weighted_auc(truth, stated),
        lambda truth, stated: weighted_mean(stated),
        lambda truth, stated: weighted_proportion(stated > 0.4, truth),
        lambda truth, stated: weighted_calibration_error(truth, stated, 5),
    ],
)
def test_draws_of_patients_tell_what_weights_of_rows_tell(statistic):
    truth, stated, patients, _ = data(5)
    chosen = statistic(truth, stated)
    assert isinstance(chosen, StatisticOfDraws)
    fast = replicates_of(chosen, plan(patients))
    slow = replicates_of(lambda weights: chosen(weights), plan(patients))
    assert fast == pytest.approx(slow, abs=1e-12)


def test_patients_in_any_order_of_rows_are_told_apart():
    truth, stated, patients, rng = data(6)
    order = rng.permutation(ROWS)
    one = replicates_of(weighted_auc(truth, stated), plan(patients))
    other = replicates_of(weighted_auc(truth[order], stated[order]), plan(patients[order]))
    assert one == pytest.approx(other, abs=1e-12)


def test_sums_with_a_denominator_of_nought_are_undefined():
    statistic = OfSums(np.array([[1.0, 0.0], [1.0, 0.0]]), lambda sums: sums[0] / sums[1])
    found = statistic(np.array([[1.0, 0.0], [1.0, 2.0]]))
    assert found[0] == 1.0
    assert np.isnan(found[1])


def test_the_plain_bootstrap_agrees_with_the_fast_one_for_the_area():
    truth, stated, patients, _ = data(7)
    fast = estimate_by_patient(weighted_auc(truth, stated), plan(patients, replicates=3000))
    plain = bootstrap_by_patient(
        area_under_roc, [truth, stated], plan(patients, 1, replicates=3000)
    )
    assert fast.value == pytest.approx(plain.value, abs=1e-12)
    assert fast.low == pytest.approx(plain.low, abs=0.03)
    assert fast.high == pytest.approx(plain.high, abs=0.03)


@pytest.mark.parametrize("coefficient", [fleiss_kappa, gwet, krippendorff_alpha])
def test_agreement_of_items_that_occur_twice(coefficient):
    rng = np.random.default_rng(8)
    ratings = rng.integers(1, 4, size=(12, 3)).astype(float)
    ratings[rng.uniform(size=ratings.shape) < 0.15] = np.nan
    twice = np.repeat(ratings, 2, axis=0)
    own = plan(np.arange(12))
    one = coefficient(ratings, own, categories=(1, 2, 3))
    other = coefficient(twice, plan(np.repeat(np.arange(12), 2)), categories=(1, 2, 3))
    if coefficient is krippendorff_alpha:
        # Alpha corrects for the number of values, so copies change it a little.
        assert one.value == pytest.approx(other.value, abs=0.05)
    else:
        assert one.value == pytest.approx(other.value, abs=1e-12)


def test_multi_class_figures_of_patients_that_occur_twice():
    rng = np.random.default_rng(9)
    truth = rng.integers(0, 3, ROWS)
    stated = softmax(rng.normal(size=(ROWS, 3)), axis=1)
    patients = np.arange(ROWS) // 4
    twice = np.repeat(np.arange(ROWS), 2)
    for metric, given, other in (
        (macro_roc_auc, stated, stated[twice]),
        (
            lambda t, p, r: macro_f1(t, p, r, classes=(0, 1, 2)),
            stated.argmax(axis=1),
            stated[twice].argmax(axis=1),
        ),
    ):
        one = metric(truth, given, plan(patients))
        again = metric(truth[twice], other, plan(patients[twice]))
        assert one.value == pytest.approx(again.value, abs=1e-12)
        assert one.low == pytest.approx(again.low, abs=1e-9)
