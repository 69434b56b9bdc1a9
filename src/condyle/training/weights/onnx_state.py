"""The weights within an exported network, under the names that it was trained with.

The exporter folds a batch normalisation into the convolution before it. Such a convolution has
a bias that training knew nothing of, which is given here as ``folded_bias`` beside the weight.
"""

from __future__ import annotations

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor

from condyle.training.export import SINGLE

FOLDED = "folded_bias"
"""Last part of the key of a bias that was folded into a convolution."""


def state_of_onnx(model: bytes) -> dict[str, Tensor]:
    """Gives the floating-point initialisers of an ONNX file by their names.

    Args:
        model: The file's bytes.
    """
    graph = onnx.load_model_from_string(model).graph
    values = {item.name: numpy_helper.to_array(item) for item in graph.initializer}
    state: dict[str, Tensor] = {}
    for name, value in values.items():
        if "." in name and np.issubdtype(value.dtype, np.floating):
            state[name] = torch.from_numpy(value.astype(np.float32))
    for node in graph.node:
        if node.op_type != "Conv" or len(node.input) < 3 or node.input[2] not in values:
            continue
        layer = node.input[1].removesuffix(SINGLE).removesuffix(".weight")
        if node.input[2] != f"{layer}.bias":
            state.pop(node.input[2], None)
            state[f"{layer}.{FOLDED}"] = torch.from_numpy(values[node.input[2]].copy())
    return state
