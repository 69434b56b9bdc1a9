"""Where the curves of a fit go beside its own log: TensorBoard always, MLflow where asked."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from lightning.pytorch.loggers import Logger, MLFlowLogger, TensorBoardLogger

from condyle.errors import MissingExtra


def run_loggers(folder: Path, *, stage: str, mlflow: str | None) -> list[Logger]:
    """Gives the loggers of a fit.

    Args:
        folder: Of the fit; TensorBoard's files go into ``tensorboard`` there.
        stage: Name of the fit, which MLflow shows as the run's.
        mlflow: Tracking URI of MLflow, such as ``file:mlruns``, or ``None``.

    Raises:
        MissingExtra: MLflow is asked for and not installed.
    """
    made: list[Logger] = [TensorBoardLogger(folder, name="tensorboard", version="")]
    if mlflow is None:
        return made
    if find_spec("mlflow") is None:
        raise MissingExtra("mlflow", "Sending curves to MLflow")
    return [*made, MLFlowLogger("condyle", run_name=stage, tracking_uri=mlflow)]
