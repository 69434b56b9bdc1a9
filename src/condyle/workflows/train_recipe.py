"""``condyle train``: from a recipe and a labelled archive to a validated bundle."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from condyle.datasets.archive import Archive
from condyle.datasets.split_design import design_split, is_design, open_split
from condyle.datasets.split_rounds import Split
from condyle.datasets.splits import read_split
from condyle.errors import DatasetError
from condyle.training.execution import Execution
from condyle.training.recipe import Recipe, TaskName, read_recipe
from condyle.workflows.training.arms import of_every_arm, train_arms
from condyle.workflows.training.image_recipes import PLANS, train_image_recipe
from condyle.workflows.training.lumbar_recipes import train_anatomy_recipe, train_grading_recipe
from condyle.workflows.training.recipe_archive import recipe_archive
from condyle.workflows.training.training import Training

TASKS: Mapping[TaskName, Callable[[Training], Path]] = {
    "segment": train_anatomy_recipe,
    "grade": train_grading_recipe,
    **dict.fromkeys(PLANS, train_image_recipe),
}
"""What trains the recipes of each task."""


def train_recipe(
    name: str,
    *,
    data: Path,
    out: Path,
    settings: Mapping[str, str] | None = None,
    profile: str | None = None,
    execution: Execution | None = None,
    replicates: int = 2000,
) -> tuple[Path, ...]:
    """Trains a recipe by patients, scores it on those it never saw, and writes its bundle.

    Args:
        name: A recipe of the package, or the path of one.
        data: The labelled archive.
        out: The run folder; a stopped run goes on where ``execution`` resumes.
        settings: Dotted recipe field to new value; ``anatomy_run`` names the run that the
            recipe stands on.
        profile: Name of a profile of the recipe, set before the settings.
        execution: Where and how it runs.
        replicates: Bootstrap replicates of the run's figures.

    Returns:
        The folder of the bundle, inside the run folder; one an arm where there are arms.

    Raises:
        UnknownName: There is no such recipe, profile, layout or network.
        BadConfiguration: The recipe does not fit its schema, or its split does not fit it.
        DatasetError: The archive does not hold what the recipe learns.
        OutputError: The run folder is in use by something else.
    """
    changed = dict(settings or {})
    anatomy_run = changed.pop("anatomy_run", None)
    recipe = read_recipe(name, settings=changed, profile=profile)
    archive, told = recipe_archive(recipe, data)
    _refuse_leaks(recipe, archive)
    if recipe.arms:
        archive, said = of_every_arm(recipe, archive)
        told = (*told, said)
    training = Training(
        recipe=recipe,
        archive=archive,
        split=_split(recipe, archive),
        data=data,
        out=out,
        execution=execution or Execution(),
        anatomy_run=None if anatomy_run is None else Path(anatomy_run),
        notes=told,
        replicates=replicates,
    )
    if recipe.arms:
        return train_arms(training, TASKS[recipe.task])
    return (TASKS[recipe.task](training),)


def _split(recipe: Recipe, archive: Archive) -> Split:
    """Gives the split of a recipe; the lumbar recipes' own covers patients without images too.

    Those two have no validation patients: they train for so many steps, and a fold scores.
    """
    design, cases, sides = recipe.data.split, archive.cases, archive.sides
    if recipe.task in PLANS:
        return open_split(design, cases=cases, sides=sides, rounds=archive.rounds, seed=recipe.seed)
    if is_design(design):
        return design_split(
            design,
            cases=cases,
            sides=sides,
            rounds=archive.rounds,
            seed=recipe.seed,
            validation_share=0.0,
        )
    return read_split(design)


def _refuse_leaks(recipe: Recipe, archive: Archive) -> None:
    """Refuses a split of the data's own that has a patient on several of its sides."""
    if archive.leaks and recipe.data.split.startswith("own"):
        raise DatasetError(
            "The split that comes with the data has patients on several of its sides.",
            found=f"{len(archive.leaks)} patients who would teach and be scored",
            needed="each patient on one side",
            mend="mend the lists of the split, or draw one: --set data.split=70/15/15.",
        )
