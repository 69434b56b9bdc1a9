"""How well annotators agree, by label: IoU of boxes, Dice of areas, kappa of answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Literal

import numpy as np

from condyle.datasets.consensus import matches_of, overlap_of
from condyle.domain.estimate import Estimate
from condyle.errors import InputError
from condyle.evaluation.agreement import fleiss_kappa
from condyle.evaluation.bootstrap import Resampling
from condyle.evaluation.proportions import mean_by_patient
from condyle.workflows.clinic.annotation.drawn import (
    Reading,
    Rings,
    boxes_of,
    frame_of,
    mask_of,
    window_of,
)

Measure = Literal["iou", "matched", "dice", "kappa"]
OVERLAP = 0.5
"""Least intersection over union at which two annotators' boxes are one."""

FEWEST_PATIENTS = 10
"""Patients from which an interval is given: with fewer, it says next to nothing."""

_SEED = 20


@dataclass(frozen=True)
class AgreementFigure:
    """One figure of agreement.

    Attributes:
        label: Key of the label.
        measure: ``"iou"`` of boxes that several drew, ``"matched"`` the share of boxes that
            another drew too, ``"dice"`` of areas, ``"kappa"`` (Fleiss') of answers.
        estimate: With its interval by patient; ``None`` where nothing of the kind was drawn.
        cases: How many cases it is of.
        patients: How many patients what was compared is of.
    """

    label: str
    measure: Measure
    estimate: Estimate | None
    cases: int
    patients: int

    @property
    def too_few(self) -> bool:
        """Whether there are too few patients for an interval."""
        return self.patients < FEWEST_PATIENTS


def agreement(
    labels: Sequence[Mapping[str, Any]], readings: Sequence[Reading]
) -> list[AgreementFigure]:
    """Gives how well annotators agree over the cases that at least two of them finished.

    Args:
        labels: Of the list.
        readings: Those that are finished, one a case and annotator.
    """
    cases: dict[int, list[Reading]] = {}
    for reading in readings:
        cases.setdefault(reading.case, []).append(reading)
    several = [read for read in cases.values() if len(read) > 1]
    found: list[AgreementFigure] = []
    for label in labels:
        measure = {"box": _boxes, "mask": _areas, "case": _answers}[label["kind"]]
        found += measure(label, several)
    return found


def _boxes(label: Mapping[str, Any], several: Sequence[Sequence[Reading]]) -> list[AgreementFigure]:
    key = label["key"]
    overlaps: list[tuple[float, str]] = []
    matched: list[tuple[float, str]] = []
    for read in several:
        marks = [mark for reading in read for mark in reading.of(key)]
        at = {
            frame: number for number, frame in enumerate(sorted({frame_of(mark) for mark in marks}))
        }
        drawn = [boxes_of(reading.of(key), at) for reading in read]
        for match in matches_of(drawn, overlap=OVERLAP):
            boxes = list(match.values())
            patient = read[0].patient
            matched += [(float(len(boxes) > 1), patient)] * len(boxes)
            overlaps += [(overlap_of(a.box, b.box), patient) for a, b in combinations(boxes, 2)]
    return [
        _of_values(key, "iou", overlaps, "box-pair", cases=len(several)),
        _of_values(key, "matched", matched, "box", cases=len(several)),
    ]


def _areas(label: Mapping[str, Any], several: Sequence[Sequence[Reading]]) -> list[AgreementFigure]:
    values = []
    for read in several:
        for one, other in combinations(read, 2):
            value = dice_of(one.areas(label["key"]), other.areas(label["key"]))
            if value is not None:
                values.append((value, read[0].patient))
    return [_of_values(label["key"], "dice", values, "reading-pair", cases=len(several))]


def dice_of(one: Mapping[Any, Rings], other: Mapping[Any, Rings]) -> float | None:
    """Gives the Dice coefficient of two people's areas over all frames of a case.

    Returns:
        0 to 1; ``None`` where neither drew anything: that they agree in is no overlap.
    """
    shared = total = 0
    for frame in {**one, **other}:
        rings = [areas.get(frame, ()) for areas in (one, other)]
        window = window_of(rings)
        first, second = (mask_of(each, window) for each in rings)
        shared += int((first & second).sum())
        total += int(first.sum()) + int(second.sum())
    return 2.0 * shared / total if total else None


def _answers(
    label: Mapping[str, Any], several: Sequence[Sequence[Reading]]
) -> list[AgreementFigure]:
    key, answers = label["key"], list(label["answers"])
    readers = sorted({reading.reader for read in several for reading in read})
    table = np.full((len(several), max(len(readers), 2)), np.nan)
    for row, read in enumerate(several):
        for reading in read:
            answer = reading.answer(key)
            if answer in answers:
                table[row, readers.index(reading.reader)] = answers.index(answer)
    rated = (~np.isnan(table)).sum(axis=1) > 1
    patients = [read[0].patient for read, kept in zip(several, rated, strict=True) if kept]
    estimate = None
    if patients:
        plan = Resampling(patients, np.random.default_rng(_SEED), unit="case")
        try:
            estimate = fleiss_kappa(table[rated], plan, categories=range(len(answers)))
        except InputError:
            estimate = None
    return [AgreementFigure(key, "kappa", estimate, len(patients), len(set(patients)))]


def _of_values(
    key: str, measure: Measure, values: Sequence[tuple[float, str]], unit: str, *, cases: int
) -> AgreementFigure:
    of = [patient for _, patient in values]
    estimate = None
    if values:
        plan = Resampling(of, np.random.default_rng(_SEED), unit=unit)
        estimate = mean_by_patient([value for value, _ in values], plan, scale="share")
    return AgreementFigure(key, measure, estimate, cases, len(set(of)))
