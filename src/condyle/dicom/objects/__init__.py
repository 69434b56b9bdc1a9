"""Coded results as DICOM objects, written and read: SEG, SR, PDF, Secondary Capture.

What writes them needs highdicom, which an extra brings: only ``make_objects`` imports it.
"""

from condyle.dicom.objects.content import (
    KINDS,
    Content,
    DicomObject,
    Kind,
    OverlayPicture,
    ReviewState,
    SentObject,
    Statement,
    Verification,
    kinds_named,
)
from condyle.dicom.objects.planes import as_stored
from condyle.dicom.objects.source import SourceStudy, read_sources, wanted_of

__all__ = [
    "KINDS",
    "Content",
    "DicomObject",
    "Kind",
    "OverlayPicture",
    "ReviewState",
    "SentObject",
    "SourceStudy",
    "Statement",
    "Verification",
    "as_stored",
    "kinds_named",
    "read_sources",
    "wanted_of",
]
