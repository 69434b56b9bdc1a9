"""What a classifier says of a case: the class of each slice, and of the patient."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from condyle.domain.case import Case
from condyle.domain.study import Series
from condyle.evaluation.predictions import PredictionRow
from condyle.interpretation.slice_classes import class_map, slice_classes
from condyle.reporting.example_picture import ExamplePicture, example_png
from condyle.training.recipe import Recipe
from condyle.training.slices import accepts
from condyle.training.targets import LabelTarget
from condyle.workflows.training.by_patient import patient_rows
from condyle.workflows.training.plan import CaseScorer, Floats, RunNetwork
from condyle.workflows.training.row_covariates import covariates_on


@dataclass(frozen=True)
class _Answer:
    series: Series
    slice_index: int
    truth: int
    probabilities: Floats


def classification_scorer(recipe: Recipe, target: LabelTarget) -> CaseScorer:
    """Gives what scores a case, slice by slice; a patient's is the mean over their slices.

    Args:
        recipe: Its preprocessing and threshold.
        target: The label, in the order of whose classes the network answers.
    """

    def rows(run: RunNetwork, case: Case) -> list[PredictionRow]:
        answers = _answers(recipe, run, case, target)
        several = {series.stem for series in case.study.series if series.shape[0] > 1}
        return [
            _row(recipe, case, target, answer, unit=_unit(answer, several)) for answer in answers
        ]

    def picture(run: RunNetwork, case: Case) -> bytes | None:
        answers = _answers(recipe, run, case, target)
        # The slice of which it was least right is the one worth looking at.
        worst = min(answers, key=lambda answer: answer.probabilities[answer.truth], default=None)
        return None if worst is None else _picture(recipe, run, worst, target)

    def together(made: Sequence[PredictionRow]) -> list[PredictionRow]:
        return patient_rows(made, threshold=recipe.target.thresholds[0], how="mean")

    return CaseScorer(rows, picture, together)


def _answers(recipe: Recipe, run: RunNetwork, case: Case, target: LabelTarget) -> list[_Answer]:
    made = []
    for series in case.study.series:
        if not accepts(series, recipe.input):
            continue
        known = target.of_series(case, series)
        if max(known) < 0:
            continue
        told = slice_classes(run, series.load(), recipe.preprocessing)
        for at, probabilities in enumerate(told):
            if known[at] >= 0:
                made.append(_Answer(series, at, known[at], probabilities))
    return made


def _unit(answer: _Answer, several: set[str]) -> tuple[str, str]:
    stem = answer.series.stem
    return stem, f"slice-{answer.slice_index}" if stem in several else stem


def _row(
    recipe: Recipe,
    case: Case,
    target: LabelTarget,
    answer: _Answer,
    *,
    unit: tuple[str, str],
) -> PredictionRow:
    told = [round(float(p), 5) for p in answer.probabilities]
    binary = len(told) == 2
    called = told[1] >= recipe.target.thresholds[0] if binary else np.argmax(told)
    return PredictionRow(
        patient=case.patient,
        study=case.id,
        series=unit[0],
        unit=unit[1],
        task=target.name,
        fold=-1,
        reference=float(answer.truth),
        prediction=float(called),
        probabilities=(told[1],) if binary else tuple(told),
        covariates=covariates_on(case, [answer.series]),
    )


def _picture(recipe: Recipe, run: RunNetwork, answer: _Answer, target: LabelTarget) -> bytes:
    volume = answer.series.load()
    told, on_image = class_map(run, volume, recipe.preprocessing, slice_index=answer.slice_index)
    called = int(told.argmax())
    said = f"{target.classes[called]} {told[called]:.2f}; is {target.classes[answer.truth]}"
    return example_png(
        ExamplePicture(
            image=volume.array[answer.slice_index],
            heat=on_image,
            caption=said,
            simulated=answer.series.simulated,
        )
    )
