"""Writing a volume as MR instances and reading it back."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydicom import dcmread
from pydicom.uid import UID, MRImageStorage

from condyle.dicom import Discovery, MRTags, derived_uid, write_mr_series
from condyle.domain import Volume
from condyle.domain.geometry import spacing_of
from condyle.errors import OutputError

Find = Callable[[Path], Discovery]

_HUNG = np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]])

# Type 1 and 2 attributes of the MR Image IOD (PS3.3 A.4.3) that are not conditional.
_REQUIRED = [
    "PatientName",
    "PatientID",
    "PatientBirthDate",
    "PatientSex",
    "StudyInstanceUID",
    "StudyDate",
    "StudyTime",
    "ReferringPhysicianName",
    "StudyID",
    "AccessionNumber",
    "Modality",
    "SeriesInstanceUID",
    "SeriesNumber",
    "FrameOfReferenceUID",
    "PositionReferenceIndicator",
    "Manufacturer",
    "InstanceNumber",
    "PixelSpacing",
    "ImageOrientationPatient",
    "ImagePositionPatient",
    "SliceThickness",
    "SamplesPerPixel",
    "Rows",
    "Columns",
    "PhotometricInterpretation",
    "BitsAllocated",
    "BitsStored",
    "HighBit",
    "PixelRepresentation",
    "ImageType",
    "ScanningSequence",
    "SequenceVariant",
    "ScanOptions",
    "MRAcquisitionType",
    "EchoTime",
    "EchoTrainLength",
    "RepetitionTime",
    "SOPInstanceUID",
    "PatientPosition",
]


def _volume(
    array: np.ndarray | None = None, spacing: tuple[float, float, float] = (4.0, 0.9, 0.7)
) -> Volume:
    if array is None:
        array = np.random.default_rng(7).random((5, 20, 24)) * 700
    affine = np.eye(4)
    affine[:3, :3] = _HUNG * spacing
    affine[:3, 3] = (-20, 3, 50)
    return Volume(array.astype(np.float32), spacing, affine)


def _write(out: Path, volume: Volume, tags: MRTags | None = None) -> list[Path]:
    return write_mr_series(
        out,
        volume=volume,
        study_uid=derived_uid("study"),
        series_uid=derived_uid("series"),
        frame_of_reference_uid=derived_uid("frame"),
        description="T2 sagittal",
        tags=tags or MRTags(tr_ms=3500, te_ms=100),
    )


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    slices=st.integers(2, 6),
    spacing=st.tuples(st.floats(0.5, 9), st.floats(0.2, 2), st.floats(0.2, 2)),
    low=st.floats(-1000, 1000),
    span=st.floats(0, 5000),
)
def test_what_is_written_is_read_back(
    tmp_path: Path,
    find: Find,
    slices: int,
    spacing: tuple[float, float, float],
    low: float,
    span: float,
) -> None:
    array = low + span * np.random.default_rng(slices).random((slices, 18, 16))
    volume = _volume(array, spacing)
    for path in (tmp_path / "out").glob("*"):
        path.unlink()
    _write(tmp_path / "out", volume)
    (study,) = find(tmp_path / "out").studies
    (series,) = study.study.series
    back = series.load()
    assert back.array.shape == volume.array.shape
    assert np.abs(back.array - volume.array).max() <= span / 4095 + 1e-3
    assert back.affine is not None
    assert volume.affine is not None
    assert np.allclose(back.affine, volume.affine, atol=1e-4)
    assert series.notes == ()


def test_whole_numbers_in_twelve_bits_are_kept_exactly(tmp_path: Path, find: Find) -> None:
    array = np.random.default_rng(8).integers(0, 4096, (3, 20, 24))
    paths = _write(tmp_path / "out", _volume(array))
    assert "RescaleSlope" not in dcmread(paths[0])
    (study,) = find(tmp_path / "out").studies
    assert np.array_equal(study.study.series[0].load().array, array)


def test_the_same_volume_gives_the_same_bytes(tmp_path: Path) -> None:
    def digest(out: Path) -> list[str]:
        return [hashlib.sha256(one.read_bytes()).hexdigest() for one in _write(out, _volume())]

    assert digest(tmp_path / "a") == digest(tmp_path / "b")


def test_what_is_written_says_what_it_is(tmp_path: Path, find: Find) -> None:
    tags = MRTags(tr_ms=600, te_ms=10, series_number=4, age_years=52, options=("FS",))
    paths = _write(tmp_path / "out", _volume(), tags)
    assert [path.name for path in paths] == [f"mr-004-{n:04d}.dcm" for n in range(1, 6)]
    (study,) = find(tmp_path / "out").studies
    (series,) = study.study.series
    assert series.simulated
    assert (series.plane.value, series.weighting.value) == ("sagittal", "t1")
    assert series.fat_suppressed.value is True
    assert series.contrast_agent.value is False
    assert series.age_years == 52
    assert series.body_part == "lspine"
    assert series.modality == "MR"
    assert series.frame_of_reference == derived_uid("frame")
    assert study.study.uid == derived_uid("study")


def test_an_instance_has_what_its_class_requires(tmp_path: Path) -> None:
    one = dcmread(_write(tmp_path, _volume())[0])
    assert one.SOPClassUID == one.file_meta.MediaStorageSOPClassUID == MRImageStorage
    assert one.SOPInstanceUID == one.file_meta.MediaStorageSOPInstanceUID
    for keyword in _REQUIRED:
        assert keyword in one, keyword


def test_a_derived_uid_is_valid_and_depends_on_its_parts_alone() -> None:
    uid = derived_uid("a", "b")
    assert UID(uid).is_valid
    assert uid.startswith("2.25.")
    assert uid == derived_uid("a", "b") != derived_uid("ab")


def test_a_volume_without_geometry_or_with_nan_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="affine"):
        _write(tmp_path, Volume(np.zeros((2, 20, 20), np.float32)))
    broken = _volume(np.full((2, 20, 20), np.nan))
    with pytest.raises(ValueError, match="NaN"):
        _write(tmp_path, broken)


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError) as caught:
        _write(tmp_path / "file" / "out", _volume())
    assert len(caught.value.lines()) == 4


def test_the_spacing_written_is_that_of_the_affine(tmp_path: Path) -> None:
    volume = _volume(spacing=(3.3, 0.5, 0.6))
    assert volume.affine is not None
    assert spacing_of(volume.affine) == pytest.approx((3.3, 0.5, 0.6))
    one = dcmread(_write(tmp_path, volume)[0])
    assert [float(value) for value in one.PixelSpacing] == pytest.approx([0.5, 0.6])
    assert float(one.SpacingBetweenSlices) == pytest.approx(3.3)
