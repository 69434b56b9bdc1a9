import numpy as np
import pytest
from scipy.stats import beta

from condyle.evaluation.claims import check_claims_file, parse_claims


def verdict(**claim):
    values = {"schema": "condyle.claims/1", "claims": [{"id": "x", **claim}]}
    return check_claims_file(parse_claims(values)).verdicts[0]


def better(**changes):
    plain = {"kind": "better-accuracy", "a": "90 %", "b": "80 %", "n_a": 100, "n_b": 100}
    return verdict(**{**plain, **changes})


def test_independent_groups_agree_with_draws_from_both_posteriors():
    rng = np.random.default_rng(0)
    a, b = (
        beta.rvs(91, 11, size=(200_000,), random_state=rng),
        beta.rvs(81, 21, size=(200_000,), random_state=rng),
    )
    found = better(paired=False)
    shown = float(found.arithmetic.split()[2])
    assert shown == pytest.approx((a <= b).mean(), abs=0.002)
    assert found.judgement == "consistent"


def test_a_known_congruence_gives_one_probability():
    found = better(paired=True, both_right=0.75)
    assert f"{beta.cdf(0.5, 16, 6):.3f}" in found.arithmetic
    assert found.judgement == "consistent"


@pytest.mark.parametrize("both_right", [0.5, 0.68, 0.81])
def test_a_congruence_that_the_accuracies_rule_out_is_impossible(both_right):
    found = better(paired=True, both_right=both_right)
    assert (found.judgement, found.figure) == ("impossible", "both right")
    assert "0.690 to 0.805" in found.statement


@pytest.mark.parametrize("both_right", [0.69, 0.75, 0.804])
def test_a_congruence_within_the_rounding_of_the_accuracies_is_taken(both_right):
    assert better(paired=True, both_right=both_right).figure == "better than"


def test_a_congruence_that_is_not_printed_leaves_a_range():
    found = better(a="88 %", n_a=60, n_b=60, paired=True)
    assert found.judgement == "untold"
    assert " to " in found.arithmetic


def test_a_pairing_that_is_not_stated_cannot_be_told():
    assert better().judgement == "untold"
    assert "pairing is not stated" in better().statement


def test_equal_figures_are_not_shown_to_differ():
    assert better(a="80 %", paired=True).judgement == "not shown"


def test_means_are_told_over_the_correlations_that_are_possible():
    plain = {"kind": "better-mean", "a": "0.87", "b": "0.86", "sd_a": "0.05", "sd_b": "0.05"}
    assert verdict(**plain, n=40).judgement == "untold"
    assert verdict(**plain, n=40, correlation=0.98).judgement == "consistent"
    assert verdict(**plain, n=5, correlation=0.0).judgement == "not shown"


@pytest.mark.parametrize(
    ("metric", "called", "judgement"),
    [
        ("Dice", "F1", "consistent"),
        ("recall", "sensitivity", "consistent"),
        ("mAP", "accuracy", "doubtful"),
    ],
)
def test_synonyms_are_no_fault(metric, called, judgement):
    assert verdict(kind="naming", metric=metric, called=called).judgement == judgement


@pytest.mark.parametrize(
    ("claim", "judgement"),
    [
        ({"kind": "same-quantity", "quantity": "t", "printed": ["2 min", "120 s"]}, "consistent"),
        ({"kind": "same-quantity", "quantity": "t", "printed": ["2 min", "3 mm"]}, "untold"),
        ({"kind": "bound", "below": "6 min", "maximum": "5.4 min"}, "consistent"),
        ({"kind": "bound", "below": "300 s", "maximum": "5.4 min"}, "impossible"),
        ({"kind": "roles", "group": "50 cases", "roles": ["test", "Test"]}, "consistent"),
        ({"kind": "overlap-range", "lowest": "0.00", "cases": 9, "missed": 1}, "consistent"),
        ({"kind": "overlap-range", "lowest": "0.80", "cases": 9}, "consistent"),
        ({"kind": "clustering", "rows": [40], "patients": 44}, "consistent"),
        (
            {"kind": "test", "test": "mcnemar", "outcome": "proportion", "paired": True},
            "consistent",
        ),
        ({"kind": "split", "parts": [1, 2]}, "untold"),
        ({"kind": "change", "before": "0", "after": "1", "printed": "5 %"}, "untold"),
        (
            {"kind": "interval", "statistic": "auc", "printed": "0.9", "low": "0.8", "high": "1.0"},
            "untold",
        ),
        ({"kind": "mean-interval", "mean": "5.0", "low": "4.0", "high": "6.0"}, "untold"),
        ({"kind": "mean-interval", "mean": "9.0", "low": "4.0", "high": "6.0"}, "impossible"),
    ],
)
def test_what_holds_and_what_cannot_be_told_is_said_so(claim, judgement):
    assert verdict(**claim).judgement == judgement


def test_a_figure_over_nothing_is_impossible():
    found = verdict(kind="confusion", tp=0, fn=0, fp=1, tn=2, printed={"recall": "50 %"})
    assert found.judgement == "impossible"
    assert "denominator is 0" in found.statement
