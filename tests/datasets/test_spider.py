"""The SPIDER layout, on a small one written for the test and on the real one."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from condyle.datasets.spider import COLUMNS, graded_cases, is_spider, masked_cases
from condyle.domain.anatomy import FINDINGS
from condyle.errors import DatasetError

HEADER = ["patient", "disc", *COLUMNS]


def write_png(
    path: Path, shape: tuple[int, int] = (20, 30), value: int = 60, spot: int = 200
) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.full(shape, value, dtype=np.uint8)
    pixels[3, 5] = spot
    Image.fromarray(pixels).save(path)


def write_rows(path: Path, rows: list[list[object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows(rows)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Two patients with grades, a third without, and two masked slices of one of them."""
    for name in ("2_t1", "2_t2", "10_t2", "10_t2_SPACE", "33_t1"):
        write_png(tmp_path / "midsagittal" / f"{name}.png")
    write_rows(
        tmp_path / "gradings.csv",
        [
            HEADER,
            ["2", 1, 3, 0, 1, 0, 0, 0, 1, 0],
            ["2", 2, 5, 1, 1, 1, 1, 3, 0, 1],
            ["10", 1, 1, 0, 0, 0, 0, 0, 0, 0],
        ],
    )
    write_rows(
        tmp_path / "series.csv",
        [
            ["series", "sex", "Manufacturer", "MagneticFieldStrength"],
            ["2_t1", "F", "Maker", "1.5"],
            ["2_t2", "F", "Maker", "3.0"],
            ["10_t2", "", "Other", ""],
        ],
    )
    for number in (4, 5):
        name = f"10_t2_SPACE_slice{number}.png"
        write_png(tmp_path / "t2space" / "images" / name)
        write_png(tmp_path / "t2space" / "masks" / name, value=2, spot=1)
    return tmp_path


def test_each_column_is_a_finding_of_the_code_table() -> None:
    assert sorted(COLUMNS.values()) == sorted(FINDINGS)


def test_a_folder_is_known_by_its_gradings_and_slices(root: Path, tmp_path: Path) -> None:
    assert is_spider(root)
    assert not is_spider(root / "t2space")
    assert not is_spider(tmp_path / "nothing")


def test_one_case_a_patient_in_the_order_of_their_numbers(root: Path) -> None:
    cases = graded_cases(root)
    assert [case.patient for case in cases] == ["2", "10", "33"]
    assert [case.id for case in cases] == ["2", "10", "33"]


def test_the_weighting_and_plane_of_each_slice_come_from_the_layout(root: Path) -> None:
    series = {s.stem: s for case in graded_cases(root) for s in case.study.series}
    weightings = {stem: item.weighting.value for stem, item in series.items()}
    assert weightings == {
        "2_t1": "t1",
        "2_t2": "t2",
        "10_t2": "t2",
        "10_t2_SPACE": "t2-space",
        "33_t1": "t1",
    }
    for item in series.values():
        assert item.plane.value == "sagittal"
        assert item.modality == "MR"
        assert item.fat_suppressed.value is False
        assert item.spacing is None, "the pictures have none"


def test_a_slice_is_loaded_when_it_is_asked_for_and_is_its_own(root: Path) -> None:
    first, second = graded_cases(root)[0].study.series
    write_png(root / "midsagittal" / "2_t1.png", value=90)
    volume = first.load()
    assert volume.array.shape == first.shape == (1, 20, 30)
    assert volume.array.dtype == np.float32
    assert volume.array[0, 0, 0] == 90.0 and volume.array[0, 3, 5] == 200.0
    assert second.load().array[0, 0, 0] == 60.0
    assert volume.spacing is None and volume.affine is None


def test_grades_are_those_of_the_rows_disc_by_disc(root: Path) -> None:
    grades = graded_cases(root)[0].reference.grades
    assert set(grades) == {"disc-1", "disc-2"}
    assert grades["disc-1"]["pfirrmann-grade"] == 3
    assert grades["disc-1"]["disc-narrowing"] == 1
    assert grades["disc-2"]["pfirrmann-grade"] == 5
    assert grades["disc-2"]["disc-herniation"] == 1
    assert grades["disc-2"]["endplate-change-below"] == 1


def test_any_modic_type_is_the_presence_of_a_change(root: Path) -> None:
    grades = graded_cases(root)[0].reference.grades
    assert grades["disc-1"]["modic-change"] == 0
    assert grades["disc-2"]["modic-change"] == 1, "type 3 in the file"


def test_a_patient_without_grades_has_none(root: Path) -> None:
    assert graded_cases(root)[2].reference.grades == {}
    assert graded_cases(root)[2].covariates == {}


def test_covariates_are_the_patients_first_and_blanks_are_left_out(root: Path) -> None:
    cases = graded_cases(root)
    assert cases[0].covariates == {
        "sex": "F",
        "Manufacturer": "Maker",
        "MagneticFieldStrength": "1.5",
    }
    assert cases[1].covariates == {"Manufacturer": "Other"}


def test_covariates_are_not_needed(root: Path) -> None:
    (root / "series.csv").unlink()
    assert all(case.covariates == {} for case in graded_cases(root))


def test_one_case_a_masked_slice_under_its_patient(root: Path) -> None:
    cases = masked_cases(root)
    assert [case.id for case in cases] == ["10_t2_SPACE_slice4", "10_t2_SPACE_slice5"]
    for case in cases:
        assert case.patient == "10"
        (series,) = case.study.series
        assert series.weighting.value == "t2-space"
        mask = case.reference.masks[series.stem]
        assert mask.shape == series.shape and mask.dtype == np.uint8
        assert mask[0, 0, 0] == 2


def test_masks_may_be_absent_altogether(root: Path) -> None:
    for path in (root / "t2space" / "images").glob("*.png"):
        path.unlink()
    assert masked_cases(root) == ()


# ---- what breaks the layout -----------------------------------------------------------


@pytest.mark.parametrize("read", [graded_cases, masked_cases])
def test_a_folder_of_another_layout_is_refused(tmp_path: Path, read: object) -> None:
    with pytest.raises(DatasetError) as caught:
        read(tmp_path)
    assert "gradings.csv" in caught.value.needed
    assert len(caught.value.lines()) == 4


@pytest.mark.parametrize(
    "row",
    [
        ["10", 2, "three", 0, 0, 0, 0, 0, 0, 0],
        ["10", 2, "", 0, 0, 0, 0, 0, 0, 0],
        ["10", "top", 3, 0, 0, 0, 0, 0, 0, 0],
        ["10", 2, 3, 0, 0, 0, 0],
        ["10", 2, 2.5, 0, 0, 0, 0, 0, 0, 0],
    ],
)
def test_a_row_that_cannot_be_read_is_named_with_its_file(root: Path, row: list[object]) -> None:
    with (root / "gradings.csv").open("a", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerow(row)
    with pytest.raises(DatasetError) as caught:
        graded_cases(root)
    assert caught.value.found.startswith("gradings.csv, row 5: ")
    assert len(caught.value.lines()) == 4


def test_a_missing_column_is_told_with_those_that_are_needed(root: Path) -> None:
    rows = [["patient", "disc", "modic"], ["2", 1, 0]]
    write_rows(root / "gradings.csv", rows)
    with pytest.raises(DatasetError) as caught:
        graded_cases(root)
    assert caught.value.found.startswith("gradings.csv, row 2: ")
    assert "pfirrmann" in caught.value.needed


def test_a_slice_without_a_mask_is_named_with_the_file_that_is_needed(root: Path) -> None:
    (root / "t2space" / "masks" / "10_t2_SPACE_slice5.png").unlink()
    with pytest.raises(DatasetError) as caught:
        masked_cases(root)
    assert "10_t2_SPACE_slice5.png" in caught.value.found
    assert caught.value.needed == "t2space/masks/10_t2_SPACE_slice5.png"


def test_a_mask_of_another_size_is_named_with_both_sizes(root: Path) -> None:
    write_png(root / "t2space" / "masks" / "10_t2_SPACE_slice4.png", shape=(30, 20))
    with pytest.raises(DatasetError) as caught:
        masked_cases(root)
    assert caught.value.found == "10_t2_SPACE_slice4.png: image (20, 30), mask (30, 20)"


@pytest.mark.parametrize(
    "row",
    [
        ["10", 2, 0, 0, 0, 0, 0, 9, 0, 0],
        ["10", 2, 7, 0, 0, 0, 0, 3, 0, 0],
        ["10", 1, 3, 0, 0, 0, 0, 0, 0, 0],
    ],
    ids=["modic-or-other-over-its-range", "pfirrmann-over-five", "a-disc-twice"],
)
def test_a_grade_that_cannot_be_is_named_with_its_row(root: Path, row: list[object]) -> None:
    with (root / "gradings.csv").open("a", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerow(row)
    with pytest.raises(DatasetError) as caught:
        graded_cases(root)
    assert caught.value.found.startswith("gradings.csv, row 5: ")


def test_a_label_that_is_not_known_is_named_with_its_mask(root: Path) -> None:
    write_png(root / "t2space" / "masks" / "10_t2_SPACE_slice4.png", value=2, spot=9)
    with pytest.raises(DatasetError) as caught:
        masked_cases(root)
    assert caught.value.found == "t2space/masks/10_t2_SPACE_slice4.png: 9"


def test_a_slice_without_a_patient_in_its_name_is_named(root: Path) -> None:
    write_png(root / "midsagittal" / "abc_t1.png")
    with pytest.raises(DatasetError) as caught:
        graded_cases(root)
    assert caught.value.found == "midsagittal/abc_t1.png"


def test_a_broken_picture_is_named(root: Path) -> None:
    (root / "midsagittal" / "2_t1.png").write_bytes(b"\x89PNG\r\n\x1a\nnot a picture")
    with pytest.raises(DatasetError) as caught:
        graded_cases(root)
    assert caught.value.found.startswith("midsagittal/2_t1.png: ")


def test_a_table_that_is_not_text_is_named(root: Path) -> None:
    (root / "gradings.csv").write_bytes(b"patient,disc\n\xff\xfe\x00")
    with pytest.raises(DatasetError) as caught:
        graded_cases(root)
    assert caught.value.found.startswith("gradings.csv: ")


# ---- the real data --------------------------------------------------------------------


@pytest.mark.needs("data")
def test_the_real_data_has_the_published_counts(data_folder: Path) -> None:
    cases = graded_cases(data_folder / "lumbar-spider")
    assert len(cases) == 179
    assert sum(len(case.study.series) for case in cases) == 360
    assert sum(len(case.reference.grades) for case in cases) == 1240
    grades = {disc["pfirrmann-grade"] for case in cases for disc in case.reference.grades.values()}
    assert grades == {1, 2, 3, 4, 5}


@pytest.mark.needs("data")
def test_the_real_masks_are_217_slices_of_30_patients(data_folder: Path) -> None:
    cases = masked_cases(data_folder / "lumbar-spider")
    assert len(cases) == 217
    assert len({case.patient for case in cases}) == 30
    values = {
        int(v) for case in cases[:20] for m in case.reference.masks.values() for v in np.unique(m)
    }
    assert values == {0, 1, 2, 3}
