"""Text folded for search and sorting: no case, no accents, no punctuation."""

from __future__ import annotations

import re
import unicodedata

_NOT_WORDS = re.compile(r"[\W_]+")
_MOST_LETTERS = 64
_MOST_WORDS = 200
LAST = "\U0010ffff"
"""Sorts after every letter: a prefix ends before it."""


def clean(text: str) -> str:
    """Gives text that every database can hold: without NUL and half characters."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def folded(text: str) -> str:
    """Gives text as it is compared: ``"Müller^Jürgen"`` becomes ``"muller jurgen"``."""
    wide = unicodedata.normalize("NFKD", clean(text).casefold())
    bare = "".join(letter for letter in wide if not unicodedata.combining(letter))
    return _NOT_WORDS.sub(" ", bare.casefold()).strip()


def words_of(*texts: str) -> frozenset[str]:
    """Gives the folded words of texts; a very long text gives its first ones."""
    found = [word[:_MOST_LETTERS] for text in texts for word in folded(text).split()]
    return frozenset(found[:_MOST_WORDS])
