from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.dataset import FileDataset
from pydicom.pixels.processing import apply_modality_lut, apply_voi_lut

from condyle.dicom.derived import DerivedSeries, derived_instances
from condyle.dicom.exclude import reason_left_out
from condyle.dicom.instance_facts import instance_facts
from condyle.domain.volume import Volume

SERIES = DerivedSeries("2.25.1", "2.25.2", "unnamed-1", "unnamed", 4, "t2", "a nifti file")

AFFINE = np.array(
    [[0.0, 0.0, 0.6, -50.0], [0.0, 0.5, 0.0, -60.0], [4.0, 0.0, 0.0, -20.0], [0, 0, 0, 1.0]]
)


UIDS = [f"2.25.{n}" for n in range(3, 20)]


def contents(volume: Volume) -> list[bytes]:
    return list(derived_instances(volume, SERIES, UIDS[: volume.slices]))


def made(volume: Volume) -> list[FileDataset]:
    return [pydicom.dcmread(io.BytesIO(content)) for content in contents(volume)]


def volume_of(array: np.ndarray, affine: np.ndarray | None = None) -> Volume:
    spacing = None if affine is None else (4.0, 0.5, 0.6)
    return Volume(array.astype(np.float32), spacing, affine)


NOISE = np.random.default_rng(3).normal(size=(3, 20, 24))


@pytest.mark.parametrize(
    "array",
    [
        (NOISE * 20 + 128).clip(0, 255).round(),
        (NOISE * 900 + 4000).round(),
        NOISE,
        NOISE * 1e-3,
        NOISE * 1e6 - 3e6,
        np.zeros((2, 20, 24)),
        np.full((2, 20, 24), 0.3),
        (NOISE > 0).astype(float),
    ],
    ids=["picture", "whole", "around-zero", "tiny", "huge", "empty", "flat", "mask"],
)
def test_the_values_come_back_within_a_step_of_16_bits(array: np.ndarray) -> None:
    shown = [apply_modality_lut(one.pixel_array, one) for one in made(volume_of(array))]
    step = max((array.max() - array.min()) / 65535, 1e-6 * abs(array).max(), 1e-12)
    np.testing.assert_allclose(np.stack(shown), array, atol=step)


def test_whole_numbers_are_stored_as_they_are() -> None:
    array = np.arange(3 * 20 * 24).reshape(3, 20, 24)
    for one, plane in zip(made(volume_of(array)), array, strict=True):
        np.testing.assert_array_equal(one.pixel_array, plane)
        assert (one.RescaleSlope, one.RescaleIntercept) == (1, 0)


@pytest.mark.parametrize("scale", [1.0, 1e-3, 50.0, 4000.0])
def test_the_window_shows_the_anatomy_and_not_the_outliers(scale: float) -> None:
    array = NOISE * scale + 5 * scale
    array[0, 0, 0] = 500 * scale
    one = made(volume_of(array))[1]
    shown = apply_voi_lut(apply_modality_lut(one.pixel_array, one), one)
    span = shown.max() - shown.min()
    assert np.percentile(shown, 60) - np.percentile(shown, 40) > 0.03 * span
    assert float(one.WindowWidth) < 20 * scale


def test_a_picture_is_shown_in_its_own_grey() -> None:
    one = made(volume_of(np.tile(np.arange(0, 240, 10.0), (1, 20, 1))))[0]
    assert (one.WindowCenter, one.WindowWidth) == (128, 256)


def test_high_is_bright() -> None:
    assert made(volume_of(NOISE))[0].PhotometricInterpretation == "MONOCHROME2"


def test_geometry_is_written_where_it_is_known() -> None:
    second = made(volume_of(NOISE, AFFINE))[1]
    assert second.PixelSpacing == [0.5, 0.6]
    assert second.ImagePositionPatient == [-50, -60, -16]
    assert second.ImageOrientationPatient == [1, 0, 0, 0, 1, 0]
    assert second.SliceThickness == 4 and second.FrameOfReferenceUID


def test_nothing_is_said_of_spacing_or_place_where_they_are_unknown() -> None:
    one = made(volume_of(NOISE))[0]
    for keyword in (
        "PixelSpacing",
        "ImagePositionPatient",
        "SliceThickness",
        "FrameOfReferenceUID",
    ):
        assert keyword not in one


def test_the_same_volume_gives_the_same_bytes() -> None:
    assert contents(volume_of(NOISE)) == contents(volume_of(NOISE))


def test_instances_are_numbered_in_slice_order_under_the_uids_given() -> None:
    instances = made(volume_of(NOISE))
    assert [one.InstanceNumber for one in instances] == [1, 2, 3]
    assert [one.SOPInstanceUID for one in instances] == UIDS[:3]


def test_what_is_derived_is_taken_in_like_any_instance(tmp_path: Path) -> None:
    (tmp_path / "one").write_bytes(contents(volume_of(NOISE, AFFINE))[0])
    facts = instance_facts(tmp_path / "one")
    assert (facts.uid, facts.frames, facts.rows, facts.columns) == (UIDS[0], 1, 20, 24)
    assert facts.patient.identifier == "unnamed-1" and facts.patient.birth_date is None


def test_what_is_derived_is_not_read_a_second_time_beside_its_original() -> None:
    assert reason_left_out(made(volume_of(NOISE))[0]) == "secondary-capture"
