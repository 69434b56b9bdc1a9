"""What fused planes say of a study: the probability of each label."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from condyle.domain.case import STUDY_UNIT, Case
from condyle.domain.study import Series, largest_of_planes
from condyle.evaluation.predictions import PredictionRow
from condyle.interpretation.fused_planes import plane_arrays, study_labels
from condyle.reporting.example_picture import ExamplePicture, example_png
from condyle.training.recipe import Recipe
from condyle.training.slices import accepts
from condyle.training.targets import LabelTarget
from condyle.workflows.training.plan import CaseScorer, Floats, RunNetwork


def series_scorer(recipe: Recipe, targets: Sequence[LabelTarget]) -> CaseScorer:
    """Gives what scores a case; one that lacks a plane is abstained.

    Args:
        recipe: Its preprocessing, planes and threshold.
        targets: Labels, in the order of the network's answers.
    """

    def rows(run: RunNetwork, case: Case) -> list[PredictionRow]:
        chosen = plane_series(recipe, case)
        whole = len(chosen) == len(recipe.input.planes)
        told = study_labels(run, _feeds(recipe, chosen)) if whole else np.full(len(targets), np.nan)
        return [
            _row(recipe, case, target, float(value))
            for target, value in zip(targets, told, strict=True)
        ]

    def picture(run: RunNetwork, case: Case) -> bytes | None:
        chosen = plane_series(recipe, case)
        if len(chosen) < len(recipe.input.planes):
            return None
        told = study_labels(run, _feeds(recipe, chosen))
        series = chosen[recipe.input.planes[0]]
        array = series.load().array
        said = "; ".join(
            f"{target.name} {value:.2f}, is {_word(target, target.of_study(case))}"
            for target, value in zip(targets, told, strict=True)
        )
        middle = array[len(array) // 2]
        return example_png(ExamplePicture(middle, caption=said, simulated=series.simulated))

    return CaseScorer(rows, picture)


def plane_series(recipe: Recipe, case: Case) -> dict[str, Series]:
    """Gives the series of each plane that a recipe takes: the one of the most slices."""
    taken = [series for series in case.study.series if accepts(series, recipe.input)]
    return {str(plane): series for plane, series in largest_of_planes(taken).items()}


def _feeds(recipe: Recipe, chosen: Mapping[str, Series]) -> dict[str, Floats]:
    volumes = {str(plane): chosen[plane].load() for plane in recipe.input.planes}
    return plane_arrays(volumes, recipe.preprocessing)


def _row(recipe: Recipe, case: Case, target: LabelTarget, probability: float) -> PredictionRow:
    truth = target.of_study(case)
    known = not np.isnan(probability)
    return PredictionRow(
        patient=case.patient,
        study=case.id,
        series="",
        unit=STUDY_UNIT,
        task=target.name,
        fold=-1,
        reference=float(truth) if truth >= 0 else float("nan"),
        prediction=float(probability >= recipe.target.thresholds[0]) if known else float("nan"),
        probabilities=(round(probability, 5),) if known else (),
        abstained=not known,
        covariates=dict(case.covariates),
    )


def _word(target: LabelTarget, value: int) -> str:
    return target.classes[value] if 0 <= value < len(target.classes) else "not known"
