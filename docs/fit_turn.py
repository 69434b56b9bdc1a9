"""Fits the rule that tells which way a picture lies, on all patients and without each fold.

Run it with the shared slices at hand: python docs/fit_turn.py path/to/lumbar-spider
Each slice is read as it is and in its three turns, without spacing, by the network that did not
learn from its patient. What was seen upright is turned as well, as a network would see it that
labels a turned picture as well as an upright one. It writes ``turn.csv``: the weights that
``interpretation/turn.py`` holds (a test says so), and those without each fold, by which the table
of refusals is made out of fold.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
from make_refusal_table import TURNS as PICTURES
from sklearn.linear_model import LogisticRegression

from condyle.bundle import find_bundle
from condyle.datasets.spider import graded_cases
from condyle.datasets.splits import read_split
from condyle.domain.volume import Volume
from condyle.interpretation import SliceAnatomy
from condyle.interpretation.turn import FACTS, TURNS, UPRIGHT, TurnRule, turn_facts
from condyle.workflows.evaluation.numbering import networks_by_fold
from condyle.workflows.reading.anatomy_reading import read_picture

TABLE = Path(__file__).parent / "models" / "lumbar-numbering" / "turn.csv"
ALL = -1

Row = tuple[str, tuple[float, ...], int]
"""Patient, facts, and the turn's place among ``TURNS``."""


def facts_of(data: Path) -> list[Row]:
    """Gives what every slice shows, upright and turned."""
    folds = read_split("lumbar-spider").folds
    bundle = find_bundle("lumbar-anatomy")
    networks, spec = networks_by_fold(bundle), bundle.manifest.preprocessing
    rows: list[Row] = []
    for case in graded_cases(data):
        for series in case.study.series:
            image = series.load().array[0]
            for place, turn in enumerate(TURNS):
                made = image if turn == UPRIGHT else PICTURES[turn](image)
                volume = Volume(np.ascontiguousarray(made, dtype=np.float32)[None])
                seen, _ = read_picture(volume, spec=spec, run=networks[folds[case.patient]])
                ways = {place: seen}
                if turn == UPRIGHT:
                    ways |= {1: turned(seen, (0,)), 2: turned(seen, (1,)), 3: turned(seen, (0, 1))}
                found = {way: turn_facts(one) for way, one in ways.items()}
                rows += [(case.patient, told, way) for way, told in found.items() if told]
    return rows


def turned(seen: SliceAnatomy, axes: tuple[int, ...]) -> SliceAnatomy:
    """Gives the chain of a slice on the same picture with some axes in the other order."""
    sizes = np.array(seen.inside.shape)
    discs = []
    for disc in seen.chain.discs:
        centre, way = np.array(disc.centre), np.array(disc.axis)
        for axis in axes:
            centre[axis] = sizes[axis] - 1 - centre[axis]
            way[axis] = -way[axis]
        way = way if way[1] >= 0 else -way  # towards the right, as a disc is described
        discs.append(replace(disc, centre=(centre[0], centre[1]), axis=(way[0], way[1])))
    discs.sort(key=lambda disc: -disc.centre[0])
    behind = seen.chain.canal_share if 1 not in axes else 0.0
    chain = replace(seen.chain, discs=tuple(discs), canal_share=behind)
    return replace(seen, chain=chain, inside=np.flip(seen.inside, axes))


def fitted(rows: list[Row]) -> TurnRule:
    """Fits the rule, every patient weighing alike; ridge of 1 on standardised facts."""
    count = Counter(patient for patient, _, _ in rows)
    facts = np.array([row[1] for row in rows])
    middle, spread = facts.mean(axis=0), facts.std(axis=0)
    model = LogisticRegression(C=1.0, max_iter=2000)
    weights = [len(TURNS) / count[patient] for patient, _, _ in rows]
    model.fit((facts - middle) / spread, [row[2] for row in rows], sample_weight=weights)
    slopes = model.coef_ / spread
    constants = model.intercept_ - slopes @ middle
    return TurnRule(
        tuple(
            tuple(round(float(value), 4) for value in (*slope, constant))
            for slope, constant in zip(slopes, constants, strict=True)
        )
    )


def write(rows: list[Row]) -> None:
    """Writes ``turn.csv``."""
    folds = read_split("lumbar-spider").folds
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["without_fold", "turn", *FACTS, "constant", "pictures"])
        for fold in (ALL, *sorted(set(folds.values()))):
            used = [row for row in rows if folds[row[0]] != fold]
            for turn, weights in zip(TURNS, fitted(used).weights, strict=True):
                table.writerow([fold, turn, *weights, len(used)])


if __name__ == "__main__":
    write(facts_of(Path(sys.argv[1])))
