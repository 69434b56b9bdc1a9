"""What abstaining buys: the risk among the answered, as ever more cases are answered."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from condyle.domain.estimate import Estimate
from condyle.evaluation.bootstrap import Resampling, estimate_by_patient
from condyle.evaluation.inputs import FloatArray, as_binary, as_scores, same_length


@dataclass(frozen=True, eq=False)
class SelectiveRisk:
    """Risk at every coverage that a threshold on confidence can give.

    Attributes:
        coverage: Share of rows that are answered, rising to 1.
        risk: Share of wrong answers among them.
        confidence: Least confidence that is answered.
    """

    coverage: FloatArray
    risk: FloatArray
    confidence: FloatArray


def selective_risk(right: ArrayLike, confidence: ArrayLike) -> SelectiveRisk:
    """Gives the risk-coverage curve; rows of one confidence are answered together.

    Raises:
        InputError: A label is not 0 or 1, a confidence is NaN, or the lengths differ.

    References:
        El-Yaniv and Wiener, JMLR 2010, 11:1605-1641.
    """
    hit, sure = as_binary(right, "right"), as_scores(confidence, "confidence")
    rows = same_length(right=hit, confidence=sure)
    order = np.argsort(-sure, kind="stable")
    ranked = sure[order]
    ends = np.flatnonzero(np.concatenate((ranked[1:] != ranked[:-1], [True])))
    wrong = np.cumsum(~hit[order])[ends]
    return SelectiveRisk(
        coverage=(ends + 1) / rows, risk=wrong / (ends + 1), confidence=ranked[ends]
    )


def area_under_selective_risk(
    right: ArrayLike, confidence: ArrayLike, resampling: Resampling
) -> Estimate:
    """Gives the mean risk over all coverages; 0 is best, and ties share their mean.

    References:
        Geifman, Uziel and El-Yaniv, ICLR 2019, arXiv 1805.08206.
    """
    hit, sure = as_binary(right, "right"), as_scores(confidence, "confidence")
    same_length(right=hit, confidence=sure, patients=resampling.patients)
    order = np.argsort(-sure, kind="stable")
    ranked = sure[order]
    starts = np.flatnonzero(np.concatenate(([True], ranked[1:] != ranked[:-1])))
    wrong = (~hit[order]).astype(np.float64)[:, None]

    def area(weights: FloatArray) -> FloatArray:
        drawn = weights[order]
        size = np.add.reduceat(drawn, starts, axis=0)
        answered = np.cumsum(size, axis=0)
        missed = np.cumsum(np.add.reduceat(drawn * wrong, starts, axis=0), axis=0)
        risk = np.divide(missed, answered, out=np.zeros_like(missed), where=answered > 0)
        return np.asarray((risk * size).sum(axis=0) / answered[-1])

    return estimate_by_patient(area, resampling, scale="share")
