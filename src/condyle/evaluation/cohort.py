"""Who is in a study: patients and studies by characteristic, overall and group by group."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeVar

import numpy as np

from condyle.domain.case import Case
from condyle.errors import InputError
from condyle.evaluation.inputs import BoolArray
from condyle.evaluation.predictions import Predictions, TextArray

ALL = "all"
MISSING = "missing"
SEVERAL = "several"
IN_SAMPLE = "in_sample"
"""Covariate of the predictions table: ``"yes"`` for a patient that the model learned from."""

MOST_LEVELS = 12
FEWEST_NUMBERS = 10


@dataclass(frozen=True)
class Member:
    """One study of one patient.

    Attributes:
        patient: Pseudonym.
        study: Identifier of the study.
        group: Such as a fold or ``"in-sample"``; empty where there are no groups.
        covariates: What is known of it; an empty text is missing.
    """

    patient: str
    study: str
    group: str
    covariates: Mapping[str, str]


@dataclass(frozen=True)
class Judged:
    """What is held to be true of one unit, such as a disc.

    Attributes:
        patient: Pseudonym.
        group: As in ``Member``.
        task: Such as ``"pfirrmann-grade"``.
        reference: Class or grade; NaN where there is none.
    """

    patient: str
    group: str
    task: str
    reference: float


_Grouped = TypeVar("_Grouped", Member, Judged)


@dataclass(frozen=True)
class Share:
    """A count out of a whole.

    Attributes:
        count: How many.
        of: Out of how many; 0 where the whole is empty.
    """

    count: int
    of: int

    @property
    def percent(self) -> float:
        """Per cent of the whole, NaN where it is empty."""
        return 100.0 * self.count / self.of if self.of else math.nan


@dataclass(frozen=True)
class Quartiles:
    """Numbers by their median and the middle half.

    Attributes:
        median: Median; NaN without a number.
        low: First quartile.
        high: Third quartile.
        n: Numbers that there are.
    """

    median: float
    low: float
    high: float
    n: int


@dataclass(frozen=True)
class CohortRow:
    """One line of Table 1.

    Attributes:
        variable: Such as ``"sex"`` or ``"pfirrmann-grade"``.
        level: Its value, ``"missing"``, or empty where the cells stand for the variable.
        unit: What is counted: ``"patient"``, ``"study"``, or what a row of a task is.
        cells: One a group, in the order of the cohort's groups.
        role: A count of all, a characteristic of patients, or a class of the reference.
    """

    variable: str
    level: str
    unit: str
    cells: tuple[Share | Quartiles, ...]
    role: Literal["count", "covariate", "class"] = "covariate"


@dataclass(frozen=True)
class Cohort:
    """Table 1.

    Attributes:
        groups: Names of the columns; the first is ``"all"``.
        rows: Its lines.
        notes: How it was counted, where that is not plain.
    """

    groups: tuple[str, ...]
    rows: tuple[CohortRow, ...]
    notes: tuple[str, ...] = ()

    def row(self, variable: str, level: str = "") -> CohortRow | None:
        """Gives a line, or nothing where there is none."""
        found = (row for row in self.rows if (row.variable, row.level) == (variable, level))
        return next(found, None)

    @property
    def variables(self) -> tuple[str, ...]:
        """Names of the variables in their order."""
        return tuple(dict.fromkeys(row.variable for row in self.rows))


def cohort_of_table(
    table: Predictions, *, classes: Sequence[str] = (), unit: str = "row"
) -> Cohort:
    """Gives Table 1 of a predictions table.

    Columns are whether the model learned from the patient, where that is told and
    differs, else the folds, where there are several.

    Args:
        table: The predictions.
        classes: Tasks whose reference is a class or grade.
        unit: What a row of these tasks is, such as ``"disc"``.
    """
    groups = groups_of_table(table)
    members = members_of_table(table, groups, sorted(set(table.covariates) - {IN_SAMPLE}))
    columns = (table.patient.tolist(), groups, table.task.tolist(), table.reference.tolist())
    judged = [Judged(p, g, t, r) for p, g, t, r in zip(*columns, strict=True) if t in classes]
    return cohort_of(members, judged, unit=unit)


def cohort_of_cases(
    cases: Sequence[Case], *, groups: Mapping[str, str] | None = None, unit: str = "row"
) -> Cohort:
    """Gives Table 1 of cases.

    Args:
        cases: Studies with their references.
        groups: Patient to group, such as the fold of a split; without it there is one column.
        unit: What is graded, such as ``"disc"``.

    Raises:
        InputError: A patient is in no group.
    """
    dealt = groups or {}
    lost = sum(case.patient not in dealt for case in cases) if groups is not None else 0
    if lost:
        raise InputError(
            "A cohort cannot be counted.",
            found=f"{lost} cases of patients in no group",
            needed="every patient in one group",
            mend="give the split that covers these cases.",
        )
    members = [Member(c.patient, c.id, dealt.get(c.patient, ""), c.covariates) for c in cases]
    judged = [
        Judged(case.patient, dealt.get(case.patient, ""), task, float(grade))
        for case in cases
        for grades in case.reference.grades.values()
        for task, grade in grades.items()
    ]
    return cohort_of(members, judged, unit=unit)


def groups_of_table(table: Predictions) -> list[str]:
    """Names the group of each row; empty texts where there is but one."""
    marked = table.covariates.get(IN_SAMPLE)
    if marked is not None and {"yes", "no"} <= set(marked.tolist()):
        return ["in-sample" if mark == "yes" else "counted" for mark in marked.tolist()]
    if len(np.unique(table.fold[table.fold >= 0])) > 1:
        return [f"fold {fold}" if fold >= 0 else "no fold" for fold in table.fold.tolist()]
    return [""] * len(table)


def members_of_table(
    table: Predictions, groups: Sequence[str], covariates: Sequence[str]
) -> list[Member]:
    """Gives the studies of a table, each once for every group and set of covariates.

    Args:
        table: The predictions.
        groups: Group of each row.
        covariates: Names of those that are wanted.
    """
    columns = [table.covariates[name].tolist() for name in covariates]
    told = list(zip(*columns, strict=True)) if columns else [()] * len(table)
    patients, studies = table.patient.tolist(), table.study.tolist()
    seen = dict.fromkeys(zip(patients, studies, groups, told, strict=True))
    return [Member(p, s, g, dict(zip(covariates, c, strict=True))) for p, s, g, c in seen]


def patients_learned_from(table: Predictions) -> TextArray:
    """Gives the patients that the model learned from, sorted; one mark in any row is enough."""
    marked = table.covariates.get(IN_SAMPLE)
    return np.unique(table.patient[:0] if marked is None else table.patient[marked == "yes"])


def learned_from(table: Predictions) -> BoolArray:
    """Tells of each row whether the model learned from its patient."""
    return np.isin(table.patient, patients_learned_from(table))


def cohort_of(
    members: Sequence[Member], judged: Sequence[Judged] = (), *, unit: str = "row"
) -> Cohort:
    """Gives Table 1 of studies and of what is judged in them.

    A characteristic belongs to the patient. Where the studies of a patient differ, a
    text counts as ``"several"`` and of numbers the least is taken, which for an age is
    that of the first study.

    Args:
        members: The studies.
        judged: References, for the distribution of classes.
        unit: What a row of ``judged`` is.

    Raises:
        InputError: There is no study.
    """
    if not members:
        raise InputError(
            "A cohort cannot be counted.",
            found="no study",
            needed="at least one",
            mend="check the filter that chose the studies.",
        )
    named = sorted({member.group for member in members} - {""}, key=_natural)
    groups = (ALL, *named)
    rows = [_count_row("patients", "patient", [_patients(_in(members, g)) for g in groups])]
    rows.append(_count_row("studies", "study", [_studies(_in(members, g)) for g in groups]))
    notes: list[str] = []
    for name in sorted({name for member in members for name in member.covariates}, key=_order):
        found, said = _covariate_rows(name, members, groups)
        rows += found
        notes += said
    for task in dict.fromkeys(each.task for each in judged):
        of_task = [each for each in judged if each.task == task]
        values = [[_class(each.reference) for each in _in(of_task, g)] for g in groups]
        rows += [replace(row, role="class") for row in _level_rows(task, unit, values)]
    return Cohort(groups, tuple(rows), tuple(notes))


def patient_values(members: Sequence[Member], name: str) -> tuple[dict[str, str], bool]:
    """Gives one text a patient of a covariate, and whether the texts are numbers.

    Args:
        members: Studies; where those of a patient differ, see ``cohort_of``.
        name: Of the covariate; what is missing is an empty text.
    """
    numbers = _is_number(name, [_told(member, name) for member in members])
    told: dict[str, set[str]] = {member.patient: set() for member in members}
    for member in members:
        if value := _told(member, name):
            told[member.patient].add(value)
    return {who: _one_of(values, numbers=numbers) for who, values in told.items()}, numbers


def _in(every: Sequence[_Grouped], group: str) -> list[_Grouped]:
    return [one for one in every if group in (ALL, one.group)]


def _patients(members: Sequence[Member]) -> int:
    return len({member.patient for member in members})


def _studies(members: Sequence[Member]) -> int:
    return len({(member.patient, member.study) for member in members})


def _count_row(variable: str, unit: str, counts: Sequence[int]) -> CohortRow:
    cells = tuple(Share(count, counts[0]) for count in counts)
    return CohortRow(variable, "", unit, cells, "count")


def _told(member: Member, name: str) -> str:
    """Gives a value in one spelling, so that 3 and 3.0 tesla are the same."""
    value = member.covariates.get(name, "").strip()
    number = _number(value)
    return value if math.isnan(number) else f"{number:g}"


def _one_of(values: set[str], *, numbers: bool) -> str:
    if len(values) > 1 and not numbers:
        return SEVERAL
    return min(values, key=_number) if len(values) > 1 else next(iter(values), "")


def _covariate_rows(
    name: str, members: Sequence[Member], groups: Sequence[str]
) -> tuple[list[CohortRow], list[str]]:
    values, numbers = patient_values(members, name)
    of_groups = [dict.fromkeys(member.patient for member in _in(members, g)) for g in groups]
    columns = [[values[patient] for patient in patients] for patients in of_groups]
    if numbers:
        return _number_rows(name, columns), []
    notes = []
    if SEVERAL in columns[0]:
        notes.append(f"{name}: 'several' are patients whose studies differ in it.")
    frequent = [level for level, _ in Counter(columns[0]).most_common() if level]
    if len(frequent) > MOST_LEVELS:
        kept = set(frequent[: MOST_LEVELS - 1])
        rest = f"other ({len(frequent) - len(kept)} values)"
        columns = [[v if v in kept or not v else rest for v in column] for column in columns]
    return _level_rows(name, "patient", columns), notes


def _number_rows(name: str, columns: Sequence[Sequence[str]]) -> list[CohortRow]:
    numbers = [[_number(value) for value in column if value] for column in columns]
    rows = [CohortRow(name, "", "patient", tuple(_quartiles(each) for each in numbers))]
    missing = [Share(column.count(""), len(column)) for column in map(list, columns)]
    if missing[0].count:
        rows.append(CohortRow(name, MISSING, "patient", tuple(missing)))
    return rows


def _level_rows(name: str, unit: str, columns: Sequence[Sequence[str]]) -> list[CohortRow]:
    levels = sorted(set(columns[0]) - {""}, key=_natural)
    levels.sort(key=lambda level: level.startswith("other (") or level == SEVERAL)
    rows = []
    for level in [*levels, *([""] if "" in columns[0] else [])]:
        cells = tuple(Share(list(column).count(level), len(column)) for column in columns)
        rows.append(CohortRow(name, level or MISSING, unit, cells))
    return rows


def _quartiles(values: Sequence[float]) -> Quartiles:
    if not values:
        return Quartiles(math.nan, math.nan, math.nan, 0)
    low, middle, high = (float(q) for q in np.quantile(values, (0.25, 0.5, 0.75)))
    return Quartiles(middle, low, high, len(values))


def _is_number(name: str, values: Sequence[str]) -> bool:
    """Says whether a covariate is a number rather than a code, such as a field strength."""
    told = {value for value in values if value}
    if not told or any(math.isnan(_number(value)) for value in told):
        return False
    return len(told) >= FEWEST_NUMBERS or "age" in name.lower().replace("_", " ").split()


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        return math.nan
    return value if math.isfinite(value) else math.nan


def _class(reference: float) -> str:
    return "" if math.isnan(reference) else f"{reference:g}"


def _order(name: str) -> tuple[int, str]:
    first = ("age", "sex")
    lowered = name.lower()
    return (first.index(lowered) if lowered in first else len(first), lowered)


def _natural(text: str) -> tuple[str, float, str]:
    head = text.rstrip("0123456789.")
    number = _number(text[len(head) :])
    return (head, number if not math.isnan(number) else -1.0, text)
