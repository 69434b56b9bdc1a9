"""Figures of a case each, such as Dice or a distance, summed up over cases."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from condyle.domain.estimate import Estimate
from condyle.domain.evaluation_report import CaseSpread
from condyle.evaluation.bootstrap import Resampling
from condyle.evaluation.inputs import same_length
from condyle.evaluation.jackknife import Scale
from condyle.evaluation.proportions import mean_by_patient


def summarise_cases(
    values: ArrayLike, resampling: Resampling, *, scale: Scale = "plain"
) -> CaseSpread:
    """Summarises one value a case, NaN where it is undefined.

    Args:
        values: One a case.
        resampling: Whose cases they are.
        scale: Where the values live, such as ``"share"``; see ``mean_by_patient``.

    Raises:
        InputError: There is no case, or not one patient a case.
    """
    numbers = np.asarray(values, dtype=np.float64)
    same_length(values=numbers, patients=resampling.patients)
    defined = ~np.isnan(numbers)
    kept = numbers[defined]
    nan = float("nan")
    if not len(kept):
        none = Estimate(
            nan, nan, nan, 0, "undefined in every case", resampling.unit, resampling.level
        )
        return CaseSpread(none, nan, nan, nan, nan, len(numbers))
    return CaseSpread(
        mean=mean_by_patient(kept, resampling.of(defined), scale=scale),
        sd=float(kept.std(ddof=1)) if len(kept) > 1 else nan,
        median=float(np.median(kept)),
        smallest=float(kept.min()),
        largest=float(kept.max()),
        undefined=int((~defined).sum()),
    )
