"""Every file that comes with pydicom is read, or refused with a reason that is written down."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pydicom
import pytest
from tests.dicom.shipped_files import SHIPPED_FILES

from condyle import sources
from condyle.cli.app import main
from condyle.dicom.header import read_whole, without_remarks
from condyle.domain.study import Series
from condyle.errors import NothingReadable, SeveralStudies
from condyle.reporting.wording import LANGUAGES, catalogue
from condyle.workflows.open_study import open_study

ROOT = Path(pydicom.__file__).parent / "data"
READ = sorted(name for name, outcome in SHIPPED_FILES.items() if outcome.startswith("read"))
REFUSED = sorted(set(SHIPPED_FILES) - set(READ))


def test_the_table_names_every_file_that_pydicom_ships() -> None:
    there = {
        path.relative_to(ROOT).as_posix()
        for path in ROOT.rglob("*")
        if path.is_file() and path.suffix not in (".py", ".pyc")
    }
    assert set(SHIPPED_FILES) == there


def _as_read(series: Series) -> str:
    shape = "x".join(map(str, series.load().array.shape))
    return ", ".join([f"{series.modality} {shape}", *(note.code for note in series.notes)])


@pytest.mark.parametrize("name", READ)
def test_a_file_that_is_read_gives_what_the_table_says(name: str) -> None:
    with open_study([ROOT / name]) as study:
        (series,) = study.series
        assert f"read as {_as_read(series)}" == SHIPPED_FILES[name]
        assert study.left_out == ()
        values = np.sort(series.load().array, axis=None)
    with sources.open([ROOT / name]) as tree, without_remarks():
        dataset = read_whole(tree.files[0])
        stored = np.sort(dataset.pixel_array.astype(np.float64), axis=None)
    if dataset.PhotometricInterpretation == "MONOCHROME1":
        stored = np.sort((1 << dataset.BitsStored) - 1 - stored)
    slope, intercept = dataset.get("RescaleSlope", 1), dataset.get("RescaleIntercept", 0)
    padded = dataset.get("PixelPaddingValue")
    assert values.size == stored.size
    if padded is None or padded not in stored:
        assert np.allclose(values, stored * float(slope) + float(intercept))


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_is_refused_is_refused_for_the_reason_in_the_table(name: str) -> None:
    reason = SHIPPED_FILES[name]
    expected = SeveralStudies if reason == "several studies" else NothingReadable
    with pytest.raises(expected) as caught, open_study([ROOT / name]):
        pass
    assert len(caught.value.lines()) == 4
    if reason == "several studies":
        assert "3 studies of 2 patients" in caught.value.found
        return
    code, _, found = reason.partition(": ")
    assert (found or code) in caught.value.found
    assert all(code in catalogue(language).messages for language in LANGUAGES)


def test_a_folder_of_all_of_them_is_sorted_and_nothing_is_lost_on_the_way() -> None:
    with pytest.raises(SeveralStudies) as caught, open_study([ROOT]):
        pass
    assert re.search(r"\d+ studies of \d+ patients", caught.value.found)
    assert len(caught.value.lines()) == 4


@pytest.mark.parametrize(
    "name",
    [
        "test_files/MR_truncated.dcm",
        "test_files/rtplan_truncated.dcm",
        "test_files/badVR.dcm",
        "test_files/no_meta.dcm",
        "test_files/SC_rgb_jpeg_gdcm.dcm",
        "test_files/dicomdirtests/DICOMDIR",
        "test_files/dicomdirtests/DICOMDIR-empty.dcm",
    ],
)
def test_the_command_says_why_in_four_lines_and_writes_nothing(
    name: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    status = main(["read", str(ROOT / name), "--out", str(tmp_path / "out")])
    said = capfd.readouterr().err
    assert status == 2
    assert 1 <= len(said.strip().splitlines()) <= 4
    assert "Traceback" not in said
    assert not (tmp_path / "out").exists()
