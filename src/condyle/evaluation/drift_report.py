"""What is found when the cases of a new period are held against those of a baseline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from condyle.evaluation.cohort import Cohort
from condyle.evaluation.drift import Change, Verdict, verdict
from condyle.evaluation.drift_shift import Shift

Role = Literal["covariate", "reference", "output"]


@dataclass(frozen=True)
class PeriodFacts:
    """One of the two periods.

    Attributes:
        name: ``"baseline"`` or ``"new"``.
        patients: Patients that count.
        studies: Their studies.
        rows: Their rows.
        bundles: SHA-256 of each bundle that made them.
    """

    name: str
    patients: int
    studies: int
    rows: int
    bundles: tuple[str, ...]


@dataclass(frozen=True)
class ShiftFound:
    """The shift of one distribution.

    Attributes:
        role: What sort of thing it is.
        name: Of the covariate or task.
        unit: What a row is.
        shift: What was found.
        adjusted: P value adjusted by Holm within the role.
    """

    role: Role
    name: str
    unit: str
    shift: Shift
    adjusted: float

    @property
    def verdict(self) -> Verdict:
        """Says whether it changed."""
        return verdict(self.adjusted)


@dataclass(frozen=True)
class ChangeFound:
    """The change of one figure.

    Attributes:
        task: Of the figure.
        name: Of the figure, such as ``"auc"``.
        unit: What a row is.
        change: What was found.
        adjusted: P value adjusted by Holm among all figures.
    """

    task: str
    name: str
    unit: str
    change: Change
    adjusted: float

    @property
    def verdict(self) -> Verdict:
        """Says whether it changed."""
        return verdict(self.adjusted)


@dataclass(frozen=True)
class Spread:
    """Values of one output in both periods, for a drawing.

    Attributes:
        name: Of the task.
        axis: What the values are.
        baseline: One a row.
        new: One a row.
        discrete: True for classes and grades.
    """

    name: str
    axis: str
    baseline: tuple[float, ...]
    new: tuple[float, ...]
    discrete: bool


@dataclass(frozen=True)
class DriftReport:
    """A new period against a baseline.

    Attributes:
        baseline: The first period.
        new: The second.
        cohort: Table 1 with a column a period.
        shifts: Distributions, covariates first.
        changes: Figures, where there are references in both periods.
        spreads: Outputs as they are drawn.
        warnings: What to bear in mind.
    """

    baseline: PeriodFacts
    new: PeriodFacts
    cohort: Cohort
    shifts: tuple[ShiftFound, ...]
    changes: tuple[ChangeFound, ...]
    spreads: tuple[Spread, ...]
    warnings: tuple[str, ...]

    @property
    def changed(self) -> tuple[str, ...]:
        """Names what changed, in the order of the report."""
        shifts = [f"{s.role} {s.name}" for s in self.shifts if s.verdict == "changed"]
        return (*shifts, *(f"{c.task} {c.name}" for c in self.changes if c.verdict == "changed"))
