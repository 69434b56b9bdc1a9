"""A clinician's report as PDF for A4, with the same content as the HTML page."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, HRFlowable, Spacer, Table, TableStyle

from condyle.reporting.clinical.document import ClinicalPage, Part
from condyle.reporting.pdf_sheet import Sheet, banners_of, sheet_pdf
from condyle.reporting.pdf_style import TEAL, printable, text, whole

_PLAIN = str.maketrans(
    {
        "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "-", "\u2212": "-",
        "\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u2022": "-", "\u2026": "...",
        "\u2264": "<=", "\u2265": ">=", "\u2192": "->", "\u2248": "~", "\u20ac": "EUR",
        "\u00a0": " ", "\u202f": " ", "\u2009": " ",
    }
)  # fmt: skip
"""Signs of a report that the built-in font lacks, and what says the same in it."""


def clinical_pdf(page: ClinicalPage) -> bytes:
    """Gives a page as PDF; the same page gives the same bytes.

    Args:
        page: What to set; an unsigned one says so across every page.
    """
    sheet = Sheet(
        title=page.title,
        subject=page.foot,
        language=page.language,
        foot=_plain(" - ".join(part for part in (page.whose, page.foot) if part)),
        number_of=lambda number, pages: page.words.label("page", page=number, pages=pages),
        watermark=page.watermark,
    )
    return sheet_pdf(sheet, partial(_story, page))


def _story(page: ClinicalPage, width: float) -> list[Flowable]:
    notices = [*page.notices]
    if any(_is_lost(said) for said in _all_said(page)):
        notices.append(page.words.label("clinical-lost"))
    parts = [*banners_of(notices, width), text(page.title, "title"), _facts(page, width)]
    parts.append(HRFlowable(width="100%", thickness=2, color=TEAL, spaceBefore=4, spaceAfter=4))
    for part in page.parts:
        parts += _part(part)
    if page.signature:
        parts += [Spacer(1, 4 * mm), HRFlowable(width="100%", thickness=0.6, spaceAfter=4)]
        parts += [_whole(line) for line in page.signature]
    for part in page.additions:
        parts += _part(part)
    return parts


def _part(part: Part) -> list[Flowable]:
    said: list[Flowable] = []
    for line in part.lines:
        said += [_whole(line), Spacer(1, 0.6 * mm)]
    return [text(_plain(part.title), "heading"), *(said or [text("-", "quiet")])]


def _facts(page: ClinicalPage, width: float) -> Flowable:
    cells = [[text(name, "quiet"), text(_plain(value), "small")] for name, value in page.facts]
    if not cells:
        return Spacer(1, 0)
    table = Table(cells, colWidths=[0.22 * width, 0.78 * width])
    sides = ("LEFTPADDING", "RIGHTPADDING", "TOPPADDING", "BOTTOMPADDING")
    table.setStyle(TableStyle([(side, (0, 0), (-1, -1), 0) for side in sides]))
    return table


def _whole(line: str) -> Flowable:
    return whole(_plain(line))


def _plain(said: str) -> str:
    return said.translate(_PLAIN)


def _is_lost(said: str) -> bool:
    plain = _plain(said)
    return printable(plain).count("?") > plain.count("?")


def _all_said(page: ClinicalPage) -> Iterator[str]:
    yield from (value for _, value in page.facts)
    yield from page.signature
    for part in (*page.parts, *page.additions):
        yield part.title
        yield from part.lines
