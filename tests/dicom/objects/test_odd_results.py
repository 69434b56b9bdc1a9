"""Segmentations and reports of others that are odd, sparse or broken."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, SegmentationStorage
from tests.dicom.objects.test_of_others import coded, file_of, item_of, report_with, saved

from condyle.dicom.header import without_remarks
from condyle.dicom.objects import read_seg
from condyle.dicom.objects.read_seg import read_segmentation
from condyle.dicom.objects.read_sr import read_report
from condyle.dicom.objects.sent import sent_of
from condyle.domain.outside import Answer, OutsideFinding, OutsideResult
from condyle.errors import BadImage


def group_of(segment: int | None, place: tuple[float, ...] | None = (0.0, 0.0, 0.0)) -> Dataset:
    group = Dataset()
    if segment is not None:
        named = Dataset()
        named.ReferencedSegmentNumber = segment
        group.SegmentIdentificationSequence = [named]
    if place is not None:
        position = Dataset()
        position.ImagePositionPatient = list(place)
        group.PlanePositionSequence = [position]
    return group


def segment_of(number: int, **more: Any) -> Dataset:
    segment = Dataset()
    segment.SegmentNumber = number
    for keyword, value in more.items():
        setattr(segment, keyword, value)
    return segment


def segmentation(*groups: Dataset, frames: np.ndarray, kind: str = "BINARY") -> FileDataset:
    """Two rows of four columns a frame, 8 bits each; whoever needs other headers sets them."""
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = SegmentationStorage
    meta.MediaStorageSOPInstanceUID = "1.2.3.5"
    one = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    one.SOPClassUID, one.SOPInstanceUID = SegmentationStorage, "1.2.3.5"
    one.SeriesInstanceUID, one.Modality = "1.2.3", "SEG"
    one.SegmentationType = kind
    one.NumberOfFrames, one.Rows, one.Columns = frames.shape
    one.SamplesPerPixel, one.PhotometricInterpretation = 1, "MONOCHROME2"
    one.BitsAllocated, one.BitsStored, one.HighBit = 8, 8, 7
    one.PixelRepresentation = 0
    one.PixelData = frames.astype(np.uint8).tobytes()
    one.SegmentSequence = [segment_of(1), segment_of(2)]
    one.PerFrameFunctionalGroupsSequence = list(groups)
    return one


def frames_of(count: int) -> np.ndarray:
    frames = np.zeros((count, 2, 4), np.uint8)
    for number in range(count):
        frames[number, 0, number] = frames[number, 1, 3] = 1
    return frames


def test_segments_that_overlap_stay_each_whole(tmp_path: Path) -> None:
    made = segmentation(group_of(1), group_of(2), frames=frames_of(2))
    first, second = read_segmentation(saved(made, tmp_path)).masks
    np.testing.assert_array_equal(first.planes[0].mask, frames_of(2)[0] > 0)
    np.testing.assert_array_equal(second.planes[0].mask, frames_of(2)[1] > 0)
    assert (first.planes[0].mask & second.planes[0].mask)[1, 3]


def test_a_segment_that_says_nothing_of_itself_is_read_without_a_name(tmp_path: Path) -> None:
    (mask, empty) = read_segmentation(
        saved(segmentation(group_of(1), frames=frames_of(1)), tmp_path)
    ).masks
    assert (mask.label, mask.code, mask.how, mask.algorithm) == ("", None, "", "")
    assert empty.planes == ()


def test_a_plane_without_a_source_or_place_is_read_as_being_of_neither(tmp_path: Path) -> None:
    made = segmentation(group_of(1, None), frames=frames_of(1))
    (plane,) = read_segmentation(saved(made, tmp_path)).masks[0].planes
    assert (plane.instance, plane.frame, plane.affine) == (None, 0, None)


def test_a_plane_is_placed_by_what_all_frames_share(tmp_path: Path) -> None:
    shared, lies, measures = Dataset(), Dataset(), Dataset()
    lies.ImageOrientationPatient = [0, 1, 0, 0, 0, -1]
    measures.PixelSpacing, measures.SliceThickness = [0.5, 0.25], 3
    shared.PlaneOrientationSequence, shared.PixelMeasuresSequence = [lies], [measures]
    made = segmentation(group_of(1, (7.0, 8.0, 9.0)), frames=frames_of(1))
    made.SharedFunctionalGroupsSequence = [shared]
    (plane,) = read_segmentation(saved(made, tmp_path)).masks[0].planes
    assert plane.affine is not None
    np.testing.assert_allclose(
        plane.affine, [[-3, 0, 0, 7], [0, 0, 0.25, 8], [0, -0.5, 0, 9], [0, 0, 0, 1]]
    )


def test_a_label_map_gives_each_value_its_segment_and_the_background_none(tmp_path: Path) -> None:
    frames = np.array([[[0, 1, 2, 2], [0, 0, 1, 9]]], np.uint8)
    made = segmentation(group_of(None), frames=frames, kind="LABELMAP")
    made.SegmentSequence = [segment_of(0, SegmentLabel="Background"), *made.SegmentSequence]
    masks = read_segmentation(saved(made, tmp_path)).masks
    assert len(masks) == 2
    for value, mask in enumerate(masks, start=1):
        np.testing.assert_array_equal(mask.planes[0].mask, frames[0] == value)


def test_a_frame_in_which_nothing_is_marked_is_no_plane(tmp_path: Path) -> None:
    frames = np.zeros((2, 2, 4), np.uint8)
    made = segmentation(group_of(1), group_of(1), frames=frames)
    assert [mask.planes for mask in read_segmentation(saved(made, tmp_path)).masks] == [(), ()]


def without_segment(made: FileDataset) -> None:
    made.PerFrameFunctionalGroupsSequence = [group_of(None), group_of(1)]


def with_a_group_too_few(made: FileDataset) -> None:
    made.PerFrameFunctionalGroupsSequence = [group_of(1)]


def with_pixels_too_few(made: FileDataset) -> None:
    made.PixelData = made.PixelData[:4]


def with_no_segments(made: FileDataset) -> None:
    del made.SegmentSequence


def with_no_rows(made: FileDataset) -> None:
    del made.Rows


def with_more_frames_than_bytes(made: FileDataset) -> None:
    made.NumberOfFrames = 1 << 28


@pytest.mark.parametrize(
    "breaks",
    [
        without_segment, with_a_group_too_few, with_pixels_too_few, with_no_segments,
        with_no_rows, with_more_frames_than_bytes,
    ],
)  # fmt: skip
def test_a_segmentation_that_contradicts_itself_is_refused_in_four_parts(
    tmp_path: Path, breaks: Callable[[FileDataset], None]
) -> None:
    made = segmentation(group_of(1), group_of(1), frames=frames_of(2))
    read_segmentation(saved(made, tmp_path))
    breaks(made)
    with pytest.raises(BadImage) as refusal:
        read_segmentation(saved(made, tmp_path))
    assert len(refusal.value.lines()) == 4


def test_more_pixels_than_are_unpacked_are_refused_before_unpacking(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = saved(segmentation(group_of(1), frames=frames_of(1)), tmp_path)
    monkeypatch.setattr(read_seg, "MOST_PIXELS", 8)
    read_segmentation(file)
    monkeypatch.setattr(read_seg, "MOST_PIXELS", 7)
    with pytest.raises(BadImage, match="more pixels than are unpacked"):
        read_segmentation(file)


def group(*items: Dataset) -> Dataset:
    made = item_of("CONTAINS", "CONTAINER", coded("125007", "DCM", "Measurement Group"))
    made.ContentSequence = list(items)
    return made


def read(folder: Path, *items: Dataset) -> OutsideResult:
    return read_report(saved(report_with(*items), folder))


def only(folder: Path, *items: Dataset) -> OutsideFinding:
    (found,) = read(folder, group(*items)).findings
    return found


def number_item(value: str | None, unit: str = "mm") -> Dataset:
    made = item_of("CONTAINS", "NUM", coded("1", "99X", "Length"))
    if value is not None:
        measured = Dataset()
        with without_remarks():
            measured.NumericValue = value
        measured.MeasurementUnitsCodeSequence = [coded(unit, "UCUM", unit)]
        made.MeasuredValueSequence = [measured]
    return made


def scoord(kind: str, shape: str, values: list[float], image: Dataset | None = None) -> Dataset:
    made = item_of("CONTAINS", kind, coded("111030", "DCM", "Image Region"))
    made.GraphicType, made.GraphicData = shape, values
    if image is not None:
        made.ContentSequence = [image]
    return made


def image_item(uid: str, frame: int | None = None) -> Dataset:
    reference = Dataset()
    reference.ReferencedSOPClassUID, reference.ReferencedSOPInstanceUID = "1.2", uid
    if frame is not None:
        reference.ReferencedFrameNumber = frame
    made = item_of("CONTAINS", "IMAGE", coded("260753009", "SCT", "Source"))
    made.ReferencedSOPSequence = [reference]
    return made


def test_a_number_without_its_value_is_no_answer(tmp_path: Path) -> None:
    assert only(tmp_path, number_item(None), number_item("4.5")).answers == (
        Answer("Length", 4.5, "mm"),
    )


def test_a_place_in_space_is_read_as_three_numbers_a_point(tmp_path: Path) -> None:
    (region,) = only(tmp_path, scoord("SCOORD3D", "POLYGON", [1, 2, 3, 4, 5, 6])).regions
    assert (region.shape, region.points) == ("POLYGON", ((1.0, 2.0, 3.0), (4.0, 5.0, 6.0)))
    assert region.instance is None


def test_a_coordinate_too_many_is_left_aside(tmp_path: Path) -> None:
    flat = scoord("SCOORD", "POLYLINE", [1.5, 2.5, 3.5, 4.5, 5.5], image_item("1.2.9"))
    (region,) = only(tmp_path, flat).regions
    assert region.points == ((2.0, 1.0), (4.0, 3.0))
    assert (region.instance, region.frame) == ("1.2.9", 0)


def test_a_region_of_no_image_is_of_none_and_one_without_points_is_none(tmp_path: Path) -> None:
    empty = item_of("CONTAINS", "SCOORD", coded("111030", "DCM", "Image Region"))
    found = only(tmp_path, scoord("SCOORD", "POINT", [3.0, 4.0]), empty)
    assert [(one.points, one.instance) for one in found.regions] == [(((3.5, 2.5),), None)]


def test_an_image_that_is_drawn_on_is_not_named_twice(tmp_path: Path) -> None:
    drawn = scoord("SCOORD", "POINT", [1.0, 1.0], image_item("1.2.9", 3))
    found = only(tmp_path, drawn, image_item("1.2.9", 3), image_item("1.2.8"), image_item("1.2.8"))
    assert found.images == (("1.2.8", 0),)
    assert found.regions[0].frame == 2


def test_a_code_without_a_meaning_is_told_by_its_value_short_or_long(tmp_path: Path) -> None:
    long, urn = Dataset(), Dataset()
    long.LongCodeValue, long.CodingSchemeDesignator = "A-very-long-code-value", "99X"
    urn.URNCodeValue = "urn:oid:1.2.3"
    name = coded("1", "99X", "Question")
    found = only(
        tmp_path,
        item_of("CONTAINS", "CODE", name, ConceptCodeSequence=[coded("T-1", "99X", "")]),
        item_of("CONTAINS", "CODE", name, ConceptCodeSequence=[long]),
        item_of("CONTAINS", "CODE", name, ConceptCodeSequence=[urn]),
    )
    assert [one.value for one in found.answers] == [
        "T-1",
        "A-very-long-code-value",
        "urn:oid:1.2.3",
    ]


def test_items_without_name_type_or_relation_are_passed_over(tmp_path: Path) -> None:
    assert read(tmp_path, Dataset(), group(Dataset())).findings[0].answers == ()
    assert read(tmp_path).findings == ()


@pytest.mark.parametrize("scheme", [("363698007", "SCT"), ("G-C0E3", "SRT")])
def test_the_site_is_found_in_the_old_and_the_new_scheme(
    tmp_path: Path, scheme: tuple[str, str]
) -> None:
    site = item_of(
        "HAS CONCEPT MOD", "CODE", coded(*scheme, "Finding Site"),
        ConceptCodeSequence=[coded("72696002", "SCT", "Knee")],
    )  # fmt: skip
    found = only(tmp_path, site)
    assert (found.site, found.answers) == ("Knee", ())


def test_what_a_group_says_in_words_is_no_text_of_the_whole_report(tmp_path: Path) -> None:
    words = item_of("CONTAINS", "TEXT", coded("121106", "DCM", "Comment"), TextValue="of a group")
    result = read(tmp_path, group(words))
    assert result.texts == ()
    assert result.findings[0].answers == (Answer("Comment", "of a group"),)


@pytest.mark.parametrize("content", [b"", b"DICM", b"\0" * 128 + b"DICM\x08\x00"])
def test_a_file_that_is_none_or_cut_short_is_no_object_of_ours(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "odd.dcm"
    path.write_bytes(content)
    assert sent_of(file_of(path)) is None


def test_an_object_of_another_maker_is_not_taken_back(tmp_path: Path) -> None:
    made = report_with()
    assert sent_of(saved(made, tmp_path)) is None
    made.Manufacturer = "Condyle"
    made.StudyInstanceUID = "1.2"
    found = sent_of(saved(made, tmp_path))
    assert found is not None
    assert (found.kind, found.sop_instance_uid, found.study_uid) == ("sr", "1.2.3.4", "1.2")
