"""Taking back what went out: a Key Object Selection as IHE's IOCM profile has it."""

from __future__ import annotations

from highdicom.ko import KeyObjectSelection, KeyObjectSelectionDocument
from highdicom.sr import DeviceObserverIdentifyingAttributes, ObserverContext
from pydicom.dataset import Dataset

from condyle.dicom.objects.codes import dicom_codes
from condyle.dicom.objects.content import Content, DicomObject, SentObject
from condyle.dicom.objects.plain import copy_patient, series_description
from condyle.dicom.objects.settle import MANUFACTURER, series_uid_of, settle
from condyle.dicom.objects.source import SourceStudy
from condyle.dicom.write import derived_uid

_NUMBER = 9006
_IMAGES = ("seg", "labelmap", "sc")


def rejection_note(content: Content, source: SourceStudy) -> DicomObject | None:
    """Gives the note that takes back all that went out before; ``None`` where nothing did.

    Its title is (113001, DCM, "Rejected for Quality Reasons") (PS3.16 CID 7010, 7011).

    Args:
        content: What goes out now, with what it replaces.
        source: The images that were read.
    """
    if not content.replaces or not content.leads:
        return None
    replaced = [_as_dataset(one, source) for one in content.replaces]
    device = DeviceObserverIdentifyingAttributes(
        uid=derived_uid("export", "device", content.report.software_version), name="Condyle"
    )
    instance = KeyObjectSelectionDocument(
        evidence=replaced,
        content=KeyObjectSelection(
            document_title=dicom_codes.DCM.RejectedForQualityReasons,
            referenced_objects=replaced,
            observer_device_context=ObserverContext(dicom_codes.DCM.Device, device),
            description="Replaced by a later reading or after a clinician's correction.",
        ),
        series_instance_uid=series_uid_of(content, source, "ko"),
        series_number=_NUMBER,
        sop_instance_uid="2.25.0",
        instance_number=1,
        manufacturer=MANUFACTURER,
        series_description=series_description(content),
    )
    return settle(instance, content=content, source=source, kind="ko", name="rejected")


def _as_dataset(one: SentObject, source: SourceStudy) -> Dataset:
    instance = Dataset()
    copy_patient(source.first, instance)
    instance.SOPClassUID, instance.SOPInstanceUID = one.sop_class_uid, one.sop_instance_uid
    instance.SeriesInstanceUID, instance.StudyInstanceUID = one.series_uid, one.study_uid
    if one.kind in _IMAGES:
        instance.Rows = instance.Columns = 1  # what tells an image from a document to the library
    return instance
