"""What a reading found, short enough for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from condyle.domain import Finding, Report

_GRADE = "pfirrmann-grade"
_PLAIN = ("finding", "decision", "probability", "slices")
_HEADINGS = ("level", "Pfirrmann", "positive", "abstained")


def summary_lines(report: Report) -> list[str]:
    """Gives the lines to print after a reading: a table a disc, and how many notes.

    Args:
        report: What was read.
    """
    lines = []
    if report.study.simulated:
        lines.append("These images are simulated.")
    rows = [_row(site, findings) for site, findings in _by_disc(report.findings)]
    if rows and any(finding.site.index_from_caudal for finding in report.findings):
        lines += table([_HEADINGS, *rows])
    elif rows:
        lines += table([_PLAIN, *(_plain_row(finding) for finding in report.findings)])
    elif report.study.anatomy != "lumbar-spine":
        lines.append("Nothing was read; the report says why.")
    else:
        lines.append("No disc was found or graded; the report says why.")
    counts = [
        f"{len(messages)} {one if len(messages) == 1 else many}"
        for one, many, messages in (
            ("assumption", "assumptions", report.assumptions),
            ("warning", "warnings", report.warnings),
            ("refusal", "refusals", report.refused),
            ("structure not assessed", "structures not assessed", report.not_assessed),
        )
        if messages
    ]
    if counts:
        lines.append("The report also holds: " + ", ".join(counts) + ".")
    lines.append("Research use: a draft for a clinician to check.")
    return lines


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Lays rows of text out in columns, the last as wide as it likes.

    Args:
        rows: The headings and what stands under them, all of one length.
    """
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def _by_disc(findings: Iterable[Finding]) -> list[tuple[str, list[Finding]]]:
    grouped: dict[tuple[int, str], list[Finding]] = {}
    for finding in findings:
        index = finding.site.index_from_caudal or 0
        name = finding.site.level or (f"disc {index}" if index else finding.site.structure)
        grouped.setdefault((index, name), []).append(finding)
    return [(name, grouped[index, name]) for index, name in sorted(grouped)]


def _row(site: str, findings: Sequence[Finding]) -> tuple[str, ...]:
    grades = [f for f in findings if f.name == _GRADE and f.value is not None]
    positive = [f for f in findings if f.value is True]
    abstained = [f.name for f in findings if f.abstained]
    if len(abstained) > 1 and len(abstained) == len(findings):
        abstained = ["all"]
    return (
        site,
        f"{grades[0].value}{_percent(grades[0])}" if grades else "-",
        ", ".join(f"{f.name}{_percent(f)}" for f in positive) or "-",
        ", ".join(abstained) or "-",
    )


def _plain_row(finding: Finding) -> tuple[str, ...]:
    decision = "abstained" if finding.abstained else "no decision"
    if finding.value is not None:
        decision = "positive" if finding.value else "negative"
        if finding.classes:
            decision = finding.classes[int(finding.value) - 1]
    told = "-" if finding.probability is None else f"{finding.probability:.2f}"
    return finding.name, decision, told, str(len(finding.evidence)) if finding.evidence else "-"


def _percent(finding: Finding) -> str:
    if finding.probability is None:
        return ""
    return f" ({finding.probability:.0%})"
