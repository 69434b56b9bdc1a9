"""Calibration and thresholds of a grading bundle, none fitted on what it is judged by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from condyle.bundle import Calibration
from condyle.evaluation.calibrators import Platt, Temperature, fit_platt, fit_temperature
from condyle.evaluation.thresholds import choose_threshold
from condyle.workflows.training.scored_discs import Scored

RULE: Literal["f1"] = "f1"
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
        platts: One a finding, fitted on all folds.
        thresholds: One a finding, chosen on all folds.
    """

    grade: Floats
    findings: Floats
    decisions: NDArray[np.bool_]
    temperature: Temperature
    platts: tuple[Platt, ...]
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
        grade[here] = temperature.apply(scored.grade_logits[here])
        for column, line in enumerate(platts):
            findings[here, column] = line.apply(scored.finding_logits[here, column])
        decisions[here] = findings[here] >= np.array(thresholds)
    temperature, platts, thresholds = _fit(scored, found)
    return Calibrated(grade, findings, decisions, temperature, platts, thresholds)


def _fit(
    scored: Scored, rows: NDArray[np.bool_]
) -> tuple[Temperature, tuple[Platt, ...], tuple[float, ...]]:
    graded = rows & (scored.discs.grade >= 0)
    temperature = fit_temperature(scored.grade_logits[graded], scored.discs.grade[graded])
    platts, thresholds = [], []
    for column in range(scored.finding_logits.shape[1]):
        truth = scored.discs.findings[:, column]
        known = rows & (truth >= 0)
        line = fit_platt(scored.finding_logits[known, column], truth[known].astype(int))
        platts.append(line)
        probabilities = line.apply(scored.finding_logits[known, column])
        chosen = choose_threshold(truth[known].astype(int), probabilities, rule=RULE)
        thresholds.append(round(chosen.value, 4))
    return temperature, tuple(platts), tuple(thresholds)


def calibrations(
    calibrated: Calibrated, *, grade: str, findings: Sequence[str]
) -> dict[str, Calibration]:
    """Gives the shipped calibration of each output."""
    made = {
        grade: Calibration(
            method="temperature",
            parameters={"temperature": round(calibrated.temperature.value, 5)},
            fitted_on=FITTED_ON,
        )
    }
    for name, line in zip(findings, calibrated.platts, strict=True):
        made[name] = Calibration(
            method="platt",
            parameters={"slope": round(line.slope, 5), "intercept": round(line.intercept, 5)},
            fitted_on=FITTED_ON,
        )
    return made
