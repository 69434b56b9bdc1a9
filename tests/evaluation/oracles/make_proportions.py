"""Makes proportions.json by statsmodels: intervals, paired tests, adjusted p values, effects.

Run as `python make_proportions.py` in an environment that has statsmodels.
"""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path

import numpy as np
from statsmodels.stats.contingency_tables import Table2x2, mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

CASES = [(0, 12), (12, 12), (1, 7), (17, 20), (23, 28), (119, 2000), (1998, 2000)]
METHODS = {
    "wilson": "wilson",
    "clopper-pearson": "beta",
    "agresti-coull": "agresti_coull",
    "wald": "normal",
}
DISCORDANT = [(0, 0), (1, 0), (9, 2), (30, 18), (7, 7)]
P_VALUES = [0.001, 0.2, 0.04, 0.04, 0.9, 0.012, 1.0, 0.0]


def main() -> None:
    """Writes the figures beside this file."""
    intervals = [
        {
            "hits": hits,
            "trials": trials,
            "level": level,
            "method": ours,
            "limits": [float(x) for x in proportion_confint(hits, trials, 1 - level, theirs)],
        }
        for hits, trials in CASES
        for level in (0.9, 0.95, 0.99)
        for ours, theirs in METHODS.items()
    ]
    paired = [
        {
            "only_a": a,
            "only_b": b,
            "p_value": float(mcnemar(np.array([[5, a], [b, 4]]), exact=True).pvalue),
        }
        for a, b in DISCORDANT
    ]
    table = Table2x2(np.array([[30, 12], [18, 25]]))
    found = {
        "versions": {name: version(name) for name in ("statsmodels", "scipy", "numpy")},
        "intervals": intervals,
        "mcnemar": paired,
        "chi_square": {
            "table": [30, 42, 18, 43],
            "p_value": float(table.test_nominal_association().pvalue),
        },
        "p_values": P_VALUES,
        "holm": multipletests(P_VALUES, method="holm")[1].tolist(),
        "benjamini_hochberg": multipletests(P_VALUES, method="fdr_bh")[1].tolist(),
    }
    Path(__file__).with_name("proportions.json").write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
