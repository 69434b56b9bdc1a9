"""Showing how far long work has come, with its rate and the time left."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from rich.progress import TaskID

    from condyle.domain.progress import Progress, ProgressCallback

INTERVAL_S = 5.0
"""Least time between two plain lines; work shorter than this is shown by none."""


@contextmanager
def shown_progress(*, quiet: bool = False) -> Iterator[ProgressCallback]:
    """Gives a callback that shows progress for as long as it is entered.

    On a terminal it is a bar on standard error that goes away at the end. Elsewhere it
    is a plain line on standard output every few seconds, so that standard error holds
    errors alone.

    Args:
        quiet: Show nothing.
    """
    if quiet:
        from condyle.domain.progress import ignore_progress

        yield ignore_progress
    elif sys.stderr.isatty():
        with _bar() as callback:
            yield callback
    else:
        yield PlainProgress(sys.stdout)


class PlainProgress:
    """Writes a line now and then; holds when the stage began and the last line came.

    Args:
        stream: Where the lines go.
        clock: Seconds from any fixed moment.
        interval_s: Least time between two lines.
    """

    def __init__(
        self,
        stream: TextIO,
        *,
        clock: Callable[[], float] = time.monotonic,
        interval_s: float = INTERVAL_S,
    ) -> None:
        self._stream = stream
        self._clock = clock
        self._interval_s = interval_s
        self._stage = ""
        self._began = self._told = clock()

    def __call__(self, step: Progress) -> None:
        """Takes a step, and writes a line if the last one is old enough."""
        now = self._clock()
        if step.stage != self._stage:
            self._stage, self._began = step.stage, now
        if now - self._told >= self._interval_s:
            self._told = now
            print(plain_line(step, elapsed_s=now - self._began), file=self._stream, flush=True)


def plain_line(step: Progress, *, elapsed_s: float) -> str:
    """Says in a line how far a stage has come.

    Args:
        step: The latest step.
        elapsed_s: Time since the stage began.
    """
    parts = [f"{step.done} of {step.total}" if step.total else f"{step.done} done"]
    if step.done and elapsed_s > 0:
        rate = step.done / elapsed_s
        parts.append(f"{rate:.2g} a second" if rate < 10 else f"{rate:.0f} a second")
        if step.total:
            left_s = max(step.total - step.done, 0) / rate
            parts.append(f"{duration(left_s)} left")
    if step.detail:
        parts.append(step.detail)
    return f"{step.stage}: " + ", ".join(parts)


def duration(seconds: float) -> str:
    """Words a time, such as ``"1 h 05 min"`` or ``"42 s"``."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


@contextmanager
def _bar() -> Iterator[ProgressCallback]:
    """Gives a callback that draws a bar a stage on standard error."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[detail]}", markup=False),
    )
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        tasks: dict[str, TaskID] = {}

        def show(step: Progress) -> None:
            if step.stage not in tasks:
                tasks[step.stage] = bars.add_task(step.stage, rate="", detail="")
            task = tasks[step.stage]
            speed = bars.tasks[list(tasks).index(step.stage)].speed
            bars.update(
                task,
                completed=step.done,
                total=step.total or None,
                rate=f"{speed:.2g}/s" if speed else "",
                detail=step.detail,
            )

        yield show
