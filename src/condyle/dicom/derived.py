"""DICOM made from a picture or a volume file, so that a viewer shows it like any other series."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import FileDataset
from pydicom.uid import SecondaryCaptureImageStorage

from condyle.dicom.write import decimal, derived_uid, new_instance, put_geometry
from condyle.domain.volume import FloatArray, Volume

_TOP = 65535
_PICTURE_TOP = 255
_SHARES = (0.5, 99.5)  # per cent of the values that lie below the window's two ends
_NARROW = 16.0
_MOST_SAMPLES = 1 << 22


@dataclass(frozen=True)
class DerivedSeries:
    """Of which series the instances are to be; nothing of it is invented.

    Attributes:
        study_uid: Study Instance UID.
        series_uid: Series Instance UID.
        patient_id: Patient ID.
        patient_name: Patient's Name.
        number: Series Number.
        description: Series Description.
        source: What it was made from, such as ``"a nifti file"``.
    """

    study_uid: str
    series_uid: str
    patient_id: str = field(repr=False)
    patient_name: str = field(repr=False)
    number: int
    description: str
    source: str


@dataclass(frozen=True)
class _Scale:
    """How values become the 16 bits that are stored, and the window in which they are shown."""

    slope: float
    intercept: float
    low: float
    high: float


def derived_instances(
    volume: Volume, series: DerivedSeries, uids: Sequence[str]
) -> Iterator[bytes]:
    """Gives each slice of a volume as a Secondary Capture instance in Explicit Little Endian.

    The same volume and series give the same bytes. Geometry and spacing are written where the
    volume has them, and left out where not.

    Args:
        volume: What is shown; its array is (slice, row, column).
        series: Whose instances they are.
        uids: SOP Instance UID of each slice.

    Yields:
        The bytes of a file, in slice order.
    """
    scale = _scale(volume.array)
    for index, uid in enumerate(uids):
        instance = new_instance(uid, SecondaryCaptureImageStorage)
        _put_identity(instance, series, index + 1)
        if volume.affine is not None:
            put_geometry(instance, volume.affine, index)
            instance.FrameOfReferenceUID = derived_uid(series.series_uid, "frame of reference")
            instance.SliceThickness = instance.SpacingBetweenSlices
        elif volume.spacing is not None:
            instance.PixelSpacing = [decimal(one) for one in volume.spacing[1:]]
        _put_pixels(instance, volume.array[index], scale)
        stream = io.BytesIO()
        instance.save_as(stream, enforce_file_format=True)
        yield stream.getvalue()


def _scale(array: FloatArray) -> _Scale:
    """Keeps whole numbers that fit as they are; spreads all others over what 16 bits hold."""
    low, high = float(array.min()), float(array.max())
    whole = low >= 0 and high <= _TOP and not any(np.any(plane % 1) for plane in array)
    if whole and high <= _PICTURE_TOP:
        return _Scale(1.0, 0.0, 0.0, float(_PICTURE_TOP) if high > _NARROW else high)
    step = max(array.size // _MOST_SAMPLES, 1)
    from_, to = (float(one) for one in np.percentile(array.ravel()[::step], _SHARES))
    if from_ >= to:
        from_, to = low, high
    if whole:
        return _Scale(1.0, 0.0, from_, to)
    # The header keeps both in 16 characters: the same rounded ones are used here.
    intercept = float(decimal(low))
    return _Scale(float(decimal((high - low) / _TOP or 1.0)), intercept, from_, to)


def _put_identity(instance: FileDataset, series: DerivedSeries, number: int) -> None:
    # Type 2 attributes are there and empty: no clock speaks in what is derived.
    for keyword in (
        "StudyDate",
        "StudyTime",
        "AccessionNumber",
        "ReferringPhysicianName",
        "PatientBirthDate",
        "PatientSex",
        "StudyID",
        "PatientOrientation",
        "Laterality",
    ):
        setattr(instance, keyword, "")
    instance.StudyInstanceUID = series.study_uid
    instance.SeriesInstanceUID = series.series_uid
    instance.PatientID = series.patient_id
    instance.PatientName = series.patient_name
    instance.Modality = "OT"
    instance.ConversionType = "DI"
    instance.Manufacturer = "Condyle"
    instance.ImageType = ["DERIVED", "SECONDARY"]
    instance.DerivationDescription = f"Made by Condyle from {series.source}, to be shown."
    instance.SeriesNumber = series.number
    instance.SeriesDescription = series.description[:64]
    instance.InstanceNumber = number


def _put_pixels(instance: FileDataset, plane: NDArray[np.float32], scale: _Scale) -> None:
    values = (plane.astype(np.float64) - scale.intercept) / scale.slope
    stored = np.clip(np.rint(values), 0, _TOP).astype("<u2")
    instance.SamplesPerPixel = 1
    instance.PhotometricInterpretation = "MONOCHROME2"
    instance.Rows, instance.Columns = stored.shape
    instance.BitsAllocated = instance.BitsStored = 16
    instance.HighBit = 15
    instance.PixelRepresentation = 0
    instance.RescaleIntercept = decimal(scale.intercept)
    instance.RescaleSlope = decimal(scale.slope)
    instance.RescaleType = "US"
    _put_window(instance, scale)
    instance.PixelData = stored.tobytes()


def _put_window(instance: FileDataset, scale: _Scale) -> None:
    """Writes the window (PS3.3 C.11.2.1.2 and C.11.2.1.3).

    The ordinary function takes one unit off the width, which a range of few units cannot spare.
    """
    width, middle = scale.high - scale.low, (scale.high + scale.low) / 2
    if width < _NARROW:
        instance.WindowCenter, instance.WindowWidth = decimal(middle), decimal(width or 1.0)
        instance.VOILUTFunction = "LINEAR_EXACT"
    else:
        instance.WindowCenter, instance.WindowWidth = decimal(middle + 0.5), decimal(width + 1)
        instance.VOILUTFunction = "LINEAR"
