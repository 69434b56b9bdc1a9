"""How far two measurements of one disc differ by themselves, as it was measured."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib import resources

TABLE = "repeatability.csv"
"""Beside this module; written by ``measure_repeatability``."""

PAIRS = ("t1-t2", "neighbouring-slices")
"""Pairs that bound a single reading: two contrasts of one examination, two slices beside
each other. The greater coefficient of the two is used."""


@cache
def repeatability() -> Mapping[str, float]:
    """Gives the repeatability coefficient of each measure, in its own unit.

    It is 1.96 times the square root of 2 times the within-subject standard deviation
    (Bland and Altman 1999, doi 10.1177/096228029900800204).
    """
    path = resources.files("condyle.workflows.reading").joinpath(TABLE)
    rows = csv.DictReader(path.read_text(encoding="utf-8").splitlines())
    found: dict[str, float] = {}
    for row in rows:
        if row["pairs"] in PAIRS:
            name = row["measure"]
            found[name] = max(found.get(name, 0.0), float(row["repeatability"]))
    return found
