"""Reading a segmentation, whoever wrote it: highdicom, dcmqi, Cornerstone, ourselves."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from condyle.dicom.header import broken, read_whole, without_remarks
from condyle.dicom.objects.read_parts import code_of, date_of, first_item, maker_of, person_of
from condyle.dicom.values import BROKEN, number, text
from condyle.domain.outside import OutsideMask, OutsidePlane, OutsideResult
from condyle.sources import SourceFile

SEGMENTATIONS = ("1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.66.7")
"""SOP Class UIDs of Segmentation and Label Map Segmentation Storage."""

MOST_PIXELS = 1 << 30
"""More than this many pixels, all frames together, are not unpacked where nobody asks for less."""


def read_segmentation(file: SourceFile, *, most_pixels: int | None = None) -> OutsideResult:
    """Reads a segmentation: BINARY, FRACTIONAL (from half of its greatest value) or LABELMAP.

    Args:
        file: Holds the object.
        most_pixels: One of more pixels, all frames together, is not unpacked.

    Raises:
        BadImage: It is no segmentation, is damaged, or is too large.
    """
    try:
        with without_remarks():
            return _read(
                read_whole(file), file, MOST_PIXELS if most_pixels is None else most_pixels
            )
    except BROKEN as error:
        raise broken(file, "a segmentation that cannot be understood") from error


def _read(instance: Dataset, file: SourceFile, most_pixels: int) -> OutsideResult:
    if text([instance], "SOPClassUID") not in SEGMENTATIONS:
        raise broken(file, "no segmentation", "a DICOM segmentation")
    frames = int(number([instance], "NumberOfFrames") or 1)
    sides = int(instance.Rows), int(instance.Columns)
    if frames * sides[0] * sides[1] > most_pixels:
        raise broken(file, "a segmentation of more pixels than are unpacked")
    pixels = np.asarray(instance.pixel_array).reshape(frames, *sides)
    planes: dict[int, list[OutsidePlane]] = {}
    for segment, plane in _planes(instance, pixels):
        planes.setdefault(segment, []).append(plane)
    return OutsideResult(
        kind="seg",
        uid=text([instance], "SOPInstanceUID"),
        series_uid=text([instance], "SeriesInstanceUID"),
        maker=maker_of(instance),
        title=text([instance], "ContentLabel"),
        person=person_of(instance, "ContentCreatorName"),
        made_on=date_of(instance),
        frame_of_reference=text([instance], "FrameOfReferenceUID") or None,
        masks=tuple(_masks(instance, planes)),
    )


def _masks(instance: Dataset, planes: dict[int, list[OutsidePlane]]) -> Iterator[OutsideMask]:
    for segment in instance.SegmentSequence:
        if "SegmentNumber" not in segment or int(segment.SegmentNumber) == 0:
            continue  # 0 is the background of a label map (PS3.3 C.8.20.2)
        yield OutsideMask(
            label=text([segment], "SegmentLabel"),
            code=code_of(first_item(segment, "SegmentedPropertyTypeCodeSequence")),
            how=text([segment], "SegmentAlgorithmType").upper(),
            algorithm=text([segment], "SegmentAlgorithmName"),
            planes=tuple(planes.get(int(segment.SegmentNumber), ())),
        )


def _planes(instance: Dataset, pixels: NDArray[np.generic]) -> Iterator[tuple[int, OutsidePlane]]:
    shared = first_item(instance, "SharedFunctionalGroupsSequence") or Dataset()
    kind = text([instance], "SegmentationType").upper()
    greatest = number([instance], "MaximumFractionalValue") or 1
    for group, values in zip(instance.PerFrameFunctionalGroupsSequence, pixels, strict=True):
        place = (*_source(group, shared), _affine(group, shared))
        if kind == "LABELMAP":
            found = [(int(value), values == value) for value in np.unique(values) if value]
        else:
            mask = values >= greatest / 2 if kind == "FRACTIONAL" else values > 0
            found = [(_segment(group, shared), mask)]
        for segment, mask in found:
            if mask.any():
                yield segment, OutsidePlane(np.asarray(mask, bool), *place)


def _segment(group: Dataset, shared: Dataset) -> int:
    for one in (group, shared):
        item = first_item(one, "SegmentIdentificationSequence")
        if item is not None:
            return int(item.ReferencedSegmentNumber)
    raise ValueError("a frame without its segment")


def _source(group: Dataset, shared: Dataset) -> tuple[str | None, int]:
    """Gives the image that a frame was made from, with its frame from 0."""
    for one in (group, shared):
        derivation = first_item(one, "DerivationImageSequence")
        source = derivation and first_item(derivation, "SourceImageSequence")
        if source is not None:
            frame = number([source], "ReferencedFrameNumber")
            uid = text([source], "ReferencedSOPInstanceUID")
            return uid or None, int(frame) - 1 if frame else 0
    return None, 0


def _affine(group: Dataset, shared: Dataset) -> NDArray[np.float64] | None:
    """Gives where a frame lies (PS3.3 C.7.6.2.1.1, C.7.6.16.2.1, .3 and .4)."""
    position, orientation, measures = (
        first_item(group, keyword) or first_item(shared, keyword)
        for keyword in (
            "PlanePositionSequence",
            "PlaneOrientationSequence",
            "PixelMeasuresSequence",
        )
    )
    if position is None or orientation is None or measures is None:
        return None
    along = np.asarray(orientation.ImageOrientationPatient, dtype=np.float64)
    rows, columns = (float(one) for one in measures.PixelSpacing)
    step = number([measures], "SpacingBetweenSlices") or number([measures], "SliceThickness") or 1
    affine = np.eye(4)
    affine[:3, 0] = np.cross(along[:3], along[3:]) * float(step)
    affine[:3, 1] = along[3:] * rows
    affine[:3, 2] = along[:3] * columns
    affine[:3, 3] = np.asarray(position.ImagePositionPatient, dtype=np.float64)
    return affine
