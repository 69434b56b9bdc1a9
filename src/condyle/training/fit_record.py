"""How a finished fit went, as its folder holds it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

FIT_FILE = "fit.json"
"""Tells, in the folder of a finished fit, how it went."""

LOG_FILE = "log.csv"
"""One row an epoch: training loss, figures of the validation patients, rate, time."""

WEIGHTS_FILE = "weights.txt"
"""Says which published weights were loaded before a fit began, and which were not."""


@dataclass(frozen=True)
class FitRecord:
    """How a finished fit went.

    Attributes:
        loss: Training loss at the end, averaged over about 20 steps.
        steps: Steps that were taken.
        epochs: Epochs that were finished.
        best_epoch: Epoch, from 1, whose weights are kept; 0 where there was no validation.
        best: The figure of that epoch; NaN where there was none.
        figure: Name of the figure.
        seconds: Time that the steps and validations took, over all sittings.
        waited_share: Share of that time spent waiting for batches.
        device: Where it ran, such as ``"cpu"`` or ``"cuda:0"``.
        stopped_early: True where it ended before its most steps.
    """

    loss: float
    steps: int
    epochs: int
    best_epoch: int
    best: float
    figure: str
    seconds: float
    waited_share: float
    device: str
    stopped_early: bool


def write_fit(folder: Path, record: FitRecord) -> None:
    """Writes how a fit went, which says that it ended."""
    (folder / FIT_FILE).write_text(json.dumps(asdict(record), indent=1) + "\n", "utf-8")


def read_fit(folder: Path) -> FitRecord | None:
    """Gives how the fit of a folder went, or ``None`` where it has not ended."""
    path = folder / FIT_FILE
    return FitRecord(**json.loads(path.read_text("utf-8"))) if path.is_file() else None
