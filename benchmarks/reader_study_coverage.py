"""Share of simulated reader studies whose interval of the change holds the true change.

Run ``python benchmarks/reader_study_coverage.py --studies 2000``; it prints the table in
docs/how-to/run-a-reader-study.md. The true change follows in closed form from the normal
model of ``condyle.evaluation.reader_simulation``.
"""

from __future__ import annotations

import argparse

import numpy as np
from scipy.stats import norm

from condyle.evaluation.mrmc import (
    compare_modalities,
    reader_figures,
)
from condyle.evaluation.reader_covariance import Figure
from condyle.evaluation.reader_simulation import ReaderModel, separation, simulate_readings

SIZES = ((3, 30), (5, 50), (10, 100))
FIGURES: tuple[Figure, ...] = ("auc", "sensitivity", "specificity", "mean")
MODEL = ReaderModel()


def true_change(figure: Figure) -> float:
    """Gives the change of the mean over all readers, with less without."""
    change = MODEL.skill_sd**2 + MODEL.change_sd**2
    apart = np.array([separation(area) for area in MODEL.areas])
    if figure == "auc":
        values = norm.cdf(apart / np.sqrt(2.0 + change))
    elif figure == "sensitivity":
        values = norm.cdf((apart - MODEL.threshold) / np.sqrt(1 + change + MODEL.threshold_sd**2))
    elif figure == "specificity":
        values = np.zeros(2)
    else:
        values = np.array(MODEL.minutes) * np.exp(MODEL.spread_minutes**2 / 2.0)
    return float(values[1] - values[0])


def coverage(size: tuple[int, int], studies: int, seed: int) -> dict[str, float]:
    """Gives the share that holds the true change, by figure."""
    readers, cases = size
    rng = np.random.default_rng(seed)
    truth = np.arange(cases) % 2 == 0
    held = dict.fromkeys(FIGURES, 0)
    for _ in range(studies):
        made = simulate_readings(MODEL, truth, readers=readers, rng=rng)
        for figure in FIGURES:
            ratings = made.of(figure)[::-1]
            found = compare_modalities(reader_figures(truth, ratings, figure=figure))
            gap = found.differences[0].difference
            held[figure] += gap.low <= true_change(figure) <= gap.high
    return {figure: 100.0 * count / studies for figure, count in held.items()}


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--studies", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    print("| readers | cases | ROC area | sensitivity | specificity | mean time |")
    print("|---|---|---|---|---|---|")
    for size in SIZES:
        found = coverage(size, chosen.studies, chosen.seed)
        cells = " | ".join(f"{found[figure]:.1f}" for figure in FIGURES)
        print(f"| {size[0]} | {size[1]} | {cells} |", flush=True)


if __name__ == "__main__":
    main()
