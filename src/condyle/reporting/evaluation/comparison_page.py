"""A comparison of two models as a page, and as lines of CSV."""

from __future__ import annotations

import csv
import io
import math

from condyle.domain.comparison_report import ComparedFigure, ComparisonReport, TaskComparison
from condyle.domain.estimate import Estimate
from condyle.domain.evaluation_report import Section, Table
from condyle.reporting.evaluation.draw import drawings
from condyle.reporting.evaluation.page import SectionsPage
from condyle.reporting.evaluation.words import (
    counted_word,
    estimate_words,
    figure_word,
    p_words,
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
        sections=(_summary(report), *tasks, *report.extra, method),
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
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(HEADINGS)
    for task in report.tasks:
        for figure in task.figures:
            writer.writerow(_line(task, figure))
    return stream.getvalue()


def _summary(report: ComparisonReport) -> Section:
    rows = []
    for task in report.tasks:
        for figure in task.figures:
            if figure.headline:
                size = f"{counted_word(figure.n, task.unit)}, "
                size += counted_word(task.patients, "patient")
                if task.unit == "patient":
                    size = counted_word(figure.n, "patient")
                rows.append(
                    (
                        task_word(task.name),
                        figure_word(figure.name),
                        size,
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
    tables = (Table("", heading, rows, f"n in {task.unit}s."),) if rows else ()
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
        _cell(figure.p_value),
        _cell(figure.adjusted_p),
        figure.test,
        _cell(figure.probability_false),
        figure.probability_method,
        figure.verdict,
        kept,
    ]


def _cells(estimate: Estimate) -> list[str]:
    return [_cell(value) for value in (estimate.value, estimate.low, estimate.high)]


def _cell(value: float) -> str:
    return "" if math.isnan(value) else repr(float(value))
