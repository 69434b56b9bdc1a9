import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest, norm

from condyle.errors import InputError, UnknownName
from condyle.evaluation.intervals import (
    PROPORTION_METHODS,
    agresti_coull,
    clopper_pearson,
    proportion_of_trials,
    wald,
    wilson,
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
