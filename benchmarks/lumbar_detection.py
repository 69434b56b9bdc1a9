"""The lumbar detectors beside the two-stage bundles, as detections of the same boxes.

    python benchmarks/lumbar_detection.py --data DATA --out OUT --runs RUN [RUN ...]

DATA is the SPIDER folder with its single slices, each RUN a folder of a detector's training with
``boxes.csv``, or such a table itself, compressed as those of ``docs/models/out-of-fold`` are. The
two-stage bundles are read out of fold: a patient's discs are outlined by the one network of
``lumbar-anatomy`` that was not trained on it, and a disc's scores are the out-of-fold
probabilities of ``lumbar-grading`` in ``docs/models/out-of-fold``. On mid-sagittal slices the
reference boxes came from outlines of ``lumbar-anatomy`` 0.1.0; slices with a mask alone are a fair
comparison of boxes.

The table is written to ``lumbar_detection.md`` in OUT.
"""

from __future__ import annotations

import argparse
import csv
import gzip
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from onnxruntime import InferenceSession

from condyle.bundle import find_bundle
from condyle.datasets.layouts import open_archive
from condyle.datasets.spider_boxes import NEITHER
from condyle.domain.case import Case
from condyle.inference.session import open_session
from condyle.interpretation.boxes import Detection
from condyle.reporting.evaluation.words import estimate_words
from condyle.workflows.reading.anatomy_reading import RunModel, read_picture
from condyle.workflows.training.detection_case import SliceDetections
from condyle.workflows.training.detection_scores import detection_figures
from condyle.workflows.training.lumbar_boxes import MARGIN, disc_boxes

LABELS = (NEITHER, "herniation", "spondylolisthesis")
TASKS = {"herniation": "disc-herniation", "spondylolisthesis": "spondylolisthesis"}
OUT_OF_FOLD = Path(__file__).parent.parent / "docs" / "models" / "out-of-fold"
SEED = 2026

Subset = tuple[str, Callable[[str], bool]]
SUBSETS: tuple[Subset, ...] = (
    ("all slices", lambda stem: True),
    ("mid-sagittal slices", lambda stem: "slice" not in stem),
    ("slices with a mask", lambda stem: "slice" in stem),
)


def networks() -> list[RunModel]:
    """Gives the network of each fold of ``lumbar-anatomy``, by its number."""
    bundle = find_bundle("lumbar-anatomy")
    made = []
    for model in bundle.manifest.models:
        session = open_session(bundle.read(model), threads=1, name=model)
        made.append(_runner(session))
    return made


def _runner(session: InferenceSession) -> RunModel:
    name = session.get_inputs()[0].name

    def run(array: NDArray[np.float32]) -> NDArray[np.float32]:
        parts = [session.run(None, {name: one[None]})[0] for one in array]
        return np.concatenate(parts)

    return run


def out_of_fold() -> tuple[dict[str, int], dict[tuple[str, str, str], float]]:
    """Gives the fold of each patient, and a probability by (patient, disc, task)."""
    folds, told = {}, {}
    with (OUT_OF_FOLD / "lumbar-grading.csv").open() as stream:
        for row in csv.DictReader(stream):
            folds[row["patient"]] = int(row["fold"])
            if row["task"] in TASKS.values() and row["probability_0"]:
                told[row["patient"], row["unit"], row["task"]] = float(row["probability_0"])
    return folds, told


def two_stage(cases: Sequence[Case]) -> list[SliceDetections]:
    """Gives what the two bundles find on every slice that was looked at for boxes."""
    folds, told = out_of_fold()
    runs, spec = networks(), find_bundle("lumbar-anatomy").manifest.preprocessing
    made = []
    for case in cases:
        for series in case.study.series:
            if series.stem not in case.reference.boxes:
                continue
            anatomy, _ = read_picture(series.load(), spec=spec, run=runs[folds[case.patient]])
            found = [
                Detection(box, _scores(told, case.patient, f"disc-{disc}"))
                for disc, box in disc_boxes(anatomy, margin=MARGIN).items()
            ]
            made.append(_detections(case, series.stem, found))
    return made


def _scores(told: dict[tuple[str, str, str], float], patient: str, disc: str) -> dict[int, float]:
    # A disc that nobody graded has no probability out of fold: its class is a guess.
    both = [told.get((patient, disc, TASKS[label]), 0.0) for label in LABELS[1:]]
    return {0: (1 - both[0]) * (1 - both[1]), 1: both[0], 2: both[1]}


def _detections(case: Case, stem: str, found: Sequence[Detection]) -> SliceDetections:
    ranked = tuple(sorted(found, key=lambda one: -one.score))
    return SliceDetections(case.patient, case.id, stem, 0, ranked, case.reference.boxes[stem])


def of_run(run: Path, cases: Sequence[Case]) -> list[SliceDetections]:
    """Gives what a detector found out of fold, from the table of its run."""
    found: dict[tuple[str, str], list[Detection]] = {}
    with gzip.open(run, "rt") if run.suffix == ".gz" else (run / "boxes.csv").open() as stream:
        for row in csv.DictReader(stream):
            corners = [float(row[k]) for k in ("row0", "column0", "row1", "column1")]
            scores = {k: float(row[label]) for k, label in enumerate(LABELS) if row[label]}
            box = (corners[0], corners[1], corners[2], corners[3])
            found.setdefault((row["patient"], row["series"]), []).append(Detection(box, scores))
    return [
        _detections(case, stem, found.get((case.patient, stem), []))
        for case in cases
        for stem in case.reference.boxes
    ]


def table(name: str, made: Sequence[SliceDetections]) -> dict[str, list[str]]:
    """Gives a row of each subset's table."""
    rows = {}
    for subset, takes in SUBSETS:
        chosen = [one for one in made if takes(one.series)]
        rng = np.random.default_rng(SEED)
        figures = detection_figures(chosen, LABELS, rng=rng, replicates=1000)
        cells = [estimate_words(c.ap50) for c in figures.classes]
        cells += [estimate_words(figures.map50), estimate_words(figures.map50_95)]
        cells += [estimate_words(c.ap50_95) for c in figures.classes]
        count = f"{len(chosen)} slices, {len({one.patient for one in chosen})} patients"
        rows[f"{subset} ({count})"] = [name, *cells]
    return rows


def main() -> None:
    """Writes the tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--runs", type=Path, nargs="*", default=[])
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    cases = [case for case in open_archive(asked.data).cases if case.reference.boxes]
    made = {"two-stage bundles": two_stage(cases)}
    made |= {run.name: of_run(run, cases) for run in asked.runs}
    tables: dict[str, list[list[str]]] = {}
    for name, found in made.items():
        for subset, row in table(name, found).items():
            tables.setdefault(subset, []).append(row)
    short = ("neither", "herniation", "slip")
    columns = [f"AP50 {c}" for c in short] + ["mAP50", "mAP50:95"]
    columns += [f"AP50:95 {c}" for c in short]
    text = ""
    for subset, rows in tables.items():
        text += f"\n{subset}\n\n| detector | {' | '.join(columns)} |\n"
        text += "|---" * (len(columns) + 1) + "|\n"
        text += "".join(f"| {' | '.join(row)} |\n" for row in rows)
    (asked.out / "lumbar_detection.md").write_text(text)
    print(text)


if __name__ == "__main__":
    main()
