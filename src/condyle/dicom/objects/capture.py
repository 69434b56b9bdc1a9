"""Overlay pictures as Secondary Capture (PS3.3 A.8.1), for what shows nothing else."""

from __future__ import annotations

from pydicom.dataset import Dataset
from pydicom.uid import SecondaryCaptureImageStorage

from condyle.dicom.objects.codes import CodedConcept, dicom_codes
from condyle.dicom.objects.content import Content, DicomObject, OverlayPicture
from condyle.dicom.objects.plain import begun, comments
from condyle.dicom.objects.settle import series_uid_of, settle
from condyle.dicom.objects.source import SourceStudy, reference

_NUMBER = 9005


def captures(content: Content, source: SourceStudy) -> list[DicomObject]:
    """Gives an object a picture, all in one series.

    Args:
        content: What goes out.
        source: The images that were read.
    """
    return [
        _one(content, source, picture, number)
        for number, picture in enumerate(content.pictures, start=1)
    ]


def _one(
    content: Content, source: SourceStudy, picture: OverlayPicture, number: int
) -> DicomObject:
    series = series_uid_of(content, source, "sc"), _NUMBER
    instance = begun(
        content, source, sop_class=SecondaryCaptureImageStorage, modality="OT", series=series
    )
    instance.InstanceNumber = number
    instance.ConversionType = "WSD"
    instance.ImageType = ["DERIVED", "SECONDARY"]
    instance.PatientOrientation = instance.Laterality = ""
    instance.BurnedInAnnotation = "YES"
    instance.RecognizableVisualFeatures = "NO"
    instance.DerivationDescription = "A slice with what the models found drawn on it."
    instance.ImageComments = comments(content)
    _put_source(instance, content, source, picture)
    rows, columns, _ = picture.pixels.shape
    instance.SamplesPerPixel, instance.PlanarConfiguration = 3, 0
    instance.PhotometricInterpretation = "RGB"
    instance.Rows, instance.Columns = rows, columns
    instance.BitsAllocated = instance.BitsStored = 8
    instance.HighBit, instance.PixelRepresentation = 7, 0
    pixels = picture.pixels.tobytes()
    instance.PixelData = pixels + b"\0" * (len(pixels) % 2)
    name = f"sc-{picture.name}"
    return settle(instance, content=content, source=source, kind="sc", name=name)


def _put_source(
    instance: Dataset, content: Content, source: SourceStudy, picture: OverlayPicture
) -> None:
    """Names the frame that the picture shows (PS3.3 C.7.6.1.1.4)."""
    one = content.report.series[picture.series].instances[picture.slice]
    header = source.headers[one.sop_instance_uid or ""]
    item = reference(header)
    if int(header.get("NumberOfFrames") or 1) > 1:
        item.ReferencedFrameNumber = one.frame + 1
    purpose = dicom_codes.DCM.SourceImageForImageProcessingOperation
    item.PurposeOfReferenceCodeSequence = [CodedConcept.from_code(purpose)]
    instance.SourceImageSequence = [item]
