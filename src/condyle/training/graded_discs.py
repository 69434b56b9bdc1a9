"""Discs with their grades, as a grading network learns from them; numpy alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

UNKNOWN_LABEL = -1
"""Stands for a grade or a finding that is not known."""


@dataclass(frozen=True)
class GradedDiscs:
    """Discs with their grades, as arrays over discs.

    Attributes:
        patients: Patient of each disc.
        crops: (disc, channel, row, column) float16.
        facts: (disc, fact) float32.
        grade: (disc,) grade of the scale from 0, or -1 where unknown.
        findings: (disc, finding) 1, 0, or -1 where unknown.
    """

    patients: NDArray[np.str_]
    crops: NDArray[np.float16]
    facts: NDArray[np.float32]
    grade: NDArray[np.int64]
    findings: NDArray[np.float32]

    def where(self, rows: NDArray[np.bool_]) -> GradedDiscs:
        """Gives the discs of the rows that are true."""
        return GradedDiscs(
            self.patients[rows],
            self.crops[rows],
            self.facts[rows],
            self.grade[rows],
            self.findings[rows],
        )
