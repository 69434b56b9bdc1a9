"""A comparison as a page and as CSV: what is better, how surely, and what is not shown."""

import csv
import io

import pytest

from condyle.domain.comparison_report import ComparedFigure, ComparisonReport, TaskComparison
from condyle.domain.evaluation_charts import ForestChart, ForestRow
from condyle.reporting.evaluation.comparison_page import (
    comparison_csv,
    comparison_page,
    verdict_words,
)
from condyle.reporting.evaluation.files import page_files

NAN = float("nan")


@pytest.fixture(name="compared")
def _compared(estimate):
    def make(name="auc", *, headline=True, **more):
        values = {
            "name": name,
            "n": 80,
            "a": estimate(0.9),
            "b": estimate(0.8),
            "advantage": estimate(0.1),
            "p_value": 0.004,
            "adjusted_p": 0.008 if headline else NAN,
            "test": "DeLong, by patient",
            "probability_false": 0.0004,
            "probability_method": "patient bootstrap",
            "verdict": "A is better than B",
            "headline": headline,
        }
        return ComparedFigure(**{**values, **more})

    return make


@pytest.fixture(name="comparison")
def _comparison(compared, estimate):
    def make(**more):
        weak = compared(
            "accuracy",
            headline=False,
            p_value=NAN,
            probability_false=0.3,
            verdict="not shown",
        )
        task = TaskComparison("disc-narrowing", "finding", "disc", 20, (compared(), weak))
        boxes = TaskComparison("detect-x", "detection", "row", 3, (), (), ("Not compared.",))
        chart = ForestChart(
            "Advantage of A over B",
            "advantage-auc",
            (ForestRow("", "disc-narrowing", estimate(0.1), "80 discs"),),
            0.0,
        )
        values = {
            "title": "Comparison of two models",
            "facts": (("A", "new.csv"), ("B", "old.csv")),
            "tasks": (task, boxes),
            "charts": (("advantage-auc", chart),),
            "warnings": ("Tasks that only A has are left out: x.",),
            "notes": ("Only under 5 %.",),
        }
        return ComparisonReport(**{**values, **more})

    return make


def test_the_summary_has_the_headline_figure_of_each_task(comparison):
    page = comparison_page(comparison())
    summary = page.sections[0]
    assert len(summary.tables[0].rows) == 1
    row = summary.tables[0].rows[0]
    assert row[:3] == ("Disc narrowing", "ROC area", "80 discs of 20 patients")
    assert row[3:6] == (
        "0.900 (0.850 to 0.950)",
        "0.800 (0.750 to 0.850)",
        "0.100 (0.050 to 0.150)",
    )
    assert row[6:] == ("0.008", "< 0.001", "A is better than B")
    assert summary.warnings == ("Tasks that only A has are left out: x.",)


def test_each_task_lists_all_its_figures_with_test_and_probability(comparison):
    section = comparison_page(comparison()).sections[1]
    assert section.title == "Disc narrowing"
    first, second = section.tables[0].rows
    assert first[5] == "0.004 (DeLong, by patient)"
    assert first[6] == "< 0.001 (patient bootstrap)"
    assert second[0] == "accuracy" and second[5].startswith("- (") and second[7] == "not shown"


def test_a_task_that_could_not_be_compared_says_why(comparison):
    section = comparison_page(comparison()).sections[2]
    assert (section.title, section.warnings) == ("Detection, x", ("Not compared.",))
    assert section.tables == ()


def test_how_it_was_compared_stands_last(comparison):
    titles = [section.title for section in comparison_page(comparison()).sections]
    assert titles[-1] == "How this was compared"
    assert titles.count("How this was compared") == 1


@pytest.mark.parametrize(
    ("kept", "margin", "words"),
    [
        (None, None, "not shown"),
        (True, 0.05, "not shown; A not inferior to B by 0.05: shown"),
        (False, 0.1, "not shown; A not inferior to B by 0.1: not shown"),
    ],
)
def test_the_margin_is_worded_beside_the_verdict(compared, kept, margin, words):
    assert verdict_words(compared(verdict="not shown", not_inferior=kept), margin) == words


def test_one_row_a_patient_is_counted_as_patients(comparison, compared):
    task = TaskComparison("t", "number", "patient", 80, (compared(),))
    row = comparison_page(comparison(tasks=(task,))).sections[0].tables[0].rows[0]
    assert row[2] == "80 patients"


def test_the_csv_has_every_figure_and_leaves_the_undefined_empty(comparison):
    lines = list(csv.DictReader(io.StringIO(comparison_csv(comparison()))))
    assert [line["figure"] for line in lines] == ["auc", "accuracy"]
    assert (lines[0]["headline"], lines[1]["headline"]) == ("true", "false")
    assert float(lines[0]["advantage_value"]) == 0.1
    assert float(lines[0]["a_low"]) == pytest.approx(0.85)
    assert (lines[1]["p_value"], lines[1]["adjusted_p"], lines[0]["not_inferior"]) == ("", "", "")
    assert lines[1]["verdict"] == "not shown"


def test_a_judged_margin_is_true_or_false_in_the_csv(comparison, compared):
    tasks = tuple(
        TaskComparison(name, "finding", "disc", 9, (compared(not_inferior=kept),))
        for name, kept in (("x", True), ("y", False))
    )
    lines = list(csv.DictReader(io.StringIO(comparison_csv(comparison(tasks=tasks)))))
    assert [line["not_inferior"] for line in lines] == ["true", "false"]


def test_the_page_is_written_with_its_forest_plot_the_same_twice(comparison):
    files = page_files(comparison_page(comparison()))
    assert set(files) == {
        "report.html",
        "report.pdf",
        "figures/all-advantage-auc.svg",
        "figures/all-advantage-auc.png",
    }
    assert "advantage of A, ROC area" in files["figures/all-advantage-auc.svg"].decode()
    assert files == page_files(comparison_page(comparison()))


def test_names_of_tasks_are_only_text(comparison, compared):
    task = TaskComparison("<script>alert(1)</script>", "finding", "row", 9, (compared(),))
    html = page_files(comparison_page(comparison(tasks=(task,))))["report.html"].decode()
    assert "<script>" not in html.lower()
