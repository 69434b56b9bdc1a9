"""Training a network on whole series, one plane at a time, and fusing the planes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from condyle.evaluation.binary import area_under_roc
from condyle.training.changes import Changes, change_images
from condyle.training.enough import require_both
from condyle.training.execution import Execution
from condyle.training.export import Exported, export_onnx, torch_outputs
from condyle.training.loop import Batch, Validate
from condyle.training.losses import masked_binary_cross_entropy
from condyle.training.recipe import Recipe, network_size
from condyle.training.slices import Slices
from condyle.training.tasks.fit_images import IntArray, Lesson, fit_images

OUTPUTS = ("probabilities", "by_plane")


@dataclass(frozen=True, eq=False)
class SeriesSet:
    """Series of one plane, each by the rows of its slices.

    Attributes:
        slices: Where the pixels are.
        rows: One array a series, of positions in ``slices``, in slice order.
        cases: Case of each series.
        labels: (series, label) 0 or 1, -1 where it is not known.
    """

    slices: Slices
    rows: tuple[NDArray[np.int64], ...]
    cases: tuple[str, ...]
    labels: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.rows)

    def images(self, position: int) -> NDArray[np.float32]:
        """Gives the (slice, row, column) images of a series."""
        return self.slices.images_at(self.rows[position])


def series_of_plane(slices: Slices, plane: str) -> SeriesSet:
    """Gathers the series of a plane, one a case: that of the most slices.

    Args:
        slices: Of many cases.
        plane: Such as ``"sagittal"``.
    """
    chosen: dict[str, NDArray[np.int64]] = {}
    here = np.flatnonzero(slices.planes == plane)
    for case in np.unique(slices.cases[here]):
        mine = here[slices.cases[here] == case]
        names, counts = np.unique(slices.series[mine], return_counts=True)
        rows = mine[slices.series[mine] == names[counts.argmax()]]
        chosen[str(case)] = rows[np.argsort(slices.positions[rows])]
    labels = [slices.labels[rows[0]] for rows in chosen.values()]
    return SeriesSet(
        slices,
        tuple(chosen.values()),
        tuple(chosen),
        np.array(labels, dtype=np.int64).reshape(len(chosen), slices.labels.shape[1]),
    )


def train_series(
    recipe: Recipe,
    *,
    series: SeriesSet,
    validation: SeriesSet,
    stage: str,
    folder: Path,
    seed: int,
    execution: Execution,
) -> nn.Module:
    """Trains the network of one plane: features of each slice, and the greatest over slices.

    Args:
        recipe: The declaration.
        series: To learn from.
        validation: Of other patients; the best epoch is that of the greatest likelihood of
            their labels, which is defined whatever labels they have.
        stage: Name of this fit.
        folder: Where its log and checkpoints go.
        seed: Of this fit.
        execution: Where and how to train.

    Raises:
        DatasetError: There is nothing to learn from, or nothing to be stopped by.
    """
    require_both(stage, taught=series, checked=validation)
    weight = positive_weights(series.labels)

    def batch_of(
        chosen: IntArray, image: Tensor, changes: Changes, generator: torch.Generator
    ) -> Batch:
        label = torch.from_numpy(series.labels[chosen].astype(np.float32))
        return change_images(image, changes=changes, generator=generator), label

    def loss_of(network: nn.Module, batch: Batch) -> Tensor:
        image, label = batch
        return masked_binary_cross_entropy(network(image), label, weight=weight.to(image.device))

    lesson = Lesson(
        count=len(series),
        classes=series.labels.shape[1],
        images=lambda chosen: together([series.images(int(at)) for at in chosen]),
        batch_of=batch_of,
        loss_of=loss_of,
        validate=_validate(validation, weight=weight),
    )
    return fit_images(recipe, lesson, stage=stage, folder=folder, seed=seed, execution=execution)


def together(series: Sequence[NDArray[np.float32]]) -> Tensor:
    """Stacks series of different lengths; short ones repeat slices, which a maximum ignores.

    Args:
        series: Each (slice, row, column).

    Returns:
        (series, slice, row, column).
    """
    longest = max(len(one) for one in series)
    filled = [one[np.arange(longest) % len(one)] for one in series]
    return torch.from_numpy(np.stack(filled))


def positive_weights(labels: NDArray[np.int64]) -> Tensor:
    """Gives negatives over positives of each label, at most 10."""
    positive = np.maximum((labels == 1).sum(axis=0), 1)
    negative = np.maximum((labels == 0).sum(axis=0), 1)
    return torch.from_numpy(np.minimum(negative / positive, 10.0).astype(np.float32))


def logits_of(network: nn.Module, series: SeriesSet) -> NDArray[np.float64]:
    """Gives the (series, label) logits of a network, a series at a time."""
    device = next(network.parameters()).device
    parts = []
    for at in range(len(series)):
        with torch.no_grad():
            image = torch.from_numpy(series.images(at))[None].to(device)
            parts.append(network(image).cpu().double().numpy()[0])
    return np.array(parts).reshape(len(series), series.labels.shape[1])


def _validate(series: SeriesSet, *, weight: Tensor) -> Validate:
    def validate(network: nn.Module) -> dict[str, float]:
        told = logits_of(network, series)
        truth = torch.from_numpy(series.labels.astype(np.float32))
        loss = masked_binary_cross_entropy(
            torch.from_numpy(told.astype(np.float32)), truth, weight=weight
        )
        figures = {"likelihood": float(torch.exp(-loss))}
        areas = []
        for column, labels in enumerate(series.labels.T):
            known = labels >= 0
            if len(np.unique(labels[known])) == 2:
                areas.append(area_under_roc(labels[known] == 1, told[known, column]))
        if areas:
            figures["auc"] = float(np.mean(areas))
        return figures

    return validate


class FusedPlanes(nn.Module):
    """The networks of all planes, and for each label one logistic regression over them.

    Args:
        networks: Plane to its network.
        weights: (label, plane) weight of each plane's logit.
        intercepts: (label,).
    """

    def __init__(
        self,
        networks: Mapping[str, nn.Module],
        *,
        weights: NDArray[np.float64],
        intercepts: NDArray[np.float64],
    ) -> None:
        super().__init__()
        self.networks = nn.ModuleList(networks.values())
        self.weights = nn.Buffer(torch.from_numpy(weights.astype(np.float32)))
        self.intercepts = nn.Buffer(torch.from_numpy(intercepts.astype(np.float32)))

    def forward(self, *planes: Tensor) -> tuple[Tensor, Tensor]:
        """Maps a (1, slice, row, column) series a plane to (1, label) and (1, plane, label)."""
        logits = torch.stack(
            [network(x) for network, x in zip(self.networks, planes, strict=True)], dim=1
        )
        fused = (logits * self.weights.T[None]).sum(dim=1) + self.intercepts
        return fused.sigmoid(), logits.sigmoid()


def export_series(network: FusedPlanes, recipe: Recipe) -> Exported:
    """Exports fused planes for any number of slices in each.

    Args:
        network: In the order of ``input.planes``.
        recipe: The declaration.
    """
    rng = torch.Generator().manual_seed(1)
    size = network_size(recipe)
    example: dict[str, Tensor] = {
        plane: torch.rand(1, 3 + number, *size, generator=rng)
        for number, plane in enumerate(recipe.input.planes)
    }
    model = export_onnx(network, example, outputs=OUTPUTS, varying=1)
    feeds = {name: value.numpy() for name, value in example.items()}
    return Exported(model=model, feeds=feeds, trained=torch_outputs(network, example))
