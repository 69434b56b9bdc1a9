"""The report as PDF for A4, with the same content as the HTML page and no clock in it."""

from __future__ import annotations

from functools import partial

from condyle.reporting.page import Page
from condyle.reporting.pdf_sections import sections_of
from condyle.reporting.pdf_sheet import Sheet, sheet_pdf


def pdf_of(page: Page) -> bytes:
    """Gives a page as PDF; the same page gives the same bytes.

    Args:
        page: What to set.
    """
    draft = page.words.label("draft")
    sheet = Sheet(
        title=page.title,
        subject=draft,
        language=page.language,
        foot=" ".join((draft, *page.banners)),
        number_of=lambda number, pages: page.words.label("page", page=number, pages=pages),
    )
    return sheet_pdf(sheet, partial(sections_of, page))
