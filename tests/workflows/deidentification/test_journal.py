from __future__ import annotations

import json
from pathlib import Path

import pytest

from condyle.errors import Conflict, OutputError
from condyle.workflows.deidentification.journal import LEFT_OUT, NAME, WRITTEN, Entry, Journal

ENTRY = Entry("m1", WRITTEN, "P/1/2/3.dcm", ("a", "b"), {"X 0010,1040": 3}, blanked=2, frames=4)


def test_what_was_noted_is_known_to_the_next_run(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "report", "s")
    journal.add(ENTRY)
    journal.add(Entry("m2", LEFT_OUT, reasons=("not-dicom",)))
    again = Journal(tmp_path / "report", "s")
    assert again.known("m1") == ENTRY and again.known("m3") is None
    left = again.known("m2")
    assert left is not None and left.reasons == ("not-dicom",)


def test_a_name_is_taken_by_another_content_alone(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "s")
    journal.add(ENTRY)
    assert journal.is_taken(ENTRY.name, "m2") and not journal.is_taken(ENTRY.name, "m1")
    assert not journal.is_taken("other.dcm", "m2")
    assert Journal(tmp_path, "s").is_taken(ENTRY.name, "m2")


def test_other_settings_are_refused(tmp_path: Path) -> None:
    Journal(tmp_path, "s").add(ENTRY)
    with pytest.raises(Conflict):
        Journal(tmp_path, "t")


@pytest.mark.parametrize("content", ["", "no json\n", "[]\n", "{}\n", '"s"\n'])
def test_a_file_that_is_no_journal_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / NAME).write_text(content)
    with pytest.raises(Conflict):
        Journal(tmp_path, "s")


@pytest.mark.parametrize("line", ['{"mark": "m9"', "[]", '{"mark": "m9", "reasons": 3}', "\x00"])
def test_a_broken_line_is_passed_over_and_the_next_one_read(tmp_path: Path, line: str) -> None:
    Journal(tmp_path, "s")
    with (tmp_path / NAME).open("a") as file:
        file.write(line)
    Journal(tmp_path, "s").add(ENTRY)
    journal = Journal(tmp_path, "s")
    assert journal.known("m1") == ENTRY and journal.known("m9") is None


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError):
        Journal(tmp_path / "file" / "below", "s")
    journal = Journal(tmp_path / "gone", "s")
    (tmp_path / "gone" / NAME).unlink()
    (tmp_path / "gone").rmdir()
    with pytest.raises(OutputError):
        journal.add(ENTRY)


def test_the_file_is_lines_of_json(tmp_path: Path) -> None:
    Journal(tmp_path, "s").add(ENTRY)
    lines = (tmp_path / NAME).read_text().splitlines()
    assert [json.loads(line).get("mark") for line in lines] == [None, "m1"]
