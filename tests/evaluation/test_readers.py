import dataclasses

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import cohen_kappa_score, roc_auc_score

from condyle.errors import InputError
from condyle.evaluation.bootstrap import Resampling
from condyle.evaluation.hypothesis_tests import mcnemar
from condyle.evaluation.mrmc import compare_modalities, reader_figures
from condyle.evaluation.multiplicity import holm
from condyle.evaluation.reader_analysis import analyse_readers
from condyle.evaluation.reader_pooled import agreement_of_calls, pooled_results
from condyle.evaluation.reader_simulation import ReaderModel
from condyle.evaluation.readers import (
    contradictions,
    model_alone,
    paired_verdict,
    reader_changes,
    reader_performance,
    times,
)

CASES = 60
TRUTH = np.arange(CASES) % 2 == 0


def plan_of(study, seed=0, replicates=200):
    return Resampling(study.patients, np.random.default_rng(seed), replicates)


def test_a_reader_has_the_figures_that_others_compute(reader_table):
    study = reader_table()
    found = reader_performance(study, (1, 2), np.random.default_rng(0))
    calls, scores = study.calls[1, 2], study.scores[1, 2]
    assert found.sensitivity.value == pytest.approx(calls[TRUTH].mean())
    assert found.specificity.value == pytest.approx(1 - calls[~TRUTH].mean())
    assert found.accuracy.value == pytest.approx((calls == TRUTH).mean())
    assert found.auc.value == pytest.approx(roc_auc_score(TRUTH, scores))
    assert found.sensitivity.n == 30 and found.accuracy.n == 60
    for figure in ("sensitivity", "specificity", "accuracy", "auc"):
        estimate = found.of(figure)
        assert estimate.low <= estimate.value <= estimate.high
    assert found.located is None


def test_times_have_median_and_quartiles_of_what_was_timed():
    minutes = np.array([1.0, 2.0, 3.0, 4.0, 100.0, np.nan])
    plan = Resampling(np.arange(6).astype(str), np.random.default_rng(0), 300)
    found = times(minutes, plan)
    assert (found.median.value, found.lower_quartile, found.upper_quartile) == (3.0, 2.0, 4.0)
    assert found.median.n == 5 and found.mean == pytest.approx(22.0)
    assert times(np.full(6, np.nan), plan) is None


def test_a_finding_at_the_wrong_level_is_not_located(reader_table):
    study = reader_table()
    wrong = np.ones_like(study.calls)
    wrong[0, 0, ::4] = False
    placed = reader_table(right_level=wrong, has_level=TRUTH)
    found = reader_performance(placed, (0, 0), np.random.default_rng(0))
    expected = (study.calls[0, 0] & wrong[0, 0])[TRUTH].mean()
    assert found.located.value == pytest.approx(expected)
    assert found.located.value < found.sensitivity.value


def test_changes_are_paired_and_follow_their_tests(reader_table):
    study = reader_table(1)
    found = reader_changes(study, (1, 0, 0), plan_of(study))
    right = study.calls[:, 0] == TRUTH
    expected = mcnemar(right[1][TRUTH], right[0][TRUTH])
    assert found["sensitivity"].p_value == pytest.approx(expected.mid_p)
    ahead, behind = expected.only_a, expected.only_b
    gap = (ahead - behind) / 30
    assert found["sensitivity"].difference.value == pytest.approx(gap)
    assert found["sensitivity"].probability_false == pytest.approx(
        stats.beta.cdf(0.5, max(ahead, behind) + 1, min(ahead, behind) + 1)
    )
    saved = study.minutes[0, 0] - study.minutes[1, 0]
    assert found["minutes saved"].difference.value == pytest.approx(saved.mean())
    assert found["minutes saved"].p_value == pytest.approx(stats.wilcoxon(saved).pvalue)


def test_the_same_readings_in_both_arms_show_nothing(reader_table):
    study = reader_table(2)
    same = reader_table(
        2,
        calls=np.stack([study.calls[0]] * 2),
        scores=np.stack([study.scores[0]] * 2),
        minutes=np.stack([study.minutes[0]] * 2),
    )
    found = reader_changes(same, (1, 0, 1), plan_of(same))
    assert {paired_verdict(each) for each in found.values()} == {"not shown"}
    assert all(each.difference.value == 0.0 for each in found.values())


def test_better_is_said_only_when_it_is_hardly_false(reader_table):
    strong = ReaderModel(areas=(0.65, 0.97), skill_sd=0.0, change_sd=0.0)
    study = reader_table(3, model=strong)
    found = reader_changes(study, (1, 0, 0), plan_of(study))
    assert found["auc"].probability_false < 0.05
    assert paired_verdict(found["auc"]) == "better"
    back = reader_changes(study, (0, 1, 0), plan_of(study))
    assert paired_verdict(back["auc"]) == "worse"
    assert paired_verdict(back["minutes saved"], ("faster", "slower")) == "slower"


def test_readings_that_were_not_timed_are_left_out_of_the_time_saved(reader_table):
    study = reader_table(4)
    minutes = study.minutes.copy()
    minutes[0, 0, 2:] = np.nan
    found = reader_changes(reader_table(4, minutes=minutes), (1, 0, 0), plan_of(study))
    assert found["minutes saved"].difference.n == 2
    minutes[0, 0, 1] = np.nan
    assert "minutes saved" not in reader_changes(
        reader_table(4, minutes=minutes), (1, 0, 0), plan_of(study)
    )


def test_what_the_model_declined_counts_as_wrong():
    declined = np.zeros(CASES, dtype=bool)
    declined[:10] = True
    found = model_alone("m", TRUTH, answers=(TRUTH.copy(), TRUTH * 1.0), declined=declined)
    assert (found.calls == TRUTH).mean() == pytest.approx(50 / 60)
    assert found.scores[0] == -np.inf and found.scores[1] == np.inf


def test_all_readers_together_follow_obuchowski_and_rockette(reader_table):
    study = reader_table(5, readers=4)
    found = {(p.figure, p.generalises): p for p in pooled_results(study, (1, 0))}
    assert len(found) == 15
    figures = reader_figures(TRUTH, study.scores[[1, 0]])
    expected = compare_modalities(figures)
    pooled = found["auc", "readers and cases"]
    assert pooled.p_value == pytest.approx(expected.p_value)
    assert pooled.difference.low == pytest.approx(expected.differences[0].difference.low)
    gap = study.minutes[1].mean() - study.minutes[0].mean()
    assert found["minutes", "cases"].difference.value == pytest.approx(gap)
    assert found["minutes", "cases"].verdict(("slower", "faster")) == "faster"
    fixed = found["auc", "cases"].difference
    assert fixed.value == pytest.approx(pooled.difference.value)


def test_a_pooled_verdict_asks_the_interval(reader_table):
    study = reader_table(6)
    (found, *_) = pooled_results(study, (1, 0))
    for low, high, verdict in (
        (0.01, 0.2, "better"),
        (-0.2, -0.01, "worse"),
        (-0.1, 0.1, "not shown"),
    ):
        gap = dataclasses.replace(found.difference, low=low, high=high)
        assert dataclasses.replace(found, difference=gap).verdict() == verdict


def test_readers_who_agree_have_a_kappa_of_one(reader_table):
    study = reader_table(7)
    calls = np.stack([study.calls[0, 0]] * 3)
    fleiss, gwet = agreement_of_calls(calls, plan_of(study))
    assert fleiss.value == pytest.approx(1.0) and gwet.value == pytest.approx(1.0)


def test_calls_against_ones_own_confidence_are_counted(reader_table):
    study = reader_table(8)
    assert contradictions(study, 0) == 0
    turned = study.scores.copy()
    turned[0, 0, 0] = 100 - study.scores[0, 0, 0]
    assert contradictions(reader_table(8, scores=turned), 0) == (study.scores[0, 0, 0] != 50)


def test_a_whole_analysis_has_every_part(reader_table):
    study = reader_table(9, readers=4)
    years = {"reader-1": 2, "reader-2": 5, "reader-3": 11, "reader-4": 20}
    model = model_alone(
        "a model",
        TRUTH,
        answers=(study.calls[1, 0], study.scores[1, 0]),
        declined=np.zeros(CASES, dtype=bool),
    )
    found = analyse_readers(
        study, np.random.default_rng(0), years=years, model=model, replicates=200
    )
    assert [reader.years for reader in found.readers] == [2, 5, 11, 20]
    assert len(found.pooled) == 1 and len(found.agreement) == 2
    assert found.model.sensitivity.value == pytest.approx(study.calls[1, 0][TRUTH].mean())
    first, second, kappa = found.agreement[0].pairs[0]
    assert (first, second) == ("reader-1", "reader-2")
    expected = cohen_kappa_score(study.calls[0, 0], study.calls[0, 1])
    assert kappa.value == pytest.approx(expected)
    changes = [reader.changes[0]["sensitivity"] for reader in found.readers]
    assert found.holm[0]["sensitivity"] == pytest.approx(holm([c.p_value for c in changes]))
    lines = {(line.figure, line.against): line.line for line in found.experience}
    gaps = [change.difference.value for change in changes]
    slope = stats.linregress(list(years.values()), gaps).slope
    assert lines["sensitivity", "without"].slope.value == pytest.approx(slope)
    mean = np.mean([reader.arms[0].auc.value for reader in found.readers])
    expected_gap = found.model.auc.value - mean
    assert found.against_mean["auc"].difference.value == pytest.approx(expected_gap)
    codes = {warning.code for warning in found.warnings}
    assert codes == {"few-readers", "few-for-experience"}


def test_a_reader_who_was_not_timed_leaves_the_times_of_the_others_their_adjustment(reader_table):
    study = reader_table(14)
    minutes = study.minutes.copy()
    minutes[:, 0] = np.nan
    found = analyse_readers(
        dataclasses.replace(study, minutes=minutes), np.random.default_rng(0), replicates=50
    )
    saved = [reader.changes[0]["minutes saved"].p_value for reader in found.readers[1:]]
    adjusted = found.holm[0]["minutes saved"]
    assert np.isnan(adjusted[0])
    assert adjusted[1:] == pytest.approx(holm(saved))


def test_one_reader_alone_is_analysed_without_the_pooled_parts(reader_table):
    study = reader_table(10, readers=1)
    found = analyse_readers(study, np.random.default_rng(0), replicates=100)
    assert not found.pooled and not found.agreement and found.model is None
    assert {"one-reader", "no-experience"} <= {warning.code for warning in found.warnings}


def test_small_clustered_and_untimed_studies_are_warned_of(reader_table):
    study = reader_table(11, patients=np.array([f"p{at // 2}" for at in range(CASES)]), unit="disc")
    minutes = study.minutes.copy()
    minutes[0, 0, 0] = np.nan
    found = analyse_readers(
        dataclasses.replace(study, minutes=minutes), np.random.default_rng(0), replicates=100
    )
    warned = {warning.code: warning.params for warning in found.warnings}
    assert warned["clustered"] == {"cases": 60, "patients": 30, "unit": "disc"}
    assert warned["untimed"] == {"readings": 1, "total": 360}
    assert "by patient (30 patients)" in found.pooled[0][0].difference.method


def test_a_study_without_both_classes_is_refused(reader_table):
    with pytest.raises(InputError, match="0 of them positive"):
        reader_table(reference=np.zeros(CASES, dtype=bool))
    with pytest.raises(InputError, match="a reading of each in each"):
        reader_table(calls=np.zeros((2, 3, 5), dtype=bool))


def test_the_order_of_readers_and_cases_changes_nothing(reader_table):
    study = reader_table(12, readers=3)
    order, people = np.random.default_rng(0).permutation(CASES), [2, 0, 1]
    turned = dataclasses.replace(
        study,
        readers=tuple(study.readers[at] for at in people),
        patients=study.patients[order],
        reference=study.reference[order],
        calls=study.calls[:, people][:, :, order],
        scores=study.scores[:, people][:, :, order],
        minutes=study.minutes[:, people][:, :, order],
        right_level=study.right_level,
        has_level=study.has_level,
    )
    for one, other in zip(
        pooled_results(study, (1, 0)), pooled_results(turned, (1, 0)), strict=True
    ):
        assert other.difference.low == pytest.approx(one.difference.low, abs=1e-12)
        assert other.p_value == pytest.approx(one.p_value, abs=1e-12)


def test_turning_the_arms_round_turns_the_difference_round(reader_table):
    study = reader_table(13)
    for one, other in zip(
        pooled_results(study, (1, 0)), pooled_results(study, (0, 1)), strict=True
    ):
        assert other.difference.value == pytest.approx(-one.difference.value)
        assert other.difference.low == pytest.approx(-one.difference.high)
        assert other.p_value == pytest.approx(one.p_value)
