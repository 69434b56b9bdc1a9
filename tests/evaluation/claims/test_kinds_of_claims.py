"""Each kind of claim, at the borders of what rounding allows."""

import pytest

from condyle.evaluation.claims import check_claims_file, parse_claims
from condyle.evaluation.claims.verdict import plural


def verdicts(*claims):
    values = {
        "schema": "condyle.claims/1",
        "title": "made up",
        "claims": [{"id": f"claim-{at}", **claim} for at, claim in enumerate(claims)],
    }
    return check_claims_file(parse_claims(values)).verdicts


def only(claim):
    found = verdicts(claim)
    assert len(found) == 1
    return found[0]


# 45 of 50 right; sensitivity 18/20, specificity 27/30, precision 18/21, NPV 27/29.
TABLE = {"kind": "confusion", "tp": 18, "fn": 2, "fp": 3, "tn": 27}


@pytest.mark.parametrize(
    ("name", "printed", "judgement"),
    [
        ("accuracy", "90 %", "consistent"),
        ("accuracy", "0.90", "consistent"),
        ("accuracy", "0.9", "consistent"),
        ("accuracy", "90.0", "consistent"),
        ("accuracy", "91 %", "impossible"),
        ("sensitivity", "90.0 %", "consistent"),
        ("recall", "0.900", "consistent"),
        ("specificity", "0.90", "consistent"),
        ("precision", "85.7 %", "consistent"),
        ("precision", "85.8 %", "impossible"),
        ("ppv", "0.857", "consistent"),
        ("ppv", "0.85", "consistent"),
        ("ppv", "0.87", "impossible"),
        ("npv", "93.1 %", "consistent"),
        ("npv", "93.2 %", "impossible"),
        ("f1", "0.878", "consistent"),
        ("f1", "0.88", "consistent"),
        ("f1", "0.89", "impossible"),
    ],
)
def test_figures_of_a_table(name, printed, judgement):
    assert only({**TABLE, "printed": {name: printed}}).judgement == judgement


def test_a_wrong_figure_is_traced_to_the_one_that_it_is():
    found = only({**TABLE, "printed": {"npv": "85.7 %"}})
    assert "85.7 % is the precision (18/21)" in found.statement


def test_figures_that_are_right_are_not_traced():
    found = only({**TABLE, "printed": {"accuracy": "90 %"}})
    assert "is the" not in found.statement


@pytest.mark.parametrize(
    ("printed", "trials", "judgement"),
    [
        ("50 %", 2, "consistent"),
        ("33.3 %", 3, "consistent"),
        ("33.33 %", 3, "consistent"),
        ("66.7 %", 3, "consistent"),
        ("66.6 %", 3, "consistent"),
        ("66.5 %", 3, "impossible"),
        ("51 %", 2, "impossible"),
        ("100 %", 7, "consistent"),
        ("0 %", 7, "consistent"),
        ("97.3 %", 37, "consistent"),
        ("97.4 %", 37, "impossible"),
        ("99.9 %", 50, "impossible"),
        ("0.123", 1000, "consistent"),
    ],
)
def test_a_share_that_some_count_gives(printed, trials, judgement):
    found = only({"kind": "proportion", "printed": printed, "trials": trials})
    assert found.judgement == judgement


def test_the_unit_is_named_where_no_count_fits():
    found = only({"kind": "proportion", "printed": "51 %", "trials": 2, "unit": "knee"})
    assert "No count of 2 knees" in found.statement
    assert "1/2 = 50.00 %, 2/2 = 100.00 %" in found.arithmetic


def test_more_hits_than_trials_cannot_be():
    found = only({"kind": "proportion", "printed": "150 %", "trials": 2, "hits": 3})
    assert found.judgement == "impossible"


INTERVAL = {
    "kind": "interval",
    "hits": 40,
    "trials": 50,
    "printed": "0.80",
}


@pytest.mark.parametrize(
    ("method", "low", "high"),
    [
        ("wilson", "0.670", "0.888"),
        ("clopper-pearson", "0.663", "0.900"),
        ("agresti-coull", "0.668", "0.889"),
        ("wald", "0.689", "0.911"),
    ],
)
def test_each_method_is_recognised_whether_or_not_it_is_stated(method, low, high):
    limits = {"low": low, "high": high}
    stated = verdicts({**INTERVAL, **limits, "method": method})[1]
    assert stated.judgement == "consistent"
    unstated = verdicts({**INTERVAL, **limits})[1]
    assert unstated.judgement == "consistent"
    assert stated.statement.split(" is ")[1].startswith(unstated.statement.split(" is ")[1][:4])


def test_another_method_than_the_stated_one_is_named_with_what_it_would_give():
    found = verdicts({**INTERVAL, "low": "0.689", "high": "0.911", "method": "wilson"})[1]
    assert found.judgement == "impossible"
    assert "it is Wald's" in found.statement
    assert "Wilson gives 0.670 to 0.888" in found.statement


def test_an_interval_of_no_method_is_untold_unless_one_is_stated():
    limits = {"low": "0.60", "high": "0.99"}
    assert verdicts({**INTERVAL, **limits})[1].judgement == "untold"
    assert verdicts({**INTERVAL, **limits, "method": "wald"})[1].judgement == "impossible"


def test_an_interval_at_another_level_is_held_against_that_level():
    limits = {"low": "0.693", "high": "0.877", "method": "wilson"}
    assert verdicts({**INTERVAL, **limits})[1].judgement == "impossible"
    assert verdicts({**INTERVAL, **limits, "level": 0.9})[1].judgement == "consistent"


def test_limits_in_per_cent_are_read_as_such():
    found = verdicts(
        {**INTERVAL, "printed": "80.0", "low": "67.0", "high": "88.8", "method": "wilson"}
    )
    assert [verdict.judgement for verdict in found] == ["consistent", "consistent"]


def test_a_value_that_is_not_its_share_cannot_be_whatever_its_interval():
    found = verdicts({**INTERVAL, "printed": "0.83", "low": "0.67", "high": "0.89"})
    assert [verdict.judgement for verdict in found] == ["impossible", "consistent"]


def test_a_copied_interval_is_traced_only_where_its_counts_differ():
    limits = {"low": "0.60", "high": "0.99", "method": "wilson"}
    twice = verdicts({**INTERVAL, **limits}, {**INTERVAL, **limits})
    assert not any("copied" in verdict.statement for verdict in twice)
    other = verdicts({**INTERVAL, **limits}, {**INTERVAL, **limits, "hits": 80, "trials": 100})
    assert any("equals that of 'claim-1'" in verdict.statement for verdict in other)


@pytest.mark.parametrize(
    ("rows", "patients", "judgement"),
    [
        ([40], 40, "consistent"),
        ([40], 41, "consistent"),
        ([41], 40, "doubtful"),
        ([400], 40, "doubtful"),
    ],
)
def test_rows_over_patients_are_clustered(rows, patients, judgement):
    found = only({"kind": "clustering", "rows": rows, "patients": patients})
    assert found.judgement == judgement


def test_how_much_too_narrow_is_worked_out():
    found = only({"kind": "clustering", "rows": [120], "patients": 40, "unit": "disc"})
    assert "120 discs come from 40 patients" in found.statement
    # Three a patient: the root of 1 + 2 x 0.5.
    assert "3.0 a patient" in found.arithmetic
    assert "1.41 times as wide" in found.arithmetic


MEAN = {"kind": "mean-interval", "mean": "10.0", "sd": "2.00", "n": 25}


@pytest.mark.parametrize(
    ("low", "high", "judgement"),
    [
        # 2.0639 x 2 / 5 = 0.826.
        ("9.2", "10.8", "consistent"),
        ("9.17", "10.83", "consistent"),
        ("9.1", "10.9", "impossible"),
        ("9.0", "11.0", "impossible"),
        ("8.0", "12.0", "impossible"),
    ],
)
def test_the_interval_of_a_mean(low, high, judgement):
    assert only({**MEAN, "low": low, "high": high}).judgement == judgement


def test_an_sd_of_few_digits_leaves_room():
    coarse = {**MEAN, "sd": "2"}
    assert only({**coarse, "low": "9.1", "high": "10.9"}).judgement == "untold"
    assert only({**coarse, "low": "8.8", "high": "11.2"}).judgement == "impossible"


def test_a_mean_outside_of_its_interval_cannot_be():
    found = verdicts({"kind": "mean-interval", "mean": "9.0", "low": "10.0", "high": "12.0"})
    assert found[0].figure == "symmetry"
    assert found[0].judgement == "impossible"


def test_asymmetry_within_rounding_is_none():
    found = only({"kind": "mean-interval", "mean": "10.0", "low": "9.1", "high": "10.8"})
    assert found.judgement == "untold"


@pytest.mark.parametrize(
    ("dice", "iou", "judgement"),
    [
        ("0.80", "0.67", "consistent"),
        ("0.80", "0.66", "consistent"),
        ("0.80", "0.65", "impossible"),
        ("0.80", "0.80", "consistent"),
        ("0.80", "0.82", "impossible"),
        ("1.00", "1.00", "consistent"),
        ("0.00", "0.00", "consistent"),
        ("80.0 %", "66.7 %", "consistent"),
        ("80.0 %", "65.0 %", "impossible"),
    ],
)
def test_mean_overlap_without_a_range(dice, iou, judgement):
    found = only({"kind": "overlap-means", "dice": dice, "iou": iou})
    assert found.judgement == judgement


@pytest.mark.parametrize(
    ("iou", "judgement"),
    [
        ("0.67", "consistent"),
        ("0.68", "consistent"),
        ("0.70", "impossible"),
    ],
)
def test_a_range_of_dice_narrows_the_mean_of_iou(iou, judgement):
    found = only(
        {
            "kind": "overlap-means",
            "dice": "0.80",
            "iou": iou,
            "dice_low": "0.70",
            "dice_high": "0.90",
        }
    )
    assert found.judgement == judgement


@pytest.mark.parametrize(
    ("missed", "imagined", "lowest", "judgement"),
    [
        (0, 0, "0.70", "consistent"),
        (1, 0, "0.70", "impossible"),
        (0, 1, "0.70", "impossible"),
        (1, 1, "0.00", "consistent"),
        (1, 0, "0", "consistent"),
    ],
)
def test_a_least_dice_beside_cases_without_overlap(missed, imagined, lowest, judgement):
    found = only(
        {
            "kind": "overlap-range",
            "lowest": lowest,
            "cases": 30,
            "missed": missed,
            "imagined": imagined,
        }
    )
    assert found.judgement == judgement


@pytest.mark.parametrize(
    ("parts", "printed", "judgement"),
    [
        (["1.0", "2.0"], "1.5", "consistent"),
        (["1.0", "2.0"], "1.6", "consistent"),
        (["1.00", "2.00"], "1.60", "impossible"),
        (["90.1 %", "80.1 %"], "85.1 %", "consistent"),
        (["90.1 %", "80.1 %"], "86.1 %", "impossible"),
        (["90.1 %", "80.1 %"], "0.851", "consistent"),
        (["0.901", "0.801"], "85.1 %", "consistent"),
    ],
)
def test_the_mean_of_parts(parts, printed, judgement):
    found = only({"kind": "mean-of", "parts": parts, "printed": printed})
    assert found.judgement == judgement


@pytest.mark.parametrize(
    ("claim", "judgements"),
    [
        ({"parts": [80, 20], "total": 100}, ["consistent"]),
        ({"parts": [80, 21], "total": 100}, ["impossible"]),
        ({"parts": [80, 20], "ratio": [8, 2]}, ["consistent"]),
        ({"parts": [80, 20], "ratio": [4, 1]}, ["consistent"]),
        ({"parts": [70, 20, 10], "ratio": [7, 2, 1]}, ["consistent"]),
        ({"parts": [71, 19, 10], "ratio": [7, 2, 1]}, ["consistent"]),
        ({"parts": [50, 40, 10], "ratio": [7, 2, 1]}, ["impossible"]),
        ({"parts": [90, 10], "total": 100, "ratio": [8, 2]}, ["consistent", "impossible"]),
        ({"parts": [2, 1], "ratio": [7, 3]}, ["consistent"]),
    ],
)
def test_splits(claim, judgements):
    found = verdicts({"kind": "split", **claim})
    assert [verdict.judgement for verdict in found] == judgements


@pytest.mark.parametrize(
    ("before", "after", "printed", "about", "judgement"),
    [
        ("10.0", "5.0", "50 %", False, "consistent"),
        ("10.0", "5.0", "40 %", False, "impossible"),
        ("5.0", "10.0", "100 %", False, "consistent"),
        ("5.0", "10.0", "50 %", False, "impossible"),
        ("10.00", "7.70", "25 %", False, "impossible"),
        ("10.00", "7.70", "25 %", True, "consistent"),
        ("10.00", "7.70", "0.23", False, "consistent"),
        ("2", "1", "33 %", False, "consistent"),
    ],
)
def test_relative_changes(before, after, printed, about, judgement):
    found = only(
        {
            "kind": "change",
            "before": before,
            "after": after,
            "printed": printed,
            "about": about,
        }
    )
    assert found.judgement == judgement


@pytest.mark.parametrize(
    ("below", "maximum", "judgements"),
    [
        ("5 min", "4.9 min", ["consistent"]),
        ("5 min", "5.4 min", ["impossible"]),
        ("5 min", "299 s", ["consistent"]),
        ("5 min", "301 s", ["impossible"]),
        ("5 min", "4.9", ["doubtful", "consistent"]),
        ("5 mm", "4.9 mm", ["consistent"]),
    ],
)
def test_bounds(below, maximum, judgements):
    found = verdicts({"kind": "bound", "below": below, "maximum": maximum})
    assert [verdict.judgement for verdict in found] == judgements


@pytest.mark.parametrize(
    ("printed", "judgement"),
    [
        (["1.5 min", "90 s"], "consistent"),
        (["1.5 min", "92 s"], "consistent"),
        (["1.50 min", "95 s"], "impossible"),
        (["2 s", "2000 ms"], "consistent"),
        (["3", "3.0"], "consistent"),
        (["3", "4"], "impossible"),
        (["3 mm", "3 s"], "untold"),
    ],
)
def test_one_quantity_printed_more_than_once(printed, judgement):
    found = only({"kind": "same-quantity", "quantity": "x", "printed": printed})
    assert found.judgement == judgement


@pytest.mark.parametrize(
    ("test", "outcome", "paired", "judgement"),
    [
        ("mcnemar", "proportion", True, "consistent"),
        ("mcnemar", "proportion", False, "doubtful"),
        ("fisher", "proportion", False, "consistent"),
        ("chi-square", "proportion", False, "consistent"),
        ("chi-square", "proportion", True, "doubtful"),
        ("chi-square", "time", True, "doubtful"),
        ("wilcoxon", "time", True, "consistent"),
        ("mann-whitney", "time", True, "doubtful"),
        ("t", "measurement", False, "consistent"),
        ("paired-t", "measurement", True, "consistent"),
        ("paired-t", "measurement", False, "doubtful"),
        ("delong", "auc", True, "consistent"),
        ("t", "auc", True, "doubtful"),
    ],
)
def test_tests_that_suit_their_data(test, outcome, paired, judgement):
    found = only({"kind": "test", "test": test, "outcome": outcome, "paired": paired})
    assert found.judgement == judgement


def test_verdicts_come_in_the_order_of_the_file():
    found = verdicts(
        {"kind": "split", "parts": [1, 1], "total": 2},
        {"kind": "naming", "metric": "IoU", "called": "Jaccard"},
        {"kind": "roles", "group": "cases", "roles": ["test"]},
    )
    assert [verdict.claim for verdict in found] == ["claim-0", "claim-1", "claim-2"]
    assert {verdict.judgement for verdict in found} == {"consistent"}


@pytest.mark.parametrize(
    ("one", "many"),
    [("study", "studies"), ("X-ray", "X-rays"), ("disc", "discs"), ("box", "boxes")],
)
def test_a_unit_is_named_in_the_plural(one, many):
    assert plural(one) == many
