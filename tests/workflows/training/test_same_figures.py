"""What training writes into a manifest is what an evaluation of its table says."""

import numpy as np
import pytest

from condyle.domain.case import Case, Reference
from condyle.domain.study import Study
from condyle.evaluation.overlap import overlap
from condyle.evaluation.predictions import predictions_from_rows
from condyle.training.graded_discs import GradedDiscs
from condyle.workflows.evaluation.report import About, evaluation_report
from condyle.workflows.evaluation.rows import Draw
from condyle.workflows.training.anatomy_scores import COUNT_TASK, anatomy_metrics, anatomy_row
from condyle.workflows.training.grading_calibration import calibrate
from condyle.workflows.training.grading_scores import answered_discs, metrics, prediction_rows
from condyle.workflows.training.scored_discs import DiscRow, Scored

NAMES = {"grade": "pfirrmann-grade", "findings": ("disc-narrowing", "modic-change")}
PATIENTS, DISCS = 24, 4


@pytest.fixture(name="scored")
def _scored():
    """Made-up discs of three folds, some not found and some of whose contrasts are missing."""
    rng = np.random.default_rng(7)
    patients = np.repeat([f"{n:02d}" for n in range(PATIENTS)], DISCS)
    count = len(patients)
    grade, findings = rng.integers(0, 5, count), rng.random((count, 2)) < 0.4
    facts = np.zeros((count, 17), dtype=np.float32)
    facts[:, 6:8] = rng.random((count, 2)) < 0.8
    return Scored(
        rows=tuple(
            DiscRow(
                Case(p, p, Study(None, ()), Reference()), f"disc-{n % DISCS + 1}", found=n % 9 > 0
            )
            for n, p in enumerate(patients)
        ),
        folds=np.array([int(p) % 3 for p in patients]),
        discs=GradedDiscs(
            patients, np.zeros((0, 0, 0, 0), np.float16), facts, grade, findings.astype(np.float32)
        ),
        grade_logits=np.eye(5)[grade] * 2 + rng.normal(size=(count, 5)),
        finding_logits=4 * findings - 2 + rng.normal(size=(count, 2)),
    )


def of_table(rows):
    """Gives the values of an evaluation by task, figure and what was counted."""
    draw = Draw(replicates=20, permutations=2)
    report = evaluation_report(predictions_from_rows(rows), about=About("x"), draw=draw)
    return {
        (task.name, score.name, score.counted): score.estimate.value
        for task in report.tasks
        for score in task.scores
    }


def test_a_grading_run_says_the_figures_of_its_table(scored) -> None:
    calibrated = calibrate(scored)
    said = of_table(prediction_rows(scored, calibrated, **NAMES))
    compared = 0
    for metric in metrics(answered_discs(scored, calibrated, **NAMES), **NAMES, seed=1):
        name = metric.name.removesuffix("-answered")
        answered = name != metric.name or name == "calibration-error"
        value = said[metric.output, name, "answered" if answered else "all"]
        # The table has five decimals of each probability.
        assert metric.estimate.value == pytest.approx(value, abs=2e-4), metric.name
        compared += 1
    assert compared >= 20


def test_an_anatomy_run_says_the_figures_of_its_table() -> None:
    rng = np.random.default_rng(8)
    rows, overlaps = [], []
    for patient in range(9):
        case = Case(str(patient), str(patient), Study(None, ()), Reference())
        for at in range(1 + patient % 3):
            truth, found = rng.random((2, 1, 12, 12)) < 0.5
            shared = overlap(found, truth)
            overlaps.append((case.patient, shared))
            more = {"reference": 1, "prediction": shared.dice, "fold": 0}
            rows.append(anatomy_row(case, f"mask-{at}", "dice-vertebra", **more))
        more = {"reference": 6, "prediction": 6 - (patient == 4), "fold": 0}
        rows.append(anatomy_row(case, "t2", COUNT_TASK, **more))
    said = of_table(rows)
    dice, count = anatomy_metrics(rows, {"vertebra": overlaps}, seed=1)
    assert dice.estimate.value == pytest.approx(said["dice-vertebra", "dice", "all"])
    assert count.estimate.value == pytest.approx(said[COUNT_TASK, "same-number", "all"])
