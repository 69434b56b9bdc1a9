"""Scores of teaching cases: by patient, with intervals, and none where patients are too few."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from condyle.archive.teaching_questions import QUESTIONS, Value
from condyle.workflows.clinic.teaching_score import (
    FEWEST_PATIENTS,
    Answered,
    Figure,
    figures,
    learning_curve,
    own_answer,
    share_right,
    verdict,
)

GRADE, CALL = "pfirrmann-grade", "disc-herniation"


def row(patient: int, truth: Value, own: Value, **changed: Any) -> Answered:
    return replace(Answered(patient, patient, patient, GRADE, truth, own, {}), **changed)


def named(found: list[Figure]) -> dict[str, Figure]:
    return {one.name: one for one in found}


@pytest.mark.parametrize(
    ("name", "truth", "said", "expected"),
    [
        (GRADE, 3, 3, "right"),
        (GRADE, 3, 4, "near"),
        (GRADE, 3, 5, "wrong"),
        (GRADE, None, 3, "unscored"),
        (GRADE, 3, None, "unscored"),
        (CALL, True, True, "right"),
        (CALL, False, True, "wrong"),
        (CALL, False, False, "right"),
        ("acl", 0, 1, "near"),
    ],
)
def test_near_is_one_grade_off_and_a_call_is_right_or_wrong(
    name: str, truth: Value, said: Value, expected: str
) -> None:
    assert verdict(QUESTIONS[name], truth, said) == expected


def test_grades_have_their_shares_and_the_kappa_of_another_library() -> None:
    rng = np.random.default_rng(4)
    truth = rng.integers(1, 6, 60)
    own = np.clip(truth + rng.integers(-1, 2, 60), 1, 5)
    rows = [row(n // 2, int(t), int(o)) for n, (t, o) in enumerate(zip(truth, own, strict=True))]
    found = named(figures(rows, GRADE, own_answer))
    estimates = {name: one.estimate for name, one in found.items()}
    kappa, exact, near = (estimates[name] for name in ("kappa", "exact", "within-one"))
    assert kappa and exact and near
    expected = cohen_kappa_score(truth, own, weights="quadratic", labels=[1, 2, 3, 4, 5])
    assert kappa.value == pytest.approx(expected)
    assert exact.value == pytest.approx(float(np.mean(truth == own)))
    assert near.value == 1.0
    assert kappa.low < kappa.value < kappa.high
    assert (found["kappa"].rows, found["kappa"].patients) == (60, 30)


def test_calls_have_sensitivity_and_specificity_over_their_own_patients() -> None:
    rows = [row(n, n < 12, n < 9 or n == 20, question=CALL) for n in range(30)]
    found = named(figures(rows, CALL, own_answer))
    sensitivity, specificity = found["sensitivity"].estimate, found["specificity"].estimate
    assert sensitivity and specificity
    assert (sensitivity.value, sensitivity.n) == (0.75, 12)
    assert (specificity.value, specificity.n) == (pytest.approx(17 / 18), 18)


def test_too_few_patients_give_no_figure_however_many_answers_they_have() -> None:
    rows = [row(n % (FEWEST_PATIENTS - 1), 3, 3) for n in range(200)]
    for figure in (*figures(rows, GRADE, own_answer), share_right(rows, own_answer)):
        assert figure.too_few and figure.estimate is None
        assert (figure.rows, figure.patients) == (200, FEWEST_PATIENTS - 1)


def test_a_rare_finding_leaves_sensitivity_out_and_keeps_the_rest() -> None:
    rows = [row(n, n == 0, False, question=CALL) for n in range(20)]
    found = named(figures(rows, CALL, own_answer))
    assert found["sensitivity"].too_few and not found["specificity"].too_few
    assert found["accuracy"].estimate is not None


def test_a_kappa_that_is_not_defined_is_none_and_is_not_called_too_few() -> None:
    found = named(figures([row(n, 3, 3) for n in range(20)], GRADE, own_answer))
    assert found["kappa"].estimate is None and not found["kappa"].too_few
    assert found["exact"].estimate is not None


def test_nothing_was_asked_and_nothing_is_given() -> None:
    assert all(one.too_few for one in figures([], GRADE, own_answer))
    assert share_right([], own_answer).patients == 0


def test_a_model_is_judged_on_the_answers_of_the_learner_alone() -> None:
    rows = [row(n, 3, 3 if n < 12 else None, models={"m": 4}) for n in range(30)]
    (exact, *_) = figures(rows, GRADE, lambda one: one.models["m"])
    assert (exact.rows, exact.estimate and exact.estimate.value) == (12, 0.0)


def test_the_curve_takes_ten_cases_in_turn() -> None:
    rows = [row(n, 3, 3 if n >= 10 else 5) for n in range(25)]
    blocks = learning_curve(rows, list(range(25)))
    assert [(one.first, one.last) for one in blocks] == [(1, 10), (11, 20), (21, 25)]
    assert [one.right.estimate and one.right.estimate.value for one in blocks] == [0.0, 1.0, None]
    assert blocks[2].right.too_few
