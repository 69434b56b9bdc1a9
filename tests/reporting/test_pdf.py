"""The PDF: same content as the page, no clock, accents that print."""

import re
import shutil
import subprocess
import zlib
from dataclasses import replace

import numpy as np
import pypdfium2
import pytest

from condyle.domain.messages import Message
from condyle.reporting.overlays import overlay_picture
from condyle.reporting.page import page_of
from condyle.reporting.pdf import pdf_of
from condyle.reporting.pdf_style import printable


def text_of(pdf: bytes) -> str:
    """Gives the strings that the page streams of a reportlab PDF show, in order."""
    shown = []
    for body in re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL):
        try:
            content = zlib.decompressobj().decompress(body)
        except zlib.error:
            continue
        shown += re.findall(rb"\(((?:[^()\\]|\\.)*)\) Tj", content)
    joined = b" ".join(shown)
    joined = re.sub(rb"\\(\d{3})", lambda m: bytes([int(m[1], 8)]), joined)
    joined = re.sub(rb"\\([()\\])", rb"\1", joined)
    return " ".join(joined.decode("latin-1").split())


@pytest.fixture(scope="module")
def english(made_up):
    return text_of(pdf_of(page_of(made_up)))


@pytest.mark.parametrize(
    "said",
    [
        "SIMULATED STUDY: these images show no patient.",
        "Draft for review by a clinician. Research use.",
        "L5-S1",
        "Pfirrmann 5",
        "68 %",
        "No decision",
        "What was not assessed",
        "Sacroiliac joints",
        "b" * 64,
        "Page 1 of",
    ],
)
def test_the_pdf_says_what_the_page_says(english, said):
    assert said in english


def test_spanish_accents_print(report):
    text = text_of(pdf_of(page_of(report, "es")))
    assert "Decisión" in text
    assert "Articulaciones sacroilíacas" in text


def test_the_same_report_gives_the_same_bytes(report, make_report):
    assert pdf_of(page_of(report)) == pdf_of(page_of(make_report()))


def test_no_clock_enters_the_pdf(report):
    dates = re.findall(rb"Date \(D:(\d{4})", pdf_of(page_of(report)))
    assert set(dates) <= {b"2000"}


def test_the_picture_is_embedded(report):
    assert pdf_of(page_of(report)).count(b"/Subtype /Image") == 1


def test_streams_are_kept_as_they_are_and_an_outside_reader_sees_the_picture(report):
    pdf = pdf_of(page_of(report))
    assert b"ASCII85" not in pdf
    with pypdfium2.PdfDocument(pdf) as document:
        pictures = [thing for page in document for thing in page.get_objects() if thing.type == 3]
        shown = np.asarray(pictures[0].get_bitmap().to_pil().convert("RGB"))
    whole = overlay_picture(report.views[0], simulated=True)
    assert len(pictures) == 1 and shown.shape[1::-1] == whole.size
    assert np.abs(shown.astype(int) - np.asarray(whole)).max() <= 1


def test_several_pictures_are_all_embedded(report):
    views = tuple(replace(report.views[0], slice=i) for i in range(4))
    pdf = pdf_of(page_of(replace(report, views=views)))
    assert pdf.count(b"/Subtype /Image") >= 1
    assert text_of(pdf).count("series-1 (T2), slice") == 4


def test_markup_in_text_from_outside_is_printed_as_it_is(report):
    warning = Message("wrong-body-part", {"found": "<b>&knee</i>"})
    text = text_of(pdf_of(page_of(replace(report, warnings=(warning,)))))
    assert "(<b>&knee</i>)" in text.replace(" ", "")


def test_a_character_outside_latin_1_is_a_question_mark():
    assert printable("espalda ñ 膝") == "espalda ñ ?"


def test_a_report_without_findings_is_still_a_pdf(make_report):
    empty = replace(make_report(discs=0), views=(), measurements=(), series=(), bundles=())
    text = text_of(pdf_of(page_of(empty)))
    assert "No finding was made" in text
    assert "What was not assessed" in text


def test_a_long_list_of_warnings_flows_over_pages(report):
    many = tuple(Message("slice-off-midline", {}, f"series-{i}") for i in range(120))
    text = text_of(pdf_of(page_of(replace(report, warnings=many))))
    assert "series-119" in text


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not installed")
def test_an_outside_reader_reads_the_pdf(report, tmp_path):
    path = tmp_path / "report.pdf"
    path.write_bytes(pdf_of(page_of(report)))
    done = subprocess.run(["pdftotext", str(path), "-"], capture_output=True, text=True, check=True)
    assert "Disc narrowing" in done.stdout
    assert done.stderr == ""
