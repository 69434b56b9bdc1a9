"""The images of one instance, one a frame, as plain values that need no header any more."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from pydicom.dataset import Dataset, FileDataset
from pydicom.uid import UID

from condyle.dicom.contrast import SequenceFacts
from condyle.dicom.header import broken
from condyle.dicom.laterality import stated_sides
from condyle.dicom.patient import (
    age_of,
    body_part_of,
    description_of,
    is_simulated,
    patient_key,
)
from condyle.dicom.subject import NOBODY, Subject, subject_of
from condyle.dicom.values import items, number, numbers, raw, text, texts
from condyle.domain.limits import shape_fault
from condyle.sources import SourceFile

Vector = tuple[float, float, float]

LEAST_SPACING_MM, LARGEST_SPACING_MM = 0.001, 1000.0
"""A pixel or slice outside these is nonsense, and counts as not stated."""

FURTHEST_MM = 100_000.0
"""A position further from the origin than this is nonsense, and counts as not stated."""


@dataclass(frozen=True)
class SeriesHeader:
    """What all frames of one instance share.

    Attributes:
        study_uid: Study Instance UID, may be empty.
        series_uid: Series Instance UID, may be empty.
        patient: Hashes that tell patients apart.
        date: Study date and time as written, for ordering alone.
        number: Series Number.
        modality: Such as ``"MR"``.
        frame_of_reference: UID, or ``None``.
        body_part: Words that name anatomy.
        description: Series description without identity.
        simulated: Whether the images are simulated.
        age_years: Age of the patient.
        subject: Patient and scanner, under a pseudonym.
    """

    study_uid: str
    series_uid: str
    patient: tuple[str, str]
    date: str
    number: int
    modality: str
    frame_of_reference: str | None
    body_part: str | None
    description: str
    simulated: bool
    age_years: float | None
    subject: Subject = NOBODY


@dataclass(frozen=True)
class Frame:
    """One two-dimensional image and where it lies.

    Attributes:
        file: Where its pixels are.
        index: Frame number from 0 in its instance.
        sop_instance_uid: SOP Instance UID, may be empty.
        sop_class_uid: SOP Class UID.
        header: What it shares with its series.
        instance_number: For an order where geometry gives none.
        shape: (row, column).
        orientation: Directions of a row and of a column as Image Orientation (Patient)
            states them, orthonormal, or ``None``.
        position: Image Position (Patient) in mm, or ``None``.
        pixel_spacing: (between rows, between columns) in mm, or ``None``.
        slice_spacing: Spacing Between Slices, else Slice Thickness, in mm, or ``None``.
        stack: Stack ID where the instance states one (PS3.3 C.7.6.16.2.2), else empty.
        phase: What may tell repeated positions apart, the most telling first.
        facts: Of the pulse sequence.
        sides: Stated sides of a paired part, as ``stated_sides`` gives them.
    """

    file: SourceFile
    index: int
    sop_instance_uid: str
    sop_class_uid: str
    header: SeriesHeader
    instance_number: int
    shape: tuple[int, int]
    orientation: tuple[Vector, Vector] | None
    position: Vector | None
    pixel_spacing: tuple[float, float] | None
    slice_spacing: float | None
    phase: tuple[str, ...]
    facts: SequenceFacts
    sides: frozenset[str] = frozenset()
    stack: str = ""


def frames_of(dataset: FileDataset, file: SourceFile) -> list[Frame]:
    """Gives the frames of an instance, functional groups resolved (PS3.3 C.7.6.16).

    Raises:
        BadImage: Its size cannot be an image's.
    """
    rows, columns = (int(number([dataset], name) or 0) for name in ("Rows", "Columns"))
    count = max(int(number([dataset], "NumberOfFrames") or 1), 1)
    if fault := shape_fault((count, rows, columns)):
        raise broken(file, fault[0], fault[1])
    header = _series_header(dataset)
    per_frame = items([dataset], "PerFrameFunctionalGroupsSequence")
    if per_frame and len(per_frame) < count:
        raise broken(file, "fewer functional groups than frames")
    return [
        _frame(sources_of(dataset, index), file, index, header=header, shape=(rows, columns))
        for index in range(count)
    ]


def _macros(group: Dataset) -> list[Dataset]:
    """Gives the first item of each functional group macro."""
    return [element.value[0] for element in group if element.VR == "SQ" and len(element.value)]


def _series_header(dataset: Dataset) -> SeriesHeader:
    one = [dataset]
    return SeriesHeader(
        study_uid=text(one, "StudyInstanceUID"),
        series_uid=text(one, "SeriesInstanceUID"),
        patient=patient_key(dataset),
        date=text(one, "StudyDate") + text(one, "StudyTime"),
        number=int(number(one, "SeriesNumber") or 0),
        modality=text(one, "Modality").upper(),
        frame_of_reference=text(one, "FrameOfReferenceUID") or None,
        body_part=body_part_of(dataset),
        description=description_of(dataset),
        simulated=is_simulated(dataset),
        age_years=age_of(dataset),
        subject=subject_of(dataset),
    )


def _frame(
    sources: list[Dataset],
    file: SourceFile,
    index: int,
    *,
    header: SeriesHeader,
    shape: tuple[int, int],
) -> Frame:
    position = numbers(sources, "ImagePositionPatient")
    spacing = numbers(sources, "PixelSpacing")
    between = number(sources, "SpacingBetweenSlices") or number(sources, "SliceThickness")
    usable = len(spacing) == 2 and all(_is_length(one) for one in spacing)
    placed = len(position) == 3 and all(abs(one) < FURTHEST_MM for one in position)
    return Frame(
        file=file,
        index=index,
        sop_instance_uid=text(sources[-1:], "SOPInstanceUID"),
        sop_class_uid=str(UID(text(sources[-1:], "SOPClassUID"))),
        header=header,
        instance_number=int(number(sources, "InstanceNumber") or 0),
        shape=shape,
        orientation=_orientation(numbers(sources, "ImageOrientationPatient")),
        position=(position[0], position[1], position[2]) if placed else None,
        pixel_spacing=(spacing[0], spacing[1]) if usable else None,
        slice_spacing=abs(between) if between and _is_length(abs(between)) else None,
        phase=_phase(sources),
        facts=facts_of(sources),
        sides=stated_sides(sources),
        stack=text(sources, "StackID"),
    )


def _is_length(spacing_mm: float) -> bool:
    """Tells whether a number can be the size of a pixel or slice."""
    return LEAST_SPACING_MM <= spacing_mm <= LARGEST_SPACING_MM


def _orientation(cosines: tuple[float, ...]) -> tuple[Vector, Vector] | None:
    """Gives the two directions at unit length, or nothing where they span no plane."""
    if len(cosines) != 6:
        return None
    along_row, down_column = np.array(cosines[:3]), np.array(cosines[3:])
    lengths = np.linalg.norm(along_row), np.linalg.norm(down_column)
    if not all(0.5 <= length <= 2.0 for length in lengths):
        return None
    if abs(float(along_row @ down_column)) > 0.05 * lengths[0] * lengths[1]:
        return None
    row, column = along_row / lengths[0], down_column / lengths[1]
    return (
        (float(row[0]), float(row[1]), float(row[2])),
        (float(column[0]), float(column[1]), float(column[2])),
    )


def _phase(sources: list[Dataset]) -> tuple[str, ...]:
    """Gives the attributes that tell images of one place apart, most telling first."""
    echo = number(sources, "EffectiveEchoTime") or number(sources, "EchoTime")
    kind = texts(sources, "FrameType") or texts(sources, "ImageType")
    component = texts(sources, "ComplexImageComponent")
    return (
        f"{echo:010.3f}" if echo is not None else "",
        text(sources, "EchoNumbers").zfill(4),
        "/".join((*kind[2:], *component)),
        text(sources, "StackID").zfill(8),
        text(sources, "TemporalPositionIdentifier").zfill(8)
        + text(sources, "TemporalPositionIndex").zfill(8),
        text(sources, "DiffusionBValue").zfill(10),
        text(sources, "AcquisitionNumber").zfill(8),
        text(sources, "TriggerTime").zfill(10),
        text(sources, "AcquisitionTime"),
    )


def facts_of(sources: list[Dataset]) -> SequenceFacts:
    """Gathers what a header states of a pulse sequence (PS3.3 C.8.3.1 and C.8.13.5).

    Args:
        sources: Data sets to look into, the frame's own first.
    """
    scanning = texts(sources, "ScanningSequence")
    enhanced = text(sources, "EchoPulseSequence").upper()
    pulse = {"SPIN": "SE", "GRADIENT": "GR", "BOTH": "GR"}.get(enhanced, "")
    for kind in ("GR", "EP", "SE"):
        pulse = pulse or (kind if kind in scanning else "")
    if not pulse and "RM" in scanning and number(sources, "EchoTrainLength"):
        pulse = "SE"
    names = ("SeriesDescription", "ProtocolName", "SequenceName", "PulseSequenceName")
    words = " ".join(text(sources, name) for name in names).casefold().replace("_", " ")
    echo = number(sources, "EffectiveEchoTime") or number(sources, "EchoTime")
    inversion = number(sources, "InversionTime") or number(sources, "InversionTimes")
    agent = text(sources, "ContrastBolusAgent").upper()
    if not agent and items(sources, "ContrastBolusAgentSequence"):
        agent = "STATED"
    return SequenceFacts(
        pulse=pulse,
        inversion="IR" in scanning or text(sources, "InversionRecovery").upper() == "YES",
        three_d="3D" in texts(sources, "MRAcquisitionType"),
        repetition_ms=number(sources, "RepetitionTime"),
        echo_ms=echo,
        inversion_ms=inversion,
        field_t=number(sources, "MagneticFieldStrength"),
        acquisition_contrast=text(sources, "AcquisitionContrast").upper(),
        options=texts(sources, "ScanOptions"),
        fat_option=text(sources, "SpectrallySelectedSuppression").upper(),
        image_type=texts(sources, "FrameType") or texts(sources, "ImageType"),
        agent=agent,
        words=words,
    )


def rescale_of(sources: list[Dataset]) -> tuple[float, float]:
    """Gives slope and intercept, 1 and 0 where there is no Modality LUT (PS3.3 C.11.1).

    Raises:
        ValueError: The slope is stated and is zero or no number.
    """
    if raw(sources, "RescaleSlope") is None:
        return 1.0, number(sources, "RescaleIntercept") or 0.0
    slope = number(sources, "RescaleSlope")
    if not slope:
        raise ValueError("rescale slope is zero or no number")
    return slope, number(sources, "RescaleIntercept") or 0.0


def sources_of(dataset: Dataset, index: int) -> list[Dataset]:
    """Gives the data sets to look into for one frame, its own functional groups first."""
    per_frame = items([dataset], "PerFrameFunctionalGroupsSequence")
    shared = items([dataset], "SharedFunctionalGroupsSequence")[:1]
    own = _macros(per_frame[index]) if index < len(per_frame) else []
    return [*own, *(one for group in shared for one in _macros(group)), dataset]
