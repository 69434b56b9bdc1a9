"""The KneeMRI layout."""

from __future__ import annotations

import os
import pickle
from pathlib import Path

import numpy as np
import pytest

from condyle.datasets.archive import ArchiveOptions
from condyle.datasets.kneemri import is_kneemri, open_kneemri
from condyle.datasets.layouts import layout_of, open_archive
from condyle.errors import BadConfiguration, BadImage, DatasetError, UnsafeInput
from condyle.preprocessing import prepare

HEADER = (
    "examId,seriesNo,aclDiagnosis,kneeLR,roiX,roiY,roiZ,roiHeight,roiWidth,roiDepth,volumeFilename"
)


def volume(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 4096, (6, 30, 32)).astype(np.uint16)


def put(path: Path, content: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(pickle.dumps(content, 2))


def rows(root: Path, *lines: str) -> None:
    (root / "metadata.csv").write_text("\n".join([HEADER, *lines]) + "\n")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Two exams, one of two volumes, in two folders."""
    put(tmp_path / "vol01" / "329637-8.pck", volume(0))
    put(tmp_path / "vol01" / "329637-9.pck", volume(1))
    put(tmp_path / "vol02" / "390116-2.pck", volume(2))
    rows(
        tmp_path,
        "329637,8,0,1,10,12,2,8,9,3,329637-8.pck",
        "329637,9,1,1,1,2,0,10,11,6,329637-9.pck",
        "390116,2,2,0,4,5,1,6,7,1,390116-2.pck",
    )
    return tmp_path


def test_the_layout_is_recognised_and_gives_a_case_a_volume(root: Path) -> None:
    assert layout_of(root) == "kneemri"
    archive = open_archive(root)
    assert [case.id for case in archive.cases] == ["329637-8", "329637-9", "390116-2"]
    assert [case.patient for case in archive.cases] == ["329637", "329637", "390116"]
    assert not archive.unreadable and archive.sides == {}


def test_the_three_way_label_and_its_mapping_are_stated(root: Path) -> None:
    archive = open_archive(root)
    assert archive.labels["acl-injury"] == ("intact", "partial-tear", "complete-tear")
    assert [case.reference.grades["study"] for case in archive.cases] == [
        {"acl-injury": 0, "acl-tear": 0},
        {"acl-injury": 1, "acl-tear": 1},
        {"acl-injury": 2, "acl-tear": 1},
    ]
    assert "'acl-tear' is yes for 1 and 2" in archive.notes[0]


def test_volumes_are_sagittal_and_loaded_as_they_were_pickled(root: Path) -> None:
    for seed, case in enumerate(open_archive(root).cases):
        (series,) = case.study.series
        assert series.plane.value == "sagittal" and series.weighting.value == "pd"
        assert series.fat_suppressed.value is True and series.modality == "MR"
        loaded = series.load()
        assert np.array_equal(loaded.array, volume(seed)) and loaded.array.dtype == np.float32
        assert loaded.array.shape == series.shape and loaded.spacing is None
        spec = ({"step": "fit", "rows": 16, "columns": 16},)
        assert prepare(loaded, spec).array.shape == (6, 16, 16)


def test_the_region_is_a_box_on_each_of_its_slices(root: Path) -> None:
    archive = open_archive(root)
    assert archive.box_classes == ("acl-region",)
    boxes = archive.cases[0].reference.boxes["329637-8"]
    assert [box.slice for box in boxes] == [2, 3, 4]
    assert {box.box for box in boxes} == {(12.0, 10.0, 20.0, 19.0)}
    assert {box.labels for box in boxes} == {("acl-region",)}
    assert not archive.cases[0].reference.masks


def test_the_side_of_the_knee_is_no_more_than_its_code(root: Path) -> None:
    archive = open_archive(root)
    assert [case.covariates for case in archive.cases] == [
        {"kneeLR": "1"},
        {"kneeLR": "1"},
        {"kneeLR": "0"},
    ]


class _Runs:
    def __init__(self, command: str) -> None:
        self.command = command

    def __reduce__(self) -> object:
        return os.system, (self.command,)


def test_a_pickle_that_would_run_something_is_listed_and_runs_nothing(root: Path) -> None:
    put(root / "vol01" / "329637-8.pck", _Runs(f"touch {root / 'was-run'}"))
    archive = open_archive(root)
    assert len(archive.cases) == 2
    (one,) = archive.unreadable
    assert (one.file, one.why) == (
        "vol01/329637-8.pck",
        f"a pickle that asks for {os.name}.system",
    )
    assert not (root / "was-run").exists()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (np.zeros((2, 3), np.uint8), "2 axes"),
        (np.zeros((2, 3, 4), np.uint8), "3 x 4 pixels in 2 slices"),
        ([1, 2], "the instruction EMPTY_LIST"),
    ],
)
def test_a_pickle_of_something_else_is_listed(root: Path, content: object, why: str) -> None:
    put(root / "vol01" / "329637-8.pck", content)
    assert [one.why for one in open_archive(root).unreadable] == [why]


def test_a_volume_that_ends_early_is_listed(root: Path) -> None:
    path = root / "vol02" / "390116-2.pck"
    path.write_bytes(path.read_bytes()[:-100])
    (one,) = open_archive(root).unreadable
    assert (one.file, one.why) == ("vol02/390116-2.pck", "a pickle that is damaged or ends early")


def test_a_volume_that_changes_later_is_told_when_it_is_loaded(root: Path) -> None:
    series = open_archive(root).cases[0].study.series[0]
    put(root / "vol01" / "329637-8.pck", _Runs("true"))
    with pytest.raises(UnsafeInput, match=r"vol01/329637-8\.pck"):
        series.load()
    (root / "vol01" / "329637-8.pck").write_bytes(b"x")
    with pytest.raises(BadImage):
        series.load()


def test_rows_and_volumes_without_each_other_are_listed(root: Path) -> None:
    put(root / "vol02" / "stray.pck", volume(3))
    (root / "vol01" / "329637-9.pck").unlink()
    told = {one.file: one.why for one in open_archive(root).unreadable}
    assert told == {
        "metadata.csv, row 3": "names a volume that is not here",
        "vol02/stray.pck": "a volume without a row in metadata.csv",
    }


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ("1,1,3,0,1,1,1,1,1,1,a.pck", "aclDiagnosis 3"),
        ("1,1,x,0,1,1,1,1,1,1,a.pck", "a value that is no whole number"),
        ("1,1,1,0,1,1,1,1,1,,a.pck", "a value that is no whole number"),
        ("1,1,1,0,1,1,1,0,1,1,a.pck", "a region without extent"),
        ("1,1,1,0,1,1,1,1,1,1,", "no volumeFilename"),
        ("1,1,1,0,1,1,1,1,1,1,329637-8.pck", "'329637-8.pck' again"),
        ("390116,2,2,0,30,5,1,6,7,1,390116-2.pck", "a region of 1 x 6 x 7 at (1, 5, 30)"),
        ("390116,2,2,0,4,5,6,6,7,1,390116-2.pck", "a region of 1 x 6 x 7 at (6, 5, 4)"),
        ("390116,2,2,0,-1,5,1,6,7,1,390116-2.pck", "a region of 1 x 6 x 7 at (1, 5, -1)"),
    ],
)
def test_a_row_that_cannot_be_used_is_named(root: Path, row: str, found: str) -> None:
    rows(root, "329637,8,0,1,10,12,2,8,9,3,329637-8.pck", row)
    with pytest.raises(DatasetError) as refused:
        open_archive(root)
    assert refused.value.found == f"metadata.csv, row 3: {found}"
    assert len(refused.value.lines()) == 4


def test_a_column_that_is_missing_is_named(root: Path) -> None:
    (root / "metadata.csv").write_text("examId,aclDiagnosis,volumeFilename\n1,0,a.pck\n")
    with pytest.raises(DatasetError) as refused:
        open_archive(root)
    assert refused.value.found.startswith("metadata.csv, row 1: no column kneeLR, roiX")


def test_volumes_that_are_still_packed_are_told_of(root: Path) -> None:
    for path in root.rglob("*.pck"):
        path.rename(path.with_suffix(".7z"))
    with pytest.raises(DatasetError, match="still packed"):
        open_archive(root)


def test_two_volumes_of_one_name_are_refused(root: Path) -> None:
    put(root / "copy" / "329637-8.pck", volume(0))
    with pytest.raises(DatasetError, match="one name") as refused:
        open_archive(root)
    assert refused.value.found == "copy/329637-8.pck and vol01/329637-8.pck"


def test_other_folders_and_options_are_refused(root: Path, tmp_path: Path) -> None:
    assert not is_kneemri(tmp_path / "absent")
    with pytest.raises(DatasetError, match="layout 'kneemri'"):
        open_kneemri(tmp_path / "absent", ArchiveOptions())
    with pytest.raises(BadConfiguration):
        open_kneemri(root, ArchiveOptions(labels=("a",)))
