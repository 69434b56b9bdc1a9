import numpy as np
import pytest
from scipy.special import softmax
from sklearn import metrics

from condyle.errors import InputError
from condyle.evaluation import classification, multiclass
from condyle.evaluation.bootstrap import Resampling


def plan(rows):
    return Resampling(np.arange(rows) // 3, np.random.default_rng(0), 200)


def sample(seed=0, rows=300):
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 2, rows)
    stated = 1 / (1 + np.exp(-(rng.normal(size=rows) + 1.5 * truth - 0.7)))
    return truth, np.round(stated, 2)


def classes(seed=0, rows=300):
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 4, rows)
    return truth, softmax(rng.normal(size=(rows, 4)) + np.eye(4)[truth], axis=1)


ORACLES = [
    (classification.balanced_accuracy, metrics.balanced_accuracy_score),
    (classification.f1, metrics.f1_score),
    (classification.matthews, metrics.matthews_corrcoef),
    (
        classification.positive_likelihood_ratio,
        lambda t, c: metrics.class_likelihood_ratios(t, c)[0],
    ),
    (
        classification.negative_likelihood_ratio,
        lambda t, c: metrics.class_likelihood_ratios(t, c)[1],
    ),
]


@pytest.mark.parametrize(("ours", "theirs"), ORACLES)
def test_figures_of_decisions_agree_with_scikit_learn(ours, theirs):
    truth, stated = sample()
    found = ours(truth, stated >= 0.5, plan(300))
    assert found.value == pytest.approx(theirs(truth, stated >= 0.5), abs=1e-10)
    assert found.low < found.value < found.high


@pytest.mark.parametrize("seed", range(3))
def test_average_precision_agrees_with_scikit_learn_under_ties(seed):
    truth, stated = sample(seed)
    found = classification.average_precision(truth, stated, plan(300))
    expected = metrics.average_precision_score(truth, stated)
    assert found.value == pytest.approx(expected, abs=1e-12)


def test_predictive_values_at_the_own_prevalence_are_those_of_the_data():
    truth, stated = sample(1)
    called = stated >= 0.5
    own = truth.mean()
    ppv = classification.ppv_at_prevalence(truth, called, plan(300), prevalence=own)
    npv = classification.npv_at_prevalence(truth, called, plan(300), prevalence=own)
    assert ppv.value == pytest.approx(metrics.precision_score(truth, called))
    assert npv.value == pytest.approx(metrics.precision_score(1 - truth, ~called))


def test_net_benefit_agrees_with_its_formula_and_acting_on_all_with_its_own():
    truth, stated = sample(2)
    called = stated >= 0.2
    expected = (called & (truth == 1)).mean() - (called & (truth == 0)).mean() * 0.25
    found = classification.net_benefit(truth, stated, plan(300), threshold=0.2)
    assert found.value == pytest.approx(expected)
    everybody = classification.net_benefit(truth, np.ones(300), plan(300), threshold=0.2)
    assert everybody.value == pytest.approx(
        classification.net_benefit_of_all(float(truth.mean()), 0.2)
    )


@pytest.mark.parametrize("share", [0.0, 1.0, -0.1, 1.1, float("nan")])
def test_a_prevalence_or_threshold_out_of_range_is_refused(share):
    with pytest.raises(InputError, match="prevalence"):
        classification.ppv_at_prevalence([0, 1], [0, 1], plan(2), prevalence=share)
    with pytest.raises(InputError, match="threshold"):
        classification.net_benefit([0, 1], [0.1, 0.9], plan(2), threshold=share)


def test_a_ratio_over_nothing_is_undefined_not_infinite():
    found = classification.positive_likelihood_ratio([0, 0, 1], [0, 0, 1], plan(3))
    assert np.isnan(found.value)


def test_multi_class_figures_agree_with_scikit_learn():
    truth, stated = classes()
    given, scale = stated.argmax(axis=1), (0, 1, 2, 3)
    pairs = [
        (multiclass.log_loss(truth, stated, plan(300)), metrics.log_loss(truth, stated)),
        (
            multiclass.macro_sensitivity(truth, given, plan(300), classes=scale),
            metrics.recall_score(truth, given, average="macro"),
        ),
        (
            multiclass.macro_ppv(truth, given, plan(300), classes=scale),
            metrics.precision_score(truth, given, average="macro"),
        ),
        (
            multiclass.matthews_of_classes(truth, given, plan(300), classes=scale),
            metrics.matthews_corrcoef(truth, given),
        ),
        (
            multiclass.macro_f1(truth, given, plan(300), classes=scale),
            metrics.f1_score(truth, given, average="macro"),
        ),
        (
            multiclass.macro_roc_auc(truth, stated, plan(300)),
            metrics.roc_auc_score(truth, stated, multi_class="ovr", average="macro"),
        ),
        (
            multiclass.micro_roc_auc(truth, stated, plan(300)),
            metrics.roc_auc_score(truth, stated, multi_class="ovr", average="micro"),
        ),
    ]
    for found, expected in pairs:
        assert found.value == pytest.approx(expected, abs=1e-10)
        assert found.low < found.value < found.high


def test_the_ranked_probability_score_of_two_classes_is_the_brier_score():
    truth, stated = sample(4)
    found = multiclass.ranked_probability_score(
        truth, np.stack([1 - stated, stated], axis=1), plan(300)
    )
    assert found.value == pytest.approx(metrics.brier_score_loss(truth, stated), abs=1e-12)


def test_the_ranked_probability_score_costs_more_the_farther_off():
    near = multiclass.ranked_probability_score([0], [[0.0, 1.0, 0.0]], plan(1)).value
    far = multiclass.ranked_probability_score([0], [[0.0, 0.0, 1.0]], plan(1)).value
    assert (near, far) == (0.5, 1.0)


def test_a_class_that_does_not_occur_makes_its_macro_area_undefined():
    truth, stated = classes(1)
    keep = truth != 3
    found = multiclass.macro_roc_auc(truth[keep], stated[keep], plan(int(keep.sum())))
    assert np.isnan(found.value)
