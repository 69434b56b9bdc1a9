import numpy as np
import pytest
from scipy import stats
from sklearn import metrics

from condyle.errors import InputError, UnknownName
from condyle.evaluation.bootstrap import Resampling
from condyle.evaluation.regression import (
    bland_altman,
    concordance,
    intraclass_correlation,
    mean_absolute_difference,
    mean_squared_error,
    root_mean_squared_error,
)

# Shrout and Fleiss 1979, table 2: six subjects, four judges.
PUBLISHED = np.array(
    [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
)


def plan(patients, replicates=300):
    return Resampling(patients, np.random.default_rng(0), replicates)


def sample(rows=80):
    rng = np.random.default_rng(1)
    first = rng.normal(50, 10, rows)
    return first, first + rng.normal(1, 3, rows)


def test_errors_agree_with_scikit_learn():
    first, second = sample()
    pairs = [
        (mean_absolute_difference, metrics.mean_absolute_error),
        (mean_squared_error, metrics.mean_squared_error),
        (root_mean_squared_error, metrics.root_mean_squared_error),
    ]
    for ours, theirs in pairs:
        found = ours(first, second, plan(np.arange(80)))
        assert found.value == pytest.approx(theirs(first, second), abs=1e-10)
        assert found.low < found.value < found.high


def test_the_bias_is_that_of_the_paired_t_test():
    first, second = sample()
    found = bland_altman(first, second, plan(np.arange(80)))
    oracle = stats.ttest_rel(first, second).confidence_interval()
    assert (found.bias.low, found.bias.high) == pytest.approx((oracle.low, oracle.high))
    sd = np.std(first - second, ddof=1)
    assert found.upper_limit.value == pytest.approx(found.bias.value + 1.96 * sd)


def test_limits_of_agreement_reproduce_the_published_example():
    # Bland and Altman 1986, peak flow with two meters: bias -2.1, SD 38.8, n 17.
    # Differences with exactly these moments give the published limits and their error.
    rng = np.random.default_rng(2)
    gaps = rng.normal(size=17)
    gaps = (gaps - gaps.mean()) / gaps.std(ddof=1) * 38.8 - 2.1
    found = bland_altman(gaps, np.zeros(17), plan(np.arange(17)))
    assert found.lower_limit.value == pytest.approx(-78.1, abs=0.1)
    assert found.upper_limit.value == pytest.approx(73.9, abs=0.1)
    assert found.bias.low == pytest.approx(-22.0, abs=0.1)
    assert found.bias.high == pytest.approx(17.8, abs=0.1)


def test_several_rows_a_patient_take_an_interval_by_patient():
    first, second = sample()
    found = bland_altman(first, second, plan(np.arange(80) // 4))
    assert "by patient" in found.upper_limit.method
    alone = bland_altman(first, second, plan(np.arange(80)))
    assert found.upper_limit.value == pytest.approx(alone.upper_limit.value)


def test_concordance_is_correlation_less_what_bias_takes():
    first, second = sample()
    r = np.corrcoef(first, second)[0, 1]
    s1, s2 = first.std(), second.std()
    expected = 2 * r * s1 * s2 / (s1**2 + s2**2 + (first.mean() - second.mean()) ** 2)
    found = concordance(first, second, plan(np.arange(80)))
    assert found.value == pytest.approx(expected, abs=1e-9)
    assert concordance(first, first, plan(np.arange(80))).value == pytest.approx(1.0)
    assert concordance(first, -first, plan(np.arange(80))).value < 0


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("one-way", (0.166, -0.133, 0.723)),
        ("agreement", (0.290, 0.019, 0.761)),
        ("consistency", (0.715, 0.342, 0.946)),
    ],
)
def test_the_intraclass_correlation_reproduces_the_published_table(form, expected):
    found = intraclass_correlation(PUBLISHED, form=form)
    assert (found.value, found.low, found.high) == pytest.approx(expected, abs=1e-3)


def test_a_shift_between_raters_counts_for_agreement_only():
    rng = np.random.default_rng(3)
    base = rng.normal(size=30)
    shifted = np.stack([base, base + 5 + rng.normal(0, 0.01, 30)], axis=1)
    assert intraclass_correlation(shifted, form="consistency").value > 0.99
    assert intraclass_correlation(shifted, form="agreement").value < 0.2


def test_what_cannot_be_found_is_refused():
    with pytest.raises(InputError, match="1 row"):
        bland_altman([1.0], [2.0], plan(["a"]))
    with pytest.raises(InputError, match="1 not finite"):
        intraclass_correlation([[1, 2], [3, np.nan]])
    with pytest.raises(InputError, match="vary"):
        intraclass_correlation(np.ones((3, 3)))
    with pytest.raises(UnknownName, match="consistency"):
        intraclass_correlation(PUBLISHED, form="average")
