"""Whether a figure changed between two periods of different patients."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from condyle.domain.estimate import Estimate
from condyle.evaluation.bootstrap import (
    Resampling,
    StatisticOfDraws,
    WeightedStatistic,
    estimate_by_patient,
)
from condyle.evaluation.comparison import compare_groups
from condyle.evaluation.drift_shift import (
    LEVEL,
    POWER,
    Periods,
    Shift,
    deals_of,
    share_as_large,
)
from condyle.evaluation.inputs import BoolArray, FloatArray

SHOWN_BELOW = 0.05
CHANGE_OF_INTEREST = 0.05
"""Change of a share, an area or a kappa that a sample size is worked out for."""

Verdict = Literal["changed", "no change shown", "not tested"]
FigureOfRows = Callable[[BoolArray], WeightedStatistic]
"""From the rows that count to the figure of them, as a statistic of weights."""


@dataclass(frozen=True)
class Change:
    """A figure in both periods and their difference.

    Attributes:
        baseline: In the baseline.
        new: In the new period.
        difference: New minus baseline.
        p_value: Share of random deals of the patients whose difference is as large; NaN
            where the figure is undefined in a period.
        detectable: Difference that would be seen with 80 %, before adjustment; NaN where
            no interval is known.
        patients_for: Patients in the new period that would show a difference of
            ``CHANGE_OF_INTEREST`` with 80 %; nothing where no number would, because the
            baseline is too small, or where that is not known.
    """

    baseline: Estimate
    new: Estimate
    difference: Estimate
    p_value: float
    detectable: float
    patients_for: int | None

    @property
    def test(self) -> str:
        """Name of the test."""
        return "difference, patients dealt at random"


def change_of(
    figure: FigureOfRows,
    periods: Periods,
    plan: Resampling,
    *,
    permutations: int = 4999,
) -> Change:
    """Gives a figure in both periods, the difference with its interval, and a test.

    The interval is by bootstrap of patients within each period; the test asks whether
    the difference is larger than where the same patients are dealt at random.

    Args:
        figure: Gives the statistic of the rows that are true.
        periods: Whose rows they are.
        plan: How figures are drawn, with the patient of each row.
        permutations: Random deals.
    """
    new = periods.new
    plans = {True: plan.of(new), False: plan.of(~new)}
    both = {at: estimate_by_patient(figure(new == at), plans[at]) for at in (False, True)}
    if any(math.isnan(estimate.value) for estimate in both.values()):
        nothing = replace(both[True], value=math.nan, low=math.nan, high=math.nan)
        return Change(both[False], both[True], nothing, math.nan, math.nan, None)
    compared = compare_groups((figure(new), plans[True]), (figure(~new), plans[False]))
    difference = compared.difference
    if difference.low == difference.high:
        method = difference.method + "; no spread, so no interval"
        difference = replace(difference, low=math.nan, high=math.nan, method=method)
    statistic = figure(np.ones(len(new), dtype=bool))
    drawn = _dealt_differences(statistic, periods, plan.rng, permutations)
    seen = abs(difference.value)
    return Change(
        baseline=both[False],
        new=both[True],
        difference=difference,
        p_value=share_as_large(np.abs(drawn[np.isfinite(drawn)]), seen),
        detectable=_reach() * _error(difference),
        patients_for=_patients_for(both[False], both[True], periods.patients[1]),
    )


def verdict(adjusted_p: float) -> Verdict:
    """Says "changed" only where the adjusted p value is under 5 %."""
    if math.isnan(adjusted_p):
        return "not tested"
    return "changed" if adjusted_p < SHOWN_BELOW else "no change shown"


def patients_for_gap(shift: Shift, gap: float) -> int | None:
    """Gives the patients in the new period that would show a gap of a distribution.

    The gap that can be seen falls with the root of 1/baseline + 1/new; nothing is given
    where the baseline alone is too small.

    Args:
        shift: What was found with the patients that there are.
        gap: To be seen with 80 %, 0 to 1.
    """
    earlier, later = shift.patients
    if not shift.detectable > 0.0:
        return None
    wanted = (gap / shift.detectable) ** 2 * (1.0 / earlier + 1.0 / later) - 1.0 / earlier
    return math.ceil(1.0 / wanted) if wanted > 0.0 else None


def _dealt_differences(
    statistic: WeightedStatistic, periods: Periods, rng: np.random.Generator, permutations: int
) -> FloatArray:
    told = _of_deals(statistic, periods.owner)
    with np.errstate(invalid="ignore", divide="ignore"):
        drawn = [told(deals) - told(1.0 - deals) for deals in deals_of(periods, rng, permutations)]
    return np.concatenate(drawn)


def _of_deals(
    statistic: WeightedStatistic, owner: NDArray[np.intp]
) -> Callable[[FloatArray], FloatArray]:
    if isinstance(statistic, StatisticOfDraws):
        return statistic.of_draws(owner)
    return lambda deals: statistic(np.ascontiguousarray(deals.T)[owner])


def _reach() -> float:
    return float(norm.ppf(0.5 + LEVEL / 2.0) + norm.ppf(POWER))


def _error(estimate: Estimate) -> float:
    """Gives the standard error that the width of an interval means."""
    return (estimate.high - estimate.low) / (2.0 * float(norm.ppf(0.5 + estimate.level / 2.0)))


def _patients_for(baseline: Estimate, new: Estimate, patients: int) -> int | None:
    allowed = (CHANGE_OF_INTEREST / _reach()) ** 2 - _error(baseline) ** 2
    spread = _error(new) ** 2 * patients
    if not allowed > 0.0 or not spread > 0.0:
        return None
    return math.ceil(spread / allowed)
