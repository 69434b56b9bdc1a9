"""A data set's own split, in the lists and tables that people write."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from condyle.datasets.split_files import is_list_name, is_split_name, lines_of
from condyle.datasets.split_lists import NO_SIDES, Sides, sides_by_list, sides_of
from condyle.datasets.tree import tree_of
from condyle.errors import DatasetError

NAMES = {
    "k1": ("images/k1.png", "masks/k1.png"),
    "k2": ("images/k2_0000.png", "masks/k2.png"),
    "k3": ("sub/images/k3.nii.gz",),
    "k4": ("sub/images/k4.nii.gz",),
}
PATIENTS = {"k1": "A", "k2": "B", "k3": "C", "k4": "C"}


def sides(root: Path, **files: str) -> Sides:
    """Writes files, ``_`` before the ending standing for a dot, and reads the split."""
    for name, content in files.items():
        stem, _, suffix = name.rpartition("_")
        (root / f"{stem}.{suffix}").write_text(content)
    return sides_by_list(tree_of(root).files, NAMES, PATIENTS)


@pytest.mark.parametrize(
    "name",
    [
        *("train.txt", "Train.TXT", "val.txt", "valid.txt", "validation.txt", "test.txt"),
        *("train_list.txt", "list_train.txt", "trainFiles.txt", "train_ids.lst", "test.csv"),
        *("splits/train.txt", "ImageSets/Segmentation/val.txt", "training_set.txt", "dev.txt"),
    ],
)
def test_names_of_lists_are_known(name: str) -> None:
    assert is_list_name(name) and is_split_name(name)


@pytest.mark.parametrize(
    "name",
    [
        *("trainval.txt", "train_val.txt", "readme.txt", "train.json", "train.png", "test"),
        *("train_log.txt", "test_results.csv", "train-acl.csv", "fold1_train.txt", "labels.csv"),
    ],
)
def test_names_of_other_files_are_not(name: str) -> None:
    assert not is_list_name(name) and not is_split_name(name)


@pytest.mark.parametrize("name", ["split.json", "splits.csv", "dataset_split.json", "subset.tsv"])
def test_names_of_tables_of_all_sides_are_known(name: str) -> None:
    assert is_split_name(name) and not is_list_name(name)


WAYS = ("k1", "K1", "k1.png", "images/k1.png", "masks/k1.png", "/data/x/images/k1.png", "A", "a")


@pytest.mark.parametrize(
    "way", [*WAYS, "C:\\x\\k1.png", "'k1'", "7,k1.png", "k1.png 1", "./k1.png"]
)
def test_a_line_names_a_case_in_any_usual_way(tmp_path: Path, way: str) -> None:
    found = sides(tmp_path, train_txt=f"{way}\n", test_txt="k2\n")
    assert found.of == {"A": "train", "B": "test"} and not found.unreadable


def test_the_number_of_a_channel_may_be_left_out(tmp_path: Path) -> None:
    assert sides(tmp_path, train_txt="k1\n", val_txt="k2.png\n").of["B"] == "validation"


@pytest.mark.parametrize("line", ["12", "0012", "012.png"])
def test_a_number_alone_names_the_one_file_that_has_it(tmp_path: Path, line: str) -> None:
    (tmp_path / "train.txt").write_text(f"{line}\n")
    (tmp_path / "test.txt").write_text("7\n")
    names = {"a": ("images/knee_0012.png",), "b": ("images/knee_0007.png",)}
    found = sides_by_list(tree_of(tmp_path).files, names, {"a": "A", "b": "B"})
    assert found.of == {"A": "train", "B": "test"}


def test_the_number_of_a_row_is_no_name_beside_one(tmp_path: Path) -> None:
    (tmp_path / "train.txt").write_text("120 k7\n")
    (tmp_path / "test.txt").write_text("7 k120\n")
    names = {"a": ("x/k7.png",), "b": ("x/k120.png",)}
    found = sides_by_list(tree_of(tmp_path).files, names, {"a": "A", "b": "B"})
    assert found.of == {"A": "train", "B": "test"}


def test_a_number_that_several_files_have_names_none(tmp_path: Path) -> None:
    (tmp_path / "train.txt").write_text("12\nknee_7\n")
    names = {"a": ("x/knee_12.png",), "b": ("x/hip_12.png",), "c": ("x/knee_7.png",)}
    found = sides_by_list(tree_of(tmp_path).files, names, dict(zip("abc", "ABC", strict=True)))
    assert [one.why for one in found.unreadable] == ["names no image of the archive"]


def test_a_patient_may_be_named_in_place_of_their_files(tmp_path: Path) -> None:
    assert sides(tmp_path, train_txt="C\n", test_txt="A\nB\n").of == {
        "A": "test",
        "B": "test",
        "C": "train",
    }


def test_a_file_goes_before_a_patient_of_the_same_name(tmp_path: Path) -> None:
    (tmp_path / "train.txt").write_text("2\n")
    (tmp_path / "test.txt").write_text("1\n")
    names = {"1": ("images/1.png",), "2": ("images/2.png",)}
    found = sides_by_list(tree_of(tmp_path).files, names, {"1": "2", "2": "1"})
    assert found.of == {"1": "train", "2": "test"}


def test_blank_lines_remarks_and_a_header_are_passed_over(tmp_path: Path) -> None:
    found = sides(tmp_path, train_txt="image name\n\n# ours\nk1\n", test_txt="\ufeffk2\n")
    assert found.of == {"A": "train", "B": "test"} and not found.unreadable


def test_text_in_16_bits_is_read(tmp_path: Path) -> None:
    (tmp_path / "train.txt").write_text("k1\r\n", encoding="utf-16")
    assert sides(tmp_path, test_txt="k2\n").of == {"A": "train", "B": "test"}


def test_a_patient_whose_files_are_on_two_sides_is_a_leak(tmp_path: Path) -> None:
    found = sides(tmp_path, train_txt="k3\nk1\n", test_txt="k4\nk2\n")
    assert found.leaks == ("C",) and found.of == {"A": "train", "B": "test"}


def test_lists_that_told_are_named(tmp_path: Path) -> None:
    assert sides(tmp_path, train_txt="k1\n", test_txt="k2\n").told_by == ("test.txt", "train.txt")
    assert sides_of({"A": {"train"}}) == NO_SIDES


@pytest.mark.parametrize("header", ["", "images\n"])
def test_a_list_that_names_nothing_is_refused(tmp_path: Path, header: str) -> None:
    with pytest.raises(DatasetError, match="names nothing") as refused:
        sides(tmp_path, train_txt=f"{header}z8\nz9\n", test_txt="k2\n")
    assert refused.value.found.startswith(f"train.txt, row {2 if header else 1} ")
    assert len(refused.value.lines()) == 4


# ---- one file of all sides ------------------------------------------------------------


@pytest.mark.parametrize(
    "listed",
    [
        {"train": ["k1.png"], "val": ["k2"], "test": ["k3", "k4"]},
        {
            "training": [{"image": "images/k1.png", "label": "masks/k1.png"}],
            "validation": ["k2"],
            "test": ["C"],
        },
        {"name": "x", "train": ["k1"], "val": ["k2"], "test": ["k3"], "extra": [1]},
    ],
)
def test_sides_in_json_are_read(tmp_path: Path, listed: dict[str, object]) -> None:
    found = sides(tmp_path, split_json=json.dumps(listed))
    assert found.of == {"A": "train", "B": "validation", "C": "test"}
    assert found.told_by == ("split.json",)


def test_a_name_in_json_that_is_nothing_is_listed_with_its_place(tmp_path: Path) -> None:
    (one,) = sides(tmp_path, split_json='{"train": ["k1", "z9"], "test": ["k2"]}').unreadable
    assert one.file == "split.json, train, row 2"


@pytest.mark.parametrize("text", ["[]", "3", "{}", '{"train": 4}', '[{"train": ["k1"]}]'])
def test_json_of_another_form_tells_nothing(tmp_path: Path, text: str) -> None:
    assert sides(tmp_path, split_json=text) == NO_SIDES


@pytest.mark.parametrize("text", ["{", "", "[" * 100_000])
def test_json_that_is_broken_is_named(tmp_path: Path, text: str) -> None:
    if not text:
        assert sides(tmp_path, split_json=text) == NO_SIDES, "an empty file is no file"
        return
    with pytest.raises(DatasetError, match="cannot be read") as refused:
        sides(tmp_path, split_json=text)
    assert refused.value.found == "split.json: text that is not JSON"


@pytest.mark.parametrize("column", ["split", "Subset", "set", "side", "partition"])
def test_a_column_of_sides_is_read(tmp_path: Path, column: str) -> None:
    text = f"id,image,{column}\n0,k1.png,train\n1,k2.png,valid\n2,k3.nii.gz,test\n"
    assert sides(tmp_path, split_csv=text).of == {"A": "train", "B": "validation", "C": "test"}


def test_rows_without_a_side_and_tables_without_the_column_tell_nothing(tmp_path: Path) -> None:
    text = "image,split\nk1,train\nk2,\nk3,unused\nk4\n"
    assert sides(tmp_path, split_csv=text).of == {}
    assert sides(tmp_path, splits_csv="image,fold\nk1,1\n").of == {}
    assert sides(tmp_path, split_tsv="image\tsplit\nk1\ttrain\nk2\ttest\n").of["B"] == "test"


def test_a_file_that_is_too_large_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "train.txt").open("wb") as stream:
        stream.truncate((64 << 20) + 1)
    with pytest.raises(DatasetError, match="cannot be read"):
        sides(tmp_path)


@given(st.binary(max_size=60))
def test_any_bytes_are_lines_or_an_error(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    root = tmp_path_factory.getbasetemp() / "any-bytes"
    root.mkdir(exist_ok=True)
    for name in ("train.txt", "split.json", "split.csv"):
        (root / name).write_bytes(content)
    for file in tree_of(root).files:
        lines, told = [], 4
        try:
            lines = list(lines_of(file))
        except DatasetError as error:
            told = len(error.lines())
        assert told == 4
        assert all(line.row >= 1 and line.text for line in lines)
