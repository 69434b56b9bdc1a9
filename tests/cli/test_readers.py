"""``condyle readers`` from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

CASES = "case,patient,reference\n" + "".join(f"s{at},p{at},{at % 2}\n" for at in range(16))


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    path = tmp_path / "cases.csv"
    path.write_text(CASES)
    return path


def test_a_study_goes_from_its_plan_to_its_page(condyle, cases: Path, tmp_path: Path) -> None:
    study, filled = tmp_path / "study", tmp_path / "filled"
    options = ("--readers", "2", "--reference-readers", "3", "--out", study)
    planned = condyle("readers", "plan", "--cases", cases, *options)
    assert planned.status == 0, planned.err
    assert "2 readers, 16 cases of 16 patients" in planned.out and "7 sheets" in planned.out
    assert condyle("readers", "rehearse", study, "--out", filled).status == 0
    imported = condyle("readers", "import", filled)
    assert imported.status == 0 and "112 readings" in imported.out
    settled = condyle("readers", "reference", filled, "--rule", "majority")
    assert settled.status == 0 and "reference.csv" in settled.out
    result = condyle("readers", "analyse", filled, "--out", tmp_path / "results")
    assert result.status == 0, result.err
    assert "ROC area: 'with'" in result.out and "readers.html" in result.out
    assert (tmp_path / "results" / "readers.html").exists()


def test_the_size_is_told_for_each_population(condyle, cases: Path, tmp_path: Path) -> None:
    found = condyle(
        *("readers", "plan", "--cases", cases, "--readers", "5", "--out", tmp_path / "study"),
        *("--aim", "sensitivity", "--expect", "0.7,0.85"),
    )
    assert found.status == 0, found.err
    for population in ("readers and cases", "cases", "readers"):
        assert f"To hold for {population}: " in found.out
    assert "with the 16 listed" in found.out


def test_unfinished_sheets_are_told_and_not_analysed(condyle, cases: Path, tmp_path: Path) -> None:
    study = tmp_path / "study"
    condyle("readers", "plan", "--cases", cases, "--readers", "2", "--out", study)
    imported = condyle("readers", "import", study)
    assert imported.status == 0 and "64 readings are still to be filled in" in imported.out
    found = condyle("readers", "analyse", study, "--out", tmp_path / "results")
    assert found.status == 2 and len(found.error_lines) == 4
    assert not (tmp_path / "results").exists()


def test_disagreements_that_wait_are_counted(condyle, cases: Path, tmp_path: Path) -> None:
    study, filled = tmp_path / "study", tmp_path / "filled"
    options = ("--readers", "1", "--reference-readers", "2", "--out", study)
    condyle("readers", "plan", "--cases", cases, *options)
    condyle("readers", "rehearse", study, "--out", filled)
    sheet = filled / "sheets" / "reference-1.csv"
    text = sheet.read_text("utf-8-sig")
    sheet.write_text(text.replace(",yes,", ",?,").replace(",no,", ",yes,").replace(",?,", ",no,"))
    found = condyle("readers", "reference", filled)
    assert found.status == 0 and "wait for a decision" in found.out
    assert condyle("readers", "analyse", filled, "--out", tmp_path / "out").status == 2


@pytest.mark.parametrize(
    "options",
    [
        ("--crossing", "sideways"),
        ("--start", "tomorrow"),
        ("--confidence", "high"),
        ("--aim", "auc", "--expect", "0.8"),
        ("--aim", "f1", "--expect", "0.8,0.9"),
    ],
)
def test_wrong_options_are_refused_before_anything_is_written(
    condyle, cases: Path, tmp_path: Path, options: tuple[str, ...]
) -> None:
    out = tmp_path / "study"
    found = condyle("readers", "plan", "--cases", cases, "--readers", "2", "--out", out, *options)
    assert found.status == 2 and 0 < len(found.error_lines) <= 4
    assert not out.exists()


def test_wrong_options_of_an_analysis_are_refused(condyle, tmp_path: Path) -> None:
    for options in (
        ("--covariance", "bootstrap"),
        ("--dates", "ymd"),
        ("--model", "m.csv", "--positive", "x"),
    ):
        found = condyle("readers", "analyse", tmp_path, "--out", tmp_path / "out", *options)
        assert found.status == 2 and 0 < len(found.error_lines) <= 4


def test_a_folder_that_is_no_study_is_refused(condyle, tmp_path: Path) -> None:
    for verb in ("import", "reference"):
        found = condyle("readers", verb, tmp_path)
        assert found.status == 2 and "plan.json" in found.err


def test_without_matplotlib_the_extra_is_named_before_any_work(
    condyle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("condyle.cli.extras.find_spec", lambda name: None)
    found = condyle("readers", "analyse", tmp_path, "--out", tmp_path / "out")
    assert found.status == 2 and "condyle[evaluate]" in found.err
    assert not (tmp_path / "out").exists()


def test_the_verbs_that_do_not_draw_need_no_matplotlib(
    condyle, cases: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("condyle.cli.extras.find_spec", lambda name: None)
    study = tmp_path / "study"
    assert (
        condyle("readers", "plan", "--cases", cases, "--readers", "1", "--out", study).status == 0
    )
    assert condyle("readers", "import", study).status == 0
