"""A researcher's own table in, the whole evaluation folder out."""

import csv
import json

import numpy as np
import pytest

from condyle.errors import InputError, OutputError, UsageError
from condyle.evaluation.predictions import predictions_from_rows
from condyle.reporting.predictions import write_predictions
from condyle.workflows.evaluate_table import evaluate_table


@pytest.fixture(name="done")
def _done(mixed, quick, tmp_path_factory, request):
    """Evaluates a table with findings and numbers, once for the module."""
    cached = getattr(request.module, "_DONE", None)
    if cached is None:
        folder = tmp_path_factory.mktemp("table")
        table = mixed()
        kept = table.where(np.isin(table.task, ["tear", "dice-meniscus", "disc-count"]))
        write_predictions(folder / "mine.csv", kept)
        out = evaluate_table(folder / "mine.csv", out=folder / "out", draw=quick)
        cached = request.module._DONE = (folder / "mine.csv", out)
    return cached


def test_the_folder_holds_pages_metrics_figures_and_the_table(done):
    path, out = done
    assert {entry.name for entry in out.iterdir()} == {
        "checklist-claim-2024.md",
        "checklist-stard-ai-2025.md",
        "checklist-tripod-ai-2024.md",
        "cohort.csv",
        "figures",
        "metrics.csv",
        "metrics.json",
        "predictions.csv",
        "report.html",
        "report.pdf",
    }
    assert (out / "predictions.csv").read_bytes() == path.read_bytes()
    names = {entry.name for entry in (out / "figures").iterdir()}
    for chart in ("confusion", "roc", "precision-recall", "calibration", "decision"):
        assert {f"tear-{chart}.svg", f"tear-{chart}.png"} <= names
    assert "all-dice-cases.svg" in names and "disc-count-bland-altman.png" in names


def test_the_metrics_hold_every_estimate_with_interval_n_unit_and_method(done):
    _, out = done
    document = json.loads((out / "metrics.json").read_text())
    assert (document["schema"], document["bundle"]) == ("condyle.evaluation/1", None)
    assert (document["patients"], document["in_sample"]) == (24, 0)
    tear = next(task for task in document["tasks"] if task["name"] == "tear")
    area = next(score for score in tear["scores"] if score["name"] == "auc")
    assert set(area["estimate"]) == {"value", "low", "high", "n", "method", "unit", "level"}
    assert area["estimate"]["unit"] == "disc" and area["estimate"]["n"] == 48
    assert "charts" not in tear
    lines = list(csv.DictReader((out / "metrics.csv").read_text().splitlines()))
    line = next(x for x in lines if (x["task"], x["figure"]) == ("tear", "auc"))
    assert float(line["value"]) == area["estimate"]["value"]
    assert {x["covariate"] for x in lines} == {"", "age", "sex"}
    assert {x["threshold"] for x in lines} == {"", "0.1", "0.3", "0.5", "0.7", "0.9"}


def test_the_page_says_what_made_it(done):
    path, out = done
    html = (out / "report.html").read_text()
    for said in (path.name, "SHA-256", "60 replicates, seed 1", "Condyle 0."):
        assert said in html


def test_an_earlier_evaluation_is_replaced_and_anything_else_is_not(row, quick, tmp_path):
    table = predictions_from_rows([row(k, "n", k, k + 0.5) for k in range(6)])
    write_predictions(tmp_path / "t.csv", table)
    out = tmp_path / "out"
    (out / "figures").mkdir(parents=True)
    (out / "figures" / "gone.svg").write_bytes(b"old")
    evaluate_table(tmp_path / "t.csv", out=out, draw=quick)
    assert not (out / "figures" / "gone.svg").exists()
    (out / "figures" / "mine.txt").write_text("keep me")
    with pytest.raises(OutputError, match="nothing of yours is lost"):
        evaluate_table(tmp_path / "t.csv", out=out, draw=quick)
    assert (out / "figures" / "mine.txt").exists() and (out / "report.html").exists()


def test_a_table_in_the_output_folder_is_refused_and_kept(row, quick, tmp_path):
    write_predictions(tmp_path / "t.csv", predictions_from_rows([row(1, "n", 1, 2)]))
    with pytest.raises(UsageError, match="written anew"):
        evaluate_table(tmp_path / "t.csv", out=tmp_path, draw=quick)
    assert (tmp_path / "t.csv").exists()


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "\x00\x01"])
def test_what_is_no_table_is_refused_before_anything_is_written(quick, tmp_path, text):
    (tmp_path / "t.csv").write_text(text)
    with pytest.raises(InputError):
        evaluate_table(tmp_path / "t.csv", out=tmp_path / "out", draw=quick)
    assert not (tmp_path / "out").exists()


def test_a_cell_that_does_not_fit_leaves_an_earlier_evaluation_as_it_was(row, quick, tmp_path):
    good = predictions_from_rows([row(k, "n", k, k + 0.5) for k in range(6)])
    write_predictions(tmp_path / "good.csv", good)
    bad = predictions_from_rows([row(1, "t", 3, 1, [0.5])])
    write_predictions(tmp_path / "bad.csv", bad)
    out = evaluate_table(tmp_path / "good.csv", out=tmp_path / "out", draw=quick)
    before = (out / "report.html").read_bytes()
    with pytest.raises(InputError):
        evaluate_table(tmp_path / "bad.csv", out=out, draw=quick)
    assert (out / "report.html").read_bytes() == before


def test_patients_that_were_all_learned_from_give_a_reason_and_no_figure(row, quick, tmp_path):
    rows = [row(k, "t", k % 2, 1, [0.6], covariates={"in_sample": "yes"}) for k in range(6)]
    write_predictions(tmp_path / "t.csv", predictions_from_rows(rows))
    out = evaluate_table(tmp_path / "t.csv", out=tmp_path / "out", draw=quick)
    document = json.loads((out / "metrics.json").read_text())
    assert (document["in_sample"], document["out_of_sample"]) == (6, 0)
    assert "trained on" in document["reason"] and document["tasks"] == []
    assert "There is no figure" in (out / "report.html").read_text()
