import dataclasses

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import cohen_kappa_score

from condyle.evaluation.bootstrap import Resampling
from condyle.evaluation.mrmc import compare_modalities, reader_figures
from condyle.evaluation.reader_analysis import analyse_readers
from condyle.evaluation.reader_pooled import (
    agreement_of_readers,
    model_against_mean,
    model_against_readers,
    pooled_results,
)
from condyle.evaluation.reader_simulation import ReaderModel
from condyle.evaluation.readers import model_alone

CASES = 50
TRUTH = np.arange(CASES) % 2 == 0


def plan_of(study, seed=0):
    return Resampling(study.patients, np.random.default_rng(seed), 200)


def model_of(study, arm=1, reader=0):
    return model_alone(
        "it",
        TRUTH,
        answers=(study.calls[arm, reader], study.scores[arm, reader]),
        declined=np.zeros(CASES, dtype=bool),
    )


def fleiss_by_hand(calls):
    """Fleiss 1971, for two categories and every case read by all."""
    raters = len(calls)
    yes = calls.sum(axis=0)
    within = (yes * (yes - 1) + (raters - yes) * (raters - yes - 1)) / (raters * (raters - 1))
    share = yes.sum() / calls.size
    chance = share**2 + (1 - share) ** 2
    return (within.mean() - chance) / (1 - chance)


def gwet_by_hand(calls):
    """Gwet 2008, for two categories."""
    raters = len(calls)
    yes = calls.sum(axis=0)
    within = (yes * (yes - 1) + (raters - yes) * (raters - yes - 1)) / (raters * (raters - 1))
    share = yes.sum() / calls.size
    chance = 2 * share * (1 - share)
    return (within.mean() - chance) / (1 - chance)


@pytest.mark.parametrize("arm", [0, 1])
def test_agreement_is_that_of_its_published_formulas(arm, reader_table):
    study = reader_table(1, readers=4)
    found = agreement_of_readers(study, arm, plan=plan_of(study))
    calls = study.calls[arm]
    assert found.fleiss.value == pytest.approx(fleiss_by_hand(calls))
    assert found.gwet.value == pytest.approx(gwet_by_hand(calls))
    alike = (calls.all(axis=0) | ~calls.any(axis=0)).mean()
    assert found.unanimous.value == pytest.approx(alike)
    assert len(found.pairs) == 6 and found.with_model == ()


def test_each_pair_has_cohens_kappa_and_each_reader_one_with_the_model(reader_table):
    study = reader_table(2)
    model = model_of(study)
    found = agreement_of_readers(study, 0, plan=plan_of(study), model=model)
    for first, second, kappa in found.pairs:
        a, b = (study.readers.index(name) for name in (first, second))
        expected = cohen_kappa_score(study.calls[0, a], study.calls[0, b])
        assert kappa.value == pytest.approx(expected)
        assert kappa.low <= kappa.value <= kappa.high
    for at, (name, kappa) in enumerate(found.with_model):
        assert name == study.readers[at]
        expected = cohen_kappa_score(study.calls[0, at], model.calls)
        assert kappa.value == pytest.approx(expected)


def test_the_model_against_these_readers_is_its_figure_less_their_mean(reader_table):
    study = reader_table(3)
    model = model_of(study)
    found = model_against_mean(study, 0, model=model, plan=plan_of(study))
    own = model.calls[TRUTH].mean()
    mean = study.calls[0][:, TRUTH].mean()
    assert found["sensitivity"].difference.value == pytest.approx(own - mean)
    right = (model.calls == TRUTH).mean() - (study.calls[0] == TRUTH).mean()
    assert found["accuracy"].difference.value == pytest.approx(right)
    assert {each.probability_method for each in found.values()} == {"patient bootstrap"}


def test_the_model_against_further_readers_has_the_same_value_and_is_less_sure(reader_table):
    study = reader_table(4, readers=5, model=ReaderModel(skill_sd=0.4, threshold_sd=0.4))
    model = model_of(study)
    these = model_against_mean(study, 0, model=model, plan=plan_of(study))
    further = model_against_readers(study, 0, model=model)
    for figure, found in further.items():
        assert found.difference.value == pytest.approx(these[figure].difference.value)
    wide = further["sensitivity"].difference
    narrow = these["sensitivity"].difference
    assert wide.high - wide.low > narrow.high - narrow.low


def test_fixed_readers_are_surer_than_random_ones_where_readers_differ(reader_table):
    study = reader_table(5, readers=5, model=ReaderModel(change_sd=0.8))
    found = {(p.figure, p.generalises): p.difference for p in pooled_results(study, (1, 0))}
    for figure in ("auc", "sensitivity"):
        both, fixed = found[figure, "readers and cases"], found[figure, "cases"]
        assert both.high - both.low > fixed.high - fixed.low


def test_fixed_cases_are_the_paired_t_test_of_the_readers(reader_table):
    study = reader_table(6, readers=6)
    found = {(p.figure, p.generalises): p for p in pooled_results(study, (1, 0))}
    share = study.calls[:, :, TRUTH].mean(axis=2)
    expected = stats.ttest_rel(share[1], share[0])
    pooled = found["sensitivity", "readers"]
    assert pooled.p_value == pytest.approx(expected.pvalue)
    interval = expected.confidence_interval()
    assert pooled.difference.low == pytest.approx(interval.low)
    assert pooled.freedom == 5


def test_the_jackknife_gives_nearly_what_the_closed_form_gives(reader_table):
    study = reader_table(7, readers=4)
    one = pooled_results(study, (1, 0))
    other = pooled_results(study, (1, 0), covariance="jackknife")
    for first, second in zip(one, other, strict=True):
        assert second.difference.value == pytest.approx(first.difference.value)
        assert second.difference.low == pytest.approx(first.difference.low, abs=0.01)
        assert second.covariance == "jackknife"


def test_the_level_widens_the_interval_and_moves_no_value(reader_table):
    study = reader_table(8)
    for one, other in zip(
        pooled_results(study, (1, 0)), pooled_results(study, (1, 0), level=0.99), strict=True
    ):
        assert other.difference.value == one.difference.value
        assert other.difference.low <= one.difference.low
        assert other.difference.level == 0.99


def test_cases_that_one_reader_did_not_time_are_left_out_of_the_mean_time_alone(reader_table):
    study = reader_table(9)
    minutes = study.minutes.copy()
    minutes[1, 2, :6] = np.nan
    gaps = dataclasses.replace(study, minutes=minutes)
    found = [p for p in pooled_results(gaps, (1, 0)) if p.figure == "minutes"]
    assert {p.difference.n for p in found} == {CASES - 6}
    expected = minutes[1][:, 6:].mean() - minutes[0][:, 6:].mean()
    assert found[0].difference.value == pytest.approx(expected)
    nothing = dataclasses.replace(study, minutes=np.full_like(minutes, np.nan))
    assert all(p.figure != "minutes" for p in pooled_results(nothing, (1, 0)))


def test_discs_of_one_patient_widen_what_patients_of_their_own_would_not():
    rng = np.random.default_rng(0)
    effect = np.repeat(rng.normal(size=10), 5)
    truth = np.arange(50) % 2 == 0
    scores = truth * 0.5 + effect + 0.3 * rng.normal(size=(2, 3, 50))
    patients = np.repeat(np.arange(10), 5)
    alone = compare_modalities(reader_figures(truth, scores))
    clustered = compare_modalities(reader_figures(truth, scores, patients=patients))
    assert clustered.modalities[0].value == alone.modalities[0].value
    assert "by patient" in clustered.modalities[0].method
    assert "by patient" not in alone.modalities[0].method


@pytest.mark.parametrize(
    ("readers", "years", "expected"),
    [
        (1, 1, {"one-reader", "no-experience"}),
        (2, 2, {"few-readers", "no-experience"}),
        (4, 4, {"few-readers", "few-for-experience"}),
        (5, 0, {"no-experience"}),
        (5, 5, {"few-for-experience"}),
        (10, 10, set()),
    ],
)
def test_warnings_follow_the_number_of_readers_and_of_known_years(
    readers, years, expected, reader_table
):
    study = reader_table(10, readers=readers)
    known = {f"reader-{at}": float(at) for at in range(1, years + 1)}
    found = analyse_readers(study, np.random.default_rng(0), years=known, replicates=10)
    assert {warning.code for warning in found.warnings} == expected


def test_an_analysis_is_the_same_for_the_same_seed(reader_table):
    study = reader_table(11)
    years = {f"reader-{at}": float(at) for at in (1, 2, 3)}
    one, other = (
        analyse_readers(study, np.random.default_rng(5), years=years, replicates=30)
        for _ in range(2)
    )
    assert one.readers == other.readers and one.pooled == other.pooled
    assert one.agreement == other.agreement
