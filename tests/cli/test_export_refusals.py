"""What ``condyle export`` refuses: its exit status, its four lines, and what it leaves behind."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import Outcome
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


@pytest.fixture
def export(condyle: Any, study: Path, tmp_path: Path) -> Any:
    """Exports the study by its report to ``objects``, in one kind, with what else is asked."""

    def run(*more: object, to: str = "sr") -> Outcome:
        report = tmp_path / "report" / "report.json"
        base = ["export", study, "--report", report, "--to", to, "--out", tmp_path / "objects"]
        outcome: Outcome = condyle(*base, *more)
        return outcome

    return run


def is_refused(outcome: Outcome) -> bool:
    return outcome.status == 2 and outcome.out == "" and len(outcome.error_lines) == 4


def test_a_folder_that_holds_something_is_left_as_it_was(export: Any, tmp_path: Path) -> None:
    (tmp_path / "objects").mkdir()
    (tmp_path / "objects" / "mine").write_bytes(b"mine")
    assert is_refused(export())
    assert [path.name for path in (tmp_path / "objects").iterdir()] == ["mine"]


def test_a_report_that_is_not_there_is_refused(export: Any, tmp_path: Path) -> None:
    (tmp_path / "report" / "report.json").unlink()
    assert is_refused(export())
    assert not (tmp_path / "objects").exists()


def test_images_that_the_report_was_not_made_from_are_refused(
    export: Any, study: Path, tmp_path: Path
) -> None:
    (study / "0.dcm").unlink()
    outcome = export()
    assert is_refused(outcome)
    assert "4 of the 5 images" in outcome.err
    assert "Doe" not in outcome.err and str(tmp_path) not in outcome.err


def test_a_folder_to_take_back_that_holds_no_object_is_refused(export: Any, study: Path) -> None:
    outcome = export("--replaces", study)
    assert is_refused(outcome)
    assert "no object of Condyle" in outcome.err


def test_a_kind_that_has_nothing_to_show_says_what_to_ask_for(export: Any, tmp_path: Path) -> None:
    (tmp_path / "report" / "report.pdf").unlink()
    outcome = export(to="pdf")
    assert is_refused(outcome)
    assert "--to sr" in outcome.err
    assert not (tmp_path / "objects").exists()


def test_nothing_asked_for_is_nothing_exported(export: Any) -> None:
    assert is_refused(export(to=","))


@pytest.mark.parametrize("number", ["0", "-1", "x"])
def test_a_study_of_the_clinic_has_a_number_from_1(
    condyle: Any, tmp_path: Path, number: str
) -> None:
    outcome = condyle("export", "--archive", number, "--out", tmp_path / "objects")
    assert outcome.status == 2 and outcome.out == ""
    assert not (tmp_path / "objects").exists()


def test_a_language_without_words_is_refused(export: Any, tmp_path: Path) -> None:
    assert export("--language", "tlh").status == 2
    assert not (tmp_path / "objects").exists()


def test_each_object_is_told_with_its_size_and_the_last_line_what_all_are_worth(
    export: Any, tmp_path: Path
) -> None:
    outcome = export(to="seg,pdf")
    assert outcome.status == 0 and outcome.err == ""
    *objects, last = outcome.out.splitlines()
    sizes = {path.name: path.stat().st_size for path in (tmp_path / "objects").iterdir()}
    told = {Path(line.split("  ")[0]).name: line.split("  ")[1] for line in objects}
    assert told == {name: f"{size:,} bytes" for name, size in sizes.items()}
    assert last == "Unverified draft, research use."
