"""An archive whose labels belong to nobody: a control that no recipe may pass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from condyle.domain.case import STUDY_UNIT, Case, LabelledBox, Reference

SHUFFLED_NOTE = "The labels were dealt at random among patients: what was learned means nothing."


def shuffled(cases: Sequence[Case], *, rng: np.random.Generator) -> tuple[Case, ...]:
    """Deals the references of patients to one another.

    Labels of studies and images go from one patient to another; the labels of boxes are dealt
    among all boxes, which stay where they are; a mask goes to an image of the same size. What
    is frequent stays as frequent, and nothing of it belongs to the image any more.

    Args:
        cases: Of an archive.
        rng: Deals.
    """
    givers = _givers(cases, rng)
    labels = [
        box.labels for case in cases for boxes in case.reference.boxes.values() for box in boxes
    ]
    dealt = iter([labels[at] for at in rng.permutation(len(labels))])
    masks = _dealt_masks(cases, rng)
    return tuple(
        replace(
            case,
            reference=Reference(
                masks={stem: masks[case.id, stem] for stem in case.reference.masks},
                grades=_grades(case, givers[case.patient]),
                boxes={
                    stem: tuple(_relabelled(box, next(dealt)) for box in boxes)
                    for stem, boxes in case.reference.boxes.items()
                },
            ),
        )
        for case in cases
    )


def _givers(cases: Sequence[Case], rng: np.random.Generator) -> dict[str, list[Case]]:
    """Gives each patient the cases of a patient whose labels they take."""
    owned: dict[str, list[Case]] = {}
    for case in cases:
        owned.setdefault(case.patient, []).append(case)
    patients = sorted(owned)
    order = rng.permutation(len(patients))
    return {patients[k]: owned[patients[int(order[k])]] for k in range(len(patients))}


def _grades(case: Case, giver: Sequence[Case]) -> Mapping[str, Mapping[str, int]]:
    """Gives a case the giver's labels: of the study as it is, of images in turn."""
    studies = [c.reference.grades[STUDY_UNIT] for c in giver if STUDY_UNIT in c.reference.grades]
    images = [
        grades
        for each in giver
        for unit, grades in each.reference.grades.items()
        if unit != STUDY_UNIT
    ]
    made: dict[str, Mapping[str, int]] = {}
    for number, (unit, own) in enumerate(case.reference.grades.items()):
        pool = studies if unit == STUDY_UNIT else images
        made[unit] = pool[number % len(pool)] if pool else own
    return made


def _dealt_masks(
    cases: Sequence[Case], rng: np.random.Generator
) -> dict[tuple[str, str], np.ndarray[tuple[int, ...], np.dtype[np.uint8]]]:
    by_shape: dict[tuple[int, ...], list[tuple[str, str]]] = {}
    drawn = {(c.id, stem): mask for c in cases for stem, mask in c.reference.masks.items()}
    for place, mask in drawn.items():
        by_shape.setdefault(mask.shape, []).append(place)
    dealt = {}
    for places in by_shape.values():
        order = rng.permutation(len(places))
        dealt.update({place: drawn[places[int(k)]] for place, k in zip(places, order, strict=True)})
    return dealt


def _relabelled(box: LabelledBox, labels: tuple[str, ...]) -> LabelledBox:
    return replace(box, labels=labels)
