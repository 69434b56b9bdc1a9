"""Boxes judged by level or by patient: whether a unit is called, wherever the box lies in it."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from condyle.errors import InputError
from condyle.evaluation.detection import ImageBoxes
from condyle.evaluation.inputs import BoolArray, FloatArray, as_scores, same_length


@dataclass(frozen=True, eq=False)
class UnitScores:
    """One row a unit, for the figures of ``binary`` and ``classification``.

    Attributes:
        reference: True where the unit has a reference box.
        scores: Best score of the boxes found in the unit; minus infinity without one.
    """

    reference: BoolArray
    scores: FloatArray


def scores_of_units(
    units: Sequence[Hashable],
    *,
    with_reference: Sequence[Hashable],
    found_in: Sequence[Hashable],
    scores: ArrayLike,
) -> UnitScores:
    """Gives what was found in each unit, such as a level of a patient.

    Args:
        units: Every unit that was looked at, once each, such as ``("p7", "L4-L5")``.
        with_reference: Unit of each reference box.
        found_in: Unit of each found box.
        scores: Score of each found box.

    Raises:
        InputError: A unit stands twice, a box lies in a unit that is not listed, or a
            score is missing or NaN.
    """
    place = {unit: at for at, unit in enumerate(units)}
    unknown = sum(unit not in place for unit in (*with_reference, *found_in))
    if not units or len(place) != len(units) or unknown:
        raise InputError(
            "Boxes cannot be judged by unit.",
            found=f"{len(units)} units, {len(place)} different, {unknown} boxes in none of them",
            needed="every unit once, and every box in one of them",
            mend="list the levels or patients that were looked at.",
        )
    reference, best = np.zeros(len(units), dtype=bool), np.full(len(units), -np.inf)
    reference[[place[unit] for unit in with_reference]] = True
    if len(found_in) or np.size(scores):
        numbers = as_scores(scores)
        same_length(found_in=np.arange(len(found_in)), scores=numbers)
        np.maximum.at(best, [place[unit] for unit in found_in], numbers)
    return UnitScores(reference, best)


def scores_of_patients(images: Sequence[ImageBoxes], patients: Sequence[str]) -> UnitScores:
    """Gives what was found in each patient, by the patients' names in order.

    Args:
        images: Boxes of one class, an image each.
        patients: Patient of each image.

    Raises:
        InputError: There is not one patient an image.
    """
    same_length(images=np.arange(len(images)), patients=patients)
    return scores_of_units(
        sorted(set(patients)),
        with_reference=[
            name for name, image in zip(patients, images, strict=True) for _ in image.reference
        ],
        found_in=[name for name, image in zip(patients, images, strict=True) for _ in image.scores],
        scores=np.concatenate([image.scores for image in images]),
    )
