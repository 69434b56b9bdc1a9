"""Reading a result of whatever kind that others wrote of a study."""

from __future__ import annotations

import json

from pydicom.datadict import tag_for_keyword

from condyle.dicom.json_header import inflated_header
from condyle.dicom.objects.read_seg import SEGMENTATIONS, read_segmentation
from condyle.dicom.objects.read_sr import REPORTS, read_report
from condyle.domain.outside import OutsideResult
from condyle.sources import SourceFile

RESULTS = (*SEGMENTATIONS, *REPORTS)
"""SOP Class UIDs of results: they say what somebody found, and are no images of a patient."""

_STORAGE = "1.2.840.10008.5.1.4.1.1"

NO_IMAGES = (
    *RESULTS,
    *(f"{_STORAGE}.88.{one}" for one in (40, 50, 59, 65, 69, 70)),
    *(f"{_STORAGE}.104.{one}" for one in range(1, 6)),
    *(f"{_STORAGE}.11.{one}" for one in range(1, 13)),
    *(f"{_STORAGE}.{one}" for one in ("30", "66.5", "481.3")),
)
"""SOP Class UIDs of all that says something of images and is none: results, other reports, notes
of rejection, encapsulated documents, presentation states (which may have drawings), parametric
maps, surfaces and structure sets (PS3.4 table B.5-1)."""

_STUDY_UID = f"{tag_for_keyword('StudyInstanceUID') or 0:08X}"


def read_result(file: SourceFile, class_uid: str, *, most_pixels: int) -> OutsideResult:
    """Reads a segmentation or a structured report.

    Args:
        file: Holds the object.
        class_uid: Its SOP Class UID, one of ``RESULTS``.
        most_pixels: A segmentation of more pixels is not unpacked.

    Raises:
        BadImage: It is not what its class says, is damaged, or is too large.
    """
    if class_uid in SEGMENTATIONS:
        return read_segmentation(file, most_pixels=most_pixels)
    return read_report(file)


def refers_to(header: bytes, study_uid: str) -> bool:
    """Tells whether a result is of a study, or points at images of it.

    Args:
        header: As ``deflated_header`` gave it.
        study_uid: Study Instance UID.
    """
    return _names(json.loads(inflated_header(header)), study_uid)


def _names(document: object, study_uid: str) -> bool:
    if not isinstance(document, dict):
        return False
    for tag, entry in document.items():
        values = entry.get("Value", ())
        if tag == _STUDY_UID and study_uid in values:
            return True
        if entry.get("vr") == "SQ" and any(_names(one, study_uid) for one in values):
            return True
    return False
