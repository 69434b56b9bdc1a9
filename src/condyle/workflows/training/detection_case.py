"""What a detector says of a case: boxes on each slice, matched with those of the reference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from condyle.domain.case import Case, LabelledBox
from condyle.domain.study import Series
from condyle.evaluation.detection import image_boxes, match
from condyle.evaluation.predictions import PredictionRow
from condyle.interpretation.boxes import BoxSettings, Detection, detect_slices
from condyle.reporting.example_picture import ExamplePicture, example_png
from condyle.training.recipe import Recipe
from condyle.training.slices import accepts
from condyle.workflows.evaluation.examples import SHOWN_SCORE
from condyle.workflows.evaluation.rows import DETECTION_PREFIX
from condyle.workflows.training.plan import CaseScorer, RunNetwork

MATCH_OVERLAP = 0.5
"""Least intersection over union at which a found box hits one of the reference."""


@dataclass(frozen=True)
class SliceDetections:
    """What was found on one slice, beside its reference.

    Attributes:
        patient: Whose.
        study: Identifier of the case.
        series: Stem of the series.
        slice_index: Index of the slice.
        found: In pixels of the slice, the best first.
        reference: Boxes that someone drew.
    """

    patient: str
    study: str
    series: str
    slice_index: int
    found: tuple[Detection, ...]
    reference: tuple[LabelledBox, ...]


def detection_scorer(
    recipe: Recipe, labels: Sequence[str], *, keep: list[SliceDetections] | None = None
) -> CaseScorer:
    """Gives what scores a case, an average precision being taken over images later.

    Args:
        recipe: Its preprocessing and ``interpretation.boxes``.
        labels: In the order of the network's scores.
        keep: Where what is found on each slice that is scored is kept as well.
    """

    def rows(run: RunNetwork, case: Case) -> list[PredictionRow]:
        found = detect_case(recipe, run, case)
        if keep is not None:
            keep.extend(found)
        return [
            row
            for one in found
            for number, label in enumerate(labels)
            for row in _rows(case, one, number=number, label=label)
        ]

    def picture(run: RunNetwork, case: Case) -> bytes | None:
        found = detect_case(recipe, run, case)
        most = max(found, key=lambda one: len(one.reference), default=None)
        return None if most is None else _picture(case, most, labels)

    return CaseScorer(rows, picture)


def detect_case(recipe: Recipe, run: RunNetwork, case: Case) -> list[SliceDetections]:
    """Gives what a detector finds on every slice of a case that was looked at for boxes.

    Args:
        recipe: Its preprocessing and ``interpretation.boxes``.
        run: The network.
        case: With boxes.
    """
    settings = BoxSettings.of(recipe.interpretation.get("boxes", {}))
    made = []
    for series in looked_at(recipe, case):
        told = detect_slices(run, series.load(), recipe.preprocessing, settings=settings)
        for at, found in enumerate(told):
            made.append(
                SliceDetections(
                    case.patient,
                    case.id,
                    series.stem,
                    at,
                    found,
                    tuple(b for b in case.reference.boxes[series.stem] if b.slice == at),
                )
            )
    return made


def looked_at(recipe: Recipe, case: Case) -> list[Series]:
    """Gives the series of a case that a recipe takes and someone looked at for boxes."""
    return [
        series
        for series in case.study.series
        if accepts(series, recipe.input) and series.stem in case.reference.boxes
    ]


def _rows(case: Case, one: SliceDetections, *, number: int, label: str) -> list[PredictionRow]:
    """Gives a row a found box and a missed one, or one row of an image without either."""
    found = [(item.box, item.scores[number]) for item in one.found if number in item.scores]
    drawn = [box for box in one.reference if label in box.labels]
    hard = [box.box for box in drawn if box.difficult]
    wanted = [box.box for box in drawn if not box.difficult]
    # A found box on one that is not sure counts neither way.
    found = [item for item in found if not _on_any(item[0], hard)]
    image = image_boxes(wanted, [box for box, _ in found], [score for _, score in found])
    matched = match([image], iou=MATCH_OVERLAP)
    rows = [
        _row(case, one, label, unit=f"box-{k}", reference=float(right), score=float(score))
        for k, (right, score) in enumerate(zip(matched.right, matched.scores, strict=True))
    ]
    missed = len(wanted) - int(matched.right.sum())
    rows += [
        _row(case, one, label, unit=f"missed-{k}", reference=1.0, score=None) for k in range(missed)
    ]
    return rows or [_row(case, one, label, unit="none", reference=float("nan"), score=None)]


def _on_any(box: tuple[float, float, float, float], others: Sequence[Sequence[float]]) -> bool:
    if not others:
        return False
    single = image_boxes(others, [box], [1.0])
    return bool(match([single], iou=MATCH_OVERLAP).right.any())


def _row(
    case: Case,
    one: SliceDetections,
    label: str,
    *,
    unit: str,
    reference: float,
    score: float | None,
) -> PredictionRow:
    return PredictionRow(
        patient=case.patient,
        study=case.id,
        series=f"{one.series}-{one.slice_index}" if one.slice_index else one.series,
        unit=unit,
        task=DETECTION_PREFIX + label,
        fold=-1,
        reference=reference,
        prediction=float("nan") if score is None else 1.0,
        probabilities=() if score is None else (round(score, 5),),
        covariates=dict(case.covariates),
    )


def _picture(case: Case, one: SliceDetections, labels: Sequence[str]) -> bytes:
    series = next(each for each in case.study.series if each.stem == one.series)
    drawn = tuple((b.box, True, " ".join(_short(x) for x in b.labels)) for b in one.reference)
    found = tuple(
        (item.box, False, " ".join(f"{_short(labels[k])} {v:.2f}" for k, v in shown.items()))
        for item in one.found
        if (shown := {k: v for k, v in item.scores.items() if v >= SHOWN_SCORE})
    )
    return example_png(
        ExamplePicture(
            image=np.asarray(series.load().array[one.slice_index]),
            boxes=(*drawn, *found),
            simulated=series.simulated,
        )
    )


def _short(label: str) -> str:
    """Gives the first letters of a label, which has no room on a picture."""
    return "".join(part[0] for part in label.split("-")) if "-" in label else label[:5]
