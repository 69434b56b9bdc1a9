"""The rules that tell which way a picture lies, as they were fitted without each fold."""

from __future__ import annotations

import csv
from pathlib import Path

from condyle.interpretation.turn import FACTS, TURNS, TurnRule


def read_turn_rules(path: Path) -> dict[int, TurnRule]:
    """Reads the rules by the fold that each was fitted without.

    Args:
        path: CSV with without_fold (-1: fitted on all), turn, a column a fact, and constant.
    """
    found: dict[int, dict[str, tuple[float, ...]]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            weights = tuple(float(row[name]) for name in (*FACTS, "constant"))
            found.setdefault(int(row["without_fold"]), {})[row["turn"]] = weights
    return {
        fold: TurnRule(tuple(weights[turn] for turn in TURNS)) for fold, weights in found.items()
    }
