from __future__ import annotations

import json
from pathlib import Path

import pydicom
import pytest
from tests.dicom.conftest import make_instance

from condyle.cli import main


@pytest.fixture
def given(tmp_path: Path) -> Path:
    folder = tmp_path / "given"
    folder.mkdir()
    one = make_instance(PatientName="Musterfrau^Erika", PatientID="MRN4711088")
    one.save_as(folder / "one.dcm", enforce_file_format=True)
    return folder


def test_a_folder_is_de_identified_checked_and_told(
    given: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, key = str(tmp_path / "out"), str(tmp_path / "p.key")
    words = "basic,retain-modified-dates"
    assert main(["deidentify", str(given), out, "--key", key, "--profile", words]) == 0
    said = capsys.readouterr()
    assert "1 files of 1 patients" in said.out and "none found" in said.out
    assert "usterfrau" not in said.out + said.err and "MRN" not in said.out + said.err
    assert main(["deidentify", "--reidentify", f"{key}.table", "--key", key]) == 0
    table = json.loads(capsys.readouterr().out)
    assert [one["name"] for one in table["patients"].values()] == ["Musterfrau^Erika"]


def test_a_check_that_finds_an_identity_fails(
    given: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    asked = ["deidentify", str(given), str(out), "--key", str(tmp_path / "k"), "--profile", "basic"]
    assert main(asked) == 0
    checking = ["deidentify", "--check", str(out), "--against", str(given)]
    assert main(checking) == 0
    path = next(out.rglob("*.dcm"))
    one = pydicom.dcmread(path)
    one.ImageComments = "Musterfrau"
    one.save_as(path)
    capsys.readouterr()
    assert main(checking) == 2
    said = capsys.readouterr()
    assert "a word in 0020,4000" in said.out and "usterfrau" not in said.out + said.err
    assert len(said.err.splitlines()) <= 4


@pytest.mark.parametrize(
    "arguments",
    [
        ["deidentify"],
        ["deidentify", "in", "out"],
        ["deidentify", "--check", "out"],
        ["deidentify", "--reidentify", "table"],
        ["deidentify", "in", "out", "--key", "k", "--profile", "retain-all"],
        ["deidentify", "in", "out", "--key", "out/k"],
        ["deidentify", "in", "out", "--key", "k", "--safe-private", "none.csv"],
    ],
)
def test_wrong_usage_is_told_in_four_lines(
    arguments: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    assert 1 <= len(capsys.readouterr().err.splitlines()) <= 4
