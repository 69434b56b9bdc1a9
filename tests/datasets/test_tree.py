"""The files of an archive, each called by its path in it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import condyle.datasets.tree as tree
from condyle.datasets.archive import Unreadable
from condyle.datasets.tree import (
    is_image_name,
    names_below,
    natural,
    source_file,
    tree_of,
)
from condyle.errors import DatasetError
from condyle.sources import DEFAULT_LIMITS


def touch(root: Path, *names: str) -> Path:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    return root


def test_files_come_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    touch(tmp_path, "b/im10.png", "b/im2.png", "a.txt", "a10/x", "a2/x")
    labels = [file.label for file in tree_of(tmp_path).files]
    assert labels == ["a.txt", "a2/x", "a10/x", "b/im2.png", "b/im10.png"]
    assert list(names_below(tmp_path)) == labels


def test_a_file_is_called_by_its_path_in_the_archive(tmp_path: Path) -> None:
    (file,) = tree_of(touch(tmp_path, "Üb er/k 1.nii.gz")).files
    assert (file.label, file.stem, file.suffix) == ("Üb er/k 1.nii.gz", "k-1", ".nii.gz")
    assert file.size == 1 and file.head(9) == b"x"


def test_hidden_files_and_what_systems_leave_are_passed_over(tmp_path: Path) -> None:
    touch(tmp_path, ".git/x", "Thumbs.db", ".DS_Store", "__MACOSX/y.png", "k.png")
    assert [file.label for file in tree_of(tmp_path).files] == ["k.png"]


def test_what_is_no_file_is_listed(tmp_path: Path) -> None:
    touch(tmp_path, "a.png")
    (tmp_path / "empty.png").write_bytes(b"")
    (tmp_path / "gone.png").symlink_to(tmp_path / "absent.png")
    os.mkfifo(tmp_path / "pipe.png")
    listed = {one.file: one.why for one in tree_of(tmp_path).unreadable}
    assert listed == {
        "empty.png": "an empty file",
        "gone.png": "a file that cannot be reached",
        "pipe.png": "neither a file nor a folder",
    }


def test_a_link_to_a_folder_leads_nowhere(tmp_path: Path) -> None:
    touch(tmp_path, "in/a.png")
    (tmp_path / "in" / "round").symlink_to(tmp_path / "in", target_is_directory=True)
    assert [file.label for file in tree_of(tmp_path / "in").files] == ["a.png"]


def test_a_file_larger_than_any_image_is_listed_by_its_size_alone(tmp_path: Path) -> None:
    path = tmp_path / "big.png"
    with path.open("wb") as stream:
        stream.truncate(DEFAULT_LIMITS.file_bytes + 1)
    told = source_file(tmp_path, path)
    assert isinstance(told, Unreadable) and told.why.startswith("more than ")


def test_folders_too_deep_and_files_too_many_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    touch(tmp_path / "deep", "/".join("d" * (DEFAULT_LIMITS.folders + 1)) + "/x.png")
    with pytest.raises(DatasetError, match="was not read"):
        tree_of(tmp_path / "deep")
    assert names_below(tmp_path / "deep") == ()
    monkeypatch.setattr(tree, "MOST_FILES", 2)
    touch(tmp_path / "many", "1", "2", "3")
    with pytest.raises(DatasetError) as refused:
        tree_of(tmp_path / "many")
    assert refused.value.found == "more than 2 files" and len(refused.value.lines()) == 4


def test_no_more_names_are_looked_at_than_recognising_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tree, "LOOKED_AT", 2)
    assert names_below(touch(tmp_path, "1", "2", "3")) == ("1", "2")


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert names_below(tmp_path / "absent") == ()
    with pytest.raises(DatasetError, match="was not read") as refused:
        tree_of(tmp_path / "absent")
    assert len(refused.value.lines()) == 4


@pytest.mark.parametrize(
    ("name", "known"),
    [("a.PNG", True), ("a.nii.gz", True), ("a.mha", True), ("a.txt", False), ("a.dcm", False)],
)
def test_images_are_known_by_their_ending(name: str, known: bool) -> None:
    assert is_image_name(name) is known


def test_numbers_count_as_numbers() -> None:
    assert sorted(["a10", "a9", "b1", "a"], key=natural) == ["a", "a9", "a10", "b1"]
