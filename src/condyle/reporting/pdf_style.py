"""How the PDF looks: colours, type, and the small bars of probabilities."""

from __future__ import annotations

from xml.sax.saxutils import escape

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Flowable, Paragraph

from condyle.reporting.wording import readable

INK, QUIET, LINE, SOFT = (HexColor(c) for c in ("#1d2329", "#5b6670", "#d9dee3", "#f4f6f8"))
TEAL, ORANGE, RED, BLUE = (HexColor(c) for c in ("#0b5c6b", "#d97706", "#a5341b", "#0072b2"))
AMBER, GREY, TRACK, BANNER = (HexColor(c) for c in ("#e69f00", "#93a7b5", "#e4e9ed", "#b83f0b"))

_BASE = ParagraphStyle("base", fontName="Helvetica", fontSize=8.6, leading=11, textColor=INK)

STYLES: dict[str, ParagraphStyle] = {
    "body": _BASE,
    "small": ParagraphStyle("small", _BASE, fontSize=7.6, leading=9.4),
    "copied": ParagraphStyle(
        "copied",
        _BASE,
        fontSize=7.6,
        leading=9.8,
        leftIndent=6,
        rightIndent=6,
        spaceAfter=3,
        backColor=SOFT,
        borderPadding=(1, 6, 2, 6),
    ),
    "quiet": ParagraphStyle("quiet", _BASE, fontSize=7.6, leading=9.6, textColor=QUIET),
    "title": ParagraphStyle("title", _BASE, fontName="Helvetica-Bold", fontSize=18, leading=22),
    "draft": ParagraphStyle("draft", _BASE, fontName="Helvetica-Bold", textColor=RED),
    "heading": ParagraphStyle(
        "heading",
        _BASE,
        fontName="Helvetica-Bold",
        fontSize=12,
        leading=15,
        textColor=TEAL,
        spaceBefore=9,
        spaceAfter=3,
        keepWithNext=1,
    ),
    "subheading": ParagraphStyle(
        "subheading", _BASE, fontName="Helvetica-Bold", spaceBefore=4, spaceAfter=1, keepWithNext=1
    ),
    "head-cell": ParagraphStyle(
        "head-cell", _BASE, fontName="Helvetica-Bold", fontSize=7.2, leading=8.6, textColor=QUIET
    ),
    "banner": ParagraphStyle(
        "banner",
        _BASE,
        fontName="Helvetica-Bold",
        fontSize=9.5,
        leading=12,
        textColor=HexColor("#ffffff"),
        alignment=1,
    ),
}
"""Paragraph styles by name."""


MOST_IN_CELL = 600
"""Characters of a cell, which cannot go over a page; the page and the JSON hold the rest."""


def printable(text: str) -> str:
    """Gives text on one line with each character outside Latin-1 as a question mark."""
    return readable(text).encode("latin-1", "replace").decode("latin-1")


def text(content: str, style: str = "body", *, bold: bool = False) -> Paragraph:
    """Gives a cell's paragraph of plain text; nothing in it is taken for markup.

    Args:
        content: The text; shortened to ``MOST_IN_CELL`` characters.
        style: A name of ``STYLES``.
        bold: Whether it is set bold.
    """
    safe = escape(printable(_shortened(content, MOST_IN_CELL)))
    return Paragraph(f"<b>{safe}</b>" if bold else safe, STYLES[style])


def whole(content: str, style: str = "body") -> Paragraph:
    """Gives a paragraph of plain text of any length, which may go over several pages."""
    return Paragraph(escape(printable(content)), STYLES[style])


def labelled(
    label: str, content: str, style: str = "body", *, most: int | None = None
) -> Paragraph:
    """Gives a paragraph that starts with a bold label, which may be empty.

    Args:
        label: The label.
        content: What follows it.
        style: A name of ``STYLES``.
        most: Characters of the content that are printed; all of them where ``None``.
    """
    safe = escape(printable(content if most is None else _shortened(content, most)))
    head = f"<b>{escape(printable(_shortened(label, MOST_IN_CELL)))}</b> " if label else ""
    return Paragraph(head + safe, STYLES[style])


def _shortened(content: str, most: int) -> str:
    return content if len(content) <= most else content[: most - 4].rstrip() + " ..."


class Bar(Flowable):  # type: ignore[misc]
    """A horizontal bar from 0 to 1, with a mark at a threshold.

    Args:
        share: Length of the bar, 0 to 1.
        colour: Its colour.
        width: Width of the whole track in points.
        mark: Where the mark stands, 0 to 1, or ``None``.
    """

    def __init__(
        self, share: float, colour: Color, *, width: float, mark: float | None = None
    ) -> None:
        super().__init__()
        self.share, self.colour, self.mark = max(0.0, min(share, 1.0)), colour, mark
        self.width, self.height = width, 6.0

    def draw(self) -> None:
        """Draws the track, the bar and the mark."""
        canvas = self.canv
        canvas.setFillColor(TRACK)
        canvas.rect(0, 0, self.width, self.height, stroke=0, fill=1)
        canvas.setFillColor(self.colour)
        canvas.rect(0, 0, self.width * self.share, self.height, stroke=0, fill=1)
        if self.mark is not None:
            canvas.setFillColor(INK)
            canvas.rect(
                self.width * self.mark - 0.6, -1.8, 1.2, self.height + 3.6, stroke=0, fill=1
            )
