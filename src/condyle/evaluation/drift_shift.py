"""Whether a distribution differs between two periods, tested by moving whole patients.

The statistics are the usual ones (Kolmogorov-Smirnov, chi-square, population stability
index); their chance distribution is that of the same patients dealt at random to two
periods of the same sizes, so that several rows of a patient do no harm.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import norm

from condyle.errors import InputError
from condyle.evaluation.inputs import FloatArray, as_scores, same_length

BINS = 10
BLOCK = 256
MOST_PLACES = 400
"""Values at which distributions are compared; of more, as many quantiles are taken."""
POWER = 0.8
LEVEL = 0.95

Memberships = FloatArray
"""(deal, patient): 1 where the patient is dealt to the new period, else 0."""


@dataclass(frozen=True, eq=False)
class Periods:
    """Rows of two periods, one after the other.

    Attributes:
        owner: Position of each row's patient.
        later: (patient,) 1 where the patient is of the new period, else 0.
    """

    owner: NDArray[np.intp]
    later: FloatArray

    @property
    def new(self) -> NDArray[np.bool_]:
        """Rows of the new period."""
        return np.asarray(self.later[self.owner] > 0.5)

    @property
    def patients(self) -> tuple[int, int]:
        """Patients of the baseline and of the new period."""
        return int((1.0 - self.later).sum()), int(self.later.sum())

    def where(self, rows: NDArray[np.bool_]) -> Periods:
        """Gives the periods of the rows that are true."""
        kept, owner = np.unique(self.owner[rows], return_inverse=True)
        return Periods(owner, self.later[kept])


@dataclass(frozen=True)
class Shift:
    """How far a distribution of the new period is from that of the baseline.

    Attributes:
        test: Name of the statistic and of its chance distribution.
        gap: For numbers the greatest difference of the shares at or below one value,
            for categories the greatest difference of one's share; 0 to 1.
        at: Where that is: the number, or the category's name.
        p_value: Share of random deals whose statistic is as large.
        stability: Population stability index over deciles of the baseline or categories.
        stability_by_chance: Its 95 % quantile among random deals.
        detectable: Gap that would be seen with 80 %, before p values are adjusted.
        rows: Rows of the baseline and of the new period.
        patients: Their patients.
    """

    test: str
    gap: float
    at: str
    p_value: float
    stability: float
    stability_by_chance: float
    detectable: float
    rows: tuple[int, int]
    patients: tuple[int, int]


def periods_of(baseline: ArrayLike, new: ArrayLike) -> Periods:
    """Gives the two periods from the patient of each of their rows.

    Raises:
        InputError: A period has no row, or a patient is in both.
    """
    first, second = np.asarray(baseline).astype(np.str_), np.asarray(new).astype(np.str_)
    shared = np.intersect1d(first, second)
    if not len(first) or not len(second) or len(shared):
        raise InputError(
            "Two periods cannot be compared.",
            found=f"{len(first)} and {len(second)} rows, {len(shared)} patients in both",
            needed="rows in both, and every patient in one",
            mend="leave out of the new period who was in the baseline already.",
        )
    names, owner = np.unique(np.concatenate([first, second]), return_inverse=True)
    return Periods(owner, np.isin(names, second).astype(np.float64))


def shift_of_numbers(
    values: ArrayLike, periods: Periods, *, rng: np.random.Generator, permutations: int = 4999
) -> Shift:
    """Tests whether numbers are distributed alike, by the Kolmogorov-Smirnov statistic.

    The distributions are compared at every value, or at 400 quantiles of all of them.

    Args:
        values: One a row, without NaN.
        periods: Whose rows they are.
        rng: Source of randomness.
        permutations: Random deals.

    References:
        Smirnov, Bulletin of Moscow University 1939; Siddiqi, Credit Risk Scorecards 2006
        (stability index); Yurdakul and Naranjo 2020, doi 10.21314/JRMV.2020.227 (its
        distribution by chance).
    """
    numbers = as_scores(values, "values")
    same_length(values=numbers, rows=periods.owner)
    places = _places(numbers)
    below = np.cumsum(_counts(np.searchsorted(places, numbers), periods), axis=1)

    def gaps(deals: Memberships) -> FloatArray:
        later, earlier = _dealt(below, deals)
        return np.asarray(later / later[:, -1:] - earlier / earlier[:, -1:])

    def statistic(deals: Memberships) -> FloatArray:
        return np.asarray(np.abs(gaps(deals)).max(axis=1))

    seen = gaps(periods.later[None])[0]
    place = int(np.abs(seen).argmax())
    counts = _counts(_decile(numbers, periods), periods)
    return _shift(
        (statistic, gaps, lambda deals: _stability(counts, deals)),
        periods,
        (float(abs(seen[place])), f"{places[place]:.4g}"),
        test="Kolmogorov-Smirnov, patients dealt at random",
        draw=(rng, permutations),
    )


def shift_of_categories(
    values: ArrayLike, periods: Periods, *, rng: np.random.Generator, permutations: int = 4999
) -> Shift:
    """Tests whether categories have the same shares, by Pearson's chi-square statistic.

    Args:
        values: A text or number a row; every value is a category.
        periods: Whose rows they are.
        rng: Source of randomness.
        permutations: Random deals.
    """
    texts = np.asarray(values).astype(np.str_)
    same_length(values=texts, rows=periods.owner)
    names, category = np.unique(texts, return_inverse=True)
    counts = _counts(category, periods)

    def gaps(deals: Memberships) -> FloatArray:
        later, earlier = _dealt(counts, deals)
        return np.asarray(
            later / later.sum(axis=1, keepdims=True) - earlier / earlier.sum(axis=1, keepdims=True)
        )

    seen = gaps(periods.later[None])[0]
    place = int(np.abs(seen).argmax())
    return _shift(
        (lambda deals: _chi_square(counts, deals), gaps, lambda deals: _stability(counts, deals)),
        periods,
        (float(abs(seen[place])), str(names[place])),
        test="chi-square, patients dealt at random",
        draw=(rng, permutations),
    )


def deals_of(
    periods: Periods, rng: np.random.Generator, permutations: int
) -> Iterator[Memberships]:
    """Deals the patients at random to periods of the same sizes, a block at a time."""
    for start in range(0, permutations, BLOCK):
        size = min(BLOCK, permutations - start)
        yield rng.permuted(np.tile(periods.later, (size, 1)), axis=1)


def share_as_large(drawn: FloatArray, seen: float) -> float:
    """Gives the p value: the share of the drawn that reach what was seen, one added to both."""
    return float(((drawn >= seen - 1e-12).sum() + 1) / (len(drawn) + 1))


_Statistic = Callable[[Memberships], FloatArray]


def _shift(
    told: tuple[_Statistic, _Statistic, _Statistic],
    periods: Periods,
    seen: tuple[float, str],
    *,
    test: str,
    draw: tuple[np.random.Generator, int],
) -> Shift:
    statistic, gaps, stability = told
    statistics, greatest, stabilities = [], [], []
    squares = np.zeros(1)
    for deals in deals_of(periods, *draw):
        found = gaps(deals)
        statistics.append(statistic(deals))
        greatest.append(np.abs(found).max(axis=1))
        stabilities.append(stability(deals))
        squares = squares + (found**2).sum(axis=0)
    spread = float(np.sqrt(squares.max() / draw[1]))
    critical = float(np.quantile(np.concatenate(greatest), LEVEL))
    rows = int(periods.new.sum())
    actual = periods.later[None]
    return Shift(
        test=test,
        gap=seen[0],
        at=seen[1],
        p_value=share_as_large(np.concatenate(statistics), float(statistic(actual)[0])),
        stability=float(stability(actual)[0]),
        stability_by_chance=float(np.quantile(np.concatenate(stabilities), LEVEL)),
        detectable=min(1.0, critical + float(norm.ppf(POWER)) * spread),
        rows=(len(periods.owner) - rows, rows),
        patients=periods.patients,
    )


def _places(values: FloatArray) -> FloatArray:
    """Gives the values at which two distributions are held against each other."""
    every = np.unique(values)
    if len(every) <= MOST_PLACES:
        return every
    return np.unique(np.quantile(values, np.linspace(0.0, 1.0, MOST_PLACES), method="higher"))


def _decile(values: FloatArray, periods: Periods) -> NDArray[np.intp]:
    cuts = np.unique(np.quantile(values[~periods.new], np.arange(1, BINS) / BINS))
    return np.asarray(np.searchsorted(cuts, values, side="left"))


def _counts(category: NDArray[np.intp], periods: Periods) -> FloatArray:
    """Gives (patient, category) counts of rows."""
    size = int(category.max()) + 1
    cells = np.bincount(periods.owner * size + category, minlength=len(periods.later) * size)
    return cells.reshape(len(periods.later), size).astype(np.float64)


def _dealt(counts: FloatArray, deals: Memberships) -> tuple[FloatArray, FloatArray]:
    later = deals @ counts
    return later, counts.sum(axis=0) - later


def _chi_square(counts: FloatArray, deals: Memberships) -> FloatArray:
    later, earlier = _dealt(counts, deals)
    whole = counts.sum(axis=0) / counts.sum()
    total = np.zeros(len(deals))
    for part in (later, earlier):
        expected = part.sum(axis=1, keepdims=True) * whole
        with np.errstate(invalid="ignore", divide="ignore"):
            total += np.nan_to_num((part - expected) ** 2 / expected).sum(axis=1)
    return total


def _stability(counts: FloatArray, deals: Memberships) -> FloatArray:
    """Gives the stability index, half a row being added to every count so that none is 0."""
    later, earlier = (part + 0.5 for part in _dealt(counts, deals))
    p = later / later.sum(axis=1, keepdims=True)
    q = earlier / earlier.sum(axis=1, keepdims=True)
    return np.asarray(((p - q) * np.log(p / q)).sum(axis=1))
