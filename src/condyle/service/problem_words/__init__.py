"""Errors in the reader's language.

The source says an error's parts in English, as every exception does that reaches a terminal or a
log. For a browser each of its sentences is looked up in a catalogue by the English one, with a
hole where it holds a value, as gettext looks up a message by its text. A test walks the source
and fails for a sentence that the catalogue lacks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml
from starlette.datastructures import Headers
from starlette.types import Scope

from condyle.reporting.wording import LANGUAGES
from condyle.service.schemas.base import Problem

_SOURCE = LANGUAGES[0]
_BETWEEN = "; "
_LONGEST = 2000  # beyond it a text is given as it is: no sentence of ours is so long


@dataclass(frozen=True)
class ProblemWords:
    """The catalogue of one language.

    Attributes:
        sentences: By the English sentence, ``{}`` standing for a value of it.
        terms: Words that stand in such a place, as a state or a role does.
        kinds: What is wrong with a field, by pydantic's code.
    """

    sentences: Mapping[str, str]
    terms: Mapping[str, str]
    kinds: Mapping[str, str]

    def say(self, text: str) -> str:
        """Gives a part of an error; what the catalogue lacks is given as it is."""
        if not text or len(text) > _LONGEST:
            return text
        if text in self.sentences:
            return self.sentences[text]
        if _BETWEEN in text:
            return _BETWEEN.join(map(self.say, text.split(_BETWEEN)))
        return self._filled(text)

    def _filled(self, text: str) -> str:
        for pattern, template in _patterns(tuple(self.sentences.items())):
            match = pattern.fullmatch(text)
            if match:
                return template.format(*(self.terms.get(v, v) for v in match.groups()))
        return text


def language_of(scope: Scope) -> str:
    """Gives the language of a call: what it asks for, else what its user has set, else English."""
    kept = scope.get("state", {}).get("language", "")
    return asked_language(Headers(scope=scope).get("accept-language", ""), kept)


def asked_language(asked: str, kept: str) -> str:
    """Gives the first language of a list that there are words in (RFC 9110, 12.5.4).

    Args:
        asked: The value of ``Accept-Language``; ``""`` where the call has none.
        kept: What the user has set; ``""`` where they have not.
    """
    tags = (part.partition(";")[0].strip().lower() for part in asked.split(","))
    known = (name for name in (tag[:2] for tag in tags) if name in LANGUAGES)
    return next(known, kept or _SOURCE)


def in_language(said: Problem, language: str) -> Problem:
    """Gives a problem with its parts in a language of the catalogues."""
    if language == _SOURCE:
        return said
    words = problem_words(language)
    return Problem(**{part: words.say(text) for part, text in said.model_dump().items()})


def faults_of(errors: list[Any], language: str) -> list[str]:
    """Gives which fields of a call do not fit, without the values that were sent.

    Args:
        errors: As pydantic tells them.
        language: Of the reader.
    """
    if language == _SOURCE:
        return [f"{_place(one)}: {one['msg']}" for one in errors]
    kinds = problem_words(language).kinds
    return [f"{_place(one)}: {kinds.get(one['type'], kinds['other'])}" for one in errors]


@cache
def problem_words(language: str) -> ProblemWords:
    """Gives the catalogue of a language other than the source's."""
    path = resources.files(__package__).joinpath(f"{language}.yaml")
    return ProblemWords(**yaml.safe_load(path.read_text(encoding="utf-8")))


def _place(error: Mapping[str, Any]) -> str:
    return ".".join(map(str, error["loc"]))


@cache
def _patterns(sentences: tuple[tuple[str, str], ...]) -> tuple[tuple[re.Pattern[str], str], ...]:
    """Gives the sentences with values, those that say most of themselves first."""
    holed = sorted((one for one in sentences if "{}" in one[0]), key=lambda one: -len(one[0]))
    return tuple((_pattern(english), other) for english, other in holed)


def _pattern(english: str) -> re.Pattern[str]:
    return re.compile("(.+?)".join(map(re.escape, english.split("{}"))), re.DOTALL)
