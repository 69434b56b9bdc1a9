"""One table across training runs."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from condyle.errors import InputError, OutputError
from condyle.workflows.tabulate_runs import RUN_SCHEMA, read_run, runs_page, tabulate_runs


def score(name: str, value: float, *, counted: str = "all") -> dict[str, Any]:
    told = {
        "value": value,
        "low": value - 0.1,
        "high": value + 0.1,
        "n": 9,
        "method": "m",
        "unit": "patient",
        "level": 0.95,
    }
    return {"name": name, "counted": counted, "headline": True, "estimate": told}


def task(name: str, kind: str, *scores: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "kind": kind, "scores": list(scores)}


UNET = (
    task("dice-lesion", "overlap", score("dice", 0.7)),
    task("iou-lesion", "overlap", score("iou", 0.55)),
    task("lesion", "finding", score("auc", 0.8), score("accuracy", 0.75)),
)
RESNET = (task("lesion", "finding", score("auc", 0.6), score("accuracy", 0.65)),)


@pytest.fixture
def run(tmp_path: Path):
    """Writes a finished run."""

    def write(
        name: str, tasks=UNET, *, device: str = "cpu", data: str = "d", **record: Any
    ) -> Path:
        folder = tmp_path / name
        folder.mkdir()
        told = {
            "schema": RUN_SCHEMA,
            "recipe": f"knee-{name}",
            "commit": "abc",
            "seed": 1,
            "data": {"counts": {"patients": 40}, "sha256": data * 64, "simulated": False},
            "split": {"design": "70/15/15", "sha256": "s", "rounds": 1},
            "rounds": [{"seconds": 300.0, "device": device}, {"seconds": 60.0, "device": device}],
            "notices": [],
            **record,
        }
        (folder / "run.json").write_text(json.dumps(told))
        (folder / "metrics.json").write_text(json.dumps({"tasks": list(tasks)}))
        return folder

    return write


def rows_of(*folders: Path) -> list[dict[str, str]]:
    table = runs_page([read_run(folder) for folder in folders]).sections[0].tables[0]
    return [dict(zip(table.headings, row, strict=True)) for row in table.rows]


def test_each_recipe_shows_the_figures_that_it_has_and_a_dash_for_the_rest(run) -> None:
    unet, resnet = rows_of(run("unet"), run("resnet", RESNET))
    assert unet["Dice"] == "0.700 (0.600 to 0.800)"
    assert unet["IoU"].startswith("0.550") and unet["accuracy"].startswith("0.750")
    assert resnet["Dice"] == resnet["IoU"] == "-"
    assert resnet["ROC area"].startswith("0.600")


def test_times_stand_under_the_device_that_they_were_taken_on(run) -> None:
    cpu, gpu = rows_of(run("a"), run("b", device="cuda:0"))
    assert (cpu["CPU time"], cpu["GPU time"]) == ("6 min", "-")
    assert (gpu["CPU time"], gpu["GPU time"]) == ("-", "6 min")


def test_an_answered_only_figure_is_not_taken_for_that_of_all(run) -> None:
    tasks = (task("t", "finding", score("auc", 0.9, counted="answered"), score("auc", 0.7)),)
    assert rows_of(run("a", tasks))[0]["ROC area"].startswith("0.700")


def test_runs_of_other_data_splits_or_simulated_patients_are_said_to_be(run) -> None:
    same = runs_page([read_run(run("a")), read_run(run("b"))])
    assert same.banners == ()
    data = runs_page([read_run(run("c")), read_run(run("d", data="e"))])
    assert "different data" in data.banners[0]
    other = {"design": "5-fold", "sha256": "t", "rounds": 5}
    split = runs_page([read_run(run("e")), read_run(run("f", split=other))])
    assert "different splits" in split.banners[0]
    simulated = {"counts": {"patients": 4}, "sha256": "d" * 64, "simulated": True}
    made = run("h")
    record = json.loads((made / "run.json").read_text()) | {"data": simulated}
    (made / "run.json").write_text(json.dumps(record))
    assert runs_page([read_run(made)]).banners == ("SIMULATED PATIENTS: h.",)


def test_what_a_run_noticed_is_repeated(run) -> None:
    page = runs_page([read_run(run("a", notices=["Not one pixel is right."]))])
    assert "a: Not one pixel is right." in page.sections[1].paragraphs


def test_the_files_hold_every_figure(run, tmp_path: Path) -> None:
    out = tabulate_runs([run("a"), run("b", RESNET)], out=tmp_path / "table")
    assert {path.name for path in out.iterdir()} == {"runs.html", "runs.pdf", "runs.csv"}
    rows = list(csv.DictReader((out / "runs.csv").read_text().splitlines()))
    assert [(row["run"], row["figure"]) for row in rows] == [
        ("a", "dice"),
        ("a", "iou"),
        ("a", "auc"),
        ("a", "accuracy"),
        ("b", "auc"),
        ("b", "accuracy"),
    ]
    assert float(rows[0]["low"]) == pytest.approx(0.6)
    assert "knee-a" in (out / "runs.html").read_text()


def test_a_table_may_be_written_anew_but_not_over_anything_else(run, tmp_path: Path) -> None:
    folder = run("a")
    out = tabulate_runs([folder], out=tmp_path / "table")
    tabulate_runs([folder], out=out)
    (out / "mine.txt").write_text("dear")
    with pytest.raises(OutputError):
        tabulate_runs([folder], out=out)
    assert (out / "mine.txt").read_text() == "dear"


@pytest.mark.parametrize("broken", ["", "{", "[]", '{"schema": "other/1"}', "null"])
def test_a_folder_that_is_no_finished_run_is_refused(run, tmp_path: Path, broken: str) -> None:
    folder = run("a")
    if broken:
        (folder / "run.json").write_text(broken)
    else:
        (folder / "run.json").unlink()
    with pytest.raises(InputError, match="no finished training run") as refused:
        tabulate_runs([folder], out=tmp_path / "table")
    assert "--resume" in refused.value.mend
    assert not (tmp_path / "table").exists()
