"""The fit that every task of images shares: an order, changes, a first network, a job."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from condyle.training.changes import Changes
from condyle.training.draws import epoch_order
from condyle.training.execution import Execution
from condyle.training.loop import Batch, Job, LossOf, Validate, fit
from condyle.training.recipe import Recipe
from condyle.training.start import start_network

IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class Lesson:
    """What a network learns from.

    Attributes:
        count: Items.
        classes: What the network tells.
        images: From chosen items to their images, (item, channel, row, column) in 0 to 1.
        batch_of: From chosen items, their images and a generator to a batch, the images
            changed.
        loss_of: From the network and a batch to a scalar.
        validate: From the network to figures of the validation patients, the first of
            which decides.
    """

    count: int
    classes: int
    images: Callable[[IntArray], Tensor]
    batch_of: Callable[[IntArray, Tensor, Changes, torch.Generator], Batch]
    loss_of: LossOf
    validate: Validate


def fit_images(
    recipe: Recipe,
    lesson: Lesson,
    *,
    stage: str,
    folder: Path,
    seed: int,
    execution: Execution,
) -> nn.Module:
    """Trains one network, every item once an epoch, and gives that of its best epoch.

    Args:
        recipe: The declaration.
        lesson: What to learn from.
        stage: Name of this fit.
        folder: Where its log and checkpoints go.
        seed: Of this fit.
        execution: Where and how to train.
    """
    changes = Changes.of(recipe.augmentation)
    order = epoch_order(lesson.count, batch=recipe.schedule.batch, seed=seed)
    network = start_network(
        recipe,
        classes=lesson.classes,
        seed=seed,
        folder=folder,
        first=lambda: lesson.images(order(0)),
    )

    def make_batch(step: int, generator: torch.Generator) -> Batch:
        chosen = order(step)
        return lesson.batch_of(chosen, lesson.images(chosen), changes, generator)

    job = Job(
        stage=stage,
        network=network,
        make_batch=make_batch,
        loss_of=lesson.loss_of,
        schedule=recipe.schedule,
        optimiser=recipe.optimiser,
        seed=seed,
        folder=folder,
        items=lesson.count,
        validate=lesson.validate,
    )
    return fit(job, execution)
