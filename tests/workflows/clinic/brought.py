"""An archive of a test's own, and uploads brought to it as the service brings them."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np
import pydicom
from PIL import Image
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, MRImageStorage
from sqlalchemy import select

from condyle.archive import accounts
from condyle.archive.archive import Archive
from condyle.archive.database import open_database
from condyle.archive.objects import ObjectStore
from condyle.archive.tables import InstanceRow, Patient, SeriesRow, StudyRow, UploadFile
from condyle.archive.uploads import Offer, begin_sorting, file_came, files_of, open_upload
from condyle.dicom import derived_uid
from condyle.workflows.clinic.receive import sort_upload

NOW = dt.datetime(2030, 1, 1, tzinfo=dt.UTC)


def mr(name: str = "1", *, study: str = "s", series: str = "e", **tags: Any) -> FileDataset:
    """Makes one sagittal MR instance of which ``name`` makes the UID."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = MRImageStorage
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    one = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    one.SOPClassUID = MRImageStorage
    one.SOPInstanceUID = meta.MediaStorageSOPInstanceUID = derived_uid(study, series, name)
    one.StudyInstanceUID = derived_uid(study)
    one.SeriesInstanceUID = derived_uid(study, series)
    one.PatientID, one.PatientName = f"ID-{study}", "Doe^Jane"
    one.Modality, one.SeriesNumber, one.InstanceNumber = "MR", 1, 1
    one.SamplesPerPixel, one.PhotometricInterpretation = 1, "MONOCHROME2"
    one.Rows, one.Columns = 20, 24
    one.BitsAllocated, one.BitsStored, one.HighBit, one.PixelRepresentation = 16, 16, 15, 0
    one.PixelData = np.full((20, 24), len(name), "<u2").tobytes()
    for keyword, value in tags.items():
        setattr(one, keyword, value)
    return one


def written(one: FileDataset) -> bytes:
    stream = io.BytesIO()
    pydicom.dcmwrite(stream, one, enforce_file_format=True)
    return stream.getvalue()


def picture(seed: int, size: tuple[int, int] = (40, 32)) -> bytes:
    stream = io.BytesIO()
    pixels = np.random.default_rng(seed).integers(0, 255, size, dtype=np.uint8)
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


def zipped(**files: bytes) -> bytes:
    stream = io.BytesIO()
    with ZipFile(stream, "w", ZIP_DEFLATED) as opened:
        for name, content in files.items():
            opened.writestr(name, content)
    return stream.getvalue()


def new_archive(url: str, folder: Path) -> Archive:
    archive = Archive(open_database(url), ObjectStore(folder / "objects"), lambda: NOW)
    with archive.database.write() as session:
        new = accounts.NewAccount("somebody", "Some Body", "clinician", "no-password")
        accounts.add_user(session, new, NOW)
    return archive


@dataclass
class Bringer:
    """Brings files in uploads, and keeps what was told of the studies."""

    archive: Archive
    told: list[int] = field(default_factory=list)

    def tell(self, archive: Archive, studies: Sequence[int]) -> None:
        self.told.extend(studies)

    def upload(self, files: dict[str, bytes], *, exclusions: Sequence[str] = ()) -> str:
        """Sends files up to where sorting begins."""
        database = self.archive.database
        offers = [Offer(name, len(content)) for name, content in files.items()]
        with database.write() as session:
            upload = open_upload(
                session, 1, offers, priority_rank=1, exclusions=exclusions, at=NOW
            ).id
            numbers = [row.id for row in files_of(session, upload)]
        for number, content in zip(numbers, files.values(), strict=True):
            stored = self.archive.objects.put(content)
            with database.write() as session:
                file_came(session, upload, number, stored)
        with database.write() as session:
            begin_sorting(session, upload)
        return upload

    def bring(self, files: dict[str, bytes], **how: Any) -> dict[str, UploadFile]:
        """Brings files, and gives what became of each."""
        upload = self.upload(files)
        sort_upload(self.archive, upload, on_studies_received=self.tell, **how)
        return self.results(upload)

    def results(self, upload: str) -> dict[str, UploadFile]:
        with self.archive.database.read() as session:
            return {row.name: row for row in files_of(session, upload)}

    def states(self, files: dict[str, bytes], **how: Any) -> dict[str, str]:
        return {name: row.state for name, row in self.bring(files, **how).items()}

    def studies(self) -> list[StudyRow]:
        with self.archive.database.read() as session:
            return list(session.scalars(select(StudyRow).order_by(StudyRow.id)))

    def series(self) -> list[SeriesRow]:
        with self.archive.database.read() as session:
            return list(session.scalars(select(SeriesRow).order_by(SeriesRow.id)))

    def instances(self) -> list[InstanceRow]:
        with self.archive.database.read() as session:
            return list(session.scalars(select(InstanceRow).order_by(InstanceRow.id)))

    def patients(self) -> list[Patient]:
        with self.archive.database.read() as session:
            return list(session.scalars(select(Patient).order_by(Patient.id)))
