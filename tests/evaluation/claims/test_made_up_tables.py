"""Tables made from known data are never called impossible; perturbed ones always are."""

import numpy as np
import pytest
from scipy import stats

from condyle.evaluation.claims import check_claims_file, parse_claims
from condyle.evaluation.intervals import PROPORTION_METHODS

SEEDS = range(24)


def counts(rng):
    tp, fn, fp, tn = (int(x) for x in rng.integers(3, 60, size=4))
    return {"tp": tp, "fn": fn, "fp": fp, "tn": tn}


def figures(c):
    return {
        "accuracy": (c["tp"] + c["tn"]) / sum(c.values()),
        "sensitivity": c["tp"] / (c["tp"] + c["fn"]),
        "specificity": c["tn"] / (c["tn"] + c["fp"]),
        "precision": c["tp"] / (c["tp"] + c["fp"]),
        "npv": c["tn"] / (c["tn"] + c["fn"]),
        "f1": 2 * c["tp"] / (2 * c["tp"] + c["fp"] + c["fn"]),
    }


def true_table(seed):
    """A file of claims whose figures were worked out from data."""
    rng = np.random.default_rng(seed)
    c = counts(rng)
    printed = {name: f"{100 * value:.1f} %" for name, value in figures(c).items()}
    method = list(PROPORTION_METHODS)[seed % 4]
    hits, trials = c["tp"], c["tp"] + c["fn"]
    low, high = PROPORTION_METHODS[method](hits, trials, 0.95)
    dice = rng.beta(18, 3, size=int(rng.integers(15, 60)))
    iou = dice / (2 - dice)
    mean, sd, n = dice.mean(), dice.std(ddof=1), len(dice)
    half = stats.t.ppf(0.975, n - 1) * sd / np.sqrt(n)
    parts = rng.uniform(60, 99, size=4)
    before, after = rng.uniform(5, 9), rng.uniform(1, 4)
    return [
        {"id": "table", "kind": "confusion", **c, "printed": printed},
        {
            "id": "interval",
            "kind": "interval",
            "hits": hits,
            "trials": trials,
            "printed": f"{hits / trials:.3f}",
            "low": f"{low:.3f}",
            "high": f"{high:.3f}",
            "method": method,
        },
        {
            "id": "share",
            "kind": "proportion",
            "printed": f"{100 * hits / trials:.2f} %",
            "trials": trials,
        },
        {
            "id": "overlap",
            "kind": "overlap-means",
            "dice": f"{mean:.3f}",
            "iou": f"{iou.mean():.3f}",
            "dice_low": f"{dice.min():.3f}",
            "dice_high": f"{dice.max():.3f}",
            "iou_low": f"{iou.min():.3f}",
            "iou_high": f"{iou.max():.3f}",
        },
        {
            "id": "mean",
            "kind": "mean-interval",
            "mean": f"{mean:.2f}",
            "sd": f"{sd:.2f}",
            "n": n,
            "low": f"{mean - half:.2f}",
            "high": f"{mean + half:.2f}",
        },
        {
            "id": "parts",
            "kind": "mean-of",
            "parts": [f"{p:.2f}" for p in parts],
            "printed": f"{parts.mean():.2f}",
        },
        {"id": "split", "kind": "split", "parts": [80, 20], "total": 100, "ratio": [8, 2]},
        {
            "id": "change",
            "kind": "change",
            "before": f"{before:.2f}",
            "after": f"{after:.2f}",
            "printed": f"{100 * (before - after) / before:.0f} %",
        },
    ]


def perturb(claim, rng):
    """Makes one figure of a claim wrong by more than its rounding."""
    claim = dict(claim)
    if claim["kind"] == "confusion":
        name = str(rng.choice(sorted(claim["printed"])))
        value = float(claim["printed"][name].split()[0])
        off = value - 7.3 if value > 50 else value + 7.3
        claim["printed"] = {**claim["printed"], name: f"{off:.1f} %"}
    elif claim["kind"] == "interval":
        claim["high"] = f"{float(claim['high']) - 0.05:.3f}"
        claim["low"] = (
            f"{float(claim['low']) - 0.05:.3f}" if float(claim["low"]) > 0.05 else "0.200"
        )
    elif claim["kind"] == "proportion":
        claim["printed"] = f"{100 * 0.5 / claim['trials']:.2f} %"
    elif claim["kind"] == "overlap-means":
        claim["iou"] = f"{min(float(claim['dice']) + 0.01, 1.0):.3f}"
    elif claim["kind"] == "mean-interval":
        claim["low"] = f"{float(claim['mean']) - 0.3:.2f}"
        claim["high"] = f"{float(claim['mean']) + 0.3:.2f}"
    elif claim["kind"] == "mean-of":
        claim["printed"] = f"{float(claim['printed']) + 0.6:.2f}"
    elif claim["kind"] == "split":
        claim["parts"] = [81, 29]
    else:
        claim["printed"] = f"{int(claim['printed'].split()[0]) + 6} %"
    return claim


def judgements(claims):
    report = check_claims_file(parse_claims({"schema": "condyle.claims/1", "claims": claims}))
    return {claim["id"]: {v.judgement for v in report.of(claim["id"])} for claim in claims}


@pytest.mark.parametrize("seed", SEEDS)
def test_a_table_made_from_data_is_consistent_throughout(seed):
    found = judgements(true_table(seed))
    allowed = {"consistent"}
    assert {k: v - allowed for k, v in found.items() if k != "mean" and v - allowed} == {}
    # A rounded SD may be too coarse to tell the interval of a mean.
    assert found["mean"] <= {"consistent", "untold"}


@pytest.mark.parametrize("seed", SEEDS)
def test_a_figure_that_was_made_wrong_is_impossible(seed):
    rng = np.random.default_rng(1000 + seed)
    for claim in true_table(seed):
        wrong = perturb(claim, rng)
        assert "impossible" in judgements([wrong])[claim["id"]], wrong


@pytest.mark.parametrize("seed", SEEDS)
def test_in_a_table_with_one_wrong_figure_only_its_claim_is_impossible(seed):
    rng = np.random.default_rng(2000 + seed)
    claims = true_table(seed)
    at = seed % len(claims)
    claims[at] = perturb(claims[at], rng)
    found = judgements(claims)
    assert {name for name, seen in found.items() if "impossible" in seen} == {claims[at]["id"]}


@pytest.mark.parametrize("seed", SEEDS)
def test_of_a_confusion_matrix_only_the_figure_that_was_made_wrong_is_impossible(seed):
    rng = np.random.default_rng(3000 + seed)
    table = true_table(seed)[0]
    wrong = perturb(table, rng)
    changed = {n for n in table["printed"] if table["printed"][n] != wrong["printed"][n]}
    report = check_claims_file(parse_claims({"schema": "condyle.claims/1", "claims": [wrong]}))
    assert {v.figure for v in report.verdicts if v.judgement == "impossible"} == changed
    right = {v.figure for v in report.verdicts if v.judgement == "consistent"}
    assert right == set(table["printed"]) - changed
