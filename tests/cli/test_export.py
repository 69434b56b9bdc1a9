"""``condyle export`` from the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pydicom
import pytest
from tests.service.exported import dicom_files
from tests.workflows.test_export_study import reading

from condyle.reporting.write import write_report


@pytest.fixture
def study(tmp_path: Path) -> Path:
    folder = tmp_path / "study"
    folder.mkdir()
    for name, content in dicom_files().items():
        (folder / name).write_bytes(content)
    write_report(reading(folder), tmp_path / "report")
    return folder


def test_it_writes_the_objects_and_says_what_they_are_worth(
    condyle: Any, study: Path, tmp_path: Path
) -> None:
    out = tmp_path / "objects"
    report = str(tmp_path / "report" / "report.json")
    asked = ["export", str(study), "--report", report, "--to", "sr,pdf", "--out", str(out)]
    outcome = condyle(*asked)
    assert outcome.status == 0, outcome.err
    assert sorted(path.name for path in out.iterdir()) == ["report-pdf.dcm", "report-sr.dcm"]
    assert outcome.out.splitlines()[-1] == "Unverified draft, research use."
    again = condyle(*asked[:-1], str(tmp_path / "again"), "--replaces", str(out), "--quiet")
    assert again.status == 0 and again.out == ""
    made = pydicom.dcmread(tmp_path / "again" / "report-sr.dcm")
    assert len(made.PredecessorDocumentsSequence) == 1
    assert (tmp_path / "again" / "rejected.dcm").is_file()


def without_patient(folder: Path) -> list[Any]:
    return [pydicom.dcmread(path) for path in sorted(folder.rglob("*.dcm"))]


def test_by_a_projects_key_it_writes_objects_of_the_images_that_have_no_name(
    condyle: Any, study: Path, tmp_path: Path
) -> None:
    key, out = str(tmp_path / "keys" / "p.key"), tmp_path / "objects"
    images = tmp_path / "images"
    assert (
        condyle("deidentify", str(study), str(images), "--key", key, "--profile", "basic").status
        == 0
    )
    report = str(tmp_path / "report" / "report.json")
    asked = ["export", str(study), "--report", report, "--to", "seg,sr,pdf", "--deidentify", key]
    outcome = condyle(*asked, "--out", str(out))
    assert outcome.status == 0, outcome.err
    assert "none found" in outcome.out

    source, sent = without_patient(images), without_patient(out)
    given = pydicom.dcmread(next(iter(sorted(study.iterdir()))))
    assert {one.Modality for one in sent} == {"SEG", "SR"}
    assert {(one.PatientID, one.StudyInstanceUID) for one in sent} == {
        (source[0].PatientID, source[0].StudyInstanceUID)
    }
    assert source[0].PatientID != given.PatientID
    known, named = {one.SOPInstanceUID for one in source}, set()
    for one in sent:
        one.walk(
            lambda _, element: (
                named.add(element.value) if element.keyword == "ReferencedSOPInstanceUID" else None
            )
        )
    assert named and named <= known
    written = [path for path in tmp_path.glob("objects*/**/*") if path.suffix in (".dcm", ".json")]
    assert not any(str(given.PatientName).encode() in path.read_bytes() for path in written)
    # Nobody has read the pages of the PDF.
    (kept,) = without_patient(tmp_path / "objects-quarantine")
    assert kept.Modality == "DOC"


def test_an_unknown_profile_or_a_folder_in_use_is_told_before_anything_is_made(
    condyle: Any, study: Path, tmp_path: Path
) -> None:
    asked = ["export", str(study), "--deidentify", str(tmp_path / "p.key"), "--out"]
    outcome = condyle(*asked, str(tmp_path / "o"), "--profile", "basic,invisible")
    assert outcome.status == 2 and "invisible" in outcome.err
    outcome = condyle(*asked, str(study))
    assert outcome.status != 0 and "new or empty folder" in outcome.err
    assert not (tmp_path / "p.key").exists() and not (tmp_path / "o").exists()


def test_neither_a_study_nor_both_kinds_of_study_can_be_exported(
    condyle: Any, study: Path, tmp_path: Path
) -> None:
    out = ["--out", str(tmp_path / "objects")]
    for asked in ([], [str(study), "--archive", "1"]):
        outcome = condyle("export", *asked, *out)
        assert outcome.status == 2
        assert len(outcome.err.splitlines()) == 4


def test_an_unknown_kind_lists_those_that_are(condyle: Any, study: Path, tmp_path: Path) -> None:
    outcome = condyle("export", str(study), "--to", "rtstruct", "--out", str(tmp_path / "o"))
    assert outcome.status == 2
    assert "labelmap, pdf, sc, seg, sr" in outcome.err
    assert not (tmp_path / "o").exists()


def test_a_study_of_the_clinic_that_is_not_there_is_told(
    condyle: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    monkeypatch.setenv("CONDYLE_HOME", str(home))
    outcome = condyle("export", "--archive", "7", "--out", str(tmp_path / "objects"))
    assert outcome.status == 2
    assert not (tmp_path / "objects").exists()
