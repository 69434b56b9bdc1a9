"""What the rows of a table say of a case beside its answer: its covariates, and its plane."""

from __future__ import annotations

from collections.abc import Sequence

from condyle.domain.case import Case
from condyle.domain.study import Series
from condyle.evaluation.cohort import SEVERAL, Member, patient_values
from condyle.evaluation.predictions import PredictionRow

PLANE = "plane"
"""Covariate that names the plane of the series that a row judges."""


def covariates_on(case: Case, series: Sequence[Series]) -> dict[str, str]:
    """Gives the covariates of a case with the plane of what is judged, where that is known.

    Args:
        case: Whose; a plane that it states itself stands where its series state none.
        series: Those that are judged together; of several planes ``"several"`` is told.
    """
    planes = {one.plane.value for one in series} - {None}
    if not planes:
        return dict(case.covariates)
    (plane,) = planes if len(planes) == 1 else {SEVERAL}
    return {**case.covariates, PLANE: str(plane)}


def covariates_of_patients(rows: Sequence[PredictionRow]) -> dict[str, dict[str, str]]:
    """Gives the covariates of each patient from those of their rows.

    Where the rows of a patient differ, it is told as Table 1 has it: ``"several"``, and of
    numbers the least.

    Args:
        rows: Of any patients.
    """
    members = [Member(row.patient, row.study, "", row.covariates) for row in rows]
    told: dict[str, dict[str, str]] = {row.patient: {} for row in rows}
    for name in sorted({name for row in rows for name in row.covariates}):
        for patient, value in patient_values(members, name)[0].items():
            if value:
                told[patient][name] = value
    return told
