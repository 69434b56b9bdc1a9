"""Masks go out and come back bit for bit, where they were, whoever reads them."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import highdicom
import nibabel as nib
import numpy as np
import pydicom
import pytest
from tests.conftest import dcmqi_program
from tests.dicom.objects.made import FLIPPED, OBLIQUE, SAGITTAL, TRANSPOSED, Read, as_file

from condyle.dicom.objects.content import DicomObject
from condyle.dicom.objects.read_seg import read_segmentation
from condyle.dicom.objects.seg import segmentations
from condyle.errors import BadImage
from condyle.sources import SourceFile

WAYS = {"sagittal": SAGITTAL, "flipped": FLIPPED, "transposed": TRANSPOSED, "oblique": OBLIQUE}
Make = Callable[..., Any]


def loaded(one: DicomObject) -> Any:
    return highdicom.seg.segread(BytesIO(one.content))


def lies_right(read: Read, places: np.ndarray, value: int) -> bool:
    """Whether points in LPS mm are the centres of a structure's pixels, by the report's affine."""
    series = read.report.series[0]
    assert series.labelmap is not None and series.affine is not None
    index = (np.linalg.inv(series.affine) @ np.c_[places, np.ones(len(places))].T).T[:, :3]
    wanted = {tuple(one) for one in np.argwhere(series.labelmap == value).tolist()}
    found = {tuple(one) for one in np.rint(index).astype(int).tolist()}
    return found == wanted and float(np.abs(index - np.rint(index)).max()) < 0.02


@pytest.fixture(params=[*WAYS, "enhanced"])
def study(request: pytest.FixtureRequest, read: Make, plain: Make, enhanced: Make) -> Read:
    way = request.param
    found: Read = read(enhanced() if way == "enhanced" else plain(WAYS[way]))
    return found


@pytest.mark.parametrize("kind", ["seg", "labelmap"])
def test_a_mask_comes_back_bit_for_bit_on_its_own_frames(study: Read, kind: Any) -> None:
    (made,) = segmentations(study.content, study.source, kind)
    seg = loaded(made)
    series = study.content.report.series[0]
    for number, one in enumerate(series.instances):
        assert series.labelmap is not None
        wanted = np.stack([series.labelmap[number] == value for value in (1, 2, 3)], axis=-1)
        asked: dict[str, Any] = {"combine_segments": False}
        if int(study.source.headers[one.sop_instance_uid or ""].get("NumberOfFrames") or 1) > 1:
            found = seg.get_pixels_by_source_frame(
                one.sop_instance_uid, [one.frame + 1], assert_missing_frames_are_empty=True, **asked
            )
        else:
            found = seg.get_pixels_by_source_instance([one.sop_instance_uid], **asked)
        np.testing.assert_array_equal(found[0], wanted)


@pytest.mark.parametrize("kind", ["seg", "labelmap"])
def test_a_mask_lies_in_space_where_the_report_has_it(study: Read, kind: Any) -> None:
    (made,) = segmentations(study.content, study.source, kind)
    volume = loaded(made).get_volume(combine_segments=True)
    for value in (1, 2, 3):
        index = np.argwhere(volume.array == value)
        places = (volume.affine @ np.c_[index, np.ones(len(index))].T).T[:, :3]
        assert lies_right(study, places, value)


def test_a_segmentation_is_read_back_as_it_went_out(study: Read, tmp_path: Path) -> None:
    (made,) = segmentations(study.content, study.source, "seg")
    (label,) = segmentations(study.content, study.source, "labelmap")
    series = study.content.report.series[0]
    for one in (made, label):
        result = read_segmentation(as_file(tmp_path, one))
        assert [mask.label for mask in result.masks] == [
            "Intervertebral disc", "Vertebra", "Vertebral canal",
        ]  # fmt: skip
        for value, mask in enumerate(result.masks, start=1):
            at = {(i.sop_instance_uid, i.frame): n for n, i in enumerate(series.instances)}
            found = np.zeros(series.shape, bool)
            for plane in mask.planes:
                found[at[plane.instance, plane.frame]] = plane.mask
            assert series.labelmap is not None
            np.testing.assert_array_equal(found, series.labelmap == value)
        assert result.maker.manufacturer == "Condyle"
        assert {mask.how for mask in result.masks} == {"AUTOMATIC"}
        assert result.masks[0].algorithm == "lumbar-anatomy"


def test_where_a_plane_lies_is_read_back(study: Read, tmp_path: Path) -> None:
    (made,) = segmentations(study.content, study.source, "seg")
    mask = read_segmentation(as_file(tmp_path, made)).masks[0]
    places: list[np.ndarray] = []
    for plane in mask.planes:
        index = np.argwhere(plane.mask)
        assert plane.affine is not None
        full = np.c_[np.zeros(len(index)), index, np.ones(len(index))]
        places.append((plane.affine @ full.T).T[:, :3])
    assert lies_right(study, np.concatenate(places), 1)


@pytest.mark.needs("dcmqi")
def test_dcmqi_gives_the_same_mask_in_the_same_place(study: Read, tmp_path: Path) -> None:
    (made,) = segmentations(study.content, study.source, "seg")
    as_file(tmp_path, made)
    out = tmp_path / "out"
    out.mkdir()
    run = [dcmqi_program("segimage2itkimage"), "--inputDICOM", str(tmp_path / made.name)]
    subprocess.run(
        [*run, "--outputDirectory", str(out), "-t", "nifti"], check=True, capture_output=True
    )
    for value in (1, 2, 3):
        image = nib.load(out / f"{value}.nii.gz")
        index = np.argwhere(np.asarray(image.dataobj) > 0)
        ras = (image.affine @ np.c_[index, np.ones(len(index))].T).T[:, :3]
        assert lies_right(study, ras * [-1, -1, 1], value)


def test_the_same_reading_gives_the_same_bytes(study: Read) -> None:
    first = segmentations(study.content, study.source, "seg")
    assert first == segmentations(study.content, study.source, "seg")


def test_another_mask_gives_another_uid(study: Read) -> None:
    (first,) = segmentations(study.content, study.source, "seg")
    series = study.content.report.series[0]
    assert series.labelmap is not None
    other = series.labelmap.copy()
    other[0, 0, 0] = 1 if other[0, 0, 0] != 1 else 2
    report = replace(study.content.report, series=(replace(series, labelmap=other),))
    (second,) = segmentations(replace(study.content, report=report), study.source, "seg")
    assert first.sop_instance_uid != second.sop_instance_uid
    assert first.series_uid == second.series_uid


def test_a_series_without_a_structure_gives_no_object(study: Read) -> None:
    series = study.content.report.series[0]
    empty = replace(series, labelmap=np.zeros(series.shape, np.uint8))
    report = replace(study.content.report, series=(empty,))
    assert segmentations(replace(study.content, report=report), study.source, "seg") == []


def test_a_segment_says_what_made_it_and_what_it_is_for(study: Read) -> None:
    (made,) = segmentations(study.content, study.source, "seg")
    instance = pydicom.dcmread(BytesIO(made.content))
    assert instance.FrameOfReferenceUID == study.report.series[0].frame_of_reference
    assert instance.PatientName == "Doe^Jane"
    assert "unverified draft" in instance.ContentDescription
    for segment in instance.SegmentSequence:
        said = segment.SegmentDescription
        assert "Research use only." in said and "Not assessed: facets." in said
        assert "Intended use: to be tried." in said
        (algorithm,) = segment.SegmentationAlgorithmIdentificationSequence
        assert algorithm.AlgorithmName == "lumbar-anatomy"
        assert algorithm.AlgorithmVersion == "1.0"
        assert "a" * 64 in str(algorithm.AlgorithmParameters)


def test_what_is_no_segmentation_is_refused(study: Read) -> None:
    path = next(study.folder.iterdir())
    file = SourceFile("file-1", "file-1", "", path.stat().st_size, path)
    with pytest.raises(BadImage, match="no segmentation"):
        read_segmentation(file)
