"""Testing two periods against each other: covariates, references, outputs and figures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from condyle.domain.progress import Progress, ProgressCallback, ignore_progress
from condyle.evaluation.cohort import cohort_of, patient_values
from condyle.evaluation.drift import change_of
from condyle.evaluation.drift_report import (
    ChangeFound,
    DriftReport,
    Role,
    ShiftFound,
    Spread,
)
from condyle.evaluation.drift_shift import (
    Periods,
    Shift,
    shift_of_categories,
    shift_of_numbers,
)
from condyle.evaluation.inputs import FloatArray
from condyle.evaluation.multiplicity import holm_of_tested
from condyle.evaluation.predictions import Predictions
from condyle.workflows.evaluation.drift_figures import MOST_CATEGORIES, figures_of, output_of
from condyle.workflows.evaluation.drift_periods import BothPeriods, both_periods
from condyle.workflows.evaluation.rows import Draw, task_rows, unit_of

PERMUTATIONS = 4999
_UNADJUSTED = float("nan")


def drift_report(
    baseline: Predictions,
    new: Predictions,
    *,
    draw: Draw | None = None,
    permutations: int = PERMUTATIONS,
    progress: ProgressCallback = ignore_progress,
) -> DriftReport:
    """Tests whether the cases of a new period are as those of a baseline, and read as well.

    Args:
        baseline: Predictions of the baseline.
        new: Predictions of the new period.
        draw: How intervals are drawn.
        permutations: Random deals of each test.
        progress: Told of the stage ``"drift"``, a task at a time.

    Raises:
        InputError: A period has no patient left, or the tables have no task in common.
    """
    plan = replace(draw or Draw(), permutations=permutations)
    both = both_periods(baseline, new)
    shifts = list(_covariates(both, plan))
    changes: list[ChangeFound] = []
    spreads: list[Spread] = []
    for done, task in enumerate(both.tasks, start=1):
        chosen = np.asarray(both.table.task == task)
        rows, periods = both.table.where(chosen), both.periods.where(chosen)
        shifts += _references(rows, periods, task, plan)
        shifts += _outputs(rows, periods, task, plan)
        spreads += _spreads(rows, periods, task)
        changes += _changes(rows, periods, task, plan)
        progress(Progress("drift", done, len(both.tasks), task))
    return DriftReport(
        baseline=both.facts[0],
        new=both.facts[1],
        cohort=cohort_of(both.members()),
        shifts=_adjusted_shifts(shifts),
        changes=_adjusted_changes(changes),
        spreads=tuple(spreads),
        warnings=both.warnings,
    )


def _covariates(both: BothPeriods, plan: Draw) -> Iterator[ShiftFound]:
    members = both.members()
    patients = np.unique(both.table.patient)
    periods = Periods(np.arange(len(patients)), both.periods.later)
    for name in both.covariates:
        told, numbers = patient_values(members, name)
        values = np.array([told[str(patient)] for patient in patients])
        known = values != ""
        if numbers and periods.new[known].any() and (~periods.new[known]).any():
            shift = _numbers(values[known].astype(float), periods.where(known), plan, name)
            yield ShiftFound("covariate", name, "patient", shift, _UNADJUSTED)
            values = np.where(known, "known", "")
            name = f"{name}, missing or not"
        if len(np.unique(values)) > 1:
            shift = _categories(np.where(values == "", "missing", values), periods, plan, name)
            yield ShiftFound("covariate", name, "patient", shift, _UNADJUSTED)


def _references(rows: Predictions, periods: Periods, task: str, plan: Draw) -> Iterator[ShiftFound]:
    yield from _distribution("reference", rows, periods, (task, rows.reference, plan))


def _outputs(rows: Predictions, periods: Periods, task: str, plan: Draw) -> Iterator[ShiftFound]:
    output = output_of(rows, task)
    if output is None:
        return
    if output.discrete:
        yield from _distribution("output", rows, periods, (task, output.values, plan))
        return
    given = ~np.isnan(output.values)
    part = periods.where(given)
    if part.new.any() and not part.new.all():
        shift = _numbers(output.values[given], part, plan, f"output {task}")
        yield ShiftFound("output", task, unit_of(rows), shift, _UNADJUSTED)


def _distribution(
    role: Role, rows: Predictions, periods: Periods, of: tuple[str, FloatArray, Draw]
) -> Iterator[ShiftFound]:
    task, values, plan = of
    given = ~np.isnan(values)
    part = periods.where(given) if given.any() else None
    if part is None or part.new.all() or not part.new.any():
        return
    kept = values[given]
    distinct = len(np.unique(kept))
    if distinct < 2:
        return
    if distinct <= MOST_CATEGORIES:
        shift = _categories(np.char.mod("%g", kept), part, plan, role + task)
    else:
        shift = _numbers(kept, part, plan, role + task)
    yield ShiftFound(role, task, unit_of(rows), shift, _UNADJUSTED)


def _changes(rows: Predictions, periods: Periods, task: str, plan: Draw) -> Iterator[ChangeFound]:
    found = task_rows(rows, task)
    if found is None:
        return
    part = periods.where(~np.isnan(rows.reference)) if len(found.table) < len(rows) else periods
    if part.new.all() or not part.new.any():
        return
    resampling = plan.plan(found.table, found.unit)
    for name, figure in figures_of(found).items():
        change = change_of(figure, part, resampling, permutations=plan.permutations)
        yield ChangeFound(task, name, found.unit, change, _UNADJUSTED)


def _spreads(rows: Predictions, periods: Periods, task: str) -> Iterator[Spread]:
    output = output_of(rows, task)
    if output is None:
        return
    sides = [output.values[(periods.new == new) & ~np.isnan(output.values)] for new in (0, 1)]
    earlier, later = (tuple(float(value) for value in side) for side in sides)
    yield Spread(task, output.axis, earlier, later, output.discrete)


def _numbers(values: FloatArray, periods: Periods, plan: Draw, name: str) -> Shift:
    return shift_of_numbers(values, periods, rng=_rng(plan, name), permutations=plan.permutations)


def _categories(values: NDArray[np.str_], periods: Periods, plan: Draw, name: str) -> Shift:
    return shift_of_categories(
        values, periods, rng=_rng(plan, name), permutations=plan.permutations
    )


def _rng(plan: Draw, name: str) -> np.random.Generator:
    return np.random.default_rng([plan.seed, *name.encode()])


def _adjusted_shifts(shifts: list[ShiftFound]) -> tuple[ShiftFound, ...]:
    order = {"covariate": 0, "reference": 1, "output": 2}
    made: list[ShiftFound] = []
    for role in order:
        those = [each for each in shifts if each.role == role]
        values = holm_of_tested([each.shift.p_value for each in those])
        made += [replace(each, adjusted=p) for each, p in zip(those, values, strict=True)]
    return tuple(made)


def _adjusted_changes(changes: list[ChangeFound]) -> tuple[ChangeFound, ...]:
    values = holm_of_tested([each.change.p_value for each in changes])
    return tuple(replace(each, adjusted=p) for each, p in zip(changes, values, strict=True))
