"""How often each interval holds the truth, simulated: `python benchmarks/interval_coverage.py`.

Writes a Markdown table; 5,000 runs a row take about half an hour on one core.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator

import numpy as np
from scipy.special import betaincinv, logit
from scipy.special import expit as logistic
from scipy.stats import norm, t

from condyle.evaluation.binary import weighted_auc
from condyle.evaluation.bootstrap import Resampling, estimate_by_patient
from condyle.evaluation.delong import roc_areas
from condyle.evaluation.intervals import PROPORTION_METHODS
from condyle.evaluation.proportions import weighted_mean

SHARE, AREA, DICE = 0.8, 0.85, 0.85
Limits = tuple[float, float]


def hits(rng: np.random.Generator, rows: int, each: int) -> tuple[np.ndarray, np.ndarray]:
    """Draws rows that are right with 0.8; rows of a patient correlate with 0.3."""
    owner = np.arange(rows) // each
    share = np.full(rows, SHARE)
    if each > 1:
        spread = 1 / 0.3 - 1
        share = rng.beta(SHARE * spread, (1 - SHARE) * spread, size=owner.max() + 1)[owner]
    return (rng.uniform(size=rows) < share).astype(float), owner


def scored(rng: np.random.Generator, rows: int, each: int) -> tuple[np.ndarray, ...]:
    """Draws labels and scores of a true ROC area of 0.85, with an effect a patient."""
    owner = np.arange(rows) // each
    truth = rng.permutation(np.arange(rows) % 2).astype(bool)
    effect = 0.7 * rng.normal(size=owner.max() + 1)[owner] if each > 1 else np.zeros(rows)
    spread = np.sqrt(2.0 * (1.0 + (0.49 if each > 1 else 0.0)))
    return truth, norm.ppf(AREA) * spread * truth + effect + rng.normal(size=rows), owner


def overlaps(rng: np.random.Generator, rows: int, each: int) -> tuple[np.ndarray, np.ndarray]:
    """Draws Dice values with a mean of 0.85, skewed; rows of a patient share their case."""
    owner = np.arange(rows) // each
    shared = rng.uniform(size=owner.max() + 1)[owner]
    own = rng.uniform(size=rows)
    mixed = np.where(rng.uniform(size=rows) < 0.5, shared, own) if each > 1 else own
    return betaincinv(8.5, 1.5, mixed), owner


def effective(values: np.ndarray, owner: np.ndarray) -> tuple[float, float, int]:
    """Gives the mean, its error by patient and the number of patients."""
    mean = values.mean()
    sums = np.bincount(owner, weights=values - mean)
    count = len(sums)
    return mean, float(np.sqrt(count / (count - 1) * (sums**2).sum()) / len(values)), count


def wilson_effective(values: np.ndarray, owner: np.ndarray) -> Limits:
    """Wilson's interval with the number of rows that the clusters are worth."""
    mean, error, count = effective(values, owner)
    rows = len(values)
    size = rows if error == 0 else min(mean * (1 - mean) / error**2, rows)
    z = norm.ppf(0.975)
    size *= (z / t.ppf(0.975, count - 1)) ** 2
    return PROPORTION_METHODS["wilson"](mean * size, size, 0.95)


def t_by_patient(values: np.ndarray, owner: np.ndarray) -> Limits:
    """Gives the t interval with the error by patient."""
    mean, error, count = effective(values, owner)
    reach = t.ppf(0.975, count - 1) * error
    return mean - reach, mean + reach


def area_limits(truth: np.ndarray, scores: np.ndarray, owner: np.ndarray, way: str) -> Limits:
    """Gives the limits of a ROC area by one of the ways of DeLong."""
    clustered = owner.max() + 1 < len(owner)
    found = roc_areas(truth, [scores], patients=owner if clustered else None)
    area, error = float(found.areas[0]), float(np.sqrt(max(found.covariance[0, 0], 0.0)))
    reach = norm.ppf(0.975) if "normal" in way else t.ppf(0.975, found.clusters - 1)
    if "logit" in way and 0 < area < 1:
        half = reach * error / (area * (1 - area))
        return float(logistic(logit(area) - half)), float(logistic(logit(area) + half))
    return area - reach * error, area + reach * error


def ways_of_share(rng: np.random.Generator, rows: int, each: int) -> dict[str, Limits]:
    """Gives every interval of one simulated proportion."""
    values, owner = hits(rng, rows, each)
    found = {name: method(values.sum(), rows, 0.95) for name, method in PROPORTION_METHODS.items()}
    found["Wilson, effective n, t"] = wilson_effective(values, owner)
    return found | bootstraps(weighted_mean(values), owner, rng)


def ways_of_area(rng: np.random.Generator, rows: int, each: int) -> dict[str, Limits]:
    """Gives every interval of one simulated ROC area."""
    truth, scores, owner = scored(rng, rows, each)
    ways = ("DeLong normal", "DeLong t", "DeLong logit normal", "DeLong logit t")
    found = {way: area_limits(truth, scores, owner, way) for way in ways}
    return found | bootstraps(weighted_auc(truth, scores), owner, rng)


def ways_of_mean(rng: np.random.Generator, rows: int, each: int) -> dict[str, Limits]:
    """Gives every interval of one simulated mean Dice."""
    values, owner = overlaps(rng, rows, each)
    return {"t by patient": t_by_patient(values, owner)} | bootstraps(
        weighted_mean(values), owner, rng
    )


def bootstraps(statistic: Callable, owner: np.ndarray, rng: np.random.Generator) -> dict:
    """Gives both bootstrap intervals by patient."""
    found = {}
    for way in ("percentile", "bca"):
        plan = Resampling(owner, rng, replicates=600, interval=way)
        estimate = estimate_by_patient(statistic, plan)
        found[f"bootstrap {way}"] = (estimate.low, estimate.high)
    return found


FIGURES = {
    "proportion 0.8": (SHARE, ways_of_share),
    "ROC area 0.85": (AREA, ways_of_area),
    "mean Dice 0.85": (DICE, ways_of_mean),
}


def lines(runs: int, seed: int) -> Iterator[str]:
    """Gives the table a line at a time."""
    yield "| figure | rows | rows a patient | " + "interval: coverage % (mean width) |"
    yield "|---|---|---|---|"
    for name, (true, ways) in FIGURES.items():
        for each in (1, 4):
            for rows in (20, 50, 200):
                rng = np.random.default_rng((seed, rows, each))
                held: dict[str, list[float]] = {}
                for _ in range(runs):
                    for way, (low, high) in ways(rng, rows, each).items():
                        held.setdefault(way, []).append(float(low <= true <= high))
                        held.setdefault(way + " width", []).append(min(high, 1) - max(low, 0))
                cells = [
                    f"{way}: {100 * np.mean(values):.1f} ({np.nanmean(held[way + ' width']):.3f})"
                    for way, values in held.items()
                    if not way.endswith(" width")
                ]
                yield f"| {name} | {rows} | {each} | {'; '.join(cells)} |"


def main() -> None:
    """Writes the table to standard output."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--runs", type=int, default=5000)
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    for line in lines(given.runs, given.seed):
        print(line)
        sys.stdout.flush()


if __name__ == "__main__":
    main()
