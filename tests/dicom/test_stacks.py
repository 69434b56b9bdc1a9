"""Series that hold more than one stack: parted into volumes, and said to be."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pydicom.dataset import Dataset, FileDataset
from pydicom.sequence import Sequence as DicomSequence
from pydicom.uid import EnhancedMRImageStorage

from condyle.dicom import Discovery
from condyle.domain.study import Series

Make = Callable[..., FileDataset]
Save = Callable[..., Path]
Find = Callable[[Path], Discovery]

AXIAL = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0]
SAGITTAL = [0.0, 1.0, 0.0, 0.0, 0.0, -1.0]
CORONAL = [1.0, 0.0, 0.0, 0.0, 0.0, -1.0]


def _series(found: Discovery) -> tuple[Series, ...]:
    (one,) = found.studies
    return one.study.series


def _notes(series: tuple[Series, ...]) -> list[tuple[str, dict[str, object]]]:
    return [(note.code, dict(note.params)) for one in series for note in one.notes]


def _block(make: Make, heights: list[float], first: int, **tags: object) -> list[FileDataset]:
    """Axial slices at heights in mm, numbered in a row."""
    return [
        make(
            name=f"{first + at}",
            InstanceNumber=first + at,
            ImageOrientationPatient=AXIAL,
            ImagePositionPatient=[-50, -50, height],
            pixels=np.full((20, 24), first + at, np.uint16),
            **tags,
        )
        for at, height in enumerate(heights)
    ]


def test_parallel_blocks_that_were_numbered_in_a_row_are_volumes_of_their_own(
    instance: Make, save: Save, find: Find
) -> None:
    stack = [*_block(instance, [0, 4, 8], 1), *_block(instance, [40, 44, 48], 4)]
    random.Random(1).shuffle(stack)
    series = _series(find(save(stack)))
    assert [list(one.load().array[:, 0, 0]) for one in series] == [[1, 2, 3], [4, 5, 6]]
    assert [one.spacing[0] for one in series if one.spacing] == pytest.approx([4, 4])
    told = {"series_number": 1, "first": "series-1", "last": "series-2", "count": 2}
    assert _notes(series) == [("several-stacks", told)]


def test_a_wide_gap_in_which_numbers_are_missing_too_is_told_as_missing_slices(
    instance: Make, save: Save, find: Find
) -> None:
    stack = [*_block(instance, [0, 4, 8], 1), *_block(instance, [40, 44, 48], 11)]
    (series,) = _series(find(save(stack)))
    ((code, params),) = _notes((series,))
    assert (code, params["count"], params["gap_mm"]) == ("missing-slice", 7, 32.0)
    assert (params["after_instance"], params["before_instance"]) == ("3", "11")


def test_one_missing_slice_of_a_renumbered_series_parts_nothing(
    instance: Make, save: Save, find: Find
) -> None:
    series = _series(find(save(_block(instance, [0, 4, 8, 16, 20, 24], 1))))
    assert [code for code, _ in _notes(series)] == ["missing-slice"]


def test_orientations_of_one_series_are_parted_and_said_once(
    instance: Make, save: Save, find: Find
) -> None:
    stack = [
        instance(
            name=f"{way}{at}",
            InstanceNumber=way * 10 + at,
            ImageOrientationPatient=directions,
            ImagePositionPatient=[at * 4, at * 4, at * 4],
        )
        for way, directions in enumerate((SAGITTAL, AXIAL))
        for at in range(4)
    ]
    series = _series(find(save(stack)))
    assert [(one.plane.value, one.shape[0]) for one in series] == [("sagittal", 4), ("axial", 4)]
    told = {"series_number": 1, "first": "series-1", "last": "series-2", "count": 2}
    assert _notes(series) == [("mixed-orientations", told)]


def test_orientations_that_differ_in_size_as_well_are_counted(
    instance: Make, save: Save, find: Find
) -> None:
    small = np.zeros((18, 18), np.uint16)
    stack = [instance(place=at, name=f"s{at}") for at in (0, 4)]
    stack += _block(instance, [0, 4], 5)
    stack += [instance(place=at, name=f"t{at}", pixels=small) for at in (0, 4)]
    series = _series(find(save(stack)))
    assert len(series) == 3
    assert [(code, params["count"]) for code, params in _notes(series)] == [
        ("mixed-orientations", 2)
    ]


@pytest.mark.parametrize(("slices", "volumes"), [(3, 0), (8, 3)])
def test_three_planes_of_many_slices_are_no_localizer(
    instance: Make, save: Save, find: Find, slices: int, volumes: int
) -> None:
    stack = [
        instance(
            name=f"{way}{at}",
            ImageOrientationPatient=directions,
            ImagePositionPatient=[at * 4, at * 4, at * 4],
        )
        for way, directions in enumerate((SAGITTAL, AXIAL, CORONAL))
        for at in range(slices)
    ]
    found = find(save(stack))
    assert sum(len(one.study.series) for one in found.studies) == volumes
    left = [(one.reason.code, one.count) for one in found.left_out]
    assert left == ([] if volumes else [("localizer", 3 * slices)])


def test_echoes_of_blocks_are_not_taken_for_more_blocks(
    instance: Make, save: Save, find: Find
) -> None:
    stack = []
    for echo, first in ((20, 1), (90, 20)):
        stack += _block(instance, [0, 4, 8], first, EchoTime=echo)
        stack += _block(instance, [40, 44, 48], first + 3, EchoTime=echo)
    series = _series(find(save(stack)))
    assert [one.shape[0] for one in series] == [3, 3, 3, 3]
    assert [(code, params["count"]) for code, params in _notes(series)] == [("several-stacks", 2)]


def _enhanced(make: Make, frames: list[tuple[str, float]]) -> FileDataset:
    """One instance of axial frames, each (Stack ID, height in mm)."""
    pixels = np.stack([np.full((20, 24), at + 1, np.uint16) for at in range(len(frames))])
    one = make(pixels=pixels, SOPClassUID=EnhancedMRImageStorage, NumberOfFrames=len(frames))
    for keyword in ("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing"):
        delattr(one, keyword)
    shared, orientation, measures = Dataset(), Dataset(), Dataset()
    orientation.ImageOrientationPatient = AXIAL
    measures.PixelSpacing, measures.SliceThickness = [0.9, 0.7], 4
    shared.PlaneOrientationSequence = DicomSequence([orientation])
    shared.PixelMeasuresSequence = DicomSequence([measures])
    one.SharedFunctionalGroupsSequence = DicomSequence([shared])
    groups = []
    for stack, height in frames:
        group, position, content = Dataset(), Dataset(), Dataset()
        position.ImagePositionPatient = [-50, -50, height]
        content.StackID = stack
        group.PlanePositionSequence = DicomSequence([position])
        group.FrameContentSequence = DicomSequence([content])
        groups.append(group)
    one.PerFrameFunctionalGroupsSequence = DicomSequence(groups)
    return one


def test_stated_stacks_of_an_enhanced_instance_are_parted_though_they_are_parallel(
    instance: Make, save: Save, find: Find
) -> None:
    frames = [("2", 44.0), ("1", 4.0), ("2", 40.0), ("1", 0.0), ("10", 80.0), ("10", 84.0)]
    series = _series(find(save([_enhanced(instance, frames)])))
    assert [list(one.load().array[:, 0, 0]) for one in series] == [[4, 2], [3, 1], [5, 6]]
    assert [[one.frame for one in volume.instances] for volume in series] == [
        [3, 1],
        [2, 0],
        [4, 5],
    ]
    assert [(code, params["count"]) for code, params in _notes(series)] == [("several-stacks", 3)]


def test_a_stack_id_that_numbers_single_frames_parts_nothing(
    instance: Make, save: Save, find: Find
) -> None:
    frames = [(str(at), at * 4.0) for at in range(5)]
    (series,) = _series(find(save([_enhanced(instance, frames)])))
    assert series.shape[0] == 5
    assert series.notes == ()


def test_a_missing_frame_is_told_with_the_numbers_of_its_neighbours(
    instance: Make, save: Save, find: Find
) -> None:
    frames = [("1", height) for height in (0.0, 4.0, 8.0, 16.0, 20.0)]
    (series,) = _series(find(save([_enhanced(instance, frames)])))
    ((code, params),) = _notes((series,))
    assert (code, params["after_instance"], params["before_instance"]) == (
        "missing-slice",
        "1/3",
        "1/4",
    )


@pytest.mark.parametrize(
    ("places", "across"),
    [([0, 4, 8, 12], 4.0), ([0, 4, 8, 16], None), ([0, 4, 8, 13.5, 17.5], None), ([0], 4.0)],
)
def test_no_length_is_given_across_slices_that_are_not_even(
    instance: Make, save: Save, find: Find, places: list[float], across: float | None
) -> None:
    stack = [instance(place=at, name=str(at)) for at in places]
    (series,) = _series(find(save(stack)))
    volume = series.load()
    assert volume.across_mm == (None if across is None else pytest.approx(across))
    assert volume.array.shape[0] == len(places), "every slice is there to be read alone"
    assert volume.spacing is not None and volume.spacing[1:] == pytest.approx((0.9, 0.7))
