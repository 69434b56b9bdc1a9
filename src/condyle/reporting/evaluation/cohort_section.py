"""Table 1 as a section of an evaluation's pages, and as lines of CSV."""

from __future__ import annotations

import math

from condyle.domain.evaluation_report import Section, Table
from condyle.evaluation.cohort import MISSING, Cohort, CohortRow, Quartiles, Share
from condyle.reporting.evaluation.tables import csv_text
from condyle.reporting.evaluation.words import covariate_word, task_word

TITLE = "Who is in the study"
WANTED = {
    "age": ("age",),
    "sex": ("sex",),
    "scanner": ("manufacturer", "manufacturermodelname", "scanner"),
    "field strength": ("magneticfieldstrength", "field_strength"),
}
"""What a reader looks for in Table 1, and the covariates that may tell it."""

_INDENT = "\xa0\xa0\xa0"  # plain spaces at the front of a cell would not be shown


def cohort_section(cohort: Cohort) -> Section:
    """Gives Table 1 with its notes, and a warning for each thing that is not recorded."""
    rows = []
    for variable in cohort.variables:
        of_variable = [row for row in cohort.rows if row.variable == variable]
        rows += _lines(variable, of_variable)
    table = Table(
        title="",
        headings=("", *(_group(group) for group in cohort.groups)),
        rows=tuple(rows),
        note="Counts with per cent of the column; numbers as median (first to third quartile). "
        "Characteristics are counted by patient.",
    )
    return Section(
        title=TITLE,
        paragraphs=cohort.notes,
        tables=(table,),
        warnings=tuple(f"{name} is not in the records." for name in not_recorded(cohort)),
    )


def not_recorded(cohort: Cohort) -> tuple[str, ...]:
    """Names what a reader looks for and no patient has."""
    found = {row.variable.lower() for row in cohort.rows if row.level != MISSING and _any(row)}
    return tuple(
        name.capitalize() for name, those in WANTED.items() if not found.intersection(those)
    )


def cohort_csv(cohort: Cohort) -> str:
    """Gives Table 1 as CSV: one line a value and group, with count, whole and quartiles."""
    return csv_text(
        ("variable", "level", "unit", "group", "count", "of", "median", "quartile_1", "quartile_3"),
        (
            (row.variable, row.level, row.unit, group, *_numbers(cell))
            for row in cohort.rows
            for group, cell in zip(cohort.groups, row.cells, strict=True)
        ),
    )


def cell_text(cell: Share | Quartiles) -> str:
    """Gives a cell in words, such as ``"112 (63 %)"`` or ``"54 (43 to 66)"``."""
    if isinstance(cell, Share):
        return "-" if not cell.of else f"{cell.count} ({cell.percent:.0f} %)"
    if not cell.n:
        return "-"
    return f"{cell.median:g} ({cell.low:g} to {cell.high:g})"


def _lines(variable: str, rows: list[CohortRow]) -> list[tuple[str, ...]]:
    if rows[0].role == "count":
        return [(variable.capitalize(), *(_count(cell) for cell in row.cells)) for row in rows]
    judged = rows[0].role == "class"
    name = task_word(variable) if judged else covariate_word(variable)
    lines = [
        (f"{name}, median (quartiles)", *map(cell_text, row.cells)) for row in rows if not row.level
    ]
    if not lines:
        heading = f"{name}, by {rows[0].unit}" if judged else name
        lines.append((heading, *("" for _ in rows[0].cells)))
    names = {"0": "absent", "1": "present"}
    if not judged or not {row.level for row in rows} <= {*names, MISSING}:
        names = {}
    for row in rows:
        if row.level:
            level = names.get(row.level, row.level)
            lines.append((f"{_INDENT}{level}", *map(cell_text, row.cells)))
    return lines


def _count(cell: Share | Quartiles) -> str:
    return str(cell.count) if isinstance(cell, Share) else cell_text(cell)


def _group(name: str) -> str:
    return name[:1].upper() + name[1:]


def _any(row: CohortRow) -> bool:
    cell = row.cells[0]
    return bool(cell.count if isinstance(cell, Share) else cell.n)


def _numbers(cell: Share | Quartiles) -> list[str]:
    if isinstance(cell, Share):
        return [str(cell.count), str(cell.of), "", "", ""]
    stated = ("" if math.isnan(v) else f"{v:g}" for v in (cell.median, cell.low, cell.high))
    return [str(cell.n), "", *stated]
