"""Fitting the keys of a state dict to those of a network, by name and shape."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise

import torch
from torch import Tensor, nn

from condyle.training.weights.onnx_state import FOLDED


@dataclass(frozen=True)
class Fitted:
    """What of a state dict goes where in a network.

    Attributes:
        values: The network's key to what it becomes.
        reshaped: The network's keys whose value had another shape.
        skipped: The network's keys whose value has a shape that does not fit.
        unexpected: Keys of the state dict that have no place.
        folded: Names of the network's normalisations that had been folded into convolutions.
    """

    values: Mapping[str, Tensor] = field(repr=False)
    reshaped: tuple[str, ...]
    skipped: tuple[str, ...]
    unexpected: tuple[str, ...]
    folded: tuple[str, ...]


def best_prefix(keys: Mapping[str, Tensor], wanted: Mapping[str, Tensor]) -> str:
    """Gives what to take off the front of keys so that most of them are wanted ones."""
    found: Counter[str] = Counter()
    for key in keys:
        parts = key.split(".")
        for cut in range(len(parts)):
            if ".".join(parts[cut:]) in wanted:
                found["".join(f"{part}." for part in parts[:cut])] += 1
    return max(found, key=lambda prefix: (found[prefix], -len(prefix)), default="")


def fit_state(state: Mapping[str, Tensor], network: nn.Module) -> Fitted:
    """Finds for each key of a network the value that a state dict has for it.

    Args:
        state: Keys may begin with what a wrapper added, such as ``module.``.
        network: Its own shapes decide; it is not changed.
    """
    wanted = network.state_dict()
    prefix = best_prefix(state, wanted)
    mine = {key.removeprefix(prefix): v for key, v in state.items() if key.startswith(prefix)}
    unfolded, folded = unfold(mine, network)
    values: dict[str, Tensor] = {}
    reshaped, skipped = [], []
    for key, target in wanted.items():
        if key not in unfolded:
            continue
        value = adapt(unfolded[key], target.shape)
        if value is None:
            skipped.append(key)
            continue
        values[key] = value.to(target.dtype)
        if value.shape != unfolded[key].shape:
            reshaped.append(key)
    placed = wanted.keys() | {key for key in mine if key.endswith(f".{FOLDED}")}
    unexpected = [key for key in state if key.removeprefix(prefix) not in placed]
    return Fitted(values, tuple(reshaped), tuple(skipped), tuple(unexpected), folded)


def adapt(value: Tensor, shape: torch.Size) -> Tensor | None:
    """Gives a value in another shape where that means the same, else None.

    A first convolution of three colours becomes one of n channels that sees in n times the
    same grey what the three saw: their sum over n, for each. A 1 x 1 convolution becomes a
    linear layer.
    """
    if value.shape == shape:
        return value
    if value.ndim == 4 and len(shape) == 4 and value.shape[1] == 3:
        grey = value.sum(dim=1, keepdim=True).expand(-1, shape[1], -1, -1) / shape[1]
        return grey if grey.shape == shape else None
    if value.ndim == 4 and value.shape[2:] == (1, 1) and value.shape[:2] == shape:
        return value[:, :, 0, 0]
    return None


def unfold(
    state: Mapping[str, Tensor], network: nn.Module
) -> tuple[dict[str, Tensor], tuple[str, ...]]:
    """Gives the bias of each folded convolution to the normalisation that follows it.

    The normalisation then adds that bias and else changes nothing, so that the network gives
    what it gave when it was exported. What it does to a batch of its own in training is
    another matter; see ``settle_normalisation``.

    Returns:
        The state dict with the normalisations' values, and the names of these layers.
    """
    result = dict(state)
    layers = list(network.named_modules())
    follows = [
        (name, norm_name, norm)
        for (name, layer), (norm_name, norm) in pairwise(layers)
        if isinstance(layer, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d)
    ]
    folded = []
    for name, norm_name, norm in follows:
        bias = result.pop(f"{name}.{FOLDED}", None)
        if bias is None:
            continue
        folded.append(norm_name)
        result[f"{norm_name}.bias"] = bias
        result[f"{norm_name}.weight"] = torch.full_like(bias, (1 + norm.eps) ** 0.5)
        result[f"{norm_name}.running_mean"] = torch.zeros_like(bias)
        result[f"{norm_name}.running_var"] = torch.ones_like(bias)
    return result, tuple(folded)
