"""An object made to be the same bytes for the same content: no clock, no random UID."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Sequence

from pydicom.dataset import Dataset
from pydicom.tag import BaseTag
from pydicom.uid import UID

from condyle.dicom.objects.content import Content, DicomObject, Kind
from condyle.dicom.objects.source import SourceStudy
from condyle.dicom.write import derived_uid, put_implementation

UNKNOWN_DATE = "19000101"
"""Content Date (0008,0023), which may not be empty, of a study that states no date at all."""

MANUFACTURER = "Condyle"

# What a library writes of the time at which it ran.
_CLOCKS = (
    "InstanceCreationDate",
    "InstanceCreationTime",
    "ContributionDateTime",
    "ContributingEquipmentSequence",
)
_OWN_UIDS = ("DimensionOrganizationUID",)


def series_uid_of(content: Content, source: SourceStudy, kind: Kind, *parts: str) -> str:
    """Gives the Series Instance UID of a kind of object: one a study and bundle, always the same.

    Args:
        content: What goes out; its last bundle gave the findings.
        source: Of what study.
        kind: Of what kind the objects are.
        *parts: What else tells series of a kind apart.
    """
    bundle = content.report.bundles[-1].name if content.report.bundles else ""
    study = str(source.first.StudyInstanceUID)
    return derived_uid("export", study, bundle, kind, *parts)


def settle(
    instance: Dataset,
    *,
    content: Content,
    source: SourceStudy,
    kind: Kind,
    name: str,
    predecessors: Sequence[Dataset] = (),
) -> DicomObject:
    """Gives an object its dates, its UID and its bytes.

    The SOP Instance UID is derived from the bytes of all the rest, and from what is replaced:
    what was taken back never comes again under its UID. The dates are those of the signature,
    or of a draft's study.

    Args:
        instance: The object, with any UID.
        content: What goes out.
        source: Of what study.
        kind: Of what kind the object is.
        name: File name without its ending.
        predecessors: Items of the Predecessor Documents Sequence.
    """
    _forget(instance)
    day, time = _moment(content, source)
    instance.ContentDate, instance.ContentTime = day, time
    instance.SoftwareVersions = content.report.software_version
    _put_character_set(instance)
    put_implementation(instance)
    for uid in _OWN_UIDS:
        _replace(instance, uid, derived_uid("export", uid, str(instance.SeriesInstanceUID)))
    _put_uid(instance, "2.25.0")
    named = "export", "instance", kind, hashlib.sha256(_bytes(instance)).hexdigest()
    if predecessors:
        instance.PredecessorDocumentsSequence = list(predecessors)
    _put_uid(instance, derived_uid(*named, *(one.sop_instance_uid for one in content.replaces)))
    return DicomObject(
        kind,
        f"{name}.dcm",
        str(instance.SOPClassUID),
        str(instance.SOPInstanceUID),
        str(instance.SeriesInstanceUID),
        str(instance.StudyInstanceUID),
        _bytes(instance),
        content.verified,
        derived_uid(*named),
    )


def _put_uid(instance: Dataset, uid: str) -> None:
    instance.SOPInstanceUID = UID(uid)
    instance.file_meta.MediaStorageSOPInstanceUID = UID(uid)


def _bytes(instance: Dataset) -> bytes:
    stream = io.BytesIO()
    instance.save_as(stream, enforce_file_format=True)
    return stream.getvalue()


def _moment(content: Content, source: SourceStudy) -> tuple[str, str]:
    if content.verification is not None:
        at = content.verification.at
        return at.strftime("%Y%m%d"), at.strftime("%H%M%S")
    first = source.first
    for part in ("Study", "Series", "Acquisition", "Content"):
        day = re.sub(r"\D", "", str(first.get(f"{part}Date", "") or ""))
        if len(day) == 8:
            time = str(first.get(f"{part}Time", "") or "")
            return day, time if re.fullmatch(r"\d{6}(\.\d{1,6})?", time) else "000000"
    return UNKNOWN_DATE, "000000"


def _forget(instance: Dataset) -> None:
    for keyword in _CLOCKS:
        if keyword in instance:
            delattr(instance, keyword)


def _put_character_set(instance: Dataset) -> None:
    """Writes everything in UTF-8: what the source wrote and what we say of it."""
    instance.SpecificCharacterSet = "ISO_IR 192"

    def empty(inner: Dataset, element: object) -> None:
        if "SpecificCharacterSet" in inner and inner is not instance:
            del inner.SpecificCharacterSet

    instance.walk(empty)


def _replace(instance: Dataset, keyword: str, uid: str) -> None:
    """Replaces a UID that a library drew at random wherever it stands."""
    pending: list[Dataset] = [instance]
    while pending:
        here = pending.pop()
        if keyword in here:
            setattr(here, keyword, UID(uid))
        for tag in _sequences(here):
            pending.extend(here[tag].value)


def _sequences(instance: Dataset) -> Sequence[BaseTag]:
    tags = instance.keys()
    return [tag for tag in tags if instance.get_item(tag).VR == "SQ"]
