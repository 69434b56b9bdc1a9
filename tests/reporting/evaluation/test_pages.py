"""The page and the PDF of an evaluation: whole, self-contained, safe, the same twice."""

import csv
import io
import re
from dataclasses import dataclass

import pytest
from PIL import Image
from pypdf import PdfReader

from condyle.domain.evaluation_report import Drawing, Example, Section, Table
from condyle.reporting.evaluation.files import evaluation_files, page_files
from condyle.reporting.evaluation.page import SectionsPage, figures_of
from condyle.reporting.evaluation.sections import evaluation_sections
from condyle.reporting.evaluation.tables import (
    csv_number,
    csv_text,
    metrics_csv,
    plain,
    tasks_document,
)


@pytest.fixture(name="png", scope="module")
def _png():
    stream = io.BytesIO()
    Image.new("RGB", (40, 60), "#336699").save(stream, "PNG")
    return stream.getvalue()


@pytest.fixture(name="files", scope="module")
def _files(report):
    """The files of the report as it is, which take seconds to draw."""
    return evaluation_files(report())


def pdf_text(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def only(sections, **more):
    return page_files(SectionsPage("A title", (("who", "me"),), (), tuple(sections), **more))


def test_the_files_are_the_pages_the_table_and_each_figure_twice(files):
    pages = {name for name in files if "/" not in name}
    assert pages == {"report.html", "report.pdf", "metrics.csv"}
    figures = sorted(name for name in files if name.startswith("figures/"))
    assert len(figures) == 2 * 12
    assert "figures/disc-narrowing-roc.svg" in figures


def test_the_same_report_gives_the_same_bytes(report, files):
    assert evaluation_files(report()) == files


def test_the_page_needs_no_script_no_other_file_and_no_network(files):
    html = files["report.html"].decode()
    assert "<script" not in html and "http:" not in html.replace("http://www.w3.org", "")
    assert all(source.startswith("data:image/") for source in re.findall(r'src="([^"]+)', html))
    assert all(link.startswith("#section-") for link in re.findall(r'href="([^"]+)', html))
    assert "default-src 'none'" in html


def test_the_page_says_the_figures_with_interval_and_n(files):
    html = files["report.html"].decode()
    for said in (
        "Disc narrowing",
        "0.812 (0.762 to 0.862)",
        "0.850 (0.800 to 0.900)",
        "undefined",
        "made up",
        "answered only",
        "40 discs of 20 patients, 2 of them declined",
        "field strength (T)",
        "&lt; 0.001",
        "5, too few",
        "12 groups, too many",
        "Only 3 positive.",
        "Too few patients to be read as evidence: field strength (T) 3.0.",
        "How it was made.",
    ):
        assert said in html, said


def test_the_pdf_says_the_same(files):
    text = pdf_text(files["report.pdf"])
    flat = " ".join(text.split())
    for said in ("Disc narrowing", "0.812 (0.762 to", "Research use", "page 1 of", "Subgroups"):
        assert said in flat, said


def test_text_of_others_is_never_markup(report):
    name = "<img src=x onerror=alert(1)>"
    files = evaluation_files(report(name=name, title="<script>1</script>", banners=("<b>",)))
    html = files["report.html"].decode()
    assert "<script>1" not in html and "<img src=x" not in html
    assert "&lt;script&gt;" in html
    assert "onerror" in pdf_text(files["report.pdf"])


def test_with_no_figure_the_reason_is_all_there_is(report):
    made = report(tasks=(), reason="nobody was new", extra=(Section("Who", ("Nobody.",)),))
    sections = evaluation_sections(made)
    assert [section.title for section in sections] == ["Summary", "Who"]
    assert sections[0].paragraphs == ("There is no figure: nobody was new.",)
    assert "There is no figure" in pdf_text(evaluation_files(made)["report.pdf"])


def test_sections_of_others_stand_after_the_tasks(report, png):
    figure = Drawing("flow", "Who was left out.", b"<svg/>", png)
    extra = Section("Cohort", ("Words.",), (Table("", ("a",), (("1",),)),), (figure,), ("Few.",))
    made = report(extra=(extra,))
    titles = [section.title for section in evaluation_sections(made)]
    assert titles == ["Summary", "Disc narrowing", "Cohort", "How these figures were made"]
    files = evaluation_files(made)
    assert files["figures/flow.svg"] == b"<svg/>" and files["figures/flow.png"] == png
    assert "Who was left out." in pdf_text(files["report.pdf"])


def test_a_table_that_a_file_holds_too_is_on_the_page_and_only_named_in_the_pdf():
    table = Table("", ("item",), (("asked here",),))
    files = only([Section("A list", ("Said of it.",), (table,), kept_in="list.md")])
    assert "asked here" in files["report.html"].decode()
    text = " ".join(pdf_text(files["report.pdf"]).split())
    assert "Said of it. The table is in list.md, beside this file." in text
    assert "asked here" not in text


def test_a_page_may_have_another_name_than_report():
    assert set(page_files(SectionsPage("t", (), (), ()), stem="mine")) == {"mine.html", "mine.pdf"}


def test_examples_have_frames_and_say_how_much_was_right(report, png):
    examples = (Example("case-1", 9, 9, True, png), Example("case-2", 1, 9, False, png))
    files = evaluation_files(report(examples=examples))
    html = files["report.html"].decode()
    assert 'class="good"' in html and 'class="bad"' in html
    assert "case-2: 1 of 9 statements right" in html
    assert "case-1: 9 of 9 statements right" in " ".join(pdf_text(files["report.pdf"]).split())


def test_two_figures_of_one_name_get_files_of_their_own(png):
    section = Section("s", figures=(Drawing("a", "x", b"1", png), Drawing("a", "y", b"2", png)))
    assert list(figures_of([section, section])) == ["a", "a-2", "a-3", "a-4"]


def test_a_page_of_nothing_but_a_title_is_set():
    files = only([Section("Empty")])
    assert set(files) == {"report.html", "report.pdf"}


def test_a_table_of_many_long_rows_goes_over_several_pages():
    row = tuple("a word and another " * 4 for _ in range(6))
    table = Table("Long", tuple(f"h{k}" for k in range(6)), (row,) * 120, "note")
    reader = PdfReader(io.BytesIO(only([Section("T", tables=(table,))])["report.pdf"]))
    assert len(reader.pages) > 3


def test_one_hundred_figures_are_set(png):
    figures = tuple(Drawing(f"f{k}", "caption", b"<svg/>", png) for k in range(100))
    assert len(only([Section("T", figures=figures)])) == 202


def test_every_estimate_is_a_line_of_csv(report):
    lines = list(csv.DictReader(io.StringIO(metrics_csv(report()))))
    assert len(lines) == 4 + 4 + 2
    first = lines[0]
    assert (first["figure"], first["counted"], first["value"]) == ("auc", "all", "0.8123")
    assert (first["n"], first["unit"], first["level"]) == ("40", "disc", "0.95")
    undefined = next(line for line in lines if line["figure"] == "f1")
    assert (undefined["value"], undefined["low"]) == ("", "")
    group = next(line for line in lines if line["group"] == "3.0")
    assert group["covariate"] == "MagneticFieldStrength"


def test_what_is_undefined_is_null_in_json(report):
    task = tasks_document(report())[0]
    assert "charts" not in task
    assert task["scores"][3]["estimate"]["value"] is None
    assert task["subgroups"][1]["p_value"] is None
    assert plain((1, float("inf"), "x", None)) == [1, None, "x", None]


def test_a_verdict_stands_in_json_beside_the_figures_that_it_comes_from():
    @dataclass(frozen=True)
    class Judged:
        p_value: float

        @property
        def verdict(self) -> str:
            return "changed" if self.p_value < 0.05 else "no change shown"

    found = plain({"a": (Judged(0.01),), 2: Judged(float("nan"))})
    assert found == {
        "a": [{"p_value": 0.01, "verdict": "changed"}],
        "2": {"p_value": None, "verdict": "no change shown"},
    }


def test_a_table_in_csv_leaves_what_is_undefined_empty():
    said = csv_text(("a", "b"), [("x,y", csv_number(float("nan"))), ("", csv_number(0.1))])
    assert said == 'a,b\n"x,y",\n,0.1\n'


def test_no_word_of_a_table_is_broken_where_there_is_room():
    rows = (("a name of a figure that is long, longer by far than all the rest", "0.479", "1.000"),)
    headings = ("figure", "p", "p adjusted")
    text = pdf_text(only([Section("S", tables=(Table("", headings, rows * 3),))])["report.pdf"])
    assert text.count("0.479") == text.count("1.000") == 3


def test_a_table_of_words_too_long_for_the_page_is_still_set():
    rows = (("w" * 90, "v" * 90, "short"),)
    files = only([Section("S", tables=(Table("", ("a", "b", "c"), rows),))])
    assert "short" in pdf_text(files["report.pdf"])
