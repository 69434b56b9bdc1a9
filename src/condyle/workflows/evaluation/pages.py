"""Making the pages of an evaluation from its table; this needs matplotlib."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import metadata

from condyle.domain.evaluation_report import EvaluationReport
from condyle.domain.progress import Progress, ProgressCallback
from condyle.evaluation.predictions import Predictions
from condyle.reporting.evaluation.files import evaluation_files
from condyle.reporting.evaluation.tables import tasks_document
from condyle.workflows.evaluation.examples import examples
from condyle.workflows.evaluation.extras import extra_sections
from condyle.workflows.evaluation.records import MadeBy, with_records
from condyle.workflows.evaluation.report import About, evaluation_report
from condyle.workflows.evaluation.rows import Draw


@dataclass(frozen=True)
class Pages:
    """What an evaluation says, and the files that say it.

    Attributes:
        report: What it says.
        files: ``report.html``, ``report.pdf``, ``metrics.csv``, ``cohort.csv``, a
            ``checklist-<name>.md`` for each that applies, and the figures, by name.
        tasks: The report task by task, as ``metrics.json`` holds it.
    """

    report: EvaluationReport
    files: Mapping[str, bytes]
    tasks: tuple[Mapping[str, object], ...]


def make_pages(
    table: Predictions,
    *,
    about: About,
    picture: Callable[[str], bytes | None],
    draw: Draw | None,
    made_by: MadeBy | None = None,
    progress: ProgressCallback,
) -> Pages:
    """Evaluates a table and makes the files of its pages.

    Args:
        table: The predictions.
        about: What the evaluation says of itself.
        picture: From a case to its picture, or nothing.
        draw: How figures are drawn.
        made_by: What made the table, where it is known.
        progress: Told of the stages ``"figures"`` and ``"pages"``.

    Raises:
        InputError: No row has a reference, or a cell does not fit its task's kind.
    """
    plan = draw or Draw()
    made = (
        ("software", f"Condyle {metadata.version('condyle')}"),
        ("bootstrap", f"{plan.replicates} replicates, seed {plan.seed}"),
    )
    report = evaluation_report(
        table,
        about=About(about.title, (*about.facts, *made), about.banners),
        examples=examples(table, picture),
        extra=extra_sections(table),
        draw=plan,
        progress=progress,
    )
    progress(Progress("pages", 0, 1))
    report, records = with_records(report, table, made_by)
    files = {**evaluation_files(report), **records}
    progress(Progress("pages", 1, 1))
    return Pages(report, files, tuple(tasks_document(report)))
