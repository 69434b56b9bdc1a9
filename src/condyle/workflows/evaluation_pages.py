"""Writing the pages of an evaluation into its folder; this needs matplotlib."""

from __future__ import annotations

from importlib import metadata

from condyle.domain.evaluation_report import EvaluationReport
from condyle.domain.progress import Progress, ProgressCallback
from condyle.evaluation.predictions import Predictions
from condyle.reporting.evaluation.files import evaluation_files
from condyle.reporting.evaluation.tables import tasks_document
from condyle.workflows.evaluation_examples import examples
from condyle.workflows.evaluation_extras import extra_sections
from condyle.workflows.evaluation_folder import EvaluationFolder
from condyle.workflows.evaluation_records import MadeBy, with_records
from condyle.workflows.evaluation_report import About, evaluation_report
from condyle.workflows.evaluation_rows import Draw


def write_pages(
    folder: EvaluationFolder,
    table: Predictions,
    *,
    about: About,
    draw: Draw | None,
    made_by: MadeBy | None = None,
    progress: ProgressCallback,
) -> EvaluationReport:
    """Writes ``report.html``, ``report.pdf``, ``metrics.csv``, ``figures/`` and the records.

    The records are ``cohort.csv`` and a ``checklist-<name>.md`` for each that applies.

    Args:
        folder: Of the evaluation, with its pictures if there are any.
        table: The predictions.
        about: What the evaluation says of itself.
        draw: How figures are drawn.
        made_by: What made the table, where it is known.
        progress: Told of the stages ``"figures"`` and ``"pages"``.

    Returns:
        What the pages say.

    Raises:
        InputError: No row has a reference, or a cell does not fit its task's kind.
        OutputError: The folder cannot be written.
    """
    plan = draw or Draw()
    made = (
        ("software", f"Condyle {metadata.version('condyle')}"),
        ("bootstrap", f"{plan.replicates} replicates, seed {plan.seed}"),
    )
    report = evaluation_report(
        table,
        about=About(about.title, (*about.facts, *made), about.banners),
        examples=examples(table, folder.picture),
        extra=extra_sections(table),
        draw=plan,
        progress=progress,
    )
    progress(Progress("pages", 0, 1))
    report, more = with_records(report, table, made_by)
    folder.write_files({**evaluation_files(report), **more})
    progress(Progress("pages", 1, 1))
    return report


def tasks_of(report: EvaluationReport) -> list[dict[str, object]]:
    """Gives what the pages say, task by task, as ``metrics.json`` holds it."""
    return tasks_document(report)
