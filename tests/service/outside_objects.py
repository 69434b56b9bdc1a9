"""Segmentations and reports that others make of images in a test's archive."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import highdicom
import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileDataset
from pydicom.sr.codedict import codes
from pydicom.uid import generate_uid
from tests.dicom.conftest import make_instance
from tests.dicom.objects.test_of_others import coded, item_of, report_with

from condyle.dicom.header import without_remarks

TOOL = highdicom.AlgorithmIdentificationSequence(
    name="disc finder", version="3.1", family=codes.DCM.ArtificialIntelligence
)
STATED = dict.fromkeys(
    ("PatientBirthDate", "PatientSex", "StudyDate", "StudyTime", "StudyID", "AccessionNumber"), ""
)
"""What highdicom wants to be stated, be it empty."""


def images(count: int = 5, **tags: Any) -> list[FileDataset]:
    """Parallel slices, 4 mm apart."""
    return [
        make_instance(place=4.0 * at, name=str(at), InstanceNumber=at + 1, **STATED | tags)
        for at in range(count)
    ]


def mask() -> NDArray[np.uint8]:
    """A block on the third slice, and a smaller one on the fourth."""
    made = np.zeros((5, 20, 24), np.uint8)
    made[2, 3:8, 4:11] = 1
    made[3, 4:6, 5:8] = 1
    return made


def segmentation(source: Sequence[FileDataset], pixels: NDArray[Any] | None = None) -> FileDataset:
    """A segmentation of one segment as highdicom writes it."""
    segment = highdicom.seg.SegmentDescription(
        1, "My disc", codes.SCT.AnatomicalStructure, codes.SCT.Vertebra, "AUTOMATIC", TOOL
    )
    made = highdicom.seg.Segmentation(
        source, mask() if pixels is None else pixels, "BINARY", [segment], generate_uid(), 300,
        generate_uid(), 1, "Elsewhere", "Disc finder", "3.1", "7",
        content_creator_name="Rivera^Luz", series_description="Discs by Elsewhere",
    )  # fmt: skip
    made.ContentDate = "20260304"
    return made


def report(image: FileDataset, *, study: str | None = None, name: str | None = None) -> FileDataset:
    """A report of one group: a length with its points, a code, and somebody's words."""
    reference = Dataset()
    reference.ReferencedSOPClassUID = image.SOPClassUID
    reference.ReferencedSOPInstanceUID = image.SOPInstanceUID
    shown = Dataset()
    shown.RelationshipType, shown.ValueType = "SELECTED FROM", "IMAGE"
    shown.ReferencedSOPSequence = [reference]
    points = Dataset()
    points.RelationshipType, points.ValueType = "INFERRED FROM", "SCOORD"
    points.GraphicType, points.GraphicData = "POLYLINE", [10.5, 5.5, 13.5, 9.5]
    points.ContentSequence = [shown]
    value = Dataset()
    value.NumericValue = "5.0"
    value.MeasurementUnitsCodeSequence = [coded("mm", "UCUM", "millimeter")]
    group = item_of("CONTAINS", "CONTAINER", coded("125007", "DCM", "Measurement Group"))
    group.ContentSequence = [
        item_of(
            "HAS OBS CONTEXT", "TEXT", coded("112039", "DCM", "Tracking Identifier"),
            TextValue="a gap of Jane Doe",
        ),
        item_of(
            "CONTAINS", "CODE", coded("121071", "DCM", "Finding"),
            ConceptCodeSequence=[coded("1", "99X", "Gap")],
        ),
        item_of(
            "CONTAINS", "NUM", coded("410668003", "SCT", "Length"),
            MeasuredValueSequence=[value], ContentSequence=[points],
        ),
        item_of(
            "CONTAINS", "TEXT", coded("121106", "DCM", "Comment"), TextValue="seen by Jane's kin"
        ),
    ]  # fmt: skip
    said = item_of(
        "CONTAINS", "TEXT", coded("121111", "DCM", "Summary"), TextValue="All of Jane Doe."
    )
    made = report_with(said, group)
    made.StudyInstanceUID = study or image.StudyInstanceUID
    made.SeriesInstanceUID = generate_uid()
    made.SOPInstanceUID = made.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    made.PatientID, made.PatientName = name or image.PatientID, image.PatientName
    made.SeriesDescription = "Measured by OHIF for Jane"
    made.ContentDate, made.VerificationFlag = "20260305", "VERIFIED"
    verifier = Dataset()
    verifier.VerifyingObserverName = "Ito^Ken^^Dr"
    made.VerifyingObserverSequence = [verifier]
    series, evidence = Dataset(), Dataset()
    series.SeriesInstanceUID = image.SeriesInstanceUID
    series.ReferencedSOPSequence = [reference]
    evidence.StudyInstanceUID = image.StudyInstanceUID
    evidence.ReferencedSeriesSequence = [series]
    made.CurrentRequestedProcedureEvidenceSequence = [evidence]
    return made


def as_bytes(one: FileDataset) -> bytes:
    stream = io.BytesIO()
    with without_remarks():
        one.save_as(stream, enforce_file_format=True)
    return stream.getvalue()
