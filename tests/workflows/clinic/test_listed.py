"""A disc as a hospital burns it, uploaded: its DICOMDIR is a list, and no damaged image."""

from __future__ import annotations

import shutil
import warnings
from collections.abc import Iterator
from pathlib import Path

import pydicom
import pytest
from pydicom.fileset import FileSet

from condyle.archive.database import open_database
from condyle.archive.migrations import upgrade
from condyle.archive.studies import as_message
from condyle.archive.tables import UploadFile
from condyle.dicom import directory as directory_module
from condyle.dicom.directory import files_listed
from condyle.domain.messages import Message
from condyle.errors import BadImage
from condyle.reporting.wording import LANGUAGES, word
from condyle.workflows.clinic.listed import MOST_NAMED
from condyle.workflows.clinic.receive import sort_upload

from .brought import Bringer, mr, new_archive, written, zipped

SLICES = 3


def as_message_of(row: UploadFile) -> Message:
    message = as_message(row.reason)
    assert message is not None
    return message


@pytest.fixture
def bringer(sqlite_template: Path, tmp_path: Path) -> Iterator[Bringer]:
    shutil.copy(sqlite_template, tmp_path / "a.sqlite")
    archive = new_archive(f"sqlite:///{tmp_path / 'a.sqlite'}", tmp_path)
    yield Bringer(archive)
    archive.database.close()


def disc_of(folder: Path, slices: int = SLICES) -> dict[str, bytes]:
    """Gives the files of a disc by their names, which have no extensions."""
    files = FileSet()
    for n in range(slices):
        instance = mr(str(n), StudyID="1", StudyDate="20300101", StudyTime="080000")
        instance.InstanceNumber = n
        files.add(instance)
    files.write(folder / "disc")
    files._stage["t"].cleanup()  # what pydicom leaves to the collector, which warns
    root = folder / "disc"
    return {
        f"disc/{path.relative_to(root).as_posix()}": path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def images(files: dict[str, bytes]) -> list[str]:
    return [name for name in files if not name.endswith("DICOMDIR")]


def test_a_whole_disc_is_stored_and_its_list_says_that_all_is_here(
    bringer: Bringer, tmp_path: Path
) -> None:
    files = disc_of(tmp_path)
    assert len(images(files)) == SLICES and all("." not in name for name in files)
    rows = bringer.bring(files)
    assert {row.state for row in rows.values()} == {"stored"}
    assert bringer.studies()[0].instance_count == SLICES
    told = as_message_of(rows["disc/DICOMDIR"])
    assert told.code == "upload-directory" and told.params["listed"] == SLICES


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_file_that_did_not_come_is_named(bringer: Bringer, tmp_path: Path, language: str) -> None:
    files = disc_of(tmp_path)
    gone = images(files)[1]
    del files[gone]
    rows = bringer.bring(files)
    assert {row.state for row in rows.values()} == {"stored"}
    sentence = word(as_message_of(rows["disc/DICOMDIR"]), language)
    assert gone.removeprefix("disc/") in sentence and " 1 " in sentence
    assert images(files)[0].removeprefix("disc/") not in sentence


def test_a_list_that_came_alone_is_refused_as_a_list_and_no_damaged_file(
    bringer: Bringer, tmp_path: Path
) -> None:
    files = disc_of(tmp_path, slices=MOST_NAMED + 2)
    row = bringer.bring({"DICOMDIR": files["disc/DICOMDIR"]})["DICOMDIR"]
    told = as_message_of(row)
    assert (row.state, told.code) == ("refused", "upload-directory-missing")
    assert told.params["missing"] == MOST_NAMED + 2
    named = str(told.params["file"])
    assert named.count(",") == MOST_NAMED and named.endswith(", ...")


def test_images_that_came_before_count_as_here(bringer: Bringer, tmp_path: Path) -> None:
    files = disc_of(tmp_path)
    bringer.bring({name: files[name] for name in images(files)})
    row = bringer.bring({"DICOMDIR": files["disc/DICOMDIR"]})["DICOMDIR"]
    assert (row.state, as_message_of(row).code) == ("stored", "upload-directory")


def test_a_disc_as_a_zip_says_what_it_lists_and_lacks(bringer: Bringer, tmp_path: Path) -> None:
    files = disc_of(tmp_path)
    whole = bringer.bring({"disc.zip": zipped(**files)})["disc.zip"]
    assert as_message_of(whole).code == "upload-archive"
    assert as_message_of(whole).params == {"stored": SLICES, "duplicates": 0, "refused": 0}
    gone = images(files)[0]
    del files[gone]
    row = bringer.bring({"disc.zip": zipped(**files)})["disc.zip"]
    told = as_message_of(row)
    # All images are in the archive since the first time: nothing is absent.
    assert told.code == "upload-archive" and told.params["duplicates"] == SLICES - 1
    other = Bringer(new_archive(f"sqlite:///{copy_of(tmp_path)}", tmp_path / "other"))
    lacking = as_message_of(other.bring({"disc.zip": zipped(**files)})["disc.zip"])
    assert lacking.code == "upload-archive-listed" and lacking.params["missing"] == 1
    assert lacking.params["file"] == gone.removeprefix("disc/")
    other.archive.database.close()


def copy_of(folder: Path) -> Path:
    """A second archive's database: the first one's, before anything came."""
    target = folder / "b.sqlite"
    database = open_database(f"sqlite:///{target}")
    upgrade(database)
    database.close()
    (folder / "other").mkdir()
    return target


def test_sorting_that_goes_on_after_a_stop_tells_the_same(bringer: Bringer, tmp_path: Path) -> None:
    upload = bringer.upload(disc_of(tmp_path))
    for _ in range(2):
        sort_upload(bringer.archive, upload, on_studies_received=bringer.tell)
    rows = bringer.results(upload)
    assert {row.state for row in rows.values()} == {"stored"}
    assert as_message_of(rows["disc/DICOMDIR"]).code == "upload-directory"


def test_a_damaged_list_or_one_longer_than_any_is_refused(
    bringer: Bringer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = disc_of(tmp_path)["disc/DICOMDIR"]
    assert bringer.states({"DICOMDIR": whole[:400]}) == {"DICOMDIR": "refused"}
    monkeypatch.setattr(directory_module, "MOST_DIRECTORY_BYTES", 10)
    with pytest.raises(BadImage, match="DICOMDIR"):
        files_listed(tmp_path / "disc" / "DICOMDIR")
    told = as_message_of(bringer.bring({"DICOMDIR": whole})["DICOMDIR"])
    assert told.code == "upload-broken" and "DICOMDIR" in str(told.params["found"])


def test_what_a_list_calls_its_files_is_shown_without_what_no_disc_may_hold(
    tmp_path: Path,
) -> None:
    disc_of(tmp_path)
    path = tmp_path / "disc" / "DICOMDIR"
    directory = pydicom.dcmread(path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for record in directory.DirectoryRecordSequence:
            if "ReferencedFileID" in record:
                record.ReferencedFileID = ["<b>", "A" * 300]
        directory.save_as(path)
        listed = files_listed(path)
    assert listed is not None and len(listed) == 1
    assert listed[0].name.startswith("-b-/AAA") and len(listed[0].name) < 100


def test_any_other_file_is_no_list(tmp_path: Path) -> None:
    for number, content in enumerate((b"", b"text", written(mr()))):
        (tmp_path / f"{number}").write_bytes(content)
        assert files_listed(tmp_path / f"{number}") is None
