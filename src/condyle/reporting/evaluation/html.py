"""An evaluation as one HTML file that needs no script, no other file and no network."""

from __future__ import annotations

import base64

from condyle.domain.evaluation_report import Drawing
from condyle.reporting.evaluation.page import EXAMPLES_NOTE, SectionsPage, is_wide
from condyle.reporting.html import page_environment, style_sheet


def sections_html(page: SectionsPage) -> str:
    """Gives a page as self-contained HTML; pictures are embedded and text is escaped.

    Args:
        page: What to set.
    """
    template = page_environment().get_template("evaluation.html.j2")
    return template.render(
        page=page,
        css=style_sheet("report.css") + style_sheet("evaluation.css"),
        vector=_vector,
        pixels=_pixels,
        wide=is_wide,
        examples_note=EXAMPLES_NOTE,
    )


def _vector(figure: Drawing) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(figure.svg).decode("ascii")


def _pixels(png: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(png).decode("ascii")
