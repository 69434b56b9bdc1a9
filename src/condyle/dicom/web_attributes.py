"""The attributes that a search by DICOMweb gives and takes (PS3.18 10.6, PS3.18 Annex F)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydicom.datadict import dictionary_VR, keyword_for_tag, tag_for_keyword

Document = dict[str, dict[str, Any]]
"""DICOM JSON: attributes by their tag in eight hexadecimal digits."""

ONLINE = "ONLINE"


@dataclass(frozen=True)
class WebStudy:
    """What is told of a study; ``None`` and the empty text are told as empty."""

    uid: str
    patient_name: str
    patient_id: str
    birth_date: dt.date | None
    sex: str | None
    date: dt.date | None
    time: dt.time | None
    accession: str
    description: str
    modalities: tuple[str, ...]
    series: int
    instances: int
    url: str


@dataclass(frozen=True)
class WebSeries:
    """What is told of a series."""

    uid: str
    number: int | None
    description: str
    modality: str
    body_part: str
    instances: int
    url: str


@dataclass(frozen=True)
class WebInstance:
    """What is told of an instance; ``bits`` is Bits Allocated."""

    uid: str
    class_uid: str
    number: int | None
    frames: int
    rows: int | None
    columns: int | None
    bits: int | None
    url: str


def study_attributes(study: WebStudy) -> Document:
    """Gives the attributes of a study (PS3.18 Table 10.6.3-3)."""
    return _document(
        SpecificCharacterSet="ISO_IR 192",
        StudyDate=study.date,
        StudyTime=study.time,
        AccessionNumber=study.accession,
        InstanceAvailability=ONLINE,
        ModalitiesInStudy=study.modalities,
        ReferringPhysicianName="",
        StudyDescription=study.description,
        RetrieveURL=study.url,
        PatientName=study.patient_name,
        PatientID=study.patient_id,
        PatientBirthDate=study.birth_date,
        PatientSex=study.sex,
        StudyInstanceUID=study.uid,
        StudyID="",
        NumberOfStudyRelatedSeries=study.series,
        NumberOfStudyRelatedInstances=study.instances,
    )


def series_attributes(study: WebStudy, series: WebSeries) -> Document:
    """Gives the attributes of a series, and its study's UID (PS3.18 Table 10.6.3-4)."""
    return _document(
        SpecificCharacterSet="ISO_IR 192",
        Modality=series.modality,
        SeriesDescription=series.description,
        BodyPartExamined=series.body_part.upper()[:16],
        RetrieveURL=series.url,
        StudyInstanceUID=study.uid,
        SeriesInstanceUID=series.uid,
        SeriesNumber=series.number,
        NumberOfSeriesRelatedInstances=series.instances,
    )


def instance_attributes(study: WebStudy, series: WebSeries, instance: WebInstance) -> Document:
    """Gives the attributes of an instance, and the UIDs above it (PS3.18 Table 10.6.3-5)."""
    document = _document(
        SpecificCharacterSet="ISO_IR 192",
        SOPClassUID=instance.class_uid,
        SOPInstanceUID=instance.uid,
        InstanceAvailability=ONLINE,
        Modality=series.modality,
        RetrieveURL=instance.url,
        StudyInstanceUID=study.uid,
        SeriesInstanceUID=series.uid,
        InstanceNumber=instance.number,
    )
    if instance.frames:
        document |= _document(
            NumberOfFrames=instance.frames,
            Rows=instance.rows,
            Columns=instance.columns,
            BitsAllocated=instance.bits,
        )
    return dict(sorted(document.items()))


def keyword_of(attribute: str) -> str:
    """Gives the keyword of an attribute that a query names by keyword or tag, empty for none."""
    if len(attribute) == 8 and all(one in "0123456789abcdefABCDEF" for one in attribute):
        return str(keyword_for_tag(int(attribute, 16)))
    return attribute if tag_for_keyword(attribute) is not None else ""


def tag_of(attribute: str) -> str:
    """Gives the tag of an attribute that a query names by keyword or tag, empty for none."""
    tag = tag_for_keyword(keyword_of(attribute)) if attribute else None
    return "" if tag is None else f"{tag:08X}"


def _document(**values: Any) -> Document:
    document = {}
    for keyword, value in values.items():
        tag = tag_for_keyword(keyword)
        if tag is None:
            raise ValueError(f"{keyword} is no attribute of DICOM")
        document[f"{tag:08X}"] = _entry(dictionary_VR(tag), value)
    return dict(sorted(document.items()))


def _entry(vr: str, value: Any) -> dict[str, Any]:
    if value is None or value in ("", ()):
        return {"vr": vr}
    if isinstance(value, dt.date):
        return {"vr": vr, "Value": [value.strftime("%Y%m%d")]}
    if isinstance(value, dt.time):
        return {"vr": vr, "Value": [value.strftime("%H%M%S")]}
    if vr == "PN":
        groups = zip(("Alphabetic", "Ideographic", "Phonetic"), value.split("="), strict=False)
        return {"vr": vr, "Value": [{name: part for name, part in groups if part}]}
    return {"vr": vr, "Value": list(value) if isinstance(value, tuple) else [value]}


def without_identity(document: Mapping[str, Any], pseudonym: str) -> Document:
    """Gives a header as somebody may see it who must not know the patient.

    What is kept is listed: the geometry, acquisition and pixels of an image, and codes. Text
    that anybody could have typed, dates, times, names and private elements are left out.

    Args:
        document: The header as DICOM JSON.
        pseudonym: Stands in place of name and identifier.
    """
    kept = {tag: _plain(entry) for tag, entry in document.items() if _is_kept(tag, entry)}
    return dict(
        sorted(
            (
                kept
                | _document(
                    PatientName=pseudonym, PatientID=pseudonym, PatientIdentityRemoved="YES"
                )
            ).items()
        )
    )


_KEPT_VRS = {
    "AT", "CS", "DS", "FD", "FL", "IS", "OW", "SL", "SQ", "SS", "SV", "UI", "UL", "US", "UV",
}  # fmt: skip
_KEPT_GROUPS = {"0018", "0020", "0022", "0028", "0048", "5200"}
_KEPT_TAGS = {
    "00080005", "00080008", "00080016", "00080018", "00080060", "00080061", "00080064",
    "00080070", "00081090", "00083002", "00080100", "00080102", "00080104", "00082218",
    "00089007", "00089205", "00089206", "00089207", "00089208", "00089209", "0008001C",
    "00100040", "00101010", "00409096", "00180024",
}  # fmt: skip
_LEFT_OUT = {"00280A02", "00200200"}


def _is_kept(tag: str, entry: Mapping[str, Any]) -> bool:
    if tag in _KEPT_TAGS:
        return True
    known = tag[:4] in _KEPT_GROUPS and tag not in _LEFT_OUT and keyword_for_tag(int(tag, 16))
    return bool(known) and entry.get("vr") in _KEPT_VRS


def _plain(entry: Mapping[str, Any]) -> dict[str, Any]:
    if entry.get("vr") != "SQ":
        return dict(entry)
    items = [
        {tag: _plain(one) for tag, one in item.items() if _is_kept(tag, one)}
        for item in entry.get("Value", ())
    ]
    return {"vr": "SQ", "Value": items} if items else {"vr": "SQ"}
