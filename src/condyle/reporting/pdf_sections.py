"""The parts of the PDF, in the order of the page."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence

from reportlab.lib.colors import Color
from reportlab.lib.units import mm
from reportlab.platypus import (
    Flowable,
    HRFlowable,
    Image,
    KeepTogether,
    Spacer,
    Table,
    TableStyle,
)

from condyle.reporting.page import Line, Page, Picture, Row
from condyle.reporting.page_levels import LevelBlock
from condyle.reporting.pdf_levels import level_table
from condyle.reporting.pdf_sheet import banners_of
from condyle.reporting.pdf_style import (
    AMBER,
    BLUE,
    LINE,
    MOST_IN_CELL,
    QUIET,
    RED,
    SOFT,
    TEAL,
    labelled,
    text,
    whole,
)

_PICTURE_HEIGHT = 118 * mm
_MOST_BESIDE = 8
_MOST_FRONT = 205 * mm

LEVEL_SHARE = 0.2
"""Of the width of the table of measurements, for the names of the levels."""


def sections_of(page: Page, width: float) -> list[Flowable]:
    """Gives everything that the PDF sets, in order.

    Args:
        page: What to set.
        width: Width of the type area in points.
    """
    return [
        *_head(page, width),
        *_front(page, width),
        *_unseen(page, width),
        *_levels(page, width),
        *_measurements(page, width),
        *_paragraphs(page),
        *_series(page, width),
        *_bundles(page),
    ]


def _head(page: Page, width: float) -> list[Flowable]:
    facts = [[text(name, "quiet"), text(value, "small")] for name, value in page.facts]
    facts_table = Table(facts, colWidths=[0.14 * width, 0.24 * width])
    facts_table.setStyle(_tight())
    left = [text(page.title, "title"), text(page.words.label("draft"), "draft")]
    if page.exclusions:
        label, excluded = page.words.label("exclusions") + ":", ", ".join(page.exclusions) + "."
        left.append(labelled(label, excluded, "small", most=MOST_IN_CELL))
    head = Table([[left, facts_table]], colWidths=[0.6 * width, 0.4 * width])
    head.setStyle(_tight(("VALIGN", (0, 0), (-1, -1), "BOTTOM")))
    return [
        *banners_of(page.banners, width),
        head,
        HRFlowable(width="100%", thickness=2, color=TEAL, spaceBefore=4, spaceAfter=7),
    ]


def _front(page: Page, width: float) -> list[Flowable]:
    """Gives the first pictures beside the summary, as much of it as one page can hold."""
    left_width, right_width = 0.43 * width, 0.57 * width
    for beside in (True, False):
        summary = _summary(page, right_width)
        boxes = _boxes(page, right_width if beside else width)
        row = [_pictures(page, left_width), summary + (boxes if beside else [])]
        front = Table([row], colWidths=[left_width, right_width])
        front.setStyle(_tight())
        few = _few(page) or not beside
        if few and front.wrap(width, 1e6)[1] <= _MOST_FRONT:
            return [front, *([] if beside else boxes)]
    return [*_pictures(page, left_width), *_summary(page, width), *_boxes(page, width)]


def _pictures(page: Page, width: float) -> list[Flowable]:
    pictures: list[Flowable] = [text(page.words.label("no-pictures"), "quiet")]
    if page.pictures:
        fit = min(2, len(page.pictures))
        height = _PICTURE_HEIGHT / fit
        pictures = [part for p in page.pictures[:fit] for part in _picture(p, width - 10, height)]
    return pictures


def _summary(page: Page, width: float) -> list[Flowable]:
    return [text(page.words.label("at-a-glance"), "heading"), _glance(page, width)]


def _few(page: Page) -> bool:
    """Tells whether the messages are few enough to stand beside the picture."""
    lines = (*page.assumptions, *page.warnings, *page.refused)
    return len(lines) <= _MOST_BESIDE and all(len(line.text) < 400 for line in lines)


def _boxes(page: Page, width: float) -> list[Flowable]:
    parts: list[Flowable] = []
    for key, lines, colour in (
        ("assumptions", page.assumptions, BLUE),
        ("warnings", page.warnings, AMBER),
        ("refused", page.refused, RED),
    ):
        box = _box(page.words.label(key), _lines(page, lines), width, colour)
        parts += [Spacer(1, 2 * mm), box]
    return parts


def _picture(picture: Picture, width: float, height: float) -> list[Flowable]:
    image = Image(io.BytesIO(picture.png))
    scale = min(width / image.imageWidth, height / image.imageHeight)
    image.drawWidth, image.drawHeight = image.imageWidth * scale, image.imageHeight * scale
    image.hAlign = "LEFT"
    return [image, text(picture.caption, "quiet")]


def _glance(page: Page, width: float) -> Flowable:
    words = page.words
    if not page.levels:
        return text(words.label("no-findings"))
    heads = [words.label("level"), "Pfirrmann", words.label("positive")]
    shares = [0.2, 0.2, 0.6]
    if not page.by_level:
        heads, shares = [words.label("site"), words.label("positive")], [0.25, 0.75]
    rows = [[text(head, "head-cell") for head in heads]]
    rows += [_glance_row(level, page) for level in page.levels]
    table = Table(rows, colWidths=[share * width for share in shares], repeatRows=1)
    table.setStyle(_ruled())
    return table


def _glance_row(level: LevelBlock, page: Page) -> list[Flowable]:
    words = page.words
    given = level.grade is not None and level.grade.given
    grade = level.grade.text if given and level.grade else words.label("abstained")
    none = "none-positive" if level.judged else "abstained"
    found = ", ".join(level.positives) or words.label(none)
    if level.abstained and level.judged:
        found += f". {words.label('abstained')}: {', '.join(level.abstained)}"
    if level.undecided:
        found += f". {words.label('no-decision')}: {level.undecided}"
    style = "small" if level.positives or level.abstained else "quiet"
    name, what = text(level.short_name, "small", bold=True), text(found, style)
    return [name, text(grade, bold=given), what] if page.by_level else [name, what]


def _unseen(page: Page, width: float) -> list[Flowable]:
    words = page.words
    items = whole(", ".join(page.not_assessed) + ".")
    content = [text(words.label("not-assessed-note"), "quiet"), items]
    box = _box(words.label("not-assessed"), content, width, QUIET)
    further = [part for p in page.pictures[2:] for part in _picture(p, width, _PICTURE_HEIGHT)]
    return [Spacer(1, 3 * mm), box, *further]


def _levels(page: Page, width: float) -> list[Flowable]:
    if not page.levels:
        return []
    head: list[Flowable] = [
        text(page.words.label("findings" if page.by_level else "findings-plain"), "heading")
    ]
    if page.figures_note:
        head.append(text(page.figures_note, "quiet"))
    parts: list[Flowable] = []
    for level in page.levels:
        block = [*head, Spacer(1, 2.5 * mm), *level_table(level, page.words, width)]
        parts.append(KeepTogether(block))
        head = []
    return parts


def _measurements(page: Page, width: float) -> list[Flowable]:
    if page.measurements is None:
        return []
    block = page.measurements
    share = (1 - LEVEL_SHARE) / (len(block.heads) - 1)
    widths = [LEVEL_SHARE * width, *[share * width] * (len(block.heads) - 1)]
    return [
        text(page.words.label("measurements"), "heading"),
        text(block.note, "quiet"),
        _table(list(block.heads), [Row(cells) for cells in block.rows], widths),
        *[text(reason, "quiet") for reason in block.reasons],
    ]


def _paragraphs(page: Page) -> list[Flowable]:
    parts: list[Flowable] = [text(page.words.label("paragraph"), "heading")]
    for name, _, content in page.paragraphs:
        parts.append(text(name, "subheading"))
        parts += [whole(line, "copied") for line in content.split("\n")]
    return parts


def _series(page: Page, width: float) -> list[Flowable]:
    words = page.words
    keys = ("series", "kind", "plane", "weighting", "size", "spacing", "used", "labelmap")
    shares = (0.13, 0.08, 0.1, 0.14, 0.14, 0.15, 0.06, 0.2)
    heads = [words.label(key) for key in keys]
    return [
        text(words.label("series-read"), "heading"),
        _table(heads, page.series, [share * width for share in shares]),
        *([text(page.labelmap_note, "quiet")] if page.labelmap_note else []),
        text(words.label("left-out"), "subheading"),
        *_lines(page, page.left_out),
    ]


def _bundles(page: Page) -> list[Flowable]:
    words = page.words
    head: list[Flowable] = [text(words.label("provenance"), "heading")]
    if not page.bundles:
        return [*head, text(words.label("none"), "quiet")]
    parts: list[Flowable] = []
    for bundle in page.bundles:
        block = [*head, text(bundle.name, "subheading")]
        if bundle.intended_use:
            block.append(labelled(words.label("intended-use") + ".", bundle.intended_use))
        if bundle.exclusions:
            excluded = ", ".join(bundle.exclusions) + "."
            block.append(labelled(words.label("exclusions") + ":", excluded))
        block += [labelled(name + ":", value, "small") for name, value in bundle.facts]
        parts.append(KeepTogether(block))
        head = []
    return parts


def _lines(page: Page, lines: Iterable[Line]) -> list[Flowable]:
    said: list[Flowable] = [labelled(line.subject, line.text) for line in lines]
    return said or [text(page.words.label("none"), "quiet")]


def _box(title: str, content: list[Flowable], width: float, colour: Color) -> Flowable:
    rows = [[part] for part in (text(title, bold=True), *content)]
    table = Table(rows, colWidths=[width], splitInRow=1)
    table.setStyle(
        TableStyle(
            [
                ("BACKGROUND", (0, 0), (-1, -1), SOFT),
                ("LINEBEFORE", (0, 0), (0, -1), 3, colour),
                ("LEFTPADDING", (0, 0), (-1, -1), 9),
                ("TOPPADDING", (0, 0), (-1, -1), 1),
                ("BOTTOMPADDING", (0, 0), (-1, -2), 0),
                ("TOPPADDING", (0, 0), (-1, 0), 3),
                ("BOTTOMPADDING", (0, -1), (-1, -1), 4),
            ]
        )
    )
    return table


def _table(heads: Sequence[str], rows: Sequence[Row], widths: list[float]) -> Flowable:
    cells = [[text(head, "head-cell") for head in heads]]
    cells += [[text(cell, "small") for cell in row.cells] for row in rows]
    table = Table(cells, colWidths=widths, repeatRows=1)
    table.setStyle(_ruled())
    return table


def _ruled() -> TableStyle:
    return TableStyle(
        [
            ("LINEBELOW", (0, 0), (-1, -1), 0.5, LINE),
            ("LINEBELOW", (0, 0), (-1, 0), 1, QUIET),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (-1, -1), 3),
            ("RIGHTPADDING", (0, 0), (-1, -1), 3),
            ("TOPPADDING", (0, 0), (-1, -1), 2.5),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5),
        ]
    )


def _tight(*more: tuple[object, ...]) -> TableStyle:
    sides = ("LEFTPADDING", "RIGHTPADDING", "TOPPADDING", "BOTTOMPADDING")
    bare = [(side, (0, 0), (-1, -1), 0) for side in sides]
    return TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), *bare, *more])
