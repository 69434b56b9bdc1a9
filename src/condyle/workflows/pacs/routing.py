"""Routing: which arrivals get which bundle and go on where, and why, as one pure function."""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import Field, model_validator

from condyle.dicom.objects import KINDS, Kind
from condyle.workflows.pacs.configuration import Strict

FILE = "routing.yaml"
"""Name of the file in the clinic's folder; without it every bundle that fits reads every study."""

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,47}$")]
Pattern = Annotated[str, Field(min_length=1, max_length=128)]
Patterns = Annotated[list[Pattern], Field(min_length=1, max_length=50)]
ResultKind = Literal["seg", "labelmap", "sr", "pdf", "sc"]
Kinds = Annotated[list[ResultKind], Field(min_length=1, max_length=len(KINDS))]


class When(Strict):
    """What a study must have; each that is given must be met, by one of its patterns.

    Patterns are words in which ``*`` and ``?`` stand for others; case does not count. Those of
    series are met where one series of the study meets all of them.
    """

    calling: Patterns | None = None
    source: Patterns | None = None
    description: Patterns | None = None
    anatomy: Patterns | None = None
    modality: Patterns | None = None
    series_description: Patterns | None = None
    body_part: Patterns | None = None


class Then(Strict):
    """What is done with it: what reads it and where it goes on, once it is complete.

    ``results`` says which objects of it go to which peer once its report is signed.
    """

    bundles: list[Name] | Literal["all", "none"] | None = None
    forward: Annotated[list[Name], Field(max_length=20, default_factory=list)]
    results: Annotated[dict[Name, Kinds], Field(max_length=20, default_factory=dict)]
    stop: bool = False

    @model_validator(mode="after")
    def _does_something(self) -> Then:
        if self.bundles is None and not (self.forward or self.results or self.stop):
            raise ValueError("bundles, forward, results or stop: a rule must do something")
        return self


class Rule(Strict):
    """One rule: what it is for, and what it does."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    when: When = When()
    then: Then


class Routing(Strict):
    """The whole file. Rules are looked at in their order, until one that matches says stop."""

    rules: Annotated[list[Rule], Field(max_length=200)]

    @model_validator(mode="after")
    def _names_each_once(self) -> Routing:
        names = [rule.name for rule in self.rules]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"rules of one name: {', '.join(twice)}")
        return self


@dataclass(frozen=True)
class SeriesFeatures:
    """What rules look at in a series."""

    modality: str
    description: str
    body_part: str


@dataclass(frozen=True)
class StudyFeatures:
    """What rules look at in a study. None of it names the patient.

    Attributes:
        calling: AE title of who sent it; empty where nobody did.
        source: Such as ``"pacs"`` or ``"upload"``.
        description: Of the study.
        anatomy: Such as ``"knee"``; empty where it is not known.
        series: Of each of its series.
    """

    calling: str
    source: str
    description: str
    anatomy: str
    series: tuple[SeriesFeatures, ...]


@dataclass(frozen=True)
class RuleOutcome:
    """Whether a rule matched.

    Attributes:
        name: Of the rule.
        matched: Whether it did; ``None`` where an earlier one stopped.
        reason: Why, in words that name what was found.
    """

    name: str
    matched: bool | None
    reason: str


@dataclass(frozen=True)
class Decision:
    """What is done with a study.

    Attributes:
        bundles: Names of those that read it; ``None`` means all that fit.
        forward: Names of peers, each once.
        rules: What became of each rule, in their order.
        results: Names of peers, and the kinds of objects that go there once somebody signs.
    """

    bundles: tuple[str, ...] | None
    forward: tuple[str, ...] = ()
    rules: tuple[RuleOutcome, ...] = field(default=())
    results: Mapping[str, tuple[Kind, ...]] = field(default_factory=dict)


def route(routing: Routing | None, study: StudyFeatures) -> Decision:
    """Decides what is done with a study; the same for the same rules and study.

    Bundles of several rules that match add up, and so do peers and kinds; ``all`` means every
    bundle that is enabled and fits, ``none`` none of those so far. Where no rule that matches
    says anything of bundles, all of them read it, as without rules.

    Args:
        routing: The rules, or ``None`` where there are none.
        study: What they look at.
    """
    chosen: list[str] | None = None
    every = False
    forward: list[str] = []
    results: dict[str, set[Kind]] = {}
    outcomes = []
    stopped = ""
    for rule in () if routing is None else routing.rules:
        if stopped:
            outcomes.append(RuleOutcome(rule.name, None, f"'{stopped}' stopped before it"))
            continue
        matched, reason = _matches(rule.when, study)
        outcomes.append(RuleOutcome(rule.name, matched, reason))
        if not matched:
            continue
        then = rule.then
        if then.bundles == "all":
            every = True
        elif then.bundles == "none":
            every, chosen = False, []
        elif then.bundles is not None:
            chosen = [*(chosen or ()), *then.bundles]
        forward += then.forward
        for peer, kinds in then.results.items():
            results.setdefault(peer, set()).update(kinds)
        stopped = rule.name if then.stop else ""
    names = None if every or chosen is None else tuple(dict.fromkeys(chosen))
    ordered = {
        peer: tuple(kind for kind in KINDS if kind in kinds) for peer, kinds in results.items()
    }
    return Decision(names, tuple(dict.fromkeys(forward)), tuple(outcomes), ordered)


def _matches(when: When, study: StudyFeatures) -> tuple[bool, str]:
    met: list[str] = []
    for keyword, value in (
        ("calling", study.calling),
        ("source", study.source),
        ("description", study.description),
        ("anatomy", study.anatomy),
    ):
        patterns = getattr(when, keyword)
        if patterns is None:
            continue
        pattern = _met(patterns, value)
        if pattern is None:
            return False, f"{keyword} is '{value}', not {_any(patterns)}"
        met.append(f"{keyword} '{value}' is {pattern}")
    found, reason = _matches_series(when, study.series)
    if not found:
        return False, reason
    met += [reason] if reason else []
    return True, "; ".join(met) or "it is for every study"


def _matches_series(when: When, series: Sequence[SeriesFeatures]) -> tuple[bool, str]:
    """Tells whether one series meets all that is asked of series."""
    asked = {
        keyword: patterns
        for keyword, attribute in _OF_SERIES
        if (patterns := getattr(when, attribute)) is not None
    }
    if not asked:
        return True, ""
    for one in series:
        met = {
            keyword: _met(patterns, getattr(one, keyword)) for keyword, patterns in asked.items()
        }
        if None not in met.values():
            told = ", ".join(f"{key} '{getattr(one, key)}' is {met[key]}" for key in met)
            return True, f"a series whose {told}"
    wanted = ", ".join(f"{keyword} is {_any(patterns)}" for keyword, patterns in asked.items())
    return False, f"none of {len(series)} series whose {wanted}"


_OF_SERIES = (
    ("modality", "modality"),
    ("description", "series_description"),
    ("body_part", "body_part"),
)


def _met(patterns: Sequence[str], value: str) -> str | None:
    folded = value.casefold()
    for pattern in patterns:
        # fnmatch also knows sets in brackets, which a series description may hold as such.
        plain = pattern.casefold().replace("[", "[[]")
        if fnmatch.fnmatchcase(folded, plain):
            return f"'{pattern}'"
    return None


def _any(patterns: Sequence[str]) -> str:
    return " or ".join(f"'{one}'" for one in patterns)
