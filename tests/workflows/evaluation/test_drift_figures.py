"""The figures that drift compares, held against scikit-learn and plain arithmetic."""

from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn.metrics import (
    brier_score_loss,
    cohen_kappa_score,
    recall_score,
    roc_auc_score,
)

from condyle.evaluation.predictions import Predictions, predictions_from_rows
from condyle.workflows.evaluation.drift_figures import MOST_CATEGORIES, figures_of, output_of
from condyle.workflows.evaluation.rows import task_rows


def value(table: Predictions, task: str, name: str) -> float:
    """Gives a figure over all rows of a task."""
    rows = task_rows(table, task)
    assert rows is not None
    every = np.ones(len(rows.table), dtype=bool)
    return float(figures_of(rows)[name](every)(np.ones((len(rows.table), 1)))[0])


@pytest.fixture(name="finding")
def _finding(row):
    """A finding of 60 patients, nothing declined."""
    rng = np.random.default_rng(31)
    rows = []
    for at in range(60):
        truth = at % 3 == 0
        probability = float(np.clip(0.35 * truth + rng.uniform(0, 0.6), 0, 1))
        rows.append(row(at, "tear", truth, probability >= 0.5, (probability,)))
    return predictions_from_rows(rows)


@pytest.fixture(name="grade")
def _grade(row):
    """A grade from 1 to 3 of 45 patients, nothing declined."""
    rng = np.random.default_rng(32)
    rows = []
    for at in range(45):
        truth = 1 + at % 3
        given = int(np.clip(truth + rng.integers(-1, 2), 1, 3))
        stated = np.full(3, 0.2)
        stated[given - 1] = 0.6
        rows.append(row(at, "wear-grade", truth, given, tuple(stated)))
    return predictions_from_rows(rows)


def test_the_area_is_that_of_scikit_learn(finding) -> None:
    expected = roc_auc_score(finding.reference, finding.probabilities[:, 0])
    assert value(finding, "tear", "auc") == pytest.approx(expected, abs=1e-12)


def test_sensitivity_and_specificity_are_those_of_scikit_learn(finding) -> None:
    truth, given = finding.reference, finding.prediction
    assert value(finding, "tear", "sensitivity") == pytest.approx(recall_score(truth, given))
    expected = recall_score(truth, given, pos_label=0)
    assert value(finding, "tear", "specificity") == pytest.approx(expected)


def test_the_brier_score_is_that_of_scikit_learn(finding) -> None:
    expected = brier_score_loss(finding.reference, finding.probabilities[:, 0])
    assert value(finding, "tear", "brier") == pytest.approx(expected, abs=1e-12)


def test_the_mean_probability_stands_against_the_share_present(finding) -> None:
    expected = finding.probabilities[:, 0].mean() - finding.reference.mean()
    told = value(finding, "tear", "mean-probability-less-share-present")
    assert told == pytest.approx(expected, abs=1e-12)


def test_kappa_is_that_of_scikit_learn(grade) -> None:
    expected = cohen_kappa_score(grade.reference, grade.prediction, weights="quadratic")
    assert value(grade, "wear-grade", "quadratic-kappa") == pytest.approx(expected, abs=1e-12)


def test_agreement_is_counted(grade) -> None:
    steps = np.abs(grade.reference - grade.prediction)
    assert value(grade, "wear-grade", "exact") == pytest.approx(np.mean(steps == 0))
    assert value(grade, "wear-grade", "within-one") == pytest.approx(np.mean(steps <= 1))


def test_what_was_declined_counts_as_wrong_and_as_not_answered(row) -> None:
    rows = [
        row(0, "tear", 1, 1, (0.9,)),
        row(1, "tear", 1, math.nan, (0.8,), abstained=True),
        row(2, "tear", 0, 0, (0.1,)),
        row(3, "tear", 0, math.nan, (0.2,), abstained=True),
    ]
    table = predictions_from_rows(rows)
    assert value(table, "tear", "sensitivity") == 0.5
    assert value(table, "tear", "specificity") == 0.5
    assert value(table, "tear", "coverage") == 0.5
    assert value(table, "tear", "brier") == pytest.approx(0.01)
    assert value(table, "tear", "auc") < 0.5


def test_a_declined_grade_counts_as_the_farthest(row) -> None:
    stated = (0.2, 0.6, 0.2)
    rows = [
        row(0, "wear-grade", 1, 1, stated),
        row(1, "wear-grade", 3, math.nan, stated, abstained=True),
    ]
    table = predictions_from_rows(rows)
    assert value(table, "wear-grade", "exact") == 0.5
    assert value(table, "wear-grade", "within-one") == 0.5
    assert value(table, "wear-grade", "coverage") == 0.5


def test_two_empty_masks_are_in_no_mean_and_a_declined_case_scores_nothing(row) -> None:
    rows = [
        row(0, "dice-meniscus", 1, 0.8),
        row(1, "dice-meniscus", 1, math.nan),
        row(2, "dice-meniscus", 1, 0.9, abstained=True),
    ]
    table = predictions_from_rows(rows)
    assert value(table, "dice-meniscus", "dice-over-cases") == 0.4
    assert value(table, "dice-meniscus", "coverage") == pytest.approx(2 / 3)


def test_a_box_that_was_missed_is_not_declined(row) -> None:
    rows = [
        row(0, "detect-tear", 1, 1, (0.9,)),
        row(1, "detect-tear", 1, math.nan),
        row(2, "detect-tear", math.nan, math.nan),
    ]
    assert value(predictions_from_rows(rows), "detect-tear", "coverage") == 1.0


def test_a_number_is_told_by_its_mean_absolute_difference(row) -> None:
    rows = [row(0, "disc-count", 5, 6), row(1, "disc-count", 7, 7), row(2, "disc-count", 6, 3)]
    table = predictions_from_rows(rows)
    assert value(table, "disc-count", "mean-absolute-difference") == pytest.approx(4 / 3)


def test_a_finding_without_probabilities_has_decisions_only(row) -> None:
    rows = [row(at, "tear", at % 2, at % 3 == 0) for at in range(8)]
    rows_of = task_rows(predictions_from_rows(rows), "tear")
    assert rows_of is not None
    assert set(figures_of(rows_of)) == {"sensitivity", "specificity", "coverage"}


def test_the_figure_of_a_part_is_that_of_the_part_alone(finding) -> None:
    rows = task_rows(finding, "tear")
    assert rows is not None
    part = np.arange(len(finding)) < 30
    alone = task_rows(finding.where(part), "tear")
    assert alone is not None
    for name, figure in figures_of(rows).items():
        ones = np.ones((30, 1))
        every = np.ones(30, dtype=bool)
        found = float(figure(part)(ones)[0])
        assert found == pytest.approx(float(figures_of(alone)[name](every)(ones)[0])), name


def test_the_output_of_a_finding_is_its_probability(finding) -> None:
    output = output_of(finding, "tear")
    assert output is not None
    assert (output.axis, output.discrete) == ("probability", False)
    assert np.array_equal(output.values, finding.probabilities[:, 0])


def test_the_output_of_a_grade_is_the_grade(grade) -> None:
    output = output_of(grade, "wear-grade")
    assert output is not None
    assert (output.axis, output.discrete) == ("grade", True)
    assert np.array_equal(output.values, grade.prediction)


def test_a_declined_row_has_no_output(row) -> None:
    rows = [row(0, "tear", 1, 1, (0.9,)), row(1, "tear", 1, 0, (0.2,), abstained=True)]
    output = output_of(predictions_from_rows(rows), "tear")
    assert output is not None
    assert np.isnan(output.values).tolist() == [False, True]


@pytest.mark.parametrize(("values", "discrete"), [(MOST_CATEGORIES, True), (40, False)])
def test_few_different_numbers_are_classes(row, values: int, discrete: bool) -> None:
    rows = [row(at, "disc-count", 5, at % values) for at in range(80)]
    output = output_of(predictions_from_rows(rows), "disc-count")
    assert output is not None and output.discrete is discrete


@pytest.mark.parametrize("task", ["dice-meniscus", "iou-disc", "detect-tear"])
def test_a_comparison_with_the_reference_is_no_output(row, task: str) -> None:
    assert output_of(predictions_from_rows([row(0, task, 1, 1)]), task) is None
