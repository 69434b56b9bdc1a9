"""What a file's name says of its sequence, where the file itself says nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass

from condyle.domain.study import Attribute, Weighting

_WEIGHTINGS: dict[str, Weighting] = {
    "t1": "t1",
    "t1w": "t1",
    "t2": "t2",
    "t2w": "t2",
    "pd": "pd",
    "pdw": "pd",
    "stir": "stir",
    "tirm": "stir",
}
_FAT_SUPPRESSED = {"fs", "fatsat", "spair", "spir", "stir", "tirm", "dixonw"}
_CONTRAST = {"gd", "gad", "post", "postgd", "postcontrast", "contrast", "ce"}


@dataclass(frozen=True)
class NameHint:
    """What a file's name says; every attribute that is there counts as estimated.

    Attributes:
        weighting: From a token such as ``t1``, ``t2`` or ``t2_SPACE``.
        fat_suppressed: From a token such as ``fs`` or ``stir``.
        contrast_agent: From a token such as ``gd`` or ``post``.
    """

    weighting: Attribute[Weighting]
    fat_suppressed: Attribute[bool]
    contrast_agent: Attribute[bool]


def hint_of(stem: str) -> NameHint:
    """Reads the tokens of a file's stem; two that disagree on weighting give none.

    Args:
        stem: File name without its ending, such as ``"100_t2_SPACE"``.
    """
    tokens = [token.lower() for token in re.split(r"[^A-Za-z0-9]+", stem) if token]
    named = {_WEIGHTINGS[token] for token in tokens if token in _WEIGHTINGS}
    if "space" in tokens and named <= {"t2"}:
        named = {"t2-space"}
    if "stir" in named:
        named = {"stir"}
    weighting: Attribute[Weighting] = Attribute(None)
    if len(named) == 1:
        weighting = Attribute(named.pop(), estimated=True)
    fat = (
        Attribute(True, estimated=True) if _FAT_SUPPRESSED & set(tokens) else Attribute[bool](None)
    )
    agent = Attribute(True, estimated=True) if _CONTRAST & set(tokens) else Attribute[bool](None)
    return NameHint(weighting, fat, agent)
