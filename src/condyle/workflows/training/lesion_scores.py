"""What a lesion network says of a case: overlap a series, and a decision on the study."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from condyle.domain.case import STUDY_UNIT, Case
from condyle.domain.study import Series
from condyle.evaluation.overlap import overlap
from condyle.evaluation.predictions import PredictionRow
from condyle.interpretation.lesion import lesion_mask, study_probability
from condyle.preprocessing import prepare
from condyle.reporting.example_picture import ExamplePicture, example_png
from condyle.training.recipe import Recipe
from condyle.training.slices import accepts
from condyle.training.targets import MaskTarget
from condyle.workflows.training.by_patient import patient_rows
from condyle.workflows.training.plan import CaseScorer, Floats, RunNetwork

INPUT = "image"
SLICES_AT_ONCE = 8
DECISION_PIXELS = 25
"""Pixels of the network's grid that decide on a study; 25 of 256 x 256 are about 5 mm across
where the field of view is 160 mm, the least size of a tear that is outlined."""


def lesion_scorer(recipe: Recipe, targets: Sequence[MaskTarget]) -> CaseScorer:
    """Gives what scores a case.

    Args:
        recipe: Its preprocessing, and the thresholds of its target.
        targets: Structures, in the order of the network's outputs.
    """

    def rows(run: RunNetwork, case: Case) -> list[PredictionRow]:
        made: list[PredictionRow] = []
        scores: list[list[float]] = []
        for series in series_to_score(recipe, case):
            prepared, restored = _probabilities(recipe, run, series)
            scores.append(
                [study_probability(prepared[:, k], pixels=DECISION_PIXELS) for k in _each(targets)]
            )
            if series.stem in case.reference.masks:
                made += _overlap_rows(recipe, case, series, restored=restored, targets=targets)
        if scores:
            made += _study_rows(recipe, case, np.max(scores, axis=0).tolist(), targets)
        return made

    def picture(run: RunNetwork, case: Case) -> bytes | None:
        best = max(
            series_to_score(recipe, case),
            key=lambda series: int(np.count_nonzero(case.reference.masks.get(series.stem, 0))),
            default=None,
        )
        return None if best is None else _picture(recipe, run, case, series=best, targets=targets)

    def together(made: Sequence[PredictionRow]) -> list[PredictionRow]:
        return patient_rows(made, threshold=recipe.target.thresholds[0], how="greatest")

    return CaseScorer(rows, picture, together)


def series_to_score(recipe: Recipe, case: Case) -> list[Series]:
    """Gives the series of a case that a recipe takes; those with a mask where there are any."""
    taken = [series for series in case.study.series if accepts(series, recipe.input)]
    masked = [series for series in taken if series.stem in case.reference.masks]
    return masked or taken


def _each(targets: Sequence[MaskTarget]) -> range:
    return range(len(targets))


def _probabilities(recipe: Recipe, run: RunNetwork, series: Series) -> tuple[Floats, Floats]:
    """Gives (slice, structure, row, column) on the network's grid, and on the series' own."""
    made = prepare(series.load(), recipe.preprocessing)
    parts = [
        run({INPUT: made.array[at : at + SLICES_AT_ONCE, None]})[0]
        for at in range(0, len(made.array), SLICES_AT_ONCE)
    ]
    found: Floats = np.concatenate(parts)
    return found, made.placement.restore(found)


def _overlap_rows(
    recipe: Recipe,
    case: Case,
    series: Series,
    *,
    restored: Floats,
    targets: Sequence[MaskTarget],
) -> list[PredictionRow]:
    """Gives Dice and intersection over union at the first threshold, Dice at the others."""
    made = []
    first, *others = recipe.target.thresholds
    for k, target in enumerate(targets):
        truth = target.of(case.reference.masks[series.stem])
        at_first = overlap(lesion_mask(restored[:, k], threshold=first), truth)
        made.append(_row(case, series.stem, f"dice-{target.name}", at_first.dice))
        made.append(_row(case, series.stem, f"iou-{target.name}", at_first.iou))
        for threshold in others:
            found = overlap(lesion_mask(restored[:, k], threshold=threshold), truth)
            name = f"dice-{target.name}-at-{threshold:g}"
            made.append(_row(case, series.stem, name, found.dice))
    return made


def _row(case: Case, stem: str, task: str, value: float) -> PredictionRow:
    return PredictionRow(
        patient=case.patient,
        study=case.id,
        series=stem,
        unit=stem,
        task=task,
        fold=-1,
        reference=1.0,
        prediction=value if math.isnan(value) else round(value, 5),
        covariates=dict(case.covariates),
    )


def _study_rows(
    recipe: Recipe, case: Case, scores: Sequence[float], targets: Sequence[MaskTarget]
) -> list[PredictionRow]:
    made = []
    for target, score in zip(targets, scores, strict=True):
        drawn = [target.of(mask).any() for mask in case.reference.masks.values()]
        truth = float(any(drawn)) if drawn else math.nan
        made.append(
            PredictionRow(
                patient=case.patient,
                study=case.id,
                series="",
                unit=STUDY_UNIT,
                task=target.name,
                fold=-1,
                reference=truth,
                prediction=float(score >= recipe.target.thresholds[0]),
                probabilities=(round(min(max(score, 0.0), 1.0), 5),),
                covariates=dict(case.covariates),
            )
        )
    return made


def _picture(
    recipe: Recipe,
    run: RunNetwork,
    case: Case,
    *,
    series: Series,
    targets: Sequence[MaskTarget],
) -> bytes:
    volume = series.load()
    _, restored = _probabilities(recipe, run, series)
    probability = restored.max(axis=1)
    mask = case.reference.masks.get(series.stem)
    truth = None if mask is None else np.any([t.of(mask) for t in targets], axis=0)
    shown = probability if truth is None or not truth.any() else truth
    at = int(shown.reshape(len(shown), -1).sum(axis=1).argmax())
    return example_png(
        ExamplePicture(
            image=volume.array[at],
            reference=None if truth is None else truth[at],
            found=lesion_mask(probability[at], threshold=recipe.target.thresholds[0]),
            heat=probability[at],
            simulated=series.simulated,
        )
    )
