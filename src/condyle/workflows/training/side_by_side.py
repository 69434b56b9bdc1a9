"""Rounds of a training in processes of their own, side by side."""

from __future__ import annotations

import multiprocessing
import os
import queue
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass, replace
from pathlib import Path

from condyle.domain.progress import Progress
from condyle.training.execution import Execution
from condyle.training.recipe import Recipe
from condyle.workflows.training.training import Training

Told = queue.Queue[Progress]


@dataclass(frozen=True)
class RoundRequest:
    """What a process needs to train one round; the archive is opened again in it.

    Attributes:
        recipe: The declaration, as JSON.
        data: The labelled archive.
        out: The run folder, whose prepared images are taken up.
        number: Of the round.
        execution: Where and how, without a callback.
        threads: Threads of the process.
    """

    recipe: str
    data: Path
    out: Path
    number: int
    execution: Execution
    threads: int


TrainOne = Callable[[RoundRequest, Callable[[Progress], None]], None]


def train_side_by_side(
    training: Training, numbers: Sequence[int], *, train_one: TrainOne, workers: int
) -> None:
    """Trains rounds in several processes and tells of all of them.

    Args:
        training: What is asked for.
        numbers: Of the rounds that are to be trained.
        train_one: Trains the round of a request; a function of a module, as it is sent.
        workers: Processes at once.

    Raises:
        CondyleError: As the first round that failed raised it; the others are stopped.
    """
    context = multiprocessing.get_context("spawn")
    threads = max(1, (os.cpu_count() or 1) // workers)
    before = {process.pid for process in multiprocessing.active_children()}
    plain = replace(training.execution, progress=_silent, workers=1)
    with context.Manager() as manager, ProcessPoolExecutor(workers, context) as pool:
        told: Told = manager.Queue()
        running = [
            pool.submit(
                _run,
                train_one,
                RoundRequest(
                    training.recipe.model_dump_json(by_alias=True),
                    training.data,
                    training.out,
                    number,
                    plain,
                    threads,
                ),
                told,
            )
            for number in numbers
        ]
        try:
            _follow(running, told, training.execution.progress)
        except BaseException:
            # What a round has finished is kept; what it is at would go on for hours.
            for process in multiprocessing.active_children():
                if process.pid in before:
                    continue
                process.terminate()
            raise


def _follow(
    running: Sequence[Future[None]], told: Told, progress: Callable[[Progress], None]
) -> None:
    """Passes progress on until all rounds are done, or one has failed."""
    left: set[Future[None]] = set(running)
    while left:
        done, left = wait(left, timeout=0.2, return_when=FIRST_EXCEPTION)
        while True:
            try:
                progress(told.get_nowait())
            except queue.Empty:
                break
        for future in done:
            future.result()


def _run(train_one: TrainOne, request: RoundRequest, told: Told) -> None:
    train_one(request, told.put)


def _silent(progress: Progress) -> None:
    """Takes a step and does nothing with it; a function of a module can be sent."""


def recipe_of(request: RoundRequest) -> Recipe:
    """Gives the recipe of a request."""
    return Recipe.model_validate_json(request.recipe)
