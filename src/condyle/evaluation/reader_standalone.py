"""A model that reads alone against readers in general, random readers and cases.

References:
    Hillis, Obuchowski, Schartz and Berbaum 2005, doi 10.1002/sim.2024 (one modality).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from condyle.domain.estimate import Estimate
from condyle.errors import InputError
from condyle.evaluation.mrmc import error_over_readers, side_of_zero
from condyle.evaluation.reader_covariance import CovarianceMethod, Figure, figure_covariance


@dataclass(frozen=True)
class AgainstReaders:
    """A model less the mean of readers.

    Attributes:
        difference: With its interval for further readers and cases.
        p_value: Two-sided.
        freedom: Degrees of freedom.
    """

    difference: Estimate
    p_value: float
    freedom: float

    @property
    def verdict(self) -> str:
        """Says that the model is better or worse only where the interval excludes 0."""
        return side_of_zero(self.difference)


def against_readers(
    reference: ArrayLike,
    model: ArrayLike,
    readers: ArrayLike,
    *,
    figure: Figure = "auc",
    covariance: CovarianceMethod = "delong",
    patients: Sequence[str] | NDArray[np.generic] | None = None,
    unit: str = "case",
    level: float = 0.95,
) -> AgainstReaders:
    """Compares a model, which is the same for everybody, with readers drawn at random.

    The differences of the model from each reader are analysed as the figures of one
    modality: their spread is that of readers, their covariance that of cases.

    Args:
        reference: 0 or 1 a case.
        model: (case,) scores for the area, calls for the other figures.
        readers: (reader, case), the same of each reader.
        figure: What is compared.
        covariance: How the covariance of the errors is found.
        patients: Patient of each case, where one has several.
        unit: What a case is.
        level: Confidence level.

    Raises:
        InputError: There are fewer than two readers.
    """
    people = np.asarray(readers, dtype=np.float64)
    if people.ndim != 2 or len(people) < 2:
        raise InputError(
            "A model cannot be held against readers in general.",
            found=f"readings of shape {people.shape}",
            needed="(reader, case), at least two readers",
            mend="compare it with the one reader instead.",
        )
    ratings = np.concatenate([np.asarray(model, dtype=np.float64)[None], people])
    found = figure_covariance(
        reference, ratings, figure=figure, covariance=covariance, patients=patients
    )
    count = len(people)
    contrast = np.concatenate([np.ones((count, 1)), -np.eye(count)], axis=1)
    gaps = contrast @ found.values
    together = contrast @ found.covariance @ contrast.T
    shared = float(together[~np.eye(count, dtype=bool)].mean())
    error, freedom = error_over_readers(
        float(gaps.var(ddof=1)), shared, readers=count, freedom=count - 1
    )
    spread, gap = math.sqrt(error / count), float(gaps.mean())
    reach = float(stats.t.ppf(0.5 + level / 2.0, freedom)) * spread
    p_value = 2.0 * float(stats.t.sf(abs(gap) / spread, freedom)) if spread > 0.0 else math.nan
    method = f"Obuchowski-Rockette, one modality, for readers and cases ({count} readers)"
    estimate = Estimate(gap, gap - reach, gap + reach, people.shape[1], method, unit, level)
    return AgainstReaders(estimate, p_value, freedom)
