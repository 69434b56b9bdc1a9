"""Where the curves of a fit go beside its own log: TensorBoard always, MLflow where asked."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path

from lightning.pytorch.loggers import Logger, MLFlowLogger, TensorBoardLogger

from condyle.errors import MissingExtra, OutputError

QUIET = {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true"}
"""Settings without which MLflow would report its use to its makers."""

FOLDERS = {"MLFLOW_ALLOW_FILE_STORE": "true"}
"""Setting without which MLflow refuses a plain folder, which needs no server and no database."""

PATIENCE = {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2", "MLFLOW_HTTP_REQUEST_TIMEOUT": "20"}
"""Settings without which MLflow asks a server that is not there for four minutes."""


def run_loggers(folder: Path, *, stage: str, mlflow: str | None) -> list[Logger]:
    """Gives the loggers of a fit.

    Args:
        folder: Of the fit; TensorBoard's files go into ``tensorboard`` there.
        stage: Name of the fit, which MLflow shows as the run's.
        mlflow: Tracking URI of MLflow, such as ``file:mlruns``, or ``None``.

    Raises:
        MissingExtra: MLflow is asked for and not installed.
        OutputError: MLflow cannot be reached at the URI.
    """
    made: list[Logger] = [TensorBoardLogger(folder, name="tensorboard", version="")]
    if mlflow is None:
        return made
    if find_spec("mlflow") is None:
        raise MissingExtra("mlflow", "Sending curves to MLflow")
    for name, value in {**QUIET, **FOLDERS, **PATIENCE}.items():
        os.environ.setdefault(name, value)
    from mlflow.exceptions import MlflowException

    try:
        logger = MLFlowLogger("condyle", run_name=stage, tracking_uri=mlflow)
        # Reached for now: a training must not end in its first step for want of a server.
        _ = logger.run_id
    except MlflowException as error:
        raise OutputError(
            "The curves cannot be sent to MLflow.",
            found=f"{type(error).__name__} at the tracking URI",
            needed="a URI that MLflow takes, such as file:mlruns or http://localhost:5000",
            mend="correct --mlflow, or start the server.",
        ) from error
    return [*made, logger]
