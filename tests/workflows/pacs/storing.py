"""Objects to send, and a sender that is not ours (pynetdicom)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian, MRImageStorage
from pynetdicom import AE
from pynetdicom.sop_class import Verification

STUDY = "1.2.826.0.1.3680043.10.1"


def mr_image(
    number: int = 1,
    *,
    study: str = STUDY,
    syntax: str = ExplicitVRLittleEndian,
    side: int = 16,
    class_uid: str = MRImageStorage,
    patient: str = "NODE",
) -> FileDataset:
    """Makes an image of nothing: one slice of a study."""
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = UID(syntax)
    meta.MediaStorageSOPClassUID = UID(class_uid)
    meta.MediaStorageSOPInstanceUID = UID(f"{study}.1.{number}")
    image = FileDataset("", {}, file_meta=meta, preamble=bytes(128))
    image.SOPClassUID = class_uid
    image.SOPInstanceUID = f"{study}.1.{number}"
    image.StudyInstanceUID, image.SeriesInstanceUID = study, f"{study}.1"
    image.PatientID, image.PatientName = patient, f"{patient}^Test"
    image.Modality, image.InstanceNumber = "MR", number
    image.Rows = image.Columns = side
    image.BitsAllocated = image.BitsStored = 16
    image.HighBit, image.PixelRepresentation, image.SamplesPerPixel = 15, 0, 1
    image.PhotometricInterpretation = "MONOCHROME2"
    pixels = np.random.default_rng(number).integers(0, 4096, (side, side), dtype=np.uint16)
    image.PixelData = pixels.tobytes()
    return image


def data_set_of(content: bytes) -> bytes:
    """Gives what follows the file meta group: the bytes that travel."""
    length = int.from_bytes(content[140:144], "little")
    return content[144 + length :]


def file_of(image: Dataset) -> bytes:
    """Gives an image as a file."""
    buffer = BytesIO()
    pydicom.dcmwrite(buffer, image, enforce_file_format=True)
    return buffer.getvalue()


def send(port: int, images: Sequence[Dataset], **options: str) -> list[int]:
    """Sends images over one association; gives the status of each."""
    entity = AE(ae_title=options.get("calling", "MODALITY"))
    entity.dimse_timeout = 120  # on a busy disk a sync may take long
    for image in images:
        entity.add_requested_context(image.SOPClassUID, image.file_meta.TransferSyntaxUID)
    association = entity.associate("127.0.0.1", port, ae_title=options.get("called", "CONDYLE"))
    assert association.is_established
    try:
        return [int(association.send_c_store(image).Status) for image in images]
    finally:
        association.release()


def echo(port: int, **titles: str) -> int | None:
    """Asks whether somebody is there; ``None`` where the association was not accepted."""
    entity = AE(ae_title=titles.get("calling", "MODALITY"))
    entity.add_requested_context(Verification)
    association = entity.associate("127.0.0.1", port, ae_title=titles.get("called", "CONDYLE"))
    if not association.is_established:
        return None
    try:
        return int(association.send_c_echo().Status)
    finally:
        association.release()


def sha256(path: Path) -> str:
    """Gives a file's hash."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
