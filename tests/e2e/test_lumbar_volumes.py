"""Lumbar series as volumes, through the command, however their DICOM is packed.

The volumes are simulated ones, and neighbouring real slices wrapped as DICOM: no volume as a
scanner writes it was at hand.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from openjpeg.utils import encode_array
from PIL import Image
from pydicom import dcmread
from pydicom.dataset import Dataset, FileDataset
from pydicom.encaps import encapsulate
from pydicom.fileset import FileSet
from pydicom.sequence import Sequence as DicomSequence
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    EnhancedMRImageStorage,
    JPEG2000Lossless,
    JPEGLSLossless,
    RLELossless,
)

from condyle.cli.app import main
from condyle.dicom import MRTags, derived_uid, write_mr_series
from condyle.domain import Volume
from condyle.domain.geometry import spacing_of
from condyle.domain.report import Report
from condyle.phantoms.artefacts import Metal, displace, sphere_field_hz, within_sphere
from condyle.reporting import report_to_json

REAL_STEP_MM = 2.7
"""Of every third slice of the T2-SPACE volumes; their spacing is not stated, so that it is a
plausible one, and no length is asked of it."""


def read(folder: Path, out: Path) -> dict[str, Any]:
    """Runs the command and gives its report."""
    assert main(["read", str(folder), "--out", str(out)]) == 0
    report: dict[str, Any] = json.loads((out / "report.json").read_text(encoding="utf-8"))
    return report


def codes(report: dict[str, Any], part: str) -> set[str]:
    return {one["code"] for one in report[part]}


def grades(report: dict[str, Any]) -> list[tuple[str, object]]:
    """Gives each graded level of a report with its grade."""
    return [
        (one["site"]["level"], one["value"])
        for one in report["findings"]
        if one["name"] == "pfirrmann-grade"
    ]


def series_of(folder: Path, number: int) -> list[FileDataset]:
    """Gives the instances of one series of a folder, in their order."""
    found = [dcmread(path) for path in folder.rglob("*.dcm")]
    wanted = sorted({one.SeriesNumber for one in found})[number - 1]
    mine = [one for one in found if one.SeriesNumber == wanted]
    assert len(mine) > 5
    return sorted(mine, key=lambda one: int(one.InstanceNumber))


def save(instances: Sequence[FileDataset], folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for at, one in enumerate(instances):
        one.save_as(folder / f"IM{len(list(folder.iterdir())) + at:05d}", enforce_file_format=True)
    return folder


def pack(one: FileDataset, syntax: str) -> FileDataset:
    """Packs an instance in a transfer syntax, by an encoder from outside."""
    if syntax == JPEG2000Lossless:
        frame = encode_array(one.pixel_array, photometric_interpretation=2)
        one.PixelData = encapsulate([frame])
        one["PixelData"].VR = "OB"
        one.file_meta.TransferSyntaxUID = syntax
    elif syntax == DeflatedExplicitVRLittleEndian:
        one.file_meta.TransferSyntaxUID = syntax
    else:
        one.compress(syntax, generate_instance_uid=False)
    return one


def enhanced(instances: Sequence[FileDataset]) -> FileDataset:
    """Joins a series into one enhanced instance, its frames from the last to the first."""
    ordered = list(instances)[::-1]
    one = ordered[0]
    pixels = [each.pixel_array for each in ordered]
    groups = []
    for each in ordered:
        group, place, content = Dataset(), Dataset(), Dataset()
        place.ImagePositionPatient = each.ImagePositionPatient
        content.StackID = "1"
        transformation = Dataset()
        transformation.RescaleSlope = each.get("RescaleSlope", 1)
        transformation.RescaleIntercept = each.get("RescaleIntercept", 0)
        group.PlanePositionSequence = DicomSequence([place])
        group.FrameContentSequence = DicomSequence([content])
        group.PixelValueTransformationSequence = DicomSequence([transformation])
        groups.append(group)
    shared, plane, measures = Dataset(), Dataset(), Dataset()
    plane.ImageOrientationPatient = one.ImageOrientationPatient
    measures.PixelSpacing, measures.SliceThickness = one.PixelSpacing, one.SliceThickness
    shared.PlaneOrientationSequence = DicomSequence([plane])
    shared.PixelMeasuresSequence = DicomSequence([measures])
    for keyword in ("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing"):
        delattr(one, keyword)
    one.SOPClassUID = one.file_meta.MediaStorageSOPClassUID = EnhancedMRImageStorage
    one.NumberOfFrames = len(pixels)
    one.SharedFunctionalGroupsSequence = DicomSequence([shared])
    one.PerFrameFunctionalGroupsSequence = DicomSequence(groups)
    one.PixelData = encapsulate(
        [encode_array(frame, photometric_interpretation=2) for frame in pixels]
    )
    one["PixelData"].VR = "OB"
    one.file_meta.TransferSyntaxUID = JPEG2000Lossless
    return one


@pytest.fixture(scope="module")
def plain(example: Report) -> dict[str, Any]:
    """The report of the example study as it is written: a file a slice, uncompressed."""
    report: dict[str, Any] = json.loads(report_to_json(example))
    return report


def test_the_packing_of_a_volume_changes_nothing_of_what_is_found(
    simulated: Callable[[int], Path], plain: dict[str, Any], tmp_path: Path
) -> None:
    """Of each contrast a series: one packed slice by slice in four ways, one enhanced."""
    syntaxes = [JPEG2000Lossless, RLELossless, JPEGLSLossless, DeflatedExplicitVRLittleEndian]
    first = series_of(simulated(1), 1)
    packed = [pack(one, syntaxes[at % len(syntaxes)]) for at, one in enumerate(first)]
    folder = save([*packed[::-1], enhanced(series_of(simulated(1), 2))], tmp_path / "in")
    report = read(folder, tmp_path / "out")
    assert report["findings"] and grades(report) == grades(plain)
    assert [one["shape"] for one in report["series"]] == [one["shape"] for one in plain["series"]]
    assert codes(report, "warnings") == codes(plain, "warnings")


def test_a_disc_with_a_slice_missing_and_an_axial_block_is_read_by_its_dicomdir(
    simulated: Callable[[int], Path], plain: dict[str, Any], tmp_path: Path
) -> None:
    first, second = (series_of(simulated(1), number) for number in (1, 2))
    turned = series_of(simulated(1), 2)[:3]
    for at, one in enumerate(turned):
        one.SOPInstanceUID = one.file_meta.MediaStorageSOPInstanceUID = derived_uid(f"axial {at}")
        one.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
        one.ImagePositionPatient = [-100, -100, 4 * at]
        one.InstanceNumber = 100 + at
    files = FileSet()
    for one in (*first[:2], *first[3:], *second, *turned):
        one.StudyDate, one.StudyTime, one.StudyID = "20200101", "120000", "1"
        files.add(one)
    files.write(tmp_path / "disc")
    files._stage["t"].cleanup()  # what pydicom leaves to the collector, which warns
    report = read(tmp_path / "disc" / "DICOMDIR", tmp_path / "out")
    (told,) = [one for one in report["warnings"] if one["code"] == "missing-slice"]
    assert told["params"]["count"] == 1
    assert {told["params"][f"{side}_instance"] for side in ("after", "before")} == {"2", "4"}
    step = plain["series"][0]["spacing"][0]
    assert told["params"]["gap_mm"] == pytest.approx(2 * step, abs=0.05)
    assert "mixed-orientations" in codes(report, "warnings")
    planes = sorted(one["plane"]["value"] for one in report["series"])
    assert planes == ["axial", "sagittal", "sagittal"]
    assert [level for level, _ in grades(report)] == [level for level, _ in grades(plain)]


def real_volume(data_folder: Path, patient: str) -> np.ndarray:
    """Gives the neighbouring T2-SPACE slices of a patient, (slice, row, column)."""
    folder = data_folder / "lumbar-spider" / "t2space" / "images"
    paths = sorted(folder.glob(f"{patient}_t2_SPACE_slice*.png"))
    slices = [np.asarray(Image.open(path).convert("L"), dtype=np.float32) for path in paths]
    assert len(slices) >= 6
    return np.stack(slices)


def wrapped(array: np.ndarray, out: Path) -> Path:
    """Writes slices as one oblique sagittal series of unsimulated images."""
    height = 280.0 / array.shape[1]
    affine = np.eye(4)
    tilt = np.deg2rad(4.0)
    affine[:3, 0] = np.array([np.cos(tilt), np.sin(tilt), 0]) * REAL_STEP_MM
    affine[:3, 1] = [0, 0, -height]
    affine[:3, 2] = np.array([-np.sin(tilt), np.cos(tilt), 0]) * height
    affine[:3, 3] = [-10, -90, 140]
    write_mr_series(
        out,
        volume=Volume(array, spacing_of(affine), affine),
        study_uid=derived_uid("real"),
        series_uid=derived_uid("real", "space"),
        frame_of_reference_uid=derived_uid("real", "frame"),
        description="t2_space_sag",
        tags=MRTags(tr_ms=1500, te_ms=130, acquisition="3D", echo_train_length=60, simulated=False),
    )
    return out


@pytest.mark.needs("data")
def test_real_slices_wrapped_as_an_oblique_volume_are_read_and_no_metal_is_seen(
    data_folder: Path, tmp_path: Path
) -> None:
    array = real_volume(data_folder, "41")
    report = read(wrapped(array, tmp_path / "in"), tmp_path / "out")
    (series,) = report["series"]
    assert series["shape"][0] == len(array)
    assert series["plane"] == {"value": "sagittal", "estimated": False}
    assert len(grades(report)) >= 4
    assert not codes(report, "warnings") & {"missing-slice", "uneven-spacing", "signal-void"}


@pytest.mark.needs("data")
def test_metal_in_a_real_volume_is_warned_of_in_the_report(
    data_folder: Path, tmp_path: Path
) -> None:
    array = real_volume(data_folder, "110")
    slices, rows, columns = array.shape
    ball = Metal((slices / 2, rows * 0.5, columns * 0.5), 8.0, 190.0, 200.0)
    spacing = (REAL_STEP_MM, 280.0 / rows, 280.0 / rows)
    field = sphere_field_hz(ball, array.shape, spacing=spacing, along=(0, 1, 0), field_t=1.5)
    kept = array * np.clip(1 - np.abs(field) / 1000.0, 0, 1)
    kept[within_sphere(ball, array.shape, spacing=spacing)] = 0
    moved = displace(kept.astype(np.float32), field / ball.bandwidth_hz, axis=2)
    report = read(wrapped(moved, tmp_path / "in"), tmp_path / "out")
    assert "signal-void" in codes(report, "warnings")
