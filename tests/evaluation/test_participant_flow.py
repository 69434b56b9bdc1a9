"""The flow of participants adds up, or is refused."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest

from condyle.domain.case import Case, Reference
from condyle.domain.study import Study
from condyle.errors import InputError
from condyle.evaluation.participant_flow import (
    LeftOut,
    Screening,
    flow_of,
    screening_of_cases,
)
from condyle.evaluation.predictions import PredictionRow, predictions_from_rows


def row(patient: str, **fields) -> PredictionRow:
    values = {
        "study": patient,
        "series": "",
        "unit": "disc-1",
        "task": "finding",
        "fold": -1,
        "reference": 1.0,
        "prediction": 1.0,
    }
    return PredictionRow(patient=patient, **{**values, **fields})


def case(patient: str, name: str, *, graded: bool = True) -> Case:
    reference = Reference(grades={"disc-1": {"finding": 1}} if graded else {})
    return Case(name, patient, Study(uid=None, series=()), reference)


TABLE = predictions_from_rows(
    [
        row("a"),
        row("b", reference=0.0),
        row("c", prediction=0.0),
        row("d", reference=0.0, prediction=math.nan, abstained=True),
        row("e", covariates={"in_sample": "yes"}),
        row("f", reference=math.nan),
    ]
)


def test_those_who_are_left_out_have_their_reasons() -> None:
    read, counted = flow_of(TABLE).stages
    assert (read.patients, counted.patients) == (6, 4)
    assert read.left_out == (
        LeftOut("the model learned from the patient", 1, 1),
        LeftOut("no reference", 1, 1),
    )


def test_every_stage_is_the_one_before_less_those_left_out() -> None:
    screening = Screening(9, 9, (LeftOut("too old", 3, 3),))
    stages = flow_of(TABLE, screening=screening).stages
    for before, after in pairwise(stages):
        assert after.patients == before.patients - sum(e.patients for e in before.left_out)
        assert after.studies == before.studies - sum(e.studies for e in before.left_out)


def test_answers_stand_against_the_reference() -> None:
    answers = flow_of(TABLE, task="finding", unit="disc").answers
    assert [(a.label, a.rows) for a in answers] == [
        ("positive", 2),
        ("negative", 1),
        ("declined", 1),
    ]
    assert answers[0].by_reference == (("present", 1), ("absent", 1))


def test_in_sample_patients_are_in_no_answer() -> None:
    answers = flow_of(TABLE, task="finding").answers
    assert sum(answer.rows for answer in answers) == 4


def test_grades_have_an_answer_each() -> None:
    rows = [row(str(n), task="g", reference=float(n), prediction=float(n)) for n in range(1, 4)]
    answers = flow_of(predictions_from_rows(rows), task="g").answers
    assert [answer.label for answer in answers] == ["1", "2", "3"]
    assert answers[2].by_reference == (("3", 1),)


def test_many_different_answers_are_gathered() -> None:
    rows = [row(str(n), reference=n / 7, prediction=n / 9) for n in range(1, 30)]
    answers = flow_of(predictions_from_rows(rows), task="finding").answers
    assert [(answer.label, answer.rows) for answer in answers] == [("answered", 29)]
    assert answers[0].by_reference == ()


def test_it_is_said_that_screening_is_not_known() -> None:
    assert "screened" in flow_of(TABLE).notes[0]
    assert flow_of(TABLE, screening=Screening(6, 6)).notes == ()


def test_a_screening_that_does_not_add_up_is_refused_with_the_numbers() -> None:
    with pytest.raises(InputError, match="7 patients with 7 studies") as caught:
        flow_of(TABLE, screening=Screening(8, 8, (LeftOut("too old", 1, 1),)))
    assert "6 with 6" in str(caught.value)


def test_the_cases_of_an_archive_are_its_screening() -> None:
    table = predictions_from_rows([row("a", study="1")])
    cases = [case("a", "1"), case("a", "2"), case("b", "3", graded=False), case("c", "4")]
    screening = screening_of_cases(cases, table)
    assert (screening.patients, screening.studies) == (3, 4)
    assert screening.left_out == (
        LeftOut("no reference", 1, 1),
        LeftOut("not read by the model", 1, 2),
    )


def test_the_screening_of_an_archive_always_adds_up() -> None:
    table = predictions_from_rows([row("a", study="1"), row("b", study="3")])
    cases = [case("a", "1"), case("a", "2", graded=False), case("b", "3"), case("b", "4")]
    flow = flow_of(table, screening=screening_of_cases(cases, table))
    assert [stage.studies for stage in flow.stages] == [4, 2, 2]


def test_a_patient_who_loses_a_study_only_is_not_left_out() -> None:
    table = predictions_from_rows([row("a", study="1"), row("a", study="2", reference=math.nan)])
    assert flow_of(table).stages[0].left_out == (LeftOut("no reference", 0, 1),)
