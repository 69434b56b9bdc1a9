import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics

from condyle.errors import InputError
from condyle.evaluation.binary import (
    accuracy,
    area_under_roc,
    confusion,
    confusion_at,
    npv,
    ppv,
    roc_auc,
    sensitivity,
    specificity,
)
from condyle.evaluation.bootstrap import Resampling


def plan(patients, seed=0, replicates=200):
    return Resampling(patients, np.random.default_rng(seed), replicates, unit="disc")


def sample(seed=0, rows=300, ties=True):
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 2, rows)
    scores = rng.normal(size=rows) + truth
    return truth, np.round(scores, 1) if ties else scores


@pytest.mark.parametrize("seed", range(5))
def test_the_roc_area_agrees_with_scikit_learn_with_and_without_ties(seed):
    for ties in (True, False):
        truth, scores = sample(seed, ties=ties)
        expected = metrics.roc_auc_score(truth, scores)
        assert area_under_roc(truth, scores) == pytest.approx(expected, abs=1e-12)


def test_the_roc_area_of_all_ties_is_one_half():
    assert area_under_roc([0, 1, 1, 0], [3, 3, 3, 3]) == 0.5


def test_the_roc_area_of_one_class_is_undefined_not_a_number_made_up():
    found = roc_auc([1, 1, 1], [0.1, 0.2, 0.3], plan(["a", "b", "c"]))
    assert np.isnan(found.value)
    assert np.isnan(found.low)
    assert found.method == "undefined here"


@given(st.permutations(range(40)))
@settings(max_examples=20, deadline=None)
def test_the_order_of_rows_does_not_change_the_roc_area(order):
    truth, scores = sample(1, rows=40)
    order = np.array(order)
    assert area_under_roc(truth, scores) == pytest.approx(
        area_under_roc(truth[order], scores[order]), abs=1e-14
    )


@given(st.floats(0.01, 5.0), st.floats(-3.0, 3.0))
@settings(max_examples=20, deadline=None)
def test_a_rising_transform_does_not_change_the_roc_area(slope, shift):
    truth, scores = sample(2)
    assert area_under_roc(truth, slope * scores**3 + shift) == pytest.approx(
        area_under_roc(truth, scores), abs=1e-9
    )


def test_decision_figures_agree_with_scikit_learn():
    truth, scores = sample(3)
    called = scores >= 0.5
    patients = np.arange(len(truth)) // 3
    assert sensitivity(truth, called, plan(patients)).value == pytest.approx(
        metrics.recall_score(truth, called)
    )
    assert specificity(truth, called, plan(patients)).value == pytest.approx(
        metrics.recall_score(1 - truth, ~called)
    )
    assert ppv(truth, called, plan(patients)).value == pytest.approx(
        metrics.precision_score(truth, called)
    )
    assert npv(truth, called, plan(patients)).value == pytest.approx(
        metrics.precision_score(1 - truth, ~called)
    )
    assert accuracy(truth, called, plan(patients)).value == pytest.approx(
        metrics.accuracy_score(truth, called)
    )


def test_the_confusion_counts_agree_with_scikit_learn():
    truth, scores = sample(4)
    tn, fp, fn, tp = metrics.confusion_matrix(truth, scores >= 0.3).ravel()
    found = confusion_at(truth, scores, 0.3)
    assert (found.true_negative, found.false_positive) == (tn, fp)
    assert (found.false_negative, found.true_positive) == (fn, tp)
    assert found.total == len(truth)


def test_a_score_on_the_threshold_is_called_positive():
    assert confusion_at([1], [0.5], 0.5).true_positive == 1


def test_n_counts_the_rows_of_the_denominator():
    found = sensitivity([1, 1, 0, 1], [1, 0, 0, 1], plan(list("abcd")))
    assert found.n == 3
    assert found.unit == "disc"


def test_ppv_without_a_positive_call_is_undefined():
    found = ppv([1, 0], [0, 0], plan(["a", "b"]))
    assert np.isnan(found.value)
    assert found.n == 0


def test_all_right_still_has_an_interval_by_the_number_of_patients():
    found = sensitivity([1] * 10, [1] * 10, plan(np.arange(10) // 2))
    assert found.value == 1.0
    assert found.low == pytest.approx(0.025 ** (1 / 5))
    assert "5 patients" in found.method


def test_one_patient_gives_a_value_and_no_interval():
    found = roc_auc([0, 1, 1], [0.1, 0.4, 0.05], plan(["a"] * 3))
    assert found.value == 0.5
    assert np.isnan(found.low)
    assert "1 patient" in found.method


@pytest.mark.parametrize("seed", range(10))
def test_the_interval_holds_the_value(seed):
    truth, scores = sample(seed, rows=30)
    found = roc_auc(truth, scores, plan(np.arange(30) // 2, seed))
    assert found.low <= found.value <= found.high


@pytest.mark.parametrize(
    ("truth", "scores", "says"),
    [
        ([0, 2], [0.1, 0.2], "2 in row 1"),
        ([0, 1], [0.1, float("nan")], "nan in row 1"),
        ([0, 1, 1], [0.1, 0.2], "reference 3"),
        ([], [], "0 rows"),
        (["x", "y"], [0.1, 0.2], "type"),
    ],
)
def test_bad_input_is_refused_with_what_is_wrong(truth, scores, says):
    with pytest.raises(InputError, match=says):
        area_under_roc(truth, scores)


def test_decisions_that_are_not_binary_are_refused():
    with pytest.raises(InputError, match="decisions"):
        confusion([0, 1], [0, 0.7])
