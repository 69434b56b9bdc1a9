"""Searching an instance for identities: texts, sequences, private tags, UIDs, bytes, file meta."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset

from condyle.dicom.deidentify.identities import (
    Identities,
    all_elements,
    birth_spellings,
    values_of,
    words_of,
)
from condyle.dicom.deidentify.values import all_values, describes_pixels, is_structure
from condyle.dicom.values import BROKEN

_DATES = ("DA", "DT", "TM")
_PIXELS = (0x7FE00008, 0x7FE00009, 0x7FE00010)
_MOST_BYTES = 16 << 20
_RUNS = re.compile(rb"[ -~\x80-\xff]{4,}")


@dataclass(frozen=True)
class Leak:
    """An identity that was found, told without telling it.

    Attributes:
        tag: Of the attribute, such as ``"0010,0010"``; ``"pixels"`` where a picture says it.
        kind: ``"word"``, ``"phrase"``, ``"birth date"`` or ``"UID"``.
    """

    tag: str
    kind: str


class Needles:
    """Identities made ready to be found; holds them, so that it is never shown.

    Args:
        identities: Of the input.
    """

    def __init__(self, identities: Identities) -> None:
        self._words = frozenset(identities.words)
        self._phrases = frozenset(identities.phrases)
        spelled = [one for day in identities.births for one in birth_spellings(day)]
        self._births = frozenset(spelled)
        self._uids = frozenset(identities.uids)
        said = self._phrases | self._births
        self._longest = max((one.count(" ") + 1 for one in said), default=0)

    def in_text(self, text: str, *, births: bool = True) -> str | None:
        """Gives the kind of identity that a text holds, ``None`` where there is none.

        Args:
            text: Of any length.
            births: Whether birth dates count.
        """
        if any(uid in self._uids for uid in re.findall(r"[0-9]+(?:\.[0-9]+)+", text)):
            return "UID"
        words = words_of(text)
        if not self._words.isdisjoint(words):
            return "word"
        for length in range(1, min(self._longest, len(words)) + 1):
            for at in range(len(words) - length + 1):
                said = " ".join(words[at : at + length])
                if said in self._phrases:
                    return "phrase"
                if births and said in self._births:
                    return "birth date"
        return None

    def in_bytes(self, content: bytes) -> str | None:
        """Gives the kind of identity that bytes hold as text, in the usual ways to write it.

        Args:
            content: Of any VR.
        """
        kept = content[:_MOST_BYTES]
        runs = b"\n".join(_RUNS.findall(kept))
        wide = b"\n".join(_RUNS.findall(kept.replace(b"\0", b"")))
        for coded in {runs, wide}:
            for encoding in ("utf-8", "latin-1"):
                found = self.in_text(coded.decode(encoding, "replace"))
                if found:
                    return found
        return None


def leaks_of(dataset: Dataset, needles: Needles) -> list[Leak]:
    """Searches all of an instance but its pixels.

    A birth date does not count in a date of an output whose dates were kept or shifted:
    one day is the birth date of one patient and the study date of another.

    Args:
        dataset: What is to be given away.
        needles: What may not be in it.
    """
    removed = str(dataset.get("LongitudinalTemporalInformationModified", "REMOVED")) == "REMOVED"
    found = []
    for element in all_elements(dataset):
        if element.tag in _PIXELS or is_structure(element) or describes_pixels(element):
            continue
        kind = _kind(element, needles, births=removed or element.VR not in _DATES)
        if kind is not None:
            found.append(Leak(named(element.tag), kind))
    preamble = getattr(dataset, "preamble", None) or b""
    kind = needles.in_bytes(preamble)
    return found if kind is None else [*found, Leak("preamble", kind)]


def words_seen(texts: Iterable[str], needles: Needles) -> str | None:
    """Gives the kind of identity among texts that were read in one picture."""
    return needles.in_text(" ".join(texts))


def named(tag: int) -> str:
    """Words a tag as ``"0010,0010"``."""
    return f"{tag >> 16:04x},{tag & 0xFFFF:04x}"


def _kind(element: DataElement, needles: Needles, *, births: bool) -> str | None:
    text = "\n".join(one.replace("^", " ").replace("=", " ") for one in values_of(element))
    if text:
        kind = needles.in_text(text, births=births)
        if kind is not None:
            return kind
    try:
        many = [one for one in all_values(element) if isinstance(one, bytes)]
    except BROKEN:
        return None
    return next((kind for one in many if (kind := needles.in_bytes(one))), None)
