"""The text to copy into the hospital's own system, level by level, in plain text."""

from __future__ import annotations

from itertools import groupby

from condyle.domain.findings import Finding, Site
from condyle.domain.messages import Message
from condyle.domain.report import Report
from condyle.reporting.wording import Catalogue, catalogue, readable


def paragraph(report: Report, language: str) -> str:
    """Gives the report as plain text: one line a level, then what was assumed and not assessed.

    It is made from the coded findings alone, so that it says what ``report.json`` says.

    Args:
        report: What to say.
        language: One of the catalogue's languages.

    Raises:
        UnknownName: There is no catalogue of that language.
    """
    words = catalogue(language)
    lines = [_opening(report, words)]
    if report.study.simulated:
        lines.append(words.phrase("simulated"))
    by_site = groupby(report.findings, key=lambda f: (f.site.level, f.site.index_from_caudal))
    levels = [_level_line(list(findings), words) for _, findings in by_site]
    lines += levels or [words.phrase("no-findings")]
    told = {f.abstention.code for f in report.findings if f.abstention is not None}
    refused = [message for message in report.refused if message.code not in told]
    about = [_about(message, report, words) for message in (*refused, *report.assumptions)]
    lines += about
    warnings = [m for m in report.warnings if m.code != "simulated-study"]
    if warnings:
        said = " ".join(_about(message, report, words) for message in warnings)
        lines.append(words.phrase("warnings", items=said))
    if report.not_assessed:
        items = [lower_first(words.message(message)) for message in report.not_assessed]
        lines.append(words.phrase("not-assessed", items=", ".join(items)))
    return "\n".join(lines)


def site_name(site: Site, words: Catalogue) -> str:
    """Gives the level's name, or the disc's number from the most caudal where it has none."""
    if site.level is not None:
        return site.level
    if site.index_from_caudal is not None:
        return words.label("disc-number-note", number=site.index_from_caudal)
    return words.term(site.structure)


def is_of_disc(site: Site) -> bool:
    """Tells whether a site is a disc that is named or counted."""
    return site.level is not None or site.index_from_caudal is not None


def class_name(finding: Finding, words: Catalogue) -> str:
    """Gives the name of the class that a finding of several classes was given, or is likeliest."""
    likeliest = 0
    if finding.probabilities:
        likeliest = max(range(len(finding.probabilities)), key=finding.probabilities.__getitem__)
    number = likeliest if finding.value is None else int(finding.value) - 1
    return words.term(finding.classes[number])


def decided(finding: Finding) -> bool:
    """Tells whether a decision is printed, and not its probability alone."""
    point = finding.operating_point
    return finding.value is not None and (point is None or point.shown)


def lower_first(text: str) -> str:
    """Lowers a first letter, but not of an acronym or a name such as Modic."""
    first, _, _ = text.partition(" ")
    proper = first in ("Modic", "Pfirrmann") or first[1:2].isupper() or first[1:2].isdigit()
    return text if proper else text[:1].lower() + text[1:]


def subject_name(message: Message, report: Report, words: Catalogue) -> str:
    """Gives what a message is about, in words; empty where that is the whole study.

    A series is called by its own name, even where that is a word of the catalogue: a file
    ``surgery.png`` is not previous spine surgery.
    """
    if message.subject in {series.stem for series in report.series}:
        return readable(message.subject)
    return "" if message.subject == "study" else words.term(message.subject)


def _about(message: Message, report: Report, words: Catalogue) -> str:
    """Gives a message's sentence, after its subject where that is not the whole study."""
    subject, text = subject_name(message, report, words), words.message(message)
    return f"{subject}: {text}" if subject else text


def _opening(report: Report, words: Catalogue) -> str:
    anatomy = words.term(report.study.anatomy)
    bundles = ", ".join(f"{b.name} {b.version}" for b in report.bundles)
    version = report.software_version or words.label("unknown")
    text = words.phrase(
        "opening" if was_read(report) else "opening-unread",
        anatomy=anatomy,
        bundles=bundles or words.phrase("no-bundles"),
        version=version,
    )
    return text[:1].upper() + text[1:]


def was_read(report: Report) -> bool:
    """Tells whether anything was read, so that the report may be called by its anatomy."""
    return bool(report.views or report.findings)


def _level_line(findings: list[Finding], words: Catalogue) -> str:
    parts = [_grade(f, words) for f in findings if f.name == "pfirrmann-grade"]
    rest = [f for f in findings if f.name != "pfirrmann-grade"]
    groups = {
        "class": [f for f in rest if not f.abstained and f.classes and decided(f)],
        "positive": [f for f in rest if not f.abstained and _present(f) is True],
        "negative": [f for f in rest if not f.abstained and _present(f) is False],
        "undecided": [f for f in rest if not f.abstained and not decided(f)],
    }
    for key, group in groups.items():
        if group:
            items = ", ".join(_item(f, words) for f in group)
            if key == "class":
                parts.append(items)
                continue
            parts.append(words.phrase(key, items=items))
    parts += _abstentions([f for f in rest if f.abstained], words)
    name = site_name(findings[0].site, words)
    return f"{name}: " + "; ".join(lower_first(p) if i else p for i, p in enumerate(parts)) + "."


def _present(finding: Finding) -> bool | None:
    """Tells whether a finding that is there or not is there; ``None`` where none is decided."""
    return None if finding.classes or not decided(finding) else bool(finding.value)


def _grade(finding: Finding, words: Catalogue) -> str:
    if finding.abstained or finding.value is None:
        return words.phrase("grade-abstained", reason=_reason(finding, words))
    probability = _probability(finding, words)
    return words.phrase("grade", grade=int(finding.value), probability=probability)


def _abstentions(findings: list[Finding], words: Catalogue) -> list[str]:
    reasons: dict[str, list[str]] = {}
    for finding in findings:
        reasons.setdefault(_reason(finding, words), []).append(_name(finding, words))
    return [
        words.phrase("abstained", items=", ".join(names), reason=reason)
        for reason, names in reasons.items()
    ]


def _item(finding: Finding, words: Catalogue) -> str:
    probability, name = _probability(finding, words), _name(finding, words)
    if finding.classes:
        name = f"{name}: {class_name(finding, words)}"
    return words.phrase("item", name=name, probability=probability)


def _name(finding: Finding, words: Catalogue) -> str:
    return lower_first(words.term(finding.name))


def _probability(finding: Finding, words: Catalogue) -> str:
    if finding.probability is None:
        return words.label("unknown")
    return words.number(finding.probability, 2)


def _reason(finding: Finding, words: Catalogue) -> str:
    if finding.abstention is None:
        return words.label("unknown")
    return lower_first(words.message(finding.abstention)).rstrip(".")
