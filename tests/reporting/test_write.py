"""Writing a report: all of its files or none, and nothing of the user's lost."""

import json
import os
from pathlib import Path

import pytest

from condyle.errors import OutputError
from condyle.reporting import write as write_module
from condyle.reporting import write_report

EXPECTED = (
    "labelmap-series-1.nii.gz",
    "overlay-series-1-slice-0.png",
    "report.html",
    "report.json",
    "report.pdf",
)


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def test_all_files_are_written_and_named_in_the_json(report, tmp_path):
    written = write_report(report, tmp_path / "out")
    assert written.directory == tmp_path / "out"
    assert written.files == EXPECTED
    assert names(tmp_path / "out") == list(EXPECTED)
    values = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))
    assert values["series"][0]["labelmap"] == "labelmap-series-1.nii.gz"
    assert values["overlays"][0]["file"] == "overlay-series-1-slice-0.png"


def test_missing_parents_are_made(report, tmp_path):
    assert write_report(report, tmp_path / "a" / "b").directory.is_dir()


def test_the_language_reaches_page_and_json(report, tmp_path):
    write_report(report, tmp_path / "out", language="es")
    assert '<html lang="es">' in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    values = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))
    assert values["language"] == "es"


def test_two_writings_give_the_same_bytes(report, tmp_path):
    write_report(report, tmp_path / "one")
    write_report(report, tmp_path / "two")
    for name in EXPECTED:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_an_earlier_report_is_replaced_whole(make_report, tmp_path):
    out = tmp_path / "out"
    write_report(make_report(), out)
    write_report(make_report(discs=3), out)
    assert names(out) == list(EXPECTED)
    (out / "overlay-stale.png").write_bytes(b"old")
    write_report(make_report(), out)
    assert names(out) == list(EXPECTED)


def test_an_empty_folder_is_used(report, tmp_path):
    assert write_report(report, tmp_path).files == EXPECTED
    assert names(tmp_path) == list(EXPECTED)


def test_a_folder_of_other_things_is_refused_and_left_alone(report, tmp_path):
    (tmp_path / "thesis.docx").write_text("mine")
    with pytest.raises(OutputError) as caught:
        write_report(report, tmp_path)
    assert "1 files or folders" in caught.value.found
    assert "thesis" not in str(caught.value)
    assert names(tmp_path) == ["thesis.docx"]


def test_an_earlier_report_beside_other_things_is_refused(report, tmp_path):
    out = tmp_path / "out"
    write_report(report, out)
    (out / "notes.txt").write_text("mine")
    with pytest.raises(OutputError):
        write_report(report, out)
    assert (out / "notes.txt").read_text() == "mine"


def test_files_of_our_names_without_a_report_are_refused(report, tmp_path):
    (tmp_path / "report.json").write_text('{"schema": "another/1"}')
    with pytest.raises(OutputError) as caught:
        write_report(report, tmp_path)
    assert "earlier report" in caught.value.found
    (tmp_path / "report.json").write_text("not json")
    with pytest.raises(OutputError):
        write_report(report, tmp_path)


def test_a_file_in_the_place_of_the_folder_is_refused(report, tmp_path):
    (tmp_path / "out").write_text("a file")
    with pytest.raises(OutputError) as caught:
        write_report(report, tmp_path / "out")
    assert caught.value.exit_status == 2
    assert len(caught.value.lines()) <= 4


@pytest.mark.parametrize("existing", [True, False])
def test_a_failure_on_the_way_leaves_nothing_half_written(report, tmp_path, monkeypatch, existing):
    out = tmp_path / "out"
    if existing:
        out.mkdir()

    def full_disc(source, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(write_module.os, "replace", full_disc)
    with pytest.raises(OutputError) as caught:
        write_report(report, out)
    assert "No space left" in caught.value.found
    assert names(tmp_path) == (["out"] if existing else [])
    assert not existing or names(out) == []


def test_a_failure_while_drawing_touches_no_folder(report, tmp_path, monkeypatch):
    def broken(page):
        raise RuntimeError("drawing failed")

    monkeypatch.setattr(write_module, "pdf_of", broken)
    with pytest.raises(RuntimeError):
        write_report(report, tmp_path / "out")
    assert names(tmp_path) == []


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="needs a user without all rights")
def test_a_folder_that_cannot_be_written_is_said_so(report, tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(OutputError):
        write_report(report, tmp_path / "out")
