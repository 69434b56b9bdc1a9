"""How a recipe of series is trained: a network a plane, fused by logistic regression."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from condyle.bundle import Output, Task
from condyle.domain.study import Plane
from condyle.errors import DatasetError
from condyle.evaluation.logistic import fit_logistic
from condyle.training.recipe import Recipe, network_size
from condyle.training.slices import Slices, prepare_slices
from condyle.training.targets import label_targets
from condyle.training.tasks.series import (
    OUTPUTS,
    FusedPlanes,
    SeriesSet,
    export_series,
    logits_of,
    series_of_plane,
    train_series,
)
from condyle.workflows.training.manifests import concept_code
from condyle.workflows.training.plan import Fit, Plan
from condyle.workflows.training.series_scores import series_scorer
from condyle.workflows.training.sessions import checked_model
from condyle.workflows.training.training import Training

Floats = NDArray[np.float64]

FUSION_RIDGE = 1.0
"""Penalty of the fusion's weights; few validation patients decide on three weights."""


def series_plan(training: Training) -> Plan:
    """Gives how a recipe of series is trained on an archive.

    Args:
        training: What is asked for.

    Raises:
        DatasetError: The archive has no two-valued label of studies, or lacks a plane.
    """
    recipe, archive = training.recipe, training.archive
    binary = {name: names for name, names in archive.labels.items() if len(names) == 2}
    targets = label_targets(recipe, cases=archive.cases, labels=binary, unit="study")
    slices = prepare_slices(
        archive.cases,
        recipe,
        folder=training.cache,
        labels=targets,
        progress=training.execution.progress,
    )
    _require_planes(recipe, slices)

    def train(fit: Fit) -> bytes:
        taught = slices.of_patients(fit.round.train)
        checked = slices.of_patients(fit.round.validation)
        networks = {}
        for number, plane in enumerate(recipe.input.planes):
            networks[plane] = train_series(
                recipe,
                series=series_of_plane(taught, plane),
                validation=series_of_plane(checked, plane),
                stage=f"{fit.stage}-{plane}",
                folder=fit.folder / plane,
                seed=fit.seed + number,
                execution=training.execution,
            )
        sets = {plane: series_of_plane(checked, plane) for plane in recipe.input.planes}
        logits = {plane: logits_of(networks[plane], sets[plane]) for plane in recipe.input.planes}
        weights, intercepts = fusion(recipe.input.planes, sets, logits)
        fused = FusedPlanes(
            {str(plane): network for plane, network in networks.items()},
            weights=weights,
            intercepts=intercepts,
        )
        return checked_model(export_series(fused.eval(), recipe))

    outputs = tuple(Output(name=t.name, code=concept_code(t.name)) for t in targets)
    rng = np.random.default_rng(recipe.seed)
    size = network_size(recipe)
    return Plan(
        train=train,
        scorer=series_scorer(recipe, targets),
        tasks=(Task(kind="classify", name="findings", outputs=outputs, tensor=OUTPUTS[0]),),
        feeds={p: rng.random((1, 3, *size), dtype=np.float32) for p in recipe.input.planes},
        outputs=OUTPUTS,
        interpretation={"threshold": recipe.target.thresholds[0]},
        stages=tuple(str(plane) for plane in recipe.input.planes),
        notes=("The planes are fused by weights that were fitted on the validation patients.",),
    )


def fusion(
    planes: tuple[Plane, ...], sets: dict[Plane, SeriesSet], logits: dict[Plane, Floats]
) -> tuple[Floats, Floats]:
    """Fits, for each label, a logistic regression on the logits of all planes.

    Where the validation patients are all of one class, the planes' mean is taken.

    Args:
        planes: In order.
        sets: Plane to the validation series.
        logits: Plane to (series, label) logits of them.

    Returns:
        (label, plane) weights and (label,) intercepts.
    """
    shared = sorted(set.intersection(*(set(sets[plane].cases) for plane in planes)))
    rows = {plane: [sets[plane].cases.index(case) for case in shared] for plane in planes}
    features = np.stack([logits[plane][rows[plane]] for plane in planes], axis=2)
    truth = sets[planes[0]].labels[rows[planes[0]]]
    weights = np.full((truth.shape[1], len(planes)), 1.0 / len(planes))
    intercepts = np.zeros(truth.shape[1])
    for column in range(truth.shape[1]):
        known = truth[:, column] >= 0
        if len(np.unique(truth[known, column])) == 2:
            fitted = fit_logistic(
                features[known, column], truth[known, column] == 1, ridge=FUSION_RIDGE
            )
            intercepts[column], weights[column] = fitted[0], fitted[1:]
    return weights, intercepts


def _require_planes(recipe: Recipe, slices: Slices) -> None:
    there = {str(plane) for plane in np.unique(slices.planes)}
    absent = [plane for plane in recipe.input.planes if plane not in there]
    if absent:
        raise DatasetError(
            f"The archive lacks a plane that the recipe '{recipe.name}' reads.",
            found="series in " + (", ".join(sorted(there - {""})) or "no known plane"),
            needed=", ".join(absent),
            mend="set input.planes to those that are there, such as --set input.planes=[sagittal].",
        )
