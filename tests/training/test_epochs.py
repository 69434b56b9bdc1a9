"""Fits by epochs: stopped where nothing is gained, the best epoch kept, resumed to the same."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import nn

from condyle.domain.progress import Progress, ignore_progress
from condyle.errors import Cancelled
from condyle.training.execution import Execution
from condyle.training.fit_record import FIT_FILE, LOG_FILE, FitRecord, read_fit
from condyle.training.loop import Job, final_loss, fit
from condyle.training.recipe_parts import OptimiserPart, SchedulePart

TIMES = {"seconds", "waiting-share"}


class Drift(nn.Module):
    """One weight that every step moves on by the rate, so that it tells which step it is from."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1))
        self.drop = nn.Dropout(0.5)
        self.noise = nn.Parameter(torch.zeros(8))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.weight + (self.drop(x) * self.noise).mean()


def make_batch(number: int, generator: torch.Generator) -> tuple[torch.Tensor]:
    return (torch.rand(4, 8, generator=generator),)


def loss_of(network: nn.Module, batch: tuple[torch.Tensor, ...]) -> torch.Tensor:
    return -network(batch[0]).sum()


class Figures:
    """Gives figures of a validation in turn, however the network is."""

    def __init__(self, *values: float) -> None:
        self.values = values
        self.asked: list[float] = []

    def __call__(self, network: nn.Module) -> Mapping[str, float]:
        assert not network.training
        self.asked.append(float(network.weight.detach()))
        # Which epoch it is, the network itself tells: each takes two steps of 0.01.
        epoch = round(self.asked[-1] / 0.02)
        return {"dice": self.values[epoch - 1], "called-share": 0.25}


SCHEDULE = SchedulePart(
    epochs=6, epoch_steps=2, most_epoch_steps=2, batch=4, warmup=0, average_decay=0, patience=2
)
RATE = OptimiserPart(learning_rate=0.01, weight_decay=0.0, decay="constant")


def job(folder: Path, validate: Callable[..., Mapping[str, float]] | None, **changed) -> Job:
    torch.manual_seed(0)
    made = Job(
        stage="round-0",
        network=Drift(),
        make_batch=make_batch,
        loss_of=loss_of,
        schedule=SCHEDULE,
        optimiser=RATE,
        seed=3,
        folder=folder,
        items=40,
        validate=validate,
    )
    return replace(made, **changed)


def run(made: Job, *, resume: bool = False, progress=ignore_progress) -> nn.Module:
    return fit(made, Execution("cpu", resume=resume, progress=progress))


def log_of(folder: Path, *, without: set[str] = TIMES) -> list[dict[str, str]]:
    with (folder / LOG_FILE).open(newline="") as stream:
        return [
            {name: text for name, text in row.items() if name not in without}
            for row in csv.DictReader(stream)
        ]


def epoch_of(network: nn.Module) -> float:
    return round(float(network.weight) / 0.02, 3)


def bytes_of(network: nn.Module) -> bytes:
    return b"".join(value.numpy().tobytes() for value in network.state_dict().values())


def stopping_at(step: int) -> Callable[[Progress], None]:
    def progress(told: Progress) -> None:
        if told.done == step:
            raise Cancelled("Stopped.")

    return progress


@pytest.fixture(scope="module")
def stopped(tmp_path_factory) -> tuple[Path, nn.Module, Figures, list[Progress]]:
    """A fit whose second epoch is the best of four, after which it stops."""
    folder = tmp_path_factory.mktemp("stopped")
    figures, told = Figures(0.3, 0.8, 0.5, 0.8, 0.9, 0.9), []
    return folder, run(job(folder, figures), progress=told.append), figures, told


def test_a_fit_stops_once_its_patience_is_spent(stopped) -> None:
    folder, _, figures, _ = stopped
    assert len(figures.asked) == 4  # 0.8 again is no better
    record = read_fit(folder)
    assert (record.epochs, record.steps, record.stopped_early) == (4, 8, True)


def test_the_weights_of_the_best_epoch_are_kept_and_not_the_last(stopped) -> None:
    folder, network, _, _ = stopped
    assert epoch_of(network) == 2.0
    record = read_fit(folder)
    assert (record.best_epoch, record.best, record.figure) == (2, 0.8, "dice")


def test_the_log_has_a_row_an_epoch_with_the_figures_of_validation(stopped) -> None:
    rows = log_of(stopped[0], without=set())
    assert [row["epoch"] for row in rows] == ["1", "2", "3", "4"]
    assert [row["step"] for row in rows] == ["2", "4", "6", "8"]
    assert [row["validation-dice"] for row in rows] == ["0.3", "0.8", "0.5", "0.8"]
    assert {row["validation-called-share"] for row in rows} == {"0.25"}
    assert {row["learning-rate"] for row in rows} == {"0.01"}
    assert all(float(row["seconds"]) >= 0 and 0 <= float(row["waiting-share"]) <= 1 for row in rows)


def test_progress_tells_epoch_loss_and_the_figures_so_far(stopped) -> None:
    told = stopped[3]
    assert [(one.done, one.total) for one in told] == [(step, 12) for step in range(1, 9)]
    assert told[1].detail.startswith("loss ")
    assert told[4].detail.startswith("epoch 3 of 6, loss ")
    assert told[4].detail.endswith("dice 0.800, best 0.800 (epoch 2)")
    assert told[6].detail.endswith("dice 0.500, best 0.800 (epoch 2)")


def test_a_finished_fit_that_is_resumed_trains_no_step_further(stopped) -> None:
    folder, network, _, _ = stopped
    figures, told = Figures(), []
    before = (folder / FIT_FILE).read_bytes(), (folder / LOG_FILE).read_bytes()
    again = run(job(folder, figures), resume=True, progress=told.append)
    assert told == [] == figures.asked
    assert bytes_of(again) == bytes_of(network)
    assert ((folder / FIT_FILE).read_bytes(), (folder / LOG_FILE).read_bytes()) == before


@pytest.mark.parametrize("step", [3, 5, 8])
def test_a_fit_that_was_killed_goes_on_as_if_it_had_not_been(stopped, tmp_path, step) -> None:
    folder, network, _, _ = stopped
    values = (0.3, 0.8, 0.5, 0.8, 0.9, 0.9)
    with pytest.raises(Cancelled):
        run(job(tmp_path, Figures(*values)), progress=stopping_at(step))
    assert read_fit(tmp_path) is None
    resumed = run(job(tmp_path, Figures(*values)), resume=True)
    assert bytes_of(resumed) == bytes_of(network)
    assert log_of(tmp_path) == log_of(folder)
    assert same_but_times(read_fit(tmp_path), read_fit(folder))


def same_but_times(one: FitRecord, other: FitRecord) -> bool:
    return replace(one, seconds=0, waited_share=0) == replace(other, seconds=0, waited_share=0)


def test_a_fit_that_had_stopped_when_it_was_killed_trains_no_step_further(
    stopped, tmp_path
) -> None:
    """Killed after its last checkpoint and before it was written down as finished."""
    folder, network, _, _ = stopped
    for path in folder.glob("*.*"):
        if path.name != FIT_FILE:
            (tmp_path / path.name).write_bytes(path.read_bytes())
    figures, told = Figures(), []
    again = run(job(tmp_path, figures), resume=True, progress=told.append)
    assert told == [] == figures.asked
    assert bytes_of(again) == bytes_of(network)
    assert same_but_times(read_fit(tmp_path), read_fit(folder))
    assert log_of(tmp_path) == log_of(folder)


def test_a_fit_that_is_begun_anew_is_not_taken_for_the_one_before(stopped, tmp_path) -> None:
    values = (0.3, 0.8, 0.5, 0.8, 0.9, 0.9)
    short = SCHEDULE.model_copy(update={"epochs": 1})
    run(job(tmp_path, Figures(*values), schedule=short))
    with pytest.raises(Cancelled):
        run(job(tmp_path, Figures(*values)), progress=stopping_at(5))
    resumed = run(job(tmp_path, Figures(*values)), resume=True)
    assert bytes_of(resumed) == bytes_of(stopped[1])


def test_a_fit_that_goes_on_gaining_takes_all_its_epochs(tmp_path) -> None:
    figures = Figures(0.1, 0.2, 0.3)
    schedule = SCHEDULE.model_copy(update={"epochs": 3})
    network = run(job(tmp_path, figures, schedule=schedule))
    record = read_fit(tmp_path)
    assert epoch_of(network) == 3.0
    assert (record.epochs, record.best_epoch, record.stopped_early) == (3, 3, False)


def test_figures_that_cannot_be_told_are_never_the_best(tmp_path) -> None:
    schedule = SCHEDULE.model_copy(update={"epochs": 3})
    network = run(job(tmp_path, Figures(math.nan, 0.2, math.nan), schedule=schedule))
    record = read_fit(tmp_path)
    assert (record.best_epoch, record.best) == (2, 0.2)
    assert epoch_of(network) == 2.0


def test_without_validation_the_last_step_is_kept(tmp_path) -> None:
    schedule = SCHEDULE.model_copy(update={"epochs": 2})
    network = run(job(tmp_path, None, schedule=schedule))
    record = read_fit(tmp_path)
    assert epoch_of(network) == 2.0
    assert (record.best_epoch, record.figure, record.stopped_early) == (0, "", False)
    assert math.isnan(record.best) and not (tmp_path / "best.ckpt").exists()
    assert final_loss(tmp_path) == record.loss < 0
    assert "validation-dice" not in log_of(tmp_path)[0]


def test_a_fit_that_never_ran_has_no_record(tmp_path) -> None:
    assert read_fit(tmp_path) is None and math.isnan(final_loss(tmp_path))


@pytest.mark.parametrize(
    ("items", "batch", "least", "most", "devices", "steps"),
    [
        (40, 4, 1, None, 1, 10),
        (41, 4, 1, None, 1, 11),
        (41, 4, 1, None, 2, 6),
        (8, 4, 20, None, 1, 20),
        (400, 4, 1, 30, 1, 30),
        (400, 4, 1, 200, 1, 100),
        (8, 4, 5, 10, 1, 5),
    ],
)
def test_an_epoch_shows_every_item_once_within_its_bounds(
    tmp_path, items, batch, least, most, devices, steps
) -> None:
    schedule = SchedulePart(epochs=3, batch=batch, epoch_steps=least, most_epoch_steps=most)
    made = job(tmp_path, None, schedule=schedule, items=items)
    assert made.epoch_steps(devices) == steps
    assert made.steps(devices) == 3 * steps


@pytest.mark.parametrize("decay", ["constant", "cosine"])
def test_the_rate_warms_up_and_then_stays_or_falls_as_a_cosine(tmp_path, decay) -> None:
    schedule = SchedulePart(
        epochs=6, most_epoch_steps=1, batch=4, warmup=2, average_decay=0, patience=9
    )
    optimiser = OptimiserPart(learning_rate=0.1, weight_decay=0, decay=decay)
    run(job(tmp_path, None, schedule=schedule, optimiser=optimiser))
    rates = [float(row["learning-rate"]) for row in log_of(tmp_path)]
    # A row is written after its step, so it holds the rate of the next one.
    falling = [0.5 * (1 + math.cos(math.pi * k / 4)) for k in range(1, 5)]
    after = [1.0] * 4 if decay == "constant" else falling
    assert rates == pytest.approx([0.1, 0.1, *(0.1 * share for share in after)], abs=1e-6)
