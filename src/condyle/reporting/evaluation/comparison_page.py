"""A comparison of two models as a page, and as lines of CSV."""

from __future__ import annotations

from condyle.domain.comparison_report import ComparedFigure, ComparisonReport, TaskComparison
from condyle.domain.estimate import Estimate
from condyle.domain.evaluation_report import Section, Table
from condyle.reporting.evaluation.draw import drawings
from condyle.reporting.evaluation.page import SectionsPage
from condyle.reporting.evaluation.tables import csv_number, csv_text
from condyle.reporting.evaluation.words import (
    estimate_words,
    figure_word,
    p_words,
    plural,
    size_words,
    task_word,
)

HEADINGS = (
    "task",
    "kind",
    "figure",
    "headline",
    "n",
    "unit",
    *(f"{which}_{part}" for which in ("a", "b", "advantage") for part in ("value", "low", "high")),
    "p_value",
    "adjusted_p",
    "test",
    "probability_false",
    "probability_method",
    "verdict",
    "not_inferior",
)
"""Columns of ``comparison.csv``; an undefined number is an empty cell."""


def comparison_page(report: ComparisonReport) -> SectionsPage:
    """Gives the page of a comparison, its figures drawn.

    Args:
        report: What to set.
    """
    tasks = [_task_section(task) for task in report.tasks if task.figures or task.warnings]
    method = Section("How this was compared", paragraphs=report.notes)
    return SectionsPage(
        title=report.title,
        facts=report.facts,
        banners=(),
        sections=(_summary(report), *tasks, method),
    )


def verdict_words(figure: ComparedFigure, margin: float | None) -> str:
    """Words what was shown of a figure, the margin of non-inferiority among it.

    Args:
        figure: What was compared.
        margin: The margin, or ``None``.
    """
    said = figure.verdict
    if figure.not_inferior is None or margin is None:
        return said
    word = "shown" if figure.not_inferior else "not shown"
    return f"{said}; A not inferior to B by {margin:g}: {word}"


def comparison_csv(report: ComparisonReport) -> str:
    """Gives every figure of a comparison as CSV, one a line.

    Args:
        report: Whose figures.
    """
    lines = [_line(task, figure) for task in report.tasks for figure in task.figures]
    return csv_text(HEADINGS, lines)


def _summary(report: ComparisonReport) -> Section:
    rows = []
    for task in report.tasks:
        for figure in task.figures:
            if figure.headline:
                rows.append(
                    (
                        task_word(task.name),
                        figure_word(figure.name),
                        size_words(figure.n, task.unit, task.patients),
                        estimate_words(figure.a),
                        estimate_words(figure.b),
                        estimate_words(figure.advantage),
                        p_words(figure.adjusted_p),
                        p_words(figure.probability_false),
                        verdict_words(figure, report.margin),
                    )
                )
    table = Table(
        "",
        (
            "task",
            "figure",
            "n",
            "A",
            "B",
            "advantage of A",
            "p (Holm)",
            "claim is false with",
            "verdict",
        ),
        tuple(rows),
        "Value (95 % interval by patient). The advantage is positive where A is better.",
    )
    return Section(
        "Summary", tables=(table,), figures=drawings(report.charts, "all"), warnings=report.warnings
    )


def _task_section(task: TaskComparison) -> Section:
    rows = tuple(
        (
            figure_word(figure.name),
            str(figure.n),
            estimate_words(figure.a),
            estimate_words(figure.b),
            estimate_words(figure.advantage),
            f"{p_words(figure.p_value)} ({figure.test})",
            f"{p_words(figure.probability_false)} ({figure.probability_method})",
            figure.verdict,
        )
        for figure in task.figures
    )
    heading = ("figure", "n", "A", "B", "advantage of A", "p", "claim is false with", "verdict")
    tables = (Table("", heading, rows, f"n in {plural(task.unit)}."),) if rows else ()
    return Section(
        task_word(task.name),
        tables=tables,
        figures=drawings(task.charts, task.name),
        warnings=task.warnings,
    )


def _line(task: TaskComparison, figure: ComparedFigure) -> list[str]:
    kept = "" if figure.not_inferior is None else str(figure.not_inferior).lower()
    return [
        task.name,
        task.kind,
        figure.name,
        str(figure.headline).lower(),
        str(figure.n),
        task.unit,
        *_cells(figure.a),
        *_cells(figure.b),
        *_cells(figure.advantage),
        csv_number(figure.p_value),
        csv_number(figure.adjusted_p),
        figure.test,
        csv_number(figure.probability_false),
        figure.probability_method,
        figure.verdict,
        kept,
    ]


def _cells(estimate: Estimate) -> list[str]:
    return [csv_number(value) for value in (estimate.value, estimate.low, estimate.high)]
