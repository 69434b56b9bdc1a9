"""Reads every patient's slices as ``condyle read`` does, by the networks of the patient's own fold.

Run it with the shared slices at hand: python docs/read_out_of_fold.py path/to/lumbar-spider
It writes ``models/as-read.md``: what is left of the card's figures once all that comes before a
disc is graded is in them as well.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from unittest.mock import patch

import numpy as np
from make_model_pages import ONE_NETWORK
from make_refusal_table import TURN_RULES

from condyle.bundle import Bundle, find_bundle, find_required
from condyle.datasets.spider import graded_cases
from condyle.datasets.splits import read_split
from condyle.domain.case import Case
from condyle.domain.findings import Finding
from condyle.domain.report import Report
from condyle.interpretation.turn import TurnRule, turn_of
from condyle.workflows.evaluation.turns import read_turn_rules
from condyle.workflows.open_study import open_study
from condyle.workflows.read_study import GRADING, LoadedBundles, read_opened
from condyle.workflows.reading import study_anatomy
from condyle.workflows.training.grading_scores import AnsweredDiscs, metrics

NOT_TOLD = "not-told"
PAGE = Path(__file__).parent / "models" / "as-read.md"
TOLD: tuple[str, ...] = ("coverage", "exact", "within-one", "quadratic-kappa", "exact-answered")
TOLD += ("quadratic-kappa-answered", "auc", "auc-answered", "calibration-error")
BEFORE = """# As it is read

The figures of the [card](lumbar-grading.md) are of discs that were found and graded. Here every
patient's pictures were read as `condyle read` reads them, with nothing given but the pictures, by
the one network of either bundle that had not learned from the patient
(`docs/read_out_of_fold.py`): proportions, turns, spines that are refused, slices beside the
midline, series numbered together, and every abstention are in the figures. A graded disc that is
not told of counts as wrong, as one that is abstained; in an area under the curve such a disc has
the worst score there is. Calibration and thresholds are the shipped ones, chosen out of fold over
all patients; the least score of a spine is that of one network, and the rule of turns that
without the patient's fold.

What became of the Pfirrmann grade of {discs} graded discs: {reasons}.
Slices refused, of 360: {refused}.

| figure | all graded discs (95 %, by patient) |
|---|---|
{figures}
"""
"""The page, but for its figures."""

Row = tuple[str, Mapping[str, int], Mapping[str, Finding]]
"""Patient, the references of a disc, and what was said of it, by finding."""


def one_of(bundle: Bundle, fold: int) -> Bundle:
    """Gives a bundle with the network of one fold alone."""
    alone = bundle.manifest.model_copy(update={"models": (f"fold-{fold}.onnx",)})
    return replace(bundle, manifest=alone)


@contextmanager
def as_one_network(rule: TurnRule) -> Iterator[None]:
    """Has pictures refused by the limits of one network, and the turn told without its fold."""
    told = partial(turn_of, rule=rule)
    with patch.multiple(study_anatomy, MIN_PICTURE_SCORE=ONE_NETWORK, turn_of=told):
        yield


def read_all(data: Path, cases: Sequence[Case]) -> Iterator[tuple[Case, Report]]:
    """Reads each patient's slices together, by the networks of the patient's fold."""
    grading = find_bundle(GRADING)
    anatomy = find_required(grading.manifest.requires[0], near=grading.path)
    folds, rules = read_split("lumbar-spider").folds, read_turn_rules(TURN_RULES)
    for fold in sorted(set(folds.values())):
        loaded = LoadedBundles(one_of(anatomy, fold), one_of(grading, fold), threads=1)
        for case in cases:
            if folds[case.patient] != fold:
                continue
            names = [f"{series.stem}.png" for series in case.study.series]
            files = [str(data / "midsagittal" / name) for name in names]
            with as_one_network(rules[fold]), open_study(files) as study:
                yield case, read_opened(study, loaded)


def rows_of(case: Case, report: Report) -> Iterator[Row]:
    """Gives each graded disc of a patient with what was said of the disc of its number."""
    for unit, grades in case.reference.grades.items():
        number = int(unit.removeprefix("disc-"))
        said = {f.name: f for f in report.findings if f.site.index_from_caudal == number}
        yield case.patient, grades, said


def answered(rows: Sequence[Row], grade: str, names: Sequence[str]) -> AnsweredDiscs:
    """Gives the rows as they are scored."""

    def probability(finding: Finding | None) -> float:
        return 0.0 if finding is None or finding.probability is None else finding.probability

    def called(finding: Finding | None) -> bool:
        limit = None if finding is None else finding.threshold
        return limit is not None and probability(finding) >= limit

    def grades_of(finding: Finding | None) -> Sequence[float]:
        return (
            finding.probabilities if finding is not None and finding.probabilities else (0.2,) * 5
        )

    said = [one for _, _, one in rows]
    return AnsweredDiscs(
        patients=np.array([patient for patient, _, _ in rows]),
        grade=np.array([known[grade] - 1 for _, known, _ in rows]),
        findings=np.array([[known[name] for name in names] for _, known, _ in rows], np.float32),
        grade_probabilities=np.array([grades_of(one.get(grade)) for one in said]),
        finding_probabilities=np.array([[probability(o.get(n)) for n in names] for o in said]),
        decisions=np.array([[called(one.get(name)) for name in names] for one in said]),
        declined={
            name: np.array([name not in one or one[name].abstained for one in said])
            for name in (grade, *names)
        },
    )


def page(rows: Sequence[Row], refused: Mapping[str, int]) -> str:
    """Gives the page with why discs are not answered and with the figures."""
    manifest = find_bundle(GRADING).manifest
    grade = next(task.outputs[0].name for task in manifest.tasks if task.kind == "grade")
    names = [output.name for output in manifest.outputs() if output.name != grade]
    reasons = Counter[str]()
    for _, _, said in rows:
        why = said[grade].abstention if grade in said else None
        reasons[NOT_TOLD if grade not in said else why.code if why else "answered"] += 1
    scored = metrics(answered(rows, grade, names), grade=grade, findings=names, seed=2026)
    figures = [
        f"| {one.name}, {one.output} | {one.estimate.value:.3f} "
        f"({one.estimate.low:.3f} to {one.estimate.high:.3f}) |"
        for one in scored
        if one.name in TOLD
    ]
    return BEFORE.format(
        discs=len(rows),
        reasons="; ".join(f"{code} {count}" for code, count in reasons.most_common()),
        refused="; ".join(f"{code} {count}" for code, count in sorted(refused.items())),
        figures="\n".join(figures),
    )


def main(data: Path) -> None:
    """Reads all patients and writes the page."""
    rows: list[Row] = []
    refused = Counter[str]()
    for case, report in read_all(data, graded_cases(data)):
        rows += rows_of(case, report)
        refused.update(message.code for message in report.refused)
    PAGE.write_text(page(rows, refused), "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
