"""The text to copy says what the coded findings say."""

from dataclasses import replace

import pytest

from condyle.domain.findings import Site
from condyle.domain.messages import Message
from condyle.reporting.paragraph import decided, paragraph, site_name
from condyle.reporting.wording import catalogue


def line_of(text: str, level: str) -> str:
    return next(line for line in text.split("\n") if line.startswith(f"{level}:"))


def test_each_level_has_its_line_from_the_sacrum_up(report):
    lines = paragraph(report, "en").split("\n")
    levels = [line.split(":")[0] for line in lines if "Pfirrmann grade" in line.split(";")[0]]
    assert levels == ["L5-S1", "L4-L5", "L3-L4", "L2-L3", "L1-L2", "T12-L1"]


def test_a_level_says_grade_positives_negatives_and_what_is_undecided(report):
    line = line_of(paragraph(report, "en"), "L4-L5")
    assert "Pfirrmann grade 4 (probability 0.68)" in line
    assert "positive: disc narrowing (0.71), posterior contour bulge (0.66)" in line
    assert "below threshold: endplate change of the vertebra below (0.46)" in line
    assert "probability only: herniation visible on midsagittal slices (0.76)" in line
    assert "not judged: Modic change (type not determined) (Modic change needs both" in line


def test_a_finding_of_poor_ppv_is_never_said_to_be_positive_or_negative(report):
    for line in paragraph(report, "en").split("\n"):
        for said in line.split(";"):
            if "herniation" in said:
                assert said.strip().startswith("probability only")


def test_the_spanish_text_says_the_same_with_decimal_commas(report):
    line = line_of(paragraph(report, "es"), "L4-L5")
    assert "grado de Pfirrmann 4 (probabilidad 0,68)" in line
    assert "positivo: pinzamiento discal (0,71)" in line
    assert "bajo el umbral" in line
    assert "0.7" not in line


@pytest.mark.parametrize(
    ("language", "assumed", "unseen"),
    [
        (
            "en",
            "assuming five lumbar vertebrae; confirm before any",
            "Not assessed: intervertebral",
        ),
        ("es", "suponiendo cinco vértebras lumbares; confírmese antes", "No se valoró: forámenes"),
    ],
)
def test_the_assumption_and_what_was_not_assessed_are_always_said(
    report, language, assumed, unseen
):
    text = paragraph(report, language)
    assert assumed in text
    assert unseen in text


def test_it_says_that_it_is_a_draft_and_what_made_it(report):
    first = paragraph(report, "en").split("\n")[0]
    assert "draft for review" in first
    assert "lumbar-grading 1.0.0" in first
    assert "Condyle 0.1.0" in first


def test_a_simulated_study_is_said_to_be_simulated_and_a_real_one_is_not(make_report):
    assert "show no patient" in paragraph(make_report(simulated=True), "en")
    assert "show no patient" not in paragraph(make_report(simulated=False), "en")


def test_discs_without_a_level_are_counted_and_never_named(make_report):
    text = paragraph(make_report(named=False, discs=3), "en")
    assert "Disc 3 from the most caudal in view: Pfirrmann grade" in text
    assert "L5-S1" not in text
    assert "The sacrum is out of view" in text


def test_a_study_without_findings_says_why(make_report):
    refusal = Message("wrong-body-part", {"found": "knee"})
    report = replace(make_report(discs=0), refused=(refusal,))
    text = paragraph(report, "en")
    assert "No disc was graded." in text
    assert "another body part (knee)" in text


def test_warnings_are_carried_into_the_text_with_what_they_are_about(report):
    off = Message("slice-off-midline", {}, "series-1")
    text = paragraph(replace(report, warnings=(off,)), "en")
    assert "Warnings: series-1: The slice is off the midline" in text


def test_an_ungraded_disc_gives_its_reason(report):
    reason = Message("no-plain-t2", {}, "L5-S1")
    first = replace(report.findings[0], value=None, abstained=True, abstention=reason)
    line = line_of(paragraph(replace(report, findings=(first,)), "en"), "L5-S1")
    assert line == (
        "L5-S1: Pfirrmann grade not given: pfirrmann grading".replace("pfirrmann g", "Pfirrmann g")
        + " needs a plain T2 or T2 SPACE series; there is none."
    )


def test_a_decision_is_printed_only_where_its_ppv_allows_it(report):
    by_name = {f.name: f for f in report.findings[:8]}
    assert decided(by_name["disc-narrowing"])
    assert not decided(by_name["disc-herniation"])
    assert not decided(replace(by_name["disc-herniation"], value=True))
    assert decided(replace(by_name["disc-narrowing"], operating_point=None))


def test_a_site_without_level_or_number_is_called_by_its_structure():
    assert site_name(Site("vertebra"), catalogue("es")) == "vértebra"
