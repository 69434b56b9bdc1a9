"""An ONNX Runtime session that gives the same bytes each time."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import onnxruntime as ort
from onnxruntime.capi import onnxruntime_pybind11_state as ort_errors

from condyle.errors import BundleError, UsageError

ORT_ERRORS: tuple[type[Exception], ...] = (
    ort_errors.EPFail,
    ort_errors.EngineError,
    ort_errors.Fail,
    ort_errors.InvalidArgument,
    ort_errors.InvalidGraph,
    ort_errors.InvalidProtobuf,
    ort_errors.ModelLoaded,
    ort_errors.NoModel,
    ort_errors.NoSuchFile,
    ort_errors.NotImplemented,
    ort_errors.RuntimeException,
    RuntimeError,
    ValueError,
)
"""What ONNX Runtime raises; its errors have no base of their own."""


def open_session(
    model: Path | bytes, *, threads: int | None = None, name: str = ""
) -> ort.InferenceSession:
    """Opens an ONNX model on the CPU.

    Threads do not spin while they wait, so that several sessions share a machine, and
    the kernels that are deterministic are asked for.

    Args:
        model: The file, or its bytes.
        threads: Threads of an operator; all that the process may use where ``None``.
            Another number may change the last digits of a result.
        name: What to call the model in an error.

    Raises:
        BundleError: ONNX Runtime cannot load it.
        UsageError: The number of threads is under 1.
    """
    source = str(model) if isinstance(model, Path) else model
    called = name or (model.name if isinstance(model, Path) else "the model")
    try:
        return ort.InferenceSession(
            source, sess_options=_options(threads), providers=["CPUExecutionProvider"]
        )
    except ORT_ERRORS as error:
        raise BundleError(
            f"The model '{called}' cannot be loaded.",
            found=first_line(error),
            needed="an ONNX model that this version of ONNX Runtime knows",
            mend="update onnxruntime, or get the bundle again from where it was published.",
        ) from error


def usable_threads() -> int:
    """Gives the number of processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def first_line(error: Exception) -> str:
    """Gives the first line of an error of ONNX Runtime, short enough to be read."""
    lines = str(error).strip().splitlines()
    return (lines[0] if lines else type(error).__name__)[:200]


def _options(threads: int | None) -> Any:
    if threads is not None and threads < 1:
        raise UsageError(
            "The model cannot run on that number of threads.",
            found=str(threads),
            needed="1 or more",
            mend="give a number from 1, or none to use every processor.",
        )
    options = ort.SessionOptions()
    options.intra_op_num_threads = usable_threads() if threads is None else threads
    options.inter_op_num_threads = 1
    options.execution_mode = ort.ExecutionMode.ORT_SEQUENTIAL
    options.use_deterministic_compute = True
    options.log_severity_level = 4  # what fails is raised; the rest is noise on a terminal
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return options
