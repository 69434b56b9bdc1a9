"""COCO JSON, in the several ways that programs lay it out."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from condyle.datasets.archive import Archive, ArchiveOptions
from condyle.datasets.coco import is_coco, open_coco
from condyle.datasets.coco_writing import write_coco
from condyle.datasets.layouts import layout_of, open_archive
from condyle.domain.case import Case, LabelledBox
from condyle.errors import DatasetError

Put = Callable[..., Path]


def image(number: int, name: str, **more: object) -> dict[str, object]:
    return {"id": number, "file_name": name, "height": 24, "width": 32, **more}


def annotation(number: int, of: int, box: object, **more: object) -> dict[str, object]:
    return {"id": number, "image_id": of, "category_id": 1, "bbox": box, "iscrowd": 0, **more}


def coco(images: list[Any], annotations: list[Any], names: tuple[str, ...] = ("tear", "slip")):
    categories = [{"id": number, "name": name} for number, name in enumerate(names, start=1)]
    return {"images": images, "annotations": annotations, "categories": categories}


def put(path: Path, values: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(values), "utf-8")
    return path


@pytest.fixture
def root(tmp_path: Path, put_picture: Put) -> Path:
    """Two pictures in a file: one with two labels in a place and a crowd, one without box."""
    for name in ("a", "b"):
        put_picture(f"images/{name}.png")
    box = [3, 2.5, 9, 8]
    rows = [
        annotation(1, 1, box),
        annotation(2, 1, box, category_id=2),
        annotation(3, 1, [0, 0, 32, 24], iscrowd=1, segmentation=[[0, 0, 1, 1, 2, 2]]),
    ]
    put(tmp_path / "annotations.json", coco([image(1, "a.png"), image(2, "b.png")], rows))
    return tmp_path


def boxes_of(archive: Archive, name: str) -> tuple[LabelledBox, ...]:
    case = next(case for case in archive.cases if case.id == name)
    return case.reference.boxes[case.study.series[0].stem]


def change(root: Path, edit: Callable[[dict[str, Any]], object]) -> None:
    values = json.loads((root / "annotations.json").read_text())
    edit(values)
    put(root / "annotations.json", values)


def test_corner_and_size_become_a_half_open_box(root: Path) -> None:
    first, crowd = boxes_of(open_coco(root, ArchiveOptions()), "a")
    assert first == LabelledBox((2.5, 3.0, 10.5, 12.0), ("slip", "tear"))
    assert crowd.box == (0.0, 0.0, 24.0, 32.0) and crowd.difficult


def test_an_image_without_annotation_was_looked_at_and_holds_none(root: Path) -> None:
    assert boxes_of(open_coco(root, ArchiveOptions()), "b") == ()


def test_classes_are_the_categories_in_their_order_whether_or_not_one_occurs(root: Path) -> None:
    change(root, lambda v: v["categories"].append({"id": 9, "name": "crack"}))
    assert open_coco(root, ArchiveOptions()).box_classes == ("tear", "slip", "crack")


def test_outlines_are_not_read_and_a_note_says_so(root: Path) -> None:
    archive = open_coco(root, ArchiveOptions())
    assert any("Outlines of 1 annotations in annotations.json" in note for note in archive.notes)
    assert not any(case.reference.masks for case in archive.cases)


def test_a_folder_is_known_by_the_names_of_its_files(root: Path, tmp_path: Path) -> None:
    assert is_coco(root)
    assert layout_of(root) == "coco"
    other = put(tmp_path / "x" / "annotations" / "settings.json", {"colour": "red"})
    assert not is_coco(other.parents[1])
    assert not is_coco(tmp_path / "absent")


@pytest.mark.parametrize(
    ("train", "val", "where"),
    [
        ("annotations/instances_train2017.json", "annotations/instances_val2017.json", "{0}2017"),
        ("annotations/instances_train.json", "annotations/instances_val.json", "images/{0}"),
        ("train/_annotations.coco.json", "val/_annotations.coco.json", "{0}"),
        ("annotations/train.json", "annotations/valid.json", "images"),
    ],
)
def test_a_file_for_each_side_gives_the_sides(
    tmp_path: Path, put_picture: Put, train: str, val: str, where: str
) -> None:
    put_picture(f"{where.format('train')}/a.png")
    put_picture(f"{where.format('val')}/b.png")
    put(tmp_path / train, coco([image(1, "a.png")], [annotation(1, 1, [1, 1, 5, 5])]))
    put(tmp_path / val, coco([image(1, "b.png")], []))
    put(tmp_path / "annotations" / "captions.txt", {})
    archive = open_coco(tmp_path, ArchiveOptions(patient="([ab]).png"))
    assert archive.sides == {"a": "train", "b": "validation"}


def test_a_picture_in_two_files_is_one_case_and_a_leak(root: Path) -> None:
    values = json.loads((root / "annotations.json").read_text())
    put(root / "annotations" / "instances_train.json", values)
    put(root / "annotations" / "instances_test.json", values)
    archive = open_coco(root, ArchiveOptions(patient="([ab]).png"))
    assert [case.id for case in archive.cases] == ["a", "b"]
    assert archive.leaks == ("a", "b") and not archive.sides


def test_two_files_that_contradict_each_other_are_refused(root: Path) -> None:
    values = json.loads((root / "annotations.json").read_text())
    put(root / "annotations" / "instances_train.json", values)
    values["annotations"] = []
    put(root / "annotations" / "instances_test.json", values)
    with pytest.raises(DatasetError, match="other boxes than an earlier file has"):
        open_coco(root, ArchiveOptions())


EDITS: list[tuple[Callable[[dict[str, Any]], object], str]] = [
    (lambda v: v.pop("categories"), "categories: no list of objects"),
    (lambda v: v["images"].append(3), "images: no list of objects"),
    (lambda v: v["images"][1].update(id=1), "image: id 1"),
    (lambda v: v["images"][1].update(id=[1]), "image: id [1]"),
    (lambda v: v["images"][1].update(file_name="../b.png"), "image 2: file_name '../b.png'"),
    (lambda v: v["images"][1].update(file_name="/b.png"), "image 2: file_name '/b.png'"),
    (lambda v: v["images"][1].update(file_name="c.png"), "image 2: no picture c.png"),
    (lambda v: v["images"][1].update(height=32), "image 2: 32 rows and 32 columns"),
    (lambda v: v["categories"][1].update(name="tear"), "category 2: no name, or one used"),
    (lambda v: v["annotations"][1].update(image_id=7), "annotation 2: image_id 7"),
    (lambda v: v["annotations"][1].update(category_id=7), "annotation 2: category_id 7"),
    (lambda v: v["annotations"][1].update(bbox=[1, 2, 3]), "annotation 2: no bbox"),
    (lambda v: v["annotations"][1].update(bbox=[1, 2, 3, 10**400]), "annotation 2: no bbox"),
    (lambda v: v["annotations"][1].update(bbox=[1, 2, 3, float("nan")]), "annotation 2: no bbox"),
    (lambda v: v["annotations"][1].update(bbox=[1, 2, 0, 3]), "annotation 2: a box without"),
    (lambda v: v["annotations"][1].update(bbox=[30, 2, 9, 3]), "annotation 2: rows 2 to 5"),
    (lambda v: v["annotations"][1].update(annotator="x"), "annotation 1: no annotator"),
]


@pytest.mark.parametrize(("edit", "found"), EDITS, ids=[found for _, found in EDITS])
def test_an_entry_that_cannot_be_used_is_named(
    root: Path, edit: Callable[[dict[str, Any]], object], found: str
) -> None:
    change(root, edit)
    with pytest.raises(DatasetError) as refused:
        open_coco(root, ArchiveOptions())
    assert refused.value.found.startswith("annotations.json, ")
    assert found in refused.value.found
    assert refused.value.mend


@pytest.mark.parametrize("text", ["{", "[" * 100_000, "\xff"])
def test_a_file_that_is_not_json_is_named(root: Path, text: str) -> None:
    (root / "annotations.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(DatasetError, match=r"annotations.json, file: text that is not JSON"):
        open_coco(root, ArchiveOptions())


def test_a_picture_that_cannot_be_read_is_listed_and_its_boxes_are_left_out(root: Path) -> None:
    (root / "images" / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    archive = open_coco(root, ArchiveOptions())
    assert [case.id for case in archive.cases] == ["b"]
    assert [one.file for one in archive.unreadable] == ["images/a.png"]


def test_what_is_written_is_read_back_the_same(
    tmp_path: Path, boxed: Archive, same: Callable[[Archive, Archive], None]
) -> None:
    write_coco(tmp_path / "out", boxed)
    same(open_archive(tmp_path / "out"), boxed)


def test_fractions_of_a_pixel_and_archives_without_split_are_kept(
    tmp_path: Path, make_case: Callable[..., Case], same: Callable[[Archive, Archive], None]
) -> None:
    box = LabelledBox((0.1, 0.7, 10.3, 11.9), ("tear",), difficult=True)
    archive = Archive("made", (make_case("a", (box,)),), box_classes=("slip", "tear"))
    write_coco(tmp_path / "out", archive)
    read = open_archive(tmp_path / "out")
    same(read, archive)
    assert read.box_classes == ("slip", "tear")


def test_annotators_named_in_the_file_are_made_one(root: Path) -> None:
    def named(values: dict[str, Any]) -> None:
        box = [3, 3, 10, 10]
        values["annotations"] = [
            annotation(number, 1, box, annotator=who, category_id=label)
            for number, (who, label) in enumerate([("x", 1), ("y", 1), ("z", 2)], start=1)
        ]

    change(root, named)
    archive = open_coco(root, ArchiveOptions())
    assert boxes_of(archive, "a") == (LabelledBox((3.0, 3.0, 13.0, 13.0), ("tear",)),)
    assert archive.agreement["mean-iou"] == 1.0
    assert archive.agreement["kappa-presence"] == 1.0
    assert any("held to have looked at all" in note for note in archive.notes)
    change(root, lambda v: [one.update(annotators=["x", "y"]) for one in v["images"]])
    change(root, lambda v: v["annotations"].pop())
    archive = open_coco(root, ArchiveOptions(consensus="all"))
    assert len(boxes_of(archive, "a")) == 1


def test_pictures_of_one_name_in_two_folders_are_called_after_both(
    tmp_path: Path, put_picture: Put
) -> None:
    for site in ("x", "y"):
        put_picture(f"images/{site}/a.png")
    images = [image(1, "x/a.png"), image(2, "y/a.png")]
    put(tmp_path / "annotations.json", coco(images, []))
    assert [case.id for case in open_coco(tmp_path, ArchiveOptions()).cases] == ["x-a", "y-a"]


def test_a_guess_of_patients_from_names_is_dropped_where_the_split_parts_them(
    tmp_path: Path, put_picture: Put
) -> None:
    names = ["p1_1", "p1_2", "p2_1", "p2_2", "p3_1"]
    for name in names:
        put_picture(f"images/{name}.png")
    sides = {"train": names[::2], "test": names[1::2]}
    for side, own in sides.items():
        images = [image(number, f"{name}.png") for number, name in enumerate(own)]
        put(tmp_path / f"annotations/instances_{side}.json", coco(images, []))
    archive = open_coco(tmp_path, ArchiveOptions())
    assert [case.patient for case in archive.cases] == names
    assert not archive.leaks


@pytest.fixture
def readers(tmp_path: Path, put_picture: Put) -> Path:
    """Two annotators with JSON of their own, and an adjudication of the second picture."""
    for name in ("a", "b"):
        put_picture(f"images/{name}.png")
    images = [image(1, "a.png"), image(2, "b.png")]
    wide, narrow = [0, 0, 20, 10], [0, 0, 16, 10]
    drawn = {
        "annotator-1": [annotation(1, 1, wide), annotation(2, 2, wide)],
        "annotator-2": [annotation(1, 1, narrow)],
    }
    for who, rows in drawn.items():
        put(tmp_path / who / "annotations.json", coco(images, rows))
    last = coco(images[1:], [annotation(1, 2, narrow, category_id=2)])
    put(tmp_path / "adjudicated" / "annotations.json", last)
    return tmp_path


def test_annotators_have_files_of_their_own_and_share_the_pictures(readers: Path) -> None:
    archive = open_archive(readers)
    assert archive.layout == "coco"
    assert boxes_of(archive, "a") == (LabelledBox((0.0, 0.0, 10.0, 18.0), ("tear",)),)
    assert boxes_of(archive, "b") == (LabelledBox((0.0, 0.0, 10.0, 16.0), ("slip",)),)
    assert archive.agreement["mean-iou"] == pytest.approx(0.8)
    assert archive.agreement["matched-share"] == pytest.approx(2 / 3)


def test_a_note_says_how_many_annotators_there_were_and_by_which_rule(readers: Path) -> None:
    (note,) = [one for one in open_archive(readers).notes if "annotators:" in one]
    assert note == (
        "2 annotators: a box and its labels hold by the rule 'majority', boxes being one from"
        " an overlap of 0.5; 1 of 2 pictures were adjudicated."
    )


def test_annotators_who_did_not_look_at_a_picture_are_not_counted(readers: Path) -> None:
    values = json.loads((readers / "annotator-2" / "annotations.json").read_text())
    values["images"] = values["images"][:1]
    put(readers / "annotator-2" / "annotations.json", values)
    (readers / "adjudicated" / "annotations.json").unlink()
    archive = open_archive(readers, options=ArchiveOptions(consensus="all"))
    assert len(boxes_of(archive, "b")) == 1


def test_annotators_who_list_other_sizes_are_refused(readers: Path) -> None:
    values = json.loads((readers / "annotator-2" / "annotations.json").read_text())
    values["images"][0]["width"] = 99
    put(readers / "annotator-2" / "annotations.json", values)
    with pytest.raises(DatasetError, match=r"annotator-2/annotations.json, image 1"):
        open_archive(readers)
