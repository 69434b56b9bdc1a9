"""A table of images in a folder: CSV, Excel or Parquet."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import nibabel as nib
import numpy as np
import openpyxl
import pyarrow
import pyarrow.parquet
import pytest
from PIL import Image

from condyle.datasets import rows as rows_module
from condyle.datasets.archive import Archive, ArchiveOptions
from condyle.datasets.layouts import layout_of, open_archive
from condyle.datasets.table import is_table, open_table
from condyle.domain.case import Case
from condyle.errors import BadConfiguration, DatasetError, MissingExtra

Put = Callable[..., Path]
HEADER = ["image", "patient", "label", "label_side", "mask", "split", "age", "sex", "Patient Name"]
ROWS: list[list[object]] = [
    ["im/a.png", "p1", "tear", 1, "seg/a.png", "train", 41, "F", "Doe"],
    ["im/b.png", "p1", "normal", 0, "", "train", 41, "F", "Doe"],
    ["im/c.png", "p2", "intact", "", "seg/c.png", "val", "", "M", "Roe"],
    ["im/d.png", "p3", "tear", 1, "", "test", 60, "", "Poe"],
]


def put_png(path: Path, value: int = 60, shape: tuple[int, int] = (20, 30)) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.zeros(shape, dtype=np.uint8)
    pixels[3:9, 5:12] = value
    Image.fromarray(pixels).save(path)


def put_csv(root: Path, rows: list[list[object]], name: str = "labels.csv") -> None:
    with (root / name).open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows(rows)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Four images of three patients, two of them with masks."""
    for number, name in enumerate("abcd"):
        put_png(tmp_path / "im" / f"{name}.png", value=100 + number)
    for name in "ac":
        put_png(tmp_path / "seg" / f"{name}.png", value=1)
    put_csv(tmp_path, [HEADER, *ROWS])
    return tmp_path


def case_of(archive: Archive, name: str) -> Case:
    return next(case for case in archive.cases if case.id == name)


def change(root: Path, row: int, column: str, value: object) -> None:
    rows = [list(one) for one in (HEADER, *ROWS)]
    rows[row - 1][HEADER.index(column)] = value
    put_csv(root, rows)


def test_each_row_is_a_case_with_its_patient_labels_and_covariates(root: Path) -> None:
    archive = open_table(root, ArchiveOptions())
    assert [(case.id, case.patient) for case in archive.cases] == [
        ("a", "p1"),
        ("b", "p1"),
        ("c", "p2"),
        ("d", "p3"),
    ]
    assert case_of(archive, "a").covariates == {"age": "41", "sex": "F"}
    assert case_of(archive, "a").study.series[0].load().array.max() == 100
    assert archive.sides == {"p1": "train", "p2": "validation", "p3": "test"}


def test_text_labels_are_classes_with_the_healthy_first(root: Path) -> None:
    archive = open_table(root, ArchiveOptions())
    assert archive.labels["label"] == ("intact", "normal", "tear")
    assert case_of(archive, "a").reference.grades == {"a": {"label": 2, "side": 1}}
    assert archive.labels["side"] == ("no", "yes")


def test_an_empty_label_counts_neither_way_and_a_note_says_so(root: Path) -> None:
    archive = open_table(root, ArchiveOptions())
    assert case_of(archive, "c").reference.grades == {"c": {"label": 0}}
    assert "1 of 4 rows have an empty label, which counts neither way." in archive.notes


def test_masks_lie_on_their_images_and_are_absent_where_the_cell_is_empty(root: Path) -> None:
    archive = open_table(root, ArchiveOptions(structures={"1": "meniscus"}))
    assert archive.structures == ("background", "meniscus")
    mask = case_of(archive, "a").reference.masks["a"]
    assert mask.shape == (1, 20, 30) and mask.sum() == 6 * 7
    assert not case_of(archive, "b").reference.masks


def test_what_identifies_somebody_is_not_read_and_the_columns_are_named(root: Path) -> None:
    archive = open_table(root, ArchiveOptions())
    (note,) = [note for note in archive.notes if note.startswith("Of the columns")]
    assert note == (
        "Of the columns of labels.csv, labels are label, label_side; covariates age, sex;"
        " not read, as they may identify somebody, Patient Name."
    )
    assert not any("Doe" in str(case.covariates) for case in archive.cases)


def as_excel(root: Path) -> str:
    book = openpyxl.Workbook()
    for row in (HEADER, *ROWS):
        book.active.append([None if cell == "" else cell for cell in row])
    book.save(root / "labels.xlsx")
    return "labels.xlsx"


def as_parquet(root: Path) -> str:
    columns = {
        name: [None if row[at] == "" else str(row[at]) for row in ROWS]
        for at, name in enumerate(HEADER)
    }
    columns["age"] = [41.0, 41.0, None, 60.0]
    columns["label_side"] = [True, False, None, True]
    pyarrow.parquet.write_table(pyarrow.table(columns), root / "labels.parquet")
    return "labels.parquet"


def as_semicolons(root: Path) -> str:
    lines = [";".join(map(str, row)) for row in (HEADER, *ROWS)]
    (root / "labels.tsv").write_text("\ufeff" + "\r\n".join(lines), "utf-8")
    return "labels.tsv"


@pytest.mark.parametrize("write", [as_excel, as_parquet, as_semicolons])
def test_every_kind_of_table_gives_the_same_cases(root: Path, write: Callable[[Path], str]) -> None:
    plain = open_table(root, ArchiveOptions())
    (root / "labels.csv").unlink()
    table = write(root)
    archive = open_archive(root)
    assert archive.layout == "table"
    for one, other in zip(archive.cases, plain.cases, strict=True):
        assert (one.id, one.patient, one.covariates) == (other.id, other.patient, other.covariates)
        assert one.reference.grades == other.reference.grades
    change_note = [note.replace(table, "labels.csv") for note in archive.notes]
    assert tuple(change_note) == plain.notes


@pytest.mark.parametrize("suffix", [".xlsx", ".parquet"])
def test_a_table_whose_reader_is_not_installed_names_what_to_install(
    root: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    (root / "labels.csv").unlink()
    (root / f"labels{suffix}").write_bytes(b"PK")
    monkeypatch.setattr(rows_module, "find_spec", lambda name: None)
    assert is_table(root)
    with pytest.raises(MissingExtra, match="pip install") as refused:
        open_table(root, ArchiveOptions())
    assert "condyle[train]" in refused.value.mend


@pytest.mark.parametrize(
    ("name", "content"),
    [("labels.xlsx", b"PK\x03\x04"), ("labels.parquet", b"PAR1"), ("labels.csv", b"\xff\xfe\x00")],
)
def test_a_table_that_is_damaged_is_named(root: Path, name: str, content: bytes) -> None:
    (root / name).write_bytes(content)
    with pytest.raises(DatasetError) as refused:
        open_table(root, ArchiveOptions(table=name))
    assert refused.value.found.startswith(f"{name}: ")


@pytest.mark.parametrize("name", ["none.csv", "../labels.csv", "/labels.csv", "labels.doc"])
def test_a_table_that_is_not_in_the_archive_is_refused(root: Path, name: str) -> None:
    put_csv(root, [HEADER, *ROWS])
    with pytest.raises(DatasetError, match="cannot be read") as refused:
        open_table(root / "im", ArchiveOptions(table=name))
    assert name in refused.value.found


def test_a_folder_is_known_by_its_table(root: Path, tmp_path: Path) -> None:
    assert is_table(root)
    assert layout_of(root) == "table"
    put_csv(root, [["id", "value"], [1, 2]])
    assert not is_table(root)
    assert not is_table(tmp_path / "absent")
    with pytest.raises(DatasetError, match="no table of a known name"):
        open_table(tmp_path / "im", ArchiveOptions())


def test_a_table_may_lie_deeper_and_name_its_columns_otherwise(root: Path) -> None:
    (root / "im" / "lists").mkdir()
    rows: list[list[object]] = [["Bild", "Wer", "Riss", "Alter"], ["../a.png", 7, 1, 41]]
    put_csv(root, rows, "im/lists/first.csv")
    options = ArchiveOptions(
        table="im/lists/first.csv",
        columns={"image": "Bild", "patient": "Wer"},
        labels=("Riss",),
    )
    archive = open_table(root, options)
    assert archive.cases[0].reference.grades == {"a": {"Riss": 1}}
    assert archive.cases[0].patient == "7"
    assert archive.cases[0].covariates == {"Alter": "41"}


def test_a_study_column_makes_several_images_one_case(root: Path) -> None:
    rows: list[list[object]] = [
        ["path", "subject", "study", "sequence", "label_acl", "label_plane"],
        ["im/a.png", "p1", "s1", "t1", 1, "sag"],
        ["im/b.png", "p1", "s1", "t2", 1, "cor"],
        ["im/c.png", "p2", "s1", "t1", 0, "sag"],
    ]
    put_csv(root, rows)
    options = ArchiveOptions(columns={"series": "sequence"})
    archive = open_table(root, options)
    assert [case.id for case in archive.cases] == ["p1-s1", "p2-s1"]
    first = archive.cases[0]
    assert [series.stem for series in first.study.series] == ["t1", "t2"]
    assert first.reference.grades == {
        "study": {"acl": 1},
        "t1": {"plane": 1},
        "t2": {"plane": 0},
    }


def test_labels_and_covariates_may_be_named(root: Path) -> None:
    options = ArchiveOptions(labels=("side",), covariates=("sex", "label"))
    archive = open_table(root, options)
    assert set(archive.labels) == {"side"}
    assert case_of(archive, "a").covariates == {"sex": "F", "label": "tear"}


def test_classes_may_be_named_in_their_order(root: Path) -> None:
    options = ArchiveOptions(labels=("label",), classes=("normal", "Tear", "intact"))
    archive = open_table(root, options)
    assert archive.labels == {"label": ("normal", "Tear", "intact")}
    assert case_of(archive, "a").reference.grades == {"a": {"label": 1}}


def test_a_patient_on_two_sides_is_a_leak(root: Path) -> None:
    change(root, 3, "split", "test")
    archive = open_table(root, ArchiveOptions())
    assert archive.leaks == ("p1",) and "p1" not in archive.sides


def test_an_image_or_mask_that_cannot_be_read_is_listed_and_left_out(root: Path) -> None:
    (root / "im" / "b.png").write_bytes(b"\x89PNG\r\n\x1a\n1234")
    (root / "seg" / "c.png").write_bytes(b"\x89PNG\r\n\x1a\n1234")
    archive = open_table(root, ArchiveOptions())
    assert [case.id for case in archive.cases] == ["a", "d"]
    assert {one.file for one in archive.unreadable} == {"im/b.png", "seg/c.png"}


@pytest.mark.parametrize(
    ("row", "column", "value", "found"),
    [
        (3, "image", "", "row 3: no path"),
        (3, "image", "im/z.png", "row 3: no file im/z.png"),
        (3, "image", "im/a.png", "row 3: im/a.png, as in row 2"),
        (3, "image", "im/../im/./a.png", "row 3: im/a.png, as in row 2"),
        (3, "image", "/etc/passwd", "row 3: a path out of the archive"),
        (3, "image", "../b.png", "row 3: a path out of the archive"),
        (3, "image", "im/../../b.png", "row 3: a path out of the archive"),
        (3, "image", "C:\\b.png", "row 3: a path out of the archive"),
        (2, "mask", "../seg/a.png", "row 2: a path out of the archive"),
        (5, "patient", "", "row 5: no patient"),
        (5, "split", "later", "row 5: split 'later'"),
        (5, "label_side", "0.7", "row 5: label_side '0.7'"),
        (5, "label_side", "-1", "row 5: label_side '-1'"),
        (5, "label_side", "maybe", "row 5: label_side 'maybe'"),
        (5, "label", "3.5", "row 5: label '3.5'"),
        (1, "image", "picture", "row 1: columns picture, patient"),
        (1, "age", "sex", "row 1: 'sex' twice"),
        (1, "age", "", "row 1: a column without a name"),
    ],
)
def test_a_row_that_cannot_be_used_is_named(
    root: Path, row: int, column: str, value: str, found: str
) -> None:
    change(root, row, column, value)
    with pytest.raises(DatasetError) as refused:
        open_table(root, ArchiveOptions())
    assert refused.value.found.startswith(f"labels.csv, {found}")
    assert refused.value.needed and refused.value.mend


def test_a_row_with_more_values_than_columns_is_named(root: Path) -> None:
    put_csv(root, [HEADER, [*ROWS[0], "more"]])
    with pytest.raises(DatasetError, match=r"labels.csv, row 2: 10 values"):
        open_table(root, ArchiveOptions())


def test_a_table_without_any_label_or_mask_is_refused(root: Path) -> None:
    put_csv(root, [["image", "patient", "age"], ["im/a.png", "p1", 4]])
    with pytest.raises(DatasetError) as refused:
        open_table(root, ArchiveOptions())
    assert refused.value.mend == "name the columns in data.options.labels."


def test_a_label_with_no_value_and_one_with_too_many_are_refused(root: Path) -> None:
    put_csv(root, [["image", "label"], ["im/a.png", ""]])
    with pytest.raises(DatasetError, match="no value in column label"):
        open_table(root, ArchiveOptions())
    many = [["image", "label"], *([f"im/{n}.png", f"text {n}"] for n in range(40))]
    for number in range(40):
        put_png(root / "im" / f"{number}.png")
    put_csv(root, many)
    with pytest.raises(DatasetError, match="40 different values"):
        open_table(root, ArchiveOptions())


def test_a_value_that_is_none_of_the_classes_is_named(root: Path) -> None:
    options = ArchiveOptions(labels=("label",), classes=("normal", "tear"))
    with pytest.raises(DatasetError, match=r"row 4: label 'intact'"):
        open_table(root, options)


@pytest.mark.parametrize(
    ("options", "found"),
    [
        (ArchiveOptions(columns={"image": "x"}), "data.options.columns.image: x"),
        (ArchiveOptions(columns={"picture": "x"}), "data.options.columns.picture"),
        (ArchiveOptions(labels=("x",)), "data.options.labels: x"),
        (ArchiveOptions(covariates=("x",)), "data.options.covariates: x"),
        (ArchiveOptions(overlap=0.3), "data.options.overlap"),
    ],
)
def test_an_option_that_names_what_is_not_there_is_refused(
    root: Path, options: ArchiveOptions, found: str
) -> None:
    with pytest.raises(BadConfiguration) as refused:
        open_table(root, options)
    assert refused.value.found == found


def test_without_a_column_the_patient_is_told_by_expression_or_by_the_paths(root: Path) -> None:
    put_csv(root, [["image", "label"], ["im/a.png", 1], ["im/b.png", 0]])
    archive = open_table(root, ArchiveOptions())
    assert len({case.patient for case in archive.cases}) == 2
    assert "PATIENT" in archive.notes[0].upper()
    archive = open_table(root, ArchiveOptions(patient="(im)/"))
    assert {case.patient for case in archive.cases} == {"im"}


def put_nifti(path: Path, array: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # Stored (x, y, slice) with slices 4 mm apart along the left-right axis.
    affine = np.array([[0.0, 0, 4, 0], [0.5, 0, 0, 0], [0, 0.5, 0, 0], [0, 0, 0, 1]])
    nib.save(nib.Nifti1Image(array, affine), path)


def test_volumes_and_their_masks_are_read_on_one_grid(tmp_path: Path) -> None:
    voxels = np.random.default_rng(0).integers(0, 900, (20, 24, 5)).astype(np.int16)
    mask = np.zeros(voxels.shape, dtype=np.uint8)
    mask[2:6, 3:9, 1] = 2
    put_nifti(tmp_path / "p1" / "t1_sag.nii.gz", voxels)
    put_nifti(tmp_path / "p1" / "seg.nii.gz", mask)
    rows: list[list[object]] = [
        ["path", "patient", "mask", "label_tear"],
        ["p1/t1_sag.nii.gz", "p1", "p1/seg.nii.gz", "yes"],
    ]
    put_csv(tmp_path, rows)
    archive = open_table(tmp_path, ArchiveOptions(structures={"2": "acl"}))
    (series,) = archive.cases[0].study.series
    volume = series.load()
    assert volume.spacing == (4.0, 0.5, 0.5) and series.plane.value == "sagittal"
    assert archive.structures == ("background", "acl")
    found = archive.cases[0].reference.masks[series.stem]
    assert found.shape == volume.array.shape and found.sum() == 24
    laid = volume.array[found == 1]
    assert sorted(laid) == sorted(voxels[mask == 2])


def test_a_mask_of_another_size_is_named_with_its_image(root: Path) -> None:
    put_png(root / "seg" / "a.png", value=1, shape=(20, 31))
    with pytest.raises(DatasetError, match="differ in size") as refused:
        open_table(root, ArchiveOptions())
    assert "im/a.png" in refused.value.found and "seg/a.png" in refused.value.found


def test_sequences_of_one_study_that_are_called_alike_get_names_of_their_own(root: Path) -> None:
    rows: list[list[object]] = [
        ["image", "patient", "study", "series", "label"],
        ["im/a.png", "p1", "s", "t1", 1],
        ["im/b.png", "p1", "s", "t1", 0],
    ]
    put_csv(root, rows)
    (case,) = open_table(root, ArchiveOptions()).cases
    stems = [series.stem for series in case.study.series]
    assert len(set(stems)) == 2
    assert case.reference.grades == {stems[0]: {"label": 1}, stems[1]: {"label": 0}}


def test_studies_of_two_patients_may_be_numbered_alike(root: Path) -> None:
    rows: list[list[object]] = [
        ["image", "patient", "study", "label"],
        ["im/a.png", "p1", "1", 1],
        ["im/b.png", "p2", "1", 0],
    ]
    put_csv(root, rows)
    archive = open_table(root, ArchiveOptions())
    assert [(case.id, case.patient) for case in archive.cases] == [("p1-1", "p1"), ("p2-1", "p2")]


def test_images_that_differ_only_in_their_ending_are_two_cases(root: Path) -> None:
    Image.open(root / "im" / "a.png").save(root / "im" / "a.jpg")
    rows: list[list[object]] = [["image", "label"], ["im/a.png", 1], ["im/a.jpg", 0]]
    put_csv(root, rows)
    archive = open_table(root, ArchiveOptions(patient="/(.)"))
    assert len({case.id for case in archive.cases}) == 2


def test_spellings_that_differ_in_case_are_one_class(root: Path) -> None:
    rows: list[list[object]] = [["image", "label"], ["im/a.png", "Tear"], ["im/b.png", "tear"]]
    put_csv(root, [*rows, ["im/c.png", "Normal"]])
    archive = open_table(root, ArchiveOptions())
    assert archive.labels == {"label": ("Normal", "Tear")}
    assert [case.reference.grades[case.id]["label"] for case in archive.cases] == [1, 1, 0]


def test_a_table_of_masks_alone_has_no_label(root: Path) -> None:
    put_csv(root, [["image", "mask"], ["im/a.png", "seg/a.png"], ["im/c.png", "seg/c.png"]])
    archive = open_table(root, ArchiveOptions())
    assert is_table(root)
    assert not archive.labels and archive.structures == ("background", "lesion")
    assert not archive.cases[0].reference.grades
