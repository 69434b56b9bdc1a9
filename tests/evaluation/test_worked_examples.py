"""Small tables worked by hand, so that a reader can check every figure on paper."""

import math

import numpy as np
import pytest

from condyle.evaluation import (
    abstention,
    agreement,
    binary,
    calibration,
    classification,
    multiclass,
    operating,
    ordinal,
    regression,
    thresholds,
)
from condyle.evaluation.bootstrap import Resampling
from condyle.evaluation.overlap import CaseOverlap, dice_summary, iou_summary, overlap
from condyle.evaluation.surfaces import surface_distances

# Ten discs of five patients: four are narrowed, three of those are called, and one more.
TRUTH = np.array([1, 1, 1, 1, 0, 0, 0, 0, 0, 0])
CALLS = np.array([1, 1, 1, 0, 1, 0, 0, 0, 0, 0])
PATIENTS = np.array(["a", "a", "b", "b", "c", "c", "d", "d", "e", "e"])
# TP 3, FN 1, FP 1, TN 5.


def plan(patients=PATIENTS):
    return Resampling(patients, np.random.default_rng(0), 50, unit="disc")


def alone(rows):
    return plan(np.arange(rows))


def test_the_counts():
    found = binary.confusion(TRUTH, CALLS)
    assert found.true_positive == 3
    assert found.false_negative == 1
    assert found.false_positive == 1
    assert found.true_negative == 5
    assert found.total == 10


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        (binary.accuracy, 8 / 10),
        (binary.sensitivity, 3 / 4),
        (binary.specificity, 5 / 6),
        (binary.ppv, 3 / 4),
        (binary.npv, 5 / 6),
        (classification.balanced_accuracy, (3 / 4 + 5 / 6) / 2),
        (classification.f1, 6 / 8),
        (classification.matthews, (3 * 5 - 1 * 1) / math.sqrt(4 * 4 * 6 * 6)),
        (classification.positive_likelihood_ratio, (3 / 4) / (1 / 6)),
        (classification.negative_likelihood_ratio, (1 / 4) / (5 / 6)),
    ],
)
def test_figures_of_the_counts(metric, expected):
    assert metric(TRUTH, CALLS, plan()).value == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(
    ("metric", "n"),
    [
        (binary.accuracy, 10),
        (binary.sensitivity, 4),
        (binary.specificity, 6),
        (binary.ppv, 4),
        (binary.npv, 6),
    ],
)
def test_n_is_that_of_the_denominator(metric, n):
    found = metric(TRUTH, CALLS, plan())
    assert found.n == n
    assert found.unit == "disc"
    assert found.level == 0.95


def test_patients_counted_by_an_interval_are_those_of_the_denominator():
    # The four positives come from patients a and b only.
    assert "2 patients" in binary.sensitivity(TRUTH, CALLS, plan()).method
    assert "3 patients" in binary.specificity(TRUTH, CALLS, plan()).method


def test_predictive_values_at_one_in_a_hundred():
    # 0.75 x 0.01 = 0.0075 true against 1/6 x 0.99 = 0.165 false calls.
    ppv = classification.ppv_at_prevalence(TRUTH, CALLS, plan(), prevalence=0.01)
    assert ppv.value == pytest.approx(0.0075 / (0.0075 + 0.165), abs=1e-12)
    npv = classification.npv_at_prevalence(TRUTH, CALLS, plan(), prevalence=0.01)
    assert npv.value == pytest.approx(0.825 / (0.825 + 0.0025), abs=1e-12)


def test_net_benefit_at_one_in_five():
    stated = np.array([0.9, 0.8, 0.7, 0.1, 0.3, 0.1, 0.1, 0.1, 0.1, 0.1])
    # TP 3, FP 1 of 10; odds of the threshold are a quarter.
    found = classification.net_benefit(TRUTH, stated, plan(), threshold=0.2)
    assert found.value == pytest.approx(0.3 - 0.1 * 0.25)
    assert classification.net_benefit_of_all(0.4, 0.2) == pytest.approx(0.4 - 0.6 * 0.25)


def test_the_roc_area_pair_by_pair():
    truth, scores = [1, 1, 0, 0, 0], [0.8, 0.4, 0.6, 0.4, 0.1]
    # 0.8 beats all three; 0.4 loses to 0.6, ties with 0.4, beats 0.1: 3 + 1.5 of 6.
    assert binary.area_under_roc(truth, scores) == pytest.approx(4.5 / 6)


def test_average_precision_step_by_step():
    truth, scores = [1, 0, 1, 0], [0.9, 0.8, 0.7, 0.6]
    # Recall rises by a half at precision 1, and by a half at precision 2/3.
    found = classification.average_precision(truth, scores, alone(4))
    assert found.value == pytest.approx(0.5 * 1 + 0.5 * 2 / 3)


def test_the_operating_curve_threshold_by_threshold():
    curve = operating.operating_curve([1, 0, 1, 0], [0.9, 0.6, 0.6, 0.2])
    assert curve.thresholds.tolist() == [np.inf, 0.9, 0.6, 0.2]
    assert curve.true_positive.tolist() == [0, 1, 2, 2]
    assert curve.false_positive.tolist() == [0, 0, 1, 2]
    assert curve.sensitivity.tolist() == [0.0, 0.5, 1.0, 1.0]
    assert curve.specificity.tolist() == [1.0, 1.0, 0.5, 0.0]
    assert curve.ppv[1:].tolist() == pytest.approx([1.0, 2 / 3, 0.5])
    assert curve.npv[:3].tolist() == pytest.approx([0.5, 2 / 3, 1.0])
    assert curve.f1[1:].tolist() == pytest.approx([2 / 3, 4 / 5, 2 / 3])


@pytest.mark.parametrize(
    ("rule", "target", "value"),
    [
        ("youden", None, (0.9 + 0.6) / 2),
        ("f1", None, (0.6 + 0.2) / 2),
        ("sensitivity", 0.5, (0.9 + 0.6) / 2),
        ("sensitivity", 0.6, (0.6 + 0.2) / 2),
    ],
)
def test_thresholds_by_each_rule(rule, target, value):
    found = thresholds.choose_threshold(
        [1, 0, 1, 0], [0.9, 0.6, 0.6, 0.2], rule=rule, target=target
    )
    assert found.value == pytest.approx(value)
    assert found.rule == rule
    assert found.target == target


def test_a_threshold_below_all_probabilities_lies_half_way_to_nought():
    found = thresholds.choose_threshold([1, 0], [0.2, 0.4], rule="sensitivity", target=1.0)
    assert found.value == pytest.approx(0.1)
    assert found.specificity == 0.0


def test_grades_a_step_apart():
    reference, predicted = [1, 2, 3, 4, 5], [1, 3, 3, 2, 5]
    scale = (1, 2, 3, 4, 5)
    exact = ordinal.exact_agreement(reference, predicted, alone(5), grades=scale)
    near = ordinal.within_one(reference, predicted, alone(5), grades=scale)
    assert (exact.value, near.value) == (0.6, 0.8)


def test_kappa_of_a_two_by_two_table():
    # Agree on 20 yes and 15 no of 50; yes by 25 and by 30: chance is 0.5.
    a = [1] * 25 + [0] * 25
    b = [1] * 20 + [0] * 5 + [1] * 10 + [0] * 15
    found = ordinal.weighted_kappa(a, b, alone(50), grades=(0, 1), weights="none")
    assert found.value == pytest.approx((0.7 - 0.5) / (1 - 0.5))


def test_quadratic_kappa_of_four_rows():
    # Squared steps seen: 0, 1, 0, 4, mean 5/4. By chance: mean over all 16 pairs.
    reference, predicted = [1, 1, 2, 3], [1, 2, 2, 1]
    pairs = [(r - p) ** 2 for r in reference for p in predicted]
    found = ordinal.weighted_kappa(reference, predicted, alone(4), grades=(1, 2, 3))
    assert found.value == pytest.approx(1 - (5 / 4) / (sum(pairs) / 16))


def test_the_table_of_grades():
    found = ordinal.grade_table([1, 1, 2, 3], [1, 2, 2, 1], grades=(1, 2, 3))
    assert found.tolist() == [[1, 1, 0], [0, 1, 0], [1, 0, 0]]


def test_the_brier_score_of_three_forecasts():
    found = calibration.brier([1, 0, 1], [0.8, 0.4, 0.5], alone(3))
    assert found.value == pytest.approx((0.04 + 0.16 + 0.25) / 3)


def test_the_brier_score_of_classes_of_two_forecasts():
    stated = [[0.7, 0.2, 0.1], [0.1, 0.3, 0.6]]
    found = calibration.brier_of_classes([0, 1], stated, alone(2))
    first = 0.3**2 + 0.2**2 + 0.1**2
    second = 0.1**2 + 0.7**2 + 0.6**2
    assert found.value == pytest.approx((first + second) / 2)


def test_the_calibration_error_of_two_bins():
    # Low bin: stated 0.2, observed 1/2. High bin: stated 0.9, observed 1.
    found = calibration.calibration_error([0, 1, 1, 1], [0.2, 0.2, 0.9, 0.9], alone(4), bins=2)
    assert found.value == pytest.approx(0.5 * 0.3 + 0.5 * 0.1)


def test_a_probability_on_the_edge_of_a_bin_belongs_to_the_bin_above():
    bins = calibration.reliability([0, 1], [0.5, 1.0], bins=2)
    assert bins.counts.tolist() == [0, 2]
    assert bins.edges.tolist() == [0.0, 0.5, 1.0]


def test_the_error_of_confidence_takes_the_most_probable_class():
    stated = [[0.8, 0.1, 0.1], [0.2, 0.6, 0.2]]
    # Confidence 0.8 and wrong, 0.6 and right.
    found = calibration.confidence_error([1, 1], stated, alone(2), bins=10)
    assert found.value == pytest.approx((0.8 + 0.4) / 2)


def test_log_loss_of_two_rows():
    stated = [[0.5, 0.5, 0.0], [0.1, 0.1, 0.8]]
    found = multiclass.log_loss([0, 2], stated, alone(2))
    assert found.value == pytest.approx(-(math.log(0.5) + math.log(0.8)) / 2)


def test_log_loss_of_the_impossible_is_large_and_finite():
    found = multiclass.log_loss([0, 1], [[0.0, 1.0], [0.0, 1.0]], alone(2))
    assert 15 < found.value < 20


def test_the_ranked_probability_score_of_one_row():
    # Cumulative 0.2, 0.7, 1 against 0, 1, 1: (0.04 + 0.09) / 2.
    found = multiclass.ranked_probability_score([1], [[0.2, 0.5, 0.3]], alone(1))
    assert found.value == pytest.approx(0.065)


def test_macro_figures_give_each_class_the_same_say():
    reference, predicted = [0, 0, 0, 0, 1, 2], [0, 0, 0, 1, 1, 0]
    found = multiclass.macro_sensitivity(reference, predicted, alone(6), classes=(0, 1, 2))
    assert found.value == pytest.approx((3 / 4 + 1 + 0) / 3)
    f1 = multiclass.macro_f1(reference, predicted, alone(6), classes=(0, 1, 2))
    assert f1.value == pytest.approx((6 / 8 + 2 / 3 + 0) / 3)


def test_errors_of_three_bone_ages():
    reference, predicted = [10.0, 12.0, 9.0], [11.0, 12.0, 7.0]
    absolute = regression.mean_absolute_difference(reference, predicted, alone(3))
    square = regression.mean_squared_error(reference, predicted, alone(3))
    root = regression.root_mean_squared_error(reference, predicted, alone(3))
    assert absolute.value == pytest.approx(1.0)
    assert square.value == pytest.approx(5 / 3)
    assert root.value == pytest.approx(math.sqrt(5 / 3))


def test_bland_altman_of_four_pairs():
    first, second = [1.0, 2.0, 3.0, 4.0], [0.0, 2.0, 2.0, 5.0]
    # Differences 1, 0, 1, -1: mean 0.25, SD 0.957.
    found = regression.bland_altman(first, second, alone(4))
    sd = np.std([1, 0, 1, -1], ddof=1)
    assert found.bias.value == 0.25
    assert found.lower_limit.value == pytest.approx(0.25 - 1.96 * sd)
    assert found.upper_limit.value == pytest.approx(0.25 + 1.96 * sd)
    error = sd * math.sqrt(1 / 4 + 1.96**2 / 6)
    assert found.upper_limit.high == pytest.approx(found.upper_limit.value + 3.182446 * error)


def test_concordance_of_a_shift():
    # The same values one apart: variance 2/3 each, covariance 2/3, squared shift 1.
    found = regression.concordance([1.0, 2.0, 3.0], [2.0, 3.0, 4.0], alone(3))
    assert found.value == pytest.approx((4 / 3) / (4 / 3 + 1))


def test_agreement_of_two_readers_on_four_cases():
    ratings = np.array([[1, 1], [1, 1], [0, 0], [1, 0]])
    # Three of four agree; yes is 5 of 8 ratings.
    share = 5 / 8
    fleiss = (0.75 - (share**2 + (1 - share) ** 2)) / (1 - (share**2 + (1 - share) ** 2))
    gwet = (0.75 - 2 * share * (1 - share)) / (1 - 2 * share * (1 - share))
    own = alone(4)
    assert agreement.fleiss_kappa(ratings, own, categories=(0, 1)).value == pytest.approx(fleiss)
    assert agreement.gwet(ratings, own, categories=(0, 1)).value == pytest.approx(gwet)
    # Krippendorff: 2 discordant of 8 pairable values, 2 x 5 x 3 / 7 expected.
    alpha = 1 - 2 / (2 * 5 * 3 / 7)
    found = agreement.krippendorff_alpha(ratings, own, categories=(0, 1))
    assert found.value == pytest.approx(alpha)


def test_overlap_of_two_rows_of_pixels():
    found, truth = [[1, 1, 1, 0]], [[0, 1, 1, 1]]
    case = overlap(found, truth)
    assert (case.shared, case.predicted, case.reference) == (2, 3, 3)
    assert case.dice == pytest.approx(4 / 6)
    assert case.iou == pytest.approx(2 / 4)
    assert case.sensitivity == pytest.approx(2 / 3)
    assert case.precision == pytest.approx(2 / 3)


def test_mean_overlap_of_two_cases():
    cases = [CaseOverlap(2, 3, 3), CaseOverlap(4, 4, 4)]
    dice, iou = (of(cases, alone(2)).spread for of in (dice_summary, iou_summary))
    assert dice.mean.value == pytest.approx((2 / 3 + 1) / 2)
    assert iou.mean.value == pytest.approx((1 / 2 + 1) / 2)
    assert (dice.smallest, dice.largest) == (pytest.approx(2 / 3), 1.0)


def test_surfaces_of_two_bars():
    found, truth = np.zeros((1, 12)), np.zeros((1, 12))
    found[0, 2:5] = 1
    truth[0, 2:8] = 1
    # Every pixel of a bar one pixel high is on its surface; 5, 6, 7 lie 1, 2, 3 pixels off.
    distances = surface_distances(found, truth, (1.0, 0.5))
    assert distances.of_predicted.tolist() == [0.0, 0.0, 0.0]
    assert distances.of_reference.tolist() == [0.0, 0.0, 0.0, 0.5, 1.0, 1.5]
    assert distances.hausdorff_mm(100) == 1.5
    assert distances.average_mm() == pytest.approx(3.0 / 9)
    assert distances.dice(1.0) == pytest.approx(8 / 9)


def test_abstaining_on_the_hard_case_still_counts_against():
    abstained = CALLS != TRUTH
    wrong = abstention.wrong_decisions(TRUTH, CALLS, abstained)
    assert binary.accuracy(TRUTH, wrong, plan()).value == 0.8
    easy = abstention.wrong_decisions(TRUTH, CALLS, CALLS == TRUTH)
    assert binary.accuracy(TRUTH, easy, plan()).value == 0.0
    assert abstention.coverage(abstained, plan()).value == 0.8
