"""Discs that a grading network has scored, and which disc of which case each one is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from condyle.domain.case import Case
from condyle.training.graded_discs import GradedDiscs


@dataclass(frozen=True)
class DiscRow:
    """Which disc a row of ``GradedDiscs`` is.

    Attributes:
        case: Its case.
        unit: ``"disc-<index from caudal>"``.
        found: False where the disc was graded but the anatomy bundle did not find it.
    """

    case: Case
    unit: str
    found: bool


@dataclass(frozen=True)
class Scored:
    """Discs scored by the network of the fold that never saw their patient.

    Attributes:
        rows: Which disc each row is.
        folds: (disc,) fold that scored it.
        discs: Their references.
        grade_logits: (disc, grade).
        finding_logits: (disc, finding).
    """

    rows: tuple[DiscRow, ...]
    folds: NDArray[np.int64]
    discs: GradedDiscs
    grade_logits: NDArray[np.float64]
    finding_logits: NDArray[np.float64]
