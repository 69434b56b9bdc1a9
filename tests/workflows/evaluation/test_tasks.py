"""Figures of each kind of task, held against scikit-learn, scipy and counting by hand."""

import numpy as np
import pytest
from sklearn import metrics

from condyle.errors import InputError
from condyle.evaluation.predictions import predictions_from_rows
from condyle.workflows.evaluation.report import REPORTS, About, evaluation_report
from condyle.workflows.evaluation.rows import task_rows

ABOUT = About("A made-up table")


def report_of(table, task, draw):
    rows = task_rows(table, task)
    return REPORTS[rows.kind](rows, draw)


def value(report, name, counted="all"):
    return next(s.estimate.value for s in report.scores if (s.name, s.counted) == (name, counted))


@pytest.fixture(name="whole")
def _whole(mixed):
    return mixed(decline=False)


def test_a_findings_figures_are_those_of_scikit_learn(whole, quick):
    found = report_of(whole, "tear", quick)
    rows = whole.of_task("tear")
    truth, score, called = rows.reference, rows.probabilities[:, 0], rows.prediction
    wanted = {
        "auc": metrics.roc_auc_score(truth, score),
        "average-precision": metrics.average_precision_score(truth, score),
        "sensitivity": metrics.recall_score(truth, called),
        "specificity": metrics.recall_score(truth, called, pos_label=0),
        "ppv": metrics.precision_score(truth, called),
        "accuracy": metrics.accuracy_score(truth, called),
        "balanced-accuracy": metrics.balanced_accuracy_score(truth, called),
        "f1": metrics.f1_score(truth, called),
        "matthews": metrics.matthews_corrcoef(truth, called),
    }
    assert {name: value(found, name) for name in wanted} == pytest.approx(wanted, abs=1e-9)
    assert value(found, "brier", "answered") == pytest.approx(
        metrics.brier_score_loss(truth, score)
    )
    assert value(found, "log-loss", "answered") == pytest.approx(metrics.log_loss(truth, score))
    assert value(found, "coverage") == 1.0


def test_what_was_declined_counts_as_wrong_beside_the_answered_only(mixed, quick):
    table = mixed()
    found = report_of(table, "tear", quick)
    rows = table.of_task("tear")
    right = (rows.reference == rows.prediction) & ~rows.abstained
    assert found.declined == int(rows.abstained.sum()) > 0
    assert value(found, "accuracy") == pytest.approx(right.mean())
    assert value(found, "accuracy", "answered") == pytest.approx(right[~rows.abstained].mean())
    assert value(found, "auc") < value(found, "auc", "answered")
    assert any("counts as the wrong" in note for note in found.notes)


def test_a_finding_has_all_its_charts_and_the_marked_thresholds(mixed, quick):
    found = report_of(mixed(), "tear", quick)
    charts = dict(found.charts)
    assert list(charts) == [
        "confusion",
        "roc",
        "precision-recall",
        "calibration",
        "decision",
        "thresholds",
        "selective-risk",
        "subgroups",
    ]
    assert {mark.x for mark in charts["thresholds"].marks} == {0.3, 0.5, 0.7}
    assert [point.threshold for point in found.thresholds] == [0.1, 0.3, 0.5, 0.7, 0.9]
    roc = charts["roc"].curves[0]
    assert (roc.x[0], roc.y[0], roc.x[-1], roc.y[-1]) == (0.0, 0.0, 1.0, 1.0)
    assert len(roc.low) == len(roc.high) == len(roc.x)
    assert all(low <= high for low, high in zip(roc.low, roc.high, strict=True))
    assert sum(map(sum, charts["confusion"].counts)) + sum(charts["confusion"].declined) == 48


def test_a_finding_without_decisions_is_decided_at_a_half(row, quick):
    rows = [row(k, "t", k % 2, np.nan, [0.2 + 0.6 * (k % 2)]) for k in range(12)]
    found = report_of(predictions_from_rows(rows), "t", quick)
    assert value(found, "accuracy") == 1.0
    assert "0.5" in found.notes[0]


def test_a_finding_without_probabilities_has_no_roc_area(row, quick):
    rows = [row(k, "t", k % 2, k % 3 == 0) for k in range(12)]
    found = report_of(predictions_from_rows(rows), "t", quick)
    assert "auc" not in {score.name for score in found.scores}
    assert [name for name, _ in found.charts] == ["confusion"]


def test_one_class_only_is_said_and_not_drawn(row, quick):
    rows = [row(k, "t", 1, 1, [0.9 - k / 100]) for k in range(12)]
    found = report_of(predictions_from_rows(rows), "t", quick)
    assert np.isnan(value(found, "auc"))
    assert any("negative by the reference" in warning for warning in found.warnings)
    assert "roc" not in dict(found.charts)


def test_few_of_a_class_are_warned_of(row, quick):
    rows = [row(k, "t", k < 3, k < 2, [0.9 if k < 2 else 0.1]) for k in range(40)]
    found = report_of(predictions_from_rows(rows), "t", quick)
    assert any("Only 3 patients positive" in warning for warning in found.warnings)


def test_a_grades_figures_are_those_of_scikit_learn(whole, quick):
    found = report_of(whole, "severity", quick)
    rows = whole.of_task("severity")
    truth, given = rows.reference.astype(int), rows.prediction.astype(int)
    shares = rows.probabilities[:, :3] / rows.probabilities[:, :3].sum(axis=1, keepdims=True)
    wanted = {
        "exact": metrics.accuracy_score(truth, given),
        "within-one": np.mean(np.abs(truth - given) <= 1),
        "quadratic-kappa": metrics.cohen_kappa_score(truth, given, weights="quadratic"),
        "linear-kappa": metrics.cohen_kappa_score(truth, given, weights="linear"),
        "macro-f1": metrics.f1_score(truth, given, average="macro"),
        "macro-sensitivity": metrics.recall_score(truth, given, average="macro"),
    }
    assert {name: value(found, name) for name in wanted} == pytest.approx(wanted, abs=1e-9)
    assert value(found, "macro-auc", "answered") == pytest.approx(
        metrics.roc_auc_score(truth, shares, multi_class="ovr"), abs=1e-9
    )
    assert value(found, "log-loss", "answered") == pytest.approx(
        metrics.log_loss(truth, shares), abs=1e-9
    )


def test_a_declined_grade_is_the_farthest_and_has_its_own_column(mixed, quick):
    table = mixed()
    found = report_of(table, "severity", quick)
    rows = table.of_task("severity")
    right = (rows.reference == rows.prediction) & ~rows.abstained
    assert value(found, "exact") == pytest.approx(right.mean())
    assert value(found, "exact", "answered") == pytest.approx(right[~rows.abstained].mean())
    confusion = dict(found.charts)["confusion"]
    assert sum(confusion.declined) == int(rows.abstained.sum())
    assert confusion.labels == ("1", "2", "3")


def test_overlap_is_averaged_over_patients_and_over_cases(row, quick):
    values = {1: [0.9, 0.7], 2: [0.5], 3: [np.nan]}
    rows = [
        row(patient, "dice-x", 1, dice, unit=f"m{patient}{k}", series=f"m{patient}{k}")
        for patient, of_patient in values.items()
        for k, dice in enumerate(of_patient)
    ]
    found = report_of(predictions_from_rows(rows), "dice-x", quick)
    assert value(found, "dice") == pytest.approx((0.8 + 0.5) / 2)
    assert value(found, "dice-over-cases") == pytest.approx(0.7)
    assert found.spread.undefined == 1
    assert (found.spread.smallest, found.spread.largest) == (0.5, 0.9)


def test_a_declined_overlap_counts_as_nought(row, quick):
    rows = [row(1, "dice-x", 1, 0.8), row(2, "dice-x", 1, np.nan, abstained=True)]
    found = report_of(predictions_from_rows(rows), "dice-x", quick)
    assert value(found, "dice") == pytest.approx(0.4)
    assert value(found, "dice", "answered") == pytest.approx(0.8)
    assert value(found, "coverage") == 0.5


def test_a_numbers_errors_are_those_of_scikit_learn_and_of_bland_and_altman(mixed, quick):
    table = mixed()
    found = report_of(table, "bone-age", quick)
    rows = table.of_task("bone-age")
    truth, given = rows.reference, rows.prediction
    gaps = given - truth
    answered = {
        "mean-absolute-difference": metrics.mean_absolute_error(truth, given),
        "root-mean-squared-error": metrics.root_mean_squared_error(truth, given),
        "bias": gaps.mean(),
        "lower-limit-of-agreement": gaps.mean() - 1.96 * gaps.std(ddof=1),
        "upper-limit-of-agreement": gaps.mean() + 1.96 * gaps.std(ddof=1),
    }
    made = {name: value(found, name, "answered") for name in answered}
    assert made == pytest.approx(answered, abs=1e-9)
    assert "same-number" not in {score.name for score in found.scores}
    chart = dict(found.charts)["bland-altman"]
    np.testing.assert_allclose(chart.differences, gaps)


def test_a_count_has_the_share_that_is_the_same(mixed, quick):
    table = mixed()
    rows = table.of_task("disc-count")
    found = report_of(table, "disc-count", quick)
    assert value(found, "same-number") == pytest.approx((rows.prediction == 5).mean())


def test_boxes_matched_beforehand_give_average_precision_and_froc(row, quick):
    rows = [
        row(1, "detect-x", 1, 1, [0.9], unit="box-1"),
        row(1, "detect-x", 0, 1, [0.8], unit="box-2"),
        row(2, "detect-x", 1, 1, [0.7], unit="box-1"),
        row(2, "detect-x", 1, np.nan, unit="box-2"),
        row(3, "detect-x", np.nan, np.nan, unit="none"),
    ]
    found = report_of(predictions_from_rows(rows), "detect-x", quick)
    assert value(found, "average-precision") == pytest.approx(1 / 3 + 2 / 3 / 3)
    assert value(found, "sensitivity-at-0.5-false-an-image") == pytest.approx(2 / 3)
    assert found.rows == 3 and "3 reference boxes and 3 found" in found.notes[0]
    assert [name for name, _ in found.charts] == ["precision-recall", "froc"]


def test_a_box_that_is_neither_found_nor_missed_is_refused(row, quick):
    table = predictions_from_rows([row(1, "detect-x", 0, np.nan, unit="box-1")])
    with pytest.raises(InputError, match="cannot be evaluated"):
        report_of(table, "detect-x", quick)


def test_every_interval_holds_its_value(mixed, quick):
    table = mixed()
    for task in table.tasks:
        for score in report_of(table, task, quick).scores:
            found = score.estimate
            if not np.isnan(found.low):
                assert found.low <= found.value <= found.high, (task, score.name)


def test_the_order_of_the_rows_changes_nothing(mixed, quick):
    table = mixed()
    turned = table.at(np.random.default_rng(2).permutation(len(table)))
    for task in ("tear", "severity"):
        first, second = report_of(table, task, quick), report_of(turned, task, quick)
        for a, b in zip(first.scores, second.scores, strict=True):
            assert a.estimate.value == pytest.approx(b.estimate.value, abs=1e-12)


def test_a_report_has_every_task_and_its_overview(mixed, quick):
    steps = []
    report = evaluation_report(mixed(), about=ABOUT, draw=quick, progress=steps.append)
    assert [task.kind for task in report.tasks] == [
        "number",
        "detection",
        "overlap",
        "number",
        "grade",
        "finding",
    ]
    assert [name for name, _ in report.charts] == ["dice-cases"]
    assert (report.patients, report.in_sample, report.reason) == (24, 0, "")
    assert [(s.stage, s.done, s.total) for s in steps] == [("figures", n, 6) for n in range(1, 7)]


def test_a_patient_that_is_marked_in_one_task_counts_in_none(row, quick):
    marks = {"t": "yes", "n": "no"}
    rows = [
        row(k, task, k % 2, 1, covariates={"in_sample": mark if k < 2 else "no"})
        for task, mark in marks.items()
        for k in range(9)
    ]
    report = evaluation_report(predictions_from_rows(rows), about=ABOUT, draw=quick)
    assert (report.in_sample, report.patients) == (2, 7)
    assert {task.patients for task in report.tasks} == {7}


def test_patients_that_were_learned_from_give_no_figure(row, quick):
    rows = [
        row(k, "t", k % 2, k % 2, [0.5], covariates={"in_sample": "yes" if k < 4 else "no"})
        for k in range(10)
    ]
    report = evaluation_report(predictions_from_rows(rows), about=ABOUT, draw=quick)
    assert (report.patients, report.in_sample) == (6, 4)
    assert report.tasks[0].rows == 6
    assert "4 patients are left out" in report.warnings[0]
    alone = predictions_from_rows(rows[:4])
    report = evaluation_report(alone, about=ABOUT, draw=quick)
    assert report.tasks == () and "trained on" in report.reason


def test_a_table_without_any_reference_is_refused(row, quick):
    table = predictions_from_rows([row(1, "t", np.nan, 1, [0.5])])
    with pytest.raises(InputError, match="nothing to evaluate"):
        evaluation_report(table, about=ABOUT, draw=quick)


def test_the_same_table_and_seed_give_the_same_figures(mixed, quick):
    first = evaluation_report(mixed(patients=8), about=ABOUT, draw=quick)
    second = evaluation_report(mixed(patients=8), about=ABOUT, draw=quick)
    assert repr(first) == repr(second)
