"""From rows of slices or images to rows of patients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import numpy as np

from condyle.evaluation.predictions import PredictionRow
from condyle.workflows.training.row_covariates import covariates_of_patients

BY_PATIENT = "-by-patient"
"""Ends the name of a task whose rows are patients."""


def patient_rows(
    rows: Sequence[PredictionRow], *, threshold: float, how: Literal["mean", "greatest"]
) -> list[PredictionRow]:
    """Gives one row a patient and fold for each task that states probabilities.

    A patient shows a finding where any of their rows does; of a scale the greatest grade
    counts. What was abstained takes no part. A covariate in which the rows of a patient
    differ, such as the plane, is told as Table 1 has it.

    Args:
        rows: Of slices, images or studies; other tasks than those of classes are left out.
        threshold: Least probability of a finding that is called.
        how: Whether the mean or the greatest probability of a patient's rows is theirs.
    """
    groups: dict[tuple[str, str, int], list[PredictionRow]] = {}
    for row in rows:
        if row.probabilities and not row.abstained and not row.task.startswith("detect-"):
            groups.setdefault((row.task, row.patient, row.fold), []).append(row)
    covariates = covariates_of_patients(rows)
    made = []
    for members in groups.values():
        told = np.array([row.probabilities for row in members])
        mine = told.mean(axis=0) if how == "mean" else told.max(axis=0)
        binary = len(mine) == 1
        known = [row.reference for row in members if row.reference == row.reference]
        made.append(
            replace(
                members[0],
                study=min(row.study for row in members),
                series="",
                unit="patient",
                task=members[0].task + BY_PATIENT,
                reference=max(known) if known else float("nan"),
                prediction=float(mine[0] >= threshold if binary else mine.argmax()),
                probabilities=tuple(round(float(p), 5) for p in mine),
                covariates=covariates[members[0].patient],
            )
        )
    return made
