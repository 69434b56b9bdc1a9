"""Findings as the interface gives them: in words, as values, and where to look."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from condyle.archive.tables import Analysis, FindingRow
from condyle.domain.findings import Finding
from condyle.domain.report import Report
from condyle.reporting.finding_words import finding_text, finding_title
from condyle.reporting.wording import LANGUAGES, Catalogue, catalogue
from condyle.service.said import said
from condyle.service.schemas.studies import EvidencePlace, FindingEntry


def finding_entries(
    analysis: Analysis, report: Report, rows: Sequence[FindingRow], language: str
) -> list[FindingEntry]:
    """Gives the findings of one run, in the order of its report.

    Args:
        analysis: The run.
        report: Its report.
        rows: The archive's rows of its findings.
        language: Of the reader; English where the catalogue has none.
    """
    words = catalogue(language if language in LANGUAGES else LANGUAGES[0])
    known = {finding.id: finding for finding in report.findings}
    return [_entry(analysis, known[row.key], row, words) for row in rows if row.key in known]


def _entry(analysis: Analysis, finding: Finding, row: FindingRow, words: Catalogue) -> FindingEntry:
    grades = finding.probabilities
    return FindingEntry(
        id=row.id,
        analysis=analysis.id,
        key=row.key,
        name=finding.name,
        title=finding_title(finding, words),
        level=finding.site.level,
        index_from_caudal=finding.site.index_from_caudal,
        value=finding.value,
        grades=None if grades is None else len(grades),
        text=finding_text(finding, words),
        probability=finding.probability,
        probabilities=None if grades is None else list(grades),
        threshold=finding.threshold,
        abstained=finding.abstained,
        abstention=None if finding.abstention is None else said(finding.abstention, words.language),
        operating_point=row.document.get("operating_point"),
        evidence=[EvidencePlace(**place) for place in _places(row.document)],
    )


def _places(document: dict[str, Any]) -> Iterable[dict[str, Any]]:
    places: list[dict[str, Any]] = document.get("places", [])
    return places
