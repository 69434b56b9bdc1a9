import numpy as np
import pytest
from scipy import stats

from condyle.errors import InputError
from condyle.evaluation.delong import roc_areas
from condyle.evaluation.mrmc import compare_modalities, reader_figures


def readings(seed=0, patients=30, each=1, readers=3):
    rng = np.random.default_rng(seed)
    owner = np.repeat(np.arange(patients), each)
    truth = rng.integers(0, 2, len(owner)).astype(bool)
    shared = rng.normal(size=patients)[owner]
    ratings = truth + shared + rng.normal(size=(2, readers, len(owner)))
    return truth, ratings, owner


@pytest.mark.parametrize("figure", ["auc", "sensitivity", "specificity", "accuracy", "mean"])
@pytest.mark.parametrize("covariance", ["delong", "jackknife"])
def test_a_patient_of_one_case_each_changes_nothing(figure, covariance):
    truth, ratings, owner = readings()
    values = ratings if figure in ("auc", "mean") else (ratings > 0.5).astype(int)
    plain = reader_figures(truth, values, figure=figure, covariance=covariance)
    named = reader_figures(
        truth, values, figure=figure, covariance=covariance, patients=[f"p{o:03}" for o in owner]
    )
    assert named.variance == pytest.approx(plain.variance, rel=1e-12)
    assert named.covariance_3 == pytest.approx(plain.covariance_3, rel=1e-9)


def test_cases_that_are_copies_of_each_other_add_nothing_but_rows():
    truth, ratings, owner = readings(1)
    calls = (ratings > 0.5).astype(int)
    twice = reader_figures(
        np.tile(truth, 2), np.tile(calls, 2), figure="accuracy", patients=np.tile(owner, 2)
    )
    once = reader_figures(truth, calls, figure="accuracy", patients=owner)
    ignoring = reader_figures(np.tile(truth, 2), np.tile(calls, 2), figure="accuracy")
    assert twice.variance == pytest.approx(once.variance, rel=1e-9)
    assert ignoring.variance < 0.6 * once.variance
    assert "by patient (30 patients)" in compare_modalities(twice).modalities[0].method


def test_clustered_areas_have_obuchowskis_covariance():
    truth, ratings, owner = readings(2, each=4)
    found = reader_figures(truth, ratings, patients=owner)
    full = roc_areas(truth, list(ratings.reshape(6, -1)), patients=owner).covariance
    assert found.variance == pytest.approx(np.diag(full).mean())
    assert found.variance_each == pytest.approx(np.diag(full).reshape(2, 3).mean(axis=1))
    jackknife = reader_figures(truth, ratings, patients=owner, covariance="jackknife")
    assert jackknife.variance == pytest.approx(found.variance, rel=0.2)


def test_the_mean_of_one_reader_read_twice_is_nearly_the_paired_t_test():
    truth, ratings, _ = readings(3, patients=200, readers=2)
    ratings[:, 1] = ratings[:, 0]
    found = compare_modalities(reader_figures(truth, ratings, figure="mean"), generalises="cases")
    expected = stats.ttest_rel(ratings[0, 0], ratings[1, 0])
    assert found.statistic == pytest.approx(expected.statistic**2, rel=1e-9)
    assert found.p_value == pytest.approx(expected.pvalue, abs=0.01)


def test_accuracy_is_the_share_of_right_calls():
    truth, ratings, _ = readings(4)
    calls = (ratings > 0.5).astype(int)
    found = reader_figures(truth, calls, figure="accuracy")
    assert found.values == pytest.approx((calls == truth).mean(axis=2))


def test_all_positives_from_one_patient_is_refused():
    truth, ratings, owner = readings(5, patients=10, each=3)
    truth[:] = owner == 0
    with pytest.raises(InputError, match="one patient"):
        reader_figures(truth, (ratings > 0.5).astype(int), figure="sensitivity", patients=owner)
    with pytest.raises(InputError, match="one patient"):
        reader_figures(truth, ratings, patients=owner, covariance="jackknife")
