"""Table 1 and screening of the real archive, where it is there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from condyle.datasets import spider
from condyle.datasets.splits import read_split
from condyle.domain.case import Case
from condyle.evaluation.cohort import Cohort, Share, cohort_of_cases
from condyle.evaluation.participant_flow import flow_of, screening_of_cases
from condyle.evaluation.predictions import PredictionRow, predictions_from_rows

pytestmark = pytest.mark.needs("data")


@pytest.fixture(name="cases", scope="module")
def _cases() -> tuple[Case, ...]:
    return spider.graded_cases(Path(os.environ["CONDYLE_TEST_DATA"]) / "lumbar-spider")


@pytest.fixture(name="cohort", scope="module")
def _cohort(cases: tuple[Case, ...]) -> Cohort:
    split = read_split("lumbar-spider")
    groups = {case.patient: f"fold {split.fold_of(case.patient)}" for case in cases}
    return cohort_of_cases(cases, groups=groups, unit="disc")


def counts(cohort: Cohort, variable: str, level: str = "") -> list[int]:
    row = cohort.row(variable, level)
    assert row is not None
    return [cell.count for cell in row.cells if isinstance(cell, Share)]


def test_the_archive_has_its_patients_in_five_folds(cohort: Cohort) -> None:
    assert cohort.groups == ("all", *(f"fold {n}" for n in range(5)))
    whole, *folds = counts(cohort, "patients")
    assert whole == 179 == sum(folds)
    assert max(folds) - min(folds) <= 1


def test_its_discs_are_counted_by_grade(cohort: Cohort) -> None:
    grades = [counts(cohort, "pfirrmann-grade", str(grade))[0] for grade in range(1, 6)]
    assert sum(grades) == 1240
    assert grades == [235, 305, 343, 214, 143]


def test_its_findings_are_as_its_description_says(cohort: Cohort) -> None:
    assert counts(cohort, "disc-herniation", "1")[0] == 62


def test_what_was_not_read_is_left_out_with_its_reason(cases: tuple[Case, ...]) -> None:
    rows = [
        PredictionRow(
            patient=case.patient,
            study=case.id,
            series="",
            unit="disc-1",
            task="disc-herniation",
            fold=-1,
            reference=1.0,
            prediction=1.0,
        )
        for case in cases[:100]
    ]
    table = predictions_from_rows(rows)
    flow = flow_of(table, screening=screening_of_cases(cases, table))
    assert flow.stages[0].patients == 179
    (left_out,) = flow.stages[0].left_out
    assert (left_out.reason, left_out.patients) == ("not read by the model", 79)
