"""Writing a volume as MR Image Storage instances: the same volume gives the same bytes."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian, MRImageStorage
from pydicom.valuerep import DSfloat

from condyle.domain.geometry import Affine, spacing_of
from condyle.domain.volume import Volume
from condyle.errors import OutputError

_ROOT = uuid.UUID("6ba7b812-9dad-11d1-80b4-00c04fd430c8")  # RFC 9562's name space for OIDs
IMPLEMENTATION_UID = "2.25.201178463395917385473047912358476215093"
"""Implementation Class UID of every file that Condyle writes (PS3.7 D.3.3.2)."""
_STORED_BITS = 12


@dataclass(frozen=True)
class MRTags:
    """What an MR series states of itself besides its pixels and geometry.

    Attributes:
        tr_ms: Repetition time.
        te_ms: Echo time.
        ti_ms: Inversion time, or ``None`` where there is no inversion.
        sequence: Scanning Sequence terms (PS3.3 C.8.3.1.1.2), such as ``("SE",)``.
        variant: Sequence Variant terms, such as ``("SK",)`` or ``("NONE",)``.
        options: Scan Options terms, such as ``("FS",)``.
        acquisition: MR Acquisition Type, ``"2D"`` or ``"3D"``.
        echo_train_length: Echoes an excitation.
        flip_angle_deg: Flip angle.
        field_strength_t: Field strength.
        thickness_mm: Slice Thickness; the spacing of slices where ``None``.
        body_part: Body Part Examined, a term of PS3.16 Annex L.
        series_number: Series Number.
        study_description: Study Description.
        contrast_agent: Contrast/Bolus Agent, empty for none.
        patient_id: Patient ID of somebody made up.
        patient_name: Patient's Name of somebody made up.
        age_years: Whole years, or ``None``.
        sex: ``"F"``, ``"M"``, ``"O"`` or empty.
        manufacturer: Manufacturer.
        laterality: Side of a paired body part, ``"R"`` or ``"L"``, else empty.
        simulated: Writes Synthetic Data YES and the image type SIMULATED.
    """

    tr_ms: float
    te_ms: float
    ti_ms: float | None = None
    sequence: tuple[str, ...] = ("SE",)
    variant: tuple[str, ...] = ("SK",)
    options: tuple[str, ...] = ()
    acquisition: str = "2D"
    echo_train_length: int = 1
    flip_angle_deg: float = 90.0
    field_strength_t: float = 1.5
    thickness_mm: float | None = None
    body_part: str = "LSPINE"
    series_number: int = 1
    study_description: str = ""
    contrast_agent: str = ""
    patient_id: str = "SIMULATED"
    patient_name: str = "Simulated^Patient"
    age_years: int | None = None
    sex: str = ""
    manufacturer: str = "Condyle"
    laterality: str = ""
    simulated: bool = True


def derived_uid(*parts: str) -> str:
    """Gives a UID under 2.25 that is always the same for the same parts (PS3.5 B.2)."""
    return f"2.25.{uuid.uuid5(_ROOT, chr(31).join(parts)).int}"


def write_mr_series(
    out: Path,
    *,
    volume: Volume,
    study_uid: str,
    series_uid: str,
    frame_of_reference_uid: str,
    description: str,
    tags: MRTags,
) -> list[Path]:
    """Writes a volume, an instance a slice, in Explicit VR Little Endian.

    Values are stored in 12 bits; where they are not whole numbers in that range, a
    rescale slope and intercept are written with them.

    Args:
        out: Folder, made where it is not there.
        volume: With an affine; its array is (slice, row, column).
        study_uid: Study Instance UID.
        series_uid: Series Instance UID; instance UIDs are derived from it.
        frame_of_reference_uid: Frame of Reference UID.
        description: Series Description.
        tags: The rest of the header.

    Returns:
        The files in slice order, ``mr-<series>-<instance>.dcm``.

    Raises:
        ValueError: The volume has no affine, or values that are not finite.
        OutputError: The folder or a file cannot be written.
    """
    if volume.affine is None:
        raise ValueError("a volume without an affine cannot be written as DICOM")
    stored, slope, intercept = _stored(volume.array)
    paths = [
        out / f"mr-{tags.series_number:03d}-{index + 1:04d}.dcm" for index in range(volume.slices)
    ]
    try:
        out.mkdir(parents=True, exist_ok=True)
        for index, path in enumerate(paths):
            uid = derived_uid(series_uid, f"instance {index + 1}")
            instance = new_instance(uid, MRImageStorage)
            instance.StudyInstanceUID = study_uid
            instance.SeriesInstanceUID = series_uid
            instance.FrameOfReferenceUID = frame_of_reference_uid
            instance.SeriesDescription = description
            instance.InstanceNumber = index + 1
            _put_tags(instance, tags, spacing_of(volume.affine)[0])
            put_geometry(instance, volume.affine, index)
            _put_pixels(instance, stored[index], slope=slope, intercept=intercept)
            instance.save_as(path, enforce_file_format=True)
    except OSError as error:
        raise OutputError(
            "The DICOM series was not written.",
            found="a folder that cannot be written to",
            needed="a folder with room for the series",
            mend="choose another output folder.",
        ) from error
    return paths


def _stored(array: NDArray[np.float32]) -> tuple[NDArray[np.uint16], float, float]:
    """Gives 12-bit values with the slope and intercept that give the array back."""
    if not np.isfinite(array).all():
        raise ValueError("a volume with NaN or infinite values cannot be written")
    top = float((1 << _STORED_BITS) - 1)
    low, high = float(array.min()), float(array.max())
    if low >= 0 and high <= top and not np.any(array % 1):
        return array.astype(np.uint16), 1.0, 0.0
    # The header keeps a slope in 16 characters: the same rounded one is used here.
    intercept = float(DSfloat(low, auto_format=True))
    slope = float(DSfloat((high - low) / top or 1.0, auto_format=True))
    stored = np.clip(np.rint((array.astype(np.float64) - intercept) / slope), 0, top)
    return stored.astype(np.uint16), slope, intercept


def new_instance(uid: str, sop_class: str) -> FileDataset:
    """Gives an instance with nothing but its UIDs, to be written in Explicit VR Little Endian.

    Args:
        uid: SOP Instance UID.
        sop_class: SOP Class UID.
    """
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = UID(sop_class)
    meta.MediaStorageSOPInstanceUID = UID(uid)
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    instance = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    put_implementation(instance)
    instance.SOPClassUID = UID(sop_class)
    instance.SOPInstanceUID = uid
    return instance


def put_implementation(instance: Dataset) -> None:
    """Writes into the file meta information that this software wrote the file (PS3.10 7.1)."""
    instance.file_meta.ImplementationClassUID = UID(IMPLEMENTATION_UID)
    instance.file_meta.ImplementationVersionName = "CONDYLE"


def _put_tags(instance: FileDataset, tags: MRTags, spacing_mm: float) -> None:
    # Type 2 attributes are there and empty: no clock speaks in what is derived.
    for keyword in (
        "StudyDate",
        "StudyTime",
        "AccessionNumber",
        "ReferringPhysicianName",
        "PatientBirthDate",
        "StudyID",
        "PositionReferenceIndicator",
    ):
        setattr(instance, keyword, "")
    instance.Modality = "MR"
    instance.Laterality = tags.laterality
    instance.Manufacturer = tags.manufacturer
    instance.PatientName = tags.patient_name
    instance.PatientID = tags.patient_id
    instance.PatientSex = tags.sex
    if tags.age_years is not None:
        instance.PatientAge = f"{tags.age_years:03d}Y"
    instance.PatientPosition = "HFS"
    instance.StudyDescription = tags.study_description
    instance.SeriesNumber = tags.series_number
    instance.BodyPartExamined = tags.body_part
    instance.ImageType = ["ORIGINAL", "PRIMARY", "SIMULATED" if tags.simulated else "OTHER"]
    instance.SyntheticData = "YES" if tags.simulated else "NO"
    instance.ScanningSequence = list(tags.sequence)
    instance.SequenceVariant = list(tags.variant)
    instance.ScanOptions = list(tags.options)
    instance.MRAcquisitionType = tags.acquisition
    instance.RepetitionTime = decimal(tags.tr_ms)
    instance.EchoTime = decimal(tags.te_ms)
    if tags.ti_ms is not None:
        instance.InversionTime = decimal(tags.ti_ms)
    instance.EchoTrainLength = tags.echo_train_length
    instance.FlipAngle = decimal(tags.flip_angle_deg)
    instance.MagneticFieldStrength = decimal(tags.field_strength_t)
    instance.SliceThickness = decimal(
        spacing_mm if tags.thickness_mm is None else tags.thickness_mm
    )
    if tags.contrast_agent:
        instance.ContrastBolusAgent = tags.contrast_agent


def put_geometry(instance: FileDataset, affine: Affine, index: int) -> None:
    """Writes where a slice of a volume lies (PS3.3 C.7.6.2).

    Args:
        instance: To be written to.
        affine: 4 x 4 LPS affine of the volume's (slice, row, column).
        index: Which slice.
    """
    spacing = spacing_of(affine)
    position = affine[:3, 3] + affine[:3, 0] * index
    along_row, down_column = affine[:3, 2] / spacing[2], affine[:3, 1] / spacing[1]
    instance.ImagePositionPatient = [decimal(one) for one in position]
    instance.ImageOrientationPatient = [decimal(one) for one in (*along_row, *down_column)]
    instance.PixelSpacing = [decimal(spacing[1]), decimal(spacing[2])]
    instance.SpacingBetweenSlices = decimal(spacing[0])


def _put_pixels(
    instance: FileDataset, stored: NDArray[np.uint16], *, slope: float, intercept: float
) -> None:
    instance.SamplesPerPixel = 1
    instance.PhotometricInterpretation = "MONOCHROME2"
    instance.Rows, instance.Columns = stored.shape
    instance.BitsAllocated = 16
    instance.BitsStored = _STORED_BITS
    instance.HighBit = _STORED_BITS - 1
    instance.PixelRepresentation = 0
    if (slope, intercept) != (1.0, 0.0):
        instance.RescaleSlope = decimal(slope)
        instance.RescaleIntercept = decimal(intercept)
        instance.RescaleType = "US"
    instance.PixelData = stored.astype("<u2").tobytes()


def decimal(value: float) -> DSfloat:
    """Gives a decimal string of at most 16 characters; a negative zero becomes zero."""
    return DSfloat(float(value) + 0.0, auto_format=True)
