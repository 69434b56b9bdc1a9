"""The network that a fit begins with: built from the recipe, with the weights it names."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import nn

from condyle.training.fit_record import WEIGHTS_FILE
from condyle.training.networks import build_network
from condyle.training.recipe import Recipe


def start_network(recipe: Recipe, *, classes: int, seed: int, folder: Path) -> nn.Module:
    """Builds a recipe's network and loads the weights that it begins with.

    Args:
        recipe: ``network`` names it, its parameters and its weights.
        classes: What the network tells; it stands for the parameter ``classes``.
        seed: Of the weights that are drawn.
        folder: Of the fit, where ``weights.txt`` says what was loaded.
    """
    torch.manual_seed(seed)
    parameters = {**recipe.network.parameters, "classes": classes}
    network = build_network(recipe.network.name, parameters)
    if recipe.network.weights != "none":
        from condyle.training.weights import load_weights

        folder.mkdir(parents=True, exist_ok=True)
        told = load_weights(network, recipe.network.weights)
        (folder / WEIGHTS_FILE).write_text(told.sentence + "\n", "utf-8")
    return network
