"""Training a network to grade discs, from crops and a few facts on each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from condyle.errors import BadConfiguration, DatasetError
from condyle.interpretation.crops import (
    PLAIN_FACTS,
    SHOWN_AT,
    SIGNALS_AT,
    UNKNOWN,
    crop_channels,
    measure_facts,
    signal_facts,
)
from condyle.training.augmentation import AffineRange, random_grid, uniform
from condyle.training.execution import Execution
from condyle.training.export import Exported, export_with_example
from condyle.training.graded_discs import GradedDiscs
from condyle.training.loop import Batch, Job, LossOf, MakeBatch, fit
from condyle.training.losses import masked_binary_cross_entropy, ordinal_cross_entropy
from condyle.training.networks import MeasureExpert, build_network
from condyle.training.networks.grader import PretrainedExpert
from condyle.training.recipe import Recipe
from condyle.training.recipe_parts import PretrainedPart
from condyle.training.start import begin_with
from condyle.training.weights.load import HEADS

INPUTS = ("crop", "facts")
OUTPUTS = ("grade", "findings")

PRETRAINED = "pretrained"
"""Folder of the pretrained expert's fit within the fold's."""

LABELS_OF_CROP = (1, 2, 4, 5)
"""Channels of a crop that hold labels and not image."""

LIMITS = AffineRange(rotation_degrees=8.0, scale=(0.9, 1.12), stretch=0.1, shift=0.03)


class TwoHeads(nn.Module):
    """Splits the network's one vector of logits into the grade's and the findings'.

    Args:
        network: Gives (batch, grades + findings) logits.
        grades: How many belong to the grade.
    """

    def __init__(self, network: MeasureExpert | PretrainedExpert, *, grades: int) -> None:
        super().__init__()
        self.network = network
        self.grades = grades

    def forward(self, crop: Tensor, facts: Tensor) -> tuple[Tensor, Tensor]:
        """Gives (batch, grades) and (batch, findings) logits."""
        logits = self.network(crop, facts)
        return logits[:, : self.grades], logits[:, self.grades :]


class BothExperts(nn.Module):
    """Gives the mean of what two experts say, and of some findings what the second says.

    Args:
        measures: Gives grade and finding logits.
        pretrained: Gives the same.
        alone: (finding,) 1 where the second is heard alone, else 0.
    """

    share: Tensor

    def __init__(self, measures: nn.Module, pretrained: nn.Module, *, alone: Tensor) -> None:
        super().__init__()
        self.measures = measures
        self.pretrained = pretrained
        self.register_buffer("share", (1 - alone) / 2)

    def forward(self, crop: Tensor, facts: Tensor) -> tuple[Tensor, Tensor]:
        """Gives (batch, grades) and (batch, findings) logits."""
        grade, findings = self.measures(crop, facts)
        seen_grade, seen = self.pretrained(crop, facts)
        return (grade + seen_grade) / 2, self.share * findings + (1 - self.share) * seen


def train_grading(
    recipe: Recipe,
    *,
    discs: GradedDiscs,
    stage: str,
    folder: Path,
    fold_seed: int,
    execution: Execution,
) -> nn.Module:
    """Trains the two experts that grade discs, and puts them together.

    Args:
        recipe: The declaration; ``loss`` holds ``grades``, ``smoothing``,
            ``findings_weight`` and ``most_positive_weight``.
        discs: What to learn from; only patients outside the scored fold.
        stage: Name of this fit.
        folder: Where its log and checkpoint go.
        fold_seed: Added to the recipe's seed.
        execution: Where and how to train.

    Raises:
        DatasetError: There is no disc.
        BadConfiguration: The recipe's network is none that grades discs by their measures, or
            the recipe has no pretrained expert.
    """
    if not len(discs.patients):
        raise DatasetError(
            f"There is nothing to train '{stage}' on.",
            found="no graded disc that the anatomy network found",
            needed="slices on which it finds the discs that were graded",
            mend="train the anatomy recipe for longer, or check the images.",
        )
    part = _pretrained_part(recipe)
    torch.manual_seed(recipe.seed + fold_seed)
    job = Job(
        stage=stage,
        network=_network(recipe, discs),
        make_batch=_batches(discs, recipe.schedule.batch, looked_at=False),
        loss_of=_loss(recipe, discs),
        schedule=recipe.schedule,
        optimiser=recipe.optimiser,
        seed=recipe.seed + fold_seed,
        folder=folder,
    )
    measures = fit(job, execution)
    further = replace(
        job,
        stage=f"{stage}-pretrained",
        network=_pretrained(recipe, part, discs, folder=folder / PRETRAINED),
        make_batch=_batches(discs, part.schedule.batch, looked_at=True),
        schedule=part.schedule,
        optimiser=part.optimiser,
        folder=folder / PRETRAINED,
    )
    names = recipe.interpretation["findings"]
    alone = torch.tensor([float(name in part.alone) for name in names])
    return BothExperts(measures, fit(further, execution), alone=alone)


def _batches(discs: GradedDiscs, size: int, *, looked_at: bool) -> MakeBatch:
    def make_batch(step: int, generator: torch.Generator) -> Batch:
        rows = torch.randint(len(discs.patients), (size,), generator=generator).numpy()
        return augment_discs(discs, rows, generator=generator, looked_at=looked_at)

    return make_batch


def _network(recipe: Recipe, discs: GradedDiscs) -> TwoHeads:
    expert = build_network(recipe.network.name, recipe.network.parameters)
    if not isinstance(expert, MeasureExpert):
        raise BadConfiguration(
            f"The network '{recipe.network.name}' cannot grade discs by their measures.",
            found=recipe.network.name,
            needed="disc-measures",
            mend="correct network.name in the recipe.",
        )
    expert.standardise(discs.facts)
    return TwoHeads(expert, grades=int(recipe.loss["grades"]))


def _pretrained_part(recipe: Recipe) -> PretrainedPart:
    if recipe.pretrained is None:
        raise BadConfiguration(
            f"The recipe '{recipe.name}' looks at no image.",
            found="no pretrained expert",
            needed="the section 'pretrained' with network and schedule",
            mend="add it to the recipe; pretrained.network.weights may be none.",
        )
    return recipe.pretrained


def _pretrained(
    recipe: Recipe, part: PretrainedPart, discs: GradedDiscs, *, folder: Path
) -> TwoHeads:
    """Builds the pretrained expert with its weights, and writes down what was loaded."""
    parameters = dict(part.network.parameters)
    dropout = float(parameters.pop("dropout", 0.4))
    network = build_network(part.network.name, {**parameters, "classes": 1, "inputs": 3})
    for name, value in network.named_parameters():
        if name.removeprefix("network.").startswith(HEADS):  # its own head is not read
            value.requires_grad_(False)
    grades = int(recipe.loss["grades"])
    expert = PretrainedExpert(
        network,
        plain_facts=PLAIN_FACTS,
        outputs=grades + discs.findings.shape[1],
        dropout=dropout,
    )
    crops = torch.from_numpy(discs.crops[:16].astype(np.float32))
    begin_with(
        expert.network,
        part.network.weights,
        folder=folder,
        first=lambda: expert.normalise(expert.picture(crops)),
    )
    return TwoHeads(expert, grades=grades)


def _loss(recipe: Recipe, discs: GradedDiscs) -> LossOf:
    smoothing = float(recipe.loss["smoothing"])
    share = float(recipe.loss["findings_weight"])
    weight = _positive_weight(discs.findings, most=float(recipe.loss["most_positive_weight"]))

    def loss_of(network: nn.Module, batch: Batch) -> Tensor:
        crop, facts, grade, findings = batch
        ordinal, binary = network(crop, facts)
        graded = ordinal_cross_entropy(ordinal, grade, smoothing=smoothing)
        found = masked_binary_cross_entropy(binary, findings, weight=weight.to(crop.device))
        return graded + share * found

    return loss_of


def export_grading(network: nn.Module, discs: GradedDiscs) -> Exported:
    """Exports a grading network, with what it says of the first two discs."""
    example = {
        "crop": torch.from_numpy(discs.crops[:2].astype(np.float32)),
        "facts": torch.from_numpy(discs.facts[:2]),
    }
    return export_with_example(network, example, outputs=OUTPUTS)


def _positive_weight(findings: NDArray[np.float32], *, most: float) -> Tensor:
    """Gives the square root of negatives over positives a finding, at most ``most``."""
    positive = np.maximum((findings == 1).sum(axis=0), 1)
    negative = np.maximum((findings == 0).sum(axis=0), 1)
    return torch.from_numpy(np.minimum(np.sqrt(negative / positive), most).astype(np.float32))


def augment_discs(
    discs: GradedDiscs,
    rows: NDArray[np.int64] | Sequence[int],
    *,
    generator: torch.Generator,
    looked_at: bool = True,
) -> Batch:
    """Gives a batch of crops, facts, grades and findings, the first two changed at random.

    Args:
        discs: Of all that is learned from.
        rows: Which of them.
        generator: Source of every draw.
        looked_at: Whether the crops are wanted; else they are of one blank pixel.
    """
    crops = torch.zeros(len(rows), discs.crops.shape[1], 1, 1)
    if looked_at:
        crops = _changed_crops(torch.from_numpy(discs.crops[rows].astype(np.float32)), generator)
    facts = torch.from_numpy(discs.facts[rows].copy())
    signals = slice(SIGNALS_AT, PLAIN_FACTS)
    facts[:, signals] *= uniform(generator, (len(rows), PLAIN_FACTS - SIGNALS_AT), 0.93, 1.07)
    _drop_contrasts(crops, facts, generator=generator)
    grade = torch.from_numpy(discs.grade[rows])
    return crops, facts, grade, torch.from_numpy(discs.findings[rows])


def _changed_crops(crops: Tensor, generator: torch.Generator) -> Tensor:
    """Moves crops with their labels, and changes the intensity of each image by itself."""
    count, channels, height, width = crops.shape
    grid = random_grid(count, (height, width), limits=LIMITS, generator=generator)
    crops = functional.grid_sample(crops, grid, align_corners=False)
    images = [c for c in range(channels) if c not in LABELS_OF_CROP]
    for channel in images:
        image = crops[:, channel]
        power = torch.exp(uniform(generator, (count, 1, 1), -0.2, 0.2))
        gain = uniform(generator, (count, 1, 1), 0.88, 1.12)
        noise = torch.randn(image.shape, generator=generator)
        noise = noise * uniform(generator, (count, 1, 1), 0.0, 0.04)
        crops[:, channel] = image.clamp(min=0) ** power * gain + noise * (image > 0)
    return crops


def _drop_contrasts(crops: Tensor, facts: Tensor, *, generator: torch.Generator) -> None:
    """Takes away T1 or T2 from some discs that have both, in place."""
    draw = torch.rand(len(crops), generator=generator)
    both = (facts[:, SHOWN_AT] > 0) & (facts[:, SHOWN_AT + 1] > 0)
    for number, lost in enumerate((draw < 0.1, draw > 0.93)):
        rows = both & lost
        crops[rows, crop_channels(number)] = 0
        facts[rows, SHOWN_AT + number] = 0
        facts[rows, signal_facts(number)] = 0
        facts[rows, measure_facts(number)] = UNKNOWN
