"""A PDF for A4 as every page of Condyle is set: its frame, its foot, no clock in it."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from reportlab import rl_config
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, SimpleDocTemplate, Spacer, Table, TableStyle

from condyle.reporting.pdf_style import BANNER, QUIET, RED, TEAL, printable, text

_MARGIN = 13 * mm
_FOOT_SIZE = 7.5
_WATERMARK_SIZE = 54
_FRAME_PADDING = 6.0  # points that reportlab keeps free on each side of a frame


@dataclass(frozen=True)
class Sheet:
    """What a PDF says of itself, and on every page.

    Attributes:
        title: Of the document.
        subject: What it is.
        language: ISO 639-1 code.
        foot: What stands on the left at the foot of every page.
        number_of: From a page and the number of pages to what stands on the right.
        watermark: What stands across every page; nothing where it is empty.
    """

    title: str
    subject: str
    language: str
    foot: str
    number_of: Callable[[int, int], str]
    watermark: str = ""


def sheet_pdf(sheet: Sheet, story_of: Callable[[float], Sequence[Flowable]]) -> bytes:
    """Gives a PDF; the same content gives the same bytes.

    The built-in Helvetica is used, so that nothing depends on installed fonts; a character
    outside Latin-1 is printed as a question mark.

    Args:
        sheet: What stands around the content.
        story_of: From the width of the type area in points to the content.
    """
    # Streams as they are: as ASCII they take a quarter more room, coded in plain Python. It is the
    # same for all documents and never set back, so that two that are made at once agree.
    rl_config.useA85 = 0
    stream = io.BytesIO()
    document = SimpleDocTemplate(
        stream,
        pagesize=A4,
        leftMargin=_MARGIN,
        rightMargin=_MARGIN,
        topMargin=14 * mm,
        bottomMargin=17 * mm,
        title=f"{printable(sheet.title)} - Condyle",
        author="Condyle",
        subject=printable(sheet.subject),
        lang=sheet.language,
        invariant=1,
    )
    story = list(story_of(document.width - 2 * _FRAME_PADDING))
    document.build(story, canvasmaker=_numbered_canvas(sheet))
    return stream.getvalue()


def banners_of(banners: Sequence[str], width: float) -> list[Flowable]:
    """Gives what must be seen before anything else, each in a box.

    Args:
        banners: Text of each.
        width: Of the boxes in points.
    """
    parts: list[Flowable] = []
    for banner in banners:
        box = Table([[text(banner, "banner")]], colWidths=[width])
        box.setStyle(TableStyle([("BACKGROUND", (0, 0), (-1, -1), BANNER)]))
        parts += [box, Spacer(1, 2 * mm)]
    return parts


def _numbered_canvas(sheet: Sheet) -> Callable[..., Canvas]:
    """Gives a canvas that writes the foot of each page once their number is known."""

    def make(*args: object, **kwargs: object) -> Canvas:
        canvas = Canvas(*args, **kwargs)
        pages: list[dict[str, object]] = []
        end_page, end_file = canvas.showPage, canvas.save

        def keep_page() -> None:
            pages.append(dict(vars(canvas)))
            canvas._startPage()

        def end_all() -> None:
            for number, state in enumerate(pages, start=1):
                vars(canvas).update(state)
                if sheet.watermark:
                    _draw_watermark(canvas, sheet.watermark)
                _draw_foot(canvas, sheet.foot, sheet.number_of(number, len(pages)))
                end_page()
            end_file()

        canvas.showPage, canvas.save = keep_page, end_all
        return canvas

    return make


def _draw_watermark(canvas: Canvas, said: str) -> None:
    """Writes across the page, over its text, so that no box of the page covers it."""
    width, height = A4
    canvas.saveState()
    canvas.translate(width / 2, height / 2)
    canvas.rotate(52)
    canvas.setFillColor(RED)
    canvas.setFillAlpha(0.16)
    canvas.setFont("Helvetica-Bold", _WATERMARK_SIZE)
    canvas.drawCentredString(0, 0, printable(said))
    canvas.restoreState()


def _draw_foot(canvas: Canvas, text: str, number: str) -> None:
    width = A4[0]
    canvas.setStrokeColor(TEAL)
    canvas.setLineWidth(0.6)
    left, right = _MARGIN + _FRAME_PADDING, width - _MARGIN - _FRAME_PADDING
    canvas.line(left, 13 * mm, right, 13 * mm)
    canvas.setFillColor(QUIET)
    canvas.setFont("Helvetica", _FOOT_SIZE)
    free = right - left - stringWidth(printable(number), "Helvetica", _FOOT_SIZE) - 4 * mm
    for line, said in enumerate(simpleSplit(printable(text), "Helvetica", _FOOT_SIZE, free)):
        canvas.drawString(left, 9.5 * mm - line * 1.2 * _FOOT_SIZE, said)
    canvas.drawRightString(right, 9.5 * mm, printable(number))
