"""What Condyle says, in the reader's language: the catalogue of messages, terms and labels."""

from __future__ import annotations

import string
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

import yaml

from condyle.domain.messages import Message, Param
from condyle.errors import UnknownName

LANGUAGES: tuple[str, ...] = ("en", "es")
"""Languages of the catalogue, as ISO 639-1 codes."""

_SHOWN_AS = {"Cc": " ", "Zl": " ", "Zp": " ", "Cs": "\ufffd"}
_TURNING_MARKS = frozenset(
    "\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)


@dataclass(frozen=True)
class Catalogue:
    """The wording of one language.

    Attributes:
        language: ISO 639-1 code.
        messages: Sentence of each message code, ``{name}`` standing for a parameter.
        terms: Names of findings, structures, planes and the like.
        labels: Fixed text of pages.
        paragraph: Phrases of the text to copy.
    """

    language: str
    messages: Mapping[str, str]
    terms: Mapping[str, str]
    labels: Mapping[str, str]
    paragraph: Mapping[str, str]

    def term(self, name: str) -> str:
        """Gives the word for a name; a name that the catalogue lacks is given as it is."""
        return self.terms.get(name) or readable(name)

    def exclusion(self, code: str, anatomy: str) -> str:
        """Gives whom a bundle is not for, in words that fit what it reads."""
        known = f"{code}-of-part"
        return self.term(known if anatomy != "lumbar-spine" and known in self.terms else code)

    def label(self, key: str, **values: str | int) -> str:
        """Gives fixed text of a page with its values filled in."""
        return self.labels[key].format_map(_readable_values(values))

    def phrase(self, key: str, **values: str | int) -> str:
        """Gives a phrase of the text to copy with its values filled in."""
        return self.paragraph[key].format_map(_readable_values(values))

    def message(self, message: Message) -> str:
        """Gives the sentence of a message.

        A code that the catalogue lacks, or a parameter that the message lacks, is never
        hidden: the code and its parameters are given as they are.
        """
        template = self.messages.get(message.code)
        if template is None or not set(params_of(template)) <= set(message.params):
            return _bare(message)
        return template.format_map({k: self._shown(k, v) for k, v in message.params.items()})

    def number(self, value: float, digits: int) -> str:
        """Gives a number with a fixed count of decimals in the language's own notation."""
        text = f"{value:.{digits}f}"
        return text.replace(".", ",") if self.language == "es" else text

    def _shown(self, key: str, value: Param) -> str:
        """Words a parameter: a file keeps its name, a term gets its word."""
        if isinstance(value, float):
            return self.number(value, 2)
        return (
            self.term(value) if isinstance(value, str) and key != "file" else readable(str(value))
        )


def readable(text: str) -> str:
    """Gives text on one line, without what could hide, reorder or forge what stands beside it.

    A control character, a line break among them, becomes a blank. Marks that turn the
    direction of writing (Unicode Standard Annex 9) and half of a pair of surrogates, as in
    a file name that is not UTF-8, become U+FFFD.

    Args:
        text: A name, or text out of a header; letters of every script stay as they are.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_SHOWN_AS.get(unicodedata.category(c), c) for c in _turning_marks_out(text))


def params_of(template: str) -> tuple[str, ...]:
    """Gives the names of the parameters of a sentence, in order of first use."""
    names = [name for _, name, _, _ in string.Formatter().parse(template) if name]
    return tuple(dict.fromkeys(names))


@cache
def catalogue(language: str) -> Catalogue:
    """Gives the wording of a language.

    Args:
        language: One of ``LANGUAGES``.

    Raises:
        UnknownName: There is no catalogue of that language.
    """
    if language not in LANGUAGES:
        raise UnknownName("language", language, LANGUAGES)
    path = resources.files("condyle.reporting").joinpath("catalogue", f"{language}.yaml")
    parts = yaml.safe_load(path.read_text(encoding="utf-8"))
    return Catalogue(language=language, **parts)


def word(message: Message, language: str = "en") -> str:
    """Gives the sentence of a message in a language.

    Args:
        message: What is to be said.
        language: One of ``LANGUAGES``.

    Raises:
        UnknownName: There is no catalogue of that language.
    """
    return catalogue(language).message(message)


def _bare(message: Message) -> str:
    params = ", ".join(f"{key}: {value}" for key, value in sorted(message.params.items()))
    return readable(f"{message.code} ({params})" if params else message.code)


def _readable_values(values: Mapping[str, str | int]) -> dict[str, str | int]:
    return {key: readable(v) if isinstance(v, str) else v for key, v in values.items()}


def _turning_marks_out(text: str) -> str:
    return "".join("\ufffd" if c in _TURNING_MARKS else c for c in text)
