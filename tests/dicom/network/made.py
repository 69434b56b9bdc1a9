"""Small instances for tests of the network, in several transfer syntaxes and scripts."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian, ImplicitVRLittleEndian

MR = "1.2.840.10008.5.1.4.1.1.4"
STUDY = "2.25.100"

NAMES = {
    "Latin": ("ISO_IR 100", "Müller^Zoë"),
    "Cyrillic": ("ISO_IR 144", "Люкceмбypг^Иван"),
    "Japanese": ("\\ISO 2022 IR 87", "Yamada^Tarou=山田^太郎=やまだ^たろう"),
    "Arabic": ("ISO_IR 127", "قباني^لنزار"),
    "Chinese": ("GB18030", "Wang^XiaoDong=王^小东"),
}
"""Specific Character Set, and a name that it can write (PS3.5 Annexes H to K)."""


def instance(
    number: int,
    *,
    study: str = STUDY,
    series: int = 1,
    syntax: str = ExplicitVRLittleEndian,
    size: int = 8,
    **values: object,
) -> Dataset:
    """Gives an instance that says what is asked, with pixels of its own."""
    one = Dataset()
    one.SpecificCharacterSet = "ISO_IR 192"
    one.PatientID, one.PatientName = "P-100", "Example^Ana"
    one.PatientBirthDate, one.PatientSex = "19700504", "F"
    one.StudyInstanceUID = study
    one.SeriesInstanceUID = f"{study}.{series}"
    one.SOPInstanceUID = f"{study}.{series}.{number}"
    one.SOPClassUID = MR
    one.StudyDate, one.StudyTime = "20240131", "101500"
    one.AccessionNumber, one.StudyDescription = "ACC-1", "Knee MR"
    one.Modality, one.SeriesDescription, one.SeriesNumber = "MR", "PD sag", series
    one.InstanceNumber = number
    one.Rows = one.Columns = size
    one.BitsAllocated = one.BitsStored = 16
    one.HighBit, one.PixelRepresentation, one.SamplesPerPixel = 15, 0, 1
    one.PhotometricInterpretation = "MONOCHROME2"
    pixels = (np.arange(size * size, dtype="<u2") * 7 + number).astype("<u2")
    one.PixelData = pixels.tobytes()
    one["PixelData"].VR = "OW"
    for keyword, value in values.items():
        setattr(one, keyword, value)
    one.file_meta = FileMetaDataset()
    one.file_meta.MediaStorageSOPClassUID = UID(str(one.SOPClassUID))
    one.file_meta.MediaStorageSOPInstanceUID = one.SOPInstanceUID
    one.file_meta.TransferSyntaxUID = UID(syntax)
    return one


def as_bytes(one: Dataset) -> bytes:
    """Gives the file of an instance."""
    stream = io.BytesIO()
    one.save_as(stream, enforce_file_format=True)
    return stream.getvalue()


def write(folder: Path, instances: Sequence[Dataset]) -> list[Path]:
    """Writes instances into a folder, and gives their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for at, one in enumerate(instances):
        path = folder / f"{at}.dcm"
        path.write_bytes(as_bytes(one))
        paths.append(path)
    return paths


def dataset_bytes(content: bytes) -> bytes:
    """Gives what follows the file meta information: the data set as it is encoded."""
    length = int.from_bytes(content[140:144], "little")
    return content[144 + length :]


def a_study(count: int = 6) -> list[Dataset]:
    """Gives a study of two series, one in each of the plain transfer syntaxes."""
    half = count // 2
    first = [instance(n) for n in range(1, half + 1)]
    syntax = ImplicitVRLittleEndian
    return first + [
        instance(n, series=2, syntax=syntax, SeriesDescription="T2 cor")
        for n in range(1, count - half + 1)
    ]
