"""DICOM studies to read, made on the spot."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, MRImageStorage

from condyle import dicom, sources
from condyle.dicom import derived_uid

SAGITTAL = (0.0, 1.0, 0.0, 0.0, 0.0, -1.0)


def make_instance(
    *,
    place: float = 0.0,
    name: str = "1",
    series: str = "series",
    study: str = "study",
    pixels: np.ndarray | None = None,
    **tags: Any,
) -> FileDataset:
    """Makes one sagittal MR instance; ``place`` is its x in mm, ``name`` makes its UID."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = MRImageStorage
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    one = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    one.SOPClassUID = MRImageStorage
    one.SOPInstanceUID = derived_uid(study, series, name)
    meta.MediaStorageSOPInstanceUID = one.SOPInstanceUID
    one.StudyInstanceUID = derived_uid(study)
    one.SeriesInstanceUID = derived_uid(study, series)
    one.FrameOfReferenceUID = derived_uid(study, "frame")
    one.PatientID, one.PatientName = "P1", "Doe^Jane"
    one.Modality, one.SeriesNumber, one.InstanceNumber = "MR", 1, 1
    one.ImageType = ["ORIGINAL", "PRIMARY", "OTHER"]
    one.ScanningSequence, one.SequenceVariant = "SE", "SK"
    one.RepetitionTime, one.EchoTime, one.SliceThickness = 3500, 100, 4
    one.ImageOrientationPatient = list(SAGITTAL)
    one.ImagePositionPatient = [place, -50, 60]
    one.PixelSpacing = [0.9, 0.7]
    array = np.full((20, 24), 100 + round(place), np.uint16) if pixels is None else pixels
    one.SamplesPerPixel, one.PhotometricInterpretation = 1, "MONOCHROME2"
    one.Rows, one.Columns = array.shape[-2:]
    one.BitsAllocated, one.BitsStored, one.HighBit = 16, 16, 15
    one.PixelRepresentation = int(array.dtype.kind == "i")
    one.PixelData = array.astype(array.dtype.newbyteorder("<")).tobytes()
    for keyword, value in tags.items():
        if value is None:
            delattr(one, keyword)
        else:
            setattr(one, keyword, value)
    meta.MediaStorageSOPClassUID = one.SOPClassUID
    return one


@pytest.fixture
def instance() -> Callable[..., FileDataset]:
    """Gives the maker of one sagittal MR instance."""
    return make_instance


@pytest.fixture
def save(tmp_path: Path) -> Callable[[Sequence[Dataset]], Path]:
    """Writes instances into a folder, numbered, without endings."""

    def write(instances: Sequence[Dataset]) -> Path:
        folder = tmp_path / "study"
        folder.mkdir(exist_ok=True)
        for one in instances:
            number = len(list(folder.iterdir()))
            one.save_as(folder / f"IM{number:04d}", enforce_file_format=True)
        return folder

    return write


@pytest.fixture
def find() -> Callable[[Path], dicom.Discovery]:
    """Discovers a folder; what is loaded later reads the files in place."""

    def discover(folder: Path) -> dicom.Discovery:
        with sources.open([folder]) as tree:
            return dicom.discover(tree.files)

    return discover
