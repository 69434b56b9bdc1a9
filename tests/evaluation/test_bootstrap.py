import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import roc_auc_score

from condyle.errors import InputError, UsageError
from condyle.evaluation import bootstrap
from condyle.evaluation.binary import roc_auc, weighted_auc
from condyle.evaluation.bootstrap import (
    Resampling,
    bootstrap_by_patient,
    estimate_by_patient,
    patient_weights,
)
from condyle.evaluation.proportions import mean_by_patient, weighted_mean


def plan(patients, seed=0, replicates=300):
    return Resampling(patients, np.random.default_rng(seed), replicates)


def test_each_replicate_draws_as_many_patients_as_there_are():
    patients = np.array(["a", "a", "b", "c", "c", "c"])
    weights = np.concatenate(list(patient_weights(plan(patients))), axis=1)
    assert weights.shape == (6, 300)
    first_rows = weights[[0, 2, 3]]
    assert (first_rows.sum(axis=0) == 3).all()


def test_rows_of_one_patient_are_drawn_together():
    patients = np.array(["a", "b", "a", "b"])
    weights = next(patient_weights(plan(patients)))
    assert (weights[0] == weights[2]).all()
    assert (weights[1] == weights[3]).all()


def test_weights_tell_the_same_as_rows_drawn_again():
    rng = np.random.default_rng(5)
    truth, scores = rng.integers(0, 2, 60), np.round(rng.normal(size=60), 1)
    statistic = weighted_auc(truth.astype(bool), scores)
    weights = next(patient_weights(plan(np.arange(60) // 4)))
    found = statistic(weights)
    for column in range(0, 100, 10):
        again = np.repeat(np.arange(60), weights[:, column].astype(int))
        assert found[column] == pytest.approx(roc_auc_score(truth[again], scores[again]), abs=1e-12)


def test_the_fast_and_the_plain_bootstrap_agree_in_their_limits():
    rng = np.random.default_rng(6)
    values, patients = rng.normal(size=200), np.arange(200) // 4
    fast = estimate_by_patient(weighted_mean(values), plan(patients, replicates=4000))
    plain = bootstrap_by_patient(np.mean, [values], plan(patients, 1, replicates=4000))
    assert fast.value == pytest.approx(plain.value, abs=1e-12)
    assert fast.low == pytest.approx(plain.low, abs=0.02)
    assert fast.high == pytest.approx(plain.high, abs=0.02)


def test_clustered_rows_have_a_wider_interval_than_as_many_patients():
    rng = np.random.default_rng(7)
    values = np.repeat(rng.normal(size=40), 5)
    clustered = mean_by_patient(values, plan(np.repeat(np.arange(40), 5)))
    apart = mean_by_patient(values, plan(np.arange(200)))
    assert clustered.high - clustered.low > 1.8 * (apart.high - apart.low)


def test_the_size_of_the_blocks_does_not_change_the_draws(monkeypatch):
    patients = np.arange(30) // 3
    whole = np.concatenate(list(patient_weights(plan(patients))), axis=1)
    monkeypatch.setattr(bootstrap, "MAX_BLOCK", 7)
    parts = list(patient_weights(plan(patients)))
    assert max(part.shape[1] for part in parts) == 7
    assert (np.concatenate(parts, axis=1) == whole).all()


def test_memory_stays_bounded_by_the_block(monkeypatch):
    monkeypatch.setattr(bootstrap, "BLOCK_BYTES", 8 * 1000 * 3)
    sizes = [block.shape[1] for block in patient_weights(plan(np.arange(1000), replicates=10))]
    assert sizes == [3, 3, 3, 1]


def test_the_same_seed_gives_the_same_interval():
    truth, scores = [0, 1, 0, 1, 1, 0], [0.2, 0.8, 0.3, 0.1, 0.9, 0.7]
    patients = list("abcdef")
    assert roc_auc(truth, scores, plan(patients, 3)) == roc_auc(truth, scores, plan(patients, 3))


def test_undefined_replicates_are_counted_in_the_method():
    found = roc_auc([0, 1, 1], [0.1, 0.2, 0.3], plan(["a", "b", "c"]))
    assert "undefined in" in found.method


def test_replicates_that_are_all_alike_are_told():
    found = mean_by_patient([2.0, 2.0, 2.0], plan(["a", "b", "c"]))
    assert found.low == found.high == 2.0
    assert "alike" in found.method


def test_a_subset_keeps_the_patients_of_its_rows():
    subset = plan(np.array(["a", "b", "c"])).of(np.array([True, False, True]))
    assert list(subset.patients) == ["a", "c"]


def test_arrays_of_other_lengths_are_refused():
    with pytest.raises(InputError, match="number of rows"):
        bootstrap_by_patient(np.mean, [np.ones(3)], plan(["a", "b"]))


def test_bca_agrees_with_scipy_on_independent_rows():
    values = np.random.default_rng(8).exponential(size=60)
    ours = estimate_by_patient(
        weighted_mean(values),
        Resampling(np.arange(60), np.random.default_rng(0), 20_000, interval="bca"),
    )
    theirs = stats.bootstrap(
        (values,), np.mean, n_resamples=20_000, method="BCa", rng=np.random.default_rng(1)
    ).confidence_interval
    assert ours.low == pytest.approx(theirs.low, abs=0.01)
    assert ours.high == pytest.approx(theirs.high, abs=0.01)
    assert "BCa" in ours.method


def test_bca_tails_are_those_of_percentile_where_nothing_varies():
    assert bootstrap.bca_tails(1.0, np.ones(10), np.ones(4), 0.95) == pytest.approx((0.025, 0.975))


def test_a_stratified_replicate_keeps_the_size_of_each_stratum():
    patients = np.array(["a", "a", "b", "c", "d", "e"])
    strata = np.array([0, 0, 0, 1, 1, 1])
    strat = Resampling(patients, np.random.default_rng(0), 100, strata=strata)
    weights = np.concatenate(list(patient_weights(strat)), axis=1)
    assert (weights[[0, 2]].sum(axis=0) == 2).all()
    assert (weights[[3, 4, 5]].sum(axis=0) == 3).all()


def test_a_patient_in_two_strata_is_refused():
    strat = Resampling(["a", "a"], np.random.default_rng(0), 10, strata=[0, 1])
    with pytest.raises(InputError, match="1 patients"):
        next(patient_weights(strat))


def test_the_plain_bootstrap_refuses_a_plan_that_it_cannot_follow():
    with pytest.raises(UsageError, match="BCa"):
        bootstrap_by_patient(
            np.mean, [[1.0]], Resampling(["a"], np.random.default_rng(0), 10, interval="bca")
        )
