"""Bad input has a clear answer or an error in every metric, never a silent number."""

import numpy as np
import pytest

from condyle.errors import InputError
from condyle.evaluation import (
    agreement,
    binary,
    calibration,
    classification,
    comparison,
    delong,
    multiclass,
    operating,
    ordinal,
    regression,
    selective,
    thresholds,
)
from condyle.evaluation.bootstrap import Resampling

ROWS = 12
TRUTH = np.array([0, 1] * 6)
CALLS = np.array([0, 1, 1, 1, 0, 0] * 2)
PROBABILITIES = np.linspace(0.05, 0.95, ROWS)
GRADES = np.array([1, 2, 3] * 4)
SCALE = (1, 2, 3)


def plan(rows=ROWS):
    return Resampling(np.arange(rows) // 2, np.random.default_rng(0), 40)


OF_CALLS = [
    binary.accuracy,
    binary.sensitivity,
    binary.specificity,
    binary.ppv,
    binary.npv,
    classification.balanced_accuracy,
    classification.f1,
    classification.matthews,
    classification.positive_likelihood_ratio,
    classification.negative_likelihood_ratio,
]
OF_SCORES = [binary.roc_auc, classification.average_precision]
OF_PROBABILITIES = [
    calibration.brier,
    calibration.calibration_error,
]
OF_GRADES = [
    ordinal.exact_agreement,
    ordinal.within_one,
    ordinal.weighted_kappa,
]
OF_NUMBERS = [
    regression.mean_absolute_difference,
    regression.mean_squared_error,
    regression.root_mean_squared_error,
    regression.concordance,
    regression.bland_altman,
]


@pytest.mark.parametrize("metric", [*OF_CALLS, *OF_SCORES, *OF_PROBABILITIES])
def test_a_label_outside_the_set_is_refused(metric):
    with pytest.raises(InputError, match="reference"):
        metric(np.where(TRUTH == 1, 2, 0), CALLS, plan())


@pytest.mark.parametrize("metric", OF_CALLS)
def test_a_decision_outside_the_set_is_refused(metric):
    with pytest.raises(InputError, match="decisions"):
        metric(TRUTH, PROBABILITIES, plan())


@pytest.mark.parametrize("metric", OF_SCORES)
def test_a_nan_score_is_refused(metric):
    with pytest.raises(InputError, match="nan in row 3"):
        metric(TRUTH, np.where(np.arange(ROWS) == 3, np.nan, PROBABILITIES), plan())


@pytest.mark.parametrize("metric", OF_PROBABILITIES)
@pytest.mark.parametrize("value", [1.2, -0.1, np.nan])
def test_a_probability_that_cannot_be_is_refused(metric, value):
    with pytest.raises(InputError, match="probabilit"):
        metric(TRUTH, np.where(np.arange(ROWS) == 3, value, PROBABILITIES), plan())


@pytest.mark.parametrize("metric", OF_GRADES)
def test_a_grade_outside_the_scale_is_refused(metric):
    with pytest.raises(InputError, match="one of 1, 2, 3"):
        metric(GRADES + 1, GRADES, plan(), grades=SCALE)
    with pytest.raises(InputError, match="predicted"):
        metric(GRADES, GRADES + 1, plan(), grades=SCALE)


@pytest.mark.parametrize("metric", OF_NUMBERS)
def test_a_nan_number_is_refused(metric):
    with pytest.raises(InputError, match="nan in row 0"):
        metric([np.nan] * ROWS, PROBABILITIES, plan())


@pytest.mark.parametrize("metric", [*OF_CALLS, *OF_SCORES, *OF_PROBABILITIES, *OF_NUMBERS])
def test_columns_of_other_lengths_are_refused(metric):
    with pytest.raises(InputError, match="same number of rows"):
        metric(TRUTH, CALLS[:-1], plan())


@pytest.mark.parametrize("metric", [*OF_CALLS, *OF_SCORES, *OF_PROBABILITIES, *OF_NUMBERS])
def test_patients_of_another_number_are_refused(metric):
    with pytest.raises(InputError, match="patients"):
        metric(TRUTH, CALLS, plan(ROWS - 2))


@pytest.mark.parametrize("metric", [*OF_CALLS, *OF_SCORES, *OF_PROBABILITIES, *OF_NUMBERS])
def test_no_rows_at_all_are_refused(metric):
    with pytest.raises(InputError, match="0 rows"):
        metric([], [], plan(0))


@pytest.mark.parametrize(
    "metric",
    [
        binary.specificity,
        classification.balanced_accuracy,
        classification.matthews,
        classification.positive_likelihood_ratio,
        classification.negative_likelihood_ratio,
        binary.roc_auc,
    ],
)
def test_one_class_only_is_undefined(metric):
    found = metric(np.ones(ROWS, dtype=int), CALLS, plan())
    assert np.isnan(found.value)
    assert np.isnan(found.low)
    assert np.isnan(found.high)
    assert "undefined" in found.method


@pytest.mark.parametrize(
    "metric", [binary.sensitivity, classification.average_precision, binary.roc_auc]
)
def test_no_positive_at_all_is_undefined(metric):
    assert np.isnan(metric(np.zeros(ROWS, dtype=int), CALLS, plan()).value)


@pytest.mark.parametrize("metric", [binary.accuracy, classification.f1, *OF_PROBABILITIES])
def test_one_patient_has_a_value_and_no_interval(metric):
    alone = Resampling(["p"] * ROWS, np.random.default_rng(0), 40)
    found = metric(TRUTH, CALLS, alone)
    assert np.isfinite(found.value)
    assert np.isnan(found.low)
    assert np.isnan(found.high)
    assert "1 patient" in found.method


@pytest.mark.parametrize("metric", OF_SCORES)
def test_ties_everywhere_give_what_guessing_gives(metric):
    found = metric(TRUTH, np.full(ROWS, 0.3), plan())
    assert found.value == pytest.approx(0.5)


WAYS_IN = {
    "comparison": lambda scores: comparison.compare_roc_auc(TRUTH, (scores, CALLS), plan()),
    "delong": lambda scores: delong.roc_auc_delong(TRUTH, scores),
    "selective": lambda scores: selective.selective_risk(TRUTH, scores),
    "operating": lambda scores: operating.operating_curve(TRUTH, scores),
}


@pytest.mark.parametrize("way", WAYS_IN)
def test_nan_is_refused_by_every_way_in(way):
    scores = np.where(np.arange(ROWS) == 1, np.nan, PROBABILITIES)
    with pytest.raises(InputError, match="nan in row 1"):
        WAYS_IN[way](scores)


@pytest.mark.parametrize(
    "metric",
    [
        multiclass.log_loss,
        multiclass.ranked_probability_score,
        multiclass.macro_roc_auc,
        multiclass.micro_roc_auc,
        calibration.confidence_error,
        calibration.brier_of_classes,
    ],
)
def test_class_figures_need_a_patient_a_row(metric):
    with pytest.raises(InputError, match="patients 10"):
        metric(GRADES - 1, np.full((ROWS, 3), 1 / 3), plan(ROWS - 2))


def test_a_comparison_of_other_lengths_is_refused():
    with pytest.raises(InputError, match="right_b"):
        comparison.compare_accuracy(TRUTH, CALLS[:-1], plan())
    with pytest.raises(InputError, match="values_b"):
        comparison.compare_means(PROBABILITIES, PROBABILITIES[:-1], plan())


@pytest.mark.parametrize(
    "metric", [multiclass.log_loss, multiclass.ranked_probability_score, multiclass.macro_roc_auc]
)
def test_class_probabilities_are_checked(metric):
    even = np.full((ROWS, 3), 1 / 3)
    with pytest.raises(InputError, match="classes from 0 to 2"):
        metric(np.full(ROWS, 3), even, plan())
    with pytest.raises(InputError, match="sum of 0"):
        metric(np.zeros(ROWS), even / 2, plan())
    with pytest.raises(InputError, match="1 axes"):
        metric(np.zeros(ROWS), PROBABILITIES, plan())


@pytest.mark.parametrize("metric", [multiclass.macro_f1, multiclass.macro_sensitivity])
def test_classes_outside_the_list_are_refused(metric):
    with pytest.raises(InputError, match="one of 1, 2"):
        metric(GRADES, GRADES, plan(), classes=(1, 2))


@pytest.mark.parametrize(
    "coefficient", [agreement.fleiss_kappa, agreement.gwet, agreement.krippendorff_alpha]
)
def test_raters_are_checked(coefficient):
    ratings = np.stack([GRADES, GRADES], axis=1).astype(float)
    with pytest.raises(InputError, match="patients"):
        coefficient(ratings, plan(ROWS - 2), categories=SCALE)
    with pytest.raises(InputError, match="two raters"):
        coefficient(ratings[:, :1], plan(), categories=SCALE)
    with pytest.raises(InputError, match="1 categories"):
        coefficient(ratings, plan(), categories=(1,))
    ratings[:, 1] = np.nan
    with pytest.raises(InputError, match="no item with two ratings"):
        coefficient(ratings, plan(), categories=SCALE)


def test_a_threshold_on_logits_is_refused():
    with pytest.raises(InputError, match="probability"):
        thresholds.choose_threshold(TRUTH, PROBABILITIES * 4 - 2)


def test_no_message_holds_an_identity():
    named = Resampling(["Doe^Jane"] * (ROWS - 1), np.random.default_rng(0), 40)
    with pytest.raises(InputError) as caught:
        binary.accuracy(TRUTH, CALLS, named)
    assert "Doe" not in str(caught.value)
