"""What sort of task the rows of a table are, and what of them was declined."""

import numpy as np
import pytest

from condyle.errors import InputError
from condyle.evaluation.cohort import learned_from
from condyle.evaluation.predictions import predictions_from_rows
from condyle.workflows.evaluation.rows import task_rows


def kinds(table):
    return {task: task_rows(table, task).kind for task in table.tasks}


def test_each_task_has_the_kind_that_its_columns_and_name_say(mixed):
    assert kinds(mixed()) == {
        "tear": "finding",
        "severity": "grade",
        "dice-meniscus": "overlap",
        "bone-age": "number",
        "disc-count": "number",
        "detect-lesion": "detection",
    }


def test_labels_without_probabilities_are_a_finding(row):
    table = predictions_from_rows([row(1, "tear", 1, 0), row(2, "tear", 0, 0)])
    assert kinds(table) == {"tear": "finding"}


def test_the_unit_is_what_all_units_are_called(mixed):
    table = mixed()
    assert task_rows(table, "tear").unit == "disc"
    assert task_rows(table, "bone-age").unit == "patient"


def test_units_of_several_names_are_rows(row):
    rows = [row(1, "t", 1, 1, [0.9], unit=unit) for unit in ("knee-1", "hip-1")]
    assert task_rows(predictions_from_rows(rows), "t").unit == "row"


def test_a_series_that_is_its_own_unit_is_called_so(row):
    rows = [row(1, "dice-x", 1, 0.9, unit=f"m{k}", series=f"m{k}") for k in (1, 2)]
    assert task_rows(predictions_from_rows(rows), "dice-x").unit == "series"


@pytest.mark.parametrize("first", [0, 1])
def test_a_scale_may_begin_at_nought_or_one(row, first):
    shares = np.eye(3) * 0.7 + 0.1
    rows = [row(k, "g", k + first, k + first, shares[k]) for k in range(3)]
    found = task_rows(predictions_from_rows(rows), "g")
    assert found.grades == tuple(range(first, first + 3))


def test_a_scale_whose_ends_do_not_occur_is_told_by_the_most_probable(row):
    rows = [row(k, "g", 2, 2, [0.1, 0.8, 0.05, 0.05]) for k in range(3)]
    assert task_rows(predictions_from_rows(rows), "g").grades == (1, 2, 3, 4)


def test_an_abstained_row_and_one_without_an_answer_are_declined(row):
    rows = [
        row(1, "t", 1, 1, [0.9]),
        row(2, "t", 1, 1, [0.9], abstained=True),
        row(3, "t", 0, np.nan),
    ]
    found = task_rows(predictions_from_rows(rows), "t")
    assert found.declined.tolist() == [False, True, True]


def test_rows_without_a_reference_are_left_out_and_a_task_of_them_is_nothing(row):
    rows = [row(1, "t", np.nan, 1, [0.9]), row(2, "t", 1, 1, [0.9]), row(3, "u", np.nan, 1)]
    table = predictions_from_rows(rows)
    assert len(task_rows(table, "t").table) == 1
    assert task_rows(table, "u") is None


def test_a_patient_that_was_learned_from_is_so_in_every_row(row):
    rows = [
        row(1, "t", 1, 1, covariates={"in_sample": "yes"}),
        row(1, "t", 1, 1, unit="disc-2", covariates={"in_sample": "no"}),
        row(2, "t", 0, 1, covariates={"in_sample": "no"}),
    ]
    assert learned_from(predictions_from_rows(rows)).tolist() == [True, True, False]
    assert not learned_from(predictions_from_rows([row(1, "t", 1, 1)])).any()


@pytest.mark.parametrize(
    ("task", "reference", "prediction", "probabilities", "words"),
    [
        ("t", 2, 1, [0.9], "0 or 1"),
        ("g", 7, 1, [0.2, 0.5, 0.3], "one of 1, 2, 3"),
        ("dice-x", 1, 1.4, [], "from 0 to 1"),
    ],
)
def test_a_cell_that_does_not_fit_is_named_by_its_line(
    row, task, reference, prediction, probabilities, words
):
    fine = row(1, "other", 1, 1)
    table = predictions_from_rows([fine, row(2, task, reference, prediction, probabilities)])
    with pytest.raises(InputError) as refused:
        task_rows(table, task)
    assert "line 3" in refused.value.found
    assert words in refused.value.needed


def test_rows_can_be_put_in_another_order(mixed):
    rows = task_rows(mixed(), "tear")
    turned = rows.at(np.arange(len(rows.table))[::-1])
    np.testing.assert_array_equal(turned.table.reference, rows.table.reference[::-1])
    np.testing.assert_array_equal(turned.declined, rows.declined[::-1])
