"""Which of the standard's options are taken, with their codes (PS3.15 E.3, PS3.16 CID 7050)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from condyle.errors import UnknownName, UsageError


class Option(Enum):
    """An option of the basic profile, by the word that names it on the command line."""

    CLEAN_PIXELS = "clean-pixels"
    CLEAN_RECOGNIZABLE = "clean-recognizable"
    CLEAN_GRAPHICS = "clean-graphics"
    CLEAN_STRUCTURED = "clean-structured"
    CLEAN_DESCRIPTORS = "clean-descriptors"
    RETAIN_FULL_DATES = "retain-full-dates"
    RETAIN_MODIFIED_DATES = "retain-modified-dates"
    RETAIN_PATIENT = "retain-patient-characteristics"
    RETAIN_DEVICE = "retain-device"
    RETAIN_INSTITUTION = "retain-institution"
    RETAIN_UIDS = "retain-uids"
    RETAIN_SAFE_PRIVATE = "retain-safe-private"


CODES = {
    Option.CLEAN_PIXELS: ("113101", "Clean Pixel Data Option"),
    Option.CLEAN_RECOGNIZABLE: ("113102", "Clean Recognizable Visual Features Option"),
    Option.CLEAN_GRAPHICS: ("113103", "Clean Graphics Option"),
    Option.CLEAN_STRUCTURED: ("113104", "Clean Structured Content Option"),
    Option.CLEAN_DESCRIPTORS: ("113105", "Clean Descriptors Option"),
    Option.RETAIN_FULL_DATES: (
        "113106",
        "Retain Longitudinal Temporal Information Full Dates Option",
    ),
    Option.RETAIN_MODIFIED_DATES: (
        "113107",
        "Retain Longitudinal Temporal Information Modified Dates Option",
    ),
    Option.RETAIN_PATIENT: ("113108", "Retain Patient Characteristics Option"),
    Option.RETAIN_DEVICE: ("113109", "Retain Device Identity Option"),
    Option.RETAIN_INSTITUTION: ("113112", "Retain Institution Identity Option"),
    Option.RETAIN_UIDS: ("113110", "Retain UIDs Option"),
    Option.RETAIN_SAFE_PRIVATE: ("113111", "Retain Safe Private Option"),
}
"""Code value and meaning of each option, in the scheme DCM."""

BASIC_CODE = ("113100", "Basic Application Confidentiality Profile")
"""What every profile is built on."""


@dataclass(frozen=True)
class Profile:
    """The basic profile with some of its options."""

    options: frozenset[Option] = frozenset()

    def has(self, option: Option) -> bool:
        """Tells whether an option is taken."""
        return option in self.options

    @property
    def dates(self) -> str:
        """What (0028,0303) says: ``"UNMODIFIED"``, ``"MODIFIED"`` or ``"REMOVED"``."""
        if self.has(Option.RETAIN_FULL_DATES):
            return "UNMODIFIED"
        return "MODIFIED" if self.has(Option.RETAIN_MODIFIED_DATES) else "REMOVED"

    @property
    def codes(self) -> list[tuple[str, str]]:
        """Code value and meaning of the profile and its options, in the order of the codes."""
        return [BASIC_CODE, *sorted(CODES[option] for option in self.options)]


BASIC = Profile()
"""The basic profile with no option."""


def profile_of(words: Iterable[str]) -> Profile:
    """Gives the profile that words name.

    Args:
        words: Of options, ``"basic"`` among them or not; blanks and empty words count for
            nothing.

    Raises:
        UnknownName: A word names no option.
        UsageError: Dates are to be both kept and shifted.
    """
    named = [word.strip() for word in words if word.strip() not in ("", "basic")]
    valid = {option.value: option for option in Option}
    for word in named:
        if word not in valid:
            raise UnknownName("option of a profile", word, [*valid, "basic"])
    options = frozenset(valid[word] for word in named)
    if {Option.RETAIN_FULL_DATES, Option.RETAIN_MODIFIED_DATES} <= options:
        raise UsageError(
            "The profile was not understood.",
            found="dates that are to be kept and to be shifted",
            needed="retain-full-dates or retain-modified-dates, not both",
            mend="leave one of the two out.",
        )
    return Profile(options)
