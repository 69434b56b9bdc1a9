"""The MRNet layout, read and written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from condyle.datasets.archive import Archive, ArchiveOptions
from condyle.datasets.layouts import layout_of, open_archive
from condyle.datasets.mrnet import LICENCE, TABLES
from condyle.datasets.mrnet_writing import write_mrnet
from condyle.datasets.simulated_marker import SimulatedMarker, write_marker
from condyle.domain.case import Case, LabelledBox, Reference
from condyle.domain.study import Attribute, Series, Study
from condyle.domain.volume import Volume
from condyle.errors import BadConfiguration, BadImage, DatasetError
from condyle.preprocessing import prepare

PLANES = ("axial", "coronal", "sagittal")


def stack(seed: int, slices: int = 3) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (slices, 20, 24)).astype(np.uint8)


def put(path: Path, array: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    np.save(path, array)


def tables(root: Path, side: str, rows: Mapping[str, tuple[int, int, int]]) -> None:
    for at, name in enumerate(TABLES):
        text = "".join(f"{exam},{labels[at]}\n" for exam, labels in rows.items())
        (root / f"{side}-{name}.csv").write_text(text)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Three exams of three planes, two of them to train on."""
    for side, exam in (("train", 0), ("train", 1), ("valid", 1130)):
        for at, plane in enumerate(PLANES):
            put(tmp_path / side / plane / f"{exam:04d}.npy", stack(exam + at, 3 + at))
    tables(tmp_path, "train", {"0000": (1, 0, 1), "0001": (0, 0, 0)})
    tables(tmp_path, "valid", {"1130": (1, 1, 0)})
    return tmp_path


def test_the_layout_is_recognised_and_gives_a_case_an_exam(root: Path) -> None:
    assert layout_of(root) == "mrnet"
    archive = open_archive(root)
    assert [case.id for case in archive.cases] == ["0000", "0001", "1130"]
    assert archive.labels == dict.fromkeys(
        ("knee-abnormality", "acl-tear", "meniscal-tear"), ("no", "yes")
    )
    assert archive.structures == () and archive.box_classes == ()
    assert not archive.unreadable


def test_labels_are_of_the_study_and_there_is_no_mask(root: Path) -> None:
    first, _, last = open_archive(root).cases
    assert first.reference.grades == {
        "study": {"knee-abnormality": 1, "acl-tear": 0, "meniscal-tear": 1}
    }
    assert last.reference.grades["study"]["acl-tear"] == 1
    assert not first.reference.masks and not first.reference.boxes


def test_series_are_the_planes_with_the_sequences_of_the_publication(root: Path) -> None:
    case = open_archive(root).cases[0]
    told = {
        one.stem: (one.plane.value, one.weighting.value, one.fat_suppressed.value, one.modality)
        for one in case.study.series
    }
    assert told == {
        "axial": ("axial", "pd", True, "MR"),
        "coronal": ("coronal", "t1", False, "MR"),
        "sagittal": ("sagittal", "t2", True, "MR"),
    }
    for at, series in enumerate(case.study.series):
        volume = series.load()
        assert np.array_equal(volume.array, stack(at, 3 + at))
        assert volume.array.shape == series.shape and volume.spacing is None
        spec = ({"step": "fit", "rows": 16, "columns": 16},)
        assert prepare(volume, spec).array.shape == (3 + at, 16, 16)


def test_the_sides_are_train_and_validation_and_what_others_call_test_is_told(root: Path) -> None:
    archive = open_archive(root)
    assert archive.sides == {"0000": "train", "0001": "train", "1130": "validation"}
    assert any("most reports that say 'test'" in note for note in archive.notes)
    assert any("1,088 patients" in note for note in archive.notes)
    assert archive.licence == LICENCE


def test_tables_that_lost_their_zeros_or_gained_a_header_are_read(root: Path) -> None:
    before = [case.reference.grades for case in open_archive(root).cases]
    for name in TABLES:
        path = root / f"train-{name}.csv"
        rows = [row.split(",") for row in path.read_text().split()]
        path.write_text("id,label\n" + "".join(f"{int(e)}, {label}.0\n" for e, label in rows))
    assert [case.reference.grades for case in open_archive(root).cases] == before


def test_one_side_alone_is_read_and_is_no_split(root: Path) -> None:
    for path in sorted(root.glob("valid*"), reverse=True):
        if path.is_dir():
            path.rename(root.parent / "elsewhere")
        else:
            path.unlink()
    archive = open_archive(root)
    assert len(archive.cases) == 2 and archive.sides == {}


def test_an_exam_that_lacks_a_plane_is_read_from_the_others_and_counted(root: Path) -> None:
    (root / "train/coronal/0001.npy").unlink()
    archive = open_archive(root)
    assert [s.stem for s in archive.cases[1].study.series] == ["axial", "sagittal"]
    assert "1 exams lack a plane." in archive.notes


def test_an_exam_without_any_label_is_listed_and_left_out(root: Path) -> None:
    tables(root, "train", {"0000": (1, 0, 1)})
    archive = open_archive(root)
    assert [case.id for case in archive.cases] == ["0000", "1130"]
    (one,) = archive.unreadable
    assert one.file == "train/*/0001.npy"
    assert one.why.endswith("train-abnormal.csv, train-acl.csv, train-meniscus.csv")


def test_an_exam_keeps_the_labels_that_it_has(root: Path) -> None:
    (root / "train-acl.csv").write_text("0000,0\n")
    case = open_archive(root).cases[1]
    assert case.reference.grades == {"study": {"knee-abnormality": 0, "meniscal-tear": 0}}


def test_a_label_without_an_exam_is_listed_with_its_row(root: Path) -> None:
    with (root / "valid-acl.csv").open("a") as stream:
        stream.write("1131,1\n")
    (one,) = open_archive(root).unreadable
    assert (one.file, one.why) == ("valid-acl.csv, row 2", "labels an exam that has no image")


def test_a_table_may_be_absent_but_not_all_of_a_side(root: Path) -> None:
    (root / "valid-meniscus.csv").unlink()
    assert "meniscal-tear" not in open_archive(root).cases[2].reference.grades["study"]
    (root / "valid-acl.csv").unlink()
    (root / "valid-abnormal.csv").unlink()
    with pytest.raises(DatasetError, match="no labels") as refused:
        open_archive(root)
    assert "valid-acl.csv" in refused.value.found and len(refused.value.lines()) == 4


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ("0000,2", "label 2"),
        ("0000", "no exam and label"),
        ("first,1", "no exam and label"),
        ("0000,0,1", "3 columns"),
        ("0,1", "exam 0 again"),
        ("0005,", "no exam and label"),
        ("0005,nan", "label nan"),
    ],
)
def test_a_row_that_cannot_be_used_is_named(root: Path, row: str, found: str) -> None:
    lines = ["0001,1", row] if "again" not in found else ["0000,1", row]
    (root / "train-acl.csv").write_text("\n".join(lines))
    with pytest.raises(DatasetError) as refused:
        open_archive(root)
    assert refused.value.found == f"train-acl.csv, row 2: {found}"
    assert len(refused.value.lines()) == 4


def test_a_table_that_is_not_text_is_named(root: Path) -> None:
    (root / "train-acl.csv").write_bytes(b"0000,1\n\xff\xfe")
    with pytest.raises(DatasetError) as refused:
        open_archive(root)
    assert refused.value.found.startswith("train-acl.csv: ")


def test_two_files_of_one_exam_are_refused(root: Path) -> None:
    put(root / "train/axial/0.npy", stack(0))
    with pytest.raises(DatasetError, match="one exam and plane") as refused:
        open_archive(root)
    assert refused.value.found == "train/axial/0000.npy, and another with the number 0"


@pytest.mark.parametrize("kind", ["cut", "objects", "name", "empty", "axes"])
def test_a_file_that_cannot_be_read_is_listed(root: Path, kind: str) -> None:
    path = root / "train/axial/0000.npy"
    if kind == "cut":
        path.write_bytes(path.read_bytes()[:600])
    elif kind == "objects":
        np.save(path, np.array([{"a": 1}], dtype=object), allow_pickle=True)
    elif kind == "name":
        path.rename(path.with_name("first.npy"))
    elif kind == "empty":
        path.write_bytes(b"")
    else:
        np.save(path, np.zeros((2, 3, 20, 20), dtype=np.uint8))
    archive = open_archive(root)
    (one,) = archive.unreadable
    assert one.file.startswith("train/axial/")
    assert [s.stem for s in archive.cases[0].study.series] == ["coronal", "sagittal"]


def test_a_file_that_breaks_later_is_told_when_it_is_loaded(root: Path) -> None:
    series = open_archive(root).cases[0].study.series[0]
    (root / "train/axial/0000.npy").write_bytes(b"\x93NUMPY")
    with pytest.raises(BadImage, match=r"train/axial/0000\.npy"):
        series.load()


def test_an_exam_on_both_sides_is_a_leak(root: Path) -> None:
    put(root / "valid/axial/0001.npy", stack(1))
    tables(root, "valid", {"1130": (1, 1, 0), "1": (0, 0, 0)})
    archive = open_archive(root)
    assert archive.leaks == ("0001",) and "0001" not in archive.sides
    assert [case.id for case in archive.cases] == ["0000", "train-0001", "valid-0001", "1130"]


def test_no_option_is_read(root: Path) -> None:
    with pytest.raises(BadConfiguration):
        open_archive(root, options=ArchiveOptions(classes=("a", "b")))


def test_a_folder_of_something_else_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="layout 'mrnet'") as refused:
        open_archive(tmp_path, layout="mrnet")
    assert len(refused.value.lines()) == 4


# ---- writing --------------------------------------------------------------------------


def test_what_is_written_is_read_as_the_same_exams(root: Path, tmp_path: Path) -> None:
    archive = open_archive(root)
    write_mrnet(tmp_path / "out", archive)
    again = open_archive(tmp_path / "out")
    assert again.sides == archive.sides and again.notes == archive.notes
    assert not (tmp_path / "out" / "sequences.csv").exists()
    for before, after in zip(archive.cases, again.cases, strict=True):
        assert (before.id, before.reference.grades) == (after.id, after.reference.grades)
        for one, two in zip(before.study.series, after.study.series, strict=True):
            assert one == two and np.array_equal(one.load().array, two.load().array)


def of_planes(case: Case, **changes: Any) -> Case:
    series = tuple(replace(one, **changes) for one in case.study.series)
    return replace(case, study=Study(None, series))


def test_other_sequences_than_mrnets_are_stated_in_a_table(root: Path, tmp_path: Path) -> None:
    archive = open_archive(root)
    pd = tuple(of_planes(case, weighting=Attribute("pd")) for case in archive.cases)
    write_mrnet(tmp_path / "out", replace(archive, cases=pd))
    again = open_archive(tmp_path / "out")
    assert {s.weighting.value for case in again.cases for s in case.study.series} == {"pd"}
    assert again.licence == "" and not any("MRNet" in note for note in again.notes)


def test_simulated_exams_are_not_called_mrnets(root: Path) -> None:
    write_marker(root, SimulatedMarker("knee", 3, 1, 0.3, 24, "mrnet"))
    archive = open_archive(root)
    assert archive.licence == "" and not any("1,088" in note for note in archive.notes)
    assert all(series.simulated for case in archive.cases for series in case.study.series)


@pytest.mark.parametrize("row", ["axial,t9,no", "oblique,t1,no", "axial,t1,maybe", "axial"])
def test_a_table_of_sequences_that_is_wrong_is_named_with_its_row(root: Path, row: str) -> None:
    (root / "sequences.csv").write_text(f"plane,weighting,fat_suppressed\n{row}\n")
    with pytest.raises(DatasetError) as refused:
        open_archive(root)
    assert refused.value.found == f"sequences.csv, row 2: {row}"


def test_a_series_of_other_values_is_scaled_to_8_bits(root: Path, tmp_path: Path) -> None:
    archive = open_archive(root)
    wide = Volume(np.linspace(-3, 900, 3 * 20 * 24, dtype=np.float32).reshape(3, 20, 24))
    case = of_planes(archive.cases[0], load=lambda: wide)
    write_mrnet(tmp_path / "out", replace(archive, cases=(case,), sides={}))
    array = open_archive(tmp_path / "out").cases[0].study.series[0].load().array
    assert (array.min(), array.max()) == (0.0, 255.0)
    assert np.corrcoef(array.ravel(), wide.array.ravel())[0, 1] > 0.9999


def wrong_cases(case: Case) -> dict[str, Case]:
    masked = Reference(masks={"axial": np.zeros((3, 20, 24), np.uint8)})
    boxed = Reference(boxes={"axial": (LabelledBox((0, 0, 1, 1), ()),)})
    twice = Study(None, (case.study.series[0], replace(case.study.series[0], stem="b")))
    series: tuple[Series, ...] = (replace(case.study.series[0], plane=Attribute(None)),)
    return {
        "name": replace(case, id="p1", patient="p1"),
        "patient": replace(case, patient="other"),
        "masks": replace(case, reference=masked),
        "boxes": replace(case, reference=boxed),
        "labels": replace(case, reference=Reference(grades={"study": {"olt": 1}})),
        "parts": replace(case, reference=Reference(grades={"disc-1": {"acl-tear": 1}})),
        "none": replace(case, reference=Reference()),
        "twice": replace(case, study=twice),
        "plane": replace(case, study=Study(None, series)),
    }


WRONG = ("name", "patient", "masks", "boxes", "labels", "parts", "none", "twice", "plane")


@pytest.mark.parametrize("kind", WRONG)
def test_what_mrnet_has_no_place_for_is_refused(root: Path, tmp_path: Path, kind: str) -> None:
    case = wrong_cases(open_archive(root).cases[0])[kind]
    with pytest.raises(DatasetError, match="layout 'mrnet'") as refused:
        write_mrnet(tmp_path / "out", Archive("mrnet", (case,)))
    assert len(refused.value.lines()) == 4
    assert not (tmp_path / "out").exists()


def test_a_test_side_and_mixed_sequences_have_no_place(root: Path, tmp_path: Path) -> None:
    archive = open_archive(root)
    first, second, _ = archive.cases
    with pytest.raises(DatasetError, match="cannot be written"):
        write_mrnet(tmp_path / "out", replace(archive, sides={"0000": "test"}))
    mixed = (first, of_planes(second, weighting=Attribute("pd")))
    with pytest.raises(DatasetError, match="cannot be written"):
        write_mrnet(tmp_path / "out", replace(archive, cases=mixed))
