"""The table of disc boxes: read, written, refused by row, joined to its slices."""

import importlib.util
from collections import Counter
from importlib import resources
from pathlib import Path

import numpy as np
import pytest
import yaml
from PIL import Image

from condyle.datasets.layouts import open_archive
from condyle.datasets.spider_boxes import (
    BOX_CLASSES,
    NEITHER,
    DiscBox,
    labels_of,
    read_boxes,
    with_boxes,
    write_boxes,
)
from condyle.domain.case import Case, LabelledBox, Reference
from condyle.domain.study import Instance, Series, Study
from condyle.errors import DatasetError

BOXES = (
    DiscBox("1", "1_t1", 1, (40.0, 10.0, 60.0, 50.0), ("herniation", "spondylolisthesis")),
    DiscBox("1", "1_t1", 2, (10.0, 12.0, 30.0, 52.0), (NEITHER,)),
)
HEADER = "patient,series,disc,row0,column0,row1,column1,labels\n"


def a_case(stem="1_t1", patient="1", size=(64, 64)):
    series = Series(
        stem=stem,
        load=lambda: None,
        kind="picture",
        instances=(Instance(),),
        modality="MR",
        shape=(1, *size),
    )
    return Case(stem, patient, Study(uid=None, series=(series,)), Reference(grades={"a": {"b": 1}}))


def test_what_is_written_is_read_again(tmp_path):
    path = tmp_path / "boxes.csv"
    path.write_text(write_boxes(BOXES))
    assert read_boxes(path) == BOXES


@pytest.mark.parametrize(
    "row",
    [
        "1,1_t1,1,40,10,60,fifty,herniation",
        "1,1_t1,1,40,10,40,50,herniation",
        "1,1_t1,0,40,10,60,50,herniation",
        "1,1_t1,1,-4,10,60,50,herniation",
        "1,1_t1,1,40,10,60,50,",
        "1,1_t1,1,40,10,60,50,bulging",
        "1,1_t1,1,40",
    ],
)
def test_a_row_that_is_no_box_is_refused_by_its_number(row, tmp_path):
    path = tmp_path / "boxes.csv"
    path.write_text(HEADER + "1,1_t1,1,40,10,60,50,herniation\n" + row + "\n")
    with pytest.raises(DatasetError) as caught:
        read_boxes(path)
    assert "boxes.csv, row 3" in caught.value.found


@pytest.mark.parametrize(
    ("grades", "labels"),
    [
        ({"disc-herniation": 1, "spondylolisthesis": 1}, ("herniation", "spondylolisthesis")),
        ({"disc-herniation": 1, "spondylolisthesis": 0}, ("herniation",)),
        ({"disc-herniation": 0, "disc-bulging": 1}, (NEITHER,)),
        ({}, (NEITHER,)),
    ],
)
def test_a_disc_is_labelled_by_its_grades_and_may_show_both(grades, labels):
    assert labels_of(grades) == labels


def test_boxes_go_to_their_own_slice_and_nothing_else_changes():
    mine, other = with_boxes([a_case(), a_case("2_t1", "2")], BOXES)
    expected = tuple(LabelledBox(item.box, item.labels) for item in BOXES)
    assert mine.reference.boxes == {"1_t1": expected}
    assert mine.reference.grades == {"a": {"b": 1}}
    assert other.reference.boxes == {}


def test_boxes_made_on_another_picture_of_that_name_are_left_out():
    assert with_boxes([a_case(size=(64, 51))], BOXES)[0].reference.boxes == {}


def test_the_table_of_the_package_is_whole_and_is_what_its_companion_says():
    boxes = read_boxes()
    folder = resources.files("condyle.recipes") / "boxes"
    said = yaml.safe_load((folder / "lumbar-spider.yaml").read_text("utf-8"))
    counts = Counter(label for item in boxes for label in item.labels)
    told = said["counts"].values()
    assert len(boxes) == sum(part["boxes"] for part in told)
    assert {name: sum(part[name] for part in told) for name in BOX_CLASSES} == counts
    assert len({item.series for item in boxes}) == sum(part["slices"] for part in told)
    without = [
        entry.split()[0] for part in said["another_count_than_graded"].values() for entry in part
    ]
    assert not {item.series for item in boxes} & {*without, *said["rejected_by_eye"]}
    assert len({(item.series, item.disc) for item in boxes}) == len(boxes)


@pytest.mark.needs("data")
def test_the_archive_of_real_slices_has_every_box_of_the_package(data_folder):
    archive = open_archive(data_folder / "lumbar-spider", layout="spider")
    drawn = [
        box for case in archive.cases for boxes in case.reference.boxes.values() for box in boxes
    ]
    assert len(drawn) == len(read_boxes())
    assert archive.box_classes == BOX_CLASSES


def test_the_page_on_the_boxes_states_the_counts_of_their_table():
    page = (Path(__file__).parents[2] / "docs" / "lumbar-boxes.md").read_text("utf-8")
    folder = resources.files("condyle.recipes") / "boxes"
    said = yaml.safe_load((folder / "lumbar-spider.yaml").read_text("utf-8"))
    for part in said["counts"].values():
        numbers = [part["slices"], part["patients"], part["boxes"], part[NEITHER]]
        numbers += [part["herniation"], part["spondylolisthesis"], part["both"]]
        assert " | ".join(f"{number:,}" for number in numbers) in page
    ill = [{b.patient for b in read_boxes() if label in b.labels} for label in BOX_CLASSES[1:]]
    assert f"{len(ill[0])} patients with a\nherniated disc and {len(ill[1])} with" in page
    without = [len(slices) for slices in said["another_count_than_graded"].values()]
    assert f"{without[0]} of the 360 slices and {without[1]} of the 217" in page


def test_the_sheets_show_every_box_of_a_slice_in_the_colour_of_its_labels():
    path = Path(__file__).parents[2] / "docs" / "make_box_sheets.py"
    spec = importlib.util.spec_from_file_location("make_box_sheets", path)
    sheets = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(sheets)
    assert list(sheets.by_slice(BOXES)) == ["1_t1"]
    drawn = np.asarray(sheets.tile(BOXES, (84, 34), None))
    assert drawn.shape == (84, 34, 3)
    for item in BOXES:
        assert (drawn == sheets.COLOURS[item.labels]).all(axis=2).sum() > 20
    whole = sheets.sheet([("a", Image.new("RGB", (34, 84)))] * 5, 2, titled=True)
    assert whole.size == (2 * 36, 3 * 98)
