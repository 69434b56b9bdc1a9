"""A table with the bundle that made it: checklists answered from the manifest."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from condyle.errors import BundleError, UsageError
from condyle.evaluation.predictions import predictions_from_rows
from condyle.reporting.predictions import write_predictions
from condyle.workflows.evaluate_table import evaluate_table


@pytest.fixture(name="write")
def _write(mixed, tmp_path: Path):
    """Writes a small table, made by whatever bundle the test says."""

    def write(sha256: str = "") -> Path:
        table = mixed(patients=10).of_task("tear")
        rows = [replace(row, bundle=sha256) for row in table.rows()]
        write_predictions(tmp_path / "t.csv", predictions_from_rows(rows))
        return tmp_path / "t.csv"

    return write


@pytest.mark.parametrize("stated", [False, True], ids=["not stated", "stated"])
def test_the_manifest_answers_where_its_bundle_is_named(
    write, pair, quick, tmp_path: Path, stated: bool
) -> None:
    grading = pair[1]
    path = write(grading.sha256 if stated else "")
    out = evaluate_table(path, out=tmp_path / "out", bundle=str(grading.path), draw=quick)
    text = (out / "checklist-claim-2024.md").read_text()
    assert grading.manifest.intended_use in text
    assert "manifest.json: training.seed" in text or "manifest.json: input" in text


def test_without_a_bundle_the_model_is_left_for_the_authors(write, quick, tmp_path: Path) -> None:
    out = evaluate_table(write(), out=tmp_path / "out", draw=quick)
    text = (out / "checklist-claim-2024.md").read_text()
    part = text.split("**22.**")[1].split("**23.**")[0]
    assert "For the authors." in part


def test_a_table_of_another_bundle_is_refused(write, pair, quick, tmp_path: Path) -> None:
    path = write("ab" * 32)
    with pytest.raises(UsageError, match="made by another bundle"):
        evaluate_table(path, out=tmp_path / "out", bundle=str(pair[1].path), draw=quick)
    assert not (tmp_path / "out").exists()


def test_a_bundle_that_is_not_there_is_refused(write, quick, tmp_path: Path) -> None:
    with pytest.raises(BundleError):
        evaluate_table(write(), out=tmp_path / "out", bundle="no-such-bundle", draw=quick)
    assert not (tmp_path / "out").exists()
