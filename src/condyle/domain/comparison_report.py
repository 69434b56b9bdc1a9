"""What a comparison of two models on the same cases says."""

from __future__ import annotations

from dataclasses import dataclass

from condyle.domain.estimate import Estimate
from condyle.domain.evaluation_charts import Chart
from condyle.domain.evaluation_report import TaskKind


@dataclass(frozen=True)
class ComparedFigure:
    """One figure of A and of B, and what their difference shows.

    Attributes:
        name: Of the figure, such as ``"auc"``.
        n: Rows compared.
        a: Figure of A.
        b: Figure of B.
        advantage: How much better A is, with its interval; negative where B is better.
        p_value: Two-sided; NaN where the test is undefined.
        adjusted_p: The same for as many tests as there are tasks (Holm); NaN where the
            figure is not the one that the tasks are judged by.
        test: Name of the test.
        probability_false: That the claim in the direction seen is false.
        probability_method: How that was found.
        verdict: ``"A is better than B"``, ``"B is better than A"`` or ``"not shown"``.
        headline: True for the one figure that a task is judged by.
        not_inferior: Whether A loses less than the margin; ``None`` without a margin.
    """

    name: str
    n: int
    a: Estimate
    b: Estimate
    advantage: Estimate
    p_value: float
    adjusted_p: float
    test: str
    probability_false: float
    probability_method: str
    verdict: str
    headline: bool
    not_inferior: bool | None = None


@dataclass(frozen=True)
class TaskComparison:
    """All figures of one task.

    Attributes:
        name: Of the task.
        kind: What sort of answer it has.
        unit: What a row is.
        patients: Patients of the rows compared.
        figures: Headline first.
        charts: As in ``TaskReport``.
        warnings: What to bear in mind.
    """

    name: str
    kind: TaskKind
    unit: str
    patients: int
    figures: tuple[ComparedFigure, ...]
    charts: tuple[tuple[str, Chart], ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class ComparisonReport:
    """A comparison from its tables to its last figure.

    Attributes:
        title: Heading.
        facts: (label, value) pairs of what made it.
        tasks: One a task that both tables have.
        charts: Figures over all tasks.
        margin: The margin of non-inferiority, or ``None``.
        warnings: What to bear in mind, such as rows that only one table has.
        notes: How its figures were made.
    """

    title: str
    facts: tuple[tuple[str, str], ...]
    tasks: tuple[TaskComparison, ...]
    charts: tuple[tuple[str, Chart], ...] = ()
    margin: float | None = None
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
