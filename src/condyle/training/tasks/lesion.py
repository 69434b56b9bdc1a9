"""Training a network to outline lesions, each structure by a probability of its own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from condyle.training.changes import Changes, change
from condyle.training.enough import require_both
from condyle.training.execution import Execution
from condyle.training.export import Exported, Probability, export_with_example
from condyle.training.loop import Batch, Validate
from condyle.training.losses import dice_and_binary_cross_entropy
from condyle.training.recipe import Recipe, network_size
from condyle.training.slices import Slices
from condyle.training.tasks.fit_images import IntArray, Lesson, fit_images

INPUT, OUTPUT = "image", "probabilities"


def train_lesion(
    recipe: Recipe,
    *,
    slices: Slices,
    validation: Slices,
    stage: str,
    folder: Path,
    seed: int,
    execution: Execution,
) -> nn.Module:
    """Trains one network on some slices, and keeps its best epoch on others.

    Args:
        recipe: The declaration; ``target.thresholds`` begins with the one that decides.
        slices: To learn from, with masks.
        validation: Of other patients, by whose Dice the best epoch is chosen.
        stage: Name of this fit.
        folder: Where its log and checkpoints go.
        seed: Of this fit.
        execution: Where and how to train.

    Raises:
        DatasetError: There is nothing to learn from, or nothing to be stopped by.
    """
    require_both(stage, taught=slices, checked=validation)
    if slices.masks is None:
        raise ValueError("a lesion network learns from slices with masks")

    def batch_of(
        chosen: IntArray, image: Tensor, changes: Changes, generator: torch.Generator
    ) -> Batch:
        mask = torch.from_numpy(slices.masks_at(chosen))
        return change(image, mask, changes=changes, generator=generator)

    def loss_of(network: nn.Module, batch: Batch) -> Tensor:
        image, mask = batch
        return dice_and_binary_cross_entropy(network(image), mask)

    lesson = Lesson(
        count=len(slices),
        classes=slices.masks.shape[1],
        images=lambda chosen: torch.from_numpy(slices.images_at(chosen))[:, None],
        batch_of=batch_of,
        loss_of=loss_of,
        validate=_validate(validation, threshold=recipe.target.thresholds[0]),
    )
    return fit_images(recipe, lesson, stage=stage, folder=folder, seed=seed, execution=execution)


def _validate(slices: Slices, *, threshold: float) -> Validate:
    """Gives what takes the Dice of a network on the validation patients' prepared slices.

    It is the mean over slices that show the structure or are said to; the share of pixels
    that is called tells a network that calls nothing, or everything.
    """

    def validate(network: nn.Module) -> dict[str, float]:
        device = next(network.parameters()).device
        dice: list[Tensor] = []
        called = 0.0
        for at in range(0, len(slices), 8):
            rows = np.arange(at, min(at + 8, len(slices)))
            with torch.no_grad():
                logits = network(torch.from_numpy(slices.images_at(rows))[:, None].to(device))
            found = (logits.sigmoid() >= threshold).float().cpu()
            mask = torch.from_numpy(slices.masks_at(rows))
            overlap = (found * mask).sum(dim=(2, 3))
            total = (found + mask).sum(dim=(2, 3))
            dice.append((2 * overlap / total)[total > 0])
            called += float(found.mean(dim=(1, 2, 3)).sum())
        values = torch.cat(dice)
        mean = float(values.mean()) if len(values) else 0.0
        return {"dice": mean, "called-share": called / max(1, len(slices))}

    return validate


def export_lesion(network: nn.Module, recipe: Recipe) -> Exported:
    """Exports a network with its sigmoid, with what it says of two random images."""
    rng = torch.Generator().manual_seed(1)
    example = {INPUT: torch.rand(2, 1, *network_size(recipe), generator=rng)}
    return export_with_example(Probability(network), example, outputs=[OUTPUT])
