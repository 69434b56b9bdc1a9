"""Table 1 and the flow diagram as a reader sees them."""

from __future__ import annotations

import csv
import io
import xml.etree.ElementTree as ET

from condyle.evaluation.cohort import Judged, Member, Quartiles, Share, cohort_of
from condyle.evaluation.participant_flow import Answer, Flow, LeftOut, Stage
from condyle.reporting.evaluation.cohort_section import (
    cell_text,
    cohort_csv,
    cohort_section,
    not_recorded,
)
from condyle.reporting.evaluation.flow_diagram import caption_of, flow_drawing, flow_section

REASON = (
    "images that were made after surgery, or that no reader could grade because the "
    "patient had moved in the scanner"
)
FLOW = Flow(
    stages=(
        Stage("Screened", 60, 70, (LeftOut(REASON, 9, 12), LeftOut("a second study", 0, 8))),
        Stage("Read by the model", 51, 50, ()),
    ),
    task="disc-herniation",
    unit="disc",
    answers=(
        Answer("positive", 30, (("present", 20), ("absent", 10))),
        Answer("negative", 221, (("present", 1), ("absent", 220))),
    ),
    notes=("Not all is known.",),
)


def made_cohort():
    members = [
        Member("a", "1", "fold 0", {"sex": "F", "age": "40"}),
        Member("b", "2", "fold 1", {"sex": "", "age": "60"}),
    ]
    judged = [Judged("a", "fold 0", "disc-herniation", 1.0), Judged("b", "fold 1", "x", 2.0)]
    return cohort_of(members, judged, unit="disc")


def text_of(svg: bytes) -> str:
    root = ET.fromstring(svg)
    return "\n".join("".join(each.itertext()) for each in root.iter() if each.tag.endswith("text"))


def test_a_share_is_a_count_with_its_per_cent() -> None:
    assert cell_text(Share(112, 179)) == "112 (63 %)"
    assert cell_text(Share(0, 0)) == "-"


def test_numbers_are_a_median_with_quartiles() -> None:
    assert cell_text(Quartiles(54.0, 43.5, 66.0, 12)) == "54 (43.5 to 66)"
    assert cell_text(Quartiles(float("nan"), float("nan"), float("nan"), 0)) == "-"


def test_every_row_is_as_long_as_the_headings() -> None:
    table = cohort_section(made_cohort()).tables[0]
    assert table.headings == ("", "All", "Fold 0", "Fold 1")
    assert {len(row) for row in table.rows} == {4}


def test_labels_of_a_finding_are_words_and_grades_stay() -> None:
    firsts = [row[0].strip() for row in cohort_section(made_cohort()).tables[0].rows]
    assert "present" in firsts and "2" in firsts and "1" not in firsts


def test_what_nobody_recorded_is_a_warning() -> None:
    assert not_recorded(made_cohort()) == ("Scanner", "Field strength")
    assert "Scanner is not in the records." in cohort_section(made_cohort()).warnings


def test_a_column_that_is_empty_throughout_is_not_recorded() -> None:
    cohort = cohort_of([Member("a", "1", "", {"sex": "", "age": ""})])
    assert "Sex" in not_recorded(cohort) and "Age" in not_recorded(cohort)


def test_the_csv_has_a_line_a_row_and_group() -> None:
    cohort = made_cohort()
    lines = list(csv.DictReader(io.StringIO(cohort_csv(cohort))))
    assert len(lines) == len(cohort.rows) * len(cohort.groups)
    (line,) = [x for x in lines if (x["variable"], x["level"], x["group"]) == ("sex", "F", "all")]
    assert (line["count"], line["of"]) == ("1", "2")
    (age,) = [x for x in lines if (x["variable"], x["level"], x["group"]) == ("age", "", "all")]
    assert (age["median"], age["quartile_1"], age["quartile_3"]) == ("50", "45", "55")


def test_the_diagram_holds_every_count_and_the_whole_reason() -> None:
    text = text_of(flow_drawing(FLOW).svg)
    for part in ("Screened", "60 patients, 70 studies", "221 discs", "251 discs with a reference"):
        assert part in text
    assert " ".join(REASON.split()) in " ".join(text.replace("\n", " ").split())


def test_long_reasons_are_wrapped_within_their_box() -> None:
    lines = text_of(flow_drawing(FLOW).svg).splitlines()
    assert max(map(len, lines)) <= 42


def test_a_reason_that_costs_studies_only_says_so() -> None:
    assert "a second study: 8 studies" in caption_of(FLOW)


def test_the_same_flow_gives_the_same_bytes() -> None:
    assert flow_drawing(FLOW) == flow_drawing(FLOW)


def test_the_caption_tells_the_diagram_to_those_who_cannot_see_it() -> None:
    caption = flow_section(FLOW).figures[0].caption
    assert "Screened: 60 patients, 70 studies" in caption
    assert "Herniation visible on midsagittal slices, positive: 30" in caption
    assert flow_section(FLOW).paragraphs == FLOW.notes


def test_text_of_a_user_is_no_formula_and_no_markup() -> None:
    stage = Stage("Read", 2, 2, (LeftOut("cost of $5 & <b>more</b> $x^2$", 1, 1),))
    drawn = flow_drawing(Flow((stage, Stage("Counted", 1, 1))))
    assert "$5 & <b>more</b> $x^2$" in " ".join(text_of(drawn.svg).split())


def test_a_flow_without_answers_ends_with_its_last_stage() -> None:
    drawn = flow_drawing(Flow((Stage("Read", 2, 3), Stage("Counted", 2, 3))))
    assert "2 patients, 3 studies" in text_of(drawn.svg)
    assert drawn.png.startswith(b"\x89PNG")
