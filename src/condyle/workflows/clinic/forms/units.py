"""Units in the Unified Code for Units of Measure (UCUM, ucum.org), as far as forms need them."""

from __future__ import annotations

import re

_ATOMS = (
    "%", "1", "Cel", "Hz", "J", "Kel", "L", "N", "Pa", "W", "a", "bar", "cd", "d", "deg", "g", "h",
    "l", "m", "min", "mo", "mol", "rad", "s", "wk",
    "m[H2O]", "m[Hg]", "[degF]", "[ft_i]", "[in_i]", "[lb_av]", "[mi_i]", "[oz_av]", "[pH]",
)  # fmt: skip
_WITH_PREFIX = (
    "Hz", "J", "L", "N", "Pa", "W", "bar", "g", "l", "m", "mol", "s", "m[H2O]", "m[Hg]",
)  # fmt: skip
_PREFIXES = ("", "k", "h", "d", "c", "m", "u", "n", "M")
_KNOWN = frozenset(_ATOMS) | {prefix + atom for atom in _WITH_PREFIX for prefix in _PREFIXES}
_NOTE = re.compile(r"\{[!-z|~]+\}")
_TERM = re.compile(r"(?P<atom>.+?)(?P<power>[+-]?[1-9])?(?P<note>\{[!-z|~]+\})?")
_SIGNS = {"deg": "°", "Cel": "°C", "min": "min", "1": "", "mo": "mo", "wk": "wk", "um": "µm"}


def is_unit(text: str) -> bool:
    """Says whether a text is a unit in UCUM: ``"deg"``, ``"m"``, ``"kg/m2"``, ``"{score}"``.

    What is in braces is a note on a number without a unit (UCUM, section 12). Of the atoms, those
    that an examination of joints or back may need are known.
    """
    terms = re.split(r"[./](?![^{]*\})", text.removeprefix("/"))
    return all(_is_term(term) for term in terms)


def shown_unit(unit: str | None) -> str:
    """Gives the sign that people read, with the blank before it: ``" m"``, ``"°"``, ``" %"``.

    Args:
        unit: In UCUM; what is only a note shows nothing.
    """
    bare = _NOTE.sub("", unit or "")
    sign = _SIGNS.get(bare, bare)
    return sign if not sign or sign == "°" else f" {sign}"


def _is_term(term: str) -> bool:
    if _NOTE.fullmatch(term) or term in _KNOWN:
        return True
    found = _TERM.fullmatch(term)
    return found is not None and found["atom"] in _KNOWN
