"""An evaluation as PDF for A4, as the HTML page, with no clock in it."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import partial

from PIL import Image as Pixels
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import (
    CondPageBreak,
    Flowable,
    HRFlowable,
    Image,
    KeepTogether,
    LongTable,
    Paragraph,
    Spacer,
    TableStyle,
)
from reportlab.platypus import Table as Grid

from condyle.domain.evaluation_report import Drawing, Example, Section, Table
from condyle.reporting.evaluation.page import EXAMPLES_NOTE, SectionsPage, is_wide
from condyle.reporting.pdf_sheet import Sheet, banners_of, sheet_pdf
from condyle.reporting.pdf_style import (
    LINE,
    QUIET,
    TEAL,
    labelled,
    text,
    whole,
)

BESIDE = 3
GREEN_FRAME, RED_FRAME = "#2e7d32", "#c62828"
EXAMPLE_HEIGHT = 52 * mm
FEWEST_ROWS = 25 * mm
"""Room under which a table begins on the next page, not to leave its title behind."""
CELL_PADDING = (2.0, 5.0)
"""Left and right of the text of a cell, in points."""
WIDEST = 150.0
"""Width of the text of a column in points over which it is broken into lines."""


def sections_pdf(page: SectionsPage) -> bytes:
    """Gives a page as PDF; the same page gives the same bytes.

    Args:
        page: What to set.
    """
    sheet = Sheet(
        title=page.title,
        subject=page.foot,
        language="en",
        foot=" ".join((page.foot, *page.banners)),
        number_of=lambda number, pages: f"page {number} of {pages}",
    )
    return sheet_pdf(sheet, partial(_story, page))


def _story(page: SectionsPage, width: float) -> list[Flowable]:
    story = _head(page, width)
    for position, section in enumerate(page.sections):
        story += _section(section, width)
        if position == 0 and page.examples:
            story += _examples(page.examples, width)
    return story


def _head(page: SectionsPage, width: float) -> list[Flowable]:
    parts = banners_of(page.banners, width)
    parts += [text(page.title, "title"), text(page.foot, "draft")]
    if page.facts:
        facts = Grid(
            [[text(name, "quiet"), text(value, "small")] for name, value in page.facts],
            colWidths=[0.2 * width, 0.8 * width],
        )
        facts.setStyle(_tight())
        parts.append(facts)
    return [*parts, HRFlowable(width="100%", thickness=2, color=TEAL, spaceBefore=4, spaceAfter=4)]


def _section(section: Section, width: float) -> list[Flowable]:
    parts: list[Flowable] = [text(section.title, "heading")]
    parts += [labelled("To bear in mind:", warning, "small") for warning in section.warnings]
    parts += [whole(paragraph, "small") for paragraph in section.paragraphs]
    if section.kept_in:
        parts.append(text(f"The table is in {section.kept_in}, beside this file.", "small"))
    for table in () if section.kept_in else section.tables:
        parts += _table(table, width)
    return [*parts, *_figures(section.figures, width)]


def _table(table: Table, width: float) -> list[Flowable]:
    if not table.headings:
        return []
    cells = [[text(heading, "head-cell") for heading in table.headings]]
    cells += [[text(cell, "small") for cell in row] for row in table.rows]
    made = LongTable(cells, colWidths=_column_widths(cells, width), repeatRows=1)
    made.setStyle(
        _tight(
            ("LINEBELOW", (0, 0), (-1, 0), 1.0, QUIET), ("LINEBELOW", (0, 1), (-1, -1), 0.4, LINE)
        )
    )
    parts: list[Flowable] = [CondPageBreak(FEWEST_ROWS)]
    parts += [text(table.title, "subheading")] if table.title else []
    parts += [Spacer(1, 1 * mm), made]
    return [*parts, *([text(table.note, "quiet")] if table.note else [])]


def _column_widths(cells: Sequence[Sequence[Paragraph]], width: float) -> list[float]:
    """Gives each column room for its longest word, and what is left by its longest text."""
    columns = list(zip(*cells, strict=True))
    least = [max(cell.minWidth() for cell in column) + sum(CELL_PADDING) for column in columns]
    if sum(least) >= width:
        return _cut_to(least, width)
    wanted = [min(max(map(_text_width, column)), WIDEST) + sum(CELL_PADDING) for column in columns]
    more = [max(0.0, most - one) for most, one in zip(wanted, least, strict=True)]
    spare, total = width - sum(least), sum(more)
    shares = [one / total if total else 1 / len(more) for one in more]
    return [one + spare * share for one, share in zip(least, shares, strict=True)]


def _cut_to(wanted: Sequence[float], width: float) -> list[float]:
    """Cuts the widest columns, all to the same width, until the others have what they want."""
    made, left = list(wanted), width
    ascending = sorted(range(len(made)), key=made.__getitem__)
    for done, at in enumerate(ascending):
        made[at] = min(made[at], left / (len(made) - done))
        left -= made[at]
    return made


def _text_width(cell: Paragraph) -> float:
    style = cell.style
    return float(stringWidth(cell.getPlainText(), style.fontName, style.fontSize))


def _figures(figures: Sequence[Drawing], width: float) -> list[Flowable]:
    narrow = [f for f in figures if not is_wide(f)]
    broad = [f for f in figures if is_wide(f)]
    parts: list[Flowable] = []
    for start in range(0, len(narrow), BESIDE):
        row = [_figure(f, width / BESIDE - 6) for f in narrow[start : start + BESIDE]]
        row += [[] for _ in range(BESIDE - len(row))]
        grid = Grid([row], colWidths=[width / BESIDE] * BESIDE)
        grid.setStyle(_tight())
        parts += [Spacer(1, 2 * mm), grid]
    return parts + [KeepTogether([Spacer(1, 2 * mm), *_figure(f, 0.72 * width)]) for f in broad]


def _figure(figure: Drawing, width: float) -> list[Flowable]:
    across, down = _size(figure.png)
    height = min(width * down / across, 215 * mm)
    picture = Image(io.BytesIO(figure.png), width=height * across / down, height=height)
    picture.hAlign = "LEFT"
    return [picture, text(figure.caption, "quiet")]


def _examples(examples: Sequence[Example], width: float) -> list[Flowable]:
    parts: list[Flowable] = [text("Examples", "heading"), text(EXAMPLES_NOTE, "quiet")]
    for good, colour in ((True, GREEN_FRAME), (False, RED_FRAME)):
        chosen = [example for example in examples if example.good == good]
        for start in range(0, len(chosen), BESIDE):
            row = [_example(e, width / BESIDE - 10) for e in chosen[start : start + BESIDE]]
            frames = [("BOX", (at, 0), (at, 0), 2.5, colour) for at in range(len(row))]
            row += [[] for _ in range(BESIDE - len(row))]
            grid = Grid([row], colWidths=[width / BESIDE] * BESIDE)
            grid.setStyle(TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), *frames]))
            parts += [grid, Spacer(1, 2 * mm)]
    return parts


def _example(example: Example, width: float) -> list[Flowable]:
    across, down = _size(example.png)
    height = min(EXAMPLE_HEIGHT, width * down / across)
    picture = Image(io.BytesIO(example.png), width=height * across / down, height=height)
    word = "Right" if example.good else "Wrong"
    said = f"{example.case}: {example.right} of {example.stated} statements right"
    return [picture, labelled(word, said, "small")]


def _size(png: bytes) -> tuple[int, int]:
    with Pixels.open(io.BytesIO(png)) as picture:
        return picture.size


def _tight(*more: tuple[object, ...]) -> TableStyle:
    return TableStyle(
        [
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (-1, -1), CELL_PADDING[0]),
            ("RIGHTPADDING", (0, 0), (-1, -1), CELL_PADDING[1]),
            ("TOPPADDING", (0, 0), (-1, -1), 1.2),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 1.6),
            *more,
        ]
    )
