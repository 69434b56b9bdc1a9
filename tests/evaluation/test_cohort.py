"""Table 1 counts patients once, tells what is missing, and keeps to its groups."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from condyle.domain.case import Case, Reference
from condyle.domain.study import Study
from condyle.errors import InputError
from condyle.evaluation.cohort import (
    MISSING,
    SEVERAL,
    Judged,
    Member,
    Quartiles,
    Share,
    cohort_of,
    cohort_of_cases,
    cohort_of_table,
    groups_of_table,
)
from condyle.evaluation.predictions import PredictionRow, predictions_from_rows


def member(patient: str, study: str = "", group: str = "", **covariates: str) -> Member:
    return Member(patient, study or patient, group, covariates)


def row(patient: str, unit: str = "disc-1", **fields) -> PredictionRow:
    values = {
        "study": patient,
        "series": "",
        "task": "grade",
        "fold": -1,
        "reference": 1.0,
        "prediction": 1.0,
    }
    return PredictionRow(patient=patient, unit=unit, **{**values, **fields})


def counts(cohort, variable: str, level: str = "") -> list[int]:
    found = cohort.row(variable, level)
    assert found is not None
    return [cell.count for cell in found.cells]


def test_patients_and_their_studies_are_counted_apart() -> None:
    cohort = cohort_of([member("a", "1"), member("a", "2"), member("b")])
    assert counts(cohort, "patients") == [2]
    assert counts(cohort, "studies") == [3]


def test_each_group_has_a_column_beside_all() -> None:
    cohort = cohort_of([member("a", group="fold 0"), member("b", group="fold 1")])
    assert cohort.groups == ("all", "fold 0", "fold 1")
    assert counts(cohort, "patients") == [2, 1, 1]


def test_folds_stand_in_the_order_of_their_numbers() -> None:
    cohort = cohort_of([member(str(n), group=f"fold {n}") for n in range(11)])
    assert cohort.groups[2:4] == ("fold 1", "fold 2")
    assert cohort.groups[-1] == "fold 10"


def test_a_characteristic_is_counted_by_patient_with_its_share() -> None:
    cohort = cohort_of([member("a", "1", sex="F"), member("a", "2", sex="F"), member("b", sex="M")])
    assert counts(cohort, "sex", "F") == [1]
    found = cohort.row("sex", "F")
    assert found is not None and found.cells[0].percent == 50.0


def test_what_is_missing_is_counted() -> None:
    cohort = cohort_of([member("a", sex="F"), member("b", sex=""), member("c", sex=" ")])
    assert counts(cohort, "sex", MISSING) == [2]


def test_a_value_of_one_study_stands_for_a_patient_whose_other_study_lacks_it() -> None:
    cohort = cohort_of([member("a", "1", sex=""), member("a", "2", sex="F")])
    assert counts(cohort, "sex", "F") == [1]
    assert cohort.row("sex", MISSING) is None


def test_studies_that_differ_make_a_patient_several_and_a_note_says_so() -> None:
    cohort = cohort_of([member("a", "1", scanner="X"), member("a", "2", scanner="Y")])
    assert counts(cohort, "scanner", SEVERAL) == [1]
    assert "scanner" in cohort.notes[0]


def test_two_field_strengths_of_a_patient_are_several_and_not_the_lower() -> None:
    cohort = cohort_of([member("a", "1", field="1.5"), member("a", "2", field="3")])
    assert counts(cohort, "field", SEVERAL) == [1]


def test_one_number_in_two_spellings_is_one_value() -> None:
    cohort = cohort_of([member("a", field="3.0"), member("b", field="3")])
    assert counts(cohort, "field", "3") == [2]


def test_ages_are_told_by_median_and_quartiles() -> None:
    ages = (40, 50, 60, 70, 80)
    cohort = cohort_of([member(str(age), age=str(age)) for age in ages])
    found = cohort.row("age")
    assert found is not None
    assert found.cells == (Quartiles(60.0, 50.0, 70.0, 5),)


def test_the_age_of_a_patient_is_that_of_the_first_study() -> None:
    cohort = cohort_of([member("a", "1", age="51"), member("a", "2", age="49")])
    found = cohort.row("age")
    assert found is not None and found.cells[0].median == 49.0


def test_missing_ages_are_counted_and_do_not_count_as_numbers() -> None:
    cohort = cohort_of([member("a", age="51"), member("b", age="")])
    found = cohort.row("age")
    assert found is not None and found.cells[0].n == 1
    assert counts(cohort, "age", MISSING) == [1]


def test_a_group_without_an_age_has_no_median() -> None:
    members = [member("a", group="x", age="51"), member("b", group="y", age="")]
    found = cohort_of(members).row("age")
    assert found is not None and math.isnan(found.cells[2].median)


def test_many_values_are_gathered_with_their_number() -> None:
    cohort = cohort_of([member(str(n), site=f"site {n}") for n in range(30)])
    levels = [row.level for row in cohort.rows if row.variable == "site"]
    assert len(levels) == 12
    assert levels[-1] == "other (19 values)"


def test_age_and_sex_come_first() -> None:
    cohort = cohort_of([member("a", Zone="1", sex="F", age="9", Alpha="x")])
    assert cohort.variables == ("patients", "studies", "age", "sex", "Alpha", "Zone")


def test_classes_are_counted_by_unit() -> None:
    judged = [Judged("a", "", "grade", float(g)) for g in (1, 1, 2)]
    cohort = cohort_of([member("a")], [*judged, Judged("a", "", "grade", math.nan)], unit="disc")
    assert counts(cohort, "grade", "1") == [2]
    assert counts(cohort, "grade", MISSING) == [1]
    found = cohort.row("grade", "1")
    assert found is not None and (found.unit, found.role) == ("disc", "class")


def test_nobody_is_refused() -> None:
    with pytest.raises(InputError, match="no study"):
        cohort_of([])


def test_the_share_of_an_empty_whole_is_undefined() -> None:
    assert math.isnan(Share(0, 0).percent)


def test_a_table_is_grouped_by_its_folds() -> None:
    table = predictions_from_rows([row("a", fold=0), row("b", fold=1)])
    assert groups_of_table(table) == ["fold 0", "fold 1"]


def test_a_table_of_one_fold_has_no_groups() -> None:
    table = predictions_from_rows([row("a", fold=0), row("b", fold=0)])
    assert cohort_of_table(table).groups == ("all",)


def test_in_sample_patients_stand_in_a_column_of_their_own() -> None:
    marks = ("yes", "no", "no")
    rows = [row(f"p{n}", covariates={"in_sample": mark}) for n, mark in enumerate(marks)]
    cohort = cohort_of_table(predictions_from_rows(rows))
    assert cohort.groups == ("all", "counted", "in-sample")
    assert counts(cohort, "patients") == [3, 2, 1]
    assert "in_sample" not in cohort.variables


def test_only_the_tasks_that_are_named_have_their_classes_counted() -> None:
    rows = [row("a"), row("a", task="dice-disc", prediction=0.8)]
    cohort = cohort_of_table(predictions_from_rows(rows), classes=["grade"], unit="disc")
    assert cohort.row("grade", "1") is not None
    assert cohort.row("dice-disc", "1") is None


def case(patient: str, name: str, **covariates: str) -> Case:
    grades = {"disc-1": {"grade": 2}}
    study = Study(uid=None, series=())
    return Case(name, patient, study, Reference(grades=grades), covariates)


def test_cases_are_counted_as_a_table_is() -> None:
    cases = [case("a", "1", sex="F"), case("a", "2", sex="F"), case("b", "3", sex="M")]
    cohort = cohort_of_cases(cases, groups={"a": "train", "b": "test"}, unit="disc")
    assert counts(cohort, "studies") == [3, 1, 2]
    assert cohort.groups == ("all", "test", "train")
    assert counts(cohort, "grade", "2") == [3, 1, 2]


def test_a_case_in_no_group_is_refused() -> None:
    with pytest.raises(InputError, match="1 cases of patients in no group"):
        cohort_of_cases([case("a", "1")], groups={})


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 8), st.sampled_from(["F", "M", ""])), min_size=1))
def test_the_levels_of_a_characteristic_add_up_to_the_patients(told) -> None:
    members = [member(f"p{who}", str(at), sex=sex) for at, (who, sex) in enumerate(told)]
    cohort = cohort_of(members)
    total = sum(r.cells[0].count for r in cohort.rows if r.variable == "sex")
    assert total == len({who for who, _ in told})


def test_a_table_of_numpy_columns_is_read_without_loss() -> None:
    rows = [row(f"p{n}", reference=float(n % 3)) for n in range(9)]
    cohort = cohort_of_table(predictions_from_rows(rows), classes=["grade"])
    found = [cohort.row("grade", str(level)) for level in range(3)]
    assert np.sum([each.cells[0].count for each in found if each is not None]) == 9
