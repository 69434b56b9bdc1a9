"""Laws of Table 1 and of the flow, over tables made at random."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from condyle.domain.case import Case, Reference
from condyle.domain.study import Study
from condyle.evaluation.cohort import (
    MISSING,
    Cohort,
    CohortRow,
    Member,
    Quartiles,
    Share,
    cohort_of,
    cohort_of_cases,
    cohort_of_table,
    patient_values,
)
from condyle.evaluation.participant_flow import flow_of, screening_of_cases
from condyle.evaluation.predictions import PredictionRow, Predictions, predictions_from_rows

TASKS = ("tear", "grade")


def made_row(patient: int, study: int, disc: int, task: str, **more) -> PredictionRow:
    values = {
        "reference": 1.0,
        "prediction": 1.0,
        "fold": patient % 3,
        "covariates": {"sex": ("F", "M", "")[patient % 3], "age": str(20 + patient)},
    }
    return PredictionRow(
        patient=f"p{patient}",
        study=f"s{patient}-{study}",
        series="",
        unit=f"disc-{disc}",
        task=task,
        **{**values, **more},
    )


@st.composite
def tables(draw) -> Predictions:
    """Draws a table of a few patients with studies, discs, gaps and declined rows."""
    rows = []
    for patient in range(draw(st.integers(1, 7))):
        learned = draw(st.sampled_from(["yes", "no"]))
        for study in range(draw(st.integers(1, 3))):
            for disc in range(draw(st.integers(1, 3))):
                for task in TASKS:
                    reference = draw(st.sampled_from([0.0, 1.0, math.nan]))
                    declined = draw(st.booleans())
                    prediction = math.nan if declined else draw(st.sampled_from([0.0, 1.0]))
                    base = made_row(patient, study, disc, task)
                    known = {**base.covariates, "in_sample": learned}
                    row = replace(base, reference=reference, prediction=prediction)
                    rows.append(replace(row, abstained=declined, covariates=known))
    return predictions_from_rows(rows)


def row_of(cohort: Cohort, variable: str, level: str = "") -> CohortRow:
    found = cohort.row(variable, level)
    assert found is not None, (variable, level)
    return found


@settings(max_examples=40, deadline=None)
@given(tables())
def test_the_columns_of_groups_add_up_to_that_of_all(table: Predictions) -> None:
    cohort = cohort_of_table(table, classes=TASKS, unit="disc")
    for row in cohort.rows:
        if all(isinstance(cell, Share) for cell in row.cells) and len(row.cells) > 1:
            whole, *parts = (cell.count for cell in row.cells if isinstance(cell, Share))
            assert whole == sum(parts), row


@settings(max_examples=40, deadline=None)
@given(tables())
def test_the_levels_of_a_variable_add_up_in_every_column(table: Predictions) -> None:
    cohort = cohort_of_table(table, classes=TASKS, unit="disc")
    for variable in ("sex", *TASKS):
        rows = [row for row in cohort.rows if row.variable == variable]
        for column in range(len(cohort.groups)):
            cells = [row.cells[column] for row in rows]
            shares = [cell for cell in cells if isinstance(cell, Share)]
            assert {cell.of for cell in shares} == {sum(cell.count for cell in shares)}


@settings(max_examples=40, deadline=None)
@given(tables())
def test_classes_are_counted_as_a_counter_does(table: Predictions) -> None:
    cohort = cohort_of_table(table, classes=TASKS, unit="disc")
    for task in TASKS:
        values = table.of_task(task).reference.tolist()
        told = Counter(MISSING if math.isnan(value) else f"{value:g}" for value in values)
        for level, count in told.items():
            assert row_of(cohort, task, level).cells[0] == Share(count, len(values))


@settings(max_examples=40, deadline=None)
@given(tables(), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_change_a_count(table: Predictions, random) -> None:
    rows = list(table.rows())
    random.shuffle(rows)
    shuffled = predictions_from_rows(rows)
    first = cohort_of_table(table, classes=TASKS, unit="disc")
    second = cohort_of_table(shuffled, classes=TASKS, unit="disc")
    assert sorted(map(repr, first.rows)) == sorted(map(repr, second.rows))


@settings(max_examples=40, deadline=None)
@given(tables())
def test_the_names_of_patients_do_not_matter(table: Predictions) -> None:
    renamed = predictions_from_rows(
        [replace(row, patient=f"x{row.patient}y") for row in table.rows()]
    )
    assert cohort_of_table(table, classes=TASKS) == cohort_of_table(renamed, classes=TASKS)


@settings(max_examples=40, deadline=None)
@given(tables())
def test_every_stage_of_a_flow_is_the_one_before_less_those_left_out(table: Predictions) -> None:
    stages = flow_of(table, task="tear", unit="disc").stages
    for before, after in pairwise(stages):
        assert after.patients == before.patients - sum(e.patients for e in before.left_out)
        assert after.studies == before.studies - sum(e.studies for e in before.left_out)
        assert min(after.patients, after.studies) >= 0


@settings(max_examples=40, deadline=None)
@given(tables())
def test_the_answers_of_a_flow_are_the_rows_that_count(table: Predictions) -> None:
    flow = flow_of(table, task="tear", unit="disc")
    learned = set(table.patient[table.covariates["in_sample"] == "yes"].tolist())
    counted = [
        row
        for row in table.of_task("tear").rows()
        if row.patient not in learned and not math.isnan(row.reference)
    ]
    assert sum(answer.rows for answer in flow.answers) == len(counted)
    for answer in flow.answers:
        assert sum(count for _, count in answer.by_reference) == answer.rows


@settings(max_examples=30, deadline=None)
@given(tables(), st.integers(0, 5), st.integers(0, 5))
def test_an_archive_that_holds_more_than_was_read_still_adds_up(
    table: Predictions, unread: int, ungraded: int
) -> None:
    read = sorted(set(zip(table.patient.tolist(), table.study.tolist(), strict=True)))
    reference = Reference(grades={"disc-1": {"tear": 1}})
    empty = Study(uid=None, series=())
    cases = [Case(study, patient, empty, reference) for patient, study in read]
    cases += [Case(f"u{n}", f"p{n}", empty, reference) for n in range(unread)]
    cases += [Case(f"g{n}", f"q{n}", empty, Reference()) for n in range(ungraded)]
    flow = flow_of(table, screening=screening_of_cases(cases, table))
    assert flow.stages[0].studies == len(cases)
    assert flow.stages[1].studies == len(read)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(18, 95), min_size=1, max_size=40))
def test_quartiles_are_those_of_numpy(ages: list[int]) -> None:
    members = [Member(f"p{at}", "", "", {"age": str(age)}) for at, age in enumerate(ages)]
    (cell,) = row_of(cohort_of(members), "age").cells
    assert isinstance(cell, Quartiles)
    low, middle, high = np.quantile(ages, (0.25, 0.5, 0.75))
    assert (cell.low, cell.median, cell.high, cell.n) == (low, middle, high, len(ages))


@pytest.mark.parametrize(
    ("texts", "numbers"),
    [
        (["1.5", "3.0", "1.5"], False),
        ([str(n) for n in range(10)], True),
        ([str(n) for n in range(9)], False),
        (["A", *(str(n) for n in range(12))], False),
        (["", "", ""], False),
        (["nan", *(str(n) for n in range(12))], False),
    ],
    ids=["codes", "ten-numbers", "nine-numbers", "a-letter", "nothing", "not-a-number"],
)
def test_numbers_are_told_from_codes(texts: list[str], numbers: bool) -> None:
    members = [Member(str(at), "", "", {"x": text}) for at, text in enumerate(texts)]
    assert patient_values(members, "x")[1] is numbers


@pytest.mark.parametrize(
    ("name", "numbers"),
    [("age", True), ("Age", True), ("patient_age", True), ("stage", False), ("PatientAge", False)],
)
def test_an_age_is_a_number_however_few_there_are(name: str, numbers: bool) -> None:
    members = [Member(str(at), "", "", {name: text}) for at, text in enumerate(("40", "50"))]
    assert patient_values(members, name)[1] is numbers


def test_cases_and_their_table_give_the_same_table_one() -> None:
    rows = [made_row(patient, 0, disc, "tear") for patient in range(6) for disc in range(3)]
    table = predictions_from_rows(rows)
    cases = [
        Case(
            f"s{patient}-0",
            f"p{patient}",
            Study(uid=None, series=()),
            Reference(grades={f"disc-{disc}": {"tear": 1} for disc in range(3)}),
            rows[3 * patient].covariates,
        )
        for patient in range(6)
    ]
    groups = {f"p{patient}": f"fold {patient % 3}" for patient in range(6)}
    from_table = cohort_of_table(table, classes=["tear"], unit="disc")
    assert from_table == cohort_of_cases(cases, groups=groups, unit="disc")


def test_a_table_of_hundreds_of_thousands_of_rows_is_counted_in_seconds() -> None:
    import time

    size = 60_000
    patient = np.char.add("p", (np.arange(size) // 6).astype(np.str_))
    disc = np.char.add("disc-", (np.arange(size) % 6).astype(np.str_))
    nothing = np.full(size, "")
    table = Predictions(
        patient=patient,
        study=patient,
        series=nothing,
        unit=disc,
        task=np.full(size, "tear"),
        fold=np.arange(size) // 6 % 5,
        reference=np.arange(size) % 2.0,
        prediction=np.arange(size) % 2.0,
        probabilities=np.empty((size, 0)),
        abstained=np.zeros(size, dtype=bool),
        bundle=nothing,
        covariates={"sex": np.where(np.arange(size) // 6 % 2 == 0, "F", "M")},
    )
    began = time.process_time()
    cohort = cohort_of_table(table, classes=["tear"], unit="disc")
    assert time.process_time() - began < 10.0
    assert row_of(cohort, "patients").cells[0] == Share(10_000, 10_000)
