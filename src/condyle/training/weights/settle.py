"""Normalisations that an export had folded away, brought back by looking at real input."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn


def settle_normalisation(network: nn.Module, names: Sequence[str], *inputs: Tensor) -> None:
    """Gives normalisations the mean and spread of what reaches them, and changes no output.

    An export folds a normalisation into the convolution before it, and how far it had spread
    the values is lost. A network that goes on learning normalises each batch, and without
    that spread would begin from other features than those that it was exported with.

    Args:
        network: Changed in place, left in evaluation mode.
        names: Its batch normalisations to settle, such as ``LoadedWeights.folded``.
        *inputs: What the network takes: a batch that is like those of the training.
    """
    hooks = [network.get_submodule(name).register_forward_pre_hook(_settle) for name in names]
    network.eval()
    with torch.no_grad():
        network(*inputs)
    for hook in hooks:
        hook.remove()


def _settle(norm: Any, inputs: tuple[Tensor, ...]) -> None:
    # With y = a x + c, before and after: a = weight / spread, c = bias - a mean.
    spread = (norm.running_var + norm.eps).sqrt()
    slope = norm.weight / spread
    offset = norm.bias - slope * norm.running_mean
    variance, mean = torch.var_mean(inputs[0], dim=(0, 2, 3), correction=0)
    norm.running_mean.copy_(mean)
    norm.running_var.copy_(variance)
    norm.weight.copy_(slope * (variance + norm.eps).sqrt())
    norm.bias.copy_(offset + slope * mean)
