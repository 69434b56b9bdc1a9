"""A new period against its baseline, as sections of a page and as plain values."""

from __future__ import annotations

import math
from collections.abc import Sequence

from condyle.domain.evaluation_report import Section, Table
from condyle.evaluation.drift import CHANGE_OF_INTEREST, patients_for_gap
from condyle.evaluation.drift_report import ChangeFound, DriftReport, Role, ShiftFound
from condyle.reporting.evaluation.cohort_section import cohort_section
from condyle.reporting.evaluation.drift_figure import drift_drawings
from condyle.reporting.evaluation.tables import plain
from condyle.reporting.evaluation.words import (
    counted_word,
    covariate_word,
    estimate_words,
    figure_word,
    number,
    p_words,
    task_word,
)

SCHEMA = "condyle.drift/1"

GAP_OF_INTEREST = 0.1
"""Difference of a share that a sample size of a distribution is worked out for."""

FEWEST = 20
"""Patients under which a sample size by normal approximation is not to be believed."""

_ROLES: dict[Role, str] = {
    "covariate": "Who was imaged",
    "reference": "What they have, by the reference",
    "output": "What the model said",
}

_HEADS: dict[Role, str] = {"covariate": "", "reference": "reference of ", "output": "output of "}

NOTES = (
    "Each test deals the same patients at random to two periods of the same sizes, many times "
    "over (4,999 by default); the p value is the share of deals that differ as much. Rows of one "
    "patient stay together.",
    "P values are adjusted by Holm's method among the covariates, among the references, among "
    "the outputs and among the figures. 'Changed' is said under 0.05 of the adjusted value. "
    "'No change shown' does not mean that nothing changed: the column 'would be seen' says how "
    "large a change had to be for a chance of 80 % to show, before adjustment.",
    "For numbers the gap is the greatest difference between the shares at or below one value "
    "(Kolmogorov-Smirnov), for classes the greatest difference of a share. The stability index "
    "(PSI) stands beside what chance alone reaches in 5 % of the deals; rules of thumb such as "
    "0.1 and 0.25 take no account of the number of patients.",
    "Intervals of a difference are 95 %, by bootstrap of patients within each period. As many "
    "figures are tested, an interval may leave out 0 where the adjusted p value shows no change.",
)


def drift_sections(report: DriftReport) -> tuple[Section, ...]:
    """Gives the sections of a drift report: summary, who, distributions, figures, method."""
    made = [_summary(report), _who(report), _distributions(report)]
    if report.changes:
        made.append(_figures(report.changes))
    return (*made, Section("How the change was tested", paragraphs=NOTES))


def drift_document(report: DriftReport, *, software: str) -> dict[str, object]:
    """Gives a drift report as plain values; what is undefined is null.

    Args:
        report: What to give.
        software: Version of Condyle.
    """
    return {
        "schema": SCHEMA,
        "software": software,
        "baseline": plain(report.baseline),
        "new": plain(report.new),
        "changed": list(report.changed),
        "warnings": list(report.warnings),
        "shifts": plain(report.shifts),
        "changes": plain(report.changes),
    }


def summary_words(report: DriftReport) -> str:
    """Gives what was found in one sentence."""
    tests = [*(each.adjusted for each in report.shifts), *(c.adjusted for c in report.changes)]
    count = sum(not math.isnan(value) for value in tests)
    if not report.changed:
        return f"No change shown in {count} tests."
    return f"Changed, in {len(report.changed)} of {count} tests: {'; '.join(_changed(report))}."


def _changed(report: DriftReport) -> list[str]:
    shifts = [
        f"{_HEADS[each.role]}{_shift_word(each)}"
        for each in report.shifts
        if each.verdict == "changed"
    ]
    changes = [
        f"{figure_word(each.name)} of {task_word(each.task)}"
        for each in report.changes
        if each.verdict == "changed"
    ]
    return shifts + changes


def _shift_word(found: ShiftFound) -> str:
    return covariate_word(found.name) if found.role == "covariate" else task_word(found.name)


def _summary(report: DriftReport) -> Section:
    both = (report.baseline, report.new)
    rows = tuple(
        (
            each.name.capitalize(),
            str(each.patients),
            str(each.studies),
            str(each.rows),
            ", ".join(sha[:12] for sha in each.bundles) or "not recorded",
        )
        for each in both
    )
    paragraphs = [summary_words(report)]
    if not report.changes:
        paragraphs.append(
            "No task has a reference in both periods, so that no figure could be compared: whether "
            "the model is still right is not known from this."
        )
    heading = ("period", "patients", "studies", "rows", "bundle, SHA-256")
    return Section(
        "Has anything changed?",
        paragraphs=tuple(paragraphs),
        tables=(Table("", heading, rows),),
        figures=drift_drawings(report),
        warnings=report.warnings,
    )


def _who(report: DriftReport) -> Section:
    section = cohort_section(report.cohort)
    return Section("Who was imaged, period by period", section.paragraphs, section.tables)


def _distributions(report: DriftReport) -> Section:
    tables = []
    for role, heading in _ROLES.items():
        those = [each for each in report.shifts if each.role == role]
        if those:
            tables.append(_shift_table(heading, those))
    return Section("Distributions", tables=tuple(tables))


def _shift_table(heading: str, those: Sequence[ShiftFound]) -> Table:
    rows = []
    for each in those:
        shift = each.shift
        needed = patients_for_gap(shift, GAP_OF_INTEREST)
        rows.append(
            (
                _shift_word(each),
                " / ".join(counted_word(rows, each.unit) for rows in shift.rows),
                f"{number(shift.gap)} at {shift.at}",
                f"{number(shift.stability)} ({number(shift.stability_by_chance)})",
                p_words(shift.p_value),
                p_words(each.adjusted),
                each.verdict,
                f"{number(shift.detectable)}",
                _patients_word(needed),
            )
        )
    columns = (
        *("", "baseline / new", "greatest gap", "PSI (by chance)", "p", "p adjusted", "verdict"),
        *("gap that would be seen", f"new patients to see {GAP_OF_INTEREST:g}"),
    )
    note = "'none would': the baseline is too small for a gap of that size."
    return Table(heading, columns, tuple(rows), note)


def _figures(changes: Sequence[ChangeFound]) -> Section:
    tables = []
    for task in dict.fromkeys(each.task for each in changes):
        rows = [_change_row(each) for each in changes if each.task == task]
        columns = (
            *("figure", "baseline", "new", "new less baseline", "p", "p adjusted", "verdict"),
            *("change that would be seen", f"new patients to see {CHANGE_OF_INTEREST:g}"),
        )
        tables.append(Table(task_word(task), columns, tuple(rows)))
    return Section("How good the model is", tables=tuple(tables))


def _change_row(found: ChangeFound) -> tuple[str, ...]:
    change = found.change
    needed = change.patients_for
    return (
        figure_word(found.name),
        estimate_words(change.baseline),
        estimate_words(change.new),
        estimate_words(change.difference),
        p_words(change.p_value),
        p_words(found.adjusted),
        found.verdict,
        number(change.detectable) if not math.isnan(change.detectable) else "-",
        _patients_word(needed),
    )


def _patients_word(needed: int | None) -> str:
    if needed is None:
        return "none would"
    return str(needed) if needed >= FEWEST else f"under {FEWEST}"
