"""Which folders of an archive are those of single annotators, and which is the last word."""

from __future__ import annotations

import re
from pathlib import Path

_ANNOTATOR = re.compile(
    r"(?i:annotator|reader|rater|observer|expert|radiologist)(?:[-_ ]\w{1,16}|\d{1,3}|[A-Z])"
)
_LAST_WORD = {"adjudicated", "adjudication", "consensus"}


def annotator_folders(root: Path) -> tuple[str, ...]:
    """Gives the folders of single annotators right below an archive, sorted.

    Such are ``annotator-1``, ``reader_b`` and ``adjudicated``.
    """
    if not root.is_dir():
        return ()
    names = sorted(path.name for path in root.iterdir() if path.is_dir())
    return tuple(name for name in names if _ANNOTATOR.fullmatch(name) or is_last_word(name))


def is_last_word(name: str) -> bool:
    """Says whether an annotator's name, or a folder's, is that of the adjudication."""
    return name.lower() in _LAST_WORD
