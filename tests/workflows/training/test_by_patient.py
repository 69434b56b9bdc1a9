"""Rows of slices become rows of patients."""

from __future__ import annotations

import math

import pytest

from condyle.evaluation.predictions import PredictionRow, predictions_from_rows
from condyle.workflows.training.by_patient import patient_rows


def row(
    patient: str, unit: str, probability: float | tuple[float, ...], **changed
) -> PredictionRow:
    told = probability if isinstance(probability, tuple) else (probability,)
    values = {
        "patient": patient,
        "study": f"{patient}-{unit}",
        "series": unit,
        "unit": unit,
        "task": "tear",
        "fold": 0,
        "reference": 0.0,
        "prediction": 0.0,
        "probabilities": told,
    }
    return PredictionRow(**{**values, **changed})


ROWS = [row("a", "1", 0.2), row("a", "2", 0.9, reference=1.0), row("b", "1", 0.1)]


def test_the_mean_or_the_greatest_of_a_patients_slices_is_theirs() -> None:
    mean = {r.patient: r for r in patient_rows(ROWS, threshold=0.5, how="mean")}
    most = {r.patient: r for r in patient_rows(ROWS, threshold=0.5, how="greatest")}
    assert mean["a"].probabilities == (0.55,) and mean["a"].prediction == 1.0
    assert most["a"].probabilities == (0.9,) and most["a"].prediction == 1.0
    assert mean["b"].probabilities == most["b"].probabilities == (0.1,)
    assert mean["b"].prediction == 0.0


def test_a_patient_shows_it_where_any_slice_does() -> None:
    made = patient_rows(ROWS, threshold=0.5, how="mean")
    assert [(r.patient, r.reference) for r in made] == [("a", 1.0), ("b", 0.0)]
    assert {r.task for r in made} == {"tear-by-patient"}
    assert {r.unit for r in made} == {"patient"}


def test_of_grades_the_likeliest_of_the_mean_is_called_and_the_worst_is_true() -> None:
    rows = [
        row("a", "1", (0.7, 0.2, 0.1), reference=0.0),
        row("a", "2", (0.0, 0.2, 0.8), reference=2.0),
    ]
    (made,) = patient_rows(rows, threshold=0.5, how="mean")
    assert made.probabilities == pytest.approx((0.35, 0.2, 0.45))
    assert (made.prediction, made.reference) == (2.0, 2.0)


def test_what_says_nothing_of_a_class_takes_no_part() -> None:
    rows = [
        row("a", "1", (), task="dice-tear"),
        row("a", "2", 0.4, task="detect-tear"),
        row("a", "3", 0.4, abstained=True),
    ]
    assert patient_rows(rows, threshold=0.5, how="mean") == []


def test_a_reference_that_is_not_known_stays_so_unless_another_slice_knows() -> None:
    unknown = row("a", "1", 0.4, reference=math.nan)
    (alone,) = patient_rows([unknown], threshold=0.5, how="mean")
    assert math.isnan(alone.reference)
    (both,) = patient_rows([unknown, row("a", "2", 0.4)], threshold=0.5, how="mean")
    assert both.reference == 0.0


def test_the_rounds_of_a_repeated_split_stay_apart_and_the_table_holds() -> None:
    rows = [*ROWS, *(row(r.patient, r.unit, 0.3, fold=1) for r in ROWS)]
    made = patient_rows(rows, threshold=0.5, how="mean")
    assert sorted((r.patient, r.fold) for r in made) == [("a", 0), ("a", 1), ("b", 0), ("b", 1)]
    table = predictions_from_rows([*rows, *made])  # raises where two rows judge the same
    assert set(table.task) == {"tear", "tear-by-patient"}


def test_a_covariate_in_which_a_patients_rows_differ_is_told_as_table_1_tells_it() -> None:
    planes = [{"sex": "F", "age": "41", "plane": plane} for plane in ("axial", "sagittal")]
    rows = [
        row("a", "1", 0.2, covariates=planes[0]),
        row("a", "2", 0.4, covariates={**planes[1], "age": "40"}),
        row("b", "1", 0.3, covariates=planes[1]),
        row("b", "2", (), task="dice-tear", covariates={"sex": ""}),
    ]
    one, other = patient_rows(rows, threshold=0.5, how="mean")
    assert one.covariates == {"sex": "F", "age": "40", "plane": "several"}
    assert other.covariates == planes[1]
