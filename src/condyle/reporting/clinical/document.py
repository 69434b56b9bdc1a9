"""A clinician's report as its pages set it: in words, before it becomes text, HTML or PDF."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from condyle.domain.clinical_report import SECTIONS
from condyle.reporting.wording import Catalogue, catalogue

_TRAINING = "simulated-training-banner"
_WHOSE = ("patient", "identifier")
_LONGEST_WHOSE = 48
"""Characters of a name or an identifier that a page's foot has room for."""


@dataclass(frozen=True)
class SignedBy:
    """Who signed, and when.

    Attributes:
        name: As the page shows it.
        at: With its zone.
    """

    name: str
    at: dt.datetime


@dataclass(frozen=True)
class Addition:
    """What was added after the signature, with a signature of its own."""

    text: str
    signed: SignedBy


@dataclass(frozen=True, kw_only=True)
class Clinical:
    """A report that a clinician edits and signs.

    Attributes:
        language: ISO 639-1 code.
        anatomy: Name of the anatomy, or ``None``.
        facts: (key, value) of patient and study; the key is that of a label ``clinical-KEY``.
        sections: Name to text; one that is missing is empty.
        signed: ``None`` for a draft.
        sha256: Of what was signed; empty for a draft.
        additions: The addenda, the first one first.
    """

    language: str
    anatomy: str | None = None
    facts: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    sections: Mapping[str, str] = field(default_factory=dict, repr=False)
    signed: SignedBy | None = None
    sha256: str = ""
    additions: tuple[Addition, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class Part:
    """A heading and the paragraphs below it."""

    name: str
    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class ClinicalPage:
    """All the words of a report, ready to be set.

    Attributes:
        language: ISO 639-1 code.
        words: The catalogue, for fixed text.
        title: Heading.
        watermark: What stands across every page; empty where it is signed.
        notices: What must be seen before anything else.
        facts: (label, value) pairs of patient and study.
        parts: The sections in order.
        signature: Who signed and when, and the hash of what was signed.
        additions: The addenda.
        foot: At the foot of every page.
        whose: The patient, for the foot of a page that may be parted from the others.
    """

    language: str
    words: Catalogue
    title: str
    watermark: str
    notices: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    parts: tuple[Part, ...]
    signature: tuple[str, ...]
    additions: tuple[Part, ...]
    foot: str
    whose: str


def clinical_page(report: Clinical) -> ClinicalPage:
    """Gives a report in words.

    Raises:
        UnknownName: There is no catalogue of its language.
    """
    words = catalogue(report.language)
    unsigned = report.signed is None
    simulated = _simulated(report, words)
    foot = [words.label("clinical-unsigned")] if unsigned else []
    foot += [said for key, said in simulated.items() if key == _TRAINING]
    return ClinicalPage(
        language=report.language,
        words=words,
        title=words.label("title" if report.anatomy == "lumbar-spine" else "title-other"),
        watermark=words.label("clinical-unsigned") if unsigned else "",
        notices=(
            *((words.label("clinical-unsigned-note"),) if unsigned else ()),
            *simulated.values(),
        ),
        facts=tuple((words.label(f"clinical-{key}"), value) for key, value in report.facts),
        parts=tuple(
            Part(name, section_title(name, words), _lines(report.sections.get(name, "")))
            for name in SECTIONS
        ),
        signature=_signature(report, words),
        additions=tuple(
            Part("addendum", signed_line("clinical-addendum", one.signed, words), _lines(one.text))
            for one in report.additions
        ),
        foot=" - ".join((*foot, words.label("clinical-research-use"))),
        whose=", ".join(_short(value) for key, value in report.facts if key in _WHOSE),
    )


def clinical_text(report: Clinical) -> str:
    """Gives a report as plain text to be copied, without the patient's name.

    The system that it is copied into knows the patient, and a clipboard is read by others.

    Raises:
        UnknownName: There is no catalogue of its language.
    """
    page = clinical_page(report)
    blocks = [(page.title, page.notices)]
    blocks += [(part.title, part.lines) for part in page.parts if part.lines]
    told = ["\n".join((title, *lines)) for title, lines in blocks]
    # The signature does not cover what stands below it.
    added = ["\n".join((part.title, *part.lines)) for part in page.additions]
    return "\n\n".join((*told, *page.signature, *added))


def section_title(name: str, words: Catalogue) -> str:
    """Gives the heading of a section."""
    return words.label(f"clinical-section-{name}")


def signed_line(key: str, signed: SignedBy, words: Catalogue) -> str:
    """Says who signed and when, in Coordinated Universal Time as the archive keeps it."""
    at = signed.at.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M UTC")
    return words.label(key, name=signed.name, at=at)


def _short(value: str) -> str:
    return value if len(value) <= _LONGEST_WHOSE else f"{value[:_LONGEST_WHOSE]}..."


def _simulated(report: Clinical, words: Catalogue) -> dict[str, str]:
    """Gives what must be said first, and nobody may edit: it stands in the fixed section too."""
    fixed = _lines(report.sections.get("models", ""))
    said = {key: words.label(key) for key in ("simulated-banner", _TRAINING)}
    return {key: text for key, text in said.items() if text in fixed}


def _signature(report: Clinical, words: Catalogue) -> tuple[str, ...]:
    if report.signed is None:
        return ()
    hashed = f"{words.label('clinical-hash')}: {report.sha256}"
    return (signed_line("clinical-signed", report.signed, words), hashed)


def _lines(text: str) -> tuple[str, ...]:
    """Gives the lines that hold something."""
    return tuple(line.rstrip() for line in _split(text) if line.strip())


def _split(text: str) -> Sequence[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
