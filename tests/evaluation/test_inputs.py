"""Columns are checked once, and the error says which row and what was needed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from condyle.errors import InputError
from condyle.evaluation.inputs import (
    as_binary,
    as_grades,
    as_probabilities,
    as_scores,
    same_length,
)


@pytest.mark.parametrize(
    "values",
    [
        [0, 1, 1],
        [0.0, 1.0, 1.0],
        [False, True, True],
        np.array([0, 1, 1], dtype=np.uint8),
        np.array([0, 1, 1], dtype=np.float32),
        ["0", "1", "1"],
    ],
)
def test_labels_of_any_type_become_booleans(values):
    found = as_binary(values)
    assert found.dtype == np.bool_
    assert found.tolist() == [False, True, True]


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ([0, 1, 2], "2 in row 2, and 1 such in all"),
        ([0.5, 1, 0.5], r"0\.5 in row 0, and 2 such in all"),
        ([-1, 0], "-1 in row 0"),
        ([0, float("nan")], "nan in row 1"),
        ([1, float("inf")], "inf in row 1"),
        (["a", "b"], "values of type"),
        ([None, 1], "nan in row 0"),
    ],
)
def test_labels_outside_the_set_are_refused_with_their_row(values, says):
    with pytest.raises(InputError, match=says):
        as_binary(values)


def test_an_error_has_four_parts_and_names_the_column():
    with pytest.raises(InputError) as caught:
        as_binary([3], "verdict")
    lines = caught.value.lines()
    assert len(lines) == 4
    assert "'verdict'" in lines[0]
    assert "3 in row 0" in lines[1]
    assert "0 or 1" in lines[2]
    assert "mend" in lines[3]


def test_grades_become_positions_in_the_order_of_the_scale():
    assert as_grades([5, 1, 3], (1, 2, 3, 4, 5)).tolist() == [4, 0, 2]
    assert as_grades([5, 1, 3], (5, 3, 1)).tolist() == [0, 2, 1]
    assert as_grades([0, 90], (0, 30, 90)).tolist() == [0, 2]


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ([0], "one of 1, 2, 3"),
        ([4], "4 in row 0"),
        ([1, 2, 2.5], r"2\.5 in row 2"),
        ([float("nan")], "nan in row 0"),
        (["mild"], "values of type"),
    ],
)
def test_grades_outside_the_scale_are_refused(values, says):
    with pytest.raises(InputError, match=says):
        as_grades(values, (1, 2, 3))


@given(st.lists(st.sampled_from([1, 2, 3, 4, 5]), min_size=1, max_size=30))
@settings(max_examples=40, deadline=None)
def test_a_position_points_back_to_its_grade(grades):
    scale = (3, 1, 5, 2, 4)
    positions = as_grades(grades, scale)
    assert [scale[position] for position in positions] == grades


def test_scores_may_be_infinite_but_not_nan():
    assert as_scores([-np.inf, 0.0, np.inf]).tolist() == [-np.inf, 0.0, np.inf]
    with pytest.raises(InputError, match="nan in row 1"):
        as_scores([0.0, np.nan])


@pytest.mark.parametrize("value", [-0.001, 1.001, np.nan, np.inf, -np.inf])
def test_probabilities_lie_from_nought_to_one(value):
    with pytest.raises(InputError, match="a probability from 0 to 1"):
        as_probabilities([0.0, 1.0, value])


def test_the_ends_of_probability_are_probabilities():
    assert as_probabilities([0, 1]).tolist() == [0.0, 1.0]


def test_the_row_of_a_table_is_named():
    with pytest.raises(InputError, match="in row 1, and 1 such"):
        as_probabilities([[0.5, 0.5], [0.5, 1.5]])


def test_columns_of_one_length_give_it():
    assert same_length(a=[1, 2], b=np.zeros(2), c=("x", "y")) == 2


def test_columns_of_other_lengths_are_all_named():
    with pytest.raises(InputError, match="a 2, b 3, c 2"):
        same_length(a=[1, 2], b=[1, 2, 3], c=[1, 2])


def test_no_row_at_all_is_refused():
    with pytest.raises(InputError, match="0 rows"):
        same_length(a=[], b=[])


def test_the_values_given_are_not_changed():
    values = np.array([0, 1, 1])
    as_binary(values)
    as_scores(values)
    assert values.tolist() == [0, 1, 1]
    assert values.dtype == np.array([0]).dtype
