"""``condyle runs``: training runs in, one table across recipes out."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from condyle.bundle import EstimateRecord
from condyle.domain.estimate import Estimate
from condyle.domain.evaluation_report import Section, Table
from condyle.errors import InputError
from condyle.reporting.evaluation.files import page_files
from condyle.reporting.evaluation.page import SectionsPage
from condyle.reporting.evaluation.words import estimate_words
from condyle.workflows.evaluation.folder import Contents, OutputFolder

RUN_SCHEMA = "condyle.run/1"

TABLE_FIGURES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("Dice", "overlap", ("dice",)),
    ("IoU", "overlap", ("iou",)),
    ("accuracy", "finding grade", ("accuracy", "exact")),
    ("ROC area", "finding", ("auc",)),
    ("average precision of boxes", "detection", ("average-precision",)),
)
"""Heading, kinds of task and names of the figure, as a table across recipes shows them."""

_CONTENTS = Contents("table of runs", re.compile(r"runs\.(csv|html|pdf)"))


@dataclass(frozen=True)
class Run:
    """A finished run, as its folder tells it.

    Attributes:
        name: Of its folder.
        record: What ``run.json`` holds.
        tasks: Of ``metrics.json``.
    """

    name: str
    record: dict[str, Any]
    tasks: tuple[dict[str, Any], ...]

    def seconds(self, *, gpu: bool) -> float:
        """Gives the time that its fits took on a GPU, or on a CPU."""
        return float(
            sum(
                one["seconds"]
                for one in self.record["rounds"]
                if one["device"].startswith("cuda") == gpu
            )
        )


def tabulate_runs(runs: Sequence[Path], *, out: Path) -> Path:
    """Writes one table across training runs: figures on test patients, and times.

    Args:
        runs: Run folders of ``condyle train``.
        out: Folder for ``runs.html``, ``runs.pdf`` and ``runs.csv``; new, empty, or with an
            earlier table.

    Returns:
        The folder.

    Raises:
        InputError: A folder is no finished run.
        OutputError: The folder holds something else or cannot be written.
    """
    read = [read_run(run) for run in runs]
    folder = OutputFolder(out, _CONTENTS)
    folder.prepare()
    folder.write_files(
        {"runs.csv": runs_csv(read).encode(), **page_files(runs_page(read), stem="runs")}
    )
    return out


def read_run(folder: Path) -> Run:
    """Reads a finished run.

    Raises:
        InputError: The folder holds none.
    """
    try:
        record = json.loads((folder / "run.json").read_text("utf-8"))
        metrics = json.loads((folder / "metrics.json").read_text("utf-8"))
        if record["schema"] != RUN_SCHEMA:
            raise ValueError(record["schema"])
        return Run(folder.name, record, tuple(metrics["tasks"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"The folder '{folder.name}' is no finished training run.",
            found=f"no run.json and metrics.json that fit ({type(error).__name__})",
            needed="the --out of a 'condyle train' that ended",
            mend="finish it with --resume, or name another folder.",
        ) from error


def runs_page(runs: Sequence[Run]) -> SectionsPage:
    """Gives the page of a table across runs.

    Args:
        runs: In the order of its rows.
    """
    headings = ("run", "recipe", *(name for name, _, _ in TABLE_FIGURES), "CPU time", "GPU time")
    rows = tuple(
        (
            run.name,
            run.record["recipe"],
            *(_figure_words(run, kinds, names) for _, kinds, names in TABLE_FIGURES),
            _time_words(run.seconds(gpu=False)),
            _time_words(run.seconds(gpu=True)),
        )
        for run in runs
    )
    tested = tuple(
        (
            run.name,
            run.record["split"]["design"],
            f"{run.record['data']['counts']['patients']}",
            run.record["data"]["sha256"][:12],
            str(run.record["seed"]),
            run.record["commit"],
        )
        for run in runs
    )
    note = (
        "Value (95 % interval by patient) on test patients that the networks never saw; '-' "
        "where a recipe gives no such figure. Of several tasks of a kind the first is shown."
    )
    return SectionsPage(
        title="Training runs",
        facts=(("runs", str(len(runs))),),
        banners=_banners(runs),
        sections=(
            Section("Recipes compared", tables=(Table("", headings, rows, note=note),)),
            Section(
                "What they were trained on",
                tables=(Table("", ("run", "split", "patients", "data", "seed", "commit"), tested),),
                paragraphs=_notices(runs),
            ),
        ),
    )


def runs_csv(runs: Sequence[Run]) -> str:
    """Gives every headline figure of every run, a row each, as CSV."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(
        ("run", "recipe", "task", "figure", "value", "low", "high", "n", "unit", "method")
    )
    for run in runs:
        for task in run.tasks:
            for score in task["scores"]:
                told = score["estimate"]
                name = score["name"] + ("" if score["counted"] == "all" else "-answered")
                figures = [told[k] for k in ("value", "low", "high", "n", "unit", "method")]
                row = [run.name, run.record["recipe"], task["name"], name, *figures]
                writer.writerow(["" if cell is None else cell for cell in row])
    return stream.getvalue()


def _figure(run: Run, kinds: str, names: Sequence[str]) -> Estimate | None:
    for task in run.tasks:
        for score in task["scores"]:
            if (
                task["kind"] in kinds.split()
                and score["name"] in names
                and score["counted"] == "all"
            ):
                return EstimateRecord.model_validate(score["estimate"]).estimate()
    return None


def _figure_words(run: Run, kinds: str, names: Sequence[str]) -> str:
    found = _figure(run, kinds, names)
    return "-" if found is None else estimate_words(found)


def _time_words(seconds: float) -> str:
    if not seconds:
        return "-"
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


def _banners(runs: Sequence[Run]) -> tuple[str, ...]:
    simulated = [run.name for run in runs if run.record["data"]["simulated"]]
    made = [f"SIMULATED PATIENTS: {', '.join(simulated)}."] if simulated else []
    if len({run.record["data"]["sha256"] for run in runs}) > 1:
        made.append("The runs were trained on different data: their figures do not compare.")
    elif len({run.record["split"]["sha256"] for run in runs}) > 1:
        made.append("The runs were scored under different splits.")
    return tuple(made)


def _notices(runs: Sequence[Run]) -> tuple[str, ...]:
    return tuple(f"{run.name}: {notice}" for run in runs for notice in run.record["notices"])
