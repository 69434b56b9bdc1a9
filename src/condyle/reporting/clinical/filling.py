"""The first draft of a clinician's report, from what models and readers say of a study."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from condyle.domain.anatomy import FINDINGS, LEVELS, not_assessed
from condyle.domain.findings import Site
from condyle.domain.messages import Message
from condyle.domain.report import BundleRef, Report
from condyle.reporting.clinical.information import Observed, clinical_information
from condyle.reporting.measure_words import measured_lines
from condyle.reporting.page import series_name
from condyle.reporting.paragraph import lower_first, site_name, subject_name
from condyle.reporting.wording import Catalogue, catalogue, readable

State = Literal["open", "accepted", "changed", "rejected", "added"]


@dataclass(frozen=True, kw_only=True)
class Statement:
    """A finding as it stands after the readers' corrections.

    Attributes:
        name: Of the findings table.
        level: Such as ``"L4-L5"``, or ``None``.
        index_from_caudal: The disc's number, or ``None``.
        value: What holds; ``None`` where nobody says anything.
        state: What readers said of it.
        shown: Whether a model's decision may be printed, and not its probability alone.
        abstention: Why the model abstained, where it did.
        classes: Names of what ``value`` counts from 1, the first being the one without a
            finding; empty where the scale of the findings table has them, or it is a yes or no.
    """

    name: str
    level: str | None
    index_from_caudal: int | None
    value: int | bool | None
    state: State
    shown: bool = True
    abstention: Message | None = None
    classes: tuple[str, ...] = ()


@dataclass(frozen=True)
class SincePrior:
    """What changed since a prior study, by the measurements of both.

    Attributes:
        date: Of the prior study, or ``None`` where it is not known.
        said: What changed, and what was taken for granted.
        report: Of the run whose measurements are compared.
    """

    date: dt.date | None
    said: tuple[Message, ...]
    report: Report


@dataclass(frozen=True)
class Source:
    """What a draft is filled from.

    Attributes:
        reports: Of the runs that are shown.
        statements: The findings as they stand, in the order of their reports.
        observed: What clinicians observed, by language: forms bring their words along.
        since_prior: What changed since the prior study, a run of this one that measured.
    """

    reports: tuple[Report, ...]
    statements: tuple[Statement, ...]
    observed: Mapping[str, Sequence[Observed]] = field(default_factory=dict)
    since_prior: tuple[SincePrior, ...] = ()


def filled(source: Source, language: str) -> dict[str, str]:
    """Gives the text of each section by its name.

    Args:
        source: What models and readers say.
        language: One of the catalogue's languages.

    Raises:
        UnknownName: There is no catalogue of that language.
    """
    words = catalogue(language)
    return {
        "clinical-information": clinical_information(source.observed.get(language, ()), words),
        "technique": _technique(source.reports, words),
        "findings": "\n".join((_findings(source.statements, words), *_measured(source, words))),
        "impression": _impression(source.statements, words),
        "not-assessed": _not_assessed(source.reports, words),
        "models": _models(source.reports, words),
    }


def _technique(reports: Sequence[Report], words: Catalogue) -> str:
    lines = []
    for report in reports:
        read = [series for series in report.series if series.used]
        items = [
            words.label("clinical-series", name=series_name(each, words), slices=each.shape[0])
            for each in read
        ]
        if items:
            told = "; ".join(items)
            # Pictures have no modality: then the line begins with what was read.
            line = words.label("clinical-read", modality=report.study.modality or "", items=told)
            lines.append(line.removeprefix(". "))
    return "\n".join(_once(lines)) or words.label("clinical-unread")


def _findings(statements: Sequence[Statement], words: Catalogue) -> str:
    if not statements:
        return words.label("clinical-no-findings")
    lines = finding_lines(statements, words)
    unchecked = sum(one.state == "open" for one in statements)
    if unchecked:
        count = words.label("clinical-unchecked", open=unchecked, all=len(statements))
        lines.append(count)
    return "\n".join(lines)


def finding_lines(statements: Sequence[Statement], words: Catalogue) -> list[str]:
    """Gives what is said of each site on a line, caudal to cranial."""
    return [_line(group, words) for group in _by_site(statements)]


def _measured(source: Source, words: Catalogue) -> list[str]:
    """Gives what was measured, and what changed: lines of a draft, which a clinician checks."""
    lines = []
    told = [line for one in source.reports for line in measured_lines(one.measurements, words)]
    if told:
        lines += [words.label("clinical-measured"), *told]
    for one in source.since_prior:
        if one.date is None:
            lines.append(words.label("clinical-since-prior-undated"))
        else:
            lines.append(words.label("clinical-since-prior", date=one.date.isoformat()))
        lines += _items(_once(_about(message, one.report, words) for message in one.said))
    return lines


def _impression(statements: Sequence[Statement], words: Catalogue) -> str:
    """Gives a line a level of what is said to be there; the clinician words the rest."""
    lines = []
    for group in _by_site(statements):
        there = [one for one in group if _said(one) and one.value is True]
        graded = [one for one in group if _said(one) and _is_grade(one)]
        if there or any(map(_is_class_of_finding, graded)):
            said = (lower_first(_graded(one, words)) for one in graded)
            items = "; ".join((*(_name(one, words) for one in there), *said))
            lines.append(f"- {_site(group[0], words)}: {items}")
    return "\n".join(lines)


def _by_site(statements: Sequence[Statement]) -> list[list[Statement]]:
    """Groups by level, caudal to cranial; what has no level keeps the order it came in."""
    groups: dict[tuple[str | None, int | None], list[Statement]] = {}
    for one in statements:
        at = (one.level, None) if one.level is not None else (None, one.index_from_caudal)
        groups.setdefault(at, []).append(one)
    order = {level: place for place, level in enumerate(LEVELS)}
    return [
        groups[at]
        for at in sorted(groups, key=lambda at: (order.get(at[0] or "", len(order)), at[1] or 0))
    ]


def _line(group: Sequence[Statement], words: Catalogue) -> str:
    told = [one for one in group if _said(one)]
    parts = [_graded(one, words) for one in told if _is_grade(one)]
    lists: dict[str, list[Statement]] = {
        "clinical-present": [one for one in told if one.value is True],
        "clinical-absent": [one for one in told if one.value is False],
        "clinical-undecided": [one for one in group if _undecided(one)],
        "clinical-rejected": [one for one in group if one.state == "rejected"],
    }
    for key, listed in lists.items():
        if listed:
            parts.append(words.label(key, items=", ".join(_name(one, words) for one in listed)))
    parts += _abstained(group, words)
    said = (lower_first(part) if place else part for place, part in enumerate(parts))
    return f"{_site(group[0], words)}: {'; '.join(said)}."


def _abstained(group: Iterable[Statement], words: Catalogue) -> list[str]:
    reasons: dict[str, list[str]] = {}
    for one in group:
        if one.value is None and one.state != "rejected" and not _undecided(one):
            reason = words.message(one.abstention) if one.abstention else words.label("unknown")
            reasons.setdefault(lower_first(reason).rstrip("."), []).append(_name(one, words))
    return [
        words.label("clinical-abstained", items=", ".join(names), reason=reason)
        for reason, names in reasons.items()
    ]


def _said(one: Statement) -> bool:
    return one.value is not None and one.state != "rejected" and not _undecided(one)


def _undecided(one: Statement) -> bool:
    """Tells whether only a model speaks, at a threshold too poor for a decision.

    Such a finding may come without a value, and without a reason for that.
    """
    if one.value is None:
        return one.state == "open" and one.abstention is None
    return one.state == "open" and not one.shown


def _is_grade(one: Statement) -> bool:
    return not isinstance(one.value, bool)


def _is_class_of_finding(one: Statement) -> bool:
    return bool(one.classes) and int(one.value or 0) > 1


def _graded(one: Statement, words: Catalogue) -> str:
    number = int(one.value or 0)
    if 1 <= number <= len(one.classes):
        return f"{words.term(one.name)}: {lower_first(words.term(one.classes[number - 1]))}"
    return words.label("clinical-graded", name=words.term(one.name), grade=number)


def _name(one: Statement, words: Catalogue) -> str:
    return lower_first(words.term(one.name))


def _site(one: Statement, words: Catalogue) -> str:
    concept = FINDINGS.get(one.name)
    structure = concept.structure if concept else "study"
    return site_name(Site(structure, one.level, one.index_from_caudal), words)


def _not_assessed(reports: Sequence[Report], words: Catalogue) -> str:
    """Lists what nobody looked at; where no run says so, all that no bundle ever assesses."""
    told = [message for report in reports for message in report.not_assessed]
    items = _once(words.message(message) for message in told or not_assessed())
    refused = [_about(one, report, words) for report in reports for one in report.refused]
    return "\n".join((words.label("not-assessed-note"), *_items(items), *_items(_once(refused))))


def _models(reports: Sequence[Report], words: Catalogue) -> str:
    lines = [words.label("clinical-research-use")]
    if any(report.study.simulated for report in reports):
        lines.append(words.label("simulated-banner"))
    bundles = list(dict.fromkeys(bundle for report in reports for bundle in report.bundles))
    if any(bundle.simulated_training for bundle in bundles):
        lines.append(words.label("simulated-training-banner"))
    lines += [_bundle(bundle, words) for bundle in bundles] or [words.label("clinical-unread")]
    for key, kind in (("assumptions", "assumptions"), ("warnings", "warnings")):
        said = _once(_about(m, report, words) for report in reports for m in getattr(report, kind))
        if said:
            lines += [f"{words.label(key)}:", *_items(said)]
    return "\n".join(lines)


def _bundle(bundle: BundleRef, words: Catalogue) -> str:
    said = f"{readable(bundle.name)} {readable(bundle.version)}, {words.label('sha256')} "
    said += f"{readable(bundle.sha256)}."
    if bundle.intended_use:
        said += f" {words.label('intended-use')}: {readable(bundle.intended_use)}"
    if bundle.exclusions:
        excluded = ", ".join(words.term(code) for code in bundle.exclusions)
        said += f" {words.label('exclusions')}: {excluded}."
    return said


def _about(message: Message, report: Report, words: Catalogue) -> str:
    subject, text = subject_name(message, report, words), words.message(message)
    return f"{subject}: {text}" if subject else text


def _items(texts: Iterable[str]) -> list[str]:
    return [f"- {text}" for text in texts]


def _once(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(texts))
