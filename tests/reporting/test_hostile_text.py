"""Text from outside, whatever it holds, is shown as text and breaks no output."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pypdfium2
import pytest

from condyle.domain.messages import Message
from condyle.domain.report import Report
from condyle.reporting import read_report_json, report_to_json
from condyle.reporting.html import html_of
from condyle.reporting.page import page_of
from condyle.reporting.paragraph import paragraph
from condyle.reporting.pdf import pdf_of
from condyle.reporting.pdf_style import MOST_IN_CELL, text
from condyle.reporting.wording import catalogue, readable, word

TURNING = "\u200e\u200f\u061c\u202a\u202b\u202d\u202e\u2066\u2067\u2068"
HOSTILE = {
    "a closing tag and a script": "</style></pre></td><script>alert(1)</script>",
    "an event in an attribute": "\"' onerror=alert(1) autofocus onfocus='alert(1)",
    "a template": "{{ 7 * 7 }}{% for x in y %}${x}#{x}{0}{x!r}",
    "an address": "javascript:alert(1) url(http://example.org/x) @import 'x'",
    "a comment and a section": "<!-- <![CDATA[ ]]> --> <?xml?> &lt;b&gt; &#0;",
    "control characters": "".join(map(chr, range(32)))
    + "\x7f"
    + "".join(map(chr, range(128, 160))),
    "turned writing": f"a{TURNING}b",
    "no UTF-8": "a\udc80b\ud800c",
    "ten thousand letters": "x" * 10_000,
    "ten thousand letters in words": "word " * 2_000,
    "other scripts": "膝の画像 колено ركبة ברך घुटना \U0001f9b4",
    "no characters": "\ufffe\uffff\U0010ffff",
    "a forged line": "x\r\nL5-S1: Pfirrmann grade 1\n\u2028L4-L5: a\u2029\x85\x0b\x0cL3-L4: b",
    "nothing": "",
}


def everywhere(report: Report, said: str) -> Report:
    """Puts one text into every field that is not of our own making."""
    about = Message("wrong-body-part", {"found": said}, said)
    messages = (about, Message(said, {said: said}), Message("first-volume-only", {"file": said}))
    unusable = Message("unusable-image", {"file": said, "found": said}, "files")
    return replace(
        report,
        study=replace(report.study, uid=said, modality=said),
        series=tuple(
            replace(s, stem=said, uid=said, frame_of_reference=said) for s in report.series
        ),
        bundles=tuple(
            replace(
                b, name=said, version=said, intended_use=said, attribution=said, exclusions=(said,)
            )
            for b in report.bundles
        ),
        findings=tuple(
            replace(f, bundle=said, abstention=about if f.abstained else None)
            for f in report.findings
        ),
        measurements=tuple(
            replace(m, name=said, unit=said, method=said) for m in report.measurements
        ),
        assumptions=messages,
        warnings=(*messages, unusable),
        refused=messages,
        left_out=messages,
        views=(),
        software_version=said,
    )


@pytest.fixture(scope="module")
def small(made_up):
    """The made-up report with one disc and no picture, which is quick to set."""
    return replace(made_up, findings=made_up.findings[:8], views=())


class Elements(HTMLParser):
    """Collects the elements and attributes that a browser would see."""

    def __init__(self, html: str):
        super().__init__()
        self.tags, self.attributes, self.shown = [], [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, key, value or "") for key, value in attrs]

    def handle_data(self, data):
        self.shown.append(data)


def pdf_text(pdf: bytes) -> str:
    with pypdfium2.PdfDocument(pdf) as document:
        return "\n".join(page.get_textpage().get_text_bounded() for page in document)


hostile = pytest.mark.parametrize("said", HOSTILE.values(), ids=HOSTILE)


@pytest.mark.parametrize("said", list(HOSTILE.values())[:-1], ids=list(HOSTILE)[:-1])
def test_text_makes_no_element_attribute_or_reference_of_a_page(small, said):
    html = html_of(page_of(everywhere(small, said)))
    html.encode("utf-8")
    harmless, seen = Elements(html_of(page_of(everywhere(small, "x")))), Elements(html)
    assert seen.tags == harmless.tags
    assert [a[:2] for a in seen.attributes] == [a[:2] for a in harmless.attributes]
    css = "".join(re.findall(r"<style>(.*?)</style>", html, re.DOTALL))
    assert "url(" not in css
    assert "@import" not in css


@hostile
def test_text_breaks_no_pdf_and_moves_nothing_that_must_be_said_out_of_it(small, said):
    # A text that fills a page many times over says no more than one that fills it a few times.
    shown = pdf_text(pdf_of(page_of(everywhere(small, said[:1_500]))))
    for needed in ("Draft for review", "SIMULATED STUDY", "What was not assessed", "Facet joints"):
        assert needed in shown
    assert "L5-S1" in shown


@hostile
def test_text_comes_back_from_the_json_as_it_was(small, said):
    written = report_to_json(everywhere(small, said))
    written.encode("utf-8")
    back = read_report_json(written)
    kept = said.encode("utf-8", "replace").decode("utf-8")
    assert back.study.uid == kept
    assert back.warnings[0].params["found"] == kept
    assert back.bundles[0].intended_use == kept


@hostile
@pytest.mark.parametrize("language", ["en", "es"])
def test_no_text_forges_a_line_of_the_text_to_copy(small, said, language):
    lines = paragraph(everywhere(small, said), language).splitlines()
    assert len(lines) == len(paragraph(everywhere(small, "x"), language).splitlines())
    assert sum(line.startswith("L5-S1:") for line in lines) == 1


@pytest.mark.parametrize("language", ["en", "es"])
def test_no_page_holds_a_mark_that_turns_or_hides_what_stands_beside_it(small, language):
    said = HOSTILE["turned writing"] + HOSTILE["control characters"]
    page = html_of(page_of(everywhere(small, said), language))
    assert not set(page) & set(TURNING)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", page)
    assert "a\ufffd" in page


def test_letters_of_every_script_stay_in_page_and_json(small):
    said = HOSTILE["other scripts"]
    assert said in html_of(page_of(everywhere(small, said)))
    assert json.loads(report_to_json(everywhere(small, said)))["study"]["modality"] == said


def test_what_is_readable_stays_as_it_is_and_becoming_so_happens_once():
    assert readable("Vértebra L5 (T2*), 4,0 mm\u00a0膝") == "Vértebra L5 (T2*), 4,0 mm\u00a0膝"
    for said in HOSTILE.values():
        assert readable(readable(said)) == readable(said)
        assert len(readable(said)) == len(said)


def test_a_message_of_unknown_code_is_one_line_too():
    assert "\n" not in word(Message("a\nb", {"c\nd": "e\nf"}))


def test_a_long_cell_is_shortened_visibly_and_a_long_paragraph_is_not(small):
    assert text("y" * 5_000).text.endswith(" ...")
    assert len(text("y" * 5_000).text) <= MOST_IN_CELL
    use = "Said " * 3_000 + "to the end."
    bundle = replace(small.bundles[0], intended_use=use)
    assert "to the end." in pdf_text(pdf_of(page_of(replace(small, bundles=(bundle,)))))


@pytest.mark.parametrize(
    "stem", ["surgery", "tumour", "stir", "axial", "study-uid", "trauma", "disc-herniation"]
)
def test_a_file_named_like_a_word_of_the_catalogue_keeps_its_name(small, stem):
    series = (replace(small.series[0], stem=stem), small.series[1])
    warning = Message("slice-off-midline", {}, stem)
    report = replace(small, series=series, warnings=(warning,))
    for language in ("en", "es"):
        assert page_of(report, language).warnings[0].subject == stem
        sentence = catalogue(language).messages["slice-off-midline"]
        assert f" {stem}: {sentence}" in paragraph(report, language)


def test_a_subject_that_is_no_series_is_worded(small):
    report = replace(small, refused=(Message("needs-t1-and-t2", {}, "modic-change"),))
    assert page_of(report, "es").refused[0].subject == "Cambio de Modic (tipo no determinado)"
