"""English and Spanish say the same, each in its own words and grammar."""

import re
from dataclasses import replace

import pypdfium2
import pytest

from condyle.domain.anatomy import NOT_ASSESSED, not_assessed
from condyle.domain.messages import Message
from condyle.reporting.html import html_of
from condyle.reporting.page import page_of
from condyle.reporting.paragraph import paragraph
from condyle.reporting.pdf import pdf_of
from condyle.reporting.wording import LANGUAGES, catalogue

ENGLISH, SPANISH = catalogue("en"), catalogue("es")
ABSTENTIONS = [
    "no-plain-t2",
    "needs-t1-and-t2",
    "fat-suppressed",
    "contrast-enhanced",
    "stir",
    "proton-density",
    "low-confidence",
    "not-graded",
]


@pytest.fixture(scope="module")
def small(made_up):
    """The made-up report without pictures, which is quick to set."""
    return replace(made_up, views=(), study=replace(made_up.study, simulated=False))


def visible(html: str) -> str:
    body = html[html.index("<body>") :]
    without = re.sub(r"<pre .*?</pre>", " ", body, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "\n", without))


@pytest.mark.parametrize("part", ["messages", "labels", "paragraph"])
def test_no_sentence_of_several_words_is_the_same_in_both_languages(part):
    english, spanish = getattr(ENGLISH, part), getattr(SPANISH, part)
    same = {v for k, v in english.items() if spanish[k] == v and re.search(r"[a-z] [a-z]", v)}
    assert {s for s in same if "{" not in s} <= {"Pars interarticularis"}


def test_a_spanish_page_holds_no_heading_label_or_sentence_of_the_english_one(small):
    # What a bundle says of itself is in the language of its own maker.
    bundles = tuple(replace(b, intended_use="", attribution="") for b in small.bundles)
    page = visible(html_of(page_of(replace(small, bundles=bundles), "es")))
    left = []
    for part in ("messages", "labels", "terms"):
        english, spanish = getattr(ENGLISH, part), getattr(SPANISH, part)
        for key, said in english.items():
            alike = any(said in label for label in SPANISH.labels.values())  # as in "Series"
            if said == spanish[key] or alike or len(said) < 6 or "{" in said:
                continue
            if re.search(rf"(?<![\w-]){re.escape(said)}(?![\w-])", page):
                left.append(said)
    assert left == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", ABSTENTIONS)
def test_each_reason_to_abstain_is_shown_on_page_and_in_text(small, language, code):
    words = catalogue(language)
    reason = Message(code, {}, "L5-S1")
    first = [replace(f, value=None, abstained=True, abstention=reason) for f in small.findings[:8]]
    report = replace(small, findings=tuple(first))
    html = html_of(page_of(report, language))
    assert html.count(words.messages[code].rstrip(".")) >= 8
    line = next(x for x in paragraph(report, language).split("\n") if x.startswith("L5-S1:"))
    assert words.messages[code].rstrip(".")[1:] in line
    assert line.count(words.messages[code].rstrip(".")[1:]) == 2, "of the grade, and of the rest"
    assert not re.search(r"\.[;.)]", line)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("many", [0, 1, 2, 7])
def test_the_line_of_a_disc_reads_well_with_any_number_of_findings(small, language, many):
    words = catalogue(language)
    grade, *rest = small.findings[:8]
    rest = [
        replace(f, abstained=False, abstention=None, operating_point=None, value=True)
        for f in rest[:many]
    ]
    report = replace(small, findings=(grade, *rest))
    line = next(x for x in paragraph(report, language).split("\n") if x.startswith("L5-S1:"))
    said = words.paragraph["positive"].partition(":")[0].lower()
    assert line.count(f"; {said}: ") == (1 if many else 0)
    assert line.count(", ") >= max(0, many - 1)
    assert not re.search(r"[,;:] ?[,;:.]|\.\.|  |: \.|\(\)", line)
    assert line.endswith(".")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_disc_with_findings_but_no_grade_has_a_line(small, language):
    report = replace(small, findings=(small.findings[2],))
    lines = paragraph(report, language).split("\n")
    assert sum(x.startswith("L5-S1: Posit") for x in lines) == 1


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "research use (no bundle; Condyle unknown)"),
        ("es", "uso en investigación (ningún modelo; Condyle desconocido)"),
    ],
)
def test_the_opening_reads_well_where_nothing_made_the_report(small, language, said):
    opening = paragraph(replace(small, bundles=(), software_version=""), language).split("\n")[0]
    assert said in opening
    assert not re.search(r"\.[;)]|\( | \)|  ", opening)


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_that_is_never_assessed_is_in_page_and_text(small, language):
    assert len(not_assessed()) == len(NOT_ASSESSED) >= 12
    text = paragraph(small, language).lower()
    page = visible(html_of(page_of(small, language))).lower()
    for name in NOT_ASSESSED:
        said = catalogue(language).messages[f"not-assessed-{name}"].lower()
        assert said in text
        assert said in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_level_is_named_anywhere_where_the_sacrum_is_out_of_view(make_report, language):
    report = replace(make_report(named=False, discs=3, simulated=False), views=())
    refused = tuple(replace(m, subject="study") for m in report.refused)
    report = replace(report, refused=refused)
    name = re.compile(r"\b[TLS]\d{1,2}-[TLS]\d{1,2}\b")
    assert not name.search(paragraph(report, language))
    assert not name.search(visible(html_of(page_of(report, language))))
    for number in (1, 2, 3):
        numbered = catalogue(language).label("disc-number-note", number=number)
        assert numbered in paragraph(report, language)


def test_numbers_on_a_spanish_page_have_a_comma_and_on_an_english_one_a_point(small):
    def decimals(language, mark):
        page = visible(html_of(page_of(replace(small, bundles=(), measurements=()), language)))
        return re.findall(rf"\d\{mark}\d\d", page)

    assert len(decimals("es", ",")) == len(decimals("en", ".")) > 50


def test_the_foot_of_a_pdf_with_every_banner_runs_over_nothing(small):
    report = replace(
        small,
        study=replace(small.study, simulated=True),
        bundles=(replace(small.bundles[0], simulated_training=True),),
        findings=small.findings[:8],
    )
    page = page_of(report, "es")
    with pypdfium2.PdfDocument(pdf_of(page)) as document:
        for number, sheet in enumerate(document, start=1):
            text = sheet.get_textpage()
            width = sheet.get_size()[0]
            boxes = [text.get_charbox(i) for i in range(text.count_chars())]
            assert max(box[2] for box in boxes) <= width - 30
            assert min(box[1] for box in boxes) >= 8
            foot = re.sub(r"\s+", " ", text.get_text_bounded(top=42))
            assert page.words.label("draft") in foot
            assert all(banner in foot for banner in page.banners)
            assert page.words.label("page", page=number, pages=len(document)) in foot
