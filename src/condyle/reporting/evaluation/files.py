"""The files of an evaluation's pages, each with its content."""

from __future__ import annotations

from condyle.domain.evaluation_report import EvaluationReport
from condyle.reporting.evaluation.html import sections_html
from condyle.reporting.evaluation.page import SectionsPage, evaluation_page, figures_of
from condyle.reporting.evaluation.pdf import sections_pdf
from condyle.reporting.evaluation.tables import metrics_csv

FIGURES = "figures"
"""Folder of the figures, beside the pages."""


def evaluation_files(report: EvaluationReport) -> dict[str, bytes]:
    """Gives ``report.html``, ``report.pdf``, ``metrics.csv`` and the figures, by name.

    The same report gives the same bytes.

    Args:
        report: What to write.
    """
    files = page_files(evaluation_page(report))
    files["metrics.csv"] = metrics_csv(report).encode("utf-8")
    return files


def page_files(page: SectionsPage, *, stem: str = "report") -> dict[str, bytes]:
    """Gives a page as HTML and PDF, and its figures as SVG and PNG.

    Args:
        page: What to write.
        stem: Of the files of the page.
    """
    files: dict[str, bytes] = {}
    for name, figure in figures_of(page.sections).items():
        files[f"{FIGURES}/{name}.svg"] = figure.svg
        files[f"{FIGURES}/{name}.png"] = figure.png
    files[f"{stem}.html"] = sections_html(page).encode("utf-8")
    files[f"{stem}.pdf"] = sections_pdf(page)
    return files
