"""The predictions table and the figures of a grading bundle, abstentions counted as wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from condyle.bundle import EstimateRecord, Metric
from condyle.domain.estimate import Estimate
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
from condyle.workflows.grading_calibration import Calibrated
from condyle.workflows.scored_discs import Scored

GRADES = (1, 2, 3, 4, 5)


def abstentions(
    scored: Scored, *, grade: str, findings: Sequence[str]
) -> dict[str, NDArray[np.bool_]]:
    """Gives, by finding, the discs on which reading a study would abstain.

    A disc that was not found has no findings; the grade needs T2, Modic change T1 and T2.
    """
    lost = np.array([not row.found for row in scored.rows])
    t1, t2 = scored.discs.facts[:, 6] > 0, scored.discs.facts[:, 7] > 0
    made = {name: lost.copy() for name in (grade, *findings)}
    made[grade] |= ~t2
    if "modic-change" in made:
        made["modic-change"] |= ~(t1 & t2)
    return made


def prediction_rows(
    scored: Scored, calibrated: Calibrated, *, grade: str, findings: Sequence[str]
) -> list[PredictionRow]:
    """Gives the predictions table: one row a graded disc and finding."""
    rows = []
    declined = abstentions(scored, grade=grade, findings=findings)
    for position, row in enumerate(scored.rows):
        probabilities = calibrated.grade[position]
        shared = {
            "patient": row.case.patient,
            "study": row.case.id,
            "series": "",
            "unit": row.unit,
            "fold": int(scored.folds[position]),
            "covariates": dict(row.case.covariates),
        }
        rows.append(
            PredictionRow(
                task=grade,
                abstained=bool(declined[grade][position]),
                reference=float(scored.discs.grade[position] + 1),
                prediction=float(probabilities.argmax() + 1),
                probabilities=tuple(round(float(p), 5) for p in probabilities),
                **shared,  # type: ignore[arg-type]
            )
        )
        for column, name in enumerate(findings):
            rows.append(
                PredictionRow(
                    task=name,
                    abstained=bool(declined[name][position]),
                    reference=float(scored.discs.findings[position, column]),
                    prediction=float(calibrated.decisions[position, column]),
                    probabilities=(round(float(calibrated.findings[position, column]), 5),),
                    **shared,  # type: ignore[arg-type]
                )
            )
    return rows


def metrics(
    scored: Scored,
    calibrated: Calibrated,
    *,
    grade: str,
    findings: Sequence[str],
    declined: Mapping[str, NDArray[np.bool_]],
    seed: int,
) -> tuple[Metric, ...]:
    """Gives the figures, discs that were not found counted as wrong.

    Args:
        scored: The discs with their references.
        calibrated: What was said of them.
        grade: Name of the grade.
        findings: Names of the findings, in the order of the columns.
        declined: By name, the discs on which it was abstained; see ``abstentions``.
        seed: Of the bootstrap.
    """
    plan = Resampling(scored.discs.patients, np.random.default_rng(seed), unit="disc")
    made = _grade_metrics(scored, calibrated, declined[grade], plan=plan, name=grade)
    for column, name in enumerate(findings):
        made += _finding_metrics(
            scored, calibrated, declined[name], plan=plan, column=column, name=name
        )
    return tuple(made)


def _grade_metrics(
    scored: Scored,
    calibrated: Calibrated,
    declined: NDArray[np.bool_],
    *,
    plan: Resampling,
    name: str,
) -> list[Metric]:
    rows = scored.discs.grade >= 0
    truth = scored.discs.grade[rows] + 1
    predicted = calibrated.grade[rows].argmax(axis=1) + 1
    here, lost = plan.of(rows), declined[rows]
    counted = farthest_grades(truth, predicted, lost, grades=GRADES)
    given = rows & ~declined
    note = "every graded disc, abstained ones counted as wrong"
    made = [
        _metric("coverage", coverage(lost, here), name, note="share of graded discs answered"),
        _metric("exact", exact_agreement(truth, counted, here, grades=GRADES), name, note=note),
        _metric("within-one", within_one(truth, counted, here, grades=GRADES), name, note=note),
        _metric(
            "quadratic-kappa", weighted_kappa(truth, counted, here, grades=GRADES), name, note=note
        ),
    ]
    truth, predicted = truth[~lost], predicted[~lost]
    here = plan.of(given)
    note = "discs that were answered"
    made += [
        _metric(
            "exact-answered",
            exact_agreement(truth, predicted, here, grades=GRADES),
            name,
            note=note,
        ),
        _metric(
            "quadratic-kappa-answered",
            weighted_kappa(truth, predicted, here, grades=GRADES),
            name,
            note=note,
        ),
        _metric(
            "calibration-error",
            confidence_error(truth - 1, calibrated.grade[given], here),
            name,
            note=f"of the grade given; {note}",
        ),
    ]
    return made


def _finding_metrics(
    scored: Scored,
    calibrated: Calibrated,
    declined: NDArray[np.bool_],
    *,
    plan: Resampling,
    column: int,
    name: str,
) -> list[Metric]:
    label = scored.discs.findings[:, column]
    rows = label >= 0
    here, truth, lost = plan.of(rows), label[rows].astype(int), declined[rows]
    score = worst_scores(truth, calibrated.findings[rows, column], lost)
    called = wrong_decisions(truth, calibrated.decisions[rows, column], lost)
    given = rows & ~declined
    answered, answers = plan.of(given), label[given].astype(int)
    scores = calibrated.findings[given, column]
    note = "every graded disc, abstained ones counted as wrong"
    return [
        _metric("coverage", coverage(lost, here), name, note="share of graded discs answered"),
        _metric("auc", roc_auc(truth, score, here), name, note=note),
        _metric("sensitivity", sensitivity(truth, called, here), name, note=note),
        _metric("specificity", specificity(truth, called, here), name, note=note),
        _metric("ppv", ppv(truth, called, here), name, note=note),
        _metric("npv", npv(truth, called, here), name, note=note),
        _metric("auc-answered", roc_auc(answers, scores, answered), name),
        _metric("calibration-error", calibration_error(answers, scores, answered), name),
    ]


def _metric(name: str, estimate: Estimate, output: str | None = None, *, note: str = "") -> Metric:
    return Metric(name=name, estimate=EstimateRecord.of(estimate), output=output, note=note)
