"""The predictions table and the figures of an anatomy bundle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from condyle.bundle import EstimateRecord, Metric
from condyle.domain.case import Case
from condyle.evaluation.bootstrap import Resampling
from condyle.evaluation.overlap import CaseOverlap
from condyle.evaluation.predictions import PredictionRow
from condyle.evaluation.proportions import mean_by_patient

COUNT_TASK = "disc-count"

SLICES, VOLUMES = "slices, T2-SPACE", "volumes"
"""What one overlap is of: SPIDER's single slices, or whole series."""


def anatomy_row(
    case: Case, series: str, task: str, *, reference: float, prediction: float, fold: int
) -> PredictionRow:
    """Gives one row of an anatomy bundle's predictions table.

    Args:
        case: Whose.
        series: Stem of the series, which is the unit.
        task: ``"disc-count"``, or ``"dice-<structure>"`` with a reference of 1.
        reference: What is held to be true.
        prediction: What was found.
        fold: Fold whose network made it, or -1.
    """
    return PredictionRow(
        patient=case.patient,
        study=case.id,
        series=series,
        unit=series,
        task=task,
        fold=fold,
        reference=float(reference),
        prediction=float(prediction),
        covariates=dict(case.covariates),
    )


def anatomy_metrics(
    rows: Sequence[PredictionRow],
    overlaps: Mapping[str, Sequence[tuple[str, CaseOverlap]]],
    *,
    seed: int,
    of: str = SLICES,
) -> tuple[Metric, ...]:
    """Gives mean Dice by structure, and how often as many discs were found as were graded.

    Args:
        rows: The predictions table, of which the counts of discs are read.
        overlaps: Structure to (patient, overlap) of each masked series.
        seed: Of the bootstrap.
        of: What one overlap is of, in words.
    """
    made = [
        _dice(name, found, seed=seed, of=of)
        for name, found in overlaps.items()
        if any(not np.isnan(case.dice) for _, case in found)
    ]
    counts = [row for row in rows if row.task == COUNT_TASK]
    if counts:
        made.append(_same_count(counts, seed=seed))
    return tuple(made)


def _dice(name: str, found: Sequence[tuple[str, CaseOverlap]], *, seed: int, of: str) -> Metric:
    by_patient: dict[str, list[float]] = {}
    for patient, case in found:
        if not np.isnan(case.dice):
            by_patient.setdefault(patient, []).append(case.dice)
    patients = np.array(sorted(by_patient))
    values = np.array([float(np.mean(by_patient[patient])) for patient in patients])
    plan = Resampling(patients, np.random.default_rng(seed))
    return Metric(
        name="dice",
        estimate=EstimateRecord.of(mean_by_patient(values, plan, scale="share")),
        output=name,
        note=f"mean over patients of the mean over their {of}",
    )


def _same_count(counts: Sequence[PredictionRow], *, seed: int) -> Metric:
    same = np.array([float(row.reference == row.prediction) for row in counts])
    plan = Resampling(
        np.array([row.patient for row in counts]), np.random.default_rng(seed), unit="slice"
    )
    return Metric(
        name="disc-count-as-graded",
        estimate=EstimateRecord.of(mean_by_patient(same, plan, scale="share")),
        note=(
            "share of mid-sagittal slices with as many discs found as were graded; "
            "about a fifth of the patients were graded at more or fewer discs than are "
            "in view"
        ),
    )
