"""What networks of 8 bits lose and gain beside those of 32, out of fold on real slices.

    python benchmarks/eight_bits.py path/to/lumbar-spider

Each fold's network of `lumbar-anatomy` is quantised on slices of patients of the other folds, and
both run on the patients that neither has seen: Dice by structure, and the Pfirrmann grade that the
fold's grading network gives the discs that each found, a disc that was not found counted as
farthest off. A difference is 8 bits less 32, its interval by patient.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import numpy as np

from condyle.bundle import find_bundle
from condyle.datasets.spider import graded_cases, masked_cases
from condyle.datasets.splits import read_split
from condyle.domain.case import Case
from condyle.domain.progress import ignore_progress
from condyle.evaluation.abstention import farthest_grades
from condyle.evaluation.bootstrap import Resampling, estimate_by_patient
from condyle.evaluation.ordinal import weighted_kappa
from condyle.evaluation.overlap import overlap
from condyle.inference.quantise import quantised_model
from condyle.inference.session import open_session
from condyle.inference.whole_numbers import WholeNumberSession
from condyle.training.recipe import read_recipe
from condyle.workflows.quantise_bundle import IMAGES, images_of
from condyle.workflows.reading.anatomy_reading import RunModel, read_slices
from condyle.workflows.training.grading_data import graded_discs
from condyle.workflows.training.train_grading import run_grader

STRUCTURES = {1: "intervertebral-disc", 2: "vertebra", 3: "spinal-canal"}
GRADES = (1, 2, 3, 4, 5)


def runner(session: object) -> RunModel:
    """Gives a network as a function of arrays, one slice at a time."""
    run: Callable[..., list[np.ndarray]] = session.run  # type: ignore[attr-defined]

    def call(array: np.ndarray) -> np.ndarray:
        return np.concatenate([run(None, {"image": one[None]})[0] for one in array])

    return call


def dice_of(cases: list[Case], run: RunModel, spec: object) -> dict[str, list[tuple[str, float]]]:
    """Gives the Dice of each masked series by structure, with its patient."""
    found = defaultdict(list)
    for case in cases:
        for series in case.study.series:
            if series.stem in case.reference.masks:
                volume, reference = series.load(), case.reference.masks[series.stem]
                slices = read_slices(volume, tuple(range(volume.slices)), spec=spec, run=run)
                labels = np.stack([one.labelmap for one in slices])
                for value, name in STRUCTURES.items():
                    dice = overlap(labels == value, reference == value).dice
                    found[name].append((case.patient, dice))
    return found


def grades_of(cases: list[Case], run: RunModel, spec: object, grader: Path) -> list[tuple]:
    """Gives (patient, reference, grade) of each graded disc."""
    recipe = read_recipe("lumbar-grading")
    discs, rows = graded_discs(
        cases,
        recipe,
        anatomy_spec=spec,
        run_of=lambda patient: run,
        progress=ignore_progress,
        stage="cut",
    )
    logits, _ = run_grader(grader, discs)
    lost = np.array([not row.found for row in rows])
    known = discs.grade >= 0
    said = farthest_grades(
        discs.grade[known] + 1, logits[known].argmax(axis=1) + 1, lost[known], grades=GRADES
    )
    return list(zip(discs.patients[known], discs.grade[known] + 1, said, strict=True))


def speed(runs: dict[str, RunModel], size: tuple[int, int]) -> dict[str, float]:
    """Gives the least milliseconds of a slice on one thread."""
    array = np.random.default_rng(0).random((1, 1, *size), dtype=np.float32)
    least = {}
    for name, run in runs.items():
        taken = []
        for _ in range(20):
            began = time.perf_counter()
            run(array)
            taken.append((time.perf_counter() - began) * 1000)
        least[name] = min(taken)
    return least


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    data = parser.parse_args().data
    bundle, grading = find_bundle("lumbar-anatomy"), find_bundle("lumbar-grading")
    spec, folds = bundle.manifest.preprocessing, read_split("lumbar-spider").folds
    masked, graded = list(masked_cases(data)), list(graded_cases(data))
    dice, grades = defaultdict(list), defaultdict(list)
    for fold, name in enumerate(bundle.manifest.models):
        others = [case for case in graded if folds[case.patient] != fold]
        whole = bundle.read(name)
        short = quantised_model(whole, images_of(others, spec, count=IMAGES), name=name)
        runs = {
            "32": runner(open_session(whole, threads=1)),
            "8": runner(WholeNumberSession(short, threads=1, name=name)),
        }
        for bits, run in runs.items():
            mine = [case for case in masked if folds[case.patient] == fold]
            for structure, values in dice_of(mine, run, spec).items():
                dice[structure, bits] += values
            mine = [case for case in graded if folds[case.patient] == fold]
            grades[bits] += grades_of(mine, run, spec, grading.path / name)
        print(f"fold {fold}: {speed(runs, (256, 256))} ms a slice on one thread", flush=True)
    print("\n| figure | 32 bits | 8 bits | difference |\n|---|---|---|---|")
    for structure in STRUCTURES.values():
        both = zip(dice[structure, "32"], dice[structure, "8"], strict=True)
        pairs = [(who, a, b) for (who, a), (_, b) in both if not np.isnan(a + b)]
        who, a, b = (np.array(column) for column in zip(*pairs, strict=True))
        print(row(f"Dice {structure}", who, a, b))
    who, truth, a = (np.array(column) for column in zip(*grades["32"], strict=True))
    b = np.array([said for _, _, said in grades["8"]])
    print(row("Pfirrmann exact", who, a == truth, b == truth))
    plan = Resampling(who, np.random.default_rng(7), unit="disc")
    told = [weighted_kappa(truth, said, plan, grades=GRADES) for said in (a, b)]
    shown = [f"{one.value:.3f} ({one.low:.3f} to {one.high:.3f})" for one in told]
    print(f"| quadratic kappa | {shown[0]} | {shown[1]} | |")


def row(name: str, who: np.ndarray, first: np.ndarray, second: np.ndarray) -> str:
    """Gives a row of the table: two means, and their difference with its interval."""
    apart = second.astype(float) - first.astype(float)
    plan = Resampling(who, np.random.default_rng(7), interval="percentile")
    found = estimate_by_patient(
        lambda weights: (weights * apart[:, None]).sum(axis=0) / weights.sum(axis=0), plan
    )
    return (
        f"| {name} | {first.mean():.4f} | {second.mean():.4f}"
        f" | {found.value:+.4f} ({found.low:+.4f} to {found.high:+.4f}) |"
    )


if __name__ == "__main__":
    main()
