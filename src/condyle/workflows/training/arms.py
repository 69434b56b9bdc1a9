"""A recipe with arms: each trained alike on the same patients, then compared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import combinations
from pathlib import Path

from condyle.datasets.archive import Archive
from condyle.domain.case import Case
from condyle.errors import DatasetError, InputError
from condyle.training.recipe import Recipe, arm_of
from condyle.training.slices import accepts
from condyle.workflows.compare_tables import compare_tables
from condyle.workflows.evaluation.rows import Draw
from condyle.workflows.training.training import Training


def of_every_arm(recipe: Recipe, archive: Archive) -> tuple[Archive, str]:
    """Takes out the patients who lack what one of the arms reads.

    So arms differ by what they read and by nothing else, and a split is one for all.

    Args:
        recipe: With arms.
        archive: Of all patients.

    Returns:
        The archive of the others, and a sentence that says how many they are.

    Raises:
        DatasetError: No patient has what all arms read.
    """
    arms = {name: arm_of(recipe, name) for name in recipe.arms}
    shared = _patients_of_all(archive.cases, arms)
    everyone = {case.patient for case in archive.cases}
    if not shared:
        raise DatasetError(
            f"No patient has what every arm of the recipe '{recipe.name}' reads.",
            found=f"{len(everyone)} patients, none with images for each of: {', '.join(arms)}",
            needed="patients with images for every arm",
            mend="add them, or train one arm: --set arms={} --set input.weightings=[t1].",
        )
    cases = tuple(case for case in archive.cases if case.patient in shared)
    told = f"{len(shared)} of {len(everyone)} patients have images for every arm; the rest are out."
    return replace(archive, cases=cases), told


def train_arms(training: Training, train: Callable[[Training], Path]) -> tuple[Path, ...]:
    """Trains each arm of a recipe in a folder of its own, and compares every two.

    Args:
        training: Of the recipe with arms, and of patients whom all of them read.
        train: What trains a recipe of its task.

    Returns:
        The folder of each arm's bundle; beside the arms, ``compare-<one>-<other>/`` holds
        their comparison on what both judge, which is the patient.
    """
    recipe, archive = training.recipe, training.archive
    arms = {name: arm_of(recipe, name) for name in recipe.arms}
    made = []
    for name, arm in arms.items():
        limited = replace(archive, cases=tuple(_limited(case, arm) for case in archive.cases))
        made.append(
            train(
                replace(
                    training,
                    recipe=arm,
                    archive=limited,
                    out=training.out / name,
                    notes=(*training.notes, f"Arm '{name}' of '{recipe.name}'."),
                )
            )
        )
    for one, other in combinations(arms, 2):
        _compare(training, one, other)
    return tuple(made)


def _patients_of_all(cases: tuple[Case, ...], arms: dict[str, Recipe]) -> set[str]:
    return set.intersection(
        *(
            {
                case.patient
                for case in cases
                if any(accepts(series, arm.input) for series in case.study.series)
            }
            for arm in arms.values()
        )
    )


def _limited(case: Case, arm: Recipe) -> Case:
    """Gives a case with the series that an arm reads, so that its data are its own."""
    series = tuple(each for each in case.study.series if accepts(each, arm.input))
    return replace(case, study=replace(case.study, series=series))


def _compare(training: Training, one: str, other: str) -> None:
    out = training.out / f"compare-{one}-{other}"
    tables = [training.out / name / "predictions.csv" for name in (one, other)]
    try:
        compare_tables(
            *tables,
            out=out,
            draw=Draw(seed=training.recipe.seed, replicates=training.replicates),
            progress=training.execution.progress,
        )
    except InputError as error:
        # The arms themselves are done and stand; what cannot be compared is said beside them.
        out.mkdir(exist_ok=True)
        (out / "not-compared.txt").write_text(f"{error}\n", "utf-8")
