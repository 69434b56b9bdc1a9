"""What a lesion network says of a case: overlap a series, and a decision on the study."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

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
from condyle.workflows.training.severity import Severity

INPUT = "image"
SLICES_AT_ONCE = 8
DECISION_PIXELS = 25
"""Pixels of the network's grid that decide on a study; 25 of 256 x 256 are about 5 mm across
where the field of view is 160 mm, the least size of a tear that is outlined."""


def lesion_scorer(
    recipe: Recipe, targets: Sequence[MaskTarget], *, severity: Severity | None = None
) -> CaseScorer:
    """Gives what scores a case.

    Args:
        recipe: Its preprocessing, and the thresholds of its target.
        targets: Structures, in the order of the network's outputs.
        severity: A grade that is told too, or ``None``.
    """

    def rows(run: RunNetwork, case: Case) -> list[PredictionRow]:
        made: list[PredictionRow] = []
        seen: list[_Seen] = []
        for series in series_to_score(recipe, case):
            prepared, restored = _probabilities(recipe, run, series)
            seen.append(_seen(recipe, prepared))
            if series.stem in case.reference.masks:
                made += _overlap_rows(recipe, case, series, restored=restored, targets=targets)
        if seen:
            scores = np.max([one.scores for one in seen], axis=0).tolist()
            made += _study_rows(recipe, case, scores, targets)
            if severity is not None:
                made.append(severity.row(case, _measures(seen)))
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


def severity_measures(recipe: Recipe, run: RunNetwork, case: Case) -> list[float]:
    """Gives what a severity is told by, as ``MEASURES`` has it.

    Args:
        recipe: Its preprocessing and threshold.
        run: The network.
        case: With a series that the recipe takes.
    """
    taken = series_to_score(recipe, case)
    return _measures([_seen(recipe, _probabilities(recipe, run, series)[0]) for series in taken])


@dataclass(frozen=True)
class _Seen:
    """What a network sees in a series: the study's probability a structure, and an area."""

    scores: list[float]
    area: float


def _seen(recipe: Recipe, prepared: Floats) -> _Seen:
    scores = [
        study_probability(prepared[:, k], pixels=DECISION_PIXELS) for k in range(prepared.shape[1])
    ]
    called = lesion_mask(prepared.max(axis=1), threshold=recipe.target.thresholds[0])
    return _Seen(scores, float(called.sum(axis=(1, 2)).max()))


def _measures(seen: Sequence[_Seen]) -> list[float]:
    score = float(np.clip(max(max(one.scores) for one in seen), 1e-4, 1 - 1e-4))
    return [math.log(score / (1 - score)), math.log1p(max(one.area for one in seen))]


def series_to_score(recipe: Recipe, case: Case) -> list[Series]:
    """Gives the series of a case that a recipe takes; those with a mask where there are any."""
    taken = [series for series in case.study.series if accepts(series, recipe.input)]
    masked = [series for series in taken if series.stem in case.reference.masks]
    return masked or taken


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
