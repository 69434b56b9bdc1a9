"""Overlap of two masks, a case at a time.

Where both masks are empty there is nothing to overlap: the case is undefined (NaN)
and counted apart. Where only one of them is empty the overlap is 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from condyle.domain.evaluation_report import CaseSpread
from condyle.errors import InputError
from condyle.evaluation.bootstrap import Resampling
from condyle.evaluation.cases import summarise_cases
from condyle.evaluation.inputs import as_mask


@dataclass(frozen=True)
class CaseOverlap:
    """Voxels of one structure in one case.

    Attributes:
        shared: Voxels in both masks.
        predicted: Voxels of the prediction.
        reference: Voxels of the reference.
    """

    shared: int
    predicted: int
    reference: int

    @property
    def dice(self) -> float:
        """2 shared / (predicted + reference); NaN where both are empty."""
        total = self.predicted + self.reference
        return 2.0 * self.shared / total if total else float("nan")

    @property
    def iou(self) -> float:
        """Shared over either; NaN where both are empty."""
        either = self.predicted + self.reference - self.shared
        return self.shared / either if either else float("nan")

    @property
    def sensitivity(self) -> float:
        """Share of the reference that is found; NaN where it is empty."""
        return self.shared / self.reference if self.reference else float("nan")

    @property
    def precision(self) -> float:
        """Share of the prediction that is right; NaN where it is empty."""
        return self.shared / self.predicted if self.predicted else float("nan")


@dataclass(frozen=True)
class OverlapSummary:
    """Overlap over cases.

    Attributes:
        spread: Over the cases in which it is defined; undefined where both masks are empty.
        missed: Cases with a reference and no prediction; they count as 0.
        imagined: Cases with a prediction and no reference; they count as 0.
    """

    spread: CaseSpread
    missed: int
    imagined: int


def overlap(predicted: ArrayLike, reference: ArrayLike) -> CaseOverlap:
    """Counts the voxels of two masks; non-zero is in the mask.

    Raises:
        InputError: The masks differ in shape, or hold NaN.
    """
    found, truth = as_mask(predicted, "predicted"), as_mask(reference, "reference")
    if found.shape != truth.shape:
        raise InputError(
            "Two masks cannot be compared.",
            found=f"a prediction of shape {found.shape} and a reference of {truth.shape}",
            needed="one shape",
            mend="bring the prediction back to the reference's own grid.",
        )
    return CaseOverlap(
        shared=int(np.count_nonzero(found & truth)),
        predicted=int(np.count_nonzero(found)),
        reference=int(np.count_nonzero(truth)),
    )


def dice_summary(cases: Sequence[CaseOverlap], resampling: Resampling) -> OverlapSummary:
    """Summarises Dice over cases; ``resampling.patients`` has one entry a case.

    Raises:
        InputError: There is no case, or not one patient a case.

    References:
        Dice, Ecology 1945, doi 10.2307/1932409.
    """
    return _summary(cases, [case.dice for case in cases], resampling)


def iou_summary(cases: Sequence[CaseOverlap], resampling: Resampling) -> OverlapSummary:
    """Summarises intersection over union over cases; see ``dice_summary``."""
    return _summary(cases, [case.iou for case in cases], resampling)


def _summary(
    cases: Sequence[CaseOverlap], values: Sequence[float], resampling: Resampling
) -> OverlapSummary:
    return OverlapSummary(
        spread=summarise_cases(values, resampling, scale="share"),
        missed=sum(1 for case in cases if case.reference and not case.predicted),
        imagined=sum(1 for case in cases if case.predicted and not case.reference),
    )
