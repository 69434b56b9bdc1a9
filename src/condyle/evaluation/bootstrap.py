"""Bootstrap by patient: whole patients are drawn, so that their rows stay together.

A replicate is a whole-number weight a patient, which every row of the patient
takes over. A statistic that can be told from weights sorts or tabulates its data
once and then answers for a block of replicates at a time, so that memory stays
bounded whatever the number of replicates.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol, get_args, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri

from condyle.domain.estimate import Estimate
from condyle.errors import InputError, UnknownName, UsageError
from condyle.evaluation.coverage import coverage_note
from condyle.evaluation.inputs import BoolArray, FloatArray, same_length
from condyle.evaluation.jackknife import Scale, jackknife_t

Interval = Literal["nearest", "percentile", "bca", "analytic"]

WeightedStatistic = Callable[[FloatArray], FloatArray]
"""From (row, replicate) weights to one value a replicate, NaN where undefined."""

Draws = FloatArray
"""(replicate, patient): how often each patient was drawn, in the order of its name."""

BLOCK_BYTES = 32 * 2**20
MAX_BLOCK = 256
MOST_LEFT_OUT = 2000
"""Patients up to which a figure is worked out without each in turn."""


@runtime_checkable
class StatisticOfDraws(Protocol):
    """A statistic of weights that can also be told, faster, from draws of patients."""

    def __call__(self, weights: FloatArray) -> FloatArray:
        """Gives the statistic of (row, replicate) weights."""

    def of_draws(self, owner: NDArray[np.intp]) -> Callable[[Draws], FloatArray]:
        """Gives it as a function of draws, for rows of these patients' positions."""


@dataclass(frozen=True, eq=False)
class OfSums:
    """A statistic that follows from weighted sums over rows.

    Attributes:
        terms: (term, row).
        formula: From (term, replicate) sums to one value a replicate.
    """

    terms: FloatArray
    formula: Callable[[FloatArray], FloatArray]

    def __call__(self, weights: FloatArray) -> FloatArray:
        """Gives the statistic of (row, replicate) weights."""
        return self._of(self.terms @ weights)

    def of_draws(self, owner: NDArray[np.intp]) -> Callable[[Draws], FloatArray]:
        """Sums the terms of each patient once, so that rows no longer matter."""
        sums = np.stack([np.bincount(owner, weights=term) for term in self.terms])
        return lambda draws: self._of(sums @ draws.T)

    def _of(self, sums: FloatArray) -> FloatArray:
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(self.formula(sums))


@dataclass(frozen=True)
class Resampling:
    """Who is drawn, and how often.

    Attributes:
        patients: Patient of each row.
        rng: Source of randomness.
        replicates: Number of bootstrap replicates.
        level: Confidence level, 0 to 1.
        unit: What a row is, such as ``"disc"``; it becomes the estimate's unit.
        interval: ``"nearest"``, that which covered nearest its level in simulation: the
            analytic one where there is one, else BCa, and the percentile with more than
            2,000 patients, where they hardly differ; ``"percentile"``; ``"bca"``, corrected
            for bias and skewness; or ``"analytic"``, a closed form by patient for
            proportions, means and ROC areas, and the jackknife for other smooth figures.
        strata: Stratum of each row, the same for all rows of a patient; patients are
            then drawn within their stratum. Only the bootstrap knows strata, so that
            with them ``"nearest"`` is BCa.

    Raises:
        UnknownName: There is no such interval.
        UsageError: There is no replicate, or the level is not within 0 and 1.
    """

    patients: NDArray[np.generic] | Sequence[str]
    rng: np.random.Generator = field(repr=False)
    replicates: int = 2000
    level: float = 0.95
    unit: str = "patient"
    interval: Interval = "nearest"
    strata: NDArray[np.generic] | Sequence[str] | None = None

    def __post_init__(self) -> None:
        if self.interval not in get_args(Interval):
            raise UnknownName("interval", self.interval, get_args(Interval))
        if self.replicates < 1 or not 0.0 < self.level < 1.0:
            raise UsageError(
                "Patients cannot be drawn.",
                found=f"{self.replicates} replicates at level {self.level:g}",
                needed="at least one replicate, and a level within 0 and 1",
                mend="give replicates=2000 and level=0.95, for example.",
            )

    @property
    def owner(self) -> NDArray[np.intp]:
        """Position of each row's patient, in the order of the patients' names."""
        return np.unique(np.asarray(self.patients), return_inverse=True)[1]

    @property
    def patient_count(self) -> int:
        """Number of patients."""
        return len(np.unique(np.asarray(self.patients)))

    @property
    def prefers_analytic(self) -> bool:
        """True where a figure shall take its analytic interval, if it has one."""
        return self.interval == "analytic" or (self.interval == "nearest" and self.strata is None)

    def of(self, rows: BoolArray) -> Resampling:
        """Gives the same plan for the rows that are true."""
        chosen = np.asarray(rows, dtype=bool)
        strata = None if self.strata is None else np.asarray(self.strata)[chosen]
        return replace(self, patients=np.asarray(self.patients)[chosen], strata=strata)


def estimate_by_patient(
    statistic: WeightedStatistic,
    resampling: Resampling,
    *,
    scale: Scale | None = None,
    figure: str = "",
) -> Estimate:
    """Gives a statistic with the interval that the plan asks for, clustered by patient.

    Args:
        statistic: Takes (row, replicate) weights; see ``WeightedStatistic``.
        resampling: Whose rows they are.
        scale: Where the figure lives, if it changes smoothly with its rows; then it has
            an analytic interval, by the jackknife. Leave it out for a quantile or the like.
        figure: Its name in the table of simulated coverage, if it is there.

    Returns:
        The value at unit weights. The interval is widened, if need be, to hold it,
        and is NaN with fewer than two patients. Where such intervals covered less than
        93 % or more than 97 % in simulation, its method says so.

    Raises:
        UsageError: The plan asks for an analytic interval, which this figure has not.

    References:
        Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapters 11 and 13;
        Field and Welsh, doi 10.1111/j.1467-9868.2007.00593.x (clusters).
    """
    if resampling.interval == "analytic" and scale is None:
        raise UsageError(
            "This figure has no analytic interval.",
            found="a plan with interval 'analytic'",
            needed="'nearest', 'percentile' or 'bca'",
            mend="choose one of them for this figure.",
        )
    rows = same_length(patients=resampling.patients)
    value = float(statistic(np.ones((rows, 1)))[0])
    patients = resampling.patient_count
    if patients < 2 or np.isnan(value):
        return without_interval(value, resampling, patients)
    way: str = resampling.interval
    if way == "nearest" and patients > MOST_LEFT_OUT:
        way = "percentile"
    left_out = np.empty(0) if way == "percentile" else without_each_patient(statistic, resampling)
    if scale is not None and way != "percentile" and resampling.prefers_analytic:
        limits = jackknife_t(value, left_out, level=resampling.level, scale=scale)
        if limits is not None:
            return from_limits(value, limits, resampling, name="jackknife t", figure=figure)
    drawn = replicates_of(statistic, resampling)
    if way == "percentile":
        return from_replicates(value, drawn, resampling, figure=figure)
    tails = bca_tails(value, drawn, left_out, resampling.level)
    return from_replicates(value, drawn, resampling, tails=tails, figure=figure)


def without_each_patient(statistic: WeightedStatistic, resampling: Resampling) -> FloatArray:
    """Gives the statistic without each patient in turn, in the order of their names."""
    owner = resampling.owner
    patients = np.arange(int(owner.max()) + 1)
    told = statistic.of_draws(owner) if isinstance(statistic, StatisticOfDraws) else None
    block = _block_of(len(owner))
    found = []
    for start in range(0, len(patients), block):
        there = patients[start : start + block, None] != patients
        draws = there.astype(np.float64)
        found.append(told(draws) if told else statistic(np.ascontiguousarray(draws.T)[owner]))
    return np.concatenate(found)


def replicates_of(statistic: WeightedStatistic, resampling: Resampling) -> FloatArray:
    """Gives the statistic of each replicate, NaN where it is undefined."""
    if not isinstance(statistic, StatisticOfDraws):
        return np.concatenate([statistic(weights) for weights in patient_weights(resampling)])
    owner = resampling.owner
    told = statistic.of_draws(owner)
    return np.concatenate([told(draws) for draws in _draws(resampling, owner)])


def patient_weights(resampling: Resampling) -> Iterator[FloatArray]:
    """Draws (row, replicate) weights, a bounded block of replicates at a time.

    Each column draws as many patients as there are, with replacement. The size of
    the blocks does not change the draws.

    Raises:
        InputError: The rows of one patient are in several strata.
    """
    owner = resampling.owner
    for draws in _draws(resampling, owner):
        yield np.ascontiguousarray(draws.T)[owner]


def _draws(resampling: Resampling, owner: NDArray[np.intp]) -> Iterator[Draws]:
    patients = int(owner.max()) + 1
    groups = _strata_of_patients(resampling, owner, patients)
    order, sizes = np.concatenate(groups), np.array([len(members) for members in groups])
    first = np.repeat(np.cumsum(sizes) - sizes, sizes)
    most = patients if len(groups) == 1 else np.repeat(sizes, sizes)
    block = _block_of(len(owner))
    for start in range(0, resampling.replicates, block):
        size = min(block, resampling.replicates - start)
        chosen = resampling.rng.integers(0, most, size=(size, patients)) + first
        chosen = order[chosen] + patients * np.arange(size)[:, None]
        counts = np.bincount(chosen.ravel(), minlength=size * patients)
        draws = counts.reshape(size, patients).astype(np.float64)
        yield draws


def bca_tails(
    value: float, drawn: FloatArray, left_out: FloatArray, level: float
) -> tuple[float, float]:
    """Gives the two shares of the replicates that bound the BCa interval.

    Args:
        value: The statistic of the data.
        drawn: The statistic of each replicate.
        left_out: The statistic without each patient in turn.
        level: Confidence level.

    Returns:
        The shares; those of the percentile interval where they cannot be corrected,
        as where all replicates are alike.

    References:
        Efron, JASA 1987, doi 10.1080/01621459.1987.10478410.
    """
    tail = (1.0 - level) / 2.0
    finite, kept = drawn[np.isfinite(drawn)], left_out[np.isfinite(left_out)]
    below = ((finite < value).sum() + (finite <= value).sum()) / 2.0 / max(len(finite), 1)
    away = kept.mean() - kept if len(kept) else np.zeros(1)
    spread = float((away**2).sum())
    if spread == 0.0 or not 0.0 < below < 1.0:
        return tail, 1.0 - tail
    shift, acceleration = ndtri(below), float((away**3).sum()) / (6.0 * spread**1.5)
    both = shift + ndtri(np.array([tail, 1.0 - tail]))
    low, high = ndtr(shift + both / (1.0 - acceleration * both))
    return float(low), float(high)


def _block_of(rows: int) -> int:
    return max(1, min(MAX_BLOCK, BLOCK_BYTES // (8 * max(rows, 1))))


def _strata_of_patients(
    resampling: Resampling, owner: NDArray[np.intp], patients: int
) -> list[NDArray[np.intp]]:
    if resampling.strata is None:
        return [np.arange(patients)]
    same_length(patients=resampling.patients, strata=resampling.strata)
    names, stratum = np.unique(np.asarray(resampling.strata), return_inverse=True)
    pairs = np.unique(np.stack([owner, stratum]), axis=1)
    if pairs.shape[1] != patients:
        raise InputError(
            "A stratified bootstrap cannot be drawn.",
            found=f"{pairs.shape[1] - patients} patients with rows in several strata",
            needed="one stratum a patient",
            mend="stratify by something that belongs to the patient.",
        )
    return [pairs[0, pairs[1] == group] for group in range(len(names))]


def bootstrap_by_patient(
    statistic: Callable[..., float], arrays: Sequence[ArrayLike], resampling: Resampling
) -> Estimate:
    """Gives any statistic of any arrays with its percentile interval, by patient.

    Slower than ``estimate_by_patient``: the arrays are drawn anew a replicate.

    Args:
        statistic: Called as ``statistic(*arrays)``; NaN where it is undefined.
        arrays: Arrays whose first axis is the row.
        resampling: Whose rows they are; percentile and without strata.

    Raises:
        InputError: The arrays differ in their number of rows.
        UsageError: The plan asks for BCa, an analytic interval or strata.
    """
    if resampling.interval not in ("nearest", "percentile") or resampling.strata is not None:
        raise UsageError(
            "This statistic cannot be drawn so.",
            found="a plan with BCa, an analytic interval or strata",
            needed="a percentile interval without strata",
            mend="use estimate_by_patient with a statistic of weights.",
        )
    columns = [np.asarray(array) for array in arrays]
    same_length(patients=resampling.patients, **{f"array {i}": c for i, c in enumerate(columns)})
    owner = resampling.owner
    value = float(statistic(*columns))
    count = int(owner.max()) + 1
    if count < 2 or np.isnan(value):
        return without_interval(value, resampling, count)
    order = np.argsort(owner, kind="stable")
    ends = np.cumsum(np.bincount(owner))
    rows_of = np.split(order, ends[:-1])
    drawn = np.empty(resampling.replicates)
    for replicate in range(resampling.replicates):
        chosen = resampling.rng.integers(0, count, size=count)
        index = np.concatenate([rows_of[patient] for patient in chosen])
        drawn[replicate] = statistic(*(column[index] for column in columns))
    return from_replicates(value, drawn, resampling)


def from_replicates(
    value: float,
    drawn: FloatArray,
    resampling: Resampling,
    *,
    tails: tuple[float, float] | None = None,
    figure: str = "",
) -> Estimate:
    """Gives the estimate whose interval holds the middle of the replicates.

    Args:
        value: The statistic of the data.
        drawn: The statistic of each replicate, NaN where undefined.
        resampling: The plan that drew them.
        tails: Shares of the replicates that bound the interval, if not the level's own.
        figure: Its name in the table of simulated coverage, if it is there.
    """
    defined = drawn[np.isfinite(drawn)]
    name = "percentile" if tails is None else "BCa"
    method = by_patient(f"bootstrap {name}", resampling, figure=figure)
    if len(defined) < len(drawn):
        method += f"; undefined in {len(drawn) - len(defined)} of {len(drawn)} replicates"
    if len(defined) == 0:
        return without_interval(value, resampling, resampling.patient_count)
    tail = (1.0 - resampling.level) / 2.0
    low, high = np.quantile(defined, tails or (tail, 1.0 - tail))
    if low == high:
        method += "; all replicates alike"
    return Estimate(
        value=value,
        low=float(min(low, value)),
        high=float(max(high, value)),
        n=len(resampling.patients),
        method=method,
        unit=resampling.unit,
        level=resampling.level,
    )


def from_limits(
    value: float,
    limits: tuple[float, float],
    resampling: Resampling,
    *,
    name: str,
    figure: str = "",
) -> Estimate:
    """Gives the estimate with limits by patient that a named method found; see ``by_patient``."""
    return Estimate(
        value=value,
        low=float(limits[0]),
        high=float(limits[1]),
        n=len(resampling.patients),
        method=by_patient(name, resampling, figure=figure),
        unit=resampling.unit,
        level=resampling.level,
    )


def by_patient(name: str, resampling: Resampling, *, figure: str = "") -> str:
    """Gives what an estimate says of its interval: method, patients, and a warning if due.

    Args:
        name: Of the interval, as the table of simulated coverage has it.
        resampling: Whose rows they are.
        figure: Which of the table's figures it is; any of them where it is not told.
    """
    rows, patients = len(resampling.patients), resampling.patient_count
    note = ""
    if resampling.level == 0.95:
        note = coverage_note(name, patients=patients, rows=rows, figure=figure)
    return f"{name}, by patient ({patients} patients){note}"


def without_interval(value: float, resampling: Resampling, patients: int) -> Estimate:
    """Gives the estimate of a figure that is undefined, or of too few patients."""
    why = "undefined here" if np.isnan(value) else f"no interval from {patients} patient"
    return Estimate(
        value=value,
        low=float("nan"),
        high=float("nan"),
        n=len(resampling.patients),
        method=why,
        unit=resampling.unit,
        level=resampling.level,
    )
