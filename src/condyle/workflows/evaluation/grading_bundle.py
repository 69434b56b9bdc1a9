"""What a grading bundle says of a case: every graded disc against what the report says of it."""

from __future__ import annotations

import math

from condyle.bundle import Bundle
from condyle.domain.case import Case
from condyle.domain.findings import Finding, middle_grade
from condyle.domain.report import Report, SliceView
from condyle.evaluation.predictions import PredictionRow
from condyle.workflows.evaluation.anatomy_bundle import CaseReader, case_picture
from condyle.workflows.read_study import LoadedBundles, read_opened


def grading_reader(anatomy: Bundle, grading: Bundle) -> CaseReader:
    """Gives what reads a case as one study; a disc that was not found is abstained.

    Args:
        anatomy: The anatomy bundle that the grading bundle requires.
        grading: The grading bundle.
    """
    bundles = LoadedBundles(anatomy, grading)
    names = [
        output.name
        for kind in ("grade", "classify")
        for task in grading.manifest.tasks
        if task.kind == kind
        for output in task.outputs
    ]

    def read(case: Case) -> tuple[list[PredictionRow], bytes | None]:
        report = read_opened(case.study, bundles)
        found = {(each.site.index_from_caudal, each.name): each for each in report.findings}
        rows = [
            _row(case, unit, name, found.get((_index(unit), name)))
            for unit in sorted(case.reference.grades, key=_index)
            for name in names
        ]
        return rows, case_picture(case, _best_view(report))

    return read


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
        abstained=finding is None or finding.abstained,
        covariates=dict(case.covariates),
    )


def _decision(finding: Finding | None) -> float:
    """Gives the grade or the decision, as probability says where none is printed, else NaN."""
    if finding is None or finding.probability is None:
        return math.nan
    if finding.probabilities is not None:
        return float(middle_grade(finding.probabilities))
    if finding.value is not None:
        return float(finding.value)
    return float(finding.threshold is not None and finding.probability >= finding.threshold)


def _index(unit: str) -> int:
    return int(unit.rsplit("-", 1)[1])


def _best_view(report: Report) -> SliceView | None:
    """Gives the picture with most discs, of several the last, which is T2 beside T1."""
    ranked = sorted(report.views, key=lambda view: len(view.labels))
    return ranked[-1] if ranked else None
