"""What is asked of another system's index, and what it answers, as plain values."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from pydicom.dataset import Dataset

from condyle.dicom.header import without_remarks
from condyle.dicom.values import BROKEN
from condyle.errors import UsageError

_DATES = re.compile(r"([0-9]{8})|([0-9]{8})?-([0-9]{8})?")
_UID = re.compile(r"[0-9.]{1,64}")
_STRICT_UID = re.compile(r"[0-9]+(\.[0-9]+)*")


@dataclass(frozen=True)
class Filters:
    """What the answers must have; an empty one asks for nothing.

    Attributes:
        patient_id: With wildcards ``*`` and ``?``.
        patient_name: As DICOM writes it, such as ``"DOE^J*"``.
        dates: ``"20240101"``, ``"20240101-"``, ``"-20241231"`` or both ends.
        accession: With wildcards.
        modality: Such as ``"MR"``.
        description: Of the study, with wildcards.
        study: Study Instance UID.
        series: Series Instance UID.
    """

    patient_id: str = field(default="", repr=False)
    patient_name: str = field(default="", repr=False)
    dates: str = ""
    accession: str = field(default="", repr=False)
    modality: str = ""
    description: str = ""
    study: str = ""
    series: str = ""

    def check(self) -> None:
        """Checks what the standard gives a form.

        Raises:
            UsageError: A date or a UID that is none.
        """
        if self.dates and not _are_dates(self.dates):
            raise _bad("a date that is none", "a date such as 20240131, or 20240101-20241231")
        for uid in (self.study, self.series):
            if uid and not (_UID.fullmatch(uid) and _STRICT_UID.fullmatch(uid)):
                raise _bad("a UID that is none", "digits and dots, at most 64")


@dataclass(frozen=True)
class FoundStudy:
    """A study of another system; empty or ``None`` what it does not tell."""

    uid: str
    patient_id: str = field(repr=False)
    patient_name: str = field(repr=False)
    birth_date: str = field(repr=False)
    date: str
    accession: str = field(repr=False)
    description: str
    modalities: tuple[str, ...]
    series: int | None
    instances: int | None


@dataclass(frozen=True)
class FoundSeries:
    """A series of another system."""

    study: str
    uid: str
    number: int | None
    modality: str
    description: str
    body_part: str
    instances: int | None


@dataclass(frozen=True)
class FoundInstance:
    """An instance of another system; ``class_uid`` is empty where it does not tell."""

    study: str
    series: str
    uid: str
    class_uid: str


STUDY_RETURNED = (
    "PatientBirthDate", "StudyTime", "StudyID", "NumberOfStudyRelatedSeries",
    "NumberOfStudyRelatedInstances",
)  # fmt: skip
SERIES_RETURNED = (
    "SeriesNumber", "SeriesDescription", "BodyPartExamined", "NumberOfSeriesRelatedInstances",
)  # fmt: skip


def study_of(answer: Dataset) -> FoundStudy | None:
    """Reads an answer of the study level; ``None`` for one without a valid UID."""
    uid = uid_in(answer, "StudyInstanceUID")
    if not uid:
        return None
    modalities = "\\".join(_texts(answer, "ModalitiesInStudy"))
    return FoundStudy(
        uid=uid,
        patient_id=_text(answer, "PatientID"),
        patient_name=_text(answer, "PatientName"),
        birth_date=_text(answer, "PatientBirthDate"),
        date=_text(answer, "StudyDate"),
        accession=_text(answer, "AccessionNumber"),
        description=_text(answer, "StudyDescription"),
        modalities=tuple(filter(None, modalities.split("\\"))),
        series=_whole(answer, "NumberOfStudyRelatedSeries"),
        instances=_whole(answer, "NumberOfStudyRelatedInstances"),
    )


def series_of(answer: Dataset, study: str = "") -> FoundSeries | None:
    """Reads an answer of the series level; ``None`` for one without a valid UID."""
    uid = uid_in(answer, "SeriesInstanceUID")
    if not uid:
        return None
    return FoundSeries(
        study=uid_in(answer, "StudyInstanceUID") or study,
        uid=uid,
        number=_whole(answer, "SeriesNumber"),
        modality=_text(answer, "Modality"),
        description=_text(answer, "SeriesDescription"),
        body_part=_text(answer, "BodyPartExamined"),
        instances=_whole(answer, "NumberOfSeriesRelatedInstances"),
    )


def instance_of(answer: Dataset, study: str = "", series: str = "") -> FoundInstance | None:
    """Reads an answer of the instance level; ``None`` for one without a valid UID."""
    uid = uid_in(answer, "SOPInstanceUID")
    if not uid:
        return None
    return FoundInstance(
        study=uid_in(answer, "StudyInstanceUID") or study,
        series=uid_in(answer, "SeriesInstanceUID") or series,
        uid=uid,
        class_uid=uid_in(answer, "SOPClassUID"),
    )


def uid_in(answer: Dataset, keyword: str) -> str:
    """Gives a UID of an answer, empty where there is none or it could be a path."""
    stated = _text(answer, keyword)
    return stated if _UID.fullmatch(stated) and stated.strip(".") else ""


def _texts(answer: Dataset, keyword: str) -> Iterator[str]:
    try:
        with without_remarks():
            value = answer.get(keyword)
            if value is None:
                return
            values = [value] if isinstance(value, str) or not hasattr(value, "__iter__") else value
            yield from (str(one).strip(" \0") for one in values)
    except BROKEN:
        return


def _text(answer: Dataset, keyword: str) -> str:
    if keyword == "PatientName":
        try:
            with without_remarks():
                return str(answer.get(keyword) or "").strip(" \0")
        except BROKEN:
            return ""
    found = "\\".join(_texts(answer, keyword))
    return "".join(one if one.isprintable() else " " for one in found)


def _are_dates(stated: str) -> bool:
    """Tells whether a text is a day of the calendar, or a range with one end at least."""
    found = _DATES.fullmatch(stated)
    days = [one for one in found.groups() if one] if found else []
    try:
        return bool([dt.date.fromisoformat(day) for day in days])
    except ValueError:
        return False


def _whole(answer: Dataset, keyword: str) -> int | None:
    stated = _text(answer, keyword)
    return int(stated) if re.fullmatch(r"-?\d{1,10}", stated) else None


def _bad(found: str, needed: str) -> UsageError:
    return UsageError(
        "The search was not understood.", found=found, needed=needed, mend="correct the option."
    )
