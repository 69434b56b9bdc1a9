"""An evaluation as lines of CSV and as plain values for JSON."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass

from condyle.domain.comparison_report import ComparisonReport
from condyle.domain.estimate import Estimate
from condyle.domain.evaluation_report import EvaluationReport, TaskReport

HEADINGS = (
    "task",
    "kind",
    "figure",
    "counted",
    "covariate",
    "group",
    "threshold",
    "value",
    "low",
    "high",
    "n",
    "unit",
    "level",
    "interval",
)
"""Columns of ``metrics.csv``; an undefined number is an empty cell."""

DERIVED = ("verdict",)
"""Properties that JSON holds beside the fields of a dataclass."""


def metrics_csv(report: EvaluationReport) -> str:
    """Gives every estimate of an evaluation as CSV, one a line.

    Args:
        report: Whose estimates.
    """
    return csv_text(HEADINGS, (line for task in report.tasks for line in _lines(task)))


def csv_text(headings: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    """Gives a table as CSV, with line feeds on every system.

    Args:
        headings: Of the columns.
        lines: Cells of each line.
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(headings)
    writer.writerows(lines)
    return stream.getvalue()


def csv_number(value: float) -> str:
    """Gives a number with all its digits, and an undefined one as an empty cell."""
    return "" if math.isnan(value) else repr(float(value))


def tasks_document(report: EvaluationReport | ComparisonReport) -> list[dict[str, object]]:
    """Gives the tasks of an evaluation or comparison as plain values; what is undefined is null.

    Args:
        report: Whose tasks; what its charts show is left out, being drawn.
    """
    made = []
    for task in report.tasks:
        values = plain(task)
        if isinstance(values, dict):
            values.pop("charts", None)
            made.append(values)
    return made


def plain(value: object) -> object:
    """Gives a dataclass, mapping, tuple or number as JSON can hold it.

    What a dataclass derives from its fields stands beside them where ``DERIVED`` names it.
    """
    if is_dataclass(value) and not isinstance(value, type):
        found = {field.name: plain(getattr(value, field.name)) for field in fields(value)}
        derived = [d for d in DERIVED if isinstance(getattr(type(value), d, None), property)]
        return found | {name: plain(getattr(value, name)) for name in derived}
    if isinstance(value, Mapping):
        return {str(name): plain(item) for name, item in value.items()}
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    return value


def _lines(task: TaskReport) -> Iterator[list[str]]:
    head = [task.name, task.kind]
    for score in task.scores:
        yield [*head, score.name, score.counted, "", "", "", *_cells(score.estimate)]
    for point in task.thresholds:
        for name in ("sensitivity", "specificity", "ppv", "npv"):
            at = [*head, name, "answered", "", "", f"{point.threshold:g}"]
            yield [*at, *_cells(getattr(point, name))]
    for covariate in task.subgroups:
        for group in covariate.groups:
            where = ["all", covariate.covariate, group.name, ""]
            yield [*head, covariate.figure, *where, *_cells(group.estimate)]


def _cells(estimate: Estimate) -> list[str]:
    numbers = [estimate.value, estimate.low, estimate.high]
    return [
        *map(csv_number, numbers),
        str(estimate.n),
        estimate.unit,
        f"{estimate.level:g}",
        estimate.method,
    ]
