"""What a report's pages say of one disc: its grade, and each finding with its figures."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass

from condyle.domain.estimate import Estimate
from condyle.domain.findings import Evidence, Finding, Site
from condyle.domain.report import SeriesSummary
from condyle.reporting.paragraph import class_name, decided, site_name
from condyle.reporting.wording import Catalogue

_MOST_PLACES = 8
"""Slices that are named; those of a finding that many show are counted."""


@dataclass(frozen=True)
class GradeCell:
    """A grade with the probability of each.

    Attributes:
        text: The grade, or a word for its absence.
        given: Whether a grade is given.
        bars: (grade, share of 1, percentage as text, whether it is the one given).
        reason: Why no grade is given; empty where one is.
    """

    text: str
    given: bool
    bars: tuple[tuple[int, float, str, bool], ...]
    reason: str


@dataclass(frozen=True)
class FindingRow:
    """A finding with its decision and the figures beside it.

    Attributes:
        name: The finding, in words.
        state: ``"positive"``, ``"negative"``, ``"undecided"`` or ``"abstained"``.
        decision: The state in words.
        share: Probability of the positive from 0 to 1, or ``None``.
        probability: The same as text.
        threshold: Threshold as text; empty where there is none.
        threshold_share: Threshold from 0 to 1, or ``None``.
        ppv: PPV with its interval as text; empty where there is none.
        npv: NPV with its interval as text; empty where there is none.
        false_calls: False calls a study as text; empty where there are none.
        reason: Why no decision is given; empty where one is.
    """

    name: str
    state: str
    decision: str
    share: float | None
    probability: str
    threshold: str
    threshold_share: float | None
    ppv: str
    npv: str
    false_calls: str
    reason: str


@dataclass(frozen=True)
class LevelBlock:
    """Everything said of one disc.

    Attributes:
        name: Its level, or its number from the most caudal.
        short_name: The same in few words.
        grade: Its grade, or ``None`` where no grading was tried.
        rows: Its findings.
        positives: Names of the findings decided positive.
        abstained: Names of the findings that are not judged.
        undecided: How many of the others have no decision.
        where: Series and slices where it can be checked, in words.
    """

    name: str
    short_name: str
    grade: GradeCell | None
    rows: tuple[FindingRow, ...]
    positives: tuple[str, ...]
    abstained: tuple[str, ...]
    undecided: int
    where: tuple[str, ...]

    @property
    def judged(self) -> bool:
        """Whether not everything beside the grade was abstained on."""
        return not self.rows or any(row.state != "abstained" for row in self.rows)


def level_block(
    findings: list[Finding], series: tuple[SeriesSummary, ...], words: Catalogue
) -> LevelBlock:
    """Gives what is said of one disc.

    Args:
        findings: Its findings; at least one.
        series: The report's series, for the names of where to look.
        words: The catalogue of the page's language.
    """
    site = findings[0].site
    grades = [f for f in findings if f.name == "pfirrmann-grade"]
    rows = tuple(_row(f, words) for f in findings if f.name != "pfirrmann-grade")
    return LevelBlock(
        name=site_name(site, words),
        short_name=_short_name(site, words),
        grade=_grade(grades[0], words) if grades else None,
        rows=rows,
        positives=_counted([row.name for row in rows if row.state == "positive"]),
        abstained=_counted([row.name for row in rows if row.state == "abstained"]),
        undecided=sum(row.state == "undecided" for row in rows),
        where=_where(findings, series, words),
    )


def _counted(names: list[str]) -> tuple[str, ...]:
    """Gives each name once, with how often it is there where it is more than once."""
    counts = Counter(names)
    return tuple(name if n == 1 else f"{name} ({n})" for name, n in counts.items())


def _short_name(site: Site, words: Catalogue) -> str:
    if site.level is None and site.index_from_caudal is not None:
        return words.label("disc-number", number=site.index_from_caudal)
    return site_name(site, words)


def _grade(finding: Finding, words: Catalogue) -> GradeCell:
    given = finding.value is not None and not finding.abstained
    bars = tuple(
        (grade, share, _percent(share, words), given and grade == finding.value)
        for grade, share in enumerate(finding.probabilities or (), start=1)
    )
    text = str(int(finding.value)) if given and finding.value is not None else "-"
    return GradeCell(text, given, bars, "" if given else _reason(finding, words))


def _row(finding: Finding, words: Catalogue) -> FindingRow:
    state = _state(finding)
    point, share = finding.operating_point, finding.probability
    if share is not None and not math.isfinite(share):
        share = None
    decision = words.label("no-decision" if state == "undecided" else state)
    if finding.classes and state not in ("abstained", "undecided"):
        decision = class_name(finding, words)
    return FindingRow(
        name=words.term(finding.name),
        state=state,
        decision=decision,
        share=share,
        probability="" if share is None else words.number(share, 2),
        threshold="" if finding.threshold is None else words.number(finding.threshold, 2),
        threshold_share=finding.threshold,
        ppv="" if point is None else _interval(point.ppv, words),
        npv="" if point is None else _interval(point.npv, words),
        false_calls="" if point is None else _number(point.false_calls_per_study, words),
        reason="" if state in ("positive", "negative") else _reason(finding, words),
    )


def _state(finding: Finding) -> str:
    if finding.abstained:
        return "abstained"
    if not decided(finding):
        return "undecided"
    if finding.classes:  # the first class of a scale is the one without a finding
        return "positive" if int(finding.value or 1) > 1 else "negative"
    return "positive" if finding.value else "negative"


def _reason(finding: Finding, words: Catalogue) -> str:
    if finding.abstention is not None:
        return words.message(finding.abstention)
    point = finding.operating_point
    return words.label("undecided-reason") if point is not None and not point.shown else ""


def _interval(estimate: Estimate, words: Catalogue) -> str:
    if not math.isfinite(estimate.value):
        return words.label("unknown")
    value = words.number(estimate.value, 2)
    if not (math.isfinite(estimate.low) and math.isfinite(estimate.high)):
        return f"{value} (n\u00a0{estimate.n})"
    low, high = words.number(estimate.low, 2), words.number(estimate.high, 2)
    return f"{value} [{low}-{high}] (n\u00a0{estimate.n})"


def _number(value: float, words: Catalogue) -> str:
    return words.number(value, 2) if math.isfinite(value) else words.label("unknown")


def _percent(share: float, words: Catalogue) -> str:
    return f"{round(share * 100)} %"


def _where(
    findings: list[Finding], series: tuple[SeriesSummary, ...], words: Catalogue
) -> tuple[str, ...]:
    def line(evidence: Evidence) -> str:
        stem = series[evidence.series].stem
        return words.label("evidence-line", series=stem, slice=evidence.slice + 1)

    lines = [line(evidence) for finding in findings for evidence in finding.evidence]
    told = list(dict.fromkeys(lines))
    if len(told) <= _MOST_PLACES:
        return tuple(told)
    return (*told[:_MOST_PLACES], words.label("evidence-more", count=len(told) - _MOST_PLACES))
