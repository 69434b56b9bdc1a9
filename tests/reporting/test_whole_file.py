"""A file is there whole, or as it was before."""

import os
from pathlib import Path

import pytest

from condyle.reporting.whole_file import UNFINISHED, write_whole


def test_a_file_is_written_and_replaces_an_earlier_one(tmp_path: Path) -> None:
    for content in (b"first", b"second"):
        write_whole(tmp_path / "a.csv", content)
        assert (tmp_path / "a.csv").read_bytes() == content
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


def test_what_was_there_stays_where_the_disc_is_full(tmp_path: Path, monkeypatch) -> None:
    write_whole(tmp_path / "a.csv", b"first")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        write_whole(tmp_path / "a.csv", b"second")
    assert (tmp_path / "a.csv").read_bytes() == b"first"


def test_what_a_stopped_run_left_is_written_over(tmp_path: Path) -> None:
    (tmp_path / UNFINISHED).write_bytes(b"half a much longer file")
    write_whole(tmp_path / "a.csv", b"whole")
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


def test_a_folder_that_is_not_there_is_an_error_of_the_file_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write_whole(tmp_path / "absent" / "a.csv", b"x")
