"""DICOM folders with a table of labels, joined by accession, study or series."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import numpy as np
import pydicom
import pytest

from condyle.datasets.archive import Archive, ArchiveOptions
from condyle.datasets.dicom_folder import is_dicom_folder, open_dicom_folder
from condyle.datasets.layouts import layout_of, open_archive
from condyle.dicom import MRTags, derived_uid, write_mr_series
from condyle.domain.volume import Volume
from condyle.errors import BadConfiguration, DatasetError

AFFINE = np.diag([4.0, 0.5, 0.5, 1.0])
STUDY, SERIES = derived_uid("one"), derived_uid("one", "t1")
SECRETS = ("doe", "jane", "h-4711", "acc-77", "0077")


def put_series(
    root: Path, study: str, series: str, patient: str, *, number: int = 1, **more: str
) -> Path:
    """Writes three slices into a folder that is named after the patient, as exports are."""
    folder = root / "DOE_JANE" / patient / study / series
    tags = MRTags(
        tr_ms=500,
        te_ms=10,
        patient_id=patient,
        patient_name="Doe^Jane",
        sex="F",
        age_years=41,
        series_number=number,
        manufacturer="Maker",
    )
    pixels = np.random.default_rng(len(series)).integers(0, 200, (3, 20, 24)).astype(np.float32)
    paths = write_mr_series(
        folder,
        volume=Volume(pixels, affine=AFFINE),
        study_uid=derived_uid(study),
        series_uid=derived_uid(study, series),
        frame_of_reference_uid=derived_uid(study, "frame"),
        description=series,
        tags=tags,
    )
    for path in paths:
        header = pydicom.dcmread(path)
        for keyword, value in more.items():
            setattr(header, keyword, value)
        header.save_as(path)
    return folder


def put_table(root: Path, *rows: list[object], name: str = "labels.csv") -> None:
    with (root / name).open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows(rows)


@pytest.fixture(name="export", scope="module")
def _export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three studies of two patients; the first has two series."""
    root = tmp_path_factory.mktemp("export")
    put_series(root, "one", "t1", "H-4711", AccessionNumber="0077")
    put_series(root, "one", "t2", "H-4711", AccessionNumber="0077", number=2)
    put_series(root, "two", "t1", "H-4711", AccessionNumber="ACC-78")
    put_series(root, "three", "t1", "H-4712", AccessionNumber="ACC-79")
    return root


@pytest.fixture
def root(export: Path, tmp_path: Path) -> Path:
    """The export, with a table whose columns have names of its own."""
    shutil.copytree(export, tmp_path, dirs_exist_ok=True)
    put_table(tmp_path, ["ref", "label_acl", "pid"], ["77", 1, "H-4711"], ["acc-79", 0, "H-4712"])
    return tmp_path


def put_broken(root: Path) -> None:
    """Writes an instance whose pixels end too early, before any other in the order of paths."""
    folder = put_series(root / "made", "x", "t1", "H-4712")
    whole = (folder / "mr-001-0001.dcm").read_bytes()
    shutil.rmtree(root / "made")
    (root / "DOE_JANE").mkdir(exist_ok=True)
    (root / "DOE_JANE" / "A.dcm").write_bytes(whole[:-20])


def everything(archive: Archive) -> str:
    """All text that an archive carries, pixels aside."""
    return repr(archive).lower()


def test_a_study_is_joined_by_its_accession_number_whatever_the_column_is_called(
    root: Path,
) -> None:
    archive = open_dicom_folder(root, ArchiveOptions())
    grades = {case.study.uid: case.reference.grades for case in archive.cases}
    assert grades == {
        STUDY: {"study": {"acl": 1}},
        derived_uid("three"): {"study": {"acl": 0}},
    }
    assert "joined to the images by accession number" in archive.notes[0]
    assert "Studies without a row are left out: 1." in archive.notes
    assert archive.labels == {"acl": ("no", "yes")}


def test_patients_go_by_a_pseudonym_and_studies_of_one_share_it(root: Path) -> None:
    put_table(
        root,
        ["StudyInstanceUID", "label"],
        *([derived_uid(study), "tear"] for study in ("one", "two", "three")),
    )
    archive = open_dicom_folder(root, ArchiveOptions())
    by_study = {case.study.uid: case for case in archive.cases}
    first, second, third = (by_study[derived_uid(one)] for one in ("one", "two", "three"))
    assert first.patient == second.patient != third.patient
    assert {first.id, second.id} == {f"{first.patient}-1", f"{first.patient}-2"}
    assert third.id == f"{third.patient}-1"


def test_no_identity_is_in_cases_covariates_or_notes(root: Path) -> None:
    put_broken(root)
    archive = open_dicom_folder(root, ArchiveOptions())
    text = everything(archive) + repr([case.covariates for case in archive.cases]).lower()
    assert not [secret for secret in SECRETS if secret in text]
    assert [one.file for one in archive.unreadable] == ["file-2.dcm"]


def test_covariates_come_from_the_header_and_only_named_columns_from_the_table(
    root: Path,
) -> None:
    put_table(
        root,
        ["StudyInstanceUID", "label", "centre", "remark"],
        [STUDY, "tear", "north", "Jane has it"],
        [derived_uid("three"), "none", "south", ""],
    )
    plain = open_dicom_folder(root, ArchiveOptions())
    case = next(case for case in plain.cases if case.study.uid == STUDY)
    assert case.covariates == {
        "sex": "F",
        "age": "41",
        "Manufacturer": "Maker",
        "MagneticFieldStrength": "1.5",
    }
    named = open_dicom_folder(root, ArchiveOptions(covariates=("centre",)))
    assert {case.covariates["centre"] for case in named.cases} == {"north", "south"}


def test_a_row_of_a_series_is_a_label_of_that_series(root: Path) -> None:
    put_table(
        root,
        ["uid", "label_motion", "label_tear"],
        [SERIES, "no", 1],
        [derived_uid("one", "t2"), "yes", ""],
    )
    (case,) = open_dicom_folder(root, ArchiveOptions()).cases
    stems = {series.uid: series.stem for series in case.study.series}
    assert case.reference.grades == {
        stems[SERIES]: {"motion": 0, "tear": 1},
        stems[derived_uid("one", "t2")]: {"motion": 1},
    }


def test_images_are_loaded_when_they_are_asked_for(root: Path) -> None:
    archive = open_archive(root, layout="dicom")
    volume = archive.cases[0].study.series[0].load()
    assert volume.array.shape == (3, 24, 20) and volume.spacing == (4.0, 0.5, 0.5)


def test_a_folder_is_known_by_its_table_and_its_files(root: Path, tmp_path: Path) -> None:
    assert is_dicom_folder(root)
    assert layout_of(root) == "dicom"
    (root / "labels.csv").rename(root / "anything.csv")
    assert is_dicom_folder(root)
    put_table(root, ["a"], name="second.csv")
    assert not is_dicom_folder(root)
    with pytest.raises(DatasetError, match="no table, or several"):
        open_dicom_folder(root, ArchiveOptions())
    assert not is_dicom_folder(tmp_path / "absent")


def test_the_split_column_gives_sides_and_leaks(root: Path) -> None:
    put_table(
        root,
        ["study", "label", "split"],
        [STUDY, 1, "train"],
        [derived_uid("two"), 0, "test"],
        [derived_uid("three"), 0, "test"],
    )
    archive = open_dicom_folder(root, ArchiveOptions())
    patients = {case.study.uid: case.patient for case in archive.cases}
    assert archive.leaks == (patients[STUDY],)
    assert archive.sides == {patients[derived_uid("three")]: "test"}


def test_studies_without_patient_count_as_patients_of_their_own(tmp_path: Path) -> None:
    for study in ("a", "b"):
        put_series(tmp_path, study, "t1", "", PatientID="", PatientName="")
    put_table(tmp_path, ["study", "label"], [derived_uid("a"), 1], [derived_uid("b"), 0])
    archive = open_dicom_folder(tmp_path, ArchiveOptions())
    assert len({case.patient for case in archive.cases}) == 2
    assert any("name no patient: 2" in note for note in archive.notes)
    put_table(
        tmp_path,
        ["study", "patient", "label"],
        [derived_uid("a"), "Doe", 1],
        [derived_uid("b"), "doe ", 0],
    )
    archive = open_dicom_folder(tmp_path, ArchiveOptions())
    assert len({case.patient for case in archive.cases}) == 1
    assert "doe" not in everything(archive)
    assert not any("name no patient" in note for note in archive.notes)


@pytest.mark.needs("data")
def test_a_real_study_is_joined_and_says_what_scanned_it(data_folder: Path, tmp_path: Path) -> None:
    for path in sorted((data_folder / "knee-mese-dicom" / "dicom").iterdir())[:24]:
        shutil.copyfile(path, tmp_path / path.name)
    header = pydicom.dcmread(path, stop_before_pixels=True)
    put_table(tmp_path, ["uid", "label"], [header.StudyInstanceUID, "healthy"])
    archive = open_archive(tmp_path)
    assert archive.layout == "dicom"
    assert archive.cases[0].covariates == {
        "Manufacturer": "GE MEDICAL SYSTEMS",
        "ManufacturerModelName": "DISCOVERY MR750",
        "MagneticFieldStrength": "3",
    }


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([["study", "label"], ["1.2.3", 1]], "labels.csv: no value that is of an image here"),
        ([["study", "value"], [STUDY, 1]], "labels.csv, row 1: columns study, value"),
        (
            [["study", "label"], [STUDY, 1], [STUDY, 0]],
            "labels.csv, row 3: the Study Instance UID of row 2 again",
        ),
        ([["study", "label"], [STUDY, 1.5]], "labels.csv, row 2: label '1.5'"),
        ([["study", "label"], [STUDY, ""]], "labels.csv, row 2: no value in column label"),
        ([["study", "label", "split"], [STUDY, 1, "x"]], "labels.csv, row 2: split 'x'"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused_with_its_row(
    root: Path, rows: list[list[object]], found: str
) -> None:
    put_table(root, *rows)
    with pytest.raises(DatasetError) as refused:
        open_dicom_folder(root, ArchiveOptions())
    assert refused.value.found == found
    assert refused.value.mend


def test_an_accession_of_several_studies_is_refused_without_being_shown(root: Path) -> None:
    put_series(root, "four", "t1", "H-4712", AccessionNumber="ACC-79")
    with pytest.raises(DatasetError, match="accession number of several studies") as refused:
        open_dicom_folder(root, ArchiveOptions())
    assert "79" not in str(refused.value)
    assert refused.value.mend == "key the table by StudyInstanceUID."


def test_rows_that_name_nothing_are_counted_by_their_numbers(root: Path) -> None:
    strangers: list[list[object]] = [[f"X{number}", 1] for number in range(7)]
    put_table(root, ["accession", "label"], ["ACC-79", 1], *strangers)
    notes = open_dicom_folder(root, ArchiveOptions()).notes
    assert "Rows that name nothing that is here: 7 (3, 4, 5, 6, 7 and more)." in notes


def test_a_folder_without_any_image_says_what_of_its_files_was_not_read(tmp_path: Path) -> None:
    put_broken(tmp_path)
    put_table(tmp_path, ["accession", "label"], ["1", 1])
    with pytest.raises(DatasetError, match="holds no case") as refused:
        open_archive(tmp_path)
    assert "file-2.dcm: fewer pixels" in refused.value.found


def test_an_option_that_is_not_read_is_refused(root: Path) -> None:
    with pytest.raises(BadConfiguration, match="patient"):
        open_dicom_folder(root, ArchiveOptions(patient="(x)"))
    with pytest.raises(BadConfiguration, match="remark"):
        open_dicom_folder(root, ArchiveOptions(covariates=("remark",)))
