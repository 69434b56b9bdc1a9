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


def page_files(page: SectionsPage) -> dict[str, bytes]:
    """Gives a page as HTML and PDF, and its figures as SVG and PNG.

    Args:
        page: What to write.
    """
    files: dict[str, bytes] = {}
    for stem, figure in figures_of(page.sections).items():
        files[f"{FIGURES}/{stem}.svg"] = figure.svg
        files[f"{FIGURES}/{stem}.png"] = figure.png
    files["report.html"] = sections_html(page).encode("utf-8")
    files["report.pdf"] = sections_pdf(page)
    return files
