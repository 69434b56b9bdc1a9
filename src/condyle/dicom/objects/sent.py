"""Naming an object of ours that lies in a file."""

from __future__ import annotations

from collections.abc import Mapping

from condyle.dicom.header import is_dicom, read_header
from condyle.dicom.objects.content import Kind, SentObject
from condyle.dicom.values import text
from condyle.errors import BadImage
from condyle.sources import SourceFile

KIND_OF_CLASS: Mapping[str, Kind] = {
    "1.2.840.10008.5.1.4.1.1.66.4": "seg",
    "1.2.840.10008.5.1.4.1.1.66.7": "labelmap",
    "1.2.840.10008.5.1.4.1.1.88.34": "sr",
    "1.2.840.10008.5.1.4.1.1.104.1": "pdf",
    "1.2.840.10008.5.1.4.1.1.7": "sc",
}
"""SOP Class UID to the kind of object that we write of it (PS3.4 table B.5-1)."""


def sent_of(file: SourceFile) -> SentObject | None:
    """Names the object in a file; ``None`` where it is none that an export writes.

    Args:
        file: Any file.
    """
    try:
        header = read_header(file) if is_dicom(file) else None
    except (BadImage, OSError):
        return None
    if header is None or text([header], "Manufacturer") != "Condyle":
        return None
    kind = KIND_OF_CLASS.get(text([header], "SOPClassUID"))
    if kind is None:
        return None
    return SentObject(
        kind,
        text([header], "SOPClassUID"),
        text([header], "SOPInstanceUID"),
        text([header], "SeriesInstanceUID"),
        text([header], "StudyInstanceUID"),
    )
