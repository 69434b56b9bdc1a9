"""Fits the rule that tells the last lumbar disc from S1-S2, on all patients and without each fold.

Run it with the shared slices at hand: python docs/fit_lowest_disc.py path/to/lumbar-spider
It writes ``lowest-disc.csv``: the weights that ``interpretation/lowest_disc.py`` holds (a test says
so), and those without each fold, by which the numbering is measured out of fold.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from condyle.bundle import find_bundle
from condyle.datasets.disc_centres import Centres, read_centres
from condyle.datasets.spider import graded_cases
from condyle.datasets.splits import read_split
from condyle.interpretation import SliceAnatomy
from condyle.interpretation.lowest_disc import LowestRule, lowest_facts
from condyle.interpretation.together import read_together
from condyle.workflows.evaluation.numbering import networks_by_fold, read_slices_by_patient

FOLDER = Path(__file__).parent / "models" / "lumbar-numbering"
KEEP_ALL = LowestRule(length=0.0, certainty=0.0, turn=0.0, constant=50.0)
ALL = -1

Row = tuple[str, tuple[float, float, float], int]


def candidates(patient: str, slices: dict[str, SliceAnatomy], centres: Centres) -> list[Row]:
    """Gives the lowest discs found on a patient's slices, together and one by one.

    Returns:
        Patient, facts, and 1 for the checked disc 1, 0 for one below it.
    """
    rows: list[Row] = []
    groups = [list(slices)] + ([[stem] for stem in slices] if len(slices) > 1 else [])
    for stems in groups:
        seen = read_together([slices[stem] for stem in stems], rule=KEEP_ALL)
        base = slices[stems[seen.first]]
        marks = base.placement.to_prepared(np.array(centres[stems[seen.first]]))
        step = float(np.median(np.hypot(*np.diff(marks, axis=0).T)))
        for disc, above in zip(seen.chain.discs[:3], seen.chain.discs[1:4], strict=True):
            apart = np.hypot(*(marks - np.array(disc.centre)).T)
            is_first = int(apart.argmin()) == 0 and apart.min() < 0.42 * step
            below = apart.min() >= 0.42 * step and disc.centre[0] > marks[0][0]
            if is_first or below:
                facts = lowest_facts(disc, above, seen.probabilities)
                rows.append((patient, facts, int(is_first)))
    return rows


def fitted(rows: list[Row]) -> LowestRule:
    """Fits the rule, every patient weighing alike; ridge of 1 on standardised facts."""
    count = Counter(patient for patient, _, _ in rows)
    facts = np.array([row[1] for row in rows])
    middle, spread = facts.mean(axis=0), facts.std(axis=0)
    model = LogisticRegression(C=1.0, max_iter=1000)
    weights = [2 / count[patient] for patient, _, _ in rows]
    model.fit((facts - middle) / spread, [row[2] for row in rows], sample_weight=weights)
    slopes = model.coef_[0] / spread
    constant = float(model.intercept_[0] - (slopes * middle).sum())
    return LowestRule(*(round(float(value), 4) for value in (*slopes, constant)))


def main(data: Path) -> None:
    """Writes ``lowest-disc.csv``."""
    folds = read_split("lumbar-spider").folds
    networks = networks_by_fold(find_bundle("lumbar-anatomy"))
    centres = read_centres(FOLDER / "disc_centres.csv")
    rows: list[Row] = []
    for patient, slices in read_slices_by_patient(
        graded_cases(data),
        centres,
        spec=find_bundle("lumbar-anatomy").manifest.preprocessing,
        network_of=lambda patient: networks[folds[patient]],
    ):
        rows += candidates(patient, slices, centres)
    with (FOLDER / "lowest-disc.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["without_fold", "length", "certainty", "turn", "constant", "discs"])
        for fold in (ALL, *sorted(set(folds.values()))):
            used = [row for row in rows if folds[row[0]] != fold]
            rule = fitted(used)
            table.writerow([fold, rule.length, rule.certainty, rule.turn, rule.constant, len(used)])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
