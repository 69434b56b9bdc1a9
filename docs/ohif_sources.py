"""An oblique and an enhanced copy of a simulated study: the same pixels, told in other headers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import EnhancedMRImageStorage, ExplicitVRLittleEndian
from scipy.spatial.transform import Rotation

from condyle.dicom import derived_uid

TURN = Rotation.from_euler("zyx", (25, 12, -15), degrees=True)
"""How the oblique copy lies: no axis of it is one of the patient's."""

_UIDS = ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "FrameOfReferenceUID")
_OF_FRAMES = (
    *("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing", "SliceThickness"),
    *("SpacingBetweenSlices", "SliceLocation", "PixelData", "WindowCenter", "WindowWidth"),
    *("EchoTime", "RepetitionTime", "ScanningSequence", "SequenceVariant", "EchoTrainLength"),
    "FlipAngle",
)


def oblique(study: Path, out: Path) -> Path:
    """Writes the study turned in space, and gives its folder."""
    for uid, images in _series(study).items():
        folder = out / f"series-{uid[-6:]}"
        folder.mkdir(parents=True)
        for number, one in enumerate(images):
            _rename(one, "oblique")
            cosines = np.asarray(one.ImageOrientationPatient, float).reshape(2, 3)
            place = np.asarray(one.ImagePositionPatient, float)
            turned = TURN.apply(cosines).ravel()
            one.ImageOrientationPatient = [round(float(each), 10) for each in turned]
            one.ImagePositionPatient = [round(float(each), 6) for each in TURN.apply(place)]
            one.save_as(folder / f"{number:03d}.dcm", enforce_file_format=True)
    return out


def enhanced(study: Path, out: Path) -> Path:
    """Writes each series as one enhanced MR image, and gives their folder."""
    out.mkdir(parents=True)
    for number, images in enumerate(_series(study).values()):
        for one in images:
            _rename(one, "enhanced")
        made = _enhanced(images)
        made.save_as(out / f"enhanced-{number}.dcm", enforce_file_format=True)
    return out


def _series(study: Path) -> dict[str, list[FileDataset]]:
    found: dict[str, list[FileDataset]] = {}
    for path in sorted(study.rglob("*.dcm")):
        one = pydicom.dcmread(path)
        found.setdefault(str(one.SeriesInstanceUID), []).append(one)
    for images in found.values():
        images.sort(key=lambda one: int(one.InstanceNumber))
    return found


def _rename(one: FileDataset, name: str) -> None:
    for keyword in _UIDS:
        setattr(one, keyword, derived_uid(name, str(one[keyword].value)))
    one.file_meta.MediaStorageSOPInstanceUID = one.SOPInstanceUID
    one.PatientID, one.PatientName = f"SIMULATED-{name}", f"Simulated^{name}"


def _enhanced(images: Sequence[FileDataset]) -> FileDataset:
    first = images[0]
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = EnhancedMRImageStorage
    one = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    for element in first:
        if element.keyword not in _OF_FRAMES:
            one[element.tag] = element
    one.SOPClassUID = EnhancedMRImageStorage
    one.SOPInstanceUID = derived_uid("enhanced", str(first.SeriesInstanceUID))
    meta.MediaStorageSOPInstanceUID = one.SOPInstanceUID
    one.InstanceNumber, one.NumberOfFrames = 1, len(images)
    one.ImageType = ["ORIGINAL", "PRIMARY", "M", "NONE"]
    one.SharedFunctionalGroupsSequence = [_shared(first)]
    one.PerFrameFunctionalGroupsSequence = [
        _of_frame(each, at) for at, each in enumerate(images, 1)
    ]
    one.PixelData = b"".join(each.PixelData for each in images)
    return one


def _shared(first: FileDataset) -> Dataset:
    spacing = first.get("SpacingBetweenSlices", first.SliceThickness)
    return _item(
        PixelMeasuresSequence=[
            _item(
                PixelSpacing=first.PixelSpacing,
                SliceThickness=first.SliceThickness,
                SpacingBetweenSlices=spacing,
            )
        ],
        PlaneOrientationSequence=[_item(ImageOrientationPatient=first.ImageOrientationPatient)],
        PixelValueTransformationSequence=[
            _item(RescaleIntercept=0, RescaleSlope=1, RescaleType="US")
        ],
        MRTimingAndRelatedParametersSequence=[_item(RepetitionTime=first.RepetitionTime)],
        MREchoSequence=[_item(EffectiveEchoTime=float(first.EchoTime))],
    )


def _of_frame(one: FileDataset, at: int) -> Dataset:
    return _item(
        PlanePositionSequence=[_item(ImagePositionPatient=one.ImagePositionPatient)],
        FrameContentSequence=[_item(StackID="1", InStackPositionNumber=at)],
    )


def _item(**values: Any) -> Dataset:
    made = Dataset()
    for keyword, value in values.items():
        setattr(made, keyword, value)
    return made
