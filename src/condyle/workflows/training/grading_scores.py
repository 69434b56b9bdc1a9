"""The predictions table and the figures of a grading bundle, abstentions counted as wrong."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from condyle.bundle import EstimateRecord, Metric
from condyle.domain.estimate import Estimate
from condyle.domain.findings import middle_grade
from condyle.evaluation.abstention import (
    coverage,
    farthest_grades,
    worst_scores,
    wrong_decisions,
)
from condyle.evaluation.binary import npv, ppv, roc_auc, sensitivity, specificity
from condyle.evaluation.bootstrap import Resampling
from condyle.evaluation.calibration import calibration_error, confidence_error
from condyle.evaluation.ordinal import exact_agreement, weighted_kappa, within_one
from condyle.evaluation.predictions import PredictionRow
from condyle.interpretation.contrasts import missing_contrast
from condyle.interpretation.crops import shown_contrasts
from condyle.workflows.training.grading_calibration import Calibrated
from condyle.workflows.training.scored_discs import Scored

GRADES = (1, 2, 3, 4, 5)

ALL_NOTE = "every graded disc, abstained ones counted as wrong"
ANSWERED_NOTE = "discs that were answered"
COVERAGE_NOTE = "share of graded discs answered"


@dataclass(frozen=True)
class AnsweredDiscs:
    """Discs with their references, and what a grading bundle said of them.

    Attributes:
        patients: Patient of each disc.
        grade: (disc,) reference grade from 0, or -1 where unknown.
        findings: (disc, finding) reference, 1 or 0, or -1 where unknown.
        grade_probabilities: (disc, grade).
        finding_probabilities: (disc, finding).
        decisions: (disc, finding) True where a finding is called.
        declined: By name of the grade or finding, (disc,) True where it was abstained.
    """

    patients: NDArray[np.str_]
    grade: NDArray[np.int64]
    findings: NDArray[np.float32]
    grade_probabilities: NDArray[np.float64]
    finding_probabilities: NDArray[np.float64]
    decisions: NDArray[np.bool_]
    declined: Mapping[str, NDArray[np.bool_]]


def abstentions(scored: Scored, names: Sequence[str]) -> dict[str, NDArray[np.bool_]]:
    """Gives, by finding, the discs on which reading a study would abstain.

    A disc that was not found has no findings, and some findings need a contrast.
    """
    lost = np.array([not row.found for row in scored.rows])
    shown = [shown_contrasts(facts) for facts in scored.discs.facts]
    return {
        name: lost | np.array([missing_contrast(name, there) is not None for there in shown])
        for name in names
    }


def prediction_rows(
    scored: Scored, calibrated: Calibrated, *, grade: str, findings: Sequence[str]
) -> list[PredictionRow]:
    """Gives the predictions table: one row a graded disc and finding."""
    rows = []
    declined = abstentions(scored, (grade, *findings))
    for position, row in enumerate(scored.rows):
        probabilities = calibrated.grade[position]
        graded = PredictionRow(
            patient=row.case.patient,
            study=row.case.id,
            series="",
            unit=row.unit,
            fold=int(scored.folds[position]),
            covariates=dict(row.case.covariates),
            task=grade,
            abstained=bool(declined[grade][position]),
            reference=_known(scored.discs.grade[position]) + 1,
            prediction=float(middle_grade(probabilities.tolist())),
            probabilities=tuple(round(float(p), 5) for p in probabilities),
        )
        rows.append(graded)
        for column, name in enumerate(findings):
            rows.append(
                replace(
                    graded,
                    task=name,
                    abstained=bool(declined[name][position]),
                    reference=_known(scored.discs.findings[position, column]),
                    prediction=float(calibrated.decisions[position, column]),
                    probabilities=(round(float(calibrated.findings[position, column]), 5),),
                )
            )
    return rows


def _known(reference: float) -> float:
    return float(reference) if reference >= 0 else math.nan


def answered_discs(
    scored: Scored, calibrated: Calibrated, *, grade: str, findings: Sequence[str]
) -> AnsweredDiscs:
    """Gives what the folds' networks said of the discs that they never saw."""
    return AnsweredDiscs(
        patients=scored.discs.patients,
        grade=scored.discs.grade,
        findings=scored.discs.findings,
        grade_probabilities=calibrated.grade,
        finding_probabilities=calibrated.findings,
        decisions=calibrated.decisions,
        declined=abstentions(scored, (grade, *findings)),
    )


def metrics(
    discs: AnsweredDiscs, *, grade: str, findings: Sequence[str], seed: int
) -> tuple[Metric, ...]:
    """Gives the figures, discs that were declined counted as wrong.

    Args:
        discs: What was said of each disc, and what it is.
        grade: Name of the grade.
        findings: Names of the findings, in the order of the columns.
        seed: Of the bootstrap.
    """
    plan = Resampling(discs.patients, np.random.default_rng(seed), unit="disc")
    made = _grade_metrics(discs, plan=plan, name=grade)
    for column, name in enumerate(findings):
        made += _finding_metrics(discs, plan=plan, column=column, name=name)
    return tuple(made)


def _grade_metrics(discs: AnsweredDiscs, *, plan: Resampling, name: str) -> list[Metric]:
    rows = discs.grade >= 0
    if not rows.any():
        return []
    declined = discs.declined[name]
    truth = discs.grade[rows] + 1
    predicted = np.array([middle_grade(one) for one in discs.grade_probabilities[rows].tolist()])
    here, lost = plan.of(rows), declined[rows]
    counted = farthest_grades(truth, predicted, lost, grades=GRADES)
    given = rows & ~declined
    exact = exact_agreement(truth, counted, here, grades=GRADES)
    near = within_one(truth, counted, here, grades=GRADES)
    kappa = weighted_kappa(truth, counted, here, grades=GRADES)
    made = [
        _metric("coverage", coverage(lost, here), name, note=COVERAGE_NOTE),
        _metric("exact", exact, name, note=ALL_NOTE),
        _metric("within-one", near, name, note=ALL_NOTE),
        _metric("quadratic-kappa", kappa, name, note=ALL_NOTE),
    ]
    if not given.any():
        return made
    truth, predicted, here = truth[~lost], predicted[~lost], plan.of(given)
    exact = exact_agreement(truth, predicted, here, grades=GRADES)
    kappa = weighted_kappa(truth, predicted, here, grades=GRADES)
    error = confidence_error(truth - 1, discs.grade_probabilities[given], here)
    return [
        *made,
        _metric("exact-answered", exact, name, note=ANSWERED_NOTE),
        _metric("quadratic-kappa-answered", kappa, name, note=ANSWERED_NOTE),
        _metric(
            "calibration-error", error, name, note=f"of the most probable grade; {ANSWERED_NOTE}"
        ),
    ]


def _finding_metrics(
    discs: AnsweredDiscs, *, plan: Resampling, column: int, name: str
) -> list[Metric]:
    label, declined = discs.findings[:, column], discs.declined[name]
    rows = label >= 0
    if not rows.any():
        return []
    here, truth, lost = plan.of(rows), label[rows].astype(int), declined[rows]
    score = worst_scores(truth, discs.finding_probabilities[rows, column], lost)
    called = wrong_decisions(truth, discs.decisions[rows, column], lost)
    made = [
        _metric("coverage", coverage(lost, here), name, note=COVERAGE_NOTE),
        _metric("auc", roc_auc(truth, score, here), name, note=ALL_NOTE),
        _metric("sensitivity", sensitivity(truth, called, here), name, note=ALL_NOTE),
        _metric("specificity", specificity(truth, called, here), name, note=ALL_NOTE),
        _metric("ppv", ppv(truth, called, here), name, note=ALL_NOTE),
        _metric("npv", npv(truth, called, here), name, note=ALL_NOTE),
    ]
    given = rows & ~declined
    if not given.any():
        return made
    answered, answers = plan.of(given), label[given].astype(int)
    scores = discs.finding_probabilities[given, column]
    return [
        *made,
        _metric("auc-answered", roc_auc(answers, scores, answered), name),
        _metric("calibration-error", calibration_error(answers, scores, answered), name),
    ]


def _metric(name: str, estimate: Estimate, output: str | None = None, *, note: str = "") -> Metric:
    return Metric(name=name, estimate=EstimateRecord.of(estimate), output=output, note=note)
