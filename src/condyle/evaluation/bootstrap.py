"""Bootstrap by patient: whole patients are drawn, so that their rows stay together.

A replicate is a whole-number weight a patient, which every row of the patient
takes over. A statistic that can be told from weights sorts or tabulates its data
once and then answers for a block of replicates at a time, so that memory stays
bounded whatever the number of replicates.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from condyle.domain.estimate import Estimate
from condyle.evaluation.inputs import BoolArray, FloatArray, same_length

WeightedStatistic = Callable[[FloatArray], FloatArray]
"""From (row, replicate) weights to one value a replicate, NaN where undefined."""

BLOCK_BYTES = 32 * 2**20
MAX_BLOCK = 256


@dataclass(frozen=True)
class Resampling:
    """Who is drawn, and how often.

    Attributes:
        patients: Patient of each row.
        rng: Source of randomness.
        replicates: Number of bootstrap replicates.
        level: Confidence level, 0 to 1.
        unit: What a row is, such as ``"disc"``; it becomes the estimate's unit.
    """

    patients: NDArray[np.generic] | Sequence[str]
    rng: np.random.Generator = field(repr=False)
    replicates: int = 2000
    level: float = 0.95
    unit: str = "patient"

    def of(self, rows: BoolArray) -> Resampling:
        """Gives the same plan for the rows that are true."""
        return replace(self, patients=np.asarray(self.patients)[np.asarray(rows, dtype=bool)])


def estimate_by_patient(statistic: WeightedStatistic, resampling: Resampling) -> Estimate:
    """Gives a statistic with its percentile interval, clustered by patient.

    Args:
        statistic: Takes (row, replicate) weights; see ``WeightedStatistic``.
        resampling: Whose rows they are.

    Returns:
        The value at unit weights. The interval is widened, if need be, to hold it,
        and is NaN with fewer than two patients.

    References:
        Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13;
        Field and Welsh, doi 10.1111/j.1467-9868.2007.00593.x (clusters).
    """
    rows = same_length(patients=resampling.patients)
    value = float(statistic(np.ones((rows, 1)))[0])
    patients = len(np.unique(np.asarray(resampling.patients)))
    if patients < 2 or np.isnan(value):
        return _without_interval(value, resampling, patients)
    blocks = [statistic(weights) for weights in patient_weights(resampling)]
    return _percentile(value, np.concatenate(blocks), resampling)


def patient_weights(resampling: Resampling) -> Iterator[FloatArray]:
    """Draws (row, replicate) weights, a bounded block of replicates at a time.

    Each column draws as many patients as there are, with replacement. The size of
    the blocks does not change the draws.
    """
    names, owner = np.unique(np.asarray(resampling.patients), return_inverse=True)
    count, rows = len(names), len(owner)
    block = max(1, min(MAX_BLOCK, BLOCK_BYTES // (8 * max(rows, 1))))
    share = np.full(count, 1.0 / count)
    for start in range(0, resampling.replicates, block):
        size = min(block, resampling.replicates - start)
        drawn = resampling.rng.multinomial(count, share, size=size)
        yield np.ascontiguousarray(drawn.T, dtype=np.float64)[owner]


def bootstrap_by_patient(
    statistic: Callable[..., float], arrays: Sequence[ArrayLike], resampling: Resampling
) -> Estimate:
    """Gives any statistic of any arrays with its percentile interval, by patient.

    Slower than ``estimate_by_patient``: the arrays are drawn anew a replicate.

    Args:
        statistic: Called as ``statistic(*arrays)``; NaN where it is undefined.
        arrays: Arrays whose first axis is the row.
        resampling: Whose rows they are.

    Raises:
        InputError: The arrays differ in their number of rows.
    """
    columns = [np.asarray(array) for array in arrays]
    same_length(patients=resampling.patients, **{f"array {i}": c for i, c in enumerate(columns)})
    _, owner = np.unique(np.asarray(resampling.patients), return_inverse=True)
    value = float(statistic(*columns))
    count = int(owner.max()) + 1
    if count < 2 or np.isnan(value):
        return _without_interval(value, resampling, count)
    order = np.argsort(owner, kind="stable")
    ends = np.cumsum(np.bincount(owner))
    rows_of = np.split(order, ends[:-1])
    drawn = np.empty(resampling.replicates)
    for replicate in range(resampling.replicates):
        chosen = resampling.rng.integers(0, count, size=count)
        index = np.concatenate([rows_of[patient] for patient in chosen])
        drawn[replicate] = statistic(*(column[index] for column in columns))
    return _percentile(value, drawn, resampling)


def _percentile(value: float, drawn: FloatArray, resampling: Resampling) -> Estimate:
    patients = len(np.unique(np.asarray(resampling.patients)))
    defined = drawn[np.isfinite(drawn)]
    method = f"bootstrap percentile, by patient ({patients} patients)"
    if len(defined) < len(drawn):
        method += f"; undefined in {len(drawn) - len(defined)} of {len(drawn)} replicates"
    if len(defined) == 0:
        return _without_interval(value, resampling, patients)
    tail = (1.0 - resampling.level) / 2.0
    low, high = np.quantile(defined, (tail, 1.0 - tail))
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


def _without_interval(value: float, resampling: Resampling, patients: int) -> Estimate:
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
