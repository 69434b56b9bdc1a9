"""What an evaluation says: sections of paragraphs, tables and drawings, ready to be set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from condyle.domain.estimate import Estimate
from condyle.domain.evaluation_charts import Chart

GOOD_OVERLAP = 0.8
"""Overlap from which a mask counts as right among the examples; no figure rests on it."""


@dataclass(frozen=True)
class Table:
    """A table of text.

    Attributes:
        title: What it shows; empty where the section's title says it.
        headings: One a column.
        rows: Cells of text, each row as long as the headings.
        note: What stands under it, such as the unit of analysis.
    """

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


@dataclass(frozen=True)
class Drawing:
    """A figure as it is written, in both forms.

    Attributes:
        name: Stem of its files, such as ``"flow"``; letters, digits and hyphens.
        caption: What it shows, which is also its text for those who cannot see it.
        svg: The vector form.
        png: The same as pixels.
    """

    name: str
    caption: str
    svg: bytes
    png: bytes


@dataclass(frozen=True)
class Section:
    """One part of an evaluation's pages.

    Attributes:
        title: Heading.
        paragraphs: Plain text, each a paragraph.
        tables: Set after the paragraphs.
        figures: Set after the tables.
        warnings: What to bear in mind, set apart before the rest.
        kept_in: File beside the page that holds the tables too, so that the PDF, where they
            would fill many pages, names it in their place; empty for none.
    """

    title: str
    paragraphs: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    figures: tuple[Drawing, ...] = ()
    warnings: tuple[str, ...] = ()
    kept_in: str = ""


@dataclass(frozen=True)
class Score:
    """A figure of a task by name.

    Attributes:
        name: Such as ``"auc"`` or ``"quadratic-kappa"``.
        estimate: The figure.
        counted: ``"all"`` where what was declined counts as wrong, ``"answered"`` where
            only what was answered counts.
        headline: True for the one or two figures that a summary shows.
    """

    name: str
    estimate: Estimate
    counted: Literal["all", "answered"] = "all"
    headline: bool = False


@dataclass(frozen=True)
class ThresholdFigures:
    """What a threshold on the probability would have done, among the answered.

    Attributes:
        threshold: Decisions are positive at or above it.
        sensitivity: With interval.
        specificity: With interval.
        ppv: With interval.
        npv: With interval.
    """

    threshold: float
    sensitivity: Estimate
    specificity: Estimate
    ppv: Estimate
    npv: Estimate


@dataclass(frozen=True)
class GroupFigure:
    """A figure in one group of patients.

    Attributes:
        name: Value of the covariate.
        estimate: The figure.
        patients: Patients in it.
        too_few: True where it is not to be read as evidence.
    """

    name: str
    estimate: Estimate
    patients: int
    too_few: bool


@dataclass(frozen=True)
class CovariateFigures:
    """A figure by the groups of one covariate.

    Attributes:
        covariate: Its name.
        figure: Name of the figure.
        groups: In order.
        p_value: Of the interaction; NaN where it was not tested.
        note: Why it was not tested, or what was left out; empty for nothing.
    """

    covariate: str
    figure: str
    groups: tuple[GroupFigure, ...]
    p_value: float
    note: str = ""


@dataclass(frozen=True)
class CaseSpread:
    """How one value a case spreads, over the cases in which it is defined.

    Attributes:
        mean: Over cases, with its interval by patient.
        sd: Standard deviation with n - 1.
        median: Median.
        smallest: Least of all.
        largest: Greatest of all.
        undefined: Cases left out because the value is undefined there.
    """

    mean: Estimate
    sd: float
    median: float
    smallest: float
    largest: float
    undefined: int


TaskKind = Literal["finding", "grade", "overlap", "number", "detection"]


@dataclass(frozen=True)
class TaskReport:
    """Everything that is said of one task.

    Attributes:
        name: Of the task, as in the predictions table.
        kind: What sort of answer it has.
        unit: What a row is, such as ``"disc"``.
        rows: Rows with a reference.
        patients: Patients of these rows.
        declined: Rows that were not answered.
        scores: Figures, headline first.
        thresholds: Operating points, for a finding.
        spread: Of one value a case, for overlap.
        subgroups: One a covariate.
        charts: What its figures show, by the end of their file names, such as ``"roc"``.
        warnings: What to bear in mind.
        notes: How its figures were made.
    """

    name: str
    kind: TaskKind
    unit: str
    rows: int
    patients: int
    declined: int
    scores: tuple[Score, ...]
    thresholds: tuple[ThresholdFigures, ...] = ()
    spread: CaseSpread | None = None
    subgroups: tuple[CovariateFigures, ...] = ()
    charts: tuple[tuple[str, Chart], ...] = ()
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Example:
    """A picture of a case beside how much of it was right.

    Attributes:
        case: Identifier of the study.
        right: Statements on it that were right.
        stated: Statements on it that could be judged.
        good: True where it stands for the right ones, False for the wrong ones.
        png: The picture.
    """

    case: str
    right: int
    stated: int
    good: bool
    png: bytes


@dataclass(frozen=True)
class EvaluationReport:
    """An evaluation from its table to its last figure.

    Attributes:
        title: Heading.
        facts: (label, value) pairs of what made it.
        patients: Patients whose rows were counted.
        in_sample: Patients left out because the model learned from them.
        tasks: One a task, in the table's order.
        charts: Figures over several tasks, as in ``TaskReport``.
        reason: Why there is no figure at all; empty where there is one.
        banners: What must be seen before anything else.
        warnings: What to bear in mind.
        notes: How its figures were made.
        examples: Cases with their pictures.
        extra: Sections that others add, set after the tasks.
    """

    title: str
    facts: tuple[tuple[str, str], ...]
    patients: int
    in_sample: int
    tasks: tuple[TaskReport, ...]
    charts: tuple[tuple[str, Chart], ...] = ()
    reason: str = ""
    banners: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    examples: tuple[Example, ...] = ()
    extra: tuple[Section, ...] = ()
