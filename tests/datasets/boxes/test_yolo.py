"""YOLO texts with data.yaml, in the several ways that programs lay it out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from condyle.datasets.archive import Archive, ArchiveOptions
from condyle.datasets.layouts import layout_of, open_archive
from condyle.datasets.yolo import is_yolo, open_yolo
from condyle.datasets.yolo_writing import write_yolo
from condyle.domain.case import Case, LabelledBox
from condyle.errors import DatasetError

Put = Callable[..., Path]

BY_NAME = ArchiveOptions(patient=r"(\w+)\.png")


def put(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


@pytest.fixture
def root(tmp_path: Path, put_picture: Put) -> Path:
    """Two sides: a box with two labels, an empty text, and a picture without text."""
    for name in ("train/a", "train/b", "val/c"):
        put_picture(f"images/{name}.png")
    put(tmp_path / "labels/train/a.txt", "0 0.25 0.5 0.25 0.25\n1 0.25 0.5 0.25 0.25\n\n")
    put(tmp_path / "labels/val/c.txt", "")
    put(
        tmp_path / "data.yaml",
        "path: .\ntrain: images/train\nval: images/val\nnames: [tear, slip]\n",
    )
    return tmp_path


def boxes_of(archive: Archive, name: str) -> tuple[LabelledBox, ...]:
    case = next(case for case in archive.cases if case.id == name)
    return case.reference.boxes[case.study.series[0].stem]


def test_shares_of_the_picture_become_a_half_open_box_in_pixels(root: Path) -> None:
    (box,) = boxes_of(open_yolo(root, BY_NAME), "a")
    assert box == LabelledBox((9.0, 4.0, 15.0, 12.0), ("slip", "tear"))


def test_an_empty_text_is_looked_at_and_an_absent_one_is_not(root: Path) -> None:
    archive = open_yolo(root, BY_NAME)
    assert [case.id for case in archive.cases] == ["a", "c"]
    assert boxes_of(archive, "c") == ()
    assert "1 picture has no annotation: not looked at, and left out." in archive.notes


def test_the_paths_of_the_declaration_give_the_sides(root: Path) -> None:
    archive = open_yolo(root, BY_NAME)
    assert archive.sides == {"a": "train", "c": "validation"}
    assert archive.box_classes == ("tear", "slip")


@pytest.mark.parametrize(
    "declared",
    [
        "train: ../images/train\nval: ../images/val\nnames: {0: tear, 1: slip}\n",
        "path: /data/somewhere\ntrain: [images/train]\nvalid: images/val\nnames: [tear, slip]\n",
        "path: images\ntrain: train\nval: val\ntest: test\nnames: [tear, slip]\n",
    ],
)
def test_declarations_as_programs_write_them_are_understood(root: Path, declared: str) -> None:
    put(root / "data.yaml", declared)
    assert open_yolo(root, BY_NAME).sides == {"a": "train", "c": "validation"}


def test_a_side_that_is_not_there_and_a_path_that_leads_out_are_noted(root: Path) -> None:
    put(root / "data.yaml", "path: ../x\ntest: images/test\nnames: [tear, slip]\n")
    notes = open_yolo(root, BY_NAME).notes
    assert any("leads out of the archive" in note for note in notes)
    assert "data.yaml names 'images/test' as test, which is not there." in notes


def test_lists_of_pictures_give_the_sides(root: Path) -> None:
    put(root / "lists/train.txt", "../images/train/a.png\n")
    put(root / "val.txt", "./images/val/c.png\n\n")
    put(root / "data.yaml", "train: images/train\nval: val.txt\nnames: [tear, slip]\n")
    assert open_yolo(root, BY_NAME).sides == {"a": "train", "c": "validation"}
    put(root / "data.yaml", "train: lists/train.txt\nnames: [tear, slip]\n")
    with pytest.raises(DatasetError, match=r"lists/train.txt, row 1"):
        open_yolo(root, BY_NAME)


def test_one_folder_on_both_sides_is_a_leak(root: Path) -> None:
    put(root / "data.yaml", "train: images/train\nval: images/train\nnames: [tear, slip]\n")
    archive = open_yolo(root, BY_NAME)
    assert archive.leaks == ("a",) and not archive.sides


def test_a_folder_is_known_by_its_declaration(root: Path, tmp_path: Path) -> None:
    assert is_yolo(root)
    assert layout_of(root) == "yolo"
    other = put(tmp_path / "other" / "data.yaml", "colour: red\n")
    assert not is_yolo(other.parent)


def test_texts_beside_the_pictures_are_read_too(tmp_path: Path, put_picture: Put) -> None:
    put_picture("a.png")
    put(tmp_path / "a.txt", "0 0.5 0.5 1 1\n")
    put(tmp_path / "readme.txt", "hello\n")
    put(tmp_path / "data.yaml", "names: [tear]\n")
    archive = open_yolo(tmp_path, ArchiveOptions())
    assert boxes_of(archive, "a") == (LabelledBox((0.0, 0.0, 24.0, 32.0), ("tear",)),)


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ("0 0.5 0.5 1", "row 2: 4 values"),
        ("0 0.5 0.5 1 1 0.9", "row 2: 6 values"),
        ("x 0.5 0.5 1 1", "row 2: a value that is no number"),
        ("0 0.5 nan 1 1", "row 2: a value that is no number"),
        ("2 0.5 0.5 1 1", "row 2: class 2"),
        ("0.5 0.5 0.5 1 1", "row 2: class 0.5"),
        ("0 120 80 20 30", "row 2: a box in pixels"),
        ("0 0.9 0.5 0.5 0.5", "row 2: rows 6 to 18, columns 20.8 to 36.8"),
        ("0 0.5 0.5 0 0.5", "row 2: a box without height or width"),
    ],
)
def test_a_row_that_cannot_be_used_is_named(root: Path, row: str, found: str) -> None:
    put(root / "labels/train/a.txt", f"0 0.5 0.5 1 1\n{row}\n")
    with pytest.raises(DatasetError) as refused:
        open_yolo(root, BY_NAME)
    assert refused.value.found.startswith(f"labels/train/a.txt, {found}")
    assert refused.value.mend


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("names: [", "text that is not plain YAML"),
        ("names: !!python/object:x {}", "text that is not plain YAML"),
        ("names: []", "no names of classes"),
        ("names: {a: b}", "no names of classes"),
        ("names: [a, a]", "a class without name, or two of one name"),
        ("- names", "no names of classes"),
    ],
)
def test_a_declaration_that_cannot_be_used_is_named(root: Path, text: str, found: str) -> None:
    put(root / "data.yaml", text)
    with pytest.raises(DatasetError) as refused:
        open_yolo(root, BY_NAME)
    assert refused.value.found == f"data.yaml: {found}"


def test_a_folder_without_declaration_is_refused_by_name(root: Path) -> None:
    (root / "data.yaml").unlink()
    assert not is_yolo(root)
    with pytest.raises(DatasetError, match=r"data.yaml: no such file"):
        open_yolo(root, BY_NAME)


def test_a_text_without_picture_is_named_and_the_list_of_classes_is_none(root: Path) -> None:
    put(root / "labels/classes.txt", "tear\nslip\n")
    assert len(open_yolo(root, BY_NAME).cases) == 2
    put(root / "labels/train/z.txt", "")
    with pytest.raises(DatasetError, match=r"labels/train/z.txt alone"):
        open_yolo(root, BY_NAME)


def test_a_text_in_another_encoding_is_named(root: Path) -> None:
    (root / "labels/train/a.txt").write_bytes(b"\xff\xfe0\x00")
    with pytest.raises(DatasetError, match=r"labels/train/a.txt: a file that is not text"):
        open_yolo(root, BY_NAME)


def test_what_is_written_is_read_back_the_same(
    tmp_path: Path, boxed: Archive, same: Callable[[Archive, Archive], None]
) -> None:
    write_yolo(tmp_path / "out", boxed)
    same(open_archive(tmp_path / "out"), boxed)
    assert (tmp_path / "out" / "labels" / "site-2-a.txt").read_text() == ""
    assert (tmp_path / "out" / "val.txt").read_text() == "./images/site-2-a.png\n"


def test_fractions_of_a_pixel_are_kept(
    tmp_path: Path, make_case: Callable[..., Case], same: Callable[[Archive, Archive], None]
) -> None:
    box = LabelledBox((0.123456, 0.7, 10.3, 11.9), ("tear",))
    archive = Archive("made", (make_case("a", (box,)),), box_classes=("slip", "tear"))
    write_yolo(tmp_path / "out", archive)
    same(open_archive(tmp_path / "out"), archive)


def test_a_doubtful_box_has_no_place(tmp_path: Path, make_case: Callable[..., Case]) -> None:
    box = LabelledBox((0.0, 0.0, 10.0, 11.0), ("tear",), difficult=True)
    with pytest.raises(DatasetError, match="counts neither way"):
        write_yolo(tmp_path / "out", Archive("made", (make_case("a", (box,)),)))


def reading(tmp_path: Path, who: str, texts: dict[str, str], own: bool = False) -> None:
    for name, text in texts.items():
        put(tmp_path / who / "labels" / f"{name}.txt", text)
    if own:
        put(tmp_path / who / "data.yaml", "names: [tear, slip]\n")


@pytest.fixture
def readers(tmp_path: Path, put_picture: Put) -> Path:
    """Two pictures that three annotators read, the second adjudicated by a fourth."""
    for name in ("a", "b"):
        put_picture(f"images/{name}.png")
    put(tmp_path / "data.yaml", "names: [tear, slip]\n")
    same, near = "0 0.5 0.5 0.5 0.5\n", "0 0.5 0.5 0.5 0.25\n"
    reading(tmp_path, "annotator-1", {"a": same, "b": same})
    reading(tmp_path, "annotator-2", {"a": near, "b": ""}, own=True)
    reading(tmp_path, "Reader_C", {"a": same, "b": ""})
    reading(tmp_path, "adjudicated", {"b": "1 0.5 0.5 0.5 0.5\n"})
    return tmp_path


def test_annotators_in_folders_of_their_own_are_made_one(readers: Path) -> None:
    archive = open_archive(readers)
    assert archive.layout == "yolo"
    assert boxes_of(archive, "a") == (LabelledBox((6.0, 8.0, 18.0, 24.0), ("tear",)),)
    assert archive.agreement["mean-iou"] == pytest.approx((1 + 0.5 + 0.5) / 3)
    assert "1 of 2 pictures were adjudicated" in " ".join(archive.notes)


def test_the_adjudication_overrides_what_the_annotators_drew(readers: Path) -> None:
    assert boxes_of(open_archive(readers), "b") == (LabelledBox((6.0, 8.0, 18.0, 24.0), ("slip",)),)


def test_each_annotator_may_hold_a_copy_of_the_pictures(tmp_path: Path, put_picture: Put) -> None:
    for who in ("annotator-1", "annotator-2"):
        put_picture(f"{who}/images/a.png")
        reading(tmp_path, who, {"a": "0 0.5 0.5 0.5 0.5\n"}, own=True)
    archive = open_archive(tmp_path)
    assert [case.id for case in archive.cases] == ["a"]
    assert len(boxes_of(archive, "a")) == 1


def test_one_annotator_twice_on_a_picture_is_refused(root: Path) -> None:
    put(root / "images/train/a.txt", "")
    with pytest.raises(DatasetError, match="annotated twice") as refused:
        open_yolo(root, BY_NAME)
    assert refused.value.found == "images/train/a.png"


def test_the_rule_and_the_overlap_are_options(readers: Path) -> None:
    everybody = replace(ArchiveOptions(), consensus="all", overlap=0.9)
    assert boxes_of(open_archive(readers, options=everybody), "a") == ()
    anybody = replace(ArchiveOptions(), consensus="any", overlap=0.9)
    assert len(boxes_of(open_archive(readers, options=anybody), "a")) == 2
