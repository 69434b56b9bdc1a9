"""SPIDER as published, on a small one written for the test and on the real labels."""

from __future__ import annotations

import csv
import zlib
from pathlib import Path

import numpy as np
import pytest

from condyle.datasets.archive import ArchiveOptions
from condyle.datasets.layouts import layout_of, open_archive
from condyle.datasets.spider import COLUMNS as SHORT
from condyle.datasets.spider import STRUCTURES, graded_cases
from condyle.datasets.spider_volumes import COLUMNS, is_spider_volumes, open_spider_volumes
from condyle.domain.anatomy import FINDINGS
from condyle.errors import BadConfiguration, BadImage, DatasetError
from condyle.preprocessing import prepare

PUBLISHED = [
    *("Patient", "IVD label", "Modic", "UP endplate", "LOW endplate", "Spondylolisthesis"),
    *("Disc herniation", "Disc narrowing", "Disc bulging", "Pfirrman grade"),
]
SIDES = (4, 20, 24)
SAGITTAL = "1 0 0 0 1 0 0 0 1"


def put(path: Path, array: np.ndarray, *, matrix: str = SAGITTAL, kind: str = "MET_SHORT") -> None:
    """Writes (x, y, z) voxels as a deflated MHA, thick along x."""
    path.parent.mkdir(parents=True, exist_ok=True)
    head = (
        f"ObjectType = Image\nNDims = 3\nBinaryData = True\nCompressedData = True\n"
        f"TransformMatrix = {matrix}\nOffset = 0 0 0\nElementSpacing = 4 0.5 0.5\n"
        f"DimSize = {' '.join(map(str, array.shape))}\nElementType = {kind}\n"
        "ElementDataFile = LOCAL\n"
    )
    path.write_bytes(head.encode() + zlib.compress(array.tobytes(order="F")))


def volume(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 900, SIDES).astype(np.int16)


def mask() -> np.ndarray:
    drawn = np.zeros(SIDES, dtype=np.int16)
    for at, value in enumerate((1, 25, 101, 100, 201, 225)):
        drawn[1, 2 * at : 2 * at + 2, 3:9] = value
    return drawn


def write_rows(path: Path, rows: list[list[object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows(rows)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Two patients with masks and grades, a third with an image alone."""
    for seed, name in enumerate(("2_t1", "2_t2", "10_t2_SPACE", "33_t1")):
        put(tmp_path / "images" / f"{name}.mha", volume(seed))
        if name != "33_t1":
            put(tmp_path / "masks" / f"{name}.mha", mask())
    write_rows(
        tmp_path / "radiological_gradings.csv",
        [
            PUBLISHED,
            [2, 1, 0, 0, 1, 0, 0, 1, 0, 3],
            [2, 2, 3, 1, 0, 1, 1, 0, 1, 5],
            [10, 1, 0, 0, 0, 0, 0, 0, 0, 1],
        ],
    )
    write_rows(
        tmp_path / "overview.csv",
        [
            ["new_file_name", "subset", "sex", "Manufacturer", "MagneticFieldStrength"],
            ["2_t1", "training", "F", "Maker", "1.5"],
            ["2_t2", "training", "F", "Maker", "1.5"],
            ["10_t2_SPACE", "validation", "", "Other", ""],
            ["33_t1", "training", "M", "", ""],
        ],
    )
    return tmp_path


def test_the_layout_is_recognised_and_gives_a_case_a_patient(root: Path) -> None:
    assert layout_of(root) == "spider-volumes"
    archive = open_archive(root)
    assert [case.patient for case in archive.cases] == ["2", "10", "33"]
    assert archive.structures == STRUCTURES and archive.licence == "CC BY 4.0"
    assert not archive.unreadable
    assert "3 of 4 series have a mask, 2 of 3 patients grades." in archive.notes


def test_its_findings_are_those_of_the_slices_and_of_the_code_table(root: Path) -> None:
    assert dict(COLUMNS.values()) == SHORT
    assert sorted(open_archive(root).labels) == sorted(FINDINGS)


def test_series_are_volumes_with_the_weighting_of_their_name(root: Path) -> None:
    series = {s.stem: s for case in open_archive(root).cases for s in case.study.series}
    assert {stem: one.weighting.value for stem, one in series.items()} == {
        "2_t1": "t1",
        "2_t2": "t2",
        "10_t2_SPACE": "t2-space",
        "33_t1": "t1",
    }
    for one in series.values():
        loaded = one.load()
        assert one.plane.value == "sagittal" and one.modality == "MR"
        assert loaded.array.shape == one.shape == (4, 24, 20)
        assert loaded.spacing == pytest.approx((4.0, 0.5, 0.5))
        prepared = prepare(loaded, ({"step": "fit", "rows": 16, "columns": 16},))
        assert prepared.array.shape == (4, 16, 16)


def test_the_structures_of_a_mask_are_those_of_the_slices(root: Path) -> None:
    (case,) = [case for case in open_archive(root).cases if case.patient == "10"]
    labels = case.reference.masks["10_t2_SPACE"]
    array = case.study.series[0].load().array
    assert labels.dtype == np.uint8 and labels.shape == array.shape
    numbers = {"background": 0, "intervertebral-disc": 1, "vertebra": 2, "spinal-canal": 3}
    assert {STRUCTURES.index(name): name for name in numbers} == dict(enumerate(STRUCTURES))
    stored, drawn = volume(2), mask()
    for structure, values in (("vertebra", (1, 25, 101)), ("spinal-canal", (100,))):
        expected = np.sort(stored[np.isin(drawn, values)])
        assert np.array_equal(np.sort(array[labels == numbers[structure]]), expected)
    assert (labels == 1).sum() == np.isin(drawn, (201, 225)).sum()


def test_masks_are_read_when_they_are_asked_for(root: Path) -> None:
    case = open_archive(root).cases[0]
    (root / "masks" / "2_t1.mha").write_bytes(b"gone")
    assert sorted(case.reference.masks) == ["2_t1", "2_t2"]
    assert case.reference.masks["2_t2"].any()
    with pytest.raises(BadImage):
        _ = case.reference.masks["2_t1"]


def test_grades_are_those_of_the_rows_disc_by_disc(root: Path) -> None:
    first, second, third = open_archive(root).cases
    assert first.reference.grades["disc-1"] == {
        "pfirrmann-grade": 3,
        "disc-herniation": 0,
        "disc-narrowing": 1,
        "disc-bulging": 0,
        "spondylolisthesis": 0,
        "modic-change": 0,
        "endplate-change-above": 0,
        "endplate-change-below": 1,
    }
    assert first.reference.grades["disc-2"]["modic-change"] == 1, "type 3 in the file"
    assert first.reference.grades["disc-2"]["endplate-change-above"] == 1
    assert set(second.reference.grades) == {"disc-1"} and third.reference.grades == {}


def test_sides_and_covariates_come_from_the_overview(root: Path) -> None:
    archive = open_archive(root)
    assert archive.sides == {"2": "train", "10": "validation", "33": "train"}
    assert [case.covariates for case in archive.cases] == [
        {"sex": "F", "Manufacturer": "Maker", "MagneticFieldStrength": "1.5"},
        {"Manufacturer": "Other"},
        {"sex": "M"},
    ]


def test_images_alone_are_read(root: Path) -> None:
    for name in ("radiological_gradings.csv", "overview.csv"):
        (root / name).unlink()
    for path in (root / "masks").glob("*"):
        path.unlink()
    archive = open_archive(root, layout="spider-volumes")
    assert len(archive.cases) == 3 and archive.structures == () and archive.sides == {}


def test_a_mask_that_lost_its_geometry_is_taken_voxel_by_voxel(root: Path) -> None:
    before = open_archive(root).cases[0].reference.masks["2_t1"]
    put(root / "masks" / "2_t1.mha", mask(), matrix="0 1 0 1 0 0 0 0 1", kind="MET_SHORT")
    path = root / "masks" / "2_t1.mha"
    path.write_bytes(path.read_bytes().replace(b"4 0.5 0.5", b"1 1 1"))
    assert np.array_equal(open_archive(root).cases[0].reference.masks["2_t1"], before)


# ---- what breaks the layout -----------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ([10, 1, 0, 0, 0, 0, 0, 0, 0, 1], "a disc that was graded before"),
        ([10, 2, 4, 0, 0, 0, 0, 0, 0, 1], "Modic 4"),
        ([10, 2, 0, 0, 0, 0, 0, 0, 0, 6], "Pfirrman grade 6"),
        ([10, 2, 0, 2, 0, 0, 0, 0, 0, 1], "UP endplate 2"),
        ([10, 2, 0, "x", 0, 0, 0, 0, 0, 1], "UP endplate that is no number"),
        ([10, 2, 0, "", 0, 0, 0, 0, 0, 1], "UP endplate that is no number"),
        ([10, 1.5, 0, 0, 0, 0, 0, 0, 0, 1], "IVD label 1.5"),
    ],
)
def test_a_row_that_cannot_be_used_is_named(root: Path, row: list[object], found: str) -> None:
    with (root / "radiological_gradings.csv").open("a", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerow(row)
    with pytest.raises(DatasetError) as refused:
        open_archive(root)
    assert refused.value.found == f"radiological_gradings.csv, row 5: {found}"
    assert len(refused.value.lines()) == 4


def test_a_column_that_is_missing_is_named(root: Path) -> None:
    write_rows(root / "radiological_gradings.csv", [PUBLISHED[:-1], [2, 1, *[0] * 7]])
    with pytest.raises(DatasetError) as refused:
        open_archive(root)
    assert refused.value.found.endswith("row 1: no column for pfirrman_grade")


def test_a_mask_of_another_size_is_named_with_both(root: Path) -> None:
    put(root / "masks" / "2_t2.mha", mask()[:, :, :20])
    with pytest.raises(DatasetError, match="differ in size") as refused:
        open_archive(root)
    assert refused.value.found == "images/2_t2.mha: 4 x 24 x 20; masks/2_t2.mha: 4 x 20 x 20"


def test_a_value_that_is_no_structure_is_named_with_its_mask(root: Path) -> None:
    wrong = mask()
    wrong[0, 0, 0] = 77
    put(root / "masks" / "2_t2.mha", wrong)
    with pytest.raises(DatasetError, match="no structure") as refused:
        _ = open_archive(root).cases[0].reference.masks["2_t2"]
    assert refused.value.found == "masks/2_t2.mha: 77"


def test_broken_files_are_listed_and_lose_no_other(root: Path) -> None:
    (root / "images" / "2_t1.mha").write_bytes(b"ObjectType = Image\n")
    (root / "images" / "33_t1.mha").write_bytes(b"")
    (root / "masks" / "10_t2_SPACE.mha").write_bytes(b"x")
    put(root / "masks" / "99_t1.mha", mask())
    archive = open_archive(root)
    assert [case.id for case in archive.cases] == ["2", "10"]
    assert [one.file for one in archive.unreadable] == [
        "images/2_t1.mha",
        "masks/10_t2_SPACE.mha",
        "images/33_t1.mha",
        "masks/99_t1.mha",
    ]
    assert sorted(archive.cases[0].reference.masks) == ["2_t2"]


def test_other_folders_and_options_are_refused(root: Path, tmp_path: Path) -> None:
    assert not is_spider_volumes(tmp_path / "absent")
    with pytest.raises(DatasetError, match="layout 'spider-volumes'"):
        open_spider_volumes(tmp_path / "absent", ArchiveOptions())
    with pytest.raises(BadConfiguration):
        open_spider_volumes(root, ArchiveOptions(classes=("a", "b")))


# ---- the real labels ------------------------------------------------------------------


@pytest.mark.needs("data")
def test_the_real_grades_under_the_published_columns_are_those_of_the_slices(
    data_folder: Path, tmp_path: Path
) -> None:
    names = {short: name for name, (short, _) in COLUMNS.items()}
    with (data_folder / "lumbar-spider" / "gradings.csv").open(newline="") as stream:
        header, *rows = list(csv.reader(stream))
    renamed = ["Patient", "IVD label", *(names[name].replace("_", " ") for name in header[2:])]
    write_rows(tmp_path / "radiological_gradings.csv", [renamed, *rows])
    for patient in ("1", "100"):
        put(tmp_path / "images" / f"{patient}_t1.mha", volume(0))
    expected = {
        case.id: case.reference.grades for case in graded_cases(data_folder / "lumbar-spider")
    }
    for case in open_archive(tmp_path).cases:
        assert case.reference.grades == expected[case.id] and len(case.reference.grades) > 4
