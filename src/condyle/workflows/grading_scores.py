"""Calibration, thresholds and figures of a grading bundle, none fitted on what it scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from condyle.bundle import (
    Calibration,
    CurvePoint,
    EstimateRecord,
    Metric,
    OperatingCurve,
)
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
from condyle.evaluation.calibrators import fit_platt, fit_temperature
from condyle.evaluation.operating import operating_points
from condyle.evaluation.ordinal import exact_agreement, weighted_kappa, within_one
from condyle.evaluation.predictions import PredictionRow
from condyle.evaluation.thresholds import choose_threshold
from condyle.workflows.train_grading import Scored

GRADES = (1, 2, 3, 4, 5)
RULE = "f1"
SHOWN_FROM_PPV = 0.5
FITTED_ON = (
    "out-of-fold logits of all folds; its figures are of calibrators fitted without the fold"
)

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Calibrated:
    """Probabilities and decisions whose calibration and threshold never saw their own fold.

    Attributes:
        grade: (disc, grade) probabilities.
        findings: (disc, finding) probabilities.
        decisions: (disc, finding) True where the probability reaches the fold's threshold.
        temperature: Fitted on all folds, for the shipped bundle.
        platts: (slope, intercept) a finding, fitted on all folds.
        thresholds: One a finding, chosen on all folds.
    """

    grade: Floats
    findings: Floats
    decisions: NDArray[np.bool_]
    temperature: float
    platts: tuple[tuple[float, float], ...]
    thresholds: tuple[float, ...]


def calibrate(scored: Scored) -> Calibrated:
    """Calibrates each fold by the others, and fits the shipped calibration on all."""
    grade = np.zeros_like(scored.grade_logits)
    findings = np.zeros_like(scored.finding_logits)
    decisions = np.zeros(findings.shape, dtype=bool)
    found = np.array([row.found for row in scored.rows])
    for fold in np.unique(scored.folds):
        here = scored.folds == fold
        temperature, platts, thresholds = _fit(scored, found & ~here)
        grade[here] = _soften(scored.grade_logits[here], temperature)
        findings[here] = _platt(scored.finding_logits[here], platts)
        decisions[here] = findings[here] >= np.array(thresholds)
    temperature, platts, thresholds = _fit(scored, found)
    return Calibrated(grade, findings, decisions, temperature, platts, thresholds)


def _fit(
    scored: Scored, rows: NDArray[np.bool_]
) -> tuple[float, tuple[tuple[float, float], ...], tuple[float, ...]]:
    graded = rows & (scored.discs.grade >= 0)
    temperature = fit_temperature(scored.grade_logits[graded], scored.discs.grade[graded]).value
    platts, thresholds = [], []
    for column in range(scored.finding_logits.shape[1]):
        truth = scored.discs.findings[:, column]
        known = rows & (truth >= 0)
        line = fit_platt(scored.finding_logits[known, column], truth[known].astype(int))
        platts.append((line.slope, line.intercept))
        probabilities = line.apply(scored.finding_logits[known, column])
        chosen = choose_threshold(truth[known].astype(int), probabilities, rule=RULE)
        thresholds.append(round(chosen.value, 4))
    return temperature, tuple(platts), tuple(thresholds)


def _soften(logits: Floats, temperature: float) -> Floats:
    scaled = logits / temperature
    powers = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def _platt(logits: Floats, platts: Sequence[tuple[float, float]]) -> Floats:
    slope, intercept = np.array(platts).T
    return np.asarray(1 / (1 + np.exp(-(logits * slope + intercept))))


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
    scored: Scored, calibrated: Calibrated, *, grade: str, findings: Sequence[str], seed: int
) -> tuple[Metric, ...]:
    """Gives the figures out of fold, discs that were not found counted as wrong."""
    plan = Resampling(scored.discs.patients, np.random.default_rng(seed), unit="disc")
    declined = abstentions(scored, grade=grade, findings=findings)
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


def operating_curves(
    scored: Scored, calibrated: Calibrated, *, findings: Sequence[str], seed: int
) -> dict[str, OperatingCurve]:
    """Gives each finding's operating curve over the discs that were found.

    The figures at the chosen threshold are those of the folds' own thresholds, chosen
    without the fold; at the other thresholds nothing was chosen.
    """
    declined = abstentions(scored, grade="", findings=findings)
    studies = len(np.unique(scored.discs.patients))
    curves = {}
    for column, name in enumerate(findings):
        label = scored.discs.findings[:, column]
        rows = ~declined[name] & (label >= 0)
        plan = Resampling(
            scored.discs.patients[rows], np.random.default_rng(seed + column), unit="disc"
        )
        truth = label[rows].astype(int)
        scores = calibrated.findings[rows, column]
        chosen = calibrated.thresholds[column]
        grid = sorted({0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9} - {chosen})
        points = {
            point.threshold: _point(
                point.threshold,
                (point.sensitivity, point.specificity, point.ppv, point.npv),
                float(((scores >= point.threshold) & (truth == 0)).sum()) / studies,
            )
            for point in operating_points(truth, scores, grid, plan)
        }
        called = calibrated.decisions[rows, column]
        figures = tuple(f(truth, called, plan) for f in (sensitivity, specificity, ppv, npv))
        points[chosen] = _point(chosen, figures, float((called & (truth == 0)).sum()) / studies)
        curves[name] = OperatingCurve(
            points=tuple(points[threshold] for threshold in sorted(points)),
            chosen=chosen,
            rule=(
                "greatest F1 out of fold; its figures are of thresholds chosen without the fold; "
                f"the decision is printed where the PPV is at least {SHOWN_FROM_PPV}"
            ),
            shown=bool(figures[2].value >= SHOWN_FROM_PPV),
        )
    return curves


def _point(threshold: float, figures: Sequence[Estimate], false_calls: float) -> CurvePoint:
    records = [EstimateRecord.of(figure) for figure in figures]
    return CurvePoint(
        threshold=threshold,
        sensitivity=records[0],
        specificity=records[1],
        ppv=records[2],
        npv=records[3],
        false_calls_per_study=round(false_calls, 4),
    )


def calibrations(
    calibrated: Calibrated, *, grade: str, findings: Sequence[str]
) -> dict[str, Calibration]:
    """Gives the shipped calibration of each output."""
    made = {
        grade: Calibration(
            method="temperature",
            parameters={"temperature": round(calibrated.temperature, 5)},
            fitted_on=FITTED_ON,
        )
    }
    for name, (slope, intercept) in zip(findings, calibrated.platts, strict=True):
        made[name] = Calibration(
            method="platt",
            parameters={"slope": round(slope, 5), "intercept": round(intercept, 5)},
            fitted_on=FITTED_ON,
        )
    return made
