"""The HTML page: complete, self-contained, escaped."""

import base64
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from condyle.domain.findings import Site
from condyle.domain.messages import Message
from condyle.reporting.html import html_of
from condyle.reporting.page import page_of
from condyle.reporting.paragraph import paragraph

VOID = {"meta", "img", "br", "hr", "link", "input"}


class Reader(HTMLParser):
    """Collects text, tags and attributes, and checks that tags are closed in order."""

    def __init__(self):
        super().__init__()
        self.open, self.attributes, self.words, self.tags = [], [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def read(report, language="en") -> Reader:
    reader = Reader()
    reader.feed(html_of(page_of(report, language)))
    assert reader.open == []
    return reader


@pytest.fixture(scope="module")
def english(made_up) -> str:
    return read(made_up).text


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_page_is_well_formed_in_its_language(report, language):
    reader = read(report, language)
    assert ("lang", language) in reader.attributes


def test_the_page_needs_no_script_no_file_and_no_network(report):
    html = html_of(page_of(report))
    assert "<script" not in html
    assert not re.search(r"https?://", html)
    assert not re.search(r"""(src|href)=["'](?!data:)""", html)
    assert not re.search(r"url\(|@import", html)
    assert "default-src 'none'" in html


def test_the_overlay_is_embedded(report):
    page = page_of(report)
    assert base64.b64encode(page.pictures[0].png).decode() in html_of(page)


def test_the_page_says_first_that_it_is_a_draft_and_for_whom_it_is_not(report):
    text = read(report).text
    head = text[: text.index("At a glance")]
    assert "Draft for review by a clinician. Research use." in head
    assert "Not for: age under 18, previous spine surgery, implant" in head
    assert "SIMULATED STUDY" in head


def test_a_page_of_real_images_has_no_banner(make_report):
    assert "SIMULATED" not in read(make_report(simulated=False)).text


def test_a_bundle_trained_on_simulated_images_is_marked(make_report):
    report = make_report(simulated=False)
    simulated = replace(report.bundles[0], simulated_training=True)
    assert "SIMULATED TRAINING" in read(replace(report, bundles=(simulated,))).text


def test_each_disc_has_its_grade_with_five_probabilities(report):
    reader = read(report)
    labels = [value for key, value in reader.attributes if key == "aria-label"]
    assert labels[0] == "1: 8 %, 2: 8 %, 3: 8 %, 4: 8 %, 5: 68 %"
    assert len(labels) == 6


def test_each_decision_has_ppv_npv_and_false_calls_beside_it(report):
    text = read(report).text
    row = text[text.index("Disc narrowing 0.88") :][:140]
    assert "Positive 0.50 0.78 [0.72-0.84] (n 214) 0.93 [0.90-0.96] (n 214) 0.31" in row


def test_where_the_ppv_is_poor_the_probability_stands_alone(report):
    text = read(report).text
    row = text[text.index("Herniation visible on midsagittal slices 0.93") :][:160]
    assert "No decision" in row
    assert "too low for a decision" in row
    assert "Positive" not in row.split("Disc narrowing")[0]


def test_an_abstention_gives_its_reason(report):
    text = read(report).text
    assert "Abstained Modic change needs both a T1 and a T2 series." in text


@pytest.mark.parametrize(
    "said",
    [
        "confirm before any intervention",
        "The weighting of the series was estimated",
        "series-3 The series is not sagittal",
        "Sacroiliac joints",
        "Silence about them does not mean that they are normal",
        "lumbar-grading",
        "b" * 64,
        "CC BY 4.0",
        "Condyle version",
        "L5-S1 9.1",
        "sagittal T1 (estimated)",
        "labelmap-series-1.nii.gz",
    ],
)
def test_the_page_says_all_that_the_report_holds(english, said):
    assert said in english


def test_both_paragraphs_are_there_to_copy(report):
    reader = read(report)
    for language in ("en", "es"):
        assert " ".join(paragraph(report, language).split()) in reader.text
    assert [v for k, v in reader.attributes if k == "lang"] == ["en", "en", "es"]


def test_text_from_outside_is_escaped(report):
    evil = "<img src=x onerror=alert(1)>"
    series = (replace(report.series[0], stem=evil), report.series[1])
    warning = Message("wrong-body-part", {"found": evil}, evil)
    bundle = replace(report.bundles[0], intended_use=evil, attribution=evil)
    html = html_of(page_of(replace(report, series=series, warnings=(warning,), bundles=(bundle,))))
    assert evil not in html
    assert "&lt;img src=x onerror=alert(1)&gt;" in html


def test_a_report_without_findings_or_pictures_is_still_a_page(make_report):
    empty = replace(make_report(discs=0), views=(), measurements=(), series=(), bundles=())
    text = read(empty).text
    assert "No finding was made" in text
    assert "there is no picture" in text
    assert "What was not assessed" in text


def test_a_disc_without_grade_or_figures_is_still_a_block(report):
    finding = replace(
        report.findings[2],
        site=Site("intervertebral-disc", None, 2),
        operating_point=None,
        probability=None,
        threshold=None,
        value=None,
        evidence=(),
    )
    text = read(replace(report, findings=(finding,))).text
    assert "Disc 2 from the most caudal in view" in text


def test_the_same_report_gives_the_same_page(report, make_report):
    assert html_of(page_of(report)) == html_of(page_of(make_report()))
