"""The network that a fit begins with: built from the recipe, with the weights it names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor, nn

from condyle.training.fit_record import WEIGHTS_FILE
from condyle.training.networks import build_network
from condyle.training.recipe import Recipe
from condyle.training.weights import load_weights, settle_normalisation


def start_network(
    recipe: Recipe, *, classes: int, seed: int, folder: Path, first: Callable[[], Tensor]
) -> nn.Module:
    """Builds a recipe's network and loads the weights that it begins with.

    Args:
        recipe: ``network`` names it, its parameters and its weights.
        classes: What the network tells; it stands for the parameter ``classes``.
        seed: Of the weights that are drawn.
        folder: Of the fit, where ``weights.txt`` says what was loaded.
        first: Gives a batch of input, by which normalisation that an exported bundle had
            folded into its weights is set to the scale of these images.
    """
    torch.manual_seed(seed)
    parameters = {**recipe.network.parameters, "classes": classes}
    network = build_network(recipe.network.name, parameters)
    begin_with(network, recipe.network.weights, folder=folder, first=first)
    return network


def begin_with(
    network: nn.Module, weights: str, *, folder: Path, first: Callable[[], Tensor]
) -> None:
    """Loads weights into a network and writes down what was loaded and what was not.

    Args:
        network: Changed in place.
        weights: As a recipe names them; nothing is done where ``"none"``.
        folder: Of the fit.
        first: Gives a batch of input; see ``start_network``.
    """
    if weights == "none":
        return
    told = load_weights(network, weights)
    if told.folded:
        settle_normalisation(network, told.folded, first())
    folder.mkdir(parents=True, exist_ok=True)
    (folder / WEIGHTS_FILE).write_text(told.sentence + "\n", "utf-8")
