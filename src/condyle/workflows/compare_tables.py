"""``condyle compare``: two tables of the same cases in, what differs and how surely out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from condyle.domain.comparison_report import ComparedFigure, ComparisonReport, TaskComparison
from condyle.domain.evaluation_charts import Chart, ForestChart, ForestRow
from condyle.domain.progress import Progress, ProgressCallback, ignore_progress
from condyle.errors import InputError
from condyle.evaluation.multiplicity import holm_of_tested
from condyle.evaluation.predictions import Predictions
from condyle.reporting.evaluation.comparison_page import comparison_csv, comparison_page
from condyle.reporting.evaluation.documents import comparison_document
from condyle.reporting.evaluation.files import page_files
from condyle.reporting.evaluation.words import counted_word
from condyle.reporting.predictions import read_predictions
from condyle.workflows.evaluation.compare_rows import KEY, paired_rows
from condyle.workflows.evaluation.compare_tasks import compare_task
from condyle.workflows.evaluation.folder import COMPARISON, OutputFolder
from condyle.workflows.evaluation.pages import how_made, table_facts
from condyle.workflows.evaluation.rows import Draw

SUPERIORITY = (
    "'Better' is said only where the claim is false with a probability under 5 %; otherwise "
    "it is 'not shown', which is not the same as 'equal'. For shares and means of independent "
    "cases the probability is that of Christodoulou et al. 2025 (arXiv 2505.04720), for all "
    "else the share of patient bootstrap replicates in which the better one is not."
)
MULTIPLICITY = (
    "Each task is judged by its first figure, and those p values are adjusted for the number "
    "of tasks (Holm). The other figures are not adjusted and show where a difference comes from."
)
ABSTENTIONS = "What a model declined counts as wrong."


def compare_tables(
    a: Path,
    b: Path,
    *,
    out: Path,
    margin: float | None = None,
    draw: Draw | None = None,
    progress: ProgressCallback = ignore_progress,
) -> ComparisonReport:
    """Compares two models by their predictions tables, on the rows that both have.

    Args:
        a: Table of the first model.
        b: Table of the second model.
        out: Folder for ``report.html``, ``report.pdf``, ``comparison.json``,
            ``comparison.csv`` and ``figures/``; new, empty, or with an earlier one.
        margin: The greatest acceptable loss of A, positive, declared beforehand; then it is
            also judged whether A is not inferior.
        draw: How figures are drawn.
        progress: Told of the stages ``"compare"`` and ``"pages"``.

    Returns:
        What the pages say.

    Raises:
        InputError: A table cannot be read, the margin is not positive, no row is in both,
            or the references of the same row differ.
        UsageError: A table lies in the folder that would be replaced.
        OutputError: The folder holds something else or cannot be written.
    """
    folder = OutputFolder(out, COMPARISON)
    folder.refuse_inside(a, b)
    plan = draw or Draw()
    tables = read_predictions(a), read_predictions(b)
    facts = (
        *table_facts("A", a, tables[0]),
        *table_facts("B", b, tables[1]),
        *how_made(plan),
    )
    report = comparison_report(*tables, facts=facts, margin=margin, draw=plan, progress=progress)
    progress(Progress("pages", 0, 1))
    files = page_files(comparison_page(report))
    files["comparison.csv"] = comparison_csv(report).encode("utf-8")
    document = json.dumps(comparison_document(report), indent=1) + "\n"
    files["comparison.json"] = document.encode("utf-8")
    folder.prepare()
    folder.write_files(files)
    progress(Progress("pages", 1, 1))
    return report


def comparison_report(
    a: Predictions,
    b: Predictions,
    *,
    facts: Sequence[tuple[str, str]] = (),
    margin: float | None = None,
    draw: Draw | None = None,
    progress: ProgressCallback = ignore_progress,
) -> ComparisonReport:
    """Compares every task that both tables have; see ``compare_tables``."""
    _check_margin(margin)
    plan = draw or Draw()
    shared = [task for task in a.tasks if task in b.tasks]
    found = []
    for done, name in enumerate(shared, start=1):
        pair = paired_rows(a, b, name)
        if pair is not None:
            found.append(compare_task(pair, plan, margin=margin))
        progress(Progress("compare", done, len(shared), name))
    if not found:
        raise InputError(
            "The two tables cannot be compared.",
            found=f"{len(shared)} tasks in both, and no row with a reference",
            needed=f"rows of the same {KEY} in both, of patients that neither learned from",
            mend="let both models read the same cases, and name patients, studies and units alike.",
        )
    tasks = _adjusted(found)
    return ComparisonReport(
        title="Comparison of two models",
        facts=tuple(facts),
        tasks=tasks,
        charts=_forests(tasks, margin),
        margin=margin,
        warnings=_warnings(a, b),
        notes=(SUPERIORITY, MULTIPLICITY, ABSTENTIONS),
    )


def _adjusted(tasks: Sequence[TaskComparison]) -> tuple[TaskComparison, ...]:
    """Adjusts the p value of each task's headline figure for their number."""
    values = [f.p_value for task in tasks for f in task.figures if f.headline]
    adjusted = iter(holm_of_tested(values))

    def with_adjusted(figure: ComparedFigure) -> ComparedFigure:
        return replace(figure, adjusted_p=next(adjusted)) if figure.headline else figure

    return tuple(
        replace(task, figures=tuple(with_adjusted(figure) for figure in task.figures))
        for task in tasks
    )


def _forests(
    tasks: Sequence[TaskComparison], margin: float | None
) -> tuple[tuple[str, Chart], ...]:
    """Gives one forest plot for each figure that heads a task."""
    by_figure: dict[str, list[ForestRow]] = {}
    for task in tasks:
        for figure in task.figures:
            if figure.headline and not np.isnan(figure.advantage.value):
                row = ForestRow("", task.name, figure.advantage, counted_word(figure.n, task.unit))
                by_figure.setdefault(figure.name, []).append(row)
    line = None if margin is None else -margin
    return tuple(
        (
            f"advantage-{name}",
            ForestChart("Advantage of A over B", f"advantage-{name}", tuple(rows), 0.0, line),
        )
        for name, rows in by_figure.items()
    )


def _warnings(a: Predictions, b: Predictions) -> tuple[str, ...]:
    made = []
    for only, which in ((set(a.tasks) - set(b.tasks), "A"), (set(b.tasks) - set(a.tasks), "B")):
        if only:
            made.append(f"Tasks that only {which} has are left out: {', '.join(sorted(only))}.")
    return tuple(made)


def _check_margin(margin: float | None) -> None:
    if margin is not None and not 0.0 < margin < float("inf"):
        raise InputError(
            "Non-inferiority cannot be judged.",
            found=f"a margin of {margin:g}",
            needed="a positive margin, declared before the data were seen",
            mend="give the greatest loss that is acceptable, such as --margin 0.05.",
        )
