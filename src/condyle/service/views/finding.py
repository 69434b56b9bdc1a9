"""Findings as the interface gives them: in words, as values, and where to look."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from condyle.archive.tables import Analysis, FindingRow
from condyle.domain.findings import Finding
from condyle.domain.report import Report
from condyle.reporting.finding_words import finding_text, finding_title
from condyle.reporting.wording import LANGUAGES, Catalogue, catalogue
from condyle.service.schemas.studies import EvidencePlace, FindingEntry
from condyle.service.views.said import said


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


def told_apart(entries: Sequence[FindingEntry], bundles: Mapping[str, str]) -> list[FindingEntry]:
    """Gives findings whose titles differ where they stand beside each other.

    Of one run, several places of one finding are numbered as its report numbers them; of
    several runs, each title names its bundle.

    Args:
        entries: Of one study.
        bundles: Run to the name of its bundle.
    """
    alike: dict[tuple[str, str | None, int | None], list[FindingEntry]] = {}
    for one in entries:
        alike.setdefault((one.title, one.level, one.index_from_caudal), []).append(one)
    made = []
    for one in entries:
        others = alike[one.title, one.level, one.index_from_caudal]
        title = one.title
        if sum(other.analysis == one.analysis for other in others) > 1:
            number = one.key.rpartition("-")[2]
            title += f" {number}" if number.isdigit() else ""
        if len({other.analysis for other in others}) > 1:
            title += f" ({bundles.get(one.analysis, one.analysis)})"
        made.append(one if title == one.title else one.model_copy(update={"title": title}))
    return made


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
