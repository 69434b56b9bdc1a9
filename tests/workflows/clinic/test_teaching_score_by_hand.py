"""Scores of teaching cases against figures that were worked out by hand."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from scipy import stats

from condyle.archive.teaching_questions import QUESTIONS, Value
from condyle.workflows.clinic.teaching_score import (
    BLOCK,
    FEWEST_PATIENTS,
    Answered,
    Figure,
    figures,
    learning_curve,
    own_answer,
    scored,
    share_right,
    verdict,
)

GRADE, CALL, LIGAMENT = "pfirrmann-grade", "disc-herniation", "acl"
Pair = tuple[Value, Value]


def answered(pairs: Sequence[Pair], question: str = GRADE, *, each: int = 1) -> list[Answered]:
    """Gives pairs of reference and answer as rows, ``each`` rows in turn of one patient."""
    return [
        Answered(n, n, n // each, question, truth, own, {}) for n, (truth, own) in enumerate(pairs)
    ]


def about(expected: float) -> Any:
    return pytest.approx(expected)


def by_name(rows: Sequence[Answered], question: str = GRADE) -> dict[str, Figure]:
    return {one.name: one for one in figures(rows, question, own_answer)}


def value(figure: Figure) -> float:
    assert figure.estimate is not None
    return figure.estimate.value


def limits(figure: Figure) -> tuple[float, float]:
    assert figure.estimate is not None
    return figure.estimate.low, figure.estimate.high


@pytest.mark.parametrize(
    ("pairs", "kappa"),
    [
        # Observed disagreement 2/10; expected 0.7 * 0.5 + 0.3 * 0.5: 1 - 0.2 / 0.5.
        ([(1, 1)] * 5 + [(2, 2)] * 3 + [(1, 2)] * 2, 0.6),
        # Everything is wrong by as much as two grades can be: 1 - 1 / 0.5.
        ([(1, 2)] * 6 + [(2, 1)] * 6, -1.0),
        # As chance has it: each of four pairs as often.
        ([(a, b) for a in (2, 4) for b in (2, 4)] * 3, 0.0),
        # Four grades off weigh sixteen times one: observed 2 * 16/12, expected 16 * 0.5.
        ([(1, 1)] * 5 + [(5, 5)] * 5 + [(1, 5), (5, 1)], 1 - (32 / 12) / 8),
        ([(n % 5 + 1, n % 5 + 1) for n in range(10)], 1.0),
    ],
)
def test_kappa_is_what_the_weights_by_hand_say(pairs: Sequence[Pair], kappa: float) -> None:
    assert value(by_name(answered(pairs))["kappa"]) == pytest.approx(kappa)


def test_one_grade_off_is_within_one_and_two_are_not() -> None:
    pairs: Sequence[Pair] = [(3, 3)] * 4 + [(3, 4)] * 3 + [(3, 2)] * 2 + [(3, 5)]
    found = by_name(answered(pairs))
    assert value(found["exact"]) == pytest.approx(0.4)
    assert value(found["within-one"]) == pytest.approx(0.9)


def test_a_scale_that_begins_at_nought_has_its_lowest_grade_counted() -> None:
    pairs: Sequence[Pair] = [(0, 0)] * 6 + [(2, 2)] * 4 + [(0, 2)] * 2
    found = by_name(answered(pairs, LIGAMENT), LIGAMENT)
    assert (value(found["exact"]), found["exact"].rows) == (about(10 / 12), 12)
    # Observed 4 * 2/12; expected 4 * (8/12 * 6/12 + 4/12 * 6/12).
    assert value(found["kappa"]) == pytest.approx(1 - (8 / 12) / (4 * 0.5))


def test_calls_are_counted_as_a_table_of_four_by_hand() -> None:
    pairs: Sequence[Pair] = (
        [(True, True)] * 9 + [(True, False)] * 3 + [(False, False)] * 8 + [(False, True)] * 2
    )
    found = by_name(answered(pairs, CALL), CALL)
    assert value(found["accuracy"]) == pytest.approx(17 / 22)
    assert value(found["sensitivity"]) == pytest.approx(9 / 12)
    assert value(found["specificity"]) == pytest.approx(8 / 10)
    assert [found[name].rows for name in ("accuracy", "sensitivity", "specificity")] == [22, 12, 10]


def test_where_all_are_right_the_lower_limit_is_the_exact_one_by_patients() -> None:
    found = share_right(answered([(3, 3)] * 24, each=2), own_answer)
    assert limits(found) == (about(0.025 ** (1 / 12)), 1.0)
    wrong = share_right(answered([(3, 5)] * 24, each=2), own_answer)
    assert limits(wrong) == (0.0, about(1 - 0.025 ** (1 / 12)))


@pytest.mark.parametrize("right", [2, 15, 19])
def test_one_answer_a_patient_has_wilsons_limits_at_the_size_that_few_patients_are_worth(
    right: int,
) -> None:
    count = 20
    pairs: Sequence[Pair] = [(3, 3)] * right + [(3, 5)] * (count - right)
    z, t = float(stats.norm.ppf(0.975)), float(stats.t.ppf(0.975, count - 1))
    share, size = right / count, (count - 1) * (z / t) ** 2
    middle = (share + z * z / (2 * size)) / (1 + z * z / size)
    spread = math.sqrt(share * (1 - share) / size + (z / (2 * size)) ** 2)
    half = z / (1 + z * z / size) * spread
    found = share_right(answered(pairs), own_answer)
    assert value(found) == pytest.approx(share)
    assert limits(found) == pytest.approx((middle - half, middle + half))


def test_asking_each_patient_the_same_thrice_makes_nothing_surer() -> None:
    pairs: Sequence[Pair] = [(3, 3)] * 9 + [(3, 5)] * 4 + [(2, 3)] * 3
    once, thrice = answered(pairs), answered([p for p in pairs for _ in range(3)], each=3)
    for few, many in (
        (share_right(once, own_answer), share_right(thrice, own_answer)),
        (by_name(once)["kappa"], by_name(thrice)["kappa"]),
    ):
        assert value(few) == pytest.approx(value(many))
        assert limits(few) == pytest.approx(limits(many), abs=1e-6)
        assert (few.patients, many.patients, many.rows) == (16, 16, 48)


def test_the_order_of_the_answers_and_who_drew_before_change_no_figure() -> None:
    pairs: Sequence[Pair] = [(n % 5 + 1, (n * 7) % 5 + 1) for n in range(30)]
    rows = answered(pairs, each=2)
    first = figures(rows, GRADE, own_answer)
    np.random.default_rng(9).random(100)
    assert figures(rows, GRADE, own_answer) == first
    for one, other in zip(first, figures(rows[::-1], GRADE, own_answer), strict=True):
        assert value(one) == pytest.approx(value(other))
        assert limits(one) == pytest.approx(limits(other))


@pytest.mark.parametrize(("patients", "given"), [(9, False), (10, True)])
def test_ten_patients_are_the_fewest_that_have_a_figure(patients: int, given: bool) -> None:
    assert FEWEST_PATIENTS == 10
    found = share_right(answered([(3, 3)] * patients), own_answer)
    assert (found.estimate is not None, found.too_few) == (given, not given)
    assert (found.rows, found.patients) == (patients, patients)


def test_a_patient_with_both_answers_counts_for_sensitivity_and_for_specificity() -> None:
    pairs: Sequence[Pair] = [(True, True), (False, False)] * 10
    found = by_name(answered(pairs, CALL, each=2), CALL)
    for name in ("sensitivity", "specificity"):
        assert (value(found[name]), found[name].rows, found[name].patients) == (1.0, 10, 10)
    assert (found["accuracy"].rows, found["accuracy"].patients) == (20, 10)


@pytest.mark.parametrize("truth", [True, False])
def test_of_one_class_alone_the_other_has_no_figure_and_no_patient(truth: bool) -> None:
    found = by_name(answered([(truth, True)] * 12, CALL), CALL)
    there, missing = ("sensitivity", "specificity") if truth else ("specificity", "sensitivity")
    assert value(found[there]) == (1.0 if truth else 0.0)
    assert (found[missing].too_few, found[missing].patients, found[missing].rows) == (True, 0, 0)


def test_who_could_not_tell_is_in_no_denominator() -> None:
    pairs: Sequence[Pair] = [(3, 3)] * 8 + [(3, 4)] * 4 + [(3, None)] * 7 + [(None, 3)] * 5
    rows = answered(pairs)
    assert len(scored(rows, own_answer)) == 12
    found = by_name(rows)["exact"]
    assert (value(found), found.rows, found.patients) == (about(8 / 12), 12, 12)


def test_false_and_the_grade_nought_are_answers_and_not_silence() -> None:
    rows = answered([(False, False)] * 10, CALL) + answered([(0, 0)] * 10, LIGAMENT)
    assert len(scored(rows, own_answer)) == 20
    assert value(share_right(rows, own_answer)) == 1.0
    assert verdict(QUESTIONS[LIGAMENT], 0, 0) == "right"


def test_the_answers_to_one_question_say_nothing_of_another() -> None:
    rows = answered([(3, 3)] * 10) + answered([(True, False)] * 10, CALL)
    assert value(by_name(rows)["exact"]) == 1.0
    assert value(by_name(rows, CALL)["accuracy"]) == 0.0
    assert value(share_right(rows, own_answer)) == 0.5


def test_a_near_grade_is_not_right_in_the_share_of_right_answers() -> None:
    rows = answered([(3, 3)] * 6 + [(3, 4)] * 6)
    assert value(share_right(rows, own_answer)) == 0.5


@pytest.mark.parametrize("truth", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("said", [1, 2, 3, 4, 5])
def test_a_verdict_depends_on_the_distance_of_two_grades_alone(truth: int, said: int) -> None:
    expected = {0: "right", 1: "near"}.get(abs(truth - said), "wrong")
    assert verdict(QUESTIONS[GRADE], truth, said) == expected
    assert verdict(QUESTIONS[GRADE], said, truth) == expected


@pytest.mark.parametrize(("count", "last"), [(0, None), (1, 1), (10, 10), (11, 11), (20, 20)])
def test_the_steps_of_the_curve_meet_without_a_gap(count: int, last: int | None) -> None:
    blocks = learning_curve(answered([(3, 3)] * count), range(count))
    assert len(blocks) == math.ceil(count / BLOCK)
    starts = [one.first for one in blocks]
    assert starts == [1 + BLOCK * n for n in range(len(blocks))]
    assert (blocks[-1].last if blocks else None) == last


def test_the_curve_goes_by_the_order_of_answering_and_not_of_beginning() -> None:
    rows = answered([(3, 3)] * 10 + [(3, 5)] * 10)
    blocks = learning_curve(rows, [*range(10, 20), *range(10)])
    assert [value(one.right) for one in blocks] == [0.0, 1.0]


def test_ten_cases_of_one_patient_are_a_step_without_a_figure() -> None:
    (block,) = learning_curve(answered([(3, 3)] * 10, each=10), range(10))
    assert block.right.too_few and (block.right.rows, block.right.patients) == (10, 1)
