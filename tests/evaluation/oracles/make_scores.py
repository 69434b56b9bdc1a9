"""Makes scores.csv, the data that delong.R and its test share: `python make_scores.py`.

Two models on 120 rows of 60 patients, with ties within and between the classes.
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np


def main() -> None:
    """Writes the table beside this file."""
    rng = np.random.default_rng(20)
    truth = (rng.uniform(size=120) < 0.4).astype(int)
    shared = rng.normal(size=120)
    a = np.round(1.3 * truth + 0.6 * shared + rng.normal(size=120), 1)
    b = np.round(0.9 * truth + 0.6 * shared + rng.normal(size=120), 1)
    with Path(__file__).with_name("scores.csv").open("w", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["patient", "truth", "a", "b"])
        rows.writerows(zip(np.arange(120) // 2, truth, a.tolist(), b.tolist(), strict=True))


if __name__ == "__main__":
    main()
