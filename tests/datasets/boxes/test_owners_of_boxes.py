"""Whose the pictures with boxes are: by expression, by a table, or by their names."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from condyle.cli import main
from condyle.datasets.archive import Archive, ArchiveOptions
from condyle.datasets.layouts import open_archive
from condyle.errors import BadConfiguration, DatasetError

Put = Callable[..., Path]
NAMES = ("x/a", "x/b", "y/a")


@pytest.fixture
def root(tmp_path: Path, put_picture: Put) -> Path:
    """Three pictures in two folders, each with a box, all in one file."""
    images, annotations = [], []
    for number, name in enumerate(NAMES, start=1):
        put_picture(f"images/{name}.png")
        images.append({"id": number, "file_name": f"{name}.png"})
        annotations.append(
            {"id": number, "image_id": number, "category_id": 1, "bbox": [2, 2, 8, 8]}
        )
    values = {
        "images": images,
        "annotations": annotations,
        "categories": [{"id": 1, "name": "tear"}],
    }
    (tmp_path / "annotations.json").write_text(json.dumps(values))
    return tmp_path


def patients_of(archive: Archive) -> list[str]:
    return [case.patient for case in archive.cases]


@pytest.mark.parametrize(
    "names",
    [
        ("images/x/a.png", "images/x/b.png", "images/y/a.png"),
        ("x/a", "x/b", "y/a"),
        ("x/a", "b.png", "y/a"),
        ("images\\x\\a.png", "b", "y/a"),
    ],
)
def test_a_table_may_call_a_picture_by_its_path_its_case_or_its_file(
    root: Path, names: tuple[str, ...]
) -> None:
    rows = "".join(f"{name},{number}\n" for number, name in enumerate(names))
    (root / "patients.csv").write_text("image,patient\n" + rows)
    assert patients_of(open_archive(root)) == ["0", "1", "2"]


def test_a_name_that_several_pictures_have_is_refused_with_its_row(root: Path) -> None:
    (root / "patients.csv").write_text("image,patient\nx/b,1\na.png,2\n")
    with pytest.raises(DatasetError, match="row 3: 'a.png', which several pictures are called"):
        open_archive(root)


def test_rows_of_pictures_that_are_not_there_are_passed_over(root: Path) -> None:
    rows = "".join(f"{name},p\n" for name in (*NAMES, "z/lost"))
    (root / "patients.csv").write_text("image,patient\n" + rows)
    assert patients_of(open_archive(root)) == ["p", "p", "p"]


def test_another_table_and_its_columns_may_be_named(root: Path) -> None:
    (root / "lists").mkdir()
    rows = "".join(f"{name};{name[0]};3T;F\n" for name in NAMES)
    (root / "lists" / "who.csv").write_text("Bild;Wer;Gerät;sex\n" + rows, "utf-8")
    options = ArchiveOptions(
        table="lists/who.csv",
        columns={"image": "Bild", "patient": "Wer"},
        covariates=("Gerät",),
    )
    archive = open_archive(root, options=options)
    assert patients_of(archive) == ["x", "x", "y"]
    assert all(case.covariates == {"Gerät": "3T"} for case in archive.cases)


def test_an_expression_comes_before_the_table_whose_covariates_are_kept(root: Path) -> None:
    rows = "".join(f"{name},{number},F\n" for number, name in enumerate(NAMES[:2]))
    (root / "patients.csv").write_text("image,patient,sex\n" + rows)
    archive = open_archive(root, options=ArchiveOptions(patient=r"images/(\w)/"))
    assert patients_of(archive) == ["x", "x", "y"]
    assert [dict(case.covariates) for case in archive.cases] == [{"sex": "F"}, {"sex": "F"}, {}]


@pytest.mark.parametrize(
    ("options", "found"),
    [
        (ArchiveOptions(table="none.csv"), "no such file in the archive: none.csv"),
        (ArchiveOptions(patient=r"(\d+)"), "images/x/a.png"),
    ],
)
def test_a_patient_that_cannot_be_found_is_said_with_the_file(
    root: Path, options: ArchiveOptions, found: str
) -> None:
    with pytest.raises(DatasetError) as refused:
        open_archive(root, options=options)
    assert found in refused.value.found


@pytest.mark.parametrize(
    "options",
    [
        ArchiveOptions(columns={"image": "Bild"}),
        ArchiveOptions(covariates=("Gerät",)),
        ArchiveOptions(patient="("),
    ],
)
def test_an_option_that_cannot_be_used_is_refused(root: Path, options: ArchiveOptions) -> None:
    (root / "patients.csv").write_text("image,patient\nx/a,1\nx/b,1\ny/a,2\n")
    with pytest.raises(BadConfiguration):
        open_archive(root, options=options)


def test_without_anything_the_names_tell_and_a_note_says_how(root: Path) -> None:
    archive = open_archive(root)
    assert len(set(patients_of(archive))) == 3
    assert "PATIENT" in archive.notes[0].upper()


def test_checking_an_archive_reports_the_agreement_of_its_annotators(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    values = json.loads((root / "annotations.json").read_text())
    (root / "annotations.json").unlink()
    for who, width in (("reader-1", 8), ("reader-2", 10)):
        (root / who).mkdir()
        for one in values["annotations"]:
            one["bbox"] = [2, 2, width, 8]
        (root / who / "annotations.json").write_text(json.dumps(values))
    out = tmp_path / "check"
    status = main(["data", "check", str(root), "--out", str(out), "--texts", "0"])
    assert status == 0, capsys.readouterr().err
    found = json.loads((out / "check.json").read_text())
    assert dict(found["agreement"])["mean-iou"] == pytest.approx(0.8)
    assert "layout 'coco'" in capsys.readouterr().out
