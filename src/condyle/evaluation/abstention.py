"""Cases that a model declined: counted as wrong, beside the share that it answered."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from condyle.domain.estimate import Estimate
from condyle.evaluation.bootstrap import Resampling
from condyle.evaluation.inputs import (
    BoolArray,
    FloatArray,
    IntArray,
    as_binary,
    as_grades,
    same_length,
)
from condyle.evaluation.proportions import proportion


def coverage(abstained: ArrayLike, resampling: Resampling) -> Estimate:
    """Gives the share of rows that were answered."""
    declined = as_binary(abstained, "abstained")
    return proportion(~declined, np.ones(len(declined), dtype=bool), resampling)


def wrong_decisions(reference: ArrayLike, decisions: ArrayLike, abstained: ArrayLike) -> BoolArray:
    """Gives the decisions with each abstention replaced by the wrong answer."""
    truth, declined = as_binary(reference), as_binary(abstained, "abstained")
    same_length(reference=truth, decisions=decisions, abstained=declined)
    called = as_binary(np.where(declined, 0, np.asarray(decisions)), "decisions")
    return np.where(declined, ~truth, called)


def worst_scores(reference: ArrayLike, scores: ArrayLike, abstained: ArrayLike) -> FloatArray:
    """Gives the scores with each abstention ranked as wrongly as can be."""
    truth, declined = as_binary(reference), as_binary(abstained, "abstained")
    same_length(reference=truth, scores=scores, abstained=declined)
    numbers = np.asarray(scores, dtype=np.float64)
    return np.where(declined, np.where(truth, -np.inf, np.inf), numbers)


def farthest_grades(
    reference: ArrayLike, predicted: ArrayLike, abstained: ArrayLike, *, grades: Sequence[int]
) -> IntArray:
    """Gives the grades with each abstention replaced by the farthest from the reference."""
    declined = as_binary(abstained, "abstained")
    same_length(reference=reference, predicted=predicted, abstained=declined)
    scale = np.asarray(sorted(grades), dtype=np.int64)
    position = as_grades(reference, scale.tolist())
    farthest = np.where(position * 2 < len(scale) - 1, scale[-1], scale[0])
    given = np.where(declined, scale[0], np.asarray(predicted, dtype=np.float64))
    kept = scale[as_grades(given, scale.tolist(), "predicted")]
    return np.where(declined, farthest, kept)
