"""Every row of PS3.15 Table E.1-1, read here without the code that carries it out."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from pydicom.datadict import dictionary_VR
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

import condyle.dicom.deidentify
from condyle.dicom.deidentify import BASIC, Option, Profile, Project, deidentified

TABLE = Path(condyle.dicom.deidentify.__file__).with_name("table.csv")
PROJECT = Project(b"a secret of thirty-two bytes,yes")
COLUMN = {
    Option.RETAIN_UIDS: "uids",
    Option.RETAIN_DEVICE: "device",
    Option.RETAIN_INSTITUTION: "institution",
    Option.RETAIN_PATIENT: "patient",
    Option.RETAIN_FULL_DATES: "full",
    Option.RETAIN_MODIFIED_DATES: "modified",
    Option.CLEAN_DESCRIPTORS: "descriptors",
    Option.CLEAN_STRUCTURED: "structured",
    Option.CLEAN_GRAPHICS: "graphics",
}
PSEUDONYMS = ("00100010", "00100020", "00120040", "00120042")
NUMBERS = ("FD", "FL", "SL", "SS", "SV", "UL", "US", "UV")
BYTES = ("OB", "OD", "OF", "OL", "OV", "OW", "UN")
PROFILES = [
    BASIC,
    *(Profile(frozenset({option})) for option in Option),
    Profile(frozenset(Option) - {Option.RETAIN_FULL_DATES}),
]


def cells() -> list[dict[str, str]]:
    lines = TABLE.read_text("utf-8").splitlines()
    return list(csv.DictReader(line for line in lines if not line.startswith("#")))


ROWS = cells()


def tag_of(row: dict[str, str]) -> int:
    """An attribute of the row: group 5004 or 6002 where it stands for many."""
    digits = row["tag"].replace("50xxxxxx", "50040010").replace("60xx", "6002")
    return int(digits, 16)


def vr_of(tag: int) -> str:
    try:
        return dictionary_VR(tag).split(" or ")[-1]
    except KeyError:
        return "LO"  # newer than the installed dictionary


def planted(tag: int) -> str:
    return f"planted{tag:08x}"


def value_of(tag: int, vr: str) -> Any:
    """A value of the VR from which it can be told that it came through."""
    number = tag % 9973
    fixed = {
        "AS": "041Y",
        "AT": 0x00100010,
        "CS": f"PLANT{number}",
        "AE": f"PLANT{number}",
        "SH": f"PLANT{tag:08x}",
        "DA": "20110215",
        "DS": f"{number}.5",
        "DT": "20110215131415.5",
        "IS": str(number),
        "PN": f"{planted(tag)}^Person",
        "TM": "131415",
        "UI": f"1.2.3.{tag}",
    }
    if vr == "SQ":
        item = Dataset()
        item.PatientName = f"{planted(tag)}^Nested"
        item.ReferencedSOPInstanceUID = f"1.2.3.{tag}.1"
        item.CodeMeaning = planted(tag)
        return Sequence([item])
    if tag == 0x00080201:
        return "+0100"
    if vr in BYTES:
        return planted(tag).encode() + b"X"
    return fixed.get(vr, number if vr in NUMBERS else planted(tag))


def all_of_the_table() -> Dataset:
    dataset = Dataset()
    for row in ROWS:
        tag = tag_of(row)
        vr = vr_of(tag)
        dataset.add(DataElement(tag, vr, value_of(tag, vr)))
    return dataset


def letter(row: dict[str, str], profile: Profile) -> str:
    """Keeping goes before cleaning, an option before the basic profile, the last letter counts."""
    chosen = [row[COLUMN[one]] for one in profile.options if one in COLUMN and row[COLUMN[one]]]
    if chosen:
        return "K" if "K" in chosen else chosen[0]
    return "U" if row["basic"] == "X/Z/U*" else row["basic"].split("/")[-1]


def said(dataset: Dataset) -> str:
    """All that a data set says, whatever its depth."""
    return str(dataset.to_json_dict(bulk_data_threshold=1 << 30))


def nested(element: DataElement) -> str:
    return "".join(str(item) for item in element.value)


def test_the_table_has_the_standards_rows_and_letters() -> None:
    assert len(ROWS) == len({row["tag"] for row in ROWS}) > 600
    basics = {"X", "Z", "D", "U", "X/Z", "X/D", "Z/D", "X/Z/D", "X/Z/U*"}
    assert {row["basic"] for row in ROWS} == basics
    for name in COLUMN.values():
        assert {row[name] for row in ROWS} <= {"", "K", "C", "X"}, name


@pytest.mark.parametrize(
    ("tag", "basic", "column", "option"),
    [
        ("00100010", "Z", "patient", ""),
        ("00100020", "Z/D", "uids", ""),
        ("00100030", "Z", "full", ""),
        ("00100040", "Z", "patient", "K"),
        ("00101010", "X", "patient", "K"),
        ("00080020", "Z", "full", "K"),
        ("00080020", "Z", "modified", "C"),
        ("0008103e", "X", "descriptors", "C"),
        ("00080018", "U", "uids", "K"),
        ("00081010", "X/Z/D", "device", "K"),
        ("00080080", "X/Z/D", "institution", "K"),
        ("0040a730", "D", "structured", "C"),
        ("00700001", "D", "graphics", "C"),
        ("60xx3000", "X", "graphics", "C"),
        ("00081140", "X/Z/U*", "uids", "K"),
        ("00189424", "X", "descriptors", "C"),
    ],
)
def test_well_known_rows_say_what_the_standard_prints(
    tag: str, basic: str, column: str, option: str
) -> None:
    row = next(row for row in ROWS if row["tag"] == tag)
    assert (row["basic"], row[column]) == (basic, option)


@pytest.mark.parametrize(
    "profile",
    PROFILES,
    ids=lambda one: "+".join(sorted(option.value for option in one.options)) or "basic",
)
def test_every_attribute_is_treated_as_its_row_says(profile: Profile) -> None:
    before = all_of_the_table()
    after = deidentified(before, PROJECT, profile).dataset
    wrong = {
        row["tag"]: letter(row, profile)
        for row in ROWS
        if not _is_right(row, letter(row, profile), before[tag_of(row)], after)
    }
    assert wrong == {}


@pytest.mark.parametrize(
    "profile",
    PROFILES,
    ids=lambda one: "+".join(sorted(option.value for option in one.options)) or "basic",
)
def test_nothing_planted_is_left_but_what_is_kept_on_purpose(profile: Profile) -> None:
    after = deidentified(all_of_the_table(), PROJECT, profile).dataset
    kept = {tag_of(row) for row in ROWS if letter(row, profile) == "K"}
    for tag in kept & set(map(int, after.keys())):
        if after[tag].VR != "SQ":
            del after[tag]
    text = said(after).lower()
    assert "plant" not in text and "nested" not in text and "^person" not in text


def _is_right(row: dict[str, str], letter_: str, old: DataElement, after: Dataset) -> bool:
    tag = tag_of(row)
    there = tag in after
    if letter_ == "X" or not there:
        return not there and (letter_ == "X" or _may_go(letter_, old))
    new = after[tag]
    if old.VR == "SQ":
        return _sequence_is_right(letter_, new)
    if row["tag"] in PSEUDONYMS and letter_ in "ZD":
        return str(new.value).startswith("P") and len(str(new.value)) == 11
    match letter_:
        case "K":
            return bool(new.value == old.value)
        case "Z":
            return new.is_empty
        case "D" | "U" if old.VR == "UI":
            return str(new.value) == PROJECT.uid(old.value) != old.value
        case "D":
            return not new.is_empty and new.value != old.value and new.VR == old.VR
        case "C" if old.VR in ("DA", "DT"):
            return len(new.value) == len(old.value) and new.value < old.value
        case "C" if old.VR == "TM" or row["tag"] == "00080201":
            return bool(new.value == old.value)
        case "C":
            return "plant" not in str(new.value).lower()
    return False


def _may_go(letter_: str, old: DataElement) -> bool:
    """Cleaning may take away what nobody can vouch for: bytes, drawings, addresses of nodes."""
    return letter_ == "C" and old.VR in ("AE", *BYTES, *NUMBERS, "DS")


def _sequence_is_right(letter_: str, new: DataElement) -> bool:
    content = nested(new)
    if letter_ == "Z":
        return content == ""
    gone = "Nested" not in content and "1.2.3." not in content
    if letter_ == "D":
        return bool(content) and gone and "planted" not in content
    if letter_ in "KC":
        return "Nested" not in content
    return letter_ == "U" and "2.25." in content and gone
