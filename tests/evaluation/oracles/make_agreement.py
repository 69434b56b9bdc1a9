"""Makes agreement.json by krippendorff and statsmodels: `python make_agreement.py`.

Neither is needed to test Condyle; install them in an environment of their own.
"""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path

import krippendorff
import numpy as np
from statsmodels.stats.inter_rater import cohens_kappa, fleiss_kappa

SCALE = (1, 2, 3, 4, 5)


def main() -> None:
    """Writes ratings and what the libraries say of them beside this file."""
    rng = np.random.default_rng(31)
    truth = rng.integers(1, 6, size=40)
    ratings = np.clip(truth[:, None] + rng.integers(-1, 2, size=(40, 4)), 1, 5).astype(float)
    gaps = ratings.copy()
    gaps[rng.uniform(size=gaps.shape) < 0.2] = np.nan
    pair = np.zeros((5, 5))
    np.add.at(pair, (ratings[:, 0].astype(int) - 1, ratings[:, 1].astype(int) - 1), 1)
    counts = np.stack([(ratings == grade).sum(axis=1) for grade in SCALE], axis=1)
    found = {
        "versions": {name: version(name) for name in ("krippendorff", "statsmodels", "numpy")},
        "scale": SCALE,
        "ratings": ratings.astype(int).tolist(),
        "gaps": [[None if np.isnan(x) else int(x) for x in row] for row in gaps],
        "krippendorff": {
            scale: float(krippendorff.alpha(gaps.T, value_domain=SCALE, level_of_measurement=scale))
            for scale in ("nominal", "ordinal", "interval", "ratio")
        },
        "fleiss": float(fleiss_kappa(counts, method="fleiss")),
        "cohen": {
            name: float(cohens_kappa(pair, wt=weights, return_results=False))
            for name, weights in (("none", None), ("linear", "linear"), ("quadratic", "quadratic"))
        },
    }
    Path(__file__).with_name("agreement.json").write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
