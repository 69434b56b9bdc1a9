"""What goes wrong between a report on disk and a folder of objects, and what each says of it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.dicom.objects.made import report_of
from tests.service.exported import dicom_files
from tests.workflows.test_export_study import reading

from condyle import dicom, sources
from condyle.dicom.objects import DicomObject
from condyle.domain.messages import Message
from condyle.domain.report import Report
from condyle.errors import (
    BadConfiguration,
    CondyleError,
    OutputError,
    UnknownName,
    UsageError,
)
from condyle.reporting.write import write_report
from condyle.workflows.export_study import Wanted, export_study
from condyle.workflows.exporting.contents import Review, content_of
from condyle.workflows.exporting.folder import objects_in, write_objects
from condyle.workflows.exporting.written import WrittenReading, files_beside, reading_of


@pytest.fixture
def study(tmp_path: Path) -> Path:
    folder = tmp_path / "study"
    folder.mkdir()
    for name, content in dicom_files().items():
        (folder / name).write_bytes(content)
    return folder


@pytest.fixture
def made(study: Path) -> Report:
    with sources.open([study]) as tree:
        return report_of(dicom.discover(tree.files).studies[0].study.series)


@pytest.fixture
def report(study: Path, tmp_path: Path) -> Path:
    write_report(reading(study), tmp_path / "report")
    return tmp_path / "report"


def an_object(name: str = "a.dcm", content: bytes = b"object") -> DicomObject:
    return DicomObject("sr", name, "1.2", "1.3", "1.4", "1.5", content)


def told(error: CondyleError) -> tuple[int, int]:
    return len(error.lines()), error.exit_status


def test_an_empty_folder_is_written_into_and_its_parents_are_made(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for out in (tmp_path / "empty", tmp_path / "new" / "deeper"):
        write_objects([an_object()], out)
        assert [path.name for path in out.iterdir()] == ["a.dcm"]
        assert out.stat().st_mode & 0o777 == 0o755


@pytest.mark.parametrize("hold", ["a file", "a file of another name", "a hidden file"])
def test_whatever_lies_in_the_way_is_kept_and_nothing_is_written(tmp_path: Path, hold: str) -> None:
    out = tmp_path / "out"
    kept = out
    if hold != "a file":
        out.mkdir()
        kept = out / (".hidden" if hold == "a hidden file" else "mine.txt")
    kept.write_bytes(b"mine")
    with pytest.raises(OutputError, match="nothing of yours is lost") as refusal:
        write_objects([an_object()], out)
    assert told(refusal.value) == (4, 2)
    assert kept.read_bytes() == b"mine"
    assert not list(tmp_path.glob("**/a.dcm"))


def test_a_folder_that_cannot_be_made_is_told_with_why(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OutputError, match="could not be written") as refusal:
        write_objects([an_object()], tmp_path / "file" / "out")
    assert told(refusal.value) == (4, 2)
    assert "File exists" in str(refusal.value.lines())


def test_a_disk_that_fills_up_midway_leaves_no_object_and_no_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = Path.write_bytes

    def full(path: Path, content: Any) -> int:
        if path.name == "b.dcm":
            raise OSError(28, "No space left on device")
        return write(path, content)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OutputError, match="No space left on device"):
        write_objects([an_object(), an_object("b.dcm")], tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_a_link_that_leads_nowhere_is_not_replaced(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.symlink_to(tmp_path / "gone")
    with pytest.raises(OutputError):
        write_objects([an_object()], out)
    assert out.is_symlink() and [path.name for path in tmp_path.iterdir()] == ["out"]


def test_nothing_to_write_makes_no_folder_and_says_what_to_ask_for(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--to sr") as refusal:
        write_objects([], tmp_path / "out")
    assert told(refusal.value) == (4, 2)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_to_take_back_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(CondyleError) as refusal:
        objects_in(tmp_path / "gone")
    assert told(refusal.value) == (4, 2)


def without_series(values: dict[str, Any]) -> Any:
    del values["series"]
    return values


def a_list(values: dict[str, Any]) -> Any:
    return [values]


def a_path_above(values: dict[str, Any]) -> Any:
    values["series"][0]["labelmap"] = "../labelmap.nii.gz"
    return values


def an_absolute_path(values: dict[str, Any]) -> Any:
    values["series"][0]["labelmap"] = "/etc/hostname"
    return values


@pytest.mark.parametrize("change", [without_series, a_list, a_path_above, an_absolute_path])
def test_a_report_that_is_none_or_leads_elsewhere_is_refused_in_four_parts(
    report: Path, change: Callable[[dict[str, Any]], Any]
) -> None:
    path = report / "report.json"
    path.write_text(json.dumps(change(json.loads(path.read_text()))))
    with pytest.raises(BadConfiguration) as refusal:
        files_beside(report)
    assert told(refusal.value) == (4, 2)
    assert str(report) not in "".join(refusal.value.lines())


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"null"])
def test_a_report_file_that_is_no_json_is_refused(report: Path, content: bytes) -> None:
    (report / "report.json").write_bytes(content)
    with pytest.raises(BadConfiguration, match="read the study again"):
        files_beside(report)


def test_a_report_without_its_pages_is_still_exported_but_for_the_pdf(
    study: Path, report: Path
) -> None:
    (report / "report.pdf").unlink()
    objects = export_study([study], Wanted(kinds=("sr", "pdf")), report=report)
    assert [one.kind for one in objects] == ["sr"]


def test_a_picture_that_the_report_names_must_be_beside_it(report: Path) -> None:
    files = files_beside(report)
    (name,) = [one for one in files if one.startswith("overlay-")]
    del files[name]
    with pytest.raises(BadConfiguration, match=f"no file '{name}'"):
        reading_of(files)


def test_a_report_is_exported_from_wherever_its_images_now_lie(
    study: Path, report: Path, tmp_path: Path
) -> None:
    wanted = Wanted(kinds=("sr",))
    before = export_study([study], wanted, report=report)
    moved = tmp_path / "elsewhere" / "deep"
    moved.parent.mkdir()
    shutil.move(study, moved)
    (moved / "notes.txt").write_text("no image")
    assert export_study([moved], wanted, report=report) == before


def statements(made: Report, review: Review | None = None, language: str = "en") -> dict[str, str]:
    content = content_of(WrittenReading(made), review or Review(), language)
    return {one.name: content.said(one.name) for one in content.statements}


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_export_says_its_use_its_limits_and_whether_it_was_signed(
    made: Report, language: str
) -> None:
    said = statements(made, language=language)
    assert list(said)[:4] == ["review", "research-use", "not-assessed", "intended-use"]
    assert all(text.strip() and "{" not in text for text in said.values())
    for bundle in made.bundles:
        assert f"{bundle.name} {bundle.version}" in said["intended-use"]


def test_the_words_of_an_unknown_language_are_refused(made: Report) -> None:
    with pytest.raises(UnknownName):
        statements(made, language="xx")


def test_what_was_left_out_is_counted_and_nothing_is_where_nothing_was(made: Report) -> None:
    assert "left-out" not in statements(made)
    assert "3" in statements(made, Review(unchecked=3))["left-out"]


def test_a_refusal_of_the_reading_goes_out_with_its_warnings(made: Report) -> None:
    assert "warning" not in statements(made)
    refused = replace(
        made, warnings=(Message("no-plain-t2"),), refused=(Message("no-sagittal-t2"),)
    )
    content = content_of(WrittenReading(refused))
    assert len([one for one in content.statements if one.name == "warning"]) == 2


def test_simulated_images_and_simulated_training_are_told_apart(made: Report) -> None:
    assert "simulated" not in statements(made)
    imaged = replace(made, study=replace(made.study, simulated=True))
    trained = replace(made, bundles=(replace(made.bundles[0], simulated_training=True),))
    both = replace(trained, study=imaged.study)
    said = [statements(one)["simulated"] for one in (imaged, trained, both)]
    assert said[0] != said[1]
    assert said[2] == f"{said[0]} {said[1]}"
