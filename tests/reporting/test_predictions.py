import math

import numpy as np
import pytest

from condyle.errors import InputError, OutputError
from condyle.evaluation.predictions import PredictionRow, predictions_from_rows
from condyle.reporting.predictions import read_predictions, write_predictions


def table():
    return predictions_from_rows(
        [
            PredictionRow(
                patient="p1",
                study="s1",
                series="t2, sagittal",
                unit="disc-1",
                task="pfirrmann-grade",
                fold=0,
                reference=3,
                prediction=2,
                probabilities=(0.1, 0.7, 0.2, 0.0, 0.0),
                bundle="ab" * 32,
                covariates={"sex": "F", "scanner": 'Alpha "1.5"'},
            ),
            PredictionRow(
                patient="p2",
                study="s2",
                series="",
                unit="disc-1",
                task="modic-change",
                fold=-1,
                reference=math.nan,
                prediction=math.nan,
                probabilities=(1 / 3, 2 / 3),
                abstained=True,
            ),
        ]
    )


def test_a_table_comes_back_as_it_was_written(tmp_path):
    path = tmp_path / "predictions.csv"
    write_predictions(path, table())
    for before, after in zip(table().rows(), read_predictions(path).rows(), strict=True):
        assert str(before) == str(after)


def test_the_same_table_gives_the_same_bytes(tmp_path):
    write_predictions(tmp_path / "a.csv", table())
    write_predictions(tmp_path / "b.csv", read_predictions(tmp_path / "a.csv"))
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()


def test_the_header_names_the_frozen_columns(tmp_path):
    path = tmp_path / "predictions.csv"
    write_predictions(path, table())
    assert path.read_text(encoding="utf-8").splitlines()[0] == (
        "schema,patient,study,series,unit,task,fold,reference,prediction,"
        "probability_0,probability_1,probability_2,probability_3,probability_4,"
        "abstained,bundle,covariate_scanner,covariate_sex"
    )


def test_an_empty_table_comes_back_empty(tmp_path):
    path = tmp_path / "predictions.csv"
    write_predictions(path, predictions_from_rows([]))
    assert len(read_predictions(path)) == 0


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("condyle.predictions/1", "condyle.predictions/9", "line 2, column schema"),
        (",0.7,", ",1.7,", "line 2, column probability_1"),
        (",0.7,", ",,", "gap among the probabilities of line 2"),
        ("disc-1,modic-change,-1", "disc-1,modic-change,one", "line 3, column fold"),
        ("pfirrmann-grade,0,3,", "pfirrmann-grade,0,three,", "line 2, column reference"),
        ("pfirrmann-grade,0,3,", "pfirrmann-grade,0,inf,", "line 2, column reference"),
        (",true,", ",yes,", "line 3, column abstained"),
        ("patient,study", "patient,visit", "no column study; unknown column visit"),
        ("probability_1", "probability_0", "probability_1"),
        ("p2,s2", "p2", "cells in line 3"),
    ],
)
def test_a_cell_that_does_not_fit_is_named(tmp_path, old, new, says):
    path = tmp_path / "predictions.csv"
    write_predictions(path, table())
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError, match=says):
        read_predictions(path)


def test_an_empty_file_and_bytes_that_are_no_text_are_refused(tmp_path):
    path = tmp_path / "predictions.csv"
    path.write_bytes(b"")
    with pytest.raises(InputError, match="empty"):
        read_predictions(path)
    path.write_bytes(b"\xff\xfe\x00\x81")
    with pytest.raises(InputError, match="UTF-8"):
        read_predictions(path)


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(OutputError):
        write_predictions(tmp_path / "none" / "predictions.csv", table())


def test_numbers_lose_nothing(tmp_path):
    path = tmp_path / "predictions.csv"
    write_predictions(path, table())
    assert np.array_equal(
        read_predictions(path).probabilities, table().probabilities, equal_nan=True
    )
