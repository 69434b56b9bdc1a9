"""What a bundle of an image recipe says of a case: read as its training run scored it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from condyle.bundle import Bundle
from condyle.datasets.archive import Archive
from condyle.domain.case import Case
from condyle.evaluation.predictions import PredictionRow
from condyle.inference.networks import networks_of
from condyle.training.recipe import Recipe, TaskName
from condyle.training.targets import label_targets, mask_targets
from condyle.workflows.evaluation.anatomy_bundle import CaseReader
from condyle.workflows.training.classification_scores import classification_scorer
from condyle.workflows.training.detection_case import detection_scorer
from condyle.workflows.training.lesion_scores import lesion_scorer
from condyle.workflows.training.plan import CaseScorer
from condyle.workflows.training.series_scores import series_scorer
from condyle.workflows.training.severity import severity_of

Settings = Mapping[str, Any]

Together = Callable[[Sequence[PredictionRow]], list[PredictionRow]]
"""From the rows of all cases to those of their patients."""


def _lesion(recipe: Recipe, archive: Archive, settings: Settings) -> CaseScorer:
    targets = mask_targets(recipe, archive.structures)
    return lesion_scorer(recipe, targets, severity=severity_of(settings))


def _classify(recipe: Recipe, archive: Archive, settings: Settings) -> CaseScorer:
    (target,) = label_targets(
        recipe,
        cases=archive.cases,
        labels=archive.labels,
        structures=archive.structures,
        unit="image",
    )
    return classification_scorer(recipe, target)


def _series(recipe: Recipe, archive: Archive, settings: Settings) -> CaseScorer:
    binary = {name: names for name, names in archive.labels.items() if len(names) == 2}
    targets = label_targets(recipe, cases=archive.cases, labels=binary, unit="study")
    return series_scorer(recipe, targets)


def _detect(recipe: Recipe, archive: Archive, settings: Settings) -> CaseScorer:
    return detection_scorer(recipe, recipe.target.labels)


SCORERS: Mapping[TaskName, Callable[[Recipe, Archive, Settings], CaseScorer]] = {
    "lesion": _lesion,
    "classify": _classify,
    "series": _series,
    "detect": _detect,
}
"""What asks a bundle of a case, by the task of its recipe."""


def image_recipe_of(bundle: Bundle) -> Recipe | None:
    """Gives the recipe of a bundle with what it tells named, or ``None`` for a lumbar bundle.

    Its labels or structures are those that the bundle gives, so that the same are looked
    for in whatever archive it is evaluated on.
    """
    told = dict(bundle.manifest.training.recipe)
    if told.get("task") not in SCORERS:
        return None
    recipe = Recipe.model_validate(told)
    names = [output.name for output in bundle.manifest.outputs()]
    field = "structures" if recipe.task == "lesion" else "labels"
    target = recipe.target.model_copy(update={field: tuple(names)})
    data = recipe.data.model_copy(update={"shuffled": False})
    return recipe.model_copy(update={"target": target, "data": data})


def image_reader(bundle: Bundle, recipe: Recipe, archive: Archive) -> tuple[CaseReader, Together]:
    """Gives what reads a case with all networks of a bundle, and what adds rows of patients.

    Args:
        bundle: What is evaluated.
        recipe: As ``image_recipe_of`` gives it.
        archive: Whose cases are read.

    Raises:
        DatasetError: The archive does not hold what the bundle tells.
    """
    scorer = SCORERS[recipe.task](recipe, archive, bundle.manifest.interpretation)
    run = networks_of(bundle, pooled=recipe.task == "detect")

    def read(case: Case) -> tuple[list[PredictionRow], bytes | None]:
        return scorer.rows(run, case), scorer.picture(run, case)

    return read, scorer.together
