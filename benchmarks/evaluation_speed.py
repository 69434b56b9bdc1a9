"""Times the clustered bootstrap against a loop over scikit-learn, and DeLong at n = 100,000.

Run as `python benchmarks/evaluation_speed.py`; the loop is timed on few replicates and scaled.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

import numpy as np
from sklearn.metrics import recall_score, roc_auc_score

from condyle.evaluation.binary import roc_auc, sensitivity, specificity
from condyle.evaluation.bootstrap import Resampling
from condyle.evaluation.delong import roc_auc_delong

ROWS, EACH, REPLICATES, LOOPED = 10_000, 4, 10_000, 50


def seconds(work: Callable[[], object]) -> float:
    """Gives how long a piece of work takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def main() -> None:
    """Writes the times to standard output."""
    rng = np.random.default_rng(0)
    patients = np.arange(ROWS) // EACH
    truth = rng.integers(0, 2, ROWS)
    scores = truth + 1.5 * rng.normal(size=ROWS)
    called = scores > 0.5
    rows_of = [np.flatnonzero(patients == patient) for patient in range(ROWS // EACH)]

    def ours() -> None:
        plan = Resampling(patients, rng, REPLICATES, interval="percentile")
        roc_auc(truth, scores, plan)
        sensitivity(truth, called, plan)
        specificity(truth, called, plan)

    def loop() -> None:
        for _ in range(LOOPED):
            drawn = rng.integers(0, len(rows_of), len(rows_of))
            rows = np.concatenate([rows_of[patient] for patient in drawn])
            roc_auc_score(truth[rows], scores[rows])
            recall_score(truth[rows], called[rows])
            recall_score(truth[rows], called[rows], pos_label=0)

    fast, slow = seconds(ours), seconds(loop) * REPLICATES / LOOPED
    print(f"10,000 clustered replicates, n = 10,000: {fast:.2f} s; loop {slow:.0f} s (scaled)")
    print(f"  {slow / fast:.0f} times as fast")
    for rows in (10_000, 100_000, 1_000_000):
        labels = rng.integers(0, 2, rows)
        values = labels + rng.normal(size=rows)
        took = seconds(partial(roc_auc_delong, labels, values))
        print(f"DeLong, n = {rows}: {took:.3f} s")


if __name__ == "__main__":
    main()
