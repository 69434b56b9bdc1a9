"""Pictures are found by the name that their annotation shares."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from condyle.datasets.boxes.annotators import annotator_folders, is_last_word
from condyle.datasets.boxes.drawn import inside, one_a_place
from condyle.datasets.boxes.pictures import Pictures
from condyle.domain.case import LabelledBox
from condyle.errors import DatasetError

Put = Callable[..., Path]


@pytest.mark.parametrize(
    ("file", "key"),
    [
        ("a.png", "a"),
        ("images/train/a.JPG", "train/a"),
        ("train/images/a.tif", "train/a"),
        ("labels/train/a.txt", "train/a"),
        ("Annotations/a.b.xml", "a.b"),
        ("reader-1/JPEGImages/a.jpeg", "a"),
        ("reader-1x/a.png", "reader-1x/a"),
        ("1.2.840", "1.2.840"),
    ],
)
def test_a_picture_and_its_annotation_share_a_key(tmp_path: Path, file: str, key: str) -> None:
    assert Pictures(tmp_path, ["reader-1"]).key(file) == key


def test_a_shared_picture_is_preferred_to_the_copies_of_annotators(
    tmp_path: Path, put_picture: Put
) -> None:
    for name in ("images/a.png", "reader-1/a.png", "reader-2/a.png", "reader-2/b.png"):
        put_picture(name)
    pictures = Pictures(tmp_path, ["reader-1", "reader-2"])
    assert pictures.find("a") == "images/a.png"
    assert pictures.find("b") == "reader-2/b.png"
    assert pictures.find("c") is None
    assert pictures.count == 2


def test_a_folder_is_not_taken_for_one_that_begins_alike(tmp_path: Path, put_picture: Put) -> None:
    for name in ("train/a.png", "train2/b.png", "train/deep/c.tif"):
        put_picture(name)
    pictures = Pictures(tmp_path)
    assert pictures.pictures_below("train") == ["train/a.png", "train/deep/c.tif"]
    assert len(pictures.pictures_below(".")) == 3


def test_a_picture_is_read_once_and_says_what_its_folders_say(
    tmp_path: Path, put_picture: Put
) -> None:
    put_picture("sagittal/t2/a.png")
    pictures = Pictures(tmp_path)
    series = pictures.series("sagittal/t2/a.png")
    assert series is not None and series is pictures.series("sagittal/t2/a.png")
    assert (series.plane.value, series.weighting.value) == ("sagittal", "t2")
    assert pictures.size("sagittal/t2/a.png") == (24, 32)


def test_a_picture_of_several_pages_is_no_picture(tmp_path: Path) -> None:
    pages = [Image.fromarray(np.full((20, 20), value, dtype=np.uint8)) for value in (1, 2)]
    pages[0].save(tmp_path / "a.tif", save_all=True, append_images=pages[1:])
    pictures = Pictures(tmp_path)
    assert pictures.series("a.tif") is None
    assert pictures.unreadable[0].why == "2 pages where one is meant"


def test_a_picture_that_went_away_is_listed(tmp_path: Path, put_picture: Put) -> None:
    path = put_picture("a.png")
    pictures = Pictures(tmp_path)
    path.unlink()
    assert pictures.size("a.png") is None
    assert pictures.unreadable[0].why == "a file that cannot be opened"


def test_what_is_hidden_is_not_seen(tmp_path: Path, put_picture: Put) -> None:
    put_picture(".trash/a.png")
    put_picture("._b.png")
    assert Pictures(tmp_path).count == 0


@pytest.mark.parametrize(
    "name",
    ["annotator-1", "reader_b", "Reader 2", "rater3", "observerA", "expert-anna", "adjudicated"],
)
def test_folders_of_annotators_are_known_by_their_name(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    assert annotator_folders(tmp_path) == (name,)
    assert is_last_word(name) == (name == "adjudicated")


@pytest.mark.parametrize("name", ["readers", "images", "expertise", "annotations", "reading-1"])
def test_other_folders_are_not(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    (tmp_path / "annotator-1").write_text("a file")
    assert annotator_folders(tmp_path) == ()
    assert annotator_folders(tmp_path / "absent") == ()


def test_boxes_in_one_place_are_one_and_difficult_where_any_is() -> None:
    here, there = (0.0, 0.0, 5.0, 5.0), (0.0, 0.0, 5.0, 6.0)
    boxes = [
        LabelledBox(here, ("slip",)),
        LabelledBox(there, ("tear",)),
        LabelledBox(here, ("tear",), difficult=True),
        LabelledBox(here, ("slip",)),
        LabelledBox(here, ("slip",), slice=1),
    ]
    assert one_a_place(boxes) == (
        LabelledBox(here, ("slip", "tear"), difficult=True),
        LabelledBox(there, ("tear",)),
        LabelledBox(here, ("slip",), slice=1),
    )


@pytest.mark.parametrize(
    ("box", "kept"),
    [
        ((0, 0, 10, 20), (0, 0, 10, 20)),
        ((-1, -0.5, 11, 20.5), (0, 0, 10, 20)),
        ((0.12345678, 1, 2, 3), (0.123457, 1, 2, 3)),
    ],
)
def test_a_box_is_cut_off_at_the_edge(
    box: tuple[float, float, float, float], kept: tuple[float, ...]
) -> None:
    assert inside(box, (10, 20), where="x") == kept


@pytest.mark.parametrize(
    "box",
    [(-1.01, 0, 5, 5), (0, 0, 5, 21.5), (5, 0, 5, 5), (0, 9, 5, 5), (10, 0, 11, 5), (-1, 0, 0, 5)],
)
def test_a_box_that_leaves_its_picture_or_is_none_is_refused(
    box: tuple[float, float, float, float],
) -> None:
    with pytest.raises(DatasetError, match="file.xml, object 3"):
        inside(box, (10, 20), where="file.xml, object 3")
