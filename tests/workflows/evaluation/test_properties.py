"""Whatever a table holds, figures stay within their bounds and what should not matter does not."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from condyle.evaluation.predictions import PredictionRow, predictions_from_rows
from condyle.workflows.compare_tables import comparison_report
from condyle.workflows.evaluation.report import REPORTS, About, evaluation_report
from condyle.workflows.evaluation.rows import Draw, task_rows

DRAW = Draw(seed=1, replicates=12, permutations=4)
SHARES = {
    "auc",
    "average-precision",
    "sensitivity",
    "specificity",
    "ppv",
    "npv",
    "accuracy",
    "balanced-accuracy",
    "f1",
    "coverage",
    "exact",
    "within-one",
    "calibration-error",
    "macro-sensitivity",
    "macro-f1",
    "same-number",
}

FINDING = st.tuples(
    st.integers(0, 6),
    st.booleans(),
    st.one_of(st.none(), st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0])),
    st.booleans(),
)
GRADE = st.tuples(st.integers(0, 6), st.integers(1, 3), st.integers(1, 3), st.booleans())


def made(position, patient, task, reference, prediction, probabilities, abstained=False):
    return PredictionRow(
        patient=f"p{patient}",
        study=f"s{patient}",
        series="",
        unit=f"disc-{position}",
        task=task,
        fold=-1,
        reference=float(reference),
        prediction=float(prediction),
        probabilities=probabilities,
        abstained=abstained,
        covariates={"sex": "FM"[patient % 2]},
    )


def findings(drawn):
    rows = []
    for position, (patient, truth, probability, abstained) in enumerate(drawn):
        if probability is None:
            rows.append(made(position, patient, "t", truth, np.nan, (), True))
        else:
            called = probability >= 0.5
            rows.append(made(position, patient, "t", truth, called, (probability,), abstained))
    return predictions_from_rows(rows)


def grades(drawn):
    rows = []
    for position, (patient, truth, given_grade, abstained) in enumerate(drawn):
        shares = tuple(0.8 if grade == given_grade else 0.1 for grade in (1, 2, 3))
        rows.append(made(position, patient, "g", truth, given_grade, shares, abstained))
    return predictions_from_rows(rows)


def report_of(table, task):
    rows = task_rows(table, task)
    return REPORTS[rows.kind](rows, DRAW)


def check_bounds(report):
    for score in report.scores:
        found = score.estimate
        if np.isnan(found.value):
            assert np.isnan(found.low) and np.isnan(found.high)
            continue
        if not np.isnan(found.low):
            assert found.low <= found.value + 1e-9 and found.value <= found.high + 1e-9
        if score.name in SHARES:
            assert -1e-12 <= found.value <= 1.0 + 1e-12, score.name


@settings(max_examples=25, deadline=None)
@given(st.lists(FINDING, min_size=1, max_size=16))
def test_any_findings_give_figures_within_bounds_or_none(drawn):
    report = report_of(findings(drawn), "t")
    check_bounds(report)
    assert report.rows == len(drawn)
    assert 0 <= report.declined <= report.rows


@settings(max_examples=15, deadline=None)
@given(st.lists(GRADE, min_size=1, max_size=16))
def test_any_grades_give_figures_within_bounds_or_none(drawn):
    report = report_of(grades(drawn), "g")
    check_bounds(report)
    confusion = dict(report.charts)["confusion"]
    assert sum(map(sum, confusion.counts)) + sum(confusion.declined) == len(drawn)


@settings(max_examples=15, deadline=None)
@given(st.lists(FINDING, min_size=2, max_size=16))
def test_declining_never_helps(drawn):
    table = findings(drawn)
    answered = [d for d in range(len(table)) if not table.abstained[d]]
    if not answered:
        return
    lost = np.array(table.abstained)
    lost[answered[0]] = True
    before, after = (
        report_of(table, "t"),
        report_of(dataclasses.replace(table, abstained=lost), "t"),
    )
    for name in ("accuracy", "coverage"):
        first = next(s for s in before.scores if (s.name, s.counted) == (name, "all"))
        second = next(s for s in after.scores if (s.name, s.counted) == (name, "all"))
        assert second.estimate.value <= first.estimate.value + 1e-12


@settings(max_examples=15, deadline=None)
@given(st.lists(FINDING, min_size=2, max_size=16), st.randoms(use_true_random=False))
def test_names_of_patients_and_order_of_rows_do_not_matter_to_values(drawn, random):
    table = findings(drawn)
    order = list(range(len(table)))
    random.shuffle(order)
    turned = table.at(np.array(order))
    renamed = dataclasses.replace(turned, patient=np.char.add("another-", turned.patient))
    first, second = report_of(table, "t"), report_of(renamed, "t")
    for a, b in zip(first.scores, second.scores, strict=True):
        assert (a.name, a.counted) == (b.name, b.counted)
        assert a.estimate.value == pytest.approx(b.estimate.value, nan_ok=True)


@settings(max_examples=10, deadline=None)
@given(st.lists(FINDING, min_size=4, max_size=16))
def test_a_comparison_with_itself_never_shows_anything(drawn):
    table = findings(drawn)
    report = comparison_report(table, table, draw=DRAW)
    for figure in report.tasks[0].figures:
        assert figure.verdict == "not shown"
        assert figure.advantage.value == 0.0
        assert np.isnan(figure.p_value) or figure.p_value == 1.0


@settings(max_examples=10, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.floats(-50, 50), st.floats(-9, 9)), min_size=1))
def test_any_numbers_give_errors_that_are_not_negative(drawn):
    rows = [
        made(position, patient, "n", truth, truth + gap, ())
        for position, (patient, truth, gap) in enumerate(drawn[:20])
    ]
    table = predictions_from_rows([made(99, 1, "n", 2.5, 3.5, ()), *rows])
    report = report_of(table, "n")
    scores = {score.name: score.estimate for score in report.scores}
    error = scores["mean-absolute-difference"].value
    assert 0.0 <= error <= scores["root-mean-squared-error"].value + 1e-9
    if "bias" in scores:
        assert abs(scores["bias"].value) <= error + 1e-9


@pytest.mark.parametrize("kind", ["one patient", "one row", "ties", "one class"])
def test_the_least_that_a_table_can_hold_is_reported_without_a_fault(kind):
    drawn = {
        "one patient": [(1, k % 2 == 0, 0.25 * (k % 5), False) for k in range(8)],
        "one row": [(1, True, 0.75, False)],
        "ties": [(k % 7, k % 2 == 0, 0.5, False) for k in range(14)],
        "one class": [(k % 7, True, 0.25 * (k % 5), False) for k in range(14)],
    }[kind]
    report = evaluation_report(findings(drawn), about=About("t"), draw=DRAW)
    check_bounds(report.tasks[0])
    scores = {score.name: score.estimate for score in report.tasks[0].scores}
    if kind in ("one patient", "one row"):
        assert np.isnan(scores["f1"].low)
    if kind == "ties":
        assert scores["auc"].value == 0.5
    if kind in ("one class", "one row"):
        assert np.isnan(scores["auc"].value)


@pytest.mark.parametrize(
    ("task", "probabilities", "reference"),
    [("g", (0.2, 0.5, 0.3), 2), ("dice-x", (), 1), ("n", (), 3.5), ("detect-x", (), 1)],
)
def test_a_task_of_which_all_was_declined_is_reported_without_a_fault(
    task, probabilities, reference
):
    rows = [made(k, k, task, reference, np.nan, probabilities, abstained=True) for k in range(5)]
    report = report_of(predictions_from_rows(rows), task)
    assert report.declined == 5
    check_bounds(report)
    scores = {(s.name, s.counted): s.estimate.value for s in report.scores}
    assert scores.get(("coverage", "all"), 0.0) == 0.0


def test_all_declined_is_nought_and_has_no_figure_of_the_answered():
    drawn = [(k % 7, k % 2 == 0, 0.75, True) for k in range(14)]
    report = evaluation_report(findings(drawn), about=About("t"), draw=DRAW).tasks[0]
    scores = {(score.name, score.counted): score.estimate.value for score in report.scores}
    assert scores["coverage", "all"] == 0.0
    assert scores["accuracy", "all"] == 0.0
    assert not [key for key in scores if key[1] == "answered"]
