"""Figures by sex, age, scanner: groups, thirds of a number, few patients, interaction."""

import numpy as np
import pytest

from condyle.evaluation.predictions import predictions_from_rows
from condyle.workflows.evaluation.finding import finding_report
from condyle.workflows.evaluation.rows import Draw, task_rows
from condyle.workflows.evaluation.subgroups import group_labels

DRAW = Draw(seed=1, replicates=40, permutations=60)


def groups_of(rows):
    report = finding_report(task_rows(predictions_from_rows(rows), "t"), DRAW)
    return {covariate.covariate: covariate for covariate in report.subgroups}, report


def finding(row, patient, covariates, *, right=True, unit="disc-1"):
    truth = patient // 2 % 2
    probability = 0.5 + (0.3 if bool(truth) == right else -0.3) + patient / 1000
    called = probability >= 0.5
    return row(patient, "t", truth, called, [probability], covariates=covariates, unit=unit)


def test_groups_are_by_value_and_those_with_few_patients_are_marked(row):
    rows = [finding(row, k, {"sex": "F" if k < 24 else "M"}) for k in range(36)]
    found, report = groups_of(rows)
    assert [(g.name, g.patients, g.too_few) for g in found["sex"].groups] == [
        ("F", 24, False),
        ("M", 12, True),
    ]
    forest = dict(report.charts)["subgroups"]
    assert [line.faint for line in forest.rows] == [False, True]
    assert forest.line == next(s.estimate.value for s in report.scores if s.name == "auc")


def test_a_model_that_fails_in_one_group_shows_an_interaction(row):
    rows = [finding(row, k, {"scanner": "AB"[k % 2]}, right=k % 2 == 0) for k in range(60)]
    found, _ = groups_of(rows)
    assert found["scanner"].p_value < 0.05
    values = [group.estimate.value for group in found["scanner"].groups]
    assert values[0] > 0.9 > 0.1 > values[1]


def test_groups_that_do_not_differ_show_none(row):
    rows = [finding(row, k, {"scanner": "AB"[k % 2]}) for k in range(40)]
    found, _ = groups_of(rows)
    assert found["scanner"].p_value > 0.05


def test_a_covariate_that_differs_within_a_patient_is_not_tested(row):
    rows = [
        finding(row, k, {"sequence": "T1" if unit == "disc-1" else "T2"}, unit=unit)
        for k in range(12)
        for unit in ("disc-1", "disc-2")
    ]
    found, _ = groups_of(rows)
    assert np.isnan(found["sequence"].p_value)
    assert "differs within a patient" in found["sequence"].note
    assert [group.name for group in found["sequence"].groups] == ["T1", "T2"]


def test_rows_without_a_value_are_left_out_and_counted(row):
    rows = [finding(row, k, {"sex": "FM"[k % 2] if k > 3 else ""}) for k in range(20)]
    found, _ = groups_of(rows)
    assert found["sex"].note == "4 rows without a value are left out"
    assert sum(group.patients for group in found["sex"].groups) == 16


def test_one_group_and_the_mark_of_training_are_no_subgroups(row):
    rows = [finding(row, k, {"sex": "F", "in_sample": "no"}) for k in range(12)]
    found, report = groups_of(rows)
    assert found == {}
    assert "subgroups" not in dict(report.charts)


def test_too_many_groups_are_named_and_not_compared(row):
    rows = [finding(row, k, {"site": f"site {k % 9}"}) for k in range(36)]
    found, report = groups_of(rows)
    assert found["site"].groups == ()
    assert found["site"].note == "9 groups, too many to be compared"
    assert "subgroups" not in dict(report.charts)


def test_a_number_is_cut_at_thirds():
    ages = np.array([str(age) for age in range(30, 60)] + [""])
    labels = group_labels(ages)
    names, counts = np.unique(labels, return_counts=True)
    assert names.tolist() == ["", "1: up to 39", "2: over 39 to 49", "3: over 49"]
    assert counts.tolist() == [1, 10, 10, 10]


@pytest.mark.parametrize("values", [["1.5", "3.0", "1.5"], ["a", "b", "7"], ["1", "nan", "2"]])
def test_few_numbers_and_words_stay_as_they_are(values):
    assert group_labels(np.array(values)).tolist() == values
