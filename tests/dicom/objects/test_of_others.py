"""Segmentations and reports that other software wrote."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import highdicom
import nibabel as nib
import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.sr.codedict import codes
from pydicom.uid import Comprehensive3DSRStorage, ExplicitVRLittleEndian
from tests.conftest import dcmqi_program
from tests.dicom.objects.made import OBLIQUE, Read

from condyle.dicom.header import without_remarks
from condyle.dicom.objects.read_seg import read_segmentation
from condyle.dicom.objects.read_sr import read_report
from condyle.domain.outside import Answer, OutsideMask, OutsideRegion
from condyle.errors import BadImage
from condyle.sources import SourceFile

Make = Callable[..., Any]
VERTEBRA = {"CodeValue": "51282000", "CodingSchemeDesignator": "SCT", "CodeMeaning": "Vertebra"}
ANATOMY = {
    "CodeValue": "91723000",
    "CodingSchemeDesignator": "SCT",
    "CodeMeaning": "Anatomical Structure",
}
VOLUME = {"CodeValue": "118565006", "CodingSchemeDesignator": "SCT", "CodeMeaning": "Volume"}
CUBIC = {"CodeValue": "mm3", "CodingSchemeDesignator": "UCUM", "CodeMeaning": "cubic millimeter"}
DISC = {
    "labelID": 1,
    "SegmentLabel": "My disc",
    "SegmentAlgorithmType": "SEMIAUTOMATIC",
    "SegmentAlgorithmName": "a hand and a tool",
    "SegmentedPropertyCategoryCodeSequence": ANATOMY,
    "SegmentedPropertyTypeCodeSequence": VERTEBRA,
}  # fmt: skip


def file_of(path: Path) -> SourceFile:
    return SourceFile("file-1.dcm", "file-1", ".dcm", path.stat().st_size, path)


def saved(instance: Any, folder: Path) -> SourceFile:
    path = folder / "saved.dcm"
    with without_remarks():
        instance.save_as(path, enforce_file_format=True)
    return file_of(path)


def on_frames(read: Read, mask: OutsideMask) -> np.ndarray:
    series = read.content.report.series[0]
    at = {one.sop_instance_uid: number for number, one in enumerate(series.instances)}
    found = np.zeros(series.shape, bool)
    for plane in mask.planes:
        found[at[plane.instance]] = plane.mask
    return found


def source_images(read: Read) -> list[FileDataset]:
    return read.source.of(read.content.report.series[0])


@pytest.mark.needs("dcmqi")
@pytest.mark.parametrize("orientation", [None, OBLIQUE])
def test_a_segmentation_of_dcmqi_is_read_onto_the_frames_it_was_made_on(
    read: Make, plain: Make, tmp_path: Path, orientation: Any
) -> None:
    study: Read = read(plain() if orientation is None else plain(orientation))
    series = study.report.series[0]
    assert series.labelmap is not None and series.affine is not None
    wanted = (series.labelmap == 1).astype(np.uint8)
    ras = np.diag([-1.0, -1.0, 1.0, 1.0]) @ series.affine[:, [2, 1, 0, 3]]
    nib.save(nib.Nifti1Image(wanted.transpose(2, 1, 0), ras), tmp_path / "mask.nii.gz")
    about = {
        "@schema": "https://raw.githubusercontent.com/qiicr/dcmqi/master/doc/schemas/seg-schema.json#",
        "ContentCreatorName": "Somebody", "SeriesDescription": "By dcmqi", "SeriesNumber": "300",
        "InstanceNumber": "1", "segmentAttributes": [[DISC]],
    }  # fmt: skip
    (tmp_path / "about.json").write_text(json.dumps(about))
    out = tmp_path / "made.dcm"
    subprocess.run(
        [
            dcmqi_program("itkimage2segimage"), "--inputImageList", str(tmp_path / "mask.nii.gz"),
            "--inputDICOMDirectory", str(study.folder), "--outputDICOM", str(out),
            "--inputMetadata", str(tmp_path / "about.json"),
        ],
        check=True, capture_output=True,
    )  # fmt: skip
    result = read_segmentation(file_of(out))
    (mask,) = result.masks
    assert (mask.label, mask.how, mask.algorithm) == (
        "My disc",
        "SEMIAUTOMATIC",
        "a hand and a tool",
    )
    assert mask.code is not None and mask.code.meaning == "Vertebra"
    assert result.maker.description == "By dcmqi"
    stored = study.content.report.series[0].labelmap
    assert stored is not None
    np.testing.assert_array_equal(on_frames(study, mask), stored == 1)


def test_a_fractional_segmentation_is_taken_from_half_of_its_greatest_value(
    read: Make, plain: Make, tmp_path: Path
) -> None:
    study: Read = read(plain())
    values = np.zeros((5, 20, 24))
    values[2, 3:6, 4:9] = 0.8
    values[2, 10:12, 4:9] = 0.3
    segment = highdicom.seg.SegmentDescription(
        1, "Part", codes.SCT.AnatomicalStructure, codes.SCT.Vertebra, "MANUAL"
    )
    made = highdicom.seg.Segmentation(
        source_images(study), values, "FRACTIONAL", [segment], "1.2.3", 5, "1.2.4", 1,
        "Elsewhere", "A tool", "1", "7",
    )  # fmt: skip
    result = read_segmentation(saved(made, tmp_path))
    (mask,) = result.masks
    np.testing.assert_array_equal(on_frames(study, mask), values >= 0.5)
    assert (result.maker.manufacturer, result.maker.model) == ("Elsewhere", "A tool")


def coded(value: str, scheme: str, meaning: str) -> Dataset:
    item = Dataset()
    with without_remarks():  # Cornerstone's own code value is longer than DICOM allows
        item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, meaning
    return item


def item_of(relation: str, kind: str, name: Dataset, **more: Any) -> Dataset:
    item = Dataset()
    item.RelationshipType, item.ValueType = relation, kind
    item.ConceptNameCodeSequence = [name]
    for keyword, value in more.items():
        setattr(item, keyword, value)
    return item


def report_with(*content: Dataset) -> FileDataset:
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = Comprehensive3DSRStorage
    meta.MediaStorageSOPInstanceUID = "1.2.3.4"
    one = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    one.SOPClassUID, one.SOPInstanceUID = Comprehensive3DSRStorage, "1.2.3.4"
    one.SeriesInstanceUID, one.Modality, one.Manufacturer = "1.2.3", "SR", "OHIF"
    one.ValueType = "CONTAINER"
    one.ConceptNameCodeSequence = [coded("126000", "DCM", "Imaging Measurement Report")]
    one.ContentSequence = list(content)
    return one


def length_of_cornerstone() -> Dataset:
    """A length as Cornerstone's adapters write it: its points below the number."""
    reference = Dataset()
    reference.ReferencedSOPClassUID = "1.2.840.10008.5.1.4.1.1.4"
    reference.ReferencedSOPInstanceUID, reference.ReferencedFrameNumber = "1.2.9", 3
    image = Dataset()
    image.RelationshipType, image.ValueType = "SELECTED FROM", "IMAGE"
    image.ReferencedSOPSequence = [reference]
    points = Dataset()
    points.RelationshipType, points.ValueType = "INFERRED FROM", "SCOORD"
    points.GraphicType, points.GraphicData = "POLYLINE", [10.5, 20.5, 13.5, 24.5]
    points.ContentSequence = [image]
    value = Dataset()
    value.NumericValue = "5.0"
    value.MeasurementUnitsCodeSequence = [coded("mm", "UCUM", "millimeter")]
    number = item_of(
        "CONTAINS", "NUM", coded("410668003", "SCT", "Length"),
        MeasuredValueSequence=[value], ContentSequence=[points],
    )  # fmt: skip
    tracking = item_of(
        "HAS OBS CONTEXT", "TEXT", coded("112039", "DCM", "Tracking Identifier"),
        TextValue="Cornerstone3DTools@^0.1.0:Length",
    )  # fmt: skip
    finding = item_of(
        "CONTAINS", "CODE", coded("121071", "DCM", "Finding"),
        ConceptCodeSequence=[coded("CORNERSTONEFREETEXT", "CORNERSTONEJS", "a gap")],
    )  # fmt: skip
    group = item_of("CONTAINS", "CONTAINER", coded("125007", "DCM", "Measurement Group"))
    group.ContentSequence = [tracking, finding, number]
    whole = item_of("CONTAINS", "CONTAINER", coded("126010", "DCM", "Imaging Measurements"))
    whole.ContentSequence = [group]
    return whole


def test_a_length_of_cornerstone_is_read_with_its_points_and_frame(tmp_path: Path) -> None:
    result = read_report(saved(report_with(length_of_cornerstone()), tmp_path))
    (found,) = result.findings
    assert found.tracking == "Cornerstone3DTools@^0.1.0:Length"
    assert found.finding == "a gap"
    assert found.answers == (Answer("Length", 5.0, "mm"),)
    assert found.regions == (OutsideRegion("POLYLINE", ((20.0, 10.0), (24.0, 13.0)), "1.2.9", 2),)
    assert result.maker.manufacturer == "OHIF" and result.verified is False


def test_a_report_nested_a_thousand_deep_is_read_to_a_depth_and_no_further(tmp_path: Path) -> None:
    inner = item_of("CONTAINS", "TEXT", coded("1", "X", "Deep"), TextValue="too deep")
    for _ in range(200):
        outer = item_of("CONTAINS", "CONTAINER", coded("1", "X", "Box"))
        outer.ContentSequence = [inner]
        inner = outer
    shallow = item_of("CONTAINS", "TEXT", coded("1", "X", "Shallow"), TextValue="seen")
    try:
        result = read_report(saved(report_with(shallow, inner), tmp_path))
    except BadImage:
        return
    assert result.texts == (("Shallow", "seen"),)


@pytest.mark.parametrize("reader", [read_report, read_segmentation])
def test_what_is_cut_short_or_of_another_class_is_refused(tmp_path: Path, reader: Any) -> None:
    whole = saved(report_with(length_of_cornerstone()), tmp_path).path.read_bytes()
    for content in (whole[:300], b"\0" * 200, b""):
        path = tmp_path / "cut.dcm"
        path.write_bytes(content)
        with pytest.raises(BadImage):
            reader(file_of(path))
    image = report_with()
    image.SOPClassUID = image.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.4"
    with pytest.raises(BadImage, match="no s"):
        reader(saved(image, tmp_path))


@pytest.mark.needs("dcmqi")
def test_a_report_of_dcmqi_is_read_with_its_numbers(
    read: Make, plain: Make, tmp_path: Path
) -> None:
    study: Read = read(plain())
    names = sorted(path.name for path in study.folder.iterdir())
    about = {
        "@schema": "https://raw.githubusercontent.com/qiicr/dcmqi/master/doc/schemas/sr-tid1500-schema.json#",
        "SeriesDescription": "Measured by dcmqi", "SeriesNumber": "1001", "InstanceNumber": "1",
        "imageLibrary": names,
        "observerContext": {"ObserverType": "PERSON", "PersonObserverName": "Reader1"},
        "VerificationFlag": "VERIFIED", "CompletionFlag": "COMPLETE",
        "activitySession": "1", "timePoint": "1",
        "Measurements": [{
            "MeasurementGroup": {},
            "TrackingIdentifier": "Measurements group 1",
            "ReferencedSegment": 1,
            "SourceSeriesForImageSegmentation": study.report.series[0].uid,
            "segmentationSOPInstanceUID": "1.2.276.0.7230010.3.1.4.1",
            "Finding": VERTEBRA,
            "measurementItems": [{
                "value": "37.5",
                "quantity": VOLUME,
                "units": CUBIC,
            }],
        }],
    }  # fmt: skip
    (tmp_path / "about.json").write_text(json.dumps(about))
    out = tmp_path / "sr.dcm"
    run = subprocess.run(
        [
            dcmqi_program("tid1500writer"), "--inputMetadata", str(tmp_path / "about.json"),
            "--inputImageLibraryDirectory", str(study.folder),
            "--inputCompositeContextDirectory", str(study.folder), "--outputDICOM", str(out),
        ],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert out.is_file(), run.stderr[-500:]
    result = read_report(file_of(out))
    (found,) = result.findings
    assert (found.tracking, found.finding) == ("Measurements group 1", "Vertebra")
    assert Answer("Volume", 37.5, "mm3") in found.answers
    assert pydicom.dcmread(out).VerificationFlag in ("VERIFIED", "UNVERIFIED")
