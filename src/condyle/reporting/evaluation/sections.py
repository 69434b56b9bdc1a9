"""The sections of an evaluation's pages: a summary, then one a task."""

from __future__ import annotations

import math
from collections.abc import Sequence

from condyle.domain.evaluation_report import (
    CaseSpread,
    CovariateFigures,
    EvaluationReport,
    Score,
    Section,
    Table,
    TaskReport,
)
from condyle.reporting.evaluation.draw import drawings
from condyle.reporting.evaluation.words import (
    KINDS,
    counted_word,
    covariate_word,
    estimate_words,
    figure_word,
    number,
    p_words,
    plural,
    size_words,
    task_word,
)

_AS_WRONG = "What was declined counts as wrong."
_COUNTED = {
    "number": "Errors are of what was answered; the same number counts what was declined as not.",
    "detection": "An image is a row.",
}


def evaluation_sections(report: EvaluationReport) -> tuple[Section, ...]:
    """Gives every section of an evaluation, the summary first and what others add last.

    Args:
        report: What to set.
    """
    if report.reason:
        why = f"There is no figure: {report.reason}."
        return (Section("Summary", paragraphs=(why,), warnings=report.warnings), *report.extra)
    tasks = [task_section(task) for task in report.tasks]
    method = Section("How these figures were made", paragraphs=report.notes)
    return (_summary(report), *tasks, *report.extra, method)


def task_section(task: TaskReport) -> Section:
    """Gives the section of one task: its figures, operating points, subgroups and pictures.

    Args:
        task: What to set.
    """
    declined = f", {task.declined} of them declined" if task.declined else ""
    size = size_words(task.rows, task.unit, task.patients)
    tables = [_scores(task)]
    if task.spread is not None:
        tables.append(_spread(task.spread))
    if task.thresholds:
        tables.append(_thresholds(task))
    if task.subgroups:
        tables.append(_subgroups(task.subgroups))
    return Section(
        title=task_word(task.name),
        paragraphs=(f"{size}{declined}.", *task.notes),
        tables=tuple(tables),
        figures=drawings(task.charts, task.name),
        warnings=(*task.warnings, *_few(task.subgroups)),
    )


def _summary(report: EvaluationReport) -> Section:
    tables = []
    for kind, heading in KINDS.items():
        of_kind = [task for task in report.tasks if task.kind == kind]
        if of_kind:
            tables.append(_kind_table(heading, of_kind))
    return Section(
        "Summary",
        paragraphs=(f"{counted_word(report.patients, 'patient')} counted.",),
        tables=tuple(tables),
        figures=drawings(report.charts, "all"),
        warnings=report.warnings,
    )


def _kind_table(heading: str, tasks: Sequence[TaskReport]) -> Table:
    names = list(dict.fromkeys(s.name for task in tasks for s in task.scores if s.headline))
    rows = []
    for task in tasks:
        by_name = {s.name: s.estimate for s in task.scores if s.headline}
        answered = 1.0 - task.declined / task.rows if task.rows else math.nan
        shown = [estimate_words(by_name[n]) if n in by_name else "-" for n in names]
        size = size_words(task.rows, task.unit, task.patients)
        rows.append((task_word(task.name), size, f"{answered:.1%}", *shown))
    return Table(
        heading,
        ("task", "n", "answered", *(figure_word(name) for name in names)),
        tuple(rows),
        f"Value (95 % interval by patient). {_COUNTED.get(tasks[0].kind, _AS_WRONG)}",
    )


def _scores(task: TaskReport) -> Table:
    names = list(dict.fromkeys(score.name for score in task.scores))
    found = {(score.name, score.counted): score for score in task.scores}
    both = any(score.counted == "answered" for score in task.scores)
    rows = []
    for name in names:
        everything, answered = found.get((name, "all")), found.get((name, "answered"))
        shown = next(score for score in (everything, answered) if score is not None)
        cells = [*_cell(everything), *(_cell(answered) if both else ())]
        rows.append((figure_word(name), *cells, shown.estimate.method))
    heading = ("figure", "all", "n", *(("answered only", "n") if both else ()), "interval")
    return Table("Figures", heading, tuple(rows), f"n in {plural(task.unit)}, 95 % intervals.")


def _cell(score: Score | None) -> tuple[str, str]:
    return ("-", "-") if score is None else (estimate_words(score.estimate), str(score.estimate.n))


def _spread(spread: CaseSpread) -> Table:
    numbers = (spread.sd, spread.median, spread.smallest, spread.largest)
    row = (estimate_words(spread.mean), *(number(v) for v in numbers), str(spread.undefined))
    heading = ("mean over cases", "SD", "median", "smallest", "largest", "undefined")
    return Table("Spread over cases", heading, (row,))


def _thresholds(task: TaskReport) -> Table:
    rows = tuple(
        (
            f"{point.threshold:g}",
            *(
                estimate_words(e)
                for e in (point.sensitivity, point.specificity, point.ppv, point.npv)
            ),
        )
        for point in task.thresholds
    )
    heading = ("threshold", "sensitivity", "specificity", "PPV", "NPV")
    return Table("What other thresholds would do", heading, rows, "Of what was answered.")


def _subgroups(covariates: Sequence[CovariateFigures]) -> Table:
    rows = []
    for covariate in covariates:
        for at, group in enumerate(covariate.groups):
            few = ", too few" if group.too_few else ""
            rows.append(
                (
                    covariate_word(covariate.covariate),
                    group.name,
                    f"{group.patients}{few}",
                    estimate_words(group.estimate),
                    p_words(covariate.p_value),
                    covariate.note if at == 0 else "",
                )
            )
        if not covariate.groups:
            rows.append((covariate_word(covariate.covariate), "-", "-", "-", "-", covariate.note))
    noted = any(row[-1] for row in rows)
    heading = ("covariate", "group", "patients", figure_word(covariates[0].figure), "interaction p")
    return Table(
        "Subgroups",
        (*heading, *(("note",) if noted else ())),
        tuple(row if noted else row[:-1] for row in rows),
        "p of the interaction: share of random groupings of the patients that differ as much; "
        "'-' where it was not tested.",
    )


def _few(covariates: Sequence[CovariateFigures]) -> tuple[str, ...]:
    few = [
        f"{covariate_word(c.covariate)} {group.name}"
        for c in covariates
        for group in c.groups
        if group.too_few
    ]
    if not few:
        return ()
    return (f"Too few patients to be read as evidence: {', '.join(few)}.",)
