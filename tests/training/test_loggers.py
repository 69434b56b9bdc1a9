"""Where the curves of a fit go: TensorBoard always, MLflow where it is asked for."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import pytest
import torch
from tensorboardX.proto.event_pb2 import Event

from condyle.errors import MissingExtra, OutputError
from condyle.training import loggers
from condyle.training.execution import Execution
from condyle.training.loggers import run_loggers
from condyle.training.loop import Job, fit
from condyle.training.recipe_parts import OptimiserPart, SchedulePart


def trained(folder: Path, mlflow: str | None = None) -> None:
    job = Job(
        stage="round-3",
        network=torch.nn.Linear(2, 1),
        make_batch=lambda number, generator: (torch.rand(2, 2, generator=generator),),
        loss_of=lambda network, batch: network(batch[0]).square().mean(),
        schedule=SchedulePart(epochs=2, most_epoch_steps=10, epoch_steps=10, batch=2, warmup=0),
        optimiser=OptimiserPart(),
        seed=1,
        folder=folder,
        items=2,
        validate=lambda network: {"dice": 0.5},
    )
    fit(job, Execution("cpu", mlflow=mlflow))


def scalars(folder: Path) -> dict[str, list[tuple[int, float]]]:
    """Reads what TensorBoard would show: records of a length, a checksum, an event, another."""
    found: dict[str, list[tuple[int, float]]] = {}
    for path in sorted(folder.glob("events.out.tfevents.*")):
        data = path.read_bytes()
        while data:
            (length,) = struct.unpack_from("<Q", data)
            event = Event.FromString(data[12 : 12 + length])
            data = data[16 + length :]
            for value in event.summary.value:
                found.setdefault(value.tag, []).append((event.step, value.simple_value))
    return found


def test_tensorboard_shows_the_loss_and_the_figures_of_validation(tmp_path) -> None:
    trained(tmp_path)
    told = scalars(tmp_path / "tensorboard")
    assert {"loss", "validation-dice"} <= set(told)
    assert [value for _, value in told["validation-dice"]] == [0.5, 0.5]
    assert [step for step, _ in told["loss"]] == [9, 19]


def test_nothing_goes_to_mlflow_unless_it_is_asked_for(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert len(run_loggers(tmp_path / "fit", stage="round-0", mlflow=None)) == 1
    trained(tmp_path / "fit")
    assert not list(tmp_path.rglob("*mlruns*"))


def test_where_mlflow_is_not_installed_the_pip_command_is_given(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(loggers, "find_spec", lambda name: None)
    with pytest.raises(MissingExtra) as caught:
        run_loggers(tmp_path, stage="round-0", mlflow="file:runs")
    assert "pip install 'condyle[mlflow]'" in caught.value.mend


@pytest.mark.needs("mlflow")
@pytest.mark.filterwarnings("ignore")  # of MLflow's own
def test_mlflow_gets_the_curves_under_the_name_of_the_fit(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("MLFLOW_DISABLE_TELEMETRY", "true")
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    trained(tmp_path / "fit", mlflow=f"file:{tmp_path / 'runs'}")
    (figure,) = (tmp_path / "runs").rglob("metrics/validation-dice")
    assert [float(line.split()[1]) for line in figure.read_text().splitlines()] == [0.5, 0.5]
    assert "round-3" in {path.read_text() for path in figure.parents[1].rglob("mlflow.runName")}


@pytest.mark.needs("mlflow")
@pytest.mark.parametrize("uri", ["nonsense://there", "http://127.0.0.1:9"])
def test_a_server_that_is_not_there_is_told_before_anything_is_trained(
    tmp_path, monkeypatch, uri
) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    with pytest.raises(OutputError, match="MLflow") as caught:
        run_loggers(tmp_path, stage="round-0", mlflow=uri)
    assert "--mlflow" in caught.value.mend


@pytest.mark.needs("mlflow")
def test_mlflow_reports_its_use_to_nobody(tmp_path, monkeypatch) -> None:
    for name in loggers.QUIET:
        monkeypatch.delenv(name, raising=False)
    run_loggers(tmp_path, stage="round-0", mlflow=f"file:{tmp_path / 'runs'}")
    assert {name: os.environ[name] for name in loggers.QUIET} == loggers.QUIET
