"""The simulated figures of `interval_coverage.py`: data with a known truth, and every interval.

Each figure is a function from a generator, rows and rows a patient to named limits; a data
set in which the figure is undefined gives none.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.special import betaincinv
from scipy.stats import norm

from condyle.evaluation.binary import roc_auc, weighted_auc
from condyle.evaluation.bootstrap import (
    OfSums,
    Resampling,
    WeightedStatistic,
    bca_tails,
    from_replicates,
    replicates_of,
    without_each_patient,
)
from condyle.evaluation.classification import weighted_average_precision
from condyle.evaluation.delong import difference_of_areas, roc_areas, roc_auc_delong
from condyle.evaluation.intervals import PROPORTION_METHODS
from condyle.evaluation.jackknife import Scale, jackknife_t
from condyle.evaluation.ordinal import kappa_of_weights
from condyle.evaluation.proportions import mean_by_patient, proportion, weighted_mean
from condyle.evaluation.regression import bland_altman, intraclass_correlation

REPLICATES = 600
Limits = tuple[float, float]
Ways = Callable[[np.random.Generator, int, int], dict[str, Limits]]


@dataclass(frozen=True)
class Figure:
    """What is simulated: a name, the truth, the intervals, and whether patients may cluster."""

    name: str
    truth: Callable[[], float]
    ways: Ways
    clustered: bool = True


def resampled(
    statistic: WeightedStatistic,
    owner: np.ndarray,
    rng: np.random.Generator,
    *,
    scale: Scale | None = None,
) -> dict[str, Limits]:
    """Gives the bootstrap's and the jackknife's limits, as the evaluation room makes them."""
    plan = Resampling(owner, rng, REPLICATES)
    value = float(statistic(np.ones((len(owner), 1)))[0])
    if np.isnan(value):
        return {}
    drawn, left_out = replicates_of(statistic, plan), without_each_patient(statistic, plan)
    tails = bca_tails(value, drawn, left_out, plan.level)
    percentile = from_replicates(value, drawn, plan)
    bca = from_replicates(value, drawn, plan, tails=tails)
    found = {
        "bootstrap percentile": (percentile.low, percentile.high),
        "bootstrap BCa": (bca.low, bca.high),
    }
    if scale:
        limits = jackknife_t(value, left_out, scale=scale)
        found["jackknife t"] = limits or found["bootstrap BCa"]
    return found


def owners(rows: int, each: int) -> np.ndarray:
    """Gives the patient of each row."""
    return np.arange(rows) // each


def normal(rng: np.random.Generator, rows: int, each: int) -> np.ndarray:
    """Draws standard normals; those of a patient correlate with one half."""
    own = rng.normal(size=rows)
    if each == 1:
        return own
    shared = rng.normal(size=owners(rows, each)[-1] + 1)[owners(rows, each)]
    return np.sqrt(0.5) * (shared + own)


def pair(rng: np.random.Generator, rows: int, each: int) -> tuple[np.ndarray, np.ndarray]:
    """Draws two normals that correlate with 0.85."""
    first, other = normal(rng, rows, each), normal(rng, rows, each)
    return first, 0.85 * first + np.sqrt(1 - 0.85**2) * other


def share_of(true: float) -> Ways:
    """Gives the intervals of a proportion; hits of a patient correlate with 0.3."""

    def ways(rng: np.random.Generator, rows: int, each: int) -> dict[str, Limits]:
        owner, chance = owners(rows, each), np.full(rows, true)
        if each > 1:
            spread = 1 / 0.3 - 1
            chance = rng.beta(true * spread, (1 - true) * spread, size=owner[-1] + 1)[owner]
        hits = rng.uniform(size=rows) < chance
        every = np.ones(rows, dtype=bool)
        found = {name: way(hits.sum(), rows, 0.95) for name, way in PROPORTION_METHODS.items()}
        near = proportion(hits, every, Resampling(owner, rng))
        alike = hits.all() or not hits.any()
        drawn = resampled(weighted_mean(hits.astype(float)), owner, rng)
        for name in ("bootstrap percentile", "bootstrap BCa"):
            found[name] = (near.low, near.high) if alike else drawn[name]
        found["Wilson at effective n"] = (near.low, near.high)
        return found

    return ways


def roc_area(rng: np.random.Generator, rows: int, each: int) -> dict[str, Limits]:
    """Gives the intervals of a ROC area, with an effect of 0.7 SD a patient."""
    owner = owners(rows, each)
    truth = rng.permutation(np.arange(rows) % 2).astype(bool)
    effect = 0.7 * rng.normal(size=owner[-1] + 1)[owner] if each > 1 else np.zeros(rows)
    spread = np.sqrt(2.0 * (1.0 + (0.49 if each > 1 else 0.0)))
    scores = norm.ppf(0.85) * spread * truth + effect + rng.normal(size=rows)
    found = {}
    of_patients = owner if each > 1 else None
    plain = roc_auc_delong(truth, scores, patients=of_patients)
    logit = roc_auc(truth, scores, Resampling(owner, rng))
    found["DeLong"], found["logit DeLong"] = (plain.low, plain.high), (logit.low, logit.high)
    if each == 1:
        plan = Resampling(owner, rng, REPLICATES, interval="percentile", strata=truth)
        apart = roc_auc(truth, scores, plan)
        found["bootstrap percentile, stratified"] = (apart.low, apart.high)
    return found | resampled(weighted_auc(truth, scores), owner, rng, scale="share")


def mean_dice(rng: np.random.Generator, rows: int, each: int) -> dict[str, Limits]:
    """Gives the intervals of a skewed mean; a patient's rows share their case half the time."""
    owner, own = owners(rows, each), rng.uniform(size=rows)
    shared = rng.uniform(size=owner[-1] + 1)[owner]
    mixed = np.where(rng.uniform(size=rows) < 0.5, shared, own) if each > 1 else own
    values = betaincinv(8.5, 1.5, mixed)
    t = mean_by_patient(values, Resampling(owner, rng))
    return {"t": (t.low, t.high)} | resampled(weighted_mean(values), owner, rng, scale="share")


def kappa(rng: np.random.Generator, rows: int, each: int) -> dict[str, Limits]:
    """Gives the intervals of quadratic kappa of five grades."""
    return resampled(_kappa(*pair(rng, rows, each)), owners(rows, each), rng, scale="coefficient")


def f1(rng: np.random.Generator, rows: int, each: int) -> dict[str, Limits]:
    """Gives the intervals of F1, a third positive."""
    return resampled(_f1(*pair(rng, rows, each)), owners(rows, each), rng, scale="share")


def average_precision(rng: np.random.Generator, rows: int, each: int) -> dict[str, Limits]:
    """Gives the intervals of average precision, a third positive."""
    first, second = pair(rng, rows, each)
    if not (first > 0.4).any():
        return {}
    return resampled(_precision(first, second), owners(rows, each), rng, scale="share")


def accuracy_gap(rng: np.random.Generator, rows: int, each: int) -> dict[str, Limits]:
    """Gives the intervals of 85 less 80 % accuracy on the same rows."""
    first, second = pair(rng, rows, each)
    gaps = (first < norm.ppf(0.85)).astype(float) - (second < norm.ppf(0.80))
    return resampled(weighted_mean(gaps), owners(rows, each), rng, scale="plain")


def area_gap(rng: np.random.Generator, rows: int, each: int) -> dict[str, Limits]:
    """Gives the intervals of a ROC area of 0.85 less one of 0.80 on the same rows."""
    truth = rng.permutation(np.arange(rows) % 2).astype(bool)
    first, second = pair(rng, rows, each)
    a = first + np.sqrt(2) * norm.ppf(0.85) * truth
    b = second + np.sqrt(2) * norm.ppf(0.80) * truth
    owner = owners(rows, each)
    closed = difference_of_areas(roc_areas(truth, [a, b], patients=owner if each > 1 else None))
    one, other = weighted_auc(truth, a), weighted_auc(truth, b)
    drawn = resampled(lambda w: one(w) - other(w), owner, rng, scale="plain")
    return {"DeLong": (closed.low, closed.high)} | drawn


def upper_limit(rng: np.random.Generator, rows: int, each: int) -> dict[str, Limits]:
    """Gives the interval of Bland and Altman's upper limit of normal differences."""
    gaps = normal(rng, rows, each)
    found = bland_altman(gaps, np.zeros(rows), Resampling(owners(rows, each), rng)).upper_limit
    return {found.method.split(", by patient")[0]: (found.low, found.high)}


def intraclass(rng: np.random.Generator, rows: int, each: int) -> dict[str, Limits]:
    """Gives the interval of the intraclass correlation of three raters, 0.8 for agreement."""
    effect = 0.25 * rng.normal(size=3)
    ratings = (
        2.0 * rng.normal(size=(rows, 1)) + effect + np.sqrt(0.9375) * rng.normal(size=(rows, 3))
    )
    found = intraclass_correlation(ratings)
    return {found.method: (found.low, found.high)}


def _kappa(first: np.ndarray, second: np.ndarray) -> WeightedStatistic:
    cuts = norm.ppf([0.2, 0.4, 0.6, 0.8])
    grades = np.searchsorted(cuts, first), np.searchsorted(cuts, second)
    return kappa_of_weights(*grades, size=5, weights="quadratic")


def _f1(first: np.ndarray, second: np.ndarray) -> WeightedStatistic:
    truth, called = first > 0.4, second > 0.4
    cells = np.stack([truth & called, truth ^ called]).astype(float)
    return OfSums(cells, lambda sums: 2 * sums[0] / (2 * sums[0] + sums[1]))


def _precision(first: np.ndarray, second: np.ndarray) -> WeightedStatistic:
    return weighted_average_precision(first > 0.4, second)


@cache
def of_many(make: Callable[[np.ndarray, np.ndarray], WeightedStatistic]) -> float:
    """Gives a figure's truth from two million independent rows."""
    rows = 2_000_000
    return float(make(*pair(np.random.default_rng(11), rows, 1))(np.ones((rows, 1)))[0])


FIGURES = (
    Figure("mean", lambda: 0.85, mean_dice),
    Figure("ROC area", lambda: 0.85, roc_area),
    Figure("kappa", lambda: of_many(_kappa), kappa),
    Figure("F1", lambda: of_many(_f1), f1),
    Figure("proportion", lambda: 0.8, share_of(0.8)),
    Figure("difference of accuracies", lambda: 0.05, accuracy_gap),
    Figure("limit of agreement", lambda: 1.96, upper_limit),
    Figure("intraclass correlation", lambda: 0.8, intraclass, clustered=False),
    Figure("proportion", lambda: 0.95, share_of(0.95)),
    Figure("average precision", lambda: of_many(_precision), average_precision),
    Figure("difference of ROC areas", lambda: 0.05, area_gap),
)
