"""A clinician's report as one HTML file that runs no script and loads nothing."""

from __future__ import annotations

from condyle.reporting.clinical.document import ClinicalPage
from condyle.reporting.html import page_environment, style_sheet


def clinical_html(page: ClinicalPage) -> str:
    """Gives a page as self-contained HTML, all of its text escaped.

    Args:
        page: What to set.
    """
    template = page_environment().get_template("clinical_report.html.j2")
    return template.render(page=page, css=style_sheet("clinical_report.css"))
