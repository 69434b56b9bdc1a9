"""How far two measurements of one disc differ by themselves, as it was measured."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib import resources

TABLE = "repeatability.csv"
"""Beside this module; written by ``measure_repeatability``."""

CONTRASTS = "t1-t2"
"""The pairs that bound a single reading: two contrasts of one examination."""


@cache
def repeatability() -> Mapping[str, float]:
    """Gives the repeatability coefficient of each measure, in its own unit.

    It is 1.96 times the square root of 2 times the within-subject standard deviation
    (Bland and Altman 1999, doi 10.1177/096228029900800204).
    """
    path = resources.files("condyle.workflows.reading").joinpath(TABLE)
    with path.open(newline="", encoding="utf-8") as stream:
        rows = csv.DictReader(stream)
        return {
            row["measure"]: float(row["repeatability"]) for row in rows if row["pairs"] == CONTRASTS
        }
