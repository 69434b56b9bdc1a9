"""Whose an instance is, as what to search for: names, identifiers, dates, UIDs, places."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset

from condyle.dicom.deidentify.profile import Option, Profile
from condyle.dicom.deidentify.values import all_values, is_standard_uid, names_a_thing
from condyle.dicom.deidentify.words import is_of_imaging, plain
from condyle.dicom.values import BROKEN

_IDS = [
    "PatientID",
    "OtherPatientIDs",
    "AccessionNumber",
    "StudyID",
    "AdmissionID",
    "ServiceEpisodeID",
    "FillerOrderNumberImagingServiceRequest",
    "PlacerOrderNumberImagingServiceRequest",
    "RequestedProcedureID",
    "ScheduledProcedureStepID",
    "PerformedProcedureStepID",
    "MedicalRecordLocator",
    "InsurancePlanIdentification",
    "PatientTelephoneNumbers",
    "PatientAddress",
    "ReferringPhysicianTelephoneNumbers",
    "ReferringPhysicianAddress",
    "PersonAddress",
    "PersonTelephoneNumbers",
    "CountryOfResidence",
    "RegionOfResidence",
    "SpecimenAccessionNumber",
    "ClinicalTrialSubjectID",
    "ClinicalTrialProtocolID",
    "IssuerOfPatientID",
]
_PLACES = [
    "InstitutionName",
    "InstitutionAddress",
    "InstitutionalDepartmentName",
    "RequestingService",
    "ResponsibleOrganization",
    "CurrentPatientLocation",
    "PatientInstitutionResidence",
    "VerifyingOrganization",
]
_DEVICES = [
    "StationName",
    "DeviceSerialNumber",
    "DetectorID",
    "PlateID",
    "GantryID",
    "StationAETitle",
]
_LEAST = 4  # characters of an identifier or word that is searched for by itself
_LEAST_NAME = 3
_UNKNOWN_BIRTH = ("19000101", "18000101", "00010101")
# What stands in name fields without naming anybody.
_NOBODY = {"anonymous", "anonymized", "anon", "unknown", "none", "patient", "test", "removed"}


@dataclass
class Identities:
    """What may not be found in an output. Nothing of it may be shown or logged.

    Attributes:
        words: Single words, as ``plain`` gives them.
        phrases: Words in their order, parted by one blank.
        births: Birth dates.
        uids: UIDs of the hospital's.
    """

    words: set[str] = field(default_factory=set, repr=False)
    phrases: set[str] = field(default_factory=set, repr=False)
    births: set[dt.date] = field(default_factory=set, repr=False)
    uids: set[str] = field(default_factory=set, repr=False)

    def add(self, other: Identities) -> None:
        """Takes in those of another instance."""
        self.words |= other.words
        self.phrases |= other.phrases
        self.births |= other.births
        self.uids |= other.uids


def identities_of(dataset: Dataset, profile: Profile) -> Identities:
    """Collects the identities in an instance, in sequences and file meta as well.

    What the profile keeps on purpose (UIDs, devices, institutions) is none of them.

    Args:
        dataset: With or without its pixels.
        profile: By which it is, or was, de-identified.
    """
    found = Identities()
    for element in all_elements(dataset):
        values = values_of(element)
        if element.VR == "PN":
            for value in values:
                _add_name(found, value)
        elif element.VR == "UI":
            if not profile.has(Option.RETAIN_UIDS):
                found.uids |= {one for one in values if _is_own_uid(element, one)}
        elif element.keyword == "PatientBirthDate":
            found.births |= {day for one in values if (day := _birth(one))}
        elif element.keyword in _searched(profile):
            for value in values:
                _add_identifier(found, value)
    return found


def all_elements(dataset: Dataset) -> Iterator[DataElement]:
    """Gives every element, of sequences and of the file meta as well.

    One whose value is not what its VR says is given as its bytes: a name may stand in them.
    """
    meta = getattr(dataset, "file_meta", None)
    waiting = [dataset] if meta is None else [dataset, meta]
    while waiting:
        here = waiting.pop()
        for tag in list(here.keys()):
            try:
                element = here[tag]
                if element.VR == "SQ":
                    waiting.extend(element.value)
                    continue
            except BROKEN:
                value = getattr(here.get_item(tag), "value", None)
                element = DataElement(tag, "OB", value if isinstance(value, bytes) else b"")
            yield element


def values_of(element: DataElement) -> list[str]:
    """Gives an element's values as texts without padding, none for bytes."""
    try:
        texts = [str(one).strip(" \0") for one in all_values(element) if not isinstance(one, bytes)]
    except BROKEN:
        return []
    return [text for text in texts if text]


def words_of(text: str) -> list[str]:
    """Gives the words of a text, as ``plain`` gives them."""
    return re.findall(r"[^\W_]+", plain(text))


def birth_spellings(day: dt.date) -> set[str]:
    """Gives the ways in which a birth date is written, words parted by one blank."""
    full, short = f"{day:%Y}".zfill(4), f"{day:%y}"
    month, date = f"{day:%m}", f"{day:%d}"
    names = {f"{day:%B}".lower(), f"{day:%b}".lower()}
    spelled = {full + month + date, date + month + full, month + date + full}
    for parts in ((full, month, date), (date, month, full), (month, date, full)):
        spelled.add(" ".join(parts))
        spelled.add(" ".join(part.lstrip("0") for part in parts))
    spelled |= {f"{date} {month} {short}", f"{month} {date} {short}"}
    for name in names:
        for numeral in {date, date.lstrip("0")}:
            spelled |= {f"{numeral} {name} {full}", f"{name} {numeral} {full}"}
            spelled.add(f"{full} {name} {numeral}")
            spelled.add(f"{numeral}{name}{full}")
    return spelled


def _searched(profile: Profile) -> set[str]:
    keywords = set(_IDS)
    if not profile.has(Option.RETAIN_INSTITUTION):
        keywords |= set(_PLACES)
    if not profile.has(Option.RETAIN_DEVICE):
        keywords |= set(_DEVICES)
    return keywords


def _is_own_uid(element: DataElement, value: str) -> bool:
    return "." in value and not is_standard_uid(value) and names_a_thing(element)


def _add_name(found: Identities, value: str) -> None:
    """Adds the parts of a name, and two or more of them in either order."""
    for group in value.split("="):
        parts = [part for part in words_of(group.replace("^", " ")) if part not in _NOBODY]
        if not parts:
            continue
        # A part that is short, or a word of imaging, would be found where it names nobody.
        alone = [part for part in parts if _tells(part, group)]
        found.words |= set(alone)
        if len(parts) > 1:
            # Every pair of neighbours, both ways: family and given name in any order.
            for first, second in pairwise(parts):
                found.phrases |= {f"{first} {second}", f"{second} {first}"}
                if len(first + second) > 5:
                    found.words |= {first + second, second + first}


def _tells(part: str, group: str) -> bool:
    if not part.isascii():  # a name in ideographs has one or two of them
        return len(part) >= (1 if len(words_of(group)) == 1 else 2)
    return len(part) >= _LEAST_NAME and not part.isdigit() and not is_of_imaging(part)


def _add_identifier(found: Identities, value: str) -> None:
    parts = words_of(value)
    if not parts or set(parts) <= _NOBODY:
        return
    if len(parts) == 1:
        if len(parts[0]) >= _LEAST and not is_of_imaging(parts[0]):
            found.words.add(parts[0])
        return
    found.phrases.add(" ".join(parts))
    joined = "".join(parts)
    if any(one.isdigit() for one in joined) and len(joined) >= _LEAST:
        found.words.add(joined)


def _birth(value: str) -> dt.date | None:
    digits = re.sub(r"\D", "", value)[:8]
    if len(digits) < 8 or digits in _UNKNOWN_BIRTH:
        return None
    try:
        return dt.date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None
