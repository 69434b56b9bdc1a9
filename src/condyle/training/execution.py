"""Where and how a training runs: nothing here changes what a recipe means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from condyle.domain.progress import ProgressCallback, ignore_progress

DeviceName = Literal["auto", "cpu", "cuda"]


@dataclass(frozen=True)
class Execution:
    """Where and how a training runs.

    Attributes:
        device: ``"auto"`` takes a GPU where there is one.
        devices: GPUs of each machine; with several, a step takes a batch from each.
        nodes: Machines.
        workers: Rounds that are trained side by side, each in a process of its own.
        resume: Go on from checkpoints; finished parts are kept.
        mlflow: Tracking URI of MLflow that the curves are sent to as well, or ``None``.
        progress: Told of every step; stops the work by raising ``Cancelled``.
    """

    device: DeviceName = "auto"
    devices: int = 1
    nodes: int = 1
    workers: int = 1
    resume: bool = False
    mlflow: str | None = None
    progress: ProgressCallback = ignore_progress
