"""What ``metrics.json`` and ``comparison.json`` hold."""

from __future__ import annotations

from condyle.bundle import Bundle
from condyle.domain.comparison_report import ComparisonReport
from condyle.domain.evaluation_report import EvaluationReport
from condyle.reporting.evaluation.tables import plain, tasks_document

EVALUATION_SCHEMA = "condyle.evaluation/1"
COMPARISON_SCHEMA = "condyle.comparison/1"


def metrics_document(
    report: EvaluationReport, *, bundle: Bundle | None, patients: int
) -> dict[str, object]:
    """Gives an evaluation as plain values; what is undefined is null.

    Args:
        report: What was found.
        bundle: What was evaluated, or ``None`` where a table was given.
        patients: How many were read, those that the model learned from among them.
    """
    evaluated = None
    if bundle is not None:
        evaluated = {
            "name": bundle.manifest.name,
            "version": bundle.manifest.version,
            "sha256": bundle.sha256,
        }
    return {
        "schema": EVALUATION_SCHEMA,
        "bundle": evaluated,
        "patients": patients,
        "in_sample": report.in_sample,
        "out_of_sample": patients - report.in_sample,
        "reason": report.reason or None,
        "tasks": tasks_document(report),
    }


def comparison_document(report: ComparisonReport) -> dict[str, object]:
    """Gives a comparison as plain values; what is undefined is null.

    Args:
        report: What was found.
    """
    return {
        "schema": COMPARISON_SCHEMA,
        "facts": plain(report.facts),
        "margin": report.margin,
        "tasks": tasks_document(report),
        "warnings": list(report.warnings),
        "notes": list(report.notes),
    }
