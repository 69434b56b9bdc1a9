"""Training a network to label pixels, from prepared slices and masks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from condyle.domain.anatomy import LABELS
from condyle.errors import BadConfiguration
from condyle.training.augmentation import (
    AffineRange,
    blank_borders,
    change_intensity,
    random_grid,
    remap_by_label,
)
from condyle.training.execution import Execution
from condyle.training.export import Exported, Probabilities, export_with_example
from condyle.training.loop import Batch, Job, final_loss, fit
from condyle.training.losses import dice_and_cross_entropy
from condyle.training.recipe import Recipe, network_size
from condyle.training.start import start_network

INPUT, OUTPUT = "image", "probabilities"


@dataclass(frozen=True)
class Slice:
    """A prepared slice with its labels.

    Attributes:
        patient: Patients are drawn evenly, whatever their number of slices.
        image: (row, column) float16 in 0 to 1, on a grid finer than the network's.
        label: (row, column) uint8 on the same grid.
        weighting: A T2-SPACE slice is remapped to other contrasts, a real one less often.
    """

    patient: str
    image: NDArray[np.float16]
    label: NDArray[np.uint8]
    weighting: str = "t2-space"


def train_segmentation(
    recipe: Recipe,
    *,
    slices: Sequence[Slice],
    stage: str,
    folder: Path,
    fold_seed: int,
    start: nn.Module | None = None,
    execution: Execution,
) -> nn.Module:
    """Trains one network on some slices.

    Args:
        recipe: The declaration.
        slices: What to learn from; only patients outside the scored fold.
        stage: Name of this fit.
        folder: Where its log and checkpoint go.
        fold_seed: Added to the recipe's seed.
        start: A network to go on from; a new one where ``None``.
        execution: Where and how to train.
    """
    settings = _Settings.of(recipe)
    seed = recipe.seed + fold_seed
    torch.manual_seed(seed)
    network = start or _new_network(recipe, slices, settings=settings, seed=seed, folder=folder)
    schedule, optimiser = recipe.schedule, recipe.optimiser
    if start is not None and recipe.self_training is not None:
        schedule = schedule.model_copy(update={"steps": recipe.self_training.steps})
        optimiser = optimiser.model_copy(
            update={"learning_rate": recipe.self_training.learning_rate}
        )
    draw = _Draw(slices, share=recipe.self_training.share if recipe.self_training else 0.0)

    def make_batch(step: int, generator: torch.Generator) -> Batch:
        chosen = draw(schedule.batch, generator)
        return augment(chosen, settings=settings, generator=generator)

    job = Job(
        stage=stage,
        network=network,
        make_batch=make_batch,
        loss_of=_loss,
        schedule=schedule,
        optimiser=optimiser,
        seed=seed,
        folder=folder,
    )
    return fit(job, execution)


def _new_network(
    recipe: Recipe, slices: Sequence[Slice], *, settings: _Settings, seed: int, folder: Path
) -> nn.Module:
    """Builds the network of background and structures, with the weights that it begins with."""

    def first() -> Tensor:
        rng = torch.Generator().manual_seed(seed)
        return augment(slices[: recipe.schedule.batch], settings=settings, generator=rng)[0]

    classes = 1 + len(LABELS)
    return start_network(recipe, classes=classes, seed=seed, folder=folder, first=first)


def export_segmentation(network: nn.Module, recipe: Recipe) -> Exported:
    """Exports a network with its softmax, with what it says of two random images."""
    rng = torch.Generator().manual_seed(1)
    example = {INPUT: torch.rand(2, 1, *network_size(recipe), generator=rng)}
    return export_with_example(Probabilities(network), example, outputs=[OUTPUT])


def train_first_round(
    recipe: Recipe,
    *,
    slices: Sequence[Slice],
    folder: Path,
    fold: int,
    execution: Execution,
) -> nn.Module:
    """Trains a fold's first round, and begins again from another seed where it did not take.

    Args:
        recipe: ``schedule.refit_over`` is the training loss over which a fit has not taken.
        slices: What to learn from.
        folder: Of the fold.
        fold: Number of the fold, which seeds it.
        execution: Where and how to train.

    Returns:
        The first network that took, or else the one of the least training loss.
    """
    limit = recipe.schedule.refit_over
    tried: list[tuple[float, nn.Module]] = []
    for attempt in range(recipe.schedule.attempts if limit is not None else 1):
        name = "round-1" if attempt == 0 else f"round-1-attempt-{attempt + 1}"
        network = train_segmentation(
            recipe,
            slices=slices,
            stage=f"fold-{fold}-{name}",
            folder=folder / name,
            fold_seed=fold + 100 * attempt,
            execution=execution,
        )
        tried.append((final_loss(folder / name), network))
        if limit is None or tried[-1][0] <= limit:
            break
    return min(tried, key=lambda item: item[0])[1]


def _loss(network: nn.Module, batch: Batch) -> Tensor:
    image, label = batch
    return dice_and_cross_entropy(network(image), label)


@dataclass(frozen=True)
class _Settings:
    size: tuple[int, int]
    limits: AffineRange
    remap_share: float
    real_remap_share: float

    @staticmethod
    def of(recipe: Recipe) -> _Settings:
        values: dict[str, Any] = dict(recipe.augmentation)
        size = network_size(recipe)
        remap = float(values.pop("remap_share", 0.7))
        real = float(values.pop("real_remap_share", 0.2))
        try:
            if isinstance(values.get("scale"), list):
                values["scale"] = tuple(values["scale"])
            limits = AffineRange(**values)
        except TypeError as error:
            raise BadConfiguration(
                "The recipe's augmentation cannot be used.",
                found=", ".join(sorted(values)),
                needed="rotation_degrees, scale, stretch, shift, remap_share, real_remap_share",
                mend="correct the fields under augmentation in the recipe.",
            ) from error
        return _Settings(size, limits, remap, real)


class _Draw:
    """Draws slices with every patient equally likely, and real contrasts by their share."""

    def __init__(self, slices: Sequence[Slice], *, share: float) -> None:
        self.pools: list[list[list[Slice]]] = []
        self.share = share
        for real in (False, True):
            pool: dict[str, list[Slice]] = {}
            for item in slices:
                if (item.weighting != "t2-space") == real:
                    pool.setdefault(item.patient, []).append(item)
            self.pools.append(list(pool.values()))

    def __call__(self, count: int, generator: torch.Generator) -> list[Slice]:
        drawn = []
        for _ in range(count):
            real = bool(torch.rand(1, generator=generator) < self.share)
            pool = self.pools[real] or self.pools[not real]
            patient = pool[int(torch.randint(len(pool), (1,), generator=generator))]
            drawn.append(patient[int(torch.randint(len(patient), (1,), generator=generator))])
        return drawn


def augment(
    slices: Sequence[Slice], *, settings: _Settings, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Gives (batch, 1, row, column) images and (batch, row, column) labels, changed at random."""
    image = torch.stack([torch.from_numpy(item.image.astype(np.float32)) for item in slices])
    label = torch.stack([torch.from_numpy(item.label.astype(np.float32)) for item in slices])
    grid = random_grid(len(slices), settings.size, limits=settings.limits, generator=generator)
    image = functional.grid_sample(image[:, None], grid, align_corners=False)
    moved = functional.grid_sample(label[:, None], grid, mode="nearest", align_corners=False)
    target = moved[:, 0].long()
    share = torch.tensor(
        [
            settings.remap_share if item.weighting == "t2-space" else settings.real_remap_share
            for item in slices
        ]
    )
    chosen = (torch.rand(len(slices), generator=generator) < share)[:, None, None, None]
    image = torch.where(chosen, remap_by_label(image, target, generator=generator), image)
    image = change_intensity(image.clamp(min=0), generator=generator)
    image, target = blank_borders(image, target, generator=generator)
    return image, target
