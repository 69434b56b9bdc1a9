"""Bad input to plans, masks, comparisons, tests and reader studies."""

import numpy as np
import pytest

from condyle.errors import InputError, UnknownName, UsageError
from condyle.evaluation import (
    binary,
    comparison,
    delong,
    detection,
    false_claims,
    hypothesis_tests,
    mrmc,
    multiclass,
    overlap,
    proportions,
    subgroups,
    surfaces,
)
from condyle.evaluation.bootstrap import Resampling

ROWS = 12
TRUTH = np.array([0, 1] * 6)
NUMBERS = np.linspace(0.05, 0.95, ROWS)
WITH_NAN = np.where(np.arange(ROWS) == 2, np.nan, TRUTH)


def plan(patients=None, interval="nearest"):
    patients = np.arange(ROWS) if patients is None else patients
    return Resampling(patients, np.random.default_rng(0), 40, interval=interval)


@pytest.mark.parametrize(("replicates", "level"), [(0, 0.95), (-1, 0.95), (10, 0.0), (10, 1.0)])
def test_a_plan_that_cannot_be_followed_is_refused(replicates, level):
    with pytest.raises(UsageError, match=f"{replicates} replicates at level {level:g}"):
        Resampling(["a"], np.random.default_rng(0), replicates, level)


def test_a_level_that_is_nan_is_refused():
    with pytest.raises(UsageError, match="level nan"):
        Resampling(["a"], np.random.default_rng(0), 10, float("nan"))


def test_an_unknown_interval_lists_those_that_exist():
    with pytest.raises(UnknownName, match="percentile"):
        Resampling(["a"], np.random.default_rng(0), interval="exact")


@pytest.mark.parametrize("measure", [overlap.overlap, None])
def test_a_mask_with_nan_is_refused(measure):
    mask = np.array([[1.0, np.nan], [0.0, 1.0]])
    call = measure or (lambda a, b: surfaces.surface_distances(a, b, (1.0, 1.0)))
    with pytest.raises(InputError, match="(?s)predicted mask.*1 voxels that are NaN"):
        call(mask, np.ones((2, 2)))
    with pytest.raises(InputError, match="reference mask"):
        call(np.ones((2, 2)), mask)


COMPARISONS = {
    "accuracy": lambda values: comparison.compare_accuracy(TRUTH, values, plan()),
    "means": lambda values: comparison.compare_means(NUMBERS, values, plan()),
    "areas": lambda values: comparison.compare_roc_auc(TRUTH, (NUMBERS, values), plan()),
    "signed ranks": lambda values: hypothesis_tests.signed_ranks(NUMBERS, values),
    "rank sum": lambda values: hypothesis_tests.rank_sum(NUMBERS, values),
    "permuted": lambda values: hypothesis_tests.permute_means(
        NUMBERS, values, np.arange(ROWS), rng=np.random.default_rng(0)
    ),
    "mcnemar": lambda values: hypothesis_tests.mcnemar(TRUTH, values),
    "false mean": lambda values: false_claims.false_mean_claim_of_cases(NUMBERS, values),
    "false accuracy": lambda values: false_claims.false_accuracy_claim_of_cases(TRUTH, values),
}


@pytest.mark.parametrize("name", COMPARISONS)
def test_nan_is_refused_by_every_comparison(name):
    with pytest.raises(InputError, match="nan in row 2"):
        COMPARISONS[name](WITH_NAN)


def test_a_comparison_of_one_patient_has_no_interval_and_shows_nothing():
    alone = plan(["p"] * ROWS)
    for found in (
        comparison.compare_accuracy(TRUTH, 1 - TRUTH, alone),
        comparison.compare_means(NUMBERS, NUMBERS / 2, alone),
    ):
        assert np.isnan(found.difference.low)
        assert "1 patient" in found.difference.method
        assert found.verdict == "not shown"


def test_areas_of_one_patient_are_refused_by_delong_and_bare_by_themselves():
    alone = plan(["p"] * ROWS)
    found = binary.roc_auc(TRUTH, NUMBERS, alone)
    assert np.isfinite(found.value)
    assert np.isnan(found.low)
    with pytest.raises(InputError, match="one patient"):
        comparison.compare_roc_auc(TRUTH, (NUMBERS, NUMBERS), alone)


def test_models_that_tie_everywhere_are_not_shown_to_differ():
    same = np.full(ROWS, 0.4)
    found = comparison.compare_roc_auc(TRUTH, (same, same), plan())
    assert (found.difference.value, found.p_value, found.verdict) == (0.0, 1.0, "not shown")
    assert hypothesis_tests.signed_ranks(same, same) == 1.0
    assert found.difference.low == found.difference.high == 0.0
    assert "alike" in found.difference.method


@pytest.mark.parametrize("interval", ["nearest", "percentile", "bca", "analytic"])
def test_ties_everywhere_are_told_not_hidden(interval):
    found = binary.roc_auc(TRUTH, np.full(ROWS, 0.4), plan(interval=interval))
    assert found.value == 0.5
    assert found.low <= 0.5 <= found.high


@pytest.mark.parametrize("interval", ["nearest", "analytic"])
def test_perfect_separation_says_that_its_interval_is_too_narrow(interval):
    found = binary.roc_auc(TRUTH, TRUTH, plan(interval=interval))
    assert (found.value, found.low, found.high) == (1.0, 1.0, 1.0)
    assert "no spread, so the interval is too narrow" in found.method


@pytest.mark.parametrize("interval", ["nearest", "analytic"])
def test_one_positive_has_an_area_by_the_jackknife_or_the_bootstrap(interval):
    truth = (np.arange(ROWS) == 8).astype(int)
    found = binary.roc_auc(truth, NUMBERS, plan(interval=interval))
    assert found.value == pytest.approx(8 / 11)
    assert "undefined in" in found.method


def test_a_single_class_has_no_delong():
    with pytest.raises(InputError, match="12 positives and 0 negatives"):
        delong.roc_areas(np.ones(ROWS), [NUMBERS])


@pytest.mark.parametrize("metric", [multiclass.macro_ppv, multiclass.matthews_of_classes])
def test_classes_outside_the_list_and_other_lengths_are_refused(metric):
    with pytest.raises(InputError, match="one of 0, 1"):
        metric(TRUTH + 1, TRUTH, plan(), classes=(0, 1))
    with pytest.raises(InputError, match="same number of rows"):
        metric(TRUTH, TRUTH[:-1], plan(), classes=(0, 1))


def test_a_constant_classification_has_no_correlation():
    found = multiclass.matthews_of_classes(np.zeros(ROWS), TRUTH, plan(), classes=(0, 1))
    assert np.isnan(found.value)
    assert "undefined" in found.method


def test_an_empty_group_is_refused():
    with pytest.raises(InputError, match="0 rows"):
        binary.accuracy([], [], plan(np.array([])))
    with pytest.raises(InputError, match="0 rows"):
        subgroups.by_subgroup(lambda rows, part: None, [], plan(np.array([])))
    with pytest.raises(InputError, match="0 and 12 values"):
        hypothesis_tests.rank_sum([], NUMBERS)


def test_groups_with_a_patient_in_common_are_refused():
    statistic = proportions.weighted_mean(NUMBERS)
    with pytest.raises(InputError, match="12 patients in both"):
        comparison.compare_groups((statistic, plan()), (statistic, plan()))


def test_detection_without_an_image_is_refused():
    with pytest.raises(InputError, match="0 images"):
        detection.match([])


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_box_that_is_not_finite_is_refused(value):
    with pytest.raises(InputError, match="boxes of shape"):
        detection.image_boxes([[0, 0, 1, value]], [], [])


def test_a_reader_study_with_a_gap_or_one_class_is_refused():
    ratings = np.random.default_rng(0).normal(size=(2, 2, ROWS))
    with pytest.raises(InputError, match="12 positive of 12"):
        mrmc.reader_figures(np.ones(ROWS), ratings)
    ratings[1, 0, 3] = np.nan
    with pytest.raises(InputError, match="1 missing"):
        mrmc.reader_figures(TRUTH, ratings)


def test_a_mean_of_one_value_throughout_says_so():
    found = proportions.mean_by_patient(np.full(ROWS, 0.7), plan())
    assert found.low == pytest.approx(found.high)
    assert "all rows alike" in found.method
