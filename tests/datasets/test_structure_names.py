"""What masks show is named beside them, and read from there."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from condyle.datasets.archive import Archive
from condyle.datasets.layouts import open_archive
from condyle.datasets.pair_writing import write_pairs
from condyle.datasets.structure_names import FILE, names_kept, write_names
from condyle.datasets.table_writing import write_table
from condyle.domain.case import STUDY_UNIT, Case, Reference
from condyle.domain.study import Attribute, Series, Study
from condyle.domain.volume import Volume


def case(name: str, value: int, *, graded: bool) -> Case:
    picture = np.arange(20 * 24, dtype=np.float32).reshape(1, 20, 24) % 251
    mask = np.zeros((1, 20, 24), np.uint8)
    mask[0, 4:9, 5:12] = value
    series = Series(
        uid=None,
        stem=name,
        plane=Attribute(None),
        weighting=Attribute(None),
        spacing=None,
        shape=(1, 20, 24),
        load=lambda: Volume(picture),
    )
    grades = {STUDY_UNIT: {"quality": value % 2}} if graded else {}
    reference = Reference(masks={name: mask}, grades=grades)
    return Case(name, f"who-{name}", Study(None, (series,)), reference)


def archive(*values: int, graded: bool, names: tuple[str, ...] = ("meniscus tear",)) -> Archive:
    cases = tuple(case(f"c{n}", value, graded=graded) for n, value in enumerate(values))
    labels = {"quality": ("good", "poor")} if graded else {}
    return Archive("pairs", cases, labels=labels, structures=("background", *names))


@pytest.mark.parametrize("graded", [True, False], ids=["table", "pairs"])
@pytest.mark.parametrize("values", [(1, 1, 0), (0, 0, 0)], ids=["drawn", "nothing drawn"])
def test_one_area_keeps_its_name(tmp_path: Path, values: tuple[int, ...], graded: bool) -> None:
    write = write_table if graded else write_pairs
    write(tmp_path / "out", archive(*values, graded=graded))
    read = open_archive(tmp_path / "out")
    assert read.layout == ("table" if graded else "pairs")
    assert read.structures == ("background", "meniscus tear")
    drawn = [int(mask.sum()) for one in read.cases for mask in one.reference.masks.values()]
    assert sorted(drawn) == sorted(35 * value for value in values)


@pytest.mark.parametrize("graded", [True, False], ids=["table", "pairs"])
def test_of_several_areas_each_keeps_its_name_where_only_the_second_was_drawn(
    tmp_path: Path, graded: bool
) -> None:
    write = write_table if graded else write_pairs
    write(tmp_path / "out", archive(2, 0, graded=graded, names=("acl", "pcl")))
    read = open_archive(tmp_path / "out")
    assert read.structures == ("background", "acl", "pcl")
    masks = [mask for one in read.cases for mask in one.reference.masks.values()]
    assert {int(mask.max()) for mask in masks} == {0, 2}


def test_without_the_file_one_area_is_a_lesion_as_before(tmp_path: Path) -> None:
    write_table(tmp_path / "out", archive(1, 0, graded=True))
    (tmp_path / "out" / FILE).unlink()
    assert open_archive(tmp_path / "out").structures == ("background", "lesion")


def test_names_that_fit_no_value_are_those_of_other_files(tmp_path: Path) -> None:
    write_table(tmp_path / "out", archive(1, 0, graded=True))
    (tmp_path / "out" / FILE).write_text(json.dumps({"labels": {"bone": 7}}))
    assert open_archive(tmp_path / "out").structures == ("background", "lesion")


@pytest.mark.parametrize("text", ["", "[]", '{"labels": 3}', '{"labels": {"a": {}}}', "[" * 9999])
def test_a_file_that_is_another_names_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text)
    assert names_kept(tmp_path) == {}


def test_names_are_read_whichever_way_round_they_stand(tmp_path: Path) -> None:
    for labels in ({"background": 0, "acl": 1}, {"0": "background", "1": "acl"}):
        (tmp_path / FILE).write_text(json.dumps({"labels": labels}))
        assert names_kept(tmp_path) == {"1": "acl"}


def test_an_archive_without_structures_gets_no_file(tmp_path: Path) -> None:
    write_names(tmp_path, ())
    write_names(tmp_path, ("background",))
    assert not (tmp_path / FILE).exists()
    write_names(tmp_path, ("background", "acl"))
    assert names_kept(tmp_path) == {"1": "acl"}
