"""What the pages of a drift report say, word by word."""

from __future__ import annotations

import json
import math
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from condyle.domain.estimate import Estimate
from condyle.evaluation.cohort import Member, cohort_of
from condyle.evaluation.drift import Change
from condyle.evaluation.drift_report import (
    ChangeFound,
    DriftReport,
    PeriodFacts,
    ShiftFound,
    Spread,
)
from condyle.evaluation.drift_shift import Shift
from condyle.reporting.evaluation.drift_figure import drift_drawings
from condyle.reporting.evaluation.drift_sections import (
    drift_document,
    drift_sections,
    summary_words,
)

NAN = math.nan


def estimate(value: float, low: float = NAN, high: float = NAN) -> Estimate:
    return Estimate(value, low, high, 40, "bootstrap", "disc")


def shift(**changed) -> Shift:
    made = Shift(
        test="chi-square, patients dealt at random",
        gap=0.2,
        at="M",
        p_value=0.01,
        stability=0.3,
        stability_by_chance=0.1,
        detectable=0.25,
        rows=(60, 40),
        patients=(60, 40),
    )
    return replace(made, **changed)


def change(**changed) -> Change:
    made = Change(
        baseline=estimate(0.8, 0.7, 0.9),
        new=estimate(0.6, 0.5, 0.7),
        difference=estimate(-0.2, -0.3, -0.1),
        p_value=0.001,
        detectable=0.14,
        patients_for=321,
    )
    return replace(made, **changed)


@pytest.fixture(name="report")
def _report() -> DriftReport:
    members = [Member("a", "1", "baseline", {"sex": "F"}), Member("b", "2", "new", {"sex": "M"})]
    return DriftReport(
        baseline=PeriodFacts("baseline", 60, 61, 300, ("ab" * 32,)),
        new=PeriodFacts("new", 40, 40, 200, ()),
        cohort=cohort_of(members),
        shifts=(
            ShiftFound("covariate", "sex", "patient", shift(), 0.02),
            ShiftFound("reference", "disc-herniation", "disc", shift(p_value=0.5), 0.9),
            ShiftFound("output", "disc-herniation", "disc", shift(p_value=0.5), 0.5),
        ),
        changes=(
            ChangeFound("disc-herniation", "auc", "disc", change(), 0.003),
            ChangeFound("disc-herniation", "coverage", "disc", change(p_value=0.5), 0.7),
        ),
        spreads=(
            Spread("disc-herniation", "probability", (0.1, 0.2, 0.7), (0.3, 0.9), discrete=False),
            Spread("pfirrmann-grade", "grade", (1.0, 2.0, 2.0), (3.0,), discrete=True),
        ),
        warnings=("One thing to bear in mind.",),
    )


def cells_of(report: DriftReport, title: str) -> list[tuple[str, ...]]:
    section = next(s for s in drift_sections(report) if s.title == title)
    return [row for table in section.tables for row in table.rows]


def text_of(svg: bytes) -> str:
    root = ET.fromstring(svg)
    return " ".join("".join(e.itertext()) for e in root.iter() if e.tag.endswith("text"))


def test_what_changed_is_named_in_words(report: DriftReport) -> None:
    words = summary_words(report)
    assert words.startswith("Changed, in 2 of 5 tests: sex; ROC area of ")


def test_no_change_is_never_called_unchanged(report: DriftReport) -> None:
    calm = replace(
        report,
        shifts=tuple(replace(each, adjusted=0.5) for each in report.shifts),
        changes=(),
    )
    assert summary_words(calm) == "No change shown in 3 tests."
    said = str(drift_sections(calm))
    assert "unchanged" not in said


def test_what_was_not_tested_does_not_count_as_a_test(report: DriftReport) -> None:
    untested = replace(
        report, changes=tuple(replace(each, adjusted=NAN) for each in report.changes)
    )
    assert "in 1 of 3 tests" in summary_words(untested)
    assert cells_of(untested, "How good the model is")[0][6] == "not tested"


def test_a_figure_is_told_in_both_periods_with_the_difference(report: DriftReport) -> None:
    row = cells_of(report, "How good the model is")[0]
    assert row == (
        "ROC area",
        "0.800 (0.700 to 0.900)",
        "0.600 (0.500 to 0.700)",
        "-0.200 (-0.300 to -0.100)",
        "0.001",
        "0.003",
        "changed",
        "0.140",
        "321",
    )


def test_an_undefined_figure_is_said_to_be(report: DriftReport) -> None:
    nothing = change(
        new=estimate(NAN),
        difference=estimate(NAN),
        p_value=NAN,
        detectable=NAN,
        patients_for=None,
    )
    told = replace(report, changes=(ChangeFound("x", "ppv", "disc", nothing, NAN),))
    row = cells_of(told, "How good the model is")[0]
    assert row[2:] == ("undefined", "undefined", "-", "-", "not tested", "-", "none would")


def test_a_distribution_is_told_with_what_chance_does(report: DriftReport) -> None:
    row = cells_of(report, "Distributions")[0]
    assert row[:7] == (
        "sex",
        "60 patients / 40 patients",
        "0.200 at M",
        "0.300 (0.100)",
        "0.010",
        "0.020",
        "changed",
    )
    assert row[7] == "0.250"


def test_the_kinds_of_distributions_stand_under_their_headings(report: DriftReport) -> None:
    section = next(s for s in drift_sections(report) if s.title == "Distributions")
    assert [table.title for table in section.tables] == [
        "Who was imaged",
        "What they have, by the reference",
        "What the model said",
    ]


def test_every_row_is_as_long_as_its_headings(report: DriftReport) -> None:
    for section in drift_sections(report):
        for table in section.tables:
            assert {len(row) for row in table.rows} == {len(table.headings)}, table.title


def test_the_two_periods_are_told_with_their_bundles(report: DriftReport) -> None:
    rows = cells_of(report, "Has anything changed?")
    assert rows[0] == ("Baseline", "60", "61", "300", "abababababab")
    assert rows[1][-1] == "not recorded"


def test_without_references_it_is_said_that_nothing_is_known_of_the_figures(
    report: DriftReport,
) -> None:
    section = drift_sections(replace(report, changes=()))[0]
    assert "not known from this" in section.paragraphs[1]


def test_warnings_stand_first(report: DriftReport) -> None:
    assert drift_sections(report)[0].warnings == ("One thing to bear in mind.",)


def test_the_periods_are_the_columns_of_table_one(report: DriftReport) -> None:
    section = next(s for s in drift_sections(report) if "period by period" in s.title)
    assert section.tables[0].headings == ("", "All", "Baseline", "New")


def test_the_method_says_what_no_change_shown_means(report: DriftReport) -> None:
    said = " ".join(drift_sections(report)[-1].paragraphs)
    for part in ("does not mean that nothing changed", "Holm", "80 %", "Kolmogorov-Smirnov"):
        assert part in said


def test_the_numbers_are_json_and_what_is_undefined_is_null(report: DriftReport) -> None:
    nothing = replace(report, changes=(ChangeFound("x", "ppv", "disc", change(p_value=NAN), NAN),))
    document = json.loads(json.dumps(drift_document(nothing, software="0.1"), allow_nan=False))
    assert document["software"] == "0.1"
    assert document["changes"][0]["change"]["p_value"] is None
    assert document["changes"][0]["verdict"] == "not tested"
    assert document["shifts"][0]["verdict"] == "changed"
    assert document["shifts"][0]["shift"]["at"] == "M"


def test_each_output_is_drawn_in_both_periods(report: DriftReport) -> None:
    outputs, changes = drift_drawings(report)
    assert (outputs.name, changes.name) == ("drift-outputs", "drift-changes")
    text = text_of(outputs.svg)
    for part in ("baseline", "new", "probability", "grade", "Pfirrmann"):
        assert part in text
    assert "ROC area (changed)" in text_of(changes.svg)


def test_the_same_report_gives_the_same_pictures(report: DriftReport) -> None:
    assert drift_drawings(report) == drift_drawings(report)


def test_an_output_of_one_period_only_is_not_drawn(report: DriftReport) -> None:
    lone = replace(report.spreads[0], new=())
    drawn = drift_drawings(replace(report, spreads=(lone,), changes=()))
    assert drawn == ()


def test_numbers_beyond_0_and_1_have_an_axis_of_their_own(report: DriftReport) -> None:
    far = Spread("disc-count", "answer", (3.0, 5.5, 7.0), (40.0, 2.0), discrete=False)
    (drawn,) = drift_drawings(replace(report, spreads=(far,), changes=()))
    assert "40" in text_of(drawn.svg)


def test_a_difference_in_other_units_stands_in_the_table_and_not_in_the_plot(
    report: DriftReport,
) -> None:
    found = ChangeFound("disc-count", "mean-absolute-difference", "row", change(), 0.5)
    told = replace(report, changes=(found,), spreads=())
    assert drift_drawings(told) == ()
    assert cells_of(told, "How good the model is")[0][0] == "mean absolute difference"


def test_long_names_are_wrapped_above_their_output(report: DriftReport) -> None:
    name = "a-finding-with-a-name-that-is-longer-than-its-picture"
    spreads = tuple(replace(report.spreads[0], name=f"{name}-{n}") for n in range(4))
    drawn = drift_drawings(replace(report, spreads=spreads, changes=()))[0]
    root = ET.fromstring(drawn.svg)
    lines = ["".join(e.itertext()) for e in root.iter() if e.tag.endswith(("text", "tspan"))]
    assert max(len(line.strip()) for line in lines if "finding" in line) <= 56
