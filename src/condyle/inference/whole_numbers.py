"""A session of OpenVINO, which multiplies whole numbers of 8 bits faster than ONNX Runtime.

It is asked as an ONNX Runtime session is: measured on one core, a 256 x 256 slice through a
U-Net of ``lumbar-anatomy`` takes 37 ms in ONNX Runtime, 31 ms in OpenVINO's 32 bits, and 14 ms
in 8 bits; ONNX Runtime itself is no faster in 8 bits.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from condyle.bundle import Bundle
from condyle.bundle.quantised import Quantised
from condyle.errors import BundleError, MissingExtra
from condyle.inference.session import first_line, open_session, usable_threads

Array = NDArray[Any]

_TYPES = {"f32": "tensor(float)", "f16": "tensor(float16)", "f64": "tensor(double)"}


@dataclass(frozen=True)
class Node:
    """An input or output: its name, its type and shape as ONNX Runtime words them."""

    name: str
    type: str
    shape: list[Any]


class WholeNumberSession:
    """A network of 8 bits, on the CPU.

    Args:
        model: ONNX with quantising and dequantising nodes.
        threads: Threads of an operator; all that the process may use where ``None``.
        name: What to call the model in an error.

    Raises:
        MissingExtra: OpenVINO is not installed.
        BundleError: OpenVINO cannot load it.
    """

    def __init__(self, model: bytes, *, threads: int | None, name: str) -> None:
        openvino = _openvino()
        options = {
            "INFERENCE_NUM_THREADS": usable_threads() if threads is None else threads,
            "PERFORMANCE_HINT": "LATENCY",
            # What is not of 8 bits stays exact, on processors that know shorter floats too.
            "INFERENCE_PRECISION_HINT": "f32",
        }
        self._name = name
        self._alone = threading.Lock()
        try:
            core = openvino.Core()
            self._request = core.compile_model(
                core.read_model(model), "CPU", options
            ).create_infer_request()
        except RuntimeError as error:
            raise BundleError(
                f"The model '{name}' cannot be loaded by OpenVINO.",
                found=first_line(error),
                needed="a network that 'condyle bundles quantise' wrote",
                mend="read without --int8, or quantise the bundle again.",
            ) from error
        compiled = self._request.get_compiled_model()
        self._inputs = [_node(port) for port in compiled.inputs]
        self._outputs = [_node(port) for port in compiled.outputs]

    def get_inputs(self) -> list[Node]:
        """Gives what the network takes."""
        return self._inputs

    def get_outputs(self) -> list[Node]:
        """Gives what the network gives."""
        return self._outputs

    def run(self, names: Sequence[str] | None, feeds: Mapping[str, Array]) -> list[Array]:
        """Gives the outputs of those names, or all in order; one call after the other.

        Raises:
            RuntimeError: OpenVINO failed.
            ValueError: An array is of another shape, which OpenVINO itself would run on.
        """
        for node in self._inputs:
            sides = zip(node.shape, feeds[node.name].shape, strict=True)
            if any(want not in (None, side) for want, side in sides):
                raise ValueError(f"'{node.name}' of shape {feeds[node.name].shape}")
        wanted = [node.name for node in self._outputs] if names is None else names
        with self._alone:
            found = self._request.infer(dict(feeds), share_outputs=False)
            return [np.array(found[name]) for name in wanted]


def open_sessions(
    bundle: Bundle, *, threads: int | None, quantised: Quantised | None = None
) -> list[Any]:
    """Opens every network of a bundle, or those of 8 bits that stand for them.

    Args:
        bundle: Whose models are loaded, each checked against its hash.
        threads: Threads of an operator; all that the process may use where ``None``.
        quantised: Its networks of 8 bits.

    Raises:
        BundleError: A model was altered, or cannot be loaded.
        MissingExtra: Networks of 8 bits are wanted, and OpenVINO is not installed.
    """
    name, models = bundle.manifest.name, bundle.manifest.models
    if quantised is None:
        return [open_session(bundle.read(m), threads=threads, name=f"{name}/{m}") for m in models]
    return [
        WholeNumberSession(quantised.read(m), threads=threads, name=f"{name}/{m}") for m in models
    ]


def _openvino() -> Any:
    """Gives the package, without the one that it brings to tell its makers of its use."""
    sys.modules.setdefault("openvino_telemetry", cast(ModuleType, None))  # refuses its import
    try:
        return import_module("openvino")
    except ImportError as error:
        raise MissingExtra("openvino", "Reading with networks of 8 bits") from error


def _node(port: Any) -> Node:
    shape = port.get_partial_shape()
    sizes = [side.get_length() if side.is_static else None for side in shape]
    kind = port.get_element_type().get_type_name()
    return Node(port.get_any_name(), _TYPES.get(kind, kind), sizes)
