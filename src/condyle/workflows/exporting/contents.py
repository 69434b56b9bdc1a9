"""From a report to what goes out of it: as stored, in words, with pictures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from condyle.dicom.objects import (
    Content,
    OverlayPicture,
    ReviewState,
    SentObject,
    Statement,
    Verification,
    as_stored,
)
from condyle.domain.messages import Message
from condyle.domain.report import Report
from condyle.reporting.caption import captioned
from condyle.reporting.clinical.filling import Statement as Said
from condyle.reporting.clinical.filling import finding_lines
from condyle.reporting.wording import Catalogue, catalogue
from condyle.workflows.exporting.written import WrittenOverlay, WrittenReading

_BURNT = ("review", "research-use", "simulated", "not-assessed", "intended-use")


@dataclass(frozen=True, kw_only=True)
class Review:
    """What clinicians made of a reading.

    Attributes:
        states: Finding id to what was said of it.
        verification: Who signed the report, or ``None``.
        unchecked: Statements of the models that were left out, since nobody checked them.
        sections: (title, text) of what was signed.
        pdf: The signed pages, in place of the reading's own.
        replaces: What went out before.
        leads: Whether this takes it back: of a study's readings, one does.
    """

    states: Mapping[str, ReviewState] = field(default_factory=dict)
    verification: Verification | None = None
    unchecked: int = 0
    sections: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    pdf: bytes | None = field(default=None, repr=False)
    replaces: tuple[SentObject, ...] = ()
    leads: bool = True


DRAFT = Review()
"""Of what no clinician has seen."""


def content_of(reading: WrittenReading, review: Review = DRAFT, language: str = "en") -> Content:
    """Gives what goes out of a reading.

    Args:
        reading: Its report with corrections applied, its labelmaps and pictures.
        review: What clinicians made of it.
        language: Language of the words.

    Raises:
        UnknownName: There is no wording in that language.
    """
    words = catalogue(language)
    statements = tuple(_statements(reading.report, review, words))
    return Content(
        report=as_stored(reading.report),
        statements=statements,
        states=review.states,
        verification=review.verification,
        language=language,
        signed_text=review.sections,
        pdf=review.pdf or reading.pdf,
        pictures=tuple(_pictures(reading, statements, review, words)),
        replaces=review.replaces,
        leads=review.leads,
    )


def _pictures(
    reading: WrittenReading,
    statements: tuple[Statement, ...],
    review: Review,
    words: Catalogue,
) -> Iterator[OverlayPicture]:
    lines = [one.text for name in _BURNT for one in statements if one.name == name]
    for one in reading.overlays:
        found = finding_lines(_on(reading.report, one, review), words)
        png = captioned(one.png, [*found, *lines])
        yield OverlayPicture(one.series, one.slice, one.name, png)


def _on(report: Report, shown: WrittenOverlay, review: Review) -> list[Said]:
    """Gives what is said of a slice, as it stands."""
    return [
        Said(
            name=one.name,
            level=one.site.level,
            index_from_caudal=one.site.index_from_caudal,
            value=one.value,
            state=review.states.get(one.id, "open"),
            shown=one.operating_point is None or one.operating_point.shown,
            abstention=one.abstention,
            classes=one.classes,
        )
        for one in report.findings
        if any((e.series, e.slice) == (shown.series, shown.slice) for e in one.evidence)
    ]


def _statements(report: Report, review: Review, words: Catalogue) -> Iterator[Statement]:
    signed = review.verification is not None
    yield Statement("review", words.label("export-signed" if signed else "export-draft"))
    yield Statement("research-use", words.label("clinical-research-use"))
    if report.study.simulated:
        yield Statement("simulated", words.label("simulated-banner"))
    if any(bundle.simulated_training for bundle in report.bundles):
        yield Statement("simulated", words.label("simulated-training-banner"))
    items = "; ".join(words.message(one) for one in report.not_assessed)
    yield Statement("not-assessed", words.label("export-not-assessed", items=items))
    for bundle in report.bundles:
        name = f"{bundle.name} {bundle.version}"
        yield Statement(
            "intended-use",
            words.label("export-intended-use", bundle=name, text=bundle.intended_use),
        )
    if excluded := _exclusions(report, words):
        yield Statement("exclusion", words.label("export-exclusions", items=excluded))
    if review.unchecked:
        yield Statement("left-out", words.label("export-left-out", count=review.unchecked))
    yield from _said("warning", (*report.warnings, *report.refused), words)
    yield from _said("assumption", report.assumptions, words)


def _exclusions(report: Report, words: Catalogue) -> str:
    codes = dict.fromkeys(one for bundle in report.bundles for one in bundle.exclusions)
    return ", ".join(words.exclusion(one, report.study.anatomy) for one in codes)


def _said(name: str, messages: tuple[Message, ...], words: Catalogue) -> Iterator[Statement]:
    for one in messages:
        yield Statement(name, words.message(one))
