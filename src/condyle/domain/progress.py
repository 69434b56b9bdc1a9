"""How long work tells what it is doing, and how it is stopped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Progress:
    """One step of long work.

    Attributes:
        stage: Name of the stage, such as ``"discover"``, ``"anatomy"`` or ``"fold-2"``.
        done: Steps of the stage that are finished.
        total: Steps of the stage, 0 where it is not known.
        detail: Anything worth showing, such as ``"loss 0.31"``; never an identity.
    """

    stage: str
    done: int
    total: int
    detail: str = ""


ProgressCallback = Callable[[Progress], None]
"""Called with each step; it stops the work by raising ``condyle.errors.Cancelled``."""


def ignore_progress(progress: Progress) -> None:
    """Takes a step and does nothing with it: the default callback."""
