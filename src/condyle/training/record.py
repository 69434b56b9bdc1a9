"""What a fit writes down while it runs: progress, and a row of its log an epoch."""

from __future__ import annotations

import csv
import io
import math
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lightning.pytorch.callbacks import Callback

from condyle.domain.progress import Progress, ProgressCallback
from condyle.training.fit_record import LOG_FILE, FitRecord


class Recorder(Callback):
    """Tells progress, and keeps one row of the log an epoch; its state is in the checkpoint.

    Args:
        stage: Name of the fit.
        folder: Where ``log.csv`` goes.
        progress: Told of every step.
    """

    def __init__(self, stage: str, *, folder: Path, progress: ProgressCallback) -> None:
        self.stage = stage
        self.folder = folder
        self.progress = progress
        self.waited_s = 0.0
        self._recent: float | None = None
        self._rows: list[dict[str, float]] = []
        self._losses: list[float] = []
        self._figures: dict[str, float] = {}
        self._seconds = 0.0
        self._began = time.perf_counter()
        self._steps = self._expected = 0
        self._epoch_steps = 1

    def expects(self, *, steps: int, epoch_steps: int) -> None:
        """Takes how long the fit will be at most."""
        self._expected, self._epoch_steps = steps, epoch_steps

    def validated(self, figures: Mapping[str, float]) -> None:
        """Takes the figures of the validation patients after an epoch."""
        self._figures = dict(figures)

    def state_dict(self) -> dict[str, Any]:
        """Gives what a resumed fit needs to go on with the same log."""
        return {
            "recent": self._recent,
            "steps": self._steps,
            "rows": self._rows,
            "seconds": self._seconds,
            "waited": self.waited_s,
        }

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Goes on with the log of a checkpoint."""
        self._recent = state_dict["recent"]
        self._steps = state_dict["steps"]
        self._rows = list(state_dict["rows"])
        self._seconds = state_dict["seconds"]
        self.waited_s = state_dict["waited"]

    def on_train_start(self, trainer: Any, pl_module: Any) -> None:
        """Begins to count the time."""
        self._began = time.perf_counter()

    def on_train_batch_end(self, trainer: Any, pl_module: Any, outputs: Any, *rest: Any) -> None:
        """Tells progress."""
        loss = float(outputs["loss"])
        self._losses.append(loss)
        self._recent = loss if self._recent is None else 0.95 * self._recent + 0.05 * loss
        self._steps = trainer.global_step
        self.progress(Progress(self.stage, self._steps, self._expected, self._detail(loss)))

    def on_train_epoch_end(self, trainer: Any, pl_module: Any) -> None:
        """Writes the log anew with the row of this epoch, before the checkpoints are kept."""
        now = time.perf_counter()
        self._seconds += now - self._began
        self._began = now
        self._steps = trainer.global_step
        row = {
            "epoch": float(len(self._rows) + 1),
            "step": float(self._steps),
            "loss": sum(self._losses) / max(1, len(self._losses)),
            "learning-rate": float(trainer.optimizers[0].param_groups[0]["lr"]),
            "seconds": round(self._seconds, 1),
            "waiting-share": round(self._waited_share(), 4),
        }
        self._rows.append(row | self._figures)
        self._losses = []
        if trainer.is_global_zero:
            (self.folder / LOG_FILE).write_text(log_text(self._rows), "utf-8")

    def record(self, *, device: str) -> FitRecord:
        """Gives how the fit went, once it has ended."""
        figure, best_epoch, best = self._best()
        return FitRecord(
            loss=math.nan if self._recent is None else self._recent,
            steps=self._steps,
            epochs=len(self._rows),
            best_epoch=best_epoch,
            best=best,
            figure=figure,
            seconds=round(self._seconds, 2),
            waited_share=round(self._waited_share(), 4),
            device=device,
            stopped_early=self._steps < self._expected,
        )

    def _waited_share(self) -> float:
        return self.waited_s / self._seconds if self._seconds else 0.0

    def _best(self) -> tuple[str, int, float]:
        """Gives the name of the figure that decides, its best epoch and its best value."""
        columns = self._rows[0] if self._rows else {}
        figure = next((name for name in columns if name.startswith("validation-")), "")
        found = [(row[figure], row["epoch"]) for row in self._rows if figure in row]
        finite = [pair for pair in found if not math.isnan(pair[0])]
        if not finite:
            return figure.removeprefix("validation-"), 0, math.nan
        best, epoch = max(finite, key=lambda pair: (pair[0], -pair[1]))
        return figure.removeprefix("validation-"), int(epoch), best

    def _detail(self, loss: float) -> str:
        """Words the loss, and with validation the epoch and its figures."""
        said = f"loss {loss:.3f}"
        figure, epoch, best = self._best()
        if not figure:
            return said
        at = (self._steps - 1) // self._epoch_steps + 1
        now = self._rows[-1].get(f"validation-{figure}", math.nan)
        of = self._expected // self._epoch_steps
        return f"epoch {at} of {of}, {said}, {figure} {now:.3f}, best {best:.3f} (epoch {epoch})"


def log_text(rows: list[dict[str, float]]) -> str:
    """Gives the rows of a log as CSV; a column that a row lacks is empty."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    stream = io.StringIO()
    table = csv.DictWriter(stream, names, lineterminator="\n")
    table.writeheader()
    for row in rows:
        table.writerow({name: f"{value:.6g}" for name, value in row.items()})
    return stream.getvalue()
