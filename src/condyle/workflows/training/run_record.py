"""How a run went, as ``run.json``: its rounds, its data, its software, and what was noticed."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from condyle.datasets.split_rounds import Split
from condyle.evaluation.predictions import Predictions
from condyle.training.fit_record import LOG_FILE, WEIGHTS_FILE, FitRecord, read_fit
from condyle.workflows.training.run_folder import commit, package_versions, write_json
from condyle.workflows.training.training import Training

RUN_SCHEMA = "condyle.run/1"
"""Schema of ``run.json``."""

NOTHING, EVERYTHING = 1e-5, 0.5
"""Shares of pixels under and over which a network is said to call nothing, or everything."""


@dataclass(frozen=True)
class RoundRecord:
    """One fit of a round.

    Attributes:
        round: Number of the round, from 0.
        stage: Such as a plane; empty where a round is one fit.
        fit: How it went.
        log: One row an epoch, as in ``log.csv``.
        weights: What was loaded before it began, in words; empty where nothing was.
    """

    round: int
    stage: str
    fit: FitRecord
    log: tuple[dict[str, float], ...]
    weights: str = ""

    @property
    def name(self) -> str:
        """Such as ``"round 0"`` or ``"round 0, sagittal"``."""
        return f"round {self.round}" + (f", {self.stage}" if self.stage else "")


def round_records(out: Path, split: Split, *, stages: Sequence[str]) -> tuple[RoundRecord, ...]:
    """Gives how every fit of a run went.

    Args:
        out: The run folder.
        split: Its rounds.
        stages: Folders of a round's fits, in the round's own; that one where empty.
    """
    made = []
    for number in range(split.count):
        for stage in stages or ("",):
            folder = out / "folds" / str(number) / stage
            fit = read_fit(folder)
            if fit is None:
                continue
            weights = folder / WEIGHTS_FILE
            told = weights.read_text("utf-8").strip() if weights.is_file() else ""
            made.append(RoundRecord(number, stage, fit, read_log(folder / LOG_FILE), told))
    return tuple(made)


def read_log(path: Path) -> tuple[dict[str, float], ...]:
    """Gives the rows of a fit's log."""
    with path.open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    return tuple({key: float(value) for key, value in row.items() if value} for row in rows)


def notices(rounds: Sequence[RoundRecord], table: Predictions) -> tuple[str, ...]:
    """Says what in a run must not be missed: a network that calls nothing, or one thing only.

    Args:
        rounds: Of the run.
        table: What it predicted.
    """
    made = []
    for one in rounds:
        shares = [
            row["validation-called-share"]
            for row in one.log
            if row["epoch"] == one.fit.best_epoch and "validation-called-share" in row
        ]
        if shares and shares[0] < NOTHING:
            made.append(f"The network of {one.name} calls no pixel on the validation patients.")
        elif shares and shares[0] > EVERYTHING:
            made.append(
                f"The network of {one.name} calls {shares[0]:.0%} of all pixels on the "
                "validation patients."
            )
    return (*made, *_of_answers(table))


def _of_answers(table: Predictions) -> list[str]:
    missed, same = [], []
    for task in table.tasks:
        rows = table.of_task(task)
        known = ~np.isnan(rows.reference) & ~np.isnan(rows.prediction)
        called, truth = rows.prediction[known], rows.reference[known]
        if task.startswith("dice-") and "-at-" not in task:
            if len(called) and not called.any():
                missed.append(task.removeprefix("dice-"))
        elif not task.startswith(("dice-", "iou-", "detect-")):
            alike = len(called) > 1 and len(np.unique(called)) == 1
            if alike and len(np.unique(truth)) > 1:
                same.append(f"{task} {called[0]:g}")
    made = []
    if missed:
        made.append(f"Not one pixel is right on the test patients: {', '.join(missed)}.")
    if same:
        made.append(f"Every test case gets the same answer: {', '.join(same)}.")
    return made


def write_run_record(
    training: Training,
    *,
    rounds: Sequence[RoundRecord],
    table: Predictions,
    data: dict[str, Any],
    notes: Sequence[str],
) -> dict[str, Any]:
    """Writes ``run.json`` and gives what stands in it.

    Args:
        training: What was asked for.
        rounds: How the fits went.
        table: What was predicted.
        data: Record of the data, with its hash.
        notes: What a reader must know.
    """
    recipe, archive = training.recipe, training.archive
    document = {
        "schema": RUN_SCHEMA,
        "recipe": recipe.name,
        "version": recipe.version,
        "seed": recipe.seed,
        "commit": commit(),
        "packages": package_versions(),
        "data": {**data, "layout": archive.layout, "licence": archive.licence},
        "split": {
            "design": training.split.design,
            "sha256": training.split.sha256,
            "rounds": training.split.count,
        },
        "device": training.execution.device,
        "seconds": round(sum(one.fit.seconds for one in rounds), 1),
        "rounds": [
            {
                "round": one.round,
                "stage": one.stage,
                "weights": one.weights,
                **_plain(asdict(one.fit)),
            }
            for one in rounds
        ],
        "notes": [*training.notes, *notes, *archive.notes],
        "notices": list(notices(rounds, table)),
    }
    write_json(training.out / "run.json", document)
    return document


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    """Gives NaN as ``None``, which JSON has a word for."""
    return {key: None if value != value else value for key, value in values.items()}
