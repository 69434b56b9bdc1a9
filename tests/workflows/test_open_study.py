"""From paths to one study, or to an error that says why not."""

import os
import random
import zipfile
from pathlib import Path

import numpy as np
import pydicom.data
import pytest
from PIL import Image
from pydicom import dcmread

from condyle.dicom import MRTags, derived_uid, write_mr_series
from condyle.domain import Volume
from condyle.domain.progress import Progress
from condyle.errors import (
    BadImage,
    CondyleError,
    InputError,
    NothingReadable,
    SeveralStudies,
    UnsafeInput,
    UsageError,
)
from condyle.workflows.open_study import open_study


def _picture(path: Path, rows: int = 40, columns: int = 30) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    array = np.random.default_rng(1).integers(0, 256, (rows, columns), dtype=np.uint8)
    Image.fromarray(array).save(path)
    return path


def _dicom(out: Path, *, study: str = "study", patient: str = "P1", series: int = 1) -> Path:
    affine = np.eye(4)
    affine[:3, :3] = np.array([[4.0, 0, 0], [0, 0, 0.7], [0, -0.9, 0]])
    array = np.random.default_rng(series).integers(0, 900, (4, 20, 24)).astype(np.float32)
    tags = MRTags(tr_ms=3500, te_ms=100, series_number=series, patient_id=patient)
    write_mr_series(
        out,
        volume=Volume(array, (4.0, 0.9, 0.7), affine),
        study_uid=derived_uid(study),
        series_uid=derived_uid(study, str(series)),
        frame_of_reference_uid=derived_uid(study, "frame"),
        description="T2",
        tags=tags,
    )
    return out


def test_pictures_given_together_are_one_study(tmp_path: Path) -> None:
    paths = [_picture(tmp_path / "100_t1.png"), _picture(tmp_path / "100_t2.png")]
    with open_study(paths) as study:
        assert [series.stem for series in study.series] == ["100_t1", "100_t2"]
        assert [series.weighting.value for series in study.series] == ["t1", "t2"]
        assert study.uid is None
        assert study.left_out == ()


def test_stems_that_are_the_same_are_numbered(tmp_path: Path) -> None:
    paths = [_picture(tmp_path / place / "sag_t2.png") for place in ("a", "b", "c")]
    with open_study(paths) as study:
        assert [one.stem for one in study.series] == ["sag_t2", "sag_t2-2", "sag_t2-3"]


def test_pictures_named_after_several_patients_are_refused(tmp_path: Path) -> None:
    paths = [_picture(tmp_path / f"{n}_{kind}.png") for n in (100, 101) for kind in ("t1", "t2")]
    with pytest.raises(SeveralStudies, match="2 different numbers"), open_study(paths):
        pass
    with open_study(paths, study=2) as study:
        assert [series.stem for series in study.series] == ["101_t1", "101_t2"]
    with pytest.raises(UsageError), open_study(paths, study=3):
        pass


def test_slices_of_one_number_are_one_study(tmp_path: Path) -> None:
    paths = [_picture(tmp_path / f"100_t2_SPACE_slice{n}.png") for n in (3, 4, 5)]
    with open_study(paths) as study:
        assert len(study.series) == 3


def test_a_broken_picture_does_not_lose_the_others(tmp_path: Path) -> None:
    good, bad = _picture(tmp_path / "a.png"), _picture(tmp_path / "b.png")
    bad.write_bytes(bad.read_bytes()[:200])
    with open_study([good, bad]) as study:
        assert [series.stem for series in study.series] == ["a"]
        (left,) = study.left_out
        assert left.reason.code == "unusable-image"


def test_a_dicom_folder_is_one_study_and_its_volumes_load(tmp_path: Path) -> None:
    _dicom(tmp_path, series=1)
    _dicom(tmp_path, series=2)
    with open_study([tmp_path]) as study:
        assert [series.stem for series in study.series] == ["series-1", "series-2"]
        assert study.uid == derived_uid("study")
        assert study.series[0].load().array.shape == (4, 20, 24)
        assert study.series[0].simulated


def test_a_nested_zip_without_endings_is_read_while_it_is_open(tmp_path: Path) -> None:
    folder = _dicom(tmp_path / "plain")
    with zipfile.ZipFile(tmp_path / "inner.zip", "w") as inner:
        for number, path in enumerate(sorted(folder.iterdir())):
            inner.write(path, f"DICOM/PAT/ST/SE/IM{number}")
    with zipfile.ZipFile(tmp_path / "outer.zip", "w") as outer:
        outer.write(tmp_path / "inner.zip", "export/inner.zip")
    with open_study([folder]) as study:
        expected = study.series[0].load().array
    with open_study([tmp_path / "outer.zip"]) as study:
        assert np.array_equal(study.series[0].load().array, expected)


def test_the_order_of_paths_does_not_change_a_dicom_study(tmp_path: Path) -> None:
    paths = list(_dicom(tmp_path / "a").iterdir())
    with open_study(sorted(paths)) as study:
        expected = study.series[0].load().array
        instances = study.series[0].instances
    random.Random(4).shuffle(paths)
    with open_study(paths) as study:
        assert study.series[0].instances == instances
        assert np.array_equal(study.series[0].load().array, expected)


def test_two_patients_are_refused_with_their_counts_and_one_can_be_picked(
    tmp_path: Path,
) -> None:
    _dicom(tmp_path / "a", study="a", patient="P1")
    _dicom(tmp_path / "b", study="b", patient="P2")
    with (
        pytest.raises(SeveralStudies, match="2 studies of 2 patients") as caught,
        open_study([tmp_path]),
    ):
        pass
    assert "P1" not in str(caught.value)
    picked = set()
    for number in (1, 2):
        with open_study([tmp_path], study=number) as study:
            picked.add(study.uid)
    assert picked == {derived_uid("a"), derived_uid("b")}
    with pytest.raises(UsageError, match="no study 3"), open_study([tmp_path], study=3):
        pass


def test_two_studies_of_one_patient_are_refused(tmp_path: Path) -> None:
    _dicom(tmp_path / "a", study="a")
    _dicom(tmp_path / "b", study="b")
    with pytest.raises(SeveralStudies, match="2 studies of 1 patient"), open_study([tmp_path]):
        pass


def test_pictures_beside_a_dicom_study_are_left_out_with_a_reason(tmp_path: Path) -> None:
    _dicom(tmp_path)
    _picture(tmp_path / "screenshot.png")
    with open_study([tmp_path]) as study:
        assert [series.kind for series in study.series] == ["dicom"]
        (left,) = study.left_out
        assert (left.reason.code, left.count) == ("not-part-of-dicom-study", 1)


def test_the_users_files_are_never_written_to(tmp_path: Path) -> None:
    folder = _dicom(tmp_path / "a")
    _picture(tmp_path / "a" / "x.png")
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.iterdir()}
    for path in [*folder.iterdir()]:
        path.chmod(0o400)
    folder.chmod(0o500)
    with open_study([folder]) as study:
        study.series[0].load()
    folder.chmod(0o700)
    after = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.iterdir()}
    assert before == after


def test_progress_is_told_and_may_stop_the_work(tmp_path: Path) -> None:
    told: list[Progress] = []
    with open_study([_dicom(tmp_path)], progress=told.append):
        pass
    assert told[-1] == Progress("discover", 4, 4)


def _bad_inputs(folder: Path) -> dict[str, Path]:
    """Makes one of each input that must be refused in four lines."""
    made = {name: folder / name for name in ("empty", "text", "nothing-here")}
    made["empty"].mkdir()
    made["text"].write_text("no image")
    made["truncated.dcm"] = folder / "truncated.dcm"
    source = next(_dicom(folder / "whole").iterdir())
    made["truncated.dcm"].write_bytes(source.read_bytes()[:-300])
    made["truncated.png"] = _picture(folder / "truncated.png")
    made["truncated.png"].write_bytes(made["truncated.png"].read_bytes()[:500])
    made["one-pixel.png"] = _picture(folder / "one-pixel.png", 1, 1)
    made["huge.png"] = _picture(folder / "huge.png", 20, 20_000)
    made["nan.npy"] = folder / "nan.npy"
    np.save(made["nan.npy"], np.full((30, 30), np.nan))
    for name, entry in (("bomb.zip", "zeros"), ("traversal.zip", "../x")):
        made[name] = folder / name
        with zipfile.ZipFile(made[name], "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(entry, bytes(20 << 20 if entry == "zeros" else 10))
    made["not-a.zip"] = folder / "not-a.zip"
    made["not-a.zip"].write_bytes(b"PK\x03\x04" + bytes(100))
    return made


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("empty", NothingReadable),
        ("text", NothingReadable),
        ("nothing-here", NothingReadable),
        ("truncated.dcm", NothingReadable),
        ("truncated.png", BadImage),
        ("one-pixel.png", BadImage),
        ("huge.png", BadImage),
        ("nan.npy", BadImage),
        ("bomb.zip", UnsafeInput),
        ("traversal.zip", UnsafeInput),
        ("not-a.zip", NothingReadable),
    ],
)
def test_bad_input_is_refused_in_four_lines_without_its_name(
    tmp_path: Path, name: str, error: type[InputError]
) -> None:
    path = _bad_inputs(tmp_path)[name]
    with pytest.raises(error) as caught, open_study([path]):
        pass
    assert len(caught.value.lines()) == 4
    assert caught.value.exit_status == 2
    assert path.stem not in str(caught.value)


def test_a_truncated_instance_alone_says_what_it_lacks(tmp_path: Path) -> None:
    path = next(_dicom(tmp_path).iterdir())
    path.write_bytes(path.read_bytes()[:-300])
    with pytest.raises(NothingReadable, match="fewer pixels"), open_study([path]):
        pass


def test_a_photo_of_a_cat_is_opened_and_marked_as_colour(tmp_path: Path) -> None:
    picture = np.zeros((60, 80, 3), dtype=np.uint8)
    picture[:] = (60, 160, 50)
    picture[20:50, 20:60] = (230, 140, 40)
    Image.fromarray(picture).save(tmp_path / "cat.jpg")
    with open_study([tmp_path / "cat.jpg"]) as study:
        assert [note.code for note in study.series[0].notes] == ["colour-picture"]


def test_every_file_that_pydicom_ships_is_read_or_refused_with_a_message() -> None:
    root = Path(pydicom.data.__file__).parent
    files = [path for path in sorted(root.rglob("*")) if path.is_file()]
    read = 0
    refused: list[CondyleError] = []
    for path in files:
        try:
            with open_study([path]) as study:
                for series in study.series:
                    assert series.load().array.shape == series.shape
                    read += 1
        except CondyleError as error:
            refused.append(error)
    assert read >= 20
    assert {error.exit_status for error in refused} == {2}
    assert max(len(error.lines()) for error in refused) <= 4


def test_values_agree_with_pydicoms_own_reading() -> None:
    path = pydicom.data.get_testdata_file("MR_small.dcm", download=False)
    assert isinstance(path, str)
    with open_study([path]) as study:
        (series,) = study.series
        volume = series.load()
        stored = series.stored.invert(volume.array)
    assert np.array_equal(stored[0], dcmread(path).pixel_array)


@pytest.mark.needs("data")
def test_a_real_multi_echo_knee_is_eight_volumes_of_twenty_four_slices() -> None:
    folder = Path(os.environ["CONDYLE_TEST_DATA"]) / "knee-mese-dicom"
    with open_study([folder]) as study:
        assert [series.shape for series in study.series] == [(24, 256, 256)] * 8
        assert {series.plane.value for series in study.series} == {"sagittal"}
        assert {series.body_part for series in study.series} == {"knee"}
        assert all(series.notes == () for series in study.series)
        assert study.left_out == ()
        means = [float(series.load().array.mean()) for series in study.series]
    # Later echoes are darker: transverse magnetisation only decays.
    assert means[1:] == sorted(means[1:], reverse=True)


@pytest.mark.needs("data")
def test_real_midsagittal_slices_of_a_patient_are_one_study() -> None:
    folder = Path(os.environ["CONDYLE_TEST_DATA"]) / "lumbar-spider" / "midsagittal"
    with open_study([folder / "100_t1.png", folder / "100_t2.png"]) as study:
        assert [series.weighting.value for series in study.series] == ["t1", "t2"]
    with pytest.raises(SeveralStudies, match="179 different numbers"), open_study([folder]):
        pass
