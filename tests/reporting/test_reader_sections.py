"""What each section of a reader study's page holds, row by row."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from condyle.domain.estimate import Estimate
from condyle.domain.evaluation_report import Section
from condyle.evaluation.reader_analysis import ReaderAnalysis, analyse_readers
from condyle.evaluation.reader_simulation import ReaderModel, simulate_readings
from condyle.evaluation.readers import ReaderTable, model_alone
from condyle.reporting.evaluation.reader_sections import reader_sections, short_lines
from condyle.reporting.evaluation.reader_words import POPULATIONS, signed
from condyle.reporting.evaluation.words import estimate_words, p_words

TRUTH = np.arange(30) % 2 == 0
EMPTY = {"roc": (), "changes": (), "times": (), "experience": ()}
NAMES = ("reader-1", "reader-2", "reader-3", "reader-4")


def table_of(
    seed: int = 1, *, unit: str = "disc", areas: tuple[float, ...] = (0.7, 0.9)
) -> ReaderTable:
    model = ReaderModel(areas=areas, minutes=(4.0, 2.0, 1.0)[: len(areas)])
    made = simulate_readings(model, TRUTH, readers=4, rng=np.random.default_rng(seed))
    return ReaderTable(
        arms=("off", "on", "newer")[: len(areas)],
        readers=NAMES,
        patients=np.array([f"p{at // 2}" for at in range(30)]),
        reference=TRUTH,
        calls=made.calls,
        scores=made.confidence,
        minutes=made.minutes,
        right_level=np.ones_like(made.calls),
        has_level=TRUTH,
        unit=unit,
    )


def analysed(table: ReaderTable, *, declined: int = 0) -> ReaderAnalysis:
    years = dict(zip(NAMES, (1.0, 4.0, 9.0, 25.0), strict=True))
    answers = (table.calls[1, 0], table.scores[1, 0])
    model = model_alone("the tool", TRUTH, answers=answers, declined=np.arange(30) < declined)
    return analyse_readers(table, np.random.default_rng(0), years=years, model=model, replicates=40)


@pytest.fixture(scope="module")
def analysis() -> ReaderAnalysis:
    return analysed(table_of(), declined=2)


@pytest.fixture(scope="module")
def sections(analysis: ReaderAnalysis) -> dict[str, Section]:
    return {section.title: section for section in reader_sections(analysis, EMPTY)}


def test_every_row_is_as_long_as_its_headings(sections: dict[str, Section]) -> None:
    for section in sections.values():
        for table in section.tables:
            assert {len(row) for row in table.rows} == {len(table.headings)}, section.title
            assert all(cell for row in table.rows for cell in row)


def test_the_sections_come_in_the_order_of_their_weight(sections: dict[str, Section]) -> None:
    expected = [
        "In short",
        "All readers together",
        "Each reader",
        "What changes for each reader",
        "Agreement of the readers",
        "Years of experience",
        "The model alone",
    ]
    assert list(sections) == expected


def test_the_short_table_holds_for_further_readers_and_cases(
    analysis: ReaderAnalysis, sections: dict[str, Section]
) -> None:
    (table,) = sections["In short"].tables
    wanted = [p for p in analysis.pooled[0] if p.generalises == "readers and cases"]
    assert table.headings[1:3] == ("off", "on")
    for row, pooled in zip(table.rows, wanted, strict=True):
        assert row[1] == estimate_words(pooled.against) and row[2] == estimate_words(pooled.arm)
        assert row[3] == signed(pooled.difference) and row[4] == p_words(pooled.p_value)
        excludes = pooled.difference.low > 0 or pooled.difference.high < 0
        assert (row[5] == "not shown to differ") == (not excludes)


def test_the_pooled_table_names_each_population_of_each_figure(
    sections: dict[str, Section],
) -> None:
    (table,) = sections["All readers together"].tables
    assert len(table.rows) == 15
    assert [row[1] for row in table.rows[:3]] == list(POPULATIONS.values())
    assert {row[0] for row in table.rows} == {
        *("sensitivity", "specificity", "accuracy", "ROC area", "mean minutes"),
    }
    assert "DeLong" in table.note


def test_each_reader_has_a_row_an_arm_and_the_model_one(
    analysis: ReaderAnalysis, sections: dict[str, Section]
) -> None:
    (table,) = sections["Each reader"].tables
    assert len(table.rows) == 4 * 2 + 1
    assert table.headings[-1] == "at the right level"
    assert table.rows[-1][:2] == ("the tool", "alone") and table.rows[-1][-1] == "-"
    first = analysis.readers[0].arms[0]
    assert table.rows[0][2] == estimate_words(first.sensitivity)
    assert table.rows[0][5] == estimate_words(first.auc)
    assert table.rows[0][6] == estimate_words(first.located)


def test_changes_have_both_p_values_and_the_probability_of_being_false(
    analysis: ReaderAnalysis, sections: dict[str, Section]
) -> None:
    (table,) = sections["What changes for each reader"].tables
    assert table.title == "'on' less 'off'"
    assert len(table.rows) == 4 * 5
    found = analysis.readers[1].changes[0]["auc"]
    row = next(r for r in table.rows if r[0] == "reader-2" and r[1] == "ROC area")
    assert row[2] == signed(found.difference)
    assert row[3] == p_words(found.p_value)
    assert row[4] == p_words(analysis.holm[0]["auc"][1])
    assert "patient bootstrap" in table.note


def test_agreement_has_every_pair_and_every_reader_with_the_model(
    sections: dict[str, Section],
) -> None:
    overall, pairs, beside = sections["Agreement of the readers"].tables
    assert [row[0] for row in overall.rows] == ["off", "on"]
    assert len(pairs.rows) == 6 and pairs.rows[0][0] == "reader-1 and reader-2"
    assert [row[0] for row in beside.rows] == list(NAMES)
    assert "the tool" in beside.title


def test_experience_is_told_for_ten_more_years(
    analysis: ReaderAnalysis, sections: dict[str, Section]
) -> None:
    (table,) = sections["Years of experience"].tables
    line = analysis.experience[0]
    slope = line.line.slope
    ten = Estimate(10 * slope.value, 10 * slope.low, 10 * slope.high, slope.n, "")
    assert table.rows[0][2] == signed(ten)
    assert [row[0] for row in table.rows[:4]] == [
        *("sensitivity", "specificity", "accuracy", "ROC area")
    ]
    assert [row[0] for row in table.rows[4:]] == [
        *("change in sensitivity", "change in specificity", "change in accuracy"),
        *("change in ROC area", "minutes saved"),
    ]


def test_the_model_is_held_against_further_readers_these_and_each(
    analysis: ReaderAnalysis, sections: dict[str, Section]
) -> None:
    section = sections["The model alone"]
    (table,) = section.tables
    assert [row[0] for row in table.rows[:4]] == ["further readers and cases"] * 4
    assert [row[0] for row in table.rows[4:8]] == ["the mean of these readers"] * 4
    assert {row[0] for row in table.rows[8:]} == set(NAMES)
    assert any("declined 2 cases" in text for text in section.paragraphs)
    further = analysis.against_readers["auc"]
    assert table.rows[3][2] == signed(further.difference)
    assert table.rows[3][5] == further.verdict


def test_the_unit_and_the_patients_are_named(analysis: ReaderAnalysis) -> None:
    lines = short_lines(analysis)
    assert "30 discs (15 with the finding, 15 without) of 15 patients" in lines[0]
    assert any("come from 15 patients: intervals are by patient" in line for line in lines)


def test_three_arms_have_a_table_each(sections: dict[str, Section]) -> None:
    three = analysed(table_of(areas=(0.7, 0.8, 0.9)))
    found = {section.title: section for section in reader_sections(three, EMPTY)}
    titles = [table.title for table in found["What changes for each reader"].tables]
    assert titles == ["'on' less 'off'", "'newer' less 'off'"]
    assert len(found["All readers together"].tables) == 2
    (short,) = found["In short"].tables
    assert len(short.rows) == 10 and short.headings[2] == "with"
    assert {row[5].split("'")[1] for row in short.rows if "'" in row[5]} <= {"on", "newer"}


def test_a_figure_that_is_undefined_is_worded_so() -> None:
    nan = math.nan
    gone = Estimate(nan, nan, nan, 0, "undefined")
    assert signed(gone) == "undefined" and estimate_words(gone) == "undefined"
    assert signed(replace(gone, value=0.0)) == "+0.000 (no interval)"
