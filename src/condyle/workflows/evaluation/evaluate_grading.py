"""Evaluating a grading bundle: every graded disc against what a report says of it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from condyle.bundle import Bundle, Metric
from condyle.domain.case import Case
from condyle.domain.findings import Finding
from condyle.domain.report import Report, SliceView
from condyle.evaluation.predictions import PredictionRow
from condyle.workflows.read_study import LoadedBundles, read_opened
from condyle.workflows.training.grading_scores import GRADES, AnsweredDiscs, metrics

SEED = 2026


@dataclass(frozen=True)
class _Disc:
    """A graded disc and what the report says of it, by name; nothing where it was not found."""

    patient: str
    grades: dict[str, int]
    findings: dict[str, Finding]


class GradingEvaluation:
    """Reads cases with a grading bundle and keeps what its figures are made from.

    Args:
        anatomy: The anatomy bundle that it requires.
        grading: The grading bundle.
    """

    def __init__(self, anatomy: Bundle, grading: Bundle) -> None:
        self._bundles = LoadedBundles(anatomy, grading)
        tasks = grading.manifest.tasks
        self._grade = next(o.name for task in tasks if task.kind == "grade" for o in task.outputs)
        self._names = tuple(
            output.name for task in tasks if task.kind == "classify" for output in task.outputs
        )
        self._discs: list[_Disc] = []

    def read(self, case: Case) -> tuple[list[PredictionRow], SliceView | None]:
        """Reads a case as one study; a disc that was not found is abstained."""
        report = read_opened(case.study, self._bundles)
        rows = []
        for unit, grades in sorted(case.reference.grades.items(), key=lambda item: _index(item[0])):
            findings = {
                finding.name: finding
                for finding in report.findings
                if finding.site.index_from_caudal == _index(unit)
            }
            self._discs.append(_Disc(case.patient, dict(grades), findings))
            for name in (self._grade, *self._names):
                rows.append(_row(case, unit, name, findings.get(name)))
        return rows, _best_view(report)

    def measure(self, patients: frozenset[str]) -> tuple[Metric, ...]:
        """Gives the figures over the discs read so far of these patients."""
        discs = [disc for disc in self._discs if disc.patient in patients]
        return metrics(self._answered(discs), grade=self._grade, findings=self._names, seed=SEED)

    def _answered(self, discs: list[_Disc]) -> AnsweredDiscs:
        even = tuple(1.0 / len(GRADES) for _ in GRADES)
        probabilities = []
        for disc in discs:
            graded = disc.findings.get(self._grade)
            probabilities.append((graded and graded.probabilities) or even)
        declined = {
            name: np.array([_declined(disc.findings.get(name)) for disc in discs])
            for name in (self._grade, *self._names)
        }
        table = [[disc.findings.get(name) for name in self._names] for disc in discs]
        return AnsweredDiscs(
            patients=np.array([disc.patient for disc in discs]),
            grade=np.array([disc.grades.get(self._grade, 0) - 1 for disc in discs]),
            findings=np.array([[d.grades.get(n, -1) for n in self._names] for d in discs]),
            grade_probabilities=np.array(probabilities, dtype=np.float64),
            finding_probabilities=np.array([[_probability(f) for f in row] for row in table]),
            decisions=np.array([[_decision(finding) == 1.0 for finding in row] for row in table]),
            declined=declined,
        )


def _row(case: Case, unit: str, name: str, finding: Finding | None) -> PredictionRow:
    probabilities: tuple[float, ...] = ()
    if finding is not None and finding.probability is not None:
        probabilities = finding.probabilities or (finding.probability,)
    return PredictionRow(
        patient=case.patient,
        study=case.id,
        series="",
        unit=unit,
        task=name,
        fold=-1,
        reference=float(case.reference.grades[unit].get(name, math.nan)),
        prediction=_decision(finding),
        probabilities=probabilities,
        abstained=_declined(finding),
        covariates=dict(case.covariates),
    )


def _decision(finding: Finding | None) -> float:
    """Gives the grade or the decision, as probability says where none is printed, else NaN."""
    if finding is None or finding.probability is None:
        return math.nan
    if finding.probabilities is not None:
        return float(np.argmax(finding.probabilities) + 1)
    if finding.value is not None:
        return float(finding.value)
    return float(finding.threshold is not None and finding.probability >= finding.threshold)


def _declined(finding: Finding | None) -> bool:
    return finding is None or finding.abstained


def _probability(finding: Finding | None) -> float:
    return 0.0 if finding is None or finding.probability is None else finding.probability


def _index(unit: str) -> int:
    return int(unit.rsplit("-", 1)[1])


def _best_view(report: Report) -> SliceView | None:
    """Gives the picture with most discs, of several the last, which is T2 beside T1."""
    ranked = sorted(report.views, key=lambda view: len(view.labels))
    return ranked[-1] if ranked else None
