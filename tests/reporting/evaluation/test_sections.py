"""What the sections of a page say, before anything is drawn or set."""

import dataclasses

import pytest

from condyle.domain.evaluation_report import CaseSpread, Score, TaskReport
from condyle.reporting.evaluation.sections import evaluation_sections, task_section
from condyle.reporting.evaluation.words import (
    counted_word,
    shortened,
    size_words,
    task_word,
    wrapped,
)

NAN = float("nan")


@pytest.fixture(name="task")
def _task(report):
    """A finding without charts, so that nothing is drawn."""

    def make(**more):
        return dataclasses.replace(report().tasks[0], charts=(), **more)

    return make


@pytest.fixture(name="sections")
def _sections(report):
    def make(*tasks, **more):
        return evaluation_sections(report(tasks=tasks, charts=(), **more))

    return make


def table(section, title):
    return next(found for found in section.tables if found.title == title)


def test_the_summary_stands_first_and_the_method_last(task, sections):
    titles = [section.title for section in sections(task())]
    assert titles == ["Summary", "Disc narrowing", "How these figures were made"]


def test_the_summary_has_a_table_a_kind_with_its_headline_figures(task, sections, estimate):
    number = TaskReport(
        name="bone-age",
        kind="number",
        unit="patient",
        rows=20,
        patients=20,
        declined=0,
        scores=(Score("mean-absolute-difference", estimate(3.0), "answered", headline=True),),
    )
    summary = sections(task(), number)[0]
    assert [found.title for found in summary.tables] == ["Findings", "Numbers"]
    findings, numbers = summary.tables
    assert findings.headings == ("task", "n", "answered", "ROC area")
    assert findings.rows[0][:3] == ("Disc narrowing", "40 discs of 20 patients", "95.0%")
    assert "counts as wrong" in findings.note
    assert numbers.rows[0][1] == "20 patients"
    assert numbers.rows[0][3] == "3.000 (2.950 to 3.050)"
    assert "Errors are of what was answered" in numbers.note


def test_a_figure_that_a_task_lacks_is_a_dash(task, sections, estimate):
    other = task(
        name="t",
        scores=(Score("sensitivity", estimate(0.5), headline=True),),
    )
    rows = sections(task(), other)[0].tables[0].rows
    assert rows[0][3:] == ("0.812 (0.762 to 0.862)", "-")
    assert rows[1][3:] == ("-", "0.500 (0.450 to 0.550)")


def test_figures_of_all_and_of_the_answered_share_a_line(task):
    found = table(task_section(task()), "Figures")
    assert found.headings == ("figure", "all", "n", "answered only", "n", "interval")
    assert found.rows[0] == (
        "ROC area",
        "0.812 (0.762 to 0.862)",
        "40",
        "0.850 (0.800 to 0.900)",
        "38",
        "made up",
    )
    assert found.rows[1][3:5] == ("-", "-")
    assert found.rows[2][:2] == ("F1", "undefined")


def test_without_a_declined_row_there_is_one_column_of_figures(task, estimate):
    alone = task(scores=(Score("auc", estimate(0.8)),), declined=0)
    section = task_section(alone)
    assert table(section, "Figures").headings == ("figure", "all", "n", "interval")
    assert section.paragraphs[0] == "40 discs of 20 patients."


def test_what_was_declined_is_counted_in_words(task):
    said = task_section(task()).paragraphs
    assert said == ("40 discs of 20 patients, 2 of them declined.", "A note.")


def test_one_row_a_patient_is_said_once(task):
    said = task_section(task(unit="patient", rows=20, declined=0)).paragraphs[0]
    assert said == "20 patients."


def test_thresholds_have_a_row_each(task):
    found = table(task_section(task()), "What other thresholds would do")
    assert found.rows[0][:2] == ("0.3", "0.900 (0.850 to 0.950)")
    assert not [
        t for t in task_section(task(thresholds=())).tables if t.title.startswith("What other")
    ]


def test_subgroups_say_their_size_interaction_and_what_was_left_out(task):
    found = table(task_section(task()), "Subgroups")
    assert found.headings[-1] == "note"
    assert found.rows[0] == (
        "field strength (T)",
        "1.5",
        "25",
        "0.800 (0.750 to 0.850)",
        "< 0.001",
        "2 rows without a value are left out",
    )
    assert found.rows[1][2] == "5, too few"
    assert found.rows[2] == ("site", "-", "-", "-", "-", "12 groups, too many to be compared")


def test_subgroups_without_a_note_have_no_column_for_one(task):
    covariate = dataclasses.replace(task().subgroups[0], note="")
    found = table(task_section(task(subgroups=(covariate,))), "Subgroups")
    assert found.headings[-1] == "interaction p"
    assert all(len(row) == len(found.headings) for row in found.rows)


def test_groups_with_few_patients_are_warned_of_by_name(task):
    assert task_section(task()).warnings == (
        "Only 3 positive.",
        "Too few patients to be read as evidence: field strength (T) 3.0.",
    )
    assert task_section(task(subgroups=(), warnings=())).warnings == ()


def test_the_spread_over_cases_has_its_own_table(task, estimate):
    spread = CaseSpread(estimate(0.8), 0.05, 0.81, 0.6, 0.95, 2)
    section = task_section(task(kind="overlap", name="dice-vertebra", spread=spread))
    assert section.title == "Dice, vertebra"
    assert table(section, "Spread over cases").rows == (
        ("0.800 (0.750 to 0.850)", "0.050", "0.810", "0.600", "0.950", "2"),
    )


@pytest.mark.parametrize("kind", ["finding", "grade", "overlap", "number", "detection"])
def test_every_row_of_every_table_is_as_long_as_its_headings(task, sections, kind):
    for section in sections(task(kind=kind)):
        for found in section.tables:
            assert all(len(row) == len(found.headings) for row in found.rows)


def test_in_sample_patients_are_warned_of_in_the_summary(task, sections):
    said = sections(task(), warnings=("4 patients are left out.",))[0]
    assert said.warnings == ("4 patients are left out.",)


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("disc-narrowing", "Disc narrowing"),
        ("dice-intervertebral-disc", "Dice, disc"),
        ("iou-x", "IoU, x"),
        ("detect-lesion", "Detection, lesion"),
        ("dice-", "Dice-"),
        ("my task", "My task"),
        ("", ""),
    ],
)
def test_tasks_have_words(name, word):
    assert task_word(name) == word


@pytest.mark.parametrize(
    ("count", "unit", "words"),
    [
        (1, "patient", "1 patient"),
        (2, "patient", "2 patients"),
        (3, "series", "3 series"),
        (0, "disc", "0 discs"),
        (60, "study", "60 studies"),
        (1240, "disc", "1,240 discs"),
    ],
)
def test_units_are_counted(count, unit, words):
    assert counted_word(count, unit) == words


def test_a_size_names_the_patients_once():
    assert size_words(60, "study", 50) == "60 studies of 50 patients"
    assert size_words(50, "patient", 50) == "50 patients"


def test_a_long_title_goes_over_two_lines_and_is_cut_only_after_them():
    assert wrapped("Herniation visible on midsagittal slices", 38) == [
        "Herniation visible on midsagittal",
        "slices",
    ]
    lines = wrapped("a word and another " * 20, 38)
    assert len(lines) == 2 and lines[1].endswith(" ...")
    assert max(map(len, lines)) <= 38


def test_long_text_is_cut_to_its_room_and_kept_on_one_line():
    assert shortened("a\nb", 10) == "a b"
    assert shortened("x" * 50, 10) == "xxxxxxx..."
    assert len(shortened("y" * 11, 10)) == 10
