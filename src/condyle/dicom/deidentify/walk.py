"""Going through an instance, of any depth, and changing each attribute as the table says."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset

from condyle.dicom.deidentify import table
from condyle.dicom.deidentify.dates import shifted
from condyle.dicom.deidentify.private import SafePrivate, is_safe
from condyle.dicom.deidentify.profile import Option, Profile
from condyle.dicom.deidentify.project import Person, Project
from condyle.dicom.deidentify.search import Needles, named
from condyle.dicom.deidentify.values import (
    all_values,
    blank_items,
    describes_pixels,
    dummy,
    empty,
    is_standard_uid,
    names_a_thing,
)
from condyle.dicom.deidentify.words import cleaned
from condyle.dicom.values import BROKEN

_DATES = ("DA", "DT", "TM")
_TEXTS = ("AE", "CS", "LO", "LT", "SH", "ST", "UC", "UR", "UT")
_NAMED_BY_PSEUDONYM = (
    "PatientID",
    "PatientName",
    "ClinicalTrialSubjectID",
    "ClinicalTrialSubjectReadingID",
)
_PIXELS = (0x7FE00008, 0x7FE00009, 0x7FE00010)
_OLDEST_YEARS = 89
"""Ages above it are told as 90 years: there are few such people."""


@dataclass
class Walk:
    """One instance on its way; counts what was done.

    Attributes:
        project: Gives new UIDs, pseudonyms and shifts.
        profile: What is kept and cleaned.
        person: Whose instance it is.
        safe: Private attributes that may stay.
        needles: The instance's own identities.
        forbidden: Words that no cleaned text may hold.
        changes: How often each letter was carried out on each tag.
    """

    project: Project = field(repr=False)
    profile: Profile
    person: Person = field(repr=False)
    safe: SafePrivate = field(repr=False)
    needles: Needles = field(repr=False)
    forbidden: Collection[str] = field(repr=False)
    changes: Counter[tuple[str, str]] = field(default_factory=Counter)

    def through(self, dataset: Dataset) -> None:
        """Changes a data set and all in it in place."""
        for tag in list(dataset.keys()):
            try:
                element = dataset[tag]
                value = element.value
            except BROKEN:
                self._drop(dataset, tag, "X")  # what cannot be read cannot be trusted
                continue
            if tag.is_private:
                self._private(dataset, element)
            elif (row := table.row_of(tag)) is not None:
                self._carry_out(dataset, element, table.letter_of(row, self.profile))
            elif element.VR == "SQ":
                for item in value:
                    self.through(item)
            elif tag not in _PIXELS:
                self._unlisted(dataset, element)
        self._drop_lone_creators(dataset)

    def _carry_out(self, dataset: Dataset, element: DataElement, letter: str) -> None:
        tag = element.tag
        if letter == table.REMOVE:
            self._drop(dataset, tag, letter)
            return
        if element.VR == "SQ":
            self._sequence(dataset, element, letter)
            return
        if letter == table.KEEP:
            if element.keyword == "PatientAge":
                self._set(dataset, element, _age(element), letter)
            elif not self._scrub(dataset, element):
                self.changes[letter, named(tag)] += 1
        elif letter == table.UID:
            self._set(dataset, element, self._new_uids(element), letter)
        elif letter == table.CLEAN:
            self._clean(dataset, element)
        elif element.keyword in _NAMED_BY_PSEUDONYM:
            self._set(dataset, element, self.project.pseudonym(self.person), letter)
        elif letter == table.DUMMY and element.VR == "UI":
            self._set(dataset, element, self._new_uids(element), letter)
        elif letter == table.DUMMY and all_values(element):
            self._set(dataset, element, dummy(element), letter)
        else:
            self._set(dataset, element, empty(element), letter)

    def _sequence(self, dataset: Dataset, element: DataElement, letter: str) -> None:
        if letter == table.EMPTY:
            element.value = empty(element)
        elif letter == table.DUMMY:
            element.value = blank_items(element.value, self.project.uid)
        else:
            for item in element.value:
                self.through(item)
        self.changes[letter, named(element.tag)] += 1

    def _clean(self, dataset: Dataset, element: DataElement) -> None:
        """Cleans by kind: dates are moved, texts keep the words of imaging, all else goes."""
        if element.VR in _DATES:
            days = self.project.shift_days(self.person)
            moved = [shifted(element.VR, str(one), days) for one in all_values(element)]
            if all(moved):
                self._set(dataset, element, moved, table.CLEAN)
                return
            self._set(dataset, element, empty(element), table.CLEAN)
        elif _is_offset(element):
            self.changes[table.CLEAN, named(element.tag)] += 1
        elif element.VR in _TEXTS and element.VR != "AE":
            kept = [cleaned(str(one), self.forbidden) for one in all_values(element)]
            if not any(kept) and all_values(element) and _needs_value(element):
                kept = [dummy(element)]
            self._set(dataset, element, kept, table.CLEAN)
        else:
            # Graphics and addresses: none of their content can be vouched for.
            self._drop(dataset, element.tag, table.CLEAN)

    def _unlisted(self, dataset: Dataset, element: DataElement) -> None:
        """Guards what the table does not list: unknown VRs, names, UIDs, planted identities."""
        if element.VR == "UN" or not element.keyword:
            self._drop(dataset, element.tag, "X")
        elif element.VR == "PN":
            self._set(dataset, element, empty(element), "Z")
        elif element.VR == "UI" and names_a_thing(element):
            if not self.profile.has(Option.RETAIN_UIDS):
                self._set(dataset, element, self._new_uids(element), "U", only_if_other=True)
        elif not describes_pixels(element):
            self._scrub(dataset, element)

    def _scrub(self, dataset: Dataset, element: DataElement) -> bool:
        """Empties what holds one of the instance's own identities."""
        for one in all_values(element):
            births = element.VR not in _DATES
            if isinstance(one, bytes):
                found = self.needles.in_bytes(one)
            else:
                said = str(one).replace("^", " ").replace("=", " ")
                found = self.needles.in_text(said, births=births)
            if found and element.VR != "UI":
                self._set(dataset, element, empty(element), "Z")
                return True
        return False

    def _private(self, dataset: Dataset, element: DataElement) -> None:
        if element.tag.is_private_creator:
            return  # goes with the last attribute of its block
        keep = self.profile.has(Option.RETAIN_SAFE_PRIVATE) and element.VR not in ("SQ", "UN")
        if not keep or not is_safe(dataset, element.tag, self.safe):
            self._drop(dataset, element.tag, "X")
        elif not self._scrub(dataset, element):
            self.changes["C", named(element.tag)] += 1

    def _drop_lone_creators(self, dataset: Dataset) -> None:
        tags = list(dataset.keys())
        blocks = {(tag.group, tag.element >> 8) for tag in tags if tag.element >= 0x1000}
        for tag in tags:
            creator = tag.is_private and tag.element < 0x1000
            if creator and (tag.group, tag.element) not in blocks:
                self._drop(dataset, tag, "X")

    def _new_uids(self, element: DataElement) -> list[str]:
        values = [str(one).strip(" \0") for one in all_values(element)]
        return [one if not one or is_standard_uid(one) else self.project.uid(one) for one in values]

    def _set(
        self,
        dataset: Dataset,
        element: DataElement,
        value: Any,
        letter: str,
        *,
        only_if_other: bool = False,
    ) -> None:
        if isinstance(value, list) and len(value) < 2:
            value = value[0] if value else empty(element)
        if only_if_other and value == element.value:
            return
        vr = element.VR.split(" or ")[0]
        dataset[element.tag] = DataElement(element.tag, vr, value)
        self.changes[letter, named(element.tag)] += 1

    def _drop(self, dataset: Dataset, tag: Any, letter: str) -> None:
        del dataset[tag]
        self.changes[letter, named(tag)] += 1


def _needs_value(element: DataElement) -> bool:
    """Tells whether an object may be one that asks for a value, so that a dummy has to stand."""
    row = table.row_of(element.tag)
    return row is not None and row.basic.endswith(table.DUMMY)


def _is_offset(element: DataElement) -> bool:
    stated = str(element.value or "").strip()
    is_one = re.fullmatch(r"[+-][01]\d[0-5]\d", stated)
    return element.keyword == "TimezoneOffsetFromUTC" and is_one is not None


def _age(element: DataElement) -> str:
    stated = str(element.value or "").strip()
    if stated.endswith("Y") and stated[:-1].isdigit() and int(stated[:-1]) > _OLDEST_YEARS:
        return f"{_OLDEST_YEARS + 1:03d}Y"
    return stated
