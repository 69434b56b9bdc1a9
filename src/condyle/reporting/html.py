"""The report as one HTML file that needs no script, no other file and no network."""

from __future__ import annotations

import base64
from functools import cache
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from condyle.reporting.page import Page
from condyle.reporting.wording import readable


def html_of(page: Page) -> str:
    """Gives a page as self-contained HTML; pictures are embedded and text is escaped.

    Args:
        page: What to set.
    """
    images = [base64.b64encode(picture.png).decode("ascii") for picture in page.pictures]
    template = page_environment().get_template("report.html.j2")
    css = style_sheet("report.css")
    return template.render(page=page, label=page.words.label, css=css, images=images)


@cache
def page_environment() -> Environment:
    """Gives the setting of every page: all text escaped and readable, nothing undefined."""
    return Environment(
        loader=PackageLoader("condyle.reporting", "templates"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        finalize=_readable_lines,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def style_sheet(name: str) -> Markup:
    """Gives one of our own style sheets, with nothing of a user's in it, so not escaped."""
    templates = resources.files("condyle.reporting").joinpath("templates")
    return Markup(templates.joinpath(name).read_text(encoding="utf-8"))


def _readable_lines(value: object) -> object:
    """Makes each line of a text readable; the style sheet and numbers stay as they are."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return "\n".join(readable(line) for line in value.split("\n"))
