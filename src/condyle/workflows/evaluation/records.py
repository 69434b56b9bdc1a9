"""Cohort, flow and checklists of an evaluation, from its own records."""

from __future__ import annotations

from dataclasses import replace

from condyle.domain.evaluation_report import EvaluationReport, TaskReport
from condyle.evaluation.cohort import cohort_of_table
from condyle.evaluation.participant_flow import flow_of
from condyle.evaluation.predictions import Predictions
from condyle.reporting.evaluation.checklist import (
    Filled,
    checklist_files,
    checklist_section,
    fill_all,
)
from condyle.reporting.evaluation.checklist_records import COHORT, Records
from condyle.reporting.evaluation.cohort_section import cohort_csv, cohort_section
from condyle.reporting.evaluation.flow_diagram import flow_section
from condyle.workflows.evaluation.report import MadeBy

JUDGED = ("grade", "finding")
"""Kinds of tasks whose reference is a class, the first being shown in the flow diagram."""


def with_records(
    report: EvaluationReport, table: Predictions, made_by: MadeBy | None = None
) -> tuple[EvaluationReport, dict[str, bytes]]:
    """Adds cohort, flow and filled checklists to a report, and gives their files by name.

    Args:
        report: What was worked out from the table.
        table: The predictions, patients that were learned from among them.
        made_by: What made the table, where it is known.

    Returns:
        The report with its sections, and ``cohort.csv`` and ``checklist-<name>.md``.
    """
    records = records_of(report, table, made_by)
    filled: tuple[Filled, ...] = ()
    not_for: tuple[str, ...] = ()
    if report.tasks:
        filled, not_for = fill_all(records)
    who = cohort_section(records.cohort)
    who = replace(who, paragraphs=(*who.paragraphs, *_told(filled, not_for)))
    sections = (who, flow_section(records.flow), *(checklist_section(each) for each in filled))
    files = {COHORT: cohort_csv(records.cohort).encode(), **checklist_files(filled)}
    return replace(report, extra=(*report.extra, *sections)), files


def records_of(
    report: EvaluationReport, table: Predictions, made_by: MadeBy | None = None
) -> Records:
    """Gathers the records that checklists are answered from.

    Args:
        report: What was worked out from the table.
        table: The predictions.
        made_by: What made the table, where it is known.
    """
    shown = _shown_in_flow(report)
    classes = [task.name for task in report.tasks if task.kind in JUDGED]
    cohort = cohort_of_table(table, classes=classes, unit=shown.unit if shown else "row")
    known = made_by or MadeBy()
    flow = flow_of(
        table,
        task=shown.name if shown else None,
        unit=shown.unit if shown else "row",
        screening=known.screening,
    )
    return Records(table, report, cohort, flow, known.manifest)


def _shown_in_flow(report: EvaluationReport) -> TaskReport | None:
    for kind in JUDGED:
        found = [task for task in report.tasks if task.kind == kind]
        if found:
            return found[0]
    return None


def _told(filled: tuple[Filled, ...], not_for: tuple[str, ...]) -> tuple[str, ...]:
    if not filled:
        return ()
    names = ", ".join(f"checklist-{each.checklist.name}.md" for each in filled)
    told = f"Filled drafts of the checklists that apply stand below and in {names}."
    without = f" Left out: {'; '.join(not_for)}" if not_for else ""
    return (told + without,)
