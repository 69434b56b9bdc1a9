"""What a lesion network says of a case: overlap a series, and a decision on the study."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from condyle.domain.case import STUDY_UNIT, Case
from condyle.domain.study import Series
from condyle.evaluation.overlap import overlap
from condyle.evaluation.predictions import PredictionRow
from condyle.interpretation.lesion import (
    DECISION_PIXELS as DECISION_PIXELS,
)
from condyle.interpretation.lesion import (
    LesionMaps,
    LesionSeen,
    lesion_maps,
    lesion_mask,
    lesion_seen,
    study_scores,
)
from condyle.interpretation.lesion import severity_measures as measures_of
from condyle.reporting.example_picture import ExamplePicture, example_png
from condyle.training.recipe import Recipe
from condyle.training.slices import accepts
from condyle.training.targets import MaskTarget
from condyle.workflows.training.by_patient import patient_rows
from condyle.workflows.training.plan import CaseScorer, Floats, RunNetwork
from condyle.workflows.training.row_covariates import covariates_on
from condyle.workflows.training.severity import Severity


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
        seen: list[LesionSeen] = []
        drawn: dict[str, list[bool]] = {}
        taken = series_to_score(recipe, case)
        for series in taken:
            maps = _maps(recipe, run, series)
            seen.append(_seen(recipe, maps))
            # A mask may be a file: it is read once, and let go before the next one.
            mask = case.reference.masks.get(series.stem)
            if mask is not None:
                truths = [(target.name, target.of(mask)) for target in targets]
                drawn[series.stem] = [bool(truth.any()) for _, truth in truths]
                made += _overlap_rows(recipe, case, series, restored=maps.restored(), truths=truths)
        if seen:
            scores = study_scores(seen)
            covariates = covariates_on(case, taken)
            truth = _truth_of_study(case, targets, drawn)
            made += _study_rows(recipe, case, scores, truth=truth, covariates=covariates)
            if severity is not None:
                made.append(severity.row(case, measures_of(seen), covariates=covariates))
        return made

    def picture(run: RunNetwork, case: Case) -> bytes | None:
        best = _most_drawn(case, series_to_score(recipe, case), targets)
        return None if best is None else _picture(recipe, run, best)

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
    return measures_of([_seen(recipe, _maps(recipe, run, series)) for series in taken])


def _seen(recipe: Recipe, maps: LesionMaps) -> LesionSeen:
    return lesion_seen(maps.prepared, threshold=recipe.target.thresholds[0])


def series_to_score(recipe: Recipe, case: Case) -> list[Series]:
    """Gives the series of a case that a recipe takes; those with a mask where there are any."""
    taken = [series for series in case.study.series if accepts(series, recipe.input)]
    masked = [series for series in taken if series.stem in case.reference.masks]
    return masked or taken


def _maps(recipe: Recipe, run: RunNetwork, series: Series) -> LesionMaps:
    return lesion_maps(run, series.load(), recipe.preprocessing)


def _overlap_rows(
    recipe: Recipe,
    case: Case,
    series: Series,
    *,
    restored: Floats,
    truths: Sequence[tuple[str, NDArray[np.bool_]]],
) -> list[PredictionRow]:
    """Gives Dice and intersection over union at the first threshold, Dice at the others."""
    made = []
    first, *others = recipe.target.thresholds
    for k, (name, truth) in enumerate(truths):
        at_first = overlap(lesion_mask(restored[:, k], threshold=first), truth)
        made.append(_row(case, series, f"dice-{name}", at_first.dice))
        made.append(_row(case, series, f"iou-{name}", at_first.iou))
        for threshold in others:
            found = overlap(lesion_mask(restored[:, k], threshold=threshold), truth)
            made.append(_row(case, series, f"dice-{name}-at-{threshold:g}", found.dice))
    return made


def _row(case: Case, series: Series, task: str, value: float) -> PredictionRow:
    return PredictionRow(
        patient=case.patient,
        study=case.id,
        series=series.stem,
        unit=series.stem,
        task=task,
        fold=-1,
        reference=1.0,
        prediction=value if math.isnan(value) else round(value, 5),
        covariates=covariates_on(case, [series]),
    )


def _truth_of_study(
    case: Case, targets: Sequence[MaskTarget], drawn: Mapping[str, Sequence[bool]]
) -> dict[str, float]:
    """Gives whether any mask of a case shows each structure, NaN where it has no mask.

    Args:
        case: Its masks; those of series that a recipe does not take are of the study too.
        targets: Structures.
        drawn: Stem to what its mask shows of each, for those masks that were read already.
    """
    others = (case.reference.masks[stem] for stem in case.reference.masks if stem not in drawn)
    shown = [*drawn.values(), *([bool(t.of(mask).any()) for t in targets] for mask in others)]
    if not shown:
        return dict.fromkeys((target.name for target in targets), math.nan)
    return {target.name: float(any(one[k] for one in shown)) for k, target in enumerate(targets)}


def _study_rows(
    recipe: Recipe,
    case: Case,
    scores: Sequence[float],
    *,
    truth: Mapping[str, float],
    covariates: Mapping[str, str],
) -> list[PredictionRow]:
    return [
        PredictionRow(
            patient=case.patient,
            study=case.id,
            series="",
            unit=STUDY_UNIT,
            task=name,
            fold=-1,
            reference=reference,
            prediction=float(score >= recipe.target.thresholds[0]),
            probabilities=(round(min(max(score, 0.0), 1.0), 5),),
            covariates=covariates,
        )
        for (name, reference), score in zip(truth.items(), scores, strict=True)
    ]


@dataclass(frozen=True)
class _Drawn:
    """A series and where its mask shows any of the structures; nothing where it has none."""

    series: Series
    truth: NDArray[np.bool_] | None

    @property
    def pixels(self) -> int:
        return 0 if self.truth is None else int(np.count_nonzero(self.truth))


def _most_drawn(
    case: Case, series: Sequence[Series], targets: Sequence[MaskTarget]
) -> _Drawn | None:
    """Gives the series of which most is outlined; each mask is read once, two are held."""
    best: _Drawn | None = None
    for one in series:
        mask = case.reference.masks.get(one.stem)
        truth = None if mask is None else np.any([t.of(mask) for t in targets], axis=0)
        found = _Drawn(one, truth)
        if best is None or found.pixels > best.pixels:
            best = found
    return best


def _picture(recipe: Recipe, run: RunNetwork, drawn: _Drawn) -> bytes:
    series, truth = drawn.series, drawn.truth
    volume = series.load()
    probability = lesion_maps(run, volume, recipe.preprocessing).restored().max(axis=1)
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
