"""Rounds in processes of their own: each trained once, progress told, faults passed on."""

from __future__ import annotations

import importlib
import os
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

import pytest

from condyle.datasets.archive import Archive
from condyle.datasets.split_rounds import Round, Split
from condyle.domain.progress import Progress
from condyle.errors import Cancelled, DatasetError
from condyle.training.execution import Execution
from condyle.training.recipe import read_recipe
from condyle.workflows.training.side_by_side import train_side_by_side
from condyle.workflows.training.training import Training

pytestmark = pytest.mark.skipif(find_spec("torch") is None, reason="needs torch to train")


ROUNDS = """
import os, time
from condyle.domain.progress import Progress
from condyle.errors import DatasetError
from condyle.workflows.training.side_by_side import recipe_of

def leave_a_mark(request, told):
    told(Progress(f"round-{request.number}", 1, 1))
    seed = recipe_of(request).seed
    (request.out / f"{request.number}.txt").write_text(f"{os.getpid()} {seed} {request.threads}")

def fail_on_the_second(request, told):
    if request.number == 1:
        raise DatasetError("Nothing there.", found="nothing", needed="some", mend="add it.")
    time.sleep(60)
"""


@pytest.fixture
def rounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """What trains a round, in a module that other processes can import."""
    folder = tmp_path / "modules"
    folder.mkdir()
    (folder / "rounds_of_a_test.py").write_text(ROUNDS)
    monkeypatch.syspath_prepend(folder)
    return importlib.import_module("rounds_of_a_test")


def training(out: Path, progress: Callable[[Progress], None]) -> Training:
    split = Split("s", 1, "own", (Round(("a",), ("b",), ("c",)),))
    execution = Execution("cpu", progress=progress, workers=2)
    recipe = read_recipe("knee-unet", settings={"seed": "5"})
    return Training(recipe, Archive("pairs", ()), split, Path("data"), out, execution)


def test_every_round_is_trained_in_another_process_and_tells_how_far_it_is(
    rounds, tmp_path: Path
) -> None:
    told: list[Progress] = []
    train_side_by_side(
        training(tmp_path, told.append), [0, 2], train_one=rounds.leave_a_mark, workers=2
    )
    marks = {p.stem: p.read_text().split() for p in tmp_path.glob("*.txt")}
    assert set(marks) == {"0", "2"}
    assert all(int(pid) != os.getpid() and seed == "5" for pid, seed, _ in marks.values())
    assert all(int(threads) == max(1, (os.cpu_count() or 1) // 2) for *_, threads in marks.values())
    assert {step.stage for step in told} == {"round-0", "round-2"}


def test_a_round_that_fails_stops_the_others_with_its_own_error(rounds, tmp_path: Path) -> None:
    began = time.monotonic()
    with pytest.raises(DatasetError, match="Nothing there"):
        train_side_by_side(
            training(tmp_path, lambda step: None),
            [0, 1],
            train_one=rounds.fail_on_the_second,
            workers=2,
        )
    assert time.monotonic() - began < 50


def test_a_stop_stops_them_all(rounds, tmp_path: Path) -> None:
    def stop(step: Progress) -> None:
        raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        train_side_by_side(
            training(tmp_path, stop), [0, 2], train_one=rounds.leave_a_mark, workers=2
        )
