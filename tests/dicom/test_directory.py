"""A DICOMDIR: it stands for the files that it lists, and what is not there is said."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pydicom
import pytest
from pydicom.dataset import FileDataset
from pydicom.fileset import FileSet

from condyle.dicom import with_listed
from condyle.domain.study import Study
from condyle.errors import NothingReadable, SeveralStudies
from condyle.workflows.open_study import open_study

Make = Callable[..., FileDataset]

SHIPPED = Path(pydicom.__file__).parent / "data" / "test_files" / "dicomdirtests"


@pytest.fixture
def disc(instance: Make, tmp_path: Path) -> Path:
    """A disc as a hospital burns it: a DICOMDIR, and six slices in folders below it."""
    written = {"StudyDate": "20200101", "StudyTime": "120000", "StudyID": "1"}
    files = FileSet()
    for at in range(6):
        files.add(instance(place=at * 4, name=str(at), InstanceNumber=at + 1, **written))
    root = tmp_path / "disc"
    files.write(root)
    files._stage["t"].cleanup()  # what pydicom leaves to the collector, which warns
    return root


def _codes(study: Study) -> dict[str, int]:
    return {one.reason.code: one.count for one in study.left_out}


def _images(root: Path) -> list[Path]:
    return sorted(path for path in root.rglob("*") if path.is_file() and path.name != "DICOMDIR")


def test_a_dicomdir_that_is_named_opens_the_files_that_it_lists(disc: Path) -> None:
    (disc / "unlisted.txt").write_text("a viewer's manual")
    with open_study([disc / "DICOMDIR"]) as study:
        (series,) = study.series
        assert series.shape == (6, 20, 24)
        assert series.load().array[:, 0, 0].tolist() == [100, 104, 108, 112, 116, 120]
        assert _codes(study) == {}


def test_the_folder_and_its_dicomdir_named_together_are_read_once(disc: Path) -> None:
    with open_study([disc, disc / "DICOMDIR"]) as study:
        assert [one.shape[0] for one in study.series] == [6]
        assert _codes(study) == {}


def test_a_disc_copied_in_lower_case_is_read(disc: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    for path in (disc / "DICOMDIR", *_images(disc)):
        target = copy / str(path.relative_to(disc)).lower()
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    with open_study([copy / "dicomdir"]) as study:
        assert [one.shape[0] for one in study.series] == [6]


@pytest.mark.parametrize("named", ["DICOMDIR", "."])
def test_images_that_are_listed_and_absent_are_counted(disc: Path, named: str) -> None:
    for path in _images(disc)[2:4]:
        path.unlink()
    with open_study([disc / named]) as study:
        (series,) = study.series
        assert series.shape[0] == 4
        assert _codes(study) == {"listed-file-missing": 2}
        assert [note.code for note in series.notes] == ["missing-slice"]


def test_a_zip_of_a_disc_tells_what_it_lacks_too(disc: Path, tmp_path: Path) -> None:
    _images(disc)[0].unlink()
    packed = shutil.make_archive(str(tmp_path / "disc"), "zip", disc)
    with open_study([packed]) as study:
        assert study.series[0].shape[0] == 5
        assert _codes(study) == {"listed-file-missing": 1}


def test_a_dicomdir_without_its_files_is_refused_in_four_parts(disc: Path, tmp_path: Path) -> None:
    alone = tmp_path / "alone"
    alone.mkdir()
    shutil.copy(disc / "DICOMDIR", alone)
    with pytest.raises(NothingReadable) as caught, open_study([alone / "DICOMDIR"]):
        pass
    assert "1 directory-only, 6 listed-file-missing" in caught.value.found
    assert len(caught.value.lines()) == 4


@pytest.mark.parametrize(
    "file_id",
    [["..", "outside"], ["/etc", "passwd"], ["A/../../outside"], ["LINK"], [""], [], ["X"] * 9],
)
def test_a_file_id_never_leads_out_of_the_discs_folder(
    disc: Path, tmp_path: Path, file_id: list[str]
) -> None:
    outside = tmp_path / "outside"
    shutil.copy(_images(disc)[0], outside)
    (disc / "LINK").symlink_to(outside)
    directory = pydicom.dcmread(disc / "DICOMDIR")
    for record in directory.DirectoryRecordSequence:
        if "ReferencedFileID" in record:
            record.add_new("ReferencedFileID", "LO", file_id)
    directory.save_as(disc / "DICOMDIR")
    assert list(with_listed([disc / "DICOMDIR"])) == [disc / "DICOMDIR"]


@pytest.mark.parametrize("keep", [100, 200, 380, 600])
def test_a_dicomdir_that_is_cut_short_is_no_crash(disc: Path, keep: int) -> None:
    path = disc / "DICOMDIR"
    path.write_bytes(path.read_bytes()[:keep])
    assert next(iter(with_listed([path]))) == path
    with open_study([disc]) as study:
        assert study.series[0].shape[0] == 6


def test_a_list_that_is_too_long_is_not_opened(disc: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("condyle.dicom.directory.MOST_DIRECTORY_BYTES", 1000)
    assert list(with_listed([disc / "DICOMDIR"])) == [disc / "DICOMDIR"]


@pytest.mark.parametrize(
    ("name", "files"),
    [
        ("DICOMDIR", 31),
        ("DICOMDIR-bigEnd", 31),
        ("DICOMDIR-implicit", 31),
        ("DICOMDIR-nooffset", 31),
        ("DICOMDIR-nopatient", 31),
        ("DICOMDIR-reordered", 31),
        ("DICOMDIR-empty.dcm", 0),
        ("TINY_ALPHA/DICOMDIR", 50),
    ],
)
def test_every_dicomdir_that_pydicom_ships_gives_its_files(name: str, files: int) -> None:
    assert len(list(with_listed([SHIPPED / name]))) == 1 + files


def test_a_disc_of_two_patients_is_not_read_as_one_and_each_can_be_picked() -> None:
    with pytest.raises(SeveralStudies) as caught, open_study([SHIPPED / "DICOMDIR"]):
        pass
    assert "studies of 2 patients" in caught.value.found
    with open_study([SHIPPED / "DICOMDIR"], study=1) as study:
        assert study.series
        assert "listed-file-missing" not in _codes(study)
