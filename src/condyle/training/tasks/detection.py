"""Training a detector on slices with boxes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from condyle.errors import BadConfiguration, DatasetError
from condyle.interpretation.boxes import BoxSettings
from condyle.training.box_augmentation import BoxChanges, change_boxed
from condyle.training.detector.anchors import fit_anchors
from condyle.training.detector.assignment import ABSENT, COUNTED, DIFFICULT, Targets
from condyle.training.detector.loss import DetectionLoss, detection_loss
from condyle.training.detector.network import Detector
from condyle.training.detector.scores import average_precisions
from condyle.training.detector.transformer import (
    TransformerDetector,
    clear_example,
    without_checks,
)
from condyle.training.execution import Execution
from condyle.training.export import Exported, export_with_example
from condyle.training.loop import Batch, Job, LossOf, MakeBatch, Validate, fit
from condyle.training.networks import build_network
from condyle.training.recipe import Recipe, network_size
from condyle.training.start import begin_with

INPUT = "image"
OUTPUTS = ("boxes", "scores")
NETWORKS_OF_ANCHORS = ("detector",)

NETWORK_FILE = "network.json"
"""In the folder of a fit: the network with the anchors that were fitted to its patients."""


@dataclass(frozen=True)
class BoxedSlice:
    """A prepared slice with its boxes.

    Attributes:
        patient: Patients are drawn evenly, whatever their number of slices.
        image: (row, column) float16 in 0 to 1, all of one size, which may be finer than the
            network's.
        boxes: (box, 4) in pixels of the image, half-open.
        labels: (box, class) 1 where the box shows the class, else 0.
        difficult: (box,) True for a box that counts neither way.
    """

    patient: str
    image: NDArray[np.float16]
    boxes: NDArray[np.float32]
    labels: NDArray[np.float32]
    difficult: NDArray[np.bool_]


def train_detection(
    recipe: Recipe,
    *,
    slices: Sequence[BoxedSlice],
    validation: Sequence[BoxedSlice] = (),
    stage: str,
    folder: Path,
    fold_seed: int,
    execution: Execution,
) -> nn.Module:
    """Trains one detector on some slices.

    Args:
        recipe: The declaration; ``with_anchors`` must have been run on it.
        slices: What to learn from; only patients outside the scored fold.
        validation: Slices of other patients, by whose mean average precision at an overlap
            of 0.5 the best epoch is chosen; none are looked at where empty.
        stage: Name of this fit.
        folder: Where its log and checkpoint go.
        fold_seed: Added to the recipe's seed.
        execution: Where and how to train.

    Raises:
        DatasetError: There is no slice, or none with a box.
        BadConfiguration: The recipe's network is none that detects.
    """
    _require_boxes(slices, stage)
    torch.manual_seed(recipe.seed + fold_seed)
    network = build_network(recipe.network.name, recipe.network.parameters)
    folder.mkdir(parents=True, exist_ok=True)
    told = recipe.network.model_dump(mode="json")
    (folder / NETWORK_FILE).write_text(json.dumps(told, indent=1) + "\n", "utf-8")
    begin_with(
        network,
        recipe.network.weights,
        folder=folder,
        first=lambda: as_batch(slices[: recipe.schedule.batch])[0],
    )
    job = Job(
        stage=stage,
        network=network,
        make_batch=_batches(recipe, slices),
        loss_of=loss_of(recipe, network),
        schedule=recipe.schedule,
        optimiser=recipe.optimiser,
        seed=recipe.seed + fold_seed,
        folder=folder,
        items=len(slices),
        validate=_validate(recipe, validation) if validation else None,
    )
    return fit(job, execution)


def _batches(recipe: Recipe, slices: Sequence[BoxedSlice]) -> MakeBatch:
    changes, size = BoxChanges.of(recipe.augmentation), network_size(recipe)
    draw = _Draw(slices, rare_share=changes.rare_share)

    def make_batch(step: int, generator: torch.Generator) -> Batch:
        images, targets = as_batch(draw(recipe.schedule.batch, generator))
        images, told = change_boxed(
            images, targets, size=size, changes=changes, generator=generator
        )
        return (images, told.boxes, told.labels, told.state)

    return make_batch


def _require_boxes(slices: Sequence[BoxedSlice], stage: str) -> None:
    if not any(len(item.boxes) for item in slices):
        raise DatasetError(
            f"There is nothing to train '{stage}' on.",
            found=f"{len(slices)} slices without a box",
            needed="slices with boxes",
            mend="check the archive with 'condyle data check'.",
        )


def with_anchors(recipe: Recipe, slices: Sequence[BoxedSlice], *, fold_seed: int = 0) -> Recipe:
    """Gives the recipe with anchors fitted to the boxes trained on, where it states none.

    Args:
        recipe: The declaration.
        slices: Only of patients outside the scored fold.
        fold_seed: Added to the recipe's seed.

    Raises:
        DatasetError: No slice has a box that counts.
    """
    parameters = recipe.network.parameters
    if recipe.network.name not in NETWORKS_OF_ANCHORS or parameters.get("anchors"):
        return recipe
    size = network_size(recipe)
    found = [
        (
            float(rows * size[0] / item.image.shape[0]),
            float(columns * size[1] / item.image.shape[1]),
        )
        for item in slices
        for rows, columns in (item.boxes[:, 2:] - item.boxes[:, :2])[~item.difficult]
    ]
    anchors = fit_anchors(found, rng=np.random.default_rng(recipe.seed + fold_seed))
    network = recipe.network.model_copy(update={"parameters": {**parameters, "anchors": anchors}})
    return recipe.model_copy(update={"network": network})


def export_detection(network: nn.Module, recipe: Recipe) -> Exported:
    """Exports a detector without suppression, with what it says of random images.

    A transformer takes one image at a time, as every slice is read; the others any number.
    """
    shape = (int(recipe.network.parameters.get("inputs", 1)), *network_size(recipe))
    if isinstance(network, TransformerDetector):
        with without_checks():
            example = {INPUT: clear_example(network.cpu().eval(), shape)}
            return export_with_example(network, example, outputs=OUTPUTS, varying=None)
    rng = torch.Generator().manual_seed(1)
    example = {INPUT: torch.rand(2, *shape, generator=rng)}
    return export_with_example(network, example, outputs=OUTPUTS)


def loss_of(recipe: Recipe, network: nn.Module) -> LossOf:
    """Gives the loss that a recipe declares for its network.

    Raises:
        BadConfiguration: The network is none that detects, or the loss does not fit it.
    """
    if isinstance(network, Detector):
        settings = DetectionLoss.of(recipe.loss)

        def of_detector(trained: nn.Module, batch: Batch) -> Tensor:
            image, boxes, labels, state = batch
            if not isinstance(trained, Detector):
                raise TypeError("another network than the one that the loss was made for")
            targets = Targets(boxes, labels, state)
            return detection_loss(trained, trained(image), targets, settings=settings)

        return of_detector
    if isinstance(network, TransformerDetector):

        def of_transformer(trained: nn.Module, batch: Batch) -> Tensor:
            image, boxes, labels, state = batch
            if not isinstance(trained, TransformerDetector):
                raise TypeError("another network than the one that the loss was made for")
            return trained.loss(image, Targets(boxes, labels, state))

        return of_transformer
    raise BadConfiguration(
        f"The network '{recipe.network.name}' finds no boxes.",
        found=recipe.network.name,
        needed="detector or rt-detr",
        mend="correct network.name in the recipe.",
    )


def as_batch(slices: Sequence[BoxedSlice]) -> tuple[Tensor, Targets]:
    """Gives (batch, 1, row, column) images and their boxes, padded to as many an image."""
    images = torch.stack([torch.from_numpy(item.image) for item in slices]).float()
    most = max(1, *(len(item.boxes) for item in slices))
    classes = slices[0].labels.shape[1]
    boxes = torch.zeros(len(slices), most, 4)
    labels = torch.zeros(len(slices), most, classes)
    state = torch.full((len(slices), most), ABSENT)
    for position, item in enumerate(slices):
        count = len(item.boxes)
        boxes[position, :count] = torch.from_numpy(item.boxes.astype(np.float32))
        labels[position, :count] = torch.from_numpy(item.labels.astype(np.float32))
        doubtful = torch.from_numpy(item.difficult)
        state[position, :count] = torch.where(doubtful, DIFFICULT, COUNTED)
    return images[:, None], Targets(boxes, labels, state)


class _Draw:
    """Draws slices with every patient equally likely, and some for a rare class."""

    def __init__(self, slices: Sequence[BoxedSlice], *, rare_share: float) -> None:
        self.rare_share = rare_share
        self.patients = _by_patient(slices)
        shown = [{int(k) for k in np.flatnonzero(item.labels.any(axis=0))} for item in slices]
        self.classes = [
            _by_patient([item for item, found in zip(slices, shown, strict=True) if label in found])
            for label in sorted(set().union(*shown))
        ]

    def __call__(self, count: int, generator: torch.Generator) -> list[BoxedSlice]:
        drawn = []
        for _ in range(count):
            pool = self.patients
            rare = bool(torch.rand(1, generator=generator) < self.rare_share)
            if rare and self.classes:
                pool = self.classes[_one_of(len(self.classes), generator)]
            patient = pool[_one_of(len(pool), generator)]
            drawn.append(patient[_one_of(len(patient), generator)])
        return drawn


def _by_patient(slices: Sequence[BoxedSlice]) -> list[list[BoxedSlice]]:
    found: dict[str, list[BoxedSlice]] = {}
    for item in slices:
        found.setdefault(item.patient, []).append(item)
    return list(found.values())


def _one_of(count: int, generator: torch.Generator) -> int:
    return int(torch.randint(count, (1,), generator=generator))


def _validate(recipe: Recipe, slices: Sequence[BoxedSlice]) -> Validate:
    size = network_size(recipe)
    rules: Mapping[str, Any] = recipe.interpretation.get("boxes", {})
    settings = BoxSettings.of(rules)

    def validate(network: nn.Module) -> Mapping[str, float]:
        device = next(network.parameters()).device
        said: list[tuple[NDArray[np.float32], NDArray[np.float32]]] = []
        with torch.no_grad():
            for at in range(0, len(slices), recipe.schedule.batch):
                images, _ = as_batch(slices[at : at + recipe.schedule.batch])
                fitted = functional.interpolate(
                    images, size=size, mode="bilinear", antialias=True, align_corners=False
                )
                boxes, scores = network(fitted.to(device))
                said.extend(zip(boxes.cpu().numpy(), scores.cpu().numpy(), strict=True))
        return average_precisions(slices, said, size=size, settings=settings)

    return validate
