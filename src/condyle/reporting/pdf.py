"""The report as PDF for A4, with the same content as the HTML page and no clock in it."""

from __future__ import annotations

import io
from collections.abc import Callable

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, SimpleDocTemplate

from condyle.reporting.page import Page
from condyle.reporting.pdf_sections import sections_of
from condyle.reporting.pdf_style import QUIET, TEAL, printable

_MARGIN = 13 * mm
_FOOT_SIZE = 7.5
_FRAME_PADDING = 6.0  # points that reportlab keeps free on each side of a frame


def pdf_of(page: Page) -> bytes:
    """Gives a page as PDF; the same page gives the same bytes.

    The built-in Helvetica is used, so that nothing depends on installed fonts; a character
    outside Latin-1 is printed as a question mark.

    Args:
        page: What to set.
    """
    stream = io.BytesIO()
    document = SimpleDocTemplate(
        stream,
        pagesize=A4,
        leftMargin=_MARGIN,
        rightMargin=_MARGIN,
        topMargin=14 * mm,
        bottomMargin=17 * mm,
        title=f"{printable(page.title)} - Condyle",
        author="Condyle",
        subject=printable(page.words.label("draft")),
        lang=page.language,
        invariant=1,
    )
    story: list[Flowable] = sections_of(page, document.width - 2 * _FRAME_PADDING)
    foot = " ".join((page.words.label("draft"), *page.banners))
    canvas = numbered_canvas(
        foot, lambda number, pages: page.words.label("page", page=number, pages=pages)
    )
    document.build(story, canvasmaker=canvas)
    return stream.getvalue()


def numbered_canvas(foot: str, number_of: Callable[[int, int], str]) -> Callable[..., Canvas]:
    """Gives a canvas that writes the foot of each page once their number is known.

    Args:
        foot: What stands on the left of every page.
        number_of: From a page and the number of pages to what stands on the right.
    """

    class NumberedCanvas(Canvas):  # type: ignore[misc]
        """Keeps each page's state until the last one is there."""

        def __init__(self, *args: object, **kwargs: object) -> None:
            super().__init__(*args, **kwargs)
            self._pages: list[dict[str, object]] = []

        def showPage(self) -> None:
            """Keeps a page instead of ending it."""
            self._pages.append(dict(self.__dict__))
            self._startPage()

        def save(self) -> None:
            """Ends each page with its foot, then the file."""
            for number, state in enumerate(self._pages, start=1):
                self.__dict__.update(state)
                _draw_foot(self, foot, number_of(number, len(self._pages)))
                super().showPage()
            super().save()

    return NumberedCanvas


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
