"""An evaluation as lines of CSV and as plain values for JSON."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator
from dataclasses import fields, is_dataclass

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


def metrics_csv(report: EvaluationReport) -> str:
    """Gives every estimate of an evaluation as CSV, one a line.

    Args:
        report: Whose estimates.
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(HEADINGS)
    for task in report.tasks:
        writer.writerows(_lines(task))
    return stream.getvalue()


def tasks_document(report: EvaluationReport) -> list[dict[str, object]]:
    """Gives the tasks of an evaluation as plain values; what is undefined is null.

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
    """Gives a dataclass, tuple or number as JSON can hold it."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
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
    shown = ["" if math.isnan(value) else repr(float(value)) for value in numbers]
    return [*shown, str(estimate.n), estimate.unit, f"{estimate.level:g}", estimate.method]
