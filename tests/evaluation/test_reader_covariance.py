import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from condyle.errors import InputError, UnknownName
from condyle.evaluation.reader_covariance import figure_covariance


def data(seed=0, cases=36, ratings=3, each=1):
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 2, cases).astype(bool)
    truth[:4] = [True, False, True, False]
    shared = rng.normal(size=cases)
    scores = np.round(truth + shared + rng.normal(size=(ratings, cases)), 1)
    return truth, scores, np.arange(cases) // each


def by_hand(truth, ratings, owner, figure):
    """Leaves a patient out at a time, with nothing but loops."""
    values = []
    for patient in range(owner.max() + 1):
        kept = owner != patient
        row = []
        for rating in ratings:
            if figure == "auc":
                row.append(roc_auc_score(truth[kept], rating[kept]))
            elif figure == "mean":
                row.append(rating[kept].mean())
            else:
                counted = {"sensitivity": truth, "specificity": ~truth}.get(figure, truth | ~truth)
                row.append((rating == truth)[kept & counted].mean())
        values.append(row)
    table = np.array(values)
    away = table - table.mean(axis=0)
    count = len(table)
    return (count - 1) / count * away.T @ away


@pytest.mark.parametrize("figure", ["auc", "sensitivity", "specificity", "accuracy", "mean"])
@pytest.mark.parametrize("each", [1, 3])
def test_the_jackknife_is_that_of_loops_over_patients(figure, each):
    truth, scores, owner = data(each=each)
    ratings = scores if figure in ("auc", "mean") else scores > 0.5
    found = figure_covariance(truth, ratings, figure=figure, covariance="jackknife", patients=owner)
    expected = by_hand(truth, ratings, owner, figure)
    assert found.covariance == pytest.approx(expected, abs=1e-12)
    assert found.patients == len(truth) // each


@pytest.mark.parametrize("figure", ["sensitivity", "specificity", "accuracy", "mean"])
def test_the_closed_form_of_independent_cases_is_the_sample_covariance(figure):
    truth, scores, _ = data(1)
    ratings = scores if figure == "mean" else (scores > 0.5).astype(float)
    found = figure_covariance(truth, ratings, figure=figure)
    counted = {"sensitivity": truth, "specificity": ~truth}.get(figure, truth | ~truth)
    numbers = ratings if figure == "mean" else (ratings == truth).astype(float)
    expected = np.cov(numbers[:, counted]) / counted.sum()
    assert found.covariance == pytest.approx(expected, abs=1e-14)
    assert found.values == pytest.approx(numbers[:, counted].mean(axis=1))


def test_the_closed_form_of_clustered_cases_sums_a_patient_at_a_time():
    truth, scores, owner = data(2, each=4)
    found = figure_covariance(truth, scores, figure="mean", patients=owner)
    away = scores - scores.mean(axis=1, keepdims=True)
    expected = np.zeros((3, 3))
    for patient in range(9):
        total = away[:, owner == patient].sum(axis=1)
        expected += np.outer(total, total)
    expected *= 9 / 8 / 36**2
    assert found.covariance == pytest.approx(expected)


def test_the_errors_vary_as_they_do_over_many_drawn_samples():
    rng = np.random.default_rng(3)
    drawn, told = [], []
    for _ in range(400):
        truth = np.arange(60) % 2 == 0
        shared = rng.normal(size=60)
        scores = truth + shared + rng.normal(size=(2, 60))
        found = figure_covariance(truth, scores)
        drawn.append(found.values)
        told.append(found.covariance)
    expected = np.cov(np.array(drawn).T)
    assert np.mean(told, axis=0) == pytest.approx(expected, rel=0.25)


@given(st.integers(0, 50), st.sampled_from(["delong", "jackknife"]))
def test_a_monotone_change_of_the_scores_changes_no_area(seed, covariance):
    truth, scores, owner = data(seed)
    plain = figure_covariance(truth, scores, covariance=covariance, patients=owner)
    bent = figure_covariance(truth, np.exp(scores) + 3, covariance=covariance, patients=owner)
    assert bent.values == pytest.approx(plain.values, abs=1e-12)
    assert bent.covariance == pytest.approx(plain.covariance, abs=1e-12)


@given(st.integers(0, 50))
def test_calling_the_other_class_exchanges_sensitivity_and_specificity(seed):
    truth, scores, _ = data(seed)
    calls = scores > 0.5
    one = figure_covariance(truth, calls, figure="sensitivity")
    other = figure_covariance(~truth, ~calls, figure="specificity")
    assert other.values == pytest.approx(one.values)
    assert other.covariance == pytest.approx(one.covariance)


@given(st.integers(0, 50), st.sampled_from(["auc", "sensitivity", "accuracy", "mean"]))
def test_a_covariance_is_symmetric_with_no_negative_variance(seed, figure):
    truth, scores, owner = data(seed, each=2)
    ratings = scores if figure in ("auc", "mean") else scores > 0.5
    found = figure_covariance(truth, ratings, figure=figure, patients=owner)
    assert found.covariance == pytest.approx(found.covariance.T)
    assert np.linalg.eigvalsh(found.covariance).min() > -1e-9


def test_names_that_are_not_there_are_refused_with_those_that_are():
    truth, scores, _ = data()
    with pytest.raises(UnknownName, match="accuracy, auc, mean, sensitivity, specificity"):
        figure_covariance(truth, scores, figure="kappa")
    with pytest.raises(UnknownName, match="delong, jackknife"):
        figure_covariance(truth, scores, covariance="bootstrap")
    with pytest.raises(InputError, match="ratings"):
        figure_covariance(truth, scores, figure="accuracy")
