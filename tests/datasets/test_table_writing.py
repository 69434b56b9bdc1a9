"""What is written as a table of images reads back as it was."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from condyle.datasets.archive import Archive
from condyle.datasets.layouts import LAYOUTS, open_archive
from condyle.datasets.table_writing import TABLE, write_table
from condyle.domain.case import STUDY_UNIT, Case, LabelledBox, Reference
from condyle.domain.study import Attribute, Series, Study
from condyle.domain.volume import Volume
from condyle.errors import DatasetError, OutputError


def series(stem: str, seed: int) -> Series:
    array = np.random.default_rng(seed).integers(0, 255, (2, 20, 16)).astype(np.float32)
    affine = np.diag([4.0, 1.0, 1.0, 1.0])[:, [0, 1, 2, 3]]
    affine[:3, :3] = [[4.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]]
    volume = Volume(array, (4.0, 1.0, 1.0), affine)
    return Series(
        stem=stem,
        load=lambda: volume,
        shape=(2, 20, 16),
        plane=Attribute("sagittal"),
        weighting=Attribute("t1"),
    )


def case(name: str, value: int, **changes: object) -> Case:
    mask = np.zeros((2, 20, 16), np.uint8)
    mask[0, 1:3, 1:4] = 1
    made = Case(
        id=name,
        patient=f"p{name}",
        study=Study(None, (series("first", value), series("second", value + 10))),
        reference=Reference(masks={"first": mask}, grades={STUDY_UNIT: {"tear": value}}),
        covariates={"sex": "F", "age": "40"},
    )
    return replace(made, **changes)


def archive(*cases: Case, **more: object) -> Archive:
    return Archive("table", cases, labels={"tear": ("no", "yes")}, **more)


def test_cases_read_back_as_they_were_written(tmp_path: Path) -> None:
    written = (case("7", 1), case("8", 0))
    write_table(tmp_path / "out", archive(*written))
    read = open_archive(tmp_path / "out")
    assert read.layout == "table"
    assert read.labels == {"tear": ("no", "yes")}
    for one, other in zip(read.cases, written, strict=True):
        assert (one.id, one.patient, one.covariates) == (other.id, other.patient, other.covariates)
        assert one.reference.grades == other.reference.grades
        np.testing.assert_array_equal(one.reference.masks["first"], other.reference.masks["first"])
        assert set(one.reference.masks) == {"first"}
        for image, source in zip(one.study.series, other.study.series, strict=True):
            assert image.stem == source.stem
            assert image.plane.value == "sagittal"
            np.testing.assert_array_equal(image.load().array, source.load().array)


def test_labels_of_single_images_and_the_split_are_kept(tmp_path: Path) -> None:
    own = Reference(grades={"first": {"tear": 1}, "second": {"tear": 0}})
    sides = {"p7": "test", "p8": "train"}
    made = archive(case("7", 0, reference=own), case("8", 1, reference=own), sides=sides)
    write_table(tmp_path / "out", made)
    read = open_archive(tmp_path / "out")
    assert read.cases[0].reference.grades == own.grades
    assert read.sides == sides


def test_an_image_without_a_label_has_an_empty_cell(tmp_path: Path) -> None:
    write_table(tmp_path / "out", archive(case("7", 1), case("8", 0, reference=Reference())))
    rows = (tmp_path / "out" / TABLE).read_text("utf-8").splitlines()
    assert rows[0] == "image,mask,patient,study,series,label_tear,age,sex"
    assert rows[1].endswith(",p7,7,first,yes,40,F")
    assert rows[3].endswith(",,p8,8,first,,40,F")


@pytest.mark.parametrize(
    "wrong",
    [
        case("7", 1, reference=Reference(boxes={"first": (LabelledBox((0, 0, 1, 1), ()),)})),
        case("7", 1, reference=Reference(grades={"disc-1": {"tear": 1}})),
        case("7", 1, reference=Reference(grades={"study": {"tear": 1}, "first": {"tear": 1}})),
        case("../7", 1),
    ],
    ids=["boxes", "part", "twice", "name"],
)
def test_what_has_no_place_is_refused(tmp_path: Path, wrong: Case) -> None:
    with pytest.raises(DatasetError, match="table"):
        write_table(tmp_path / "out", archive(wrong))
    assert not (tmp_path / "out").exists()


def test_two_images_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="two images"):
        write_table(tmp_path / "out", archive(case("7", 1), case("7", 1)))


def test_a_folder_that_holds_something_is_refused(tmp_path: Path) -> None:
    (tmp_path / "old.txt").write_text("kept", encoding="utf-8")
    with pytest.raises(OutputError):
        write_table(tmp_path, archive(case("7", 1)))


def test_the_layout_is_written_by_its_name() -> None:
    assert LAYOUTS["table"].write is write_table
