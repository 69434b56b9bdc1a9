"""Operating curves of a grading bundle, over the discs that were answered."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from condyle.bundle import CurvePoint, EstimateRecord, OperatingCurve
from condyle.domain.estimate import Estimate
from condyle.evaluation.binary import npv, ppv, sensitivity, specificity
from condyle.evaluation.bootstrap import Resampling
from condyle.evaluation.operating import operating_points
from condyle.workflows.training.grading_calibration import Calibrated
from condyle.workflows.training.grading_scores import abstentions
from condyle.workflows.training.scored_discs import Scored

SHOWN_FROM_PPV = 0.5


def operating_curves(
    scored: Scored, calibrated: Calibrated, *, findings: Sequence[str], seed: int
) -> dict[str, OperatingCurve]:
    """Gives each finding's operating curve over the discs that were found.

    The figures at the chosen threshold are those of the folds' own thresholds, chosen
    without the fold; at the other thresholds nothing was chosen.
    """
    declined = abstentions(scored, findings)
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
