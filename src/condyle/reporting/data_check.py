"""A data check as one HTML file that needs no script and no network, and as JSON."""

from __future__ import annotations

import base64

from markupsafe import Markup

from condyle.domain.data_report import DataReport, Pictures
from condyle.reporting.data_check_sections import parts_of
from condyle.reporting.data_check_words import alarm_words
from condyle.reporting.evaluation.tables import plain
from condyle.reporting.html import page_environment, style_sheet

SCHEMA = "condyle.data-check/1"
TITLE = "Check of a labelled archive"
FOOT = "Research use. Nothing of this page left this computer."


def check_document(report: DataReport, *, software: str) -> dict[str, object]:
    """Gives a check as plain values for JSON; what is undefined is null.

    Args:
        report: What was found.
        software: Version of Condyle.
    """
    values = plain(report)
    return {
        "schema": SCHEMA,
        "software": software,
        **(values if isinstance(values, dict) else {}),
    }


def check_html(report: DataReport, pictures: Pictures, *, folder: str) -> str:
    """Gives a check as self-contained HTML; pictures are embedded and text is escaped.

    Args:
        report: What was found.
        pictures: Of the archive.
        folder: Name of its folder.
    """
    template = page_environment().get_template("data_check.html.j2")
    return template.render(
        title=TITLE,
        foot=FOOT,
        facts=_facts(report, folder),
        faults=[alarm_words(a) for a in report.alarms if a.severity == "fault"],
        warnings=[alarm_words(a) for a in report.alarms if a.severity == "warning"],
        parts=parts_of(report, pictures),
        css=style_sheet("report.css") + style_sheet("evaluation.css"),
        pixels=_pixels,
    )


def _facts(report: DataReport, folder: str) -> tuple[tuple[str, str], ...]:
    facts = [
        ("archive", folder),
        ("layout", report.layout),
        ("patients", f"{report.patients:,}"),
        ("cases", f"{report.cases:,}"),
        ("series", f"{report.series:,}, {report.slices:,} slices"),
        ("licence", report.licence or "not known to Condyle"),
    ]
    return tuple(facts)


def _pixels(png: bytes) -> Markup:
    # Letters and digits alone, of which none has to be escaped or made readable.
    return Markup("data:image/png;base64," + base64.b64encode(png).decode("ascii"))
