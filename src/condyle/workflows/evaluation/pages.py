"""From a predictions table to the files that say what an evaluation found; the one way to them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib import metadata
from pathlib import Path

import numpy as np

from condyle.bundle import Bundle
from condyle.domain.evaluation_report import EvaluationReport, Section
from condyle.domain.progress import Progress, ProgressCallback
from condyle.evaluation.predictions import Predictions
from condyle.reporting.evaluation.checklist_records import METRICS
from condyle.reporting.evaluation.documents import metrics_document
from condyle.workflows.evaluation.examples import examples
from condyle.workflows.evaluation.report import About, MadeBy, evaluation_report
from condyle.workflows.evaluation.rows import Draw


def make_files(
    table: Predictions,
    *,
    about: About,
    draw: Draw | None,
    bundle: Bundle | None = None,
    made_by: MadeBy | None = None,
    picture: Callable[[str], bytes | None] = lambda case: None,
    pages: bool = True,
    progress: ProgressCallback,
) -> dict[str, bytes]:
    """Evaluates a table and gives the files that say what was found, by name.

    Args:
        table: The predictions.
        about: What the evaluation says of itself.
        draw: How figures are drawn.
        bundle: What was evaluated, or ``None`` where a table was given.
        made_by: What made the table, where it is known.
        picture: From a case to its picture, or nothing.
        pages: Also make the pages, their figures and the checklists; this needs matplotlib.
        progress: Told of the stages ``"figures"`` and ``"pages"``.

    Returns:
        ``metrics.json``, and with pages ``report.html``, ``report.pdf``, ``metrics.csv``,
        ``cohort.csv``, a ``checklist-<name>.md`` for each that applies, and the figures.

    Raises:
        InputError: No row has a reference, or a cell does not fit its task's kind.
    """
    report = evaluated(table, about=about, draw=draw, picture=picture, progress=progress)
    return report_files(
        report, table, bundle=bundle, made_by=made_by, pages=pages, progress=progress
    )


def evaluated(
    table: Predictions,
    *,
    about: About,
    draw: Draw | None,
    picture: Callable[[str], bytes | None] = lambda case: None,
    extra: Sequence[Section] = (),
    progress: ProgressCallback,
) -> EvaluationReport:
    """Evaluates a table; see ``make_files`` for what it takes, beside sections of its own.

    Raises:
        InputError: No row has a reference, or a cell does not fit its task's kind.
    """
    plan = draw or Draw()
    report = evaluation_report(
        table,
        about=About(about.title, (*about.facts, *how_made(plan)), about.banners),
        examples=examples(table, picture),
        draw=plan,
        progress=progress,
    )
    return replace(report, extra=tuple(extra))


def report_files(
    report: EvaluationReport,
    table: Predictions,
    *,
    bundle: Bundle | None = None,
    made_by: MadeBy | None = None,
    pages: bool = True,
    progress: ProgressCallback,
) -> dict[str, bytes]:
    """Gives the files that say what an evaluation found; see ``make_files``."""
    document = metrics_document(report, bundle=bundle, patients=len(np.unique(table.patient)))
    files = {METRICS: (json.dumps(document, indent=1, sort_keys=True) + "\n").encode()}
    if pages:
        progress(Progress("pages", 0, 1))
        files |= _page_files(report, table, made_by)
        progress(Progress("pages", 1, 1))
    return files


def how_made(draw: Draw) -> tuple[tuple[str, str], ...]:
    """Gives (label, value) pairs of what every page says of its making."""
    return (
        ("software", f"Condyle {metadata.version('condyle')}"),
        ("bootstrap", f"{draw.replicates} replicates, seed {draw.seed}"),
    )


def table_facts(name: str, path: Path, table: Predictions) -> tuple[tuple[str, str], ...]:
    """Gives (label, value) pairs of a table that a page rests on.

    Args:
        name: What the page calls it.
        path: Where it lies, of which the folder's own name is told and no more.
        table: What it holds.
    """
    where = f"{path.parent.name}/{path.name}" if path.parent.name else path.name
    return ((name, f"{where}, {len(table)} rows"), (f"{name}, SHA-256", digest(path)))


def digest(path: Path) -> str:
    """Gives the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _page_files(
    report: EvaluationReport, table: Predictions, made_by: MadeBy | None
) -> dict[str, bytes]:
    # What draws is imported only where something is drawn: matplotlib is an extra.
    from condyle.reporting.evaluation import files
    from condyle.workflows.evaluation.records import with_records

    whole, records = with_records(report, table, made_by)
    return {**files.evaluation_files(whole), **records}
