"""Whether experience goes with how readers do, or with what a model does for them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from condyle.domain.estimate import Estimate
from condyle.evaluation.inputs import as_scores, same_length

FEW_READERS = 10


@dataclass(frozen=True)
class Experience:
    """A straight line of a figure on the readers' years.

    Attributes:
        slope: Change of the figure a year; its interval and n are over readers.
        at_mean: The figure of a reader of mean experience.
        mean_years: Mean experience.
        p_value: Two-sided, of no slope; NaN where it cannot be told.
        too_few: True with fewer than 10 readers, when no slope is to be read as evidence.
    """

    slope: Estimate
    at_mean: float
    mean_years: float
    p_value: float
    too_few: bool


def experience(years: ArrayLike, values: ArrayLike, *, level: float = 0.95) -> Experience:
    """Fits a figure of each reader, or its change with a model, to years of experience.

    Least squares over readers with the t distribution. As a slope weighs readers by
    numbers that add up to nothing, what the drawn cases do to all readers alike leaves it
    untouched; so it holds for further readers and cases under the model of Obuchowski and
    Rockette. A slope of the change is the interaction of arm and experience.

    Args:
        years: One a reader.
        values: One a reader.
        level: Confidence level.

    Returns:
        The line; undefined with fewer than three readers or equal years.
    """
    x, y = as_scores(years, "years"), as_scores(values, "values")
    readers = same_length(years=x, values=y)
    few, mean = readers < FEW_READERS, float(x.mean())
    nan = float("nan")
    across = float(((x - mean) ** 2).sum())
    if readers < 3 or across == 0.0:
        why = "undefined: fewer than three readers, or all with the same years"
        none = Estimate(nan, nan, nan, readers, why, "reader", level)
        return Experience(none, float(y.mean()), mean, nan, few)
    slope = float(((x - mean) * (y - y.mean())).sum()) / across
    left = y - y.mean() - slope * (x - mean)
    error = float(np.sqrt((left**2).sum() / (readers - 2) / across))
    reach = float(stats.t.ppf(0.5 + level / 2.0, readers - 2)) * error
    p_value = nan if error == 0.0 else float(2.0 * stats.t.sf(abs(slope) / error, readers - 2))
    method = f"least squares over readers, t ({readers - 2} degrees of freedom)"
    estimate = Estimate(slope, slope - reach, slope + reach, readers, method, "reader", level)
    return Experience(estimate, float(y.mean()), mean, p_value, few)
