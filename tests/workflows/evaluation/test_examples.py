"""The cases that are shown: the most right in green, the most wrong in red."""

import numpy as np

from condyle.evaluation.predictions import predictions_from_rows
from condyle.workflows.evaluation.examples import case_scores, examples


def table_of(row, shares):
    """Makes one case a share of right statements, out of four."""
    rows = []
    for patient, right in enumerate(shares):
        for disc in range(4):
            rows.append(row(patient, "t", 1, disc < right, [0.5], unit=f"disc-{disc}"))
    return predictions_from_rows(rows)


def test_cases_are_ranked_by_their_share_of_right_statements(row):
    scores = case_scores(table_of(row, [1, 4, 3]))
    assert [(s.case, s.right, s.stated) for s in scores] == [
        ("s001", 4, 4),
        ("s002", 3, 4),
        ("s000", 1, 4),
    ]


def test_no_case_stands_on_both_sides_and_a_perfect_one_is_never_wrong(row):
    made = examples(table_of(row, [4, 4, 3, 0]), lambda case: b"png")
    assert [e.case for e in made if e.good] == ["s000", "s001", "s002"]
    assert [e.case for e in made if not e.good] == ["s003"]


def test_six_of_either_sort_are_shown_at_most(row):
    made = examples(table_of(row, [4] * 9 + [0] * 9), lambda case: b"png")
    assert sum(e.good for e in made) == sum(not e.good for e in made) == 6


def test_a_case_without_a_picture_is_passed_over(row):
    made = examples(table_of(row, [4, 4, 0]), lambda case: None if case == "s000" else b"x")
    assert [e.case for e in made] == ["s001", "s002"]


def test_what_was_declined_is_wrong_and_what_was_learned_from_is_not_shown(row):
    rows = [
        row(1, "t", 1, 1, [0.9], abstained=True),
        row(2, "t", 1, 1, [0.9], covariates={"in_sample": "yes"}),
        row(3, "dice-x", 1, 0.9),
        row(4, "dice-x", 1, 0.7),
        row(5, "count", 5, 5),
        row(6, "count", 5, 4),
    ]
    scores = {s.case: s.right for s in case_scores(predictions_from_rows(rows))}
    assert scores == {"s001": 0, "s003": 1, "s004": 0, "s005": 1, "s006": 0}


def test_of_boxes_hits_are_right_and_misses_and_sure_boxes_on_nothing_wrong(row):
    rows = [
        row(1, "detect-x", 1, 1, [0.9]),
        row(2, "detect-x", 1, 1, [0.1]),
        row(3, "detect-x", 0, 1, [0.8]),
        row(4, "detect-x", 1, np.nan),
        row(5, "detect-x", 0, 1, [0.1]),
    ]
    scores = {s.case: (s.right, s.stated) for s in case_scores(predictions_from_rows(rows))}
    assert scores == {"s001": (1, 1), "s002": (0, 1), "s003": (0, 1), "s004": (0, 1)}


def test_a_grade_is_right_only_where_it_is_the_same(row):
    rows = [
        row(1, "g", 2, 2, [0.1, 0.8, 0.1]),
        row(2, "g", 2, 3, [0.1, 0.1, 0.8]),
        row(3, "g", 2, np.nan, abstained=True),
    ]
    scores = {s.case: s.right for s in case_scores(predictions_from_rows(rows))}
    assert scores == {"s001": 1, "s002": 0, "s003": 0}
