"""Checklists: whole, in our own words, answered from records or left for the authors."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from condyle.bundle import Manifest
from condyle.domain.estimate import Estimate
from condyle.domain.evaluation_charts import ConfusionChart
from condyle.domain.evaluation_report import (
    CovariateFigures,
    EvaluationReport,
    GroupFigure,
    Score,
    TaskReport,
)
from condyle.evaluation.cohort import cohort_of_table
from condyle.evaluation.participant_flow import flow_of
from condyle.evaluation.predictions import PredictionRow, predictions_from_rows
from condyle.reporting.evaluation.checklist import (
    ANSWERS,
    CHECKLISTS,
    FOR_THE_AUTHORS,
    applies,
    checklist_markdown,
    checklist_section,
    fill,
    fill_all,
    read_checklist,
)
from condyle.reporting.evaluation.checklist_records import Records, listed, settings

EXAMPLE = Path(__file__).parents[2] / "contract" / "manifest-example.json"
NUMBERS = {
    "claim-2024": [str(n) for n in range(1, 45)],
    "stard-ai-2025": (
        [str(n) for n in range(1, 15)]
        + ["15a", "15b", "15c", "15d", "16a", "16b", "16c", "17a", "17b"]
        + [str(n) for n in range(18, 26)]
        + ["26a", "26b"]
        + [str(n) for n in range(27, 40)]
        + ["40a", "40b"]
    ),
    "tripod-ai-2024": (
        ["1", "2", "3a", "3b", "3c", "4", "5a", "5b", "6a", "6b", "6c", "7", "8a", "8b", "8c"]
        + ["9a", "9b", "9c", "10", "11"]
        + [f"12{letter}" for letter in "abcdefg"]
        + ["13", "14", "15", "16", "17"]
        + [f"18{letter}" for letter in "abcdef"]
        + ["19", "20a", "20b", "20c", "21", "22", "23a", "23b", "24", "25", "26"]
        + ["27a", "27b", "27c"]
    ),
}


def rows_of(patients: int = 6) -> list[PredictionRow]:
    return [
        PredictionRow(
            patient=f"p{n}",
            study=f"s{n}",
            series="",
            unit="disc-1",
            task="tear",
            fold=n % 2,
            reference=float(n % 2),
            prediction=float(n % 3 == 0),
            probabilities=(0.5,),
            covariates={"sex": "FM"[n % 2], "Manufacturer": "Maker"},
        )
        for n in range(patients)
    ]


def task_report(kind="finding") -> TaskReport:
    estimate = Estimate(0.8, 0.6, 0.9, 6, "bootstrap percentile, by patient (6 patients)", "disc")
    groups = (GroupFigure("F", estimate, 3, True), GroupFigure("M", estimate, 3, True))
    return TaskReport(
        name="tear",
        kind=kind,
        unit="disc",
        rows=6,
        patients=6,
        declined=1,
        scores=(Score("auc", estimate, headline=True), Score("f1", estimate)),
        subgroups=(CovariateFigures("sex", "auc", groups, 0.4),),
        charts=(("confusion", ConfusionChart("x", ("absent", "present"), ((2, 1), (1, 2)))),),
        warnings=("Only 3 positive.",),
    )


@pytest.fixture(name="records")
def _records() -> Records:
    table = predictions_from_rows(rows_of())
    report = EvaluationReport("x", (), 6, 0, (task_report(),))
    return Records(
        table=table,
        report=report,
        cohort=cohort_of_table(table, classes=["tear"], unit="disc"),
        flow=flow_of(table, task="tear", unit="disc"),
        manifest=Manifest.model_validate_json(EXAMPLE.read_text()),
    )


@pytest.mark.parametrize("name", CHECKLISTS)
def test_a_checklist_has_every_item_in_its_order(name: str) -> None:
    items = [item.number for _, those in read_checklist(name).sections for item in those]
    assert items == NUMBERS[name]


@pytest.mark.parametrize("name", CHECKLISTS)
def test_a_checklist_names_source_doi_and_when_it_was_read(name: str) -> None:
    checklist = read_checklist(name)
    assert checklist.doi.startswith("10.") and checklist.source
    assert re.match(r"\d{4}-\d{2}-\d{2}: ", checklist.read)


@pytest.mark.parametrize("name", CHECKLISTS)
def test_items_are_questions_of_our_own(name: str) -> None:
    for _, items in read_checklist(name).sections:
        assert all(item.asks.endswith("?") and len(item.asks) < 140 for item in items)


def test_no_answer_is_written_for_nothing() -> None:
    used = {
        item.answer
        for name in CHECKLISTS
        for _, items in read_checklist(name).sections
        for item in items
    }
    assert set(ANSWERS) == used - {""}


@pytest.mark.parametrize("answer", sorted(ANSWERS))
def test_every_answer_says_where_it_was_found_or_is_silent(answer: str, records: Records) -> None:
    found = ANSWERS[answer](records)
    if found is not None:
        assert found.text.strip() and found.where.strip()
        assert not re.search(r"\bNone\b(?! was)|nan|\{|<class", found.text), found.text


@pytest.mark.parametrize("answer", sorted(ANSWERS))
def test_without_a_manifest_nothing_is_said_of_the_model(answer: str, records: Records) -> None:
    found = ANSWERS[answer](replace(records, manifest=None))
    assert found is None or not found.where.startswith("manifest.json")


def test_the_level_of_partitions_is_checked_and_not_believed(records: Records) -> None:
    found = ANSWERS["disjoint"](records)
    assert found is not None and found.text.startswith("Patient. Checked")
    leaking = predictions_from_rows([*rows_of(), replace(rows_of()[0], fold=1)])
    found = ANSWERS["disjoint"](replace(records, table=leaking))
    assert found is not None and "NOT by patient: 1 patients" in found.text


def test_figures_are_told_with_their_intervals(records: Records) -> None:
    found = ANSWERS["performance"](records)
    assert found is not None and "ROC area 0.800 (0.600 to 0.900)" in found.text


def test_the_cross_table_gives_the_counts(records: Records) -> None:
    found = ANSWERS["cross-table"](records)
    assert found is not None and "absent: 2 1 / present: 1 2" in found.text


def test_missing_references_and_characteristics_are_counted(records: Records) -> None:
    rows = [replace(rows_of()[0], reference=float("nan"), covariates={"sex": ""}), *rows_of()[1:]]
    table = predictions_from_rows(rows)
    found = ANSWERS["missing-data"](replace(records, table=table, cohort=cohort_of_table(table)))
    assert found is not None
    assert "1 of 6 rows" in found.text and "sex 1" in found.text


def test_limits_are_the_warnings_of_the_run(records: Records) -> None:
    found = ANSWERS["limits"](records)
    assert found is not None
    assert "Only 3 positive." in found.text and "Age is not in the records." in found.text


def test_out_of_fold_predictions_are_an_internal_test_and_no_external_one(
    records: Records,
) -> None:
    assert ANSWERS["internal-test"](records) is not None
    assert ANSWERS["external-test"](records) is None
    read = predictions_from_rows([replace(r, fold=-1, bundle="ab" * 32) for r in rows_of()])
    by_bundle = replace(records, table=read)
    assert ANSWERS["internal-test"](by_bundle) is None
    assert ANSWERS["external-test"](by_bundle) is not None


def test_every_item_is_answered_or_left_for_the_authors(records: Records) -> None:
    for each in fill_all(records)[0]:
        text = checklist_markdown(each)
        for number in NUMBERS[each.checklist.name]:
            part = text.split(f"**{number}.** ")[1].split("**")[0]
            assert "Found in: " in part or FOR_THE_AUTHORS.capitalize() in part
        assert sum(each.counts) == len(NUMBERS[each.checklist.name])


def test_what_no_record_can_know_is_left_for_the_authors(records: Records) -> None:
    filled = fill(read_checklist("claim-2024"), records)
    for number in ("4", "5", "11", "16", "44"):
        assert filled.answers[number] is None


def test_guidance_that_was_not_read_is_named(records: Records) -> None:
    text = checklist_markdown(fill(read_checklist("stard-ai-2025"), records))
    assert "Left out: STARD for Abstracts" in text
    assert "not read" in text


def test_only_the_checklists_that_apply_are_filled(records: Records) -> None:
    overlap = replace(records, report=replace(records.report, tasks=(task_report("overlap"),)))
    filled, not_for = fill_all(overlap)
    assert [each.checklist.name for each in filled] == ["claim-2024"]
    assert any("STARD-AI" in each for each in not_for)


def test_a_model_without_probabilities_is_no_prediction_model(records: Records) -> None:
    table = predictions_from_rows([replace(r, probabilities=()) for r in rows_of()])
    assert not applies(read_checklist("tripod-ai-2024"), replace(records, table=table))
    assert applies(read_checklist("stard-ai-2025"), replace(records, table=table))


def test_a_section_has_a_row_an_item(records: Records) -> None:
    section = checklist_section(fill(read_checklist("claim-2024"), records))
    numbers = [row[0] for table in section.tables for row in table.rows]
    assert [number for number in numbers if number] == NUMBERS["claim-2024"]
    assert numbers[0] == "" and section.tables[0].rows[0][1] == "TITLE AND ABSTRACT"
    assert all(len(row) == 4 for table in section.tables for row in table.rows)
    assert section.kept_in == "checklist-claim-2024.md"


def test_the_same_records_give_the_same_text(records: Records) -> None:
    texts = {checklist_markdown(fill_all(records)[0][0]) for _ in range(2)}
    assert len(texts) == 1


def test_settings_are_told_on_one_line() -> None:
    assert settings({"a": 1, "b": {"c": [1, 2]}, "d": None}) == "a 1, b (c [1, 2])"
    assert listed([str(n) for n in range(5)], most=3) == "0, 1, 2 and 2 more"


def test_an_empty_array_of_probabilities_does_not_count_as_some(records: Records) -> None:
    table = predictions_from_rows([replace(r, probabilities=()) for r in rows_of()])
    assert table.probabilities.shape == (6, 0)
    assert np.size(table.probabilities) == 0
    assert not applies(read_checklist("tripod-ai-2024"), replace(records, table=table))
