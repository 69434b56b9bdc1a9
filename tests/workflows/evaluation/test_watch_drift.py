"""Writing a drift report: nothing half, nothing of the user's lost."""

from __future__ import annotations

import hashlib
import os
from dataclasses import replace
from pathlib import Path

import pytest

from condyle.domain.progress import Progress
from condyle.errors import Cancelled, InputError, OutputError, UsageError
from condyle.evaluation.predictions import predictions_from_rows
from condyle.reporting.predictions import write_predictions
from condyle.workflows.watch_drift import watch_drift


@pytest.fixture(name="tables")
def _tables(mixed, tmp_path: Path):
    """Two small tables of different patients, as files."""
    baseline = mixed(patients=12).of_task("disc-count")
    rows = [
        replace(row, patient=f"n{row.patient}", study=f"n{row.study}") for row in baseline.rows()
    ]
    write_predictions(tmp_path / "a.csv", baseline)
    write_predictions(tmp_path / "b.csv", predictions_from_rows(rows))
    return tmp_path / "a.csv", tmp_path / "b.csv"


def run(tables, out: Path, quick, **more):
    return watch_drift(*tables, out=out, draw=quick, permutations=29, **more)


def test_progress_is_told_task_by_task(tables, quick, tmp_path: Path) -> None:
    steps: list[Progress] = []
    run(tables, tmp_path / "out", quick, progress=steps.append)
    stages = [step.stage for step in steps]
    assert stages[0] == "drift" and "figures" in stages


def test_the_page_names_what_made_it(tables, quick, tmp_path: Path) -> None:
    page = run(tables, tmp_path / "out", quick).page.read_text()
    for table in tables:
        assert table.name in page
        assert hashlib.sha256(table.read_bytes()).hexdigest() in page
    assert "12 and 12" in page and "60 replicates, seed 1" in page


def test_a_stop_on_the_way_leaves_an_earlier_report_as_it_was(
    tables, quick, tmp_path: Path
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "drift.html").write_text("old")

    def stop(step: Progress) -> None:
        raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        run(tables, tmp_path / "out", quick, progress=stop)
    assert [path.read_text() for path in (tmp_path / "out").iterdir()] == ["old"]


def test_tables_in_the_folder_that_would_be_replaced_are_refused_and_kept(
    tables, quick, tmp_path: Path
) -> None:
    (tmp_path / "out").mkdir()
    inside = [table.rename(tmp_path / "out" / f"drift-{table.name}") for table in tables]
    with pytest.raises(UsageError, match="written anew"):
        run(inside, tmp_path / "out", quick)
    assert all(table.exists() for table in inside)


def test_an_earlier_report_is_replaced(tables, quick, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "figures").mkdir()
    (out / "figures" / "drift-outputs.svg").write_text("old")
    (out / "drift.html").write_text("old")
    written = run(tables, out, quick)
    assert written.page.read_text() != "old"
    assert "old" not in (out / "figures" / "drift-outputs.svg").read_text()[:10]
    assert (out / "drift.pdf").read_bytes().startswith(b"%PDF-")


@pytest.mark.parametrize("name", ["notes.txt", "report.html", "drift-outputs.svg", "drift-mine"])
def test_a_folder_that_holds_anything_else_is_refused(
    tables, quick, tmp_path: Path, name: str
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    if "." in name:
        (out / name).write_text("mine")
    else:
        (out / name).mkdir()
    with pytest.raises(OutputError, match="1 files or folders that are no part of one"):
        run(tables, out, quick)
    assert (out / name).exists()


def test_a_file_in_place_of_the_folder_is_refused(tables, quick, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    with pytest.raises(OutputError, match="a file of that name"):
        run(tables, tmp_path / "out", quick)
    assert (tmp_path / "out").read_text() == "mine"


def test_a_full_disc_is_told_with_what_to_do(tables, quick, tmp_path: Path, monkeypatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OutputError, match="No space left") as caught:
        run(tables, tmp_path / "out", quick)
    assert "--out" in caught.value.mend


def test_nothing_is_made_where_a_table_cannot_be_read(tables, quick, tmp_path: Path) -> None:
    with pytest.raises(InputError):
        run((tables[0], tmp_path / "absent.csv"), tmp_path / "out", quick)
    assert not (tmp_path / "out").exists()


def test_the_same_table_twice_says_why_it_cannot_be(tables, quick, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="12 being in both"):
        run((tables[0], tables[0]), tmp_path / "out", quick)


def test_a_month_without_references_has_no_evaluation_of_its_own(
    tables, mixed, quick, tmp_path: Path
) -> None:
    table = mixed(patients=12).of_task("disc-count")
    rows = [
        replace(row, patient=f"n{row.patient}", study=f"n{row.study}", reference=float("nan"))
        for row in table.rows()
    ]
    write_predictions(tmp_path / "b.csv", predictions_from_rows(rows))
    page = run(tables, tmp_path / "out", quick).page.read_text()
    assert "No task has a reference in both periods" in page
    assert "The new period by itself" not in page


def test_names_of_a_user_are_escaped_on_the_page(tables, mixed, quick, tmp_path: Path) -> None:
    for name, start in (("a.csv", "a"), ("b.csv", "b")):
        rows = [
            replace(
                row,
                patient=start + row.patient,
                study=start + row.study,
                covariates={"site": "<script>alert(1)</script>" if at % 2 else "x & y"},
            )
            for at, row in enumerate(mixed(patients=12).of_task("disc-count").rows())
        ]
        write_predictions(tmp_path / name, predictions_from_rows(rows))
    page = run(tables, tmp_path / "out", quick).page.read_text()
    assert "<script>" not in page
    assert "x &amp; y" in page
