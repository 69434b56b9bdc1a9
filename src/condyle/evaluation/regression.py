"""Numbers against numbers: error, limits of agreement, concordance and intraclass correlation."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from condyle.domain.estimate import Estimate
from condyle.errors import InputError, UnknownName
from condyle.evaluation.bootstrap import Resampling, WeightedStatistic, estimate_by_patient
from condyle.evaluation.inputs import FloatArray, as_scores, same_length
from condyle.evaluation.proportions import mean_by_patient

IccForm = Literal["one-way", "agreement", "consistency"]


@dataclass(frozen=True)
class BlandAltman:
    """Mean difference and the limits within which 95 % of differences lie.

    Attributes:
        bias: Mean of first minus second.
        lower_limit: Bias minus 1.96 standard deviations.
        upper_limit: Bias plus 1.96 standard deviations.
    """

    bias: Estimate
    lower_limit: Estimate
    upper_limit: Estimate


def mean_absolute_difference(
    reference: ArrayLike, predicted: ArrayLike, resampling: Resampling
) -> Estimate:
    """Gives the mean absolute difference, in the unit of the values."""
    return mean_by_patient(np.abs(_gaps(reference, predicted)), resampling, scale="ratio")


def mean_squared_error(
    reference: ArrayLike, predicted: ArrayLike, resampling: Resampling
) -> Estimate:
    """Gives the mean squared difference, in the unit squared."""
    return mean_by_patient(_gaps(reference, predicted) ** 2, resampling, scale="ratio")


def root_mean_squared_error(
    reference: ArrayLike, predicted: ArrayLike, resampling: Resampling
) -> Estimate:
    """Gives the root of the mean squared difference, in the unit of the values."""
    squares = _gaps(reference, predicted) ** 2
    same_length(values=squares, patients=resampling.patients)

    def root(weights: FloatArray) -> FloatArray:
        return np.asarray(np.sqrt((squares @ weights) / weights.sum(axis=0)))

    return estimate_by_patient(root, resampling, scale="ratio")


def bland_altman(first: ArrayLike, second: ArrayLike, resampling: Resampling) -> BlandAltman:
    """Gives bias and limits of agreement of first minus second, each with its interval.

    With one row a patient the intervals are Bland and Altman's by the t distribution,
    with several they are by patient as the plan asks for.

    Raises:
        InputError: There are fewer than two rows.

    References:
        Bland and Altman 1999, doi 10.1177/096228029900800204.
    """
    gaps = _gaps(first, second)
    rows = same_length(gaps=gaps, patients=resampling.patients)
    if rows < 2:
        _refuse("Limits of agreement cannot be found.", f"{rows} row", "at least two rows")
    if resampling.patient_count < rows:
        return BlandAltman(
            *(
                estimate_by_patient(_shifted_mean(gaps, k), resampling, scale="plain")
                for k in (0.0, -1.96, 1.96)
            )
        )
    sd = float(gaps.std(ddof=1))
    reach = float(stats.t.ppf(0.5 + resampling.level / 2.0, rows - 1))
    error = sd * math.sqrt(1.0 / rows)
    limit_error = sd * math.sqrt(1.0 / rows + 1.96**2 / (2.0 * (rows - 1)))
    bias = float(gaps.mean())

    def estimate(value: float, half: float) -> Estimate:
        low, high = value - reach * half, value + reach * half
        method = "t, Bland and Altman 1999"
        return Estimate(value, low, high, rows, method, resampling.unit, resampling.level)

    return BlandAltman(
        bias=estimate(bias, error),
        lower_limit=estimate(bias - 1.96 * sd, limit_error),
        upper_limit=estimate(bias + 1.96 * sd, limit_error),
    )


def concordance(first: ArrayLike, second: ArrayLike, resampling: Resampling) -> Estimate:
    """Gives Lin's concordance correlation; NaN where both are constant and equal.

    References:
        Lin, Biometrics 1989, doi 10.2307/2532051.
    """
    a, b = as_scores(first, "first"), as_scores(second, "second")
    same_length(first=a, second=b, patients=resampling.patients)
    moments = np.stack([a, b, a * a, b * b, a * b])

    def correlation(weights: FloatArray) -> FloatArray:
        m1, m2, s11, s22, s12 = (moments @ weights) / weights.sum(axis=0)
        below = (s11 - m1**2) + (s22 - m2**2) + (m1 - m2) ** 2
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(below > 1e-15, 2.0 * (s12 - m1 * m2) / below, np.nan)

    return estimate_by_patient(correlation, resampling, scale="coefficient")


def intraclass_correlation(
    ratings: ArrayLike, *, form: IccForm = "agreement", level: float = 0.95, unit: str = "patient"
) -> Estimate:
    """Gives the intraclass correlation of single ratings with its F interval.

    ``"one-way"`` is ICC(1,1), ``"agreement"`` ICC(2,1) and ``"consistency"`` ICC(3,1).

    Args:
        ratings: (subject, rater) without gaps; subjects are independent.
        form: Which of the three.
        level: Confidence level.
        unit: What a subject is.

    Raises:
        UnknownName: There is no such form.
        InputError: Fewer than two subjects or raters, a gap, or no variation at all.

    References:
        Shrout and Fleiss 1979, doi 10.1037/0033-2909.86.2.420;
        McGraw and Wong 1996, doi 10.1037/1082-989X.1.1.30.
    """
    if form not in get_args(IccForm):
        raise UnknownName("form of the intraclass correlation", form, get_args(IccForm))
    table = np.asarray(ratings, dtype=np.float64)
    if table.ndim != 2 or min(table.shape) < 2 or not np.isfinite(table).all() or not table.std():
        _refuse(
            "An intraclass correlation cannot be found.",
            f"ratings of shape {table.shape}, {int((~np.isfinite(table)).sum())} not finite",
            "two subjects and two raters, no gap, and ratings that vary",
        )
    squares = _mean_squares(table)
    limits = _agreement_icc if form == "agreement" else _simple_icc
    value, low, high = limits(squares, form, (1.0 + level) / 2.0)
    method = f"F, {form}"
    return Estimate(value, low, high, len(table), method, unit, level)


@dataclass(frozen=True)
class _MeanSquares:
    subjects: int
    raters: int
    between: float
    within: float
    of_raters: float
    residual: float


def _mean_squares(table: FloatArray) -> _MeanSquares:
    n, k = table.shape
    centre = table.mean()
    rows, columns = table.mean(axis=1), table.mean(axis=0)
    left = table - rows[:, None] - columns[None, :] + centre
    return _MeanSquares(
        subjects=n,
        raters=k,
        between=float(k * ((rows - centre) ** 2).sum() / (n - 1)),
        within=float(((table - rows[:, None]) ** 2).sum() / (n * (k - 1))),
        of_raters=float(n * ((columns - centre) ** 2).sum() / (k - 1)),
        residual=float((left**2).sum() / ((n - 1) * (k - 1))),
    )


def _simple_icc(m: _MeanSquares, form: str, share: float) -> tuple[float, float, float]:
    error = m.within if form == "one-way" else m.residual
    freedom = m.subjects * (m.raters - 1)
    if form == "consistency":
        freedom -= m.raters - 1
    k = m.raters
    if error == 0.0:
        return 1.0, float("nan"), float("nan")
    ratio = m.between / error
    low = ratio / float(stats.f.ppf(share, m.subjects - 1, freedom))
    high = ratio * float(stats.f.ppf(share, freedom, m.subjects - 1))
    value, low, high = ((f - 1.0) / (f + k - 1.0) for f in (ratio, low, high))
    return value, low, high


def _agreement_icc(m: _MeanSquares, form: str, share: float) -> tuple[float, float, float]:
    n, k = m.subjects, m.raters
    rest = k * m.of_raters + (k * n - k - n) * m.residual
    value = (m.between - m.residual) / (
        m.between + (k - 1) * m.residual + k * (m.of_raters - m.residual) / n
    )
    if m.residual == 0.0:
        return value, float("nan"), float("nan")
    ratio = m.of_raters / m.residual
    inner = n * (1.0 + (k - 1) * value) - k * value
    freedom = (
        (k - 1)
        * (n - 1)
        * (k * value * ratio + inner) ** 2
        / ((n - 1) * k**2 * value**2 * ratio**2 + inner**2)
    )
    f_low = float(stats.f.ppf(share, n - 1, freedom))
    f_high = float(stats.f.ppf(share, freedom, n - 1))
    low = n * (m.between - f_low * m.residual) / (f_low * rest + n * m.between)
    high = n * (f_high * m.between - m.residual) / (rest + n * f_high * m.between)
    return value, low, high


def _shifted_mean(gaps: FloatArray, deviations: float) -> WeightedStatistic:
    def limit(weights: FloatArray) -> FloatArray:
        total = weights.sum(axis=0)
        mean = gaps @ weights / total
        spread = np.clip(gaps**2 @ weights - total * mean**2, 0.0, None)
        if not deviations:
            return np.asarray(mean)
        beyond = total - 1.0  # one pair has no spread
        variance = np.divide(spread, beyond, out=np.full_like(spread, np.nan), where=beyond > 0)
        return np.asarray(mean + deviations * np.sqrt(variance))

    return limit


def _gaps(first: ArrayLike, second: ArrayLike) -> FloatArray:
    a, b = as_scores(first, "first"), as_scores(second, "second")
    same_length(first=a, second=b)
    return a - b


def _refuse(failed: str, found: str, needed: str) -> None:
    raise InputError(failed, found=found, needed=needed, mend="give more or complete data.")
