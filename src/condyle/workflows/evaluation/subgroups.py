"""A task's main figure by sex, scanner and whatever else the table knows of its patients."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from condyle.domain.estimate import Estimate
from condyle.domain.evaluation_charts import Chart, ForestChart, ForestRow
from condyle.domain.evaluation_report import CovariateFigures, GroupFigure, Score
from condyle.evaluation.bootstrap import Resampling
from condyle.evaluation.cohort import IN_SAMPLE
from condyle.evaluation.inputs import BoolArray
from condyle.evaluation.predictions import TextArray
from condyle.evaluation.subgroups import FEW, by_subgroup
from condyle.reporting.evaluation.words import counted_word
from condyle.workflows.evaluation.rows import TaskRows

MOST_GROUPS = 8
NUMERIC_FROM = 6
"""Distinct numbers over this many are cut at thirds of the rows."""

GroupStatistic = Callable[[BoolArray, Resampling], Estimate]


def subgroups(
    rows: TaskRows,
    plan: Resampling,
    figure_name: str,
    figure: GroupStatistic,
    *,
    permutations: int,
) -> tuple[CovariateFigures, ...]:
    """Gives a figure by the groups of every covariate that has at least two.

    Args:
        rows: Of the task.
        plan: Whose rows they are.
        figure_name: Name of the figure.
        figure: As ``by_subgroup`` takes it.
        permutations: Random groupings of the interaction test.
    """
    made = []
    for name, values in sorted(rows.table.covariates.items()):
        if name == IN_SAMPLE:
            continue
        labels = group_labels(values)
        known = labels != ""
        count = len(np.unique(labels[known]))
        if count < 2:
            continue
        if count > MOST_GROUPS:
            note = f"{count} groups, too many to be compared"
            made.append(CovariateFigures(name, figure_name, (), float("nan"), note))
            continue
        made.append(
            _of_covariate(
                (name, labels, known), plan, (figure_name, figure), permutations=permutations
            )
        )
    return tuple(made)


def group_labels(values: TextArray) -> TextArray:
    """Gives the group of each row: its value, or the third of the rows where numbers are many.

    Args:
        values: Of the covariate; empty where unknown.
    """
    labels = np.array([str(value).strip() for value in values], dtype=np.str_)
    known = labels != ""
    numbers = _as_numbers(labels[known])
    if numbers is None or len(np.unique(numbers)) <= NUMERIC_FROM:
        return labels
    first, second = np.quantile(numbers, (1 / 3, 2 / 3), method="closest_observation")
    names = np.array(
        [f"1: up to {first:g}", f"2: over {first:g} to {second:g}", f"3: over {second:g}"]
    )
    made = np.full(len(labels), "", dtype=names.dtype)
    made[known] = names[np.searchsorted([first, second], numbers, side="left")]
    return made


def subgroup_chart(
    task: str, groups: tuple[CovariateFigures, ...], scores: Sequence[Score]
) -> tuple[tuple[str, Chart], ...]:
    """Gives the forest plot of a task's subgroups, or nothing where there is none.

    Args:
        task: Its name.
        groups: By covariate.
        scores: Of the task, among them the same figure of everybody.
    """
    lines = [
        ForestRow(
            group=covariate.covariate,
            name=group.name,
            estimate=group.estimate,
            size=counted_word(group.patients, "patient"),
            faint=group.too_few,
        )
        for covariate in groups
        for group in covariate.groups
        if not np.isnan(group.estimate.value)
    ]
    if not lines:
        return ()
    figure = groups[0].figure
    overall = next(score.estimate.value for score in scores if score.name == figure)
    return (("subgroups", ForestChart(f"{task}: subgroups", figure, tuple(lines), overall)),)


def _of_covariate(
    covariate: tuple[str, TextArray, BoolArray],
    plan: Resampling,
    named: tuple[str, GroupStatistic],
    *,
    permutations: int,
) -> CovariateFigures:
    name, labels, known = covariate
    figure_name, figure = named
    notes = []
    if not known.all():
        notes.append(f"{int((~known).sum())} rows without a value are left out")
    kept, part = labels[known], plan.of(known)
    at = np.flatnonzero(known)

    def of_part(rows: BoolArray, drawn: Resampling) -> Estimate:
        whole = np.zeros(len(labels), dtype=bool)
        whole[at[rows]] = True
        return figure(whole, drawn)

    if _varies(kept, np.asarray(part.patients)):
        notes.append("differs within a patient, so that no interaction was tested")
        p_value = float("nan")
        groups = _plain_groups(kept, part, of_part)
    else:
        found = by_subgroup(of_part, kept, part, permutations=permutations)
        p_value = found.p_value
        if np.isnan(p_value):
            notes.append("has a group without a figure, so that no interaction was tested")
        groups = tuple(
            GroupFigure(group.name, group.figure, group.patients, group.too_few)
            for group in found.groups
        )
    return CovariateFigures(name, figure_name, groups, p_value, "; ".join(notes))


def _plain_groups(
    labels: TextArray, plan: Resampling, figure: GroupStatistic
) -> tuple[GroupFigure, ...]:
    made = []
    for name in np.unique(labels):
        rows = np.asarray(labels == name)
        patients = len(np.unique(np.asarray(plan.patients)[rows]))
        made.append(GroupFigure(str(name), figure(rows, plan.of(rows)), patients, patients < FEW))
    return tuple(made)


def _varies(labels: TextArray, patients: NDArray[np.generic]) -> bool:
    pairs = {(str(p), str(label)) for p, label in zip(patients, labels, strict=True)}
    return len(pairs) > len(np.unique(patients))


def _as_numbers(labels: TextArray) -> NDArray[np.float64] | None:
    try:
        numbers = labels.astype(np.float64)
    except ValueError:
        return None
    return numbers if np.isfinite(numbers).all() else None
