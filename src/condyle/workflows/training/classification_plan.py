"""How a recipe of slices is trained: one label, the same network on every slice."""

from __future__ import annotations

import numpy as np

from condyle.bundle import Output, Task
from condyle.errors import DatasetError
from condyle.training.recipe import Recipe, network_size
from condyle.training.slices import Slices, prepare_slices
from condyle.training.targets import LabelTarget, label_targets
from condyle.training.tasks.classification import (
    INPUT,
    OUTPUTS,
    export_classification,
    train_classification,
)
from condyle.workflows.training.by_patient import BY_PATIENT
from condyle.workflows.training.classification_scores import classification_scorer
from condyle.workflows.training.manifests import concept_code
from condyle.workflows.training.plan import Fit, Plan
from condyle.workflows.training.sessions import checked_model
from condyle.workflows.training.training import Training


def classification_plan(training: Training) -> Plan:
    """Gives how a recipe of slices is trained on an archive.

    Args:
        training: What is asked for.

    Raises:
        DatasetError: The archive has no label of images or several that fit, or its images
            are all of one class.
    """
    recipe, archive = training.recipe, training.archive
    found = label_targets(
        recipe,
        cases=archive.cases,
        labels=archive.labels,
        structures=archive.structures,
        unit="image",
    )
    target = _only(recipe, found)
    slices = prepare_slices(
        archive.cases,
        recipe,
        folder=training.cache,
        labels=[target],
        progress=training.execution.progress,
    )
    slices = slices.where(slices.labels[:, 0] >= 0)
    _refuse_one_class(recipe, slices, target)

    def train(fit: Fit) -> bytes:
        network = train_classification(
            recipe,
            slices=slices.of_patients(fit.round.train),
            validation=slices.of_patients(fit.round.validation),
            classes=len(target.classes),
            stage=fit.stage,
            folder=fit.folder,
            seed=fit.seed,
            execution=training.execution,
        )
        return checked_model(export_classification(network, recipe))

    names = tuple(target.classes)
    output = Output(name=target.name, code=concept_code(target.name), classes=names)
    rng = np.random.default_rng(recipe.seed)
    return Plan(
        train=train,
        scorer=classification_scorer(recipe, target),
        tasks=(Task(kind="classify", name="class", outputs=(output,), tensor=OUTPUTS[0]),),
        feeds={INPUT: rng.random((1, 1, *network_size(recipe)), dtype=np.float32)},
        outputs=OUTPUTS,
        interpretation={"threshold": recipe.target.thresholds[0], "patient": "mean over slices"},
        notes=(
            f"Rows of '{target.name}{BY_PATIENT}' hold the mean probability over the slices of a "
            "patient; a patient shows the finding where any of their slices does.",
        ),
    )


def _only(recipe: Recipe, found: tuple[LabelTarget, ...]) -> LabelTarget:
    if len(found) == 1:
        return found[0]
    raise DatasetError(
        f"The recipe '{recipe.name}' learns one label, and several fit.",
        found=", ".join(target.name for target in found),
        needed="the name of one of them",
        mend=f"add --set target.labels=[{found[0].name}].",
    )


def _refuse_one_class(recipe: Recipe, slices: Slices, target: LabelTarget) -> None:
    there = np.unique(slices.labels[:, 0])
    if len(there) < 2:
        raise DatasetError(
            f"The recipe '{recipe.name}' has nothing to tell apart.",
            found=f"{len(slices)} slices, all '{target.classes[int(there[0])]}' for "
            f"'{target.name}'",
            needed="slices with the finding and slices without it",
            mend="add images without the finding, or train a recipe that outlines it, such as "
            "knee-unet.",
        )
