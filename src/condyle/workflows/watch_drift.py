"""``condyle drift``: whether a new period's cases, and how they are read, have changed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np

from condyle.domain.evaluation_report import Section
from condyle.domain.progress import ProgressCallback, ignore_progress
from condyle.evaluation.predictions import Predictions
from condyle.reporting.evaluation.drift_sections import (
    drift_document,
    drift_sections,
    summary_words,
)
from condyle.reporting.evaluation.files import page_files
from condyle.reporting.evaluation.page import SectionsPage
from condyle.reporting.evaluation.sections import evaluation_sections
from condyle.reporting.predictions import read_predictions
from condyle.workflows.evaluation.drift_tests import PERMUTATIONS, drift_report
from condyle.workflows.evaluation.folder import DRIFT, OutputFolder
from condyle.workflows.evaluation.pages import how_made, table_facts
from condyle.workflows.evaluation.report import About, evaluation_report
from condyle.workflows.evaluation.rows import Draw

JSON, PAGE = "drift.json", "drift.html"
TITLE = "A new period against its baseline"


@dataclass(frozen=True)
class DriftWritten:
    """What was found and where it lies.

    Attributes:
        summary: In one sentence.
        warnings: What to bear in mind.
        page: The HTML page.
    """

    summary: str
    warnings: tuple[str, ...]
    page: Path


def watch_drift(
    baseline: Path,
    new: Path,
    *,
    out: Path,
    draw: Draw | None = None,
    permutations: int = PERMUTATIONS,
    progress: ProgressCallback = ignore_progress,
) -> DriftWritten:
    """Compares the predictions of a new period with those of a baseline.

    Args:
        baseline: Predictions table of the baseline.
        new: Predictions table of the new period.
        out: Folder for ``drift.json``, ``drift.html``, ``drift.pdf`` and ``figures/``; new,
            empty, or with an earlier drift report, which is replaced.
        draw: How figures are drawn.
        permutations: Random deals of each test of a change.
        progress: Told of the stages ``"drift"`` and ``"figures"``, a task at a time.

    Raises:
        InputError: A table cannot be read, or the two cannot be compared.
        UsageError: A table lies in the folder that would be replaced.
        OutputError: The folder holds something else or cannot be written.
    """
    folder = OutputFolder(out, DRIFT)
    folder.refuse_inside(baseline, new)
    first, second = read_predictions(baseline), read_predictions(new)
    report = drift_report(first, second, draw=draw, permutations=permutations, progress=progress)
    found = drift_sections(report)
    page = SectionsPage(
        title=TITLE,
        facts=(
            *table_facts("baseline", baseline, first),
            *table_facts("new period", new, second),
            ("patients compared", f"{report.baseline.patients} and {report.new.patients}"),
            *how_made(draw or Draw()),
        ),
        banners=(),
        sections=(*found, *_of_new_period(second, draw, progress)),
    )
    document = drift_document(report, software=version("condyle"))
    files = page_files(page, stem="drift")
    files[JSON] = (json.dumps(document, indent=1, sort_keys=True) + "\n").encode()
    folder.prepare()
    folder.write_files(files)
    return DriftWritten(summary_words(report), report.warnings, out / PAGE)


def _of_new_period(
    table: Predictions, draw: Draw | None, progress: ProgressCallback
) -> tuple[Section, ...]:
    """Gives the sections of an evaluation of the new period, where it has references."""
    if np.isnan(table.reference).all():
        return ()
    evaluated = evaluation_report(
        table, about=About("The new period"), draw=draw, progress=progress
    )
    sections = evaluation_sections(evaluated)
    first = Section(
        "The new period by itself",
        paragraphs=(
            "What follows is the evaluation of the new period, as 'condyle evaluate' has "
            "it; patients who are in the baseline too are counted here.",
        ),
    )
    return (first, *sections)
