"""Class folders, nested in any order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import nibabel as nib
import nrrd
import numpy as np
import pytest
from PIL import Image

from condyle.datasets.archive import Archive, ArchiveOptions
from condyle.datasets.folder_classes import folder_classes
from condyle.datasets.folder_writing import write_folders
from condyle.datasets.folders import is_folders, open_folders
from condyle.datasets.layouts import layout_of, open_archive
from condyle.dicom import MRTags, derived_uid, write_mr_series
from condyle.domain.case import Case, LabelledBox, Reference
from condyle.domain.study import Attribute, Series, Study
from condyle.domain.volume import Volume
from condyle.errors import BadConfiguration, DatasetError, OutputError
from condyle.preprocessing import prepare

Put = Callable[[Sequence[str]], Path]


@pytest.fixture
def put(tmp_path: Path) -> Put:
    """Writes a picture at each path, shaded by its place in the list."""

    def write(paths: Sequence[str]) -> Path:
        for number, name in enumerate(paths):
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            pixels = np.full((20, 24), 100, dtype=np.uint8)
            pixels[0, 0] = number
            Image.fromarray(pixels).save(path)
        return tmp_path

    return write


def told(root: Path, **options: Any) -> dict[str, tuple[str, str]]:
    """Gives each image's class and patient by its first pixel's place in the list."""
    archive = open_folders(root, ArchiveOptions(**options))
    names = archive.labels["class"]
    found = {}
    for case in archive.cases:
        for series in case.study.series:
            number = int(series.load().array[0, 0, 0])
            found[number] = (names[case.reference.grades[series.stem]["class"]], case.patient)
    return {str(number): found[number] for number in sorted(found)}


# ---- which level is what --------------------------------------------------------------

NESTED: dict[str, tuple[Sequence[str], Sequence[tuple[str, str]]]] = {
    "sequence-class-patient": (
        ("T1/patients/p1/a.png", "T2/patients/p1/a.png", "T1/healthy/p2/a.png"),
        (("patients", "p1"), ("patients", "p1"), ("healthy", "p2")),
    ),
    "class-sequence-patient": (
        ("healthy/T1/p1/a.png", "healthy/T2/p1/a.png", "tear/T1/p2/a.png"),
        (("healthy", "p1"), ("healthy", "p1"), ("tear", "p2")),
    ),
    "class-patient-sequence": (
        ("normal/7/sagittal T2/a.png", "normal/7/coronal/a.png", "torn/9/coronal/a.png"),
        (("normal", "7"), ("normal", "7"), ("torn", "9")),
    ),
    "patient-class": (
        ("p1/tear/a.png", "p2/healthy/a.png", "p1/healthy/b.png"),
        (("tear", "p1"), ("healthy", "p2"), ("healthy", "p1")),
    ),
    "a-wrapping-folder": (
        ("knee data/healthy/p1/a.png", "knee data/tear/p2/a.png"),
        (("healthy", "p1"), ("tear", "p2")),
    ),
    "folders-of-images": (
        ("healthy/images/p1/a.png", "tear/images/p2/a.png"),
        (("healthy", "p1"), ("tear", "p2")),
    ),
    "sides-above": (
        ("train/healthy/p1/a.png", "train/tear/p2/a.png", "test/tear/p3/a.png"),
        (("healthy", "p1"), ("tear", "p2"), ("tear", "p3")),
    ),
    "unusual-names": (
        ("gruppe a/p1/a.png", "gruppe b/p2/a.png", "gruppe b/p3/a.png"),
        (("gruppe a", "p1"), ("gruppe b", "p2"), ("gruppe b", "p3")),
    ),
    "an-unknown-sequence": (
        ("T1/healthy/p1/a.png", "XYZ/healthy/p1/a.png", "XYZ/tear/p2/a.png"),
        (("healthy", "p1"), ("healthy", "p1"), ("tear", "p2")),
    ),
    "a-shared-folder-with-a-word": (
        ("knee patients/healthy/p1/a.png", "knee patients/tear/p2/a.png"),
        (("healthy", "p1"), ("tear", "p2")),
    ),
    "spelt-both-ways": (
        ("T1/Healthy/p1/a.png", "T2/healthy/p1/a.png", "T1/Tear/p2/a.png"),
        (("Healthy", "p1"), ("Healthy", "p1"), ("Tear", "p2")),
    ),
    "slices-in-names": (
        ("no/p1_slice1.png", "no/p1_slice2.png", "yes/p2_slice1.png"),
        (("no", "p1"), ("no", "p1"), ("yes", "p2")),
    ),
    "names-alone": (
        ("T1/healthy/a.png", "T2/healthy/a.png", "T1/tear/b.png"),
        (("healthy", "a"), ("healthy", "a"), ("tear", "b")),
    ),
    "numbers-that-start-again": (
        ("healthy/1/a.png", "healthy/2/a.png", "tear/1/a.png", "tear/2/a.png"),
        (
            ("healthy", "healthy-1"),
            ("healthy", "healthy-2"),
            ("tear", "tear-1"),
            ("tear", "tear-2"),
        ),
    ),
    "names-that-start-again": (
        ("healthy/1.png", "tear/1.png"),
        (("healthy", "healthy-1"), ("tear", "tear-1")),
    ),
}


@pytest.mark.parametrize("kind", sorted(NESTED))
def test_class_and_patient_are_found_at_any_depth(put: Put, kind: str) -> None:
    paths, expected = NESTED[kind]
    root = put(paths)
    assert layout_of(root) == "folders"
    assert list(told(root).values()) == list(expected)


@pytest.mark.parametrize(
    ("names", "order"),
    [
        (("tear", "healthy"), ("healthy", "tear")),
        (("patients", "control"), ("control", "patients")),
        (("1", "0"), ("0", "1")),
        (("yes", "no"), ("no", "yes")),
        (("abnormal", "normal"), ("normal", "abnormal")),
        (("grade10", "grade2", "grade1"), ("grade1", "grade2", "grade10")),
        (("partial tear", "intact", "complete tear"), ("intact", "complete tear", "partial tear")),
    ],
)
def test_the_class_without_the_finding_comes_first(
    names: tuple[str, ...], order: tuple[str, ...]
) -> None:
    paths = [f"{name}/p{n}/{k}.png" for n, name in enumerate(names) for k in range(2)]
    found = folder_classes(paths)
    assert found.names == order
    assert [found.of[f"{name}/p{n}/0.png"] for n, name in enumerate(names)] == [
        order.index(name) for name in names
    ]
    assert all(name in found.note for name in order)


def test_the_option_settles_classes_and_their_order(put: Put) -> None:
    root = put(("B/x/p1/a.png", "A/x/p2/a.png", "C/x/p3/a.png"))
    archive = open_folders(root, ArchiveOptions(classes=("B", "A")))
    assert archive.labels == {"class": ("B", "A")}
    assert [(one.file, one.why) for one in archive.unreadable] == [
        ("C/x/p3/a.png", "in no folder of a class")
    ]


def test_a_class_that_has_no_folder_is_refused(put: Put) -> None:
    root = put(("A/p1/a.png", "B/p2/a.png"))
    with pytest.raises(BadConfiguration) as refused:
        open_folders(root, ArchiveOptions(classes=("A", "D")))
    assert refused.value.found == "data.options.classes: D"


def test_images_of_one_patient_may_be_of_two_classes(put: Put) -> None:
    root = put(("tear/p1/a.png", "healthy/p1/b.png", "healthy/p2/b.png"))
    (first, second) = open_folders(root, ArchiveOptions()).cases
    assert first.reference.grades == {"a": {"class": 1}, "b": {"class": 0}}
    assert second.patient == "p2"


def test_sequence_and_plane_go_to_the_series(put: Put) -> None:
    root = put(("T1/sagittal/tear/p1/a.png", "T2/coronal/tear/p1/a.png", "T2/healthy/p2/a.png"))
    first, second = open_folders(root, ArchiveOptions()).cases
    assert [(s.weighting.value, s.plane.value) for s in first.study.series] == [
        ("t1", "sagittal"),
        ("t2", "coronal"),
    ]
    assert second.study.series[0].weighting == Attribute("t2", estimated=True)
    assert [s.stem for s in first.study.series] == ["T1-sagittal-a", "T2-coronal-a"]
    assert set(first.reference.grades) == {"T1-sagittal-a", "T2-coronal-a"}


def test_no_word_of_a_patient_is_said_loudly(put: Put) -> None:
    notes = open_folders(put(("tear/x.png", "healthy/y.png")), ArchiveOptions()).notes
    assert any("NOTHING SAYS WHOSE AN IMAGE IS" in note for note in notes)
    assert "Images: healthy 1, tear 1." in notes


def test_numbers_that_start_again_are_said_loudly(put: Put) -> None:
    root = put(NESTED["numbers-that-start-again"][0])
    assert any(
        "SAME NUMBERS OF PATIENTS" in one for one in open_folders(root, ArchiveOptions()).notes
    )


def test_the_option_finds_the_patient_in_the_path(put: Put) -> None:
    root = put(("tear/x_A1_1.png", "tear/x_A1_2.png", "healthy/y_B2_1.png"))
    assert [patient for _, patient in told(root, patient=r"_([A-Z]\d)_").values()] == [
        "A1",
        "A1",
        "B2",
    ]


def test_a_path_in_which_the_option_finds_nobody_is_named(put: Put) -> None:
    with pytest.raises(DatasetError) as refused:
        told(put(("tear/A1.png", "healthy/odd.png")), patient="([A-Z][0-9])")
    assert refused.value.found.startswith("healthy/odd.png")


def test_a_table_gives_patients_and_covariates(put: Put) -> None:
    root = put(("tear/a.png", "tear/b.png", "healthy/c.png"))
    (root / "patients.csv").write_text("image,patient,sex\na.png,X,F\nb.png,X,F\nc.png,Y,M\n")
    first, second = open_folders(root, ArchiveOptions()).cases
    assert (first.patient, first.covariates, len(first.study.series)) == ("X", {"sex": "F"}, 2)
    assert second.covariates == {"sex": "M"}


# ---- sides ----------------------------------------------------------------------------


def test_folders_of_sides_are_the_split(put: Put) -> None:
    root = put(("train/tear/p1/a.png", "valid/tear/p2/a.png", "test/healthy/p3/a.png"))
    assert open_folders(root, ArchiveOptions()).sides == {
        "p1": "train",
        "p2": "validation",
        "p3": "test",
    }


def test_a_patient_in_two_folders_of_sides_is_a_leak(put: Put) -> None:
    root = put(("train/tear/p1/a.png", "test/tear/p1/b.png", "test/healthy/p3/a.png"))
    archive = open_folders(root, ArchiveOptions())
    assert archive.leaks == ("p1",) and archive.sides == {"p3": "test"}


def test_lists_are_the_split(put: Put) -> None:
    root = put(("tear/p1/a.png", "healthy/p3/a.png"))
    (root / "train.txt").write_text("tear/p1/a.png\n")
    (root / "test.txt").write_text("p3\nnone\n")
    archive = open_folders(root, ArchiveOptions())
    assert archive.sides == {"p1": "train", "p3": "test"}
    assert [one.file for one in archive.unreadable] == ["test.txt, row 2"]


# ---- kinds of images ------------------------------------------------------------------


def test_volumes_of_every_format_are_images(tmp_path: Path) -> None:
    voxels = np.random.default_rng(0).integers(0, 99, (24, 20, 4)).astype(np.int16)
    for folder in ("tear/p1", "healthy/p2"):
        (tmp_path / folder).mkdir(parents=True)
    nib.save(nib.Nifti1Image(voxels, np.diag([0.5, 0.5, 3, 1])), tmp_path / "tear/p1/n.nii.gz")
    nrrd.write(str(tmp_path / "tear/p1/r.nrrd"), voxels)
    np.save(tmp_path / "healthy/p2/a.npy", voxels.transpose(2, 0, 1))
    first, second = open_folders(tmp_path, ArchiveOptions()).cases[::-1]
    assert [s.kind for s in second.study.series] == ["nifti", "nrrd"]
    assert first.study.series[0].shape == (4, 24, 20)
    for case in (first, second):
        for series in case.study.series:
            prepared = prepare(series.load(), ({"step": "fit", "rows": 16, "columns": 16},))
            assert prepared.array.shape == (4, 16, 16)


def put_dicom(folder: Path, patient: str, description: str) -> None:
    write_mr_series(
        folder,
        volume=Volume(np.full((3, 20, 24), 50, np.float32), affine=np.diag([4.0, 0.5, 0.5, 1.0])),
        study_uid=derived_uid(patient),
        series_uid=derived_uid(patient, description),
        frame_of_reference_uid=derived_uid(patient, "frame"),
        description=description,
        tags=MRTags(tr_ms=500, te_ms=10, patient_id=patient, patient_name=f"{patient}^X"),
    )


def test_dicom_series_are_images_and_their_headers_tell_the_patient(tmp_path: Path) -> None:
    put_dicom(tmp_path / "T1/tear/one", "A", "t1")
    put_dicom(tmp_path / "T2/tear/two", "A", "t2")
    put_dicom(tmp_path / "T1/healthy/three", "B", "t1")
    archive = open_folders(tmp_path, ArchiveOptions())
    assert len(archive.cases) == 2 and not archive.unreadable
    (both,) = [case for case in archive.cases if len(case.study.series) == 2]
    assert {grade["class"] for grade in both.reference.grades.values()} == {1}
    assert all(s.shape == (3, 24, 20) or s.shape == (3, 20, 24) for s in both.study.series)
    assert any("DICOM header" in note for note in archive.notes)
    assert "A" not in {case.patient for case in archive.cases}, "a pseudonym, not the identifier"


def test_dicom_of_several_patients_in_one_folder_is_parted_by_header(tmp_path: Path) -> None:
    put_dicom(tmp_path / "tear", "A", "t1")
    for path in (tmp_path / "tear").glob("*"):
        path.rename(path.with_name(f"a-{path.name}"))
    put_dicom(tmp_path / "tear", "B", "t1")
    put_dicom(tmp_path / "healthy", "C", "t1")
    archive = open_folders(tmp_path, ArchiveOptions())
    assert [len(case.study.series) for case in archive.cases] == [1, 1, 1]


# ---- what breaks ----------------------------------------------------------------------


def test_broken_files_are_listed_and_lose_no_other(put: Put) -> None:
    root = put(("tear/p1/a.png", "tear/p2/a.png", "healthy/p3/a.png", "healthy/p3/b.png"))
    (root / "tear/p1/a.png").write_bytes(b"\x89PNG\r\n\x1a\nno")
    (root / "healthy/p3/b.png").write_bytes(b"")
    (root / "tear/p2/scan.dcm").write_bytes(b"no dicom")
    (root / "tear/p2/notes.txt").write_text("x")
    (root / "README").write_text("x")
    archive = open_folders(root, ArchiveOptions())
    assert [case.id for case in archive.cases] == ["p2", "p3"]
    assert sorted(one.file for one in archive.unreadable) == [
        "healthy/p3/b.png",
        "tear/p1/a.png",
        "tear/p2/scan.dcm",
    ]


@pytest.mark.parametrize(
    "paths",
    [
        ("a.png", "b.png"),
        ("only/a.png", "only/b.png"),
        ("T1/a.png", "T2/b.png"),
        ("p1/a.png", "p2/b.png", "p3/b.png"),
        ("train/a.png", "test/b.png"),
        tuple(f"name{chr(97 + n)}/a.png" for n in range(25)),
    ],
)
def test_folders_that_tell_no_class_are_refused_and_not_recognised(
    put: Put, paths: Sequence[str]
) -> None:
    root = put(paths)
    assert not is_folders(root)
    with pytest.raises(DatasetError, match="do not say which class") as refused:
        open_folders(root, ArchiveOptions())
    assert len(refused.value.lines()) == 4


def test_an_option_of_another_layout_is_refused(put: Put) -> None:
    with pytest.raises(BadConfiguration):
        open_folders(put(("tear/p1/a.png",)), ArchiveOptions(structures={"1": "x"}))


# ---- writing --------------------------------------------------------------------------


def held(patient: str, *values: int, unit: str = "") -> Case:
    series = tuple(
        Series(
            stem=f"s{n}",
            load=lambda n=n: Volume(np.full((1, 20, 24), 10.0 * n + 3, np.float32)),
            shape=(1, 20, 24),
            plane=Attribute("coronal"),
            weighting=Attribute("t1" if n % 2 else "t2"),
        )
        for n, _ in enumerate(values)
    )
    grades = {unit or one.stem: {"olt": value} for one, value in zip(series, values, strict=True)}
    return Case(patient, patient, Study(None, series), Reference(grades=grades), {"sex": "F"})


def archive_of(*cases: Case, **more: Any) -> Archive:
    labels = {"olt": ("intact", "partial-tear", "complete-tear")}
    return Archive("folders", cases, labels=labels, **more)


def test_what_is_written_is_read_as_the_same_cases(tmp_path: Path) -> None:
    cases = (held("anna", 0, 1), held("bob", 2), held("eve", 1, 1, unit=""))
    sides: Any = {"anna": "train", "bob": "validation", "eve": "test"}
    write_folders(tmp_path / "out", archive_of(*cases, sides=sides))
    again = open_archive(tmp_path / "out")
    assert again.labels == {"class": ("intact", "partial-tear", "complete-tear")}
    assert again.sides == sides and not again.unreadable
    for before, after in zip(cases, again.cases, strict=True):
        assert (before.id, before.patient, before.covariates) == (
            after.id,
            after.patient,
            after.covariates,
        )
        assert {unit: one["olt"] for unit, one in before.reference.grades.items()} == {
            unit: one["class"] for unit, one in after.reference.grades.items()
        }
        new = {one.stem: one for one in after.study.series}
        for one in before.study.series:
            assert np.array_equal(one.load().array, new[one.stem].load().array)
            assert new[one.stem].plane.value == "coronal"
            assert new[one.stem].weighting.value == one.weighting.value


def test_a_label_of_the_study_is_that_of_each_image(tmp_path: Path) -> None:
    studies = (held("a1", 0, unit="study"), held("a2", 1, unit="study"), held("a3", 2))
    write_folders(tmp_path / "out", archive_of(*studies))
    grades = [case.reference.grades["s0"]["class"] for case in open_archive(tmp_path / "out").cases]
    assert grades == [0, 1, 2]


def test_what_has_no_place_is_refused_before_a_file_is_written(tmp_path: Path) -> None:
    rest = (held("b", 0), held("c", 1), held("d", 2))
    good = held("a", 0)
    masked = Reference(masks={"s0": np.zeros((1, 20, 24), np.uint8)})
    boxed = replace(good.reference, boxes={"s0": (LabelledBox((0, 0, 1, 1), ()),)})
    wrong = [
        archive_of(replace(good, reference=masked), *rest),
        archive_of(replace(good, reference=boxed), *rest),
        archive_of(replace(good, reference=Reference()), *rest),
        archive_of(replace(good, id="../x", patient="../x"), *rest),
        archive_of(replace(good, id="other"), *rest),
        archive_of(good, good, *rest),
        archive_of(held("a", 7), *rest),
        archive_of(held("b", 0), held("c", 1)),
        replace(archive_of(good, *rest), labels={}),
        replace(archive_of(good), labels={"olt": ("../x",)}),
    ]
    for archive in wrong:
        with pytest.raises(DatasetError, match="layout 'folders'"):
            write_folders(tmp_path / "out", archive)
    assert not (tmp_path / "out").exists()


def test_a_folder_that_holds_something_is_not_written_to(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("x")
    with pytest.raises(OutputError):
        write_folders(tmp_path, archive_of(held("b", 0), held("c", 1), held("d", 2)))
