"""Figures as three papers print them, and what must be said of each."""

import re
from pathlib import Path

import pytest

import condyle
from condyle.workflows.check_claims import check_claims


@pytest.fixture(scope="module")
def report():
    return check_claims(Path(__file__).with_name("printed_claims.yaml"))


def by_figure(report, claim):
    return {verdict.figure: verdict for verdict in report.of(claim)}


EXPECTED = [
    ("knee-table", "precision", "impossible", ["15/16 = 93.8 %", "85 % is the accuracy (17/20)"]),
    ("knee-table", "sensitivity", "consistent", ["15/17 = 88.2 %"]),
    ("knee-table", "specificity", "consistent", ["2/3 = 66.7 %"]),
    ("knee-accuracy", "proportion", "impossible", ["17/20 = 85.0 %", "pixels", "to be stated"]),
    ("knee-overlap", "mean IoU", "impossible", ["0.85 cannot be", "near 0.77"]),
    ("knee-overlap", "lowest IoU", "impossible", ["0.709"]),
    ("knee-overlap", "highest IoU", "impossible", ["0.835"]),
    ("knee-first-second", "better than", "not shown", ["not shown to differ"]),
    ("knee-first-third", "better than", "not shown", ["not shown to differ"]),
    ("knee-second-third", "better than", "not shown", ["not shown to differ"]),
    ("t1-lesion-accuracy", "interval", "consistent", ["Wilson's within rounding"]),
    ("t1-lesion-precision", "interval", "consistent", ["Wilson's"]),
    ("t1-lesion-recall", "interval", "consistent", ["Wilson's"]),
    ("t2-lesion-accuracy", "interval", "consistent", ["Wilson's"]),
    ("t2-lesion-recall", "interval", "consistent", ["Wilson's"]),
    (
        "t2-lesion-precision",
        "interval",
        "impossible",
        ["it is Clopper-Pearson's", "0.479 to 0.785"],
    ),
    (
        "t1-healthy-precision",
        "interval",
        "impossible",
        ["fits none", "'t2-healthy-precision': probably copied"],
    ),
    ("t1-healthy-recall", "interval", "impossible", ["it is Wald's"]),
    ("t2-healthy-precision", "interval", "impossible", ["it is Wald's"]),
    ("t2-healthy-recall", "interval", "impossible", ["it is Wald's"]),
    (
        "talus-auc",
        "interval",
        "doubtful",
        ["does not apply to an AUC", "DeLong's needs the scores"],
    ),
    ("talus-better", "better than", "untold", ["pairing is not stated", "over what is possible"]),
    ("talus-units", "n = 119", "doubtful", ["too narrow", "clustering is ignored"]),
    ("talus-units", "n = 133", "doubtful", ["44 patients"]),
    ("talus-rows", "T1 AUC", "impossible", ["That of T1 healthy stands at T2"]),
    ("talus-rows", "T1 accuracy", "impossible", ["That of T1 healthy stands at T2"]),
    ("talus-rows", "T2 accuracy", "consistent", []),
    ("talus-rows", "T2 AUC", "consistent", []),
    ("lumbar-map", "mean", "consistent", ["90.08"]),
    ("lumbar-accuracy", "proportion", "impossible", ["No count of 50", "unit must be another"]),
    ("lumbar-split", "ratio", "impossible", ["92.4:7.6", "is not 8:2"]),
    ("lumbar-time", "time of the model", "impossible", ["2 min, 14.5 s"]),
    ("lumbar-naming", "name", "doubtful", ["mAP is called accuracy"]),
    ("lumbar-readings", "test", "doubtful", ["mcnemar would"]),
    ("lumbar-times", "test", "doubtful", ["mann-whitney would"]),
    ("lumbar-roles", "role", "impossible", ["training group and testing group"]),
    ("knee-dice-interval", "interval", "untold", ["the t interval is 0.856 to 0.884"]),
    ("knee-accuracy-interval", "symmetry", "doubtful", ["asymmetric about the mean"]),
    ("knee-time", "bound", "impossible", ["contradicted by the maximum 5.4"]),
    ("knee-time", "unit", "doubtful", ["no unit"]),
    ("knee-least", "range", "impossible", ["scores 0 or is undefined", "cannot cover all 20"]),
    ("bone-age", "change", "impossible", ["it is 23 %"]),
]


@pytest.mark.parametrize(("claim", "figure", "judgement", "says"), EXPECTED)
def test_each_printed_figure_has_its_verdict(report, claim, figure, judgement, says):
    found = by_figure(report, claim)[figure]
    assert found.judgement == judgement, found
    for part in says:
        assert part in found.statement, found.statement


def test_every_value_that_an_interval_stands_about_holds(report):
    values = [verdict for verdict in report.verdicts if verdict.figure == "value"]
    assert len(values) == 10
    assert {verdict.judgement for verdict in values} == {"consistent"}


def test_no_verdict_is_left_without_an_expectation(report):
    found = {(v.claim, v.figure) for v in report.verdicts if v.figure != "value"}
    assert found == {(claim, figure) for claim, figure, _, _ in EXPECTED}


def test_no_figure_of_the_papers_and_none_of_their_names_stands_in_the_source():
    source = Path(condyle.__file__).parent
    files = [*source.glob("evaluation/**/*.py"), source / "workflows" / "check_claims.py"]
    text = "\n".join(
        file.read_text(encoding="utf-8") for file in [*files, source / "cli/claims.py"]
    )
    printed = Path(__file__).with_name("printed_claims.yaml").read_text(encoding="utf-8")
    figures = {f for f in re.findall(r"\d+\.\d+", printed) if not f.startswith("0.") and len(f) > 3}
    assert len(figures) > 15
    assert {f for f in figures if re.search(rf"(?<![\d.]){re.escape(f)}(?![\d])", text)} == set()
    assert not re.search(r"\b(knee|talus|talar|bone age)\b", text, re.IGNORECASE)
