"""What is written as SPIDER's slices lie reads back as it was."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from condyle.datasets.archive import Archive, ArchiveOptions
from condyle.datasets.layouts import LAYOUTS, layout_of
from condyle.datasets.spider import COLUMNS, open_spider
from condyle.datasets.spider_writing import write_spider
from condyle.domain.case import Case, LabelledBox, Reference
from condyle.domain.study import Attribute, Series, Study
from condyle.domain.volume import Volume
from condyle.errors import DatasetError, OutputError

HEALTHY = dict.fromkeys(COLUMNS.values(), 0) | {"pfirrmann-grade": 2}
ILL = {**HEALTHY, "pfirrmann-grade": 5, "disc-herniation": 1, "modic-change": 1}


def picture(stem: str, seed: int = 1, *, scale: float = 1.0) -> Series:
    array = np.random.default_rng(seed).integers(0, 256, (1, 12, 9)).astype(np.float32) * scale
    return Series(
        stem=stem, load=lambda: Volume(array), shape=(1, 12, 9), weighting=Attribute("t2")
    )


def graded(number: str = "90001", **changes: object) -> Case:
    case = Case(
        id=number,
        patient=number,
        study=Study(None, (picture(f"{number}_t1", 1), picture(f"{number}_t2", 2))),
        reference=Reference(grades={"disc-1": ILL, "disc-2": HEALTHY}),
        covariates={"sex": "F", "MagneticFieldStrength": "3"},
    )
    return replace(case, **changes)


def masked(number: str = "90001", label: int = 3) -> Case:
    stem = f"{number}_t2_SPACE_slice4"
    mask = np.full((1, 12, 9), label, np.uint8)
    return Case(
        id=stem,
        patient=number,
        study=Study(None, (picture(stem, 3),)),
        reference=Reference(masks={stem: mask}),
    )


def archive(*cases: Case) -> Archive:
    return Archive(layout="spider", cases=cases)


def test_cases_read_back_as_they_were_written(tmp_path: Path) -> None:
    written = (graded(), graded("90002"), masked(), masked("90002"))
    root = tmp_path / "out"
    write_spider(root, archive(*written))
    assert layout_of(root) == "spider"
    read = {case.id: case for case in open_spider(root, ArchiveOptions()).cases}
    assert set(read) == {case.id for case in written}
    for case in written:
        other = read[case.id]
        assert other.patient == case.patient
        assert other.reference.grades == case.reference.grades
        assert set(other.reference.masks) == set(case.reference.masks)
        for stem, mask in case.reference.masks.items():
            np.testing.assert_array_equal(other.reference.masks[stem], mask)
        for one, series in zip(other.study.series, case.study.series, strict=True):
            assert one.stem == series.stem
            np.testing.assert_array_equal(one.load().array, series.load().array)
    assert read["90001"].covariates == {"sex": "F", "MagneticFieldStrength": "3"}


def test_a_finding_without_a_grade_is_written_as_absent(tmp_path: Path) -> None:
    only = graded(reference=Reference(grades={"disc-1": {"pfirrmann-grade": 3}}))
    write_spider(tmp_path / "out", archive(only))
    (case,) = open_spider(tmp_path / "out", ArchiveOptions()).cases
    assert case.reference.grades["disc-1"] == {**HEALTHY, "pfirrmann-grade": 3}


def test_discs_are_written_in_their_order(tmp_path: Path) -> None:
    many = graded(reference=Reference(grades={f"disc-{n}": HEALTHY for n in (10, 2, 1)}))
    write_spider(tmp_path / "out", archive(many))
    rows = (tmp_path / "out" / "gradings.csv").read_text("utf-8").splitlines()[1:]
    assert [row.split(",")[1] for row in rows] == ["1", "2", "10"]


@pytest.mark.parametrize(
    "wrong",
    [
        graded(patient="anna"),
        graded(reference=Reference(grades={"study": {"disc-herniation": 1}})),
        graded(reference=Reference(grades={"disc-1": {"gout": 1}})),
        graded(reference=Reference(boxes={"90001_t1": (LabelledBox((0, 0, 2, 2), ()),)})),
        graded(study=Study(None, (picture("90001_flair"),))),
        graded(study=Study(None, (picture("90002_t1"),))),
        graded(study=Study(None, (replace(picture("90001_t1"), shape=(2, 12, 9)),))),
        graded(study=Study(None, (picture("90001_t1", scale=2.0),))),
        graded(study=Study(None, (picture("90001_t1", scale=0.3),))),
        masked(label=4),
    ],
    ids=[
        "patient",
        "study label",
        "finding",
        "box",
        "sequence",
        "other patient",
        "volume",
        "bright",
        "fractions",
        "mask",
    ],
)
def test_what_has_no_place_is_refused(tmp_path: Path, wrong: Case) -> None:
    with pytest.raises(DatasetError, match="spider"):
        write_spider(tmp_path / "out", archive(wrong))


def test_a_folder_that_holds_something_is_refused(tmp_path: Path) -> None:
    (tmp_path / "old.txt").write_text("kept", encoding="utf-8")
    with pytest.raises(OutputError):
        write_spider(tmp_path, archive(graded()))


def test_the_layout_is_written_by_its_name() -> None:
    assert LAYOUTS["spider"].write is write_spider
