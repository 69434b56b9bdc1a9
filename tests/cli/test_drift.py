"""``condyle drift`` from the command line."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace


def test_what_was_found_is_said_with_its_warnings(condyle, fake, tmp_path: Path) -> None:
    calls = []

    def watch_drift(baseline, new, *, out, progress):
        calls.append((baseline.name, new.name))
        return SimpleNamespace(
            summary="No change shown in 12 tests.",
            warnings=("12 patients in the new period",),
            page=out / "drift.html",
        )

    fake("condyle.workflows.watch_drift", watch_drift=watch_drift)
    outcome = condyle("drift", "a.csv", "b.csv", "--out", tmp_path / "out")
    assert outcome.status == 0
    assert calls == [("a.csv", "b.csv")]
    assert "No change shown in 12 tests." in outcome.out
    assert "Bear in mind: 12 patients" in outcome.out
    assert "drift.html" in outcome.out


def test_a_table_that_is_not_there_is_an_error_of_four_lines(condyle, tmp_path: Path) -> None:
    outcome = condyle("drift", tmp_path / "a.csv", tmp_path / "b.csv", "--out", tmp_path / "out")
    assert outcome.status == 2
    assert 0 < len(outcome.error_lines) <= 4
    assert not (tmp_path / "out").exists()
