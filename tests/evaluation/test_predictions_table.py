import numpy as np
import pytest

from condyle.errors import InputError
from condyle.evaluation.predictions import PredictionRow, predictions_from_rows


def row(**changes):
    plain = {
        "patient": "p1",
        "study": "s1",
        "series": "t2",
        "unit": "disc-1",
        "task": "pfirrmann-grade",
        "fold": 0,
        "reference": 3.0,
        "prediction": 2.0,
        "probabilities": (0.2, 0.8),
    }
    return PredictionRow(**{**plain, **changes})


def test_rows_come_back_in_their_order():
    rows = [row(), row(unit="disc-2", probabilities=(0.1, 0.2, 0.7)), row(task="modic-change")]
    assert list(predictions_from_rows(rows).rows()) == rows


def test_a_task_is_chosen_by_its_name():
    table = predictions_from_rows([row(), row(task="modic-change"), row(unit="disc-2")])
    assert table.tasks == ("modic-change", "pfirrmann-grade")
    assert len(table.of_task("pfirrmann-grade")) == 2
    assert len(table.of_task("nothing")) == 0


def test_covariates_follow_their_rows():
    table = predictions_from_rows([row(covariates={"sex": "F"}), row(unit="disc-2")])
    assert table.where([False, True]).covariates["sex"].tolist() == [""]


def test_probabilities_are_padded_with_nan():
    table = predictions_from_rows([row(), row(unit="disc-2", probabilities=(1.0,))])
    assert np.isnan(table.probabilities[1, 1])


def test_a_table_without_rows_is_a_table():
    assert len(predictions_from_rows([])) == 0


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([row(), row()], "rows 0 and 1"),
        ([row(probabilities=(0.2, 1.2))], "row 0"),
        ([row(), row(unit="disc-2", reference=float("inf"))], "infinite reference in row 1"),
    ],
)
def test_rows_that_cannot_be_are_refused(rows, says):
    with pytest.raises(InputError, match=says):
        predictions_from_rows(rows)
