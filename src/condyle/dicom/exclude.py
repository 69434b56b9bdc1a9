"""Which instances are not slices to read, and why."""

from __future__ import annotations

import re

from pydicom.dataset import Dataset
from pydicom.uid import (
    UID,
    ComputedRadiographyImageStorage,
    CTImageStorage,
    DigitalXRayImageStorageForPresentation,
    DigitalXRayImageStorageForProcessing,
    EnhancedCTImageStorage,
    EnhancedMRImageStorage,
    LegacyConvertedEnhancedCTImageStorage,
    LegacyConvertedEnhancedMRImageStorage,
    MediaStorageDirectoryStorage,
    MRImageStorage,
)

from condyle.dicom.values import number, text, texts

READ_CLASSES = {
    MRImageStorage,
    EnhancedMRImageStorage,
    LegacyConvertedEnhancedMRImageStorage,
    CTImageStorage,
    EnhancedCTImageStorage,
    LegacyConvertedEnhancedCTImageStorage,
    ComputedRadiographyImageStorage,
    DigitalXRayImageStorageForPresentation,
    DigitalXRayImageStorageForProcessing,
}
"""SOP classes whose instances are read as images."""

_SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
_SCOUT = re.compile(
    r"(?<![a-z])(loc|localizer|localiser|localizador|scout|survey|topogram|smartbrain|"
    r"(?:3|three)[ -]?(?:plane|pl)(?: loc)?|autoalign|aahead|aaspine)(?![a-z])"
)
_PICTURE_TYPES = {"SCREEN SAVE", "SCREENSAVE", "PROJECTION IMAGE", "MIP", "CSA REPORT"}


def is_directory(header: Dataset) -> bool:
    """Tells whether a file is a DICOMDIR, which lists images and is none."""
    meta = getattr(header, "file_meta", None)
    stated = str(meta.get("MediaStorageSOPClassUID", "")) if meta is not None else ""
    return stated == MediaStorageDirectoryStorage or "DirectoryRecordSequence" in header


def reason_left_out(header: Dataset) -> str:
    """Gives the message code for an instance that is not read, or an empty string.

    Gives ``"not-an-image"``, ``"secondary-capture"``, ``"modality-not-read"``,
    ``"localizer"``, ``"projection-or-screenshot"`` or ``"colour-image"``.
    """
    sop_class = UID(text([header], "SOPClassUID"))
    if sop_class.startswith(_SECONDARY_CAPTURE):
        return "secondary-capture"
    if not number([header], "Rows") or not number([header], "Columns"):
        return "not-an-image"
    if sop_class not in READ_CLASSES:
        is_image = "Image Storage" in sop_class.name and "RT" not in sop_class.name
        return "modality-not-read" if is_image else "not-an-image"
    kinds = {*texts([header], "ImageType"), *texts([header], "FrameType")}
    words = f"{text([header], 'SeriesDescription')} {text([header], 'ProtocolName')}"
    if "LOCALIZER" in kinds or _SCOUT.search(words.casefold().replace("_", " ")):
        return "localizer"
    if kinds & _PICTURE_TYPES:
        return "projection-or-screenshot"
    if (number([header], "SamplesPerPixel") or 1) != 1:
        return "colour-image"
    return ""
