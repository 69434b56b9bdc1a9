"""From a trained network to an ONNX file that gives the same numbers."""

from __future__ import annotations

import inspect
import io
import logging
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

from condyle.errors import BundleError

Array = NDArray[np.float32]

TOLERANCE = 1e-3
"""Largest difference between an exported output and the trained one."""

HALVES_TOLERANCE = 2e-2
"""The same of a file whose weights are stored as halves; of a logit, 0.005 of probability."""

LEAST_STORED_AS_HALVES = 1024
"""Weights that a tensor has at least where it is stored as halves: the smaller ones, which
shift and scale, would save nothing."""

SINGLE = "/single"
"""What the name of a tensor that is stored as halves ends in once it is a single again."""


@dataclass(frozen=True)
class Exported:
    """An exported network, with an example to hold the file against.

    Attributes:
        model: The ONNX file.
        feeds: Input name to an example.
        trained: What the network itself gave for it, an array an output.
    """

    model: bytes = field(repr=False)
    feeds: Mapping[str, Array] = field(repr=False)
    trained: Sequence[Array] = field(repr=False)


class Probabilities(nn.Module):
    """A network followed by the softmax over its classes, written out.

    ONNX Runtime's own over any axis but the last takes a seventh of the time of a small network
    of 256 x 256; this takes a fortieth.

    Args:
        network: Gives (batch, class, ...) logits.
    """

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, x: Tensor) -> Tensor:
        """Gives (batch, class, ...) probabilities."""
        logits = self.network(x)
        weights = (logits - logits.amax(dim=1, keepdim=True)).exp()
        result: Tensor = weights / weights.sum(dim=1, keepdim=True)
        return result


class Probability(nn.Module):
    """A network followed by a sigmoid of each of its outputs.

    Args:
        network: Gives (batch, output, ...) logits.
    """

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, x: Tensor) -> Tensor:
        """Gives (batch, output, ...) probabilities, each by itself."""
        result: Tensor = self.network(x).sigmoid()
        return result


def export_onnx(
    network: nn.Module,
    example: Mapping[str, Tensor],
    *,
    outputs: Sequence[str],
    varying: int | None = 0,
) -> bytes:
    """Exports a network that takes any number of items a batch, or of slices a series.

    Args:
        network: In evaluation mode, on the CPU.
        example: Input name to an example, in the order that the network takes them; with at
            least two items along the axis that varies.
        outputs: Names of its outputs.
        varying: Axis whose length may vary: 0, the batch, which is the same of all inputs;
            any other of each by itself; ``None`` where the network's code turns the length
            into a plain number, and every axis stays as it is in the example.
    """
    network = network.cpu().eval()
    stream = io.BytesIO()
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            network,
            tuple(example.values()),
            input_names=list(example),
            output_names=list(outputs),
            dynamic_shapes=_dynamic(network, len(example), varying),
            opset_version=18,
            dynamo=True,
            verbose=False,
        )
    if program is None:  # only with the older exporter, which is not asked for
        raise RuntimeError("the exporter gave no program")
    program.save(stream)  # type: ignore[arg-type]
    model = onnx.load_model_from_string(stream.getvalue())
    for node in model.graph.node:
        del node.metadata_props[:]
        node.doc_string = ""
    del model.graph.metadata_props[:]
    del model.graph.value_info[:]
    return bytes(model.SerializeToString())


def _dynamic(network: nn.Module, inputs: int, varying: int | None) -> tuple[Any, ...] | None:
    """Gives dynamic shapes as the exporter wants them: one for a starred parameter."""
    if varying is None:
        return None
    batch = torch.export.Dim("batch", min=1, max=4096)
    lengths = [
        batch if varying == 0 else torch.export.Dim(f"length_{number}", min=1, max=4096)
        for number in range(inputs)
    ]
    shapes = tuple({varying: length} for length in lengths)
    kinds = [p.kind for p in inspect.signature(network.forward).parameters.values()]
    starred = kinds == [inspect.Parameter.VAR_POSITIONAL]
    return (shapes,) if starred else shapes


def export_with_example(
    network: nn.Module,
    example: Mapping[str, Tensor],
    *,
    outputs: Sequence[str],
    varying: int | None = 0,
) -> Exported:
    """Exports a network as ``export_onnx`` does, and keeps the example with its outputs."""
    model = export_onnx(network, example, outputs=outputs, varying=varying)
    feeds = {name: value.numpy() for name, value in example.items()}
    return Exported(model=model, feeds=feeds, trained=torch_outputs(network, example))


def torch_outputs(network: nn.Module, example: Mapping[str, Tensor]) -> list[Array]:
    """Gives what the network itself says of an example, for the comparison with ONNX."""
    with torch.no_grad():
        result = network.eval()(*example.values())
    return [part.numpy() for part in (result if isinstance(result, tuple) else (result,))]


def store_in_halves(model: bytes) -> bytes:
    """Gives an ONNX file half as large: its weights are stored as halves, and run as singles.

    A half holds 11 bits of a weight. The file turns them into singles once, as it is loaded.

    Args:
        model: The file's bytes.
    """
    loaded = onnx.load_model_from_string(model)
    graph = loaded.graph
    casts = []
    for item in graph.initializer:
        value = numpy_helper.to_array(item)
        if value.dtype != np.float32 or value.size < LEAST_STORED_AS_HALVES:
            continue
        item.CopyFrom(numpy_helper.from_array(value.astype(np.float16), item.name))
        single = item.name + SINGLE
        for node in graph.node:
            for place, name in enumerate(node.input):
                if name == item.name:
                    node.input[place] = single
        casts.append(helper.make_node("Cast", [item.name], [single], to=TensorProto.FLOAT))
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
    return bytes(loaded.SerializeToString())


def check_parity(
    exported: Sequence[Array], trained: Sequence[Array], *, tolerance: float = TOLERANCE
) -> float:
    """Gives the largest difference between exported and trained outputs.

    Raises:
        BundleError: If it is over the tolerance.
    """
    difference = max(
        float(np.abs(one - other).max()) for one, other in zip(exported, trained, strict=True)
    )
    if not difference <= tolerance:
        raise BundleError(
            "The exported network does not give what the trained one gives.",
            found=f"a difference of {difference:.2g}",
            needed=f"at most {tolerance:g}",
            mend="report this; the training run is kept and can be exported again.",
        )
    return difference
