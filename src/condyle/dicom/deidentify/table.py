"""PS3.15 Table E.1-1 as data: what becomes of an attribute, by the profile and its options."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from condyle.dicom.deidentify.profile import Option, Profile

REMOVE, EMPTY, DUMMY, KEEP, CLEAN, UID = "X", "Z", "D", "K", "C", "U"
"""The standard's letters: remove, empty, replace by a dummy, keep, clean, replace a UID."""

_COLUMNS = {
    "uids": Option.RETAIN_UIDS,
    "device": Option.RETAIN_DEVICE,
    "institution": Option.RETAIN_INSTITUTION,
    "patient": Option.RETAIN_PATIENT,
    "full": Option.RETAIN_FULL_DATES,
    "modified": Option.RETAIN_MODIFIED_DATES,
    "descriptors": Option.CLEAN_DESCRIPTORS,
    "structured": Option.CLEAN_STRUCTURED,
    "graphics": Option.CLEAN_GRAPHICS,
}
# Text of a content item: the standard covers it by its sequence, which other sequences than
# the Content Sequence hold as well.
_OURS = {"0040a160": ("D", {Option.CLEAN_STRUCTURED: CLEAN})}
_KEEPERS = (
    Option.RETAIN_UIDS,
    Option.RETAIN_DEVICE,
    Option.RETAIN_INSTITUTION,
    Option.RETAIN_PATIENT,
    Option.RETAIN_FULL_DATES,
)


@dataclass(frozen=True)
class Row:
    """One row of the table.

    Attributes:
        tag: Eight hexadecimal digits in lower case, ``x`` for any.
        basic: The basic profile's cell, such as ``"X/Z/D"``.
        options: The letter of each option that has one.
    """

    tag: str
    basic: str
    options: Mapping[Option, str]


def data_rows(name: str) -> Iterator[dict[str, str]]:
    """Gives the rows of a CSV file of this package, its comment left out."""
    text = files("condyle.dicom.deidentify").joinpath(name).read_text("utf-8")
    yield from csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))


@cache
def rows() -> Mapping[str, Row]:
    """Gives all rows by their tag."""
    found = {}
    for line in data_rows("table.csv"):
        options = {option: line[name] for name, option in _COLUMNS.items() if line[name]}
        found[line["tag"]] = Row(line["tag"], line["basic"], options)
    for tag, (basic, options) in _OURS.items():
        found[tag] = Row(tag, basic, options)
    return found


def row_of(tag: int) -> Row | None:
    """Gives the row of an attribute, ``None`` where the table has none.

    Args:
        tag: Group and element as one number.
    """
    digits = f"{tag:08x}"
    table = rows()
    for form in (digits, f"{digits[:2]}xx{digits[4:]}", f"{digits[:2]}xxxxxx"):
        if form in table and (form == digits or int(digits[2:4], 16) % 2 == 0):
            return table[form]
    return None


def letter_of(row: Row, profile: Profile) -> str:
    """Resolves a row to one letter.

    An option that keeps goes before one that cleans, and that before the basic profile. A
    cell of several letters, which the standard resolves by the attribute's type in the
    object's definition, takes the last: a dummy or an emptied value conforms to every type
    and holds nothing of the patient. ``X/Z/U*`` is a sequence that is kept with its UIDs
    replaced.
    """
    for option in (*_KEEPERS, *Option):
        if option in profile.options and option in row.options:
            return row.options[option]
    if row.basic == "X/Z/U*":
        return UID
    return row.basic.split("/")[-1]
