"""How a recipe of lesions is trained: slices with masks, and from the mask a decision."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from condyle.bundle import Output, Task
from condyle.domain.case import Case
from condyle.errors import DatasetError
from condyle.training.recipe import network_size
from condyle.training.slices import Slices, prepare_slices
from condyle.training.targets import mask_targets
from condyle.training.tasks.lesion import INPUT, OUTPUT, export_lesion, train_lesion
from condyle.workflows.training.lesion_scores import (
    DECISION_PIXELS,
    lesion_scorer,
    series_to_score,
    severity_measures,
)
from condyle.workflows.training.manifests import concept_code
from condyle.workflows.training.plan import CaseScorer, Fit, MoreFigures, Plan, RunNetwork
from condyle.workflows.training.sessions import checked_model
from condyle.workflows.training.severity import (
    Severity,
    fit_severity,
    mean_severity,
    severity_target,
)
from condyle.workflows.training.training import Training


def lesion_plan(training: Training) -> Plan:
    """Gives how a lesion recipe is trained on an archive.

    Args:
        training: What is asked for.

    Raises:
        DatasetError: The archive has no masks, none of the structures that are wanted, or
            masks that show nothing anywhere.
    """
    recipe = training.recipe
    targets = mask_targets(recipe, training.archive.structures)
    slices = prepare_slices(
        training.archive.cases,
        recipe,
        folder=training.cache,
        masks=targets,
        progress=training.execution.progress,
    )
    _refuse_empty(slices)

    def train(fit: Fit) -> bytes:
        network = train_lesion(
            recipe,
            slices=slices.of_patients(fit.round.train),
            validation=slices.of_patients(fit.round.validation),
            stage=fit.stage,
            folder=fit.folder,
            seed=fit.seed,
            execution=training.execution,
        )
        return checked_model(export_lesion(network, recipe))

    grade = severity_target(recipe, cases=training.archive.cases, labels=training.archive.labels)
    fits: list[Severity] = []

    def settle(run: RunNetwork, cases: Sequence[Case]) -> CaseScorer:
        taken = [case for case in cases if series_to_score(recipe, case)]
        if grade is None or not taken:
            return lesion_scorer(recipe, targets)
        measures = [severity_measures(recipe, run, case) for case in taken]
        fit = fit_severity(grade, taken, measures)
        if fit is not None:
            fits.append(fit)
        return lesion_scorer(recipe, targets, severity=fit)

    def more() -> MoreFigures:
        told = {"severity": mean_severity(fits).settings()} if fits else {}
        return MoreFigures(interpretation=told)

    outputs = tuple(Output(name=t.name, code=concept_code(t.name)) for t in targets)
    rng = np.random.default_rng(recipe.seed)
    return Plan(
        train=train,
        scorer=lesion_scorer(recipe, targets),
        tasks=(Task(kind="segment", name="lesion", outputs=outputs, tensor=OUTPUT),),
        feeds={INPUT: rng.random((1, 1, *network_size(recipe)), dtype=np.float32)},
        outputs=(OUTPUT,),
        interpretation={
            "threshold": recipe.target.thresholds[0],
            "decision_pixels": DECISION_PIXELS,
        },
        settle=settle,
        more=more,
    )


def _refuse_empty(slices: Slices) -> None:
    if slices.masks is None or not slices.masks.any():
        raise DatasetError(
            "There is no lesion to learn in the archive.",
            found=f"{len(slices)} slices whose masks are all empty",
            needed="masks that show the lesion on some slices",
            mend="check the masks with 'condyle data check'.",
        )
