"""Cleaning free text: the words of imaging are kept, all others go."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from functools import cache
from importlib.resources import files


@cache
def known_words() -> frozenset[str]:
    """Gives the words of imaging that cleaned text keeps, as ``plain`` gives them."""
    text = files("condyle.dicom.deidentify").joinpath("words.txt").read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return frozenset(" ".join(lines).split())


_FORMS = re.compile(
    r"[ctls][1-9]|[ctls]1[0-2]|t[12]w?(fs)?|t2star|pdw?(fs)?|[23]d|\d{1,2}(mm|deg|min|st|nd|rd|th)"
    r"|[bt][ev]?\d{1,4}|[ivx]{1,4}"
)
_PARTS = re.compile(r"[^\W_]+|[\W_]+", re.UNICODE)


def plain(text: str) -> str:
    """Gives a text in lower case without accents, as it is compared."""
    parted = unicodedata.normalize("NFKD", text.casefold())
    return "".join(one for one in parted if not unicodedata.combining(one))


def is_of_imaging(word: str) -> bool:
    """Tells whether a word is one of imaging: a known one, a level, a number with its unit."""
    small = plain(word)
    return small in known_words() or _FORMS.fullmatch(small) is not None


def cleaned(text: str, forbidden: Collection[str] = ()) -> str:
    """Gives a text with all but the words of imaging left out.

    Args:
        text: Free text of any language.
        forbidden: Words, as ``plain`` gives them, that go even where they are of imaging.
    """
    kept = []
    for part in _PARTS.findall(text):
        is_word = part[0].isalnum()
        if not is_word:
            kept.append(part if len(part) == 1 and part in " -_/,.:+*" else " ")
        elif is_of_imaging(part) and plain(part) not in forbidden:
            kept.append(part)
    joined = re.sub(r"\s+", " ", "".join(kept))
    return re.sub(r"([-_/,.:+*])(\s*[-_/,.:+*])+", r"\1", joined).strip(" -_/,.:+*")
