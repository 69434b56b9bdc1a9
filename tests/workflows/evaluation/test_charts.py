"""What each chart shows, held against scikit-learn and the formulas."""

import numpy as np
import pytest
from sklearn import metrics
from sklearn.calibration import calibration_curve

from condyle.evaluation.predictions import predictions_from_rows
from condyle.reporting.evaluation.words import estimate_words
from condyle.workflows.evaluation.finding import finding_report, finding_rows
from condyle.workflows.evaluation.finding_charts import (
    DECISION_GRID,
    MOST_POINTS,
    risk_chart,
    thinned,
)
from condyle.workflows.evaluation.grade import grade_report, grade_rows
from condyle.workflows.evaluation.overlap import case_chart, mean_over_patients, overlap_report
from condyle.workflows.evaluation.rows import task_rows


@pytest.fixture(name="tear")
def _tear(mixed, quick):
    """The charts of a finding with nothing declined, its references and probabilities."""
    table = mixed(decline=False)
    rows = table.of_task("tear")
    report = finding_report(task_rows(table, "tear"), quick)
    return dict(report.charts), rows.reference.astype(int), rows.probabilities[:, 0]


def test_the_roc_curve_is_scikit_learns(tear):
    charts, truth, score = tear
    rate, caught, _ = metrics.roc_curve(truth, score, drop_intermediate=False)
    curve = charts["roc"].curves[0]
    np.testing.assert_allclose(curve.x, rate, atol=1e-12)
    np.testing.assert_allclose(curve.y, caught, atol=1e-12)


def test_the_precision_recall_curve_is_scikit_learns(tear):
    charts, truth, score = tear
    precision, recall, _ = metrics.precision_recall_curve(truth, score)
    curve, guide = charts["precision-recall"].curves
    # Theirs rises from the lowest threshold and ends in a point without any call.
    np.testing.assert_allclose(curve.x, recall[:-1][::-1], atol=1e-12)
    np.testing.assert_allclose(curve.y, precision[:-1][::-1], atol=1e-12)
    assert guide.y == (pytest.approx(truth.mean()),) * 2


def test_the_calibration_is_scikit_learns_with_the_rows_of_each_bin(tear):
    charts, truth, score = tear
    observed, said = calibration_curve(truth, score, n_bins=10)
    marks = charts["calibration"].marks
    np.testing.assert_allclose([mark.x for mark in marks], said, atol=1e-12)
    np.testing.assert_allclose([mark.y for mark in marks], observed, atol=1e-12)
    edges, counts = charts["calibration"].counts
    assert len(edges) == 11 and sum(counts) == len(truth)
    for mark in marks:
        assert np.isnan(mark.low) or mark.low <= mark.y <= mark.high


def test_the_decision_curve_is_the_formula_of_vickers_and_elkin(tear):
    charts, truth, score = tear
    model, everyone, no_one = charts["decision"].curves
    n = len(truth)
    for at, threshold in enumerate(DECISION_GRID):
        called = score >= threshold
        odds = threshold / (1 - threshold)
        won = (called & (truth == 1)).sum() / n - (called & (truth == 0)).sum() / n * odds
        assert model.y[at] == pytest.approx(won)
        assert everyone.y[at] == pytest.approx(truth.mean() - (1 - truth.mean()) * odds)
        assert model.low[at] <= model.y[at] <= model.high[at]
    assert set(no_one.y) == {0.0}


def test_the_sweep_is_counting_at_each_threshold(tear):
    charts, truth, score = tear
    lines = {curve.name: curve for curve in charts["thresholds"].curves}
    assert set(lines) == {"sensitivity", "specificity", "PPV"}
    for threshold, shown in zip(lines["sensitivity"].x, lines["sensitivity"].y, strict=True):
        assert shown == pytest.approx((score[truth == 1] >= threshold).mean())
    for threshold, shown in zip(lines["specificity"].x, lines["specificity"].y, strict=True):
        assert shown == pytest.approx((score[truth == 0] < threshold).mean())
    marks = [m for m in charts["thresholds"].marks if m.series == "sensitivity"]
    for mark in marks:
        assert mark.y == pytest.approx((score[truth == 1] >= mark.x).mean())


def test_the_selective_risk_is_the_share_wrong_among_the_surest(tear):
    charts, truth, score = tear
    wrong = (score >= 0.5) != truth
    sure = np.maximum(score, 1 - score)
    order = np.argsort(-sure, kind="stable")
    curve, guide = charts["selective-risk"].curves
    assert curve.x[-1] == 1.0 and curve.y[-1] == pytest.approx(wrong.mean())
    half = len(truth) // 2
    at = int(np.argmin(np.abs(np.asarray(curve.x) - half / len(truth))))
    rows = round(curve.x[at] * len(truth))
    assert curve.y[at] == pytest.approx(wrong[order][:rows].mean())
    assert guide.y[0] == pytest.approx(wrong.mean())


def test_the_confusion_matrix_is_scikit_learns(tear):
    charts, truth, score = tear
    found = np.array(charts["confusion"].counts)
    np.testing.assert_array_equal(found, metrics.confusion_matrix(truth, score >= 0.5))
    assert charts["confusion"].declined == ()


def test_the_mark_of_the_decision_stands_on_the_roc_curve(tear):
    charts, truth, score = tear
    mark = charts["roc"].marks[0]
    assert mark.y == pytest.approx((score[truth == 1] >= 0.5).mean())
    assert mark.x == pytest.approx((score[truth == 0] >= 0.5).mean())
    curve = charts["roc"].curves[0]
    assert (mark.x, mark.y) in [
        (pytest.approx(x), pytest.approx(y)) for x, y in zip(curve.x, curve.y, strict=True)
    ]


def test_what_was_declined_has_a_second_roc_curve_below_the_first(mixed, quick):
    rows = task_rows(mixed(), "tear")
    first, second = dict(finding_report(rows, quick).charts)["roc"].curves
    assert (first.name, second.name) == ("answered", "all, declined counted as wrong")
    assert second.role == "other"
    at = np.linspace(0.01, 0.99, 50)
    above = np.interp(at, first.x, first.y) - np.interp(at, second.x, second.y)
    assert above.min() > -0.05 and above.mean() > 0.0


def test_a_decision_of_its_own_threshold_is_marked_and_counted(row, quick):
    rows = [row(k, "t", k % 2, k % 2 or k % 3 == 0, [0.1 + k / 100]) for k in range(30)]
    found = finding_rows(task_rows(predictions_from_rows(rows), "t"))
    assert found.called.sum() == sum(1 for k in range(30) if k % 2 or k % 3 == 0)
    assert not found.undecided.any() and not found.unscored.any()


def test_a_row_without_a_probability_counts_as_unscored_and_still_as_decided(row):
    rows = [row(1, "t", 1, 1, [0.9]), row(2, "t", 0, 0)]
    found = finding_rows(task_rows(predictions_from_rows(rows), "t"))
    assert found.unscored.tolist() == [False, True]
    assert found.undecided.tolist() == [False, False]


def test_the_area_on_the_figure_is_worded_as_on_the_page(mixed, quick):
    report = finding_report(task_rows(mixed(), "tear"), quick)
    area = next(s.estimate for s in report.scores if (s.name, s.counted) == ("auc", "answered"))
    said = dict(report.charts)["roc"].note
    assert said.split(" (")[0] == f"area {estimate_words(area)}".split(" (")[0]
    assert " to " in said


def test_a_long_curve_keeps_its_ends_and_no_more_points_than_can_be_seen():
    x = np.linspace(0, 1, 5000)
    kept, squared = thinned(x, x**2)
    assert len(kept) == len(squared) == MOST_POINTS
    assert (kept[0], kept[-1], squared[-1]) == (0.0, 1.0, 1.0)
    assert thinned(np.array([0.5])) == ((0.5,),)


def test_risk_without_any_error_is_nought_throughout():
    chart = risk_chart("t", np.ones(5, dtype=bool), np.linspace(0.5, 1, 5))
    assert set(chart.curves[0].y) == {0.0}
    assert chart.note == "0% wrong of all answered"


def test_the_matrix_of_a_grade_is_scikit_learns(mixed, quick):
    table = mixed(decline=False)
    rows = table.of_task("severity")
    charts = dict(grade_report(task_rows(table, "severity"), quick).charts)
    found = np.array(charts["confusion"].counts)
    wanted = metrics.confusion_matrix(rows.reference, rows.prediction)
    np.testing.assert_array_equal(found, wanted)
    assert list(charts) == ["confusion", "calibration", "selective-risk", "subgroups"]


def test_the_calibration_of_a_grade_is_of_the_probability_of_the_grade_given(mixed, quick):
    table = mixed(decline=False)
    rows = table.of_task("severity")
    chart = dict(grade_report(task_rows(table, "severity"), quick).charts)["calibration"]
    shares = rows.probabilities[:, :3].max(axis=1)
    right = rows.prediction == rows.reference
    counts = chart.counts[1]
    assert sum(counts) == len(right)
    weights = np.array([count for count in counts if count])
    observed = np.array([mark.y for mark in chart.marks])
    said = np.array([mark.x for mark in chart.marks])
    assert (observed * weights).sum() == pytest.approx(right.sum())
    assert (said * weights).sum() == pytest.approx(shares.sum(), rel=1e-4)


def test_a_grade_that_is_not_stated_is_the_most_probable_one(row):
    rows = [
        row(1, "g", 1, np.nan, [0.1, 0.7, 0.2]),
        row(2, "g", 0, np.nan, [0.6, 0.3, 0.1]),
        row(3, "g", 2, np.nan, abstained=True),
    ]
    found = grade_rows(task_rows(predictions_from_rows(rows), "g"))
    assert found.given.tolist()[:2] == [1, 0]
    assert found.declined.tolist() == [False, False, True]
    assert found.counted[2] == 0  # the farthest from grade 2


@pytest.mark.parametrize(("truth", "farthest"), [(1, 5), (2, 5), (3, 1), (4, 1), (5, 1)])
def test_a_declined_grade_counts_as_the_farthest(row, truth, farthest):
    shares = [0.2] * 5
    rows = [
        row(1, "g", 5, 5, shares),
        row(2, "g", truth, np.nan, abstained=True),
    ]
    found = grade_rows(task_rows(predictions_from_rows(rows), "g"))
    assert found.counted[1] == farthest


@pytest.mark.parametrize(("figure", "title"), [("dice", "Dice"), ("iou", "IoU")])
def test_the_case_chart_has_a_group_a_structure(row, quick, figure, title):
    names = ("vertebra", "disc")
    rows = [row(k, f"{figure}-{name}", 1, 0.5 + k / 20) for name in names for k in range(6)]
    table = predictions_from_rows(rows)
    tasks = [task_rows(table, task) for task in table.tasks]
    name, chart = case_chart(tasks, [overlap_report(task, quick) for task in tasks])
    assert (name, chart.title) == (f"{figure}-cases", f"{title} of each case")
    assert [group for group, _ in chart.groups] == ["disc", "vertebra"]
    assert chart.groups[0][1] == pytest.approx([0.5 + k / 20 for k in range(6)])
    assert chart.means[0].value == pytest.approx(0.625)


def test_the_mean_over_patients_weighs_a_patient_once(quick, row):
    rows = [row(1, "dice-x", 1, 0.2, unit=f"m{k}", series=f"m{k}") for k in range(9)]
    rows.append(row(2, "dice-x", 1, 0.8))
    found = task_rows(predictions_from_rows(rows), "dice-x")
    plan = quick.plan(found.table, found.unit)
    estimate = mean_over_patients(found.table.prediction, plan)
    assert (estimate.value, estimate.n, estimate.unit) == (pytest.approx(0.5), 2, "patient")
    nothing = mean_over_patients(np.full(10, np.nan), plan)
    assert np.isnan(nothing.value) and nothing.n == 0
