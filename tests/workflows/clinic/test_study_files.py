"""A study of the archive as files in a folder."""

import hashlib

import pytest

from condyle.sources import open as open_sources
from condyle.workflows.clinic.study_files import (
    HeldInstance,
    lay_out,
    original_stems,
    study_files,
)


def held(uid, *, series="1.2", number=1, original=None, stored=None):
    return HeldInstance(
        uid=uid,
        series_uid=series,
        series_number=1,
        number=number,
        frames=1,
        object=stored or hashlib.sha256(uid.encode()).hexdigest(),
        original=original,
    )


def names(instances):
    return [file.name for file in study_files(instances)]


@pytest.fixture(name="objects")
def _objects(tmp_path):
    folder = tmp_path / "objects"
    folder.mkdir()

    def path_of(name):
        path = folder / name
        if not path.exists():
            path.write_bytes(b"bytes of " + name.encode())
        return path

    return path_of


def test_dicom_lies_a_folder_a_series_in_the_order_of_its_numbers():
    instances = [held("c", number=2), held("b", number=1), held("a", series="1.3")]
    found = study_files(instances)
    assert [file.name for file in found] == [
        "series-1/000001.dcm",
        "series-1/000002.dcm",
        "series-2/000003.dcm",
    ]
    assert found[0].object == held("b").object


def test_an_original_stands_in_place_of_all_that_was_derived_from_it():
    original = ("f" * 64, "scan.nii.gz")
    instances = [held(str(n), number=n, original=original) for n in range(5)]
    assert [(f.name, f.object) for f in study_files(instances)] == [
        ("original-0001/scan.nii.gz", "f" * 64)
    ]


def test_originals_lie_in_the_natural_order_of_their_names():
    made = [held(n, original=(n * 8, f"folder/im{n}.png")) for n in ("10", "9", "1")]
    assert names(made) == [
        "original-0001/im1.png",
        "original-0002/im9.png",
        "original-0003/im10.png",
    ]


@pytest.mark.parametrize(
    "hostile", ["../../etc/passwd", "..\\..\\x.png", "/abs/x.png", "a\0b.png", ".hidden", "", "…"]
)
def test_no_name_of_a_sender_leads_out_of_the_folder(tmp_path, objects, hostile):
    files = study_files([held("a", original=("e" * 64, hostile))])
    lay_out(files, tmp_path / "work", path_of=objects)
    (laid,) = [path for path in (tmp_path / "work").rglob("*") if path.is_file()]
    assert laid.resolve().is_relative_to(tmp_path / "work")
    assert laid.parent.name == "original-0001"


def test_what_was_laid_out_is_found_by_a_reading(tmp_path, objects):
    files = study_files([held(str(n), number=n) for n in range(3)])
    lay_out(files, tmp_path / "work", path_of=objects)
    with open_sources([tmp_path / "work"]) as tree:
        assert len(tree.files) == 3
        assert tree.left_out == ()


def test_laying_out_again_goes_on_where_it_stopped(tmp_path, objects):
    files = study_files([held(str(n), number=n) for n in range(3)])
    lay_out(files[:1], tmp_path / "work", path_of=objects)
    first = tmp_path / "work" / files[0].name
    before = first.stat().st_ino
    lay_out(files, tmp_path / "work", path_of=objects)
    assert first.stat().st_ino == before
    assert sum(path.is_file() for path in (tmp_path / "work").rglob("*")) == 3


def test_bytes_are_copied_where_they_cannot_be_linked(tmp_path, objects, monkeypatch):
    def no_link(source, target):
        raise OSError("across file systems")

    monkeypatch.setattr("os.link", no_link)
    files = study_files([held("a")])
    lay_out(files, tmp_path / "work", path_of=objects)
    laid = tmp_path / "work" / files[0].name
    assert laid.read_bytes() == objects(files[0].object).read_bytes()
    assert [path.name for path in laid.parent.iterdir()] == [laid.name]


def test_the_folder_is_closed_to_other_users(tmp_path, objects):
    lay_out([], tmp_path / "work", path_of=objects)
    assert (tmp_path / "work").stat().st_mode & 0o077 == 0


def test_originals_of_one_stem_are_numbered_as_a_reading_numbers_them():
    first, second = ("a" * 64, "one/t2.png"), ("b" * 64, "two/T2.png")
    stems = original_stems([held("1", original=second), held("2", original=first)])
    assert stems == {first: "t2", second: "T2-2"}
