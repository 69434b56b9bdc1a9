"""Training a network to tell the class of a slice."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from condyle.evaluation.binary import area_under_roc
from condyle.training.changes import Changes, change_images
from condyle.training.enough import require_both
from condyle.training.execution import Execution
from condyle.training.export import Exported, export_with_example
from condyle.training.loop import Batch, Validate
from condyle.training.networks.classifier import WithClassMaps
from condyle.training.recipe import Recipe, network_size
from condyle.training.slices import Slices
from condyle.training.tasks.fit_images import IntArray, Lesson, fit_images

INPUT, OUTPUTS = "image", ("probabilities", "maps")


class ClassesAndMaps(nn.Module):
    """A classifier's probabilities, and beside them how much each place speaks for each class.

    Args:
        network: A classifier, or one behind its normalisation.
    """

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = WithClassMaps(network)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Gives (batch, class) probabilities and (batch, class, row, column) maps."""
        logits, maps = self.network(x)
        return logits.softmax(dim=1), maps


def train_classification(
    recipe: Recipe,
    *,
    slices: Slices,
    validation: Slices,
    classes: int,
    stage: str,
    folder: Path,
    seed: int,
    execution: Execution,
) -> nn.Module:
    """Trains one network on the first label of some slices, and keeps its best epoch.

    The loss is cross-entropy weighted by how rare each class is. The best epoch is that of
    the greatest geometric mean of the probability of the truth, weighted alike, which is
    defined whatever classes the validation patients have.

    Args:
        recipe: The declaration.
        slices: To learn from; the first label of each is known.
        validation: Of other patients.
        classes: How many there are.
        stage: Name of this fit.
        folder: Where its log and checkpoints go.
        seed: Of this fit.
        execution: Where and how to train.

    Raises:
        DatasetError: There is nothing to learn from, or nothing to be stopped by.
    """
    require_both(stage, taught=slices, checked=validation)
    truth = slices.labels[:, 0]
    weight = class_weights(truth, classes)

    def batch_of(
        chosen: IntArray, image: Tensor, changes: Changes, generator: torch.Generator
    ) -> Batch:
        moved = change_images(image, changes=changes, generator=generator)
        return moved, torch.from_numpy(truth[chosen])

    def loss_of(network: nn.Module, batch: Batch) -> Tensor:
        image, label = batch
        return functional.cross_entropy(network(image), label, weight=weight.to(image.device))

    lesson = Lesson(
        count=len(slices),
        classes=classes,
        images=lambda chosen: torch.from_numpy(slices.images_at(chosen))[:, None],
        batch_of=batch_of,
        loss_of=loss_of,
        validate=_validate(validation, weight=weight),
    )
    return fit_images(recipe, lesson, stage=stage, folder=folder, seed=seed, execution=execution)


def class_weights(labels: IntArray, classes: int) -> Tensor:
    """Gives each class the inverse of its share, so that the mean over items is 1.

    Args:
        labels: (item,) class of each.
        classes: How many there are; one without an item weighs as if it had one.
    """
    counts = np.maximum(np.bincount(labels, minlength=classes), 1)
    return torch.from_numpy((len(labels) / (classes * counts)).astype(np.float32))


def _validate(slices: Slices, *, weight: Tensor) -> Validate:
    def validate(network: nn.Module) -> dict[str, float]:
        device = next(network.parameters()).device
        parts = []
        for at in range(0, len(slices), 16):
            rows = np.arange(at, min(at + 16, len(slices)))
            image = torch.from_numpy(slices.images_at(rows))[:, None].to(device)
            with torch.no_grad():
                parts.append(network(image).log_softmax(dim=1).cpu())
        told, truth = torch.cat(parts), torch.from_numpy(slices.labels[:, 0])
        likelihood = float(torch.exp(-functional.nll_loss(told, truth, weight=weight)))
        called = told.argmax(dim=1)
        figures = {"likelihood": likelihood, "accuracy": float((called == truth).float().mean())}
        if told.shape[1] == 2:
            area = area_under_roc((truth == 1).numpy(), told[:, 1].exp().double().numpy())
            figures["auc"] = float(area)
        return figures

    return validate


def export_classification(network: nn.Module, recipe: Recipe) -> Exported:
    """Exports a network with its class maps, with what it says of two random images."""
    rng = torch.Generator().manual_seed(1)
    example = {INPUT: torch.rand(2, 1, *network_size(recipe), generator=rng)}
    return export_with_example(ClassesAndMaps(network), example, outputs=OUTPUTS)
