"""Two predictions tables as two periods of one: who counts, and what keeps them from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from condyle.errors import InputError
from condyle.evaluation.cohort import IN_SAMPLE, Member, members_of_table, patients_learned_from
from condyle.evaluation.drift_report import PeriodFacts
from condyle.evaluation.drift_shift import Periods, periods_of
from condyle.evaluation.predictions import PredictionRow, Predictions, predictions_from_rows

BASELINE, NEW = "baseline", "new"
FEW_PATIENTS = 50


@dataclass(frozen=True, eq=False)
class BothPeriods:
    """The rows of both periods, those of the baseline first.

    Attributes:
        table: All rows; the name of the period stands before each study.
        periods: Whose rows they are.
        facts: Of the baseline and of the new period.
        tasks: Tasks that both have.
        covariates: Covariates that both have.
        warnings: Who or what was left out, and what else may look like a change.
    """

    table: Predictions
    periods: Periods
    facts: tuple[PeriodFacts, PeriodFacts]
    tasks: tuple[str, ...]
    covariates: tuple[str, ...]
    warnings: tuple[str, ...]

    def members(self) -> list[Member]:
        """Gives the studies, each with its period as its group."""
        groups = np.where(self.periods.new, NEW, BASELINE).tolist()
        return members_of_table(self.table, groups, self.covariates)


def both_periods(baseline: Predictions, new: Predictions) -> BothPeriods:
    """Joins two tables; patients that were learned from, or are in both, are left out.

    Raises:
        InputError: A period has no patient left, or the tables have no task in common.
    """
    warnings: list[str] = []
    first = _out_of_sample(baseline, BASELINE, warnings)
    second = _out_of_sample(new, NEW, warnings)
    shared = np.intersect1d(first.patient, second.patient)
    if len(shared):
        second = second.where(~np.isin(second.patient, shared))
        warnings.append(
            f"{len(shared)} patients of the new period are in the baseline too and are left out "
            "of the new period, so that the two are independent."
        )
    for name, table in ((BASELINE, first), (NEW, second)):
        if not len(table):
            raise _nobody(name, len(shared))
    tasks = tuple(sorted(set(first.tasks) & set(second.tasks)))
    if not tasks:
        raise _no_task(first, second)
    covariates = sorted((set(first.covariates) & set(second.covariates)) - {IN_SAMPLE})
    facts = (_facts(BASELINE, first), _facts(NEW, second))
    warnings += _differences(first, second)
    table = predictions_from_rows(
        [_renamed(row, BASELINE) for row in first.rows() if row.task in tasks]
        + [_renamed(row, NEW) for row in second.rows() if row.task in tasks]
    )
    split = int(sum(task in tasks for task in first.task.tolist()))
    return BothPeriods(
        table=table,
        periods=periods_of(table.patient[:split], table.patient[split:]),
        facts=facts,
        tasks=tasks,
        covariates=tuple(covariates),
        warnings=(*warnings, *_few(facts)),
    )


def _out_of_sample(table: Predictions, name: str, warnings: list[str]) -> Predictions:
    seen = patients_learned_from(table)
    if len(seen):
        warnings.append(
            f"{len(seen)} patients of the {name} period are left out, because the model learned "
            "from them."
        )
    return table.where(~np.isin(table.patient, seen))


def _renamed(row: PredictionRow, name: str) -> PredictionRow:
    return replace(row, study=f"{name}:{row.study}")


def _facts(name: str, table: Predictions) -> PeriodFacts:
    studies = set(zip(table.patient.tolist(), table.study.tolist(), strict=True))
    bundles = tuple(sorted(set(table.bundle.tolist()) - {""}))
    return PeriodFacts(name, len({who for who, _ in studies}), len(studies), len(table), bundles)


def _differences(first: Predictions, second: Predictions) -> list[str]:
    found = []
    bundles = [set(table.bundle.tolist()) - {""} for table in (first, second)]
    if all(bundles) and bundles[0] != bundles[1]:
        found.append(
            "The two periods were read by different bundles: a change may be the model's and "
            "not the patients'."
        )
    out_of_fold = [bool((table.fold >= 0).any()) for table in (first, second)]
    if out_of_fold[0] != out_of_fold[1]:
        found.append(
            "One period is out of fold, each patient read by the model of one fold, and the other "
            "was read by a whole bundle: a change may come from that alone."
        )
    for what, names in (
        ("tasks", set(first.tasks) ^ set(second.tasks)),
        ("covariates", (set(first.covariates) ^ set(second.covariates)) - {IN_SAMPLE}),
    ):
        if names:
            found.append(f"Not compared, as only one period has these {what}: {_listed(names)}.")
    return found


def _few(facts: Sequence[PeriodFacts]) -> list[str]:
    return [
        f"{each.patients} patients in the {each.name} period: with fewer than {FEW_PATIENTS}, "
        "only large changes can be seen."
        for each in facts
        if each.patients < FEW_PATIENTS
    ]


def _listed(names: set[str]) -> str:
    return ", ".join(sorted(names))


def _nobody(name: str, shared: int) -> InputError:
    return InputError(
        "Two periods cannot be compared.",
        found=f"no patient left in the {name} period, {shared} being in both",
        needed="patients in both periods that the model did not learn from",
        mend="give the predictions of other patients; out-of-fold ones will do as a baseline.",
    )


def _no_task(first: Predictions, second: Predictions) -> InputError:
    return InputError(
        "Two periods cannot be compared.",
        found=f"tasks {_listed(set(first.tasks))} and {_listed(set(second.tasks))}",
        needed="at least one task that both tables have",
        mend="give two tables of the same bundle.",
    )
