import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest, norm, ttest_1samp

from condyle.errors import InputError, UnknownName, UsageError
from condyle.evaluation.binary import roc_auc, sensitivity
from condyle.evaluation.bootstrap import Resampling, estimate_by_patient
from condyle.evaluation.classification import f1
from condyle.evaluation.intervals import (
    PROPORTION_METHODS,
    agresti_coull,
    clopper_pearson,
    proportion_of_trials,
    wald,
    wilson,
)
from condyle.evaluation.proportions import (
    mean_by_patient,
    t_by_patient,
    weighted_mean,
    wilson_by_patient,
)

CASES = [(0, 10), (1, 10), (17, 20), (20, 20), (89, 91), (500, 1000)]


@pytest.mark.parametrize(("hits", "trials"), CASES)
@pytest.mark.parametrize("level", [0.9, 0.95, 0.99])
def test_wilson_and_the_exact_interval_agree_with_scipy(hits, trials, level):
    oracle = binomtest(hits, trials)
    for ours, name in ((wilson, "wilson"), (clopper_pearson, "exact")):
        expected = oracle.proportion_ci(level, name)
        assert ours(hits, trials, level) == pytest.approx(tuple(expected), abs=1e-9)


def test_agresti_coull_agrees_with_the_published_plus_four_reasoning():
    z = norm.ppf(0.975)
    share = (17 + z**2 / 2) / (20 + z**2)
    half = z * (share * (1 - share) / (20 + z**2)) ** 0.5
    assert agresti_coull(17, 20) == pytest.approx((share - half, share + half))


def test_wald_is_clipped_and_has_no_width_at_the_ends():
    assert wald(89, 91)[1] == 1.0
    assert wald(0, 5) == (0.0, 0.0)


@given(st.integers(1, 200), st.data())
@settings(max_examples=60, deadline=None)
def test_every_interval_holds_its_share(trials, data):
    hits = data.draw(st.integers(0, trials))
    for method in PROPORTION_METHODS.values():
        low, high = method(hits, trials, 0.95)
        assert 0.0 <= low <= hits / trials + 1e-9
        assert hits / trials - 1e-9 <= high <= 1.0


@given(st.integers(1, 100), st.data())
@settings(max_examples=30, deadline=None)
def test_misses_mirror_hits(trials, data):
    hits = data.draw(st.integers(0, trials))
    for method in PROPORTION_METHODS.values():
        low, high = method(hits, trials, 0.95)
        assert method(trials - hits, trials, 0.95) == pytest.approx((1 - high, 1 - low), abs=1e-9)


def test_the_estimate_names_its_method():
    found = proportion_of_trials(17, 20, method="clopper-pearson")
    assert (found.value, found.n, found.method) == (0.85, 20, "clopper-pearson")


@pytest.mark.parametrize(("hits", "trials"), [(1, 0), (3, 2), (-1, 4)])
def test_counts_that_cannot_be_are_refused(hits, trials):
    with pytest.raises(InputError, match=f"{hits} hits in {trials}"):
        proportion_of_trials(hits, trials)


def test_an_unknown_method_lists_those_that_exist():
    with pytest.raises(UnknownName, match="agresti-coull, clopper-pearson, wald, wilson"):
        proportion_of_trials(1, 2, method="exact")


def test_wilson_by_patient_of_single_rows_is_wilsons_but_for_the_t_quantile():
    hits = np.array([1.0] * 160 + [0.0] * 40)
    plan = Resampling(np.arange(200), np.random.default_rng(0), interval="analytic")
    found = wilson_by_patient(hits, plan)
    assert (found.low, found.high) == pytest.approx(wilson(160, 200), abs=2e-3)


def test_rows_that_are_copied_within_a_patient_leave_the_intervals_as_they_were():
    hits, patients = np.array([1.0] * 16 + [0.0] * 4), np.arange(20)
    many, each = np.repeat(hits, 5), np.repeat(patients, 5)
    rng = np.random.default_rng(0)
    for interval in (wilson_by_patient, t_by_patient):
        once = interval(hits, Resampling(patients, rng))
        copied = interval(many, Resampling(each, rng))
        assert (copied.low, copied.high) == pytest.approx((once.low, once.high), abs=0.01)


def test_the_t_interval_of_single_rows_is_the_textbook_one():
    values = np.random.default_rng(1).normal(size=30)
    found = t_by_patient(values, Resampling(np.arange(30), np.random.default_rng(0)))
    expected = ttest_1samp(values, 0.0).confidence_interval()
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_figures_take_the_analytic_interval_where_they_have_one():
    rng = np.random.default_rng(2)
    truth, patients = rng.integers(0, 2, 120), np.arange(120) // 4
    scores = truth + rng.normal(size=120)
    plan = Resampling(patients, rng, interval="analytic")
    assert "Wilson at effective n" in sensitivity(truth, scores > 0.5, plan).method
    assert "logit DeLong, by patient" in roc_auc(truth, scores, plan).method
    assert "t, by patient" in mean_by_patient(scores, plan).method
    assert "jackknife t, by patient" in f1(truth, scores > 0.5, plan).method
    drawn = roc_auc(truth, scores, Resampling(patients, rng, interval="percentile"))
    assert roc_auc(truth, scores, plan).low == pytest.approx(drawn.low, abs=0.03)
    with pytest.raises(UsageError, match="analytic"):
        estimate_by_patient(weighted_mean(scores), plan)


def test_the_default_takes_the_interval_that_covered_nearest_its_level():
    rng = np.random.default_rng(2)
    truth, patients = rng.integers(0, 2, 120), np.arange(120) // 4
    scores = truth + rng.normal(size=120)
    plan = Resampling(patients, rng, 200)
    assert "Wilson at effective n" in sensitivity(truth, scores > 0.5, plan).method
    assert "logit DeLong" in roc_auc(truth, scores, plan).method
    assert mean_by_patient(scores, plan).method.startswith("t, by patient")
    assert "jackknife t" in f1(truth, scores > 0.5, plan).method
    assert "bootstrap BCa" in estimate_by_patient(weighted_mean(scores), plan).method


def test_the_default_draws_many_patients_rather_than_leaving_out_each():
    rng = np.random.default_rng(4)
    truth = rng.integers(0, 2, 2001)
    plan = Resampling(np.arange(2001), rng, 50)
    assert "bootstrap percentile" in f1(truth, truth ^ (rng.uniform(size=2001) < 0.2), plan).method


def test_strata_are_for_the_bootstrap():
    rng = np.random.default_rng(6)
    truth = np.arange(60) % 2
    scores = truth + rng.normal(size=60)
    plan = Resampling(np.arange(60), rng, 200, strata=truth)
    for found in (
        sensitivity(truth, scores > 0.5, plan),
        roc_auc(truth, scores, plan),
        mean_by_patient(scores, plan),
        f1(truth, scores > 0.5, plan),
    ):
        assert "bootstrap BCa" in found.method
        assert found.low < found.value < found.high


def test_a_mean_of_shares_stays_within_nought_and_one():
    plan = Resampling(list("abc"), np.random.default_rng(0))
    found = mean_by_patient([1.0, 1.0, 0.7], plan, scale="share")
    assert found.high < 1.0 < mean_by_patient([1.0, 1.0, 0.7], plan).high


def test_one_patient_has_no_analytic_interval():
    plan = Resampling(["a"] * 4, np.random.default_rng(0), interval="analytic")
    assert np.isnan(wilson_by_patient(np.array([1.0, 0.0, 1.0, 1.0]), plan).low)
    found = t_by_patient(np.array([1.0, 0.0, 1.0, 1.0]), plan)
    assert np.isnan(found.low)
    assert "1 patient" in found.method
